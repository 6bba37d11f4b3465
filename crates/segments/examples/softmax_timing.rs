//! Times the softmax head on made users, so that another program can be timed beside it.
//!
//! `softmax_timing FOLDER WIDTH N_CLASSES C`: `rows.f32` and `codes.u32` are little-endian, row after
//! row. Prints a line of JSON: seconds of the fit, rounds, and what was minimised, a row.

#![allow(clippy::print_stdout)]

use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use fenqun_base::{Labels, Matrix, Seed, Supervised};
use fenqun_segments::{Softmax, SoftmaxModel};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, width, n_classes, c] = &arguments[..] else {
        return Err("usage: softmax_timing FOLDER WIDTH N_CLASSES C".into());
    };
    let (folder, width, c) = (Path::new(folder), width.parse()?, c.parse()?);
    let values = numbers(&folder.join("rows.f32"), f32::from_le_bytes)?;
    let data = Matrix::new(values.len() / width, width, values)?;
    let codes = numbers(&folder.join("codes.u32"), u32::from_le_bytes)?;
    let classes = (0..n_classes.parse::<usize>()?).map(|class| class.to_string()).collect();
    let labels = Labels::new(classes, codes)?;
    // One candidate and the rows as they are: what is minimised has no choices left in it.
    let params = Softmax { c: vec![c], row_norm: 0.0, ..Softmax::default() };
    let start = Instant::now();
    let model = params.fit(&data, &labels, Seed(7))?;
    let seconds = start.elapsed().as_secs_f64();
    let objective = objective(&model, &data, &labels.codes, c)?;
    println!(
        r#"{{"seconds": {seconds}, "n_iterations": {}, "objective": {objective}}}"#,
        model.n_iterations()
    );
    Ok(())
}

/// The mean log loss and the penalty, divided as if it were a loss of rows.
fn objective(model: &SoftmaxModel, data: &Matrix, codes: &[u32], c: f64) -> Result<f64, Failure> {
    let mut loss = 0.0;
    for (row, &code) in data.rows().zip(codes) {
        let logits = model.logits(row)?;
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logits.iter().map(|logit| (logit - most).exp()).sum();
        loss += sum.ln() + most - logits[code as usize];
    }
    let coefficients = model.coefficients().values().iter();
    let squares: f64 = coefficients.map(|&value| f64::from(value).powi(2)).sum();
    Ok((loss + squares / (2.0 * c)) / codes.len() as f64)
}

/// Read piece by piece: the file and its numbers never lie in memory together.
fn numbers<T>(path: &Path, number: impl Fn([u8; 4]) -> T) -> Result<Vec<T>, Failure> {
    let file = std::fs::File::open(path)?;
    let length = usize::try_from(file.metadata()?.len())? / 4;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut numbers = Vec::with_capacity(length);
    for _ in 0..length {
        let mut four = [0; 4];
        reader.read_exact(&mut four)?;
        numbers.push(number(four));
    }
    Ok(numbers)
}
