"""Every fenqun command line that is measured, in one place."""

from pathlib import Path

from harness.environment import binaries


class Fenqun:
    """fenqun's program and its development tool, as commands for `measure`."""

    def __init__(self, program: Path | None, tool: Path | None) -> None:
        if program is None or tool is None:
            program, tool = binaries()
        self.program, self.tool = program, tool

    def demo(self, out: Path, until: str = "", resume: bool = False) -> list[str]:
        return [str(self.program), "demo", "--out", str(out), *self.steps(until, resume)]

    def init(self, files: list[Path], config: Path) -> list[str]:
        return [str(self.program), "init", *map(str, files), "--force", "-o", str(config)]

    def check(self, config: Path) -> list[str]:
        return [str(self.program), "check", "-c", str(config)]

    def run(self, config: Path, out: Path, until: str = "", resume: bool = False) -> list[str]:
        return [str(self.program), "run", "-c", str(config), "--out", str(out), *self.steps(until, resume)]

    @staticmethod
    def steps(until: str, resume: bool) -> list[str]:
        return [*(["--until", until] if until else []), *(["--resume"] if resume else [])]

    def encode(self, texts: Path, vectors: Path) -> list[str]:
        return [str(self.program), "encode", "--model", "minilm", str(texts), "--out", str(vectors), "--no-cache"]

    def k_means(self, rows: Path, starts: Path, iterations: int) -> list[str]:
        """Prints seconds and inertia as one line of JSON."""
        return [str(self.tool), "k-means-bench", str(rows), str(starts), str(iterations)]

    def example(self, name: str, *arguments: object) -> list[str]:
        """A program that times one thing on made data, and prints what it found as JSON."""
        return [str(self.program.parent / "examples" / name), *map(str, arguments)]

    def vectors(self, what: str, *arguments: object) -> list[str]:
        """Graph vectors or decomposition of a made matrix."""
        return self.example("vectors_timing", what, *arguments)

    def groups(self, way: str, rows: Path, starts: Path) -> list[str]:
        """A way to group the rows, or their silhouette; prints seconds and a figure."""
        return self.example("groups_timing", way, rows, starts)

    def shop(self, n_events: int, out: Path, seed: int) -> list[str]:
        return [str(self.tool), "shop", str(n_events), str(out), str(seed)]
