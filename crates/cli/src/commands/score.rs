use anyhow::Result;
use fenqun_run::{ScoreOutcome, ScoreRequest};

use crate::arguments::ScoreOptions;
use crate::console::Console;
use crate::print::{right, table, thousands};

/// `fenqun score`.
pub fn score(options: &ScoreOptions, console: &Console) -> Result<()> {
    let request = ScoreRequest {
        run: options.run.clone(),
        events: options.events.clone(),
        source: options.source,
        key: options.key.clone(),
        as_of: options.as_of.clone(),
        label: options.label.clone(),
        out: options.output.clone(),
    };
    let outcome = fenqun_run::score(&request, console.progress())?;
    if console.is_json() {
        console.say_json(&outcome);
        return Ok(());
    }
    let what = options.label.as_deref().unwrap_or("segment");
    let mut segments = table(&["#", what, "users"]);
    for (segment, (name, n_users)) in outcome.segments.iter().enumerate() {
        segments.add_row(vec![
            right(segment.to_string()),
            name.into(),
            right(thousands(*n_users as f64)),
        ]);
    }
    console.say(&segments.to_string());
    for remark in remarks(&outcome) {
        console.say(&remark);
    }
    let n_users = thousands(outcome.n_users as f64);
    console.say(&format!("Scores: {} ({n_users} users)", outcome.scores.display()));
    Ok(())
}

/// What a person should know of how far the run speaks for the new events.
fn remarks(outcome: &ScoreOutcome) -> Vec<String> {
    let number = |n: u64| thousands(n as f64);
    let mut remarks = vec![format!(
        "As of {}: {} events of {} rows looked at",
        outcome.as_of,
        number(outcome.n_events),
        number(outcome.n_rows)
    )];
    if outcome.n_held_out > 0 {
        remarks.push(format!("{} events at or after it left out", number(outcome.n_held_out)));
    }
    if outcome.n_unknown_items > 0 {
        remarks.push(format!(
            "{} of {} items and {} categories are unknown to the run: {:.1} % of interactions say \
             nothing of taste",
            thousands(outcome.n_unknown_items as f64),
            thousands(outcome.n_items as f64),
            thousands(outcome.n_unknown_categories as f64),
            outcome.unknown_share * 100.0
        ));
    }
    remarks
}
