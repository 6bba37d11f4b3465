//! Times metrics of made predictions and groups, so that another program can be timed beside them.
//!
//! `metrics_timing FOLDER`: `truth.u32` and `decided.u32` hold a class a user, `first.u32` and
//! `second.u32` two groupings of the users of `rows.npy`, all little-endian; `probabilities.npy` and
//! `rows.npy` hold float32 in C order. Either half may be missing. Prints a line of JSON: of every
//! figure its seconds and its values.

#![allow(clippy::print_stdout)]

mod npy;

use std::path::Path;
use std::time::Instant;

use fenqun_base::DataError;
use fenqun_evaluate::metrics::{
    Confusion, auroc, auroc_one_vs_rest, average_precision, brier, expected_calibration_error,
    log_loss,
};
use fenqun_evaluate::{
    adjusted_mutual_information, adjusted_rand, calinski_harabasz, davies_bouldin,
};
use serde_json::{Map, Value, json};

type Failure = Box<dyn std::error::Error>;

/// Ranges of the probability in the calibration error, on both sides.
const BINS: usize = 10;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder] = &arguments[..] else { return Err("usage: metrics_timing FOLDER".into()) };
    let folder = Path::new(folder);
    let mut figures = Figures::default();
    if folder.join("probabilities.npy").exists() {
        predictions(folder, &mut figures)?;
    }
    if folder.join("rows.npy").exists() {
        groups(folder, &mut figures)?;
    }
    println!("{}", Value::Object(figures.found));
    Ok(())
}

#[derive(Default)]
struct Figures {
    found: Map<String, Value>,
}

impl Figures {
    /// A figure of its own, with nothing taken over from the one before.
    fn time(
        &mut self,
        name: &str,
        figure: impl FnOnce() -> Result<Vec<f64>, DataError>,
    ) -> Result<(), DataError> {
        let start = Instant::now();
        let values = figure()?;
        let seconds = start.elapsed().as_secs_f64();
        self.found.insert(name.to_owned(), json!({ "seconds": seconds, "values": values }));
        Ok(())
    }
}

fn predictions(folder: &Path, figures: &mut Figures) -> Result<(), Failure> {
    let probabilities = npy::read(&folder.join("probabilities.npy"))?;
    let truth = codes(&folder.join("truth.u32"))?;
    let decided = codes(&folder.join("decided.u32"))?;
    let n_classes = probabilities.n_columns();
    let confusion = || Confusion::new(&truth, &decided, n_classes);
    figures.time("confusion matrix", || {
        Ok(confusion()?.counts.iter().flatten().map(|&count| count as f64).collect())
    })?;
    figures.time("accuracy", || Ok(vec![confusion()?.accuracy()]))?;
    figures.time("balanced accuracy", || Ok(vec![confusion()?.balanced_accuracy()]))?;
    figures.time("macro-F1", || Ok(vec![confusion()?.macro_average().f1]))?;
    let class = |class: u32| truth.iter().map(|&own| own == class).collect::<Vec<bool>>();
    if n_classes == 2 {
        figures.time("AUROC", || Ok(vec![auroc(&class(1), &probabilities.column(1))?]))?;
        figures
            .time("PR-AUC", || Ok(vec![average_precision(&class(1), &probabilities.column(1))?]))?;
    } else {
        figures.time("AUROC, one against the rest", || {
            Ok(vec![auroc_one_vs_rest(&truth, &probabilities)?])
        })?;
        figures.time("PR-AUC, one against the rest", || {
            let of_class =
                |at: usize| average_precision(&class(at as u32), &probabilities.column(at));
            let all: Vec<f64> = (0..n_classes).map(of_class).collect::<Result<_, _>>()?;
            Ok(vec![all.iter().sum::<f64>() / n_classes as f64])
        })?;
    }
    figures.time("log loss", || Ok(vec![log_loss(&truth, &probabilities)?]))?;
    figures.time("Brier", || Ok(vec![brier(&truth, &probabilities)?]))?;
    figures.time("calibration error", || {
        Ok(vec![expected_calibration_error(&truth, &probabilities, BINS)?])
    })?;
    Ok(())
}

fn groups(folder: &Path, figures: &mut Figures) -> Result<(), Failure> {
    let rows = npy::read(&folder.join("rows.npy"))?;
    let first = codes(&folder.join("first.u32"))?;
    let second = codes(&folder.join("second.u32"))?;
    figures.time("Davies–Bouldin", || Ok(vec![davies_bouldin(&rows, &first)?]))?;
    figures.time("Calinski–Harabasz", || Ok(vec![calinski_harabasz(&rows, &first)?]))?;
    figures.time("adjusted Rand", || Ok(vec![adjusted_rand(&first, &second)?]))?;
    figures.time("adjusted mutual information", || {
        Ok(vec![adjusted_mutual_information(&first, &second)?])
    })?;
    Ok(())
}

fn codes(path: &Path) -> Result<Vec<u32>, Failure> {
    let bytes = std::fs::read(path)?;
    Ok(bytes.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
}
