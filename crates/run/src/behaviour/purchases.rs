use fenqun_base::{Action, Event, Matrix, SparseMatrix, UserId};
use fenqun_profiles::Parts;

use super::Windows;
use crate::RunError;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Days before the end of the input over which actions are counted, and all of it.
const COUNTED: [i64; 5] = [7, 14, 28, 91, i64::MAX / DAY];

/// What the wanted users bought in each window, a line counting one.
pub(super) struct Purchases {
    /// Users × items.
    pub input: SparseMatrix,
    /// Users × items.
    pub train: SparseMatrix,
    /// Users × items.
    pub validation: SparseMatrix,
    /// Users × (actions × windows): events of the input.
    pub activity: Matrix,
    /// Mean price of a unit of every item, from the earliest window that has one; NaN without.
    pub prices: Vec<f64>,
}

impl Windows {
    /// Two windows of `days` before `end`.
    #[must_use]
    pub fn before(end: i64, days: i64) -> Self {
        let length = days.saturating_mul(DAY);
        let validation = end.saturating_sub(length);
        Self { days, train: validation.saturating_sub(length), validation, end }
    }

    /// 0, 1, 2 for input, learning and judging; `None` after the end.
    fn of(&self, time: i64) -> Option<usize> {
        (time < self.end)
            .then(|| usize::from(time >= self.train) + usize::from(time >= self.validation))
    }
}

impl Purchases {
    /// Reads all events once. `users` are sorted, as events are.
    pub fn read(events: &dyn Parts, windows: &Windows, users: &[UserId]) -> Result<Self, RunError> {
        let n_items = events.catalogue().len();
        let empty = || SparseMatrix::with_width(n_items);
        let mut bought = [empty(), empty(), empty()];
        let mut activity = Matrix::zeros(users.len(), Action::ALL.len() * COUNTED.len());
        // Sum and number of prices a window and item.
        let mut prices = vec![[(0.0f64, 0u64); 3]; n_items];
        for part in 0..events.n_parts() {
            let part = events.part(part)?;
            for own in part.chunk_by(|a, b| a.user == b.user) {
                let Ok(row) = users.binary_search(&own[0].user) else { continue };
                let mut entries: [Vec<(u32, f32)>; 3] = Default::default();
                for event in own {
                    let Some(window) = windows.of(event.time) else { continue };
                    if window == 0 {
                        count(activity.row_mut(row), event, windows.train);
                    }
                    let Some(item) = event.item() else { continue };
                    if event.action() == Action::Purchase && item < n_items {
                        entries[window].push((event.item, 1.0));
                        if event.price.is_finite() {
                            prices[item][window].0 += event.price;
                            prices[item][window].1 += 1;
                        }
                    }
                }
                for (bought, entries) in bought.iter_mut().zip(&mut entries) {
                    fill(bought, row)?;
                    bought.push_row(entries)?;
                }
            }
        }
        for bought in &mut bought {
            fill(bought, users.len())?;
        }
        let mean = |windows: [(f64, u64); 3]| {
            let first = windows.into_iter().find(|&(_, n)| n > 0);
            first.map_or(f64::NAN, |(sum, n)| sum / n as f64)
        };
        let prices = prices.into_iter().map(mean).collect();
        let [input, train, validation] = bought;
        Ok(Self { input, train, validation, activity, prices })
    }
}

/// Rows of users without events, up to `row`.
fn fill(bought: &mut SparseMatrix, row: usize) -> Result<(), RunError> {
    while bought.n_rows() < row {
        bought.push_row(&mut [])?;
    }
    Ok(())
}

fn count(row: &mut [f32], event: &Event, end: i64) {
    let age = end.saturating_sub(event.time).div_euclid(DAY);
    let first = usize::from(event.action() as u8) * COUNTED.len();
    for (count, &days) in row[first..].iter_mut().zip(&COUNTED) {
        *count += f32::from(u8::from(age < days));
    }
}
