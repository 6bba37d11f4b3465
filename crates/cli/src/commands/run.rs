use std::path::{Path, PathBuf};

use anyhow::Result;
use fenqun_run::{Config, Existing, Outcome, RunRequest};

use crate::arguments::{RunCommand, RunOptions};
use crate::console::Console;
use crate::print;

/// `fenqun run`.
pub fn run(command: &RunCommand, console: &Console) -> Result<()> {
    let config = Config::load(&command.config)?;
    go(config, &command.config, &command.options, console)
}

/// `fenqun demo`.
pub fn demo(options: &RunOptions, console: &Console) -> Result<()> {
    let (config, path) = fenqun_run::demo(console.progress())?;
    go(config, &path, options, console)
}

fn go(mut config: Config, path: &Path, options: &RunOptions, console: &Console) -> Result<()> {
    if let Some(language) = options.language {
        config.cards.language = language.into();
    }
    if let Some(seed) = options.seed {
        config.seed = seed;
    }
    if let Some(day) = &options.as_of {
        config.as_of.clone_from(day);
    }
    let request = RunRequest {
        existing: match (options.resume, options.replace) {
            (true, _) => Existing::Resume,
            (_, true) => Existing::Replace,
            _ => Existing::Refuse,
        },
        out: out(options)?,
        until: options.until.map(Into::into),
        config,
        config_path: path.to_owned(),
    };
    let outcome = fenqun_run::run(&request, console.progress())
        .inspect_err(|_| tell_what_is_kept(&request.out, console))?;
    show(&outcome, &request, console);
    Ok(())
}

/// How to go on after a stop that left something to go on with.
fn tell_what_is_kept(folder: &Path, console: &Console) {
    if folder.join("state.json").exists() {
        let folder = folder.display();
        console.note(&format!("What was finished is kept: `fenqun run --resume --out {folder}`."));
    }
}

/// The folder asked for; else a new one named after the time, or the newest unfinished one.
fn out(options: &RunOptions) -> Result<PathBuf> {
    match &options.out {
        Some(folder) => Ok(folder.clone()),
        None if options.resume => Ok(fenqun_run::newest_unfinished(Path::new("runs"))?),
        None => Ok(fenqun_run::new_run_folder(Path::new("runs"))),
    }
}

fn show(outcome: &Outcome, request: &RunRequest, console: &Console) {
    if console.is_json() {
        console.say_json(outcome);
        return;
    }
    let folder = request.out.display();
    if outcome.cards.is_empty() {
        console.say(&format!("Stopped where asked. `fenqun run --resume --out {folder}` goes on."));
        return;
    }
    let cards = &request.config.cards;
    console.say(&print::segments(&outcome.cards, cards.language, &cards.currency));
    for line in &outcome.remarks {
        console.say(line);
    }
    console.say(&format!("Run: {folder} ({:.1} s)", outcome.seconds));
    console.say(&format!("Report: {}", request.out.join("report.html").display()));
}
