use fenqun_base::Language;
use fenqun_explain::Card;
use serde::{Deserialize, Serialize};

use super::evaluation::EvaluationData;
use super::grouping::GroupingData;
use super::tuning::TuningData;

/// Everything a report shows. Kept beside the report so that it can be made again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportData {
    /// Language of the page; names and sentences of cards come in their own.
    pub language: Language,
    /// What the report is on, for example the shop's name.
    pub title: String,
    /// Written before sums of money; empty when unknown.
    pub currency: String,
    /// What was run.
    pub facts: RunFacts,
    /// One card a segment, in the order of segments.
    pub segments: Vec<Card>,
    /// Users on the plane; at most [`MOST_POINTS`] are drawn.
    pub map: Vec<MapPoint>,
    /// Every candidate that was tried for the number of segments.
    pub choice: Vec<ChoicePoint>,
    /// How stable the chosen segments are; absent when it was not measured.
    pub stability: Option<StabilityFacts>,
    /// Ways to segment, side by side: ours and the baselines.
    pub methods: Vec<Method>,
    /// Days of the period that the methods are asked about; 0 where they are not.
    pub ahead_days: u32,
    /// Segments as groups, beside the plain baseline; absent when it was not measured.
    pub grouping: Option<GroupingData>,
    /// What became of every row, a file at a time.
    pub quality: Vec<FileQuality>,
    /// Remarks on the data, in sentences.
    pub notes: Vec<String>,
    /// Features by which segments differ most, strongest first.
    pub features: Vec<TopFeature>,
    /// How well labels are told from behaviour, one entry a label.
    pub evaluations: Vec<EvaluationData>,
    /// What searching settings of heads came to, one entry a label and method.
    pub tunings: Vec<TuningData>,
}

/// More points than this make the page heavy and the map no clearer; a larger map is thinned
/// evenly, always in the same way.
pub const MOST_POINTS: usize = 20_000;

/// The facts of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFacts {
    /// Name of the run.
    pub run_id: String,
    /// Version of fenqun.
    pub version: String,
    /// The seed behind every random choice.
    pub seed: u64,
    /// The time up to which events were looked at, as text.
    pub as_of: String,
    /// Time of the first event, as text.
    pub first_event: String,
    /// Time of the last event, as text.
    pub last_event: String,
    /// Files read.
    pub n_files: u64,
    /// Rows read.
    pub n_rows: u64,
    /// Events kept.
    pub n_events: u64,
    /// Users in segments.
    pub n_users: u64,
    /// Items of the catalogue.
    pub n_items: u64,
    /// How users are ranked by value, in words.
    pub value_formula: String,
    /// Further facts: models and their hashes, device, threads.
    pub more: Vec<Named>,
    /// Seconds of each stage, in order.
    pub stages: Vec<StageTime>,
    /// The configuration as it was run.
    pub config: String,
}

/// A name and what stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// What it is.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// How long a stage took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// Name of the stage.
    pub name: String,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// A user on the plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapPoint {
    /// Across.
    pub x: f32,
    /// Up.
    pub y: f32,
    /// The user's segment.
    pub segment: u32,
}

/// One candidate with one number of groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoicePoint {
    /// What users were grouped by, for example `categories` or `text`.
    pub candidate: String,
    /// Number of groups.
    pub k: usize,
    /// Mean adjusted Rand index between refits.
    pub stability: f64,
    /// Mean silhouette.
    pub silhouette: f64,
    /// Whether this one was taken.
    pub chosen: bool,
}

/// Stability of the segments as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StabilityFacts {
    /// Mean adjusted Rand index between bootstrap refits.
    pub mean: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// Refits behind it.
    pub n_refits: usize,
    /// Below this, segments are not to be relied on.
    pub least: f64,
}

/// A way to segment, measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Method {
    /// What it is called.
    pub name: String,
    /// Whether it is the one this report shows.
    pub ours: bool,
    /// Number of segments.
    pub k: usize,
    /// Mean adjusted Rand index between refits.
    pub stability: Option<f64>,
    /// Share of variance of spend explained, 0..=1.
    pub spend_explained: Option<f64>,
    /// Share of variance of category shares explained, 0..=1.
    pub mix_explained: Option<f64>,
}

/// What became of the rows of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileQuality {
    /// The file as the user named it.
    pub file: String,
    /// Rows read.
    pub n_in: u64,
    /// Events kept.
    pub n_kept: u64,
    /// Rows that repeat others.
    pub n_duplicate: u64,
    /// Rows rejected, by reason.
    pub rejected: Vec<Rejected>,
}

/// Rows rejected for one reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// The reason's name.
    pub reason: String,
    /// The reason in a sentence of the report's language.
    pub text: String,
    /// Rows.
    pub n: u64,
}

/// A feature by which segments differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopFeature {
    /// The feature's name; the page puts it into words.
    pub name: String,
    /// How much segments differ in it, 0..=1: share of its variance that segments explain.
    pub strength: f64,
}
