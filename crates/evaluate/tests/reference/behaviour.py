"""Makes `behaviour.json`: AUROC by scikit-learn, novelty and diversity by their formulas in numpy.

Run with scikit-learn 1.9.1, numpy 2.4.6:
    python crates/evaluate/tests/reference/behaviour.py > crates/evaluate/tests/reference/behaviour.json
"""

import json

import numpy as np
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(1278)
cases = []
# The fourth is so sure of itself that shares go down to the 1e-9 that keeps their logarithm finite.
for n, k, strength, spread in [(30, 15, 1.0, 1.5), (25, 4, 0.0, 1.5), (40, 10, 3.0, 1.5), (30, 24, 1.0, 16)]:
    popularity = np.sort(rng.integers(0, 500, k))[::-1].astype("f8")
    # Numbers that 32 bits hold as they are.
    scores = np.round(rng.normal(-2, spread, (n, k)) * 256) / 256
    targets = (rng.normal(0, 1, (n, k)) + strength * (scores + 2) > 0.8).astype(int)
    targets[0], targets[1] = 0, 1  # some and not all users have every target
    p = 1 / (1 + np.exp(-scores))
    shares = p / p.sum(1, keepdims=True)
    entropy = -(shares * np.log2(shares + 1e-9)).sum(1)
    m = min(10, k)
    scaled = popularity / np.sort(popularity)[-m:].sum()
    top = np.argsort(-scores, axis=1, kind="stable")[:, :m]
    told = np.take_along_axis(p, top, 1) * scaled[top]
    cases.append(
        {
            "scores": scores.tolist(),
            "targets": targets.tolist(),
            "popularity": popularity.tolist(),
            "auroc": roc_auc_score(targets, scores, average="macro"),
            "novelty": float((1 - told.sum(1).mean()) ** 100),
            "diversity": float(entropy.mean() / np.log2(k)),
        }
    )
print(json.dumps(cases))
