"""aggregates_polars.py EVENTS_FOLDER OUT: fenqun's event table to profiles, sequences, weights by user and item.

The table is sorted by (user, time), one part after another; polars is told so and need not sort.
"""

import sys
from pathlib import Path

import polars as pl
from polars import col

import clock
import profile_features
from profile_features import DAY

clock.ready()


def main(events_folder: str, out: str) -> None:
    folder = Path(events_folder)
    events, catalogue = events_of(folder), catalogue_of(folder)
    profiles, weights, spend = profile_features.profiles(events, catalogue, (events["time"].max() // DAY + 1) * DAY)
    for name, table in [("profiles", profiles), ("weights", weights), ("spend", spend)]:
        table.write_parquet(Path(out) / f"{name}.parquet", compression="snappy")
    clock.report(n_events=len(events), n_users=len(profiles), n_features=profiles.width - 7)


def events_of(folder: Path) -> pl.DataFrame:
    events = pl.scan_parquet(sorted(folder.glob("part-*.parquet")), missing_columns="insert")
    known = events.collect_schema().names()
    # A column in which nothing is known is left out of the table.
    column = lambda name, default: col(name) if name in known else pl.lit(default).alias(name)  # noqa: E731
    time, session = col("time").dt.timestamp("ms"), column("session", None)
    item = column("item", None)
    return events.select(
        # Users are sorted, so that runs of equal ones are users: a number instead of 16 bytes to group by.
        user=col("user").rle_id(), id="user", time=time, local=time + column("offset_minutes", 0).cast(pl.Int64) * 60_000,
        action="action", session=pl.when(session > 0).then(session), item=pl.when(item < 2**32 - 1).then(item),
        quantity="quantity", amount=col("quantity") * column("price", 0.0), discount=column("discount", 0.0),
    ).collect()  # fmt: skip


def catalogue_of(folder: Path) -> pl.DataFrame:
    """Items in the order of their codes; a path shorter than the deepest counts with its last word."""
    catalogue = pl.read_parquet(folder / "catalogue.parquet").with_row_index("item")
    depth = catalogue["category"].list.len().max() or 0
    path = col("category")
    narrow = pl.coalesce(path.list.get(depth - 1, null_on_oob=True), path.list.last()) if depth else pl.lit(None, pl.String)
    brand = pl.when(col("brand") != "").then("brand")
    return catalogue.select("item", narrow=narrow, wide=path.list.first(), brand=brand)


if __name__ == "__main__":
    main(*sys.argv[1:])
