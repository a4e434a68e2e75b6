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
from typing import TYPE_CHECKING, Any

from analysis.tables import UNRESOLVED, check_table
from analysis.text.cues import Reported, cue_kind, find_reported
from analysis.text.quotation_marks import Marked, find_marked
from analysis.text.speakers import Speakers

if TYPE_CHECKING:
    import pandas as pd

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_FIRST_PERSON = re.compile(r"\b(?:I|we|our|my|us|me)\b")
_SCARE_WORDS = 4
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
    for article_id, paragraph, start, end in zip(
        *(sentences[c].tolist() for c in ("article_id", "paragraph", "start", "end")), strict=True
    ):
        spans.setdefault(article_id, []).append((start, end, paragraph))
    rows: list[tuple] = []
    for article_id, text in zip(articles["article_id"], articles["text"], strict=True):
        here = sorted(spans.get(article_id, []))
        if here:
            rows.extend(_quote_article(article_id, text, here, aliases.get(article_id)))
    quotations = check_table(pd.DataFrame(rows, columns=list(COLUMNS)), "quotations")
    return quotations


def _quote_article(
    article_id: str,
    text: str,
    sentences: list[tuple[int, int, int]],
    known: dict[str, tuple[str, str]] | None,
) -> list[tuple]:
    """Return the rows of one article."""
    paragraphs: dict[int, list[int]] = {}
    for start, end, paragraph in sentences:
        paragraphs.setdefault(paragraph, [start, end])[1] = end
    bounds = sorted((start, end) for start, end in paragraphs.values())
    marked = find_marked(text, bounds)
    if not marked and not sentences:
        return []
    quoted = [(m.start, m.end) for m in marked]
    reported = [find_reported(text, start, end, quoted) for start, end, _ in sentences]
    speakers = Speakers(text, known)
    rows: list[tuple] = []
    previous: _Link | None = None
    previous_end = -1
    for index, one in enumerate(marked):
        link, kind = _read_marked(text, one, sentences, reported, bounds)
        if kind == "direct" and link.source is None:
            gap = text[previous_end : one.start] if previous_end >= 0 else ""
            continues = previous is not None and not _WORD.search(gap)
            same = previous is not None and _paragraph(bounds, one.start) == _paragraph(
                bounds, max(previous_end - 1, 0)
            )
            if continues or same or _next_paragraph(bounds, previous_end, one):
                link = previous or link
            else:
                link = _introduced(text, one, sentences, reported) or link
        if kind in ("direct", "mixed"):
            previous, previous_end = link, one.end
        rows.append(_row(article_id, text, one.start, one.end, kind, link, speakers, one.nested))
    kinds = {(r[2], r[3]): r[5] for r in rows}
    whole = [span for span, kind in kinds.items() if kind in ("direct", "unresolved")]
    for report in reported:
        for content in report.contents:
            for start, end in _without(text, content, whole):
                link = _nearest_cue(report, start, end)
                if link.cue is not None:
                    rows.append(_row(article_id, text, start, end, "indirect", link, speakers, 0))
    unique = {row[0]: row for row in reversed(rows)}
    return sorted(unique.values(), key=lambda row: (row[2], -row[3]))


class _Link:
    """The cue and the source of one quotation."""

    __slots__ = ("cue", "source")

    def __init__(
        self, cue: tuple[int, int] | None = None, source: tuple[int, int] | None = None
    ) -> None:
        self.cue, self.source = cue, source


def _read_marked(
    text: str, one: Marked, sentences: list, reported: list[Reported], bounds: list
) -> tuple[_Link, str]:
    """Return the cue and source of a marked stretch, and its kind."""
    first, last = _sentence(sentences, one.start), _sentence(sentences, one.end - 1)
    n_words = len(_WORD.findall(text, one.start, one.end))
    if not one.opened:
        after = _nearest_cue(reported[last], one.start, one.end)
        if after.cue is not None and text[one.end - 2] == "," and after.cue[0] >= one.end:
            return after, "direct"
        alone = any(start == one.start for start, _ in bounds)
        certain = alone and _FIRST_PERSON.search(text, one.start, one.end)
        return _Link(), "direct" if certain else "unresolved"
    before = text[sentences[first][0] : one.start]
    after = text[one.end : sentences[last][1]]
    inside = _inside(reported[first], one)
    link = inside or _nearest_cue(reported[last], one.start, one.end)
    if link.cue is None and last != first:
        link = _nearest_cue(reported[first], one.start, one.end)
    ending = text[one.end - 2 : one.end - 1] if one.closed else ""
    opening = text[one.start + 1 : one.start + 2]
    stands_alone = not _WORD.search(before) and not _WORD.search(after)
    if link.cue is not None:
        between = text[min(one.end, link.cue[1]) : max(one.start, link.cue[0])]
        adjacent = len(_WORD.findall(between)) <= 12
        if not _WORD.search(before) or (
            opening.isupper() and re.search(r"[:,]\s*$|\bthat\s*$", before)
        ):
            return link, "direct"
        if inside or (adjacent and n_words > _SCARE_WORDS):
            full = n_words > _SCARE_WORDS and re.search(r"[:,]\s*$", before)
            return link, "direct" if full else "mixed"
    if stands_alone:
        return _Link(), "direct" if one.closed or n_words > _SCARE_WORDS else "unresolved"
    if not one.closed:
        return _Link(), "unresolved"
    if n_words <= _SCARE_WORDS or _title_case(text[one.start : one.end]):
        return _Link(), "scare"
    if not _WORD.search(before) or first != last or ending in ",.?!":
        return _Link(), "direct"
    return _Link(), "mixed"


def _inside(report: Reported, one: Marked) -> _Link | None:
    for content in report.contents:
        if content[0] <= one.start + 1 and one.end - 2 <= content[1]:
            return _nearest_cue(report, *content)
    return None


def _nearest_cue(report: Reported, start: int, end: int) -> _Link:
    """Return the cue nearest to a stretch in its sentence, with the source nearest to that."""
    cue = min(
        (c for c in report.cues if c[1] <= start + 1 or c[0] >= end - 1),
        key=lambda c: (max(start - c[1], c[0] - end), c),
        default=None,
    )
    if cue is None:
        return _Link()
    source = min(
        (s for s in report.sources if s[1] <= start + 1 or s[0] >= end - 1),
        key=lambda s: (max(cue[0] - s[1], s[0] - cue[1]), s),
        default=None,
    )
    return _Link(cue, source)


def _introduced(text: str, one: Marked, sentences: list, reported: list[Reported]) -> _Link | None:
    """Return the cue of the sentence before, where that ends in a colon or a comma."""
    index = _sentence(sentences, one.start)
    while index > 0:
        index -= 1
        if _WORD.search(text, sentences[index][0], sentences[index][1]):
            break
    ends = text[sentences[index][1] - 1 : sentences[index][1]]
    if index == _sentence(sentences, one.start) or ends not in ":,":
        return None
    report = reported[index]
    if report.cues:
        return _Link(report.cues[-1], report.sources[-1] if report.sources else None)
    return None


def _row(
    article_id: str,
    text: str,
    start: int,
    end: int,
    kind: str,
    link: _Link,
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
    """Return what is left of a span when others are taken out of it, if it holds words."""
    left, at = [], span[0]
    for start, end in sorted(taken):
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
    return trimmed


def _sentence(sentences: list[tuple[int, int, int]], at: int) -> int:
    low, high = 0, len(sentences) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if sentences[middle][0] <= at:
            low = middle
        else:
            high = middle - 1
    return low


def _paragraph(bounds: list[tuple[int, int]], at: int) -> int:
    return next((i for i, (start, end) in enumerate(bounds) if start <= at < end), -1)


def _next_paragraph(bounds: list[tuple[int, int]], previous_end: int, one: Marked) -> bool:
    """Say whether a quotation opens the paragraph after the one with the last quotation."""
    here = _paragraph(bounds, one.start)
    return (
        previous_end >= 0
        and bounds[here][0] == one.start
        and (_paragraph(bounds, previous_end - 1) == here - 1)
    )


def _title_case(quoted: str) -> bool:
    words = [word for word in _WORD.findall(quoted) if len(word) > 3]
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
