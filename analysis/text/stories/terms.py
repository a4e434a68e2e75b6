"""What an article is about, as weighted words, names and pairs of words.

Comes in: texts. Goes out: one sparse row a text and kind of term, of length one, so that the
product of two rows is their cosine: 1 for the same terms in the same shares, 0 for none in
common. A term weighs more the fewer articles have it. How many have it is counted in the corpus
and, as if it were some two hundred articles more, in a background of English news
(``data/lexicons/document_frequencies.csv``, counts only), so that in a corpus of five articles
a rare name still counts for more than "government", and in one of five thousand on a single
war the war's own words do not count for much.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np
import scipy.sparse as sp

from analysis import DATA
from analysis.text.stories.alignment import STOPWORDS
from analysis.text.stories.shingles import WordHashes

KINDS = ("words", "lead", "headline", "names", "pairs")
_BACKGROUND = DATA / "lexicons/document_frequencies.csv"
_BACKGROUND_ARTICLES = 200  # for how many articles of the corpus the background counts
_LEAD = 330  # tokens, the headline's among them, in which news says what it is about

_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’]s\b)?")
_NAME = re.compile(r"(?<=[\w,;:–—-] )[A-Z][\w-]+")
_NAME_OR_SMALL = re.compile(r"(?<=[\w,;:–—-] )[A-Z][^\W\d_]+|(?<![A-Za-z])[a-z]+")
_NO_NAMES = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december mr mrs ms dr i he she it they we you
    the a an in on at by of and but if""".split()
)
_ROWS = 2_000  # articles at once
_TERMS_AT_ONCE = 1 << 20
_PAIR = np.uint64(0x9E3779B97F4A7C15)
# Names of days and months tell when, not what about.
_STOPWORDS = STOPWORDS | frozenset(
    """told also mr mrs ms dr monday tuesday wednesday thursday friday saturday sunday january
    february march april june july august september october november december jan feb mar apr
    jun jul aug sept oct nov dec""".split()
)


CountedTerms = tuple[np.ndarray, np.ndarray]  # different terms as hashes, and how often each


def weigh_terms(texts: Iterable[str], headlines: Iterable[str]) -> dict[str, sp.csr_array]:
    """Return one matrix a kind, a row an article: (1 + log count) × rarity, length one.

    The kinds are the ``words`` of the text, of its ``lead``, of its ``headline``, the ``names``
    in it, and the ``pairs`` of content words that follow one another.
    """
    counted = list(count_terms(texts, headlines))
    return {kind: weigh_counts([one[at] for one in counted]) for at, kind in enumerate(KINDS)}


def count_terms(
    texts: Iterable[str], headlines: Iterable[str]
) -> Iterator[tuple[CountedTerms, ...]]:
    """Yield for each article its terms of every kind, counted; it depends on no other article."""
    keys = _TermKeys()
    for text, headline in zip(texts, headlines, strict=True):
        tokens = _TOKEN.findall(text)
        words = keys.of(tokens)
        lead = words if len(tokens) <= _LEAD else keys.of(tokens[:_LEAD])
        found = (words, lead, keys.of(_TOKEN.findall(headline)), keys.of(_NAME.findall(text)))
        yield tuple(np.unique(terms, return_counts=True) for terms in (*found, _pairs(words)))


def count_names(text: str) -> Counter[str]:
    """Count the words that are capitalised inside sentences and hardly ever small."""
    found = Counter(_NAME_OR_SMALL.findall(text))
    counts: Counter[str] = Counter()
    for word, count in found.items():
        low = word.lower()
        if word != low and low not in _NO_NAMES and found[low] * 5 <= count:
            counts[low] += count
    return counts


def rarity(frequency: np.ndarray, background: np.ndarray, n_texts: int) -> np.ndarray:
    """Return log(N / n) of terms, counted in the corpus and, for little, in the background."""
    scale = _BACKGROUND_ARTICLES / read_background()[1]
    return np.log((n_texts + _BACKGROUND_ARTICLES + 1) / (frequency + background * scale + 0.5))


@cache
def read_background() -> tuple[dict[str, int], int]:
    """Return in how many background articles each term stands, and how many there are."""
    with _BACKGROUND.open(encoding="utf-8", newline="") as lines:
        counts = {row["term"]: int(row["articles"]) for row in csv.DictReader(lines)}
    return counts, counts.pop("*")


def stem(word: str) -> str:
    """Return a lower-case word without possessive and plural endings."""
    word = word.lower()
    word = word[:-2] if word.endswith(("'s", "’s")) else word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class _TermKeys(dict):
    """Token to the hash of its stem, 0 for a token that says nothing; made once per token."""

    def __init__(self):
        self.hashes = WordHashes()

    def __missing__(self, token: str) -> int:
        word = stem(token)
        says_nothing = len(word) < 2 or word in _STOPWORDS
        self[token] = key = 0 if says_nothing else self.hashes[word]
        return key

    def of(self, tokens: list[str]) -> np.ndarray:
        keys = np.fromiter(map(self.__getitem__, tokens), dtype=np.uint64, count=len(tokens))
        return keys[keys > 0]


def _background_of(keys: np.ndarray) -> np.ndarray:
    """Return in how many background articles the terms of these keys stand."""
    known, values = _background_keys()
    places = np.searchsorted(known, keys)
    places[places == len(known)] = 0
    return np.where(known[places] == keys, values[places], 0)


@cache
def _background_keys() -> tuple[np.ndarray, np.ndarray]:
    counts, hashes = read_background()[0], WordHashes()
    terms = [np.array([hashes[w] for w in term.split()], np.uint64) for term in counts]
    known = np.array([(_pairs(one) if len(one) > 1 else one)[0] for one in terms], np.uint64)
    order = np.argsort(known)
    return known[order], np.array(list(counts.values()))[order]


def _pairs(words: np.ndarray) -> np.ndarray:
    mixed = (words[:-1] * _PAIR) ^ words[1:]
    return mixed * _PAIR


def weigh_counts(counted: Sequence[CountedTerms]) -> sp.csr_array:
    """Return one row an article of its counted terms: (1 + log count) × rarity, length one."""
    lengths = np.array([len(terms) for terms, _ in counted], dtype=np.int64)
    if not lengths.sum():
        return sp.csr_array((len(counted), 1), dtype=np.float32)
    values, columns, width = _weigh_each(np.concatenate([terms for terms, _ in counted]), counted)
    kept = np.zeros(len(counted), dtype=np.int64)
    ends = np.concatenate(([0], np.cumsum(lengths)))
    for first in range(0, len(counted), _ROWS):
        last = min(first + _ROWS, len(counted))
        here = slice(ends[first], ends[last])
        owners = np.repeat(np.arange(last - first), lengths[first:last])
        norms = np.sqrt(np.bincount(owners, values[here] ** 2, minlength=last - first))
        norms = norms.astype(np.float32)
        values[here] /= np.where(norms > 0, norms, 1)[owners]
        kept[first:last] = np.bincount(owners[columns[here] >= 0], minlength=last - first)
    # A term of one article adds to its length, but to no product: most terms need no place.
    several = columns >= 0
    starts = np.concatenate(([0], np.cumsum(kept)))
    shape = (len(counted), max(width, 1))
    return sp.csr_array((values[several], columns[several], starts), shape=shape)


def _weigh_each(
    terms: np.ndarray, counted: Sequence[CountedTerms]
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the weight of each term of each article, its column (-1: in one only), the width.

    Terms are told apart range by range, so that what that takes does not grow with their number.
    """
    values = np.concatenate([counts for _, counts in counted]).astype(np.float32)
    np.log(values, out=values)
    values += 1
    columns = np.full(len(terms), -1, dtype=np.int32)
    bits = max(int(len(terms) // _TERMS_AT_ONCE).bit_length(), 1)
    ranges = (terms >> np.uint64(64 - bits)).astype(np.uint16)
    width = 0
    for number in range(1 << bits):
        at = np.flatnonzero(ranges == number)
        if not len(at):
            continue
        every, place, frequency = np.unique(terms[at], return_inverse=True, return_counts=True)
        weights = rarity(frequency, _background_of(every), len(counted)).astype(np.float32)
        values[at] *= weights[place]
        several = frequency > 1
        column = np.where(several, width + np.cumsum(several) - 1, -1).astype(np.int32)
        columns[at] = column[place]
        width += int(several.sum())
    return values, columns, width
