use std::collections::BTreeMap;

use anyhow::{Result, bail};
use comfy_table::Cell;
use fenqun_base::Language;
use fenqun_run::report::{Figure, PlainTable};
use fenqun_run::{Ask, Config, EvaluateRequest, Evaluated, EvaluationConfig, TaskConfig};

use super::labels;
use crate::arguments::EvaluateOptions;
use crate::console::Console;
use crate::print;

/// `fenqun evaluate`.
pub fn evaluate(options: &EvaluateOptions, console: &Console) -> Result<()> {
    let request = request(options)?;
    let found = fenqun_run::evaluate(&request, console.progress())?;
    if console.is_json() {
        console.say_json(&found);
        return Ok(());
    }
    let language = request.language.unwrap_or_default();
    for one in &found {
        show(one, language, console);
    }
    let folder = options.run.join("evaluations");
    console.say(&format!("Figures: {}", folder.display()));
    console.say(&format!("Report: {}", options.run.join("report.html").display()));
    Ok(())
}

/// What flags and a configuration ask for; what neither names is taken from the run.
fn request(options: &EvaluateOptions) -> Result<EvaluateRequest> {
    let config = options.config.as_deref().map(Config::load).transpose()?;
    let run = fenqun_run::open(&options.run)?;
    let known = config.as_ref().unwrap_or(&run.config);
    let mut evaluation: EvaluationConfig = known.evaluation.clone();
    if let Some(folds) = options.folds {
        evaluation.folds = folds;
    }
    if let Some(repeats) = options.repeats {
        evaluation.repeats = repeats;
    }
    evaluation.allowed_features.extend(options.allow.iter().cloned());
    if let Some(class) = &options.lift_class {
        evaluation.lift_class.clone_from(class);
    }
    evaluation.beside.extend(&options.beside);
    if options.no_learning_curve {
        evaluation.learning_curve = false;
    }
    let by_flag = !options.files.labels.is_empty() || options.task.is_some();
    if by_flag {
        let task = options.task.map(|ask| task(ask.into(), options)).transpose()?;
        evaluation.tasks = task.into_iter().collect();
    }
    let labels = match by_flag {
        true => {
            options.label.iter().map(|label| labels::of_column(label, &options.files)).collect()
        }
        false => known.labels.clone(),
    };
    Ok(EvaluateRequest {
        run: options.run.clone(),
        labels: Some(labels),
        base: labels::base(by_flag, options.config.as_deref())?,
        head: config.as_ref().map(|config| config.head.clone()),
        evaluation: Some(evaluation),
        seed: options.seed,
        language: Some(options.language.map_or(known.cards.language, Into::into)),
    })
}

fn task(ask: Ask, options: &EvaluateOptions) -> Result<TaskConfig> {
    let mut vectors = BTreeMap::new();
    for (name, folder) in &options.vectors {
        if vectors.insert(name.clone(), folder.clone()).is_some() {
            bail!("--vectors names `{name}` twice: every kind of vectors needs a name of its own");
        }
    }
    Ok(TaskConfig {
        ask,
        days: options.days,
        origins: options.origins,
        at: options.at.clone().unwrap_or_default(),
        active_within: options.active_within,
        head: options.head,
        n_targets: options.n_targets,
        vectors,
        ..TaskConfig::default()
    })
}

/// The table of one label, then what it comes to.
fn show(one: &Evaluated, language: Language, console: &Console) {
    console.say(&format!("{}: {}", one.name, one.protocol));
    let shown = one.shown(language);
    let mut heads = vec![language.pick("method", "方法").to_owned()];
    heads.extend(shown.metrics.iter().cloned());
    let mut table = print::table(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    for method in &shown.methods {
        let mut row = vec![Cell::new(&method.name)];
        row.extend(method.figures.iter().map(|figure| {
            print::right(figure.map_or("–".to_owned(), |Figure { mean, low, high }| {
                // What does not vary has no interval.
                match low < high {
                    true => format!("{mean:.3} [{low:.3}, {high:.3}]"),
                    false => format!("{mean:.3}"),
                }
            }))
        }));
        table.add_row(row);
    }
    console.say(&table.to_string());
    for PlainTable { title, heads, rows } in &shown.tables {
        console.say(title);
        let mut table = print::table(&heads.iter().map(String::as_str).collect::<Vec<_>>());
        for row in rows {
            table.add_row(row.iter().map(Cell::new));
        }
        console.say(&table.to_string());
    }
    for line in one.remarks.iter().chain(&one.verdicts) {
        console.say(line);
    }
    console.say(&format!("({:.1} s)\n", one.seconds));
}
