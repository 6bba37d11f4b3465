//! What became of every row that went in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{EventsError, Reason};

/// The quality ledger: for every file `n_in = n_kept + n_duplicate + Σ n_rejected(reason)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// One entry a file, in the order in which the configuration names them.
    pub files: Vec<FileLedger>,
    /// Users named by any row, before cleaning.
    pub n_users_seen: u64,
    /// Users with at least one kept event.
    pub n_users_kept: u64,
    /// What else a reader should know, one sentence each.
    pub notes: Vec<String>,
}

/// The part of the ledger that is about one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLedger {
    /// The file, relative to the configuration where it lies below it.
    pub file: String,
    /// Rows read.
    pub n_in: u64,
    /// Rows that became events.
    pub n_kept: u64,
    /// Rows that told an event again.
    pub n_duplicate: u64,
    /// Rows rejected, by reason.
    pub n_rejected: BTreeMap<Reason, u64>,
    /// Size of the file.
    pub n_bytes: u64,
}

impl FileLedger {
    /// Rows rejected for any reason.
    #[must_use]
    pub fn n_rejected_total(&self) -> u64 {
        self.n_rejected.values().sum()
    }

    /// Counts a rejected row.
    pub(crate) fn reject(&mut self, reason: Reason) {
        *self.n_rejected.entry(reason).or_default() += 1;
    }
}

impl Ledger {
    /// All files as one.
    #[must_use]
    pub fn total(&self) -> FileLedger {
        let mut total = FileLedger { file: "total".into(), ..FileLedger::default() };
        for file in &self.files {
            total.n_in += file.n_in;
            total.n_kept += file.n_kept;
            total.n_duplicate += file.n_duplicate;
            total.n_bytes += file.n_bytes;
            for (&reason, &n) in &file.n_rejected {
                *total.n_rejected.entry(reason).or_default() += n;
            }
        }
        total
    }

    /// Verifies the identity for every file.
    ///
    /// # Errors
    /// [`EventsError::Ledger`] with the file and its counts.
    pub fn check(&self) -> Result<(), EventsError> {
        for file in &self.files {
            let n_out = file.n_kept + file.n_duplicate + file.n_rejected_total();
            if file.n_in != n_out {
                return Err(EventsError::Ledger {
                    file: file.file.clone(),
                    n_in: file.n_in,
                    n_out,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_row_is_found() {
        let mut file = FileLedger { n_in: 3, n_kept: 1, n_duplicate: 1, ..FileLedger::default() };
        file.reject(Reason::PriceZero);
        let mut ledger = Ledger { files: vec![file], ..Ledger::default() };
        ledger.check().expect("adds up");
        assert_eq!(ledger.total().n_rejected[&Reason::PriceZero], 1);
        ledger.files[0].n_in = 4;
        assert!(ledger.check().is_err());
    }
}
