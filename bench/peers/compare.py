"""compare.py A.npy B.npy: the lowest cosine between rows of the same number."""

import json
import sys

import numpy as np

a, b = (np.load(file).astype(np.float64) for file in sys.argv[1:3])
if a.shape != b.shape:
    sys.exit(f"shapes differ: {a.shape} and {b.shape}")
cosines = (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
print(json.dumps({"lowest_cosine": float(cosines.min())}))
