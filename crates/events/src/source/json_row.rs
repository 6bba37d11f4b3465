//! One line of JSON: the values asked for, found while parsing, everything else skipped.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;

/// The values of one row, in the order of the names asked for.
pub struct JsonRow {
    names: Vec<String>,
    slots: Vec<Slot>,
    path: String,
}

#[derive(Default)]
struct Slot {
    text: String,
    is_there: bool,
    /// Whether any line had the key so far.
    was_seen: bool,
}

impl JsonRow {
    /// Names are keys, or dotted paths into objects.
    pub fn new(names: Vec<String>) -> Self {
        let slots = names.iter().map(|_| Slot::default()).collect();
        Self { names, slots, path: String::new() }
    }

    /// Reads one line; false when it is not one JSON object.
    pub fn read(&mut self, line: &[u8]) -> bool {
        for slot in &mut self.slots {
            slot.is_there = false;
        }
        self.path.clear();
        let mut json = serde_json::Deserializer::from_slice(line);
        let Self { names, slots, path } = self;
        ObjectSeed { names, slots, path }.deserialize(&mut json).is_ok() && json.end().is_ok()
    }

    /// The value of a name in the line read last.
    pub fn value(&self, index: usize) -> Option<&str> {
        let slot = &self.slots[index];
        slot.is_there.then_some(slot.text.as_str())
    }

    /// The first name that no line had.
    pub fn never_seen(&self) -> Option<&str> {
        let index = self.slots.iter().position(|slot| !slot.was_seen)?;
        Some(&self.names[index])
    }
}

/// Adds every value of an object to `row` under its dotted path.
pub fn flatten(
    prefix: &str,
    object: serde_json::Map<String, Value>,
    row: &mut Vec<(String, Option<String>)>,
) {
    for (key, value) in object {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inside) => flatten(&path, inside, row),
            Value::Null => row.push((path, None)),
            Value::String(text) => row.push((path, Some(text).filter(|text| !text.is_empty()))),
            Value::Number(number) => {
                let text = match number.as_f64().filter(|_| number.is_f64()) {
                    Some(float) => float_text(float),
                    None => number.to_string(),
                };
                row.push((path, Some(text)));
            }
            other => row.push((path, Some(other.to_string()))),
        }
    }
}

/// Without exponent wherever a person would write it so, and `123.0` as `123`.
fn float_text(float: f64) -> String {
    if float.abs() < 1e16 && (float == 0.0 || float.abs() > 1e-7) {
        float.to_string()
    } else {
        Value::from(float).to_string()
    }
}

struct ObjectSeed<'a> {
    names: &'a [String],
    slots: &'a mut [Slot],
    path: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { names, slots, path } = self;
        let length = path.len();
        while let Some(found) = map.next_key_seed(KeySeed { names, path })? {
            match found {
                Found::Column(index) => map.next_value_seed(SlotSeed(&mut slots[index]))?,
                Found::Inside => {
                    map.next_value_seed(InsideSeed(ObjectSeed { names, slots, path }))?;
                }
                Found::Nothing => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            path.truncate(length);
        }
        Ok(())
    }
}

/// An object that holds something asked for; any other value there is skipped.
struct InsideSeed<'a>(ObjectSeed<'a>);

impl<'de> DeserializeSeed<'de> for InsideSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for InsideSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        IgnoredAny::deserialize(SeqAccessDeserializer::new(seq)).map(drop)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

enum Found {
    Column(usize),
    Inside,
    Nothing,
}

/// Compares a key, behind the path so far, with the names. Leaves the path of an object to go into
/// behind in `path`.
struct KeySeed<'a> {
    names: &'a [String],
    path: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Found, E> {
        let Self { names, path } = self;
        let below = |name: &'_ str| name.strip_prefix(path.as_str()).map(str::len);
        let rests = names.iter().map(|name| below(name).map(|n| &name[name.len() - n..]));
        let mut is_inside = false;
        for (index, rest) in rests.enumerate() {
            match rest.and_then(|rest| rest.strip_prefix(key)) {
                Some("") => return Ok(Found::Column(index)),
                Some(rest) => is_inside |= rest.starts_with('.'),
                None => {}
            }
        }
        if !is_inside {
            return Ok(Found::Nothing);
        }
        path.push_str(key);
        path.push('.');
        Ok(Found::Inside)
    }
}

struct SlotSeed<'a>(&'a mut Slot);

impl SlotSeed<'_> {
    fn set(self, text: fmt::Arguments<'_>) {
        self.0.text.clear();
        // Writing to a string cannot fail.
        let _ = fmt::Write::write_fmt(&mut self.0.text, text);
        self.0.is_there = !self.0.text.is_empty();
    }
}

impl<'de> DeserializeSeed<'de> for SlotSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.was_seen = true;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SlotSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.set(format_args!("{text}"));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.set(format_args!("{number}"));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.set(format_args!("{number}"));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.set(format_args!("{}", float_text(number)));
        Ok(())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.set(format_args!("{truth}"));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.is_there = false;
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(seq))?;
        self.set(format_args!("{value}"));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.set(format_args!("{value}"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(names: &[&str], line: &str) -> Vec<Option<String>> {
        let mut row = JsonRow::new(names.iter().map(|&name| name.to_owned()).collect());
        assert!(row.read(line.as_bytes()), "{line}");
        (0..names.len()).map(|index| row.value(index).map(str::to_owned)).collect()
    }

    #[test]
    fn nested_values_are_found_by_dotted_path() {
        let line = r#"{"user":{"id":7,"name":"安娜"},"price":19.90,"tags":["a",1],"user.tier":"gold","ok":true}"#;
        let found = values(&["user.id", "price", "tags", "user.tier", "ok", "no"], line);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            [text("7"), text("19.9"), text("[\"a\",1]"), text("gold"), text("true"), None]
        );
        assert_eq!(values(&["a.b.c"], r#"{"a":{"x":1,"b":{"c":"\u4e2d"}}}"#), [text("中")]);
        assert_eq!(values(&["a.b", "c"], r#"{"a":5,"c":null}"#), [None, None]);
        assert_eq!(values(&["a"], r#"{"a":{"b":1}}"#), [text("{\"b\":1}")]);
    }

    #[test]
    fn both_ways_of_flattening_agree() {
        let line = r#"{"a":{"b":1.0,"c":[1,2],"d":""},"e":-3,"f":"x","g":null,"h":1e300,"i":0.1}"#;
        let Ok(Value::Object(object)) = serde_json::from_str(line) else { panic!("an object") };
        let mut flat = Vec::new();
        flatten("", object, &mut flat);
        let names: Vec<&str> = flat.iter().map(|(name, _)| name.as_str()).collect();
        let wanted: Vec<_> = flat.iter().map(|(_, value)| value.clone()).collect();
        assert_eq!(values(&names, line), wanted);
        assert_eq!(wanted[0].as_deref(), Some("1"));
    }

    #[test]
    fn what_is_no_object_is_refused_and_leaves_nothing_behind() {
        let mut row = JsonRow::new(vec!["a".to_owned()]);
        assert!(row.read(br#"{"a":1}"#));
        for line in ["", "1", "[1]", "{\"a\":2", "{\"a\":2} x", "{\"a\":2}{}", "{a:2}"] {
            assert!(!row.read(line.as_bytes()), "{line}");
        }
        assert!(row.read(b"{}"));
        assert_eq!(row.value(0), None);
        assert_eq!(row.never_seen(), None);
        let deep = "[".repeat(100_000);
        assert!(!row.read(format!("{{\"a\":{deep}").as_bytes()));
    }
}
