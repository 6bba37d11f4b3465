"""svd.py FOLDER DIMENSIONS OVERSAMPLING ITERATIONS: scikit-learn's randomised decomposition.

Timed is the decomposition alone. The captured energy, the share of all squares that is left in the given
dimensions, is computed after the timing.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.utils.extmath import randomized_svd

import clock

clock.ready()


def main(folder: str, dimensions: str, oversampling: str, iterations: str) -> None:
    place = Path(folder)
    starts = np.fromfile(place / "starts.u64", "<u8").astype(np.int32)
    columns = np.fromfile(place / "columns.u32", "<u4").astype(np.int32)
    matrix = csr_matrix((np.fromfile(place / "values.f32", "<f4"), columns, starts))
    started = time.perf_counter()
    _, _, components = randomized_svd(
        matrix, int(dimensions), n_oversamples=int(oversampling), n_iter=int(iterations), random_state=7
    )
    seconds = time.perf_counter() - started
    projected = np.asarray(matrix @ components.T, dtype=np.float64)
    total = (matrix.data.astype(np.float64) ** 2).sum()
    clock.report(seconds=seconds, energy=float((projected**2).sum() / total))


if __name__ == "__main__":
    main(*sys.argv[1:])
