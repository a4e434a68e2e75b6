"""Lines that an outlet prints under story after story: its furniture, learnt from the corpus.

Comes in: table ``documents``. Goes out: for each outlet the lines that stand, word for word, in
several of its stories. A story is counted once however many copies of it there are. Sentences
need far more evidence than prompts, and must stand at the end of the page: background that a
newspaper repeats from report to report is reporting, not furniture.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from analysis.tables import UNKNOWN
from analysis.text.pages.furniture import Verdict, is_sentence

if TYPE_CHECKING:
    import pandas as pd

MIN_STORIES = 3
MIN_SHARE = 0.02
MIN_STORIES_SENTENCE = 6
MIN_SHARE_SENTENCE = 0.2
_LONGEST = 200

Repeats = dict[str, dict[str, float]]


def learn_repeats(documents: pd.DataFrame) -> Repeats:
    """Return for each outlet the lines it repeats, with the confidence that each is furniture.

    Parameters
    ----------
    documents : DataFrame
        Table ``documents``; only ``outlet`` and ``raw`` are read.

    Returns
    -------
    dict
        Outlet → line → confidence (higher is surer). Documents of unknown outlet are learnt
        from together, with five times the stories asked for.
    """
    seen: dict[str, Counter[str]] = {}
    stories: dict[str, set[int]] = {}
    for outlet, raw in zip(documents["outlet"], documents["raw"], strict=True):
        lines = [line for line in map(str.strip, raw.split("\n")) if line]
        # Copies of a story have the same longest line: only the first of them is counted.
        story = hash(max(lines, key=len, default=""))
        if story in stories.setdefault(outlet, set()):
            continue
        stories[outlet].add(story)
        seen.setdefault(outlet, Counter()).update(_candidates(lines))
    return {
        outlet: learnt
        for outlet, counts in seen.items()
        if (learnt := _learnt(counts, len(stories[outlet]), outlet))
    }


def repeated_lines(lines: list[str], learnt: dict[str, float]) -> list[Verdict | None]:
    """Return a verdict for each line that its outlet repeats."""
    last = _foot(lines)
    found: list[Verdict | None] = []
    for place, line in enumerate(lines):
        confidence = learnt.get(line)
        if confidence is None or (place < last and is_sentence(line)):
            found.append(None)
        else:
            found.append(Verdict("repeated by the outlet", confidence))
    return found


def _foot(lines: list[str]) -> int:
    """Where the last three lines of a text begin, none of them in its first half."""
    return max(len(lines) - 3, len(lines) // 2 + 1)


def _candidates(lines: list[str]) -> set[str]:
    last = _foot(lines)
    return {
        line
        for place, line in enumerate(lines)
        if len(line) <= _LONGEST and (place >= last or not is_sentence(line))
    }


def _learnt(counts: Counter[str], stories: int, outlet: str) -> dict[str, float]:
    more = 5 if outlet == UNKNOWN else 1
    learnt = {}
    for line, count in counts.items():
        if count < MIN_STORIES * more:
            continue
        if is_sentence(line):
            enough = count >= MIN_STORIES_SENTENCE * more and count >= MIN_SHARE_SENTENCE * stories
        else:
            enough = count >= MIN_SHARE * stories
        if enough:
            # In steps of doubling: a few more articles leave all others of the outlet as they are.
            doubled = MIN_STORIES * 2 ** int(math.log2(count / MIN_STORIES))
            learnt[line] = round(1 - 1 / (1 + doubled), 3)
    return learnt
