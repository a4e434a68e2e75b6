"""The lines of a raw text, each with its place; lines wrapped at a fixed width made whole.

Comes in: raw text. Goes out: ``Line`` by ``Line`` where it stands and what it says, without
spaces at its ends. A wrapped paragraph is one line with the positions of all of it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_PLAIN = re.compile(r"[^\w]+")


class Line(NamedTuple):
    """A line with text: where it stands in the raw text, and its text without outer spaces."""

    start: int
    end: int
    text: str


def split_lines(raw: str) -> list[Line]:
    """Return the lines of ``raw`` that hold text, wrapped ones joined."""
    found, start = [], 0
    for line in raw.split("\n"):
        stripped = line.strip()
        if stripped:
            left = start + line.index(stripped)
            found.append(Line(left, left + len(stripped), stripped))
        start += len(line) + 1
    return _joined(found)


def bare_words(text: str) -> str:
    """Return the words of a text in lower case, without punctuation, for comparing."""
    return _PLAIN.sub(" ", text.casefold()).strip()


def _joined(lines: list[Line]) -> list[Line]:
    """Join lines that were wrapped at a fixed width into the paragraphs they were.

    A block of lines is wrapped when no line could have held the first word of the next, and some
    line ends in the middle of a sentence.
    """
    joined: list[Line] = []
    block: list[Line] = []
    for line in [*lines, None]:
        if block and (line is None or line.start != block[-1].end + 1):
            joined.extend([_one_line(block)] if _is_wrapped(block) else block)
            block = []
        if line is not None:
            block.append(line)
    return joined


def _is_wrapped(block: list[Line]) -> bool:
    if len(block) < 3:
        return False
    width = max(len(line.text) for line in block)
    if not 40 <= width <= 120 or min(len(line.text) for line in block[:-1]) < 0.6 * width:
        return False
    full = all(
        len(line.text) + 1 + len(after.text.split(" ", 1)[0]) > width
        for line, after in pairwise(block)
    )
    return full and any(after.text[0].islower() for after in block[1:])


def _one_line(block: list[Line]) -> Line:
    return Line(block[0].start, block[-1].end, " ".join(line.text for line in block))
