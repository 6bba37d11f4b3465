use std::path::{Path, PathBuf};

use fenqun_base::Stored;

use crate::RunError;
use crate::artifacts::{read_model, write_model};

/// Where fitted models go to and come from: a folder, or nowhere when a fit is only for measuring.
pub(crate) struct Models {
    folder: Option<PathBuf>,
}

impl Models {
    /// Keeps models in a folder, made when it is not there.
    pub fn in_folder(folder: PathBuf) -> Result<Self, RunError> {
        std::fs::create_dir_all(&folder).map_err(RunError::writing(&folder))?;
        Ok(Self { folder: Some(folder) })
    }

    /// Keeps none.
    pub fn nowhere() -> Self {
        Self { folder: None }
    }

    /// Those of a finished run.
    pub fn of_run(run: &Path) -> Self {
        Self { folder: Some(run.join("model")) }
    }

    /// Writes a model under a name.
    pub fn keep<M: Stored>(&self, name: &str, model: &M) -> Result<(), RunError> {
        match &self.folder {
            Some(folder) => write_model(folder, name, model),
            None => Ok(()),
        }
    }

    /// Removes a model, where there is one: for what would no longer fit its figures.
    pub fn forget(&self, name: &str) -> Result<(), RunError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(format!("{name}.json"));
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(RunError::writing(&path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Reads a model by its name.
    pub fn read<M: Stored>(&self, name: &str) -> Result<M, RunError> {
        let missing =
            |path: &Path| RunError::NoModel { path: path.to_owned(), model: name.to_owned() };
        let Some(folder) = &self.folder else { return Err(missing(Path::new(""))) };
        match folder.join(format!("{name}.json")).exists() {
            true => read_model(folder, name),
            false => Err(missing(folder)),
        }
    }
}
