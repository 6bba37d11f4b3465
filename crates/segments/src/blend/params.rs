use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

use crate::{Calibration, Decision, Softmax, Trees};

/// Settings of the blend, as configuration spells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blend {
    /// The heads that are averaged.
    pub parts: Vec<Part>,
    /// Inner folds that choose `C`, calibration and decision.
    pub n_folds: usize,
    /// How the averaged probabilities are corrected.
    pub calibration: Calibration,
    /// How a class is chosen.
    pub decision: Decision,
}

/// One head and what it sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What reports call it.
    pub name: String,
    /// Columns it sees, one range after another.
    pub views: Vec<View>,
    /// The head.
    pub head: PartHead,
}

/// Columns `from..to` of the user vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The first column.
    pub from: usize,
    /// The column after the last.
    pub to: usize,
    /// Total variance that the view is scaled to; trees do not scale.
    #[serde(default = "one")]
    pub weight: f64,
}

/// The head of a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum PartHead {
    /// Multinomial logistic regression.
    Softmax(Softmax),
    /// Boosted trees.
    Trees(Trees),
}

impl Default for Blend {
    fn default() -> Self {
        let (calibration, decision) = (Calibration::default(), Decision::default());
        Self { parts: Vec::new(), n_folds: 3, calibration, decision }
    }
}

impl Blend {
    /// Checks every setting against its rule; `width` is that of the user vectors.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self, width: usize) -> Result<(), DataError> {
        let refuse =
            |name, rule: String, found: String| Err(DataError::Parameter { name, rule, found });
        if self.parts.is_empty() {
            return refuse("parts", "one head or more".to_owned(), "none".to_owned());
        }
        if !(2..=100).contains(&self.n_folds) {
            let rule = "between 2 and 100".to_owned();
            return refuse("n_folds", rule, self.n_folds.to_string());
        }
        self.decision.check()?;
        for (at, part) in self.parts.iter().enumerate() {
            if self.parts[..at].iter().any(|earlier| earlier.name == part.name) {
                let rule = "a name that no other part has".to_owned();
                return refuse("parts.name", rule, format!("`{}` twice", part.name));
            }
            if part.views.is_empty() {
                let rule = "one range of columns or more".to_owned();
                return refuse("parts.views", rule, format!("none for part `{}`", part.name));
            }
            for View { from, to, weight } in &part.views {
                if from >= to || *to > width {
                    let rule = format!("columns from..to within 0..{width}");
                    return refuse("parts.views", rule, format!("{from}..{to}"));
                }
                if !weight.is_finite() || *weight <= 0.0 {
                    let rule = "a number above 0".to_owned();
                    return refuse("parts.views.weight", rule, weight.to_string());
                }
            }
        }
        Ok(())
    }
}

fn one() -> f64 {
    1.0
}
