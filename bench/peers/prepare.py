"""Makes the inputs of a measurement, once and outside the timing.

    prepare.py csv TRANSACTIONS.parquet OUT.csv
    prepare.py texts JOURNEY_FOLDER OUT_FOLDER
    prepare.py clusters N_ROWS WIDTH K ROWS.npy STARTS.npy
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


if __name__ == "__main__":
    {"csv": csv, "texts": texts, "clusters": clusters}[sys.argv[1]](*sys.argv[2:])
