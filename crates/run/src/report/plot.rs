//! A search as a picture: the value of every trial and the best so far; or, where points were tried
//! on ever more labels, how far each came.

use std::fmt::Write as _;

use fenqun_base::Language;

use super::tuning::{TrialData, TuningData};

/// What a file needs to be read as a picture.
pub(super) const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/svg\"";

/// Size of the picture, and of its margins.
const WIDTH: f64 = 720.0;
/// See [`WIDTH`].
const HEIGHT: f64 = 320.0;
/// See [`WIDTH`].
const LEFT: f64 = 56.0;
/// See [`WIDTH`].
const RIGHT: f64 = 16.0;
/// See [`WIDTH`].
const TOP: f64 = 34.0;
/// See [`WIDTH`].
const BOTTOM: f64 = 44.0;

/// Most lines across the picture.
const MOST_TICKS: usize = 5;

/// Half the width of a column of dots, so that equal ones stand beside each other.
const SPREAD: f64 = 36.0;

/// A self-contained SVG, legible on light and dark pages; a page may colour its classes.
pub(crate) fn search_plot(data: &TuningData, language: Language) -> String {
    let is_halving = data.is_halving();
    let shown: Vec<&TrialData> = data.trials.iter().filter(|it| it.value.is_some()).collect();
    let scale = Scale::over(shown.iter().filter_map(|trial| trial.value).chain(data.until));
    let title = escaped(&data.metric);
    let mut svg = format!(
        "<svg class=\"search\"{NAMESPACE} viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#808080\">\n\
         <title>{title}</title>\n"
    );
    scale.draw(&mut svg);
    if let Some(target) = data.until {
        let (to, height) = (WIDTH - RIGHT, scale.y(target));
        // Writing into a string never fails.
        let _ = writeln!(
            svg,
            "<line class=\"target\" x1=\"{LEFT}\" x2=\"{to}\" y1=\"{height:.1}\" y2=\"{height:.1}\" \
             stroke=\"#d97706\" stroke-dasharray=\"6 4\"/>\
             <text x=\"{to}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            height - 5.0,
            language.pick("target", "目标"),
        );
    }
    let head = if is_halving {
        rounds(&mut svg, data, &shown, &scale, language);
        language.pick(
            format!("{title} of each point, on ever more labels; the best in colour"),
            format!("{title}：各组设置在越来越多标签上的表现，最好的一组着色"),
        )
    } else {
        in_order(&mut svg, data, &shown, &scale, language);
        language.pick(
            format!("{title} by trial (dots), best so far (line)"),
            format!("{title}：各次尝试（点）与目前最好值（线）"),
        )
    };
    let _ = write!(svg, "<text x=\"{LEFT}\" y=\"18\">{head}</text>\n</svg>\n");
    svg
}

/// Values up the picture.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn over(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if low > high {
            return Self { low: 0.0, high: 1.0 };
        }
        let room = if high > low { 0.05 * (high - low) } else { 0.05 };
        Self { low: low - room, high: high + room }
    }

    fn y(&self, value: f64) -> f64 {
        let place = TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / (self.high - self.low);
        if place.is_finite() { place.clamp(TOP, HEIGHT - BOTTOM) } else { HEIGHT - BOTTOM }
    }

    /// Round values within the scale.
    fn ticks(&self) -> Vec<f64> {
        let width = (self.high - self.low) / MOST_TICKS as f64;
        let power = 10f64.powf(width.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = step.into_iter().find(|&step| step >= 0.999 * width).unwrap_or(width);
        let first = (self.low / step).ceil();
        (0..MOST_TICKS + 1)
            .map(|nth| (first + nth as f64) * step)
            .take_while(|&value| value <= self.high)
            .collect()
    }

    fn draw(&self, svg: &mut String) {
        for value in self.ticks() {
            let (to, height) = (WIDTH - RIGHT, self.y(value));
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" x2=\"{to}\" y1=\"{height:.1}\" y2=\"{height:.1}\" \
                 stroke=\"#808080\" stroke-opacity=\"0.25\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value:.3}</text>",
                LEFT - 8.0,
                height + 4.0
            );
        }
    }
}

/// Trials one after another.
fn in_order(
    svg: &mut String,
    data: &TuningData,
    shown: &[&TrialData],
    scale: &Scale,
    language: Language,
) {
    let width = (WIDTH - LEFT - RIGHT) / shown.len().max(1) as f64;
    let x = |at: usize| LEFT + width * (at as f64 + 0.5);
    let values = || shown.iter().filter_map(|trial| trial.value).enumerate();
    let mut best: Option<f64> = None;
    let mut line = String::new();
    for (at, value) in values() {
        let is_better = |best: f64| (value < best) == data.lower_is_better && value != best;
        if best.is_none_or(is_better) {
            best = Some(value);
        }
        let _ = write!(line, "{:.1},{:.1} ", x(at), scale.y(best.unwrap_or(value)));
    }
    let line = line.trim_end();
    let _ = writeln!(
        svg,
        "<polyline class=\"best\" points=\"{line}\" fill=\"none\" stroke=\"#0d9488\" stroke-width=\"2\"/>"
    );
    for (at, value) in values() {
        dot(svg, x(at), scale.y(value), &data.label(shown[at]), is_best(data, shown[at]));
    }
    let below = HEIGHT - BOTTOM + 18.0;
    for at in [0, shown.len().saturating_sub(1)].into_iter().filter(|_| shown.len() > 1) {
        text(svg, x(at), below, &shown[at].number.to_string());
    }
    let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
    text(svg, middle, below, language.pick("trial", "尝试次序"));
}

/// A column for every budget, and a line for every point that came further.
fn rounds(
    svg: &mut String,
    data: &TuningData,
    shown: &[&TrialData],
    scale: &Scale,
    language: Language,
) {
    let mut budgets: Vec<f64> = shown.iter().map(|trial| trial.budget).collect();
    budgets.sort_by(f64::total_cmp);
    budgets.dedup();
    let width = (WIDTH - LEFT - RIGHT) / budgets.len().max(1) as f64;
    let column = |trial: &TrialData| budgets.partition_point(|&budget| budget < trial.budget);
    let most = shown.iter().map(|trial| trial.number).max().unwrap_or(1).max(2);
    let x = |trial: &TrialData| {
        let aside = (trial.number as f64 - 1.0) / (most as f64 - 1.0) - 0.5;
        LEFT + width * (column(trial) as f64 + 0.5) + aside * SPREAD.min(width / 3.0)
    };
    let value = |trial: &TrialData| scale.y(trial.value.unwrap_or_default());
    let winner = data.best.and_then(|at| data.trials.get(at)).map(|trial| trial.number);
    let mut order: Vec<&TrialData> = shown.to_vec();
    // The winner last, so that it lies above the others.
    order.sort_by_key(|trial| Some(trial.number) == winner);
    for trial in &order {
        let next = shown
            .iter()
            .filter(|next| next.number == trial.number && next.budget > trial.budget)
            .min_by(|a, b| a.budget.total_cmp(&b.budget));
        let Some(next) = next else { continue };
        let look = match Some(trial.number) == winner {
            true => "class=\"best\" stroke=\"#0d9488\" stroke-width=\"2\"",
            false => "stroke=\"#808080\" stroke-opacity=\"0.45\"",
        };
        let (x1, y1, x2, y2) = (x(trial), value(trial), x(next), value(next));
        let _ = writeln!(
            svg,
            "<line {look} x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        );
    }
    for trial in order {
        let is_winner = Some(trial.number) == winner;
        dot(svg, x(trial), value(trial), &data.label(trial), is_winner);
    }
    for (at, &budget) in budgets.iter().enumerate() {
        let middle = LEFT + width * (at as f64 + 0.5);
        let n = shown.iter().filter(|trial| trial.budget == budget).count();
        let percent = fenqun_explain::numbers::percent(budget);
        let below = HEIGHT - BOTTOM + 18.0;
        text(
            svg,
            middle,
            below,
            &language.pick(format!("{percent} of labels"), format!("{percent} 的标签")),
        );
        text(svg, middle, below + 17.0, &n_points(n, language));
    }
}

fn n_points(n: usize, language: Language) -> String {
    let many = if n == 1 { "" } else { "s" };
    language.pick(format!("{n} point{many}"), format!("{n} 组设置"))
}

fn is_best(data: &TuningData, trial: &TrialData) -> bool {
    data.best.and_then(|at| data.trials.get(at)).is_some_and(|best| best == trial)
}

fn dot(svg: &mut String, x: f64, y: f64, label: &str, is_best: bool) {
    let (class, radius, fill) = match is_best {
        true => ("best", 5.5, "#0d9488"),
        false => ("trial", 3.5, "#3b82f6"),
    };
    let label = escaped(label);
    let _ = writeln!(
        svg,
        "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\">\
         <title>{label}</title></circle>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, words: &str) {
    let words = escaped(words);
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{words}</text>");
}

impl TuningData {
    /// What a dot says when it is pointed at.
    fn label(&self, trial: &TrialData) -> String {
        let value = trial.value.unwrap_or_default();
        let settings = self.settings.iter().zip(&trial.values);
        let settings: Vec<String> =
            settings.map(|(name, value)| format!("{name} = {value}")).collect();
        format!("{}: {value:.4}\n{}", trial.number, settings.join("\n"))
    }
}

/// Text that stays text in the picture.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // XML knows no other control characters.
            '\n' | '\t' => safe.push(letter),
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(number: usize, budget: f64, value: f64) -> TrialData {
        TrialData { number, budget, value: Some(value), ..TrialData::default() }
    }

    fn search(trials: Vec<TrialData>, best: usize) -> TuningData {
        TuningData {
            metric: "log loss".into(),
            lower_is_better: true,
            trials,
            best: Some(best),
            ..TuningData::default()
        }
    }

    fn attribute(element: &str, name: &str) -> f64 {
        let value =
            element.split(&format!(" {name}=\"")).nth(1).and_then(|it| it.split('"').next());
        value.expect("is there").parse().expect("a number")
    }

    #[test]
    fn every_trial_is_a_dot_and_the_line_keeps_the_best() {
        let mut data = search(vec![trial(1, 1.0, 0.8), trial(2, 1.0, 0.5), trial(3, 1.0, 0.6)], 1);
        data.until = Some(0.4);
        data.trials.push(TrialData { number: 4, budget: 1.0, ..TrialData::default() });
        let svg = search_plot(&data, Language::En);
        assert_eq!(svg.matches("<circle").count(), 3);
        assert_eq!(svg.matches("<circle class=\"best\"").count(), 1);
        let line = svg.split(" points=\"").nth(1).expect("a line").split('"').next();
        let heights: Vec<f64> = line
            .expect("points")
            .split(' ')
            .map(|pair| pair.split(',').nth(1).expect("y").parse().expect("a number"))
            .collect();
        // Less is better, and lower values stand lower in the picture.
        assert!(heights[1] > heights[0] && heights[2] == heights[1], "{heights:?}");
        assert_eq!(svg.matches("stroke-dasharray").count(), 1);
        assert!(search_plot(&TuningData::default(), Language::Zh).ends_with("</svg>\n"));
    }

    #[test]
    fn halving_has_a_column_a_budget_and_a_line_for_who_came_further() {
        let (few, all) = (1.0 / 3.0, 1.0);
        let data = search(vec![trial(1, few, 0.9), trial(2, few, 0.5), trial(2, all, 0.4)], 2);
        let svg = search_plot(&data, Language::En);
        assert_eq!(svg.matches("<line class=\"best\"").count(), 1);
        assert!(svg.contains(">33 % of labels<") && svg.contains(">100 % of labels<"), "{svg}");
        assert!(svg.contains(">2 points<") && svg.contains(">1 point<"), "{svg}");
        let dots: Vec<f64> = svg.split("<circle").skip(1).map(|dot| attribute(dot, "cx")).collect();
        // The winner is drawn last, from left to right.
        assert!(dots[1] < dots[2] && dots[0] < dots[1], "{dots:?}");
    }

    #[test]
    fn values_are_marked_at_round_steps() {
        let said = |values: [f64; 2]| -> Vec<String> {
            let scale = Scale::over(values.into_iter());
            scale.ticks().iter().map(|value| format!("{value:.3}")).collect()
        };
        assert_eq!(said([0.234, 0.45]), ["0.250", "0.300", "0.350", "0.400", "0.450"]);
        assert_eq!(said([1.0, 1.0]), ["0.960", "0.980", "1.000", "1.020", "1.040"]);
        assert!(said([1e-9, 1e9]).len() <= 6);
        assert!((1..=6).contains(&said([0.5, f64::NAN]).len()));
    }

    #[test]
    fn hostile_words_and_figures_stay_harmless() {
        let mut data = search(vec![trial(1, 1.0, f64::INFINITY), trial(2, 1.0, 1.0)], 1);
        data.metric = "</title><script>alert(1)</script>\u{0}".into();
        data.settings = vec!["\"><script>".into()];
        data.trials[0].values = vec!["<b>".into()];
        let svg = search_plot(&data, Language::En);
        assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains('\0'));
        assert!(!svg.contains("NaN") && !svg.contains("=\"inf"), "{svg}");
    }
}
