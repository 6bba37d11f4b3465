"""The figures that fenqun is to reach. Source: "recipe: earlier experiments, November 2026", Python on the same data."""

from typing import NamedTuple

SOURCE = "recipe: earlier experiments, November 2026"


class Figure(NamedTuple):
    """What the recipe's own default reached, and what the best of all its ways did."""

    default: float | None
    best: float | None = None


# By label: macro-F1, AUROC. The default is the average of heads.
LABELS = {
    "household": {"macro_f1": Figure(0.404, 0.408), "auroc": Figure(0.675)},
    "age": {"macro_f1": Figure(0.307), "auroc": Figure(0.705)},
    "income": {"macro_f1": Figure(0.526), "auroc": Figure(0.708)},
    "kids": {"macro_f1": Figure(0.656, 0.663), "auroc": Figure(0.718, 0.734)},
}

# By question of the next period.
PERIOD = {
    "inactive, 28 days": Figure(0.8787),
    "Online Retail II, 90 days": Figure(0.775),
    "categories, 28 days": Figure(0.8248, 0.826),
    "categories, 28 days, never bought": Figure(0.685),
    "Online Retail II, spend of 90 days": Figure(0.565),
}

# By shop and way: stability, spend and mix explained. Value × taste at 12 segments with texts as taste, round borders
# beside value × taste at 8, RFM k-means at 8 (Complete Journey) and 12 (Online Retail II).
SEGMENTS = {
    ("Complete Journey", "value × taste"): (0.90, 0.40, 0.048),
    ("Complete Journey", "round_grid"): (0.88, 0.31, 0.046),
    ("Complete Journey", "RFM k-means"): (0.63, 0.425, 0.023),
    ("Online Retail II", "value × taste"): (0.81, 0.27, 0.052),
    ("Online Retail II", "round_grid"): (0.69, None, None),
    ("Online Retail II", "RFM k-means"): (0.66, 0.30, 0.014),
}


def judged(figure: Figure | None, mean: float, high: float, digits: int = 3) -> str:
    """`0.404 reached` where the figure is inside the interval or under it, else by how much it was missed."""
    if figure is None:
        return "–"

    def one(wanted: float) -> str:
        return f"{wanted:.{digits}f} {'reached' if wanted <= high else f'below by {wanted - mean:.{digits}f}'}"

    parts = [one(wanted) for wanted in [figure.default] if wanted is not None]
    parts += [f"best way {one(wanted)}" for wanted in [figure.best] if wanted is not None]
    return "; ".join(parts) or "–"
