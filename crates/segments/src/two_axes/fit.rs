use fenqun_base::{DataError, Matrix, Seed, Segmenter};

use super::{TwoAxes, TwoAxesModel};

impl Segmenter for TwoAxes {
    type Fitted = TwoAxesModel;

    fn fit(&self, data: &Matrix, seed: Seed) -> Result<TwoAxesModel, DataError> {
        self.tiers.check()?;
        self.taste.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() < 2 {
            let rule = "2 or more: the value, then taste".to_owned();
            let found = data.n_columns().to_string();
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        // Before the columns part, so that an error names the caller's own row and column.
        data.check_finite()?;
        let (value, taste) = split(data)?;
        let tiers = self.tiers.fit(&value, seed.derive("tiers"))?;
        let taste = self.taste.fit(&taste, seed.derive("taste"))?;
        Ok(TwoAxesModel::new(tiers, taste))
    }
}

/// The value column and the taste columns.
pub(super) fn split(data: &Matrix) -> Result<(Matrix, Matrix), DataError> {
    let n_rows = data.n_rows();
    let n_taste = data.n_columns().saturating_sub(1);
    let value = Matrix::new(n_rows, 1, data.column(0))?;
    let taste = data.rows().flat_map(|row| &row[1..]).copied().collect();
    Ok((value, Matrix::new(n_rows, n_taste, taste)?))
}
