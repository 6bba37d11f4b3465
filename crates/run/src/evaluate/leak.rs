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

/// What stands before the id of an item.
const ITEM: &str = "item ";

/// Items that are tried: those that most users have.
const MOST_ITEMS: usize = 1000;

/// Refuses labels that a single feature of the profile, or purchases of a single category or common
/// item, give away, by its name, unless it is allowed to.
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
    let categories: Vec<String> = columns.names().map(|name| format!("{CATEGORY}{name}")).collect();
    // An item may be allowed that is not among the common ones of this run.
    let is_item = |name: &str| {
        let id = name.strip_prefix(ITEM);
        id.is_some_and(|id| catalogue.items.iter().any(|item| item.id == id))
    };
    let is_counted = |allowed: &String| categories.contains(allowed) || is_item(allowed);
    let (counted, features): (Vec<String>, Vec<String>) =
        allowed.iter().cloned().partition(is_counted);
    let seed = seed.derive("leaks");
    let names: Vec<String> = profiles.features.iter().map(|feature| feature.name.clone()).collect();
    let bounds = LeakBounds { allowed: features, ..LeakBounds::default() };
    leaks::check(&profiles.values, &names, labels, &bounds, seed)?;

    let counts = columns.counts(catalogue, &profiles.items)?;
    refuse_counted(&counts, &categories, labels, &counted, seed)?;
    let (counts, items) = common_items(profiles, catalogue)?;
    refuse_counted(&counts, &items, labels, &counted, seed)
}

/// Refuses labels that one of the columns of counts gives away.
fn refuse_counted(
    counts: &SparseMatrix,
    named: &[String],
    labels: &Labels,
    allowed: &[String],
    seed: Seed,
) -> Result<(), RunError> {
    let told = telling(counts, labels);
    let told: Vec<usize> = told.into_iter().filter(|&at| !allowed.contains(&named[at])).collect();
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

/// Users × the items that most of them have, and the names of these.
fn common_items(
    profiles: &Profiles,
    catalogue: &Catalogue,
) -> Result<(SparseMatrix, Vec<String>), RunError> {
    let n_users = profiles.items.column_rows();
    let mut common: Vec<usize> = (0..n_users.len()).collect();
    common.sort_by(|&a, &b| n_users[b].cmp(&n_users[a]).then(a.cmp(&b)));
    common.truncate(MOST_ITEMS);
    common.sort_unstable();
    let mut place = vec![None; n_users.len()];
    common.iter().enumerate().for_each(|(at, &item)| place[item] = Some(at as u32));
    let mut counts = SparseMatrix::with_width(common.len());
    for row in 0..profiles.items.n_rows() {
        let entries = profiles.items.entries(row);
        let mut kept: Vec<(u32, f32)> =
            entries.filter_map(|(item, n)| Some((place[item]?, n))).collect();
        counts.push_row(&mut kept)?;
    }
    let names = common.iter().map(|&item| format!("{ITEM}{}", catalogue.items[item].id)).collect();
    Ok((counts, names))
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
