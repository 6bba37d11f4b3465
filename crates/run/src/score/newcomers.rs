//! New events, cleaned like those of the run and read part by part.

use std::path::Path;

use fenqun_base::{Catalogue, Event, Progress, UserId};
use fenqun_events::source::expand;
use fenqun_events::{EventTable, EventsError};
use fenqun_profiles::{Parts, ProfileParams, Profiles, ProfilesError, Shop, build_like};
use fenqun_segments::rules::EventsIndex;
use jiff::Timestamp;
use tempfile::TempDir;

use super::ScoreRequest;
use super::known::Known;
use crate::config::start_of_day;
use crate::{Config, RunError, manifest, rules};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A cleaned table of new events, in a folder that goes when this goes.
pub(super) struct Newcomers {
    pub table: EventTable,
    /// Items of the new events, told as the run knew them.
    pub catalogue: Catalogue,
    pub n_unknown_categories: usize,
    is_known: Vec<bool>,
    as_of: i64,
    channels: Vec<u32>,
    _folder: TempDir,
}

impl Newcomers {
    /// Reads and cleans what is asked for.
    pub fn clean(
        request: &ScoreRequest,
        known: &Known,
        progress: &Progress,
    ) -> Result<Self, RunError> {
        let mut config = config(request, known)?;
        let is_own = is_own(&config, known)?;
        if !is_own {
            // The last day that the run believed bounds the run's files; new events may be later.
            config.cleaning.not_after.clear();
        }
        let key = known.manifest.key(request.key.as_deref())?;
        let folder = beside(&request.out)?;
        let base = Path::new("");
        fenqun_events::clean(&config.events(), base, &key, folder.path(), progress)?;
        let table = EventTable::open(folder.path())?;
        let as_of = as_of(request, known, is_own, &table)?;
        let (catalogue, is_known) = as_known(table.catalogue(), &known.catalogue);
        Ok(Self {
            n_unknown_categories: unknown_categories(&catalogue, &known.catalogue),
            channels: table.channels(),
            table,
            catalogue,
            is_known,
            as_of,
            _folder: folder,
        })
    }

    /// The day that profiles are as of.
    pub fn as_of_words(&self) -> String {
        Timestamp::from_millisecond(self.as_of).map(|time| time.to_string()).unwrap_or_default()
    }

    /// Items that the run did not know.
    pub fn n_unknown_items(&self) -> usize {
        self.is_known.iter().filter(|known| !**known).count()
    }

    /// Events of one part.
    pub fn n_events_of(&self, part: usize) -> u64 {
        self.table.part(part).map_or(0, |events| events.len() as u64)
    }

    /// The profiles of one part; `None` when all its events lie at or after `as_of`.
    pub fn profiles(
        &self,
        part: usize,
        params: &ProfileParams,
        shop: &Shop,
    ) -> Result<Option<Profiles>, RunError> {
        let one = OnePart { new: self, part };
        match build_like(&one, self.as_of, params, shop, &Progress::silent()) {
            Err(ProfilesError::NoEvents { .. }) => Ok(None),
            other => Ok(Some(other?)),
        }
    }

    /// The events of some users of a part, ready to be asked about.
    pub fn index(&self, part: usize, users: &[UserId]) -> Result<EventsIndex, RunError> {
        let events = std::iter::once_with(|| Ok(self.table.part(part)?));
        rules::index_parts(events, (&self.catalogue, self.table.texts()), users, self.as_of)
    }

    /// Interactions with all items, and with those that the run did not know.
    pub fn interactions(&self, profiles: &Profiles) -> (f64, f64) {
        let (mut all, mut unknown) = (0.0, 0.0);
        for row in 0..profiles.items.n_rows() {
            for (item, weight) in profiles.items.entries(row) {
                all += f64::from(weight);
                unknown += if self.is_known[item] { 0.0 } else { f64::from(weight) };
            }
        }
        (all, unknown)
    }
}

/// One part of the table as if it were all of it.
struct OnePart<'a> {
    new: &'a Newcomers,
    part: usize,
}

impl Parts for OnePart<'_> {
    fn n_parts(&self) -> usize {
        1
    }

    fn part(&self, _: usize) -> Result<Vec<Event>, ProfilesError> {
        Ok(self.new.table.part(self.part)?)
    }

    fn catalogue(&self) -> &Catalogue {
        &self.new.catalogue
    }

    fn channels(&self) -> Vec<u32> {
        self.new.channels.clone()
    }
}

/// The run's settings with the new files in the place of its own. Paths are made absolute: those
/// of the run start from its configuration, those of the request from where the program runs.
fn config(request: &ScoreRequest, known: &Known) -> Result<Config, RunError> {
    let mut config = known.manifest.config.clone();
    let from = |base: &Path, patterns: &[String]| -> Vec<String> {
        patterns.iter().map(|pattern| base.join(pattern).display().to_string()).collect()
    };
    if request.events.is_empty() {
        for source in &mut config.source {
            source.files = from(&known.manifest.base, &source.files);
        }
    } else {
        let n_sources = config.source.len();
        let at = match request.source {
            Some(number) if (1..=n_sources).contains(&number) => number - 1,
            None if n_sources == 1 => 0,
            _ => {
                let reason = format!(
                    "the run was made of {n_sources} sources: say which one the new files are like \
                     with --source 1 to {n_sources}"
                );
                return Err(RunError::Score { reason });
            }
        };
        let here = std::path::absolute("").unwrap_or_default();
        let mut source = config.source.swap_remove(at);
        source.files = from(&here, &request.events);
        config.source = vec![source];
    }
    // What the run knew of an item stays; its item files can only tell of further ones.
    for items in &mut config.catalogue {
        items.files = from(&known.manifest.base, &items.files);
    }
    config.catalogue.retain(|items| expand(&items.files, Path::new("")).is_ok());
    Ok(config)
}

/// The day asked for; that of the run for its own events and for older ones; else the day after the
/// last new event.
fn as_of(
    request: &ScoreRequest,
    known: &Known,
    is_own: bool,
    table: &EventTable,
) -> Result<i64, RunError> {
    if let Some(day) = &request.as_of {
        return start_of_day(day).ok_or_else(|| RunError::Score {
            reason: format!("--as-of must be a day as YYYY-MM-DD, got `{day}`"),
        });
    }
    let of_run = known.as_of;
    let after_last = (table.last_time().div_euclid(DAY) + 1) * DAY;
    Ok(if is_own || after_last <= of_run { of_run } else { after_last })
}

/// Whether all event files are those of the run, by their bytes. A file whose size none of the run's
/// has is another one, and then none is read for the question alone.
fn is_own(config: &Config, known: &Known) -> Result<bool, RunError> {
    let sizes = |bytes: u64| known.manifest.inputs.iter().any(|own| own.bytes == bytes);
    for source in &config.source {
        for file in expand(&source.files, Path::new("")).map_err(EventsError::from)? {
            let facts = std::fs::metadata(&file).map_err(RunError::reading(&file))?;
            if !sizes(facts.len()) {
                return Ok(false);
            }
        }
    }
    let events = Config { catalogue: Vec::new(), ..config.clone() };
    let inputs = manifest::inputs(&events, Path::new(""))?;
    let of_run = &known.manifest.inputs;
    Ok(inputs.iter().all(|input| of_run.iter().any(|own| own.blake3 == input.blake3)))
}

/// A folder for the cleaned table on the disk that the result goes to.
fn beside(out: &Path) -> Result<TempDir, RunError> {
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(RunError::writing(folder))?;
    let named = tempfile::Builder::new().prefix(".fenqun-score-").tempdir_in(folder);
    named.map_err(RunError::writing(folder))
}

/// The new items, each told as the run knew it, and which of them it knew.
fn as_known(new: &Catalogue, known: &Catalogue) -> (Catalogue, Vec<bool>) {
    let mut is_known = Vec::with_capacity(new.len());
    let tell = |item: &fenqun_base::Item| {
        let at = known.items.binary_search_by(|known| known.id.cmp(&item.id));
        is_known.push(at.is_ok());
        at.map_or(item, |at| &known.items[at]).clone()
    };
    (Catalogue { items: new.items.iter().map(tell).collect() }, is_known)
}

/// Narrowest categories of the new items that the run had none of.
fn unknown_categories(new: &Catalogue, known: &Catalogue) -> usize {
    let Some(level) = known.category_levels().checked_sub(1) else { return 0 };
    let names = known.categories_at(level).1;
    let new = new.categories_at(level).1;
    new.iter().filter(|name| names.binary_search(name).is_err()).count()
}
