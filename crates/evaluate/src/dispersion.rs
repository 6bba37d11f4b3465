//! How tight are segments, measured by their means?

use fenqun_base::{Assignment, DataError, Matrix};

use crate::separation::{check, compact};

/// The Davies–Bouldin index: for each segment, how far its users and those of the most similar
/// other segment lie from their means, over the distance of the means; averaged. 0 is best.
///
/// Cheap (users × width), but blind to shape: use [`crate::silhouette`] where it can be paid for.
/// Davies and Bouldin, *A Cluster Separation Measure*, 1979.
///
/// # Errors
/// [`DataError::WrongLength`] unless there is one segment a row; [`DataError::NotFinite`];
/// [`DataError::Parameter`] unless users are in two segments or more.
pub fn davies_bouldin(data: &Matrix, segments: &[u32]) -> Result<f64, DataError> {
    let groups = Groups::new(data, segments)?;
    let n = groups.sizes.len();
    let mut spread = vec![0.0; n];
    for (row, &segment) in data.rows().zip(&groups.segments) {
        spread[segment] += groups.squared(row, segment).sqrt();
    }
    spread.iter_mut().zip(&groups.sizes).for_each(|(spread, size)| *spread /= size);
    let apart = |a: usize, b: usize| -> f64 {
        let pairs = groups.mean(a).iter().zip(groups.mean(b));
        pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    // scikit-learn's words for no spread at all, or no distance at all.
    if spread.iter().all(|&one| one < 1e-8) || (1..n).all(|one| apart(0, one) < 1e-8) {
        return Ok(0.0);
    }
    let worst = |a: usize| {
        let others = (0..n).filter(|&b| b != a && apart(a, b) > 0.0);
        others.map(|b| (spread[a] + spread[b]) / apart(a, b)).fold(0.0, f64::max)
    };
    Ok((0..n).map(worst).sum::<f64>() / n as f64)
}

/// The Calinski–Harabasz index: variance between the means of segments over variance within them,
/// each by its degrees of freedom. More is better, and compares only on the same users and columns.
/// 1 when nobody differs from the mean of the segment.
///
/// Caliński and Harabasz, *A Dendrite Method for Cluster Analysis*, 1974.
///
/// # Errors
/// As [`davies_bouldin`]; [`DataError::Parameter`] also when every user has a segment of their own.
pub fn calinski_harabasz(data: &Matrix, segments: &[u32]) -> Result<f64, DataError> {
    let groups = Groups::new(data, segments)?;
    let (n, k) = (data.n_rows(), groups.sizes.len());
    if k == n {
        let (rule, found) = ("fewer than users".to_owned(), k.to_string());
        return Err(DataError::Parameter { name: "segments", rule, found });
    }
    let rows = data.rows().zip(&groups.segments);
    let within: f64 = rows.map(|(row, &segment)| groups.squared(row, segment)).sum();
    let width = data.n_columns();
    let mut centre = vec![0.0; width];
    for (segment, size) in groups.sizes.iter().enumerate() {
        let parts = centre.iter_mut().zip(groups.mean(segment));
        parts.for_each(|(centre, mean)| *centre += size / n as f64 * mean);
    }
    let between = |(segment, size): (usize, &f64)| -> f64 {
        let pairs = groups.mean(segment).iter().zip(&centre);
        size * pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>()
    };
    let between: f64 = groups.sizes.iter().enumerate().map(between).sum();
    if within == 0.0 {
        return Ok(1.0);
    }
    Ok(between * (n - k) as f64 / (within * (k - 1) as f64))
}

/// The users who are in a segment, and their segments: what the metrics of segments are measured on
/// where some users are in none. Whoever shows such a number says beside it how many were left out.
///
/// # Errors
/// [`DataError::WrongLength`] unless there is one segment a row; [`DataError::Empty`] when nobody is
/// in one.
pub fn only_assigned(
    data: &Matrix,
    assignment: &Assignment,
) -> Result<(Matrix, Vec<u32>), DataError> {
    if assignment.segments.len() != data.n_rows() {
        let (expected, found) = (data.n_rows(), assignment.segments.len());
        return Err(DataError::WrongLength { what: "segments", expected, found });
    }
    let rows: Vec<usize> = (0..data.n_rows()).filter(|&row| assignment.is_assigned(row)).collect();
    if rows.is_empty() {
        return Err(DataError::Empty);
    }
    let segments = rows.iter().map(|&row| assignment.segments[row]).collect();
    Ok((data.select_rows(&rows), segments))
}

/// Means and sizes of the segments that occur, two or more.
struct Groups {
    segments: Vec<usize>,
    sizes: Vec<f64>,
    means: Vec<f64>,
    width: usize,
}

impl Groups {
    fn new(data: &Matrix, segments: &[u32]) -> Result<Self, DataError> {
        check(data, segments)?;
        let (segments, n_segments) = compact(segments.iter().copied());
        if n_segments < 2 {
            let (rule, found) = ("2 or more in the data".to_owned(), n_segments.to_string());
            return Err(DataError::Parameter { name: "segments", rule, found });
        }
        let width = data.n_columns();
        let mut sizes = vec![0.0; n_segments];
        let mut means = vec![0.0; n_segments * width];
        for (row, &segment) in data.rows().zip(&segments) {
            sizes[segment] += 1.0;
            let size = sizes[segment];
            let mean = &mut means[segment * width..(segment + 1) * width];
            for (mean, &value) in mean.iter_mut().zip(row) {
                // A running mean stays precise far from zero.
                *mean += (f64::from(value) - *mean) / size;
            }
        }
        Ok(Self { segments, sizes, means, width })
    }

    fn mean(&self, segment: usize) -> &[f64] {
        &self.means[segment * self.width..(segment + 1) * self.width]
    }

    fn squared(&self, row: &[f32], segment: usize) -> f64 {
        let pairs = row.iter().zip(self.mean(segment));
        pairs.map(|(&value, mean)| (f64::from(value) - mean).powi(2)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tight_segments_far_apart_are_best() {
        let data = Matrix::from_rows(&[[0.0], [2.0], [10.0], [12.0]]).expect("equal rows");
        // Spread 1 each, means 10 apart; between 100 over 1, within 4 over 2.
        assert_eq!(davies_bouldin(&data, &[3, 3, 9, 9]), Ok(0.2));
        assert_eq!(calinski_harabasz(&data, &[3, 3, 9, 9]), Ok(50.0));
        let alike = Matrix::zeros(4, 2);
        assert_eq!(davies_bouldin(&alike, &[0, 0, 1, 1]), Ok(0.0));
        assert_eq!(calinski_harabasz(&alike, &[0, 0, 1, 1]), Ok(1.0));
    }

    #[test]
    fn the_unassigned_are_left_out() {
        let data = Matrix::from_rows(&[[0.0], [1.0], [2.0]]).expect("equal rows");
        let assignment = Assignment::new(vec![0, 1, 1], 2, vec![1.0; 3]).expect("fits");
        let some = assignment.clone().with_unassigned(vec![false, true, false]).expect("fits");
        let (rows, segments) = only_assigned(&data, &some).expect("two are left");
        assert_eq!((rows.values(), &segments[..]), (&[0.0, 2.0][..], &[0, 1][..]));
        let none = assignment.with_unassigned(vec![true; 3]).expect("fits");
        assert_eq!(only_assigned(&data, &none), Err(DataError::Empty));
        assert!(only_assigned(&Matrix::zeros(2, 1), &none).is_err());
    }

    #[test]
    fn bad_input_is_refused() {
        let data = Matrix::from_rows(&[[0.0], [f32::NAN]]).expect("equal rows");
        assert!(matches!(davies_bouldin(&data, &[0, 1]), Err(DataError::NotFinite { .. })));
        let data = Matrix::zeros(2, 1);
        assert!(matches!(davies_bouldin(&data, &[0, 0]), Err(DataError::Parameter { .. })));
        assert!(matches!(calinski_harabasz(&data, &[0, 1]), Err(DataError::Parameter { .. })));
        assert!(matches!(calinski_harabasz(&data, &[0]), Err(DataError::WrongLength { .. })));
    }
}
