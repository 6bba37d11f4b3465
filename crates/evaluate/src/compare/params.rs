use fenqun_base::{DataError, Labels, NO_CODE};
use serde::{Deserialize, Serialize};

use crate::metrics::Metric;
use crate::splits::{Reduced, Split};

/// What is to be predicted, and on which splits.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// One label a row.
    pub labels: &'a Labels,
    /// The same for all contenders.
    pub splits: &'a [Split],
    /// Which rows belong to one user, where a user has several: users are resampled as wholes.
    pub groups: Option<&'a [u64]>,
    /// Why the folds are fewer than asked for, to be told with the result.
    pub reduced: Option<&'a Reduced>,
}

impl<'a> Task<'a> {
    /// A task with one row a user.
    #[must_use]
    pub fn new(labels: &'a Labels, splits: &'a [Split]) -> Self {
        Self { labels, splits, groups: None, reduced: None }
    }
}

/// Settings of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Comparing {
    /// The metric that verdicts are about.
    pub main: Metric,
    /// Metrics that contenders are tested by; the main one is always among them.
    pub tested: Vec<Metric>,
    /// Resamples of the bootstrap over users.
    pub n_resamples: usize,
    /// Equally wide ranges of the calibration curve.
    pub calibration_bins: usize,
    /// The class whose lift is shown; the second of two classes and the rarest of more when empty.
    pub lift_class: String,
    /// Shares of the training labels for learning curves.
    pub curve_shares: Vec<f64>,
    /// Names of the contenders that get a learning curve.
    pub curve_of: Vec<String>,
}

impl Default for Comparing {
    fn default() -> Self {
        Self {
            main: Metric::MacroF1,
            tested: vec![Metric::MacroF1, Metric::Auroc],
            n_resamples: 1000,
            calibration_bins: 10,
            lift_class: String::new(),
            curve_shares: vec![0.05, 0.1, 0.25, 0.5, 1.0],
            curve_of: Vec::new(),
        }
    }
}

impl Comparing {
    /// The tested metrics, the main one first, none twice.
    pub(super) fn all_tested(&self) -> Vec<Metric> {
        let mut all = vec![self.main];
        self.tested.iter().for_each(|&metric| {
            if !all.contains(&metric) {
                all.push(metric);
            }
        });
        all
    }

    /// The class whose lift is shown.
    pub(super) fn lift_code(&self, labels: &Labels) -> Result<usize, DataError> {
        if self.lift_class.is_empty() {
            let counts = labels.counts();
            let rarest = (0..counts.len()).min_by_key(|&class| counts[class]).unwrap_or(0);
            return Ok(if counts.len() == 2 { 1 } else { rarest });
        }
        labels.classes.iter().position(|class| *class == self.lift_class).ok_or_else(|| {
            let names: Vec<&str> = labels.classes.iter().map(String::as_str).collect();
            let rule = crate::nearest::rule_of(&self.lift_class, &names);
            DataError::Parameter { name: "lift_class", rule, found: self.lift_class.clone() }
        })
    }

    /// Checks what can be checked before anything is fitted.
    pub(super) fn check(&self, names: &[&str]) -> Result<(), DataError> {
        let wrong = |name, rule: &str, found: String| {
            Err(DataError::Parameter { name, rule: rule.to_owned(), found })
        };
        if !(100..=100_000).contains(&self.n_resamples) {
            return wrong("n_resamples", "between 100 and 100000", self.n_resamples.to_string());
        }
        if !(1..=1000).contains(&self.calibration_bins) {
            let found = self.calibration_bins.to_string();
            return wrong("calibration_bins", "between 1 and 1000", found);
        }
        if let Some(share) =
            self.curve_shares.iter().find(|share| !(**share > 0.0 && **share <= 1.0))
        {
            return wrong("curve_shares", "above 0, up to 1", share.to_string());
        }
        if let Some(name) = self.curve_of.iter().find(|name| !names.contains(&name.as_str())) {
            let rule = crate::nearest::rule_of(name, names);
            return Err(DataError::Parameter { name: "curve_of", rule, found: name.clone() });
        }
        if names.is_empty() {
            return wrong("contenders", "1 or more", "none".to_owned());
        }
        for (at, name) in names.iter().enumerate() {
            if names[..at].contains(name) {
                return wrong("contenders", "named differently", format!("`{name}` twice"));
            }
        }
        Ok(())
    }
}

impl Task<'_> {
    /// Rows exist, have labels, and no user is on both sides.
    pub(super) fn check(&self) -> Result<(), DataError> {
        let n_rows = self.labels.codes.len();
        self.labels.check(n_rows)?;
        if let Some(groups) = self.groups
            && groups.len() != n_rows
        {
            let (expected, found) = (n_rows, groups.len());
            return Err(DataError::WrongLength { what: "groups", expected, found });
        }
        let wrong = |rule: &str, found: String| {
            Err(DataError::Parameter { name: "splits", rule: rule.to_owned(), found })
        };
        if self.splits.is_empty() {
            return wrong("1 or more", "none".to_owned());
        }
        for split in self.splits {
            let Split { train, test, repeat, fold } = split;
            let place = || format!("repeat {}, fold {}", repeat + 1, fold + 1);
            if train.is_empty() || test.is_empty() {
                return wrong("of users on both sides", format!("an empty side ({})", place()));
            }
            let is_wrong = |&&row: &&usize| row >= n_rows || self.labels.codes[row] == NO_CODE;
            if let Some(row) = train.iter().chain(test).find(is_wrong) {
                return wrong("of labelled rows", format!("row {row} ({})", place()));
            }
            let mut rows = [&train[..], &test[..]].concat();
            rows.sort_unstable();
            if let Some(pair) = rows.windows(2).find(|pair| pair[0] == pair[1]) {
                return wrong("of rows that occur once", format!("row {} ({})", pair[0], place()));
            }
        }
        Ok(())
    }

    /// What is resampled as a whole: the user of a row.
    pub(super) fn unit(&self, row: usize) -> u64 {
        self.groups.map_or(row as u64, |groups| groups[row])
    }
}
