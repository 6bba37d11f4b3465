"""Makes `grouped.json`: how evenly scikit-learn spreads classes over folds of whole groups.

Run with scikit-learn 1.9.1, numpy 2.4.6:
    python crates/evaluate/tests/reference/grouped.py > crates/evaluate/tests/reference/grouped.json
"""

import json

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

rng = np.random.default_rng(11)


def spread(labels, groups, n_folds, seed):
    """Mean over classes of the standard deviation, over folds, of the share of the class."""
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    counts = np.array([np.bincount(labels[test], minlength=labels.max() + 1) for _, test in folds.split(labels, labels, groups)])
    return float((counts / counts.sum(0)).std(0).mean())


def one(n_groups, sizes, shares, likeness, n_folds):
    """Households whose members are alike more or less."""
    size = sizes(n_groups)
    groups = np.repeat(np.arange(n_groups), size)
    of_group = rng.choice(len(shares), n_groups, p=shares)
    own = rng.choice(len(shares), groups.size, p=shares)
    labels = np.where(rng.random(groups.size) < likeness, of_group[groups], own)
    spreads = [spread(labels, groups, n_folds, seed) for seed in range(20)]
    return {"labels": labels.tolist(), "groups": groups.tolist(), "n_folds": n_folds, "spread": float(np.mean(spreads))}


households = lambda n: rng.integers(1, 6, n)
companies = lambda n: np.minimum(rng.zipf(1.7, n), 80)
print(
    json.dumps(
        [
            one(60, households, [0.5, 0.5], 0.8, 5),
            one(40, households, [0.6, 0.3, 0.1], 0.5, 5),
            one(50, companies, [0.4, 0.3, 0.2, 0.1], 0.6, 3),
            one(90, companies, [0.85, 0.15], 0.9, 5),
            one(12, households, [0.5, 0.3, 0.2], 0.3, 4),
        ]
    )
)
