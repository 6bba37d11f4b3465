use anyhow::Result;
use fenqun_base::Language;
use fenqun_run::{Config, TuneConfig, TuneOutcome, TuneRequest};

use super::labels;
use crate::arguments::{StrategyWord, TuneOptions};
use crate::console::Console;
use crate::print;

/// Rows of the table that are printed; the file holds all.
const MOST_ROWS: usize = 10;

/// `fenqun tune`.
pub fn tune(options: &TuneOptions, console: &Console) -> Result<()> {
    let request = request(options)?;
    let found = fenqun_run::tune(&request, console.progress())?;
    if console.is_json() {
        console.say_json(&found);
    } else {
        show(&found, request.language.unwrap_or_default(), console);
    }
    Ok(())
}

/// What flags and a configuration ask for; what neither names is taken from the run.
fn request(options: &TuneOptions) -> Result<TuneRequest> {
    let config = options.config.as_deref().map(Config::load).transpose()?;
    let run = fenqun_run::open(&options.run)?;
    let known = config.as_ref().unwrap_or(&run.config);
    let by_flag = !options.files.labels.is_empty();
    let mut allowed = known.evaluation.allowed_features.clone();
    allowed.extend(options.allow.iter().cloned());
    Ok(TuneRequest {
        run: options.run.clone(),
        labels: Some(match by_flag {
            true => {
                options.label.iter().map(|label| labels::of_column(label, &options.files)).collect()
            }
            false => known.labels.clone(),
        }),
        label_name: options.label_name.clone(),
        base: labels::base(by_flag, options.config.as_deref())?,
        head: Some(known.head.clone()),
        method: options.method.map(Into::into),
        allowed_features: Some(allowed),
        tune: Some(settings(known.tune.clone(), options)?),
        space: options.space.clone(),
        afresh: options.afresh,
        seed: options.seed,
        language: Some(options.language.map_or(known.cards.language, Into::into)),
    })
}

/// The flags over `[tune]`.
fn settings(mut tune: TuneConfig, options: &TuneOptions) -> Result<TuneConfig> {
    if let Some(word) = options.strategy {
        tune = tune.with_strategy(match word {
            StrategyWord::Grid => "grid",
            StrategyWord::Random => "random",
            StrategyWord::Halving => "halving",
        })?;
    }
    if let Some(target) = &options.until {
        tune = tune.with_target(target)?;
    }
    if let Some(metric) = &options.metric {
        tune.metric.clone_from(metric);
        tune.until = None;
    }
    tune.n_trials = options.trials.unwrap_or(tune.n_trials);
    tune.seconds = options.seconds.or(tune.seconds);
    tune.folds = options.folds.unwrap_or(tune.folds);
    tune.outer_folds = options.outer_folds.unwrap_or(tune.outer_folds);
    Ok(tune)
}

/// The best trials, what was worth it, and where everything lies.
fn show(found: &TuneOutcome, language: Language, console: &Console) {
    console.say(&format!("{} · {}: {}", found.name, found.method.name(), found.protocol));
    let markdown = found.search.markdown(language);
    let mut lines = markdown.lines();
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let heads = lines.next().map(cells).unwrap_or_default();
    // The file has the paths in full.
    let heads: Vec<&str> =
        heads.iter().map(|name| name.strip_prefix("head.").unwrap_or(name)).collect();
    let mut table = print::table(&heads);
    for line in lines.skip(1).take(MOST_ROWS) {
        table.add_row(cells(line));
    }
    console.say(&table.to_string());
    for line in found.verdicts.iter().chain(&found.remarks) {
        console.say(line);
    }
    console.say(&format!("({:.1} s)", found.seconds));
    console.say(&format!("Head: {}", found.folder.join("head.toml").display()));
    console.say(&format!("All trials: {}", found.folder.join("tuned.md").display()));
}
