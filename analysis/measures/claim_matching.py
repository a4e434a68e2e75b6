"""How likely two sentences make the same claim: by facts, names, numbers, words and meaning.

Comes in: the sentences of an event. Goes out: for blocks of them the probability, against all
sentences, that two say the same; higher is more alike. Read from the shared content words (cut
to five letters, the rarer the heavier), names, numbers, runs of three words (a quotation, an
agency's sentence) and, if an encoder is at hand, the cosine of their vectors.

The weights are a logistic regression on made pairs: a sentence and itself with other words,
turned clauses and words left out, against the sentences most like it in the same article
(``same_event`` articles; ``python -m analysis benchmark claims``): the mean of one with all
words and one without names, since on made pairs names decide more than they should. A claim and
its denial are alike in all of this: the match says that both speak of it, not that both affirm it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from analysis.text.stories.shingles import WordHashes, hash_runs, words_in
from analysis.text.stories.terms import rarity, read_background, stem

# Log-odds per feature; without an encoder, and with one.
WITHOUT = {
    "constant": -6.8,
    "words": 5.8,
    "words but names": 4.5,
    "runs": 6.5,
    "other names": -1.9,
    "other numbers": -1.2,
}
WITH = {
    "constant": -12.1,
    "words": 4.0,
    "words but names": 2.6,
    "runs": 4.0,
    "other names": -1.4,
    "other numbers": -1.2,
    "meaning": 10.3,
}
BLOCK = 500  # sentences compared with all others at once

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_SMALL = frozenset(
    """a an the of to in on at by for from with as and or but nor so yet if than then that this
    these those it its he she his her him they their them we our us you your i my me is are was
    were be been being has have had do does did will would can could may might shall should must
    not no there here who whom whose which what when where how why also just only very more most
    said say says told tell added about into over after before during under between""".split()
)
_TOKENS_KEPT = 200_000
_SCALE = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}


class Sentences:
    """What is compared of the sentences of one event."""

    def __init__(self, texts: list[str], vectors: np.ndarray | None = None):
        tokens = [_WORD.findall(text) for text in texts]
        known = _stems()
        found = [[known[token] for token in one] for one in tokens]
        content = [{stems[0] for stems in one} - {""} for one in found]
        names = [{stems[1] for stems in one[1:]} - {""} for one in found]
        named = set().union(*names)
        self.words = _incidence(content, weigh=True)
        # Two sentences by one speaker share name and office: what else they share says more.
        self.rest = _incidence([one - named for one in content], weigh=True)
        self.names = _incidence(names)
        self.numbers = _incidence([_numbers(one) for one in tokens])
        self.runs = _incidence(_runs([words_in(text) for text in texts]))
        self.vectors = vectors

    def __len__(self) -> int:
        return self.words.shape[0]

    @property
    def n_content(self) -> np.ndarray:
        """How many different content words each sentence has: what there is to go by."""
        return np.diff(self.words.indptr)

    def features(self, rows: slice, columns: slice = slice(None)) -> dict[str, np.ndarray]:
        """Return matrices, sentences ``rows`` × sentences ``columns``, of what is shared."""
        features = {
            "words": _dice(self.words, rows, columns),
            "words but names": _dice(self.rest, rows, columns),
            "runs": _of_fewer(self.runs, rows, columns),
        }
        for name in ("names", "numbers"):
            matrix = getattr(self, name)
            counts = np.diff(matrix.indptr)
            both = (counts[rows, None] > 0) & (counts[None, columns] > 0)
            apart = _shared(matrix, rows, columns) == 0
            features[f"other {name}"] = (both & apart).astype(np.float32)
        if self.vectors is not None:
            cosine = np.nan_to_num(self.vectors[rows] @ self.vectors[columns].T)
            features["meaning"] = np.maximum(cosine, 0)
        return features

    def probabilities(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the first position of a block and its probabilities against all sentences."""
        weights = WITHOUT if self.vectors is None else WITH
        for start in range(0, len(self), BLOCK):
            features = self.features(slice(start, start + BLOCK))
            odds = weights["constant"] + sum(features[f] * weights[f] for f in features)
            yield start, 1 / (1 + np.exp(-odds))


class _Stem(NamedTuple):
    """A token cut to five letters, as a content word and as a name; empty where it is none."""

    content: str
    name: str


class _Stems(dict):
    """Token to its stems, made once per token; forgotten when they become very many."""

    def __missing__(self, token: str) -> _Stem:
        if len(self) > _TOKENS_KEPT:
            self.clear()
        says = "" if token.lower() in _SMALL else stem(token)[:5]
        self[token] = made = _Stem(
            says if len(token) > 1 else "", says if token[0].isupper() else ""
        )
        return made


@cache
def _stems() -> _Stems:
    return _Stems()


def _runs(words: list[list[str]]) -> list[list[int]]:
    """Return for each sentence the hashes of its different runs of three words, sorted."""
    lengths = np.array([len(one) for one in words], dtype=np.int64)
    flat = hash_runs([word for one in words for word in one], 3, WordHashes())
    starts = np.cumsum(lengths) - lengths
    found = []
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        found.append(sorted(set(flat[start : start + max(length - 2, 0)].tolist())))
    return found


def _numbers(tokens: list[str]) -> set[str]:
    """Return the numbers as they would be written out: "18,000", "1.2 million"."""
    found = set()
    for at, token in enumerate(tokens):
        if token[0].isdigit():
            digits = re.sub(r",(?=\d{3})", "", token).replace(",", ".")
            after = tokens[at + 1].lower() if at + 1 < len(tokens) else ""
            if digits.count(".") < 2:
                found.add(f"{float(digits) * 10 ** _SCALE.get(after, 0):g}")
    return found


def _incidence(sets: list[set], *, weigh: bool = False) -> sp.csr_array:
    flat = [one for found in sets for one in sorted(found)]
    places = {one: place for place, one in enumerate(dict.fromkeys(flat))}
    columns = list(map(places.__getitem__, flat))
    starts = np.concatenate(([0], np.cumsum([len(found) for found in sets]))).astype(np.int64)
    values = np.ones(len(columns), dtype=np.float32)
    if weigh and columns:
        counts = np.bincount(columns, minlength=len(places))
        known = _stem_counts()
        background = np.array([known.get(one, 0) for one in places])
        values = np.sqrt(rarity(counts, background, len(sets)))[columns].astype(np.float32)
    return sp.csr_array((values, columns, starts), shape=(len(sets), max(len(places), 1)))


@cache
def _stem_counts() -> dict[str, int]:
    """Return the background's counts by the first five letters, the commonest word's."""
    counts: dict[str, int] = {}
    for term, count in read_background()[0].items():
        if " " not in term:
            counts[term[:5]] = max(count, counts.get(term[:5], 0))
    return counts


def _shared(matrix: sp.csr_array, rows: slice, columns: slice) -> np.ndarray:
    return (matrix[rows] @ matrix[columns].T).toarray()


def _dice(matrix: sp.csr_array, rows: slice, columns: slice) -> np.ndarray:
    weights = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    together = weights[rows, None] + weights[None, columns]
    return 2 * _shared(matrix, rows, columns) / np.maximum(together, 1e-6)


def _of_fewer(matrix: sp.csr_array, rows: slice, columns: slice) -> np.ndarray:
    counts = np.diff(matrix.indptr)
    fewer = np.minimum(counts[rows, None], counts[None, columns])
    return (_shared(matrix, rows, columns) / np.maximum(fewer, 1)).astype(np.float32)
