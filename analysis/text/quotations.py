"""Articles and sentences in, quotations out: what is quoted, by whom, introduced how.

One row per stretch of someone's words: ``direct`` (between quotation marks), ``mixed`` (a partial
quotation inside the outlet's sentence, ascribed to someone there), ``indirect`` (reported without
marks after a cue), ``scare`` (one to four words between marks that nobody is said to have said:
the outlet's own choice) and ``unresolved`` (an odd mark leaves open what is quoted). Spans
include the marks. A ``mixed`` row may lie inside an ``indirect`` one; other rows do not overlap.
Quotation marks that a copy lost are recovered from another article with the same words.

There is no up or down here; who speaks is as good as the benchmark ``attributions`` says.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.tables import UNRESOLVED, check_table
from analysis.text.speech.attributions import Link, Reported, find_reported, link_cue, link_source
from analysis.text.speech.cues import cue_kind
from analysis.text.speech.lone_cues import LOOSE, words_introduced
from analysis.text.speech.lost_marks import recover_marks
from analysis.text.speech.quotation_marks import Marked, find_marked
from analysis.text.speech.reported_speech import Tagger, Tokens, load_tagger
from analysis.text.speech.speakers import Speakers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "find_quotations", "recover_marks"]
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_FIRST_PERSON = re.compile(r"\b(?:I|we|our|my|us|me)\b")
_OPENS = "“\"'‘«`„‟"
_PARTICIPLE = re.compile(r"(?:also |then )?[a-z]+ing\b")
_SCARE_WORDS = 4
_SAID, _UNSAID = 0.5, 0.25
_ASKS = 8
# A line under a quotation that says whose it is: - Ann Roe, mayor.
_SIGNED = re.compile(r"(?:[-–—~]|--)\s*([A-Z][^\n.;:]{2,60}?)(?=[,.(]|\s*$)")
COLUMNS = (
    "quotation_id", "article_id", "start", "end", "text", "kind", "speaker", "speaker_start",
    "speaker_end", "cue", "cue_start", "cue_end", "cue_kind", "recovered", "recovered_from",
    "nested",
)  # fmt: skip


def find_quotations(
    articles: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    shared: pd.DataFrame | None = None,
    actors: Any = None,
) -> pd.DataFrame:
    """Find what is quoted or reported in every article, with its cue and speaker.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``.
    sentences : DataFrame
        Table ``sentences`` of these articles.
    shared : DataFrame, optional
        Table ``shared_sentences``: where articles say the same words. Lost quotation marks are
        recovered along it; see :func:`recover_marks`.
    actors : Actors, optional
        What ``find_actors`` found: speakers are then named as there.

    Returns
    -------
    DataFrame
        Table ``quotations``, with ``nested`` (how many quotations lie inside) as a further
        column. Speaker and cue are ``unresolved`` and empty where none was found.
    """
    import pandas as pd

    aliases = _aliases(articles, actors)
    spans: dict[str, list[tuple[int, int, int]]] = {}
    captions: dict[str, set[int]] = {}
    columns = ("article_id", "paragraph", "part", "start", "end")
    for article_id, paragraph, part, start, end in zip(
        *(sentences[c].tolist() for c in columns), strict=True
    ):
        spans.setdefault(article_id, []).append((start, end, paragraph))
        if part == "caption":
            captions.setdefault(article_id, set()).add(paragraph)
    tagger = load_tagger()
    rows: list[tuple] = []
    for article_id, text in zip(articles["article_id"], articles["text"], strict=True):
        here = sorted(spans.get(article_id, []))
        if here:
            known, apart = aliases.get(article_id), captions.get(article_id, set())
            rows.extend(_quote_article(article_id, text, here, apart, known, tagger))
    quotations = check_table(pd.DataFrame(rows, columns=list(COLUMNS)), "quotations")
    return recover_marks(articles, quotations, shared)


def _quote_article(
    article_id: str,
    text: str,
    sentences: list[tuple[int, int, int]],
    captions: set[int],
    known: dict[str, tuple[str, str]] | None,
    tagger: Tagger,
) -> list[tuple]:
    """Return the rows of one article."""
    bounds = _bounds(sentences)
    story = _bounds([one for one in sentences if one[2] not in captions])
    marked = _marked_around(text, story, [bound for bound in bounds if bound not in story])
    quoted = [(one.start, one.end) for one in marked]
    tokens = tagger.reader.read(text, sentences, quoted)
    reported = find_reported(text, sentences, tokens, tagger.tag(tokens))
    if not marked and not reported.contents:
        return []
    speakers = Speakers(text, known, [start for start, _, _ in sentences], quoted)
    article = _Article(
        text,
        sentences,
        bounds,
        story,
        tokens,
        reported,
        quoted,
        sorted(quoted + reported.contents),
        speakers,
    )
    rows: list[tuple] = []
    direct: list[tuple[int, int]] = []
    cues: set[tuple[int, int] | None] = set()
    previous, previous_end = Link(), -1
    for one in marked:
        link, kind = article.judge(one)
        if kind == "direct" and link.source is None:
            link = article.carried(one, link, previous, previous_end)
        if kind in ("direct", "mixed") and link.source is not None:
            previous, previous_end = link, one.end
        if kind in ("direct", "unresolved"):
            direct.append((one.start, one.end))
        if kind in ("direct", "mixed"):
            cues.add(link.cue)
        rows.append(_row(article_id, text, one.start, one.end, kind, link, speakers, one.nested))
    for content, link in article.links(cues):
        for start, end in _without(text, content, direct):
            near = bisect_right(quoted, start, key=itemgetter(0)) - 1
            if near < 0 or end > quoted[near][1]:
                rows.append(_row(article_id, text, start, end, "indirect", link, speakers, 0))
    return sorted(rows, key=lambda row: (row[2], -row[3]))


@dataclass(slots=True)
class _Article:
    """What is known of one article while its quotations are judged."""

    text: str
    sentences: list[tuple[int, int, int]]
    bounds: list[tuple[int, int]]
    story: list[tuple[int, int]]  # the paragraphs that are no captions
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
        link = link_cue(start, end, around, self.reported, self.taken, self.names, later)
        source = self.subject(link, around)
        return Link(link.cue, self.speakers.widen(source, link.cue))

    def subject(self, link: Link, around: tuple[int, int]) -> tuple[int, int] | None:
        """Return the source of a cue; ", saying" after another cue has the same as that one."""
        cue, source = link.cue, link.source
        if cue is None or not _PARTICIPLE.match(self.text, cue[0], cue[1]):
            return source
        if not self.text[around[0] : cue[0]].rstrip().endswith(","):
            return source
        earlier = [
            one
            for one in _around(self.reported.cues, around[0], cue[0])
            if not _PARTICIPLE.match(self.text, *one)
        ]
        if not earlier or (source is not None and source[0] < earlier[-1][0]):
            return source
        first = link_source(earlier[-1], around, self.reported, self.taken, self.names)
        return source if first is None else first

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
                if lacks and self.touching(first, second):
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

    def sentence(self, at: int) -> int:
        return max(0, bisect_right(self.sentences, at, key=itemgetter(0)) - 1)

    def paragraph(self, at: int) -> int:
        return _place(self.bounds, at)


def _marked_around(
    text: str, story: list[tuple[int, int]], captions: list[tuple[int, int]]
) -> list[Marked]:
    """Return the marked stretches of an article, none of them across a caption.

    A caption may stand in the midst of a speech: what stood before it goes on behind it.
    """
    found = find_marked(text, story)
    for caption in captions:
        for one in [one for one in found if one.start < caption[0] and one.end > caption[1]]:
            behind = next(start for start, _ in story if start >= caption[1])
            opened = text[behind] in _OPENS
            found.append(replace(one, start=behind, opened=opened, goes_on=not opened))
            one.end, one.closed = len(text[: caption[0]].rstrip()), False
        found.extend(find_marked(text, [caption]))
    return sorted(found, key=lambda one: one.start)


def _around(spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans, given in order and at most three deep, that overlap start:end."""
    first = max(0, bisect_left(spans, (start, 0)) - 3)
    return [one for one in spans[first : bisect_left(spans, (end, 0))] if one[1] > start]


def _place(bounds: list[tuple[int, int]], at: int) -> int:
    return max(0, bisect_right(bounds, at, key=itemgetter(0)) - 1)


def _row(
    article_id: str,
    text: str,
    start: int,
    end: int,
    kind: str,
    link: Link,
    speakers: Speakers,
    nested: int,
) -> tuple:
    cue, source = link.cue, link.source
    if kind in ("scare", "unresolved"):
        cue = source = None
    spoken = text[cue[0] : cue[1]] if cue else ""
    return (
        f"{article_id}:q{start}" if kind != "indirect" else f"{article_id}:r{start}",
        article_id,
        start,
        end,
        text[start:end],
        kind,
        speakers.resolve(*source) if source else UNRESOLVED,
        source[0] if source else None,
        source[1] if source else None,
        spoken,
        cue[0] if cue else None,
        cue[1] if cue else None,
        cue_kind(spoken),
        False,
        None,
        nested,
    )


def _without(text: str, span: tuple[int, int], taken: list[tuple[int, int]]) -> list:
    """Return what is left of a span when others, in order, are taken out, if it holds words."""
    left, at = [], span[0]
    first = max(0, bisect_right(taken, span[0], key=itemgetter(0)) - 1)
    for start, end in taken[first : bisect_right(taken, span[1], key=itemgetter(0))]:
        if end <= at or start >= span[1]:
            continue
        left.append((at, start))
        at = end
    left.append((at, span[1]))
    trimmed = []
    for start, end in left:
        while start < end and not (text[start].isalnum() or text[start] in "$£€\"“‘'«("):
            start += 1
        while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:–—-"):
            end -= 1
        if start < end and _WORD.search(text, start, end):
            trimmed.append((start, end))
    if len(trimmed) > 1 or (trimmed and at > span[0]):
        # "…,” the minister said": the article is the outlet's, not the minister's.
        start, end = trimmed[-1]
        words = _WORD.findall(text, start, end)
        if start >= at and len(words) <= 2 and all(word.lower() in LOOSE for word in words):
            trimmed.pop()
    return trimmed


def _bounds(sentences: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Return where each paragraph that holds a sentence begins and ends."""
    paragraphs: dict[int, list[int]] = {}
    for start, end, paragraph in sentences:
        paragraphs.setdefault(paragraph, [start, end])[1] = end
    return sorted((start, end) for start, end in paragraphs.values())


def _title_case(text: str, one: Marked) -> bool:
    words = [word for word in _WORD.findall(text, one.start, one.end) if len(word) > 3]
    return bool(words) and all(word[0].isupper() or word[0].isdigit() for word in words)


def _aliases(articles: pd.DataFrame, actors: Any) -> dict[str, dict[str, tuple[str, str]]]:
    """Return article → alias → (actor, gender), for the events of the articles."""
    if actors is None:
        return {}
    by_event: dict[str, dict[str, tuple[str, str]]] = {}
    table = actors.actors
    for event, actor, gender, aliases in zip(
        *(table[c].tolist() for c in ("event", "actor", "gender", "aliases")), strict=True
    ):
        for alias in aliases.split("|"):
            by_event.setdefault(event, {}).setdefault(alias, (actor, gender))
    return {
        article_id: by_event.get(event, {})
        for article_id, event in zip(articles["article_id"], articles["event"], strict=True)
    }
