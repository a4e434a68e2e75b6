"""Keyness: how much more one side uses each word than the other, and how sure that is.

Comes in: word counts of two sides and a prior. Goes out: per word the difference of log odds,
its variance, z, p, and how evenly the word is spread over articles. **Above 0: the first side
uses the word more.** The formulas are those of Monroe, Colaresi and Quinn (2008): the log odds
of a word under a Dirichlet prior, differences of sides (their equation 16), z (22); the
variance keeps all four terms of the approximation before it is shortened for rare words.
It treats words as drawn one by one; ``article_variance`` does not, and allows for articles
that repeat a word.

References
----------
Monroe, Colaresi and Quinn 2008, Political Analysis 16(4), 372-403. doi:10.1093/pan/mpn018
Gries 2008, International Journal of Corpus Linguistics 13(4), 403-437. doi:10.1075/ijcl.13.4.02gri
Benjamini and Hochberg 1995, JRSS B 57(1), 289-300. doi:10.1111/j.2517-6161.1995.tb02031.x
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class LogOdds(NamedTuple):
    """Per word: the difference of log odds, its variance, and z."""

    estimate: np.ndarray
    variance: np.ndarray
    z: np.ndarray


def informative_prior(background: np.ndarray, size: float) -> np.ndarray:
    """Return prior counts: ``size`` words shared out as in ``background`` (all counts > 0)."""
    background = np.asarray(background, dtype=float)
    if (background <= 0).any():
        raise ValueError("every word needs a count above 0 in the background")
    return size * background / background.sum()


def log_odds(
    counts: np.ndarray,
    others: np.ndarray,
    prior: np.ndarray,
    *,
    size: float,
    n: float,
    n_others: float,
) -> LogOdds:
    """Return how much likelier each word is on the first side than on the other.

    Parameters
    ----------
    counts, others : array
        Times each word stands on the first and on the other side.
    prior : array
        Prior counts of the same words, all above 0.
    size : float
        Prior counts of all words together (α₀), also of those not asked for.
    n, n_others : float
        All words of each side.

    Returns
    -------
    LogOdds
        ``estimate`` in natural log odds, above 0 where the first side uses the word more.

    Notes
    -----
    With a = y + α and b = n + α₀ - y - α per side, the estimate is log(a₁/b₁) - log(a₂/b₂)
    and its variance 1/a₁ + 1/b₁ + 1/a₂ + 1/b₂.
    """
    a_one, a_two = counts + prior, others + prior
    b_one, b_two = n + size - a_one, n_others + size - a_two
    estimate = np.log(a_one / b_one) - np.log(a_two / b_two)
    variance = 1 / a_one + 1 / b_one + 1 / a_two + 1 / b_two
    return LogOdds(estimate, variance, estimate / np.sqrt(variance))


def article_variance(
    squares: np.ndarray,
    products: np.ndarray,
    counts: np.ndarray,
    prior: np.ndarray,
    lengths: np.ndarray,
    *,
    size: float,
) -> np.ndarray:
    """Return the variance of one side's log odds when whole articles are drawn, not words.

    Parameters
    ----------
    squares, products : array
        Per word, the sum over articles of count² and of count times article length.
    counts, prior : array
        Per word, its count on this side and its prior count.
    lengths : array
        Words of each article of this side.
    size : float
        Prior counts of all words together.

    Returns
    -------
    array
        Never less than the variance for words drawn one by one; that one where the side has
        fewer than two articles.
    """
    n = lengths.sum()
    a, b = counts + prior, n + size - counts - prior
    by_words = 1 / a + 1 / b
    m = len(lengths)
    if m < 2:
        return by_words
    share = counts / max(n, 1)
    # Sum over articles of (count - share x length)², written out so that no article without
    # the word has to be visited.
    spread = squares - 2 * share * products + share**2 * float((lengths.astype(float) ** 2).sum())
    by_articles = m / (m - 1) * spread * (1 / a + 1 / b) ** 2
    return np.maximum(by_words, by_articles)


def deviation_of_proportions(counts: np.ndarray, lengths: np.ndarray) -> float:
    """Return Gries's DP of one word: 0 spread as the words are, towards 1 all in one article.

    Examples
    --------
    >>> deviation_of_proportions(np.array([5, 5]), np.array([100, 100]))
    0.0
    """
    return float(np.abs(counts / counts.sum() - lengths / lengths.sum()).sum() / 2)


def adjust_false_discovery(p: np.ndarray) -> np.ndarray:
    """Return p-values adjusted after Benjamini and Hochberg (1995), in the order given."""
    p = np.asarray(p, dtype=float)
    if not len(p):
        return p
    order = np.argsort(-p, kind="stable")
    ranks = np.arange(len(p), 0, -1)
    adjusted = np.minimum.accumulate(p[order] * len(p) / ranks)
    result = np.empty_like(p)
    result[order] = np.minimum(adjusted, 1.0)
    return result
