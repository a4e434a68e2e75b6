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

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

from analysis import DATA
from analysis.text.speech.cues import read_cue_verbs
from analysis.text.speech.speakers import read_first_names, read_places, read_titles

TOKEN = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*|''|``|[^\w\s]|_")
MARKS = frozenset(["“", "”", "„", "‟", "«", "»", '"', "''", "``"])
ROLES = ("source", "cue", "content")
WEIGHTS = DATA / "models" / "quotations"
SHA256 = {
    "weights.safetensors": "5e124b8b40d1526b36ea2721111d7685044fe51ef98ed1681bc43d1c839508de",
    "vocabulary.txt": "48daac06bd571cd9eff305d0f8956525ebf2c95f6e93437c715f3521ee0c8a73",
}
DILATIONS = (1, 2, 4, 8, 16, 1, 2, 4)
N_ENDINGS, N_SHAPES, N_LISTED, N_PLACES = 2048, 8, 16, 32
PUNCTUATION = 2  # the shape of what is neither letter nor digit
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
        spans = np.asarray(sentences, dtype=np.int64).reshape(-1, 3)
        words = TOKEN.findall(text)
        found = np.array([match.span() for match in TOKEN.finditer(text)], dtype=np.int64)
        starts, ends = found.reshape(-1, 2).T
        place = np.searchsorted(spans[:, 0], starts, side="right") - 1
        inside = place >= 0
        inside[inside] = starts[inside] < spans[place[inside], 1]
        if drop_marks:
            inside &= np.fromiter((word not in MARKS for word in words), bool, len(words))
        if not inside.all():
            kept = np.flatnonzero(inside)
            words = [words[k] for k in kept]
            starts, ends, place = starts[kept], ends[kept], place[kept]
        features = np.empty((len(words), 5), dtype=np.int64)
        if words:
            different = {word: place for place, word in enumerate(dict.fromkeys(words))}
            rows = np.array([self.row(word) for word in different], dtype=np.int64)
            features[:, :4] = rows[list(map(different.__getitem__, words))]
            features[:, 4] = self._places(starts, place, spans, quoted)
        return Tokens(starts, ends, features)

    @property
    def n_words(self) -> int:
        """How many numbers a word can have: the vocabulary, and 0 for words not in it."""
        return len(self._ids) + 1

    def row(self, word: str) -> tuple[int, int, int, int]:
        """Return the numbers of a word, its ending, its shape, and what lists know of it."""
        return self._met.get(word) or self._meet(word)

    def _meet(self, word: str) -> tuple[int, int, int, int]:
        plain = plain_form(word)
        ending = 1 + crc32(plain[-3:].encode("utf-8", "replace")) % (N_ENDINGS - 1)
        row = (self._ids.get(plain, 0), ending, _shape(word), _listed(word, plain))
        if len(self._met) < 200_000:
            self._met[word] = row
        return row

    @staticmethod
    def _places(
        starts: np.ndarray, place: np.ndarray, spans: np.ndarray, quoted: list[tuple[int, int]]
    ) -> np.ndarray:
        """Return sentence position (0 inside, 1 first, 2 first of paragraph) and quote state."""
        begins = np.ones(len(starts), dtype=np.int64)
        begins[1:] = place[1:] != place[:-1]
        paragraph = spans[place, 2]
        opens = begins.astype(bool)
        opens[1:] &= paragraph[1:] != paragraph[:-1]
        begins[opens] = 2
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


class Tagger:
    """The shipped network; options in the constructor, articles in the call.

    Raises
    ------
    ValueError
        When a file in ``folder`` is not the one this version was measured with.
    """

    def __init__(self, folder: Path = WEIGHTS, *, sha256: dict[str, str] | None = None):
        from safetensors.numpy import load

        blobs = {}
        for name, expected in (SHA256 if sha256 is None else sha256).items():
            blobs[name] = (Path(folder) / name).read_bytes()
            found = hashlib.sha256(blobs[name]).hexdigest()
            if found != expected:
                raise ValueError(
                    f"{Path(folder) / name} has sha256 {found[:12]}…, not {expected[:12]}…: "
                    "restore the file, or train it again"
                )
        self.reader = Reader(blobs["vocabulary.txt"].decode("utf-8").split("\n"))
        stored = load(blobs["weights.safetensors"])
        self._tables, self._bias = _input_tables(stored)
        self._blocks = [
            (dilation, *_block(stored, number)) for number, dilation in enumerate(DILATIONS)
        ]
        scale = stored["final_norm"].astype(np.float32)[:, None]
        self._out = scale * stored["out_weight"].astype(np.float32)
        self._out_bias = stored["out_bias"].astype(np.float32)

    def tag(self, tokens: Tokens) -> np.ndarray:
        """Return an array tokens × roles × (outside, begins, inside): each row sums to 1."""
        features = tokens.features
        if not len(features):
            return np.zeros((0, len(ROLES), 3), dtype=np.float32)
        state = self._bias + self._tables[0][features[:, 0]]
        for column in range(1, 5):
            state += self._tables[column][features[:, column]]
        count, width = state.shape
        wide = np.zeros((count, 3 * width), dtype=np.float32)
        for gap, weight, bias in self._blocks:
            plain = state * _inverse_size(state)
            near = min(gap, count)
            wide[:near, :width] = 0
            wide[near:, :width] = plain[: count - near]
            wide[:, width : 2 * width] = plain
            wide[: count - near, 2 * width :] = plain[near:]
            wide[count - near :, 2 * width :] = 0
            step = wide @ weight
            step += bias
            np.maximum(step, 0, out=step)
            state += step
        logits = (state * _inverse_size(state)) @ self._out + self._out_bias
        logits = logits.reshape(count, len(ROLES), 3)
        logits -= logits.max(axis=2, keepdims=True)
        np.exp(logits, out=logits)
        return logits / logits.sum(axis=2, keepdims=True)


def plain_form(word: str) -> str:
    """Return a word as the vocabulary spells it: small letters, every digit a 0."""
    return _DIGITS.sub("0", word.replace("’", "'")).lower()


@cache
def load_tagger() -> Tagger:
    """Return the shipped tagger, loaded once."""
    return Tagger()


def _inverse_size(state: np.ndarray) -> np.ndarray:
    mean = np.einsum("ij,ij->i", state, state) / state.shape[1]
    return (1 / np.sqrt(mean + 1e-5))[:, None].astype(np.float32)


def _input_tables(stored: dict[str, np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
    """Multiply each table of vectors with its part of the input layer, once, at loading."""
    weight = stored["input_weight"].astype(np.float32)
    tables, first = [], 0
    for name in ("word", "ending", "shape", "listed", "place"):
        table = stored[name].astype(np.float32)
        if f"{name}_scale" in stored:
            table *= stored[f"{name}_scale"].astype(np.float32)
        tables.append(table @ weight[first : first + table.shape[1]])
        first += table.shape[1]
    return tables, stored["input_bias"].astype(np.float32)


def _block(stored: dict[str, np.ndarray], number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one convolution as a matrix, the scale of its input multiplied in."""
    kernel = stored[f"conv{number}_weight"].astype(np.float32)
    kernel = kernel * stored[f"conv{number}_norm"].astype(np.float32)[None, :, None]
    matrix = np.concatenate([kernel[:, :, tap].T for tap in range(3)])
    return np.ascontiguousarray(matrix), stored[f"conv{number}_bias"].astype(np.float32)


def _shape(word: str) -> int:
    if word[0].isdigit():
        return 1
    if not word[0].isalpha():
        return PUNCTUATION
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
