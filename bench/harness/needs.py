"""Which packages the peers of a measurement import, and which of them are not installed."""

import ast
import json
import subprocess
import sys
from pathlib import Path

from harness.environment import BENCH, say

PEERS = BENCH / "peers"

# Where a package is installed by another name than it is imported by.
INSTALLED_AS = {"faiss": "faiss-cpu", "sklearn": "scikit-learn", "sentence_transformers": "sentence-transformers"}


def check_all(interpreter: Path, peers: dict[str, list[str]]) -> None:
    """Ends before anything is measured when a peer would not start, with the command that puts it right."""
    missing = {what: absent(interpreter, scripts) for what, scripts in peers.items()}
    missing = {what: packages for what, packages in missing.items() if packages}
    if not missing:
        return
    for what, packages in missing.items():
        say(f"error: `{what}` needs {', '.join(packages)}, which {interpreter} has not")
    wanted = " ".join(pinned(name) for name in sorted(set().union(*missing.values())))
    say(f"nothing was measured; run `{interpreter} -m pip install {wanted}`, or name only what is there")
    sys.exit(2)


def absent(interpreter: Path, scripts: list[str]) -> list[str]:
    """Packages that some peers import and the interpreter does not find, by the names they are installed by."""
    modules = sorted(set().union(*(imported(PEERS / f"{script}.py") for script in scripts)))
    ask = "import importlib.util as u, json, sys; print(json.dumps([n for n in sys.argv[1:] if u.find_spec(n) is None]))"
    answer = subprocess.run([interpreter, "-c", ask, *modules], check=True, capture_output=True, text=True)
    return [INSTALLED_AS.get(module, module) for module in json.loads(answer.stdout)]


def imported(script: Path, seen: frozenset[str] = frozenset()) -> set[str]:
    """Packages that a script, and the scripts beside it that it imports, import; the standard library left out.

    An import inside a function is for something that is asked for by a flag, and not counted.
    """
    found = set()
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in (name.split(".")[0] for name in names):
            beside = PEERS / f"{name}.py"
            if not beside.exists():
                found |= {name} - sys.stdlib_module_names
            elif name not in seen:
                found |= imported(beside, seen | {name})
    return found


def pinned(name: str) -> str:
    """As requirements.txt spells it."""
    lines = (BENCH / "requirements.txt").read_text().splitlines()
    return next((line for line in lines if line.split("==")[0] == name), name)
