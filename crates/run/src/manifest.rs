use std::fs::File;
use std::path::{Path, PathBuf};

use fenqun_base::artifact::FORMAT;
use fenqun_events::source::expand;
use fenqun_events::{EventsError, Key};
use fenqun_profiles::ProfileParams;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Config, RunError};

/// What was run, on what, with what, and how long it took: `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the run directory.
    pub format: u32,
    /// Version of the program.
    pub fenqun: String,
    /// When the run ended, UTC, RFC 3339.
    pub finished: String,
    /// Every setting.
    pub config: Config,
    /// Hash over the settings.
    pub config_hash: String,
    /// The folder that paths in the settings are relative to, absolute: where the key and the
    /// files of labels lie. Empty in runs that were made before it was kept.
    #[serde(default)]
    pub base: PathBuf,
    /// First instant that was not looked at, UTC, RFC 3339.
    pub as_of: String,
    /// Every file that was read: events and items first, then definitions of segments.
    pub inputs: Vec<Input>,
    /// The language model, when one was used.
    pub text_model: Option<TextModelFacts>,
    /// Rows, users, items.
    pub counts: Counts,
    /// Blocks of the user vector, in the order of `embeddings.npy`.
    #[serde(default)]
    pub blocks: Vec<BlockFacts>,
    /// Tells whether another key is the one of this run, and nothing about the key itself; absent
    /// where there was no key to look at.
    #[serde(default)]
    pub key_check: Option<String>,
    /// Seconds of each step, in order.
    pub timings: Vec<Timing>,
}

/// A block of the user vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockFacts {
    /// Its name.
    pub name: String,
    /// Its number of columns.
    pub width: usize,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its name as the configuration gave it or found it.
    pub file: String,
    /// Size.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub blake3: String,
}

/// The language model of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextModelFacts {
    /// Id or folder.
    pub model: String,
    /// Hash over weights, tokenizer and settings.
    pub fingerprint: String,
    /// Distinct texts of the catalogue.
    pub n_texts: usize,
    /// Those that were read; 0 in runs made before it was counted.
    #[serde(default)]
    pub n_read: usize,
    /// Part of all interactions that they cover, 0..=1; 0 in runs made before it was counted.
    #[serde(default)]
    pub coverage: f64,
}

/// How much there was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows read.
    pub n_rows: u64,
    /// Clean events.
    pub n_events: u64,
    /// Events at or after `as_of`, left out.
    pub n_held_out: u64,
    /// Users with a profile.
    pub n_users: usize,
    /// Items that kept events name.
    pub n_items: usize,
    /// Segments.
    pub n_segments: usize,
}

/// How long a step took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The step.
    pub step: String,
    /// Wall-clock seconds.
    pub seconds: f64,
}

impl Manifest {
    /// The version written by this program.
    pub const FORMAT: u32 = FORMAT;

    /// The time that the profiles of `run` are as of, in milliseconds.
    pub(crate) fn as_of_time(&self, run: &Path) -> Result<i64, RunError> {
        let time: Result<Timestamp, _> = self.as_of.parse();
        time.map(|time| time.as_millisecond()).map_err(|error| RunError::Broken {
            path: run.join("manifest.json"),
            reason: format!("`as_of`: {error}"),
        })
    }

    /// How profiles were made, for those who do not ask for sequences.
    pub(crate) fn profile_params(&self) -> ProfileParams {
        ProfileParams { max_sequence: 1, ..self.config.profiles.clone() }
    }

    /// The key that made the run's pseudonyms, from where the run's configuration has it or from
    /// elsewhere.
    ///
    /// # Errors
    /// [`RunError::NoKey`], [`RunError::OtherKey`].
    pub(crate) fn key(&self, elsewhere: Option<&Path>) -> Result<Key, RunError> {
        let own = || self.base.join(&self.config.key_file);
        let path = elsewhere.map_or_else(own, Path::to_owned);
        let Some(check) = key_check(&path)? else { return Err(RunError::NoKey { path }) };
        if self.key_check.as_ref().is_some_and(|own| *own != check) {
            return Err(RunError::OtherKey { path });
        }
        Ok(Key::open_or_create(&path)?)
    }
}

/// What is compared to tell whether a key is the run's: it says nothing about the key, and it is
/// the pseudonym of nobody. `None` where there is no key file.
pub(crate) fn key_check(path: &Path) -> Result<Option<String>, RunError> {
    if !path.exists() {
        return Ok(None);
    }
    let mut check = Key::open_or_create(path)?.user("fenqun key check, no user").to_string();
    check.truncate(16);
    Ok(Some(check))
}

/// Size and hash of every file of events and items that a configuration names, events first.
///
/// # Errors
/// [`RunError::Read`], or what the room `events` refuses: a file that is not there.
pub fn inputs(config: &Config, base: &Path) -> Result<Vec<Input>, RunError> {
    let patterns = config.source.iter().map(|source| &source.files);
    let patterns = patterns.chain(config.catalogue.iter().map(|items| &items.files));
    let mut files: Vec<PathBuf> = Vec::new();
    for patterns in patterns {
        for file in expand(patterns, base).map_err(EventsError::from)? {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    files.iter().map(|file| input(file, base)).collect()
}

impl Input {
    /// A file whose bytes are at hand.
    pub(crate) fn of_bytes(path: &Path, bytes: &[u8]) -> Self {
        let file = path.display().to_string();
        Self { file, bytes: bytes.len() as u64, blake3: blake3::hash(bytes).to_hex().to_string() }
    }
}

fn input(path: &Path, base: &Path) -> Result<Input, RunError> {
    let file = File::open(path).map_err(RunError::reading(path))?;
    let bytes = file.metadata().map_err(RunError::reading(path))?.len();
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file).map_err(RunError::reading(path))?;
    let name = path.strip_prefix(base).unwrap_or(path).display().to_string();
    Ok(Input { file: name, bytes, blake3: hasher.finalize().to_hex().to_string() })
}
