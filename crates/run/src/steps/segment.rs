//! Groups users the configured way, and beside it the plain baseline: RFM k-means.

use std::cmp::Ordering;

use fenqun_base::{
    Assignment, Block, Catalogue, DataError, Fitted, Matrix, Progress, Seed, Segmenter,
};
use fenqun_encoders::pca::Pca;
use fenqun_encoders::scale::{Method as ScaleMethod, Scale};
use fenqun_encoders::taste::{CategoryTaste, TextTaste};
use fenqun_evaluate::{Candidate, Choice, Choosing, Stability, choose, stability};
use fenqun_explain::Shape;
use fenqun_profiles::Profiles;
use fenqun_segments::{KMeans, TwoAxes};

use super::blocks;
use super::models::Models;
use super::texts::Texts;
use crate::config::{KMeansConfig, SegmentsConfig, Taste, TwoAxesConfig};
use crate::report::{ChoicePoint, Method};
use crate::{Config, RunError};

/// Where the resamples behind the choice start. Not the run's seed: which segments there are must
/// hang on the data alone, so that a refit with another seed gives the same numbers their meaning.
const CHOICE_SEED: Seed = Seed(0);

/// What the plain baseline looks at.
const RFM: [&str; 3] = ["recency", "frequency", "spend"];

/// What is known of the shop's users.
#[derive(Clone, Copy)]
pub(crate) struct Shop<'a> {
    pub profiles: &'a Profiles,
    pub catalogue: &'a Catalogue,
    /// Or why there are none.
    pub texts: Result<&'a Texts, &'a String>,
}

/// Segments, how they were chosen, and what they stand beside.
pub(crate) struct Found {
    pub assignment: Assignment,
    pub shape: Shape,
    /// The coordinates in which users were grouped.
    pub space: Matrix,
    /// Two coordinates a user, for the map.
    pub plane: Matrix,
    /// Every trial behind the choice.
    pub choice: Vec<ChoicePoint>,
    /// Even the chosen trial is not stable.
    pub is_weak: bool,
    /// Of the segments as delivered.
    pub stability: Stability,
    /// What was chosen, so that it can be fitted again as of another time.
    pub way: Way,
    /// The segments as one row of the comparison.
    pub method: Method,
    /// RFM k-means with as many segments.
    pub baseline: Method,
}

/// A way to group users with nothing left to choose.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    TwoAxes { taste: Taste, axes: TwoAxes },
    KMeans { blocks: Vec<String>, k_means: KMeans },
}

/// Chooses, fits, assigns, and measures the baseline.
pub(crate) fn find(
    config: &Config,
    shop: Shop<'_>,
    blocks: &[Block],
    seed: Seed,
    models: &Models,
    progress: &Progress,
) -> Result<Found, RunError> {
    let (way, choice) = match &config.segments {
        SegmentsConfig::TwoAxes(two) => choose_taste(two, shop, seed, progress)?,
        SegmentsConfig::KMeans(one) => choose_number(one, shop, blocks, progress)?,
    };
    let n_refits = match &config.segments {
        SegmentsConfig::TwoAxes(two) => two.refits,
        SegmentsConfig::KMeans(one) => one.refits,
    };
    let fitted = fit(&way, shop, blocks, seed, models)?;
    let order = key_free_order(shop.profiles);
    let space = fitted.space.select_rows(&order);
    let measured = match &way {
        Way::TwoAxes { axes, .. } => stability(axes, &space, n_refits, seed, progress)?,
        Way::KMeans { k_means, .. } => stability(k_means, &space, n_refits, seed, progress)?,
    };
    let n_segments = fitted.assignment.n_segments;
    let rfm = rfm(shop.profiles)?.select_rows(&order);
    let beside = KMeans { n_segments, ..KMeans::default() };
    let rfm_stability = stability(&beside, &rfm, n_refits, seed.derive("rfm"), progress)?;
    let language = config.cards.language;
    Ok(Found {
        plane: plane(&way, &fitted.space)?,
        choice: points(&choice),
        is_weak: choice.is_weak,
        stability: measured,
        method: Method {
            name: match &way {
                Way::TwoAxes { taste, .. } => language.pick(
                    format!("value × taste ({})", taste.name()),
                    format!("价值 × 偏好（{}）", taste.chinese()),
                ),
                Way::KMeans { blocks, .. } => format!("k-means ({})", blocks.join(" + ")),
            },
            k: n_segments,
            stability: Some(measured.mean),
            ..Method::default()
        },
        baseline: Method {
            name: "RFM k-means".into(),
            k: n_segments,
            stability: Some(rfm_stability.mean),
            ..Method::default()
        },
        assignment: fitted.assignment,
        shape: fitted.shape,
        space: fitted.space,
        way,
    })
}

/// Users grouped one way.
pub(crate) struct FittedWay {
    pub assignment: Assignment,
    pub shape: Shape,
    pub space: Matrix,
}

/// Fits a way on a shop: everything that is learned is learned here, from these profiles alone.
pub(crate) fn fit(
    way: &Way,
    shop: Shop<'_>,
    blocks: &[Block],
    seed: Seed,
    models: &Models,
) -> Result<FittedWay, RunError> {
    match way {
        Way::TwoAxes { taste, axes } => {
            let space = beside_value(shop, &coordinates(*taste, shop, seed, models)?)?;
            let ordered = space.select_rows(&key_free_order(shop.profiles));
            let model = axes.fit(&ordered, seed).map_err(RunError::step("segments"))?;
            models.keep("segments", &model)?;
            let shape = Shape::TwoAxes {
                n_tiers: model.tiers().n_segments(),
                n_tastes: model.taste().n_segments(),
            };
            Ok(FittedWay { assignment: model.assign(&space)?, shape, space })
        }
        Way::KMeans { blocks: names, k_means } => {
            let space = blocks::chosen(blocks, names)?;
            let ordered = space.select_rows(&key_free_order(shop.profiles));
            let model = k_means.fit(&ordered, seed).map_err(RunError::step("segments"))?;
            models.keep("segments", &model)?;
            Ok(FittedWay { assignment: model.assign(&space)?, shape: Shape::Flat, space })
        }
    }
}

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

/// Recency, frequency and spend, logarithms, standardised: the usual notebook recipe.
pub(crate) fn rfm(profiles: &Profiles) -> Result<Matrix, RunError> {
    let columns: Vec<Vec<f32>> = RFM.iter().filter_map(|&name| profiles.column(name)).collect();
    let rows: Vec<Vec<f32>> = (0..profiles.n_users())
        .map(|row| columns.iter().map(|column| column[row]).collect())
        .collect();
    let raw = Matrix::from_rows(&rows)?;
    Ok(Scale { method: ScaleMethod::Log }.fit(&raw)?.transform(&raw)?)
}

/// Tries each taste with each number of groups on the taste axis alone: tiers by quantiles hardly
/// move between refits and would flatter every candidate.
fn choose_taste(
    two: &TwoAxesConfig,
    shop: Shop<'_>,
    seed: Seed,
    progress: &Progress,
) -> Result<(Way, Choice), RunError> {
    let order = key_free_order(shop.profiles);
    let mut tried = Vec::new();
    let mut reasons = Vec::new();
    for &taste in &two.tastes {
        match coordinates(taste, shop, seed, &Models::nowhere()) {
            Ok(coordinates) => tried.push((taste, coordinates.select_rows(&order))),
            Err(RunError::NoTaste { reason }) => reasons.push(reason),
            Err(error) => reasons.push(format!("{}: {error}", taste.name())),
        }
    }
    if tried.is_empty() {
        return Err(RunError::NoTaste { reason: reasons.join("; ") });
    }
    let n_segments = at_most(&two.n_tastes, shop.profiles.n_users())?;
    let candidates: Vec<Candidate<'_>> =
        tried.iter().map(|(taste, data)| Candidate { name: taste.name(), data }).collect();
    let with = |n_segments| KMeans { n_segments, ..KMeans::default() };
    let choosing = Choosing { n_segments, n_refits: two.refits, ..Choosing::default() };
    let choice = choose(&candidates, &choosing, with, CHOICE_SEED, progress)?;
    let best = choice.best();
    let of_best = |(taste, _): &&(Taste, Matrix)| taste.name() == best.candidate;
    let taste = tried.iter().find(of_best).map_or(two.tastes[0], |(taste, _)| *taste);
    let axes = TwoAxes { tiers: two.tiers.clone(), taste: with(best.n_segments) };
    Ok((Way::TwoAxes { taste, axes }, choice))
}

fn choose_number(
    one: &KMeansConfig,
    shop: Shop<'_>,
    blocks: &[Block],
    progress: &Progress,
) -> Result<(Way, Choice), RunError> {
    let data = blocks::chosen(blocks, &one.blocks)?.select_rows(&key_free_order(shop.profiles));
    let name = one.blocks.join(" + ");
    let candidates = [Candidate { name: &name, data: &data }];
    let with = |n_segments| KMeans { n_segments, ..one.k_means.clone() };
    let n_segments = at_most(&one.n_segments, data.n_rows())?;
    let choosing = Choosing { n_segments, n_refits: one.refits, ..Choosing::default() };
    let choice = choose(&candidates, &choosing, with, CHOICE_SEED, progress)?;
    let k_means = with(choice.best().n_segments);
    Ok((Way::KMeans { blocks: one.blocks.clone(), k_means }, choice))
}

/// The candidates that so few users allow.
fn at_most(candidates: &[usize], n_users: usize) -> Result<Vec<usize>, RunError> {
    let fitting: Vec<usize> = candidates.iter().copied().filter(|&k| k <= n_users).collect();
    if fitting.is_empty() {
        let needed = candidates.iter().copied().min().unwrap_or(1);
        let error = DataError::TooFewRows { needed, found: n_users };
        return Err(RunError::step("segments")(error));
    }
    Ok(fitting)
}

/// Where each user stands on the taste axis.
fn coordinates(
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
fn beside_value(shop: Shop<'_>, taste: &Matrix) -> Result<Matrix, DataError> {
    let scores = &shop.profiles.value_score;
    let value = Matrix::new(scores.len(), 1, scores.clone())?;
    Matrix::beside(&[&value, taste])
}

/// The map: the taste plane, or the two widest directions of the space.
fn plane(way: &Way, space: &Matrix) -> Result<Matrix, DataError> {
    if let Way::TwoAxes { .. } = way
        && space.n_columns() > 2
    {
        let rows: Vec<[f32; 2]> = space.rows().map(|row| [row[1], row[2]]).collect();
        return Matrix::from_rows(&rows);
    }
    if space.n_columns() < 2 {
        let rows: Vec<[f32; 2]> = space.rows().map(|row| [row[0], 0.0]).collect();
        return Matrix::from_rows(&rows);
    }
    Pca { dimensions: 2 }.fit(space)?.transform(space)
}

fn points(choice: &Choice) -> Vec<ChoicePoint> {
    let point = |(at, trial): (usize, &fenqun_evaluate::Trial)| ChoicePoint {
        candidate: trial.candidate.clone(),
        k: trial.n_segments,
        stability: trial.stability.mean,
        silhouette: trial.silhouette,
        chosen: at == choice.chosen,
    };
    choice.trials.iter().enumerate().map(point).collect()
}
