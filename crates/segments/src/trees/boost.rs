//! Trees one after another, each on what those before left over.

use fenqun_base::{DataError, Matrix, Seed};
use rayon::prelude::*;

use super::Trees;
use super::bins::Binned;
use super::forest::Forest;
use super::grow::Grower;
use super::histogram::MOST_ROWS;
use super::loss::Loss;
use super::sample::{count, others, some_of};
use super::tree::Tree;

impl Trees {
    /// `data` has as many rows as `loss`, at least one, and finite values.
    pub(super) fn boost(&self, data: &Matrix, loss: &Loss<'_>, seed: Seed) -> Forest {
        let binned = Binned::new(data, self.bins, self.min_rows, seed);
        let start = loss.start();
        let mut scores: Vec<Vec<f64>> =
            start.iter().map(|&score| vec![f64::from(score); data.n_rows()]).collect();
        let mut trees: Vec<Vec<Tree>> = vec![Vec::with_capacity(self.rounds); loss.n_outputs()];
        let mut spare = vec![Vec::new(); loss.n_outputs()];
        for round in 0..self.rounds {
            if binned.columns.is_empty() {
                break;
            }
            let seed = seed.derive("rounds").nth(round);
            let n_inside = count(self.row_share, binned.n_rows);
            let inside = some_of(binned.n_rows, n_inside, &mut seed.derive("rows").rng());
            let outside = others(binned.n_rows, &inside);
            let slopes = loss.slopes(&scores, &inside);
            let grow =
                |(output, ((scores, slopes), spare)): (usize, ((&mut Vec<_>, &Vec<_>), _))| {
                    let n_columns = count(self.column_share, binned.columns.len());
                    let mut rng = seed.derive("columns").nth(output).rng();
                    let columns = some_of(binned.columns.len(), n_columns, &mut rng);
                    let grower = Grower { params: self, binned: &binned, columns: &columns };
                    grower.grow(&inside, &outside, slopes, scores, spare)
                };
            let outputs = scores.par_iter_mut().zip(&slopes).zip(&mut spare).enumerate();
            let grown: Vec<Tree> = outputs.map(grow).collect();
            for (trees, tree) in trees.iter_mut().zip(grown) {
                if tree.nodes.len() > 1 {
                    trees.push(tree);
                }
            }
        }
        Forest { width: data.n_columns(), start, trees }
    }

    /// What every fit refuses.
    pub(super) fn check_data(&self, data: &Matrix) -> Result<(), DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() == 0 {
            let (rule, found) = ("1 or more".to_owned(), "0".to_owned());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        if data.n_rows() > MOST_ROWS {
            let rule = format!("at most {MOST_ROWS}: learn from a sample of them");
            return Err(DataError::Parameter {
                name: "rows",
                rule,
                found: data.n_rows().to_string(),
            });
        }
        data.check_finite()
    }
}
