"""labels.py JOURNEY_FOLDER MODEL_FOLDER RUN_FOLDER KEY_FILE OUT.json [--sequence]: labels of households from behaviour.

What a data scientist would try, on the very folds that `fenqun evaluate` used (RUN/evaluations/*-folds.parquet):
LightGBM on some 190 aggregates, with and without correcting for the prior; TF-IDF of product types, SVD and logistic
regression; pretrained text vectors of what was bought, whitened, and logistic regression; and, with --sequence, a
contrastive sequence model (GRU over events trained as CoLES: two stretches of one household are alike) whose vectors go
into logistic regression. Representations are fitted without labels on all households; C and the prior's power are chosen
inside the training rows.
"""

import json
import sys
import time
from pathlib import Path

import blake3
import lightgbm
import numpy as np
import polars as pl
from polars import col
from sentence_transformers import SentenceTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

import clock
from journey import read, weighted_counts
from profile_features import DAY, aggregates

clock.ready()

SEED = 7
CS = [0.001, 0.003, 0.01, 0.03, 0.1]
TAUS = np.arange(0, 1.45, 0.1)


def main(journey: str, model: str, run: str, key: str, out: str, *flags: str) -> None:
    events, catalogue, _ = read(Path(journey))
    as_of = (events["time"].max() // DAY + 1) * DAY
    households = events["user"].unique().sort()
    with threadpool_limits(2):
        blocks, seconds = represent(events, catalogue, households, as_of, model, "--sequence" in flags)
    names = pseudonyms(households, bytes.fromhex(Path(key).read_text().strip()))
    results: dict[str, dict] = {"seconds": seconds}
    for file in sorted(Path(run, "evaluations").glob("*-folds.parquet")):
        folds = pl.read_parquet(file).with_columns(row=col("user").replace_strict(names, return_dtype=pl.Int64))
        results[file.stem.removesuffix("-folds")] = {name: measure(head, folds) for name, head in heads(blocks).items()}
        Path(out).write_text(json.dumps(results, indent=1))
    clock.report(n_labels=len(results) - 1)


def pseudonyms(households: pl.Series, key: bytes) -> dict[str, int]:
    """fenqun's pseudonyms: the first 16 bytes of the keyed BLAKE3 of the id as text."""
    return {blake3.blake3(str(h).encode(), key=key).hexdigest()[:32]: row for row, h in enumerate(households)}


def represent(events, catalogue, households, as_of, model, with_sequence):
    """Everything that is known of households, without labels; and how long each took."""
    blocks, seconds = {}, {}

    def timed(name, make):
        start = time.monotonic()
        blocks[name] = np.asarray(make(), dtype=np.float32)
        seconds[name] = round(time.monotonic() - start, 1)

    timed("aggregates", lambda: aggregates(events, catalogue, households, as_of))
    types = weighted_counts(events, catalogue, households, "narrow", min_users=5)
    timed("types", lambda: TruncatedSVD(128, random_state=SEED).fit_transform(types.matrix))
    timed("texts", lambda: text_vectors(events, catalogue, households, model))
    if with_sequence:
        timed("sequence", lambda: sequence_vectors(events, catalogue, households))
    return blocks, seconds


def text_vectors(events, catalogue, households, model) -> np.ndarray:
    texts = weighted_counts(events, catalogue, households, "text", min_users=1)
    encoder = SentenceTransformer(model, device="cpu")
    vectors = encoder.encode(texts.names, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
    weights = normalize(texts.matrix, norm="l1")
    return PCA(128, whiten=True, random_state=SEED).fit_transform(weights @ (vectors - vectors.mean(axis=0)))


def sequence_vectors(events, catalogue, households) -> np.ndarray:
    from sequence_model import encode  # torch is slow to import and not always wanted

    return encode(events, catalogue, households, SEED)


def heads(blocks: dict[str, np.ndarray]) -> dict:
    """Each head takes training rows, their classes and test rows; it gives probabilities and decisions."""
    all_heads = {
        "aggregates + LightGBM": lambda *rows: boosted(blocks["aggregates"], *rows, corrected=False),
        "aggregates + LightGBM, prior-corrected": lambda *rows: boosted(blocks["aggregates"], *rows, corrected=True),
        "product types, TF-IDF + SVD + logistic": lambda *rows: logistic(blocks["types"], *rows),
        "pretrained text vectors + logistic": lambda *rows: logistic(blocks["texts"], *rows),
    }
    if "sequence" in blocks:
        all_heads["contrastive GRU over events + logistic"] = lambda *rows: logistic(blocks["sequence"], *rows)
    return all_heads


def boosted(data, train, classes, test, corrected):
    def fit(rows, of):
        model = lightgbm.LGBMClassifier(
            n_estimators=60, learning_rate=0.08, num_leaves=7, min_child_samples=15, colsample_bytree=0.3,
            subsample=0.8, subsample_freq=1, reg_lambda=5, random_state=SEED, n_jobs=1, verbose=-1,
        )  # fmt: skip
        return model.fit(data[rows], of)

    shares = fit(train, classes).predict_proba(data[test])
    tau = prior_power(fit, data, train, classes) if corrected else 0.0
    return shares, decide(shares, classes, tau)


def logistic(data, train, classes, test):
    centred = (data - data[train].mean(axis=0)) * np.sqrt(50 / np.square(data[train] - data[train].mean(axis=0)).sum(axis=1).mean())

    def fit(rows, of, c):
        return LogisticRegression(C=c, max_iter=2000).fit(centred[rows], of)

    inner = list(StratifiedKFold(3, shuffle=True, random_state=SEED).split(train, classes))
    losses = [sum(log_loss(classes[b], fit(train[a], classes[a], c).predict_proba(centred[train[b]]), labels=np.unique(classes)) for a, b in inner) for c in CS]
    c = CS[int(np.argmin(losses))]
    shares = fit(train, classes, c).predict_proba(centred[test])
    tau = prior_power(lambda rows, of: fit(rows, of, c), centred, train, classes)
    return shares, decide(shares, classes, tau)


def prior_power(fit, data, train, classes) -> float:
    """The power of the prior that probabilities are divided by: best inner macro-F1, smoothed over neighbours."""
    held_out = np.zeros((len(train), len(np.unique(classes))))
    for a, b in StratifiedKFold(3, shuffle=True, random_state=SEED).split(train, classes):
        held_out[b] = fit(train[a], classes[a]).predict_proba(data[train[b]])
    scores = np.array([f1_score(classes, decide(held_out, classes, tau), average="macro") for tau in TAUS])
    smooth = np.convolve(np.pad(scores, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    return float(TAUS[int(np.argmax(smooth))])


def decide(shares, classes, tau):
    prior = np.bincount(classes) / len(classes)
    return np.argmax(shares / prior**tau, axis=1)


def measure(head, folds: pl.DataFrame) -> dict:
    """Macro-F1 and one-vs-rest AUROC, fold by fold."""
    names = sorted(folds["label"].unique())
    folds = folds.with_columns(code=col("label").replace_strict({n: i for i, n in enumerate(names)}, return_dtype=pl.Int64))
    f1, auroc = [], []
    start = time.monotonic()
    with threadpool_limits(1):
        for (repeat, fold), test in sorted(folds.group_by("repeat", "fold"), key=lambda part: part[0]):
            train = folds.filter((col("repeat") == repeat) & (col("fold") != fold))
            truth = test["code"].to_numpy()
            shares, decided = head(train["row"].to_numpy(), train["code"].to_numpy(), test["row"].to_numpy())
            f1.append(f1_score(truth, decided, average="macro"))
            auroc.append(np.mean([roc_auc_score(truth == c, shares[:, c]) for c in range(len(names))]))
    return {"macro_f1": f1, "auroc": auroc, "seconds": round(time.monotonic() - start, 1)}


if __name__ == "__main__":
    main(*sys.argv[1:])
