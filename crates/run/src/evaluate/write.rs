//! Where results go: `evaluations/NAME.json`, `NAME.md`, `NAME-folds.parquet`,
//! `NAME-users.parquet`, and the report.

use std::path::{Path, PathBuf};

use fenqun_base::{Labels, Language, NO_CODE, UserId, artifact};
use fenqun_evaluate::splits::Split;

use super::{Evaluated, tell};
use crate::RunError;
use crate::artifacts::{FoldRows, SegmentRows, read_json, write_folds, write_json, write_segments};
use crate::pages::write_report;
use crate::report::{EvaluationData, Figure, ReportData};

/// The folder of a run that holds evaluations.
pub(crate) const FOLDER: &str = "evaluations";

/// Writes the figures of one label or task.
pub(super) fn figures(run: &Path, one: &Evaluated, language: Language) -> Result<(), RunError> {
    let folder = made(run)?;
    let path = folder.join(format!("{}.md", one.name));
    let text = markdown(one, language);
    artifact::write_bytes(&path, text.as_bytes()).map_err(RunError::writing(&path))?;
    write_json(&folder.join(format!("{}.json", one.name)), one)
}

/// Makes the report of the run again with what was evaluated.
pub(super) fn report(run: &Path, evaluated: &[Evaluated]) -> Result<(), RunError> {
    let mut report: ReportData = read_json(&run.join("report.json"))?;
    for one in evaluated {
        let shown = tell::shown(one, report.language);
        match report.evaluations.iter_mut().find(|known| known.name == one.name) {
            Some(known) => *known = shown,
            None => report.evaluations.push(shown),
        }
    }
    write_report(run, &report)
}

fn markdown(one: &Evaluated, language: Language) -> String {
    let mut text = format!("# {}\n\n{}\n\n", one.name, one.protocol);
    for remark in &one.remarks {
        text.push_str(&format!("- {remark}\n"));
    }
    if !one.remarks.is_empty() {
        text.push('\n');
    }
    if let Some(segments) = &one.segments {
        text.push_str(&format!("{}\n\n", segments.words(language)));
    }
    if let Some(comparison) = &one.comparison {
        text.push_str(&comparison.markdown(language));
    }
    if let Some(amounts) = &one.amounts {
        text.push_str(&amounts.markdown(language));
    }
    if let Some(behaviour) = &one.behaviour {
        text.push_str(&behaviour.markdown(language));
    }
    if one.propensity.is_some() {
        text.push_str(&table(&one.shown(language), language));
        one.verdicts.iter().for_each(|verdict| text.push_str(&format!("\n{verdict}\n")));
    }
    text
}

/// The methods of an evaluation as a Markdown table.
fn table(shown: &EvaluationData, language: Language) -> String {
    let mut text = format!(
        "| {} | {} |\n|{}\n",
        language.pick("method", "方法"),
        shown.metrics.join(" | "),
        "---|".repeat(shown.metrics.len() + 1)
    );
    for method in &shown.methods {
        let figure = |figure: &Option<Figure>| match figure {
            None => "–".to_owned(),
            Some(Figure { mean, low, high }) if low < high => {
                format!("{mean:.4} [{low:.4}, {high:.4}]")
            }
            Some(Figure { mean, .. }) => format!("{mean:.4}"),
        };
        let cells: Vec<String> = method.figures.iter().map(figure).collect();
        text.push_str(&format!("| {} | {} |\n", method.name, cells.join(" | ")));
    }
    text
}

/// Writes which labelled user was tested in which fold, so that other tools can use the same.
pub(super) fn folds(
    run: &Path,
    name: &str,
    users: &[UserId],
    labels: &Labels,
    groups: Option<&[u64]>,
    splits: &[Split],
) -> Result<(), RunError> {
    let mut rows = FoldRows::default();
    for split in splits {
        for &row in split.test.iter().filter(|&&row| labels.codes[row] != NO_CODE) {
            rows.users.push(users[row]);
            rows.repeats.push(split.repeat as u32);
            rows.folds.push(split.fold as u32);
            rows.labels.push(labels.classes[labels.codes[row] as usize].clone());
            rows.groups.extend(groups.map(|groups| groups[row]));
        }
    }
    write_folds(&made(run)?.join(format!("{name}-folds.parquet")), &rows)
}

/// Ends the names of files that say what was told of every user.
const TOLD: &str = "-users.parquet";

/// Writes the class told of every user, in the columns of `segments.parquet`; the score says how
/// sure it is.
pub(super) fn users(run: &Path, name: &str, rows: &SegmentRows) -> Result<(), RunError> {
    write_segments(&made(run)?.join(format!("{name}{TOLD}")), rows)
}

/// The labels that were told of every user of a run, in the order of their names, with their files.
pub(crate) fn told_of_users(run: &Path) -> Result<Vec<(String, PathBuf)>, RunError> {
    let folder = run.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(RunError::reading(&folder))? {
        let path = entry.map_err(RunError::reading(&folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(TOLD));
        if let Some(name) = name.map(str::to_owned) {
            found.push((name, path));
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn made(run: &Path) -> Result<PathBuf, RunError> {
    let folder = run.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(RunError::writing(&folder))?;
    Ok(folder)
}
