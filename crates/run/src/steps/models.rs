use std::path::PathBuf;

use fenqun_base::Stored;

use crate::RunError;
use crate::artifacts::write_model;

/// Where fitted models go: a folder, or nowhere when a fit is only for measuring.
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

    /// Writes a model under a name.
    pub fn keep<M: Stored>(&self, name: &str, model: &M) -> Result<(), RunError> {
        match &self.folder {
            Some(folder) => write_model(folder, name, model),
            None => Ok(()),
        }
    }
}
