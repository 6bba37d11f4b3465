"""period.py JOURNEY_FOLDER RETAIL_FILE OUT.json: what happens in the next period, asked of LightGBM and of plain ways.

Complete Journey: inactive in the next four weeks, and which of 100 categories are bought in them (features up to week 45
with the labels of weeks 46 to 49 to learn from, up to week 49 with those of weeks 50 to 53 to test). Online Retail II: no
purchase in the 90 days after 2011-09-10 and the money spent in them, learned 90 days before.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl
from polars import col
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import clock
import profile_features
from journey import read
from profile_features import DAY, PURCHASE, aggregates

clock.ready()

SEED, WEEK = 7, 7 * DAY


def main(journey: str, retail: str, out: str) -> None:
    results = {}
    with threadpool_limits(1):
        events, catalogue, _ = read(Path(journey))
        # Week 50 of the data. `read` takes stored times for the shop's wall clock, five hours behind.
        test = int(datetime(2017, 12, 4, 5, tzinfo=UTC).timestamp() * 1000)
        results["inactive, 28 days"] = activity(events, catalogue, [test - 4 * WEEK, test], 4 * WEEK)
        results["categories, 28 days"] = propensity(events, catalogue, [test - 4 * WEEK, test], 4 * WEEK)
        if Path(retail).exists():
            events, catalogue = read_retail(retail)
            test = int(datetime(2011, 9, 10, tzinfo=UTC).timestamp() * 1000)
            results["Online Retail II, 90 days"] = activity(events, catalogue, [test - 90 * DAY, test], 90 * DAY, within=365)
    Path(out).write_text(json.dumps(results, indent=1))
    clock.report()


def read_retail(file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines = pl.read_parquet(file).filter(col("CustomerID").is_not_null() & (col("UnitPrice") > 0))
    taken_back = col("InvoiceNo").cast(pl.String).str.starts_with("C") | (col("Quantity") < 0)
    time = col("InvoiceDate").cast(pl.Datetime("ms")).dt.timestamp("ms")
    # In their own order, so that equal keys below leave no room for chance.
    events = lines.unique(maintain_order=True).select(
        user=col("CustomerID").cast(pl.Int64), time=time, local=time,
        action=pl.when(taken_back).then(profile_features.REFUND).otherwise(PURCHASE).cast(pl.UInt8),
        session=col("InvoiceNo").cast(pl.String).hash(), item=col("StockCode"), amount=col("Quantity").abs() * col("UnitPrice"),
        quantity=col("Quantity").abs().cast(pl.Float64), discount=pl.lit(0.0),
    ).sort("user", "time", "session", "item", maintain_order=True)  # fmt: skip
    none = pl.lit(None, pl.String)
    return events, events.select("item").unique().with_columns(narrow=none, wide=none, brand=none)


def described(events, catalogue, as_of, within):
    """Users seen before a moment (within so many days of it), and their aggregates."""
    past = events.filter(col("time") < as_of)
    last = past.filter(col("action") == PURCHASE).group_by("user").agg(last=col("time").max())
    users = last.filter((as_of - col("last")) / DAY <= (within or 1e9))["user"].sort()
    return users, aggregates(past.filter(col("user").is_in(users.implode())), catalogue, users, as_of)


def rfm(events, users, as_of) -> np.ndarray:
    past = events.filter((col("time") < as_of) & (col("action") == PURCHASE)).group_by("user").agg(
        r=(as_of - col("time").max()) / DAY, f=col("session").n_unique(), m=col("amount").sum()
    )
    return np.log1p(pl.DataFrame({"user": users}).join(past, on="user", how="left").select("r", "f", "m").to_numpy().astype(float))


def outcome(events, users, as_of, period) -> tuple[np.ndarray, np.ndarray]:
    """Whether nothing is bought in the period, and the money spent net of refunds."""
    inside = events.filter((col("time") >= as_of) & (col("time") < as_of + period))
    signed = pl.when(col("action") == PURCHASE).then(col("amount")).otherwise(-col("amount"))
    did = inside.group_by("user").agg(n=(col("action") == PURCHASE).sum(), money=signed.sum())
    did = pl.DataFrame({"user": users}).join(did, on="user", how="left").fill_null(0)
    return (did["n"] == 0).to_numpy(), did["money"].to_numpy()


def trees(kind, n_estimators=300, **settings):
    return kind(
        n_estimators=n_estimators, learning_rate=0.03, num_leaves=7, min_child_samples=30, subsample=0.8, subsample_freq=1,
        colsample_bytree=0.3, reg_lambda=5, random_state=SEED, n_jobs=1, verbose=-1, **settings,
    )  # fmt: skip


def activity(events, catalogue, moments, period, within=0) -> dict:
    (train, train_x), (test, test_x) = (described(events, catalogue, moment, within) for moment in moments)
    (train_y, train_money), (test_y, test_money) = (
        outcome(events, users, moment, period) for users, moment in zip([train, test], moments, strict=True)
    )
    train_rfm, test_rfm = (rfm(events, users, moment) for users, moment in zip([train, test], moments, strict=True))
    scale = StandardScaler().fit(train_rfm)
    plain = LogisticRegression().fit(scale.transform(train_rfm), train_y).predict_proba(scale.transform(test_rfm))[:, 1]
    boosted = trees(lightgbm.LGBMClassifier).fit(train_x, train_y).predict_proba(test_x)[:, 1]
    money = trees(lightgbm.LGBMRegressor).fit(train_x, np.log1p(train_money.clip(0))).predict(test_x)
    rfm_money = trees(lightgbm.LGBMRegressor).fit(train_rfm, np.log1p(train_money.clip(0))).predict(test_rfm)
    return {
        "n": len(test), "share inactive": float(test_y.mean()),
        "recency alone": {"auroc": roc_auc_score(test_y, test_rfm[:, 0])},
        "RFM + logistic": {"auroc": roc_auc_score(test_y, plain)},
        "aggregates + LightGBM": {"auroc": roc_auc_score(test_y, boosted), "spearman": spearmanr(test_money, money).statistic},
        "RFM + LightGBM": {"spearman": spearmanr(test_money, rfm_money).statistic},
    }  # fmt: skip


def propensity(events, catalogue, moments, period) -> dict:
    """Which of the 100 categories with most buyers: own counts, and one LightGBM a category."""
    lines = events.join(catalogue.select("item", "narrow"), on="item").drop_nulls("narrow").rename({"narrow": "category"})
    before = lines.filter(col("time") < moments[0])
    chosen = before.group_by("category").agg(n=col("user").n_unique()).sort(["n", "category"], descending=[True, False])["category"].head(100)
    lines = lines.filter(col("category").is_in(chosen.implode()))

    def table(users, since, until):
        inside = lines.filter((col("time") >= since) & (col("time") < until)).group_by("user", "category").agg(n=col("session").n_unique())
        values = np.zeros((len(users), 100))
        place = {name: at for at, name in enumerate(chosen)}
        known = inside.filter(col("user").is_in(users.implode()))
        values[users.search_sorted(known["user"]).to_numpy(), [place[c] for c in known["category"]]] = known["n"].to_numpy()
        return values

    (train, train_x), (test, test_x) = (described(events, catalogue, moment, 0) for moment in moments)
    own = [table(users, 0, moment) for users, moment in zip([train, test], moments, strict=True)]
    bought = [table(users, moment, moment + period) > 0 for users, moment in zip([train, test], moments, strict=True)]
    scores = {"own counts": own[1], "aggregates + own counts + LightGBM per category": np.zeros_like(own[1])}
    for at in range(100):
        model = trees(lightgbm.LGBMClassifier, n_estimators=100)
        model.fit(np.column_stack([train_x, own[0]]), bought[0][:, at])
        scores["aggregates + own counts + LightGBM per category"][:, at] = model.predict_proba(np.column_stack([test_x, own[1]]))[:, 1]

    def macro(values, among=None):
        found = []
        for at in range(100):
            rows = slice(None) if among is None else among[:, at]
            truth = bought[1][rows, at]
            if truth.any() and not truth.all():
                found.append(roc_auc_score(truth, values[rows, at]))
        return float(np.mean(found))

    return {name: {"auroc": macro(values), "auroc, never bought": macro(values, own[1] == 0)} for name, values in scores.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
