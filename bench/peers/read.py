"""read.py FILE [OUT]: read, type, validate and count by reason with polars; with OUT also deduplicate, sort and write.

Complete Journey's purchase lines as CSV or Parquet. The schema is given, nothing is inferred; a value that does not
parse becomes null and counts as missing. The first reason that holds counts, as in fenqun. Exact duplicates
are found by a hash of the whole row.
"""

import sys
from datetime import datetime

import polars as pl

import clock

clock.ready()

SCHEMA = {
    "household_id": pl.Int64, "store_id": pl.Int64, "basket_id": pl.Int64, "product_id": pl.Int64,
    "quantity": pl.Float64, "sales_value": pl.Float64, "retail_disc": pl.Float64, "coupon_disc": pl.Float64,
    "coupon_match_disc": pl.Float64, "week": pl.Int64, "transaction_timestamp": pl.String,
}  # fmt: skip
NEEDED = [name for name in SCHEMA if name != "week"]
FIRST, LAST = datetime(1995, 1, 1), datetime(2026, 11, 24)


def scan(file: str) -> pl.LazyFrame:
    if file.endswith(".csv"):
        time = pl.col("transaction_timestamp").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="ms", strict=False)
        return pl.scan_csv(file, schema=SCHEMA, ignore_errors=True).select(NEEDED).with_columns(time)
    numbers = pl.col("quantity", "sales_value").cast(pl.Float64, strict=False)
    return pl.scan_parquet(file).select(NEEDED).with_columns(numbers, pl.col("transaction_timestamp").cast(pl.Datetime("ms")))


def main(file: str, out: str = "") -> None:
    time, quantity, value = pl.col("transaction_timestamp"), pl.col("quantity"), pl.col("sales_value")
    reason = (
        pl.when(pl.col("household_id").is_null()).then(pl.lit("user_missing"))
        .when(time.is_null()).then(pl.lit("time_missing"))
        .when((time < FIRST) | (time >= LAST)).then(pl.lit("time_out_of_range"))
        .when(quantity.is_null()).then(pl.lit("quantity_missing"))
        .when(value.is_null()).then(pl.lit("price_missing"))
        .when(~quantity.is_finite() | ~value.is_finite()).then(pl.lit("not_finite"))
        .when(quantity == 0).then(pl.lit("quantity_zero"))
        .when(quantity.abs() > 100_000).then(pl.lit("quantity_absurd"))
        .when(value / quantity < 0).then(pl.lit("price_negative"))
        .when(value / quantity == 0).then(pl.lit("price_zero"))
        .otherwise(pl.lit("kept"))
    )  # fmt: skip
    rows = scan(file).with_columns(reason=reason, price=value / quantity, row=pl.struct(NEEDED).hash())
    if out:
        clean(rows, out)
        return
    counts = (
        rows.group_by("reason")
        .agg(n=pl.len(), n_distinct=pl.col("row").n_unique(), users=pl.col("household_id").n_unique())
        .sort("reason")
        .collect(engine="streaming")
    )
    kept = counts.filter(pl.col("reason") == "kept")
    found = {reason: n for reason, n in counts.select("reason", "n").iter_rows() if reason != "kept"}
    n_kept = kept["n_distinct"].sum()
    found |= {"kept": n_kept, "duplicate": kept["n"].sum() - n_kept, "users": kept["users"].sum()}
    clock.report(counts=", ".join(f"{name} {n:,}" for name, n in sorted(found.items())))


def clean(rows: pl.LazyFrame, out: str) -> None:
    """Kept rows sorted by user and time, rejected ones with their reason, counts."""
    rows = rows.collect(engine="streaming").lazy()
    kept = rows.filter(pl.col("reason") == "kept")
    distinct = kept.unique("row", keep="any").drop("row", "reason").sort("household_id", "transaction_timestamp", "basket_id", "product_id")
    rejected = rows.filter(pl.col("reason") != "kept").drop("row")
    n_rows, n_kept, distinct, rejected = pl.collect_all([rows.select(pl.len()), kept.select(pl.len()), distinct, rejected])
    distinct.write_parquet(f"{out}/events.parquet", compression="snappy")
    rejected.write_parquet(f"{out}/rejected.parquet", compression="snappy")
    found = {"rejected": len(rejected), "kept": len(distinct), "duplicate": n_kept.item() - len(distinct)}
    found["users"] = distinct["household_id"].n_unique()
    assert sum([found["rejected"], n_kept.item()]) == n_rows.item()
    clock.report(counts=", ".join(f"{name} {n:,}" for name, n in sorted(found.items())))


if __name__ == "__main__":
    main(*sys.argv[1:])
