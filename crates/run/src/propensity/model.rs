use fenqun_base::{DataError, Matrix, ModelState, Progress, Stored, UserId};
use fenqun_encoders::collaborative::CollaborativeModel;
use fenqun_profiles::{Parts, ProfileParams};
use fenqun_segments::BinaryTreesModel;
use serde::{Deserialize, Serialize};

use super::PropensityParams;
use super::level::Level;
use super::origin::{Origin, Others, width};
use crate::RunError;

/// Users that are scored together.
const CHUNK: usize = 4096;

/// Foretells which categories a user will buy from in the next period.
#[derive(Clone, Debug, PartialEq)]
pub struct PropensityModel {
    pub(super) level: Level,
    /// Codes of the categories asked about.
    pub(super) asked: Vec<u32>,
    /// The share of users who bought from each category in the latest period.
    pub(super) rates: Vec<f32>,
    pub(super) others: Option<Others>,
    pub(super) trees: BinaryTreesModel,
    pub(super) settings: (PropensityParams, ProfileParams),
}

/// The chance of every user and category.
#[derive(Clone, Debug, PartialEq)]
pub struct Propensities {
    /// Every user with an event before the moment, in order.
    pub users: Vec<UserId>,
    /// Names of the categories, those in most baskets first.
    pub categories: Vec<String>,
    /// Users × categories: the chance of a basket with the category in the next period.
    pub chances: Matrix,
}

impl PropensityModel {
    /// Names of the categories asked about, those in most baskets first.
    #[must_use]
    pub fn categories(&self) -> Vec<String> {
        self.asked.iter().map(|&code| self.level.names[code as usize].clone()).collect()
    }

    /// The chances of every user with an event before `as_of`, for the period that begins there. A
    /// user's chances hang on that user's own events alone.
    ///
    /// # Errors
    /// Whatever reading the events gives.
    pub fn score(
        &self,
        parts: &impl Parts,
        as_of: i64,
        progress: &Progress,
    ) -> Result<Propensities, RunError> {
        let (params, profiles) = &self.settings;
        let categories = self.level.of(parts.catalogue());
        let origin = Origin::read(parts, as_of, &categories, &params.pairs, profiles, progress)?;
        let chances = self.chances(&origin)?;
        Ok(Propensities { users: origin.history.users, categories: self.categories(), chances })
    }

    pub(super) fn chances(&self, origin: &Origin) -> Result<Matrix, RunError> {
        let n_users = origin.history.n_users();
        let mut values = Vec::with_capacity(n_users * self.asked.len());
        for start in (0..n_users).step_by(CHUNK) {
            let users: Vec<usize> = (start..(start + CHUNK).min(n_users)).collect();
            let rows = origin.rows(&users, &self.asked, &self.rates, self.others.as_ref())?;
            values.extend(self.trees.predict(&rows)?);
        }
        Ok(Matrix::new(n_users, self.asked.len(), values)?)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    level: Option<usize>,
    names: Vec<String>,
    asked: Vec<u32>,
    params: PropensityParams,
    profiles: ProfileParams,
    trees: serde_json::Value,
}

impl Stored for PropensityModel {
    const NAME: &'static str = "propensity";

    fn state(&self) -> ModelState {
        let trees = self.trees.state();
        let mut state = ModelState::new(Kept {
            level: self.level.level,
            names: self.level.names.clone(),
            asked: self.asked.clone(),
            params: self.settings.0.clone(),
            profiles: self.settings.1.clone(),
            trees: trees.config.clone(),
        })
        .vector("rates", &self.rates)
        .with_part("trees.", trees);
        if let Some(others) = &self.others {
            state = state.matrix("ease", others.ease.weights());
            state = state.matrix("co_occurrence", others.co_occurrence.weights());
        }
        state
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let kept: Kept = state.read_config(Self::NAME)?;
        let trees = ModelState { config: kept.trees, ..ModelState::default() };
        let trees = BinaryTreesModel::from_state(&state.part("trees.", trees))?;
        let collaborative = |name: &str| {
            let Some(weights) = state.tensors.get(name) else { return Ok(None) };
            let mut own = ModelState::new(());
            own.tensors.insert("weights".to_owned(), weights.clone());
            CollaborativeModel::from_state(&own).map(Some)
        };
        let others = collaborative("ease")?.zip(collaborative("co_occurrence")?);
        let others = others.map(|(ease, co_occurrence)| Others { ease, co_occurrence });
        let rates = state.read_vector(Self::NAME, "rates")?;
        let n_names = kept.names.len();
        let fits = |model: &CollaborativeModel| model.width() == n_names;
        let is_whole = others.is_some() == kept.params.collaborative
            && others.iter().all(|others| fits(&others.ease) && fits(&others.co_occurrence))
            && rates.len() == n_names
            && rates.iter().all(|rate| rate.is_finite())
            && kept.asked.iter().all(|&code| (code as usize) < n_names)
            && kept.names.is_sorted()
            && trees.width() == width(kept.params.collaborative);
        if !is_whole {
            let reason = "its parts do not fit each other".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self {
            level: Level { level: kept.level, names: kept.names },
            asked: kept.asked,
            rates,
            others,
            trees,
            settings: (kept.params, kept.profiles),
        })
    }
}
