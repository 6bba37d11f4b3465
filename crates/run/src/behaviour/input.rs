//! The input of an evaluation as files: which users are wanted, and fenqun's own vectors of them.

use std::path::{Path, PathBuf};

use fenqun_base::{Matrix, UserId};

use super::files::{IDS, ids};
use crate::RunError;
use crate::artifacts::{write_client_ids, write_vectors};
use crate::evaluate::FOLDER;

/// Ends the names of these folders, which begin with the name of the evaluation.
const INPUT: &str = "-input";

/// Where the input of an evaluation goes.
pub(crate) fn input_folder(run: &Path, name: &str) -> PathBuf {
    run.join(FOLDER).join(format!("{name}{INPUT}"))
}

/// Writes `client_ids.npy`, `embeddings.npy` and `users.parquet`, which says whose integer is whose.
pub(super) fn write_input(
    folder: &Path,
    users: &[UserId],
    vectors: &Matrix,
) -> Result<(), RunError> {
    std::fs::create_dir_all(folder).map_err(RunError::writing(folder))?;
    write_vectors(folder, users, vectors)?;
    write_client_ids(&folder.join("users.parquet"), users)
}

/// The ids that vectors for an evaluation must be of, and the file that has them; without a name
/// those of the only one.
///
/// # Errors
/// [`RunError::NoRun`]; [`RunError::NoInput`] when nothing was evaluated, or not under this name;
/// [`RunError::SeveralInputs`] when a name is needed; [`RunError::Read`] and
/// [`RunError::VectorFile`] for a file that is not whole.
pub fn wanted_ids(run: &Path, name: Option<&str>) -> Result<(PathBuf, Vec<i64>), RunError> {
    crate::open(run)?;
    let known = inputs(run)?;
    let chosen = match name {
        Some(name) => known.iter().find(|one| *one == name).cloned(),
        None if known.len() > 1 => {
            return Err(RunError::SeveralInputs { run: run.to_owned(), known });
        }
        None => known.first().cloned(),
    };
    let Some(chosen) = chosen else {
        let name = name.map(str::to_owned);
        return Err(RunError::NoInput { run: run.to_owned(), name, known });
    };
    let path = input_folder(run, &chosen).join(IDS);
    let ids = ids(&path)?;
    Ok((path, ids))
}

/// Evaluations of a run that have an input, in the order of their names.
fn inputs(run: &Path) -> Result<Vec<String>, RunError> {
    let folder = run.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(RunError::reading(&folder))? {
        let path = entry.map_err(RunError::reading(&folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(INPUT));
        if let Some(name) = name
            && path.join(IDS).exists()
        {
            found.push(name.to_owned());
        }
    }
    found.sort_unstable();
    Ok(found)
}
