use super::PairHistory;

/// Days that stand for "never": longer than any history.
pub const NEVER: f32 = 100_000.0;

/// The own-history features of a pair, in the order of [`PairHistory::features`].
pub const PAIR_FEATURES: [&str; 10] = [
    "baskets",
    "rate",
    "baskets_in_1st_window",
    "baskets_in_2nd_window",
    "baskets_in_3rd_window",
    "baskets_in_4th_window",
    "recency",
    "mean_gap",
    "recency_over_gap",
    "decayed_baskets",
];

impl PairHistory {
    /// The numbers of a pair: baskets with the category and their share of the user's baskets,
    /// baskets by window, days since the last one, mean days between them, the one over the other,
    /// and the decayed count. What a single basket or none cannot tell is [`NEVER`].
    #[must_use]
    pub fn features(&self, row: usize, category: u32) -> [f32; PAIR_FEATURES.len()] {
        let Some(pair) = self.pair(row, category) else {
            return [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, NEVER, NEVER, NEVER, 0.0];
        };
        let n_baskets = pair.n_baskets as f32;
        let rate = n_baskets / self.n_baskets[row].max(1) as f32;
        // A single basket has no gap; two at one moment have none to wait for.
        let gap =
            if pair.n_baskets > 1 { (pair.first - pair.last) / (n_baskets - 1.0) } else { NEVER };
        let has_gap = pair.n_baskets > 1 && gap > 0.0;
        let waiting = if has_gap { (pair.last / gap).min(NEVER) } else { NEVER };
        let recent = pair.recent.map(|count| count as f32);
        let [first, second, third, fourth] = recent;
        let last = pair.last;
        [n_baskets, rate, first, second, third, fourth, last, gap, waiting, pair.decayed]
    }
}
