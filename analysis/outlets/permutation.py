"""Permutation tests that exchange outlets within events.

Comes in: a panel of per-article sums. Goes out: two-sided p-values of each outlet's contrast
within events, under the hypothesis that outlets are exchangeable among the articles of an
event. Small p: the contrast is rarely as large when outlets are dealt to articles by chance.
The test says nothing about an outlet with one article and no other event.

Pesarin, F., & Salmaso, L. (2010). Permutation tests for complex data. Wiley. P-values count
the observed arrangement: (1 + b) / (1 + m) (Phipson & Smyth 2010, doi:10.2202/1544-6115.1585).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.outlets.panel import Panel
from analysis.outlets.resampling import generator_for

AT_ONCE = 4_000_000  # numbers held for the deals worked on together
MOST_WORK = 30_000_000  # articles × measures × permutations; beyond, fewer are dealt
LEAST = 200
NORMAL_FROM = 30  # articles of an outlet from which the tail may be taken as normal


def permute_outlets(
    panel: Panel, *, by: str, keys: pd.DataFrame, permutations: int, seed: int
) -> np.ndarray:
    """Return p for each row of ``keys`` (outlet, or event and outlet) and each column.

    The statistic is the mean over events of the outlet's level minus the mean of the event's
    outlets. Which articles an event has, and how many each outlet has, stays as it is.

    In very large corpora fewer permutations are dealt (200 at least). There, a p-value too small
    to be counted in them is read off the normal curve with the permutations' mean and standard
    deviation, for outlets of 30 articles and more: the statistic is a mean over many events.
    """
    panel = panel.take(np.lexsort((panel.ids, panel.event)))
    names = pd.MultiIndex.from_arrays([panel.event, panel.outlet])
    cells = names.unique().sort_values()
    cell = cells.get_indexer(names)
    event = pd.factorize(cells.get_level_values(0))[0]
    rows = _row_of_cell(cells, by, keys)
    groups = (event, rows, len(keys))
    observed = _statistics(panel, cell[None, :], *groups)[0]
    starts = np.flatnonzero(np.r_[True, panel.event[1:] != panel.event[:-1]])
    sizes = np.diff(np.r_[starts, len(panel.event)])
    generators = [
        generator_for(seed, panel.ids[start : start + size])
        for start, size in zip(starts, sizes, strict=True)
    ]
    dealt_in_all = min(permutations, max(LEAST, MOST_WORK // max(panel["weight"].size, 1)))
    beyond, total, squares = (np.zeros(observed.shape) for _ in range(3))
    tolerance = 1e-10 * np.maximum(np.abs(observed), 1e-12)
    chunk = int(np.clip(AT_ONCE / (len(cells) * observed.shape[1] + len(cell)), 1, 500))
    for first in range(0, dealt_in_all, chunk):
        dealt = np.empty((min(chunk, dealt_in_all - first), len(cell)), dtype=np.int64)
        for generator, start, size in zip(generators, starts, sizes, strict=True):
            shuffled = generator.random((len(dealt), size)).argsort(axis=1)
            dealt[:, start : start + size] = cell[start : start + size][shuffled]
        drawn = _statistics(panel, dealt, *groups)
        beyond += (~(np.abs(drawn) < np.abs(observed) - tolerance)).sum(axis=0)
        total += np.nan_to_num(drawn).sum(axis=0)
        squares += np.nan_to_num(drawn**2).sum(axis=0)
    p = (1 + beyond) / (1 + dealt_in_all)
    if dealt_in_all < permutations:
        size = _total((panel["weight"] > 0)[:, :1] * 1.0, rows[cell], 1, len(keys))
        tail = _normal_tail(observed, total / dealt_in_all, squares / dealt_in_all)
        p = np.where((beyond < 10) & (size >= NORMAL_FROM), np.minimum(tail, p), p)
    return np.where(np.isnan(observed), np.nan, p)


def _normal_tail(observed: np.ndarray, mean: np.ndarray, square: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * ndtr(-np.abs(observed - mean) / np.sqrt(square - mean**2))


def _row_of_cell(cells: pd.MultiIndex, by: str, keys: pd.DataFrame) -> np.ndarray:
    if by == "event":
        return pd.MultiIndex.from_frame(keys[["event", "outlet"]]).get_indexer(cells)
    return pd.Index(keys["outlet"]).get_indexer(cells.get_level_values(1))


def _statistics(panel, dealt, event, row, size) -> np.ndarray:
    """Return the contrasts (deals × rows × columns) of articles dealt to cells."""
    deals, n = dealt.shape
    width = len(event)
    place = (dealt + np.arange(deals)[:, None] * width).ravel()
    sums = sparse.csr_matrix(
        (np.ones(deals * n), (place, np.tile(np.arange(n), deals))), shape=(deals * width, n)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        level = (sums @ panel["value"]) / (sums @ panel["weight"])
        there = ~np.isnan(level)
        k = _total(there.astype(float), event, deals)
        mean = _total(np.where(there, level, 0.0), event, deals) / k
        k, mean = (_spread(array, event, deals) for array in (k, mean))
        valid = there & (k >= 2)
        apart = _total(np.where(valid, level - mean, 0.0), row, deals, size)
        return (apart / _total(valid.astype(float), row, deals, size)).reshape(deals, size, -1)


def _total(array: np.ndarray, codes: np.ndarray, deals: int, size: int | None = None) -> np.ndarray:
    """Sum the cells of each deal by code; deals are stacked."""
    size = int(codes.max()) + 1 if size is None else size
    place = (codes + np.arange(deals)[:, None] * size).ravel()
    shape = (deals * size, len(place))
    return sparse.csr_matrix((np.ones(len(place)), (place, np.arange(len(place)))), shape) @ array


def _spread(array: np.ndarray, codes: np.ndarray, deals: int) -> np.ndarray:
    """Give each cell of each deal its group's value."""
    size = int(codes.max()) + 1
    return array[(codes + np.arange(deals)[:, None] * size).ravel()]
