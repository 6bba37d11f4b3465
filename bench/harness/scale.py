"""A made shop of 1, 5 and 20 million events: is the cost linear, and the memory bounded?"""

import shutil
from statistics import median

from harness.environment import OUT, own_cache
from harness.measure import Sample, measure
from harness.measurements import Bench, made_shop
from harness.table import digits, markdown, spread

HEAD = ["events", "wall s", "CPU s", "peak MiB", "wall s a million", "CPU s a million", "CPU a million, against the smallest"]


def measure_all(bench: Bench) -> dict[int, list[Sample]]:
    """Whole runs by millions of events. The shop's texts are encoded in the warm-up round: from then
    on the text cache answers, and what is measured is the way of the events."""
    out, cache = OUT / "scale", own_cache()

    def run(config) -> Sample:
        shutil.rmtree(out, ignore_errors=True)
        return measure(bench.fenqun.run(config, out), cache, OUT / "fenqun.log")

    samples = {}
    for millions in [1, 5, 20]:
        _, config = made_shop(bench, millions)
        (samples[millions],) = bench.in_turn(f"scale {millions} M", lambda: run(config))
    shutil.rmtree(out, ignore_errors=True)
    return samples


def linear(samples: dict[int, list[Sample]]) -> str:
    smallest = min(samples)
    first = median(s.cpu for s in samples[smallest]) / smallest
    rows = []
    for millions, of in samples.items():
        wall, cpu = median(s.wall for s in of), median(s.cpu for s in of)
        rows.append([
            f"{millions} M", spread([s.wall for s in of]), spread([s.cpu for s in of]), spread([s.peak for s in of]),
            digits(wall / millions), digits(cpu / millions), f"{digits(cpu / millions / first)}×",
        ])  # fmt: skip
    return markdown(HEAD, rows)
