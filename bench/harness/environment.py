"""The two sides made ready: fenqun built, the peers installed, the machine described."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
REPOSITORY = BENCH.parent
OUT = BENCH / "out"
FENQUN_CACHE = Path(os.environ.get("FENQUN_CACHE") or Path.home() / ".cache" / "fenqun")


EXAMPLES = {
    "fenqun-encoders": ["vectors_timing"],
    "fenqun-evaluate": ["groups_timing", "metrics_timing"],
    "fenqun-segments": ["rules_timing", "softmax_timing"],
}


def python() -> Path:
    """The interpreter of bench/.venv, made from bench/requirements.txt when that has changed.

    `BENCH_VENV` names another folder. One that somebody else made is taken as it is, and nothing is
    installed into it: what a measurement misses there is told before it begins.
    """
    folder = Path(os.environ.get("BENCH_VENV") or BENCH / ".venv")
    interpreter = folder / "bin" / "python"
    wanted = hashlib.sha256((BENCH / "requirements.txt").read_bytes()).hexdigest()
    stamp = folder / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return interpreter
    if "BENCH_VENV" in os.environ and interpreter.exists() and not stamp.exists():
        return interpreter
    say(f"installing the peers into {folder} (some gigabytes, most of them torch)")
    if not interpreter.exists():
        venv.create(folder, with_pip=True)
    # Unfinished until all is installed: an interrupted installation is not taken for somebody's own.
    stamp.write_text("")
    subprocess.run([interpreter, "-m", "pip", "install", "--quiet", "-r", BENCH / "requirements.txt"], check=True)
    stamp.write_text(wanted)
    return interpreter


def binaries() -> tuple[Path, Path]:
    """`fenqun` and `xtask`, and beside them the examples that are timed, built with the release profile."""
    build = ["cargo", "build", "--release", "--locked", "--package", "fenqun", "--package", "xtask"]
    subprocess.run(build, cwd=REPOSITORY, check=True)
    for room, examples in EXAMPLES.items():
        named = [word for example in examples for word in ["--example", example]]
        subprocess.run(["cargo", "build", "--release", "--locked", "--package", room, *named], cwd=REPOSITORY, check=True)
    query = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    answer = subprocess.run(query, cwd=REPOSITORY, check=True, capture_output=True)
    target = Path(json.loads(answer.stdout)["target_directory"]) / "release"
    return target / "fenqun", target / "xtask"


def machine(fenqun: Path, interpreter: Path) -> str:
    """One paragraph: where and with what the figures were made."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    ask = (
        "import importlib.metadata as m, sys; known = {d.metadata['Name'].lower(): d.version for d in m.distributions()}; "
        "print(', '.join(f'{n} {known[n]}' for n in sys.argv[1:] if n in known))"
    )
    names = [line.split("==")[0] for line in (BENCH / "requirements.txt").read_text().splitlines() if "==" in line]
    return (
        f"{processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}; "
        f"{answer([fenqun, '--version'])}, {answer(['rustc', '--version'])}; "
        f"Python {platform.python_version()}, {answer([interpreter, '-c', ask, *names])}. "
        f"{load()}"
    )


def load() -> str:
    """How busy the machine was before we began, with a warning when figures cannot be trusted."""
    busy = os.getloadavg()[0]
    warning = " **The machine was busy: do not trust these figures.**" if busy > 0.5 else ""
    return f"Load before the first run {busy:.2f}.{warning}"


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def answer(command: list) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"({command[0]}: {error})"


def journey() -> Path:
    """The folder with the Complete Journey files, from fenqun's own cache."""
    folder = FENQUN_CACHE / "data" / "complete-journey"
    if not (folder / "transactions.parquet").exists():
        sys.exit(f"{folder}/transactions.parquet is not there: run `fenqun data fetch complete-journey` first")
    return folder


def minilm() -> Path:
    """The folder with the MiniLM weights, from fenqun's own cache."""
    folder = FENQUN_CACHE / "models" / "minilm"
    if not (folder / "model.safetensors").exists():
        sys.exit(f"{folder}/model.safetensors is not there: run `fenqun models fetch minilm` first")
    return folder


def own_cache() -> dict[str, str]:
    """A cache with the same data and models and no texts, so that the person's own texts stay where they are."""
    folder = OUT / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ["data", "models"]:
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(FENQUN_CACHE.resolve() / name)
    return {"FENQUN_CACHE": str(folder)}


def empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
