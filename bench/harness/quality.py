"""What fenqun and its peers reach on labels, on the next period and on discovered segments: figures, not seconds."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from harness import recipe
from harness.commands import Fenqun
from harness.environment import BENCH, FENQUN_CACHE, OUT, REPOSITORY, journey, minilm, say
from harness.recipe import judged
from harness.table import markdown


@dataclass
class Quality:
    """What every part needs."""

    fenqun: Fenqun
    python: Path
    retail: Path
    sequence: bool

    def run(self, name: str, command: list[str]) -> Path:
        """The folder of a run, made when it is not there."""
        folder = OUT / "quality" / name
        if not (folder / "manifest.json").exists():
            say(f"run {name}")
            call([*command, "--out", str(folder), "--replace"])
        return folder

    def journey(self) -> Path:
        return self.run("journey", [str(self.fenqun.program), "demo"])

    def journey_grid(self) -> Path:
        """The demo's own configuration, with its files by their whole paths."""
        text = (REPOSITORY / "crates" / "run" / "src" / "demo.toml").read_text(encoding="utf-8")
        text = text.replace("../../demo.key", str(FENQUN_CACHE / "demo.key")).replace('files = ["', f'files = ["{journey()}/')
        return self.grid("journey", text)

    def online_retail(self) -> Path:
        return self.run("retail", [str(self.fenqun.program), "run", "-c", str(self.retail_config())])

    def online_retail_grid(self) -> Path:
        return self.grid("retail", self.retail_config().read_text(encoding="utf-8"))

    def retail_config(self) -> Path:
        config = OUT / "quality" / "retail.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        if not config.exists():
            call(self.fenqun.init([self.retail], config))
        return config

    def grid(self, name: str, text: str) -> Path:
        """A run with round borders in the place of the default way to group."""
        config = OUT / "quality" / f"{name}-grid.toml"
        config.write_text(f'{text}\n[segments]\nmethod = "round_grid"\n', encoding="utf-8")
        return self.run(f"{name}-grid", [str(self.fenqun.program), "run", "-c", str(config)])

    def evaluate(self, run: Path, *options: object) -> list[dict]:
        say(f"evaluate {run.name} {' '.join(map(str, options))}")
        answer = call([str(self.fenqun.program), "evaluate", str(run), "--format", "json", *map(str, options)])
        return json.loads(answer)

    def peer(self, script: str, *arguments: object) -> dict:
        say(f"peer {script}")
        out = OUT / "quality" / f"{script}.json"
        call([str(self.python), str(BENCH / "peers" / f"{script}.py"), *map(str, arguments[:-1]), str(out), *arguments[-1]])
        return json.loads(out.read_text())


def call(command: list[str]) -> str:
    # A second thread in every library of a process costs more than it saves on two cores.
    settings = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(command, check=True, env=settings, stdout=subprocess.PIPE, text=True).stdout


def labels(bench: Quality) -> str:
    """Household composition, age, income and kids of Complete Journey, on the same 3 × 5 folds."""
    run = bench.journey()
    found = {one["name"]: one for one in bench.evaluate(run) if one["ledger"]}
    flags = ["--sequence"] if bench.sequence else []
    peers = bench.peer("labels", journey(), minilm(), run, FENQUN_CACHE / "demo.key", flags)
    rows = []
    for name, one in found.items():
        for standing in one["comparison"]["contenders"]:
            measured = {m["metric"]: m["estimate"] for m in standing["metrics"]}
            cells = [interval(measured.get(m)) for m in ["macro_f1", "auroc"]]
            rows.append([name, standing["name"], side(standing), cells[0], reached(standing, recipe.LABELS[name]["macro_f1"], "macro_f1"),
                         cells[1], reached(standing, recipe.LABELS[name]["auroc"], "auroc")])  # fmt: skip
        for method, values in peers[name].items():
            rows.append([name, method, "peer", spread(values["macro_f1"]), "–", spread(values["auroc"]), "–"])
    seconds = ", ".join(f"{name} {value} s" for name, value in peers["seconds"].items())
    took = ", ".join(f"{name} {one['seconds']:.1f} s" for name, one in found.items())
    verdicts = "\n".join(f"- {name}: {sentence}" for name, one in found.items() for sentence in one["verdicts"])
    head = ["label", "method", "side", "macro-F1", "recipe", "AUROC", "recipe"]
    return (
        f"## Labels from behaviour, Complete Journey\n\n{markdown(head, rows)}\n\n{SAID}.\n\nfenqun: mean and 95 % interval over folds, corrected for "
        f"overlapping training sets; peers: mean ± standard deviation over the same folds. fenqun's evaluations took {took}; the "
        f"peers' representations {seconds}.\n\n{verdicts}"
    )


def period(bench: Quality) -> str:
    """Who is inactive next, what is bought, and how much is spent."""
    peers = bench.peer("period", journey(), bench.retail, [])
    day = ["--days", 28, "--at", "2017-12-04"]
    asked = [("inactive, 28 days", "spend, 28 days", bench.journey(), day)]
    if bench.retail.exists():
        options = ["--days", 90, "--at", "2011-09-10", "--active-within", 365]
        asked.append(("Online Retail II, 90 days", "Online Retail II, spend of 90 days", bench.online_retail(), options))
    rows, money, verdicts = [], [], []
    for name, of_money, run, options in asked:
        one = bench.evaluate(run, "--task", "inactive", *options)[0]
        for standing in one["comparison"]["contenders"]:
            figure = reached(standing, recipe.PERIOD[name], "auroc", 4)
            rows.append([name, standing["name"], side(standing), interval(estimate(standing, "auroc"), 4), figure])
        rows += [[name, *peer] for peer in of_peers(peers[name], "auroc")]
        verdicts += [f"- {name}: {sentence}" for sentence in one["verdicts"]]
        one = bench.evaluate(run, "--task", "spend", *options)[0]
        for said in one["amounts"]["contenders"]:
            found = said["spearman"]
            figure = "–" if said["is_baseline"] else judged(recipe.PERIOD.get(of_money), found["mean"], found["high"])
            money.append([of_money, said["name"], side(said), interval(found), figure])
        money += [[of_money, *peer] for peer in of_peers(peers[name], "spearman")]
        verdicts += [f"- {of_money}: {sentence}" for sentence in one["verdicts"]]
    name = "categories, 28 days"
    one = bench.evaluate(bench.journey(), "--task", "categories", *day)[0]
    for at, way in enumerate(one["propensity"]["contenders"]):
        low, high = way["interval"]
        found = {"mean": way["auroc"], "low": low, "high": high}
        side_of = side({"is_baseline": at > 0})
        rows.append([name, way["name"], side_of, interval(found, 4), "–" if at else judged(recipe.PERIOD[name], way["auroc"], high, 4)])
        never, value = f"{name}, never bought", way["never_bought"]
        if value is not None:
            rows.append([never, way["name"], side_of, f"{value:.4f}", "–" if at else judged(recipe.PERIOD[never], value, value, 4)])
    rows += [[name, *peer] for peer in of_peers(peers[name], "auroc")]
    rows += [[f"{name}, never bought", *peer] for peer in of_peers(peers[name], "auroc, never bought")]
    verdicts += [f"- {name}: {sentence}" for sentence in one["verdicts"]]
    rows.sort(key=lambda row: row[0])
    head = ["question", "method", "side"]
    return (
        f"## The next period\n\n{markdown([*head, 'AUROC', 'recipe'], rows)}\n\nMoney of the period:\n\n"
        f"{markdown([*head, 'Spearman', 'recipe'], money)}\n\n{SAID}.\n\n" + "\n".join(verdicts)
    )


def segments(bench: Quality) -> str:
    """Stability of discovered segments and what they say of the next 28 days."""
    shops = [("Complete Journey", bench.journey, bench.journey_grid)]
    if bench.retail.exists():
        shops.append(("Online Retail II", bench.online_retail, bench.online_retail_grid))
    rows = []
    for shop, default, grid in shops:
        for run, way in [(default(), "value × taste"), (grid(), "round_grid")]:
            report = json.loads((run / "report.json").read_text())
            for method in report["methods"]:
                if not method["ours"] and way == "round_grid":
                    continue
                found = [method["stability"], method["spend_explained"], method["mix_explained"]]
                high = report["stability"]["high"] if method["ours"] and report["stability"] else method["stability"]
                known = recipe.SEGMENTS.get((shop, way if method["ours"] else method["name"]), (None, None, None))
                side_of = side({"is_baseline": not method["ours"]})
                rows.append([shop, method["name"], side_of, str(method["k"]), *beside(found, [high, *found[1:]], known)])
        peer = segments_peer(bench, shop, default())
        for name, one in peer["methods"].items():
            stability = f"{one['stability']:.3f} ({one['kept']:.3f} in kept coordinates)"
            rows.append([shop, name, "peer", str(one["k"]), stability, "–", f"{one['spend']:.3f}", "–", f"{one['mix']:.3f}", "–"])
    head = ["shop", "method", "side", "segments", "stability", "recipe", "spend explained", "recipe", "mix explained", "recipe"]
    return (
        f"## Discovered segments\n\n{markdown(head, rows)}\n\n{SAID}. Value × taste stands beside the recipe's at 12 segments, round "
        f"borders beside its 8, RFM k-means beside its 8 and 12. Shares explained have no interval. On both sides everything is learned again on every resample."
    )


def segments_peer(bench: Quality, shop: str, run: Path) -> dict:
    """The peer has the cleaned events of the run, and the vectors of its texts: encoders are compared elsewhere."""
    out = OUT / "quality" / f"{run.name}-segments.json"
    texts, vectors = out.with_suffix(".txt"), out.with_suffix(".npy")
    say(f"peer segments {shop}")
    script = [str(bench.python), str(BENCH / "peers" / "segments.py"), str(run)]
    call([*script, "texts", str(texts)])
    call(bench.fenqun.encode(texts, vectors))
    call([*script, str(vectors), str(out)])
    return json.loads(out.read_text())


SAID = (
    f"Figures to reach: {recipe.SOURCE}. *Reached* says that the figure is inside fenqun's interval or below it; *best way* stands "
    f"before the best of all the recipe's ways, where that is not its default"
)


def side(standing: dict) -> str:
    return "fenqun's baseline" if standing["is_baseline"] else "**fenqun**"


def estimate(standing: dict, metric: str) -> dict | None:
    return next((m["estimate"] for m in standing["metrics"] if m["metric"] == metric), None)


def reached(standing: dict, figure: recipe.Figure, metric: str, digits: int = 3) -> str:
    found = estimate(standing, metric)
    return "–" if standing["is_baseline"] or found is None else judged(figure, found["mean"], found["high"], digits)


def of_peers(peers: dict, metric: str) -> list[list[str]]:
    """Method, side, value and no figure beside, of those that have the metric."""
    known = [(method, values[metric]) for method, values in peers.items() if isinstance(values, dict) and metric in values]
    return [[method, "peer", f"{value:.4f}", "–"] for method, value in known]


def beside(found: list, high: list, figures: tuple) -> list[str]:
    cells = []
    for value, top, figure in zip(found, high, figures, strict=True):
        cells.append("–" if value is None else f"{value:.3f}")
        cells.append("–" if value is None or figure is None else judged(recipe.Figure(figure), value, top))
    return cells


def interval(found: dict | None, digits: int = 3) -> str:
    if found is None:
        return "–"
    mean_of, low, high = (f"{found[name]:.{digits}f}" for name in ["mean", "low", "high"])
    return f"{mean_of} [{low}, {high}]"


def spread(values: list[float]) -> str:
    return f"{mean(values):.3f} ± {stdev(values):.3f}"


PARTS: dict[str, Callable[[Quality], str]] = {"labels": labels, "period": period, "segments": segments}
