"""agree.py OURS.parquet THEIRS.parquet: do two tables of profiles say the same?

Users are compared in the order of the rows: both tables are sorted by pseudonym. A feature agrees when all but one in a thousand
users are within 0.1 % (events of equal time may be counted in either of two visits).
"""

import json
import sys

import numpy as np
import polars as pl


def main(ours_file: str, theirs_file: str) -> None:
    ours, theirs = pl.read_parquet(ours_file), pl.read_parquet(theirs_file)
    if len(ours) != len(theirs):
        sys.exit(f"{len(ours)} and {len(theirs)} users")
    differing, compared = {}, 0
    for name in ours.columns:
        if name == "user" or not ours[name].dtype.is_numeric():
            continue
        b = column(theirs, name)
        if b is None:
            continue
        a = ours[name].cast(pl.Float64).fill_null(0).to_numpy()
        compared += 1
        far = np.abs(a - b) > 1e-3 * np.maximum(np.abs(a), np.abs(b)) + 1e-4
        if far.mean() > 0.001:
            at = int(np.argmax(far))
            differing[name] = f"{far.mean():.1%} of users, e.g. {a[at]:.6g} and {b[at]:.6g}"
    print(json.dumps({"n_compared": compared, "differing": differing}, indent=1))


def column(table: pl.DataFrame, name: str) -> np.ndarray | None:
    """A column; SQL keeps shares of brands and categories as maps."""
    if name in table.columns:
        return table[name].cast(pl.Float64).fill_null(0).fill_nan(0).to_numpy()
    kind, _, key = name.partition(":")
    store = {"brand_share": "brands", "spend_share": "spends"}.get(kind)
    if store not in table.columns:
        return None
    entries = pl.element().struct.field("value")
    of_key = pl.col(store).list.eval(entries.filter(pl.element().struct.field("key") == key)).list.sum()
    return table.select(of_key / pl.col(store).list.eval(entries).list.sum())[store].fill_null(0).to_numpy()


if __name__ == "__main__":
    main(*sys.argv[1:])
