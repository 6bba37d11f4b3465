//! What is searched: spaces of files, the usual space of each head, and their checks.

use std::fs;
use std::path::Path;

use fenqun_base::Block;
use fenqun_evaluate::search::{Dimension, Point, Scale, Space};
use serde_json::{Value, json};

use super::config::is_trees;
use super::path;
use crate::RunError;
use crate::heads::{BlockWeight, HeadConfig};

/// Likeness above which another name is suggested.
const NEAR: f64 = 0.75;

/// Reads a file of dimensions by dotted path.
///
/// # Errors
/// [`RunError::Read`]; [`RunError::Config`] with line and column of what does not fit.
pub(super) fn load(path: &Path) -> Result<Space, RunError> {
    let text = fs::read_to_string(path).map_err(RunError::reading(path))?;
    toml::from_str(&text).map_err(|error| {
        let before = error.span().map_or("", |span| &text[..span.start.min(text.len())]);
        RunError::Config {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or("").chars().count() + 1,
            reason: format!(
                "{}; a line reads \"head.settings.c\" = {{ kind = \"range\", from = 0.001, to = \
                 0.1, scale = \"log\" }}, with the path in quotes",
                error.message()
            ),
        }
    })
}

/// What usually matters for a head; weights only of blocks that the shop has data for.
pub(super) fn usual(head: &HeadConfig, blocks: &[Block]) -> Space {
    let mut all: Vec<(String, Dimension)> = Vec::new();
    let mut add = |path: &str, dimension| all.push((path.to_owned(), dimension));
    match head {
        HeadConfig::Softmax(on) => {
            add("head.settings.c", range(3e-4, 1.0, Scale::Log));
            add("head.settings.class_weights", choice(json!(["uniform", "balanced"])));
            weights("head", &on.blocks, blocks, &mut add);
        }
        HeadConfig::Perceptron(on) => {
            let hidden = json!([[], [32], [64], [128], [128, 64]]);
            add("head.settings.hidden", choice(hidden));
            add("head.settings.dropout", range(0.0, 0.8, Scale::Linear));
            add("head.settings.training.learning_rate", range(1e-4, 3e-2, Scale::Log));
            add("head.settings.training.epochs", integers(10, 200));
            add("head.settings.training.weight_decay", range(1e-3, 1.0, Scale::Log));
            add("head.settings.training.class_weights", choice(json!(["equal", "balanced"])));
            weights("head", &on.blocks, blocks, &mut add);
        }
        HeadConfig::Trees(_) => {
            trees("head.settings", &mut add);
            add("head.settings.class_weights", choice(json!(["uniform", "balanced"])));
        }
        HeadConfig::Blend(blend) => {
            for part in &blend.parts {
                let at = format!("head.parts.{}", part.name);
                if is_trees(&part.head) {
                    trees(&format!("{at}.head"), &mut add);
                } else {
                    weights(&at, &part.blocks, blocks, &mut add);
                }
            }
        }
        HeadConfig::NearestLabelled(on) => {
            add("head.settings.normalise", choice(json!([false, true])));
            weights("head", &on.blocks, blocks, &mut add);
        }
        HeadConfig::LabelSpreading(on) => {
            add("head.settings.n_neighbours", integers(3, 60));
            add("head.settings.alpha", range(0.05, 0.95, Scale::Linear));
            add("head.settings.weights", choice(json!(["equal", "gaussian"])));
            weights("head", &on.blocks, blocks, &mut add);
        }
    }
    Space { dimensions: all.into_iter().collect() }
}

fn trees(at: &str, add: &mut impl FnMut(&str, Dimension)) {
    add(&format!("{at}.rounds"), integers(20, 300));
    add(&format!("{at}.learning_rate"), range(0.01, 0.2, Scale::Log));
    add(&format!("{at}.leaves"), integers(3, 31));
    add(&format!("{at}.l2"), range(0.5, 50.0, Scale::Log));
}

/// Weights beside each other; a block alone has none that matters.
fn weights(
    at: &str,
    named: &[BlockWeight],
    blocks: &[Block],
    add: &mut impl FnMut(&str, Dimension),
) {
    let is_there = |entry: &&BlockWeight| blocks.iter().any(|block| block.name == entry.block);
    let there: Vec<&BlockWeight> = named.iter().filter(is_there).collect();
    if there.len() > 1 {
        for entry in there {
            add(&format!("{at}.blocks.{}.weight", entry.block), range(0.05, 2.0, Scale::Log));
        }
    }
}

fn range(from: f64, to: f64, scale: Scale) -> Dimension {
    Dimension::Range { from, to, scale }
}

fn integers(from: i64, to: i64) -> Dimension {
    Dimension::Integers { from, to, scale: Scale::Log }
}

fn choice(of: Value) -> Dimension {
    Dimension::Choice { of: of.as_array().cloned().unwrap_or_default() }
}

/// Checks every path and the ends of every dimension against the head, before anything is fitted.
///
/// # Errors
/// [`RunError::Tune`] with the nearest path that there is, or the value that does not fit.
pub(super) fn check(space: &Space, head: &Value) -> Result<(), RunError> {
    let known = path::paths(head);
    for (name, dimension) in &space.dimensions {
        for value in ends(dimension) {
            if let Err(reason) = path::put(&mut head.clone(), name, &value) {
                return Err(RunError::Tune { reason: unknown(name, &reason, &known, head) });
            }
            let point = Point { values: [(name.clone(), value.clone())].into() };
            let misfit = |error: String| RunError::Tune {
                reason: format!("the space holds `{name}` = {value}, which does not fit: {error}"),
            };
            let tried = path::with(head, &point).map_err(misfit)?;
            tried.check_weights().map_err(|error| misfit(error.to_string()))?;
        }
    }
    Ok(())
}

/// Values that stand for all: both ends and one between, or the whole list.
fn ends(dimension: &Dimension) -> Vec<Value> {
    match dimension {
        Dimension::Choice { of } => of.clone(),
        // A number between is one with a fraction, which a whole number refuses.
        Dimension::Range { from, to, .. } => {
            [*from, *to, from + (to - from) / 3.0].map(Value::from).to_vec()
        }
        Dimension::Integers { from, to, .. } => [*from, *to].map(Value::from).to_vec(),
    }
}

fn unknown(name: &str, reason: &str, known: &[String], head: &Value) -> String {
    let method = head.get("method").and_then(Value::as_str).unwrap_or_default();
    let likeness = |other: &&String| strsim::normalized_levenshtein(name, other);
    let near = known
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .filter(|near| likeness(near) > NEAR);
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    format!(
        "the space names `{name}`, which a head of method `{method}` does not have ({reason}): {hint}"
    )
}
