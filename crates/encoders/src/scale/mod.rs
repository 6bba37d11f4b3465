//! Scaling: numbers of different kinds (days, money, shares) to one scale, column by column.
//!
//! # Idea and maths
//! | method | a value `x` becomes |
//! |---|---|
//! | `log` | `sign(x) · log(1 + abs(x))`, then as `standard` |
//! | `robust` | `(x − median) / (upper quartile − lower quartile)` |
//! | `quantile` | its rank among the fitted users, as the quantile of a normal distribution, within ±3 |
//! | `standard` | `(x − mean) / standard deviation` |
//!
//! A column that does not vary becomes 0 for the fitted users. `quantile` keeps up to 1000 ranks a
//! column and interpolates between them; equal values get the middle of their ranks, the lowest and
//! the highest value the ends, however many users share them.
//!
//! # Cost
//! One pass over the data; one sort a column for `robust` and `quantile`.
//!
//! # When to use it
//! `quantile` before linear models (spend and counts have long tails, and outliers must not steer);
//! `log` before k-means on recency, frequency and spend; trees need none. The fitted scale is part
//! of the model: new users are measured by the old users' ruler.
//!
//! # Source
//! The definitions of scikit-learn's `QuantileTransformer`, `RobustScaler` and `StandardScaler`;
//! normal quantiles after Wichura, *Algorithm AS 241*, Applied Statistics 37, 1988.
//!
//! # Example
//! ```
//! use fenqun_base::Matrix;
//! use fenqun_encoders::scale::{Method, Scale};
//!
//! let spend = Matrix::from_rows(&[[1.0], [2.0], [3.0], [4.0], [1000.0]])?;
//! let model = Scale { method: Method::Quantile }.fit(&spend)?;
//! assert_eq!(model.transform(&spend)?.column(0), [-3.0, -0.67448974, 0.0, 0.67448974, 3.0]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod normal;
mod params;

#[cfg(test)]
mod tests;

pub use model::ScaleModel;
pub use params::{Method, Scale};
