"""rules.py FOLDER N_USERS: the rules of the example rules_timing as polars queries, over the same events and columns.

Written from docs/rules.md and not from fenqun's code: equal numbers of users say that counts are exact. Timed is
each query, with everything in memory, the best of two.
"""

import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
from polars import col

import clock

clock.ready()

DAY, N_DAYS, N_ITEMS = 86_400_000, 730, 20_000
PURCHASE, REFUND = 4, 5
FACTS = ["spend_91d", "spend_28d", "visits_91d", "recency", "refund_share"]
WIDE = [f"wide {at}" for at in range(10)]

bought, given_back = col("action") == PURCHASE, col("action") == REFUND
within = lambda days: col("age") <= days * DAY  # noqa: E731
before = lambda days: col("age") > days * DAY  # noqa: E731
number = lambda value: pl.lit(value, pl.Float32)  # noqa: E731
# Money is 32 bits wide in rules and added up in 64.
net = pl.when(given_back).then(-col("amount")).otherwise(col("amount")).cast(pl.Float64).sum().cast(pl.Float32)


def main(folder: str, n_users: str) -> None:
    place = Path(folder)
    facts = pl.DataFrame({name: np.fromfile(place / f"{name}.f32", "<f4") for name in FACTS}).with_row_index("user")
    assert len(facts) == int(n_users)
    read = lambda name, kind: np.fromfile(place / name, kind)  # noqa: E731
    events = pl.DataFrame({
        "user": pl.Series(read("user.u32", "<u4")).set_sorted(), "age": N_DAYS * DAY - read("time.i64", "<i8"),
        "amount": read("price.f64", "<f8").astype(np.float32), "item": read("item.u32", "<u4"),
        "action": read("action.u8", "u1"),
    })  # fmt: skip
    found = {}
    for rule, query in rules(events.lazy(), facts.lazy()).items():
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            n_found = query.select(pl.len()).collect().item()
            seconds.append(time.perf_counter() - started)
        found[rule] = {"found": n_found, "milliseconds": 1000 * min(seconds)}
    clock.report(rules=found)


def rules(events: pl.LazyFrame, facts: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """One row a user who meets the rule."""
    code = np.arange(N_ITEMS)
    narrow = {f"category {at}": code[code % 100 == at] for at in range(100) if at != 50} | {"baby": code[code % 100 == 50]}
    wide = {name: code[code % 10 == at] for at, name in enumerate(WIDE)}
    titles = pl.Series([f"thing {at}" for at in code])

    def items(codes) -> pl.Expr:
        is_in = np.zeros(N_ITEMS, dtype=bool)
        is_in[codes] = True
        return pl.lit(pl.Series(is_in)).gather(col("item"))

    def users(chosen: pl.Expr, **what: pl.Expr) -> pl.LazyFrame:
        return events.filter(chosen).group_by("user").agg(**what)

    def all_users(chosen: pl.Expr, **what: pl.Expr) -> pl.LazyFrame:
        return facts.join(users(chosen, **what), on="user", how="left")

    many = lambda chosen, least: users(chosen, n=pl.len()).filter(col("n") >= least)  # noqa: E731
    every_wide = ", ".join(f'"{name}"' for name in WIDE)
    newest = col("age").min()
    # The days begun since.
    long_ago = ((col("newest") + DAY - 1).floordiv(DAY) > 200) | col("newest").is_null()
    of_wide = np.concatenate([wide["wide 1"], wide["wide 3"]])
    titled = code[titles.str.contains_any(["1", "2"]).to_numpy()]
    things = code[titles.str.contains("thing", literal=True).to_numpy()]
    return {
        "spend_91d > 300": facts.filter(col("spend_91d") > 300),
        "spend_91d > 300 and recency <= 30 and not refund_share > 0.2": facts.filter(
            (col("spend_91d") > 300) & (col("recency") <= 30) & ~(col("refund_share") > number(0.2))
        ),
        "spend_91d / visits_91d > spend_28d and visits_91d between 3 and 12": facts.filter(
            (col("spend_91d") / col("visits_91d") > col("spend_28d")) & col("visits_91d").is_between(3, 12)
        ),
        'purchased(category = "category 7", within = "90d", at_least = 2)': many(
            bought & within(90) & items(narrow["category 7"]), 2
        ),
        'purchased(category = "category 7", within = "60d", at_least = 2)': many(
            bought & within(60) & items(narrow["category 7"]), 2
        ),
        'purchased(category = ["wide 1", "wide 3"], before = "180d") and not purchased(within = "30d")': users(
            bought & before(180) & items(of_wide)
        ).join(users(bought & within(30)), on="user", how="anti"),
        'amount(purchased(within = "90d")) > 300 or days_since(purchased()) > 200': all_users(
            bought, amount=pl.when(within(90)).then(col("amount").cast(pl.Float64)).sum().cast(pl.Float32), newest=newest
        ).filter((col("amount").fill_null(0) > 300) | long_ago),
        'purchased(category = "baby", within = "90d", at_least = 2) and spend_91d > 300 and not refund_share > 0.2': many(
            bought & within(90) & items(narrow["baby"]), 2
        ).join(facts, on="user").filter((col("spend_91d") > 300) & ~(col("refund_share") > number(0.2))),
        "count(acted()) > 25": many(pl.lit(True), 26),
        "amount(acted()) > 1000": users(pl.lit(True), amount=net).filter(col("amount") > 1000),
        'amount(purchased(before = "90d", within = "365d")) > 500': users(bought & before(90) & within(365), amount=net).filter(
            col("amount") > 500
        ),
        'count(purchased(before = "90d", within = "365d")) > 9': many(bought & before(90) & within(365), 10),
        f"amount(purchased(category = [{every_wide}])) > 1200": users(
            bought & items(code), amount=net
        ).filter(col("amount") > 1200),
        'purchased(contains = "thing", at_least = 20)': many(bought & items(things), 20),
        'days_since(acted(contains = ["1", "2"], before = "14d")) > 200': all_users(
            before(14) & items(titled), newest=newest
        ).filter(long_ago),
    }  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
