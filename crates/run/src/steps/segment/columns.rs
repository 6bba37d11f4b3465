//! What users are grouped by where it is columns of the profiles.

use std::cmp::Ordering;

use fenqun_base::{DataError, Matrix};
use fenqun_encoders::scale::{Method as ScaleMethod, Scale};
use fenqun_profiles::Profiles;
use fenqun_segments::rules::nearest;

use crate::RunError;
use crate::config::VALUE_SCORE;

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

/// One column of `profiles.parquet`, by its name there.
pub(crate) fn named_column(profiles: &Profiles, name: &str) -> Result<Matrix, RunError> {
    let column = match name {
        VALUE_SCORE => Some(profiles.value_score.clone()),
        _ => profiles.column(name),
    };
    let missing = || {
        let names = profiles.features.iter().map(|feature| feature.name.as_str());
        let hint = if profiles.shop.zero_features().any(|zero| zero == name) {
            ": it would be 0 for everyone here".to_owned()
        } else {
            let near = nearest(name, names.chain([VALUE_SCORE]));
            near.map_or(String::new(), |near| format!(", did you mean `{near}`?"))
        };
        RunError::NoColumn { name: name.to_owned(), hint }
    };
    let column = column.ok_or_else(missing)?;
    Ok(Matrix::new(profiles.n_users(), 1, column)?)
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
pub(crate) const RFM_SCALE: Scale = Scale { method: ScaleMethod::Log };

/// What the plain baseline groups by.
pub(crate) fn rfm(profiles: &Profiles) -> Result<Matrix, RunError> {
    let raw = rfm_columns(profiles)?;
    Ok(RFM_SCALE.fit(&raw)?.transform(&raw)?)
}
