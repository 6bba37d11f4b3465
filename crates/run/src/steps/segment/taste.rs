//! Places on the axes of taste, and how they are learned: from all users, or again from some.

use fenqun_base::{DataError, Matrix, Seed, SparseMatrix};
use fenqun_encoders::taste::{CategoryTaste, TextTaste};
use fenqun_encoders::text_axes::{TextAxes, TextAxesModel};

use super::Shop;
use crate::RunError;
use crate::config::Taste;
use crate::steps::blocks;
use crate::steps::models::Models;

/// What taste is learned from: counts of users × categories or texts.
pub(super) struct Tasting<'a> {
    counts: SparseMatrix,
    way: Way<'a>,
}

/// With the vectors of the texts where taste is read from them.
#[derive(Clone)]
enum Way<'a> {
    Categories(CategoryTaste),
    Text(TextTaste, &'a Matrix),
    Axes(TextAxes, &'a Matrix),
}

/// Where users stand, and what of it does not hang on the users.
pub(super) struct Tasted {
    pub coordinates: Matrix,
    axes: Option<TextAxesModel>,
}

impl<'a> Tasting<'a> {
    /// Of one of the candidates of value × taste.
    pub fn of(taste: Taste, shop: Shop<'a>) -> Result<Self, RunError> {
        match taste {
            Taste::Categories => {
                let (counts, min_users) = blocks::category_counts(shop.profiles, shop.catalogue)?;
                let params = CategoryTaste { min_users, ..CategoryTaste::default() };
                Ok(Self { counts, way: Way::Categories(params) })
            }
            Taste::Text => {
                let refused = |reason: &String| RunError::NoTaste { reason: reason.clone() };
                let texts = shop.texts.map_err(refused)?;
                let way = Way::Text(TextTaste::default(), &texts.vectors);
                Ok(Self { counts: texts.weights(shop.profiles)?, way })
            }
        }
    }

    /// Of so many axes of the texts.
    pub fn along_texts(dimensions: usize, shop: Shop<'a>) -> Result<Self, RunError> {
        let refused = |reason: &String| RunError::NoTexts { reason: reason.clone() };
        let texts = shop.texts.map_err(refused)?;
        let axes = TextAxes { dimensions, ..TextAxes::default() };
        let way = Way::Axes(axes, &texts.vectors);
        Ok(Self { counts: texts.weights(shop.profiles)?, way })
    }

    /// The same for some of the users, in this order.
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        Self { counts: self.counts.select_rows(rows), way: self.way.clone() }
    }

    /// Learns everything from all users.
    pub fn fit(&self, seed: Seed, models: &Models) -> Result<Tasted, RunError> {
        let counts = &self.counts;
        Ok(match &self.way {
            Way::Categories(params) => {
                let model = params.fit(counts, seed)?;
                models.keep("taste-categories", &model)?;
                Tasted { coordinates: model.coordinates(counts)?, axes: None }
            }
            Way::Text(params, vectors) => {
                let model = params.fit(counts, vectors)?;
                models.keep("taste-text", &model)?;
                Tasted { coordinates: model.coordinates(counts, vectors)?, axes: None }
            }
            Way::Axes(params, vectors) => {
                let model = params.fit(counts, vectors)?;
                models.keep("text-axes", &model)?;
                Tasted { coordinates: model.coordinates(counts, vectors)?, axes: Some(model) }
            }
        })
    }

    /// Learns everything that hangs on users from these rows, which may repeat, and says where that
    /// puts all of them. Axes of the texts hang on no user: they are taken from `known`.
    pub fn refit(&self, known: &Tasted, rows: &[usize], seed: Seed) -> Result<Matrix, DataError> {
        let counts = &self.counts;
        let some = || counts.select_rows(rows);
        match &self.way {
            Way::Categories(params) => params.fit(&some(), seed)?.coordinates(counts),
            Way::Text(params, vectors) => params.refit(counts, vectors, rows),
            Way::Axes(params, vectors) => {
                let model = match &known.axes {
                    Some(axes) => axes.reweighted(&some(), params.min_users)?,
                    None => params.fit(&some(), vectors)?,
                };
                model.coordinates(counts, vectors)
            }
        }
    }
}
