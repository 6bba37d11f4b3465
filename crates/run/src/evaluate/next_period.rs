//! Questions about the next period: learned from moments in the past, tested on the last one.

use std::time::Instant;

use fenqun_base::artifact::FORMAT;
use fenqun_base::{Block, Catalogue, Labels, Matrix, Progress, Seed};
use fenqun_encoders::scale::{Method as ScaleMethod, Scale};
use fenqun_evaluate::amounts::{AmountComparison, Said, compare_amounts};
use fenqun_evaluate::compare::{Comparison, Contender, Majority, Task, compare};
use fenqun_evaluate::metrics::{Metric, auroc, spearman};
use fenqun_evaluate::splits::{Split, by_time};
use fenqun_profiles::Profiles;
use fenqun_segments::Trees;

use super::contenders::{COUNTS, OnRows, RFM, baselines, own_counts, predictions};
use super::earlier::Learning;
use super::inputs::Inputs;
use super::labelled::{Asked, OURS};
use super::request::Evaluated;
use super::task::{Ask, INACTIVE, Moments, TaskConfig, moments};
use super::tell;
use crate::RunError;
use crate::config::day_of;
use crate::heads::{FEATURES, HeadConfig, Input, OnBlocks, weighted};
use crate::steps::blocks::{self, Sight};
use crate::steps::segment;

pub(super) fn evaluate(
    task: &TaskConfig,
    asked: &Asked<'_>,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Evaluated, RunError> {
    let start = Instant::now();
    let at = task.test_moment(inputs.end()?)?;
    let params = &inputs.manifest.config.profiles;
    let moments = moments(task, &inputs.table, at, params, progress)?;
    let seed = asked.seed.derive(&task.name);
    let blocks = blocks_of(&moments, inputs.table.catalogue(), seed)?;
    let labels = moments.inactive();
    let split = by_time(&moments.rows, &labels.codes, at)?;
    let evaluated = Evaluated {
        format: FORMAT,
        name: task.name.clone(),
        protocol: protocol(task, &moments, &split, asked),
        ..Evaluated::default()
    };
    let evaluated = match task.ask {
        Ask::Inactive => {
            let told = |source| RunError::Labels { name: task.name.clone(), source };
            labels.check(labels.codes.len()).map_err(told)?;
            let (comparison, remarks) =
                inactive(&moments, &labels, &[split], &blocks, asked, seed, progress)?;
            let verdicts = tell::verdicts(&comparison, asked.language);
            Evaluated { verdicts, remarks, comparison: Some(comparison), ..evaluated }
        }
        Ask::Spend | Ask::Categories | Ask::Behaviour => {
            let (amounts, remarks) = spend(&moments, task.period(), &split, &blocks, asked, seed)?;
            let verdicts = amounts.verdicts(asked.language);
            Evaluated { verdicts, remarks, amounts: Some(amounts), ..evaluated }
        }
    };
    Ok(Evaluated { seconds: start.elapsed().as_secs_f64(), ..evaluated })
}

/// How it was measured.
fn protocol(task: &TaskConfig, moments: &Moments, split: &Split, asked: &Asked<'_>) -> String {
    let n_tested = split.test.len();
    let n_inactive = split.test.iter().filter(|&&row| moments.purchases[row] == 0).count();
    let (days, n_origins) = (task.period(), moments.profiles.len() - 1);
    let day = day_of(moments.test_as_of);
    let share = format!("{:.1} %", 100.0 * n_inactive as f64 / n_tested.max(1) as f64);
    asked.language.pick(
        format!(
            "{n_tested} users as of {day}, asked about the {days} days after it ({share} \
             inactive); fenqun may learn from {n_origins} moments before it, baselines from the \
             newest; nothing after a moment is seen by its features"
        ),
        format!(
            "{n_tested} 位用户，统计截至 {day}，预测其后 {days} 天（{share} 不活跃）；fenqun 可用此前 {n_origins} 个时间点训练，常规做法只用最近一个；特征不含各时间点之后的数据"
        ),
    )
}

/// Who is inactive: trees on what foretold the last known period best, against plain ways that learn
/// from the newest moment.
fn inactive(
    moments: &Moments,
    labels: &Labels,
    splits: &[Split],
    blocks: &[Block],
    asked: &Asked<'_>,
    seed: Seed,
    progress: &Progress,
) -> Result<(Comparison, Vec<String>), RunError> {
    // A user stands on both sides, as of other moments: so it is on the day when this is used.
    let question = Task::new(labels, splits);
    let trees = Trees::of_users();
    let newest = moments.newest();
    let plain = baselines(blocks, labels, &trees)?;
    let plain: Vec<OnRows<'_>> =
        plain.into_iter().map(|baseline| baseline.learning_from(&newest)).collect();
    let on = |graph: bool| match graph {
        true => weighted(&[(FEATURES, 1.0), ("graph", 1.0)]),
        false => weighted(&[(FEATURES, 1.0)]),
    };
    let ways = [(true, true), (false, true), (false, false)];
    let ways = ways.map(|(graph, all)| Learning { graph, all });
    let is_inactive = |&row: &usize| labels.codes[row] == INACTIVE;
    let (way, is_chosen) = moments.choose(&ways, |way, train, asked| {
        let head = HeadConfig::Trees(OnBlocks::likeliest(on(way.graph), trees.clone()));
        let input = Input::new(&head, blocks)?;
        let said = predictions(&input, labels, train, asked, seed.derive("choice"))?;
        let came_true: Vec<bool> = asked.iter().map(is_inactive).collect();
        // A period in which all did the same says nothing.
        Ok(auroc(&came_true, &said.probabilities.column(INACTIVE as usize)).unwrap_or(0.5))
    })?;
    let remarks = is_chosen.then(|| way.words(asked.language)).into_iter().collect();
    let head = HeadConfig::Trees(OnBlocks::of(on(way.graph), trees));
    let ours = OnRows::ours(OURS, &head, blocks, labels)?;
    let ours = if way.all { ours } else { ours.learning_from(&newest) };
    let majority = Majority::new(labels);
    let mut contenders: Vec<&dyn Contender> = vec![&ours];
    contenders.extend(plain.iter().rev().map(|baseline| baseline as &dyn Contender));
    contenders.push(&majority);
    let mut comparing = asked.comparing(Metric::Auroc);
    // Part of the labels of another day is no question here.
    comparing.curve_of.clear();
    Ok((compare(&contenders, &question, &comparing, seed, progress)?, remarks))
}

/// How much each user spends: trees on the logarithm of the money, from the moments that foretold the
/// last known period best against the newest, features against recency, frequency and spend; the
/// user's own past; and one amount for all.
fn spend(
    moments: &Moments,
    days: u32,
    split: &Split,
    blocks: &[Block],
    asked: &Asked<'_>,
    seed: Seed,
) -> Result<(AmountComparison, Vec<String>), RunError> {
    let of = |name: &str| blocks.iter().find(|block| block.name == name).map(|it| &it.vectors);
    let newest = moments.newest();
    let targets: Vec<f32> = moments.amounts.iter().map(|amount| amount.max(0.0).ln_1p()).collect();
    let foretold = |data: &Matrix, train: &[usize], asked: &[usize]| -> Result<_, RunError> {
        let known: Vec<f32> = train.iter().map(|&row| targets[row]).collect();
        let model = Trees::of_users().fit_values(&data.select_rows(train), &known, seed)?;
        let said = model.predict(&data.select_rows(asked))?.into_iter();
        Ok(said.map(|logarithm| logarithm.exp_m1().max(0.0)).collect::<Vec<f32>>())
    };
    let predicted = |data: &Matrix, all: bool| {
        let may = |&&row: &&usize| all || newest[row];
        let train: Vec<usize> = split.train.iter().filter(may).copied().collect();
        foretold(data, &train, &split.test)
    };
    let mut said: Vec<(&str, bool, Vec<f32>)> = Vec::new();
    let mut remarks = Vec::new();
    if let Some(features) = of(FEATURES) {
        let ways = [true, false].map(|all| Learning { graph: false, all });
        let (way, is_chosen) = moments.choose(&ways, |_, train, asked| {
            let amounts: Vec<f32> = asked.iter().map(|&row| moments.amounts[row]).collect();
            Ok(spearman(&foretold(features, train, asked)?, &amounts).unwrap_or(0.0))
        })?;
        remarks.extend(is_chosen.then(|| way.words(asked.language)));
        said.push((OURS, false, predicted(features, way.all)?));
        said.push(("aggregates + trees", true, predicted(features, false)?));
    }
    if let Some(rfm) = of(RFM) {
        said.push(("RFM + trees", true, predicted(rfm, false)?));
    }
    said.push(("own past spend", true, moments.same_pace(split, days)));
    said.push(("mean spend", true, moments.mean(split)));
    let truth: Vec<f32> = split.test.iter().map(|&row| moments.amounts[row]).collect();
    let said: Vec<Said<'_>> = said
        .iter()
        .map(|(name, is_baseline, predicted)| Said { name, is_baseline: *is_baseline, predicted })
        .collect();
    let compared = compare_amounts(&said, &truth, asked.evaluation.resamples, seed)?;
    Ok((compared, remarks))
}

/// Blocks of every row. What is fitted is fitted as of the newest moment to learn from.
fn blocks_of(moments: &Moments, catalogue: &Catalogue, seed: Seed) -> Result<Vec<Block>, RunError> {
    let learned = &moments.profiles[1];
    let mut made = vec![moments.block(FEATURES, |profiles| Ok(profiles.values.clone()))?];

    let raw = segment::rfm_columns(learned)?;
    let scale = Scale { method: ScaleMethod::Log }.fit(&raw)?;
    let rfm = |profiles: &Profiles| Ok(scale.transform(&segment::rfm_columns(profiles)?)?);
    made.push(moments.block(RFM, rfm)?);

    if let Some(counts) = own_counts(learned, catalogue)? {
        let of = |profiles: &Profiles| counts.of(profiles, catalogue);
        made.push(moments.block(COUNTS, of)?);
    }
    let seen = Sight { profiles: learned, catalogue, texts: None };
    for block in blocks::fit(&["graph".to_owned()], seen, seed)? {
        let of = |profiles: &Profiles| {
            Ok(block.sized(Sight { profiles, catalogue, texts: None })?.vectors)
        };
        made.push(moments.block("graph", of)?);
    }
    Ok(made)
}

impl Moments {
    /// Rows as of the test moment and the newest one to learn from.
    fn newest(&self) -> Vec<bool> {
        self.places.iter().map(|place| place.0 <= 1).collect()
    }

    /// What users spent on average after the newest moment to learn from, for every tested user.
    fn mean(&self, split: &Split) -> Vec<f32> {
        let newest = self.newest();
        let known = split.train.iter().filter(|&&row| newest[row]);
        let known: Vec<f64> = known.map(|&row| f64::from(self.amounts[row])).collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        vec![mean as f32; split.test.len()]
    }

    /// What each tested user would spend at the pace of all the time so far.
    fn same_pace(&self, split: &Split, days: u32) -> Vec<f32> {
        let column = |name: &str| -> Vec<Vec<f32>> {
            self.profiles.iter().map(|it| it.column(name).unwrap_or_default()).collect()
        };
        let (spend, tenure) = (column("spend"), column("tenure"));
        let of = |&row: &usize| {
            let (moment, row) = self.places[row];
            let at = |of: &[Vec<f32>]| of[moment].get(row).copied().unwrap_or_default();
            at(&spend) * days as f32 / at(&tenure).max(days as f32)
        };
        split.test.iter().map(of).collect()
    }

    /// A block of all rows, made moment by moment.
    fn block(
        &self,
        name: &str,
        of: impl Fn(&Profiles) -> Result<Matrix, RunError>,
    ) -> Result<Block, RunError> {
        let made: Vec<Matrix> = self.profiles.iter().map(of).collect::<Result<_, _>>()?;
        let width = made[0].n_columns();
        let mut values = Vec::with_capacity(self.places.len() * width);
        for &(moment, row) in &self.places {
            values.extend_from_slice(made[moment].row(row));
        }
        let vectors = Matrix::new(self.places.len(), width, values)?;
        Ok(Block { name: name.to_owned(), vectors })
    }
}
