//! A run from beginning to end.

use std::path::{Path, PathBuf};
use std::time::Instant;

use fenqun_base::{Block, Classify, Matrix, Progress, Seed};
use fenqun_events::{EventTable, Key};
use fenqun_explain::Card;
use fenqun_profiles::{Profiles, Sequences};
use jiff::Timestamp;
use serde::Serialize;

use super::blocks::{self, Sight};
use super::explain::{self, Told};
use super::models::Models;
use super::segment::{self, Found, Shop, Way};
use super::{lookahead, texts};
use crate::artifacts::{
    write_json, write_profiles, write_segments, write_sequences, write_vectors,
};
use crate::directory::{Existing, RunDirectory};
use crate::manifest::{self, BlockFacts, Counts, Manifest, Timing};
use crate::pages::write_report;
use crate::{Config, RunError, SegmentsConfig, packages, score};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// What to run, where to, and how far.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// Every setting.
    pub config: Config,
    /// The configuration's file; paths in it are relative to its folder.
    pub config_path: PathBuf,
    /// The run directory.
    pub out: PathBuf,
    /// What to do with a run that is there.
    pub existing: Existing,
    /// Where to stop; `None` runs to the end.
    pub until: Option<Until>,
}

/// A step to stop after; the run can be resumed from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Clean events.
    Events,
    /// Features of every user.
    Profiles,
}

/// What a run gives back to the program.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    /// The run directory.
    pub folder: PathBuf,
    /// One card a segment; empty when the run was asked to stop earlier.
    pub cards: Vec<Card>,
    /// What a person should know, one sentence each.
    pub remarks: Vec<String>,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// Runs a configuration.
///
/// # Errors
/// Everything in [`RunError`]. After a failure the folder holds either what can be resumed or
/// nothing of this run.
pub fn run(request: &RunRequest, progress: &Progress) -> Result<Outcome, RunError> {
    let start = Instant::now();
    // Flags may have changed what the file said.
    request.config.check(&request.config_path)?;
    if let SegmentsConfig::Rules(rules) = &request.config.segments {
        // Rules that cannot be read are told before any work; names are looked up when users are
        // known.
        rules.read(folder_of(&request.config_path))?;
    }
    let mut directory = RunDirectory::begin(&request.out, &request.config, request.existing)?;
    match steps(request, &mut directory, progress) {
        Ok(Some((manifest, mut outcome))) => {
            directory.finish(&manifest)?;
            outcome.seconds = start.elapsed().as_secs_f64();
            Ok(outcome)
        }
        Ok(None) => Ok(Outcome { folder: request.out.clone(), ..Outcome::default() }),
        Err(error) => {
            directory.abandon(error.kind());
            Err(error)
        }
    }
}

fn steps(
    request: &RunRequest,
    directory: &mut RunDirectory,
    progress: &Progress,
) -> Result<Option<(Manifest, Outcome)>, RunError> {
    let config = &request.config;
    let base = folder_of(&request.config_path);
    let mut clock = Clock::default();

    let table = clock.time("events", || events(request, directory, progress))?;
    if request.until == Some(Until::Events) {
        return Ok(None);
    }
    let day_after_last = (table.last_time().div_euclid(DAY) + 1) * DAY;
    let as_of = config.as_of(&request.config_path)?.unwrap_or(day_after_last);
    let profiles =
        clock.time("profiles", || profiles(config, directory, &table, as_of, progress))?;
    if request.until == Some(Until::Profiles) {
        return Ok(None);
    }
    let cache = packages::cache_folder();
    let catalogue = table.catalogue();
    let texts = clock
        .time("texts", || texts::read(&config.text, catalogue, &profiles, &cache, progress))?;
    let seed = Seed(config.seed);
    let (blocks, found) = clock.time("segments", || {
        let models = Models::in_folder(directory.file("model"))?;
        let texts_of = texts.as_ref();
        let shop = Shop { profiles: &profiles, catalogue, texts: texts_of, events: &table };
        let sight = Sight { profiles: &profiles, catalogue, texts: texts.as_ref().ok() };
        let blocks = blocks::these(&wanted(config), sight, seed, &models)?;
        let found = segment::find((config, base), shop, &blocks, seed, &models, progress)?;
        score::keep(directory.folder(), &models, sight, &found)?;
        Ok((blocks, found))
    })?;
    let block_facts = clock.time("vectors", || vectors(config, directory, &profiles, blocks))?;
    let ahead = clock.time("lookahead", || {
        let shop = Shop { profiles: &profiles, catalogue, texts: texts.as_ref(), events: &table };
        lookahead::look(config, shop, &found, seed, progress)
    })?;
    let period = (table.first_time(), table.last_time());
    let told = clock.time("cards", || {
        explain::tell(config, &profiles, catalogue, &found, texts.as_ref(), ahead, period)
    })?;

    let mut inputs = directory.inputs().to_vec();
    if let Way::Rules(definitions) = &found.way {
        inputs.extend(definitions.inputs(base));
    }
    let mut manifest = Manifest {
        format: Manifest::FORMAT,
        fenqun: env!("CARGO_PKG_VERSION").to_owned(),
        finished: Timestamp::now().to_string(),
        config: config.clone(),
        config_hash: config.fingerprint(),
        base: std::path::absolute(folder_of(&request.config_path)).unwrap_or_default(),
        as_of: day_of(as_of),
        inputs,
        text_model: texts.as_ref().ok().map(|texts| texts.facts.clone()),
        counts: Counts {
            n_rows: table.ledger().total().n_in,
            n_events: profiles.n_events,
            n_held_out: profiles.n_held_out,
            n_users: profiles.n_users(),
            n_items: catalogue.len(),
            n_segments: found.assignment.n_segments,
        },
        blocks: block_facts,
        key_check: manifest::key_check(&folder_of(&request.config_path).join(&config.key_file))?,
        timings: Vec::new(),
    };
    clock.time("files", || write(directory, &profiles, &found, &told))?;
    manifest.timings = clock.timings;
    write_report(directory.folder(), &told.report(&manifest, table.ledger()))?;
    let outcome = Outcome {
        folder: request.out.clone(),
        cards: told.cards,
        remarks: told.remarks,
        seconds: 0.0,
    };
    Ok(Some((manifest, outcome)))
}

fn events(
    request: &RunRequest,
    directory: &mut RunDirectory,
    progress: &Progress,
) -> Result<EventTable, RunError> {
    let folder = directory.file("events");
    if !directory.events_finished() {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(RunError::writing(&folder))?;
        }
        std::fs::create_dir_all(&folder).map_err(RunError::writing(&folder))?;
        let base = folder_of(&request.config_path);
        let key = Key::open_or_create(&base.join(&request.config.key_file))?;
        let events = request.config.events();
        let cleaned = fenqun_events::clean(&events, base, &key, &folder, progress)?;
        write_json(&directory.file("quality.json"), &cleaned.ledger)?;
        let (from, to) = (folder.join("rejected.parquet"), directory.file("rejected.parquet"));
        if from.exists() {
            std::fs::rename(&from, &to).map_err(RunError::writing(&to))?;
        }
        directory.finish_events(manifest::inputs(&request.config, base)?)?;
    }
    Ok(EventTable::open(&folder)?)
}

fn profiles(
    config: &Config,
    directory: &RunDirectory,
    table: &EventTable,
    as_of: i64,
    progress: &Progress,
) -> Result<Profiles, RunError> {
    let mut profiles = fenqun_profiles::build(table, as_of, &config.profiles, progress)?;
    write_profiles(&directory.file("profiles.parquet"), &profiles)?;
    write_sequences(&directory.file("sequences.parquet"), &profiles)?;
    // Nothing after this asks for them, and they are as large as the events.
    profiles.sequences = Sequences::default();
    Ok(profiles)
}

/// Writes the user vectors and lets go of them: they are the largest thing in memory.
fn vectors(
    config: &Config,
    directory: &RunDirectory,
    profiles: &Profiles,
    blocks: Vec<Block>,
) -> Result<Vec<BlockFacts>, RunError> {
    let chosen = |name: &String| blocks.iter().find(|block| &block.name == name);
    let chosen: Vec<&Block> = config.blocks.iter().filter_map(chosen).collect();
    let parts: Vec<&Matrix> = chosen.iter().map(|block| &block.vectors).collect();
    write_vectors(directory.folder(), &profiles.users, &Matrix::beside(&parts)?)?;
    let facts =
        |block: &&Block| BlockFacts { name: block.name.clone(), width: block.vectors.n_columns() };
    Ok(chosen.iter().map(facts).collect())
}

/// Blocks of the user vector, and those that users are grouped by.
fn wanted(config: &Config) -> Vec<String> {
    let mut names = config.blocks.clone();
    names.extend(config.segments.blocks().iter().cloned());
    names
}

fn write(
    directory: &RunDirectory,
    profiles: &Profiles,
    found: &Found,
    told: &Told,
) -> Result<(), RunError> {
    let mut rows = told.rows(profiles, found);
    if found.way.may_leave_out() && rows.unassigned.is_empty() {
        // Whether the number may be missing is for the way to say, not for today's users.
        rows.unassigned = vec![false; rows.users.len()];
    }
    write_segments(&directory.file("segments.parquet"), &rows)?;
    write_json(&directory.file("cards.json"), &told.cards)
}

/// An instant as RFC 3339, UTC.
fn day_of(time: i64) -> String {
    Timestamp::from_millisecond(time).map(|time| time.to_string()).unwrap_or_default()
}

/// The folder that paths of a configuration are relative to.
pub(super) fn folder_of(config_path: &Path) -> &Path {
    match config_path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// How long each step took.
#[derive(Default)]
struct Clock {
    timings: Vec<Timing>,
}

impl Clock {
    fn time<T>(
        &mut self,
        step: &str,
        work: impl FnOnce() -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        let start = Instant::now();
        let result = work()?;
        let seconds = start.elapsed().as_secs_f64();
        self.timings.push(Timing { step: step.to_owned(), seconds });
        Ok(result)
    }
}
