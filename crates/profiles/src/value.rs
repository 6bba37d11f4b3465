use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

use crate::fold::Signals;
use crate::statistics::{Ranks, Spread, narrow};

/// From this many baskets of the median buyer on, recent money alone ranks users well; below it
/// most windows are empty and ranks of frequency, money and recency say more.
const FREQUENT: f64 = 6.0;

/// Which way of ranking users by value the configuration asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueChoice {
    /// The one that suits the shop: activity where nothing has a price, recent spend where the
    /// median buyer has six baskets or more, ranks otherwise.
    #[default]
    Auto,
    /// See [`ValueBasis::RecentSpend`].
    RecentSpend,
    /// See [`ValueBasis::SpendRanks`].
    SpendRanks,
    /// See [`ValueBasis::RecentActivity`].
    RecentActivity,
}

/// How the value score was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueBasis {
    /// ln(1 + 3·M28 + M84 + ½·M168), with M the spend net of refunds of the last so many days.
    RecentSpend,
    /// F + M − R, each the normal deviate of the user's rank: baskets, spend, days since the last
    /// purchase.
    SpendRanks,
    /// As recent spend, with actions by their weights in the place of money.
    RecentActivity,
}

impl ValueBasis {
    /// What is valued, in one word: `spend` or `activity`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RecentSpend | Self::SpendRanks => "spend",
            Self::RecentActivity => "activity",
        }
    }

    /// The formula as reports show it.
    #[must_use]
    pub fn formula(self) -> &'static str {
        match self {
            Self::RecentSpend => {
                "ln(1 + 3·M28 + M84 + ½·M168), M = net spend of the last 28, 84, 168 days"
            }
            Self::SpendRanks => "F + M − R, each the normal deviate of the user's rank",
            Self::RecentActivity => {
                "ln(1 + 3·A28 + A84 + ½·A168), A = weighted actions of the last 28, 84, 168 days"
            }
        }
    }
}

/// Decides how to rank the users of a shop.
///
/// # Errors
/// [`DataError::Parameter`] when money is asked for where nothing has a price.
pub(crate) fn choose(choice: ValueChoice, signals: &[Signals]) -> Result<ValueBasis, DataError> {
    let has_prices = signals.iter().any(|user| user.bought > 0.0);
    let money = |basis| match has_prices {
        true => Ok(basis),
        false => Err(DataError::Parameter {
            name: "value",
            rule: "`auto` or `recent_activity`: no event before `as_of` has a price".into(),
            found: "a value by spend".into(),
        }),
    };
    match choice {
        ValueChoice::RecentSpend => money(ValueBasis::RecentSpend),
        ValueChoice::SpendRanks => money(ValueBasis::SpendRanks),
        ValueChoice::RecentActivity => Ok(ValueBasis::RecentActivity),
        ValueChoice::Auto if !has_prices => Ok(ValueBasis::RecentActivity),
        ValueChoice::Auto => {
            let buyers = signals.iter().filter(|user| user.n_baskets > 0.0);
            let mut baskets: Vec<f64> = buyers.map(|user| user.n_baskets).collect();
            match Spread::of(&mut baskets).median >= FREQUENT {
                true => Ok(ValueBasis::RecentSpend),
                false => Ok(ValueBasis::SpendRanks),
            }
        }
    }
}

/// The users against whom others are ranked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ValueRanks {
    pub baskets: Ranks,
    pub spend: Ranks,
    pub recency: Ranks,
}

impl ValueRanks {
    /// Ranks of these users; none where the basis asks for none.
    pub fn of(basis: ValueBasis, signals: &[Signals]) -> Self {
        if basis != ValueBasis::SpendRanks {
            return Self::default();
        }
        let ranks = |signal: fn(&Signals) -> f64| Ranks::of(signals.iter().map(signal));
        Self {
            baskets: ranks(|user| user.n_baskets),
            spend: ranks(|user| user.spend),
            recency: ranks(|user| user.recency),
        }
    }
}

/// One score a user, by what was learned of the shop alone: a user's score does not hang on who
/// else is asked for.
pub(crate) fn scores(basis: ValueBasis, ranks: &ValueRanks, signals: &[Signals]) -> Vec<f32> {
    let decayed = |signal: fn(&Signals) -> f64| {
        signals.iter().map(|user| narrow(signal(user).max(0.0).ln_1p())).collect()
    };
    match basis {
        ValueBasis::RecentSpend => decayed(|user| user.recent_spend),
        ValueBasis::RecentActivity => decayed(|user| user.recent_activity),
        ValueBasis::SpendRanks => {
            let score = |user: &Signals| {
                let frequency = ranks.baskets.score(user.n_baskets);
                let money = ranks.spend.score(user.spend);
                narrow(frequency + money - ranks.recency.score(user.recency))
            };
            signals.iter().map(score).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n_baskets: f64, spend: f64, recency: f64) -> Signals {
        let recent_activity = n_baskets;
        let bought = spend;
        Signals {
            n_baskets,
            spend,
            recency,
            bought,
            recent_spend: spend,
            recent_activity,
            ..Signals::default()
        }
    }

    #[test]
    fn the_shop_decides_how_value_is_told() {
        let browsing = [user(2.0, 0.0, 1.0), user(0.0, 0.0, 3.0)];
        assert_eq!(choose(ValueChoice::Auto, &browsing), Ok(ValueBasis::RecentActivity));
        assert!(choose(ValueChoice::RecentSpend, &browsing).is_err());
        let sparse = [user(1.0, 9.0, 1.0), user(2.0, 9.0, 3.0), user(0.0, 0.0, 3.0)];
        assert_eq!(choose(ValueChoice::Auto, &sparse), Ok(ValueBasis::SpendRanks));
        let frequent = [user(6.0, 9.0, 1.0), user(7.0, 9.0, 3.0), user(0.0, 0.0, 3.0)];
        assert_eq!(choose(ValueChoice::Auto, &frequent), Ok(ValueBasis::RecentSpend));
    }

    #[test]
    fn more_recent_and_frequent_spend_scores_higher() {
        let users = [user(1.0, 5.0, 90.0), user(3.0, 50.0, 30.0), user(9.0, 500.0, 2.0)];
        for basis in [ValueBasis::RecentSpend, ValueBasis::SpendRanks, ValueBasis::RecentActivity] {
            let scores = scores(basis, &ValueRanks::of(basis, &users), &users);
            assert!(scores.is_sorted() && scores[0] < scores[2], "{basis:?}: {scores:?}");
        }
    }
}
