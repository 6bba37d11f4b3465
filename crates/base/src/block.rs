use crate::Matrix;

/// A named part of the user vector: `aggregates`, `categories`, `text`.
///
/// Rows are users in the order of the profiles; a block can be left out without touching others.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// What configuration and reports call it.
    pub name: String,
    /// One row a user, standardised by its own fitted model.
    pub vectors: Matrix,
}
