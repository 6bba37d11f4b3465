"""Makes `heads.json`: what scikit-learn says about small heads.

Run with scikit-learn 1.9.1, numpy 2.4.6:
    python crates/segments/tests/reference/heads.py > crates/segments/tests/reference/heads.json
"""

import json

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.semi_supervised import LabelSpreading

rng = np.random.default_rng(5)


def softmax_case(n, width, k, c, balanced, row_norm):
    """Coefficients in the units of the data; two classes as two mirrored halves."""
    centres = rng.normal(0, 0.8, (k, width))
    y = np.concatenate([np.arange(k), rng.integers(0, k, n - k) * (rng.random(n - k) < 0.7)]).astype(int)
    x = (centres[y] + rng.normal(0.7, 1.5, (n, width)) * rng.uniform(0.3, 2, width)).astype("f4")
    wide = x.astype("f8")
    factor = np.sqrt(row_norm / (wide**2).sum(1).mean()) if row_norm else 1.0
    model = LogisticRegression(
        C=c, solver="lbfgs", tol=1e-12, max_iter=100_000, class_weight="balanced" if balanced else None
    ).fit(wide * factor, y)
    coefficients, intercepts = model.coef_ * factor, model.intercept_
    if k == 2:
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    return {
        "data": wide.tolist(),
        "codes": y.tolist(),
        "c": c,
        "balanced": balanced,
        "row_norm": row_norm,
        "coefficients": coefficients.tolist(),
        "intercepts": (intercepts - intercepts.mean()).tolist(),
        "probabilities": model.predict_proba(wide * factor).tolist(),
    }


def isotonic_case(n, steps):
    share = np.round(rng.random(n) * steps) / steps
    hit = (rng.random(n) < share**1.5).astype(float)
    share, asked = share.astype("f4").astype("f8"), rng.random(20).astype("f4").astype("f8")
    curve = IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1).fit(share, hit)
    return {
        "shares": share.tolist(),
        "hits": hit.astype(int).tolist(),
        "asked": asked.tolist(),
        "answers": curve.predict(asked).tolist(),
    }


def spreading_case(n, k, n_neighbours, alpha):
    """The graph is the union of both directions; scikit-learn's own keeps one direction only."""
    y = np.arange(n) % k
    x = (rng.normal(0, 1, (n, 2)) + np.stack([np.cos(y * 2.1), np.sin(y * 2.1)], 1) * 1.6).astype("f4")
    x = x.astype("f8")
    known = np.where(rng.random(n) < 0.15, y, -1)
    known[:k] = np.arange(k)

    def union(a, b):
        if a is b or a.shape == b.shape:
            graph = NearestNeighbors(n_neighbors=n_neighbours).fit(a).kneighbors_graph(mode="connectivity")
            return csr_matrix(graph.maximum(graph.T))
        raise ValueError("only fitted here")

    model = LabelSpreading(kernel=union, alpha=alpha, max_iter=100_000, tol=1e-13).fit(x, known)
    return {
        "data": x.tolist(),
        "codes": known.tolist(),
        "n_neighbours": n_neighbours,
        "alpha": alpha,
        "shares": model.label_distributions_.tolist(),
    }


print(
    json.dumps(
        {
            "softmax": [
                softmax_case(60, 5, 3, 0.5, False, None),
                softmax_case(80, 4, 2, 0.02, False, 50.0),
                softmax_case(90, 9, 5, 0.1, True, 50.0),
                softmax_case(30, 70, 3, 0.03, False, 50.0),
            ],
            "isotonic": [isotonic_case(40, 12), isotonic_case(60, 1000)],
            "spreading": [spreading_case(60, 3, 6, 0.2), spreading_case(50, 2, 4, 0.8)],
        }
    )
)
