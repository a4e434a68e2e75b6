"""Marked and reported words of one article in; for each, its kind, its cue and its source out.

A stretch between quotation marks is ``direct``, ``mixed``, ``scare`` or ``unresolved`` by how
likely its words are someone's, by what stands around it, and by its marks. Its cue is the nearest
of its sentence, its source the nearest of that cue; who goes on speaking, or was announced, is
carried over. Reported words without marks have a cue of their own, or that of the words they go
on from; a cue that introduces nothing takes the words beside it. There is no up or down here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np

from analysis.text.speech.attributions import Link, Reported, link_cue, link_source
from analysis.text.speech.lone_cues import words_introduced
from analysis.text.speech.quotation_marks import Marked
from analysis.text.speech.reported_speech import Tokens
from analysis.text.speech.speakers import Speakers
from analysis.text.speech.subjects import (
    is_verb,
    subject_before,
    subject_of_participle,
)

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_FIRST_PERSON = re.compile(r"\b(?:I|we|our|my|us|me)\b")
_PARTICIPLE = re.compile(r"(?:also |then )?[a-z]+ing\b")
# Who was asked did not ask.
_ASKED = re.compile(r"\b(?:when|if|was|were|been|being)\s+(?:\w+ly\s+)?asked$", re.I)
_SCARE_WORDS = 4
_SAID, _UNSAID = 0.5, 0.25
_ASKS = 8
# A line under a quotation that says whose it is: - Ann Roe, mayor.
_SIGNED = re.compile(r"(?:[-–—~]|--)\s*([A-Z][^\n.;:]{2,60}?)(?=[,.(]|\s*$)")


@dataclass(slots=True)
class Ascription:
    """What is known of one article while it is judged whose words stand where.

    Parameters
    ----------
    text : str
        The article.
    sentences : list of (start, end, paragraph)
        In order.
    bounds, story : list of (start, end)
        Its paragraphs; those that are no captions.
    tokens, reported : Tokens, Reported
        What the tagger read and found.
    quoted, taken : list of (start, end)
        Stretches between quotation marks; these and the reported words together. In order.
    speakers : Speakers
        Who is named where.
    """

    text: str
    sentences: list[tuple[int, int, int]]
    bounds: list[tuple[int, int]]
    story: list[tuple[int, int]]
    tokens: Tokens
    reported: Reported
    quoted: list[tuple[int, int]]
    taken: list[tuple[int, int]]
    speakers: Speakers
    names: list[tuple[int, int]] = field(init=False)
    name_starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the names that stand in nobody's words."""
        starts = [start for start, _ in self.taken]
        self.names = []
        for name in self.speakers.spans:
            place = bisect_right(starts, name[0])
            # Quotations and reported words may overlap: two of them can begin before a name.
            if not any(end > name[0] for _, end in self.taken[max(0, place - 3) : place]):
                self.names.append(name)
        self.name_starts = [start for start, _ in self.names]

    def judge(self, one: Marked) -> tuple[Link, str]:
        """Return the cue and source of a marked stretch, and its kind."""
        text = self.text
        first, last = self.sentence(one.start), self.sentence(one.end - 1)
        n_words = len(_WORD.findall(text, one.start, one.end))
        before = _WORD.search(text, self.sentences[first][0], one.start)
        alone = not before and not _WORD.search(text, one.end, self.sentences[last][1])
        link = self.link(*self.whole(one.start, one.end))
        if one.goes_on:
            return link, "direct"
        if not one.opened:
            if link.cue is not None and text[one.end - 2] == "," and link.cue[0] >= one.end:
                return link, "direct"
            whole = any(start == one.start for start, _ in self.bounds)
            certain = whole and _FIRST_PERSON.search(text, one.start, one.end)
            return Link(), "direct" if certain else "unresolved"
        likely = self.likely(one.start, one.end)
        said = likely >= _SAID
        if not one.closed and not said and not alone:
            return Link(), "unresolved"
        if not said and not alone and (n_words <= _SCARE_WORDS or _title_case(text, one)):
            return Link(), "scare"
        if likely < _UNSAID and not alone:
            # A slogan, a sign, a title: somebody's words, and nothing tells whose.
            return Link(), "unresolved"
        opening = text[one.start + 1 : one.start + 3].strip("'[(")[:1]
        announced = text[one.start - 2 : one.start] == ": "
        partial = before and not opening.isupper() and not announced
        return link, "mixed" if partial else "direct"

    def link(self, start: int, end: int) -> Link:
        """Return the cue and source of a stretch within its sentence or sentences."""
        first, last = self.sentence(start), self.sentence(end - 1)
        around = (self.sentences[first][0], self.sentences[last][1])
        # “…,” asks for its attribution: what follows has it, not what stood before.
        later = _ASKS * (self.text[end - 2 : end - 1] == "," or self.text[end - 3 : end - 2] == ",")
        if _around(self.reported.cues, start - 2, start) and self.text[start - 2].isalnum():
            later = 0  # "decried the “…,” and": the object of its verb has what it needs.
        link = link_cue(start, end, around, self.reported, self.taken, self.names, later)
        source = self.subject(link, around)
        return Link(link.cue, self.speakers.widen(source, link.cue))

    def subject(self, link: Link, around: tuple[int, int]) -> tuple[int, int] | None:
        """Return the source of a cue; ", saying" after another cue has the same as that one."""
        cue, source = link.cue, link.source
        if cue is None:
            return source
        if _ASKED.search(self.text, around[0], cue[1]):
            return None
        if not _PARTICIPLE.match(self.text, cue[0], cue[1]):
            return self.grammatical(cue, source, around)
        if not self.text[around[0] : cue[0]].rstrip().endswith(","):
            near = source is not None and not _WORD.search(self.text, source[1], cue[0])
            return source if near else subject_of_participle(self.text, around[0], cue[0]) or source
        earlier = [
            one
            for one in _around(self.reported.cues, around[0], cue[0])
            if not _PARTICIPLE.match(self.text, *one)
        ]
        if not earlier or (source is not None and source[0] < earlier[-1][0]):
            return source
        first = link_source(earlier[-1], around, self.reported, self.taken, self.names)
        return source if first is None else first

    def grammatical(
        self, cue: tuple[int, int], source: tuple[int, int] | None, around: tuple[int, int]
    ) -> tuple[int, int] | None:
        """Return the subject of a cue where its source is another verb's, or a guess."""
        begin = self.sentences[self.sentence(cue[0])][0]
        if source is not None and source in self.reported.sources:
            between = _around(self.reported.cues, source[1], cue[0])
            if not any(is_verb(self.text, one) for one in between):
                return source
        elif source is not None and (
            source[0] >= cue[1] or not _WORD.search(self.text, source[1], cue[0])
        ):
            return source
        if not is_verb(self.text, cue):
            return source
        return subject_before(self.text, begin, cue[0]) or source

    def carried(self, one: Marked, link: Link, previous: Link, previous_end: int) -> Link:
        """Return who goes on speaking, or who was announced in the sentence before."""
        named = self.beside(one)
        if named is not None:
            return Link(link.cue, named)
        if previous_end >= 0:
            gap = self.text[previous_end : one.start]
            here, there = (_place(self.story, at) for at in (one.start, previous_end - 1))
            opens = self.story[here][0] == one.start
            if not _WORD.search(gap) or here == there or (opens and here == there + 1):
                return previous
        index = self.sentence(one.end - 1)
        if index + 1 < len(self.sentences):
            start, end, _ = self.sentences[index + 1]
            signed = _SIGNED.match(self.text, start, end)
            if signed and self.paragraph(start) != self.paragraph(one.end - 1):
                return Link(None, (signed.start(1), signed.end(1)))
        index = self.sentence(one.start)
        if index > 0 and self.text[self.sentences[index - 1][1] - 1] in ":,":
            start, end, _ = self.sentences[index - 1]
            return link_cue(end, end, (start, end), self.reported, [])
        return link

    def beside(self, one: Marked) -> tuple[int, int] | None:
        """Return the name that stands right before or after a quotation: Ann Roe: “…” (Roe)."""
        starts = self.name_starts
        place = bisect_right(starts, one.start) - 1
        if place >= 0:
            between = self.text[self.names[place][1] : one.start]
            if between.strip() in (":", ",", "-", "–", "—") and "\n" not in between:
                return self.names[place]
        place = bisect_right(starts, one.end - 1)
        if place < len(starts):
            between = self.text[one.end : starts[place]]
            if between.strip() in ("-", "–", "—", "--", "(") and "\n" not in between:
                return self.names[place]
        return None

    def whole(self, start: int, end: int) -> tuple[int, int]:
        """Return the reported words that a marked stretch is part of, else the stretch."""
        contents = self.reported.contents
        place = bisect_right(contents, start + 1, key=itemgetter(0)) - 1
        if place >= 0 and end - 2 <= contents[place][1]:
            return contents[place][0], max(contents[place][1], end)
        return start, end

    def likely(self, start: int, end: int) -> float:
        """Return how likely the words of a stretch are someone's."""
        first, last = np.searchsorted(self.tokens.starts, [start, end])
        inside = self.reported.likely[first:last]
        return float(inside.mean()) if len(inside) else 0.0

    def links(self, cues: set[tuple[int, int] | None]) -> Iterator[tuple[tuple[int, int], Link]]:
        """Yield reported words with their cue, or with that of the words they go on from.

        ``cues`` already introduce a quotation. A cue that introduces nothing takes the words
        beside it that are likeliest to be someone's.

        Without a cue of their own, words that go on from reported words before them, or lead
        up to some after them, have theirs. What is left counts only in an article without any
        quotation marks, where unmarked speech is to be expected; its speaker is unresolved.
        """
        contents = self.reported.contents
        links = [self.link(*content) for content in contents]
        numbers = range(1, len(contents))
        for steps, other in ((numbers, -1), (reversed(range(len(contents) - 1)), 1)):
            for number in steps:
                near = number + other
                first, second = sorted((contents[number], contents[near]))
                lacks = links[number].cue is None and links[near].cue is not None
                if lacks and self.touching(first, second) and self.opens_or_beside(number, near):
                    links[number] = links[near]
        unmarked = not any(self.quoted)
        for content, link in zip(contents, links, strict=True):
            if link.cue is not None or (unmarked and self.fills_sentence(*content)):
                yield content, link
        cues |= {link.cue for link in links}
        yield from self.introduced(cue for cue in self.reported.cues if cue not in cues)

    def introduced(self, cues: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], Link]]:
        """Yield what cues introduce that no quotation was linked to."""
        reported = self.reported
        taken = sorted([*reported.cues, *self.taken])
        for cue in cues:
            if _around(self.quoted, cue[0], cue[0] + 1):
                continue
            start, end, _ = self.sentences[self.sentence(cue[0])]
            found = words_introduced(
                cue,
                (start, end),
                self.tokens,
                reported.likely,
                _around(taken, start, end),
                _around(reported.sources, start, end),
                self.text,
            )
            if found is not None:
                insort(taken, found)
                source = link_source(cue, (start, end), reported, self.taken, self.names)
                source = self.subject(Link(cue, source), (start, end))
                yield found, Link(cue, self.speakers.widen(source, cue))

    def fills_sentence(self, start: int, end: int) -> bool:
        """Say whether a stretch leaves out no word of its sentences."""
        first, last = self.sentences[self.sentence(start)], self.sentences[self.sentence(end - 1)]
        before = _WORD.search(self.text, first[0], start)
        return before is None and _WORD.search(self.text, end, last[1]) is None

    def touching(self, first: tuple[int, int], second: tuple[int, int]) -> bool:
        """Say whether no word stands between two stretches, and no new speaker is likely.

        A new paragraph parts them, unless its speaker goes on about himself (I, we).
        """
        if _WORD.search(self.text, first[1], second[0]):
            return False
        same = self.paragraph(first[1] - 1) == self.paragraph(second[0])
        return same or _FIRST_PERSON.search(self.text, *second) is not None

    def opens_or_beside(self, number: int, near: int) -> bool:
        """Say whether reported words stand in the sentence of others, or open their own.

        Words in the midst of a sentence that begins in the outlet's voice are not said by who
        speaks in another sentence. Without quotation marks in the article the edges of reported
        words are too uncertain to say so.
        """
        if not self.quoted:
            return True
        one, other = self.reported.contents[number], self.reported.contents[near]
        here = self.sentence(one[0])
        if here == self.sentence(other[1] - 1 if other < one else other[0]):
            return True
        return _WORD.search(self.text, self.sentences[here][0], one[0]) is None

    def sentence(self, at: int) -> int:
        """Return the number of the sentence that holds a character."""
        return max(0, bisect_right(self.sentences, at, key=itemgetter(0)) - 1)

    def paragraph(self, at: int) -> int:
        """Return the number of the paragraph that holds a character."""
        return _place(self.bounds, at)


def _around(spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans, given in order and at most three deep, that overlap start:end."""
    first = max(0, bisect_left(spans, (start, 0)) - 3)
    return [one for one in spans[first : bisect_left(spans, (end, 0))] if one[1] > start]


def _place(bounds: list[tuple[int, int]], at: int) -> int:
    return max(0, bisect_right(bounds, at, key=itemgetter(0)) - 1)


def _title_case(text: str, one: Marked) -> bool:
    words = [word for word in _WORD.findall(text, one.start, one.end) if len(word) > 3]
    return bool(words) and all(word[0].isupper() or word[0].isdigit() for word in words)
