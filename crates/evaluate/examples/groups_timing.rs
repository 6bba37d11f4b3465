//! Times ways to group users, and the silhouette, so that other programs can be timed beside them.
//!
//! `groups_timing WAY ROWS.npy STARTS.npy`: both files hold float32 in C order. WAY is `k_means`
//! (25 rounds from the starts), `ward`, `average`, `complete`, `single` (as many segments as
//! starts), `density`, or `silhouette` (of the rows by their nearest start). Prints a line of JSON:
//! seconds, and a figure to compare.

#![allow(clippy::print_stdout)]

mod npy;

use std::time::Instant;

use fenqun_base::{Fitted, Seed, Segmenter};
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
    let (rows, starts) = (npy::read(rows.as_ref())?, npy::read(starts.as_ref())?);
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
