"""Runs one process and says what it cost, as the kernel counted it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Sample:
    """One run of one side.

    `wall` and `cpu` are seconds of the process, less what a peer spent on starting Python and importing its
    libraries: counting that would flatter fenqun. fenqun's own start is always counted. `peak` is the largest resident set, in MiB, of the whole process.
    """

    wall: float
    cpu: float
    peak: float
    facts: dict = field(default_factory=dict)


class Failed(Exception):
    """A measured command that did not end well."""


def measure(command: list[str], environment: dict[str, str] | None = None, log: Path | None = None) -> Sample:
    """Runs `command` to its end in a fresh process; its output goes to `log`."""
    with tempfile.TemporaryDirectory(prefix="fenqun-bench-") as folder:
        report = Path(folder) / "report.json"
        log = log or Path(folder) / "log"
        settings = os.environ | (environment or {}) | {"BENCH_REPORT": str(report)}
        with open(log, "wb") as output:
            started = time.monotonic()
            settings["BENCH_STARTED"] = repr(started)
            process = subprocess.Popen(
                command, env=settings, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            tail = log.read_text(errors="replace")[-3000:]
            raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
        facts = json.loads(report.read_text()) if report.exists() else {}
    cpu = usage.ru_utime + usage.ru_stime
    # Linux counts in KiB, macOS in bytes.
    peak = usage.ru_maxrss / (1024 if sys.platform.startswith("linux") else 1024 * 1024)
    return Sample(
        wall=wall - facts.get("import_wall", 0.0),
        cpu=cpu - facts.get("import_cpu", 0.0),
        peak=peak,
        facts=facts,
    )
