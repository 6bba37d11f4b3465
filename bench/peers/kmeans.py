"""kmeans.py ROWS.npy STARTS.npy ITERATIONS: faiss, one thread, from given starts.

Timed is the training alone. The inertia is that of the final centroids, computed after the timing.
"""

import sys
import time

import faiss
import numpy as np

import clock

clock.ready()


def main(rows_file: str, starts_file: str, iterations: str) -> None:
    faiss.omp_set_num_threads(1)
    rows, starts = np.load(rows_file), np.load(starts_file)
    k, width = starts.shape
    model = faiss.Kmeans(
        width, k, niter=int(iterations), nredo=1, seed=7,
        # No sampling of the rows, no warning about few of them: all rows in every iteration.
        max_points_per_centroid=len(rows), min_points_per_centroid=1,
    )  # fmt: skip
    started = time.perf_counter()
    model.train(rows, init_centroids=starts)
    seconds = time.perf_counter() - started
    distances, _ = model.index.search(rows, 1)
    clock.report(seconds=seconds, inertia=float(distances.astype(np.float64).sum()))


if __name__ == "__main__":
    main(*sys.argv[1:])
