use std::path::{Path, PathBuf};

use anyhow::Result;
use comfy_table::Cell;
use fenqun_run::rules::{self, Count, Counts, DefinitionFiles, RunFacts};
use serde_json::json;

use crate::arguments::{SegmentsAction, SegmentsOptions};
use crate::console::Console;
use crate::print::{self, right, thousands};

/// `fenqun segments`.
pub fn segments(options: &SegmentsOptions, console: &Console) -> Result<()> {
    match &options.action {
        SegmentsAction::List { files } => {
            list(&rules::read_definitions(files)?, console);
            Ok(())
        }
        SegmentsAction::Check { files, run } => check(files, run.as_deref(), console),
        SegmentsAction::Count { files, rule, run } => {
            let definitions = match rule {
                Some(rule) => rules::read_rule(rule)?,
                None => rules::read_definitions(files)?,
            };
            let mut facts = RunFacts::open(run)?;
            let counts = rules::count(&definitions, &mut facts, console.progress())?;
            show(&counts, console);
            Ok(())
        }
        SegmentsAction::Export { name, files, run, output } => {
            export(name, files, run, output, console)
        }
    }
}

fn list(files: &DefinitionFiles, console: &Console) {
    let (definitions, rules) = (files.definitions().definitions(), files.definitions().rules());
    if console.is_json() {
        let row = |(definition, rule): (&rules::Definition, &rules::Rule)| {
            json!({
                "name": definition.name,
                "title": definition.title(),
                "rule": rule.to_string(),
                "description": definition.description,
            })
        };
        console.say_json(&definitions.iter().zip(rules).map(row).collect::<Vec<_>>());
        return;
    }
    let mut table = print::table(&["segment", "title", "rule"]);
    for (definition, rule) in definitions.iter().zip(rules) {
        table.add_row(vec![
            Cell::new(&definition.name),
            Cell::new(definition.title()),
            Cell::new(rule.to_string()),
        ]);
    }
    console.say(&table.to_string());
}

fn check(files: &[PathBuf], run: Option<&Path>, console: &Console) -> Result<()> {
    let definitions = rules::read_definitions(files)?;
    let warnings = match run {
        Some(run) => RunFacts::open(run)?.warnings(&definitions, console.progress())?,
        None => {
            definitions.check(&rules::Schema::open())?;
            Vec::new()
        }
    };
    warn(&warnings, console);
    let n_segments = definitions.definitions().definitions().len();
    if console.is_json() {
        console.say_json(&json!({ "n_segments": n_segments, "run": run, "warnings": warnings }));
        return Ok(());
    }
    console.say(&match run {
        Some(run) => format!("{n_segments} segments, every name known to {}", run.display()),
        None => format!(
            "{n_segments} segments can be read; --run DIR also checks columns, categories and items"
        ),
    });
    Ok(())
}

fn export(
    name: &str,
    files: &[PathBuf],
    run: &Path,
    output: &Path,
    console: &Console,
) -> Result<()> {
    let definitions = rules::read_definitions(files)?;
    let mut facts = RunFacts::open(run)?;
    let users = rules::find(name, &definitions, &mut facts, console.progress())?;
    let warnings = facts.warnings(&definitions, console.progress())?;
    rules::write_audience(output, &users, files)?;
    warn(&warnings, console);
    if console.is_json() {
        console.say_json(&json!({
            "audience": output,
            "segment": name,
            "n_users": users.len(),
            "warnings": warnings,
        }));
    } else {
        let n_users = thousands(users.len() as f64);
        console.say(&format!("{}: {n_users} users of `{name}`", output.display()));
    }
    Ok(())
}

/// Warnings on stderr; programs find them in the result.
fn warn(warnings: &[String], console: &Console) {
    warnings.iter().for_each(|warning| console.note(warning));
}

fn show(counts: &Counts, console: &Console) {
    warn(&counts.warnings, console);
    if console.is_json() {
        console.say_json(counts);
        return;
    }
    let heads = ["segment", "title", "users", "share", "in no earlier one", "most in common with"];
    let mut table = print::table(&heads);
    for (index, count) in counts.segments.iter().enumerate() {
        table.add_row(vec![
            Cell::new(&count.name),
            Cell::new(&count.title),
            right(thousands(count.n_users as f64)),
            right(format!("{:.1} %", count.share * 100.0)),
            right(thousands(count.n_first as f64)),
            Cell::new(nearest(index, count, &counts.segments)),
        ]);
    }
    console.say(&table.to_string());
    let (covered, n_users) = (thousands(counts.n_covered as f64), thousands(counts.n_users as f64));
    console.say(&format!(
        "{covered} of {n_users} users are in a segment; counted in {:.1} ms",
        counts.milliseconds
    ));
}

/// The other segment that shares most users with this one, the first among equals.
fn nearest(index: usize, count: &Count, all: &[Count]) -> String {
    let others = (0..all.len()).rev().filter(|&other| other != index);
    let Some(other) = others.max_by_key(|&other| count.n_common[other]) else {
        return String::new();
    };
    match count.n_common[other] {
        0 => String::new(),
        common => format!("{} ({})", all[other].name, thousands(common as f64)),
    }
}
