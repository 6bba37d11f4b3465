use fenqun_base::{Catalogue, DataError, Matrix};

use super::TaskName;
use super::purchases::Purchases;
use super::tasks::Grouping;

/// Most bought categories, items and prices that are counted, of each.
const N_COUNTED: usize = 100;

/// The baseline: ln(1 + how often) in the input, of every action over several windows, and of the
/// most bought categories, items and price buckets. Columns of zeros alone are left out.
pub(super) fn counts(purchases: &Purchases, catalogue: &Catalogue) -> Result<Matrix, DataError> {
    let mut parts = vec![purchases.activity.clone()];
    for name in [TaskName::PropensityCategory, TaskName::PropensitySku, TaskName::PropensityPrice] {
        let Ok(groups) = Grouping::of(name, purchases, catalogue, N_COUNTED) else { continue };
        let chosen = groups.most_bought(&purchases.input, N_COUNTED)?;
        let grouped = purchases.input.regroup(&chosen.code_of, chosen.n_groups)?;
        let mut dense = Matrix::zeros(grouped.n_rows(), grouped.n_columns());
        for row in 0..grouped.n_rows() {
            let to = dense.row_mut(row);
            grouped.entries(row).for_each(|(column, count)| to[column] = count);
        }
        parts.push(dense);
    }
    let all = Matrix::beside(&parts.iter().collect::<Vec<_>>())?;
    let is_used = |&column: &usize| (0..all.n_rows()).any(|row| all.at(row, column) > 0.0);
    let used: Vec<usize> = (0..all.n_columns()).filter(is_used).collect();
    let values = all.rows().flat_map(|row| used.iter().map(|&column| row[column].ln_1p()));
    Matrix::new(all.n_rows(), used.len(), values.collect())
}
