use fenqun_base::{DataError, Matrix, Progress, Seed};
use fenqun_profiles::{PairHistory, Parts, ProfileParams, ProfilesError, Span};
use fenqun_segments::Trees;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::areas::Areas;
use super::fit::Past;
use super::level::Level;
use super::origin::{Origin, answers};
use super::{PropensityModel, PropensityParams};
use crate::RunError;

/// How well the next period's categories are foretold, beside the baselines, by AUROC over users,
/// mean over categories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PropensityReport {
    /// The moment from which was foretold, in milliseconds since 1970-01-01T00:00:00Z.
    pub as_of: i64,
    /// Days foretold.
    pub days: u32,
    /// Users with an event before that moment: those that are judged.
    pub n_users: usize,
    /// Share of pairs of user and category that came to a basket.
    pub bought: f64,
    /// Ours first.
    pub contenders: Vec<PropensityStanding>,
    /// One a category, those in most baskets first.
    pub categories: Vec<CategoryStanding>,
}

/// One way to foretell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PropensityStanding {
    /// What it is.
    pub name: String,
    /// AUROC, mean over categories, and the ends of its 95 % interval over users.
    pub auroc: f64,
    /// Lower and upper end.
    pub interval: [f64; 2],
    /// The same among the users that never bought from the category.
    pub never_bought: Option<f64>,
    /// The ends of its 95 % interval over users.
    #[serde(default)]
    pub never_bought_interval: Option<[f64; 2]>,
    /// Ours less this, with its 95 % interval over the same users; none for ours.
    pub behind: Option<[f64; 3]>,
}

/// One category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CategoryStanding {
    /// Its name.
    pub name: String,
    /// Share of users that bought from it in the period.
    pub bought: f64,
    /// AUROC of ours; none where all users or none bought.
    pub auroc: Option<f64>,
}

/// Learns from the periods before `as_of` and tests on the one that begins there, with baselines in
/// the same go. Everything that is tested comes from [`super::fit`] on events before `as_of`.
///
/// # Errors
/// As [`super::fit`]; [`RunError::Data`] when nothing was bought in the period.
pub fn evaluate(
    parts: &impl Parts,
    as_of: i64,
    params: &PropensityParams,
    profiles: &ProfileParams,
    seed: Seed,
    progress: &Progress,
) -> Result<(PropensityModel, PropensityReport), RunError> {
    params.check()?;
    let level = Level::choose(parts.catalogue(), params.n_categories);
    let past = Past::read(parts, as_of, params, profiles, &level, progress)?;
    let model = past.fit(params, profiles, level.clone(), seed)?;
    let categories = level.of(parts.catalogue());
    let origin = Origin::read(parts, as_of, &categories, &params.pairs, profiles, progress)?;
    let span = Span { from: Some(as_of), as_of: as_of.saturating_add(params.length()) };
    let next = match PairHistory::fold(parts, span, &categories, &params.pairs, progress) {
        Err(ProfilesError::NoEvents { .. }) => None,
        other => Some(other?),
    };
    let users: Vec<usize> = (0..origin.history.n_users()).collect();
    let judge = Judge {
        wanted: answers(&origin.history, next.as_ref(), &users, &model.asked),
        before: counts(&origin.history, &model.asked)?,
    };
    let refit = |params: PropensityParams| -> Result<Matrix, RunError> {
        past.fit(&params, profiles, level.clone(), seed)?.chances(&origin)
    };
    let mut contenders = vec![("pooled trees".to_owned(), model.chances(&origin)?)];
    if params.n_origins > 1 {
        let chances = refit(PropensityParams { n_origins: 1, ..params.clone() })?;
        contenders.push(("pooled trees, latest period only".to_owned(), chances));
    }
    if params.collaborative {
        let own = PropensityParams { collaborative: false, ..params.clone() };
        let one = PropensityParams { n_origins: 1, ..own };
        contenders.push(("own history only, latest period".to_owned(), refit(one)?));
    }
    contenders.push(("trees per category".to_owned(), per_category(&past, &origin, &model, seed)?));
    contenders.push(("own counts".to_owned(), judge.before.clone()));
    Ok((model.clone(), judge.report(as_of, params, &model, &contenders)?))
}

/// What happened, and what had happened before: users × categories.
struct Judge {
    wanted: Vec<bool>,
    before: Matrix,
}

impl Judge {
    fn report(
        &self,
        as_of: i64,
        params: &PropensityParams,
        model: &PropensityModel,
        contenders: &[(String, Matrix)],
    ) -> Result<PropensityReport, RunError> {
        let judged: Vec<(Areas, Areas)> = contenders
            .par_iter()
            .map(|(_, scores)| {
                let never = |pair: usize| self.before.values()[pair] == 0.0;
                let all = Areas::new(scores, &self.wanted, |_| true);
                (all, Areas::new(scores, &self.wanted, never))
            })
            .collect();
        let (ours, _) = &judged[0];
        let nothing = || {
            let reason = "nobody bought anything in the period, or everybody everything: ask \
                          about a period that the events hold"
                .to_owned();
            DataError::Labels { reason }
        };
        let best = ours.mean().ok_or_else(nothing)?;
        let mut standings = Vec::with_capacity(contenders.len());
        for (at, ((name, _), (areas, never))) in contenders.iter().zip(&judged).enumerate() {
            let auroc = areas.mean().ok_or_else(nothing)?;
            let behind = (at > 0).then(|| {
                let (difference, half) = (best - auroc, ours.half_width(Some(areas)));
                [difference, difference - half, difference + half]
            });
            let interval = areas.interval().unwrap_or([auroc, auroc]);
            standings.push(PropensityStanding {
                name: name.clone(),
                auroc,
                interval,
                never_bought: never.mean(),
                never_bought_interval: never.interval(),
                behind,
            });
        }
        let n_users = self.before.n_rows();
        let n_categories = self.before.n_columns();
        let category = |(at, name): (usize, String)| {
            let bought = (0..n_users).filter(|user| self.wanted[user * n_categories + at]).count();
            let bought = bought as f64 / n_users as f64;
            CategoryStanding { name, bought, auroc: ours.of_category[at] }
        };
        let n_bought = self.wanted.iter().filter(|&&bought| bought).count();
        Ok(PropensityReport {
            as_of,
            days: params.days,
            n_users,
            bought: n_bought as f64 / self.wanted.len() as f64,
            contenders: standings,
            categories: model.categories().into_iter().enumerate().map(category).collect(),
        })
    }
}

/// Baskets of each user with each category.
fn counts(history: &PairHistory, categories: &[u32]) -> Result<Matrix, DataError> {
    let mut counts = Matrix::zeros(history.n_users(), categories.len());
    for row in 0..history.n_users() {
        for (count, &category) in counts.row_mut(row).iter_mut().zip(categories) {
            *count = history.pair(row, category).map_or(0.0, |pair| pair.n_baskets as f32);
        }
    }
    Ok(counts)
}

/// The baseline of one model a category: the user's own features and those of the pair.
fn per_category(
    past: &Past,
    origin: &Origin,
    model: &PropensityModel,
    seed: Seed,
) -> Result<Matrix, RunError> {
    let (latest, next) = past.latest();
    let everyone = |origin: &Origin| (0..origin.history.n_users()).collect::<Vec<usize>>();
    let (learned, judged) = (everyone(latest), everyone(origin));
    let column = |(at, &category): (usize, &u32)| -> Result<Vec<f32>, DataError> {
        let rows = latest.rows(&learned, &[category], &model.rates, None)?;
        let wanted = answers(&latest.history, next, &learned, &[category]);
        let fresh = origin.rows(&judged, &[category], &model.rates, None)?;
        match Trees::default().fit_binary(&rows, &wanted, seed.derive("category").nth(at)) {
            Ok(trees) => trees.predict(&fresh),
            // Nobody bought it then: nothing is known.
            Err(DataError::Labels { .. }) => Ok(vec![0.0; judged.len()]),
            Err(other) => Err(other),
        }
    };
    let columns: Vec<Vec<f32>> =
        model.asked.par_iter().enumerate().map(column).collect::<Result<_, _>>()?;
    let mut scores = Matrix::zeros(judged.len(), model.asked.len());
    for (at, column) in columns.iter().enumerate() {
        for (row, &score) in column.iter().enumerate() {
            scores.row_mut(row)[at] = score;
        }
    }
    Ok(scores)
}
