//! `fenqun.toml`: one file, every setting, the rooms' own parameter structs as its schema.

mod segments;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use fenqun_events::{CatalogueConfig, Cleaning, EventsConfig, LabelsConfig, SourceConfig};
use fenqun_explain::CardParams;
use fenqun_profiles::ProfileParams;
use fenqun_segments::{KMeans, ValueTiers};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::evaluate::EvaluationConfig;
use crate::heads::HeadConfig;
use crate::tune::TuneConfig;

pub(crate) use segments::VALUE_SCORE;
pub use segments::{
    DensityConfig, HierarchicalConfig, LifetimeConfig, RfmConfig, RoundGridConfig, RulesConfig,
    ValueTiersConfig,
};

/// Version of the configuration's layout.
pub const CONFIG_FORMAT: u32 = 1;

/// Every block there is.
pub const BLOCKS: [&str; 4] = ["aggregates", "categories", "graph", "text"];

/// A block that segments can be found in, and no part of the user vector: recency, frequency and
/// spend, as the plain baseline scales them.
pub(crate) const RFM_BLOCK: &str = "rfm";

/// Blocks that segments can be found in.
pub(crate) fn is_segment_block(name: &str) -> bool {
    BLOCKS.contains(&name) || name == RFM_BLOCK
}

/// Everything that decides what a run gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Version of this layout.
    pub format: u32,
    /// Name of the shop, for the report.
    pub title: String,
    /// Where all random choices start.
    pub seed: u64,
    /// The day up to which events are looked at, `YYYY-MM-DD`, UTC, exclusive; empty: the day
    /// after the last kept event.
    pub as_of: String,
    /// Key of the pseudonyms, relative to the configuration; made at first use.
    pub key_file: PathBuf,
    /// Event files.
    pub source: Vec<SourceConfig>,
    /// Item files.
    pub catalogue: Vec<CatalogueConfig>,
    /// Rules a row must pass.
    pub cleaning: Cleaning,
    /// How events become features.
    pub profiles: ProfileParams,
    /// Which language model reads the catalogue.
    pub text: TextConfig,
    /// Blocks that make up the user vector of `embeddings.npy`, in this order; those the shop has
    /// no data for are left out.
    pub blocks: Vec<String>,
    /// How users are grouped.
    pub segments: SegmentsConfig,
    /// Language and length of names and cards.
    pub cards: CardParams,
    /// `[[labels]]`: what the shop already knows of some users.
    pub labels: Vec<LabelsConfig>,
    /// `[head]`: how labels are told from user vectors.
    pub head: HeadConfig,
    /// `[evaluation]`: folds, tasks.
    pub evaluation: EvaluationConfig,
    /// `[tune]`: which settings of the head are tried.
    pub tune: TuneConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            format: CONFIG_FORMAT,
            title: String::new(),
            seed: 7,
            as_of: String::new(),
            key_file: "fenqun.key".into(),
            source: Vec::new(),
            catalogue: Vec::new(),
            cleaning: Cleaning::default(),
            profiles: ProfileParams::default(),
            text: TextConfig::default(),
            blocks: BLOCKS.map(str::to_owned).to_vec(),
            segments: SegmentsConfig::default(),
            cards: CardParams::default(),
            labels: Vec::new(),
            head: HeadConfig::default(),
            evaluation: EvaluationConfig::default(),
            tune: TuneConfig::default(),
        }
    }
}

/// Which language model reads the texts of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextConfig {
    /// `auto` (minilm for Latin texts, e5-small for others), `minilm`, `e5-small`, a folder with
    /// config.json, tokenizer.json and model.safetensors, or `none`.
    pub model: String,
    /// Most distinct texts that are read, those with the most interactions first; the report says
    /// how much of all interactions they cover.
    pub max_texts: usize,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self { model: "auto".into(), max_texts: 20_000 }
    }
}

/// How users are grouped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum SegmentsConfig {
    /// Value tiers × taste groups: the default.
    TwoAxes(TwoAxesConfig),
    /// One k-means over chosen blocks.
    KMeans(KMeansConfig),
    /// A tree over chosen blocks, cut.
    Hierarchical(HierarchicalConfig),
    /// Dense places in a few dimensions of chosen blocks; who is nowhere stays unassigned.
    Density(DensityConfig),
    /// Tiers of one column of the profiles: spend, frequency, any other.
    ValueTiers(ValueTiersConfig),
    /// The named grid of recency, frequency and spend.
    Rfm(RfmConfig),
    /// Tiers by what users will buy.
    Lifetime(LifetimeConfig),
    /// Value and axes of the catalogue's texts, each cut at a round number.
    RoundGrid(RoundGridConfig),
    /// What somebody wrote down.
    Rules(RulesConfig),
}

impl Default for SegmentsConfig {
    fn default() -> Self {
        Self::TwoAxes(TwoAxesConfig::default())
    }
}

/// Value × taste.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TwoAxesConfig {
    /// Where the value axis is cut.
    pub tiers: ValueTiers,
    /// Candidates for the taste axis: `categories`, `text`; those the shop has no data for are
    /// left out.
    pub tastes: Vec<Taste>,
    /// Candidates for the number of taste groups.
    pub n_tastes: Vec<usize>,
    /// Bootstrap refits behind each figure of stability.
    pub refits: usize,
}

impl Default for TwoAxesConfig {
    fn default() -> Self {
        Self {
            tiers: ValueTiers::default(),
            tastes: vec![Taste::Categories, Taste::Text],
            n_tastes: vec![3, 4, 5, 6],
            refits: 30,
        }
    }
}

/// Where taste is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taste {
    /// Counts of the narrowest categories, or of items where there are none.
    Categories,
    /// Pretrained vectors of the items' texts.
    Text,
}

impl Taste {
    /// The word in configuration and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::Text => "text",
        }
    }

    /// The word in Chinese reports.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Categories => "品类",
            Self::Text => "文本",
        }
    }
}

/// One k-means over chosen blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KMeansConfig {
    /// Blocks of the user vector that are looked at: `aggregates`, `categories`, `text`.
    pub blocks: Vec<String>,
    /// Candidates for the number of segments.
    pub n_segments: Vec<usize>,
    /// Bootstrap refits behind each figure of stability.
    pub refits: usize,
    /// Settings of the algorithm; its own `n_segments` is replaced by each candidate.
    pub k_means: KMeans,
}

impl Default for KMeansConfig {
    fn default() -> Self {
        Self {
            blocks: ["aggregates", "categories", "text"].map(str::to_owned).to_vec(),
            n_segments: vec![3, 4, 5, 6, 8],
            refits: 30,
            k_means: KMeans::default(),
        }
    }
}

/// The first millisecond of a day written as YYYY-MM-DD, UTC.
pub(crate) fn start_of_day(text: &str) -> Option<i64> {
    let day: Date = text.parse().ok()?;
    Some(TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?.as_millisecond())
}

/// The UTC day of an instant, as [`start_of_day`] reads it.
pub(crate) fn day_of(time: i64) -> String {
    let time = Timestamp::from_millisecond(time).unwrap_or_default();
    time.strftime("%Y-%m-%d").to_string()
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`RunError::NoConfig`], [`RunError::Read`]; [`RunError::Config`] with line and column of what does not fit.
    pub fn load(path: &Path) -> Result<Self, RunError> {
        let text = fs::read_to_string(path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => RunError::NoConfig { path: path.to_owned() },
            _ => RunError::Read { path: path.to_owned(), source },
        })?;
        Self::parse(&text, path)
    }

    /// Reads the text of a configuration; `path` is only named in errors.
    ///
    /// # Errors
    /// [`RunError::Config`] with line and column of what does not fit.
    pub fn parse(text: &str, path: &Path) -> Result<Self, RunError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = &text[..misspelt_after(text, start, error.message()).unwrap_or(start)];
            RunError::Config {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().unwrap_or("").chars().count() + 1,
                reason: error.message().to_owned(),
            }
        })?;
        if config.format > CONFIG_FORMAT {
            let found = config.format;
            return Err(RunError::NewerFormat {
                path: path.to_owned(),
                found,
                known: CONFIG_FORMAT,
            });
        }
        config.check(path)?;
        Ok(config)
    }

    /// The first instant that is not looked at, in milliseconds since 1970, where one is set.
    ///
    /// # Errors
    /// [`RunError::Setting`] for what is no day.
    pub fn as_of(&self, path: &Path) -> Result<Option<i64>, RunError> {
        if self.as_of.is_empty() {
            return Ok(None);
        }
        let refused = || RunError::Setting {
            path: path.to_owned(),
            name: "as_of",
            rule: "a day as YYYY-MM-DD, or empty for the day after the last event".into(),
            found: format!("`{}`", self.as_of),
        };
        start_of_day(&self.as_of).map(Some).ok_or_else(refused)
    }

    /// The part that the room `events` reads.
    #[must_use]
    pub fn events(&self) -> EventsConfig {
        EventsConfig {
            source: self.source.clone(),
            catalogue: self.catalogue.clone(),
            cleaning: self.cleaning.clone(),
        }
    }

    /// What two runs must share to be one: a hash over every setting.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
    }

    /// Rules over single values, so that a mistake is told before any work is done.
    ///
    /// # Errors
    /// [`RunError::Setting`], or what a room says of its own settings.
    pub fn check(&self, path: &Path) -> Result<(), RunError> {
        let refuse = |name: &'static str, rule: &str, found: String| RunError::Setting {
            path: path.to_owned(),
            name,
            rule: rule.to_owned(),
            found,
        };
        if self.source.is_empty() {
            let rule = "one or more [[source]] tables: `fenqun init FILES` writes them";
            return Err(refuse("source", rule, "none".into()));
        }
        self.segments.check(path, &self.profiles)?;
        self.as_of(path)?;
        self.profiles.check().map_err(RunError::step(format!("{}: [profiles]", path.display())))?;
        if self.blocks.is_empty() || self.blocks.iter().any(|name| !BLOCKS.contains(&&**name)) {
            let rule = "one or more of `aggregates`, `categories`, `graph`, `text`";
            return Err(refuse("blocks", rule, format!("{:?}", self.blocks)));
        }
        if self.text.max_texts == 0 {
            return Err(refuse("text.max_texts", "at least 1", "0".into()));
        }
        Ok(())
    }
}
/// Where a name that does not exist stands. The parser reads a table with a `method` as a whole and
/// then knows only where the table begins.
fn misspelt_after(text: &str, start: usize, message: &str) -> Option<usize> {
    let name = message.strip_prefix("unknown field `")?.split('`').next()?;
    if name.is_empty() {
        return None;
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    let mut from = start;
    loop {
        let at = from + text[from..].find(name)?;
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let in_comment = before.rsplit('\n').next().is_some_and(|line| line.contains('#'));
        let is_whole = !before.ends_with(is_part) && !after.starts_with(is_part);
        let is_key = after.trim_start_matches([' ', '\t', '"']).starts_with(['=', '.', ']']);
        if is_whole && is_key && !in_comment {
            return Some(at);
        }
        from = at + name.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_told_where_it_stands_and_not_where_its_table_begins() {
        let text = "[[source]]\nfiles = [\"a.csv\"]\naction = \"purchase\"\n\
                    columns = { user_id = \"u\", event_time = \"t\" }\n\
                    [head]\nmethod = \"softmax\"\n# rats = 1\n  settings = { c = [1.0], rats = 2 }\n";
        let error = Config::parse(text, Path::new("fenqun.toml")).expect_err("no such setting");
        let RunError::Config { line, column, reason, .. } = error else { panic!("{error}") };
        assert!(reason.contains("`rats`"), "{reason}");
        assert_eq!((line, column), (8, 27));
    }
}
