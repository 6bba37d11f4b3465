use fenqun_base::{Catalogue, DataError, Matrix, NO_CODE, SparseMatrix};

use super::purchases::Purchases;
use super::{TaskName, WhyNot};

/// A question and its answers.
pub(super) struct Task {
    pub name: TaskName,
    /// Users asked about.
    pub rows: Vec<usize>,
    /// What they did in the window to learn from: 0 or 1, a column a target.
    pub train: Matrix,
    /// What they did in the window to be judged by.
    pub validation: Matrix,
    /// Purchases of each target in the input; empty for churn and conversion.
    pub popularity: Vec<f64>,
}

/// Items in groups: what a propensity is about.
pub(super) struct Grouping {
    /// A group an item, or [`NO_CODE`].
    pub code_of: Vec<u32>,
    /// Number of groups.
    pub n_groups: usize,
}

impl Task {
    /// A question, or why this shop cannot ask it.
    pub fn build(
        name: TaskName,
        purchases: &Purchases,
        catalogue: &Catalogue,
        n_targets: usize,
    ) -> Result<Result<Self, WhyNot>, DataError> {
        let task = match name {
            TaskName::Churn | TaskName::Conversion => Self::nothing_bought(name, purchases)?,
            _ => match Grouping::of(name, purchases, catalogue, n_targets) {
                Err(reason) => return Ok(Err(reason)),
                Ok(groups) => Self::bought(name, purchases, &groups, n_targets)?,
            },
        };
        Ok(task.why_not().map_or(Ok(task), Err))
    }

    fn nothing_bought(name: TaskName, purchases: &Purchases) -> Result<Self, DataError> {
        let n_users = purchases.input.n_rows();
        let is_asked =
            |&row: &usize| name == TaskName::Conversion || !purchases.input.row(row).0.is_empty();
        let rows: Vec<usize> = (0..n_users).filter(is_asked).collect();
        let flags = |bought: &SparseMatrix| {
            let flag = |&row: &usize| f32::from(u8::from(bought.row(row).0.is_empty()));
            Matrix::new(rows.len(), 1, rows.iter().map(flag).collect())
        };
        let (train, validation) = (flags(&purchases.train)?, flags(&purchases.validation)?);
        Ok(Self { name, rows, train, validation, popularity: Vec::new() })
    }

    fn bought(
        name: TaskName,
        purchases: &Purchases,
        groups: &Grouping,
        n_targets: usize,
    ) -> Result<Self, DataError> {
        let chosen = groups.most_bought(&purchases.train, n_targets)?;
        let n_chosen = chosen.n_groups;
        let flags = |bought: &SparseMatrix| -> Result<Matrix, DataError> {
            let grouped = bought.regroup(&chosen.code_of, n_chosen)?;
            let mut flags = Matrix::zeros(grouped.n_rows(), n_chosen);
            for row in 0..grouped.n_rows() {
                for (target, _) in grouped.entries(row) {
                    flags.row_mut(row)[target] = 1.0;
                }
            }
            Ok(flags)
        };
        let popularity = totals(&purchases.input.regroup(&chosen.code_of, n_chosen)?);
        let (train, validation) = (flags(&purchases.train)?, flags(&purchases.validation)?);
        let rows = (0..purchases.input.n_rows()).collect();
        Ok(Self { name, rows, train, validation, popularity })
    }

    fn why_not(&self) -> Option<WhyNot> {
        if self.rows.len() < 2 {
            return Some(WhyNot::FewUsers);
        }
        let is_propensity = !matches!(self.name, TaskName::Churn | TaskName::Conversion);
        if is_propensity && self.train.n_columns() < 2 {
            return Some(WhyNot::FewTargets);
        }
        let tells_apart = |target: usize| {
            let n = self.validation.column(target).iter().filter(|&&flag| flag > 0.5).count();
            n > 0 && n < self.rows.len()
        };
        let is_one_sided = !(0..self.validation.n_columns()).any(tells_apart);
        is_one_sided.then_some(WhyNot::NothingToTellApart)
    }
}

impl Grouping {
    /// The groups of items that a propensity is about, or why there are none.
    pub fn of(
        name: TaskName,
        purchases: &Purchases,
        catalogue: &Catalogue,
        n_targets: usize,
    ) -> Result<Self, WhyNot> {
        let n_items = catalogue.len();
        match name {
            TaskName::PropensityCategory => match catalogue.category_levels() {
                0 => Err(WhyNot::NoCategories),
                levels => {
                    let (code_of, names) = catalogue.categories_at(levels - 1);
                    Ok(Self { code_of, n_groups: names.len() })
                }
            },
            TaskName::PropensityPrice => Self::by_price(&purchases.prices, n_targets),
            TaskName::PropensityNewSku => {
                let bought = totals(&purchases.input);
                let code = |item: usize| if bought[item] > 0.0 { NO_CODE } else { item as u32 };
                Ok(Self { code_of: (0..n_items).map(code).collect(), n_groups: n_items })
            }
            _ => Ok(Self { code_of: (0..n_items as u32).collect(), n_groups: n_items }),
        }
    }

    /// Buckets with about as many items each; equal prices share one.
    fn by_price(prices: &[f64], n_buckets: usize) -> Result<Self, WhyNot> {
        let mut sorted: Vec<f64> =
            prices.iter().copied().filter(|price| price.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let mut edges: Vec<f64> = (1..n_buckets)
            .filter_map(|at| sorted.get(at * sorted.len() / n_buckets).copied())
            .collect();
        edges.dedup();
        // An edge at the lowest price has nothing below it.
        edges.retain(|edge| Some(edge) > sorted.first());
        if edges.is_empty() {
            return Err(WhyNot::OnePrice);
        }
        let code = |price: &f64| match price.is_finite() {
            true => edges.partition_point(|edge| edge <= price) as u32,
            false => NO_CODE,
        };
        Ok(Self { code_of: prices.iter().map(code).collect(), n_groups: edges.len() + 1 })
    }

    /// The groups with the most purchases, at most `n_most` of them, the most bought first.
    pub fn most_bought(&self, bought: &SparseMatrix, n_most: usize) -> Result<Self, DataError> {
        let counts = totals(&bought.regroup(&self.code_of, self.n_groups)?);
        let mut order: Vec<usize> = (0..self.n_groups).filter(|&at| counts[at] > 0.0).collect();
        order.sort_by(|&a, &b| counts[b].total_cmp(&counts[a]).then(a.cmp(&b)));
        order.truncate(n_most);
        let mut place = vec![NO_CODE; self.n_groups];
        order.iter().enumerate().for_each(|(at, &group)| place[group] = at as u32);
        let renamed = |&code: &u32| place.get(code as usize).copied().unwrap_or(NO_CODE);
        Ok(Self { code_of: self.code_of.iter().map(renamed).collect(), n_groups: order.len() })
    }
}

/// Column sums.
fn totals(counts: &SparseMatrix) -> Vec<f64> {
    let mut totals = vec![0.0; counts.n_columns()];
    for row in 0..counts.n_rows() {
        counts.entries(row).for_each(|(column, count)| totals[column] += f64::from(count));
    }
    totals
}
