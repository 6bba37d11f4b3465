//! k-means from given starts, for the comparison with other libraries in `bench/`.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use fenqun_base::{Fitted, Matrix};
use fenqun_segments::KMeans;

/// Fits `iterations` rounds and prints seconds and inertia as one line of JSON.
pub fn run(points: &Path, starts: &Path, iterations: usize) -> Result<()> {
    let points = read(points)?;
    let starts = read(starts)?;
    let params = KMeans {
        n_segments: starts.n_rows(),
        max_iterations: iterations,
        tolerance: 0.0,
        ..KMeans::default()
    };
    let start = Instant::now();
    let model = params.fit_from(&points, &starts)?;
    let seconds = start.elapsed().as_secs_f64();
    let assignment = model.assign(&points)?;
    let inertia = inertia(&points, &assignment.segments, model.centroids());
    print(&format!(r#"{{"seconds": {seconds}, "inertia": {inertia}}}"#));
    Ok(())
}

/// Sum of squared distances to the own centroid, in 64 bits.
fn inertia(points: &Matrix, segments: &[u32], centroids: &Matrix) -> f64 {
    let distance = |(row, &segment): (&[f32], &u32)| -> f64 {
        let centre = centroids.row(segment as usize);
        row.iter().zip(centre).map(|(a, b)| f64::from(a - b).powi(2)).sum()
    };
    points.rows().zip(segments).map(distance).sum()
}

/// A matrix of float32 from a `.npy` file in C order.
fn read(path: &Path) -> Result<Matrix> {
    let name = path.display();
    let bytes = std::fs::read(path).with_context(|| name.to_string())?;
    if bytes.len() < 10 || !bytes.starts_with(b"\x93NUMPY\x01") {
        bail!("{name} is no .npy file of format 1");
    }
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = bytes.get(10..10 + length).context("the header is cut short")?;
    let header = std::str::from_utf8(header)?;
    if !header.contains("'<f4'") || !header.contains("'fortran_order': False") {
        bail!("{name} must hold float32 in C order: {header}");
    }
    let shape = header.split('(').nth(1).and_then(|rest| rest.split(')').next());
    let extents = shape.context("no shape")?.split(',').map(str::trim).filter(|it| !it.is_empty());
    let extents: Vec<usize> = extents.map(str::parse).collect::<Result<_, _>>()?;
    let [n_rows, n_columns] = extents[..] else { bail!("{name} must have two dimensions") };
    let values = bytes[10 + length..]
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect();
    Ok(Matrix::new(n_rows, n_columns, values)?)
}

/// The result, for the program that called.
#[allow(clippy::print_stdout)]
fn print(line: &str) {
    println!("{line}");
}
