//! Settings by their place in the configuration: `head.settings.c`, `head.blocks.graph.weight`.
//!
//! A list of tables is entered by the `name` or `block` of a table, or by its number from 0. A number
//! put where a list of numbers stands becomes a list of one: `head.settings.c` may be a range.

use fenqun_evaluate::search::Point;
use serde_json::Value;

use crate::heads::HeadConfig;

/// What paths begin with.
const ROOT: &str = "head";

/// Every path of a head that may be set, in the order of the configuration.
pub(super) fn paths(head: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(head, ROOT, &mut found);
    found
}

fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            // A table with a tag can be exchanged as a whole.
            if path != ROOT && (entries.contains_key("method") || entries.contains_key("goal")) {
                found.push(path.to_owned());
            }
            let named = |key: &str| ["method", "goal", "name", "block"].contains(&key);
            for (key, value) in entries.iter().filter(|(key, _)| !named(key)) {
                walk(value, &format!("{path}.{key}"), found);
            }
        }
        Value::Array(entries) if entries.iter().any(Value::is_object) => {
            for (at, entry) in entries.iter().enumerate() {
                let key = name_of(entry).map_or_else(|| at.to_string(), str::to_owned);
                walk(entry, &format!("{path}.{key}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// What a table of a list is called.
fn name_of(entry: &Value) -> Option<&str> {
    entry.get("name").or_else(|| entry.get("block"))?.as_str()
}

/// Puts a value at a path.
///
/// # Errors
/// The part of the path that is not there.
pub(super) fn put(head: &mut Value, path: &str, value: &Value) -> Result<(), String> {
    let mut parts = path.split('.');
    if parts.next() != Some(ROOT) {
        return Err(format!("paths begin with `{ROOT}.`, got `{path}`"));
    }
    let mut at = head;
    for part in parts {
        let next = match at {
            Value::Object(entries) => entries.get_mut(part),
            Value::Array(entries) => {
                let named = entries.iter().position(|entry| name_of(entry) == Some(part));
                let place = named.or_else(|| part.parse().ok());
                place.and_then(|place| entries.get_mut(place))
            }
            _ => None,
        };
        at = next.ok_or_else(|| format!("there is no `{part}` in `{path}`"))?;
    }
    let is_list = matches!(at, Value::Array(entries) if !entries.iter().any(Value::is_object));
    *at = match value {
        Value::Number(_) if is_list => Value::Array(vec![value.clone()]),
        _ => value.clone(),
    };
    Ok(())
}

/// The head with the settings of a point.
///
/// # Errors
/// What does not fit, with the setting where it is only one.
pub(super) fn with(head: &Value, point: &Point) -> Result<HeadConfig, String> {
    let mut changed = head.clone();
    for (path, value) in &point.values {
        put(&mut changed, path, value)?;
    }
    serde_json::from_value(changed).map_err(|error| error.to_string())
}
