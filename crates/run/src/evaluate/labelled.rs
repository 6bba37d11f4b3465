//! Labels that do not change: repeated stratified folds over the users of a run.

use std::path::Path;
use std::time::Instant;

use fenqun_base::artifact::FORMAT;
use fenqun_base::{Labels, Language, Progress, Seed};
use fenqun_evaluate::compare::{Comparing, Contender, Majority, Task, compare};
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::splits::stratified;
use fenqun_events::LabelsConfig;
use fenqun_segments::Trees;

use super::contenders::{OnRows, baselines};
use super::inputs::{Inputs, Users};
use super::known::{Known, read_known};
use super::request::{Beside, EvaluateRequest, Evaluated, EvaluationConfig};
use super::task::{Ask, TaskConfig};
use super::tokens::Tokens;
use super::{leak, next_period, protocols, tell, write};
use crate::RunError;
use crate::heads::{self, HeadConfig, HeadMethod, Input};
use crate::steps::models::Models;

/// What the configured head is called in tables.
pub(super) const OURS: &str = "fenqun";

/// Evaluates every label and every task; results are written into the run directory and its report.
///
/// # Errors
/// [`RunError::NothingAsked`] without labels and tasks; what reading labels, fitting and comparing
/// refuse. No figure is written then; the heads, folds and told users of labels that were done before
/// stay, each file whole.
pub fn evaluate(
    request: &EvaluateRequest,
    progress: &Progress,
) -> Result<Vec<Evaluated>, RunError> {
    let inputs = Inputs::open(&request.run)?;
    let config = &inputs.manifest.config;
    let asked = Asked {
        labels: request.labels.as_ref().unwrap_or(&config.labels),
        base: request.base.as_deref().unwrap_or(&inputs.manifest.base),
        head: request.head.as_ref().unwrap_or(&config.head),
        evaluation: request.evaluation.as_ref().unwrap_or(&config.evaluation),
        seed: Seed(request.seed.unwrap_or(config.seed)),
        language: request.language.unwrap_or(config.cards.language),
    };
    if asked.labels.is_empty() && asked.evaluation.tasks.is_empty() {
        return Err(RunError::NothingAsked);
    }
    asked.evaluation.tasks.iter().try_for_each(TaskConfig::suits)?;
    let mut evaluated = Vec::new();
    if !asked.labels.is_empty() {
        let users = inputs.users(progress)?;
        for labels in asked.labels {
            evaluated.push(one(labels, &asked, &inputs, &users, progress)?);
        }
    }
    for task in &asked.evaluation.tasks {
        evaluated.push(match task.ask {
            Ask::Inactive | Ask::Spend => next_period::evaluate(task, &asked, &inputs, progress)?,
            Ask::Categories => protocols::categories(task, &asked, &inputs, progress)?,
            Ask::Behaviour => protocols::behaviour(task, &asked, &inputs, progress)?,
        });
    }
    write::results(&inputs.folder, &evaluated, asked.language)?;
    Ok(evaluated)
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

fn one(
    config: &LabelsConfig,
    asked: &Asked<'_>,
    inputs: &Inputs,
    users: &Users,
    progress: &Progress,
) -> Result<Evaluated, RunError> {
    let start = Instant::now();
    let language = asked.language;
    let Users { profiles, blocks } = users;
    let known = read_known(config, asked.base, inputs, profiles, language, progress)?;
    let Known { labels, mut remarks, ledger, .. } = known;
    let told = |error| RunError::Labels { name: config.name.clone(), source: error };
    let (catalogue, allowed) = (inputs.table.catalogue(), &asked.evaluation.allowed_features);
    leak::refuse(profiles, catalogue, &labels, allowed, asked.seed)?;
    let (folds, repeats) = (asked.evaluation.folds, asked.evaluation.repeats);
    let seed = asked.seed.derive(&config.name);
    let folds = stratified(&labels, folds, repeats, seed).map_err(told)?;
    remarks.extend(folds.reduced.iter().map(|reduced| format!("{}.", reduced.words(language))));
    let task = Task { reduced: folds.reduced.as_ref(), ..Task::new(&labels, &folds.splits) };

    let majority = Majority::new(&labels);
    let plain = baselines(blocks, &labels, &Trees::default())?;
    let ours = OnRows::ours(OURS, asked.head, blocks, &labels)?;
    let further = beside(asked, inputs, users, &labels, progress)?;
    let mut contenders: Vec<&dyn Contender> = vec![&ours];
    contenders.extend(further.iter().map(AsRef::as_ref));
    contenders.extend(plain.iter().rev().map(|baseline| baseline as &dyn Contender));
    contenders.push(&majority);
    let comparison =
        compare(&contenders, &task, &asked.comparing(Metric::MacroF1), seed, progress)?;

    let n_labelled = labels.labelled().len();
    let protocol = language.pick(
        format!(
            "{n_labelled} labelled users, {} classes, {repeats} × {} stratified folds, seed {}; \
             vectors fitted without labels on all {} users",
            labels.n_classes(),
            folds.n_folds,
            asked.seed.0,
            profiles.n_users(),
        ),
        format!(
            "{n_labelled} 位有标签的用户，{} 类，{repeats} × {} 折分层交叉验证，随机种子 {}；用户向量在全部 {} 位用户上无监督拟合",
            labels.n_classes(),
            folds.n_folds,
            asked.seed.0,
            profiles.n_users(),
        ),
    );
    write::folds(&inputs.folder, &config.name, &profiles.users, &labels, &folds.splits)?;
    told_of_all(&config.name, ours.input(), asked, inputs, users, &labels, seed)?;
    Ok(Evaluated {
        format: FORMAT,
        name: config.name.clone(),
        protocol,
        remarks,
        verdicts: tell::verdicts(&comparison, language),
        ledger: Some(ledger),
        comparison: Some(comparison),
        seconds: start.elapsed().as_secs_f64(),
        ..Evaluated::default()
    })
}

/// The further methods that were asked for.
fn beside<'a>(
    asked: &Asked<'_>,
    inputs: &Inputs,
    users: &Users,
    labels: &'a Labels,
    progress: &Progress,
) -> Result<Vec<Box<dyn Contender + 'a>>, RunError> {
    let contender = |beside: &Beside| -> Result<Box<dyn Contender + 'a>, RunError> {
        let name = beside.name();
        Ok(match beside.head() {
            Some(method) => {
                let head = method.default_head();
                Box::new(OnRows::baseline(name, &head, &users.blocks, labels)?)
            }
            None => {
                let (table, end) = (&inputs.table, inputs.end()?);
                let users = &users.profiles.users;
                Box::new(Tokens::new(name, table, end, users, labels, progress)?)
            }
        })
    };
    asked.evaluation.beside.iter().map(contender).collect()
}

/// Learns from all labelled users, tells the class of every user of the run, and keeps the head.
fn told_of_all(
    name: &str,
    input: &Input,
    asked: &Asked<'_>,
    inputs: &Inputs,
    users: &Users,
    labels: &Labels,
    seed: Seed,
) -> Result<(), RunError> {
    let head = input.fit(&labels.labelled(), labels, seed)?;
    let models = Models::in_folder(inputs.folder.join("model"))?;
    let method = HeadMethod::of(asked.head);
    heads::keep(head.as_ref(), method, input, &labels.classes, &models, name)?;
    let (told, shares) = (head.assign(&input.data)?, head.probabilities(&input.data)?);
    let rows = heads::rows(&users.profiles.users, &labels.classes, told, &shares);
    write::users(&inputs.folder, name, &rows)
}
