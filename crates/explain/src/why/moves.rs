//! The smallest change that puts a user elsewhere, asked of the model itself.

use serde::{Deserialize, Serialize};

/// Something about a user that can change, for example spend in the coming weeks. What cannot be
/// changed (how long ago somebody first came) is no lever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lever {
    /// What it is called.
    pub name: String,
    /// Amounts to try, the smallest change first.
    pub amounts: Vec<f64>,
    /// Whether half of it makes no sense: purchases against money.
    #[serde(default)]
    pub is_whole: bool,
}

impl Lever {
    /// The middle of two amounts, as a person would say it.
    fn between(&self, one: f64, other: f64) -> f64 {
        let middle = (one + other) / 2.0;
        if self.is_whole || middle == 0.0 {
            return middle.floor();
        }
        let scale = 10f64.powi(1 - middle.abs().log10().floor() as i32);
        (middle * scale).round() / scale
    }
}

/// One change of a move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The lever's name.
    pub lever: String,
    /// How much of it.
    pub amount: f64,
}

/// Changes that together put a user into another segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// One or two.
    pub changes: Vec<Change>,
    /// Where the user then is.
    pub segment: u32,
}

/// Times that a single change is halved between the last amount that did not do and the first that
/// did.
const N_HALVINGS: usize = 6;

/// Tries every lever alone, smallest amounts first, then pairs of levers; returns the first move
/// after which `segment_of` names another segment than `own` (or the `wanted` one), or `None` when
/// nothing tried does. A move is smaller when its amounts come earlier in the levers' lists; a
/// single change is preferred to two, an earlier lever to a later one. A single change is then made
/// smaller as long as the smaller one does too.
///
/// `segment_of` gets (lever, amount) pairs and applies them to the user however the model needs it.
///
/// # Errors
/// Whatever `segment_of` returns.
pub fn smallest_move<E>(
    levers: &[Lever],
    own: u32,
    wanted: Option<u32>,
    mut segment_of: impl FnMut(&[(usize, f64)]) -> Result<u32, E>,
) -> Result<Option<Move>, E> {
    let arrived = |segment: u32| wanted.map_or(segment != own, |wanted| segment == wanted);
    let change =
        |&(lever, amount): &(usize, f64)| Change { lever: levers[lever].name.clone(), amount };
    let mut ask = |changes: &[(usize, f64)]| -> Result<Option<Move>, E> {
        let segment = segment_of(changes)?;
        let found = || Move { changes: changes.iter().map(change).collect(), segment };
        Ok((segment != own && arrived(segment)).then(found))
    };
    let longest = levers.iter().map(|lever| lever.amounts.len()).max().unwrap_or(0);
    for step in 0..longest {
        for (at, lever) in levers.iter().enumerate() {
            let Some(&amount) = lever.amounts.get(step) else { continue };
            let Some(mut found) = ask(&[(at, amount)])? else { continue };
            let mut too_little = if step > 0 { lever.amounts[step - 1] } else { 0.0 };
            let mut enough = amount;
            for _ in 0..N_HALVINGS {
                let middle = lever.between(too_little, enough);
                if middle <= too_little.min(enough) || middle >= too_little.max(enough) {
                    break;
                }
                match ask(&[(at, middle)])? {
                    Some(smaller) => (enough, found) = (middle, smaller),
                    None => too_little = middle,
                }
            }
            return Ok(Some(found));
        }
    }
    // Pairs whose steps add up to less come first.
    for total in 0..(2 * longest).saturating_sub(1) {
        for first in 0..levers.len() {
            for second in first + 1..levers.len() {
                for step in 0..=total {
                    let amounts =
                        (levers[first].amounts.get(step), levers[second].amounts.get(total - step));
                    let (Some(&one), Some(&other)) = amounts else { continue };
                    if let Some(found) = ask(&[(first, one), (second, other)])? {
                        return Ok(Some(found));
                    }
                }
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn levers() -> Vec<Lever> {
        let amounts = vec![1.0, 2.0, 4.0];
        let lever = |(name, is_whole): (&str, bool)| {
            let (name, amounts) = (name.to_owned(), amounts.clone());
            Lever { name, amounts, is_whole }
        };
        [("spend", false), ("visits", true)].map(lever).into()
    }

    /// A grid of segments: one border on each lever.
    fn found(spend: f64, visits: f64, wanted: Option<u32>) -> Option<Move> {
        let place =
            |spend: f64, visits: f64| u32::from(spend >= 5.0) + 2 * u32::from(visits >= 5.0);
        let own = place(spend, visits);
        let segment_of = |changes: &[(usize, f64)]| -> Result<u32, Infallible> {
            let (mut spend, mut visits) = (spend, visits);
            for &(lever, amount) in changes {
                if lever == 0 { spend += amount } else { visits += amount }
            }
            Ok(place(spend, visits))
        };
        smallest_move(&levers(), own, wanted, segment_of).expect("infallible")
    }

    #[test]
    fn the_smallest_single_change_is_found_and_does_cross_the_border() {
        let one = found(3.5, 1.5, None).expect("two more spend");
        assert_eq!(one.changes[0].lever, "spend");
        // 1.5 is needed, 1 does not do and 2 does: halving comes to it.
        assert_eq!((one.changes.len(), one.changes[0].amount, one.segment), (1, 1.5, 1));
        let other = found(1.5, 4.5, None).expect("one more visit");
        assert_eq!((other.changes[0].lever.as_str(), other.segment), ("visits", 2));
        assert_eq!(other.changes[0].amount, 1.0, "half a visit is none");
        let three = found(-9.0, 2.5, None).expect("three more visits");
        assert_eq!(three.changes[0].amount, 3.0, "4 do, 3 do as well");
    }

    #[test]
    fn two_changes_where_one_does_not_do_and_none_where_nothing_does() {
        let both = found(3.5, 4.5, Some(3)).expect("both");
        let amounts: Vec<f64> = both.changes.iter().map(|change| change.amount).collect();
        assert_eq!((amounts, both.segment), (vec![2.0, 1.0], 3));
        assert_eq!(found(-9.0, -9.0, None), None);
        assert_eq!(found(3.5, 4.5, Some(0)), None, "where the user is already is no move");
    }
}
