"""aggregates_duckdb.py EVENTS_FOLDER OUT: the same as aggregates_polars.py, in SQL; see aggregates.sql."""

import sys
from pathlib import Path
from string import Template

import duckdb

import clock

clock.ready()

WINDOWS = [7, 14, 28, 56, 84, 91, 168, 336, 365]
TRENDS = [days for days in WINDOWS if 2 * days <= WINDOWS[-1]]
BANDS = ["00_04", "04_08", "08_12", "12_16", "16_20", "20_24"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def main(events_folder: str, out: str) -> None:
    folder = Path(events_folder)
    database = duckdb.connect()
    database.execute("SET preserve_insertion_order = false")
    parts = f"read_parquet('{folder}/part-*.parquet', union_by_name = true)"
    known = {row[0] for row in database.execute(f"DESCRIBE SELECT * FROM {parts}").fetchall()}
    # A column in which nothing is known is left out of the table.
    column = lambda name, default: name if name in known else default  # noqa: E731
    lines = f"""
        SELECT user AS id, hash(user) AS user, epoch_ms(time) AS t, epoch_ms(time) + {column("offset_minutes", "0")}::BIGINT * 60000 AS local, action,
            nullif({column("session", "NULL::UBIGINT")}, 0) AS session, nullif({column("item", "NULL::UINTEGER")}, 4294967295) AS item,
            quantity, quantity * {column("price", "0")} AS amount, {column("discount", "0.0")} AS discount
        FROM {parts}"""
    database.execute(f"""
        CREATE TEMP TABLE catalogue AS
        WITH deep AS (SELECT file_row_number::UINTEGER AS item, category, nullif(brand, '') AS brand, max(len(category)) OVER () AS depth
            FROM read_parquet('{folder}/catalogue.parquet', file_row_number = true))
        SELECT item, coalesce(category[depth], category[-1]) AS narrow, category[1] AS wide, brand FROM deep""")
    (last,) = database.execute(f"SELECT epoch_ms(max(time)) FROM {parts}").fetchone()
    as_of = (last // 86_400_000 + 1) * 86_400_000
    sql = Template((Path(__file__).parent / "aggregates.sql").read_text())
    database.execute(sql.substitute(expressions(), lines=lines, as_of=as_of, out=out))
    n_users = database.execute("SELECT count(*) FROM profiles").fetchone()[0]
    clock.report(n_users=n_users)


def expressions() -> dict[str, str]:
    """What repeats for every window, hour band and weekday."""
    hour = "(local % 86400000) // 14400000"
    weekday = "(local // 86400000 + 3) % 7"
    shares = lambda names: " + ".join(f"CASE WHEN {n} > 0 THEN -{n} * ln({n}) ELSE 0 END" for n in names)  # noqa: E731
    rise = lambda n, d: f"ln(1 + greatest({n}_{d}d, 0)) - ln(1 + greatest({n}_before_{d}d, 0)) AS trend_{n}_{d}d"  # noqa: E731
    return {
        "spend_windows": ", ".join(
            f"coalesce(sum(money) FILTER (age <= {d}), 0) AS spend_{d}d, "
            f"coalesce(sum(money) FILTER (age > {d} AND age <= {2 * d}), 0) AS spend_before_{d}d"
            for d in WINDOWS
        ),
        "visit_windows": ", ".join(
            f"count_if(age <= {d}) AS visits_{d}d, count_if(age > {d} AND age <= {2 * d}) AS visits_before_{d}d" for d in WINDOWS
        ),
        "hours": ", ".join(f"avg(({hour} = {at})::INT) AS hour_{band}" for at, band in enumerate(BANDS)),
        "weekdays": ", ".join(f"avg(({weekday} = {at})::INT) AS weekday_{day}" for at, day in enumerate(WEEKDAYS)),
        "hour_entropy": shares(f"hour_{band}" for band in BANDS),
        "weekday_entropy": shares(f"weekday_{day}" for day in WEEKDAYS),
        "trends": ", ".join(rise(n, d) for n in ["visits", "spend"] for d in TRENDS),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
