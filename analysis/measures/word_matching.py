"""Finds every word of every list in many texts at once.

Comes in: texts, and terms (words and phrases). Goes out: where each term stands, which of them
are negated, and how many words each text has. All texts of a block are one array of characters;
words are its runs of letters and digits, each known by a number computed from its letters, so
no word becomes a Python object. The longest phrase wins over the words in it. A word is negated
when a negation stands at most its reach before it in the same text with no comma, colon,
semicolon, dash or bracket between. It does not know parts of speech or senses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import combining

import numpy as np

BLOCK = 1 << 17  # characters in a block: its arrays stay in the processor's cache
APART = "\n\n"  # between two texts; two characters, so that no phrase runs over it
STOPS = ",;:.!?()[]\u2013\u2014\u2026"
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_APOSTROPHE = 39
_PHRASE_FACTOR = 0xD1342543DE82EF95
_SLOT_BITS = 18
_PAIR_BITS = 18
# What a word may be: the last but one or the last of a phrase, or a term.
_LAST_BUT_ONE, _LAST, _SINGLE = 1, 2, 4


class Words(NamedTuple):
    """The words of a block of texts: places in ``codes``; ``first`` per text, then the end."""

    codes: np.ndarray
    keys: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    first: np.ndarray
    offsets: np.ndarray


class Matches(NamedTuple):
    """One row per found term: its text, its place in that text, its number, if negated."""

    text: np.ndarray
    start: np.ndarray
    end: np.ndarray
    term: np.ndarray
    negated: np.ndarray
    n_words: np.ndarray  # per text, not per match


def count_words(texts: Sequence[str]) -> np.ndarray:
    """Return how many words each text has, as every rate per 1,000 words counts them.

    A word is a run of letters and digits with the apostrophes inside it; the parts of a
    hyphenated compound count singly.
    """
    counts = [np.diff(find_words(block).first) for block in split_blocks(texts)]
    return np.concatenate(counts) if counts else np.zeros(0, dtype=np.int64)


def find_words(texts: Sequence[str]) -> Words:
    """Return the words of ``texts``, in order."""
    joined = APART.join(["", *texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letters = np.zeros(len(codes) + 24, dtype=np.uint8)
    _lower_case().take(codes, mode="clip", out=letters[: len(codes)])
    quotes = np.flatnonzero(letters == _APOSTROPHE)
    if len(quotes):  # an apostrophe counts only between two letters
        inside = (letters[quotes - 1] > _APOSTROPHE) & (letters[quotes + 1] > _APOSTROPHE)
        letters[quotes[~inside]] = 0
        # "nation's" is found as "nation": the ending belongs to no word.
        ending = quotes[inside]
        ending = ending[(letters[ending + 1] == ord("s")) & (letters[ending + 2] == 0)]
        letters[ending] = letters[ending + 1] = 0
    is_letter = letters != 0
    edges = np.flatnonzero(is_letter[1:] != is_letter[:-1])
    starts, ends = edges[0::2] + 1, edges[1::2] + 1
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + len(APART)
    offsets = np.concatenate(([len(APART)], len(APART) + np.cumsum(lengths)))
    return Words(
        codes,
        _keys(letters, starts, ends - starts),
        starts,
        ends,
        np.searchsorted(starts, offsets),
        offsets[:-1],
    )


def _keys(letters: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return a number for each word, made of its first 24 letters and its length."""
    eights = np.ndarray(len(letters) - 7, dtype="<u8", buffer=letters, strides=(1,))
    keys = eights[starts]
    keys &= _masks()[np.minimum(lengths, 8)]
    keys *= _FACTORS[0]
    for step, factor in enumerate(_FACTORS[1:], start=1):
        long = np.flatnonzero(lengths > 8 * step)
        mask = _masks()[np.minimum(lengths[long] - 8 * step, 8)]
        keys[long] += (eights[starts[long] + 8 * step] & mask) * factor
    keys += lengths.view(np.uint64)
    return keys


class Matcher:
    """Looks for terms; built once, used on any number of texts.

    Parameters
    ----------
    terms : sequence of str
        Words and phrases; a match names its term by the place in this sequence.
    groups : sequence of int
        One bit mask per term. A phrase takes its words from the shorter terms of its groups;
        a term of group 0 takes none.
    negations : mapping from str to int
        Negations and how many words on they reach.
    not_negations : iterable of str
        Phrases whose negations do not negate.
    """

    def __init__(
        self,
        terms: Sequence[str],
        groups: Sequence[int],
        *,
        negations: Mapping[str, int] | None = None,
        not_negations: Iterable[str] = (),
    ) -> None:
        negations, not_negations = negations or {}, list(not_negations)
        every = [*terms, *negations, *not_negations]
        split = _split(every)
        vocabulary = sorted({word for words in split for word in words})
        number = {word: place + 1 for place, word in enumerate(vocabulary)}
        self._index(vocabulary)
        self._groups = np.array([*groups, 0], dtype=np.uint8)  # the last: no term
        self._single = np.full(len(vocabulary) + 1, -1, dtype=np.int32)
        self._reach = np.zeros(len(vocabulary) + 1, dtype=np.int8)
        # Which lengths (one bit each) a phrase may have that ends with two words of a slot.
        self._pairs = np.zeros(1 << _PAIR_BITS, dtype=np.uint16)
        self._parts = np.zeros(len(vocabulary) + 1, dtype=np.uint8)  # see _LAST_BUT_ONE
        phrases: dict[int, dict[int, list[int]]] = {}
        for place, words in enumerate(split):
            ids = [number[word] for word in words]
            reach = -1 if place < len(terms) else negations.get(every[place], 0)
            if len(ids) > 1:
                both = phrases.setdefault(len(ids), {}).setdefault(_phrase_key(ids), [-1, -1])
                both[reach >= 0] = place if reach < 0 else reach
                self._pairs[_pair_slot(ids[-2], ids[-1])] |= 1 << len(ids)
                self._parts[ids[-2]] |= _LAST_BUT_ONE
                self._parts[ids[-1]] |= _LAST
            elif reach < 0:
                self._single[ids[0]] = place
                self._parts[ids[0]] |= _SINGLE
            else:
                self._reach[ids[0]] = reach
        self._phrases = []
        for length in sorted(phrases, reverse=True):
            keys = sorted(phrases[length])
            both = np.array([phrases[length][key] for key in keys], dtype=np.int32)
            self._phrases.append((length, np.array(keys, dtype=np.uint64), both[:, 0], both[:, 1]))

    def find(self, texts: Sequence[str]) -> Iterator[tuple[int, Matches]]:
        """Yield blocks: the place of the block's first text, and its matches."""
        done = 0
        for block in split_blocks(texts):
            yield done, self._find_in(block)
            done += len(block)

    def _find_in(self, texts: Sequence[str]) -> Matches:
        words = find_words(texts)
        ids = self._look_up(words)
        reach, parts = self._reach[ids], self._parts[ids]
        taken = np.zeros(len(ids), dtype=np.uint8)
        found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        for length, places, terms, reaches in self._find_phrases(words, ids, parts):
            spans = places[:, None] + np.arange(length)
            sign = reaches >= 0
            reach[spans[sign].ravel()] = 0
            reach[spans[sign, -1]] = reaches[sign]
            free = self._groups[terms] & ~np.bitwise_or.reduce(taken[spans], axis=1)
            # Where two phrases of one length overlap, both are counted.
            np.bitwise_or.at(taken, spans, free[:, None])
            keep = free > 0
            found.append((places[keep], places[keep] + length - 1, terms[keep]))
        singles = np.flatnonzero(parts & _SINGLE)
        terms = self._single[ids[singles]]
        keep = (self._groups[terms] & ~taken[singles]) > 0
        found.append((singles[keep], singles[keep], terms[keep]))
        first, last, terms = (np.concatenate(part) for part in zip(*found, strict=True))
        text = np.searchsorted(words.first, first, side="right") - 1
        return Matches(
            text,
            words.starts[first] - words.offsets[text],
            words.ends[last] - words.offsets[text],
            terms,
            _negated(words, reach, first, words.first[text]),
            np.diff(words.first),
        )

    def _index(self, vocabulary: Sequence[str]) -> None:
        """Number the words: a slot holds the few that share the first bits of their key."""
        words = find_words(vocabulary)
        slots = _slot(words.keys)
        order = np.argsort(slots, kind="stable")
        self._keys, self._ids = words.keys[order], order + 1
        # The first entry of each slot, counted from 1; and whether the next one is of the slot.
        self._slots = np.zeros(1 << _SLOT_BITS, dtype=np.int32)
        self._slots[slots[order][::-1]] = np.arange(len(order), 0, -1)
        self._more = np.append(np.diff(slots[order]) == 0, False)

    def _look_up(self, words: Words) -> np.ndarray:
        """Return the number of each word, 0 for those in no term."""
        ids = np.zeros(len(words.keys), dtype=np.intp)
        entries = self._slots[_slot(words.keys)]
        here = np.flatnonzero(entries)
        entries = entries[here].astype(np.intp) - 1
        while len(here):
            same = self._keys[entries] == words.keys[here]
            ids[here[same]] = self._ids[entries[same]]
            more = ~same & self._more[entries]
            here, entries = here[more], entries[more] + 1
        return ids

    def _find_phrases(
        self, words: Words, ids: np.ndarray, parts: np.ndarray
    ) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield length, first words, terms and reaches (-1: none) of the phrases found."""
        ends = np.flatnonzero((parts[:-1] & _LAST_BUT_ONE) & (parts[1:] >> 1))
        lengths = self._pairs[_pair_slot(ids[ends], ids[ends + 1])]
        ends, lengths = ends[lengths > 0] + 2, lengths[lengths > 0]
        for length, keys, terms, reaches in self._phrases:
            at = ends[(lengths & (1 << length)) > 0] - length
            at = at[at >= 0]
            key = np.zeros(len(at), dtype=np.uint64)
            together = np.ones(len(at), dtype=bool)
            for step in range(length):
                key = key * np.uint64(_PHRASE_FACTOR) + ids[at + step].astype(np.uint64)
                if step:
                    together &= _are_neighbours(words, at + step)
            where = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            hit = together & (keys[where] == key)
            if hit.any():
                yield length, at[hit], terms[where[hit]], reaches[where[hit]]


def _are_neighbours(words: Words, place: np.ndarray) -> np.ndarray:
    """Say where only one character that is no stop stands before the word at ``place``."""
    end, start = words.ends[place - 1], words.starts[place]
    possessive = (start - end == 3) & (words.codes[end + 1] | 32 == ord("s"))
    return ((start - end == 1) & ~_is_stop(words.codes[end])) | possessive


def _negated(
    words: Words, reach: np.ndarray, first: np.ndarray, text_first: np.ndarray
) -> np.ndarray:
    negated = np.zeros(len(first), dtype=bool)
    open_ = np.ones(len(first), dtype=bool)
    for step in range(1, int(reach.max(initial=0)) + 1):
        before = first - step
        open_ &= before >= text_first
        before = np.maximum(before, 0)
        open_ &= ~_is_stop(words.codes[words.ends[before]])
        negated |= open_ & (reach[before] >= step)
    return negated


def split_blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the texts in order, in lists of about ``BLOCK`` characters."""
    texts = texts if isinstance(texts, list) else list(texts)
    sizes = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))
    begin = 0
    while begin < len(texts):
        before = sizes[begin - 1] if begin else 0
        end = max(int(np.searchsorted(sizes, before + BLOCK)), begin + 1)
        yield texts[begin:end]
        begin = end


def _split(terms: list[str]) -> list[list[str]]:
    """Return the words of each term, in the letters that are compared."""
    words = find_words(terms)
    letters = _lower_case().take(words.codes, mode="clip").tobytes().decode("latin-1")
    spans = zip(words.starts.tolist(), words.ends.tolist(), strict=True)
    every = [letters[start:end] for start, end in spans]
    bounds = words.first.tolist()
    return [every[first:last] for first, last in pairwise(bounds)]


def _slot(keys: np.ndarray) -> np.ndarray:
    return ((keys * _FACTORS[1]) >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)


def _pair_slot(one, other):
    return (one * 40_503 + other * 9_973) & ((1 << _PAIR_BITS) - 1)


def _phrase_key(ids: Sequence[int]) -> int:
    key = 0
    for one in ids:
        key = (key * _PHRASE_FACTOR + one) % (1 << 64)
    return key


@cache
def _lower_case() -> np.ndarray:
    """Return for each character one byte for its lower case, 0 where it is no part of a word.

    Letters outside Latin-1 share a byte: English lists hold none.
    """
    table = np.zeros(1 << 16, dtype=np.uint8)
    for code in range((1 << 16) - 1):
        letter = chr(code)
        if letter.isalnum() or combining(letter):
            table[code] = min(ord(letter.lower()[0]), 255)
    table[_APOSTROPHE] = table[0x2019] = _APOSTROPHE
    return table


@cache
def _masks() -> np.ndarray:
    return np.array([(1 << 8 * size) - 1 for size in range(9)], dtype=np.uint64)


@cache
def _stops() -> np.ndarray:
    stops = np.zeros(1 << 14, dtype=bool)
    stops[[ord(stop) for stop in STOPS]] = True
    return stops


def _is_stop(codes: np.ndarray) -> np.ndarray:
    return _stops().take(codes, mode="clip")
