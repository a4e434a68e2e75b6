"""From the tagger's probabilities to attributions: who is said to say what, introduced how.

Comes in: the tagged tokens of one article. Goes out: spans of cues, of the words that name the
source and of someone's words, and for a quotation the cue and the source that belong to it: the
nearest of its sentence, where other people's words between them count as distance.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from analysis.text.reported_speech import ROLES, Tokens

_THRESHOLDS = {"source": 0.4, "cue": 0.4, "content": 0.4}
_BEYOND = 200
_SOURCE_PHRASE = re.compile(
    r"\b(?:according to|in the words of|in the (?:view|opinion) of)\b", re.I
)
_PHRASE_ENDS = re.compile(r"[,;:–—](?=\s)|[.!?][\"”’]?$")
_OPENING = "$£€\"“‘'«("


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
        In order: other quoted or reported words: what lies beyond them belongs to them rather.
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
        if gap > 8:
            for c, d in taken[bisect_left(taken, (low, 0)) :]:
                if c >= high:
                    break
                gap += _BEYOND * (d <= high)
        if least is None or gap < least:
            best, least = (a, b), gap
    return best
