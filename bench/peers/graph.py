"""graph.py BASKETS.txt DIMENSIONS ROUNDS items|both plain|whitened: pycleora, from the same baskets.

`items` makes a basket a hyperedge over its items, as pycleora's own guide does; `both` keeps baskets as
nodes beside the items, and goes twice as many steps, there and back. `plain` scales rows to length 1
between steps; `whitened` whitens as well, which is its default.
"""

import sys
import time

import pycleora

import clock

clock.ready()


def main(baskets: str, dimensions: str, rounds: str, graph: str, between: str) -> None:
    started = time.perf_counter()
    with open(baskets, encoding="utf-8") as lines:
        if graph == "items":
            edges, columns, steps = iter(lines), "complex::reflexive::item", int(rounds)
        else:
            edges = (f"b{at}\t{line}" for at, line in enumerate(lines))
            columns, steps = "basket complex::item", 2 * int(rounds)
        built = pycleora.SparseMatrix.from_iterator(edges, columns)
    build = time.perf_counter() - started
    started = time.perf_counter()
    vectors = pycleora.embed(built, int(dimensions), steps, whiten=between == "whitened")
    clock.report(build=build, fit=time.perf_counter() - started, shape=list(vectors.shape))


if __name__ == "__main__":
    main(*sys.argv[1:])
