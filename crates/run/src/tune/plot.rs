//! The search as a picture: the value of every trial on the whole budget, and the best so far.

use std::fmt::Write as _;

use fenqun_base::Language;
use fenqun_evaluate::search::Tuned;

/// Size of the picture, and of its margins.
const WIDTH: f64 = 720.0;
/// See [`WIDTH`].
const HEIGHT: f64 = 320.0;
/// See [`WIDTH`].
const LEFT: f64 = 64.0;
/// See [`WIDTH`].
const RIGHT: f64 = 16.0;
/// See [`WIDTH`].
const TOP: f64 = 32.0;
/// See [`WIDTH`].
const BOTTOM: f64 = 40.0;

/// Lines across the picture.
const N_TICKS: usize = 5;

/// A self-contained SVG, legible on light and dark pages; `title` names the metric.
pub(super) fn of(search: &Tuned, title: &str, language: Language) -> String {
    let values: Vec<f64> = search
        .trials
        .iter()
        .filter(|trial| trial.budget >= 1.0)
        .filter_map(|trial| trial.value(&search.metric))
        .collect();
    let ends = values.iter().copied().chain(search.until);
    let (mut low, mut high) = ends
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if !(low.is_finite() && high.is_finite()) {
        (low, high) = (0.0, 1.0);
    }
    let room = if high > low { 0.05 * (high - low) } else { 0.05 };
    let (low, high) = (low - room, high + room);
    let x =
        |at: usize| LEFT + (WIDTH - LEFT - RIGHT) * (at as f64 + 0.5) / values.len().max(1) as f64;
    let y = |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low);

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#808080\">\n\
         <title>{title}</title>\n"
    );
    // Writing into a string never fails.
    for at in 0..N_TICKS {
        let value = low + (high - low) * at as f64 / (N_TICKS - 1) as f64;
        let (to, height) = (WIDTH - RIGHT, y(value));
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{to}\" y1=\"{height:.1}\" y2=\"{height:.1}\" \
             stroke=\"#808080\" stroke-opacity=\"0.25\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value:.3}</text>",
            LEFT - 8.0,
            height + 4.0
        );
    }
    if let Some(target) = search.until {
        let (to, height) = (WIDTH - RIGHT, y(target));
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{to}\" y1=\"{height:.1}\" y2=\"{height:.1}\" \
             stroke=\"#d97706\" stroke-dasharray=\"6 4\"/>\
             <text x=\"{to}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            height - 5.0,
            language.pick("target", "目标"),
        );
    }
    let mut best: Option<f64> = None;
    let mut line = String::new();
    for (at, &value) in values.iter().enumerate() {
        let is_better = |best: f64| (value < best) == search.lower_is_better && value != best;
        if best.is_none_or(is_better) {
            best = Some(value);
        }
        let _ = write!(line, "{:.1},{:.1} ", x(at), y(best.unwrap_or(value)));
    }
    let _ = writeln!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#0d9488\" stroke-width=\"2\"/>",
        line.trim_end()
    );
    for (at, &value) in values.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"#3b82f6\"/>",
            x(at),
            y(value)
        );
    }
    let below = HEIGHT - BOTTOM + 18.0;
    for at in [0, values.len().saturating_sub(1)].into_iter().filter(|_| values.len() > 1) {
        let (place, number) = (x(at), at + 1);
        let _ = writeln!(
            svg,
            "<text x=\"{place:.1}\" y=\"{below:.1}\" text-anchor=\"middle\">{number}</text>"
        );
    }
    let head = language.pick(
        format!("{title} by trial (dots), best so far (line)"),
        format!("{title}：各次尝试（点）与目前最好值（线）"),
    );
    let foot = language.pick("trial", "尝试次序");
    let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
    let _ = write!(
        svg,
        "<text x=\"{LEFT}\" y=\"18\">{head}</text>\n\
         <text x=\"{middle}\" y=\"{below:.1}\" text-anchor=\"middle\">{foot}</text>\n</svg>\n"
    );
    svg
}
