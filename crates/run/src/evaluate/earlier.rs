//! What a question about the next period learns from, chosen one period earlier: what foretold the
//! newest period that is known best is taken for the one that is asked about.

use fenqun_base::Language;

use super::task::Moments;
use crate::RunError;

/// Rows as they would have been one period before the question.
pub(super) struct Earlier {
    /// Rows of every moment that was known then.
    pub all: Vec<usize>,
    /// Those of the newest of them.
    pub newest: Vec<usize>,
    /// Rows of the newest moment to learn from: what came of them is known now.
    pub asked: Vec<usize>,
}

/// One way to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Learning {
    /// Whether graph vectors are looked at beside the features.
    pub graph: bool,
    /// Whether all moments are learned from, or the newest alone.
    pub all: bool,
}

impl Learning {
    /// What a person should know of a choice.
    pub fn words(self, language: Language) -> String {
        let (blocks, blocks_zh) = match self.graph {
            true => ("features and graph vectors", "画像特征与图向量"),
            false => ("features", "画像特征"),
        };
        let (moments, moments_zh) = match self.all {
            true => ("all moments", "全部时间点"),
            false => ("the newest moment", "最近一个时间点"),
        };
        language.pick(
            format!(
                "fenqun looks at {blocks} and learns from {moments}: that foretold the newest known \
                 period best."
            ),
            format!("fenqun 使用{blocks_zh}，从{moments_zh}学习：这样对最近一个已知周期预测最好。"),
        )
    }
}

impl Moments {
    /// The same question one period earlier; `None` where nothing is known from before two moments
    /// of that time, so that there is nothing to choose.
    fn earlier(&self) -> Option<Earlier> {
        let of = |is_wanted: fn(usize) -> bool| -> Vec<usize> {
            (0..self.places.len()).filter(|&row| is_wanted(self.places[row].0)).collect()
        };
        let earlier = Earlier {
            all: of(|moment| moment >= 2),
            newest: of(|moment| moment == 2),
            asked: of(|moment| moment == 1),
        };
        (earlier.all.len() > earlier.newest.len()).then_some(earlier)
    }

    /// Takes the way that scores best one period earlier, the first among equals; without an earlier
    /// period the first.
    pub(super) fn choose(
        &self,
        ways: &[Learning],
        score: impl Fn(Learning, &[usize], &[usize]) -> Result<f64, RunError>,
    ) -> Result<(Learning, bool), RunError> {
        let first = ways.first().copied().unwrap_or(Learning { graph: false, all: true });
        let Some(earlier) = self.earlier() else { return Ok((first, false)) };
        let mut best = (first, f64::NEG_INFINITY);
        for &way in ways {
            let rows = if way.all { &earlier.all } else { &earlier.newest };
            let found = score(way, rows, &earlier.asked)?;
            if found > best.1 {
                best = (way, found);
            }
        }
        Ok((best.0, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Learning = Learning { graph: true, all: true };
    const NEWEST: Learning = Learning { graph: false, all: false };

    /// Two users as of each of so many moments, the test moment first.
    fn moments(n: usize) -> Moments {
        Moments {
            profiles: Vec::new(),
            rows: Vec::new(),
            places: (0..n).flat_map(|moment| [(moment, 0), (moment, 1)]).collect(),
            amounts: Vec::new(),
            purchases: Vec::new(),
            test_as_of: 0,
        }
    }

    #[test]
    fn the_way_that_foretold_the_newest_known_period_is_taken() {
        // As of moment 1 the older ones are known, and no row of the test moment is ever looked at.
        let score = |way: Learning, train: &[usize], asked: &[usize]| {
            assert_eq!(asked, [2, 3]);
            let expected = if way.all { vec![4, 5, 6, 7] } else { vec![4, 5] };
            assert_eq!(train, expected);
            Ok(if way == NEWEST { 0.8 } else { 0.7 })
        };
        assert_eq!(moments(4).choose(&[BOTH, NEWEST], score).expect("chosen"), (NEWEST, true));
        let alike = |_: Learning, _: &[usize], _: &[usize]| Ok(0.7);
        assert_eq!(moments(4).choose(&[BOTH, NEWEST], alike).expect("chosen"), (BOTH, true));
    }

    #[test]
    fn without_two_earlier_moments_there_is_nothing_to_choose() {
        let never = |_: Learning, _: &[usize], _: &[usize]| -> Result<f64, RunError> {
            panic!("nothing is fitted")
        };
        assert_eq!(moments(3).choose(&[BOTH, NEWEST], never).expect("the first"), (BOTH, false));
    }
}
