//! The one test command. Every step runs even when an earlier one failed to find all at once?
//! No: the first failure stops, because a broken build makes every later message noise.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{say, tidy};

/// One profile for all: what the tests build is what `cargo run --release` runs.
const STEPS: &[(&str, &[&str], &[(&str, &str)])] = &[
    ("format", &["fmt", "--all", "--check"], &[]),
    ("build", &["build", "--release", "--locked", "--workspace"], &[]),
    (
        "lints",
        &[
            "clippy",
            "--release",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    ),
    (
        "docs",
        &["doc", "--release", "--locked", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    ),
    ("tests", &["test", "--release", "--locked", "--workspace", "--no-fail-fast"], &[]),
];

/// Runs everything that CI runs.
pub fn ci(root: &Path) -> Result<()> {
    tidy::tidy(root)?;
    for (name, arguments, environment) in STEPS {
        let start = Instant::now();
        say(&format!("── {name}"));
        let status = Command::new(env!("CARGO"))
            .args(*arguments)
            .envs(environment.iter().copied())
            .current_dir(root)
            .status()
            .with_context(|| format!("starting cargo for {name}"))?;
        if !status.success() {
            bail!("{name} failed: cargo {}", arguments.join(" "));
        }
        say(&format!("── {name}: {:.0} s", start.elapsed().as_secs_f64()));
        if *name == "build" {
            fetch(root);
        }
    }
    Ok(())
}

/// Brings what the real-data tests use into the cache. Without network they skip, visibly.
fn fetch(root: &Path) {
    for words in [
        ["models", "fetch", "minilm"],
        ["models", "fetch", "e5-small"],
        ["data", "fetch", "complete-journey"],
    ] {
        let mut command = Command::new(env!("CARGO"));
        command.args(["run", "--release", "--locked", "--quiet", "--package", "fenqun", "--"]);
        let done = command.args(words).current_dir(root).status();
        if !done.is_ok_and(|status| status.success()) {
            say(&format!(
                "SKIPPED: `fenqun {}` failed; tests that need it will skip",
                words.join(" ")
            ));
        }
    }
}
