//! Where results go: `tuning/NAME/METHOD/` with `trials*.jsonl` (finished trials, for going on after
//! a kill), `tuned.json`, `tuned.md`, `head.toml` (ready to paste) and `trials.svg`;
//! and the report of the run.

use std::fs;
use std::path::{Path, PathBuf};

use fenqun_base::{Language, artifact};
use serde::Serialize;

use super::TuneOutcome;
use crate::RunError;
use crate::artifacts::{read_json, write_json};
use crate::heads::HeadConfig;
use crate::pages::write_report;
use crate::report::{ReportData, TuningData, search_plot};

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

/// Writes every result, the log of trials being there already; the report of the run is made again
/// with them.
pub(super) fn results(
    run: &Path,
    outcome: &TuneOutcome,
    language: Language,
) -> Result<(), RunError> {
    let put = |name: &str, text: String| {
        let path = outcome.folder.join(name);
        artifact::write_bytes(&path, text.as_bytes()).map_err(RunError::writing(&path))
    };
    let head = pasted(&outcome.head)?;
    put("tuned.md", outcome.markdown(language))?;
    put("trials.svg", search_plot(&outcome.shown(String::new(), language), language))?;
    put("head.toml", head.clone())?;
    write_json(&outcome.folder.join("tuned.json"), outcome)?;
    let mut report: ReportData = read_json(&run.join("report.json"))?;
    let shown = outcome.shown(head, report.language);
    let is_this =
        |known: &&mut TuningData| known.name == shown.name && known.method == shown.method;
    match report.tunings.iter_mut().find(is_this) {
        Some(known) => *known = shown,
        None => report.tunings.push(shown),
    }
    write_report(run, &report)
}

/// `[head]` as the configuration has it.
pub(super) fn pasted(head: &HeadConfig) -> Result<String, RunError> {
    #[derive(Serialize)]
    struct Pasted<'a> {
        head: &'a HeadConfig,
    }
    toml::to_string(&Pasted { head }).map_err(|error| RunError::Tune { reason: error.to_string() })
}
