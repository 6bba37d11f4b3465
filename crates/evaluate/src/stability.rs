//! Would other users of the same shop give the same segments?

use fenqun_base::{DataError, Fitted, Matrix, Progress, Seed, Segmenter, Step, Unit};
use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::separation::draw;
use crate::student::upper_quantile;
use crate::{EvaluateError, adjusted_rand};

/// Above so many users, stability is measured on that many, drawn by the seed.
pub const MOST_ROWS: usize = 20_000;

/// Fewest refits that have an interval.
const FEWEST_REFITS: usize = 3;

/// Mean agreement between refits, with an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Mean adjusted Rand index over all pairs of refits.
    pub mean: f64,
    /// Lower end of the 95 % interval over refits.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Number of refits.
    pub n_refits: usize,
}

/// Fits the segmenter on `n_refits` bootstrap resamples of the users (as many as there are, drawn
/// with replacement), lets every fitted model assign *all* users, and compares the assignments
/// pair by pair by [`adjusted_rand`].
///
/// Above 0.9, segments can be relied on; under 0.7, many users would be elsewhere next time. More
/// than [`MOST_ROWS`] users are cut down to that many, without replacement, first.
///
/// The interval is Student's over a delete-one jackknife of the refits, since pairs that share a
/// refit are not independent. It says how far the mean may be off for having tried so few refits,
/// not how much other shops would differ.
///
/// Refits run in parallel. Cost: `n_refits` fits, and `n_refits²/2` comparisons.
///
/// ```
/// use fenqun_base::{Progress, Seed, contract};
/// use fenqun_evaluate::stability;
/// use fenqun_segments::KMeans;
///
/// let users = contract::blobs(3, 30, 3, Seed(1));
/// let three = KMeans { n_segments: 3, ..KMeans::default() };
/// let found = stability(&three, &users, 10, Seed(7), &Progress::silent())?;
/// assert_eq!((found.mean, found.low, found.high), (1.0, 1.0, 1.0));
/// # Ok::<(), fenqun_evaluate::EvaluateError>(())
/// ```
///
/// # Errors
/// [`DataError::Parameter`] for fewer than 3 refits, and what the segmenter refuses;
/// [`EvaluateError::Interrupted`].
pub fn stability<S: Segmenter>(
    segmenter: &S,
    data: &Matrix,
    n_refits: usize,
    seed: Seed,
    progress: &Progress,
) -> Result<Stability, EvaluateError> {
    check_refits(n_refits)?;
    let data = capped(data, seed);
    let step = progress.begin("stability", n_refits as u64, Unit::Count);
    let assignments = (0..n_refits)
        .into_par_iter()
        .map(|refit| refitted(segmenter, &data, seed.nth(refit), progress, &step))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(agreement(&assignments)?)
}

/// The same for a whole way from counts to segments, where what comes before the segmenter (axes,
/// weights, components) learns from users too: `refit` fits all of it on the given rows, which may
/// repeat, and says where it puts each of *all* `n_users` users.
///
/// [`stability`] keeps the data as they are and refits the segmenter alone, so it flatters a way
/// whose coordinates turn with the users. This one does not, and takes as long as the whole way.
///
/// ```
/// use fenqun_base::{DataError, Progress, Seed};
/// use fenqun_evaluate::stability_of;
///
/// let values: Vec<f64> = (0..50).map(f64::from).collect();
/// let above_mean = |rows: &[usize], _: Seed| -> Result<Vec<u32>, DataError> {
///     let mean = rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
///     Ok(values.iter().map(|&value| u32::from(value > mean)).collect())
/// };
/// let found = stability_of(values.len(), above_mean, 20, Seed(7), &Progress::silent())?;
/// assert!(found.mean > 0.6 && found.mean < 1.0);
/// # Ok::<(), fenqun_evaluate::EvaluateError>(())
/// ```
///
/// # Errors
/// [`DataError::Parameter`] for fewer than 3 refits, [`DataError::Empty`],
/// [`DataError::WrongLength`] unless every refit places every user, and what `refit` refuses;
/// [`EvaluateError::Interrupted`].
pub fn stability_of<E>(
    n_users: usize,
    refit: impl Fn(&[usize], Seed) -> Result<Vec<u32>, E> + Sync,
    n_refits: usize,
    seed: Seed,
    progress: &Progress,
) -> Result<Stability, EvaluateError>
where
    EvaluateError: From<E>,
{
    check_refits(n_refits)?;
    if n_users == 0 {
        return Err(DataError::Empty.into());
    }
    let step = progress.begin("stability", n_refits as u64, Unit::Count);
    let assignments = (0..n_refits)
        .into_par_iter()
        .map(|at| {
            progress.check()?;
            let seed = seed.nth(at);
            let segments = refit(&resample(n_users, seed), seed)?;
            if segments.len() != n_users {
                let (expected, found) = (n_users, segments.len());
                return Err(DataError::WrongLength { what: "segments", expected, found }.into());
            }
            step.advance(1);
            Ok(segments)
        })
        .collect::<Result<Vec<_>, EvaluateError>>()?;
    Ok(agreement(&assignments)?)
}

/// Rows that stability is measured on: all of them, or [`MOST_ROWS`] drawn by the seed. For a whole
/// way ([`stability_of`]), whose data this room does not hold.
#[must_use]
pub fn measured_rows(n_users: usize, seed: Seed) -> Vec<usize> {
    draw(n_users, MOST_ROWS, seed)
}

/// As many rows as there are users, drawn with replacement, in order.
pub(crate) fn resample(n_users: usize, seed: Seed) -> Vec<usize> {
    let mut rng = seed.derive("bootstrap").rng();
    let mut rows: Vec<usize> = (0..n_users).map(|_| rng.random_range(0..n_users)).collect();
    rows.sort_unstable();
    rows
}

pub(crate) fn check_refits(n_refits: usize) -> Result<(), DataError> {
    if (FEWEST_REFITS..=1000).contains(&n_refits) {
        return Ok(());
    }
    let rule = format!("between {FEWEST_REFITS} and 1000");
    Err(DataError::Parameter { name: "n_refits", rule, found: n_refits.to_string() })
}

/// At most [`MOST_ROWS`] of the rows.
pub(crate) fn capped(data: &Matrix, seed: Seed) -> Matrix {
    if data.n_rows() <= MOST_ROWS {
        return data.clone();
    }
    data.select_rows(&measured_rows(data.n_rows(), seed))
}

/// Where a model fitted on one resample puts all users; those in no segment are a group of their
/// own. Empty where the method finds nothing in the resample: such a refit agrees with no other.
pub(crate) fn refitted<S: Segmenter>(
    segmenter: &S,
    data: &Matrix,
    seed: Seed,
    progress: &Progress,
    step: &Step,
) -> Result<Vec<u32>, EvaluateError> {
    progress.check()?;
    if data.n_rows() == 0 {
        return Err(DataError::Empty.into());
    }
    // Before drawing, so that an error names the caller's row.
    data.check_finite()?;
    let fitted = segmenter.fit(&data.select_rows(&resample(data.n_rows(), seed)), seed);
    step.advance(1);
    let model = match fitted {
        Err(DataError::NotConverged { .. }) => return Ok(Vec::new()),
        other => other?,
    };
    let assignment = model.assign(data)?;
    let group = |row: usize| match assignment.is_assigned(row) {
        true => assignment.segments[row],
        false => assignment.n_segments as u32,
    };
    Ok((0..data.n_rows()).map(group).collect())
}

/// Mean and interval of the agreement of all pairs.
pub(crate) fn agreement(assignments: &[Vec<u32>]) -> Result<Stability, DataError> {
    let n = assignments.len();
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
    let found = pairs
        .par_iter()
        .map(|&(a, b)| match assignments[a].is_empty() || assignments[b].is_empty() {
            true => Ok(0.0),
            false => adjusted_rand(&assignments[a], &assignments[b]),
        })
        .collect::<Result<Vec<f64>, _>>()?;
    let mut of_refit = vec![0.0; n];
    for (&(a, b), index) in pairs.iter().zip(&found) {
        of_refit[a] += index;
        of_refit[b] += index;
    }
    let total: f64 = found.iter().sum();
    let mean = total / found.len() as f64;
    // The mean of the pairs that do not touch one refit; their mean over refits is `mean`.
    let n_left = ((n - 1) * (n - 2)) as f64 / 2.0;
    let squares: f64 = of_refit.iter().map(|own| ((total - own) / n_left - mean).powi(2)).sum();
    let error = (squares * (n - 1) as f64 / n as f64).sqrt();
    let reach = upper_quantile(n - 1) * error;
    let (low, high) = ((mean - reach).max(-1.0), (mean + reach).min(1.0));
    Ok(Stability { mean, low, high, n_refits: n })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::contract;
    use fenqun_segments::KMeans;

    fn noise(n_rows: usize) -> Matrix {
        let mut rng = Seed(3).rng();
        let values = (0..n_rows * 2).map(|_| rng.random_range(-1.0f32..1.0)).collect();
        Matrix::new(n_rows, 2, values).expect("counts fit")
    }

    fn of(n_segments: usize, data: &Matrix) -> Stability {
        let params = KMeans { n_segments, n_starts: 2, ..KMeans::default() };
        stability(&params, data, 8, Seed(5), &Progress::silent()).expect("fits")
    }

    #[test]
    fn groups_are_stable_and_noise_is_not() {
        let groups = of(4, &contract::blobs(4, 40, 4, Seed(1)));
        assert_eq!(groups.mean, 1.0);
        let noise = of(7, &noise(200));
        assert!(noise.mean < 0.8, "{noise:?}");
        assert!(noise.low < noise.mean && noise.mean < noise.high, "{noise:?}");
    }

    #[test]
    fn a_whole_way_is_refitted_on_the_same_resamples() {
        let data = noise(120);
        let params = KMeans { n_segments: 4, n_starts: 2, ..KMeans::default() };
        let refit = |rows: &[usize], seed: Seed| -> Result<Vec<u32>, DataError> {
            Ok(params.fit(&data.select_rows(rows), seed)?.assign(&data)?.segments)
        };
        let found = stability_of(120, refit, 8, Seed(5), &Progress::silent());
        assert_eq!(found, Ok(of(4, &data)));
        let short = |_: &[usize], _: Seed| -> Result<Vec<u32>, DataError> { Ok(vec![0; 119]) };
        let refused = stability_of(120, short, 8, Seed(5), &Progress::silent());
        let expected = DataError::WrongLength { what: "segments", expected: 120, found: 119 };
        assert_eq!(refused, Err(EvaluateError::Data(expected)));
        let nobody = stability_of(0, short, 8, Seed(5), &Progress::silent());
        assert_eq!(nobody, Err(EvaluateError::Data(DataError::Empty)));
        assert!(stability_of(120, short, 2, Seed(5), &Progress::silent()).is_err());
    }

    #[test]
    fn the_jackknife_agrees_with_a_count_by_hand() {
        // Two refits agree, the third has nothing to do with them: indices 1, -.5, -.5.
        let refits = [vec![0, 0, 1, 1], vec![1, 1, 0, 0], vec![0, 1, 0, 1]];
        let found = agreement(&refits).expect("same users");
        assert!(found.mean.abs() < 1e-12);
        // Leaving one out gives -.5, -.5, 1: variance 2/3 · 1.5.
        assert_eq!((found.low, found.high), (-1.0, 1.0));
        let close = [vec![0, 0, 1, 1], vec![1, 1, 0, 0], vec![0, 0, 5, 5]];
        assert_eq!(agreement(&close).expect("same users").low, 1.0);
    }

    #[test]
    fn a_refit_that_finds_nothing_agrees_with_none() {
        let refits = [vec![0, 0, 1, 1], vec![0, 0, 1, 1], Vec::new()];
        let found = agreement(&refits).expect("same users");
        assert!((found.mean - 1.0 / 3.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn the_number_of_threads_leaves_no_trace() {
        let data = noise(300);
        let on = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
            pool.expect("pool").install(|| of(4, &data))
        };
        assert_eq!(on(1), on(4));
    }

    #[test]
    fn many_users_are_cut_down() {
        assert_eq!(capped(&noise(MOST_ROWS + 5), Seed(1)).n_rows(), MOST_ROWS);
        assert_eq!(capped(&noise(5), Seed(1)), noise(5));
        assert_eq!(measured_rows(MOST_ROWS + 5, Seed(1)).len(), MOST_ROWS);
        assert_eq!(measured_rows(3, Seed(1)), [0, 1, 2]);
    }

    #[test]
    fn bad_input_is_refused() {
        let with = |data: &Matrix, n_refits| {
            let params = KMeans { n_segments: 2, ..KMeans::default() };
            stability(&params, data, n_refits, Seed(5), &Progress::silent())
        };
        let data = noise(20);
        assert!(matches!(with(&data, 2), Err(EvaluateError::Data(DataError::Parameter { .. }))));
        let empty = Err(EvaluateError::Data(DataError::Empty));
        assert_eq!(with(&Matrix::zeros(0, 2), 5), empty);
        let mut bad = data;
        bad.row_mut(11)[1] = f32::NAN;
        let refused = with(&bad, 5).expect_err("NaN");
        let place = DataError::NotFinite { row: 11, column: 1, value: f32::NAN };
        assert_eq!(refused.to_string(), place.to_string());
    }

    #[test]
    fn a_wish_to_stop_is_heard() {
        struct Nobody;
        impl fenqun_base::Sink for Nobody {
            fn begin(&self, _: &str, _: u64, _: Unit) -> usize {
                0
            }
            fn advance(&self, _: usize, _: u64) {}
            fn end(&self, _: usize) {}
        }
        let stop = std::sync::Arc::new(true.into());
        let progress = Progress::new(std::sync::Arc::new(Nobody), stop);
        let found = stability(&KMeans::default(), &noise(50), 5, Seed(1), &progress);
        assert_eq!(found, Err(EvaluateError::Interrupted(fenqun_base::Interrupted)));
    }
}
