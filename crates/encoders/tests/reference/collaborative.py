"""Makes collaborative.json: EASE and cosine weights and scores by NumPy, by their formulas.

    pip install numpy==2.4.6 && python collaborative.py
"""

import json
import pathlib

import numpy

rng = numpy.random.default_rng(3)
counts = rng.poisson(0.8, size=(40, 7)) * rng.integers(0, 4, size=(40, 7))
rows = numpy.log1p(counts.astype(float))
rows /= numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
lam = 2.5
gram = rows.T @ rows
inverse = numpy.linalg.inv(gram + lam * numpy.eye(7))
ease = -inverse / numpy.diag(inverse)
numpy.fill_diagonal(ease, 0.0)
length = numpy.sqrt(numpy.diag(gram))
cosine = gram / numpy.outer(length, length)
numpy.fill_diagonal(cosine, 0.0)
result = {
    "counts": counts.tolist(),
    "lambda": lam,
    "ease": ease.tolist(),
    "ease_scores": (rows @ ease).tolist(),
    "cosine": cosine.tolist(),
    "cosine_scores": (rows @ cosine).tolist(),
}
path = pathlib.Path(__file__).with_name("collaborative.json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
