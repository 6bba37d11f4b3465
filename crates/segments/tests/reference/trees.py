"""Makes trees.json: a small LightGBM model with its own scores and contributions.

    pip install lightgbm==4.7.0 && python trees.py
"""

import json
import pathlib

import lightgbm
import numpy

rng = numpy.random.default_rng(7)
# Halves and quarters are exact in single precision, thresholds between them too.
data = rng.integers(-12, 13, size=(500, 5)) / 4.0
target = numpy.sign(data[:, 0] * data[:, 1]) + 0.5 * data[:, 2] + 0.1 * rng.normal(size=500)
settings = {
    "objective": "regression",
    "num_leaves": 9,
    "min_data_in_leaf": 10,
    "learning_rate": 0.3,
    "verbose": -1,
    "num_threads": 1,
    "seed": 1,
}
model = lightgbm.train(settings, lightgbm.Dataset(data, target), num_boost_round=6)


def nodes(tree):
    """Parents before children, siblings side by side."""
    found, waiting = [None], [(0, tree["tree_structure"])]
    while waiting:
        at, node = waiting.pop(0)
        if "split_feature" not in node:
            found[at] = [-1, 0, 0, node["leaf_value"], node["leaf_count"]]
            continue
        left = len(found)
        found += [None, None]
        waiting += [(left, node["left_child"]), (left + 1, node["right_child"])]
        found[at] = [node["split_feature"], node["threshold"], left, 0, node["internal_count"]]
    return found


rows = data[:12]
result = {
    "trees": [nodes(tree) for tree in model.dump_model()["tree_info"]],
    "rows": rows.tolist(),
    "scores": model.predict(rows).tolist(),
    "contributions": model.predict(rows, pred_contrib=True).tolist(),
}
path = pathlib.Path(__file__).with_name("trees.json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
