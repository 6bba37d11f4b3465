//! Times ways to group users, and the silhouette, so that other programs can be timed beside them.
//!
//! `groups_timing WAY ROWS.npy STARTS.npy`: both files hold float32 in C order. WAY is `k_means`
//! (25 rounds from the starts), `ward`, `average`, `complete`, `single` (as many segments as
//! starts), `density`, or `silhouette` (of the rows by their nearest start). Prints a line of JSON:
//! seconds, and a figure to compare.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use fenqun_base::{Fitted, Matrix, Seed, Segmenter};
use fenqun_evaluate::{inertia, silhouette};
use fenqun_segments::{Density, Hierarchical, KMeans};

type Failure = Box<dyn std::error::Error>;

/// Rounds of k-means on both sides.
const ROUNDS: usize = 25;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, rows, starts] = &arguments[..] else {
        return Err("WAY ROWS.npy STARTS.npy".into());
    };
    let (rows, starts) = (read(rows)?, read(starts)?);
    let n_segments = starts.n_rows();
    let rounds =
        |max_iterations| KMeans { n_segments, max_iterations, tolerance: 0.0, ..KMeans::default() };
    let begin = Instant::now();
    let (seconds, figure) = match &way[..] {
        "k_means" => {
            let model = rounds(ROUNDS).fit_from(&rows, &starts)?;
            (begin.elapsed(), model.inertia())
        }
        "silhouette" => {
            let segments = rounds(1).fit_from(&rows, &starts)?.assign(&rows)?.segments;
            let begin = Instant::now();
            let found = silhouette(&rows, &segments, None, Seed(7))?;
            (begin.elapsed(), found)
        }
        "density" => {
            let model = Density { exact_up_to: rows.n_rows(), ..Density::default() };
            let model = model.fit(&rows, Seed(7))?;
            (begin.elapsed(), model.n_segments() as f64)
        }
        linkage => {
            let linkage = serde_json::from_value(serde_json::Value::String(linkage.to_owned()))?;
            let exact_up_to = rows.n_rows();
            let tree = Hierarchical { linkage, n_segments, exact_up_to, ..Hierarchical::default() };
            let model = tree.fit(&rows, Seed(7))?;
            (begin.elapsed(), inertia(&rows, model.leaf_segments())?)
        }
    };
    println!("{{\"seconds\": {}, \"figure\": {figure}}}", seconds.as_secs_f64());
    Ok(())
}

/// A matrix of float32 from a `.npy` file in C order.
fn read(path: &str) -> Result<Matrix, Failure> {
    let bytes = std::fs::read(path)?;
    if bytes.len() < 10 || !bytes.starts_with(b"\x93NUMPY\x01") {
        return Err(format!("{path} is no .npy file of format 1").into());
    }
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(bytes.get(10..10 + length).ok_or("header cut short")?)?;
    if !header.contains("'<f4'") || !header.contains("'fortran_order': False") {
        return Err(format!("{path} must hold float32 in C order: {header}").into());
    }
    let shape = header.split('(').nth(1).and_then(|rest| rest.split(')').next());
    let extents = shape.ok_or("no shape")?.split(',').map(str::trim).filter(|it| !it.is_empty());
    let extents: Vec<usize> = extents.map(str::parse).collect::<Result<_, _>>()?;
    let [n_rows, n_columns] = extents[..] else {
        return Err(format!("{path} must have two dimensions").into());
    };
    let values = bytes[10 + length..]
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect();
    Ok(Matrix::new(n_rows, n_columns, values)?)
}
