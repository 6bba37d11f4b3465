//! The user vector: named blocks side by side, each brought to one size, each with a fitted model
//! that gives a new user the same block.

use fenqun_base::{Block, Catalogue, DataError, Matrix, Seed, SparseMatrix};
use fenqun_encoders::block_size::BlockSize;
use fenqun_encoders::scale::{Method, Scale};
use fenqun_encoders::svd::Svd;
use fenqun_encoders::tfidf::TfIdf;
use fenqun_profiles::Profiles;

use super::models::Models;
use super::texts::Texts;
use crate::RunError;

/// Width of the block of category counts, or less in a small shop.
const CATEGORY_WIDTH: usize = 64;

/// Categories of fewer users are left out; so are items, where there are no categories. A small
/// shop asks for one user in a hundred, but never for one alone.
const MIN_USERS_CATEGORY: usize = 5;
/// See [`MIN_USERS_CATEGORY`].
const MIN_USERS_ITEM: usize = 20;

/// Makes every block that this shop has data for; their models go into `models`.
pub(crate) fn all(
    profiles: &Profiles,
    catalogue: &Catalogue,
    texts: Option<&Texts>,
    seed: Seed,
    models: &Models,
) -> Result<Vec<Block>, RunError> {
    let mut blocks = Vec::new();
    let mut add = |name: &str, vectors: &Matrix| -> Result<(), RunError> {
        let size = BlockSize::default().fit(vectors).map_err(RunError::step(name))?;
        models.keep(&format!("{name}-size"), &size)?;
        let vectors = size.transform(vectors)?;
        blocks.push(Block { name: name.to_owned(), vectors });
        Ok(())
    };

    let scale = Scale { method: Method::Quantile }.fit(&profiles.values)?;
    models.keep("aggregates-scale", &scale)?;
    add("aggregates", &scale.transform(&profiles.values)?)?;

    let (counts, min_users) = category_counts(profiles, catalogue)?;
    let weights = TfIdf { min_users }.fit(&counts);
    match weights {
        Ok(weights) if weights.n_kept() >= 2 => {
            let weighted = weights.transform(&counts)?;
            let most = weighted.n_rows().min(weighted.n_columns());
            let dimensions = CATEGORY_WIDTH.min(most);
            let svd = Svd { dimensions, ..Svd::default() };
            let svd = svd.fit(&weighted, seed.derive("categories"))?;
            models.keep("categories-weights", &weights)?;
            models.keep("categories-svd", &svd)?;
            add("categories", &svd.transform(&weighted)?)?;
        }
        // A shop without any category or item that several users share has no such block.
        _ => {}
    }
    if let Some(texts) = texts {
        let pooled = fenqun_encoders::pool(&texts.weights(profiles)?, &texts.vectors)?;
        add("text", &pooled)?;
    }
    Ok(blocks)
}

/// Users × narrowest categories, or × items where the catalogue has no categories; and how many
/// users a column needs.
pub(super) fn category_counts(
    profiles: &Profiles,
    catalogue: &Catalogue,
) -> Result<(SparseMatrix, u32), DataError> {
    let n_levels = catalogue.category_levels();
    let min_users = |most: usize| (profiles.n_users() / 100).clamp(2, most) as u32;
    if n_levels == 0 {
        return Ok((profiles.items.clone(), min_users(MIN_USERS_ITEM)));
    }
    let (category_of, names) = catalogue.categories_at(n_levels - 1);
    Ok((profiles.items.regroup(&category_of, names.len())?, min_users(MIN_USERS_CATEGORY)))
}

/// The blocks of these names, side by side.
pub(super) fn chosen(blocks: &[Block], names: &[String]) -> Result<Matrix, RunError> {
    let find = |name: &String| {
        blocks.iter().find(|block| &block.name == name).ok_or_else(|| DataError::Parameter {
            name: "blocks",
            rule: format!("among {}", known(blocks)),
            found: format!("`{name}`"),
        })
    };
    let parts: Vec<&Matrix> = names
        .iter()
        .map(|name| find(name).map(|block| &block.vectors))
        .collect::<Result<_, _>>()?;
    Ok(Matrix::beside(&parts)?)
}

fn known(blocks: &[Block]) -> String {
    let names: Vec<String> = blocks.iter().map(|block| format!("`{}`", block.name)).collect();
    names.join(", ")
}
