use fenqun_base::{DataError, Labels, Matrix, NO_CODE, Seed, Supervised};

use super::model::{distances, places};
use super::{NearestLabelled, NearestLabelledModel};
use crate::calibration::sharpness;

/// How far the fitted sharpness may lie from one over the mean squared distance, either way.
const RANGE: f64 = 1000.0;

impl Supervised for NearestLabelled {
    type Fitted = NearestLabelledModel;

    fn fit(&self, data: &Matrix, labels: &Labels, _: Seed) -> Result<Self::Fitted, DataError> {
        self.check()?;
        labels.check(data.n_rows())?;
        if data.n_columns() == 0 {
            let (rule, found) = ("1 or more".to_owned(), "0".to_owned());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        let counts = labels.counts();
        let (n_classes, width) = (labels.n_classes(), data.n_columns());
        let mut sums = vec![0.0; n_classes * width];
        for row in labels.labelled() {
            let class = labels.codes[row] as usize;
            let own = &mut sums[class * width..(class + 1) * width];
            for (sum, place) in own.iter_mut().zip(places(data.row(row), self.normalise)) {
                *sum += place / counts[class] as f64;
            }
        }
        let centroids = sums.iter().map(|&value| value as f32).collect();
        let centroids = Matrix::new(n_classes, width, centroids)?;
        let temperature = match self.temperature {
            Some(given) => given,
            None => self.fitted(data, labels, &centroids),
        };
        Ok(NearestLabelledModel::new(centroids, self.normalise, temperature))
    }
}

impl NearestLabelled {
    fn fitted(&self, data: &Matrix, labels: &Labels, centroids: &Matrix) -> f64 {
        let (counts, n_classes) = (labels.counts(), labels.n_classes());
        let mut scores = Vec::new();
        let mut classes = Vec::new();
        for row in labels.labelled() {
            let class = labels.codes[row] as usize;
            if counts[class] < 2 {
                continue;
            }
            let mut own = distances(data.row(row), centroids, self.normalise);
            // The mean without this row lies n / (n − 1) times as far away.
            let n_rows = counts[class] as f64;
            own[class] *= (n_rows / (n_rows - 1.0)).powi(2);
            scores.extend(own.iter().map(|distance| -distance));
            classes.push(labels.codes[row]);
        }
        let mean = -scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        if mean > 0.0 && mean.is_finite() {
            let range = (1.0 / (mean * RANGE), RANGE / mean);
            return 1.0 / sharpness(&scores, n_classes, &classes, range);
        }
        debug_assert!(classes.iter().all(|&class| class != NO_CODE));
        let between = |class: usize| distances(centroids.row(class), centroids, false);
        let sum: f64 = (0..n_classes).flat_map(between).sum();
        let mean = sum / (n_classes * (n_classes - 1)) as f64;
        if mean > 0.0 && mean.is_finite() { 0.5 * mean } else { 1.0 }
    }
}
