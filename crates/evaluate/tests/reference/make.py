"""Makes `scikit_learn.json`: what scikit-learn says about small assignments.

Run with scikit-learn 1.9.1, numpy 2.4.6:
    python crates/evaluate/tests/reference/make.py > crates/evaluate/tests/reference/scikit_learn.json
"""

import json

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

rng = np.random.default_rng(21)
cases = []
for n, width, k in [(40, 2, 3), (60, 4, 5), (25, 1, 2), (80, 3, 12)]:
    data = (rng.normal(0, 1, (n, width)) + rng.integers(0, 3, (n, 1)) * 1.5).astype("f4")
    a = rng.integers(0, k, n)
    b = np.where(rng.random(n) < 0.6, a, rng.integers(0, k + 2, n))
    start = data[rng.choice(n, k, replace=False)]
    fitted = KMeans(k, init=start, n_init=1, tol=0, algorithm="lloyd").fit(data)
    cases.append(
        {
            "data": data.astype("f8").tolist(),
            "a": a.tolist(),
            "b": b.tolist(),
            "adjusted_rand": adjusted_rand_score(a, b),
            "silhouette": float(silhouette_score(data.astype("f8"), a)),
            "start": start.astype("f8").tolist(),
            "k_means": fitted.labels_.tolist(),
            "inertia": float(fitted.inertia_),
        }
    )
print(json.dumps(cases))
