use std::path::Path;

use fenqun_base::artifact;
use serde::{Deserialize, Serialize};

use super::QUALITY;
use crate::{EventsError, Ledger};

/// `quality.json`: the ledger, and what is needed to open the table. Written last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contents {
    pub(crate) ledger: Ledger,
    pub(crate) part_events: Vec<u64>,
    pub(crate) first_time: i64,
    pub(crate) last_time: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    n_events: u64,
    first_time: i64,
    last_time: i64,
    part_events: Vec<u64>,
    ledger: Ledger,
}

/// Read before the rest, so that a newer format is told as such.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Contents {
    pub(crate) fn write(&self, folder: &Path) -> Result<(), EventsError> {
        let file = File {
            format: artifact::FORMAT,
            n_events: self.part_events.iter().sum(),
            first_time: self.first_time,
            last_time: self.last_time,
            part_events: self.part_events.clone(),
            ledger: self.ledger.clone(),
        };
        let mut text = serde_json::to_vec_pretty(&file).map_err(EventsError::format(QUALITY))?;
        text.push(b'\n');
        let path = folder.join(QUALITY);
        artifact::write_bytes(&path, &text).map_err(EventsError::file(path))
    }

    pub(crate) fn read(folder: &Path) -> Result<Self, EventsError> {
        let path = folder.join(QUALITY);
        let table = |reason: String| EventsError::Table { folder: folder.into(), reason };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(table("holds no whole event table; `fenqun run` makes one".into()));
            }
            Err(error) => return Err(EventsError::file(path)(error)),
        };
        let broken = |error: serde_json::Error| {
            super::damaged(&path, &format!("{QUALITY} cannot be read: {error}"))
        };
        let version: Version = serde_json::from_slice(&text).map_err(broken)?;
        if version.format > artifact::FORMAT {
            return Err(table(format!(
                "has format {}, this fenqun reads up to {}: use the fenqun that wrote it, or a newer one",
                version.format,
                artifact::FORMAT
            )));
        }
        let file: File = serde_json::from_slice(&text).map_err(broken)?;
        Ok(Self {
            ledger: file.ledger,
            part_events: file.part_events,
            first_time: file.first_time,
            last_time: file.last_time,
        })
    }
}
