//! The user vector: named blocks side by side, each with fitted models that give a new user the
//! same block.
//!
//! | block | made of | width |
//! |---|---|---|
//! | `aggregates` | the features of the profile, normal deviates of their ranks, within ±3 | one a feature |
//! | `categories` | TF-IDF of the narrowest categories, or of items where there are none, by SVD | 128 |
//! | `graph` | propagation over items and categories that the same users share | 128 |
//! | `text` | TF-IDF-weighted mean of the vectors of the items' texts, whitened | 128 |
//! | `rfm` | logarithms of recency, frequency and spend, standardised; for segments alone | 3 |
//!
//! Columns are known by name (feature, category, item id, text), never by their place in a
//! catalogue. Widths are smaller in a small shop; a block the shop has no data for is left out.

mod columns;
mod fitted;
mod sources;

use fenqun_base::{Block, Catalogue, DataError, Matrix, Seed, SparseMatrix};
use fenqun_profiles::Profiles;

use super::models::Models;
use super::texts::Texts;
use crate::RunError;
use crate::config::{BLOCKS, RFM_BLOCK};

pub(crate) use columns::{Columns, Counted};
pub(crate) use fitted::{FittedBlock, Sight};
pub(crate) use sources::{Source, Sources, of_text_axes};

/// Categories of fewer users are left out; so are items, where there are no categories. A small
/// shop asks for one user in a hundred, but never for one alone.
const MIN_USERS_CATEGORY: usize = 5;
/// See [`MIN_USERS_CATEGORY`].
const MIN_USERS_ITEM: usize = 20;

/// How many users a column needs: as many as `most`, fewer in a small shop.
fn min_users(profiles: &Profiles, most: usize) -> u32 {
    (profiles.n_users() / 100).clamp(2, most) as u32
}

/// Learns the blocks of these names that the shop has data for, in the order of the blocks.
pub(crate) fn fit(
    names: &[String],
    sight: Sight<'_>,
    seed: Seed,
) -> Result<Vec<FittedBlock>, RunError> {
    let mut fitted = Vec::new();
    let all = BLOCKS.into_iter().chain([RFM_BLOCK]);
    for name in all.filter(|block| names.iter().any(|name| name == block)) {
        fitted.extend(FittedBlock::fit(name, sight, seed)?);
    }
    Ok(fitted)
}

/// Makes every block that this shop has data for; their models go into `models`.
pub(crate) fn all(
    profiles: &Profiles,
    catalogue: &Catalogue,
    texts: Option<&Texts>,
    seed: Seed,
    models: &Models,
) -> Result<Vec<Block>, RunError> {
    these(&BLOCKS.map(str::to_owned), Sight { profiles, catalogue, texts }, seed, models)
}

/// Makes every block that this shop has data for by the models of a finished run. One that the run
/// has no model of is learned, and its model kept.
pub(crate) fn of_run(
    sight: Sight<'_>,
    seed: Seed,
    models: &Models,
) -> Result<Vec<Block>, RunError> {
    let mut made = Vec::new();
    for name in BLOCKS {
        let fitted = match FittedBlock::read(name, models) {
            Err(RunError::NoModel { .. }) => {
                let fitted = FittedBlock::fit(name, sight, seed)?;
                fitted.iter().try_for_each(|block| block.keep(models))?;
                fitted
            }
            other => Some(other?),
        };
        made.extend(fitted.map(|block| block.sized(sight)).transpose()?);
    }
    Ok(made)
}

/// Makes the blocks of these names.
pub(crate) fn these(
    names: &[String],
    sight: Sight<'_>,
    seed: Seed,
    models: &Models,
) -> Result<Vec<Block>, RunError> {
    let fitted = fit(names, sight, seed)?;
    fitted.iter().try_for_each(|block| block.keep(models))?;
    fitted.iter().map(|block| block.sized(sight)).collect()
}

/// Users × narrowest categories, or × items where the catalogue has no categories; and how many
/// users a column needs.
pub(crate) fn category_counts(
    profiles: &Profiles,
    catalogue: &Catalogue,
) -> Result<(SparseMatrix, u32), DataError> {
    let n_levels = catalogue.category_levels();
    if n_levels == 0 {
        return Ok((profiles.items.clone(), min_users(profiles, MIN_USERS_ITEM)));
    }
    let (category_of, names) = catalogue.categories_at(n_levels - 1);
    let counts = profiles.items.regroup(&category_of, names.len())?;
    Ok((counts, min_users(profiles, MIN_USERS_CATEGORY)))
}

/// The columns of [`category_counts`], by name.
pub(crate) fn category_columns(catalogue: &Catalogue) -> Columns {
    match catalogue.category_levels() {
        0 => Columns::all(catalogue, Counted::Items),
        n_levels => Columns::all(catalogue, Counted::Categories(n_levels - 1)),
    }
}

/// Those of the wanted blocks that the shop has data for, in the order they are wanted.
///
/// # Errors
/// [`DataError::Parameter`] when it is none.
pub(super) fn present(blocks: &[Block], wanted: &[String]) -> Result<Vec<String>, DataError> {
    let is_there = |name: &&String| blocks.iter().any(|block| block.name == **name);
    let found: Vec<String> = wanted.iter().filter(is_there).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let rule = match blocks {
        [] => "blocks that this shop has data for: `aggregates` always".to_owned(),
        blocks => format!("blocks that this shop has data for: {}", known(blocks)),
    };
    let found = format!("none of them, `{}`", wanted.join("`, `"));
    Err(DataError::Parameter { name: "segments.blocks", rule, found })
}

/// Those of the wanted blocks that the shop has data for, side by side.
///
/// # Errors
/// [`DataError::Parameter`] when it is none.
pub(super) fn chosen(blocks: &[Block], wanted: &[String]) -> Result<Matrix, RunError> {
    let names = present(blocks, wanted)?;
    let of_name = |name: &String| blocks.iter().find(|block| &block.name == name);
    let parts: Vec<&Matrix> =
        names.iter().filter_map(of_name).map(|block| &block.vectors).collect();
    Ok(Matrix::beside(&parts)?)
}

fn known(blocks: &[Block]) -> String {
    let names: Vec<String> = blocks.iter().map(|block| format!("`{}`", block.name)).collect();
    names.join(", ")
}
