"""The measurements: what runs on each side, what is made ready before, what is compared after."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.commands import Fenqun
from harness.environment import BENCH, OUT, empty, journey, minilm, own_cache, say
from harness.measure import Sample, measure
from harness.table import Row

ONE_THREAD = {
    name: "1"
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS"]
}


@dataclass
class Bench:
    """What every measurement needs."""

    fenqun: Fenqun
    python: Path
    rounds: int
    warm_up: bool

    def peer(self, script: str, *arguments: object) -> list[str]:
        return [str(self.python), str(BENCH / "peers" / f"{script}.py"), *map(str, arguments)]

    def ask(self, script: str, *arguments: object) -> dict:
        """What a comparing script prints."""
        answer = subprocess.run(self.peer(script, *arguments), check=True, capture_output=True)
        return json.loads(answer.stdout)

    def prepare(self, what: str, *arguments: object) -> None:
        subprocess.run(self.peer("prepare", what, *arguments), check=True)

    def in_turn(self, name: str, *sides: Callable[[], Sample]) -> list[list[Sample]]:
        """Runs the sides in turn, round after round, after one round that is not counted."""
        samples: list[list[Sample]] = [[] for _ in sides]
        for at in range(self.rounds + self.warm_up):
            counted = at >= self.warm_up
            for side, kept in zip(sides, samples, strict=True):
                sample = side()
                if counted:
                    kept.append(sample)
            walls = " ".join(f"{s[-1].wall:.2f}s" for s in samples if s)
            say(f"{name}: round {at + 1 - self.warm_up} of {self.rounds} {walls}" if counted else f"{name}: warm-up")
        return samples


def end_to_end(bench: Bench) -> list[Row]:
    """Complete Journey from files to named segments, every text encoded anew."""
    journey(), minilm()
    out, cache = OUT / "end-to-end", own_cache()

    def ours() -> Sample:
        empty(out / "fenqun").rmdir()
        shutil.rmtree(OUT / "cache" / "texts", ignore_errors=True)
        return measure(bench.fenqun.demo(out / "fenqun"), cache, OUT / "fenqun.log")

    def theirs() -> Sample:
        empty(out / "peer")
        return measure(bench.peer("end_to_end", journey(), minilm(), out / "peer"))

    a, b = bench.in_turn("end-to-end", ours, theirs)
    note = f"peer encoded {b[-1].facts['n_texts']} texts; {imports(b)}"
    return [Row("end to end, Complete Journey", "polars + sentence-transformers + scikit-learn", "10× wall, 5× memory", a, b, note)]


def read(bench: Bench) -> list[Row]:
    """Reading, typing and validating alone; and the whole clean pass, which also deduplicates, sorts and writes."""
    rows = []
    bench.prepare("csv", journey() / "transactions.parquet", empty(OUT / "read") / "transactions.csv")
    out, folder = OUT / "read" / "run", OUT / "read" / "peer"
    for kind, file in [("CSV", OUT / "read" / "transactions.csv"), ("Parquet", journey() / "transactions.parquet")]:
        config = OUT / "read" / f"{kind.lower()}.toml"
        subprocess.run(bench.fenqun.init([file], config), check=True, stdout=subprocess.DEVNULL)

        def clean() -> Sample:
            shutil.rmtree(out, ignore_errors=True)
            return measure(bench.fenqun.run(config, out, until="events"), log=OUT / "fenqun.log")

        sides = {
            "read, type and validate": [
                lambda: measure(bench.fenqun.check(config), log=OUT / "fenqun.log"),
                lambda: measure(bench.peer("read", file)),
            ],
            "the same, deduplicate, sort, write": [clean, lambda: measure(bench.peer("read", file, empty(folder)))],
        }
        for name, (ours, theirs) in sides.items():
            a, b = bench.in_turn(f"{name}, {kind}", ours, theirs)
            rows.append(Row(f"{name}, {kind}", "polars", "1.0× CPU", a, b, f"{b[-1].facts['counts']}; {imports(b)}"))
    return rows


def aggregates(bench: Bench) -> list[Row]:
    """Per-user aggregates and ordered sequences from finished event tables; all three must say the same."""
    _, config = made_shop(bench, 5)
    base, fresh, out = (OUT / "aggregates" / name for name in ["base", "fresh", "peer"])
    rows = []
    for name, command in [
        ("Complete Journey", bench.fenqun.demo),
        ("5 M made events", lambda folder, **steps: bench.fenqun.run(config, folder, **steps)),
    ]:
        empty(OUT / "aggregates")
        measure(command(base, until="events"), log=OUT / "fenqun.log")

        def ours() -> Sample:
            shutil.rmtree(fresh, ignore_errors=True)
            # Artifacts are replaced by renaming and never written into, so links are as good as copies.
            shutil.copytree(base, fresh, copy_function=os.link)
            return measure(command(fresh, until="profiles", resume=True), log=OUT / "fenqun.log")

        peers = ["polars", "duckdb"]
        theirs = [lambda peer=peer: measure(bench.peer(f"aggregates_{peer}", base / "events", empty(out / peer))) for peer in peers]
        mine, *others = bench.in_turn(f"aggregates, {name}", ours, *theirs)
        for peer, samples in zip(peers, others, strict=True):
            agreement = bench.ask("agree", fresh / "profiles.parquet", out / peer / "profiles.parquet")
            differing = ", ".join(agreement["differing"]) or "none"
            note = f"{agreement['n_compared']} features compared, differing: {differing}; {imports(samples)}"
            rows.append(Row(f"aggregates and sequences, {name}", peer, "1.0×", mine, samples, note))
    return rows


def encode(bench: Bench) -> list[Row]:
    """Distinct shop texts through MiniLM, nothing cached; the vectors must be the same."""
    rows = []
    folder = empty(OUT / "encode")
    bench.prepare("texts", journey(), folder)
    for name, file in [("Complete Journey texts", "journey.txt"), ("made titles", "titles.txt")]:
        texts, ours_file, theirs_file = folder / file, folder / "fenqun.npy", folder / "peer.npy"
        a, b = bench.in_turn(
            f"encode {name}",
            lambda: measure(bench.fenqun.encode(texts, ours_file), log=OUT / "fenqun.log"),
            lambda: measure(bench.peer("encode", minilm(), texts, theirs_file)),
        )
        cosine = bench.ask("compare", ours_file, theirs_file)["lowest_cosine"]
        note = f"{b[-1].facts['n_texts']} texts, lowest cosine {cosine:.6f}; {imports(b)}"
        rows.append(Row(f"encode, {name}", "sentence-transformers", "2.0× wall", a, b, note))
    return rows


def k_means(bench: Bench) -> list[Row]:
    """Lloyd's iterations from given starts, one thread; only the iterations are timed, on both sides."""
    rows = []
    folder = empty(OUT / "kmeans")
    iterations = 25
    for n_rows, width, k in [(100_000, 64, 64), (1_000_000, 32, 16), (200_000, 3, 6)]:
        data, starts, log = folder / "rows.npy", folder / "starts.npy", OUT / "fenqun.log"
        bench.prepare("clusters", n_rows, width, k, data, starts)

        def ours() -> Sample:
            sample = measure(bench.fenqun.k_means(data, starts, iterations), ONE_THREAD, log)
            facts = json.loads(log.read_text())
            return Sample(facts["seconds"], facts["seconds"], sample.peak, facts)

        def theirs() -> Sample:
            sample = measure(bench.peer("kmeans", data, starts, iterations), ONE_THREAD)
            return Sample(sample.facts["seconds"], sample.facts["seconds"], sample.peak, sample.facts)

        a, b = bench.in_turn(f"k-means {n_rows}×{width}, k {k}", ours, theirs)
        ours_inertia, theirs_inertia = a[-1].facts["inertia"], b[-1].facts["inertia"]
        note = f"inertia {100 * (ours_inertia / theirs_inertia - 1):+.4f} % of faiss'; in-process seconds, one thread"
        rows.append(Row(f"k-means {n_rows:,} × {width}, k = {k}, {iterations} iterations", "faiss", "1.0×", a, b, note))
    return rows


def groups(bench: Bench) -> list[Row]:
    """k-means, trees, density and the silhouette beside SciPy and scikit-learn, one thread on both sides."""
    rows = []
    folder = empty(OUT / "groups")
    data, starts, log = folder / "rows.npy", folder / "starts.npy", OUT / "fenqun.log"
    sizes = {
        "k_means": ("scikit-learn", 200_000, 16, 16),
        "silhouette": ("scikit-learn", 20_000, 16, 8),
        "ward": ("SciPy", 20_000, 16, 8),
        "average": ("SciPy", 20_000, 16, 8),
        "complete": ("SciPy", 20_000, 16, 8),
        "density": ("scikit-learn", 20_000, 3, 8),
    }
    for way, (peer, n_rows, width, k) in sizes.items():
        bench.prepare("clusters", n_rows, width, k, data, starts)

        def ours(way: str = way) -> Sample:
            sample = measure(bench.fenqun.groups(way, data, starts), ONE_THREAD, log)
            facts = json.loads(log.read_text())
            return Sample(facts["seconds"], facts["seconds"], sample.peak, facts)

        def theirs(way: str = way) -> Sample:
            sample = measure(bench.peer("groups", way, data, starts), ONE_THREAD)
            return Sample(sample.facts["seconds"], sample.facts["seconds"], sample.peak, sample.facts)

        a, b = bench.in_turn(f"{way} {n_rows}×{width}", ours, theirs)
        note = f"figures {a[-1].facts['figure']:.6g} and {b[-1].facts['figure']:.6g}; in-process seconds, one thread"
        rows.append(Row(f"{way.replace('_', '-')} {n_rows:,} × {width}, k = {k}", peer, "1.0×", a, b, note))
    return rows


def graph(bench: Bench) -> list[Row]:
    """Graph vectors of the items of half a million baskets, from a text file of baskets."""
    folder = empty(OUT / "graph")
    baskets, log = folder / "baskets.txt", OUT / "fenqun.log"
    # So many that 5.5 million different purchases are left.
    bench.prepare("baskets", 500_000, 50_000, 12, baskets)
    width, rounds = 256, 4
    peers = {
        "pycleora, rows to length 1": ("items", "plain"),
        "pycleora as shipped, whitened": ("items", "whitened"),
        "pycleora, baskets as nodes": ("both", "plain"),
    }

    def ours() -> Sample:
        sample = measure(bench.fenqun.vectors("graph", baskets, width, rounds), log=log)
        sample.facts.update(json.loads(log.read_text()))
        return sample

    theirs = [lambda how=how: measure(bench.peer("graph", baskets, width, rounds, *how)) for how in peers.values()]
    mine, *others = bench.in_turn("graph", ours, *theirs)
    rows = []
    for peer, samples in zip(peers, others, strict=True):
        parts = f"fenqun build {mine[-1].facts['build']:.1f} s + fit {mine[-1].facts['fit']:.1f} s"
        parts += f", peer build {samples[-1].facts['build']:.1f} s + propagation {samples[-1].facts['fit']:.1f} s"
        name = f"graph vectors, {mine[-1].facts['entries']:,} purchases, {width} wide, {rounds} rounds"
        rows.append(Row(name, peer, "2.0× wall, 1.0× memory", mine, samples, f"last round: {parts}; {imports(samples)}"))
    return rows


def svd(bench: Bench) -> list[Row]:
    """The randomised decomposition of TF-IDF weights, at the same settings; only the decomposition is timed."""
    rows = []
    width, oversampling, iterations = 128, 10, 4
    for n_users, n_columns, mean_size in [(2_500, 1_500, 250), (200_000, 3_000, 60)]:
        folder, log = empty(OUT / "svd"), OUT / "fenqun.log"
        bench.prepare("counts", n_users, n_columns, mean_size, folder)

        def ours() -> Sample:
            command = bench.fenqun.vectors("svd", folder, width, oversampling, iterations)
            sample = measure(command, log=log)
            facts = json.loads(log.read_text())
            return Sample(facts["seconds"], sample.cpu, sample.peak, facts)

        def theirs() -> Sample:
            sample = measure(bench.peer("svd", folder, width, oversampling, iterations))
            return Sample(sample.facts["seconds"], sample.cpu, sample.peak, sample.facts)

        a, b = bench.in_turn(f"svd {n_users}×{n_columns}", ours, theirs)
        note = f"captured energy {a[-1].facts['energy']:.5f} beside {b[-1].facts['energy']:.5f}; in-process seconds, CPU with reading"
        rows.append(Row(f"SVD {n_users:,} × {n_columns:,}, {width} wide", "scikit-learn randomized_svd", "1.0×", a, b, note))
    return rows


def softmax(bench: Bench) -> list[Row]:
    """Multinomial logistic regression of a million users with one penalty, solved to the end; only the fit is timed."""
    n_users, width, n_classes, c = 1_000_000, 256, 4, 0.01
    folder, log = empty(OUT / "softmax"), OUT / "fenqun.log"
    bench.prepare("labelled", n_users, width, n_classes, folder)

    def ours() -> Sample:
        sample = measure(bench.fenqun.example("softmax_timing", folder, width, n_classes, c), log=log)
        facts = json.loads(log.read_text())
        return Sample(facts["seconds"], sample.cpu, sample.peak, facts)

    def theirs() -> Sample:
        sample = measure(bench.peer("softmax", folder, width, n_classes, c))
        return Sample(sample.facts["seconds"], sample.cpu, sample.peak, sample.facts)

    a, b = bench.in_turn("softmax", ours, theirs)
    shutil.rmtree(folder)
    mine, other = a[-1].facts, b[-1].facts
    note = (
        f"C = {c}; minimised (loss and penalty a row) {mine['objective']:.8f} in {mine['n_iterations']} rounds beside "
        f"{other['objective']:.8f} in {other['n_iterations']}; the data take {n_users * width * 4 / 2**20:.0f} MiB on both sides; "
        f"in-process seconds of the fit, CPU with reading and the loss"
    )
    name = f"softmax {n_users:,} × {width}, {n_classes} classes"
    return [Row(name, "scikit-learn LogisticRegression, lbfgs", "minutes, bounded memory", a, b, note)]


def made_shop(bench: Bench, millions: int) -> tuple[Path, Path]:
    """A made shop and its config, generated once and kept in bench/out."""
    folder = OUT / f"shop-{millions}m"
    config = OUT / f"shop-{millions}m.toml"
    if not config.exists():
        subprocess.run(bench.fenqun.shop(millions * 1_000_000, empty(folder), seed=7), check=True)
        subprocess.run(bench.fenqun.init([folder], config), check=True)
    return folder, config


def imports(samples: list[Sample]) -> str:
    seconds = sorted(s.facts.get("import_wall", 0.0) for s in samples)[len(samples) // 2]
    return f"{seconds:.1f} s of imports not counted"
