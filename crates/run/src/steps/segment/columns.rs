//! What users are grouped by: columns of the profiles, and places on the taste axis.

use std::cmp::Ordering;

use fenqun_base::{DataError, Matrix, Seed};
use fenqun_encoders::scale::{Method as ScaleMethod, Scale};
use fenqun_encoders::taste::{CategoryTaste, TextTaste};
use fenqun_profiles::Profiles;

use super::Shop;
use crate::RunError;
use crate::config::Taste;
use crate::steps::blocks;
use crate::steps::models::Models;

/// What the plain baseline looks at.
const RFM: [&str; 3] = ["recency", "frequency", "spend"];

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
    // Where nobody browses, the last event is the last purchase.
    let has_own = profiles.column("purchase_recency").is_some();
    let last = if has_own { "purchase_recency" } else { "recency" };
    beside_each_other(profiles, &["frequency", last, "tenure", "spend"])
}

fn beside_each_other(profiles: &Profiles, names: &[&str]) -> Result<Matrix, DataError> {
    let columns: Vec<Vec<f32>> = names.iter().filter_map(|&name| profiles.column(name)).collect();
    let rows: Vec<Vec<f32>> = (0..profiles.n_users())
        .map(|row| columns.iter().map(|column| column[row]).collect())
        .collect();
    Matrix::from_rows(&rows)
}

/// Their logarithms, standardised: the usual notebook recipe.
pub(crate) fn rfm(profiles: &Profiles) -> Result<Matrix, RunError> {
    let raw = rfm_columns(profiles)?;
    Ok(Scale { method: ScaleMethod::Log }.fit(&raw)?.transform(&raw)?)
}

/// Where each user stands on the taste axis.
pub(super) fn coordinates(
    taste: Taste,
    shop: Shop<'_>,
    seed: Seed,
    models: &Models,
) -> Result<Matrix, RunError> {
    match taste {
        Taste::Categories => {
            let (counts, min_users) = blocks::category_counts(shop.profiles, shop.catalogue)?;
            let params = CategoryTaste { min_users, ..CategoryTaste::default() };
            let model = params.fit(&counts, seed)?;
            models.keep("taste-categories", &model)?;
            Ok(model.coordinates(&counts)?)
        }
        Taste::Text => {
            let texts =
                shop.texts.map_err(|reason| RunError::NoTaste { reason: reason.clone() })?;
            let weights = texts.weights(shop.profiles)?;
            let model = TextTaste::default().fit(&weights, &texts.vectors)?;
            models.keep("taste-text", &model)?;
            Ok(model.coordinates(&weights, &texts.vectors)?)
        }
    }
}

/// The value score as column 0, then taste.
pub(super) fn beside_value(shop: Shop<'_>, taste: &Matrix) -> Result<Matrix, DataError> {
    let scores = &shop.profiles.value_score;
    let value = Matrix::new(scores.len(), 1, scores.clone())?;
    Matrix::beside(&[&value, taste])
}
