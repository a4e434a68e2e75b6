"""Loaded language: how loaded a segment's wording is, and which words make it so.

Comes in: ``segments``. Goes out: ``scores`` and ``evidence``. Measure ``loaded_words`` is, per
category and for ``any`` of them, the listed words per 1,000 words of the segment: 0 or more,
**higher is more loaded**. Hedges and boosters say how sure the writer is, not how he judges: they
have rates of their own and are no part of ``any``. Each hit counts with its weight in the list,
and half of it where it is negated ("not a disaster": the word is still chosen, but denied); label
``negated`` gives the rate of the negated hits alone. Measure ``tone_words`` is the valence of the
words, from -1 to 1, **higher is more positive**; a negated valence is turned and shortened by
VADER's factor. A segment with no listed word scores a true 0; one with no word, or not in
English, has none.

Rates of longer texts are means of segment rates weighted by the segments' words
(``word_matching.count_words``): that is all hits by all words. Lists know no context: their
validity is on the measure's card, and is low. Hutto and Gilbert 2014 (VADER).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.lexicons import OWN_LISTS, Lexicon, LexiconError, read_lexicon
from analysis.measures.word_matching import Matcher
from analysis.tables import SCORED_LANGUAGES

WORD_LISTS = "word-lists@2"
SURENESS = frozenset({"hedges", "boosters"})  # lists whose words load nothing
NEGATED_SHARE = 0.5  # of a loaded word's weight that counts where the word is negated
NEGATED_VALENCE = -0.74  # Hutto and Gilbert 2014: from ratings of negated sentences
TONE_SCALE = 15.0  # Hutto and Gilbert 2014: sum / sqrt(sum² + 15) lies between -1 and 1


class Scored(NamedTuple):
    """What a scorer gives: the tables ``scores`` and ``evidence``."""

    scores: pd.DataFrame
    evidence: pd.DataFrame


def score_word_lists(
    segments: pd.DataFrame,
    *,
    articles: pd.DataFrame | None = None,
    lists: Sequence[str | Lexicon] = OWN_LISTS,
    tone: str | None = "vader",
) -> Scored:
    """Return the rates of the word lists' words in each segment, and where those words stand.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``; of it segment_id, article_id, start, text.
    articles : DataFrame, optional
        Table ``articles``. Segments of articles whose language is neither ``en`` nor
        ``unknown`` get missing scores and no evidence.
    lists : sequence of str or Lexicon
        Lists of the measure ``loaded_words``; each of their categories is a label.
    tone : str or None
        List of valences for ``tone_words``; missing scores where its package is not installed.

    Returns
    -------
    Scored
        ``scores``: one row per segment, measure and label (value is a rate per 1,000 words, or
        the tone from -1 to 1). ``evidence``: one row per hit and label; start and end count in
        ``articles.text``; weight is what the hit added to the sum; negated says if it was.

    Raises
    ------
    LexiconError
        When a list is not known or cannot be read.

    Examples
    --------
    >>> scored = score_word_lists(segments)
    >>> scored.scores.query("label == 'any'")
    """
    chosen = tuple(one if isinstance(one, Lexicon) else read_lexicon(one) for one in lists)
    try:
        valences = read_lexicon(tone) if tone else None
    except LexiconError:
        if tone != "vader":
            raise
        valences = None  # an optional package: the scores below are missing, not zero
    plan = _plan(chosen, valences)
    texts = segments["text"].tolist()
    speaks = _is_english(segments, articles)
    if not speaks.all():
        texts = [text if here else "" for text, here in zip(texts, speaks, strict=True)]
    loaded, tones, hits = _score_texts(plan, texts)
    if valences is None:
        tones[:] = np.nan
    values = np.column_stack((loaded, tones)) if tone else loaded
    labels = [("loaded_words", label) for label in plan.labels]
    labels += [("tone_words", "valence")] if tone else []
    return Scored(_scores(segments, values, labels), _evidence(segments, hits, plan))


class _Plan(NamedTuple):
    """The lists made ready: per entry of a term its label and weight; a term's entries."""

    matcher: Matcher
    labels: tuple[str, ...]
    first: np.ndarray
    label: np.ndarray
    weight: np.ndarray
    strongest: np.ndarray
    valence: np.ndarray


class _Hits(NamedTuple):
    """One row per hit and label."""

    row: np.ndarray
    label: np.ndarray
    start: np.ndarray
    end: np.ndarray
    weight: np.ndarray
    negated: np.ndarray


@lru_cache(maxsize=8)
def _plan(lists: tuple[Lexicon, ...], valences: Lexicon | None) -> _Plan:
    categories = sorted({category for one in lists for category in one.categories})
    place = {category: number for number, category in enumerate(categories)}
    weights: dict[str, dict[int, float]] = {}
    for one in lists:
        for term in one.terms:
            entries = weights.setdefault(_plain(term.term), {})
            number = place[term.category]
            entries[number] = max(entries.get(number, 0.0), term.weight)
    tones = {_plain(t.term): t.weight for t in valences.terms} if valences else {}
    exceptions = {_plain(t.term) for t in read_lexicon("exceptions").terms} - set(weights)
    terms = sorted({*weights, *tones, *exceptions})
    groups = [
        3 if term in exceptions else (term in weights) + 2 * (term in tones) for term in terms
    ]
    matcher = Matcher(
        terms,
        groups,
        negations={t.term: int(t.weight) for t in read_lexicon("negations").terms},
        not_negations=[t.term for t in read_lexicon("not_negations").terms],
    )
    entries = [sorted(weights.get(term, {}).items()) for term in terms]
    sure = {place[category] for category in SURENESS & set(categories)}
    return _Plan(
        matcher,
        (*categories, "any", "negated"),
        np.concatenate(([0], np.cumsum([len(one) for one in entries]))).astype(np.int64),
        np.array([label for one in entries for label, _ in one], dtype=np.int64),
        np.array([weight for one in entries for _, weight in one]),
        np.array(
            [max((w for label, w in one if label not in sure), default=0.0) for one in entries]
        ),
        np.array([0.0 if term in exceptions else tones.get(term, 0.0) for term in terms]),
    )


def _plain(term: str) -> str:
    return term.replace("-", " ")


def _score_texts(plan: _Plan, texts: list[str]) -> tuple[np.ndarray, np.ndarray, _Hits]:
    n_labels, tone = len(plan.labels), len(plan.labels)
    loaded, tones, hits = [np.zeros((0, n_labels))], [np.zeros(0)], []
    for done, found in plan.matcher.find(texts):
        size = len(found.n_words)
        # A term may stand in several categories: one row for each of them.
        count = plan.first[found.term + 1] - plan.first[found.term]
        hit = np.repeat(np.arange(len(count)), count)
        entry = np.arange(len(hit)) - np.repeat(np.cumsum(count) - count, count)
        entry += plan.first[found.term[hit]]
        share = np.where(found.negated, NEGATED_SHARE, 1.0)
        weight = plan.weight[entry] * share[hit]
        cell = found.text[hit] * n_labels + plan.label[entry]
        sums = np.bincount(cell, weight, size * n_labels).reshape(size, n_labels)
        strongest = plan.strongest[found.term] * share
        sums[:, -2] = np.bincount(found.text, strongest, size)
        sums[:, -1] = np.bincount(found.text, strongest * found.negated, size)
        valence = plan.valence[found.term] * np.where(found.negated, NEGATED_VALENCE, 1.0)
        total = np.bincount(found.text, valence, size)
        empty = np.where(found.n_words > 0, 1.0, np.nan)
        loaded.append(sums * (1000.0 * empty / np.maximum(found.n_words, 1))[:, None])
        tones.append(empty * total / np.sqrt(total**2 + TONE_SCALE))
        felt = np.flatnonzero(valence)
        at = np.concatenate((hit, felt))
        hits.append(
            _Hits(
                found.text[at] + done,
                np.concatenate((plan.label[entry], np.full(len(felt), tone))),
                found.start[at],
                found.end[at],
                np.concatenate((weight, valence[felt])),
                found.negated[at],
            )
        )
    nothing = np.zeros(0, dtype=np.int64)
    hits = hits or [_Hits(*[nothing] * 4, np.zeros(0), nothing.astype(bool))]
    joined = [np.concatenate(part) for part in zip(*hits, strict=True)]
    # Text by text, so that the order of the table does not depend on how texts fall into blocks.
    order = np.argsort(joined[0], kind="stable")
    return (
        np.concatenate(loaded),
        np.concatenate(tones),
        _Hits(*(part[order] for part in joined)),
    )


def _is_english(segments: pd.DataFrame, articles: pd.DataFrame | None) -> np.ndarray:
    if articles is None:
        return np.ones(len(segments), dtype=bool)
    foreign = articles.loc[~articles["language"].isin(SCORED_LANGUAGES), "article_id"]
    return ~segments["article_id"].isin(foreign).to_numpy(dtype=bool)


def _scores(
    segments: pd.DataFrame, values: np.ndarray, labels: list[tuple[str, str]]
) -> pd.DataFrame:
    size, width = values.shape
    rows = np.repeat(np.arange(size), width)
    return pd.DataFrame(
        {
            "segment_id": segments["segment_id"].array.take(rows),
            "article_id": segments["article_id"].array.take(rows),
            "measure": _repeated([measure for measure, _ in labels], size),
            "label": _repeated([label for _, label in labels], size),
            "value": values.ravel(),
            "scorer": pd.Categorical.from_codes(np.zeros(size * width, np.int8), [WORD_LISTS]),
        }
    )


def _repeated(names: list[str], times: int) -> pd.Categorical:
    unique = list(dict.fromkeys(names))
    codes = np.array([unique.index(name) for name in names], dtype=np.int8)
    return pd.Categorical.from_codes(np.tile(codes, times), unique)


def _evidence(segments: pd.DataFrame, hits: _Hits, plan: _Plan) -> pd.DataFrame:
    labels = [*plan.labels, "valence"]
    begin = segments["start"].to_numpy(dtype=np.int64)[hits.row]
    is_tone = (hits.label == len(plan.labels)).astype(np.int8)
    return pd.DataFrame(
        {
            "segment_id": segments["segment_id"].array.take(hits.row),
            "measure": pd.Categorical.from_codes(is_tone, ["loaded_words", "tone_words"]),
            "label": pd.Categorical.from_codes(hits.label, labels),
            "start": begin + hits.start,
            "end": begin + hits.end,
            "weight": hits.weight,
            "negated": hits.negated,
        }
    )
