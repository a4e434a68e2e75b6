"""Articles that are another article in other words: machine-spun, paraphrased, but not reported.

Comes in: texts. Goes out: pairs with a score from 0 to 1, higher is more surely a rewrite, and
their aligned sentences. A spinner changes words and leaves the rest: the order of the sentences
and, inside them, the order of names and numbers. Two reporters on one event share names and
numbers, not their order over a whole text. So pairs are proposed by runs of two names or
numbers, and decided by aligning the sentences in order. Articles that quote at length from one
speech can score high by that alone; the aligned sentences are kept so that one can look.
"""

from __future__ import annotations

import re

import numpy as np

from analysis.text.stories.alignment import Match, align_rewrite
from analysis.text.stories.shingles import (
    WordHashes,
    containment,
    hash_runs,
    pairs_by_index,
    words_in,
)
from analysis.text.stories.terms import read_background, stem

REWRITE = 0.42  # of the shorter text, told in the same order with the same facts;
SAME_WORDS = 0.55  # more of it where runs of words are the same, as they are in edited wire copy
REWRITE_OF_LONGER = 0.3  # and of the longer: a spinner keeps the length, a brief does not
_SHARED_RUNS = 0.35  # of the shorter text's runs of names, before sentences are compared
_LEAST_RUNS = 4
_LEAST_SENTENCES = 5

# A name or number inside a sentence; the first word of a sentence is capital for another reason.
_ANCHOR = re.compile(r"(?<=[\w,;:–—-] )[A-Z][\w-]+|\d[\d,.]*\d|\d")


def name_runs(text: str, hashes: WordHashes) -> np.ndarray:
    """Return the distinct hashes of every two names or numbers that follow one another."""
    names = [name.replace(",", "").lower() for name in _ANCHOR.findall(text)]
    names = [name for at, name in enumerate(names) if not at or name != names[at - 1]]
    return np.unique(hash_runs(names, 2, hashes))


def propose_rewrites(runs: list[np.ndarray]) -> list[tuple[int, int]]:
    """Return the pairs of positions that share enough ``name_runs`` to be compared."""
    pairs = pairs_by_index(runs, least=_LEAST_RUNS)
    return [
        (int(one), int(other))
        for one, other in pairs
        if max(containment(runs[one], runs[other])) >= _SHARED_RUNS
    ]


def is_rewrite(shorter: float, longer: float, contained: float) -> bool:
    """Return whether the scores of a pair say rewrite, given how many runs of words it shares."""
    return shorter >= REWRITE + SAME_WORDS * contained and longer >= REWRITE_OF_LONGER


def commoner_words(one: str, other: str) -> float:
    """Return how much commoner in news the words are that only ``one`` has; below 0, ``other``'s.

    A spinner takes a rarer word for a common one ("impost" for "tax"), so the commoner wording
    was first. In units of log frequency.
    """
    counts = read_background()[0]
    words = [{stem(word) for word in words_in(text)} for text in (one, other)]
    own = [words[0] - words[1], words[1] - words[0]]
    means = [np.mean([np.log1p(counts.get(word, 0)) for word in side] or [0.0]) for side in own]
    return round(float(means[0] - means[1]), 6)


def score_rewrite(one: str, other: str) -> tuple[float, float, list[Match]]:
    """Return how much of the shorter and of the longer text is the other's, and the sentences.

    A score is the share of a text's words that stand in sentences aligned with the other text's
    in order, weighted by how alike their facts are.
    """
    matches = align_rewrite(one, other)
    if len(matches) < _LEAST_SENTENCES:
        return 0.0, 0.0, matches
    words = [
        (len(one[m.start : m.end].split()), len(other[m.other_start : m.other_end].split()))
        for m in matches
    ]
    weights = np.array(words, dtype=float) * np.array([[m.similarity] for m in matches])
    totals = np.array([len(one.split()), len(other.split())], dtype=float)
    shares = weights.sum(axis=0) / totals
    shorter = int(totals.argmin())
    return float(shares[shorter]), float(shares[1 - shorter]), matches
