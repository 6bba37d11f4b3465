//! Labels that stand among what is looked at, such as a column copied into the events.

use fenqun_base::{Catalogue, Labels, Matrix, Seed, SparseMatrix};
use fenqun_evaluate::leaks::{self, LeakBounds};
use fenqun_profiles::Profiles;

use crate::RunError;
use crate::steps::blocks::{Columns, Counted};

/// What stands before the name of a category where it is told, and allowed, as a feature.
const CATEGORY: &str = "category ";

/// A category is looked at closely when the shares of buyers in one class and outside it are so far
/// apart: what gives a class away by itself is further.
const WORTH_A_LOOK: f64 = 0.8;

/// Refuses labels that a single feature of the profile, or purchases of a single category, give away,
/// by its name, unless it is allowed to.
pub(crate) fn refuse(
    profiles: &Profiles,
    catalogue: &Catalogue,
    labels: &Labels,
    allowed: &[String],
    seed: Seed,
) -> Result<(), RunError> {
    let columns = Columns::beside(
        (0..catalogue.category_levels())
            .map(|level| Columns::all(catalogue, Counted::Categories(level)))
            .collect(),
    );
    let named: Vec<String> = columns.names().map(|name| format!("{CATEGORY}{name}")).collect();
    let (categories, features): (Vec<String>, Vec<String>) =
        allowed.iter().cloned().partition(|allowed| named.contains(allowed));
    let seed = seed.derive("leaks");
    let names: Vec<String> = profiles.features.iter().map(|feature| feature.name.clone()).collect();
    let bounds = LeakBounds { allowed: features, ..LeakBounds::default() };
    leaks::check(&profiles.values, &names, labels, &bounds, seed)?;

    let counts = columns.counts(catalogue, &profiles.items)?;
    let told = telling(&counts, labels);
    let told: Vec<usize> =
        told.into_iter().filter(|&at| !categories.contains(&named[at])).collect();
    let mut values = Matrix::zeros(counts.n_rows(), told.len());
    for row in 0..counts.n_rows() {
        for (column, n) in counts.entries(row) {
            if let Ok(at) = told.binary_search(&column) {
                values.row_mut(row)[at] = n;
            }
        }
    }
    let names: Vec<String> = told.iter().map(|&at| named[at].clone()).collect();
    Ok(leaks::check(&values, &names, labels, &LeakBounds::default(), seed)?)
}

/// Columns that most users of one class have and most others have not, or the other way round.
fn telling(counts: &SparseMatrix, labels: &Labels) -> Vec<usize> {
    let rows = labels.labelled();
    let of_class = labels.counts();
    let n_users = rows.len() as f64;
    let mut buyers = vec![vec![0u32; of_class.len()]; counts.n_columns()];
    for &row in &rows {
        for (column, _) in counts.entries(row) {
            buyers[column][labels.codes[row] as usize] += 1;
        }
    }
    let is_telling = |buyers: &[u32]| {
        let all = f64::from(buyers.iter().sum::<u32>());
        buyers.iter().zip(&of_class).any(|(&own, &size)| {
            let (own, size) = (f64::from(own), size as f64);
            let others = (all - own) / (n_users - size).max(1.0);
            (own / size.max(1.0) - others).abs() >= WORTH_A_LOOK
        })
    };
    (0..buyers.len()).filter(|&column| is_telling(&buyers[column])).collect()
}
