"""The words that introduce what someone says: cue verbs, their kinds, and where they stand.

Comes in: the tagged tokens of one article. Goes out: spans of cues, of the words that name the
source, and of someone's words, and for a quotation the cue and source nearest to it. The kind of
a cue says how the writer places himself to the words: ``neutral`` (said, told), ``doubting``
(claimed, alleged), ``endorsing`` (revealed, admitted, noted); the list is data, with its sources
in ``data/lexicons/cue_verbs.csv``.

References
----------
Thompson, G., & Ye, Y. (1991). Evaluation in the reporting verbs used in academic papers.
Applied Linguistics, 12(4), 365-382. https://doi.org/10.1093/applin/12.4.365
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.text.reported_speech import Tokens

_LIST = Path(__file__).resolve().parents[2] / "data" / "lexicons" / "cue_verbs.csv"
ROLES = ("source", "cue", "content")
_THRESHOLDS = {"source": 0.4, "cue": 0.4, "content": 0.4}
_BEYOND = 200
_SOURCE_PHRASE = re.compile(
    r"\b(?:according to|in the words of|in the (?:view|opinion) of)\b", re.I
)
_PHRASE_ENDS = re.compile(r"[,;:–—](?=\s)|[.!?][\"”’]?$")
_OPENING = "$£€\"“‘'«("
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class CueVerb:
    """One form of a cue: its kind, and whether it reports speech, thought or a judgement."""

    lemma: str
    kind: str
    reading: str


@cache
def read_cue_verbs() -> dict[str, CueVerb]:
    """Return every form of the shipped list with what it means."""
    with _LIST.open(encoding="utf-8", newline="") as lines:
        return {
            row["verb"]: CueVerb(row["lemma"], row["kind"], row["reading"])
            for row in csv.DictReader(lines)
        }


@cache
def cue_kind(cue: str) -> str:
    """Return ``neutral``, ``doubting``, ``endorsing``, or ``none`` for no cue.

    The longest listed form in the cue decides; of two equally long ones, the last, since
    auxiliaries stand before the verb ("has been asked to confirm"). A cue that is not in the
    list is neutral: nothing in it is known to doubt or endorse.

    Examples
    --------
    >>> cue_kind("has repeatedly claimed"), cue_kind("pointed out"), cue_kind("")
    ('doubting', 'endorsing', 'none')
    """
    verbs = read_cue_verbs()
    words = [word.replace("’", "'").lower() for word in _WORD.findall(cue)]
    for length in (4, 3, 2, 1):
        for first in range(len(words) - length, -1, -1):
            known = verbs.get(" ".join(words[first : first + length]))
            if known:
                return known.kind
    return "neutral" if words else "none"


@dataclass(slots=True)
class Reported:
    """What is said about speech in one article: spans in order, none overlapping its like."""

    cues: list[tuple[int, int]]
    sources: list[tuple[int, int]]
    contents: list[tuple[int, int]]
    likely: np.ndarray  # probability of each token to be someone's words


@dataclass(slots=True)
class Link:
    """The cue and the source of one quotation, where there is one."""

    cue: tuple[int, int] | None = None
    source: tuple[int, int] | None = None


def find_reported(
    text: str, sentences: list[tuple[int, int, int]], tokens: Tokens, tagged: np.ndarray
) -> Reported:
    """Read sources, cues and reported words off the tagger's probabilities.

    A stretch of tokens that are more likely inside than a threshold is one span, cut where the
    tagger sees a new beginning and at the ends of sentences.
    """
    edges = np.searchsorted(tokens.starts, [start for start, _, _ in sentences])
    spans = {
        role: _runs(text, tokens, tagged[:, number], _THRESHOLDS[role], edges)
        for number, role in enumerate(ROLES)
    }
    likely = 1 - tagged[:, ROLES.index("content"), 0]
    found = Reported(spans["cue"], spans["source"], spans["content"], likely)
    for phrase in _SOURCE_PHRASE.finditer(text):
        _complete(text, phrase, sentences, found)
    return found


def _complete(
    text: str, phrase: re.Match, sentences: list[tuple[int, int, int]], found: Reported
) -> None:
    """Add what the tagger missed of "according to": it is rare at the head of a sentence."""
    place = bisect_right(sentences, phrase.start(), key=itemgetter(0)) - 1
    if place < 0 or phrase.end() >= sentences[place][1]:
        return
    start, end, _ = sentences[place]
    stop = _PHRASE_ENDS.search(text, phrase.end() + 1, end)
    last = stop.start() if stop else end
    if not _within(found.cues, phrase.start(), phrase.end()):
        if _within(found.contents, phrase.start(), phrase.end()):
            return
        insort(found.cues, phrase.span())
    if not _within(found.sources, phrase.end(), last):
        insort(found.sources, (phrase.end() + 1, last))
    if not _within(found.contents, start, end):
        opens = not any(character.isalnum() for character in text[start : phrase.start()])
        first, final = (last + 1, end - 1) if opens else (start, phrase.start())
        while first < final and not (text[first].isalnum() or text[first] in _OPENING):
            first += 1
        while final > first and (text[final - 1].isspace() or text[final - 1] in ",;:–—-"):
            final -= 1
        if first < final:
            insort(found.contents, (first, final))


def _within(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Say whether any span overlaps start:end."""
    place = bisect_left(spans, (end, 0))
    return any(last > start for _, last in spans[max(0, place - 2) : place])


def _runs(
    text: str, tokens: Tokens, tagged: np.ndarray, threshold: float, edges: np.ndarray
) -> list[tuple[int, int]]:
    inside = 1 - tagged[:, 0] > threshold
    if not inside.any():
        return []
    begins = inside & (tagged[:, 1] > tagged[:, 2])
    begins[1:] |= inside[1:] & ~inside[:-1]
    begins[0] |= inside[0]
    cut = np.zeros(len(inside) + 1, dtype=bool)
    cut[edges] = True
    begins |= inside & cut[:-1]
    ends = inside.copy()
    ends[:-1] &= ~inside[1:] | begins[1:]
    firsts, lasts = np.flatnonzero(begins), np.flatnonzero(ends)
    found = []
    for first, last in zip(
        tokens.starts[firsts].tolist(), tokens.ends[lasts].tolist(), strict=True
    ):
        if any(character.isalnum() for character in text[first:last]):
            found.append((first, last))
    return found


def link_cue(
    start: int, end: int, sentence: tuple[int, int], reported: Reported, taken: list
) -> Link:
    """Return the cue nearest to a stretch within its sentence, and the source nearest to that.

    Parameters
    ----------
    start, end : int
        The quoted or reported words.
    sentence : (start, end)
        From the beginning of the sentence they begin in to the end of that they end in.
    reported : Reported
        What the tagger found in the article.
    taken : list of (start, end)
        Other quoted or reported words: what lies beyond them belongs to them rather.
    """
    cue = _nearest(reported.cues, start, end, sentence, taken)
    if cue is None:
        source = _nearest(reported.sources, start, end, sentence, taken)
        return Link(None, source)
    return Link(cue, _nearest(reported.sources, *cue, sentence, taken, left=4))


def _nearest(
    spans: list[tuple[int, int]],
    start: int,
    end: int,
    sentence: tuple[int, int],
    taken: list[tuple[int, int]],
    left: int = 0,
) -> tuple[int, int] | None:
    """Return the span nearest to start:end in the sentence; ``left`` favours earlier ones."""
    best, least = None, None
    first = bisect_left(spans, (sentence[0], 0))
    for a, b in spans[first:]:
        if a >= sentence[1]:
            break
        if a < end and b > start:
            continue
        before = b <= start
        gap = start - b - left if before else a - end
        low, high = (b, start) if before else (end, a)
        # Words of others between them count for more than the outlet's.
        gap += sum(_BEYOND for c, d in taken if low <= c and d <= high)
        if least is None or gap < least:
            best, least = (a, b), gap
    return best
