use fenqun_base::{DataError, Fitted, Matrix, Seed, Segmenter};

use super::chain::joins;
use super::params::MOST_SEGMENTS;
use super::table::Table;
use super::tree::{Merge, cut, merges};
use super::ward::Means;
use super::{Hierarchical, HierarchicalModel, Linkage};
use crate::KMeans;

/// Rounds of the k-means that summarises: its centroids need not be settled to the last row.
const SUMMARY_ROUNDS: usize = 20;

/// What the tree is built over.
struct Leaves {
    rows: Matrix,
    weights: Vec<f64>,
    /// Rows that were summarised; 0 when every row is a leaf.
    n_summarised: usize,
}

impl Segmenter for Hierarchical {
    type Fitted = HierarchicalModel;

    /// The seed is used above `exact_up_to` rows alone.
    fn fit(&self, data: &Matrix, seed: Seed) -> Result<HierarchicalModel, DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() == 0 {
            let (rule, found) = ("1 or more".to_owned(), "0".to_owned());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        let needed = if self.height.is_some() { 2 } else { self.n_segments };
        if data.n_rows() < needed {
            return Err(DataError::TooFewRows { needed, found: data.n_rows() });
        }
        let leaves = self.leaves(data, seed)?;
        let found = match self.linkage {
            Linkage::Ward => joins(&mut Means::new(&leaves.rows, &leaves.weights)),
            linkage => joins(&mut Table::new(&leaves.rows, &leaves.weights, linkage)),
        };
        let merges = merges(found, &leaves.weights);
        let n_leaves = leaves.rows.n_rows();
        let n_merges = self.n_merges(&merges, n_leaves)?;
        let (segments, n_segments) = cut(&merges, n_leaves, n_merges);
        let Leaves { rows, weights, n_summarised } = leaves;
        HierarchicalModel::new(rows, &weights, segments, n_segments, merges, n_summarised)
    }
}

impl Hierarchical {
    fn leaves(&self, data: &Matrix, seed: Seed) -> Result<Leaves, DataError> {
        let n_rows = data.n_rows();
        if n_rows <= self.exact_up_to {
            return Ok(Leaves { rows: data.clone(), weights: vec![1.0; n_rows], n_summarised: 0 });
        }
        let summary = KMeans {
            n_segments: self.n_summary.min(n_rows),
            n_starts: 1,
            max_iterations: SUMMARY_ROUNDS,
            ..KMeans::default()
        };
        let model = summary.fit(data, seed.derive("summary"))?;
        let sizes = model.assign(data)?.sizes();
        let held: Vec<usize> = (0..sizes.len()).filter(|&at| sizes[at] > 0).collect();
        if self.height.is_none() && held.len() < self.n_segments {
            return Err(DataError::TooFewRows { needed: self.n_segments, found: held.len() });
        }
        Ok(Leaves {
            rows: model.centroids().select_rows(&held),
            weights: held.iter().map(|&at| sizes[at] as f64).collect(),
            n_summarised: n_rows,
        })
    }

    /// How many joins lie below the cut.
    fn n_merges(&self, merges: &[Merge], n_leaves: usize) -> Result<usize, DataError> {
        let Some(height) = self.height else { return Ok(n_leaves - self.n_segments) };
        let n_merges = merges.iter().take_while(|merge| merge.height <= height).count();
        let n_segments = n_leaves - n_merges;
        if n_segments <= MOST_SEGMENTS {
            return Ok(n_merges);
        }
        let rule = format!("so high that at most {MOST_SEGMENTS} segments are left");
        let found = format!("{height}, which leaves {n_segments}");
        Err(DataError::Parameter { name: "height", rule, found })
    }
}
