"""Cluster bootstrap, small-sample intervals and permutation tests on per-article sums.

Comes in: arrays with a row per cluster (article or event) and a column per measure: sums of
weight × score and of weight. Goes out: ratio estimates with standard errors and intervals, or
p-values. Nothing here knows outlets or tables.

Two intervals, both chosen by simulation (``python -m analysis benchmark coverage``):

* over clusters, Student's t with the linearised standard error, widened by what the studentised
  bootstrap ("bootstrap-t") shows of skewness. The percentile interval holds the truth in 78-85 %
  of runs with five skewed clusters; this one in 94-96 %.
* over the segments of few articles, Hall's transformation of t for skewness, never narrower
  than t, from the leave-one-out variance and third moment.

Efron, B., & Tibshirani, R. (1993). An introduction to the bootstrap, ch. 12. Hall, P. (1992).
On the removal of skewness by transformation. JRSS B, 54(1), 221-228.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

MIN_CLUSTERS = 5
MIN_SEGMENTS = {"level": 20, "contrast": 15}
MIN_MARKED = 20
SOME = 15
MANY = 40
AT_ONCE = 20_000_000  # draw counts held at once, 160 MB


@dataclass(frozen=True)
class Resampled:
    """A ratio in the sample and in each resample; columns are measures."""

    estimate: np.ndarray  # columns
    variance: np.ndarray  # columns
    moved: np.ndarray  # resamples × columns: resampled minus sample estimate
    variances: np.ndarray  # resamples × columns
    count: np.ndarray  # columns: clusters that hold any weight


def generator_for(seed: int, names: Iterable[str]) -> np.random.Generator:
    """Return a generator that depends on the seed and on the names, not on their order.

    So a cluster draws the same numbers whatever else is in the corpus, whatever its outlet is
    called and whichever worker draws.
    """
    digest = hashlib.sha256("\n".join(sorted(names)).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])


def draw_counts(n: int, resamples: int, generator: np.random.Generator) -> np.ndarray:
    """Return how often each of ``n`` clusters is drawn in each resample (resamples × n)."""
    drawn = generator.integers(0, n, size=(resamples, n), dtype=np.int64)
    drawn += np.arange(resamples)[:, None] * n
    counts = np.bincount(drawn.ravel(), minlength=resamples * n)
    return counts.reshape(resamples, n).astype(np.float64)


def ratio_of(value: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each column's ratio of sums and its linearised variance over rows.

    ``r = Σx / Σw``; ``v = n/(n-1) · Σ(x_i - r w_i)² / (Σw)²``, n the rows with weight.
    """
    count = (weight > 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = value.sum(axis=0) / weight.sum(axis=0)
        spread = ((value - ratio * weight) ** 2).sum(axis=0)
        variance = spread / weight.sum(axis=0) ** 2 * count / (count - 1)
    return ratio, np.where(count > 1, variance, np.nan)


def resample_ratio(
    value: np.ndarray, weight: np.ndarray, *, resamples: int, generator: np.random.Generator
) -> Resampled:
    """Draw clusters with replacement and return ratio and variance of each draw.

    All resamples of all columns are five matrix products of the draw counts with the sums of
    x, w, x², xw and w²: no resample is ever built.
    """
    ratio, variance = ratio_of(value, weight)
    at_once = max(AT_ONCE // max(len(value), 1), 1)
    parts = [
        _resample(value, weight, ratio, draw_counts(len(value), size, generator))
        for size in (min(at_once, resamples - first) for first in range(0, resamples, at_once))
    ]
    moved, variances = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Resampled(ratio, variance, moved, variances, (weight > 0).sum(axis=0))


def _resample(
    value: np.ndarray, weight: np.ndarray, ratio: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each resample's ratio moved, and its variance."""
    centred = value - np.nan_to_num(ratio) * weight  # keeps the squares free of cancellation
    with np.errstate(divide="ignore", invalid="ignore"):
        total = counts @ weight
        moved = np.where(total > 0, (counts @ centred) / total, 0.0)
        spread = (
            counts @ centred**2
            - 2 * moved * (counts @ (centred * weight))
            + moved**2 * (counts @ weight**2)
        )
        n = (weight > 0).sum(axis=0)
        variances = np.maximum(spread, 0) / total**2 * n / np.maximum(n - 1, 1)
        return moved, np.where(total > 0, variances, 0.0)


def combine(parts: list[Resampled], coefficients: np.ndarray) -> Resampled:
    """Return Σ c_j · part_j for parts drawn independently; coefficients are parts × columns."""
    estimate, variance, moved, variances = 0.0, 0.0, 0.0, 0.0
    count = np.full(coefficients.shape[1], np.iinfo(np.int64).max)
    for part, c in zip(parts, coefficients, strict=True):
        used = c != 0
        estimate = estimate + np.where(used, c * part.estimate, 0.0)
        variance = variance + np.where(used, c**2 * part.variance, 0.0)
        moved = moved + c * part.moved
        variances = variances + c**2 * part.variances
        count = np.where(used, np.minimum(count, part.count), count)
    return Resampled(estimate, variance, moved, variances, count)


def studentised_interval(
    drawn: Resampled,
    *,
    level: float,
    freedom: np.ndarray | float,
    of: str = "level",
    marked: np.ndarray | float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return Student's t interval of each column, widened by what the bootstrap-t shows.

    ``of`` is what the clusters are, and decides how far the bootstrap is believed:

    * ``"level"``: skewed as the scores are, so the tail that the bootstrap makes the longer one
      gets √(m/n)·4 times the difference of the two (the correction of t for skewness is of the
      order 1/√n; m is ``marked``, the share of clusters with a score other than zero), or of
      twice t where that is less; symmetric scores keep t;
    * ``"contrast"`` (of levels): on each side the bootstrap's limit where it reaches farther;
    * ``"pairs"`` (clusters are differences, nearly symmetric): the same, but of the bootstrap's
      excess over t only a quarter with five clusters, half with six, all from eight on.

    All three rules are from the benchmark ``coverage``. Resamples without spread (all draws of
    one article, or all zeros) have no t; where they are so many that a limit would be infinite,
    the largest finite t stands in.
    """
    alpha = 1 - level
    error = np.sqrt(drawn.variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        flat = ~(drawn.variances > 1e-12 * drawn.variance)
        t = drawn.moved / np.sqrt(drawn.variances)
    large = np.where(flat, 0.0, np.abs(t)).max(axis=0)
    t = np.where(flat, np.sign(drawn.moved) * large, t)
    lower, upper = np.quantile(t, [alpha / 2, 1 - alpha / 2], axis=0)
    plain = _student(1 - alpha / 2, np.maximum(freedom, 1))
    n = np.maximum(drawn.count, 1)
    believed = np.clip((n - 4) / 4, 0, 1) if of == "pairs" else 1.0

    def reach(own: np.ndarray, other: np.ndarray) -> np.ndarray:
        if of == "level":
            return plain + 4 * np.sqrt(marked / n) * np.clip(own - other, 0, 2 * plain)
        return plain + believed * np.maximum(own - plain, 0)

    low = drawn.estimate - reach(upper, -lower) * error
    high = drawn.estimate + reach(-lower, upper) * error
    return low, high


def skewed_interval(
    estimate: np.ndarray,
    variance: np.ndarray,
    third: np.ndarray,
    freedom: np.ndarray,
    *,
    level: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return Hall's skewness-corrected t interval, never narrower than Student's t.

    With ``a`` the third moment of the estimate over its variance to the power 1.5 and ``q`` a
    quantile of t, the limit is ``estimate - se · 3/a · ((1 + a(q - a/6))^⅓ - 1)`` (Hall 1992).
    """
    error = np.sqrt(variance)
    quantile = _student((1 + level) / 2, np.maximum(freedom, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        skew = third / variance**1.5

        def limit(q: np.ndarray) -> np.ndarray:
            hall = 3 / skew * (np.cbrt(1 + skew * (q - skew / 6)) - 1)
            return np.where(np.abs(skew) < 1e-6, q, hall)

        low = estimate - error * np.fmax(limit(quantile), quantile)
        high = estimate - error * np.fmin(limit(-quantile), -quantile)
    return low, high


def _student(probability: float, freedom: np.ndarray) -> np.ndarray:
    """Return the quantile of Student's t, without loading all of ``scipy.stats`` for it."""
    from scipy.special import stdtrit

    return stdtrit(freedom, probability)


def bears_claim(value: np.ndarray) -> np.ndarray:
    """Say of which columns the clusters bear a 95 % claim: not where most of few are zero.

    At least three clusters have a score other than zero, and at most four in ten have none (half
    of 15 or more clusters, 73 % of 40 or more, any share of 100 or more). Outside that the
    interval was measured to hold the truth in 88 to 99 % of runs.
    """
    n, marked = len(value), (value != 0).sum(axis=0)
    most = 1.0 if n >= 100 else 0.73 if n >= MANY else 0.5 if n >= SOME else 0.4
    return (marked >= 3) & (n - marked <= most * n)


def holm(p: np.ndarray) -> np.ndarray:
    """Return p-values adjusted by Holm's step-down; missing ones stay missing and do not count.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics, 6(2), 65-70.
    """
    p = np.asarray(p, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    there = np.flatnonzero(~np.isnan(p))
    order = there[np.argsort(p[there], kind="stable")]
    stepped = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted
