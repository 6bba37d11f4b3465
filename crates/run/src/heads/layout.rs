use fenqun_base::{Block, DataError, Matrix};
use serde::{Deserialize, Serialize};

use super::BlockWeight;
use crate::RunError;

/// Blocks side by side, each at its weight: what a head looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Layout {
    pub blocks: Vec<BlockWeight>,
}

impl Layout {
    /// Those of the wanted blocks that are there.
    ///
    /// # Errors
    /// [`DataError::Parameter`] when none is.
    pub fn among(wanted: &[BlockWeight], blocks: &[Block]) -> Result<Self, DataError> {
        let is_there = |entry: &&BlockWeight| blocks.iter().any(|block| block.name == entry.block);
        let found: Vec<BlockWeight> = wanted.iter().filter(is_there).cloned().collect();
        if !found.is_empty() {
            return Ok(Self { blocks: found });
        }
        let known: Vec<String> = blocks.iter().map(|block| format!("`{}`", block.name)).collect();
        let rule = format!("blocks that this shop has data for: {}", known.join(", "));
        Err(DataError::Parameter { name: "head.blocks", rule, found: "none of them".into() })
    }

    /// Users × the columns of all blocks. A block comes with total variance 1 (`features` as they
    /// are) and leaves with its weight.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for a block that is not among those given.
    pub fn of(&self, blocks: &[Block]) -> Result<Matrix, RunError> {
        let mut parts = Vec::with_capacity(self.blocks.len());
        for entry in &self.blocks {
            let block = blocks.iter().find(|block| block.name == entry.block);
            let missing = || DataError::Parameter {
                name: "head.blocks",
                rule: "blocks that the run has".into(),
                found: format!("`{}`", entry.block),
            };
            let mut vectors = block.ok_or_else(missing)?.vectors.clone();
            let factor = entry.factor();
            vectors.values_mut().iter_mut().for_each(|value| *value *= factor);
            parts.push(vectors);
        }
        Ok(Matrix::beside(&parts.iter().collect::<Vec<_>>())?)
    }
}

impl BlockWeight {
    /// What every value is multiplied by.
    pub fn factor(&self) -> f32 {
        self.weight.sqrt() as f32
    }
}
