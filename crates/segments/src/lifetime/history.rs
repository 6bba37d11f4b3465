use fenqun_base::DataError;

/// When one user bought, in any unit of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct History {
    /// Purchases after the first one: a whole number.
    pub repeats: f64,
    /// From the first purchase to the last; 0 when there is but one.
    pub last: f64,
    /// From the first purchase to now.
    pub age: f64,
}

/// What one user spends on a purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spending {
    /// Purchases behind the mean.
    pub purchases: f64,
    /// Mean money a purchase.
    pub mean: f64,
}

impl History {
    /// Checks that times and counts are possible.
    ///
    /// # Errors
    /// [`DataError::Parameter`] with what is not.
    pub fn check(&self) -> Result<(), DataError> {
        let refuse = |name, rule: &str, found: f64| {
            Err(DataError::Parameter { name, rule: rule.to_owned(), found: found.to_string() })
        };
        if !self.repeats.is_finite() || self.repeats < 0.0 || self.repeats.fract() != 0.0 {
            return refuse("repeats", "a whole number, 0 or more", self.repeats);
        }
        if !self.age.is_finite() || self.age < 0.0 {
            return refuse("age", "0 or more", self.age);
        }
        if !(0.0..=self.age).contains(&self.last) {
            return refuse("last", "between 0 and the age", self.last);
        }
        if self.repeats == 0.0 && self.last != 0.0 {
            return refuse("last", "0 for a user who bought once", self.last);
        }
        Ok(())
    }
}
