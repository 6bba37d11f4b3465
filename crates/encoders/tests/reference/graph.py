"""Makes `graph.json`: graph vectors of a small matrix, propagated by plain dense numpy in 64 bits.

Run with numpy 2.4.6:
    python crates/encoders/tests/reference/graph.py > crates/encoders/tests/reference/graph.json
"""

import json

import numpy as np

rng = np.random.default_rng(21)
group = np.arange(90) % 3
likes = np.where(np.arange(60) % 3 == group[:, None], 0.6, 0.08)
counts = rng.poisson(likes * rng.gamma(2.0, 0.5, (1, 60)))
counts[17] = 0
n, df = len(counts), (counts > 0).sum(0)
kept = df >= 3
x = np.log1p(counts[:, kept]) * (np.log((1 + n) / (1 + df[kept])) + 1)
x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-300)
known = x.sum(1) > 0
x = x[known]
users_of, items_of = x / x.sum(1, keepdims=True), (x / x.sum(0)).T

start = rng.normal(size=(kept.sum(), 6)).astype("f4").astype("f8")
v = start
for _ in range(4):
    u = users_of @ v
    q, r = np.linalg.qr(u - u.mean(0))
    # The sign of a column is free: as Gram and Schmidt would have it.
    u = q * np.sign(np.diag(r)) * np.sqrt(len(u))
    v = items_of @ u
    v /= np.linalg.norm(v, axis=1, keepdims=True)
u = users_of @ v
users = np.zeros((n, 6))
users[known] = ((u - u.mean(0)) / u.std(0)).clip(-6, 6)
print(
    json.dumps(
        {
            "counts": counts.tolist(),
            "kept": np.flatnonzero(kept).tolist(),
            "start": start.tolist(),
            "items": v.round(7).tolist(),
            "users": users.round(7).tolist(),
        }
    )
)
