//! What the script draws from, as JSON that is safe inside a `<script>` element.

use serde::Serialize;

use super::data::{MOST_POINTS, ReportData};
use super::evaluation::{CalibrationPoint, EvaluationData};
use super::{ReportError, colour, wording};

/// Grid steps of the map's coordinates: finer than any screen.
const STEPS: f32 = 4000.0;

#[derive(Serialize)]
struct ScriptData<'a> {
    segments: Vec<ScriptSegment<'a>>,
    choice: Vec<Curve<'a>>,
    least: f64,
    evaluations: Vec<Evaluation<'a>>,
}

#[derive(Serialize)]
struct ScriptSegment<'a> {
    name: &'a str,
    mark: &'static str,
    /// x, y, x, y, …
    points: Vec<u16>,
}

#[derive(Serialize)]
struct Curve<'a> {
    name: &'a str,
    /// Groups, stability, silhouette, chosen.
    points: Vec<(usize, f64, f64, bool)>,
}

#[derive(Serialize)]
struct Evaluation<'a> {
    /// Predicted, observed, number.
    calibration: Vec<(f64, f64, u64)>,
    learning: Vec<Learning<'a>>,
}

#[derive(Serialize)]
struct Learning<'a> {
    name: &'a str,
    ours: bool,
    /// Users learned from, mean, low, high.
    points: Vec<(usize, f64, f64, f64)>,
}

fn evaluation(data: &EvaluationData) -> Evaluation<'_> {
    let point = |it: &CalibrationPoint| (rounded(it.predicted), rounded(it.observed), it.n);
    let learning = data.learning.iter().map(|curve| Learning {
        name: &curve.name,
        ours: curve.ours,
        points: curve
            .points
            .iter()
            .map(|&(_, n, mean, low, high)| (n, rounded(mean), rounded(low), rounded(high)))
            .collect(),
    });
    Evaluation {
        calibration: data.calibration.iter().map(point).collect(),
        learning: learning.collect(),
    }
}

/// The figures of the charts.
pub(super) fn script_data(data: &ReportData) -> Result<String, ReportError> {
    let mut segments: Vec<ScriptSegment<'_>> = data
        .segments
        .iter()
        .map(|card| {
            let taste = card.taste.unwrap_or(card.segment) as usize;
            let mark = colour::MARKS[taste % colour::MARKS.len()];
            ScriptSegment { name: &card.name, mark, points: Vec::new() }
        })
        .collect();
    let places: Vec<u32> = data.segments.iter().map(|card| card.segment).collect();
    let finite = data.map.iter().filter(|point| point.x.is_finite() && point.y.is_finite());
    let (x, y) = finite.clone().fold((Span::default(), Span::default()), |(x, y), point| {
        (x.with(point.x), y.with(point.y))
    });
    let stride = data.map.len().div_ceil(MOST_POINTS).max(1);
    for point in finite.step_by(stride) {
        if let Some(place) = places.iter().position(|&segment| segment == point.segment) {
            segments[place].points.extend([x.step(point.x), y.step(point.y)]);
        }
    }
    let mut choice: Vec<Curve<'_>> = Vec::new();
    for point in &data.choice {
        let entry = (point.k, rounded(point.stability), rounded(point.silhouette), point.chosen);
        let name = wording::term(&point.candidate, data.language);
        match choice.iter_mut().find(|curve| curve.name == name) {
            Some(curve) => curve.points.push(entry),
            None => choice.push(Curve { name, points: vec![entry] }),
        }
    }
    let least = data.stability.as_ref().map_or(0.7, |stability| stability.least);
    let evaluations = data.evaluations.iter().map(evaluation).collect();
    let json = serde_json::to_string(&ScriptData { segments, choice, least, evaluations })?;
    Ok(safe_in_script(&json))
}

/// Nothing in the text can end the element or a line of script.
pub(super) fn safe_in_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(character),
        }
    }
    safe
}

fn rounded(number: f64) -> f64 {
    if number.is_finite() { (number * 1e4).round() / 1e4 } else { 0.0 }
}

#[derive(Clone, Copy)]
struct Span {
    low: f32,
    high: f32,
}

impl Default for Span {
    fn default() -> Self {
        Self { low: f32::INFINITY, high: f32::NEG_INFINITY }
    }
}

impl Span {
    fn with(self, value: f32) -> Self {
        Self { low: self.low.min(value), high: self.high.max(value) }
    }

    fn step(self, value: f32) -> u16 {
        let width = self.high - self.low;
        if width > 0.0 { ((value - self.low) / width * STEPS).round() as u16 } else { 0 }
    }
}
