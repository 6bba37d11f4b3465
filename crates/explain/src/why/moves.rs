//! The smallest change that puts a user elsewhere, asked of the model itself.

use serde::{Deserialize, Serialize};

use super::Deed;

/// Something about a user that can change, for example spend in the coming weeks. What cannot be
/// changed (how long ago somebody first came) is no lever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lever {
    /// What it is called.
    pub name: String,
    /// What the user does more of.
    pub deed: Deed,
    /// Amounts to try, the smallest change first.
    pub amounts: Vec<f64>,
    /// How much of it counts as one: what makes changes of several levers add up.
    pub unit: f64,
    /// What lies between the amounts.
    pub step: Step,
}

/// What lies between two amounts of a lever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Any amount, said with two digits: money.
    Any,
    /// Whole numbers: purchases.
    Whole,
    /// Nothing.
    Listed,
}

impl Lever {
    /// How much of a change an amount is.
    fn size(&self, amount: f64) -> f64 {
        amount.abs() / self.unit
    }

    /// The middle of two amounts, as a person would say it; `None` where nothing lies between.
    fn between(&self, one: f64, other: f64) -> Option<f64> {
        let middle = (one + other) / 2.0;
        let said = match self.step {
            Step::Listed => return None,
            Step::Whole => middle.trunc(),
            Step::Any if middle == 0.0 => middle,
            Step::Any => {
                let scale = 10f64.powi(1 - middle.abs().log10().floor() as i32);
                (middle * scale).round() / scale
            }
        };
        (said > one.min(other) && said < one.max(other)).then_some(said)
    }
}

/// One change of a move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The lever's name.
    pub lever: String,
    /// What the user does more of.
    pub deed: Deed,
    /// How much of it.
    pub amount: f64,
}

/// Changes that together put a user into another segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// One, or several that only do together.
    pub changes: Vec<Change>,
    /// Where the user then is.
    pub segment: u32,
    /// How much of a change it is: every amount over the unit of its lever, added up.
    pub total: f64,
}

/// Times that a change is halved between the last amount that did not do and the first that did.
const N_HALVINGS: usize = 6;

/// The smallest amount of every lever that does alone, the smallest change first. Where none does,
/// the one pair of levers that does with the smallest total; where no pair does, all levers at once,
/// each as small as the others then allow. Empty where nothing tried does.
///
/// Amounts are tried in the order of a lever's list. Between the last that did not do and the first
/// that did, the change is halved as long as the smaller one does too: what is returned does, and in
/// a model where more of a lever never leads back it is the smallest, but for the last halving.
///
/// `arrives` gets (lever, amount) pairs, applies them to the user however the model needs it, and
/// says where the user then is; `None` where that is not elsewhere.
///
/// # Errors
/// Whatever `arrives` returns.
pub fn smallest_moves<E>(
    levers: &[Lever],
    arrives: impl FnMut(&[(usize, f64)]) -> Result<Option<u32>, E>,
) -> Result<Vec<Move>, E> {
    let mut search = Search { levers, arrives };
    let mut alone = Vec::new();
    for at in 0..levers.len() {
        if let Some((amount, segment)) = search.least(at, &[], f64::INFINITY)? {
            alone.push(search.told(&[(at, amount)], segment));
        }
    }
    if !alone.is_empty() {
        alone.sort_by(|a, b| a.total.total_cmp(&b.total));
        return Ok(alone);
    }
    let together = match search.pair()? {
        Some(pair) => Some(pair),
        None => search.all()?,
    };
    Ok(together.into_iter().collect())
}

struct Search<'a, A> {
    levers: &'a [Lever],
    arrives: A,
}

impl<E, A: FnMut(&[(usize, f64)]) -> Result<Option<u32>, E>> Search<'_, A> {
    /// The least amount of a lever beside other changes that does, and where it leads; changes of
    /// `most` and above are of no interest.
    fn least(
        &mut self,
        at: usize,
        beside: &[(usize, f64)],
        most: f64,
    ) -> Result<Option<(f64, u32)>, E> {
        let levers = self.levers;
        let lever = &levers[at];
        let mut ask = |amount: f64| (self.arrives)(&[beside, &[(at, amount)]].concat());
        let mut too_little = 0.0;
        for &amount in &lever.amounts {
            if lever.size(too_little) >= most {
                break;
            }
            let Some(mut segment) = ask(amount)? else {
                too_little = amount;
                continue;
            };
            let mut enough = amount;
            for _ in 0..N_HALVINGS {
                let Some(middle) = lever.between(too_little, enough) else { break };
                match ask(middle)? {
                    Some(found) => (enough, segment) = (middle, found),
                    None => too_little = middle,
                }
            }
            return Ok(Some((enough, segment)));
        }
        Ok(None)
    }

    /// Two levers with the smallest total.
    fn pair(&mut self) -> Result<Option<Move>, E> {
        let levers = self.levers;
        let mut best: Option<Move> = None;
        for first in 0..levers.len() {
            // Two ways to change one number are never taken at once.
            let is_other = |&second: &usize| levers[second].name != levers[first].name;
            for second in (first + 1..levers.len()).filter(is_other) {
                for &amount in &levers[first].amounts {
                    let total = best.as_ref().map_or(f64::INFINITY, |best| best.total);
                    let spare = total - levers[first].size(amount);
                    if spare <= 0.0 {
                        break;
                    }
                    let found = self.least(second, &[(first, amount)], spare)?;
                    let Some((other, _)) = found else { continue };
                    // The first may do with less than its list says.
                    let found = self.least(first, &[(second, other)], f64::INFINITY)?;
                    let Some((amount, segment)) = found else { continue };
                    let found = self.told(&[(first, amount), (second, other)], segment);
                    if found.total < total {
                        best = Some(found);
                    }
                }
            }
        }
        Ok(best)
    }

    /// All levers at their most, then each as small as the others allow, from the first on.
    fn all(&mut self) -> Result<Option<Move>, E> {
        let levers = self.levers;
        let mut changes: Vec<(usize, f64)> = Vec::new();
        for (at, lever) in levers.iter().enumerate() {
            let is_new = changes.iter().all(|&(other, _)| levers[other].name != lever.name);
            if let Some(&most) = lever.amounts.last().filter(|_| is_new) {
                changes.push((at, most));
            }
        }
        if changes.len() < 3 {
            return Ok(None);
        }
        let Some(mut segment) = (self.arrives)(&changes)? else { return Ok(None) };
        for (lever, _) in changes.clone() {
            let others: Vec<_> = changes.iter().copied().filter(|it| it.0 != lever).collect();
            if let Some(found) = (self.arrives)(&others)? {
                (changes, segment) = (others, found);
            } else if let Some((amount, found)) = self.least(lever, &others, f64::INFINITY)? {
                segment = found;
                let own = changes.iter_mut().filter(|it| it.0 == lever);
                own.for_each(|it| it.1 = amount);
            }
        }
        Ok(Some(self.told(&changes, segment)))
    }

    fn told(&self, changes: &[(usize, f64)], segment: u32) -> Move {
        let change = |&(at, amount): &(usize, f64)| {
            let Lever { name, deed, .. } = &self.levers[at];
            Change { lever: name.clone(), deed: deed.clone(), amount }
        };
        let size = |&(at, amount): &(usize, f64)| self.levers[at].size(amount);
        Move {
            changes: changes.iter().map(change).collect(),
            segment,
            total: changes.iter().map(size).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn lever(name: &str, unit: f64, step: Step) -> Lever {
        let (name, deed) = (name.to_owned(), Deed::StayAway);
        Lever { name, deed, amounts: vec![1.0, 2.0, 4.0], unit, step }
    }

    fn amounts(found: &Move) -> Vec<(&str, f64)> {
        found.changes.iter().map(|change| (change.lever.as_str(), change.amount)).collect()
    }

    /// A grid of segments with one border on each lever.
    fn found(start: &[f64], wanted: Option<u32>, levers: &[Lever]) -> Vec<Move> {
        let place = |at: &[f64]| {
            at.iter().enumerate().map(|(bit, &at)| u32::from(at >= 5.0) << bit).sum::<u32>()
        };
        let own = place(start);
        let arrives = |changes: &[(usize, f64)]| -> Result<Option<u32>, Infallible> {
            let mut there = start.to_vec();
            changes.iter().for_each(|&(lever, amount)| there[lever] += amount);
            let place = place(&there);
            Ok(Some(place).filter(|&it| wanted.map_or(it != own, |wanted| it == wanted)))
        };
        smallest_moves(levers, arrives).expect("infallible")
    }

    fn two() -> [Lever; 2] {
        [lever("spend", 1.0, Step::Any), lever("visits", 1.0, Step::Whole)]
    }

    #[test]
    fn the_smallest_change_of_each_lever_does_cross_the_border() {
        let moves = found(&[3.5, 4.5], None, &two());
        // 1.5 is needed, 1 does not do and 2 does: halving comes to it. Half a visit is none.
        let told: Vec<_> = moves.iter().map(|it| (amounts(it), it.segment, it.total)).collect();
        let wanted = [(vec![("visits", 1.0)], 2, 1.0), (vec![("spend", 1.5)], 1, 1.5)];
        assert_eq!(told, wanted, "the smaller change first");
        assert_eq!(amounts(&found(&[-9.0, 2.5], None, &two())[0]), [("visits", 3.0)]);
        let listed = [lever("spend", 1.0, Step::Listed)];
        assert_eq!(amounts(&found(&[3.5], None, &listed)[0]), [("spend", 2.0)]);
    }

    #[test]
    fn levers_are_put_together_where_none_does_alone_and_nothing_is_found_where_nothing_does() {
        let moves = found(&[3.5, 4.5], Some(3), &two());
        assert_eq!(moves.len(), 1);
        assert_eq!(amounts(&moves[0]), [("spend", 1.5), ("visits", 1.0)]);
        assert_eq!((moves[0].segment, moves[0].total), (3, 2.5));
        assert!(found(&[-9.0, -9.0], None, &two()).is_empty());
        let three = [two().to_vec(), vec![lever("views", 1.0, Step::Whole)]].concat();
        let moves = found(&[3.5, 4.5, 2.5], Some(7), &three);
        assert_eq!(amounts(&moves[0]), [("spend", 1.5), ("visits", 1.0), ("views", 3.0)]);
        // Two of three: the one that is not needed is left out.
        let moves = found(&[3.5, 4.5, 2.5], Some(3), &three);
        assert_eq!(amounts(&moves[0]), [("spend", 1.5), ("visits", 1.0)]);
    }

    /// Against every pair of tenths that there is.
    #[test]
    fn the_pair_is_the_one_of_the_smallest_total() {
        let levers = [lever("a", 1.0, Step::Any), lever("b", 0.25, Step::Any)];
        let does = |a: f64, b: f64| a * b >= 2.0 && a <= 4.0 && b <= 4.0;
        let arrives = |changes: &[(usize, f64)]| -> Result<Option<u32>, Infallible> {
            let of = |lever| changes.iter().filter(|it| it.0 == lever).map(|it| it.1).sum();
            Ok(does(of(0), of(1)).then_some(1))
        };
        let found = smallest_moves(&levers, arrives).expect("infallible");
        let tenths = || (1..=40).map(|tenth| f64::from(tenth) / 10.0);
        let totals = tenths().flat_map(|a| tenths().map(move |b| (a, b)));
        let totals = totals.filter(|&(a, b)| does(a, b)).map(|(a, b)| a + b / 0.25);
        let least = totals.fold(f64::INFINITY, f64::min);
        assert!(found[0].total <= 1.1 * least, "{found:?} {least}");
    }
}
