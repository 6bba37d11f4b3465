//! Everything that is asked of a run, one label and one task after the other.

use std::collections::BTreeSet;
use std::path::Path;

use fenqun_base::{Language, Progress, Seed};
use fenqun_evaluate::compare::Comparing;
use fenqun_evaluate::metrics::Metric;
use fenqun_events::LabelsConfig;

use super::inputs::Inputs;
use super::request::{EvaluateRequest, Evaluated, EvaluationConfig};
use super::task::{Ask, TaskConfig};
use super::{next_period, one_label, protocols, write};
use crate::RunError;
use crate::heads::HeadConfig;

/// What the configured head is called in tables.
pub(super) const OURS: &str = "fenqun";

/// Evaluates every label and every task; the results of each are written into the run directory as
/// soon as it is done, and the report is made again at the end.
///
/// # Errors
/// [`RunError::NothingAsked`] without labels and tasks; what reading labels, fitting and comparing
/// refuse. What was done before stays, in the report too: [`RunError::Partly`] names it.
pub fn evaluate(
    request: &EvaluateRequest,
    progress: &Progress,
) -> Result<Vec<Evaluated>, RunError> {
    let inputs = Inputs::open(&request.run)?;
    let config = &inputs.manifest.config;
    let wanted = request.evaluation.as_ref().unwrap_or(&config.evaluation);
    let tasks = wanted.tasks.iter().cloned().map(TaskConfig::named).collect();
    let evaluation = EvaluationConfig { tasks, ..wanted.clone() };
    let asked = Asked {
        labels: request.labels.as_ref().unwrap_or(&config.labels),
        base: request.base.as_deref().unwrap_or(&inputs.manifest.base),
        head: request.head.as_ref().unwrap_or(&config.head),
        evaluation: &evaluation,
        seed: Seed(request.seed.unwrap_or(config.seed)),
        language: request.language.unwrap_or(config.cards.language),
    };
    if asked.labels.is_empty() && asked.evaluation.tasks.is_empty() {
        return Err(RunError::NothingAsked);
    }
    asked.evaluation.tasks.iter().try_for_each(TaskConfig::suits)?;
    let labels = asked.labels.iter().map(|label| label.name.as_str());
    let tasks = asked.evaluation.tasks.iter().map(|task| task.name.as_str());
    each_once(labels.chain(tasks))?;
    let mut done = Vec::new();
    let ended = each(&asked, &inputs, &mut done, progress);
    let reported = match done.is_empty() {
        true => Ok(()),
        false => write::report(&inputs.folder, &done),
    };
    match ended {
        Ok(()) => reported.map(|()| done),
        Err(cause) if done.is_empty() => Err(cause),
        Err(cause) => {
            let done = done.into_iter().map(|one| one.name).collect();
            Err(RunError::Partly { done, cause: Box::new(cause) })
        }
    }
}

/// Refuses a name that two labels or tasks have, since their files would overwrite each other, and
/// one that cannot be part of a file's name.
fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), RunError> {
    let is_plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let mut known = BTreeSet::new();
    for name in names {
        let reason = if !name.chars().all(is_plain) {
            "`name` must be letters, digits, `-` or `_`: files are called by it"
        } else if !known.insert(name) {
            "another label or task has this name too: give each its own `name`"
        } else {
            continue;
        };
        return Err(RunError::Task { name: name.to_owned(), reason: reason.to_owned() });
    }
    Ok(())
}

/// Asks and writes one after the other; `done` holds what is written.
fn each(
    asked: &Asked<'_>,
    inputs: &Inputs,
    done: &mut Vec<Evaluated>,
    progress: &Progress,
) -> Result<(), RunError> {
    if !asked.labels.is_empty() {
        let users = inputs.users(progress)?;
        for labels in asked.labels {
            done.push(one_label::evaluate(labels, asked, inputs, &users, progress)?);
        }
    }
    for task in &asked.evaluation.tasks {
        let found = match task.ask {
            Ask::Inactive | Ask::Spend => next_period::evaluate(task, asked, inputs, progress)?,
            Ask::Categories => protocols::categories(task, asked, inputs, progress)?,
            Ask::Behaviour => protocols::behaviour(task, asked, inputs, progress)?,
        };
        write::figures(&inputs.folder, &found, asked.language)?;
        done.push(found);
    }
    Ok(())
}

/// What is asked, with the run's own settings where the request has none.
pub(super) struct Asked<'a> {
    pub labels: &'a [LabelsConfig],
    pub base: &'a Path,
    pub head: &'a HeadConfig,
    pub evaluation: &'a EvaluationConfig,
    pub seed: Seed,
    pub language: Language,
}

impl Asked<'_> {
    /// How contenders are compared, by the metric that counts first.
    pub fn comparing(&self, main: Metric) -> Comparing {
        let curve_of = match self.evaluation.learning_curve {
            true => vec![OURS.to_owned(), "aggregates + trees".to_owned()],
            false => Vec::new(),
        };
        Comparing { main, n_resamples: self.evaluation.resamples, curve_of, ..Comparing::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_and_task_has_a_name_of_its_own_that_a_file_can_have() {
        assert!(each_once(["kids", "年龄", "inactive-28d"].into_iter()).is_ok());
        let refused = |names: [&'static str; 2]| {
            each_once(names.into_iter()).expect_err("refused").to_string()
        };
        assert!(refused(["kids", "kids"]).contains("task `kids`: another label or task"));
        assert!(refused(["kids", "../../x"]).contains("must be letters, digits"));
    }

    #[test]
    fn a_task_without_a_name_is_called_by_its_question_and_length() {
        let task = TaskConfig { ask: Ask::Behaviour, ..TaskConfig::default() };
        assert_eq!(task.named().name, "behaviour-14d");
        let task = TaskConfig { name: "autumn".into(), ..TaskConfig::default() };
        assert_eq!(task.named().name, "autumn");
    }
}
