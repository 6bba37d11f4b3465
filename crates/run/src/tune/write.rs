//! Where results go: `tuning/NAME/METHOD/` with `trials*.jsonl` (finished trials, for going on after
//! a kill), `tuned.json`, `tuned.md`, `head.toml` (ready to paste) and `trials.svg`.

use std::fs;
use std::path::{Path, PathBuf};

use fenqun_base::{Language, artifact};
use serde::Serialize;

use super::{TuneOutcome, plot};
use crate::RunError;
use crate::artifacts::write_json;
use crate::heads::HeadConfig;

/// The folder of a run that holds tunings.
const FOLDER: &str = "tuning";

/// Finished trials of the search on all labelled users; those of outer folds lie beside it.
pub(super) const LOG: &str = "trials.jsonl";

/// Makes the folder of a label and a method.
pub(super) fn made(
    run: &Path,
    name: &str,
    method: &str,
    afresh: bool,
) -> Result<PathBuf, RunError> {
    let folder = run.join(FOLDER).join(name).join(method);
    fs::create_dir_all(&folder).map_err(RunError::writing(&folder))?;
    if afresh {
        for entry in fs::read_dir(&folder).map_err(RunError::reading(&folder))? {
            let path = entry.map_err(RunError::reading(&folder))?.path();
            if path.extension().is_some_and(|ending| ending == "jsonl") {
                fs::remove_file(&path).map_err(RunError::writing(&path))?;
            }
        }
    }
    Ok(folder)
}

/// Writes every result; the log of trials is there already.
pub(super) fn results(outcome: &TuneOutcome, language: Language) -> Result<(), RunError> {
    let put = |name: &str, text: String| {
        let path = outcome.folder.join(name);
        artifact::write_bytes(&path, text.as_bytes()).map_err(RunError::writing(&path))
    };
    put("tuned.md", outcome.markdown(language))?;
    put("head.toml", pasted(&outcome.head)?)?;
    put("trials.svg", plot::of(&outcome.search, outcome.metric.title(language), language))?;
    write_json(&outcome.folder.join("tuned.json"), outcome)
}

/// `[head]` as the configuration has it.
pub(super) fn pasted(head: &HeadConfig) -> Result<String, RunError> {
    #[derive(Serialize)]
    struct Pasted<'a> {
        head: &'a HeadConfig,
    }
    toml::to_string(&Pasted { head }).map_err(|error| RunError::Tune { reason: error.to_string() })
}
