use std::path::Path;

use anyhow::Result;
use fenqun_run::RunError;
use fenqun_run::behaviour::{CheckedVectors, check_vectors, wanted_ids};

use crate::arguments::{VectorsAction, VectorsOptions};
use crate::console::Console;
use crate::print::thousands;

/// `fenqun vectors`.
pub fn vectors(options: &VectorsOptions, console: &Console) -> Result<()> {
    match &options.action {
        VectorsAction::Check { folder, run, task } => {
            check(folder, run.as_deref(), task.as_deref(), console)
        }
    }
}

/// The first broken rule ends the program; that of the other file is said before it.
fn check(folder: &Path, run: Option<&Path>, task: Option<&str>, console: &Console) -> Result<()> {
    let wanted = run.map(|run| wanted_ids(run, task)).transpose()?;
    let ids = wanted.as_ref().map(|(_, ids)| &ids[..]);
    let checked = check_vectors(folder, ids)?;
    if console.is_json() {
        console.say_json(&checked);
    }
    if let [first, others @ ..] = &checked.faults[..] {
        others.iter().for_each(|fault| console.note(&fault.to_string()));
        return Err(RunError::VectorFile(first.clone()).into());
    }
    if !console.is_json() {
        console.say(&told(&checked, wanted.as_ref().map(|(path, _)| path.as_path())));
    }
    Ok(())
}

fn told(checked: &CheckedVectors, wanted: Option<&Path>) -> String {
    let (n_users, width) = (checked.n_users.unwrap_or(0), checked.width.unwrap_or(0));
    let ids = match wanted {
        Some(path) => format!("the ids are those of {}", path.display()),
        None => "the ids were compared with no run (--run)".to_owned(),
    };
    format!(
        "{}: {} users, {width} columns; every rule is kept; {ids}",
        checked.folder.display(),
        thousands(n_users as f64)
    )
}
