"""metrics.py FOLDER: figures of made predictions and groups by scikit-learn, one thread.

Every figure is computed once on some users before it is timed: what a function imports or compiles when it
is first called is not counted. scikit-learn has no calibration error of the likeliest class: that one is NumPy.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn import metrics

import clock

clock.ready()

BINS, SOME = 10, 1_000


def predictions(folder: Path) -> tuple[list[np.ndarray], dict[str, Callable]]:
    shares = np.load(folder / "probabilities.npy")
    truth, decided = (np.fromfile(folder / f"{name}.u32", "<u4").astype(np.int64) for name in ["truth", "decided"])
    figures = {
        "confusion matrix": lambda t, d, p: metrics.confusion_matrix(t, d),
        "accuracy": lambda t, d, p: metrics.accuracy_score(t, d),
        "balanced accuracy": lambda t, d, p: metrics.balanced_accuracy_score(t, d),
        "macro-F1": lambda t, d, p: metrics.f1_score(t, d, average="macro"),
    }
    if shares.shape[1] == 2:
        figures |= {
            "AUROC": lambda t, d, p: metrics.roc_auc_score(t, p[:, 1]),
            "PR-AUC": lambda t, d, p: metrics.average_precision_score(t, p[:, 1]),
        }
    else:
        figures |= {
            "AUROC, one against the rest": lambda t, d, p: metrics.roc_auc_score(t, p, multi_class="ovr"),
            "PR-AUC, one against the rest": lambda t, d, p: metrics.average_precision_score(t, p),
        }
    figures |= {
        "log loss": lambda t, d, p: metrics.log_loss(t, p),
        "Brier": lambda t, d, p: metrics.brier_score_loss(t, p[:, 1] if p.shape[1] == 2 else p),
        "calibration error": lambda t, d, p: calibration_error(t, p),
    }
    return [truth, decided, shares], figures


def groups(folder: Path) -> tuple[list[np.ndarray], dict[str, Callable]]:
    rows = np.load(folder / "rows.npy")
    first, second = (np.fromfile(folder / f"{name}.u32", "<u4").astype(np.int64) for name in ["first", "second"])
    return [rows, first, second], {
        "Davies–Bouldin": lambda rows, a, b: metrics.davies_bouldin_score(rows, a),
        "Calinski–Harabasz": lambda rows, a, b: metrics.calinski_harabasz_score(rows, a),
        "adjusted Rand": lambda rows, a, b: metrics.adjusted_rand_score(a, b),
        "adjusted mutual information": lambda rows, a, b: metrics.adjusted_mutual_info_score(a, b),
    }


def calibration_error(truth: np.ndarray, shares: np.ndarray) -> float:
    """Distance of promise and outcome of the likeliest class, over equally wide ranges closed above."""
    decided = shares.argmax(axis=1)
    promised = shares[np.arange(len(shares)), decided].astype(np.float64)
    bins = np.digitize(promised, np.linspace(0, 1, BINS + 1)[1:-1], right=True)
    away = np.bincount(bins, promised, BINS) - np.bincount(bins, decided == truth, BINS)
    return float(np.abs(away).sum() / len(truth))


def main(folder: str) -> None:
    found = {}
    for file, parts in [("probabilities.npy", predictions), ("rows.npy", groups)]:
        if not (Path(folder) / file).exists():
            continue
        inputs, figures = parts(Path(folder))
        for name, figure in figures.items():
            figure(*(of[:SOME] for of in inputs))
            started = time.perf_counter()
            value = figure(*inputs)
            seconds = time.perf_counter() - started
            found[name] = {"seconds": seconds, "values": np.ravel(value).astype(float).tolist()}
    clock.report(figures=found)


if __name__ == "__main__":
    main(*sys.argv[1:])
