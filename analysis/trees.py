"""Boosted trees as arrays: grown by scikit-learn once, read with numpy ever after.

Comes in: a matrix of features. Goes out: a probability per row, 0 to 1. The arrays (a row per
tree, a column per node) are kept as safetensors beside the other weights, so that nothing is
unpickled and no version of scikit-learn is needed to use them.

References
----------
Friedman 2001, Annals of Statistics 29(5), 1189-1232. doi:10.1214/aos/1013203451
"""

from __future__ import annotations

from typing import Any

import numpy as np


def grow_trees(
    matrix: np.ndarray, labels: np.ndarray, *, seed: int, **options: Any
) -> dict[str, np.ndarray]:
    """Return the arrays of boosted trees that tell rows of label 1 from those of label 0.

    Parameters
    ----------
    matrix : array, rows × features
    labels : array of 0 and 1
    seed : int
    **options
        Of scikit-learn's ``HistGradientBoostingClassifier``; at most 255 nodes a tree.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(**options, random_state=seed, early_stopping=False)
    model.fit(matrix, labels)
    grown = [trees[0].nodes for trees in model._predictors]
    size = max(map(len, grown))
    kept = {
        "feature": np.zeros((len(grown), size), np.uint8),
        "threshold": np.zeros((len(grown), size), np.float32),
        "left": np.zeros((len(grown), size), np.uint8),
        "right": np.zeros((len(grown), size), np.uint8),
        "value": np.zeros((len(grown), size), np.float32),
    }
    for place, nodes in enumerate(grown):
        count = len(nodes)
        leaf = nodes["is_leaf"].astype(bool)
        kept["feature"][place, :count] = nodes["feature_idx"]
        kept["threshold"][place, :count] = nodes["num_threshold"]
        # A leaf points to itself, so that a walk of fixed length ends in it.
        kept["left"][place, :count] = np.where(leaf, np.arange(count), nodes["left"])
        kept["right"][place, :count] = np.where(leaf, np.arange(count), nodes["right"])
        kept["value"][place, :count] = np.where(leaf, nodes["value"], 0.0)
    depth = max(int(nodes["depth"].max()) for nodes in grown)
    kept["start"] = np.array([float(np.ravel(model._baseline_prediction)[0]), depth], np.float32)
    return kept


def probability_of(trees: dict[str, np.ndarray], matrix: np.ndarray) -> np.ndarray:
    """Return for each row of ``matrix`` the probability of label 1."""
    feature, threshold = trees["feature"], trees["threshold"]
    left, right = trees["left"], trees["right"]
    start, depth = trees["start"]
    which = np.arange(len(feature))[None, :]
    rows = np.arange(len(matrix))[:, None]
    node = np.zeros((len(matrix), len(feature)), dtype=np.intp)
    for _ in range(int(depth)):
        goes_left = matrix[rows, feature[which, node]] <= threshold[which, node]
        node = np.where(goes_left, left[which, node], right[which, node]).astype(np.intp)
    odds = start + trees["value"][which, node].sum(axis=1)
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30)))
