use fenqun_base::{DataError, Matrix, Seed, Segmenter};
use rayon::prelude::*;

use super::exact::places;
use super::lloyd::{Limits, Outcome, lloyd};
use super::mini_batch;
use super::starts::greedy_start;
use super::tiles::{Frame, Tiles};
use super::{KMeans, KMeansModel};

/// Full rounds that finish the best of the mini-batch starts.
const LAST_ROUNDS: usize = 10;

impl Segmenter for KMeans {
    type Fitted = KMeansModel;

    fn fit(&self, data: &Matrix, seed: Seed) -> Result<KMeansModel, DataError> {
        self.check_data(data)?;
        let seeds = seed.derive("k_means");
        if data.n_rows() > self.mini_batch_above {
            return self.fit_in_batches(data, seeds);
        }
        let tiles = Tiles::new(data, Frame::of(data));
        let outcomes: Vec<(KMeansModel, Vec<u32>)> = (0..self.n_starts)
            .into_par_iter()
            .map(|start| {
                let mut rng = seeds.nth(start).rng();
                let centroids = greedy_start(&tiles, self.n_segments, &mut rng);
                finish(data, &lloyd(&tiles, centroids, self.limits()))
            })
            .collect::<Result<_, _>>()?;
        best(outcomes)
    }
}

impl KMeans {
    /// Full rounds from given centroids, whatever the number of rows: to go on from an earlier
    /// model, or to compare with another program from the same start.
    ///
    /// With `tolerance` 0, rounds end after `max_iterations` or when no row changes its segment.
    ///
    /// # Errors
    /// As [`Segmenter::fit`]; [`DataError::WrongWidth`] and [`DataError::WrongLength`] for
    /// centroids of another width or number.
    pub fn fit_from(&self, data: &Matrix, centroids: &Matrix) -> Result<KMeansModel, DataError> {
        self.check_data(data)?;
        centroids.check_finite()?;
        if centroids.n_columns() != data.n_columns() {
            let (expected, found) = (data.n_columns(), centroids.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        if centroids.n_rows() != self.n_segments {
            let (expected, found) = (self.n_segments, centroids.n_rows());
            return Err(DataError::WrongLength { what: "starting centroids", expected, found });
        }
        let tiles = Tiles::new(data, Frame::of(data));
        let start = centroids.values().iter().map(|&value| f64::from(value)).collect();
        let (model, segments) = finish(data, &lloyd(&tiles, start, self.limits()))?;
        Ok(model.in_order(&segments))
    }

    fn fit_in_batches(&self, data: &Matrix, seeds: Seed) -> Result<KMeansModel, DataError> {
        let sample = mini_batch::sample(self, data, &mut seeds.derive("sample").rng());
        let frame = Frame::of(&sample);
        let tiles = Tiles::new(&sample, frame);
        let starts: Vec<(f64, Vec<f64>)> = (0..self.n_starts)
            .into_par_iter()
            .map(|start| {
                let mut rng = seeds.nth(start).rng();
                let centroids = mini_batch::start(self, data, &tiles, &mut rng);
                let matrix = as_matrix(&centroids, data.n_columns())?;
                let inertia = places(&sample, &matrix).iter().map(|place| place.own).sum();
                Ok((inertia, centroids))
            })
            .collect::<Result<_, DataError>>()?;
        let mut starts = starts.into_iter();
        let Some(mut chosen) = starts.next() else { return Err(DataError::Empty) };
        for start in starts {
            if start.0 < chosen.0 {
                chosen = start;
            }
        }
        let limits = Limits { max_iterations: LAST_ROUNDS, tolerance: self.tolerance };
        let tiles = Tiles::new(data, Frame::of(data));
        let (model, segments) = finish(data, &lloyd(&tiles, chosen.1, limits))?;
        Ok(model.in_order(&segments))
    }

    fn check_data(&self, data: &Matrix) -> Result<(), DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() == 0 {
            let (rule, found) = ("1 or more".to_owned(), "0".to_owned());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        if data.n_rows() < self.n_segments {
            let (needed, found) = (self.n_segments, data.n_rows());
            return Err(DataError::TooFewRows { needed, found });
        }
        Ok(())
    }

    fn limits(&self) -> Limits {
        Limits { max_iterations: self.max_iterations, tolerance: self.tolerance }
    }
}

/// The exact assignment to the centroids that the rounds ended with.
fn finish(data: &Matrix, outcome: &Outcome) -> Result<(KMeansModel, Vec<u32>), DataError> {
    let centroids = as_matrix(&outcome.centroids, data.n_columns())?;
    let places = places(data, &centroids);
    let inertia = places.iter().map(|place| place.own).sum();
    let n_iterations = outcome.n_iterations;
    let segments = places.iter().map(|place| place.segment).collect();
    Ok((KMeansModel::new(centroids, inertia, n_iterations), segments))
}

/// The start of least inertia, the first among equals.
fn best(outcomes: Vec<(KMeansModel, Vec<u32>)>) -> Result<KMeansModel, DataError> {
    let least = |a: (KMeansModel, Vec<u32>), b: (KMeansModel, Vec<u32>)| {
        if b.0.inertia() < a.0.inertia() { b } else { a }
    };
    let best = outcomes.into_iter().reduce(least).ok_or(DataError::Empty)?;
    Ok(best.0.in_order(&best.1))
}

fn as_matrix(centroids: &[f64], n_columns: usize) -> Result<Matrix, DataError> {
    let values = centroids.iter().map(|&value| value as f32).collect();
    Matrix::new(centroids.len() / n_columns, n_columns, values)
}
