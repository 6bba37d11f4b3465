"""Complete Journey as canonical events and a catalogue, and weighted counts of what was bought."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from polars import col
from scipy import sparse
from sklearn.preprocessing import normalize

import profile_features


def read(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    lines = pl.scan_parquet(folder / "transactions.parquet")
    products = pl.scan_parquet(folder / "products.parquet")
    good = (
        col("household_id").is_not_null() & col("transaction_timestamp").is_not_null()
        & (col("quantity") > 0) & (col("quantity") <= 100_000) & (col("sales_value") > 0) & col("sales_value").is_finite()
        & col("transaction_timestamp").dt.year().eq(2017)
    )  # fmt: skip
    local = col("transaction_timestamp").cast(pl.Datetime("ms"))
    time = local.dt.replace_time_zone("America/New_York", ambiguous="earliest", non_existent="null")
    events = lines.filter(good).unique().select(
        user="household_id", time=time.dt.timestamp("ms"), local=local.dt.timestamp("ms"), action=pl.lit(profile_features.PURCHASE, pl.UInt8), session="basket_id", item="product_id",
        amount="sales_value", quantity="quantity", discount=col("retail_disc") + col("coupon_disc") + col("coupon_match_disc"),
    ).sort("user", "time", "session", "item")  # fmt: skip
    text = pl.concat_str("product_type", "product_category", "department", separator=" · ", ignore_nulls=True)
    catalogue = products.select(item="product_id", narrow="product_type", wide="department", brand="brand", text=text)
    n_lines, events, catalogue = pl.collect_all([lines.select(pl.len()), events, catalogue])
    return events, catalogue, n_lines.item() - len(events)


class Counts(NamedTuple):
    """Users × categories or texts: log counts times inverse document frequency."""

    matrix: sparse.csr_matrix
    names: list[str]


def weighted_counts(events: pl.DataFrame, catalogue: pl.DataFrame, users: pl.Series, level: str, min_users: int) -> Counts:
    pairs = events.lazy().join(catalogue.lazy().select("item", level).drop_nulls(), on="item").group_by("user", level).len()
    pairs = pairs.filter(pl.len().over(level) >= min_users).sort("user", level).collect()
    names = pairs[level].unique().sort()
    row = users.search_sorted(pairs["user"]).to_numpy()
    column = names.search_sorted(pairs[level]).to_numpy()
    counts = sparse.csr_matrix((np.log1p(pairs["len"].to_numpy()), (row, column)), shape=(len(users), len(names)))
    in_users = np.bincount(column, minlength=len(names))
    idf = np.log((1 + len(users)) / (1 + in_users)) + 1
    matrix = normalize(counts @ sparse.diags(idf), norm="l2" if level == "narrow" else "l1")
    return Counts(matrix.tocsr(), names.to_list())
