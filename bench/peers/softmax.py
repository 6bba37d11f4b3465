"""softmax.py FOLDER WIDTH N_CLASSES C: scikit-learn's multinomial logistic regression, lbfgs, with the same penalty.

Timed is the fit alone. What was minimised is computed after the timing in 64 bits, from the coefficients.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

import clock

clock.ready()

AT_ONCE = 50_000


def main(folder: str, width: str, n_classes: str, c: str) -> None:
    place = Path(folder)
    rows = np.fromfile(place / "rows.f32", "<f4").reshape(-1, int(width))
    codes = np.fromfile(place / "codes.u32", "<u4").astype(np.int64)
    started = time.perf_counter()
    model = LogisticRegression(C=float(c), max_iter=1000).fit(rows, codes)
    seconds = time.perf_counter() - started
    assert len(model.classes_) == int(n_classes)
    weights = model.coef_.astype(np.float64)
    loss = 0.0
    for at in range(0, len(rows), AT_ONCE):
        logits = rows[at : at + AT_ONCE].astype(np.float64) @ weights.T + model.intercept_
        loss += (logsumexp(logits, axis=1) - logits[np.arange(len(logits)), codes[at : at + AT_ONCE]]).sum()
    objective = (loss + (weights**2).sum() / (2 * float(c))) / len(rows)
    clock.report(seconds=seconds, n_iterations=int(model.n_iter_[0]), objective=float(objective))


if __name__ == "__main__":
    main(*sys.argv[1:])
