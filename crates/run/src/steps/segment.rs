//! Groups users the configured way, and beside it the plain baseline: RFM k-means.

mod columns;
mod notes;
mod stability;
mod taste;
mod way;

use std::path::Path;

use fenqun_base::{Assignment, Block, Catalogue, DataError, Language, Matrix, Progress, Seed};
use fenqun_encoders::pca::Pca;
use fenqun_evaluate::{Candidate, Choice, Choosing, choose, measured_rows};
use fenqun_events::EventTable;
use fenqun_explain::Shape;
use fenqun_profiles::Profiles;
use fenqun_segments::{KMeans, TwoAxes};

pub(crate) use columns::{
    RFM, RFM_SCALE, key_free_order, last_purchase, lifetime_columns, named_column, rfm, rfm_columns,
};
pub(crate) use stability::Held;
pub(crate) use way::{Way, beside_value, fit, groups};

use taste::{Tasted, Tasting};

use super::blocks;
use super::models::Models;
use super::texts::Texts;
use crate::config::{KMeansConfig, SegmentsConfig, Taste, TwoAxesConfig};
use crate::report::{ChoicePoint, Method};
use crate::{Config, RunError};

/// Where the resamples behind the choice start. Not the run's seed: which segments there are must
/// hang on the data alone, so that a refit with another seed gives the same numbers their meaning.
const CHOICE_SEED: Seed = Seed(0);

/// What is known of the shop's users.
#[derive(Clone, Copy)]
pub(crate) struct Shop<'a> {
    pub profiles: &'a Profiles,
    pub catalogue: &'a Catalogue,
    /// Or why there are none.
    pub texts: Result<&'a Texts, &'a String>,
    /// What the profiles were made of: those before their time count.
    pub events: &'a EventTable,
}

/// Segments, how they were chosen, and what they stand beside.
pub(crate) struct Found {
    pub assignment: Assignment,
    /// How much users belong to each segment, where the way says it.
    pub shares: Option<Matrix>,
    pub shape: Shape,
    /// The coordinates in which users were grouped.
    pub space: Matrix,
    /// Two coordinates a user, for the map.
    pub plane: Matrix,
    /// Every trial behind the choice.
    pub choice: Vec<ChoicePoint>,
    /// Even the chosen trial is not stable.
    pub is_weak: bool,
    /// Names that segments have by themselves; empty where names are found.
    pub names: Vec<String>,
    /// What a person should know of the fit.
    pub remarks: Vec<String>,
    /// Of the segments as delivered; `None` where nothing is fitted.
    pub stability: Option<Held>,
    /// What was chosen, so that it can be fitted again as of another time.
    pub way: Way,
    /// The segments as one row of the comparison.
    pub method: Method,
    /// RFM k-means with as many segments.
    pub baseline: Method,
}

/// Chooses, fits, assigns, and measures the baseline. Paths of the configuration are relative to
/// `base`.
pub(crate) fn find(
    (config, base): (&Config, &Path),
    shop: Shop<'_>,
    blocks: &[Block],
    seed: Seed,
    models: &Models,
    progress: &Progress,
) -> Result<Found, RunError> {
    let wanted = config.segments.blocks();
    let language = config.cards.language;
    let left_out = left_out(wanted, blocks);
    let Chosen { way, points, is_weak } = match &config.segments {
        SegmentsConfig::TwoAxes(two) => choose_taste(two, shop, seed, progress)?,
        SegmentsConfig::KMeans(one) => choose_number(one, shop, blocks, progress)?,
        settled => {
            let way = Way::settled(settled, base)?.on_blocks_of(blocks)?;
            Chosen { way, points: Vec::new(), is_weak: false }
        }
    };
    let n_refits = config.segments.refits();
    let fitted = fit(&way, shop, blocks, seed, models)?;
    let held = stability::held(&way, shop, &fitted, n_refits, seed, progress)?;
    let n_segments = fitted.assignment.n_segments;
    let n_beside = n_segments.min(shop.profiles.n_users());
    let beside = KMeans { n_segments: n_beside, ..KMeans::default() };
    let seed_beside = seed.derive("rfm");
    let of_beside = stability::of_baseline(shop, &beside, n_refits, seed_beside, progress)?;
    Ok(Found {
        plane: plane(&way, &fitted.space)?,
        choice: points,
        is_weak,
        names: way.names(language),
        remarks: left_out_words(&left_out, language)
            .into_iter()
            .chain(fitted.remarks(&config.cards))
            .collect(),
        stability: held,
        method: Method {
            name: way.name(language),
            k: n_segments,
            stability: held.map(|held| held.figure.mean),
            ..Method::default()
        },
        baseline: Method {
            name: "RFM k-means".into(),
            k: n_beside,
            stability: Some(of_beside.mean),
            ..Method::default()
        },
        assignment: fitted.assignment,
        shares: fitted.shares,
        shape: fitted.shape,
        space: fitted.space,
        way,
    })
}

/// Blocks that are wanted and that the shop has no data for.
fn left_out(wanted: &[String], blocks: &[Block]) -> Vec<String> {
    let is_there = |name: &&String| blocks.iter().any(|block| block.name == **name);
    wanted.iter().filter(|name| !is_there(name)).cloned().collect()
}

fn left_out_words(names: &[String], language: Language) -> Option<String> {
    let listed = names.join(", ");
    (!names.is_empty()).then(|| {
        language.pick(
            format!("Segments are found without {listed}: this shop has no data for it"),
            format!("分群未使用 {listed}：该店没有相应数据"),
        )
    })
}

/// A way, and every trial that led to it.
struct Chosen {
    way: Way,
    points: Vec<ChoicePoint>,
    is_weak: bool,
}

impl Chosen {
    fn among(way: Way, choice: &Choice) -> Self {
        Self { way, points: points(choice), is_weak: choice.is_weak }
    }
}

/// A taste with its coordinates, and how they are learned again.
struct Tried<'a> {
    taste: Taste,
    data: Matrix,
    tasting: Tasting<'a>,
    tasted: Tasted,
}

/// Tries each taste with each number of groups on the taste axis alone: tiers by quantiles hardly
/// move between refits and would flatter every candidate. Each resample learns the coordinates
/// again, for the same reason.
fn choose_taste(
    two: &TwoAxesConfig,
    shop: Shop<'_>,
    seed: Seed,
    progress: &Progress,
) -> Result<Chosen, RunError> {
    let order = key_free_order(shop.profiles);
    let measured: Vec<usize> =
        measured_rows(order.len(), CHOICE_SEED).into_iter().map(|row| order[row]).collect();
    let mut tried = Vec::new();
    let mut reasons = Vec::new();
    for &taste in &two.tastes {
        let found = Tasting::of(taste, shop).and_then(|tasting| {
            let tasted = tasting.fit(seed, &Models::nowhere())?;
            let data = tasted.coordinates.select_rows(&measured);
            Ok(Tried { taste, data, tasting: tasting.of_rows(&measured), tasted })
        });
        match found {
            Ok(found) => tried.push(found),
            Err(RunError::NoTaste { reason }) => reasons.push(reason),
            Err(error) => reasons.push(format!("{}: {error}", taste.name())),
        }
    }
    if tried.is_empty() {
        return Err(RunError::NoTaste { reason: reasons.join("; ") });
    }
    let n_segments = at_most(&two.n_tastes, shop.profiles.n_users())?;
    let agains: Vec<_> = tried
        .iter()
        .map(|one| move |rows: &[usize], seed: Seed| one.tasting.refit(&one.tasted, rows, seed))
        .collect();
    let candidates: Vec<Candidate<'_>> = tried
        .iter()
        .zip(&agains)
        .map(|(one, again)| Candidate {
            again: Some(again),
            ..Candidate::of(one.taste.name(), &one.data)
        })
        .collect();
    let with = |n_segments| KMeans { n_segments, ..KMeans::default() };
    let choosing = Choosing { n_segments, n_refits: two.refits, ..Choosing::default() };
    let choice = choose(&candidates, &choosing, with, CHOICE_SEED, progress)?;
    let best = choice.best();
    let of_best = tried.iter().find(|one| one.taste.name() == best.candidate);
    let taste = of_best.map_or(two.tastes[0], |one| one.taste);
    let axes = TwoAxes { tiers: two.tiers.clone(), taste: with(best.n_segments) };
    Ok(Chosen::among(Way::TwoAxes { taste, axes }, &choice))
}

fn choose_number(
    one: &KMeansConfig,
    shop: Shop<'_>,
    blocks: &[Block],
    progress: &Progress,
) -> Result<Chosen, RunError> {
    let names = blocks::present(blocks, &one.blocks)?;
    let data = blocks::chosen(blocks, &names)?.select_rows(&key_free_order(shop.profiles));
    let name = names.join(" + ");
    let candidates = [Candidate::of(&name, &data)];
    let with = |n_segments| KMeans { n_segments, ..one.k_means.clone() };
    let n_segments = at_most(&one.n_segments, data.n_rows())?;
    let choosing = Choosing { n_segments, n_refits: one.refits, ..Choosing::default() };
    let choice = choose(&candidates, &choosing, with, CHOICE_SEED, progress)?;
    let k_means = with(choice.best().n_segments);
    Ok(Chosen::among(Way::KMeans { blocks: names, k_means }, &choice))
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

/// The map: the taste plane, or the two widest directions of the space.
fn plane(way: &Way, space: &Matrix) -> Result<Matrix, DataError> {
    if let Way::TwoAxes { .. } | Way::RoundGrid(_) = way
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
