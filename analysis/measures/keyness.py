"""Keyness: how much more one side uses each word than the other, and how sure that is.

Comes in: word counts of two sides and a prior of each. Goes out: per word the difference of log
odds, its variance, z, p, and how evenly the word is spread over articles. **Above 0: the first
side uses the word more.** The formulas are those of Monroe, Colaresi and Quinn (2008): the log
odds of a word under a Dirichlet prior of its side, differences of sides (their equation 16), z
(22); the variance keeps all four terms of the approximation before it is shortened for rare
words. It treats words as drawn one by one; ``article_variance`` does not, and allows for
articles that repeat a word.

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


def informative_prior(
    background: np.ndarray, n_background: float, size: float, *, least: float = 2.0
) -> tuple[np.ndarray, float]:
    """Return prior counts of words, and those of all words together (α₀).

    Parameters
    ----------
    background : array
        Times each word of the event stands in the background, 0 where it does not.
    n_background : float
        All words of the background, also those the event has not.
    size : float
        Prior words, shared out over the words as the background uses them.
    least : float
        No word gets less. A word that the background lacks, as an event's own names are, would
        else have a variance that no number of finds brings down. 2 over both sides together is
        one count a side, the uniform prior of Laplace.

    Examples
    --------
    >>> informative_prior(np.array([30.0, 0.0]), 100, 50)
    (array([15.,  2.]), 52.0)
    """
    background = np.asarray(background, dtype=float)
    if not n_background > 0 or (background < 0).any() or background.sum() > n_background:
        raise ValueError(
            f"the background has {n_background!r} words: it must have some, none less often than "
            "never, and all of the event's among them"
        )
    shares = background / n_background
    prior = np.maximum(size * shares, least)
    return prior, float(prior.sum() + size * (1 - shares.sum()))


def log_odds(
    counts: np.ndarray,
    others: np.ndarray,
    prior: np.ndarray,
    *,
    size: float,
    n: float,
    n_others: float,
    prior_others: np.ndarray | None = None,
    size_others: float | None = None,
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
    prior_others, size_others : array, float, optional
        Those of the other side; the same as the first side's if not given.

    Returns
    -------
    LogOdds
        ``estimate`` in natural log odds, above 0 where the first side uses the word more.

    Notes
    -----
    With a = y + α and b = n + α₀ - y - α per side, the estimate is log(a₁/b₁) - log(a₂/b₂)
    and its variance 1/a₁ + 1/b₁ + 1/a₂ + 1/b₂. Give each side a prior in proportion to its
    words, and a word used at the same rate on both has an estimate of 0; with one prior for
    both, the smaller side seems to use every word of the event less.
    """
    prior_others = prior if prior_others is None else prior_others
    size_others = size if size_others is None else size_others
    a_one, a_two = counts + prior, others + prior_others
    b_one, b_two = n + size - a_one, n_others + size_others - a_two
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
