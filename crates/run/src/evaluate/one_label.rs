//! A label that does not change: repeated stratified folds over the users of a run, of whole groups
//! where users have groups.

use std::time::Instant;

use fenqun_base::artifact::FORMAT;
use fenqun_base::{Labels, Language, Progress, Seed};
use fenqun_evaluate::compare::{Comparing, Contender, Majority, Task, compare};
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::splits::{Folds, check_classes, folds_of};
use fenqun_events::LabelsConfig;
use fenqun_segments::Trees;

use super::agreement::with_segments;
use super::contenders::{OnRows, baselines};
use super::inputs::{Inputs, Users};
use super::known::{Known, read_known};
use super::labelled::{Asked, OURS};
use super::request::{Beside, Evaluated};
use super::tokens::Tokens;
use super::{leak, tell, write};
use crate::RunError;
use crate::artifacts::SegmentRows;
use crate::heads::{self, HeadMethod, Input};
use crate::steps::models::Models;

/// Evaluates one label, and writes its figures, its folds, what is told of every user, and the head.
pub(super) fn evaluate(
    config: &LabelsConfig,
    asked: &Asked<'_>,
    inputs: &Inputs,
    users: &Users,
    progress: &Progress,
) -> Result<Evaluated, RunError> {
    let start = Instant::now();
    let (name, language) = (&config.name, asked.language);
    let Users { profiles, blocks } = users;
    let mut known = read_known(config, asked.base, inputs, profiles, language, progress)?;
    let mut remarks = std::mem::take(&mut known.remarks);
    let Known { labels, groups, .. } = &known;
    let told = |source| RunError::Labels { name: name.clone(), source };
    check_classes(labels).map_err(told)?;
    let (n_folds, repeats) = (asked.evaluation.folds, asked.evaluation.repeats);
    let seed = asked.seed.derive(name);
    let folds = folds_of(labels, groups.as_deref(), n_folds, repeats, seed).map_err(told)?;
    remarks.extend(folds.reduced.iter().map(|reduced| format!("{}.", reduced.words(language))));
    let (catalogue, allowed) = (inputs.table.catalogue(), &asked.evaluation.allowed_features);
    leak::refuse(profiles, catalogue, labels, allowed, asked.seed)?;
    let comparing = comparing(asked, labels, &mut remarks);
    let task = Task {
        groups: groups.as_deref(),
        reduced: folds.reduced.as_ref(),
        ..Task::new(labels, &folds.splits)
    };

    let majority = Majority::new(labels);
    let ours = OnRows::ours(OURS, asked.head, blocks, labels)?;
    let plain = baselines(blocks, labels, &Trees::default())?;
    let further = beside(asked, inputs, users, labels, progress)?;
    let mut contenders: Vec<&dyn Contender> = vec![&ours];
    contenders.extend(further.iter().map(AsRef::as_ref));
    contenders.extend(plain.iter().rev().map(|baseline| baseline as &dyn Contender));
    contenders.push(&majority);
    let comparison = compare(&contenders, &task, &comparing, seed, progress)?;

    let learned = Learned::of_all(ours.input(), users, labels, seed)?;
    remarks.extend(heads::unkept(ours.input()).map(|block| unkept(block, language)));
    progress.check()?;
    let evaluated = Evaluated {
        format: FORMAT,
        name: name.clone(),
        protocol: protocol(&known, &folds, asked, profiles.n_users()),
        remarks,
        verdicts: tell::verdicts(&comparison, language),
        ledger: Some(known.ledger.clone()),
        segments: with_segments(&inputs.folder, &profiles.users, labels)?,
        comparison: Some(comparison),
        seconds: start.elapsed().as_secs_f64(),
        ..Evaluated::default()
    };
    // A head never stands beside the figures of another.
    let models = Models::in_folder(inputs.folder.join("model"))?;
    heads::forget(&models, name)?;
    let groups = groups.as_deref();
    write::folds(&inputs.folder, name, &profiles.users, labels, groups, &folds.splits)?;
    write::users(&inputs.folder, name, &learned.told)?;
    write::figures(&inputs.folder, &evaluated, language)?;
    learned.keep(name, ours.input(), asked, labels, &models)?;
    Ok(evaluated)
}

/// How contenders are compared. A class that is asked for by name may be one of another label.
fn comparing(asked: &Asked<'_>, labels: &Labels, remarks: &mut Vec<String>) -> Comparing {
    let comparing = asked.comparing(Metric::MacroF1);
    let class = &asked.evaluation.lift_class;
    if labels.classes.contains(class) || asked.labels.len() == 1 {
        return Comparing { lift_class: class.clone(), ..comparing };
    }
    if !class.is_empty() {
        remarks.push(asked.language.pick(
            format!("This label has no class `{class}`: gain and lift are those of another."),
            format!("该标签没有类别“{class}”：增益与提升度取自另一类别。"),
        ));
    }
    comparing
}

/// How it was measured.
fn protocol(known: &Known, folds: &Folds, asked: &Asked<'_>, n_users: usize) -> String {
    let (n_labelled, n_classes) = (known.labels.labelled().len(), known.labels.n_classes());
    let (repeats, n_folds, seed) = (asked.evaluation.repeats, folds.n_folds, asked.seed.0);
    let n_groups = known.n_groups();
    match asked.language {
        Language::En => {
            let groups = n_groups.map_or(String::new(), |n| format!(" in {n} groups"));
            let whole = n_groups.map_or("", |_| " of whole groups");
            format!(
                "{n_labelled} labelled users{groups}, {n_classes} classes, {repeats} × {n_folds} \
                 stratified folds{whole}, seed {seed}; vectors fitted without labels on all \
                 {n_users} users"
            )
        }
        Language::Zh => {
            let groups = n_groups.map_or(String::new(), |n| format!("（分属 {n} 组）"));
            let whole = n_groups.map_or("", |_| "整组");
            format!(
                "{n_labelled} 位有标签的用户{groups}，{n_classes} 类，{repeats} × {n_folds} 折{whole}分层交叉验证，随机种子 {seed}；用户向量在全部 {n_users} 位用户上无监督拟合"
            )
        }
    }
}

fn unkept(block: &str, language: Language) -> String {
    language.pick(
        format!(
            "The head looks at `{block}`, which a run keeps no model of: figures and told users are \
             written, the head is not kept, and `score --label` and `explain --label` have none."
        ),
        format!(
            "预测头使用了 `{block}`，而运行不保存它的模型：指标和预测结果已写出，但预测头不会保存，`score --label` 与 `explain --label` 无法使用。"
        ),
    )
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

/// What was learned from all labelled users.
struct Learned {
    head: Box<dyn heads::FittedHead>,
    /// The class of every user of the run.
    told: SegmentRows,
}

impl Learned {
    fn of_all(input: &Input, users: &Users, labels: &Labels, seed: Seed) -> Result<Self, RunError> {
        let head = input.fit(&labels.labelled(), labels, seed)?;
        let (told, shares) = (head.assign(&input.data)?, head.probabilities(&input.data)?);
        let told = heads::rows(&users.profiles.users, &labels.classes, told, &shares);
        Ok(Self { head, told })
    }

    /// Keeps the head in the run, if the run has a model of all that it looks at.
    fn keep(
        &self,
        name: &str,
        input: &Input,
        asked: &Asked<'_>,
        labels: &Labels,
        models: &Models,
    ) -> Result<(), RunError> {
        match heads::unkept(input) {
            Some(_) => Ok(()),
            None => {
                let method = HeadMethod::of(asked.head);
                heads::keep(self.head.as_ref(), method, input, &labels.classes, models, name)
            }
        }
    }
}
