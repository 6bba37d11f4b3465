//! Columns cut into at most 255 steps, so that a split is a choice among few.

use fenqun_base::{Matrix, Seed};
use rayon::prelude::*;

use super::sample::some_of;

/// Values of a column that decide where it is cut.
const MOST_VALUES: usize = 200_000;

/// A matrix, column by column, each value as the number of its step.
pub(super) struct Binned {
    pub(super) n_rows: usize,
    /// Columns of more than one step: the others can split nothing.
    pub(super) columns: Vec<Column>,
}

/// One column in steps.
pub(super) struct Column {
    /// Which column of the matrix this is.
    pub(super) index: u32,
    /// Step `s` holds the values up to and including `thresholds[s]`; the last step has none.
    pub(super) thresholds: Vec<f32>,
    /// The step of every row.
    pub(super) steps: Vec<u8>,
}

impl Binned {
    pub(super) fn new(data: &Matrix, most: usize, min_rows: usize, seed: Seed) -> Self {
        let (n_rows, n_columns) = (data.n_rows(), data.n_columns());
        let sampled = some_of(n_rows, MOST_VALUES, &mut seed.derive("bins").rng());
        let least = least_in_step(min_rows);
        let columns = (0..n_columns)
            .into_par_iter()
            .filter_map(|index| {
                let values = data.values();
                let at = |row: usize| values[row * n_columns + index];
                let mut sorted: Vec<f32> = sampled.iter().map(|&row| at(row as usize)).collect();
                sorted.sort_unstable_by(f32::total_cmp);
                let thresholds = thresholds(&sorted, most, least);
                if thresholds.is_empty() {
                    return None;
                }
                let step = |row| thresholds.partition_point(|&threshold| threshold < at(row)) as u8;
                let steps = (0..n_rows).map(step).collect();
                Some(Column { index: index as u32, thresholds, steps })
            })
            .collect();
        Self { n_rows, columns }
    }
}

/// Fewest values in a step: a third of a leaf's rows, for finer steps would only find the same
/// leaves more slowly; never below three unless leaves are so small.
fn least_in_step(min_rows: usize) -> usize {
    (min_rows / 3).max(min_rows.min(3))
}

/// Where to cut: between distinct values, into steps of about equally many values, a value that
/// fills a step by itself standing alone.
fn thresholds(sorted: &[f32], most: usize, least: usize) -> Vec<f32> {
    let runs: Vec<(f32, usize)> =
        sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect();
    let few = runs.len() <= most;
    let is_heavy = |count: usize| !few && count >= least && count * most >= sorted.len();
    let n_heavy = runs.iter().filter(|run| is_heavy(run.1)).count();
    let mut left: usize = runs.iter().filter(|run| !is_heavy(run.1)).map(|run| run.1).sum();
    let mut free = most.saturating_sub(n_heavy).max(1);
    let mut wanted = (left as f64 / free as f64).max(least as f64);
    let mut cuts = Vec::new();
    let mut held = 0;
    for pair in runs.windows(2) {
        let ((value, count), (next, next_count)) = (pair[0], pair[1]);
        held += count;
        let heavy = is_heavy(count);
        if !heavy {
            left -= count;
        }
        let half_full = held as f64 >= wanted / 2.0;
        let full = if few {
            held >= least
        } else {
            heavy || held as f64 >= wanted || (is_heavy(next_count) && half_full)
        };
        if !full {
            continue;
        }
        cuts.push(between(value, next));
        if cuts.len() + 1 >= most {
            break;
        }
        held = 0;
        if !heavy && free > 1 {
            free -= 1;
            wanted = (left as f64 / free as f64).max(least as f64);
        }
    }
    // What is left over after the last cut may be too little for a step of its own.
    if let Some(&last) = cuts.last()
        && sorted.len() - sorted.partition_point(|&value| value <= last) < least
    {
        cuts.pop();
    }
    cuts
}

/// A number that is at least `low` and below `high`, halfway where there is room.
fn between(low: f32, high: f32) -> f32 {
    let middle = ((f64::from(low) + f64::from(high)) / 2.0) as f32;
    if middle >= low && middle < high { middle } else { low }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_values_are_told_apart_halfway() {
        assert_eq!(thresholds(&[1.0, 1.0, 2.0, 4.0], 255, 1), [1.5, 3.0]);
        assert!(thresholds(&[1.0; 9], 255, 1).is_empty());
        assert!(thresholds(&[-0.0, 0.0], 255, 1).is_empty());
        let close = f32::from_bits(1.0f32.to_bits() + 1);
        assert_eq!(thresholds(&[1.0, close], 255, 1), [1.0]);
        assert_eq!(thresholds(&[f32::MIN, f32::MAX], 255, 1), [0.0]);
    }

    #[test]
    fn a_heavy_value_stands_alone_and_the_rest_share_evenly() {
        let mut sorted = vec![0.0; 900];
        sorted.extend((1..=100).map(|value| value as f32));
        let cuts = thresholds(&sorted, 5, 3);
        assert_eq!(cuts, [0.5, 25.5, 50.5, 75.5]);
    }

    proptest! {
        #[test]
        fn steps_are_few_ordered_and_not_too_small(
            mut values in prop::collection::vec(-40i8..40, 1..400),
            most in 2usize..40,
            least in 1usize..4,
        ) {
            values.sort_unstable();
            let sorted: Vec<f32> = values.iter().map(|&value| f32::from(value)).collect();
            let cuts = thresholds(&sorted, most, least);
            prop_assert!(cuts.len() < most);
            prop_assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]));
            let mut before = 0;
            for cut in cuts.iter().copied().chain([f32::INFINITY]) {
                let until = sorted.partition_point(|&value| value <= cut);
                prop_assert!(until > before, "a step without values");
                before = until;
            }
        }
    }
}
