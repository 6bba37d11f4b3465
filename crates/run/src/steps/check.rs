use std::path::Path;

use fenqun_base::Progress;
use fenqun_events::{Key, Ledger};

use super::order::folder_of;
use crate::{Config, RunError, SegmentsConfig};

/// Reads and cleans as a run would, keeps nothing, and returns what became of every row.
///
/// # Errors
/// What the room `events` refuses.
pub fn check(config: &Config, config_path: &Path, progress: &Progress) -> Result<Ledger, RunError> {
    let base = folder_of(config_path);
    if let SegmentsConfig::Rules(rules) = &config.segments {
        rules.read(base)?;
    }
    let work = tempfile::Builder::new()
        .prefix("fenqun-check-")
        .tempdir()
        .map_err(RunError::writing(&std::env::temp_dir()))?;
    // The key only has to tell users apart here, so the shop's own is neither made nor read.
    let key = Key::open_or_create(&work.path().join("key"))?;
    let cleaned = fenqun_events::clean(&config.events(), base, &key, work.path(), progress)?;
    Ok(cleaned.ledger)
}
