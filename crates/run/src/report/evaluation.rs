//! How good ways to tell labels are, as the page shows it: table, confusion, calibration, learning.

use fenqun_explain::numbers;
use serde::{Deserialize, Serialize};

/// One label or task, every method asked alike.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluationData {
    /// What it is called: the label's name.
    pub name: String,
    /// How it was measured, in one sentence: users, classes, folds, seeds.
    pub protocol: String,
    /// What comes out, in words; the first stands out.
    pub verdict: Vec<String>,
    /// Names of the metrics, the one that counts first.
    pub metrics: Vec<String>,
    /// Of each metric, whether less of it is better.
    pub lower_is_better: Vec<bool>,
    /// Every method, ours first.
    pub methods: Vec<EvaluatedMethod>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Rows are true classes, columns decided ones; users, averaged over repeats.
    pub confusion: Vec<Vec<f64>>,
    /// Of all classes together: how sure, and how often right.
    pub calibration: Vec<CalibrationPoint>,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
    /// The class that `lift` is about.
    pub lift_class: String,
    /// Asking the likeliest first: share of the users, share of the class among them, times as many as
    /// blindly.
    pub lift: Vec<(f64, f64, f64)>,
    /// The first metric by share of the labels learned from.
    pub learning: Vec<LearningCurve>,
    /// Further figures, as text.
    pub tables: Vec<PlainTable>,
}

/// A table of texts; the first column names the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlainTable {
    /// What stands above it.
    pub title: String,
    /// Names of the columns.
    pub heads: Vec<String>,
    /// As many texts a row as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A method and its figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluatedMethod {
    /// What it is called.
    pub name: String,
    /// Whether it is fenqun's default rather than a baseline.
    pub ours: bool,
    /// One a metric, in the order of the metrics.
    pub figures: Vec<Option<Figure>>,
}

/// A mean with its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Mean over folds.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Users whose class was given about this much probability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationPoint {
    /// Mean probability given.
    pub predicted: f64,
    /// Share that was right.
    pub observed: f64,
    /// Number of probabilities in the bin.
    pub n: u64,
}

/// One method learning from ever more labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LearningCurve {
    /// The method.
    pub name: String,
    /// Whether it is fenqun's default.
    pub ours: bool,
    /// Share of the labels, users learned from, mean, low, high.
    pub points: Vec<(f64, usize, f64, f64, f64)>,
}

#[derive(Serialize)]
pub(super) struct EvaluationView<'a> {
    data: &'a EvaluationData,
    rows: Vec<Row<'a>>,
    ticks: Vec<(String, f64)>,
    confusion: Vec<Line<'a>>,
    calibration_error: String,
    calibration: Vec<[String; 3]>,
    lift: Vec<[String; 3]>,
    learning: Vec<[String; 4]>,
}

#[derive(Serialize)]
struct Row<'a> {
    method: &'a EvaluatedMethod,
    /// Mean, interval in words, whether it is the best.
    cells: Vec<Option<(String, String, bool)>>,
    /// Left, width and place of the mark of the first metric's interval, in percent.
    bar: Option<(f64, f64, f64)>,
}

/// One true class: its name, users, and for every decided class number, share in words, depth.
#[derive(Serialize)]
struct Line<'a> {
    class: &'a str,
    n: String,
    cells: Vec<(String, String, f64)>,
}

pub(super) fn views(all: &[EvaluationData]) -> Vec<EvaluationView<'_>> {
    all.iter().map(view).collect()
}

pub(super) fn view(data: &EvaluationData) -> EvaluationView<'_> {
    let figure = |method: &EvaluatedMethod, at: usize| method.figures.get(at).copied().flatten();
    let firsts: Vec<Figure> = data.methods.iter().filter_map(|method| figure(method, 0)).collect();
    let low = firsts.iter().map(|figure| figure.low).fold(f64::INFINITY, f64::min);
    let high = firsts.iter().map(|figure| figure.high).fold(f64::NEG_INFINITY, f64::max);
    let axis = Axis::over(low, high);
    let better = |at: usize, mean: f64| match data.lower_is_better.get(at) {
        Some(true) => -mean,
        _ => mean,
    };
    let best: Vec<f64> = (0..data.metrics.len())
        .map(|at| {
            let all = data.methods.iter().filter_map(|method| figure(method, at));
            all.map(|figure| better(at, figure.mean)).fold(f64::NEG_INFINITY, f64::max)
        })
        .collect();
    let row = |method| Row {
        method,
        cells: (0..data.metrics.len())
            .map(|at| {
                let figure = figure(method, at)?;
                let interval = match figure.low < figure.high {
                    true => format!("{} – {}", score(figure.low), score(figure.high)),
                    false => String::new(),
                };
                let is_best = better(at, figure.mean) >= best[at];
                Some((score(figure.mean), interval, is_best))
            })
            .collect(),
        bar: figure(method, 0).map(|figure| {
            let left = axis.place(figure.low);
            (left, axis.place(figure.high) - left, axis.place(figure.mean))
        }),
    };
    let learning = data.learning.iter().flat_map(|curve| {
        curve.points.iter().map(|&(share, n, mean, low, high)| {
            [
                format!("{} · {}", curve.name, numbers::percent(share)),
                numbers::whole(n as f64),
                score(mean),
                format!("{} – {}", score(low), score(high)),
            ]
        })
    });
    EvaluationView {
        data,
        rows: data.methods.iter().map(row).collect(),
        ticks: axis.ticks(),
        confusion: data.classes.iter().zip(&data.confusion).map(line).collect(),
        calibration_error: data.calibration_error.map(score).unwrap_or_default(),
        calibration: data
            .calibration
            .iter()
            .map(|point| {
                [score(point.predicted), score(point.observed), numbers::whole(point.n as f64)]
            })
            .collect(),
        lift: data
            .lift
            .iter()
            .map(|&(share, gain, lift)| {
                [numbers::percent(share), numbers::percent(gain), format!("{lift:.2}")]
            })
            .collect(),
        learning: learning.collect(),
    }
}

fn line<'a>((class, counts): (&'a String, &Vec<f64>)) -> Line<'a> {
    let total: f64 = counts.iter().sum();
    let cell = |&count: &f64| {
        let share = if total > 0.0 { count / total } else { 0.0 };
        (numbers::whole(count), numbers::percent(share), (share * 100.0).round())
    };
    Line { class, n: numbers::whole(total), cells: counts.iter().map(cell).collect() }
}

/// The scale of the intervals: round steps around what there is.
struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    fn over(low: f64, high: f64) -> Self {
        if !(low.is_finite() && high.is_finite()) {
            return Self { low: 0.0, high: 1.0, step: 0.5 };
        }
        let width = (high - low).max(0.02);
        let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0];
        let step = steps.into_iter().find(|step| width / step <= 4.0).unwrap_or(width);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    fn place(&self, value: f64) -> f64 {
        let place = (value - self.low) / (self.high - self.low).max(1e-9) * 100.0;
        (place.clamp(0.0, 100.0) * 10.0).round() / 10.0
    }

    fn ticks(&self) -> Vec<(String, f64)> {
        let n_steps = ((self.high - self.low) / self.step).round() as usize;
        let tick = |at: usize| {
            let value = self.low + at as f64 * self.step;
            (format!("{value:.2}"), self.place(value))
        };
        (0..=n_steps.min(8)).map(tick).collect()
    }
}

/// Three digits: folds differ in the second, methods in the third.
fn score(number: f64) -> String {
    format!("{number:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_round_and_holds_every_interval() {
        let axis = Axis::over(0.213, 0.441);
        assert_eq!((axis.low, axis.step), (0.2, 0.1));
        let (low, high) = (axis.place(0.213), axis.place(0.441));
        assert!(0.0 < low && low < high && high < 100.0, "{low} {high}");
        let ticks: Vec<String> = axis.ticks().into_iter().map(|tick| tick.0).collect();
        assert_eq!(ticks, ["0.20", "0.30", "0.40", "0.50"]);
        assert_eq!(Axis::over(f64::INFINITY, f64::NEG_INFINITY).ticks().len(), 3);
    }

    #[test]
    fn shares_of_the_confusion_are_of_the_true_class() {
        let class = "low".to_owned();
        let found = line((&class, &vec![30.0, 10.0]));
        assert_eq!((found.n.as_str(), found.cells[0].2), ("40", 75.0));
        assert_eq!(line((&class, &vec![0.0, 0.0])).cells[0].2, 0.0);
    }
}
