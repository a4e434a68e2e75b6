"""How well frames of articles can be found at all, judged by how coders treat the same text twice.

Comes in: texts and their codes (rows × labels). Goes out: figures between 0 and 1. No article of
the sets was coded twice, but some are nearly the same as another: agency copy, a column printed
again. Their codes show how far a second coding of one text agrees with the first.

Let a label's share of coders who would give it be ``p``, and let two codings be drawn from it.
Their micro F1 is then ``A = Σp² / Σp``, and no finder does better against one coding than the best
cut through ``p`` does, ``F = max_t 2 Σ_{p≥t} p / (#{p≥t} + Σp)``. The spread of ``p`` is taken from
the values of a finder, sharpened or blunted on the log-odds scale, each label's mean held, until
``A`` is what near copies show. The less two articles share, the more of their difference is their
own: the ceiling is then set too low, and its interval says how little few pairs tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from analysis.benchmarks.frame_statistics import micro_f1

_SHARED = 0.2  # of all word triples of a pair, from which it counts as near copies
_CUTS = np.linspace(0.02, 0.98, 97)
_SHARPEST = 30.0


def near_copies(texts: Sequence[str], *, shared: float = _SHARED) -> np.ndarray:
    """Return the pairs (rows × 2) of texts whose word triples overlap by at least ``shared``."""
    triples = [_triples(text) for text in texts]
    pairs = [
        (one, two)
        for two in range(len(texts))
        for one in range(two)
        if len(triples[one] & triples[two]) >= shared * max(1, len(triples[one] | triples[two]))
    ]
    return np.array(pairs, dtype=int).reshape(-1, 2)


def codes_agree(present: np.ndarray, pairs: np.ndarray) -> float:
    """Return micro F1 of the codes of each pair's one text against those of the other."""
    return micro_f1(present[pairs[:, 0]], present[pairs[:, 1]]) if len(pairs) else float("nan")


def best_f1(agreement: float, values: np.ndarray, present: np.ndarray) -> float:
    """Return the highest micro F1 that codes agreeing with each other by ``agreement`` allow.

    ``values`` (rows × labels, between 0 and 1) give the shape of the spread, ``present`` how common
    each label is. Labels that all rows have or none are left out. NaN where the agreement is not
    known, or is lower than that of labels given without regard to the text.
    """
    varied = (present.mean(axis=0) > 0) & (present.mean(axis=0) < 1)
    if np.isnan(agreement) or not varied.any():
        return float("nan")
    clipped = np.clip(values[:, varied], 1e-4, 1 - 1e-4)
    odds, shares = np.log(clipped / (1 - clipped)), present[:, varied].mean(axis=0)
    low, high = 0.0, _SHARPEST
    if _expected_agreement(_spread(odds, shares, low)) > agreement:
        return float("nan")
    for _ in range(30):
        middle = (low + high) / 2
        if _expected_agreement(_spread(odds, shares, middle)) < agreement:
            low = middle
        else:
            high = middle
    likely = _spread(odds, shares, low)
    return max(2 * likely[likely >= cut].sum() / ((likely >= cut).sum() + likely.sum())
               for cut in _CUTS)  # fmt: skip


def _expected_agreement(likely: np.ndarray) -> float:
    return float((likely**2).sum() / likely.sum())


def _spread(odds: np.ndarray, shares: np.ndarray, sharpness: float) -> np.ndarray:
    """Return likelihoods with log odds ``sharpness · odds + b``, ``b`` per label for its share."""
    scaled = sharpness * (odds - odds.mean(axis=0))
    low, high = np.full(len(shares), -200.0), np.full(len(shares), 200.0)
    for _ in range(60):
        middle = (low + high) / 2
        few = _sigmoid(scaled + middle).mean(axis=0) < shares
        low, high = np.where(few, middle, low), np.where(few, high, middle)
    return _sigmoid(scaled + low)


def _sigmoid(odds: np.ndarray) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * odds))


def _triples(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))
