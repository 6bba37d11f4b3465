"""segments.py RUN_FOLDER texts OUT.txt, or segments.py RUN_FOLDER VECTORS.npy OUT.json: segments of value × taste.

Follows the recipe on the cleaned events of a run, so that both sides have the same users. Value: three tiers, by quantiles of
log1p(3·M28 + M84 + ½·M168) where the median buyer has six baskets or more, else of F + M − R by normal ranks. Taste:
TF-IDF of types (of items where nothing has a type), SVD in 32 dimensions without the first component, rows to length 1, PCA
in 3, k-means; or texts instead of types. Text or types and the number of tastes (3 to 6) are those of the highest mean
adjusted Rand index between ten bootstrap refits. Beside it k-means on logarithms of recency, frequency and money.

Stability learns everything again on every resample and asks it for all users; `kept` refits the k-means alone. What segments
explain of the next 28 days (90 where purchases are rare) is computed as fenqun's report does (crates/run/src/steps/lookahead.rs):
fitted on what lies before them, asked of users that were there; spend as ln(1 + money); square roots of the shares of the ten most
bought categories at the widest level of at least 50 (else the narrowest; items where there is none), of users who did something.

`texts` writes the catalogue's texts, sorted; VECTORS holds a vector for each of them.
"""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from polars import col
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import QuantileTransformer, StandardScaler, normalize
from threadpoolctl import threadpool_limits

import clock
import profile_features
from aggregates_polars import catalogue_of, events_of
from profile_features import DAY

clock.ready()

N_REFITS, N_STARTS, N_TIERS, SEED = 10, 8, 3, 7
FREQUENT, N_CATEGORIES, LEAST_CATEGORIES = 6, 10, 50
PERIOD, PERIOD_BETWEEN_RARE = 28 * DAY, 90 * DAY

# Users of a resample in; a coordinate or group for every user out.
Way = Callable[[np.ndarray], np.ndarray]


class Shop(NamedTuple):
    """What is known of users before a time, a row a user."""

    users: pl.Series
    value: np.ndarray
    by_ranks: bool
    rfm: np.ndarray
    types: sparse.csr_matrix
    texts: sparse.csr_matrix
    vectors: np.ndarray | None


def main(run: str, vectors: str, out: str) -> None:
    folder = Path(run) / "events"
    names, text_of = texts_of(folder)
    if vectors == "texts":
        Path(out).write_text("\n".join(names) + "\n", encoding="utf-8")
        return
    events, catalogue = events_of(folder), catalogue_of(folder)
    as_of = datetime.fromisoformat(json.loads((Path(run) / "manifest.json").read_text())["as_of"])
    as_of = round(as_of.timestamp() * 1000)
    described = lambda until: shop(events, catalogue, until, text_of, len(names), np.load(vectors))  # noqa: E731
    with threadpool_limits(1):
        now = described(as_of)
        period = PERIOD_BETWEEN_RARE if now.by_ranks else PERIOD
        past = described(as_of - period)
        tastes, n_tastes, trials = choose(now)
        ways = {
            f"value × {tastes}, recipe": lambda of, kept=None: two_axes(of, tastes, n_tastes, kept),
            "RFM k-means": lambda of, kept=None: grouped(rfm_of(of, kept), N_TIERS * n_tastes),
        }
        asked = outcome(events, catalogue, level_of_mix(folder), past.users, as_of - period, as_of)
        results = {}
        for name, way in ways.items():
            everyone = np.arange(len(now.users))
            groups = way(past)(np.arange(len(past.users)))
            results[name] = {
                "k": len(np.unique(way(now)(everyone))), "stability": agreement(way(now), len(everyone)),
                "kept": agreement(way(now, everyone), len(everyone)), **explained(groups, *asked),
            }  # fmt: skip
    Path(out).write_text(json.dumps({"n_users": len(now.users), "methods": results, "trials": trials}, indent=1))
    clock.report()


def texts_of(folder: Path) -> tuple[list[str], np.ndarray]:
    """The distinct texts, and of every item which; -1 for none. Title, then categories from narrow to wide."""
    catalogue = pl.read_parquet(folder / "catalogue.parquet")
    titles = catalogue["title"].to_list() if "title" in catalogue.columns else [""] * len(catalogue)
    paths = catalogue["category"].to_list() if "category" in catalogue.columns else [[]] * len(catalogue)

    def text(title: str | None, path: list[str] | None) -> str:
        words = [" ".join(word.split()) for word in [title, *reversed(path or [])] if word]
        return " · ".join(word for at, word in enumerate(words) if at == 0 or word != words[at - 1])

    texts = [text(*item) for item in zip(titles, paths, strict=True)]
    names = sorted({text for text in texts if text})
    place = {name: at for at, name in enumerate(names)}
    return names, np.array([place.get(text, -1) for text in texts])


def shop(events, catalogue, until, text_of, n_texts, vectors) -> Shop:
    known, liked, _ = profile_features.profiles(events.filter(col("time") < until), catalogue, until)
    users = known["user"]
    rfm = known.select("recency", "frequency", "spend").to_numpy().astype(float)
    baskets = rfm[rfm[:, 1] > 0, 1]
    by_ranks = bool(np.median(baskets) < FREQUENT)
    rows = users.search_sorted(liked["user"]).to_numpy()
    items, weights = liked["item"].to_numpy(), liked["weight"].to_numpy()

    def counts(code_of: np.ndarray, n_codes: int) -> sparse.csr_matrix:
        codes = code_of[items]
        kept = codes >= 0
        return sparse.csr_matrix((weights[kept], (rows[kept], codes[kept])), shape=(len(users), n_codes))

    narrow = catalogue["narrow"]
    if narrow.null_count() < len(narrow):
        names = narrow.drop_nulls().unique().sort()
        codes = narrow.replace_strict(names, pl.Series(np.arange(len(names))), default=-1).to_numpy()
    else:
        names = codes = np.arange(len(catalogue))
    return Shop(
        users, known["value_score"].to_numpy(), by_ranks, rfm, counts(codes, len(names)), counts(text_of, n_texts), vectors
    )


def tf_idf(counts: sparse.csr_matrix, rows: np.ndarray, min_users: int, norm: str) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Weights of all users by what is learned of some; and which columns enough of them have."""
    n_with = np.asarray((counts[rows] > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(n_with >= min_users)
    weighted = counts[:, kept].log1p() @ sparse.diags(np.log((1 + len(rows)) / (1 + n_with[kept])) + 1)
    return normalize(weighted, norm=norm).tocsr(), kept


def axes(of: Shop, taste: str, kept: np.ndarray | None = None) -> Way:
    """Coordinates of taste. Learned from `kept`, where that is given, whatever is asked for."""

    def of_types(rows: np.ndarray) -> np.ndarray:
        weights, _ = tf_idf(of.types, rows, 5 if of.types.shape[1] < 5000 else 20, "l2")
        model = TruncatedSVD(32, random_state=SEED).fit(weights[rows])
        directions = normalize(model.transform(weights)[:, 1:])
        return PCA(3, random_state=SEED).fit(directions[rows]).transform(directions)

    def of_texts(rows: np.ndarray) -> np.ndarray:
        weights, columns = tf_idf(of.texts, rows, 1, "l1")
        means = weights @ of.vectors[columns]
        directions = normalize(means - means[rows].mean(axis=0))
        return PCA(3, random_state=SEED).fit(directions[rows]).transform(directions)

    way = of_types if taste == "types" else of_texts
    if kept is None:
        return way
    known = way(kept)
    return lambda rows: known


def rfm_of(of: Shop, kept: np.ndarray | None = None) -> Way:
    logs = np.log1p(of.rfm.clip(0))
    return lambda rows: StandardScaler().fit(logs[rows if kept is None else kept]).transform(logs)


def grouped(coordinates: Way, k: int) -> Way:
    def way(rows: np.ndarray) -> np.ndarray:
        points = coordinates(rows)
        return KMeans(k, n_init=N_STARTS, random_state=SEED).fit(points[rows]).predict(points)

    return way


def two_axes(of: Shop, taste: str, k: int, kept: np.ndarray | None = None) -> Way:
    groups = grouped(axes(of, taste, kept), k)

    def way(rows: np.ndarray) -> np.ndarray:
        value = ranks(of, rows) if of.by_ranks else of.value
        tier = np.searchsorted(np.quantile(value[rows], np.arange(1, N_TIERS) / N_TIERS), value)
        return tier * k + groups(rows)

    return way


def ranks(of: Shop, rows: np.ndarray) -> np.ndarray:
    scale = QuantileTransformer(n_quantiles=len(rows), output_distribution="normal", subsample=None, random_state=SEED)
    r, f, m = scale.fit(of.rfm[rows]).transform(of.rfm).T
    return f + m - r


def choose(of: Shop) -> tuple[str, int, list]:
    """Of the taste axis alone: tiers hardly move and would flatter every candidate."""
    trials = [
        (taste, k, agreement(grouped(axes(of, taste), k), len(of.users))) for taste in ["types", "texts"] for k in range(3, 7)
    ]
    taste, k, _ = max(trials, key=lambda trial: trial[2])
    return taste, k, trials


def agreement(way: Way, n_users: int) -> float:
    """Mean adjusted Rand index over all pairs of refits."""
    random = np.random.default_rng(SEED)
    found = [way(random.integers(0, n_users, n_users)) for _ in range(N_REFITS)]
    return float(np.mean([adjusted_rand_score(a, b) for a, b in combinations(found, 2)]))


def level_of_mix(folder: Path) -> list[str | None]:
    """Of every item its category at the level whose mix is asked about, or itself where there are no categories."""
    catalogue = pl.read_parquet(folder / "catalogue.parquet")
    paths = catalogue["category"].to_list() if "category" in catalogue.columns else []
    n_levels = max((len(path or []) for path in paths), default=0)
    for level in range(n_levels):
        names = [path[min(level, len(path) - 1)] if path else None for path in paths]
        n_names = len({name for name in names if name is not None})
        if n_names >= LEAST_CATEGORIES or (level + 1 == n_levels and n_names > 1):
            return names
    return catalogue["item_id"].cast(pl.String).to_list()


def outcome(events, catalogue, level, users, since, as_of) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ln(1 + money) of every user of the past; which of them did something, and the roots of their shares."""
    next_events = events.filter((col("time") >= since) & (col("time") < as_of))
    _, liked, spend = profile_features.profiles(next_events, catalogue, as_of)
    money = spend.filter(col("user").is_in(users.implode()))
    money = np.bincount(users.search_sorted(money["user"]).to_numpy(), money["spend"].to_numpy(), len(users))
    done = liked.with_columns(category=pl.lit(pl.Series(level)).gather(col("item"))).filter(col("weight") > 0)
    largest = done.drop_nulls("category").group_by("category").agg(col("weight").sum())
    largest = largest.sort(["weight", "category"], descending=[True, False])["category"].head(N_CATEGORIES)
    done = done.filter(col("user").is_in(users.implode()))
    row = users.search_sorted(done["user"]).to_numpy()
    total = np.bincount(row, done["weight"].to_numpy(), len(users))
    place = {name: at for at, name in enumerate(largest)}
    column = np.array([place.get(name, -1) for name in done["category"]])
    shares = np.zeros((len(users), len(largest)))
    np.add.at(shares, (row[column >= 0], column[column >= 0]), done["weight"].to_numpy()[column >= 0])
    active = total > 0
    return np.log1p(money), active, np.sqrt(shares[active] / total[active, None])


def explained(groups: np.ndarray, amounts: np.ndarray, active: np.ndarray, shares: np.ndarray) -> dict[str, float]:
    return {"spend": between(groups, amounts[:, None]), "mix": between(groups[active], shares)}


def between(groups: np.ndarray, values: np.ndarray) -> float:
    """The share of the variance of all columns together that lies between groups."""
    spread = lambda rows: ((rows - rows.mean(axis=0)) ** 2).sum()  # noqa: E731
    return float(1 - sum(spread(values[groups == group]) for group in np.unique(groups)) / spread(values))


if __name__ == "__main__":
    main(*sys.argv[1:])
