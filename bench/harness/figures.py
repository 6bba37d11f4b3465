"""Metrics of predictions and of groups beside scikit-learn: milliseconds of each, and whether the values agree."""

import json

from harness.environment import OUT, empty
from harness.measure import Sample, measure
from harness.measurements import ONE_THREAD, Bench
from harness.table import markdown, spread

HEAD = ["figure", "of", "ms", "peer ms", "ratio", "value", "peer value", "apart"]

# What is made ready, and what the table calls it.
DATA = [
    ("1,000,000 × 2 classes", ["predictions", 1_000_000, 2]),
    ("200,000 × 6 classes", ["predictions", 200_000, 6]),
    ("200,000 × 16 in 8 groups", ["groupings", 200_000, 16, 8]),
]


def measure_all(bench: Bench) -> str:
    """Every figure by itself, in-process, one thread on both sides; at least 1.0 times as fast is the aim."""
    rows = []
    folder, log = OUT / "metrics", OUT / "fenqun.log"
    for name, made in DATA:
        bench.prepare(*made, empty(folder))

        def ours() -> Sample:
            sample = measure(bench.fenqun.example("metrics_timing", folder), ONE_THREAD, log)
            sample.facts["figures"] = json.loads(log.read_text())
            return sample

        a, b = bench.in_turn(f"metrics {name}", ours, lambda: measure(bench.peer("metrics", folder), ONE_THREAD))
        for figure in a[-1].facts["figures"]:
            mine, other = ([sample.facts["figures"][figure] for sample in side] for side in [a, b])
            rows.append([figure, name, *cells(mine, other)])
    worst = max(rows, key=lambda row: float(row[-1]))
    return (
        f"{markdown(HEAD, rows)}\n\nAgainst scikit-learn (the calibration error against NumPy), aim 1.0× each; in-process, one thread each. "
        f"Apart is the largest difference of a value, relative to it: at most {worst[-1]} ({worst[0]}, {worst[1]})."
    )


def cells(mine: list[dict], other: list[dict]) -> list[str]:
    ratio = spread([b["seconds"] / a["seconds"] for a, b in zip(mine, other, strict=True)], "×")
    values, others = mine[-1]["values"], other[-1]["values"]
    apart = max(abs(a - b) / max(abs(b), 1e-300) for a, b in zip(values, others, strict=True) if a != b) if values != others else 0.0
    shown = [f"{v[0]:.6f}" if len(v) == 1 else f"{len(v)} counts" for v in [values, others]]
    milliseconds = [spread([1000 * one["seconds"] for one in side]) for side in [mine, other]]
    return [*milliseconds, ratio, *shown, f"{apart:.0e}"]
