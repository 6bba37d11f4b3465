//! What is won by asking the likeliest users first?

use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

use super::{Ranking, finite, same_users};

/// What the best-scored users hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiftPoint {
    /// Share of all users taken, best scores first.
    pub share: f64,
    /// Share of the class that is among them.
    pub gain: f64,
    /// How many times more of the class than in as many users drawn blindly.
    pub lift: f64,
}

/// Gain and lift of the best 1/n, 2/n, … of the users; `n_parts` of 10 gives deciles. Users of
/// equal scores share the class among them, so that their order does not matter.
///
/// ```
/// use fenqun_evaluate::metrics::lift;
/// let halves = lift(&[true, true, false, false], &[0.9, 0.8, 0.2, 0.1], 2)?;
/// assert_eq!((halves[0].gain, halves[0].lift), (1.0, 2.0));
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::Parameter`] for no parts; [`DataError::Labels`] for a class nobody is in;
/// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::NotFinite`].
pub fn lift<S: Copy + Into<f64>>(
    positives: &[bool],
    scores: &[S],
    n_parts: usize,
) -> Result<Vec<LiftPoint>, DataError> {
    same_users("scores", positives.len(), scores.len())?;
    finite(scores)?;
    if !(1..=1000).contains(&n_parts) {
        let (rule, found) = ("between 1 and 1000".to_owned(), n_parts.to_string());
        return Err(DataError::Parameter { name: "parts", rule, found });
    }
    let n_positive = positives.iter().filter(|&&is| is).count();
    if n_positive == 0 {
        let reason = "lift needs users in the class".to_owned();
        return Err(DataError::Labels { reason });
    }
    let ranking = Ranking::new(scores);
    let mut points = Vec::with_capacity(n_parts);
    let (mut taken, mut right) = (0.0, 0.0);
    let cut = |part: usize| positives.len() as f64 * part as f64 / n_parts as f64;
    for (inside, outside) in ranking.runs(|row| positives[row], |_| 1) {
        let size = inside + outside;
        while points.len() < n_parts && cut(points.len() + 1) <= taken + size {
            let part = points.len() + 1;
            let share = part as f64 / n_parts as f64;
            let gain = (right + inside * (cut(part) - taken) / size) / n_positive as f64;
            points.push(LiftPoint { share, gain, lift: gain / share });
        }
        taken += size;
        right += inside;
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_say_nothing() {
        let points = lift(&[true, false, true, false], &[0.5; 4], 4).expect("scores");
        assert_eq!(points.len(), 4);
        assert!(points.iter().all(|point| (point.lift - 1.0).abs() < 1e-12));
    }

    #[test]
    fn deciles_of_fewer_users_than_deciles_are_filled_in_between() {
        let points = lift(&[true, false, false], &[0.9, 0.5, 0.1], 10).expect("scores");
        assert_eq!(points.len(), 10);
        assert!((points[0].gain - 0.3).abs() < 1e-12 && (points[0].lift - 3.0).abs() < 1e-12);
        assert_eq!((points[3].gain, points[9].lift), (1.0, 1.0));
    }

    #[test]
    fn what_has_no_lift_is_refused() {
        assert!(lift(&[false], &[0.5], 10).is_err());
        assert!(lift(&[true], &[0.5], 0).is_err());
        assert!(lift(&[true], &[f32::NAN], 10).is_err());
    }
}
