use std::collections::BTreeMap;

use fenqun_base::{Action, DataError};
use serde::{Deserialize, Serialize};

use crate::value::ValueChoice;

/// How events become features; also the schema of `[profiles]` in the configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProfileParams {
    /// Lengths of the windows that end at `as_of`, in days, ascending.
    pub windows_days: Vec<u32>,
    /// Longest sequence kept of a user; older events are left out of the sequence only.
    pub max_sequence: usize,
    /// What one event of each action adds to the interaction with its item. Actions not named
    /// add nothing; what is sent back takes away. The sum never falls below zero.
    pub action_weights: BTreeMap<Action, f32>,
    /// Widest categories that get a share of spend of their own; the rest is `other`.
    pub n_spend_categories: usize,
    /// Up to this many brands in the catalogue, each gets a share of its own (private label
    /// against national brand); above it only the concentration is told.
    pub max_brand_shares: usize,
    /// How users are ranked by value.
    pub value: ValueChoice,
}

impl Default for ProfileParams {
    fn default() -> Self {
        let weights = [
            (Action::View, 0.2),
            (Action::Favourite, 0.5),
            (Action::Cart, 0.5),
            (Action::Uncart, -0.5),
            (Action::Purchase, 1.0),
            (Action::Refund, -1.0),
            (Action::Review, 0.5),
        ];
        Self {
            // Multiples of weeks, so that each holds as many weekends as the next, beside the quarter
            // and the year that people speak of.
            windows_days: vec![7, 14, 28, 56, 84, 91, 168, 336, 365],
            max_sequence: 256,
            action_weights: weights.into(),
            n_spend_categories: 12,
            max_brand_shares: 5,
            value: ValueChoice::Auto,
        }
    }
}

impl ProfileParams {
    /// Checks every rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] naming the parameter, the rule and what came.
    pub fn check(&self) -> Result<(), DataError> {
        let windows = &self.windows_days;
        let in_range = windows.iter().all(|days| (1..=3650).contains(days));
        let ascending = windows.windows(2).all(|pair| pair[0] < pair[1]);
        if windows.is_empty() || !in_range || !ascending {
            let rule = "one or more lengths in days, 1 to 3650, ascending";
            return Err(refused("windows_days", rule, format!("{windows:?}")));
        }
        if !(1..=65_536).contains(&self.max_sequence) {
            let found = self.max_sequence.to_string();
            return Err(refused("max_sequence", "between 1 and 65536", found));
        }
        for (action, weight) in &self.action_weights {
            if !weight.is_finite() || weight.abs() > 1000.0 {
                let found = format!("{} = {weight}", action.name());
                return Err(refused("action_weights", "numbers between -1000 and 1000", found));
            }
        }
        if self.n_spend_categories > 1000 {
            let found = self.n_spend_categories.to_string();
            return Err(refused("n_spend_categories", "between 0 and 1000", found));
        }
        if self.max_brand_shares > 1000 {
            let found = self.max_brand_shares.to_string();
            return Err(refused("max_brand_shares", "between 0 and 1000", found));
        }
        Ok(())
    }

    /// The weight of every action, by its code.
    #[must_use]
    pub fn weights(&self) -> [f64; 11] {
        Action::ALL.map(|action| self.action_weights.get(&action).map_or(0.0, |&w| f64::from(w)))
    }
}

fn refused(name: &'static str, rule: &str, found: String) -> DataError {
    DataError::Parameter { name, rule: rule.into(), found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_obey_the_rules() {
        assert_eq!(ProfileParams::default().check(), Ok(()));
    }

    #[test]
    fn each_rule_is_kept() {
        let good = ProfileParams::default;
        let bad = [
            ProfileParams { windows_days: vec![], ..good() },
            ProfileParams { windows_days: vec![28, 7], ..good() },
            ProfileParams { windows_days: vec![0, 7], ..good() },
            ProfileParams { max_sequence: 0, ..good() },
            ProfileParams { action_weights: [(Action::View, f32::NAN)].into(), ..good() },
            ProfileParams { n_spend_categories: 1001, ..good() },
            ProfileParams { max_brand_shares: 1001, ..good() },
        ];
        for params in bad {
            assert!(params.check().is_err(), "{params:?} must be refused");
        }
    }
}
