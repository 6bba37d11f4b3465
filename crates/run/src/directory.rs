//! The run directory: made, guarded while a run is under way, resumed, opened again.

use std::fs;
use std::path::{Path, PathBuf};

use fenqun_base::ErrorKind;
use fenqun_base::artifact::FORMAT;
use serde::{Deserialize, Serialize};

use crate::artifacts::{read_json, write_json};
use crate::manifest::{Input, Manifest};
use crate::{Config, RunError};

/// How a run treats a folder that already holds something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Refuse: nothing is lost by mistake.
    #[default]
    Refuse,
    /// Remove the run that is there first.
    Replace,
    /// Go on with the unfinished run that is there.
    Resume,
}

/// A run under way. While it is, `state.json` says what is finished; at the end the manifest
/// takes its place.
pub struct RunDirectory {
    folder: PathBuf,
    state: State,
    is_new: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    format: u32,
    config: String,
    events_finished: bool,
    /// What the clean events were made of: a file may change before the run is resumed.
    inputs: Vec<Input>,
}

impl RunDirectory {
    /// Opens the folder for a run of `config`.
    ///
    /// # Errors
    /// [`RunError::Occupied`] when something else is there, [`RunError::NothingToResume`],
    /// [`RunError::NewerFormat`], [`RunError::Write`].
    pub fn begin(folder: &Path, config: &Config, existing: Existing) -> Result<Self, RunError> {
        let state_path = folder.join("state.json");
        if existing == Existing::Resume {
            return Self::resume(folder, config);
        }
        if folder.join("manifest.json").exists() || state_path.exists() {
            if existing == Existing::Refuse {
                let finished = folder.join("manifest.json").exists();
                let what = if finished {
                    "already holds a finished run"
                } else {
                    "holds an unfinished run, which --resume would finish"
                };
                return Err(RunError::Occupied { path: folder.to_owned(), what });
            }
            if !is_of_a_run(folder) {
                return Err(RunError::Foreign { path: folder.to_owned() });
            }
            fs::remove_dir_all(folder).map_err(RunError::writing(folder))?;
        } else if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            let what = "holds files that are no run";
            return Err(RunError::Occupied { path: folder.to_owned(), what });
        }
        let is_new = !folder.exists();
        fs::create_dir_all(folder).map_err(RunError::writing(folder))?;
        let state = State {
            format: FORMAT,
            config: config.fingerprint(),
            events_finished: false,
            inputs: Vec::new(),
        };
        let run = Self { folder: folder.to_owned(), state, is_new };
        run.save()?;
        Ok(run)
    }

    fn resume(folder: &Path, config: &Config) -> Result<Self, RunError> {
        let state_path = folder.join("state.json");
        let nothing = |reason: &str| RunError::NothingToResume {
            path: folder.to_owned(),
            reason: reason.to_owned(),
        };
        if folder.join("manifest.json").exists() {
            return Err(nothing("the run there is finished"));
        }
        if !state_path.exists() {
            return Err(nothing("there is no unfinished run"));
        }
        let state: State = read_json(&state_path)?;
        if state.format > FORMAT {
            let found = state.format;
            return Err(RunError::NewerFormat { path: state_path, found, known: FORMAT });
        }
        if state.config != config.fingerprint() {
            return Err(nothing("the settings have changed since; start anew with --replace"));
        }
        Ok(Self { folder: folder.to_owned(), state, is_new: false })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file or folder in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether the clean events are all there.
    #[must_use]
    pub fn events_finished(&self) -> bool {
        self.state.events_finished
    }

    /// The files that the clean events were made of.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.state.inputs
    }

    /// Notes that the clean events are all there, and of what they were made.
    ///
    /// # Errors
    /// [`RunError::Write`].
    pub fn finish_events(&mut self, inputs: Vec<Input>) -> Result<(), RunError> {
        self.state.events_finished = true;
        self.state.inputs = inputs;
        self.save()
    }

    /// Ends the run: from here on it is whole.
    ///
    /// # Errors
    /// [`RunError::Write`].
    pub fn finish(self, manifest: &Manifest) -> Result<(), RunError> {
        write_json(&self.file("manifest.json"), manifest)?;
        let state = self.file("state.json");
        fs::remove_file(&state).map_err(RunError::writing(&state))
    }

    /// After a failure: keeps clean events when resuming can help, that is after Ctrl-C or a full
    /// disk, and removes everything when the input or the settings must change first.
    pub fn abandon(self, kind: ErrorKind) {
        let can_resume = matches!(kind, ErrorKind::Interrupted | ErrorKind::Environment);
        if self.state.events_finished && can_resume {
            return;
        }
        // A failure is being reported already; what cannot be removed is in the way of nobody.
        if self.is_new {
            let _ = fs::remove_dir_all(&self.folder);
            return;
        }
        for entry in fs::read_dir(&self.folder).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }

    fn save(&self) -> Result<(), RunError> {
        write_json(&self.file("state.json"), &self.state)
    }
}

/// Whether a folder with a manifest or a state is a run, be its manifest damaged: other programs have
/// files of these names too, and what replaces a run removes the whole folder.
fn is_of_a_run(folder: &Path) -> bool {
    let is_damaged_run = folder.join("quality.json").exists() && folder.join("events").is_dir();
    is_damaged_run || open(folder).is_ok() || read_json::<State>(&folder.join("state.json")).is_ok()
}

/// The manifest of a finished run.
///
/// # Errors
/// [`RunError::NoRun`], [`RunError::NewerFormat`], [`RunError::Broken`].
pub fn open(folder: &Path) -> Result<Manifest, RunError> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let path = folder.join("manifest.json");
    if !path.exists() {
        return Err(RunError::NoRun { path: folder.to_owned() });
    }
    let head: Head = read_json(&path)?;
    if head.format > FORMAT {
        return Err(RunError::NewerFormat { path, found: head.format, known: FORMAT });
    }
    read_json(&path)
}

/// A new folder below `runs`, named after the time, UTC; not made yet.
#[must_use]
pub fn new_run_folder(runs: &Path) -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let taken = |folder: &PathBuf| folder.exists();
    let names = std::iter::once(now.clone()).chain((2..).map(|n| format!("{now}-{n}")));
    let mut folders = names.map(|name| runs.join(name));
    folders.find(|folder| !taken(folder)).unwrap_or_else(|| runs.join(now))
}

/// The unfinished run below `runs` that was begun last.
///
/// # Errors
/// [`RunError::NothingToResume`] when there is none.
pub fn newest_unfinished(runs: &Path) -> Result<PathBuf, RunError> {
    let is_unfinished = |folder: &PathBuf| folder.join("state.json").exists();
    let folders = fs::read_dir(runs).into_iter().flatten().filter_map(Result::ok);
    let newest = folders.map(|entry| entry.path()).filter(is_unfinished).max();
    newest.ok_or_else(|| RunError::NothingToResume {
        path: runs.to_owned(),
        reason: "there is no unfinished run; name its folder with --out".into(),
    })
}

/// Refuses to put a result inside a run, whose files belong together, or over a file that is read for
/// it.
///
/// # Errors
/// [`RunError::Out`].
pub(crate) fn check_out(out: &Path, read: &[PathBuf]) -> Result<(), RunError> {
    let refuse = |reason: String| Err(RunError::Out { path: out.to_owned(), reason });
    let whole = std::path::absolute(out).map_err(RunError::writing(out))?;
    let is_run =
        |folder: &&Path| folder.join("manifest.json").exists() && folder.join("events").is_dir();
    if let Some(run) = whole.ancestors().skip(1).find(is_run) {
        return refuse(format!("it would stand in the run {}", run.display()));
    }
    let Ok(there) = fs::canonicalize(out) else { return Ok(()) };
    let is_there = |file: &&PathBuf| fs::canonicalize(file).is_ok_and(|file| file == there);
    match read.iter().find(is_there) {
        Some(_) => refuse("it is read for this".to_owned()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(folder: &Path, existing: Existing) -> Result<(), RunError> {
        let text = "[[source]]\nfiles = [\"a.csv\"]\naction = \"purchase\"\n\
                    columns = { user_id = \"u\", event_time = \"t\" }\n";
        let config = Config::parse(text, Path::new("fenqun.toml"))?;
        RunDirectory::begin(folder, &config, existing).map(drop)
    }

    #[test]
    fn what_is_no_run_is_never_replaced() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let page = folder.path().join("manifest.json");
        fs::write(&page, r#"{"name": "a web page", "icons": []}"#).expect("written");
        let error = begin(folder.path(), Existing::Replace).expect_err("refused").to_string();
        assert!(error.contains("that are no run"), "{error}");
        assert!(page.exists());
    }

    #[test]
    fn an_unfinished_run_is_replaced_only_when_that_is_asked_for() {
        let parent = tempfile::tempdir().expect("temporary folder");
        let folder = parent.path().join("run");
        begin(&folder, Existing::Refuse).expect("nothing is there");
        fs::write(folder.join("half"), "").expect("written");
        let error = begin(&folder, Existing::Refuse).expect_err("refused").to_string();
        assert!(error.contains("--resume"), "{error}");
        begin(&folder, Existing::Replace).expect("replaced");
        assert!(!folder.join("half").exists());
    }
}
