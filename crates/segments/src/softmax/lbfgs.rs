//! L-BFGS: downhill by the gradients of the last rounds, none of whose products is ever stored.

use std::collections::VecDeque;

/// Rounds remembered.
const MEMORY: usize = 12;
/// Share of the promised decrease that a step must bring.
const SUFFICIENT: f64 = 1e-4;
/// Halvings of a step before rounding errors are held to be all that is left.
const MOST_HALVINGS: usize = 30;

/// Where the rounds ended.
#[derive(Clone, Debug)]
pub(super) struct Minimum {
    pub(super) point: Vec<f64>,
    pub(super) n_iterations: usize,
}

/// Minimises a convex function from `start`. `slope(point, gradient)` gives the value and fills the
/// gradient; `solve` applies the inverse of a rough second derivative in place; `is_near` says
/// when a gradient is small enough.
pub(super) fn minimise(
    start: Vec<f64>,
    max_iterations: usize,
    solve: impl Fn(&mut [f64]),
    is_near: impl Fn(&[f64]) -> bool,
    mut slope: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Minimum {
    let mut point = start;
    let mut gradient = vec![0.0; point.len()];
    let mut value = slope(&point, &mut gradient);
    let mut memory: VecDeque<Pair> = VecDeque::with_capacity(MEMORY);
    let mut next = vec![0.0; point.len()];
    let mut next_gradient = vec![0.0; point.len()];
    for n_iterations in 0..max_iterations {
        if is_near(&gradient) {
            return Minimum { point, n_iterations };
        }
        let mut direction = gradient.clone();
        downhill(&mut direction, &memory, &solve);
        let mut promise = dot(&direction, &gradient);
        if promise.is_nan() || promise >= 0.0 {
            memory.clear();
            direction.iter_mut().zip(&gradient).for_each(|(step, slope)| *step = -slope);
            promise = dot(&direction, &gradient);
        }
        let mut size = 1.0;
        let mut halvings = 0;
        let next_value = loop {
            for ((next, &point), step) in next.iter_mut().zip(&point).zip(&direction) {
                *next = point + size * step;
            }
            let found = slope(&next, &mut next_gradient);
            if found <= value + SUFFICIENT * size * promise {
                break found;
            }
            if halvings == MOST_HALVINGS {
                return Minimum { point, n_iterations };
            }
            halvings += 1;
            // The parabola through both values and the slope has its minimum here.
            let parabola = -promise * size * size / (2.0 * (found - value - promise * size));
            size = if parabola.is_finite() {
                parabola.clamp(0.1 * size, 0.5 * size)
            } else {
                0.1 * size
            };
        };
        remember(&mut memory, Pair::new(&point, &gradient, &next, &next_gradient));
        std::mem::swap(&mut point, &mut next);
        std::mem::swap(&mut gradient, &mut next_gradient);
        value = next_value;
    }
    Minimum { point, n_iterations: max_iterations }
}

/// A step taken, and how the gradient changed on it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

impl Pair {
    fn new(point: &[f64], gradient: &[f64], next: &[f64], next_gradient: &[f64]) -> Self {
        let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        let (step, change): (Vec<f64>, Vec<f64>) =
            (minus(next, point), minus(next_gradient, gradient));
        let product = dot(&step, &change);
        Self { step, change, product }
    }
}

fn remember(memory: &mut VecDeque<Pair>, pair: Pair) {
    let rounding = 1e-14 * (dot(&pair.step, &pair.step) * dot(&pair.change, &pair.change)).sqrt();
    if pair.product.is_nan() || pair.product <= rounding {
        return;
    }
    if memory.len() == MEMORY {
        memory.pop_front();
    }
    memory.push_back(pair);
}

/// Turns a gradient into the step that the remembered rounds suggest.
fn downhill(direction: &mut [f64], memory: &VecDeque<Pair>, solve: &impl Fn(&mut [f64])) {
    let mut shares = Vec::with_capacity(memory.len());
    for pair in memory.iter().rev() {
        let share = dot(&pair.step, direction) / pair.product;
        shares.push(share);
        shift(direction, -share, &pair.change);
    }
    solve(direction);
    if let Some(pair) = memory.back() {
        let mut change = pair.change.clone();
        solve(&mut change);
        let size = pair.product / dot(&pair.change, &change);
        if size.is_finite() && size > 0.0 {
            direction.iter_mut().for_each(|value| *value *= size);
        }
    }
    for (pair, share) in memory.iter().zip(shares.iter().rev()) {
        let back = dot(&pair.change, direction) / pair.product;
        shift(direction, share - back, &pair.step);
    }
    direction.iter_mut().for_each(|value| *value = -*value);
}

fn shift(values: &mut [f64], by: f64, along: &[f64]) {
    for (value, along) in values.iter_mut().zip(along) {
        *value += by * along;
    }
}

/// Eight running sums, so that it runs in vector instructions and always adds in one order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_valley_is_walked_to_its_end() {
        // Condition number 100, minimum at (1, 2, 3, …).
        let curvature = |at: usize| 10f64.powf(2.0 * at as f64 / 19.0);
        let slope = |point: &[f64], gradient: &mut [f64]| {
            let mut value = 0.0;
            for (at, (x, slope)) in point.iter().zip(gradient).enumerate() {
                let away = x - (at + 1) as f64;
                *slope = curvature(at) * away;
                value += 0.5 * curvature(at) * away * away;
            }
            value
        };
        let near = |gradient: &[f64]| dot(gradient, gradient) < 1e-16;
        let plain = minimise(vec![0.0; 20], 150, |_| (), near, slope);
        assert!(plain.n_iterations < 100, "{}", plain.n_iterations);
        let scaled = |values: &mut [f64]| {
            values.iter_mut().enumerate().for_each(|(at, value)| *value /= curvature(at));
        };
        let known = minimise(vec![0.0; 20], 500, scaled, near, slope);
        assert_eq!(known.n_iterations, 1);
        for found in [plain, known] {
            let is_right = |(at, x): (usize, &f64)| (x - (at + 1) as f64).abs() < 1e-7;
            assert!(found.point.iter().enumerate().all(is_right), "{found:?}");
        }
    }
}
