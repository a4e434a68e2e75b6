"""From the tagger's probabilities to attributions: who is said to say what, introduced how.

Comes in: the tagged tokens of one article. Goes out: spans of cues, of the words that name the
source and of someone's words, and for a quotation the cue and the source that belong to it: the
nearest of its sentence, where other people's words between them count as distance.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter

import numpy as np

from analysis.text.speech.cues import read_cue_verbs, speech_pattern
from analysis.text.speech.reported_speech import PUNCTUATION, ROLES, Tokens

_THRESHOLDS = {"source": 0.4, "cue": 0.3}  # as the prices below
_LEANING, _CHANGE, _CHANGE_AT_MARK = (
    0.3,
    2.0,
    0.6,
)  # in log odds; chosen on training articles held back
_BEYOND = 200
_NEAR, _TOUCHING = 20, 3
_SOURCE_PHRASE = re.compile(
    r"\b(?:according to|in the words of|in the (?:view|opinion) of)\b", re.I
)
_PHRASE_ENDS = re.compile(r"[,;:–—](?=\s)|[.!?][\"”’]?$")
_WORD = re.compile(r"\w")
# "said at a" breaks off amid "at a meeting"; "called on" and "according to" are whole.
_BREAKS_OFF = re.compile(r"(?<=\w)(?:\s+[a-z]+)?\s+(?:an?|the|his|her|their|its)$", re.I)
_LETTERS = re.compile(r"[^\W\d_]+")
_TWO_WORDS = re.compile(r"(?:[^\W\d_]+\s+){1,2}$")
_NOBODY = frozenset("as of in to and but the a an for by with on at".split())
# Who is named by these alone is no speaker: "on Friday called on", "Today, officials say".
_NO_SOURCE = frozenset(
    "today yesterday tomorrow tonight monday tuesday wednesday thursday friday saturday sunday "
    "january february march april june july august september october november december on in at "
    "nearly earlier later then now once also still just even meanwhile recently last this week "
    "month year morning evening night".split()
)
# A stretch that begins so says more of the source before it.
_GOES_ON = frozenset("who which whose that of for in at from with on to and including".split())
_AS_MANY = 12  # spans looked at to each side
_OPENING = "$£€\"“‘'«("


@dataclass(slots=True)
class Reported:
    """What is said about speech in one article: spans in order, none overlapping its like."""

    cues: list[tuple[int, int]]
    sources: list[tuple[int, int]]
    contents: list[tuple[int, int]]
    likely: np.ndarray  # probability of each token to be someone's words
    # Sources named by "according to …", and that phrase: they introduce nothing else.
    phrased: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Link:
    """The cue and the source of one quotation, where there is one."""

    cue: tuple[int, int] | None = None
    source: tuple[int, int] | None = None


def find_reported(
    text: str, sentences: list[tuple[int, int, int]], tokens: Tokens, tagged: np.ndarray
) -> Reported:
    """Read sources, cues and reported words off the tagger's probabilities.

    Sources and cues are stretches of tokens more likely inside than a threshold, cut where the
    tagger sees a new beginning. Reported words are the likeliest way through the article when
    each change between said and not said, other than between sentences, has its price: so that
    no clause falls to pieces over one doubtful word.
    """
    edges = np.zeros(len(tokens.starts) + 1, dtype=bool)
    edges[np.searchsorted(tokens.starts, [start for start, _, _ in sentences])] = True
    edges = edges[:-1]
    inside = 1 - tagged[:, :, 0]
    sources, cues = (inside[:, number] > _THRESHOLDS[ROLES[number]] for number in (0, 1))
    likely = inside[:, 2]
    prices = _prices(tokens, sources | cues, edges)
    said = _likeliest(np.where(sources | cues, likely * 0.1, likely), prices)
    found = Reported(
        _runs(text, tokens, cues, tagged[:, 1], edges),
        _runs(text, tokens, sources, tagged[:, 0], edges),
        _runs(text, tokens, said, tagged[:, 2], edges),
        likely,
    )
    found.cues[:] = [_whole_phrase(text, _with_verb(text, cue)) for cue in found.cues]
    found.sources[:] = [span for span in _joined(text, found.sources) if _names_someone(text, span)]
    for phrase in _SOURCE_PHRASE.finditer(text):
        _complete(text, phrase, sentences, found)
    for phrase in _trailing().finditer(text):
        _turn_round(phrase, sentences, found)
    return found


def _joined(text: str, sources: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a source and what only says more of it: "Ann Roe," "who is a nurse,"."""
    joined: list[tuple[int, int]] = []
    for start, end in sources:
        if joined and not text[joined[-1][1] : start].strip(" ,"):
            words = _LETTERS.findall(text[start:end])
            if len(words) > 1 and words[0] in _GOES_ON:
                joined[-1] = (joined[-1][0], end)
                continue
        joined.append((start, end))
    return joined


def _names_someone(text: str, source: tuple[int, int]) -> bool:
    words = _LETTERS.findall(text[source[0] : source[1]].lower())
    return not words or not all(word in _NO_SOURCE for word in words)


def _with_verb(text: str, cue: tuple[int, int]) -> tuple[int, int]:
    """Take the verb of speech into a cue that begins just after it (stated this month)."""
    start, end = cue
    if not any(word.lower() in read_cue_verbs() for word in text[start:end].split()):
        before = _TWO_WORDS.search(text, max(0, start - 40), start)
        for word in _LETTERS.finditer(before.group()) if before else ():
            verb = read_cue_verbs().get(word.group().lower())
            if verb is not None and verb.reading == "speech" and word.group() != verb.lemma:
                return before.start() + word.start(), end
    return cue


def _whole_phrase(text: str, cue: tuple[int, int]) -> tuple[int, int]:
    """Take the beginning of a phrase that breaks off after its article from the end of a cue."""
    found = _BREAKS_OFF.search(text, cue[0], cue[1])
    if found is None:
        return cue
    words = found.group().split()
    if len(words) == 2 and words[0].lower() not in _NOBODY:
        return cue[0], found.end() - len(words[1]) - 1
    return cue[0], found.start()


@cache
def _trailing() -> re.Pattern:
    """Return the end of a sentence that says whose the rest of it is: “…, Ann Roe stated.”"""
    return re.compile(
        rf",\s+((?:[A-Z][\w.’'-]+\s){{0,3}}[A-Z][\w’'-]+|he|she|they)\s+({speech_pattern()})"
        r"(?=\s*[.;]|\s+(?:in|on|at|to|during|after|last|this)\s[^,;]*[.;]|\s*$)"
    )


def _turn_round(phrase: re.Match, sentences: list[tuple[int, int, int]], found: Reported) -> None:
    """Give a sentence to the speaker it ends with, where the tagger saw no cue there."""
    place = bisect_right(sentences, phrase.start(), key=itemgetter(0)) - 1
    start, end, _ = sentences[place]
    if phrase.end() > end or _within(found.contents, phrase.start() + 1, phrase.end()):
        return
    if _within(found.cues, *phrase.span()):
        # The tagger saw it: only make whole what it took for someone's words before.
        first = bisect_left(found.contents, (start, 0))
        last = bisect_left(found.contents, (phrase.start(), 0))
        said = sum(b - a for a, b in found.contents[first:last])
        if said < 0.5 * (phrase.start() - start):
            return
        while _within(found.cues, *phrase.span()):
            del found.cues[bisect_left(found.cues, (phrase.end(), 0)) - 1]
    for spans in (found.cues, found.sources, found.contents):
        while _within(spans, start, phrase.start()):
            del spans[bisect_left(spans, (phrase.start(), 0)) - 1]
    while _within(found.sources, *phrase.span(1)):
        del found.sources[bisect_left(found.sources, (phrase.end(1), 0)) - 1]
    insort(found.cues, phrase.span(2))
    insort(found.sources, phrase.span(1))
    insort(found.contents, (start, phrase.start()))


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
    while _within(found.sources, phrase.end(), last):
        del found.sources[bisect_left(found.sources, (last, 0)) - 1]
    insort(found.sources, (phrase.end() + 1, last))
    found.phrased[phrase.end() + 1, last] = phrase.span()
    opens = not _WORD.search(text, start, phrase.start())
    if opens and stop is not None:
        _take_clause(text, (last + 1, end), found)
    if not _within(found.contents, start, end):
        first, final = (last + 1, end - 1) if opens else (start, phrase.start())
        while first < final and not (text[first].isalnum() or text[first] in _OPENING):
            first += 1
        while final > first and (text[final - 1].isspace() or text[final - 1] in ",;:–—-"):
            final -= 1
        if first < final:
            insort(found.contents, (first, final))


def _take_clause(text: str, rest: tuple[int, int], found: Reported) -> None:
    """Make one clause of what follows "According to …,": verbs in it that say nothing are no cues.

    What another person of the sentence says stays theirs.
    """
    cues = found.cues[bisect_left(found.cues, (rest[0], 0)) : bisect_left(found.cues, (rest[1], 0))]
    if not cues or _within(found.sources, *rest):
        return
    if any(word.lower() in read_cue_verbs() for cue in cues for word in text[slice(*cue)].split()):
        return
    contents = found.contents
    inside = contents[bisect_left(contents, (rest[0], 0)) : bisect_left(contents, (rest[1], 0))]
    if inside:
        for spans, gone in ((found.cues, cues), (contents, inside)):
            for one in gone:
                spans.remove(one)
        insort(contents, (inside[0][0], inside[-1][1]))


def _within(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Say whether any span overlaps start:end."""
    place = bisect_left(spans, (end, 0))
    return any(last > start for _, last in spans[max(0, place - 2) : place])


def _prices(tokens: Tokens, named: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return what a change before each token costs: little where clauses are parted."""
    prices = np.full(len(edges), _CHANGE)
    marks = tokens.features[:, 2] == PUNCTUATION
    for near, price in ((marks, _CHANGE_AT_MARK), (named, 0.0)):
        prices[near] = price
        prices[1:][near[:-1]] = price
    prices[edges] = 0
    return prices


def _likeliest(likely: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """Return which tokens are said, by the best path of two states (Viterbi)."""
    sure = np.clip(likely, 1e-4, 1 - 1e-4)
    gains = (np.log(sure / (1 - sure)) + _LEANING).tolist()
    out, said, stayed = 0.0, -1e9, []
    for gain, price in zip(gains, prices.tolist(), strict=True):
        to_out, to_said = said - price, out - price
        left, joined = to_out > out, to_said > said
        stayed.append((left, joined))
        out = to_out if left else out
        said = (to_said if joined else said) + gain
    path = np.zeros(len(gains), dtype=bool)
    state = said > out
    for place in range(len(gains) - 1, -1, -1):
        path[place] = state
        left, joined = stayed[place]
        state = (not joined) if state else left
    return path


def _runs(
    text: str, tokens: Tokens, inside: np.ndarray, tagged: np.ndarray, edges: np.ndarray
) -> list[tuple[int, int]]:
    """Return the spans of consecutive tokens, in characters."""
    if not inside.any():
        return []
    begins = inside & (tagged[:, 1] > tagged[:, 2])
    begins[1:] |= inside[1:] & ~inside[:-1]
    begins[0] |= inside[0]
    begins |= inside & edges
    ends = inside.copy()
    ends[:-1] &= ~inside[1:] | begins[1:]
    firsts, lasts = np.flatnonzero(begins), np.flatnonzero(ends)
    found = []
    for first, last in zip(
        tokens.starts[firsts].tolist(), tokens.ends[lasts].tolist(), strict=True
    ):
        if text[first:last].lower() not in _NOBODY and _WORD.search(text, first, last):
            found.append((first, last))
    return found


def link_cue(
    start: int,
    end: int,
    sentence: tuple[int, int],
    reported: Reported,
    taken: list[tuple[int, int]],
    names: Sequence[tuple[int, int]] = (),
    later: int = 0,
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
    names : sequence of (start, end)
        In order: names and pronouns, taken for the source where the tagger found none near.
    later : int
        How much nearer, in characters, a cue after the stretch counts than one before it.
    """
    cue, _ = _nearest(reported.cues, start, end, sentence, taken, earlier=-later)
    if cue is None:
        return Link(None, _nearest(reported.sources, start, end, sentence, taken)[0])
    return Link(cue, link_source(cue, sentence, reported, taken, names))


def link_source(
    cue: tuple[int, int],
    sentence: tuple[int, int],
    reported: Reported,
    taken: list[tuple[int, int]],
    names: Sequence[tuple[int, int]],
) -> tuple[int, int] | None:
    """Return the source nearest to a cue; parameters as in :func:`link_cue`."""
    sources = reported.sources
    if reported.phrased:
        introduced = (reported.phrased.get(one, cue) for one in sources)
        pairs = zip(sources, introduced, strict=True)
        sources = [one for one, (a, b) in pairs if a < cue[1] and b > cue[0]]
    source, gap = _nearest(sources, *cue, sentence, taken, earlier=4)
    if gap > _NEAR:
        # A name that touches the cue; else, where nothing was tagged, the sentence's first.
        name, closer = _nearest(names, *cue, sentence, taken, earlier=0)
        if closer <= _TOUCHING:
            return name
        if source is None:
            first = bisect_left(names, (sentence[0], 0))
            return names[first] if first < bisect_left(names, (cue[0], 0)) else None
    return source


def _nearest(
    spans: Sequence[tuple[int, int]],
    start: int,
    end: int,
    sentence: tuple[int, int],
    taken: list[tuple[int, int]],
    earlier: int = 0,
) -> tuple[tuple[int, int] | None, float]:
    """Return the span nearest to start:end in the sentence, and how far it is.

    ``earlier`` favours spans before start by as many characters.
    """
    best, least = None, math.inf
    low, high = bisect_left(spans, (sentence[0], 0)), bisect_left(spans, (sentence[1], 0))
    here = bisect_left(spans, (start, 0))
    for a, b in spans[max(low, here - _AS_MANY) : min(high, here + _AS_MANY)]:
        if a < end and b > start:
            continue
        before = b <= start
        gap = start - b - earlier if before else a - end
        low, high = (b, start) if before else (end, a)
        # Words of others between them count for more than the outlet's.
        if gap > 8:
            first, last = bisect_left(taken, (low, 0)), bisect_left(taken, (high, 0))
            gap += _BEYOND * (last - first - (last > first and taken[last - 1][1] > high))
        if gap < least:
            best, least = (a, b), gap
    return best, least
