//! Which points are tried, and on what budget.

use fenqun_base::{DataError, Seed};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::{Point, Space};

/// Most points of a grid.
const MOST_POINTS: usize = 100_000;

/// How a space is searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Strategy {
    /// Every combination, with so many values of each range.
    Grid {
        /// Values of a range, the ends among them.
        #[serde(default = "steps")]
        steps: usize,
    },
    /// Points drawn by the seed, none twice.
    Random,
    /// Points drawn by the seed, of which one in `factor` goes on to a budget `factor` times as
    /// large, until it is whole.
    Halving {
        /// Points on the smallest budget.
        #[serde(default = "points")]
        n_points: usize,
        /// One in so many goes on.
        #[serde(default = "factor")]
        factor: usize,
        /// The smallest budget is not below this share of the whole.
        #[serde(default = "smallest")]
        smallest: f64,
    },
}

fn steps() -> usize {
    5
}

fn points() -> usize {
    27
}

fn factor() -> usize {
    3
}

fn smallest() -> f64 {
    0.1
}

impl Strategy {
    pub(super) fn check(&self) -> Result<(), DataError> {
        let wrong = |name, rule: &str, found: String| {
            Err(DataError::Parameter { name, rule: rule.to_owned(), found })
        };
        match self {
            Self::Grid { steps } if !(1..=1000).contains(steps) => {
                wrong("steps", "between 1 and 1000", steps.to_string())
            }
            Self::Halving { n_points, .. } if !(2..=MOST_POINTS).contains(n_points) => {
                wrong("n_points", "between 2 and 100000", n_points.to_string())
            }
            Self::Halving { factor, .. } if !(2..=100).contains(factor) => {
                wrong("factor", "between 2 and 100", factor.to_string())
            }
            Self::Halving { smallest, .. } if !(*smallest > 0.0 && *smallest <= 1.0) => {
                wrong("smallest", "above 0, up to 1", smallest.to_string())
            }
            _ => Ok(()),
        }
    }

    /// The points, at most `n_trials` where they are drawn.
    pub(super) fn points(
        &self,
        space: &Space,
        n_trials: usize,
        seed: Seed,
    ) -> Result<Vec<Point>, DataError> {
        match self {
            Self::Grid { steps } => {
                let mut points = grid(space, *steps)?;
                // In a drawn order: the part of a grid that a limit leaves is no corner of it.
                points.shuffle(&mut seed.derive("points").rng());
                Ok(points)
            }
            Self::Random => Ok(drawn(space, n_trials, seed)),
            Self::Halving { n_points, .. } => Ok(drawn(space, *n_points, seed)),
        }
    }

    /// Budgets, growing up to the whole, and how many of `n_points` points each is spent on.
    pub(super) fn rungs(&self, n_points: usize) -> Vec<(f64, usize)> {
        let Self::Halving { factor, smallest, .. } = self else { return vec![(1.0, n_points)] };
        let mut budgets = vec![1.0];
        let mut budget = 1.0 / *factor as f64;
        // Rounding must not cost the last rung: 1/9 is not below 0.111….
        while budget >= smallest * (1.0 - 1e-9) {
            budgets.push(budget);
            budget /= *factor as f64;
        }
        let mut left = n_points;
        let rungs = budgets.into_iter().rev().map(|budget| {
            let rung = (budget, left);
            left = left.div_ceil(*factor);
            rung
        });
        rungs.collect()
    }
}

fn grid(space: &Space, steps: usize) -> Result<Vec<Point>, DataError> {
    let axes = space.axes(steps);
    let n_points = axes.iter().try_fold(1usize, |n, axis| n.checked_mul(axis.1.len()));
    let Some(n_points) = n_points.filter(|&n| n <= MOST_POINTS) else {
        let rule = format!("of at most {MOST_POINTS} points as a grid: use fewer steps, or random");
        let found = axes.iter().map(|axis| axis.1.len().to_string()).collect::<Vec<_>>();
        return Err(DataError::Parameter { name: "space", rule, found: found.join(" × ") });
    };
    let point = |number: usize| {
        let mut rest = number;
        let mut values = std::collections::BTreeMap::new();
        // The last setting changes fastest.
        for (name, axis) in axes.iter().rev() {
            values.insert((*name).to_owned(), axis[rest % axis.len()].clone());
            rest /= axis.len();
        }
        Point { values }
    };
    Ok((0..n_points).map(point).collect())
}

/// Points without repetition; fewer than asked for where the space has no more. The first ones stay
/// the same when more are asked for.
fn drawn(space: &Space, n_points: usize, seed: Seed) -> Vec<Point> {
    let mut rng = seed.derive("points").rng();
    let mut seen = std::collections::BTreeSet::new();
    let mut points = Vec::with_capacity(n_points.min(MOST_POINTS));
    let mut misses = 0;
    // A space that gives nothing new so often is used up.
    while points.len() < n_points && misses < 1000 {
        let point = space.draw(&mut rng);
        if seen.insert(point.to_key()) {
            points.push(point);
            misses = 0;
        } else {
            misses += 1;
        }
    }
    points
}

impl Point {
    fn to_key(&self) -> String {
        let pairs = self.values.iter().map(|(name, value)| format!("{name}={value}\n"));
        pairs.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn space() -> Space {
        let text = r#"{ "a": { "kind": "integers", "from": 1, "to": 3 },
                        "b": { "kind": "choice", "of": ["x", "y"] } }"#;
        serde_json::from_str(text).expect("a space")
    }

    #[test]
    fn a_grid_has_every_combination_once() {
        let points = Strategy::Grid { steps: 5 }.points(&space(), 6, Seed(1)).expect("small");
        let words: Vec<String> = points.iter().map(Point::to_string).collect();
        assert_eq!(words.len(), 6);
        let whole: BTreeSet<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(
            (whole.len(), whole.first(), whole.last()),
            (6, Some(&"a = 1, b = x"), Some(&"a = 3, b = y"))
        );
        assert!(!words.is_sorted(), "a part of the grid is no corner of it: {words:?}");
        let again = Strategy::Grid { steps: 5 }.points(&space(), 2, Seed(1)).expect("small");
        assert_eq!(again, points, "the first ones are the same whatever the limit");
        let text = r#"{ "a": { "kind": "range", "from": 0.0, "to": 1.0 },
                        "b": { "kind": "range", "from": 0.0, "to": 1.0 } }"#;
        let wide: Space = serde_json::from_str(text).expect("a space");
        let refused = Strategy::Grid { steps: 1000 }.points(&wide, 9, Seed(1)).expect_err("large");
        assert!(refused.to_string().contains("1000 × 1000"), "{refused}");
    }

    #[test]
    fn random_points_end_where_the_space_does_and_begin_alike() {
        let all = Strategy::Random.points(&space(), 50, Seed(1)).expect("drawn");
        assert_eq!(all.len(), 6);
        let few = Strategy::Random.points(&space(), 4, Seed(1)).expect("drawn");
        assert_eq!(few, all[..4]);
    }

    #[test]
    fn halving_ends_with_the_whole_budget() {
        let halving = Strategy::Halving { n_points: 27, factor: 3, smallest: 1.0 / 9.0 };
        let rungs = halving.rungs(27);
        assert_eq!(rungs.iter().map(|rung| rung.1).collect::<Vec<_>>(), [27, 9, 3]);
        assert_eq!(rungs[2].0, 1.0);
        assert!((rungs[0].0 - 1.0 / 9.0).abs() < 1e-12);
        let whole = Strategy::Halving { n_points: 4, factor: 2, smallest: 1.0 };
        assert_eq!(whole.rungs(4), [(1.0, 4)]);
        assert_eq!(Strategy::Random.rungs(5), [(1.0, 5)]);
        assert!(Strategy::Halving { n_points: 1, factor: 2, smallest: 0.5 }.check().is_err());
        assert!(Strategy::Halving { n_points: 4, factor: 1, smallest: 0.5 }.check().is_err());
        assert!(Strategy::Halving { n_points: 4, factor: 2, smallest: 0.0 }.check().is_err());
        assert!(Strategy::Grid { steps: 0 }.check().is_err());
    }
}
