use fenqun_base::{DataError, Matrix, Seed, Segmenter, Stored};
use rand::RngExt;

use super::condensed::condense;
use super::select::choose;
use super::spanning::{cores, spanning_tree};
use super::{Density, DensityModel};
use crate::planes::Planes;

impl Segmenter for Density {
    type Fitted = DensityModel;

    /// The seed is used above `exact_up_to` rows alone.
    fn fit(&self, data: &Matrix, seed: Seed) -> Result<DensityModel, DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() == 0 {
            let (rule, found) = ("1 or more".to_owned(), "0".to_owned());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        let needed = self.min_segment_size.max(self.n_samples());
        if data.n_rows().min(self.exact_up_to) < needed {
            return Err(DataError::TooFewRows {
                needed,
                found: data.n_rows().min(self.exact_up_to),
            });
        }
        let is_sample = data.n_rows() > self.exact_up_to;
        let rows = if is_sample { self.sample(data, seed) } else { data.clone() };
        let n_sampled_from = if is_sample { data.n_rows() } else { 0 };
        let planes = Planes::of(&rows);
        let cores = cores(&planes, self.n_samples());
        let edges = spanning_tree(planes, rows.n_columns(), &cores);
        let condensed = condense(&edges, self.min_segment_size);
        let chosen = choose(&condensed, self.selection);
        if chosen.groups.is_empty() {
            let reason = format!(
                "no two groups of {} users are denser than what lies between them: take a smaller \
                 `min_segment_size` or `min_samples`, fewer dimensions, or another method",
                self.min_segment_size
            );
            return Err(DataError::NotConverged { model: DensityModel::NAME, reason });
        }
        DensityModel::new(rows, &cores, &condensed, &chosen, self.n_samples(), n_sampled_from)
    }
}

impl Density {
    /// Rows drawn without putting back, in their order.
    fn sample(&self, data: &Matrix, seed: Seed) -> Matrix {
        let mut rng = seed.derive("density").rng();
        let mut rows: Vec<usize> = (0..data.n_rows()).collect();
        for at in 0..self.exact_up_to {
            let other = rng.random_range(at..rows.len());
            rows.swap(at, other);
        }
        rows.truncate(self.exact_up_to);
        rows.sort_unstable();
        data.select_rows(&rows)
    }
}
