use std::f64::consts::TAU;

/// Days of the two years that the shop is open: 2024, a leap year, and 2025.
pub const N_DAYS: usize = 731;

/// One day of the shop.
pub struct Day {
    /// As the files write it: `2024-02-29`.
    pub date: String,
    /// 1 to 12.
    pub month: u32,
    /// How much of the whole two years' business falls on it.
    pub weight: f64,
}

/// All days in order: the shop grows, sells most before Christmas and at weekends.
pub fn days() -> Vec<Day> {
    let mut days = Vec::with_capacity(N_DAYS);
    for (year, february) in [(2024, 29), (2025, 28)] {
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (month, length) in (1..).zip(lengths) {
            for day in 1..=length {
                // 1 January 2024 was a Monday.
                let weekday = days.len() % 7;
                let growth = 1.0 + 0.4 * days.len() as f64 / N_DAYS as f64;
                let week = [0.9, 0.9, 0.95, 1.0, 1.1, 1.3, 0.85][weekday];
                let rush = if month >= 11 { 1.5 } else { 1.0 };
                let date = format!("{year}-{month:02}-{day:02}");
                days.push(Day { date, month, weight: growth * week * rush });
            }
        }
    }
    days
}

/// How much better than on average something sells in a month whose best month is `peak`.
pub fn season(month: u32, peak: u32, strength: f64) -> f64 {
    let angle = f64::from((month + 12 - peak) % 12) / 12.0 * TAU;
    1.0 + strength * angle.cos()
}

/// The second of the day by which this share of a day's business is done: quiet until seven, a
/// peak at noon, a higher one in the evening.
pub fn second_of_day(share: f64) -> u32 {
    const HOURS: [f64; 24] = [
        1.0, 0.5, 0.3, 0.2, 0.2, 0.4, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 6.0, 5.0, 5.0, 5.5, 6.5,
        8.0, 9.0, 9.0, 7.0, 4.0, 2.0,
    ];
    let mut rest = share.clamp(0.0, 0.999_999) * HOURS.iter().sum::<f64>();
    for (hour, weight) in (0u32..).zip(HOURS) {
        if rest < weight {
            return hour * 3600 + (rest / weight * 3600.0) as u32;
        }
        rest -= weight;
    }
    86_399
}
