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
from bisect import bisect_right
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from analysis.tables import UNRESOLVED, check_table
from analysis.text.speech.ascription import Ascription
from analysis.text.speech.attributions import Link, find_reported
from analysis.text.speech.cue_grammar import mend_reported
from analysis.text.speech.cues import cue_kind
from analysis.text.speech.lone_cues import LOOSE
from analysis.text.speech.lost_marks import recover_marks
from analysis.text.speech.quotation_marks import Marked, find_marked
from analysis.text.speech.reported_speech import Tagger, load_tagger
from analysis.text.speech.speakers import Speakers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "find_quotations", "recover_marks"]
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_QUESTION = re.compile(
    r"(?:the|a|this|that|his|her|their|its)\s+(?:question|statement|claim|comment|remark|word|phrase|"
    r"term|slogan)s?",
    re.I,
)
_OPENS = "“\"'‘«`„‟"
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
    reported = mend_reported(text, sentences, reported)
    if not marked and not reported.contents:
        return []
    begins = [start for start, _, _ in sentences]
    speakers = Speakers(text, known, begins, quoted, reported.sources)
    article = Ascription(
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
    if at > span[0]:
        # "answered the question “…”": what is left of a noun phrase is no one's words either.
        trimmed = [one for one in trimmed if one[0] >= at or not _QUESTION.fullmatch(text, *one)]
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
