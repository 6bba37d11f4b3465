use fenqun_base::{DataError, Labels, Matrix, NO_CODE, Seed, Supervised};
use rayon::prelude::*;

use super::graph::{Near, nearest, weight, width};
use super::{LabelSpreading, LabelSpreadingModel};

/// Rows in a piece of parallel work.
const PIECE: usize = 2048;

impl Supervised for LabelSpreading {
    type Fitted = LabelSpreadingModel;

    fn fit(&self, data: &Matrix, labels: &Labels, _: Seed) -> Result<Self::Fitted, DataError> {
        labels.check(data.n_rows())?;
        self.check(data.n_rows())?;
        if data.n_columns() == 0 {
            let (rule, found) = ("1 or more".to_owned(), "0".to_owned());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        let near = nearest(data, data, self.n_neighbours, true);
        let widths: Vec<f64> = near.iter().map(width).collect();
        let edges = self.edges(&near, &widths);
        let shares = self.spread(&edges, labels);
        let widths = widths.iter().map(|&width| width as f32).collect();
        Ok(LabelSpreadingModel::new(data.clone(), shares, widths, self))
    }
}

impl LabelSpreading {
    /// Edges of every row in both directions, rising, weighted by `D^−½ W D^−½`.
    fn edges(&self, near: &[Near], widths: &[f64]) -> Vec<Vec<(u32, f64)>> {
        let mut edges: Vec<Vec<(u32, f64)>> = vec![Vec::new(); near.len()];
        for (row, own) in near.iter().enumerate() {
            for &(other, squared) in own {
                let both = (widths[row], widths[other as usize]);
                let weight = weight(self.weights, squared, both);
                edges[row].push((other, weight));
                edges[other as usize].push((row as u32, weight));
            }
        }
        for own in &mut edges {
            own.sort_by_key(|edge| edge.0);
            own.dedup_by_key(|edge| edge.0);
        }
        let degree = |own: &Vec<(u32, f64)>| own.iter().map(|edge| edge.1).sum::<f64>();
        let roots: Vec<f64> = edges.iter().map(|own| degree(own).sqrt()).collect();
        for (row, own) in edges.iter_mut().enumerate() {
            for (other, weight) in own {
                let both = roots[row] * roots[*other as usize];
                *weight = if both > 0.0 { *weight / both } else { 0.0 };
            }
        }
        edges
    }

    /// The limit of the rounds, rows scaled to sum 1.
    fn spread(&self, edges: &[Vec<(u32, f64)>], labels: &Labels) -> Matrix {
        let n_classes = labels.n_classes();
        let mut known = vec![0.0; edges.len() * n_classes];
        for (row, &code) in labels.codes.iter().enumerate().filter(|(_, code)| **code != NO_CODE) {
            known[row * n_classes + code as usize] = 1.0;
        }
        let mut shares = known.clone();
        let mut next = vec![0.0; known.len()];
        for _ in 0..self.max_iterations {
            let pieces = next.par_chunks_mut(PIECE * n_classes).enumerate();
            let most: f64 = pieces
                .map(|(piece, next)| {
                    let mut most = 0.0f64;
                    for (place, next) in next.chunks_exact_mut(n_classes).enumerate() {
                        let row = piece * PIECE + place;
                        next.fill(0.0);
                        for &(other, weight) in &edges[row] {
                            let other = &shares[other as usize * n_classes..][..n_classes];
                            next.iter_mut().zip(other).for_each(|(sum, own)| *sum += weight * own);
                        }
                        for (class, next) in next.iter_mut().enumerate() {
                            let at = row * n_classes + class;
                            *next = self.alpha * *next + (1.0 - self.alpha) * known[at];
                            most = most.max((*next - shares[at]).abs());
                        }
                    }
                    most
                })
                .reduce(|| 0.0, f64::max);
            std::mem::swap(&mut shares, &mut next);
            if most <= self.tolerance {
                break;
            }
        }
        let counts = labels.counts();
        let n_labelled: usize = counts.iter().sum();
        let mut result = Matrix::zeros(edges.len(), n_classes);
        for (row, own) in shares.chunks_exact(n_classes).enumerate() {
            let sum: f64 = own.iter().sum();
            for (class, share) in result.row_mut(row).iter_mut().enumerate() {
                let prior = counts[class] as f64 / n_labelled as f64;
                *share = if sum > 0.0 { own[class] / sum } else { prior } as f32;
            }
        }
        result
    }
}
