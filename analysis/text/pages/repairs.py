"""Small repairs of a text that change no word: encoding, spaces, hyphens, joined words.

Comes in: a text, and words known from the rest of the corpus. Goes out: edits ``(start, end,
replacement, rule, confidence)`` that never overlap, so that each can be shown and undone. A repair
that is not certain is not made: a join is opened only after a common word, or where both
words stand side by side in another copy.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace ``text[start:end]`` by ``replacement``."""

    start: int
    end: int
    replacement: str
    rule: str
    confidence: float


_ODD = re.compile(
    "(?P<control>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]+)"
    "|(?P<direction>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+)"
    "|(?P<zero>[\u200b\u2060\ufeff]+)"
    "|(?P<soft>\u00ad+)"
    "|(?P<line>[\u2028\u2029\x85]+)"
    "|(?P<space>[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000][ \t\u00a0\u1680\u2000-\u200a\u202f"
    "\u205f\u3000]*| [ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+)"
    "|(?P<entity>&(?:amp|quot|apos|nbsp|lsquo|rsquo|ldquo|rdquo|ndash|mdash|hellip|#39|#0?34|#82(?:1[1267]"
    "|2[01])|#160|#8230);)"
)
# One cheap look at a whole text tells whether any of the above can be in it.
_ANY = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\u00ad\u061c\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f"
    "\u205f\u2060\u2066-\u2069\u3000\ufeff\t&]|  "
)
_RULES = {
    "control": ("control character", ""),
    "direction": ("direction mark", ""),
    "zero": ("zero-width character", ""),
    "soft": ("soft hyphen", ""),
    "line": ("line separator", "\n"),
    "space": ("spacing", " "),
}
_PLAIN = re.compile(r"[ -~\n\u2013\u2014\u2018\u2019\u201c\u201d]*")
_COMMA = re.compile(r"(?<=[a-z]{2}),(?=[A-Za-z][a-z])")
_STOP = re.compile(r"(?<=[a-z]{3})[.!?](?=[A-Z][a-z]+ )")
_CAMEL = re.compile(r"\b([A-Za-z]?[a-z]{2,})([A-Z][a-z]{2,})")
_JOINED = re.compile(r"[a-z](?:[A-Z][a-z]{2}|,[A-Za-z]|[.!?][A-Z])")
_ADDRESS = ("://", "www.", "@", ".com", ".co", ".org", ".net")
_LONG_WORD = re.compile(r"(?<![\w'’-])[a-z]{6,30}(?![\w'’-])")
MANY = 2_000


def may_need_repair(text: str) -> bool:
    """Whether any repair could apply to a text: one cheap look for all of it."""
    return bool(_ANY.search(text) or _JOINED.search(text) or not _PLAIN.fullmatch(text))


def repair_spacing(text: str) -> list[Edit]:
    """Return edits for control characters, odd and doubled spaces, soft hyphens, entities."""
    edits: list[Edit] = []
    if not _ANY.search(text):
        return edits
    for match in _ODD.finditer(text):
        kind = match.lastgroup
        start, end = match.span()
        if kind == "entity":
            from html import unescape

            edits.append(Edit(start, end, unescape(match.group()), "entity", 0.99))
            continue
        rule, replacement = _RULES[kind]  # type: ignore[index]
        at_edge = start == 0 or end == len(text) or text[start - 1] == "\n" or text[end] == "\n"
        edits.append(
            Edit(start, end, "" if kind == "space" and at_edge else replacement, rule, 1.0)
        )
    return edits if len(edits) <= MANY else [_as_one(text, edits)]


def repair_encoding(text: str) -> list[Edit]:
    """Return edits for letters that were decoded with the wrong encoding (``â€™`` for ``’``)."""
    if text.isascii() or _PLAIN.fullmatch(text):
        return []
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    edits = []
    position = 0
    for line in text.split("\n"):
        if not line.isascii() and len(line) < 100_000 and is_bad(line):
            fixed = fix_encoding(line)
            if fixed != line:
                edits.extend(_changed_stretches(line, fixed, position))
        position += len(line) + 1
    return edits


def _changed_stretches(line: str, fixed: str, offset: int) -> list[Edit]:
    """Whole words that differ, found by walking both lines word by word."""
    old, new = re.split(r"( +)", line), re.split(r"( +)", fixed)
    if len(old) != len(new):
        return [Edit(offset, offset + len(line), fixed, "mojibake", 0.95)]
    edits = []
    for before, after in zip(old, new, strict=True):
        if before != after:
            edits.append(Edit(offset, offset + len(before), after, "mojibake", 0.98))
        offset += len(before)
    return edits


def open_joins(text: str, *, words: Collection[str], pairs: Collection[str]) -> list[Edit]:
    """Return edits that put back a space between two words run together.

    Parameters
    ----------
    text : str
        The text.
    words : collection of str
        Lower-case words that are common in the corpus.
    pairs : collection of str
        ``"first second"`` as they stand side by side in a sister text.
    """
    if not _JOINED.search(text):
        return []
    edits = []
    for pattern in (_COMMA, _STOP):
        for match in islice(pattern.finditer(text), MANY):
            if not _in_address(text, match.start()):
                edits.append(Edit(match.end(), match.end(), " ", "words run together", 0.97))
    for match in islice(_CAMEL.finditer(text), MANY):
        left, right = match.groups()
        lower = left[0].islower() and len(left) >= 3 and left in words
        beside = f"{left} {right}" in pairs or f"{left} {right.removesuffix('s')}" in pairs
        if (lower or beside) and not _in_address(text, match.start()):
            place = match.start(2)
            edits.append(Edit(place, place, " ", "words run together", 0.99 if beside else 0.95))
    return edits


def open_joins_by(text: str, *, pairs: Collection[str], known: Collection[str]) -> list[Edit]:
    """Return edits for words that another copy of the text has as two: "soldover", "sold over".

    Parameters
    ----------
    text : str
        The text.
    pairs, known : collection of str
        Which words stand side by side in the other copy, and its words.
    """
    edits = []
    for match in islice(_LONG_WORD.finditer(text), MANY):
        word = match.group()
        if word in known:
            continue
        places = [at for at in range(2, len(word) - 1) if f"{word[:at]} {word[at:]}" in pairs]
        if len(places) == 1:
            place = match.start() + places[0]
            edits.append(Edit(place, place, " ", "words run together", 0.97))
    return edits


def _in_address(text: str, place: int) -> bool:
    """Whether the word at ``place`` is an address; words are looked at up to 300 letters."""
    start = max(
        text.rfind(" ", max(0, place - 300), place), text.rfind("\n", max(0, place - 300), place)
    )
    word = text[start + 1 : place + 300].split(maxsplit=1)
    return bool(word) and any(mark in word[0] for mark in _ADDRESS)


def _as_one(text: str, edits: list[Edit]) -> Edit:
    """Thousands of repairs in one line as a single one: from the first to the last of them."""
    pieces, place = [], edits[0].start
    for edit in edits:
        pieces += [text[place : edit.start], edit.replacement]
        place = edit.end
    return Edit(edits[0].start, place, "".join(pieces), "many repairs", 0.9)
