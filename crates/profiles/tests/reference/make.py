"""Random events and what polars says of them: an independent check of the features.

Written without a look at the Rust code, from the formulas that `fenqun_profiles::formulas` lists.
Writes events.csv and expected.csv beside itself. Made with Python 3.11 and polars 2.1.0:

    python make.py
"""

import math
import pathlib
import random

import polars as pl

FOLDER = pathlib.Path(__file__).parent
DAY = 86_400_000
AS_OF = 500 * DAY
N_ITEMS = 24

rng = random.Random(20_26)
rows = []
for user in range(25):
    first = rng.randrange(0, 400)
    for session in range(rng.randrange(1, 16)):
        day = rng.randrange(first, 520)  # some at or after as_of
        start = day * DAY + rng.randrange(0, DAY)
        # The last third of the users have no session ids: a visit is a local day there.
        number = 0 if user >= 17 else user * 100 + session + 1
        kind = rng.choices(["purchase", "view", "refund"], [6, 2, 1])[0]
        for line in range(rng.randrange(1, 6)):
            action = kind if rng.random() < 0.85 else "view"
            rows.append({
                "user": user,
                "time": start + line * 20_000,
                "session": number,
                "item": rng.randrange(N_ITEMS),
                "quantity": rng.randrange(1, 4),
                "price": None if action == "view" else rng.randrange(50, 3000) / 100,
                "discount": rng.choice([0, 0, 0, 0.5, 1.25]) if action == "purchase" else 0,
                "action": action,
                "offset": 480 if user % 2 else -300,
            })
events = pl.DataFrame(rows, infer_schema_length=None).sort("user", "time", "session")
events.write_csv(FOLDER / "events.csv")

events = events.filter(pl.col("time") < AS_OF).with_columns(
    local=pl.col("time") + pl.col("offset") * 60_000,
    gross=pl.when(pl.col("action") == "purchase").then(pl.col("quantity") * pl.col("price")).otherwise(0.0),
    back=pl.when(pl.col("action") == "refund").then(pl.col("quantity") * pl.col("price")).otherwise(0.0),
).with_columns(
    net=pl.col("gross") - pl.col("back"),
    visit=pl.when(pl.col("session") > 0).then(pl.col("session")).otherwise(-1 - pl.col("local") // DAY),
    wide=pl.format("w{}", pl.col("item") % 4),
    narrow=pl.col("item") % 8,
)
own = pl.col("action") != "refund"
buys = pl.col("action") == "purchase"
ago = lambda column: (AS_OF - pl.col(column)) / DAY

out = events.group_by("user").agg(
    tenure=(AS_OF - pl.col("time").min()) / DAY,
    last_own=pl.col("time").filter(own).max(),
    last_any=pl.col("time").min(),
    last_purchase=pl.col("time").filter(buys).max(),
    spend=pl.col("net").sum(),
    lines=buys.sum().cast(pl.Float64),
    n_view=(pl.col("action") == "view").sum().cast(pl.Float64),
    n_refund=(pl.col("action") == "refund").sum().cast(pl.Float64),
    spend_28d=pl.col("net").filter(ago("time") <= 28).sum(),
    spend_84d=pl.col("net").filter(ago("time") <= 84).sum(),
    spend_91d=pl.col("net").filter(ago("time") <= 91).sum(),
    spend_168d=pl.col("net").filter(ago("time") <= 168).sum(),
    spend_336d=pl.col("net").filter(ago("time") <= 336).sum(),
    discounted_lines=((pl.col("discount") > 0) & buys).sum() / buys.sum(),
    spend_365d=pl.col("net").filter(ago("time") <= 365).sum(),
    before_91d=pl.col("net").filter((ago("time") > 91) & (ago("time") <= 182)).sum(),
    discount=pl.col("discount").sum(),
    gross=pl.col("gross").sum(),
).with_columns(
    recency=(AS_OF - pl.coalesce("last_own", "last_any")) / DAY,
    purchase_recency=pl.coalesce((AS_OF - pl.col("last_purchase")) / DAY, "tenure"),
    discount_share=(pl.col("discount") / (pl.col("discount") + pl.col("gross"))).fill_nan(0.0),
    refund_share=(pl.col("n_refund") / (pl.col("n_refund") + pl.col("lines"))).fill_nan(0.0),
    trend_spend_91d=(1 + pl.max_horizontal("spend_91d", 0.0)).log() - (1 + pl.max_horizontal("before_91d", 0.0)).log(),
)

visits = events.group_by("user", "visit").agg(
    start=pl.col("time").min(), local=pl.col("local").min(),
    amount=pl.col("gross").sum(), n_lines=buys.sum(), own=own.any(),
).filter("own").sort("user", "start")
out = out.join(visits.group_by("user").agg(
    visits=pl.len().cast(pl.Float64),
    visits_14d=(ago("start") <= 14).sum().cast(pl.Float64),
    visits_91d=(ago("start") <= 91).sum().cast(pl.Float64),
    frequency_84d=((ago("start") <= 84) & (pl.col("n_lines") > 0)).sum().cast(pl.Float64),
    hour_16_20=(((pl.col("local") % DAY) // (4 * 3_600_000)) == 4).mean(),
    weekday_sat=(((pl.col("local") // DAY) + 3) % 7 == 5).mean(),
    fortnights=((AS_OF - pl.col("start") - 1) // (14 * DAY)).n_unique().cast(pl.Float64),
    gaps=pl.col("start").diff().drop_nulls() / DAY,
), "user", "left").join(visits.filter(pl.col("n_lines") > 0).group_by("user", maintain_order=True).agg(
    frequency=pl.len().cast(pl.Float64),
    basket_mean=pl.col("amount").mean(), basket_sd=pl.col("amount").std().fill_null(0.0),
    basket_median=pl.col("amount").median(), basket_max=pl.col("amount").max(),
    last_basket=pl.col("amount").last(),
), "user", "left").with_columns(
    active_fortnights=pl.col("fortnights") / (pl.col("tenure") / 14).ceil().clip(1),
    gap_mean=pl.coalesce(pl.col("gaps").list.mean(), "tenure"),
    gap_sd=pl.coalesce(pl.col("gaps").list.std(), 0.0),
    gap_median=pl.coalesce(pl.col("gaps").list.median(), "tenure"),
    gap_max=pl.coalesce(pl.col("gaps").list.max(), "tenure"),
).with_columns(recency_over_gap=pl.col("recency") / pl.col("gap_mean").clip(1))

bought = events.filter(buys).join(
    events.group_by("user", "visit").agg(start=pl.col("time").min()), ["user", "visit"])
bought = bought.with_columns(first=pl.col("start").min().over("user", "item"))
out = out.join(bought.group_by("user").agg(
    repeat_rate=(pl.col("start") > pl.col("first")).mean()), "user", "left")

WEIGHTS = {"purchase": 1.0, "refund": -1.0, "view": 0.2}
pairs = events.with_columns(weight=pl.col("action").replace_strict(WEIGHTS)).group_by("user", "item", "wide", "narrow").agg(
    weight=pl.col("weight").sum(), spend=pl.col("net").sum()).with_columns(
    weight=pl.when(pl.col("weight") > 1e-9).then("weight").otherwise(0.0), spend=pl.col("spend").clip(0))
price = events.filter(buys & (pl.col("gross") > 0)).group_by("item", "narrow").agg(
    price=pl.col("gross").sum() / pl.col("quantity").sum()).with_columns(
    level=(pl.col("price").rank("average").over("narrow") - 0.5) / pl.len().over("narrow"))
pairs = pairs.join(price.select("item", "level"), "item", "left")


def entropy(values):
    total = sum(values)
    return -sum(v / total * math.log(v / total) for v in values if v > 0) if total > 0 else 0.0


taste = []
for (user,), group in pairs.group_by("user"):
    kept = group.filter(pl.col("weight") > 0)
    wide = kept.group_by("wide").agg(pl.col("weight").sum())["weight"].to_list()
    total, money = kept["weight"].sum(), group["spend"].sum()
    known = kept.filter(pl.col("level").is_not_null())
    private = kept.filter(pl.col("item") % 3 == 0)["weight"].sum()
    taste.append({
        "user": user,
        "distinct_items": float(len(kept)),
        "item_entropy": entropy(kept["weight"].to_list()),
        "distinct_wide_categories": float(len(wide)),
        "wide_category_entropy": entropy(wide),
        "brand_share:own": private / total if total else 0.0,
        "price_level": (known["weight"] * known["level"]).sum() / known["weight"].sum() if len(known) else 0.5,
        "spend_share:w1": group.filter(pl.col("wide") == "w1")["spend"].sum() / money if money > 0 else 0.0,
    })
out = out.join(pl.DataFrame(taste), "user", "left").fill_null(0.0).sort("user")

names = [
    "recency", "purchase_recency", "tenure", "visits", "frequency", "spend", "lines", "basket_mean", "basket_sd",
    "basket_median", "basket_max", "last_basket", "gap_mean", "gap_sd", "gap_median", "gap_max", "recency_over_gap",
    "visits_14d", "visits_91d", "frequency_84d", "spend_28d", "spend_84d", "spend_91d", "spend_168d", "spend_336d",
    "spend_365d", "discounted_lines", "trend_spend_91d", "active_fortnights", "hour_16_20",
    "weekday_sat", "repeat_rate", "discount_share", "refund_share", "n_view", "n_refund", "distinct_items",
    "item_entropy", "distinct_wide_categories", "wide_category_entropy", "brand_share:own", "price_level",
    "spend_share:w1",
]
out.select("user", *names).write_csv(FOLDER / "expected.csv", float_precision=9)
