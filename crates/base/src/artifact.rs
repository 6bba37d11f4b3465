//! Files that appear whole or not at all: written beside their place, synced, renamed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Version of the run directory's layout. Older ones stay readable; newer ones are refused.
pub const FORMAT: u32 = 1;

/// Writes a file through `fill`, then renames it into place. On any failure the old file, if
/// there was one, is untouched and nothing half-written stays behind.
///
/// # Errors
/// Whatever `fill` returns, or the file system: no space, no permission.
pub fn write<E: From<io::Error>>(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> Result<(), E>,
) -> Result<(), E> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder)?;
    let mut writer = BufWriter::with_capacity(1 << 18, temporary.as_file());
    fill(&mut writer)?;
    writer.flush()?;
    drop(writer);
    readable_by_default(temporary.as_file())?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes bytes that are at hand.
///
/// # Errors
/// The file system's.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, |writer| writer.write_all(bytes))
}

/// Temporary files are private to their owner; results follow the folder's usual mode.
#[cfg(unix)]
fn readable_by_default(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_default(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("cards.json");
        write_bytes(&path, b"old").expect("written");
        let failed = write(&path, |writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).expect("still there"), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1);
    }
}
