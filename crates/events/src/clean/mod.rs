//! The whole pass: files in, an event table and its ledger out.
//!
//! ```text
//! reader thread ─▶ batches ─▶ map, rule by rule ─▶ buckets ─▶ order, deduplicate, robots ─▶ parts
//! ```
//!
//! **Cost.** Linear in rows, but for the sorting inside a bucket; memory is the budget for events
//! (`memory_mb`), the distinct strings, and for each user and item a few bytes. One thread reads
//! while another maps; buckets are settled on all cores.
//!
//! **Order.** Nothing that is written depends on the order of rows in the files or on the number
//! of threads: events are sorted by everything they hold, codes are ranks of sorted strings.

pub(crate) mod faults;
mod gather;
mod scan;
mod settle;
mod votes;

use std::fs;
use std::path::{Path, PathBuf};

use fenqun_base::Progress;

use crate::ledger::{FileLedger, Ledger};
use crate::mapping::{Mapper, Plan, Rejected};
use crate::pseudonym::Key;
use crate::spill::Buckets;
use crate::table::{self, Contents};
use crate::{EventsConfig, EventsError};

/// What a pass has written.
#[derive(Clone, Debug)]
pub struct Cleaned {
    /// The folder, for [`crate::EventTable::open`].
    pub folder: PathBuf,
    /// What became of every row.
    pub ledger: Ledger,
    /// Kept events.
    pub n_events: u64,
    /// Files `part-….parquet`.
    pub n_parts: usize,
    /// Time of the first kept event.
    pub first_time: i64,
    /// Time of the last kept event.
    pub last_time: i64,
}

/// Reads, cleans, deduplicates and pseudonymises everything that `config` names into `out`.
///
/// Paths in `config` start from `base`. `out` then holds `part-000.parquet` …,
/// `catalogue.parquet`, `texts.parquet`, `attributes.parquet`, `rejected.parquet` and, last of
/// all, `quality.json`; on any failure it holds none of them.
///
/// # Errors
/// A configuration or file that cannot be used, too many broken rows, no event left, no space,
/// or being interrupted.
pub fn clean(
    config: &EventsConfig,
    base: &Path,
    key: &Key,
    out: &Path,
    progress: &Progress,
) -> Result<Cleaned, EventsError> {
    config.check()?;
    fs::create_dir_all(out).map_err(EventsError::file(out))?;
    table::clear(out)?;
    let result = pass(config, base, key, out, progress);
    if result.is_err() {
        // The failure that matters is the first one.
        let _ = table::clear(out);
    }
    result
}

fn pass(
    config: &EventsConfig,
    base: &Path,
    key: &Key,
    out: &Path,
    progress: &Progress,
) -> Result<Cleaned, EventsError> {
    let cleaning = &config.cleaning;
    let mut plans = Vec::new();
    for source in &config.source {
        plans.push(Plan::new(source, cleaning, base)?);
    }
    let named = |plan: &Plan| -> Vec<FileLedger> {
        plan.files
            .iter()
            .map(|file| FileLedger { file: shown(file, base), ..FileLedger::default() })
            .collect()
    };
    let mut ledger = Ledger { files: plans.iter().flat_map(named).collect(), ..Ledger::default() };
    let files: Vec<String> = ledger.files.iter().map(|file| file.file.clone()).collect();
    let mut rejected = Rejected::create(out, files)?;
    let mut mapper = Mapper::new(key, cleaning)?;
    let mut buckets = Buckets::new(out, cleaning.memory_mb);

    scan::catalogue(config, base, &mut mapper, progress)?;
    scan::events(
        &mut plans,
        cleaning,
        &mut mapper,
        &mut buckets,
        &mut ledger,
        &mut rejected,
        progress,
    )?;
    ledger.n_users_seen = mapper.users.len() as u64;

    let gathered =
        gather::gather(&mapper, buckets, cleaning, &mut ledger, &mut rejected, out, progress)?;
    ledger.check()?;
    if gathered.part_events.is_empty() {
        return Err(nothing_kept(&ledger));
    }
    notes(&mut ledger, &mapper, &gathered);
    rejected.finish(&out.join(table::REJECTED))?;
    let contents = Contents {
        ledger,
        part_events: gathered.part_events,
        first_time: gathered.first_time,
        last_time: gathered.last_time,
    };
    table::write_strings(&out.join(table::TEXTS), &mapper.texts.ranked(|_| true).0)?;
    table::write_strings(&out.join(table::ATTRIBUTES), &mapper.attributes.ranked(|_| true).0)?;
    table::write_catalogue(&out.join(table::CATALOGUE), &gathered.catalogue)?;
    // Last: a folder with this file is whole.
    contents.write(out)?;
    Ok(Cleaned {
        folder: out.into(),
        n_events: contents.part_events.iter().sum(),
        n_parts: contents.part_events.len(),
        first_time: contents.first_time,
        last_time: contents.last_time,
        ledger: contents.ledger,
    })
}

/// A file as reports name it: below the configuration by its path from there, so that a ledger
/// reads the same wherever the project lies.
fn shown(file: &Path, base: &Path) -> String {
    file.strip_prefix(base).unwrap_or(file).display().to_string()
}

fn notes(ledger: &mut Ledger, mapper: &Mapper, gathered: &gather::Gathered) {
    let n_unused = mapper.items.n_unused();
    if n_unused > 0 {
        ledger
            .notes
            .push(format!("{n_unused} items of the catalogue occur in no event and were left out"));
    }
    if gathered.n_robots > 0 {
        ledger.notes.push(format!("{} users were taken for robots", gathered.n_robots));
    }
}

fn nothing_kept(ledger: &Ledger) -> EventsError {
    let total = ledger.total();
    let mut reasons: Vec<_> = total.n_rejected.iter().map(|(reason, n)| (*n, *reason)).collect();
    reasons.sort_by(|a, b| b.cmp(a));
    let why: Vec<String> =
        reasons.iter().take(3).map(|(n, reason)| format!("{reason}: {n}")).collect();
    EventsError::NothingKept { n_in: total.n_in, why: why.join(", ") }
}
