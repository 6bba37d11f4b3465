"""Makes `metrics.json`: what scikit-learn and SciPy say about small sets of predictions.

Run with scikit-learn 1.9.1, scipy 1.17, numpy 2.4.6:
    python crates/evaluate/tests/reference/metrics.py > crates/evaluate/tests/reference/metrics.json
"""

import json
import warnings

import numpy as np
from scipy.stats import spearmanr
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
rng = np.random.default_rng(5)


def one(n, shares, strength, ties, absent=None):
    """Users of classes in these shares, probabilities that know them more or less."""
    k = len(shares)
    truth = rng.choice(k, n, p=shares)
    if absent is not None:
        truth[truth == absent] = (absent + 1) % k
    logits = rng.normal(0, 1, (n, k)) + strength * np.eye(k)[truth] + np.log(shares)
    p = np.exp(logits)
    p = p / p.sum(1, keepdims=True)
    if ties:
        p = np.round(p * ties) / ties
        p = np.where(p.sum(1, keepdims=True) == 0, 1 / k, p)
        p = p / p.sum(1, keepdims=True)
    p = np.round(p, 4)
    printed, p = p.tolist(), p.astype("f4")
    decided = np.where(rng.random(n) < 0.85, p.argmax(1), rng.integers(0, k, n))
    present = sorted(set(truth))
    case = {"truth": truth.tolist(), "decided": decided.tolist(), "p": printed}
    case["confusion"] = m.confusion_matrix(truth, decided, labels=range(k)).tolist()
    case["accuracy"] = m.accuracy_score(truth, decided)
    case["balanced_accuracy"] = m.balanced_accuracy_score(truth, decided)
    for average in ["macro", "micro", "weighted"]:
        case[average] = m.precision_recall_fscore_support(truth, decided, average=average)[:3]
    of_class = m.precision_recall_fscore_support(truth, decided, labels=range(k))
    case["of_class"] = np.array(of_class[:3]).T.tolist()
    wide = p.astype("f8")
    if k == 2:
        case["auroc"] = m.roc_auc_score(truth, wide[:, 1])
        case["pr_auc"] = m.average_precision_score(truth, wide[:, 1])
        case["brier"] = m.brier_score_loss(truth, wide[:, 1])
    else:
        each = [m.roc_auc_score(truth == c, wide[:, c]) for c in present]
        case["auroc"] = float(np.mean(each))
        case["pr_auc"] = float(np.mean([m.average_precision_score(truth == c, wide[:, c]) for c in present]))
        case["brier"] = float(((wide - np.eye(k)[truth]) ** 2).sum(1).mean())
        if absent is None and not ties:
            # Summing to 1 to the last bit is asked by scikit-learn alone.
            exact = wide / wide.sum(1, keepdims=True)
            given = m.roc_auc_score(truth, exact, multi_class="ovr", average="macro")
            assert abs(given - case["auroc"]) < 1e-4, (given, case["auroc"])
            assert abs(m.brier_score_loss(truth, exact) - case["brier"]) < 1e-6
    case["log_loss"] = m.log_loss(truth, p, labels=range(k))
    case["curves"] = []
    for c in present:
        observed, predicted = calibration_curve(truth == c, wide[:, c], n_bins=10)
        case["curves"].append({"class": int(c), "observed": observed.tolist(), "predicted": predicted.tolist()})
    top = wide.max(1)
    right = wide.argmax(1) == truth
    edges = np.linspace(0, 1, 11)
    place = np.searchsorted(edges[1:-1], top)
    case["calibration_error"] = sum(
        abs(top[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in set(place)
    )
    return case


cases = [
    one(60, [0.5, 0.5], 1.0, None),
    one(120, [0.97, 0.03], 2.0, None),
    one(90, [0.3, 0.7], 1.0, 5),
    one(90, [0.6, 0.25, 0.1, 0.05], 1.5, 10),
    one(801, [0.35, 0.3, 0.2, 0.15], 0.7, None),
    one(300, [0.05, 0.18, 0.24, 0.36, 0.08, 0.09], 0.5, 20),
    one(50, [0.5, 0.3, 0.2], 1.0, None, absent=2),
]
amounts = []
for n, ties in [(40, False), (200, True)]:
    truth = rng.gamma(2, 20, n).astype("f4")
    predicted = (truth * rng.uniform(0.5, 1.5, n)).astype("f4")
    if ties:
        truth, predicted = np.round(truth, -1), np.round(predicted, -1)
    amounts.append(
        {
            "truth": np.round(truth.astype("f8"), 6).tolist(),
            "predicted": np.round(predicted.astype("f8"), 6).tolist(),
            "mae": m.mean_absolute_error(truth.astype("f8"), predicted.astype("f8")),
            "rmse": m.root_mean_squared_error(truth.astype("f8"), predicted.astype("f8")),
            "spearman": float(spearmanr(truth, predicted).statistic),
        }
    )
groups = []
for n, width, k in [(60, 3, 4), (100, 8, 12), (30, 2, 2), (300, 5, 7)]:
    data = np.round(rng.normal(0, 1, (n, width)) + rng.integers(0, 3, (n, 1)) * 1.5 + 3, 3)
    a = rng.integers(0, k, n)
    b = np.where(rng.random(n) < 0.7, a, rng.integers(0, k + 2, n))
    wide = data.astype("f4").astype("f8")
    groups.append(
        {
            "data": data.tolist(),
            "a": a.tolist(),
            "b": b.tolist(),
            "mutual": float(m.mutual_info_score(a, b)),
            "adjusted_mutual": float(m.adjusted_mutual_info_score(a, b)),
            "davies_bouldin": float(m.davies_bouldin_score(wide, a)),
            "calinski_harabasz": float(m.calinski_harabasz_score(wide, a)),
        }
    )
print(json.dumps({"predictions": cases, "amounts": amounts, "groups": groups}, default=float))
