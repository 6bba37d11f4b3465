"""end_to_end.py JOURNEY_FOLDER MODEL_FOLDER OUT: what `fenqun demo` does, as a competent script.

polars, sentence-transformers and scikit-learn: read and clean; per-user aggregates and sequences; TF-IDF and SVD of
item types; MiniLM vectors of the distinct item texts, pooled; taste by k-means on three dimensions, candidate and k
chosen by bootstrap stability; value tiers; the RFM baseline; what sets each segment apart; files written.
It draws no report and keeps no ledger, which fenqun does.
"""

import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
from polars import col
from sentence_transformers import SentenceTransformer
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler, normalize
from threadpoolctl import threadpool_limits

import clock
import profile_features
from journey import Counts, read, weighted_counts
from profile_features import DAY

clock.ready()

N_REFITS, N_STARTS, SEED = 10, 8, 7


def main(journey: str, model: str, out: str) -> None:
    events, catalogue, n_rejected = read(Path(journey))
    as_of = (events["time"].max() // DAY + 1) * DAY
    profiles, liked, _ = profile_features.profiles(events, catalogue, as_of)
    users = profiles["user"]

    types = weighted_counts(events, catalogue, users, "narrow", min_users=5)
    texts = weighted_counts(events, catalogue, users, "text", min_users=1)
    vectors = encode(model, texts.names)
    blocks = {"categories": TruncatedSVD(32, random_state=SEED).fit_transform(types.matrix), "text": texts.matrix @ vectors}
    # Without the first singular component, which is how much a user buys, not what.
    candidates = {"categories": taste(blocks["categories"][:, 1:]), "text": taste(blocks["text"] - blocks["text"].mean(axis=0))}
    curve = [(name, k, stability(points, k)) for name, points in candidates.items() for k in range(3, 7)]
    best = max(value for *_, value in curve)
    name, k, _ = max((c for c in curve if c[2] >= best - 0.02), key=lambda c: (c[1], c[2]))
    group = k_means(candidates[name], k, SEED).labels_

    value = profiles["value_score"].to_numpy()
    tier = 2 - np.searchsorted(np.quantile(value, [1 / 3, 2 / 3]), value)
    segment = tier * k + group
    rfm = StandardScaler().fit_transform(np.log1p(profiles.select("recency", "frequency", col("spend").clip(0)).to_numpy()))
    baseline = {n: stability(rfm, n) for n in range(3, 7)}

    folder = Path(out)
    score = np.linalg.norm(candidates[name], axis=1)
    pl.DataFrame({"user": users, "segment": segment, "score": score}).write_parquet(folder / "segments.parquet")
    profiles.write_parquet(folder / "profiles.parquet")
    np.save(folder / "embeddings.npy", np.hstack(list(blocks.values())).astype(np.float16))
    cards = describe(profiles, segment, types)
    (folder / "cards.json").write_text(json.dumps({"cards": cards, "curve": curve, "baseline": baseline}, indent=1))
    clock.report(n_texts=len(texts.names), n_rejected=n_rejected, chosen=name, k=k, stability=best)


def encode(model: str, texts: list[str]) -> np.ndarray:
    return SentenceTransformer(model, device="cpu").encode(texts, normalize_embeddings=True, show_progress_bar=False)


def taste(points: np.ndarray) -> np.ndarray:
    """Three dimensions: directions of rows, then their main axes."""
    return PCA(3, random_state=SEED).fit_transform(normalize(points))


def k_means(points: np.ndarray, k: int, seed: int) -> KMeans:
    # For so few rows a second thread costs more than it saves: measured 8 times slower on a busy machine.
    with threadpool_limits(1):
        return KMeans(k, n_init=N_STARTS, random_state=seed).fit(points)


def stability(points: np.ndarray, k: int) -> float:
    """Mean adjusted Rand index between refits on bootstrap samples, each asked for all users."""
    random = np.random.default_rng(SEED)
    labels = []
    for refit in range(N_REFITS):
        rows = random.integers(0, len(points), len(points))
        labels.append(k_means(points[rows], k, refit).predict(points))
    return float(np.mean([adjusted_rand_score(a, b) for a, b in combinations(labels, 2)]))


def describe(profiles: pl.DataFrame, segment: np.ndarray, types: Counts) -> list[dict]:
    cards = []
    everybody = np.asarray((types.matrix > 0).mean(axis=0)).ravel()
    for number in np.unique(segment):
        rows = segment == number
        share = np.asarray((types.matrix[rows] > 0).mean(axis=0)).ravel()
        order = np.argsort(-share * np.log((share + 1e-3) / (everybody + 1e-3)))[:6]
        spend = profiles["spend"].to_numpy()[rows]
        categories = [[types.names[at], float(share[at]), float(everybody[at])] for at in order]
        card = {"segment": int(number), "n_users": int(rows.sum()), "spend": float(spend.sum())}
        cards.append(card | {"name": " & ".join(c[0].title() for c in categories[:2]), "categories": categories})
    return cards


if __name__ == "__main__":
    main(*sys.argv[1:])
