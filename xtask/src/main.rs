//! What the project does to itself: the one test command, the rules of the house, benchmark data.

mod ci;
mod k_means_bench;
mod shop;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo xtask ci                          format, lints, house rules, tests, docs: everything CI runs
cargo xtask tidy                        only the house rules
cargo xtask shop N_EVENTS FOLDER SEED   write a generated shop for benchmarks
cargo xtask k-means-bench POINTS.npy STARTS.npy ITERATIONS
                                        time k-means from given starts; prints JSON
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["ci"] => ci::ci(&root()?),
        ["tidy"] => tidy::tidy(&root()?),
        ["shop", n_events, folder, seed] => shop::generate(
            n_events.parse().context("N_EVENTS must be a whole number")?,
            Path::new(folder),
            seed.parse().context("SEED must be a whole number")?,
        ),
        ["k-means-bench", points, starts, iterations] => k_means_bench::run(
            Path::new(points),
            Path::new(starts),
            iterations.parse().context("ITERATIONS must be a whole number")?,
        ),
        _ => bail!("what to do?\n{HELP}"),
    }
}

/// The repository: the folder above this package.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask lies in the repository")?.to_owned())
}

/// Words for the person who called.
#[allow(clippy::print_stderr)]
fn say(words: &str) {
    eprintln!("{words}");
}
