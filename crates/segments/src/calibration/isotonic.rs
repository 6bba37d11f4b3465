//! The rising curve of least squares through points, and its value anywhere.

/// Corners of a curve that never falls: shares in rising order, and what they come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Curve {
    pub(super) shares: Vec<f32>,
    pub(super) answers: Vec<f32>,
}

/// Neighbouring shares that have one answer.
#[derive(Clone, Copy)]
struct Pool {
    first: f32,
    last: f32,
    n_rows: f64,
    n_hits: f64,
}

impl Curve {
    /// The curve through pairs of a share and whether it came true.
    pub(super) fn fit(points: impl Iterator<Item = (f32, bool)>) -> Self {
        let mut points: Vec<(f32, bool)> = points.collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut pools: Vec<Pool> = Vec::new();
        for (share, hit) in points {
            let hit = f64::from(u8::from(hit));
            match pools.last_mut() {
                Some(pool) if pool.last == share => {
                    pool.n_rows += 1.0;
                    pool.n_hits += hit;
                }
                _ => pools.push(Pool { first: share, last: share, n_rows: 1.0, n_hits: hit }),
            }
        }
        let mut rising: Vec<Pool> = Vec::with_capacity(pools.len());
        for mut pool in pools {
            while let Some(before) = rising.last()
                && before.n_hits * pool.n_rows >= pool.n_hits * before.n_rows
            {
                pool.first = before.first;
                pool.n_rows += before.n_rows;
                pool.n_hits += before.n_hits;
                rising.pop();
            }
            rising.push(pool);
        }
        let mut curve = Self::default();
        for pool in rising {
            let answer = (pool.n_hits / pool.n_rows) as f32;
            curve.shares.push(pool.first);
            curve.answers.push(answer);
            if pool.last > pool.first {
                curve.shares.push(pool.last);
                curve.answers.push(answer);
            }
        }
        curve
    }

    /// The curve at a share: between two corners the line that joins them, outside the nearest.
    pub(super) fn at(&self, share: f32) -> f64 {
        let above = self.shares.partition_point(|&corner| corner <= share);
        let answer = |at: usize| f64::from(self.answers[at]);
        if above == 0 {
            return self.answers.first().map_or(0.0, |&answer| f64::from(answer));
        }
        if above == self.shares.len() || self.shares[above - 1] == share {
            return answer(above - 1);
        }
        let corner = |at: usize| f64::from(self.shares[at]);
        let way = (f64::from(share) - corner(above - 1)) / (corner(above) - corner(above - 1));
        answer(above - 1) + way * (answer(above) - answer(above - 1))
    }
}
