"""Makes `scikit_learn.json`: what scikit-learn says about small matrices.

Run with scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6:
    python crates/encoders/tests/reference/scikit_learn.py > crates/encoders/tests/reference/scikit_learn.json
"""

import json

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import QuantileTransformer, RobustScaler, StandardScaler

rng = np.random.default_rng(20)
counts = rng.poisson(0.15 * rng.gamma(1.0, 1.0, (60, 1)) * rng.gamma(0.5, 4.0, (1, 40)))
n, df = len(counts), (counts > 0).sum(0)
kept = df >= 3
x = np.log1p(counts[:, kept]) * (np.log((1 + n) / (1 + df[kept])) + 1)
x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300)
svd = TruncatedSVD(6, algorithm="arpack", random_state=0).fit(x)
v = svd.components_.T
v *= np.sign(v[np.abs(v).argmax(0), np.arange(6)])

train = np.stack([rng.integers(0, 6, 50), rng.gamma(0.7, 30, 50), rng.normal(0, 2, 50)], 1)
train[:, 0] = np.maximum(train[:, 0] - 2, 0)
train = train.astype("f4").astype("f8")
new = np.array([[-1, -5, 0.1], [0, 12.5, -9], [1.5, 40, 9], [2, 80, 1], [9, 1e4, -0.3]])
new = new.astype("f4").astype("f8")


def log(a):
    return np.sign(a) * np.log1p(np.abs(a))


quantile = QuantileTransformer(n_quantiles=50, output_distribution="normal").fit(train)
# Interpolation leaves equal ranks a rounding error apart, which splits ties at random.
quantile.quantiles_ = quantile.quantiles_.astype("f4").astype("f8")
print(
    json.dumps(
        {
            "counts": counts.tolist(),
            "singular_values": svd.singular_values_.tolist(),
            "vectors": (x @ v).tolist(),
            "train": train.tolist(),
            "new": new.tolist(),
            "standard": StandardScaler().fit(train).transform(new).tolist(),
            "log": StandardScaler().fit(log(train)).transform(log(new)).tolist(),
            "robust": RobustScaler().fit(train).transform(new).tolist(),
            "quantile": quantile.transform(new).clip(-3, 3).tolist(),
            "quantile_train": quantile.transform(train).clip(-3, 3).tolist(),
        }
    )
)
