//! Candidates for `C`, one after another, on one set of rows or on every inner fold.

use fenqun_base::NO_CODE;
use rayon::prelude::*;

use super::Softmax;
use super::kernel::{Linear, Rows};
use super::lbfgs::minimise;
use super::scale::Frame;

/// Below this a probability is rounding; the log loss of one row stays finite.
const LEAST_SHARE: f64 = 1e-15;

/// Labelled rows in the solver's coordinates.
pub(super) struct Problem<'a, T> {
    pub(super) params: &'a Softmax,
    pub(super) values: &'a [T],
    pub(super) width: usize,
    pub(super) frame: &'a Frame,
    pub(super) n_classes: usize,
    /// Where each labelled row lies, and its class.
    pub(super) at: &'a [u32],
    pub(super) codes: &'a [u32],
}

/// Coefficients in the solver's coordinates for the classes that had examples.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// Classes with examples, in order.
    pub(super) classes: Vec<usize>,
    /// `[class][column]`, then one intercept a class.
    pub(super) point: Vec<f64>,
    pub(super) n_iterations: usize,
}

/// What the inner folds say.
pub(super) struct Choice {
    pub(super) c: f64,
    /// The solution of each fold at that `C`.
    pub(super) solutions: Vec<Solution>,
}

/// The rows that one solution learns from.
struct Target {
    at: Vec<u32>,
    classes: Vec<u32>,
    weights: Vec<f64>,
    total: f64,
    kept: Vec<usize>,
    /// Weighted share of each kept class.
    shares: Vec<f64>,
}

impl<T: Copy + Into<f64> + Sync> Problem<'_, T> {
    /// The candidate of least log loss on rows that its solution has not seen; the strongest
    /// penalty among equals. `folds` has one number a labelled row.
    pub(super) fn choose(&self, folds: &[u32], candidates: &[f64]) -> Choice {
        let n_folds = folds.iter().max().map_or(0, |&last| last as usize + 1);
        let results: Vec<Vec<(Solution, f64)>> = (0..n_folds as u32)
            .into_par_iter()
            .map(|fold| {
                let target = self.target(|row| folds[row] != fold);
                let mut path: Vec<(Solution, f64)> = Vec::with_capacity(candidates.len());
                for &c in candidates {
                    let solution = self.solve(&target, c, path.last().map(|(last, _)| last));
                    let loss = self.loss(&solution, folds, fold);
                    path.push((solution, loss));
                }
                path
            })
            .collect();
        let loss = |at: usize| results.iter().map(|path| path[at].1).sum::<f64>();
        let mut best = 0;
        for at in 1..candidates.len() {
            if loss(at) < loss(best) {
                best = at;
            }
        }
        let solutions = results.into_iter().map(|mut path| path.swap_remove(best).0).collect();
        Choice { c: candidates[best], solutions }
    }

    /// The solution on all labelled rows.
    pub(super) fn solve_all(&self, c: f64, start: Option<&Solution>) -> Solution {
        self.solve(&self.target(|_| true), c, start)
    }

    /// Probabilities of all classes for the labelled rows of `fold`; others stay as they are.
    pub(super) fn held_out(
        &self,
        solution: &Solution,
        folds: &[u32],
        fold: u32,
        shares: &mut [f32],
    ) {
        let rows: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] == fold).collect();
        let at: Vec<u32> = rows.iter().map(|&row| self.at[row]).collect();
        let (weights, intercepts) = self.in_units(solution);
        let linear = Linear { weights: &weights, intercepts: &intercepts };
        let pieces = self.rows(&at).shares(linear, |first, piece| (first, piece.to_vec()));
        for (first, piece) in pieces {
            for (place, own) in piece.chunks_exact(solution.classes.len()).enumerate() {
                let start = rows[first + place] * self.n_classes;
                for (&class, &share) in solution.classes.iter().zip(own) {
                    shares[start + class] = share as f32;
                }
            }
        }
    }

    /// Coefficients for the values as they are.
    pub(super) fn in_units(&self, solution: &Solution) -> (Vec<f64>, Vec<f64>) {
        let (scaled, free) = solution.point.split_at(solution.classes.len() * self.width);
        let mut weights = vec![0.0; scaled.len()];
        let mut intercepts = free.to_vec();
        self.unscale(scaled, &mut weights, &mut intercepts);
        (weights, intercepts)
    }

    fn unscale(&self, scaled: &[f64], weights: &mut [f64], intercepts: &mut [f64]) {
        let rows = weights.chunks_exact_mut(self.width).zip(scaled.chunks_exact(self.width));
        for ((weights, scaled), intercept) in rows.zip(intercepts) {
            for column in 0..self.width {
                weights[column] = scaled[column] * self.frame.scale[column];
                *intercept -= weights[column] * self.frame.shift[column];
            }
        }
    }

    fn rows<'b>(&'b self, at: &'b [u32]) -> Rows<'b, T> {
        Rows { values: self.values, width: self.width, at }
    }

    fn target(&self, is_seen: impl Fn(usize) -> bool) -> Target {
        let seen: Vec<usize> = (0..self.at.len()).filter(|&row| is_seen(row)).collect();
        let mut counts = vec![0; self.n_classes];
        seen.iter().for_each(|&row| counts[self.codes[row] as usize] += 1);
        let kept: Vec<usize> = (0..self.n_classes).filter(|&class| counts[class] > 0).collect();
        let mut place = vec![NO_CODE; self.n_classes];
        kept.iter().enumerate().for_each(|(at, &class)| place[class] = at as u32);
        let weight = self.params.class_weights.of(&counts);
        let sums: Vec<f64> =
            kept.iter().map(|&class| weight[class] * counts[class] as f64).collect();
        let total: f64 = sums.iter().sum();
        Target {
            at: seen.iter().map(|&row| self.at[row]).collect(),
            classes: seen.iter().map(|&row| place[self.codes[row] as usize]).collect(),
            weights: seen.iter().map(|&row| weight[self.codes[row] as usize]).collect(),
            shares: sums.iter().map(|sum| sum / total).collect(),
            total,
            kept,
        }
    }

    fn solve(&self, target: &Target, c: f64, start: Option<&Solution>) -> Solution {
        let (n_classes, width) = (target.kept.len(), self.width);
        let n_weights = n_classes * width;
        let classes = target.kept.clone();
        if n_classes < 2 {
            return Solution { classes, point: vec![0.0; n_weights + n_classes], n_iterations: 0 };
        }
        // Two classes have one difference, whose penalty two mirrored halves would share.
        let penalty = if self.n_classes == 2 { 2.0 } else { 1.0 };
        let pull = c * target.total;
        // How much the loss bends at most along each number, at the shares of the classes.
        let mut bend = vec![0.0; n_weights + n_classes];
        for (class, share) in target.shares.iter().enumerate() {
            let own = pull * share * (1.0 - share);
            for column in 0..width {
                bend[class * width + column] = penalty + own * self.frame.spread[column];
            }
            bend[n_weights + class] = own;
        }
        let is_near = |gradient: &[f64]| {
            let (weights, free) = gradient.split_at(n_weights);
            let steep: f64 = weights.iter().map(|slope| slope * slope).sum::<f64>() / penalty;
            let free =
                free.iter().zip(&bend[n_weights..]).map(|(slope, bend)| slope * slope / bend);
            0.5 * (steep + free.sum::<f64>()) <= self.params.tolerance * pull
        };
        let point = match start {
            Some(start) if start.classes == classes => start.point.clone(),
            _ => self.start(target),
        };
        let rows = self.rows(&target.at);
        let mut in_units = vec![0.0; n_weights];
        let slope = |point: &[f64], gradient: &mut [f64]| {
            let (scaled, free) = point.split_at(n_weights);
            let mut intercepts = free.to_vec();
            self.unscale(scaled, &mut in_units, &mut intercepts);
            let linear = Linear { weights: &in_units, intercepts: &intercepts };
            let found = rows.slope(linear, &target.classes, &target.weights);
            let mut norm = 0.0;
            for class in 0..n_classes {
                for column in 0..width {
                    let at = class * width + column;
                    let moved = found.gradient[at] - self.frame.shift[column] * found.sums[class];
                    gradient[at] = penalty * point[at] + c * self.frame.scale[column] * moved;
                    norm += point[at] * point[at];
                }
                gradient[n_weights + class] = c * found.sums[class];
            }
            c * found.loss + 0.5 * penalty * norm
        };
        let solve = |values: &mut [f64]| {
            values.iter_mut().zip(&bend).for_each(|(value, bend)| *value /= bend);
        };
        let found = minimise(point, self.params.max_iterations, solve, is_near, slope);
        Solution { classes, point: found.point, n_iterations: found.n_iterations }
    }

    /// No slopes, and the shares of the classes.
    fn start(&self, target: &Target) -> Vec<f64> {
        let logs: Vec<f64> = target.shares.iter().map(|share| share.ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let mut point = vec![0.0; logs.len() * self.width];
        point.extend(logs.iter().map(|log| log - mean));
        point
    }

    /// Log loss of a solution on the labelled rows of one fold, summed.
    fn loss(&self, solution: &Solution, folds: &[u32], fold: u32) -> f64 {
        let rows: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] == fold).collect();
        let at: Vec<u32> = rows.iter().map(|&row| self.at[row]).collect();
        let (weights, intercepts) = self.in_units(solution);
        let linear = Linear { weights: &weights, intercepts: &intercepts };
        let n_classes = solution.classes.len();
        let losses = self.rows(&at).shares(linear, |first, shares| {
            let mut loss = 0.0;
            for (place, own) in shares.chunks_exact(n_classes).enumerate() {
                let class = self.codes[rows[first + place]] as usize;
                let share = solution.classes.iter().position(|&kept| kept == class);
                loss -= share.map_or(0.0, |at| own[at]).max(LEAST_SHARE).ln();
            }
            loss
        });
        losses.iter().sum()
    }
}
