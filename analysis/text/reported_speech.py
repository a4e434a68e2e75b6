"""Tokens of articles in; for each, how likely it belongs to a source, a cue or reported words.

A small convolutional tagger: each token is the sum of learnt vectors for its word, ending,
shape, what the word lists know of it, and whether it stands between quotation marks; eight
convolutions with growing gaps let it see some forty tokens to each side; three outputs mark the
beginning, inside and outside of sources, cues and contents. It runs on numpy alone, at about a
millisecond an article. It was trained on PolNeAR 1.0; ``data/models/quotations`` holds the
weights with their card and notice.

Higher probability means more likely. It reads one article at a time and knows nothing else.

References
----------
Strubell, E., et al. (2017). Fast and accurate entity recognition with iterated dilated
convolutions. EMNLP. https://doi.org/10.18653/v1/D17-1283
Newell, E., Margolin, D., & Ruths, D. (2018). An attribution relations corpus for political news.
LREC. https://aclanthology.org/L18-1524
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from analysis.text.cues import read_cue_verbs
from analysis.text.speakers import read_first_names, read_places, read_titles

TOKEN = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*|''|``|[^\w\s]|_")
MARKS = frozenset(["“", "”", "„", "‟", "«", "»", '"', "''", "``"])
N_ENDINGS, N_SHAPES, N_LISTED, N_PLACES = 2048, 8, 16, 32
_READINGS = {"speech": 1, "thought": 4, "judgement": 5, "source phrase": 6, "adverb": 7}
_DIGITS = re.compile(r"\d")


@dataclass(slots=True)
class Tokens:
    """The tokens of one article: where they are, and their features, one row a token."""

    starts: np.ndarray
    ends: np.ndarray
    features: np.ndarray  # word, ending, shape, listed, place


class Reader:
    """Turns words into feature numbers; remembers words it has met."""

    def __init__(self, vocabulary: list[str]):
        self._ids = {word: index + 1 for index, word in enumerate(vocabulary)}
        self._met: dict[str, tuple[int, int, int, int]] = {}

    def read(
        self,
        text: str,
        sentences: list[tuple[int, int, int]],
        quoted: list[tuple[int, int]],
        *,
        drop_marks: bool = False,
    ) -> Tokens:
        """Return the tokens of the sentences (start, end, paragraph) of one article."""
        met = self._met
        starts, ends, rows, begins = [], [], [], []
        paragraph_before = None
        for start, end, paragraph in sentences:
            begin = 2 if paragraph != paragraph_before else 1
            paragraph_before = paragraph
            for match in TOKEN.finditer(text, start, end):
                word = match.group()
                if drop_marks and word in MARKS:
                    continue
                row = met.get(word)
                if row is None:
                    row = self._meet(word)
                rows.append(row)
                starts.append(match.start())
                ends.append(match.end())
                begins.append(begin)
                begin = 0
        starts_, ends_ = np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)
        features = np.empty((len(rows), 5), dtype=np.int64)
        if rows:
            features[:, :4] = rows
            features[:, 4] = self._places(starts_, ends_, np.asarray(begins), quoted)
        return Tokens(starts_, ends_, features)

    def _meet(self, word: str) -> tuple[int, int, int, int]:
        plain = _DIGITS.sub("0", word.replace("’", "'")).lower()
        ending = 1 + crc32(plain[-3:].encode("utf-8", "replace")) % (N_ENDINGS - 1)
        row = (self._ids.get(plain, 0), ending, _shape(word), _listed(word, plain))
        if len(self._met) < 200_000:
            self._met[word] = row
        return row

    @staticmethod
    def _places(
        starts: np.ndarray, ends: np.ndarray, begins: np.ndarray, quoted: list[tuple[int, int]]
    ) -> np.ndarray:
        """Return sentence position (0 inside, 1 first, 2 first of paragraph) and quote state."""
        state = np.zeros(len(starts), dtype=np.int64)
        for first, last in quoted:
            a, b = np.searchsorted(starts, first), np.searchsorted(starts, last)
            if a < b:
                state[a:b] = 1
                state[a] = 2
                state[b - 1] = 3
        if not quoted:
            state[:] = 4
        return begins + 3 * state


def _shape(word: str) -> int:
    if word[0].isdigit():
        return 1
    if not word[0].isalpha():
        return 2
    if word.islower():
        return 3
    if word.isupper():
        return 4 if len(word) > 1 else 5
    return 6 if word[0].isupper() else 7


def _listed(word: str, plain: str) -> int:
    cue = read_cue_verbs().get(plain)
    if cue is not None:
        number = _READINGS[cue.reading]
        if number == 1:
            number += ("neutral", "doubting", "endorsing").index(cue.kind)
        return number
    if not word[0].isupper():
        return 8 if plain in read_titles() else 0
    if plain.strip(".") in read_titles():
        return 9
    gender = read_first_names().get(plain)
    if gender:
        return 10 if gender == "male" else 11
    return 12 if word in read_places() else 0
