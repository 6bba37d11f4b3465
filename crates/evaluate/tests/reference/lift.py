"""Makes `lift.json`: gain and lift by deciles out of scikit-learn's ROC curve.

A point of that curve says which share of the class (its height) has been reached by asking so many
users (of the class and outside it); between two points users of equal score are asked in proportion.

Run with scikit-learn 1.9.1, numpy 2.4.6:
    python crates/evaluate/tests/reference/lift.py > crates/evaluate/tests/reference/lift.json
"""

import json

import numpy as np
from sklearn.metrics import roc_curve

rng = np.random.default_rng(23)


def one(n, share, strength, steps, n_parts):
    truth = rng.random(n) < share
    truth[:2] = [True, False]
    scores = rng.normal(0, 1, n) + strength * truth
    # Few steps make users of equal scores.
    scores = np.round(scores * steps) / steps if steps else np.round(scores, 4)
    outside, inside, _ = roc_curve(truth, scores, drop_intermediate=False)
    asked = inside * truth.sum() + outside * (~truth).sum()
    shares = np.arange(1, n_parts + 1) / n_parts
    gain = np.interp(shares * n, asked, inside)
    return {
        "truth": truth.tolist(),
        "scores": scores.tolist(),
        "share": shares.tolist(),
        "gain": gain.tolist(),
        "lift": (gain / shares).tolist(),
    }


print(
    json.dumps(
        [
            one(100, 0.5, 1.0, None, 10),
            one(237, 0.08, 1.5, None, 10),
            one(150, 0.3, 0.5, 2, 10),
            one(7, 0.4, 1.0, None, 10),
            one(90, 0.2, 0.0, 1, 4),
        ]
    )
)
