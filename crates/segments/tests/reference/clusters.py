"""clusters.py > clusters.json: trees of SciPy and HDBSCAN of scikit-learn.

Needs NumPy, SciPy and scikit-learn.
"""

import json
import sys

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import HDBSCAN

rng = np.random.default_rng(3)
rows, trees, densities = [], [], []
for n, width in [(40, 1), (60, 3), (90, 6)]:
    data = np.round(rng.normal(size=(n, width)) + 3 * rng.integers(0, 3, (n, 1)), 3).astype(np.float32)
    wide = data.astype(float)
    rows.append(data.astype(float).round(3).tolist())
    for method in ["ward", "average", "complete", "single"]:
        found = linkage(wide, method)
        height = float(np.median(found[-8:, 2]) * 1.0001)
        trees.append({
            "data": len(rows) - 1, "linkage": method, "heights": found[:, 2].round(7).tolist(),
            "five": (fcluster(found, 5, "maxclust") - 1).tolist(), "height": height,
            "below": (fcluster(found, height, "distance") - 1).tolist(),
        })  # fmt: skip
for n, width, size, samples in [(150, 2, 10, 10), (240, 3, 10, 4), (300, 2, 8, 5)]:
    groups = rng.integers(0, 7, n)
    wide = rng.normal(size=(4, width)) * 6
    # Pairs of groups near each other: what `leaf` keeps apart, `eom` may join.
    centre = np.concatenate([wide[:3], wide[:3] + rng.normal(size=(3, width)), wide[3:]])
    stray = rng.uniform(-12, 12, (n, width))
    data = np.where(groups[:, None] == 6, stray, centre[groups] + rng.normal(size=(n, width)) * (0.3 + 0.05 * groups[:, None]))
    data = data.round(3).astype(np.float32)
    for selection in ["eom", "leaf"]:
        def fit(order):
            fitted = HDBSCAN(min_cluster_size=size, min_samples=samples, cluster_selection_method=selection, algorithm="brute", copy=True)
            fitted.fit(data[order].astype(float))
            back = np.argsort(order)
            return fitted.labels_[back], fitted.probabilities_[back]

        labels, probabilities = fit(np.arange(n))
        # A row that is the only bridge of two groups is as near to both, by the algorithm's distance:
        # where it goes hangs on the order of rows. Such rows are found by shuffling.
        open_rows = set()
        for _ in range(20):
            other, strength = fit(rng.permutation(n))
            most = [np.bincount(other[labels == k] + 1).argmax() - 1 for k in range(labels.max() + 1)]
            renamed = np.array([most[label] if label >= 0 else -1 for label in labels])
            open_rows |= set(np.flatnonzero((renamed != other) | (abs(strength - probabilities) > 1e-7)).tolist())
        densities.append({
            "data": data.astype(float).round(3).tolist(), "min_segment_size": size, "min_samples": samples, "leaf": selection == "leaf",
            "labels": labels.tolist(), "probabilities": probabilities.round(7).tolist(), "open": sorted(open_rows),
        })  # fmt: skip
        print(n, selection, labels.max() + 1, (labels < 0).sum(), sorted(open_rows), file=sys.stderr)
json.dump({"rows": rows, "trees": trees, "densities": densities}, sys.stdout)
