"""Heads for whole articles: from an article's segment vectors to the frames it has.

Comes in: segment vectors, their words, and which article each belongs to. Goes out: per article a
value between 0 and 1 for each label: **higher is more likely to have the frame**; from
``thresholds`` on it counts as present. Read are the mean of the segments; for each frame the mean
with most weight on segments that resemble it; and the share of the article that does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SHARPNESS = 10.0  # of resemblance here; lower than for single segments, as many add up


@dataclass(frozen=True)
class ArticleHead:
    """Weights on an article's mean, on its means in focus and on its shares."""

    measure: str
    version: str
    labels: tuple[str, ...]
    weight: np.ndarray
    bias: np.ndarray
    space: str
    focus: np.ndarray | None = None
    share: np.ndarray | None = None
    prototypes: np.ndarray | None = None
    thresholds: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def scorer(self) -> str:
        """What stands in a table's column ``scorer``."""
        return f"{self.measure}-article@{self.version}"

    def values(self, vectors: np.ndarray, words: np.ndarray, owners: np.ndarray) -> np.ndarray:
        """Return articles × labels between 0 and 1; NaN for an article without any vector."""
        read = read_articles(vectors, words, owners, self.prototypes)
        return sigmoid(self.log_odds(*read))

    def log_odds(
        self, mean: np.ndarray, focused: np.ndarray | None, shares: np.ndarray | None
    ) -> np.ndarray:
        """Return articles × labels from what ``read_articles`` gives."""
        odds = mean @ self.weight.T + self.bias
        if focused is not None:
            odds = odds + np.einsum("ald,ld->al", focused, self.focus) + shares * self.share
        return odds


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """Return ``1 / (1 + exp(-x))`` without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))


def read_articles(
    vectors: np.ndarray, words: np.ndarray, owners: np.ndarray, prototypes: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Return what a head reads of each article.

    Returns
    -------
    (mean, focused, shares)
        ``mean``: articles × d, weighted by words, of unit length. ``focused``: articles × labels
        × d, weighted by ``exp(SHARPNESS · cosine)`` with the label's prototype. ``shares``:
        articles × labels, the words-weighted mean of the softmax over prototypes. The last two
        are None without prototypes.
    """
    mean = pool_vectors(vectors, words, owners)
    if prototypes is None:
        return mean, None, None
    known = np.flatnonzero(~np.isnan(vectors).any(axis=1))
    rows, owner = vectors[known].astype(np.float64), owners[known]
    close = np.exp(SHARPNESS * (rows @ prototypes.T))
    count, size = len(mean), vectors.shape[1]
    focused = np.zeros((count, len(prototypes), size))
    for label, column in enumerate(close.T):
        np.add.at(focused[:, label], owner, rows * column[:, None])
    mass = np.maximum(words[known], 1)[:, None]
    shares, total = np.zeros((count, len(prototypes))), np.zeros((count, 1))
    np.add.at(shares, owner, mass * close / close.sum(axis=1, keepdims=True))
    np.add.at(total, owner, mass)
    with np.errstate(invalid="ignore"):
        focused /= np.linalg.norm(focused, axis=2, keepdims=True)
        return mean, focused, shares / total


def pool_vectors(vectors: np.ndarray, words: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Return per owner (0, 1, …) the mean of its vectors, weighted by words, of unit length."""
    known = ~np.isnan(vectors).any(axis=1)
    count = int(owners.max()) + 1 if len(owners) else 0
    sums = np.zeros((count, vectors.shape[1]))
    np.add.at(sums, owners[known], vectors[known] * np.maximum(words[known], 1)[:, None])
    with np.errstate(invalid="ignore"):
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def mean_values(values: np.ndarray, words: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Return per owner the mean of its rows of values, weighted by words."""
    known = ~np.isnan(values).any(axis=1)
    mass = np.maximum(words[known], 1)[:, None]
    sums, total = np.zeros((owners.max() + 1, values.shape[1])), np.zeros((owners.max() + 1, 1))
    np.add.at(sums, owners[known], values[known] * mass)
    np.add.at(total, owners[known], mass)
    with np.errstate(invalid="ignore"):
        return sums / total
