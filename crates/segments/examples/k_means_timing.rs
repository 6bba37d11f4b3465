//! Times Lloyd's rounds from given centroids, so that another program can be timed beside it.
//!
//! `k_means_timing DATA N_COLUMNS CENTROIDS N_ITERATIONS N_REPEATS`: both files hold little-endian
//! `f32`, row after row. Prints a line of JSON: seconds of each repeat, inertia, rounds.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use fenqun_base::Matrix;
use fenqun_segments::KMeans;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, n_columns, centroids, n_iterations, n_repeats] = &arguments[..] else {
        return Err("DATA N_COLUMNS CENTROIDS N_ITERATIONS N_REPEATS".into());
    };
    let n_columns = n_columns.parse()?;
    let data = read(data, n_columns)?;
    let centroids = read(centroids, n_columns)?;
    let params = KMeans {
        n_segments: centroids.n_rows(),
        max_iterations: n_iterations.parse()?,
        tolerance: 0.0,
        ..KMeans::default()
    };
    let mut seconds = Vec::new();
    let mut last = None;
    for _ in 0..n_repeats.parse::<usize>()? {
        let start = Instant::now();
        last = Some(params.fit_from(&data, &centroids)?);
        seconds.push(start.elapsed().as_secs_f64());
    }
    let model = last.ok_or("N_REPEATS must be 1 or more")?;
    let (inertia, n_iterations) = (model.inertia(), model.n_iterations());
    println!(
        "{{\"seconds\": {seconds:?}, \"inertia\": {inertia}, \"n_iterations\": {n_iterations}}}"
    );
    Ok(())
}

fn read(path: &str, n_columns: usize) -> Result<Matrix, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(path)?;
    let values: Vec<f32> = bytes
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect();
    Ok(Matrix::new(values.len() / n_columns, n_columns, values)?)
}
