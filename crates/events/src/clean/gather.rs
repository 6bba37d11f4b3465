//! Second half of the pass: bucket by bucket, in order and on all cores, events are sorted,
//! deduplicated, freed of robots and written.

use std::path::Path;

use fenqun_base::{Catalogue, Event, Progress, Unit};
use rayon::prelude::*;

use super::settle::{Ranks, Settled, settle};
use super::votes::Votes;
use crate::EventsError;
use crate::ledger::Ledger;
use crate::mapping::{Mapper, Rejected, RobotRow};
use crate::rules::{Cleaning, Reason};
use crate::spill::{Buckets, N_BUCKETS, Record};
use crate::table;

/// A part is closed once it holds this many events. The number is fixed, so that parts depend on
/// the kept events alone.
const PART_EVENTS: usize = 1 << 16;

/// Records settled at a time, for each thread.
const WAVE_RECORDS: usize = 1 << 18;

/// What the second half gives.
pub(super) struct Gathered {
    pub(super) part_events: Vec<u64>,
    pub(super) first_time: i64,
    pub(super) last_time: i64,
    pub(super) catalogue: Catalogue,
    pub(super) n_robots: u64,
}

pub(super) fn gather(
    mapper: &Mapper,
    mut buckets: Buckets,
    cleaning: &Cleaning,
    ledger: &mut Ledger,
    rejected: &mut Rejected,
    out: &Path,
    progress: &Progress,
) -> Result<Gathered, EventsError> {
    let (ids, items) = mapper.items.ranked();
    let (details, detail_ranks) = mapper.items.ranked_details();
    let texts = mapper.texts.ranked(|_| true).1;
    let attributes = mapper.attributes.ranked(|_| true).1;
    let mut votes = Votes::new(&mapper.items, &items, &detail_ranks, &details);
    let ranks = Ranks { items, texts, attributes, details: detail_ranks };

    let n_records = (0..N_BUCKETS).map(|bucket| buckets.n_records(bucket) as u64).sum();
    let step = progress.begin("order events", n_records, Unit::Count);
    let mut parts = Parts::new(out);
    let mut n_robots = 0;
    let mut next = 0;
    while next < N_BUCKETS {
        progress.check()?;
        let wave = take_wave(&mut buckets, &mut next);
        let n_wave: usize = wave.iter().map(|(_, _, n)| n).sum();
        let settled: Vec<Settled> = wave
            .into_par_iter()
            .map(|(bucket, mut records, n)| {
                records.reserve_exact(n - records.len());
                buckets.read_spilled(bucket, &mut records)?;
                Ok(settle(records, &ranks, cleaning))
            })
            .collect::<Result<_, EventsError>>()?;
        for bucket in settled {
            count(&bucket, ledger);
            for (record, event) in &bucket.robots {
                let item = event.item().map_or("", |item| ids[item]);
                let row = RobotRow { file: record.0, line: record.1, event, item };
                rejected.robot(&row)?;
            }
            n_robots += bucket.n_robots;
            votes.add(&bucket.votes);
            parts.push(bucket.events)?;
        }
        step.advance(n_wave as u64);
    }
    let (part_events, first_time, last_time) = parts.finish()?;
    let catalogue = votes.catalogue(&ids);
    Ok(Gathered { part_events, first_time, last_time, catalogue, n_robots })
}

/// Buckets that follow each other, enough of them to keep every thread busy: number of the bucket,
/// its records in memory, and how many records it has with those on disk.
fn take_wave(buckets: &mut Buckets, next: &mut usize) -> Vec<(usize, Vec<Record>, usize)> {
    let most = WAVE_RECORDS * rayon::current_num_threads();
    let (mut wave, mut n_wave) = (Vec::new(), 0);
    while *next < N_BUCKETS {
        let n = buckets.n_records(*next);
        if n_wave > 0 && n_wave + n > most {
            break;
        }
        if n > 0 {
            wave.push((*next, buckets.take_held(*next), n));
        }
        n_wave += n;
        *next += 1;
    }
    wave
}

fn count(bucket: &Settled, ledger: &mut Ledger) {
    ledger.n_users_kept += bucket.n_users;
    for &(file, n) in &bucket.n_kept {
        ledger.files[file as usize].n_kept += n;
    }
    for &(file, n) in &bucket.n_duplicate {
        ledger.files[file as usize].n_duplicate += n;
    }
    for ((file, _), _) in &bucket.robots {
        ledger.files[*file as usize].reject(Reason::Robot);
    }
}

/// Events gathered into parts, and parts written several at a time.
struct Parts<'a> {
    out: &'a Path,
    open: Vec<Event>,
    closed: Vec<(usize, Vec<Event>)>,
    n_events: Vec<u64>,
    first_time: i64,
    last_time: i64,
}

impl<'a> Parts<'a> {
    fn new(out: &'a Path) -> Self {
        let (open, closed, n_events) = (Vec::new(), Vec::new(), Vec::new());
        Self { out, open, closed, n_events, first_time: i64::MAX, last_time: i64::MIN }
    }

    fn push(&mut self, mut events: Vec<Event>) -> Result<(), EventsError> {
        for event in &events {
            self.first_time = self.first_time.min(event.time);
            self.last_time = self.last_time.max(event.time);
        }
        if self.open.is_empty() {
            self.open = events;
        } else {
            self.open.append(&mut events);
        }
        if self.open.len() >= PART_EVENTS {
            self.close()?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), EventsError> {
        let events = std::mem::take(&mut self.open);
        self.closed.push((self.n_events.len(), events));
        self.n_events.push(self.closed.last().map_or(0, |part| part.1.len() as u64));
        if self.closed.len() >= rayon::current_num_threads() { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), EventsError> {
        let out = self.out;
        std::mem::take(&mut self.closed)
            .into_par_iter()
            .try_for_each(|(index, events)| table::write_part(out, index, &events))
    }

    fn finish(mut self) -> Result<(Vec<u64>, i64, i64), EventsError> {
        if !self.open.is_empty() {
            self.close()?;
        }
        self.write()?;
        Ok((self.n_events, self.first_time, self.last_time))
    }
}
