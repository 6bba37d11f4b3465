"""What a peer tells the harness: when its imports were done, and what it found."""

import json
import os
import time


def ready() -> None:
    """Call once, after all imports: everything before is not counted against the peer."""
    started = float(os.environ.get("BENCH_STARTED", time.monotonic()))
    _facts["import_wall"] = time.monotonic() - started
    _facts["import_cpu"] = time.process_time()


def report(**facts: object) -> None:
    """Hands the harness facts that it compares or prints; call at the end."""
    _facts.update(facts)
    place = os.environ.get("BENCH_REPORT")
    if place:
        with open(place, "w", encoding="utf-8") as file:
            json.dump(_facts, file)
    else:
        print(json.dumps(_facts, indent=1))


_facts: dict[str, object] = {}
