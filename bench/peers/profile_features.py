"""The profiles of users in polars: the features that fenqun's room `profiles` defines, by the same names and formulas.

Takes canonical events sorted by (user, time), with the columns
    user, time (ms), local (ms on the shop's wall clock), action (code), session (null when there is none),
    item (null when there is none), amount (money of the line, unsigned), quantity, discount
and a catalogue with the columns
    item, narrow, wide (categories), brand
"""

from math import tau

import polars as pl
from polars import col

DAY = 86_400_000
WINDOWS = [7, 14, 28, 56, 84, 91, 168, 336, 365]
TRENDS = [days for days in WINDOWS if 2 * days <= WINDOWS[-1]]
RECENT = [(28, 3.0), (84, 1.0), (168, 0.5)]
ACTIONS = ["view", "favourite", "cart", "uncart", "purchase", "refund", "search", "review", "visit", "coupon", "contact"]
WEIGHTS = [0.2, 0.5, 0.5, -0.5, 1.0, -1.0, 0.0, 0.5, 0.0, 0.0, 0.0]
COUNTED = ["view", "favourite", "cart", "refund", "search", "review"]
PURCHASE, REFUND, COUPON, CONTACT = (ACTIONS.index(name) for name in ["purchase", "refund", "coupon", "contact"])
BANDS = ["00_04", "04_08", "08_12", "12_16", "16_20", "20_24"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
N_SPEND_CATEGORIES = 12
MAX_SEQUENCE = 256

buys = col("action") == PURCHASE


def profiles(events: pl.DataFrame, catalogue: pl.DataFrame, as_of: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """One row a user with features, value score and sequence; weights and spend by user and item."""
    money = pl.when(buys).then(col("amount")).when(col("action") == REFUND).then(-col("amount")).otherwise(0.0)
    lines = events.lazy().filter(col("time") < as_of).with_columns(
        age=(as_of - col("time")) / DAY,
        money=money.fill_nan(0).fill_null(0),
        visit=col("session").cast(pl.UInt64).fill_null(col("local").floordiv(DAY).cast(pl.UInt64)),
        active=~col("action").is_in([REFUND, COUPON, CONTACT]),
        weight=col("action").replace_strict(list(range(len(WEIGHTS))), WEIGHTS, default=0.0, return_dtype=pl.Float64),
    ).collect().lazy()
    visits = (
        lines.group_by("user", "visit")
        .agg(
            start=col("time").min(), local=col("local").min(), age=col("age").max(), active=col("active").any(),
            n_lines=buys.sum(), spend=col("money").filter(buys).sum(),
        )
        .filter("active").sort("user", "start")
    )  # fmt: skip
    # Sums of plain columns and a window: filters inside two million small groups took three times as long.
    of_buys = lambda name: pl.when(buys).then(col(name)).otherwise(0.0)  # noqa: E731
    with_item = lines.filter(col("item").is_not_null())
    pairs = with_item.with_columns(bought=of_buys("money"), n_units=of_buys("quantity")).group_by("user", "item").agg(
        col("weight", "money", "bought", "n_units").sum()
    ).rename({"money": "spend"})  # fmt: skip
    again = col("visit") != col("visit").first().over("user", "item")
    repeats = with_item.filter(buys).select("user", again=again).group_by("user").agg(repeat_rate=col("again").mean())
    sequences = lines.group_by("user").agg(col("time", "action", "item", "money", "visit").tail(MAX_SEQUENCE).name.prefix("sequence_"))
    pairs = pairs.collect(engine="streaming")
    # The streaming engine took half the time for everything but the window.
    by_event, by_visit, sequences = pl.collect_all([of_events(lines), of_visits(visits), sequences], engine="streaming")
    everything = by_event
    for table in [by_visit, repeats.collect(engine="in-memory"), of_items(pairs, catalogue)]:
        everything = everything.join(table, on="user", how="left")
    everything = everything.with_columns(pl.selectors.float().fill_null(0.0)).join(sequences, on="user").sort("user")
    weights, spend = (pairs.filter(col(name) > 0).select("user", "item", name) for name in ["weight", "spend"])
    return finish(everything), weights, spend


def aggregates(events, catalogue, households, as_of):
    """The profile features, shares of spend by department, and baskets and spend over more windows."""
    known, _, _ = profiles(events, catalogue, as_of)
    numbers = known.select("user", pl.selectors.numeric().exclude("user", "value_score"))
    lines = events.join(catalogue.select("item", "wide"), on="item", how="left").with_columns(age=(as_of - col("time")) / DAY)
    departments = lines.group_by("wide").agg(n=col("amount").sum()).sort("n", descending=True)["wide"].drop_nulls().head(30)
    windows = [14, 28, 56, 84, 168, 336]
    more = lines.group_by("user").agg(
        **{f"m_{d}": col("amount").filter(col("age") <= d).sum() for d in windows},
        **{f"f_{d}": col("session").filter(col("age") <= d).n_unique() for d in windows},
        **{f"share_{name}": (col("amount") * (col("wide") == name)).sum() / col("amount").sum() for name in departments},
        **{f"lines_{name}": (col("wide") == name).sum() for name in departments},
    )
    table = pl.DataFrame({"user": households}).join(numbers, on="user", how="left").join(more, on="user", how="left")
    return table.drop("user").fill_null(0).fill_nan(0).to_numpy()


def of_events(lines: pl.LazyFrame) -> pl.LazyFrame:
    """What needs no visits."""
    inside = lambda d: col("age") <= d  # noqa: E731
    recent = sum(weight * col("money").filter(inside(d)).sum() for d, weight in RECENT)
    return lines.group_by("user").agg(
        tenure=col("age").max(), recency=col("age").filter("active").min(), purchase_recency=col("age").filter(buys).min(),
        bought=col("money").filter(buys).sum(), refunded=-col("money").filter(col("money") < 0).sum(),
        discount=col("discount").filter(buys & (col("discount") > 0)).sum(),
        discounted=(buys & (col("discount") > 0)).sum(), lines=buys.sum().cast(pl.Float64),
        recent_spend=recent,
        **{f"n_{action}": (col("action") == ACTIONS.index(action)).sum().cast(pl.Float64) for action in COUNTED},
        **{f"spend_{d}d": col("money").filter(inside(d)).sum() for d in WINDOWS},
        **{f"spend_before_{d}d": col("money").filter(~inside(d) & inside(2 * d)).sum() for d in WINDOWS},
    ).with_columns(col("recency").fill_null(col("tenure")), col("purchase_recency").fill_null(col("tenure")))  # fmt: skip


def of_visits(visits: pl.LazyFrame) -> pl.LazyFrame:
    """Baskets, gaps, windows, hours and weekdays. Visits come sorted by user and start."""
    basket = col("spend").filter(col("n_lines") > 0)
    gap = col("start").diff().drop_nulls() / DAY
    of_day = col("local").mod(DAY)
    angle = of_day / DAY * tau
    return visits.group_by("user").agg(
        visits=pl.len().cast(pl.Float64), frequency=(col("n_lines") > 0).sum().cast(pl.Float64),
        basket_mean=basket.mean(), basket_sd=basket.std(), basket_median=basket.median(), basket_max=basket.max(), last_basket=basket.last(),
        gap_mean=gap.mean(), gap_sd=gap.std(), gap_median=gap.median(), gap_max=gap.max(),
        fortnights=((col("age") * DAY).cast(pl.Int64) - 1).floordiv(14 * DAY).n_unique(),
        sine=angle.sin().sum(), cosine=angle.cos().sum(),
        **{f"visits_{d}d": (col("age") <= d).sum().cast(pl.Float64) for d in WINDOWS},
        **{f"visits_before_{d}d": ((col("age") > d) & (col("age") <= 2 * d)).sum().cast(pl.Float64) for d in WINDOWS},
        **{f"hour_{band}": (of_day.floordiv(DAY // 6) == at).mean() for at, band in enumerate(BANDS)},
        **{f"weekday_{day}": ((col("local").floordiv(DAY) + 3).mod(7) == at).mean() for at, day in enumerate(WEEKDAYS)},
    )  # fmt: skip


def of_items(pairs: pl.DataFrame, catalogue: pl.DataFrame) -> pl.DataFrame:
    """Variety, categories, brands, price level, shares of spend."""
    prices = pairs.lazy().group_by("item").agg(price=(col("bought").sum() / col("n_units").sum()).round_sig_figs(5)).filter(col("price") > 0)
    level = ((col("price").rank("average") - 0.5) / pl.len()).over("narrow")
    items = catalogue.lazy().join(prices, on="item", how="left").with_columns(level=pl.when(col("price").is_not_null()).then(level))
    whole = pairs.lazy().join(items, on="item", how="left")
    liked, paid = whole.filter(col("weight") > 0), whole.filter(col("spend") > 0)

    def spread(of: str, distinct: str, name: str) -> pl.LazyFrame:
        sums = liked.filter(col(of).is_not_null()).group_by("user", of).agg(col("weight").sum())
        return sums.group_by("user").agg(pl.len().cast(pl.Float64).alias(distinct), entropy("weight").alias(name))

    largest = paid.group_by("wide").agg(col("spend").sum()).sort("spend", descending=True).head(N_SPEND_CATEGORIES).collect()
    place = pl.when(col("wide").is_in(largest["wide"].implode())).then("wide").otherwise(pl.lit("other"))
    brands = catalogue["brand"].drop_nulls().unique().sort().to_list()
    tables = pl.collect_all([
        spread("item", "distinct_items", "item_entropy"),
        spread("narrow", "distinct_categories", "category_entropy"),
        spread("wide", "distinct_wide_categories", "wide_category_entropy"),
        liked.filter(col("level").is_not_null()).group_by("user").agg(price_level=(col("level") * col("weight")).sum() / col("weight").sum()),
        liked.filter(col("brand").is_not_null()).group_by("user", "brand").agg(col("weight").sum()).group_by("user").agg(
            brand_concentration=col("weight").max() / col("weight").sum(),
            **{f"brand_share:{b}": col("weight").filter(col("brand") == b).sum() / col("weight").sum() for b in brands if len(brands) <= 5},
        ),
        paid.with_columns(place=place).group_by("user").agg(
            **{f"spend_share:{w}": col("spend").filter(col("place") == w).sum() / col("spend").sum() for w in [*largest["wide"], "other"]}
        ),
    ], engine="streaming")  # fmt: skip
    joined = tables[0]
    for table in tables[1:]:
        joined = joined.join(table, on="user", how="left")
    return joined.with_columns(col("price_level").fill_null(0.5))


def entropy(column: str) -> pl.Expr:
    return col(column).entropy(normalize=True)


def finish(users: pl.DataFrame) -> pl.DataFrame:
    """What is computed from other features."""
    alone = col("visits") < 2
    ratio = lambda a, b: pl.when(b > 0).then(a / b).otherwise(0.0)  # noqa: E731
    shares = lambda names: sum(pl.when(col(n) > 0).then(-col(n) * col(n).log()).otherwise(0.0) for n in names)  # noqa: E731
    rise = lambda a, b: (1 + a.clip(0)).log() - (1 + b.clip(0)).log()  # noqa: E731
    users = users.with_columns(pl.when(alone).then("tenure").otherwise(col(f"gap_{n}")).alias(f"gap_{n}") for n in ["mean", "median", "max"])
    return users.with_columns(
        spend=col("bought") - col("refunded"),
        basket_lines=ratio(col("lines"), col("frequency")),
        gap_cv=ratio(col("gap_sd"), col("gap_mean")),
        recency_over_gap=col("recency") / col("gap_mean").clip(1.0),
        active_fortnights=col("fortnights") / (col("tenure") / 14).ceil().clip(1.0),
        usual_hour=pl.arctan2("sine", "cosine").truediv(tau).mod(1.0) * 24,
        hour_entropy=shares([f"hour_{band}" for band in BANDS]),
        weekday_entropy=shares([f"weekday_{day}" for day in WEEKDAYS]),
        discount_share=ratio(col("discount"), col("discount") + col("bought")),
        discounted_lines=ratio(col("discounted"), col("lines")),
        refund_share=ratio(col("n_refund"), col("n_refund") + col("lines")),
        conversion=ratio(col("lines"), col("n_view")),
        value_score=(1 + col("recent_spend").clip(0)).log(),
        **{f"trend_visits_{d}d": rise(col(f"visits_{d}d"), col(f"visits_before_{d}d")) for d in TRENDS},
        **{f"trend_spend_{d}d": rise(col(f"spend_{d}d"), col(f"spend_before_{d}d")) for d in TRENDS},
    ).drop(["sine", "cosine", "fortnights", *[f"{n}_before_{d}d" for n in ["visits", "spend"] for d in WINDOWS]])  # fmt: skip
