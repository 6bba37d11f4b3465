//! Core distances and the minimum spanning tree, all in squared distances.

use rayon::prelude::*;

use crate::planes::Planes;

/// Values in a search from which on it is shared between threads.
const SHARED_FROM: usize = 1 << 17;

/// Two rows and the squared distance at which the tree joins them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) squared: f64,
    /// How far the rows really are from each other. All edges to neighbours within a row's core
    /// distance are equally long; the nearest goes first, so that the order of rows decides little.
    pub(super) apart: f64,
}

/// The `n`-th smallest of `squares`, counted from 1.
pub(super) fn nth_smallest(squares: &[f64], n: usize, smallest: &mut Vec<f64>) -> f64 {
    smallest.clear();
    let mut worst = f64::INFINITY;
    for &square in squares {
        if square < worst || smallest.len() < n {
            let at = smallest.partition_point(|known| *known <= square);
            smallest.insert(at, square);
            smallest.truncate(n);
            if smallest.len() == n {
                worst = smallest[n - 1];
            }
        }
    }
    smallest.last().copied().unwrap_or(0.0)
}

/// Squared distance of every row to its `n_samples`-th nearest, itself counted.
pub(super) fn cores(planes: &Planes, n_samples: usize) -> Vec<f64> {
    let n_rows = planes.n_rows();
    let buffers = || (vec![0.0; n_rows], Vec::with_capacity(n_samples + 1));
    (0..n_rows)
        .into_par_iter()
        .map_init(buffers, |(squares, smallest), row| {
            planes.squared_distances(&planes.row(row), 0, squares);
            nth_smallest(squares, n_samples, smallest)
        })
        .collect()
}

/// The rows outside the tree, in places that move as rows go in.
struct Outside {
    planes: Planes,
    rows: Vec<usize>,
    cores: Vec<f64>,
    /// How near the tree has come, and by which of its rows.
    best: Vec<f64>,
    apart: Vec<f64>,
    from: Vec<usize>,
}

/// The minimum spanning tree over max(distance, core, core), shortest edge first.
pub(super) fn spanning_tree(planes: Planes, n_columns: usize, cores: &[f64]) -> Vec<Edge> {
    let n_rows = planes.n_rows();
    let mut squares = vec![0.0; n_rows];
    let mut outside = Outside {
        planes,
        rows: (0..n_rows).collect(),
        cores: cores.to_vec(),
        best: vec![f64::INFINITY; n_rows],
        apart: vec![f64::INFINITY; n_rows],
        from: vec![0; n_rows],
    };
    let mut edges = Vec::with_capacity(n_rows.saturating_sub(1));
    let mut newest = outside.take(0);
    while !outside.rows.is_empty() {
        outside.approach(&newest, n_columns, &mut squares);
        let nearest = outside.nearest();
        let (a, b) = (outside.from[nearest], outside.rows[nearest]);
        let (squared, apart) = (outside.best[nearest], outside.apart[nearest]);
        edges.push(Edge { a, b, squared, apart });
        newest = outside.take(nearest);
    }
    edges.sort_by(|x, y| x.squared.total_cmp(&y.squared).then(x.apart.total_cmp(&y.apart)));
    edges
}

/// How near the tree has come to some places.
struct Near<'a> {
    best: &'a mut [f64],
    apart: &'a mut [f64],
    from: &'a mut [usize],
}

/// A row that has just gone into the tree.
struct Newest {
    row: usize,
    core: f64,
    point: Vec<f64>,
}

impl Outside {
    fn take(&mut self, place: usize) -> Newest {
        let point = self.planes.row(place);
        self.planes.swap_remove(place);
        self.best.swap_remove(place);
        self.apart.swap_remove(place);
        self.from.swap_remove(place);
        let core = self.cores.swap_remove(place);
        Newest { row: self.rows.swap_remove(place), core, point }
    }

    /// Lowers distances to the tree by those to its newest row.
    fn approach(&mut self, newest: &Newest, n_columns: usize, squares: &mut [f64]) {
        let n_left = self.rows.len();
        let squares = &mut squares[..n_left];
        let chunk = match n_left * n_columns < SHARED_FROM {
            true => n_left,
            false => n_left.div_ceil(rayon::current_num_threads()),
        };
        let (planes, cores) = (&self.planes, &self.cores);
        let lower = |at: usize, squares: &mut [f64], near: Near<'_>| {
            let first = at * chunk;
            planes.squared_distances(&newest.point, first, squares);
            let known = near.best.iter_mut().zip(near.apart).zip(near.from);
            let news = squares.iter().zip(&cores[first..]);
            for ((&square, &core), ((best, apart), from)) in news.zip(known) {
                let reach = square.max(core).max(newest.core);
                if reach < *best || (reach <= *best && square < *apart) {
                    (*best, *apart, *from) = (reach, square, newest.row);
                }
            }
        };
        if chunk == n_left {
            let near = Near { best: &mut self.best, apart: &mut self.apart, from: &mut self.from };
            lower(0, squares, near);
            return;
        }
        let near = self.best.par_chunks_mut(chunk).zip(self.apart.par_chunks_mut(chunk));
        let near = near.zip(self.from.par_chunks_mut(chunk));
        let parts = squares.par_chunks_mut(chunk).zip(near).enumerate();
        parts.for_each(|(at, (squares, ((best, apart), from)))| {
            lower(at, squares, Near { best, apart, from });
        });
    }

    /// The place nearest to the tree; of equals the one that is really nearest, then the lowest row.
    fn nearest(&self) -> usize {
        let least = self.best.iter().fold(f64::INFINITY, |least, &best| least.min(best));
        let equals = (0..self.best.len()).filter(|&place| self.best[place] <= least);
        let before = |&a: &usize, &b: &usize| {
            self.apart[a].total_cmp(&self.apart[b]).then(self.rows[a].cmp(&self.rows[b]))
        };
        equals.min_by(before).unwrap_or(0)
    }
}
