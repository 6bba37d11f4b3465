"""Makes the inputs of a measurement, once and outside the timing.

    prepare.py csv TRANSACTIONS.parquet OUT.csv
    prepare.py texts JOURNEY_FOLDER OUT_FOLDER
    prepare.py clusters N_ROWS WIDTH K ROWS.npy STARTS.npy
    prepare.py baskets N_BASKETS N_ITEMS MEAN_SIZE BASKETS.txt
    prepare.py counts N_USERS N_COLUMNS MEAN_SIZE OUT_FOLDER
    prepare.py predictions N_USERS N_CLASSES OUT_FOLDER
    prepare.py groupings N_USERS WIDTH K OUT_FOLDER
    prepare.py labelled N_USERS WIDTH N_CLASSES OUT_FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl

FIXTURES = Path(__file__).resolve().parents[2] / "crates" / "encoders" / "tests" / "fixtures"


def csv(transactions: str, out: str) -> None:
    pl.read_parquet(transactions).write_csv(out, datetime_format="%Y-%m-%d %H:%M:%S")


def texts(journey: str, out: str) -> None:
    """The distinct "type · category · department" of what was bought, and 5,000 made titles."""
    folder = Path(journey)
    bought = pl.scan_parquet(folder / "transactions.parquet").select("product_id").unique()
    products = pl.scan_parquet(folder / "products.parquet").join(bought, on="product_id", how="semi")
    joined = pl.concat_str("product_type", "product_category", "department", separator=" · ", ignore_nulls=True)
    lines = products.select(joined.alias("text")).unique().sort("text").collect()["text"]
    (Path(out) / "journey.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    sys.path.insert(0, str(FIXTURES))
    from reference_texts import shop_titles

    (Path(out) / "titles.txt").write_text("\n".join(shop_titles(5000)) + "\n", encoding="utf-8")


def clusters(n_rows: str, width: str, k: str, rows: str, starts: str) -> None:
    """Overlapping groups, and as starts distinct rows of them."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((int(k), int(width)), dtype=np.float32) * 2
    group = random.integers(0, int(k), int(n_rows))
    data = centres[group] + random.standard_normal((int(n_rows), int(width)), dtype=np.float32)
    np.save(rows, data)
    np.save(starts, data[random.choice(int(n_rows), int(k), replace=False)])


def purchases(n_users: int, n_items: int, mean_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Who bought which item: popularity after Zipf's law, half of the purchases from the user's own of 40 groups."""
    random = np.random.default_rng(7)
    n_groups = 40
    weight = 1.0 / (np.arange(n_items) + 10.0)
    group = random.integers(0, n_groups, n_items)
    user = np.repeat(np.arange(n_users), random.geometric(1 / mean_size, n_users).clip(1, 6 * mean_size))
    draw = random.random(len(user))

    def drawn(items: np.ndarray, draws: np.ndarray) -> np.ndarray:
        sums = np.cumsum(weight[items])
        return items[np.searchsorted(sums / sums[-1], draws).clip(0, len(items) - 1)]

    item = drawn(np.arange(n_items), draw)
    of_own_group = random.random(len(user)) < 0.5
    own_group = random.integers(0, n_groups, n_users)[user]
    for at in range(n_groups):
        chosen = of_own_group & (own_group == at)
        item[chosen] = drawn(np.flatnonzero(group == at), draw[chosen])
    return user, item


def baskets(n_baskets: str, n_items: str, mean_size: str, out: str) -> None:
    """A basket a line, items as words."""
    user, item = purchases(int(n_baskets), int(n_items), int(mean_size))
    ends = np.flatnonzero(np.diff(user)) + 1
    words = np.array([f"i{at}" for at in range(int(n_items))])[item]
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(" ".join(basket) + "\n" for basket in np.split(words, ends))


def counts(n_users: str, n_columns: str, mean_size: str, out: str) -> None:
    """TF-IDF weights of users x columns as three plain files."""
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    user, item = purchases(int(n_users), int(n_columns), int(mean_size))
    matrix = csr_matrix((np.ones(len(user)), (user, item)), (int(n_users), int(n_columns)))
    users = np.bincount(matrix.indices, minlength=int(n_columns))
    weights = np.log((1 + int(n_users)) / (1 + users)) + 1
    matrix.data = np.log1p(matrix.data) * weights[matrix.indices]
    matrix = normalize(matrix)
    matrix.sort_indices()
    folder = Path(out)
    matrix.indptr.astype("<u8").tofile(folder / "starts.u64")
    matrix.indices.astype("<u4").tofile(folder / "columns.u32")
    matrix.data.astype("<f4").tofile(folder / "values.f32")


def predictions(n_users: str, n_classes: str, out: str) -> None:
    """Probabilities that are right more often than not, of classes of different sizes."""
    n, k, folder = int(n_users), int(n_classes), Path(out)
    random = np.random.default_rng(7)
    weights = 0.6 ** np.arange(k)
    truth = random.choice(k, n, p=weights / weights.sum())
    logits = random.standard_normal((n, k))
    logits[np.arange(n), truth] += 1.5
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.save(folder / "probabilities.npy", (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32))
    truth.astype("<u4").tofile(folder / "truth.u32")
    logits.argmax(axis=1).astype("<u4").tofile(folder / "decided.u32")


def groupings(n_users: str, width: str, k: str, out: str) -> None:
    """Overlapping groups, and a second grouping that puts a fifth of the users elsewhere."""
    n, width, k, folder = int(n_users), int(width), int(k), Path(out)
    random = np.random.default_rng(7)
    first = random.integers(0, k, n)
    rows = 2 * random.standard_normal((k, width), dtype=np.float32)[first] + random.standard_normal((n, width), dtype=np.float32)
    second = np.where(random.random(n) < 0.2, random.integers(0, k, n), first)
    np.save(folder / "rows.npy", rows)
    first.astype("<u4").tofile(folder / "first.u32")
    second.astype("<u4").tofile(folder / "second.u32")


def labelled(n_users: str, width: str, n_classes: str, out: str) -> None:
    """Standardised features that hang together, and classes drawn from a linear model of them; piece by piece."""
    n, width, k, folder = int(n_users), int(width), int(n_classes), Path(out)
    random = np.random.default_rng(7)
    shared = random.standard_normal((8, width), dtype=np.float32)
    weights = random.standard_normal((width, k), dtype=np.float32) / np.sqrt(width)
    with open(folder / "rows.f32", "wb") as rows, open(folder / "codes.u32", "wb") as codes:
        for at in range(0, n, 50_000):
            n_here = min(50_000, n - at)
            own = random.standard_normal((n_here, width), dtype=np.float32)
            data = (own + random.standard_normal((n_here, 8), dtype=np.float32) @ shared / 4) / np.float32(1.25)
            chosen = (data @ weights + random.gumbel(size=(n_here, k))).argmax(axis=1)
            data.astype("<f4").tofile(rows)
            chosen.astype("<u4").tofile(codes)


if __name__ == "__main__":
    makers = {
        "csv": csv, "texts": texts, "clusters": clusters, "baskets": baskets, "counts": counts,
        "predictions": predictions, "groupings": groupings, "labelled": labelled,
    }  # fmt: skip
    makers[sys.argv[1]](*sys.argv[2:])
