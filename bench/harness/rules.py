"""Counts of users by rules: how long the slowest takes, and whether polars finds the same users."""

import json
import shutil

from harness.environment import OUT, empty
from harness.measure import Sample, measure
from harness.measurements import Bench, imports
from harness.table import markdown, middle, spread

N_USERS, EVENTS_EACH = 1_000_000, 20

HEAD = ["measurement", "aim", "slowest rule ms", "kept answer ms", "index s", "peak MiB", "polars, slowest ms", "polars peak MiB", "exact"]
HEAD_RULES = ["rule", "users", "ms", "again ms", "polars ms", "ratio"]


def measure_all(bench: Bench) -> str:
    """A million users with twenty events each; every rule counted for the first time, and again."""
    folder, log = empty(OUT / "rules"), OUT / "fenqun.log"
    # Once and outside the timing: the events for the peer. Both sides then have the same from the same seed.
    measure(bench.fenqun.example("rules_timing", N_USERS, EVENTS_EACH, folder), log=log)

    def ours() -> Sample:
        sample = measure(bench.fenqun.example("rules_timing", N_USERS, EVENTS_EACH), log=log)
        whole, *rules = map(json.loads, log.read_text().splitlines())
        sample.facts.update(whole, rules={rule["rule"]: rule for rule in rules})
        return sample

    a, b = bench.in_turn("rules", ours, lambda: measure(bench.peer("rules", folder, N_USERS)))
    shutil.rmtree(folder)
    mine, other = ([sample.facts["rules"] for sample in side] for side in [a, b])
    rows, wrong = [], []
    for rule, found in mine[-1].items():
        theirs = other[-1][rule]["found"]
        if found["found"] != theirs:
            wrong.append(f"`{rule}`: {found['found']:,} users, polars {theirs:,}")
        ratio = spread([p[rule]["milliseconds"] / m[rule]["first"] for m, p in zip(mine, other, strict=True)], "×")
        times = [spread([one[rule][key] for one in side]) for side, key in [(mine, "first"), (mine, "again"), (other, "milliseconds")]]
        rows.append([f"`{rule}`", f"{found['found']:,}", *times, ratio])
    slowest = lambda side, key: spread([max(rule[key] for rule in one.values()) for one in side])  # noqa: E731
    whole = [
        f"{len(rows)} rules, {N_USERS:,} users, {a[-1].facts['n_events']:,} events", "< 50 ms, exact", slowest(mine, "first"), slowest(mine, "again"),
        spread([sample.facts["index_seconds"] for sample in a]), middle([sample.peak for sample in a]), slowest(other, "milliseconds"),
        middle([sample.peak for sample in b]), f"{len(rows) - len(wrong)} of {len(rows)}",
    ]  # fmt: skip
    note = "; ".join(wrong) or "Every rule finds as many users as the query."
    return f"{markdown(HEAD, [whole])}\n\n{note} Both use what threads they use; {imports(b)}.\n\n{markdown(HEAD_RULES, rows)}"
