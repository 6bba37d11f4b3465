//! The last word on which centroid is nearest: plain squared differences, 64 bits wide.

use fenqun_base::Matrix;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Rows in a piece of parallel work.
const CHUNK: usize = 2048;
/// Centroids are padded to the widest vector of 64-bit numbers.
const LANES: usize = 8;

/// How a row lies to the centroids.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Place {
    /// The nearest centroid, the first among equals.
    pub(crate) segment: u32,
    /// Squared distance to it.
    pub(crate) own: f64,
    /// Squared distance to the second nearest; infinite when there is none.
    pub(crate) next: f64,
}

/// The place of every row.
pub(crate) fn places(data: &Matrix, centroids: &Matrix) -> Vec<Place> {
    let n_columns = data.n_columns();
    let n_segments = centroids.n_rows();
    let n_padded = n_segments.next_multiple_of(LANES);
    // `[column][centroid]`: one value of a row meets all centroids in vector instructions.
    let mut columns = vec![0.0; n_columns * n_padded];
    for (segment, centroid) in centroids.rows().enumerate() {
        for (column, &value) in centroid.iter().enumerate() {
            columns[column * n_padded + segment] = f64::from(value);
        }
    }
    let mut places = vec![Place::default(); data.n_rows()];
    places.par_chunks_mut(CHUNK).zip(data.values().par_chunks(CHUNK * n_columns)).for_each(
        |(places, rows)| {
            let columns = &columns;
            pulp::Arch::new().dispatch(Find { rows, columns, n_columns, n_segments, places });
        },
    );
    places
}

/// Squared distances of one row to every centroid.
pub(super) fn squared_distances(row: &[f32], centroids: &Matrix) -> Vec<f64> {
    let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
    centroids.rows().map(|centroid| row.iter().zip(centroid).map(square).sum()).collect()
}

struct Find<'a> {
    rows: &'a [f32],
    columns: &'a [f64],
    n_columns: usize,
    n_segments: usize,
    places: &'a mut [Place],
}

impl WithSimd for Find<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let n_padded = self.columns.len() / self.n_columns;
        let mut distances = vec![0.0f64; n_padded];
        for (row, place) in self.rows.chunks_exact(self.n_columns).zip(self.places) {
            distances.fill(0.0);
            for (&value, column) in row.iter().zip(self.columns.chunks_exact(n_padded)) {
                let value = f64::from(value);
                for (distance, centroid) in distances.iter_mut().zip(column) {
                    let difference = value - centroid;
                    *distance += difference * difference;
                }
            }
            *place = two_smallest(&distances[..self.n_segments]);
        }
    }
}

#[inline(always)]
fn two_smallest(distances: &[f64]) -> Place {
    let mut place = Place { segment: 0, own: f64::INFINITY, next: f64::INFINITY };
    for (segment, &distance) in distances.iter().enumerate() {
        if distance < place.own {
            place = Place { segment: segment as u32, own: distance, next: place.own };
        } else if distance < place.next {
            place.next = distance;
        }
    }
    place
}
