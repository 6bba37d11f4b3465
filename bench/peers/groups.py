"""groups.py WAY ROWS.npy STARTS.npy: SciPy and scikit-learn, one thread.

WAY is k_means (25 rounds from the starts), ward, average, complete or single (as many groups as
starts), density, or silhouette (of the rows by their nearest start). Timed is the fit alone.
"""

import sys
import time

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import silhouette_score

import clock

clock.ready()

ROUNDS = 25


def inertia(rows: np.ndarray, groups: np.ndarray) -> float:
    wide = rows.astype(np.float64)
    return float(sum(((wide[groups == group] - wide[groups == group].mean(0)) ** 2).sum() for group in np.unique(groups)))


def main(way: str, rows_file: str, starts_file: str) -> None:
    rows, starts = np.load(rows_file), np.load(starts_file)
    k = len(starts)
    if way == "silhouette":
        groups = KMeans(k, init=starts, n_init=1, max_iter=1, tol=0, algorithm="lloyd").fit_predict(rows)
    started = time.perf_counter()
    if way == "k_means":
        fitted = KMeans(k, init=starts, n_init=1, max_iter=ROUNDS, tol=0, algorithm="lloyd").fit(rows)
        seconds, figure = time.perf_counter() - started, float(fitted.inertia_)
    elif way == "silhouette":
        figure = float(silhouette_score(rows, groups))
        seconds = time.perf_counter() - started
    elif way == "density":
        fitted = HDBSCAN(min_cluster_size=25, n_jobs=1, copy=True).fit(rows)
        seconds, figure = time.perf_counter() - started, float(fitted.labels_.max() + 1)
    else:
        groups = fcluster(linkage(rows, way), k, "maxclust")
        seconds, figure = time.perf_counter() - started, inertia(rows, groups)
    clock.report(seconds=seconds, figure=figure)


if __name__ == "__main__":
    main(*sys.argv[1:])
