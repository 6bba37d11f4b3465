//! Finished trials on the disk, one line each, so that a search can be killed at any time.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Trial;
use crate::EvaluateError;

/// Version of the lines.
const FORMAT: u32 = 1;

/// First line: whose trials these are.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    fingerprint: String,
}

/// An open log, locked against other searches.
pub(super) struct Log {
    path: PathBuf,
    file: Mutex<File>,
}

impl Log {
    /// Opens the log of this search, or begins one; returns what it holds. A line torn by a kill
    /// is cut off.
    pub(super) fn open(
        path: &Path,
        fingerprint: &str,
    ) -> Result<(Self, Vec<Trial>), EvaluateError> {
        let failed = |error: io::Error| trouble(path, &error.to_string());
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        if file.try_lock().is_err() {
            return Err(trouble(path, "another search is writing it: wait for it, or stop it"));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let header = Header { format: FORMAT, fingerprint: fingerprint.to_owned() };
        let header = serde_json::to_string(&header).unwrap_or_default() + "\n";
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        if whole == 0 && !header.as_bytes().starts_with(&bytes) {
            return Err(trouble(path, "this is no log of trials: name another file"));
        }
        let trials = read(path, &bytes[..whole], fingerprint)?;
        if whole < bytes.len() {
            file.set_len(whole as u64).map_err(failed)?;
        }
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let log = Self { path: path.to_owned(), file: Mutex::new(file) };
        if whole == 0 {
            log.line(&header)?;
        }
        Ok((log, trials))
    }

    /// Puts a finished trial on the disk.
    pub(super) fn append(&self, trial: &Trial) -> Result<(), EvaluateError> {
        let line = serde_json::to_string(trial)
            .map_err(|error| trouble(&self.path, &error.to_string()))?;
        self.line(&(line + "\n"))
    }

    fn line(&self, line: &str) -> Result<(), EvaluateError> {
        // A thread that panicked left at most a torn line, which the next reading cuts off.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| trouble(&self.path, &error.to_string()))
    }
}

fn read(path: &Path, bytes: &[u8], fingerprint: &str) -> Result<Vec<Trial>, EvaluateError> {
    let mut lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return Ok(Vec::new()) };
    let header: Header = serde_json::from_slice(first)
        .map_err(|_| trouble(path, "this is no log of trials: name another file"))?;
    if header.format > FORMAT {
        let reason = format!(
            "its format is {}, this version reads up to {FORMAT}: install a newer one",
            header.format
        );
        return Err(trouble(path, &reason));
    }
    if header.fingerprint != fingerprint {
        return Err(EvaluateError::OtherSearch { path: path.to_owned() });
    }
    let trial = |(at, line): (usize, &[u8])| {
        serde_json::from_slice(line).map_err(|error| {
            trouble(path, &format!("line {} is no trial ({error}): remove the file", at + 2))
        })
    };
    lines.enumerate().map(trial).collect()
}

fn trouble(path: &Path, reason: &str) -> EvaluateError {
    EvaluateError::Log { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Point, Score};

    fn trial(number: usize) -> Trial {
        let score = Some(Score::of("accuracy", 0.1 + number as f64 / 3.0));
        Trial { number, point: Point::default(), budget: 1.0, score, reason: None, seconds: 0.5 }
    }

    #[test]
    fn what_was_written_is_read_and_a_torn_line_is_cut_off() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("trials.jsonl");
        let (log, known) = Log::open(&path, "a").expect("opens");
        assert!(known.is_empty());
        log.append(&trial(0)).expect("written");
        log.append(&trial(1)).expect("written");
        drop(log);
        let bytes = std::fs::read(&path).expect("there");
        std::fs::write(&path, &bytes[..bytes.len() - 5]).expect("written");
        let (log, known) = Log::open(&path, "a").expect("opens");
        assert_eq!(known, [trial(0)]);
        log.append(&trial(2)).expect("written");
        drop(log);
        assert_eq!(Log::open(&path, "a").expect("opens").1, [trial(0), trial(2)]);
    }

    #[test]
    fn another_search_and_other_files_are_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("trials.jsonl");
        let (log, _) = Log::open(&path, "a").expect("opens");
        let refused = Log::open(&path, "a").map(drop).expect_err("locked").to_string();
        assert!(refused.contains("another search is writing it"), "{refused}");
        drop(log);
        let refused = Log::open(&path, "b").map(drop);
        assert_eq!(refused, Err(EvaluateError::OtherSearch { path: path.clone() }));
        for (bytes, said) in [
            ("user,spend\n1,2\n", "no log of trials"),
            ("notes", "no log of trials"),
            ("{\"format\":9,\"fingerprint\":\"a\"}\n", "its format is 9"),
            ("{\"format\":1,\"fingerprint\":\"a\"}\nbroken\n", "line 2 is no trial"),
        ] {
            std::fs::write(&path, bytes).expect("written");
            let refused = Log::open(&path, "a").map(drop).expect_err("refused").to_string();
            assert!(refused.contains(said), "{refused}");
            assert_eq!(std::fs::read_to_string(&path).expect("there"), bytes, "nothing is lost");
        }
    }
}
