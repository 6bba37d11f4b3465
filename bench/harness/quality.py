"""What fenqun and its peers reach on labels, on the next period and on discovered segments: figures, not seconds."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from harness.commands import Fenqun
from harness.environment import BENCH, FENQUN_CACHE, OUT, journey, minilm, say
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

    def online_retail(self) -> Path:
        config = OUT / "quality" / "retail.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        if not config.exists():
            call(self.fenqun.init([self.retail], config))
        return self.run("retail", [str(self.fenqun.program), "run", "-c", str(config)])

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
            side = "fenqun's baseline" if standing["is_baseline"] else "**fenqun**"
            rows.append([name, standing["name"], side, *(interval(measured.get(m)) for m in ["macro_f1", "auroc"])])
        for method, values in peers[name].items():
            rows.append([name, method, "peer", spread(values["macro_f1"]), spread(values["auroc"])])
    seconds = ", ".join(f"{name} {value} s" for name, value in peers["seconds"].items())
    took = ", ".join(f"{name} {one['seconds']:.1f} s" for name, one in found.items())
    verdicts = "\n".join(f"- {name}: {sentence}" for name, one in found.items() for sentence in one["verdicts"])
    head = ["label", "method", "side", "macro-F1", "AUROC"]
    return (
        f"## Labels from behaviour, Complete Journey\n\n{markdown(head, rows)}\n\nfenqun: mean and 95 % interval over folds, corrected for "
        f"overlapping training sets; peers: mean ± standard deviation over the same folds. fenqun's evaluations took {took}; the "
        f"peers' representations {seconds}.\n\n{verdicts}"
    )


def period(bench: Quality) -> str:
    """Who is inactive next, and what is bought."""
    peers = bench.peer("period", journey(), bench.retail, [])
    asked = [("inactive, 28 days", bench.journey(), ["--task", "inactive", "--days", 28, "--at", "2017-12-04"])]
    if bench.retail.exists():
        options = ["--task", "inactive", "--days", 90, "--at", "2011-09-10", "--active-within", 365]
        asked.append(("Online Retail II, 90 days", bench.online_retail(), options))
    rows, verdicts = [], []
    for name, run, options in asked:
        one = bench.evaluate(run, *options)[0]
        for standing in one["comparison"]["contenders"]:
            measured = {m["metric"]: m["estimate"] for m in standing["metrics"]}
            side = "fenqun's baseline" if standing["is_baseline"] else "**fenqun**"
            rows.append([name, standing["name"], side, interval(measured.get("auroc"))])
        rows += [[name, method, "peer", f"{values['auroc']:.4f}"] for method, values in peers[name].items() if isinstance(values, dict) and "auroc" in values]
        verdicts += [f"- {name}: {sentence}" for sentence in one["verdicts"]]
    name = "categories, 28 days"
    one = bench.evaluate(bench.journey(), "--task", "categories", "--days", 28, "--at", "2017-12-04")[0]
    for at, way in enumerate(one["propensity"]["contenders"]):
        low, high = way["interval"]
        side = "fenqun's baseline" if at else "**fenqun**"
        rows.append([name, way["name"], side, f"{way['auroc']:.4f} [{low:.4f}, {high:.4f}]"])
    rows += [[name, method, "peer", f"{values['auroc']:.4f}"] for method, values in peers[name].items()]
    verdicts += [f"- {name}: {sentence}" for sentence in one["verdicts"]]
    head = ["question", "method", "side", "AUROC"]
    return "## The next period\n\n" + markdown(head, rows) + "\n\n" + "\n".join(verdicts)


def segments(bench: Quality) -> str:
    """Stability of discovered segments and what they say of the next 28 days."""
    rows = []
    runs = [("Complete Journey", bench.journey())]
    if bench.retail.exists():
        runs.append(("Online Retail II", bench.online_retail()))
    for shop, run in runs:
        for method in json.loads((run / "report.json").read_text())["methods"]:
            values = [method["stability"], method["spend_explained"], method["mix_explained"]]
            rows.append([shop, method["name"], str(method["k"]), *("–" if v is None else f"{v:.3f}" for v in values)])
    head = ["shop", "method", "segments", "stability", "spend explained", "mix explained"]
    return "## Discovered segments\n\n" + markdown(head, rows)


def interval(estimate: dict | None) -> str:
    if estimate is None:
        return "–"
    return f"{estimate['mean']:.3f} [{estimate['low']:.3f}, {estimate['high']:.3f}]"


def spread(values: list[float]) -> str:
    return f"{mean(values):.3f} ± {stdev(values):.3f}"


PARTS: dict[str, Callable[[Quality], str]] = {"labels": labels, "period": period, "segments": segments}
