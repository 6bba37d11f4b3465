//! Events on their way from the files to their users: buckets by the first byte of the pseudonym,
//! in memory up to a budget, beyond it in one temporary file.
//!
//! The first byte is uniform, because a pseudonym is a hash; buckets in order hold users in order.

mod record;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub(crate) use record::Record;

use crate::EventsError;

/// One for every value of the first byte.
pub(crate) const N_BUCKETS: usize = 256;

pub(crate) struct Buckets {
    held: Vec<Vec<Record>>,
    /// Where each bucket's earlier records lie in the file: offset and number.
    spilled: Vec<Vec<(u64, usize)>>,
    n_held: usize,
    budget: usize,
    folder: PathBuf,
    file: Option<Mutex<File>>,
    end: u64,
}

impl Buckets {
    /// Keeps at most about `memory_mb` MiB; a file without a name in `folder` takes the rest, and
    /// goes away with the process, however that ends.
    pub(crate) fn new(folder: &Path, memory_mb: usize) -> Self {
        Self {
            held: vec![Vec::new(); N_BUCKETS],
            spilled: vec![Vec::new(); N_BUCKETS],
            n_held: 0,
            budget: (memory_mb << 20) / size_of::<Record>(),
            folder: folder.into(),
            file: None,
            end: 0,
        }
    }

    pub(crate) fn push(&mut self, record: Record) -> Result<(), EventsError> {
        self.held[usize::from(record.event.user.0[0])].push(record);
        self.n_held += 1;
        if self.n_held > self.budget { self.spill() } else { Ok(()) }
    }

    /// Number of records of a bucket.
    pub(crate) fn n_records(&self, bucket: usize) -> usize {
        let n_spilled: usize = self.spilled[bucket].iter().map(|segment| segment.1).sum();
        self.held[bucket].len() + n_spilled
    }

    /// What is held of a bucket in memory, moved out.
    pub(crate) fn take_held(&mut self, bucket: usize) -> Vec<Record> {
        std::mem::take(&mut self.held[bucket])
    }

    /// Adds to `records` what of their bucket lies in the file.
    pub(crate) fn read_spilled(
        &self,
        bucket: usize,
        records: &mut Vec<Record>,
    ) -> Result<(), EventsError> {
        let Some(file) = &self.file else { return Ok(()) };
        for &(offset, n) in &self.spilled[bucket] {
            let start = records.len();
            records.resize(start + n, bytemuck::Zeroable::zeroed());
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut records[start..]);
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(offset))
                .and_then(|_| file.read_exact(bytes))
                .map_err(EventsError::file(&self.folder))?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), EventsError> {
        let fail = |error| EventsError::file(&self.folder)(error);
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = tempfile::tempfile_in(&self.folder).map_err(fail)?;
                self.file.insert(Mutex::new(file))
            }
        };
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.end)).map_err(fail)?;
        for (held, spilled) in self.held.iter_mut().zip(&mut self.spilled) {
            if held.is_empty() {
                continue;
            }
            let bytes: &[u8] = bytemuck::cast_slice(held);
            file.write_all(bytes).map_err(fail)?;
            spilled.push((self.end, held.len()));
            self.end += bytes.len() as u64;
            held.clear();
        }
        self.n_held = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn what_is_spilled_comes_back() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut buckets = Buckets::new(folder.path(), 1);
        let n = 3 * buckets.budget as u64 + 17;
        for line in 0..n {
            let mut record = Record { line, ..Record::zeroed() };
            record.event.user.0[0] = (line % 3) as u8;
            buckets.push(record).expect("room on the disk");
        }
        assert_eq!(buckets.spilled[0].len(), 3);
        for bucket in 0..3 {
            let mut records = buckets.take_held(bucket);
            buckets.read_spilled(bucket, &mut records).expect("reads");
            let mut lines: Vec<u64> = records.iter().map(|record| record.line).collect();
            lines.sort_unstable();
            let expected: Vec<u64> = (0..n).filter(|line| line % 3 == bucket as u64).collect();
            assert_eq!(lines, expected);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0);
    }
}
