//! Do segments lie apart?

use fenqun_base::{DataError, Matrix, Seed};
use rand::RngExt;

use crate::distances::Tiles;

/// The mean silhouette: 1 for tight segments far apart, 0 for segments that touch, below 0 for
/// users nearer to another segment than to their own.
///
/// For each user, `a` is the mean distance to the own segment's others, `b` the least mean distance
/// to another segment; the silhouette is `(b − a) / max(a, b)`, and 0 for a user alone in a
/// segment. With `sample`, so many users are drawn without replacement, and only distances among
/// them count: the cost is the square of the number of users. Rousseeuw, *Silhouettes*, 1987.
///
/// ```
/// use fenqun_base::{Matrix, Seed};
/// use fenqun_evaluate::silhouette;
/// let users = Matrix::from_rows(&[[0.0], [1.0], [10.0], [11.0]])?;
/// let apart = silhouette(&users, &[0, 0, 1, 1], None, Seed(1))?;
/// assert!((apart - 0.899_749).abs() < 1e-6);
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::WrongLength`] unless there is one segment a row; [`DataError::NotFinite`];
/// [`DataError::Parameter`] unless the users (drawn) are in two segments or more.
pub fn silhouette(
    data: &Matrix,
    segments: &[u32],
    sample: Option<usize>,
    seed: Seed,
) -> Result<f64, DataError> {
    check(data, segments)?;
    let rows = match sample {
        Some(sample) if sample < data.n_rows() => draw(data.n_rows(), sample, seed),
        _ => (0..data.n_rows()).collect(),
    };
    let data = data.select_rows(&rows);
    let (segments, n_segments) = compact(rows.iter().map(|&row| segments[row]));
    if n_segments < 2 {
        let (rule, found) = ("2 or more in the data".to_owned(), n_segments.to_string());
        return Err(DataError::Parameter { name: "segments", rule, found });
    }
    let mut sizes = vec![0usize; n_segments];
    segments.iter().for_each(|&segment| sizes[segment] += 1);
    let tiles = Tiles::new(&data, &segments, n_segments);
    let each = tiles.map(|row, sums| of_user(segments[row], sums, &sizes));
    Ok(each.iter().sum::<f64>() / each.len() as f64)
}

fn of_user(own: usize, sums: &[f64], sizes: &[usize]) -> f64 {
    if sizes[own] == 1 {
        return 0.0;
    }
    let inside = sums[own] / (sizes[own] - 1) as f64;
    let others = (0..sums.len()).filter(|&segment| segment != own);
    let outside = others.map(|segment| sums[segment] / sizes[segment] as f64);
    let outside = outside.fold(f64::INFINITY, f64::min);
    let larger = inside.max(outside);
    if larger > 0.0 { (outside - inside) / larger } else { 0.0 }
}

/// The sum of squared distances of all users to the mean of their segment.
///
/// # Errors
/// [`DataError::WrongLength`] unless there is one segment a row; [`DataError::NotFinite`].
pub fn inertia(data: &Matrix, segments: &[u32]) -> Result<f64, DataError> {
    check(data, segments)?;
    let (segments, n_segments) = compact(segments.iter().copied());
    let width = data.n_columns();
    let mut means = vec![0.0f64; n_segments * width];
    let mut sizes = vec![0.0f64; n_segments];
    for (row, &segment) in data.rows().zip(&segments) {
        sizes[segment] += 1.0;
        for (mean, &value) in means[segment * width..].iter_mut().zip(row) {
            // A running mean stays precise far from zero.
            *mean += (f64::from(value) - *mean) / sizes[segment];
        }
    }
    let to_mean = |(row, &segment): (&[f32], &usize)| -> f64 {
        let pairs = row.iter().zip(&means[segment * width..]);
        pairs.map(|(&value, mean)| (f64::from(value) - mean).powi(2)).sum()
    };
    Ok(data.rows().zip(&segments).map(to_mean).sum())
}

/// `sample` of `n_rows` rows, without replacement, in order.
pub(crate) fn draw(n_rows: usize, sample: usize, seed: Seed) -> Vec<usize> {
    let mut rng = seed.derive("sample").rng();
    let mut rows: Vec<usize> = (0..n_rows).collect();
    for place in 0..sample.min(n_rows) {
        let other = rng.random_range(place..n_rows);
        rows.swap(place, other);
    }
    rows.truncate(sample);
    rows.sort_unstable();
    rows
}

/// Segments that occur, numbered from 0 without gaps.
pub(crate) fn compact(segments: impl Iterator<Item = u32> + Clone) -> (Vec<usize>, usize) {
    let mut names: Vec<u32> = segments.clone().collect();
    names.sort_unstable();
    names.dedup();
    let place = |segment| names.partition_point(|&name| name < segment);
    (segments.map(place).collect(), names.len())
}

pub(crate) fn check(data: &Matrix, segments: &[u32]) -> Result<(), DataError> {
    if segments.len() != data.n_rows() {
        let (expected, found) = (data.n_rows(), segments.len());
        return Err(DataError::WrongLength { what: "segments", expected, found });
    }
    if segments.is_empty() {
        return Err(DataError::Empty);
    }
    data.check_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::contract;

    #[test]
    fn a_sample_of_separated_groups_says_the_same() {
        let data = contract::blobs(3, 200, 3, Seed(1));
        let segments: Vec<u32> = (0..600).map(|row| row / 200).collect();
        let all = silhouette(&data, &segments, None, Seed(1)).expect("three segments");
        let some = silhouette(&data, &segments, Some(150), Seed(1)).expect("three segments");
        assert!(all > 0.9 && (all - some).abs() < 0.01, "{all} {some}");
    }

    #[test]
    fn a_sample_has_no_row_twice() {
        let rows = draw(100, 60, Seed(4));
        assert_eq!(rows.len(), 60);
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]) && rows[59] < 100);
        assert_eq!(draw(5, 9, Seed(4)), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn inertia_is_measured_from_segment_means() {
        let data = Matrix::from_rows(&[[0.0], [2.0], [10.0]]).expect("equal rows");
        assert_eq!(inertia(&data, &[4, 4, 9]), Ok(2.0));
        assert_eq!(inertia(&data, &[0, 0, 0]), Ok(56.0));
    }

    #[test]
    fn bad_input_is_refused() {
        let data = Matrix::from_rows(&[[0.0], [f32::NAN]]).expect("equal rows");
        let of = |data: &Matrix, segments: &[u32]| silhouette(data, segments, None, Seed(1));
        assert!(matches!(of(&data, &[0, 1]), Err(DataError::NotFinite { row: 1, column: 0, .. })));
        assert!(matches!(of(&data, &[0]), Err(DataError::WrongLength { .. })));
        assert_eq!(of(&Matrix::zeros(0, 1), &[]), Err(DataError::Empty));
        assert!(matches!(of(&Matrix::zeros(3, 1), &[2; 3]), Err(DataError::Parameter { .. })));
    }
}
