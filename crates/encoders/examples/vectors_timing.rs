//! Times graph vectors and the truncated decomposition on made data; prints one line of JSON.
//!
//! `vectors_timing graph BASKETS.txt DIMENSIONS ROUNDS [OUT]`: a basket (or user) a line, items as
//! words between spaces; `OUT` receives their vectors as little-endian `f32`, row after row. `vectors_timing svd FOLDER DIMENSIONS OVERSAMPLING ITERATIONS`: a sparse matrix as
//! little-endian `starts.u64`, `columns.u32` and `values.f32`. The benchmark runs both beside the
//! Python libraries on the same files.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;

use fenqun_base::{Seed, SparseMatrix};
use fenqun_encoders::graph::Graph;
use fenqun_encoders::svd::Svd;
use rustc_hash::FxHashMap;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["graph", baskets, dimensions, rounds, ref out @ ..] if out.len() < 2 => {
            let out = out.first().map(Path::new);
            graph(baskets.as_ref(), dimensions.parse()?, rounds.parse()?, out)
        }
        ["svd", folder, dimensions, oversampling, iterations] => {
            let (dimensions, oversampling) = (dimensions.parse()?, oversampling.parse()?);
            let iterations = iterations.parse()?;
            svd(folder.as_ref(), &Svd { dimensions, oversampling, iterations })
        }
        _ => Err("usage: vectors_timing graph BASKETS.txt DIMENSIONS ROUNDS [OUT], or \
                  vectors_timing svd FOLDER DIMENSIONS OVERSAMPLING ITERATIONS"
            .into()),
    }
}

fn graph(
    baskets: &Path,
    dimensions: usize,
    rounds: usize,
    out: Option<&Path>,
) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let counts = read_baskets(baskets)?;
    let build = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let model = Graph { dimensions, rounds, min_users: 1 }.fit(&counts, Seed(7))?;
    let fit = start.elapsed().as_secs_f64();
    let (n_baskets, n_items) = (counts.n_rows(), model.items().n_rows());
    println!(
        r#"{{"build": {build}, "fit": {fit}, "baskets": {n_baskets}, "items": {n_items}, "entries": {}}}"#,
        counts.n_entries()
    );
    if let Some(out) = out {
        let vectors = model.transform(&counts)?;
        let bytes = vectors.values().iter().flat_map(|value| value.to_le_bytes());
        std::fs::write(out, bytes.collect::<Vec<u8>>())?;
    }
    Ok(())
}

/// Baskets in rows, items in the order in which they first come.
fn read_baskets(path: &Path) -> Result<SparseMatrix, Box<dyn Error>> {
    let mut code_of: FxHashMap<String, u32> = FxHashMap::default();
    let mut starts = Vec::new();
    let mut codes = Vec::new();
    for line in BufReader::new(std::fs::File::open(path)?).lines() {
        starts.push(codes.len());
        for word in line?.split_ascii_whitespace() {
            let code = match code_of.get(word) {
                Some(&code) => code,
                None => {
                    let code = u32::try_from(code_of.len())?;
                    code_of.insert(word.to_owned(), code);
                    code
                }
            };
            codes.push(code);
        }
    }
    starts.push(codes.len());
    let mut counts = SparseMatrix::with_width(code_of.len());
    let mut entries = Vec::new();
    for span in starts.windows(2) {
        entries.clear();
        entries.extend(codes[span[0]..span[1]].iter().map(|&code| (code, 1.0)));
        counts.push_row(&mut entries)?;
    }
    Ok(counts)
}

fn svd(folder: &Path, params: &Svd) -> Result<(), Box<dyn Error>> {
    let matrix = read_matrix(folder)?;
    let start = Instant::now();
    let model = params.fit(&matrix, Seed(7))?;
    let seconds = start.elapsed().as_secs_f64();
    let squares =
        |values: &[f32]| values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
    let captured = squares(model.transform(&matrix)?.values());
    let total: f64 = (0..matrix.n_rows()).map(|row| squares(matrix.row(row).1)).sum();
    println!(r#"{{"seconds": {seconds}, "energy": {}}}"#, captured / total);
    Ok(())
}

fn read_matrix(folder: &Path) -> Result<SparseMatrix, Box<dyn Error>> {
    let starts = std::fs::read(folder.join("starts.u64"))?;
    let columns = std::fs::read(folder.join("columns.u32"))?;
    let values = std::fs::read(folder.join("values.f32"))?;
    let starts: Vec<usize> =
        starts.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight) as usize).collect();
    let columns: Vec<u32> =
        columns.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
    let values: Vec<f32> =
        values.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    let width = columns.iter().max().map_or(0, |&last| last as usize + 1);
    let mut matrix = SparseMatrix::with_width(width);
    let mut entries = Vec::new();
    for span in starts.windows(2) {
        entries.clear();
        let span = span[0]..span[1];
        entries.extend(columns[span.clone()].iter().copied().zip(values[span].iter().copied()));
        matrix.push_row(&mut entries)?;
    }
    Ok(matrix)
}
