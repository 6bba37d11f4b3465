//! `[segments]`: the ways that stand beside value × taste and k-means.

use std::path::{Path, PathBuf};

use fenqun_profiles::{ProfileParams, possible_features};
use fenqun_segments::rules::nearest;
use fenqun_segments::{
    Density, Hierarchical, LifetimeTiers, Rfm, RoundAxis, RoundGrid, ValueTiers,
};
use serde::{Deserialize, Serialize};

use super::{SegmentsConfig, is_segment_block};
use crate::RunError;
use crate::rules::{DefinitionFiles, read_definitions};

/// The value score of `profiles.parquet`, which stands beside the features.
pub(crate) const VALUE_SCORE: &str = "value_score";

/// Most axes of the texts: cells double with each.
const MOST_AXES: usize = 6;

/// A tree over chosen blocks, cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HierarchicalConfig {
    /// Blocks of the user vector that are looked at.
    pub blocks: Vec<String>,
    /// Bootstrap refits behind the figure of stability.
    pub refits: usize,
    /// Settings of the algorithm.
    pub hierarchical: Hierarchical,
}

/// Dense places in a few dimensions of chosen blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DensityConfig {
    /// Blocks of the user vector that are looked at.
    pub blocks: Vec<String>,
    /// Principal components of the blocks that density is measured in: in many dimensions nobody
    /// is near anybody.
    pub dimensions: usize,
    /// Bootstrap refits behind the figure of stability.
    pub refits: usize,
    /// Settings of the algorithm.
    pub density: Density,
}

/// Tiers of one column of the profiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueTiersConfig {
    /// A column of `profiles.parquet`: `spend`, `frequency`, `spend_91d`.
    pub by: String,
    /// Where it is cut; thresholds are in its own unit: money, baskets, days.
    pub tiers: ValueTiers,
    /// Bootstrap refits behind the figure of stability.
    pub refits: usize,
}

/// The named grid of recency, frequency and spend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RfmConfig {
    /// Bootstrap refits behind the figure of stability.
    pub refits: usize,
    /// Settings of the grid.
    pub rfm: Rfm,
}

/// Tiers by what users will buy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LifetimeConfig {
    /// Bootstrap refits behind the figure of stability.
    pub refits: usize,
    /// Settings of the prediction and its tiers.
    pub lifetime: LifetimeTiers,
}

/// Value and axes of the catalogue's texts, each cut at a round number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoundGridConfig {
    /// Cuts of the value score.
    pub value: Cuts,
    /// Cuts of each axis of the texts, the axis along which texts differ most first.
    pub tastes: Vec<Cuts>,
    /// Bootstrap refits behind the figure of stability.
    pub refits: usize,
}

/// Near which shares of users an axis is cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cuts {
    /// Upper shares of users, rising.
    pub quantiles: Vec<f32>,
    /// How far the share of users may be from them for the sake of a round number.
    pub within: f32,
}

/// What somebody wrote down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesConfig {
    /// Files of definitions, relative to the configuration. A user is in the first segment that
    /// fits, in the order of files and definitions.
    pub definitions: Vec<PathBuf>,
    /// Bootstrap refits behind the baseline's figure of stability: rules have none.
    pub refits: usize,
}

impl Default for RoundGridConfig {
    fn default() -> Self {
        Self { value: Cuts::default(), tastes: vec![Cuts::default(); 2], refits: 30 }
    }
}

impl Default for Cuts {
    fn default() -> Self {
        let RoundAxis { quantiles, within, .. } = RoundAxis::default();
        Self { quantiles, within }
    }
}

impl Cuts {
    fn axis(&self) -> RoundAxis {
        let (quantiles, within) = (self.quantiles.clone(), self.within);
        RoundAxis { quantiles, within, is_log: false }
    }
}

impl RoundGridConfig {
    /// The grid, value first; whether value is a logarithm is for the profiles to say.
    #[must_use]
    pub fn grid(&self) -> RoundGrid {
        let axes = std::iter::once(&self.value).chain(&self.tastes);
        RoundGrid { axes: axes.map(Cuts::axis).collect() }
    }
}

impl RulesConfig {
    /// Reads the files; they are relative to `base`.
    pub(crate) fn read(&self, base: &Path) -> Result<DefinitionFiles, RunError> {
        let files: Vec<PathBuf> = self.definitions.iter().map(|file| base.join(file)).collect();
        read_definitions(&files)
    }
}

impl Default for RulesConfig {
    fn default() -> Self {
        Self { definitions: Vec::new(), refits: 30 }
    }
}

impl Default for HierarchicalConfig {
    fn default() -> Self {
        let blocks = ["aggregates", "categories"].map(str::to_owned).to_vec();
        Self { blocks, refits: 10, hierarchical: Hierarchical::default() }
    }
}

impl Default for DensityConfig {
    fn default() -> Self {
        let blocks = ["aggregates", "categories"].map(str::to_owned).to_vec();
        Self { blocks, dimensions: 3, refits: 10, density: Density::default() }
    }
}

impl Default for ValueTiersConfig {
    fn default() -> Self {
        Self { by: "spend".into(), tiers: ValueTiers::default(), refits: 30 }
    }
}

impl ValueTiersConfig {
    /// Whether any shop has such a column, and which one is nearest where none has.
    fn check_column(&self, params: &ProfileParams) -> Result<(), Option<String>> {
        let names = possible_features(params);
        let goes_on = |name: &String| {
            name.ends_with(':') && self.by.len() > name.len() && self.by.starts_with(name)
        };
        let is_it = |name: &String| *name == self.by && !name.ends_with(':');
        if self.by == VALUE_SCORE || names.iter().any(|name| is_it(name) || goes_on(name)) {
            return Ok(());
        }
        let whole = names.iter().map(String::as_str).filter(|name| !name.ends_with(':'));
        Err(nearest(&self.by, whole.chain([VALUE_SCORE])))
    }
}

impl Default for RfmConfig {
    fn default() -> Self {
        Self { refits: 30, rfm: Rfm::default() }
    }
}

impl Default for LifetimeConfig {
    fn default() -> Self {
        Self { refits: 10, lifetime: LifetimeTiers::default() }
    }
}

impl SegmentsConfig {
    /// Blocks of the user vector that users are grouped by; none where they are grouped by columns
    /// of the profiles.
    #[must_use]
    pub fn blocks(&self) -> &[String] {
        match self {
            Self::KMeans(one) => &one.blocks,
            Self::Hierarchical(tree) => &tree.blocks,
            Self::Density(dense) => &dense.blocks,
            Self::TwoAxes(_)
            | Self::ValueTiers(_)
            | Self::Rfm(_)
            | Self::Lifetime(_)
            | Self::RoundGrid(_)
            | Self::Rules(_) => &[],
        }
    }

    /// Bootstrap refits behind the figure of stability.
    #[must_use]
    pub fn refits(&self) -> usize {
        match self {
            Self::TwoAxes(two) => two.refits,
            Self::KMeans(one) => one.refits,
            Self::Hierarchical(tree) => tree.refits,
            Self::Density(dense) => dense.refits,
            Self::ValueTiers(tiers) => tiers.refits,
            Self::Rfm(grid) => grid.refits,
            Self::Lifetime(tiers) => tiers.refits,
            Self::RoundGrid(grid) => grid.refits,
            Self::Rules(rules) => rules.refits,
        }
    }

    /// Rules over single values; `params` say which columns the profiles can have.
    pub(super) fn check(&self, path: &Path, params: &ProfileParams) -> Result<(), RunError> {
        let refuse = |name: &'static str, rule: &str, found: String| {
            let (path, rule) = (path.to_owned(), rule.to_owned());
            Err(RunError::Setting { path, name, rule, found })
        };
        let candidates = |name: &'static str, found: &[usize]| {
            if found.is_empty() || found.iter().any(|k| !(1..=200).contains(k)) {
                return refuse(name, "one or more numbers between 1 and 200", format!("{found:?}"));
            }
            Ok(())
        };
        if !(3..=200).contains(&self.refits()) {
            return refuse("segments.refits", "between 3 and 200", self.refits().to_string());
        }
        let blocks = self.blocks();
        let on_blocks = matches!(self, Self::KMeans(_) | Self::Hierarchical(_) | Self::Density(_));
        if on_blocks && (blocks.is_empty() || blocks.iter().any(|it| !is_segment_block(it))) {
            let rule = "one or more of `aggregates`, `categories`, `graph`, `text`, `rfm`";
            return refuse("segments.blocks", rule, format!("{blocks:?}"));
        }
        let place = |part: &str| RunError::step(format!("{}: [segments.{part}]", path.display()));
        match self {
            Self::TwoAxes(two) => {
                if two.tastes.is_empty() {
                    let rule = "one or both of `categories`, `text`";
                    return refuse("segments.tastes", rule, "none".into());
                }
                two.tiers.check().map_err(place("tiers"))?;
                candidates("segments.n_tastes", &two.n_tastes)
            }
            Self::KMeans(one) => candidates("segments.n_segments", &one.n_segments),
            Self::Hierarchical(tree) => tree.hierarchical.check().map_err(place("hierarchical")),
            Self::Density(dense) => {
                if !(1..=50).contains(&dense.dimensions) {
                    let found = dense.dimensions.to_string();
                    return refuse("segments.dimensions", "between 1 and 50", found);
                }
                dense.density.check().map_err(place("density"))
            }
            Self::ValueTiers(tiers) => {
                if let Err(near) = tiers.check_column(params) {
                    let near =
                        near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
                    let found = format!("`{}`{near}", tiers.by);
                    return refuse("segments.by", "a column of profiles.parquet", found);
                }
                tiers.tiers.check().map_err(place("tiers"))
            }
            Self::Rfm(grid) => grid.rfm.check().map_err(place("rfm")),
            Self::Lifetime(tiers) => tiers.lifetime.check().map_err(place("lifetime")),
            Self::RoundGrid(grid) => {
                if !(1..=MOST_AXES).contains(&grid.tastes.len()) {
                    let rule = format!("one to {MOST_AXES} tables, one an axis of the texts");
                    let found = grid.tastes.len().to_string();
                    return refuse("segments.tastes", &rule, found);
                }
                let check = grid.grid().check();
                check.map_err(RunError::step(format!("{}: [segments]", path.display())))
            }
            Self::Rules(rules) if rules.definitions.is_empty() => {
                let rule = "one or more files of definitions, relative to the configuration";
                refuse("segments.definitions", rule, "none".into())
            }
            Self::Rules(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    fn parse(segments: &str) -> Result<Config, RunError> {
        let text = format!(
            "[[source]]\nfiles = [\"a.csv\"]\naction = \"purchase\"\n\
             columns = {{ user_id = \"u\", event_time = \"t\" }}\n[segments]\n{segments}\n"
        );
        Config::parse(&text, Path::new("fenqun.toml"))
    }

    fn refused(segments: &str) -> String {
        parse(segments).expect_err("refused").to_string()
    }

    #[test]
    fn every_method_is_asked_for_by_its_name() {
        let methods =
            ["two_axes", "k_means", "hierarchical", "density", "rfm", "lifetime", "round_grid"];
        for method in methods.into_iter().chain(["value_tiers"]) {
            let config = parse(&format!("method = \"{method}\"")).expect("its defaults are fine");
            let written = toml::to_string(&config.segments).expect("writes");
            assert!(written.contains(&format!("method = \"{method}\"")), "{written}");
        }
        let grid = "method = \"rfm\"\nrfm.recency.thresholds = [7, 30, 90, 180]";
        let SegmentsConfig::Rfm(grid) = parse(grid).expect("a grid").segments else {
            panic!("another method");
        };
        assert_eq!(grid.rfm.recency.thresholds, [7.0, 30.0, 90.0, 180.0]);
        let tree =
            "method = \"hierarchical\"\nhierarchical = { linkage = \"average\", height = 2 }";
        assert!(parse(tree).is_ok());
        let grid = "method = \"round_grid\"\nvalue.quantiles = [0.1, 0.5]\ntastes = [{}]";
        let SegmentsConfig::RoundGrid(grid) = parse(grid).expect("a grid").segments else {
            panic!("another method");
        };
        assert_eq!(grid.grid().n_segments(), 6);
        let rules = "method = \"rules\"\ndefinitions = [\"audiences.toml\"]";
        assert!(parse(rules).is_ok());
    }

    #[test]
    fn tiers_are_of_a_column_that_profiles_can_have() {
        let by = |by: &str| parse(&format!("method = \"value_tiers\"\nby = \"{by}\""));
        for known in ["spend", "frequency", "spend_91d", "value_score", "spend_share:FROZEN"] {
            assert!(by(known).is_ok(), "{known}");
        }
        let near = by("spend_19d").expect_err("no such window").to_string();
        let words = "`segments.by` must be a column of profiles.parquet, got `spend_19d`, did you \
                     mean `spend_91d`?";
        assert!(near.contains(words), "{near}");
        for unknown in ["colour", "spend_share:", ""] {
            let far = by(unknown).expect_err("no such column").to_string();
            assert!(far.contains(&format!("got `{unknown}`")), "{far}");
        }
        let windows =
            "method = \"value_tiers\"\nby = \"spend_10d\"\n[profiles]\nwindows_days = [10]";
        assert!(parse(windows).is_ok());
        let tiers = refused("method = \"value_tiers\"\ntiers.thresholds = [100, 500]");
        assert!(tiers.contains("`thresholds` must be finite, each smaller"), "{tiers}");
    }

    #[test]
    fn a_setting_outside_its_rule_is_told_before_any_work() {
        let grid = refused("method = \"rfm\"\nrfm.spend.quantiles = [0.5]");
        assert!(grid.contains("`spend.quantiles` must be four shares"), "{grid}");
        let tree = refused("method = \"hierarchical\"\nhierarchical.n_segments = 0");
        assert!(tree.contains("`n_segments` must be between 1 and"), "{tree}");
        let dense = refused("method = \"density\"\ndimensions = 0");
        assert!(dense.contains("between 1 and 50"), "{dense}");
        let value = refused("method = \"lifetime\"\nlifetime.horizon_days = -1");
        assert!(value.contains("`horizon_days` must be above 0"), "{value}");
        let blocks = refused("method = \"density\"\nblocks = [\"words\"]");
        assert!(blocks.contains("one or more of `aggregates`"), "{blocks}");
        let refits = refused("method = \"rfm\"\nrefits = 2");
        assert!(refits.contains("between 3 and 200"), "{refits}");
        assert!(refused("method = \"rfm\"\nrmf = 2").contains("rmf"));
        let rules = refused("method = \"rules\"");
        assert!(rules.contains("`segments.definitions` must be one or more files"), "{rules}");
        let grid = refused("method = \"round_grid\"\nvalue.quantiles = [0.5, 0.4]");
        assert!(grid.contains("`quantiles` must be one or more shares"), "{grid}");
        let grid = refused("method = \"round_grid\"\ntastes = []");
        assert!(grid.contains("`segments.tastes` must be one to 6 tables, one"), "{grid}");
    }
}
