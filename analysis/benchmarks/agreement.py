"""How well scores agree with readers: macro-F1, AUC, correlation, order within a group.

Comes in: arrays of scores and of readers' labels. Goes out: numbers between 0 and 1 (a
correlation between -1 and 1); higher is better, except the calibration error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over


def macro_f1(label: np.ndarray, given: np.ndarray) -> float:
    """Return the mean F1 over the classes that occur in ``label``."""
    scores = []
    for one in np.unique(label):
        hits = ((label == one) & (given == one)).sum()
        named = (label == one).sum() + (given == one).sum()
        scores.append(2 * hits / named)
    return float(np.mean(scores))


def auc(label: np.ndarray, score: np.ndarray) -> float:
    """Return the share of pairs of a positive and a negative in which the positive is higher."""
    from scipy.stats import rankdata

    positive = np.asarray(label).astype(bool)
    wins, pairs = _wins(positive, rankdata(score))
    return float(wins / pairs) if pairs else float("nan")


def auc_within(label: np.ndarray, score: np.ndarray, group: np.ndarray) -> float:
    """Return the AUC over pairs of one group only (one outlet, say)."""
    from scipy.stats import rankdata

    positive = np.asarray(label).astype(bool)
    wins = pairs = 0.0
    for one in np.unique(group):
        here = group == one
        won, there = _wins(positive[here], rankdata(score[here]))
        wins, pairs = wins + won, pairs + there
    return wins / pairs if pairs else float("nan")


def _wins(positive: np.ndarray, rank: np.ndarray) -> tuple[float, float]:
    count = positive.sum()
    pairs = float(count * (len(positive) - count))
    return float(rank[positive].sum() - count * (count + 1) / 2) if pairs else 0.0, pairs


def correlation(label: np.ndarray, score: np.ndarray) -> float:
    """Return Pearson's r, not a number where one of the two does not vary."""
    if np.std(label) == 0 or np.std(score) == 0:
        return float("nan")
    return float(np.corrcoef(label, score)[0, 1])


def calibration_error(label: np.ndarray, chance: np.ndarray, *, bins: int = 10) -> float:
    """Return the mean distance of a probability from the share that came true.

    In bins of equal size, weighted by size; lower is better.
    """
    order = np.argsort(chance, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(label[part].mean() - chance[part].mean()) * len(part) for part in parts]
    return float(np.sum(gaps) / len(order))


def share_in_order(
    human: Sequence[np.ndarray], score: Sequence[np.ndarray], *, missing: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each group, pairs ordered as by humans and pairs that humans order.

    A pair with equal scores, or a missing one, counts as ``missing`` of a pair.
    """
    right, pairs = [], []
    for truth, given in zip(human, score, strict=True):
        first, second = np.triu_indices(len(truth), 1)
        apart = truth[first] - truth[second]
        asked = apart != 0
        gap = given[first] - given[second]
        won = np.where(np.isnan(gap) | (gap == 0), missing, gap * apart > 0)
        right.append(float(won[asked].sum()))
        pairs.append(float(asked.sum()))
    return np.array(right), np.array(pairs)


def over_units(
    unit: Sequence[Any],
    statistic: Callable[[np.ndarray], float],
    *,
    name: str,
    resamples: int = 400,
) -> dict[str, Any]:
    """Return the figure of ``statistic`` with an interval over resampled units.

    ``statistic`` takes row positions. Rows of one unit are drawn together.
    """
    codes, inverse = np.unique(np.asarray(unit).astype(str), return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(inverse))[:-1])
    low, high = interval_over(
        codes,
        lambda drawn: statistic(np.concatenate([rows[place] for place in drawn])),
        resamples=resamples,
    )
    everything = np.arange(len(inverse))
    return figure(statistic(everything), low=low, high=high, n=len(codes), unit=name)


def by_group(
    group: Sequence[Any], statistic: Callable[[np.ndarray], float], *, least: int = 30
) -> str:
    """Return a line with the statistic for each group of at least ``least`` rows."""
    names = np.asarray(group).astype(str)
    parts = []
    for one in np.unique(names):
        rows = np.flatnonzero(names == one)
        if len(rows) >= least:
            parts.append(f"{one} {statistic(rows):.2f} (n={len(rows)})")
    return "; ".join(parts)
