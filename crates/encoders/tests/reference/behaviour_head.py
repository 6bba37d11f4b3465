"""Makes `behaviour_head.json`: the fixed head forwards and through two steps of AdamW, in 64 bits.

The head is small in width but has all its parts: Linear, LayerNorm, three residual blocks with exact
GELU, LayerNorm, Linear. Slopes are complex steps of the loss, so that no way back is written here.

Run with numpy 2.4.6, scipy 1.17.1:
    python crates/encoders/tests/reference/behaviour_head.py > crates/encoders/tests/reference/behaviour_head.json
"""

import json

import numpy as np
from scipy.special import erf

N, WIDTH, TARGETS, THIN, WIDE, BLOCKS = 6, 5, 3, 8, 16, 3
RATE, DECAY, B1, B2, EPSILON = 1e-3, 0.01, 0.9, 0.999, 1e-8
rng = np.random.default_rng(1)

shapes = [(THIN, WIDTH), (THIN,), (THIN,), (THIN,)]
for _ in range(BLOCKS):
    shapes += [(THIN,), (THIN,), (WIDE, THIN), (WIDE,), (THIN, WIDE), (THIN,)]
shapes += [(THIN,), (THIN,), (TARGETS, THIN), (TARGETS,)]
# Every number is one of 32 bits.
start = [rng.normal(0.3, 0.6, shape).astype("f4").astype("f8") for shape in shapes]
x = rng.normal(size=(N, WIDTH)).astype("f4").astype("f8")
y = (rng.random((N, TARGETS)) < 0.4).astype("f8")


def normed(x, scale, shift):
    centred = x - x.mean(1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5) * scale + shift


def gelu(x):
    return x * 0.5 * (1 + erf(x / np.sqrt(2)))


def forward(p):
    h = normed(x @ p[0].T + p[1], p[2], p[3])
    for block in range(BLOCKS):
        scale, shift, w1, b1, w2, b2 = p[4 + 6 * block : 10 + 6 * block]
        h = h + gelu(normed(h, scale, shift) @ w1.T + b1) @ w2.T + b2
    return normed(h, p[-4], p[-3]) @ p[-2].T + p[-1]


def loss(p):
    logits = forward(p)
    return (np.log(1 + np.exp(logits)) - y * logits).mean()


def slopes(p):
    found = [np.zeros_like(values) for values in p]
    for values, own in zip(p, found):
        for at in np.ndindex(values.shape):
            moved = [other.astype(complex) if other is values else other for other in p]
            moved[next(n for n, other in enumerate(p) if other is values)][at] += 1e-30j
            own[at] = loss(moved).imag / 1e-30
    return found


p = [values.copy() for values in start]
m, v = [0.0] * len(p), [0.0] * len(p)
steps, least = [], np.inf
for t in (1, 2):
    g = slopes(p)
    least = min(least, *(np.abs(values).min() for values in g))
    before = float(loss(p))
    for n in range(len(p)):
        m[n] = B1 * m[n] + (1 - B1) * g[n]
        v[n] = B2 * v[n] + (1 - B2) * g[n] ** 2
        step = (m[n] / (1 - B1**t)) / (np.sqrt(v[n] / (1 - B2**t)) + EPSILON)
        p[n] = p[n] - RATE * DECAY * p[n] - RATE * step
    steps.append({"loss": before, "numbers": [q.ravel().tolist() for q in p], "logits": forward(p).tolist()})
# The first step goes by the sign alone: a slope near nothing would leave it to rounding.
assert least > 1e-6, least

print(
    json.dumps(
        {
            "vectors": x.tolist(),
            "targets": y.tolist(),
            "numbers": [values.ravel().tolist() for values in start],
            "logits": forward(start).tolist(),
            "steps": steps,
        }
    )
)
