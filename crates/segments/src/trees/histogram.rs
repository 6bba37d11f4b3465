//! Sums of slopes by step of a column, in whole numbers.
//!
//! Slopes are rounded to whole multiples of a fixed fraction of the largest one (2⁻³⁰ for
//! gradients), and added up as integers. Such sums are exact: they do not depend on the order of
//! rows nor on the number of threads, and a child's histogram is its parent's less its sibling's to
//! the last bit.

use super::loss::Slope;

/// Steps that a histogram has room for; [`super::bins`] makes one fewer at most.
pub(super) const STEPS: usize = 256;

/// Low bits of [`Cell::hessian_and_rows`] that count rows.
const ROW_BITS: u32 = 24;

/// Most rows that can be learned from at once: what [`ROW_BITS`] can count.
pub(super) const MOST_ROWS: usize = (1 << ROW_BITS) - 1;

/// A row's slope in whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Push {
    gradient: i32,
    hessian: u32,
}

/// Sums over rows: 16 bytes, so that a row costs two additions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cell {
    gradient: i64,
    hessian_and_rows: u64,
}

/// How whole numbers are read back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Units {
    pub(super) gradient: f64,
    pub(super) hessian: f64,
}

impl Units {
    /// Slopes in whole numbers, and how to read sums of them.
    pub(super) fn of(slopes: &[Slope]) -> (Vec<Push>, Self) {
        let most = |value: fn(&Slope) -> f64| {
            slopes.iter().map(|slope| value(slope).abs()).fold(0.0, f64::max)
        };
        // All hessians together must stay below 2⁴⁰, the bits above the count of rows.
        let row_bits = usize::BITS - slopes.len().leading_zeros();
        let gradient = power_above(most(|slope| slope.gradient), 30);
        let hessian = power_above(most(|slope| slope.hessian), (39 - row_bits).min(30) as i32);
        let push = |slope: &Slope| Push {
            gradient: (slope.gradient / gradient).round() as i32,
            hessian: (slope.hessian / hessian).round() as u32,
        };
        (slopes.iter().map(push).collect(), Self { gradient, hessian })
    }
}

impl Cell {
    pub(super) fn n_rows(&self) -> usize {
        (self.hessian_and_rows & MOST_ROWS as u64) as usize
    }

    /// In [`Units`].
    pub(super) fn gradient(&self) -> f64 {
        self.gradient as f64
    }

    /// In [`Units`].
    pub(super) fn hessian(&self) -> f64 {
        (self.hessian_and_rows >> ROW_BITS) as i64 as f64
    }

    pub(super) fn add(&mut self, push: Push) {
        self.gradient += i64::from(push.gradient);
        self.hessian_and_rows += (u64::from(push.hessian) << ROW_BITS) | 1;
    }

    pub(super) fn plus(mut self, other: &Self) -> Self {
        self.gradient += other.gradient;
        self.hessian_and_rows += other.hessian_and_rows;
        self
    }

    /// `other` must be part of this sum.
    pub(super) fn less(mut self, other: &Self) -> Self {
        self.gradient -= other.gradient;
        self.hessian_and_rows -= other.hessian_and_rows;
        self
    }
}

/// A power of two, such that `most` is below 2^`bits` times it; 1 for no slope at all.
fn power_above(most: f64, bits: i32) -> f64 {
    if most <= 0.0 {
        return 1.0;
    }
    let exponent = ((most.to_bits() >> 52) & 0x7ff) as i32 - 1022;
    2.0f64.powi((exponent - bits).max(-1022))
}

/// Sums of `rows` by step. Cells of steps that come are zero before.
pub(super) fn fill(cells: &mut [Cell; STEPS], steps: &[u8], rows: &[u32], pushes: &[Push]) {
    for (&row, &push) in rows.iter().zip(pushes) {
        cells[usize::from(steps[row as usize])].add(push);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_right_to_the_rounding_of_slopes() {
        let slopes: Vec<Slope> = (0..1000)
            .map(|row| Slope {
                gradient: f64::from(row - 480) / 7.0,
                hessian: f64::from(row % 13) / 52.0,
            })
            .collect();
        let (pushes, units) = Units::of(&slopes);
        let rows: Vec<u32> = (0..1000).collect();
        let steps: Vec<u8> = (0..1000).map(|row| (row % 251) as u8).collect();
        let mut cells = [Cell::default(); STEPS];
        fill(&mut cells, &steps, &rows, &pushes);
        for (step, cell) in cells.iter().enumerate().take(251) {
            let own = || (0..1000).filter(|row| row % 251 == step).map(|row| slopes[row]);
            let gradient: f64 = own().map(|slope| slope.gradient).sum();
            let hessian: f64 = own().map(|slope| slope.hessian).sum();
            assert_eq!(cell.n_rows(), own().count());
            assert!((units.gradient * cell.gradient() - gradient).abs() < 1e-6);
            assert!((units.hessian * cell.hessian() - hessian).abs() < 1e-7);
        }
        let total = cells.iter().fold(Cell::default(), |sum, cell| sum.plus(cell));
        assert_eq!(total.n_rows(), 1000);
        assert_eq!(total.less(&cells[0]).plus(&cells[0]), total);
    }

    #[test]
    fn slopes_of_any_size_fit() {
        for size in [0.0, 1e-90, 1e-30, 1.0, 1.99, 1e30, 1e76] {
            let slopes = [Slope { gradient: -size, hessian: size }; 3];
            let (pushes, units) = Units::of(&slopes);
            let mut sum = Cell::default();
            pushes.iter().for_each(|&push| sum.add(push));
            assert!((units.gradient * sum.gradient() + 3.0 * size).abs() <= 1e-8 * size);
            assert!((units.hessian * sum.hessian() - 3.0 * size).abs() <= 1e-8 * size);
        }
    }
}
