//! The one test command. The first failure stops it: a broken build makes later messages noise.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{say, tidy};

/// One step: its name, the words after `cargo`, and a variable that it needs.
struct Step {
    name: &'static str,
    arguments: &'static str,
    variable: Option<(&'static str, &'static str)>,
}

const fn step(name: &'static str, arguments: &'static str) -> Step {
    Step { name, arguments, variable: None }
}

/// One profile for all: what the tests build is what `cargo run --release` runs.
const STEPS: [Step; 5] = [
    step("format", "fmt --all --check"),
    step("build", "build --release --locked --workspace"),
    step("lints", "clippy --release --locked --workspace --all-targets -- -D warnings"),
    Step {
        name: "docs",
        arguments: "doc --release --locked --workspace --no-deps",
        variable: Some(("RUSTDOCFLAGS", "-D warnings")),
    },
    step("tests", "test --release --locked --workspace --no-fail-fast"),
];

/// What real-data tests use.
const FETCHED: [&str; 4] = [
    "models fetch minilm",
    "models fetch e5-small",
    "data fetch complete-journey",
    "data fetch cdnow",
];

/// Runs everything that CI runs.
pub fn ci(root: &Path) -> Result<()> {
    tidy::tidy(root)?;
    for Step { name, arguments, variable } in STEPS {
        let start = Instant::now();
        say(&format!("── {name}"));
        let status = Command::new(env!("CARGO"))
            .args(arguments.split(' '))
            .envs(variable)
            .current_dir(root)
            .status()
            .with_context(|| format!("starting cargo for {name}"))?;
        if !status.success() {
            bail!("{name} failed: cargo {arguments}");
        }
        say(&format!("── {name}: {:.0} s", start.elapsed().as_secs_f64()));
        if name == "build" {
            fetch(root);
        }
    }
    Ok(())
}

/// Brings what the real-data tests use into the cache. Without network they skip, visibly.
fn fetch(root: &Path) {
    for words in FETCHED {
        let done = Command::new(env!("CARGO"))
            .args(["run", "--release", "--locked", "--quiet", "--package", "fenqun", "--"])
            .args(words.split(' '))
            .current_dir(root)
            .status();
        if !done.is_ok_and(|status| status.success()) {
            say(&format!("SKIPPED: `fenqun {words}` failed; tests that need it will skip"));
        }
    }
}
