"""Rounds to rows, rows to a table for the terminal and for bench/out/results.md."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from harness.measure import Sample

HEAD = ["measurement", "against", "aim", "wall s", "peer wall s", "wall ratio", "CPU s", "peer CPU s", "CPU ratio",
        "peak MiB", "peer peak MiB", "memory ratio"]  # fmt: skip


@dataclass
class Row:
    """Both sides of one measurement over all rounds; a ratio above 1 says that fenqun needs less."""

    name: str
    peer: str
    aim: str
    ours: list[Sample]
    theirs: list[Sample]
    note: str = ""

    def cells(self) -> list[str]:
        def ratio(of: Callable[[Sample], float]) -> str:
            return spread([of(b) / of(a) for a, b in zip(self.ours, self.theirs, strict=True)], "×")

        return [
            self.name, self.peer, self.aim,
            spread([s.wall for s in self.ours]), spread([s.wall for s in self.theirs]), ratio(lambda s: s.wall),
            spread([s.cpu for s in self.ours]), spread([s.cpu for s in self.theirs]), ratio(lambda s: s.cpu),
            middle([s.peak for s in self.ours]), middle([s.peak for s in self.theirs]), ratio(lambda s: s.peak),
        ]  # fmt: skip


def spread(values: list[float], sign: str = "") -> str:
    """Median and, in brackets, lowest and highest: `2.31× (2.20–2.40)`."""
    low, middle_value, high = min(values), median(values), max(values)
    if len(values) == 1:
        return f"{digits(middle_value)}{sign}"
    return f"{digits(middle_value)}{sign} ({digits(low)}–{digits(high)})"


def middle(values: list[float]) -> str:
    return digits(median(values))


def digits(value: float) -> str:
    """Three digits that matter."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def markdown(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def ratios(rows: list[Row]) -> str:
    """The table, and under it what was found on the way."""
    notes = "\n".join(f"- {row.name}, {row.peer}: {row.note}." for row in rows if row.note)
    return f"{markdown(HEAD, [row.cells() for row in rows])}\n\n{notes}"
