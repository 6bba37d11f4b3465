//! What users are grouped by where it is columns of the profiles.

use std::cmp::Ordering;

use fenqun_base::{DataError, Matrix};
use fenqun_encoders::scale::{Method as ScaleMethod, Scale};
use fenqun_profiles::Profiles;

use crate::RunError;

/// What the plain baseline looks at, and what [`rfm_columns`] are, in order.
pub(crate) const RFM: [&str; 3] = ["recency", "frequency", "spend"];

/// Rows in an order that what users did decides, and not their pseudonyms: random draws among rows
/// then come out alike under every key.
pub(crate) fn key_free_order(profiles: &Profiles) -> Vec<usize> {
    let values = &profiles.values;
    let compare = |&a: &usize, &b: &usize| {
        let pairs = values.row(a).iter().zip(values.row(b));
        pairs.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    let mut order: Vec<usize> = (0..profiles.n_users()).collect();
    order.sort_by(compare);
    order
}

/// Recency, frequency and spend.
pub(crate) fn rfm_columns(profiles: &Profiles) -> Result<Matrix, DataError> {
    beside_each_other(profiles, &RFM)
}

/// Purchases, days since the last, days since the first event, spend.
pub(crate) fn lifetime_columns(profiles: &Profiles) -> Result<Matrix, DataError> {
    beside_each_other(profiles, &["frequency", last_purchase(profiles), "tenure", "spend"])
}

/// The feature that says how long ago the last purchase was.
pub(crate) fn last_purchase(profiles: &Profiles) -> &'static str {
    // Where nobody browses, the last event is the last purchase.
    match profiles.feature("purchase_recency") {
        Some(_) => "purchase_recency",
        None => "recency",
    }
}

fn beside_each_other(profiles: &Profiles, names: &[&str]) -> Result<Matrix, DataError> {
    let columns: Vec<Vec<f32>> = names.iter().filter_map(|&name| profiles.column(name)).collect();
    let rows: Vec<Vec<f32>> = (0..profiles.n_users())
        .map(|row| columns.iter().map(|column| column[row]).collect())
        .collect();
    Matrix::from_rows(&rows)
}

/// How the plain baseline is scaled: logarithms, standardised, the usual notebook recipe.
pub(super) const RFM_SCALE: Scale = Scale { method: ScaleMethod::Log };

/// What the plain baseline groups by.
pub(crate) fn rfm(profiles: &Profiles) -> Result<Matrix, RunError> {
    let raw = rfm_columns(profiles)?;
    Ok(RFM_SCALE.fit(&raw)?.transform(&raw)?)
}
