use std::path::Path;
use std::time::Instant;

use fenqun_base::artifact::FORMAT;
use fenqun_base::{Block, Classify, DataError, ErrorKind, Labels, Language, Progress, Seed};
use fenqun_evaluate::EvaluateError;
use fenqun_evaluate::compare::{Comparing, Comparison, Contender, Task, compare};
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::search::{InFolds, LogPlace, Nested, Point, Tuned, Tuning, nested};
use fenqun_evaluate::splits::{Folds, Split, check_classes, folds_of};
use serde_json::Value;

use super::objective::{Heads, OfSplits};
use super::{TuneConfig, TuneOutcome, TuneRequest, labelled, path, space, words, write};
use crate::RunError;
use crate::evaluate::{Inputs, Known, read_known, refuse_leaks};
use crate::heads::{HeadConfig, HeadMethod};

/// Tunes a head on one label; results are written into the run directory.
///
/// # Errors
/// [`RunError::Tune`] for a space that the head does not have, or labels that are not named;
/// [`RunError::TuneStopped`] after Ctrl-C, finished trials being kept; what reading labels and
/// fitting refuse.
pub fn tune(request: &TuneRequest, progress: &Progress) -> Result<TuneOutcome, RunError> {
    all(request, progress).map_err(|error| match error {
        error if error.kind() == ErrorKind::Interrupted => RunError::TuneStopped,
        RunError::Evaluate(EvaluateError::OtherSearch { path }) => RunError::Tune {
            reason: format!(
                "{} holds trials of another search (the space, the strategy, the metric, the folds, \
                 the seed, the labels or the head differ): throw them away with --afresh, or ask as before",
                path.display()
            ),
        },
        error => error,
    })
}

fn all(request: &TuneRequest, progress: &Progress) -> Result<TuneOutcome, RunError> {
    let start = Instant::now();
    let manifest = crate::directory::open(&request.run)?;
    let config = &manifest.config;
    let labels = labelled::chosen(request, &config.labels)?;
    let head = base_head(request, &config.head);
    let mut tuning = request.tune.clone().unwrap_or_else(|| config.tune.clone());
    if let Some(path) = &request.space {
        tuning.space = space::load(path)?;
    }
    // Mistakes in names are told before anything is read.
    let metric = Metric::from_name(&tuning.metric)?;
    tuning.check(metric)?;
    let value = head_value(&head)?;
    space::check(&tuning.space, &value)?;

    let inputs = Inputs::open(&request.run)?;
    let users = inputs.users(progress)?;
    let seed = Seed(request.seed.unwrap_or(config.seed));
    let language = request.language.unwrap_or(config.cards.language);
    let base = request.base.as_deref().unwrap_or(&inputs.manifest.base);
    let read = read_known(labels, base, &inputs, &users.profiles, language, progress)?;
    let n_groups = read.n_groups();
    let Known { labels: known, groups, mut remarks, .. } = read;
    let told = |source| RunError::Labels { name: labels.name.clone(), source };
    check_classes(&known).map_err(told)?;
    let catalogue = inputs.table.catalogue();
    let allowed = request.allowed_features.as_ref();
    let allowed = allowed.unwrap_or(&config.evaluation.allowed_features);
    refuse_leaks(&users.profiles, catalogue, &known, allowed, seed)?;
    let mut blocks = users.blocks;
    head.check_blocks(&blocks)?;
    // Trials hold blocks of their own: only rows that they can learn from.
    let rows = known.labelled();
    let known = known.select(&rows);
    let groups: Option<Vec<u64>> =
        groups.map(|groups| rows.iter().map(|&row| groups[row]).collect());
    let groups = groups.as_deref();
    for block in &mut blocks {
        block.vectors = block.vectors.select_rows(&rows);
    }
    if tuning.space.dimensions.is_empty() {
        tuning.space = space::usual(&head, &blocks);
    }

    let ground = ground(&value, &blocks, &known, groups, &tuning);
    let names = tuning.space.dimensions.keys().cloned().collect();
    let heads = Heads { base: value, names, blocks: &blocks, labels: &known, metric };
    let of_label = seed.derive(&labels.name);
    let outer = outer_folds(&heads, groups, &tuning, of_label).map_err(told)?;
    let method = HeadMethod::of(&head);
    let folder = write::made(&request.run, &labels.name, method.name(), request.afresh)?;
    let searching = Searching {
        heads: &heads,
        config: &tuning,
        params: tuning.tuning(1 + tuning.outer_folds),
        groups,
        folder: &folder,
        ground: &ground,
        seed: of_label,
        progress,
    };
    let search = searching.on_all(&labels.name)?;
    let winner = match search.best_trial() {
        Some(trial) => with(&heads.base, &trial.point)?,
        None => head.clone(),
    };
    let judged = outer.map(|outer| searching.judged(&outer, &head, language)).transpose()?;
    remarks.extend(judged.iter().filter_map(|judged| judged.remark.clone()));
    let verdicts = words::verdicts(&search, judged.as_ref(), language);
    let (nested, comparison) = judged.map(|judged| (judged.nested, judged.comparison)).unzip();
    let outcome = TuneOutcome {
        format: FORMAT,
        name: labels.name.clone(),
        method,
        metric,
        protocol: words::protocol(&known, n_groups, &tuning, seed, language),
        remarks,
        verdicts,
        search,
        head: winner,
        nested,
        comparison,
        folder,
        seconds: start.elapsed().as_secs_f64(),
    };
    write::results(&request.run, &outcome, language)?;
    Ok(outcome)
}

/// The configured head, or the plain one of another method.
fn base_head(request: &TuneRequest, of_run: &HeadConfig) -> HeadConfig {
    let head = request.head.as_ref().unwrap_or(of_run);
    match request.method {
        Some(method) if method != HeadMethod::of(head) => method.default_head(),
        _ => head.clone(),
    }
}

fn head_value(head: &HeadConfig) -> Result<Value, RunError> {
    serde_json::to_value(head).map_err(|error| RunError::Tune { reason: error.to_string() })
}

fn with(base: &Value, point: &Point) -> Result<HeadConfig, RunError> {
    path::with(base, point).map_err(|reason| RunError::Tune { reason })
}

/// What trials depend on beside the space: another ground gives other trials.
fn ground(
    head: &Value,
    blocks: &[Block],
    labels: &Labels,
    groups: Option<&[u64]>,
    config: &TuneConfig,
) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head.to_string().as_bytes());
    hasher.update(format!("{:?} {}", labels.classes, config.folds).as_bytes());
    for code in &labels.codes {
        hasher.update(&code.to_le_bytes());
    }
    for group in groups.unwrap_or_default() {
        hasher.update(&group.to_le_bytes());
    }
    for block in blocks {
        let vectors = &block.vectors;
        hasher.update(format!("{} {}", block.name, vectors.n_columns()).as_bytes());
        for value in vectors.values() {
            hasher.update(&value.to_le_bytes());
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// The outer folds; none where tuning is not judged. Labels or groups that cannot fill them, or the
/// inner folds of one of them, are refused before anything is tried or thrown away.
fn outer_folds(
    heads: &Heads<'_>,
    groups: Option<&[u64]>,
    config: &TuneConfig,
    seed: Seed,
) -> Result<Option<Folds>, DataError> {
    if config.outer_folds == 0 {
        return Ok(None);
    }
    let seed = seed.derive("outer folds");
    let folds = folds_of(heads.labels, groups, config.outer_folds, 1, seed)?;
    for split in &folds.splits {
        InFolds::of(heads, heads.labels, groups, &split.train, config.folds, seed)?;
    }
    Ok(Some(folds))
}

/// What a tuning is worth.
pub(super) struct Judged {
    /// The searches inside the outer folds.
    pub nested: Nested,
    /// Tuned against untuned.
    pub comparison: Comparison,
    /// What a person should know of the outer folds.
    pub remark: Option<String>,
}

/// What all searches of one tuning share.
struct Searching<'a> {
    heads: &'a Heads<'a>,
    config: &'a TuneConfig,
    params: Tuning,
    /// Whom labelled users belong to, where the file says so.
    groups: Option<&'a [u64]>,
    folder: &'a Path,
    ground: &'a str,
    seed: Seed,
    progress: &'a Progress,
}

impl Searching<'_> {
    /// The search whose winner is handed over.
    fn on_all(&self, name: &str) -> Result<Tuned, RunError> {
        let labels = self.heads.labels;
        let rows = labels.labelled();
        let told = |source: DataError| RunError::Labels { name: name.to_owned(), source };
        let (groups, n_folds) = (self.groups, self.config.folds);
        let inside = InFolds::of(self.heads, labels, groups, &rows, n_folds, self.seed);
        let path = self.folder.join(write::LOG);
        let log = LogPlace { path: &path, ground: self.ground };
        let (space, seed) = (&self.config.space, self.seed.derive("all"));
        Ok(fenqun_evaluate::search::tune(
            &inside.map_err(told)?,
            space,
            &self.params,
            Some(log),
            seed,
            self.progress,
        )?)
    }

    /// The same search inside each outer fold, its winner against the untuned head on the users
    /// held out.
    fn judged(
        &self,
        folds: &Folds,
        untuned: &HeadConfig,
        language: Language,
    ) -> Result<Judged, RunError> {
        let labels = self.heads.labels;
        let log = LogPlace { path: self.folder, ground: self.ground };
        let found = nested(
            self.heads,
            &self.config.space,
            &self.params,
            labels,
            self.groups,
            &folds.splits,
            self.config.folds,
            Some(log),
            self.seed,
            self.progress,
        )?;
        let winner = |at: usize| match found.folds[at].search.best_trial() {
            Some(trial) => with(&self.heads.base, &trial.point),
            None => Ok(untuned.clone()),
        };
        let winners = (0..found.folds.len()).map(winner).collect::<Result<Vec<_>, _>>()?;
        let contender = |name: &str, is_baseline, heads| OfSplits {
            name: name.to_owned(),
            is_baseline,
            splits: &folds.splits,
            heads,
            blocks: self.heads.blocks,
            labels,
        };
        let tuned = contender(language.pick("tuned", "调参后"), false, winners);
        let before = vec![untuned.clone(); folds.splits.len()];
        let before = contender(language.pick("untuned", "调参前"), true, before);
        let comparison = self.compared(&tuned, &before, &folds.splits)?;
        let remark = folds.reduced.as_ref().map(|reduced| format!("{}.", reduced.words(language)));
        Ok(Judged { nested: found, comparison, remark })
    }

    fn compared(
        &self,
        tuned: &OfSplits<'_>,
        untuned: &OfSplits<'_>,
        splits: &[Split],
    ) -> Result<Comparison, RunError> {
        // Nobody else: every further pair would make the one test less certain.
        let contenders: [&dyn Contender; 2] = [tuned, untuned];
        let main = self.heads.metric;
        let params = Comparing { main, ..Comparing::default() };
        let task = Task { groups: self.groups, ..Task::new(self.heads.labels, splits) };
        Ok(compare(&contenders, &task, &params, self.seed.derive("judged"), self.progress)?)
    }
}
