use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Most cells of a grid: nobody reads more cards.
const MOST_SEGMENTS: usize = 10_000;

/// How one column is cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoundAxis {
    /// Upper shares of users near which the column is cut, rising, each between 0 and 1.
    pub quantiles: Vec<f32>,
    /// How far the share of users may be from the quantile for the sake of a round number.
    pub within: f32,
    /// The column holds `ln(1 + x)`, and it is `x` that is made round.
    pub is_log: bool,
}

/// Settings of a grid of round numbers: an axis a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoundGrid {
    /// One a column of the data, the most important first.
    pub axes: Vec<RoundAxis>,
}

impl Default for RoundAxis {
    fn default() -> Self {
        Self { quantiles: vec![0.5], within: 0.1, is_log: false }
    }
}

impl Default for RoundGrid {
    /// A value score by logarithm of money, and two coordinates of taste: eight segments.
    fn default() -> Self {
        let value = RoundAxis { is_log: true, ..RoundAxis::default() };
        Self { axes: vec![value, RoundAxis::default(), RoundAxis::default()] }
    }
}

impl RoundAxis {
    /// Number of tiers.
    #[must_use]
    pub fn n_tiers(&self) -> usize {
        self.quantiles.len() + 1
    }

    fn check(&self) -> Result<(), DataError> {
        if !(0.0..0.5).contains(&self.within) {
            let (rule, found) = ("0 or more and below 0.5".to_owned(), self.within.to_string());
            return Err(DataError::Parameter { name: "within", rule, found });
        }
        let inside = self.quantiles.iter().all(|&share| share > 0.0 && share < 1.0);
        let apart = self.quantiles.windows(2).all(|pair| pair[0] + 2.0 * self.within < pair[1]);
        if inside && apart && !self.quantiles.is_empty() {
            return Ok(());
        }
        let rule = format!(
            "one or more shares between 0 and 1, each larger than the one before by more than {} \
             (twice `within`)",
            2.0 * self.within
        );
        let found = format!("{:?}", self.quantiles);
        Err(DataError::Parameter { name: "quantiles", rule, found })
    }
}

impl RoundGrid {
    /// Number of cells.
    #[must_use]
    pub fn n_segments(&self) -> usize {
        self.axes.iter().fold(1, |cells, axis| cells.saturating_mul(axis.n_tiers()))
    }

    /// Checks every axis.
    ///
    /// # Errors
    /// [`DataError::Parameter`] without axes, for shares outside their rule, or for a grid of more
    /// than 10,000 cells.
    pub fn check(&self) -> Result<(), DataError> {
        self.axes.iter().try_for_each(RoundAxis::check)?;
        if !self.axes.is_empty() && self.n_segments() <= MOST_SEGMENTS {
            return Ok(());
        }
        let rule = format!("one axis or more, of at most {MOST_SEGMENTS} cells together");
        let found = format!("{} axes", self.axes.len());
        Err(DataError::Parameter { name: "axes", rule, found })
    }
}
