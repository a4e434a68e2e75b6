"""How likely two articles are about the same event: by words, names and dates.

Comes in: the weighted terms of articles (``terms.py``), their dates and addresses. Goes out: the
pairs of articles that are near each other at all, with a probability; higher is nearer.

Seven things speak for one event: the same words, the same lead, the same headline, the same
names, the same pairs of words (each the square root of a cosine), the same days of the week in
the text, and near dates of publication. An article without a date is neither near nor far; the
days of the week it names are compared with the other's date instead. The weights come from a
logistic regression on pairs of news articles about American politics (``same_event``, 832
events; ``python -m analysis benchmark same_event`` shows what they are worth). Two articles on
the same topic a month apart can be nearer in words than two on one event; that is what the
dates are for, and without dates topics run together more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import scipy.sparse as sp

from analysis.tables import UNKNOWN
from analysis.text.stories.terms import KINDS, weigh_terms

# Log-odds; see the module. The constant says how rare one event is among all near pairs.
WEIGHTS = {
    "constant": -8.7,
    "words": 4.6,
    "lead": 4.5,
    "headline": 3.9,
    "names": 0.5,
    "pairs": 5.0,
    "weekdays": 1.6,
    "weekday of the other": 2.7,
    "same day": 1.2,
    "next day": 1.4,
    "days apart": -1.9,
    "no date": -2.2,
}
_AT_ONCE, _PAIRS = 100_000, 5_000  # pairs compared at once, and multiplied at once: likewise
_BLOCK = 1000  # articles multiplied at once: bounds the memory
_TERMS = 60  # heaviest words of an article, with which near ones are looked for
_COMMON = 1000  # a word that more articles have is not looked for
_WINDOW = 10  # days; farther apart, two dated articles are not compared
_NEAR = 0.03  # cosine of the heaviest words
_MOST = 200  # near articles kept for one

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile("|".join(_WEEKDAYS), re.IGNORECASE)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:/|-|$)")
_LEAD = 3000  # characters in which days of the week are read


@dataclass(frozen=True)
class Traits:
    """What is compared: terms by kind, day number (missing is NaN), days of the week."""

    terms: dict[str, sp.csr_array]
    days: np.ndarray
    weekdays: np.ndarray


def find_traits(articles: pd.DataFrame, terms: dict[str, sp.csr_array] | None = None) -> Traits:
    """Return the terms, dates and days of the week of the articles, in their order.

    ``terms`` are theirs, weighed, where these were counted before.
    """
    rows = list(articles[["text", "headline", "published", "url"]].itertuples(index=False))
    if terms is None:
        headlines = ("" if row.headline == UNKNOWN else row.headline for row in rows)
        terms = weigh_terms((row.text for row in rows), headlines)
    weekdays = np.zeros((len(rows), 7), dtype=np.float32)
    for at, row in enumerate(rows):
        for found in _WEEKDAY.findall(row.text[:_LEAD]):
            weekdays[at, _WEEKDAYS.index(found.lower())] += 1
    norms = np.sqrt((weekdays**2).sum(axis=1, keepdims=True))
    days = np.array([day_number(row.published, row.url) for row in rows])
    return Traits(terms, days, weekdays / np.where(norms > 0, norms, 1))


def day_number(published: str, url: str) -> float:
    """Return the day of publication as a number, from the date or the address; NaN if neither.

    Examples
    --------
    >>> day_number("1970-01-02", "unknown") - day_number("1970-01-01", "unknown")
    1.0
    """
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", published) or _IN_ADDRESS.search(url)
    try:
        return float(date(*map(int, found.groups())).toordinal()) if found else float("nan")
    except ValueError:  # a 31st of February in an address
        return float("nan")


def near_pairs(traits: Traits) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of articles that share heavy words and are not days apart."""
    heavy = _heaviest(traits.terms["words"])
    n_texts = heavy.shape[0]
    order = np.argsort(np.where(np.isnan(traits.days), -1e9, traits.days), kind="stable")
    days = traits.days[order]
    undated = int(np.isnan(days).sum())
    heavy = heavy[order]
    found = []
    for start in range(0, n_texts, _BLOCK):
        stop = min(start + _BLOCK, n_texts)
        # Undated articles stand first and are compared with all; dated ones within the window.
        first = (
            0
            if start < undated
            else int(undated + np.searchsorted(days[undated:], days[start] - _WINDOW))
        )
        ranges = [(first, stop)] if start < undated else [(0, undated), (first, stop)]
        for low, high in ranges:
            if low < high:
                found.append(_block(heavy, (start, stop), (low, high), days))
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    # One number a pair: a large corpus has millions of them.
    numbered = [
        np.minimum(order[pairs[:, 0]], order[pairs[:, 1]]) * n_texts
        + np.maximum(order[pairs[:, 0]], order[pairs[:, 1]])
        for pairs in found
    ]
    del found
    return np.divmod(np.unique(np.concatenate(numbered)), n_texts)


def likely_pairs(
    traits: Traits, one: np.ndarray, other: np.ndarray, *, least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs that are about one event with a probability of ``least`` or more.

    Pairs are looked at a block at a time, so that memory does not grow with their number.
    """
    for first in range(0, len(one), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        probability = same_event_probability(pair_features(traits, one[some], other[some]))
        kept = np.flatnonzero(probability >= least) + first
        yield from zip(
            one[kept].tolist(),
            other[kept].tolist(),
            probability[kept - first].tolist(),
            strict=True,
        )


def pair_features(traits: Traits, one: np.ndarray, other: np.ndarray) -> pd.DataFrame:
    """Return one row a pair with what speaks for or against one event."""
    features = {}
    for kind in KINDS:
        features[kind] = np.sqrt(np.maximum(_cosines(traits.terms[kind], one, other), 0))
    headed = np.diff(traits.terms["headline"].indptr) > 0
    features["headline"] = np.where(headed[one] & headed[other], features["headline"], 0.3)
    apart = np.abs(traits.days[one] - traits.days[other])
    unknown = np.isnan(apart)
    shared = (traits.weekdays[one] * traits.weekdays[other]).sum(axis=1)
    named = traits.weekdays.any(axis=1)
    features["weekdays"] = np.where(named[one] & named[other], shared, 0.35)
    features["weekday of the other"] = np.where(
        unknown, np.minimum(_fits_date(traits, one, other), _fits_date(traits, other, one)), 0.5
    )
    apart = np.where(unknown, 0, apart)
    features["same day"] = ((apart == 0) & ~unknown).astype(float)
    features["next day"] = ((apart == 1) & ~unknown).astype(float)
    features["days apart"] = np.log1p(apart)
    features["no date"] = unknown.astype(float)
    return pd.DataFrame(features)


def same_event_probability(features: pd.DataFrame) -> np.ndarray:
    """Return the probability that each pair is about one event."""
    odds = WEIGHTS["constant"] + sum(
        features[name].to_numpy() * weight for name, weight in WEIGHTS.items() if name in features
    )
    return 1 / (1 + np.exp(-odds))


def _heaviest(words: sp.csr_array) -> sp.csr_array:
    """Keep the heaviest words of each row, without those that very many articles have."""
    heavy = words.copy()
    counts = np.bincount(heavy.indices, minlength=heavy.shape[1])
    heavy.data = np.where(counts[heavy.indices] > _COMMON, 0, heavy.data)
    for row in range(heavy.shape[0]):
        values = heavy.data[heavy.indptr[row] : heavy.indptr[row + 1]]
        if len(values) > _TERMS:
            values[values < np.partition(values, -_TERMS)[-_TERMS]] = 0
    heavy.eliminate_zeros()
    return heavy


def _block(heavy: sp.csr_array, rows: tuple, columns: tuple, days: np.ndarray) -> np.ndarray:
    product = (heavy[rows[0] : rows[1]] @ heavy[columns[0] : columns[1]].T).tocsr()
    product.data[product.data < _NEAR] = 0
    product.eliminate_zeros()
    kept = []
    for row in range(product.shape[0]):
        start, stop = product.indptr[row], product.indptr[row + 1]
        others = product.indices[start:stop] + columns[0]
        at = row + rows[0]
        apart = np.abs(days[others] - days[at])
        fits = (others != at) & ~(apart > _WINDOW)
        others, values = others[fits], product.data[start:stop][fits]
        if len(others) > _MOST:
            others = others[values >= np.partition(values, -_MOST)[-_MOST]]
        kept.append(np.stack([np.full(len(others), at), others], axis=1))
    return np.concatenate(kept) if kept else np.empty((0, 2), dtype=np.int64)


def _cosines(terms: sp.csr_array, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    values = [
        terms[one[at : at + _PAIRS]].multiply(terms[other[at : at + _PAIRS]]).sum(axis=1)
        for at in range(0, len(one), _PAIRS)
    ]
    return np.concatenate(values) if values else np.empty(0)


def _fits_date(traits: Traits, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How much of the days of the week that ``one`` names are those of ``other``'s date.

    News says "on Tuesday" on that Tuesday or on the Wednesday after.
    """
    dated = ~np.isnan(traits.days[other]) & traits.weekdays[one].any(axis=1)
    weekday = (np.where(dated, traits.days[other], 0).astype(int) - 1) % 7  # day 1 is a Monday
    rows = traits.weekdays[one]
    places = np.arange(len(one))
    fits = np.maximum(rows[places, weekday], rows[places, (weekday - 1) % 7])
    return np.where(dated, fits, 0.5)
