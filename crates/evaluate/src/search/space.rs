use std::collections::BTreeMap;
use std::fmt;

use fenqun_base::{DataError, Rng};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What may be set, and to what: a dimension a setting, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Space {
    /// In the order of names.
    pub dimensions: BTreeMap<String, Dimension>,
}

/// The values of one setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Dimension {
    /// One of a list: words, numbers, true and false.
    Choice {
        /// The list.
        of: Vec<Value>,
    },
    /// Any number between two, with both.
    Range {
        /// The smallest.
        from: f64,
        /// The largest.
        to: f64,
        /// How numbers between them are spread.
        #[serde(default)]
        scale: Scale,
    },
    /// Any whole number between two, with both.
    Integers {
        /// The smallest.
        from: i64,
        /// The largest.
        to: i64,
        /// How numbers between them are spread.
        #[serde(default)]
        scale: Scale,
    },
}

/// How numbers of a range are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal steps.
    #[default]
    Linear,
    /// Equal factors: for what ranges over powers of ten.
    Log,
}

/// One value for every setting of a space.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Point {
    /// By name.
    pub values: BTreeMap<String, Value>,
}

impl Space {
    /// Checks every dimension, and that the objective knows every name.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for a name it does not know, with the nearest it does, and for a
    /// range that is none.
    pub fn check(&self, known: &[&str]) -> Result<(), DataError> {
        if self.dimensions.is_empty() {
            let (rule, found) = ("1 setting or more".to_owned(), "none".to_owned());
            return Err(DataError::Parameter { name: "space", rule, found });
        }
        for (name, dimension) in &self.dimensions {
            if !known.contains(&name.as_str()) {
                let rule = crate::nearest::rule_of(name, known);
                let found = format!("`{name}`");
                return Err(DataError::Parameter { name: "space", rule, found });
            }
            if let Some(rule) = dimension.broken_rule() {
                let found = format!("`{name}` = {dimension}");
                return Err(DataError::Parameter { name: "space", rule: rule.to_owned(), found });
            }
        }
        Ok(())
    }

    /// A point drawn evenly, by the scale of each dimension.
    pub(super) fn draw(&self, rng: &mut Rng) -> Point {
        let of = |(name, dimension): (&String, &Dimension)| (name.clone(), dimension.draw(rng));
        Point { values: self.dimensions.iter().map(of).collect() }
    }

    /// The values of each dimension that a grid with `steps` values a range has.
    pub(super) fn axes(&self, steps: usize) -> Vec<(&str, Vec<Value>)> {
        self.dimensions.iter().map(|(name, one)| (name.as_str(), one.grid(steps))).collect()
    }
}

impl Dimension {
    fn broken_rule(&self) -> Option<&'static str> {
        match self {
            Self::Choice { of } if of.is_empty() => Some("lists of 1 value or more"),
            Self::Range { from, to, .. } if !(from.is_finite() && to.is_finite() && from <= to) => {
                Some("ranges from a smaller to a larger number")
            }
            Self::Integers { from, to, .. } if from > to => {
                Some("ranges from a smaller to a larger number")
            }
            Self::Range { from, scale: Scale::Log, .. } if *from <= 0.0 => {
                Some("above 0 on a log scale")
            }
            Self::Integers { from, scale: Scale::Log, .. } if *from <= 0 => {
                Some("above 0 on a log scale")
            }
            // Whole numbers beyond this are no longer told apart on the way.
            Self::Integers { from, to, .. }
                if from.unsigned_abs().max(to.unsigned_abs()) > 1 << 53 =>
            {
                Some("whole numbers up to 2^53")
            }
            _ => None,
        }
    }

    fn draw(&self, rng: &mut Rng) -> Value {
        match self {
            Self::Choice { of } => of[rng.random_range(0..of.len())].clone(),
            Self::Range { from, to, scale } => between(*from, *to, *scale, rng.random()).into(),
            Self::Integers { from, to, scale: Scale::Linear } => {
                rng.random_range(*from..=*to).into()
            }
            Self::Integers { from, to, scale: Scale::Log } => {
                // Half a step further on both sides, so that the ends are as likely as others.
                let (low, high) = (*from as f64 - 0.5, *to as f64 + 0.5);
                let drawn = between(low, high, Scale::Log, rng.random()).round() as i64;
                drawn.clamp(*from, *to).into()
            }
        }
    }

    fn grid(&self, steps: usize) -> Vec<Value> {
        let share = |at: usize| if steps < 2 { 0.5 } else { at as f64 / (steps - 1) as f64 };
        match self {
            Self::Choice { of } => of.clone(),
            Self::Range { from, to, scale } => {
                let mut values: Vec<f64> =
                    (0..steps.max(1)).map(|at| between(*from, *to, *scale, share(at))).collect();
                values.dedup();
                values.into_iter().map(Value::from).collect()
            }
            Self::Integers { from, to, scale } => {
                let (low, high) = (*from as f64, *to as f64);
                let at = |at: usize| between(low, high, *scale, share(at)).round() as i64;
                let mut values: Vec<i64> = (0..steps.max(1)).map(at).collect();
                values.dedup();
                values.into_iter().map(Value::from).collect()
            }
        }
    }
}

/// The number at this share of the way; the ends exactly.
fn between(from: f64, to: f64, scale: Scale, share: f64) -> f64 {
    if share <= 0.0 {
        return from;
    }
    if share >= 1.0 {
        return to;
    }
    let found = match scale {
        Scale::Linear => from + (to - from) * share,
        Scale::Log => (from.ln() + (to.ln() - from.ln()) * share).exp(),
    };
    found.clamp(from, to)
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Choice { of } => {
                let words: Vec<String> = of.iter().map(Value::to_string).collect();
                write!(f, "[{}]", words.join(", "))
            }
            Self::Range { from, to, .. } => write!(f, "{from} to {to}"),
            Self::Integers { from, to, .. } => write!(f, "{from} to {to}"),
        }
    }
}

impl Point {
    /// A number.
    ///
    /// # Errors
    /// [`DataError::Parameter`] when the setting is missing or is none.
    pub fn number(&self, name: &str) -> Result<f64, DataError> {
        let found = self.values.get(name).and_then(Value::as_f64);
        found.ok_or_else(|| self.missing(name, "a number"))
    }

    /// A whole number of 0 or more.
    ///
    /// # Errors
    /// As [`Self::number`].
    pub fn count(&self, name: &str) -> Result<usize, DataError> {
        let found = self.values.get(name).and_then(Value::as_u64);
        found.map(|found| found as usize).ok_or_else(|| self.missing(name, "a whole number"))
    }

    /// A word.
    ///
    /// # Errors
    /// As [`Self::number`].
    pub fn word(&self, name: &str) -> Result<&str, DataError> {
        let found = self.values.get(name).and_then(Value::as_str);
        found.ok_or_else(|| self.missing(name, "a word"))
    }

    fn missing(&self, name: &str, rule: &str) -> DataError {
        let found = match self.values.get(name) {
            None => format!("no `{name}`"),
            Some(value) => format!("`{name}` = {value}"),
        };
        DataError::Parameter { name: "setting", rule: rule.to_owned(), found }
    }
}

impl Point {
    /// The value of a setting in few digits, as tables show it.
    #[must_use]
    pub fn shown(&self, name: &str) -> Option<String> {
        self.values.get(name).map(short)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.values.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{name} = {}", short(value))?;
        }
        Ok(())
    }
}

/// A value in few digits.
fn short(value: &Value) -> String {
    match value {
        Value::String(word) => word.clone(),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(0.0) => "0".to_owned(),
            Some(value) if !(1e-3..1e6).contains(&value.abs()) => format!("{value:.2e}"),
            Some(value) => {
                let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
                let text = format!("{value:.digits$}");
                if text.contains('.') {
                    text.trim_end_matches('0').trim_end_matches('.').to_owned()
                } else {
                    text
                }
            }
            None => number.to_string(),
        },
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::Seed;
    use proptest::prelude::*;

    fn space(text: &str) -> Space {
        serde_json::from_str(text).expect("a space")
    }

    #[test]
    fn a_misspelt_setting_is_refused_with_the_nearest() {
        let space = space(r#"{ "lerning_rate": { "kind": "choice", "of": [0.1] } }"#);
        let refused = space.check(&["learning_rate", "epochs"]).expect_err("misspelt").to_string();
        assert!(refused.contains("did you mean `learning_rate`?"), "{refused}");
        assert_eq!(space.check(&["lerning_rate"]), Ok(()));
    }

    #[test]
    fn ranges_that_are_none_are_refused() {
        for (text, said) in [
            (r#"{ "a": { "kind": "range", "from": 2.0, "to": 1.0 } }"#, "from a smaller"),
            (r#"{ "a": { "kind": "range", "from": 0.0, "to": 1.0, "scale": "log" } }"#, "above 0"),
            (r#"{ "a": { "kind": "integers", "from": 0, "to": 9, "scale": "log" } }"#, "above 0"),
            (r#"{ "a": { "kind": "integers", "from": 5, "to": 4 } }"#, "from a smaller"),
            (r#"{ "a": { "kind": "choice", "of": [] } }"#, "1 value or more"),
            ("{}", "1 setting or more"),
        ] {
            let refused = space(text).check(&["a"]).expect_err("no range").to_string();
            assert!(refused.contains(said), "{refused}");
        }
        let typo = r#"{ "a": { "kind": "range", "from": 0.0, "too": 1.0 } }"#;
        assert!(serde_json::from_str::<Space>(typo).is_err());
    }

    #[test]
    fn grids_hold_both_ends_and_steps_between() {
        let log = Dimension::Range { from: 0.001, to: 0.1, scale: Scale::Log };
        let found: Vec<f64> = log.grid(3).iter().filter_map(Value::as_f64).collect();
        assert_eq!((found[0], found[2]), (0.001, 0.1));
        assert!((found[1] - 0.01).abs() < 1e-12);
        let few = Dimension::Integers { from: 1, to: 3, scale: Scale::Linear };
        assert_eq!(few.grid(10), [1, 2, 3].map(Value::from));
        assert_eq!(few.grid(1), [Value::from(2)]);
    }

    #[test]
    fn points_read_shortly() {
        let values = [("l2", 0.012_345_67.into()), ("kind", "trees".into()), ("epochs", 7.into())];
        let values = values.map(|(name, value): (&str, Value)| (name.to_owned(), value)).into();
        let point = Point { values };
        assert_eq!(point.to_string(), "epochs = 7, kind = trees, l2 = 0.01235");
        assert_eq!((point.count("epochs"), point.word("kind")), (Ok(7), Ok("trees")));
        assert!(point.number("kind").is_err() && point.number("gone").is_err());
        assert_eq!(
            (short(&2.5e-7.into()), short(&1234.5.into())),
            ("2.50e-7".into(), "1234".into())
        );
    }

    proptest! {
        #[test]
        fn drawn_points_lie_in_the_space(
            from in 0.001f64..10.0, width in 0.0f64..100.0, low in 1i64..50, more in 0i64..50, seed: u64,
        ) {
            for scale in [Scale::Linear, Scale::Log] {
                let dimensions = [
                    ("a".to_owned(), Dimension::Range { from, to: from + width, scale }),
                    ("b".to_owned(), Dimension::Integers { from: low, to: low + more, scale }),
                ];
                let space = Space { dimensions: dimensions.into() };
                prop_assert_eq!(space.check(&["a", "b"]), Ok(()));
                let mut rng = Seed(seed).rng();
                for _ in 0..20 {
                    let point = space.draw(&mut rng);
                    let (a, b) = (point.number("a").expect("a"), point.count("b").expect("b"));
                    prop_assert!((from..=from + width).contains(&a));
                    prop_assert!((low..=low + more).contains(&(b as i64)));
                }
            }
        }
    }
}
