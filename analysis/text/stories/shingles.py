"""Which articles may share text: short runs of words, sampled and hashed.

Comes in: texts. Goes out: per text the set of its shingles (hashes of four words in a row) and
a sample of them, and from many texts the pairs that are worth comparing exactly. A shingle
ignores case, punctuation, quotation marks and paragraph order, so a text that was reordered,
cut or stripped of its marks keeps most of its shingles. Similarity is containment: the share
of the shorter text's shingles that the longer one has; 1 means all of it.

Two indexes propose pairs, because each misses what the other finds. MinHash bands
find whole texts that are nearly the same, at a cost that does not grow with how often a text
was copied. A sample of the shingles themselves (every fourth hash) finds passages shared by
texts that otherwise differ; shingles that many texts have are left out of it. Neither decides
anything: the caller compares the pairs exactly. All of it is linear in the number of texts.

References
----------
Broder (1997), On the resemblance and containment of documents, doi:10.1109/SEQUEN.1997.666900.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

SHINGLE = 4  # words; longer ones break at every word that a page ran together
SAMPLED = 4  # every fourth shingle goes into the index of passages
COMMON = 24  # a shingle that more texts have says little about any two of them
BANDS, ROWS = 20, 3  # a pair with Jaccard .5 meets in a band with probability .93
_LEAST_SHARED = 2  # sampled shingles; about three words more than a chance phrase

_WORD = re.compile(r"[^\W_]+")
# Removed inside words, so that "Russia's" and a copy's "Russias" are one word.
_INSIDE_WORDS = ("’", "‘", "ʼ", "´", "\u00ad", "\u200b", "\u200c", "\u200d", "\ufeff")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)


class WordHashes(dict):
    """Word to 64-bit hash, the same in every process; made once per distinct word."""

    def __missing__(self, word: str) -> int:
        data = word.encode("utf-8", "surrogatepass")
        self[word] = value = (zlib.crc32(data) << 32) | zlib.crc32(data, 0x5BD1E995)
        return value


@dataclass(frozen=True)
class Sketch:
    """The shingles of one text: all of them (sorted, distinct) and its MinHash signature."""

    n_words: int
    shingles: np.ndarray
    signature: np.ndarray

    @property
    def sample(self) -> np.ndarray:
        """The shingles that go into the index of passages, chosen by hash and so in any text."""
        return self.shingles[self.shingles % np.uint64(SAMPLED) == 0]


def words_in(text: str) -> list[str]:
    """Return the words of ``text`` in order, lower case, without marks or apostrophes."""
    text = text.replace("'", "").replace("`", "")
    if not text.isascii():
        for mark in _INSIDE_WORDS:
            text = text.replace(mark, "")
    return _WORD.findall(text.lower())


def hash_runs(words: list[str], length: int, hashes: WordHashes | None = None) -> np.ndarray:
    """Return the hash of every run of ``length`` words, in order; empty if there are fewer."""
    hashes = WordHashes() if hashes is None else hashes
    count = len(words) - length + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    values = np.fromiter(map(hashes.__getitem__, words), dtype=np.uint64, count=len(words))
    runs = values[:count].copy()
    for place in range(1, length):
        runs *= _STEP
        runs ^= values[place : place + count]
        runs *= _MIX
        runs ^= runs >> np.uint64(29)
    return runs


def sketch_texts(texts: Iterable[str], hashes: WordHashes | None = None) -> list[Sketch]:
    """Return one sketch a text. Texts are independent: batches may be sketched anywhere."""
    hashes = WordHashes() if hashes is None else hashes
    generator = np.random.default_rng(1997)  # fixed: signatures must agree between batches
    factors = generator.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
    sketches = []
    for text in texts:
        words = words_in(text)
        shingles = np.unique(hash_runs(words, min(SHINGLE, max(len(words), 1)), hashes))
        if len(shingles):
            signature = (factors[:, None] * shingles[None, :]).min(axis=1) >> np.uint64(32)
        else:
            signature = np.zeros(BANDS * ROWS, dtype=np.uint64)
        sketches.append(Sketch(len(words), shingles, signature.astype(np.uint32)))
    return sketches


def containment(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return the share of ``one``'s shingles in ``other``, and of ``other``'s in ``one``."""
    if not len(one) or not len(other):
        return 0.0, 0.0
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    places = np.searchsorted(large, small)
    places[places == len(large)] = 0
    shared = int((large[places] == small).sum())
    return shared / len(one), shared / len(other)


def propose_pairs(sketches: list[Sketch]) -> np.ndarray:
    """Return the pairs of positions worth comparing, one a row, the smaller position first."""
    found = [_pairs_by_band(sketches), pairs_by_index([s.sample for s in sketches])]
    pairs = np.concatenate(found)
    return np.unique(pairs, axis=0) if len(pairs) else pairs


def pairs_by_index(
    keys: list[np.ndarray], *, common: int = COMMON, least: int = _LEAST_SHARED
) -> np.ndarray:
    """Return the pairs of positions whose key sets share ``least`` keys or more.

    A key that more than ``common`` sets have proposes no pair, which keeps this linear.
    """
    lengths = np.fromiter(map(len, keys), dtype=np.int64, count=len(keys))
    if not lengths.sum():
        return np.empty((0, 2), dtype=np.int64)
    every = np.concatenate(keys)
    owner = np.repeat(np.arange(len(keys), dtype=np.int64), lengths)
    order = np.argsort(every, kind="stable")
    every, owner = every[order], owner[order]
    del order
    starts = np.flatnonzero(np.concatenate(([True], every[1:] != every[:-1])))
    sizes = np.diff(np.append(starts, len(every)))
    kept = (sizes > 1) & (sizes <= common)
    starts, sizes = starts[kept], sizes[kept]
    packed = []
    for size in np.unique(sizes):
        rows = owner[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        packed.append((rows[:, first] * len(keys) + rows[:, second]).ravel())
    if not packed:
        return np.empty((0, 2), dtype=np.int64)
    pairs, counts = np.unique(np.concatenate(packed), return_counts=True)
    pairs = pairs[counts >= least]
    return np.stack([pairs // len(keys), pairs % len(keys)], axis=1)


def _pairs_by_band(sketches: list[Sketch]) -> np.ndarray:
    """Pair each text with the first in its bucket: enough to join a group, however large."""
    known = np.array([at for at, one in enumerate(sketches) if len(one.shingles)], dtype=np.int64)
    if not len(known):
        return np.empty((0, 2), dtype=np.int64)
    signatures = np.array([sketches[at].signature for at in known], dtype=np.uint64)
    found = []
    for first in range(0, BANDS * ROWS, ROWS):
        one, two, three = signatures[:, first : first + ROWS].T
        pair = one << np.uint64(32) | two
        order = np.lexsort((three, pair))
        starts = np.concatenate(
            ([True], (np.diff(pair[order]) != 0) | (np.diff(three[order]) != 0))
        )
        bucket = np.cumsum(starts) - 1
        # Within a bucket the order is that of the texts: its first stands for it.
        leader = order[np.flatnonzero(starts)][bucket]
        rest = ~starts
        found.append(np.stack([known[leader[rest]], known[order[rest]]], axis=1))
    return np.unique(np.concatenate(found), axis=0)
