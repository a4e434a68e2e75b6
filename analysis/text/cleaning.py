"""Documents → clean articles, with every cut and repair recorded so that all can be undone.

Comes in: table ``documents``. Goes out: ``Cleaned``: ``articles`` (text without page furniture,
headline first), ``cuts`` (each stretch of the raw text that was removed or repaired, by which rule,
with what confidence: 0 to 1, higher is surer) and ``paragraphs`` (spans and parts of the clean
text). ``undo`` gives the raw text back, character for character.

When in doubt a line stays: a sentence of reporting that is lost is worse than a prompt that is
kept. Captions that are the story's own stay, marked; their second copy goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.tables import UNKNOWN, check_table
from analysis.text.pages.bylines import find_byline, masthead_lines
from analysis.text.pages.captions import mark_captions, mark_decks, mark_menus, mark_opening
from analysis.text.pages.dated_lists import dated_lists
from analysis.text.pages.furniture import (
    Verdict,
    count_words,
    furniture_by_rule,
    is_sentence,
    tweet_fragment,
)
from analysis.text.pages.line_model import (
    LineModel,
    has_side_lines,
    is_whole_page,
    lines_kept,
    surely_furniture,
)
from analysis.text.pages.page_lines import Line, split_lines
from analysis.text.pages.page_lists import categories, menus, priced_lists, refrains, stray_marks
from analysis.text.pages.repairs import (
    Edit,
    may_need_repair,
    open_joins,
    open_joins_by,
    repair_encoding,
    repair_spacing,
)
from analysis.text.pages.repeats import Repeats, learn_repeats, repeated_lines
from analysis.text.pages.run_together import furniture_run_together
from analysis.text.pages.sisters import Sister, find_sisters
from analysis.text.reading.language import language_of

if TYPE_CHECKING:
    import pandas as pd


class Cleaned(NamedTuple):
    """Tables ``articles``, ``cuts`` and ``paragraphs``."""

    articles: pd.DataFrame
    cuts: pd.DataFrame
    paragraphs: pd.DataFrame


_NEWLINE = re.compile("\n")


def clean_documents(
    documents: pd.DataFrame,
    *,
    repeats: Repeats | None = None,
    line_model: LineModel | None = None,
) -> Cleaned:
    """Cut page furniture out of documents and repair their text.

    Parameters
    ----------
    documents : DataFrame
        Table ``documents``.
    repeats : dict, optional
        What ``learn_repeats`` learnt from the whole corpus; by default it is learnt from these
        documents.
    line_model : LineModel, optional
        The model for whole pages; by default the one that ships, loaded when a page needs it.

    Returns
    -------
    Cleaned
        ``articles`` has one row per document, in the same order, with ``lineage`` ``original`` and
        ``used`` true until the next stage says otherwise.
    """
    import pandas as pd

    rows, cut_rows, paragraph_rows = [], [], []
    repeats = learn_repeats(documents) if repeats is None else repeats
    sisters = find_sisters(documents)
    for document in documents.to_dict("records"):
        article_id = document["article_id"]
        learnt = repeats.get(document["outlet"], {})
        article, cuts, spans = _clean(document, sisters.get(article_id), learnt, line_model)
        rows.append(article)
        cut_rows.extend((article_id, *cut) for cut in cuts)
        paragraph_rows.extend((article_id, *span) for span in spans)
    articles = pd.DataFrame(rows)
    cuts = pd.DataFrame(
        cut_rows,
        columns=["article_id", "start", "end", "text", "replacement", "rule", "confidence"],
    )
    paragraphs = pd.DataFrame(
        paragraph_rows, columns=["article_id", "paragraph", "start", "end", "part"]
    )
    return Cleaned(
        check_table(articles, "articles"),
        check_table(cuts, "cuts"),
        check_table(paragraphs, "paragraphs"),
    )


def undo(text: str, cuts: pd.DataFrame) -> str:
    """Return the raw text of an article from its clean text and its rows of ``cuts``.

    Parameters
    ----------
    text : str
        ``articles.text``.
    cuts : DataFrame
        The rows of ``cuts`` of this article, in any order.

    Raises
    ------
    ValueError
        When a cut does not fit the text.
    """
    pieces, raw_place, place = [], 0, 0
    ordered = sorted(
        zip(cuts["start"], cuts["end"], cuts["text"], cuts["replacement"], strict=True),
        key=lambda cut: (cut[0], cut[1]),
    )
    for start, end, removed, replacement in ordered:
        kept = start - raw_place
        pieces.append(text[place : place + kept])
        place += kept
        if kept < 0 or text[place : place + len(replacement)] != replacement:
            raise ValueError(f"the cut at {start} does not fit the text: it is not of this article")
        pieces.append(removed)
        place += len(replacement)
        raw_place = end
    pieces.append(text[place:])
    return "".join(pieces)


def _clean(
    document: Mapping[str, str],
    sister: Sister | None,
    learnt: dict[str, float],
    line_model: LineModel | None,
) -> tuple[dict, list[tuple], list[tuple]]:
    raw = document["raw"]
    lines = split_lines(raw)
    headline = document["headline"]
    parts: list[str | None] = [None] * len(lines)
    removed: dict[int, tuple[str, float]] = {}
    inner: list[Edit] = []

    mark_opening(raw, lines, headline, parts, removed)
    texts = [line.text for line in lines]
    verdicts = furniture_by_rule(texts)
    if learnt:
        again = repeated_lines(texts, learnt)
        verdicts = [first or second for first, second in zip(verdicts, again, strict=True)]
    surely: list[tuple[int, float]] = []
    if is_whole_page(texts, verdicts):
        verdicts = _judge_page(texts, verdicts, line_model or LineModel())
    elif has_side_lines(texts, verdicts):
        surely = surely_furniture(texts, verdicts, line_model or LineModel())
    for place, verdict in enumerate(verdicts):
        if verdict is not None and parts[place] != "headline":
            removed.setdefault(place, (verdict.rule, verdict.confidence))
    author = _mark_front(lines, parts, removed, document)
    mark_menus(lines, parts, removed)
    mark_decks(lines, parts, removed)
    inner.extend(mark_captions(lines, parts, removed))
    for place, confidence in surely:
        if parts[place] is None:
            removed.setdefault(place, ("line model", confidence))
    for place, line in enumerate(lines):
        if place not in removed:
            span = tweet_fragment(line.text)
            if span:
                start = len(line.text[: span[0]].rstrip())
                edit = Edit(line.start + start, line.start + span[1], "", "tweet address", 0.95)
                inner.append(edit)

    edits = _edits(raw, lines, parts, removed, inner, sister)
    if headline != UNKNOWN and "headline" not in parts:
        edits.insert(0, Edit(0, 0, f"{headline}\n\n", "headline inserted", 1.0))
    text, places = _apply(raw, edits)
    spans = _paragraphs(text, lines, parts, removed, places, edits)
    cuts = [(e.start, e.end, raw[e.start : e.end], *e[2:]) for e in edits]
    article = {
        "article_id": document["article_id"],
        "event": document["event"],
        "outlet": sister.outlet if sister and sister.outlet else document["outlet"],
        "source": document["source"],
        "url": document["url"],
        "published": document["published"],
        "headline": headline,
        "byline": author,
        "text": text,
        "language": language_of(text),
        "n_words": len(text.split()),
        "lineage": "original",
        "lineage_of": None,
        "lineage_similarity": None,
        "used": True,
        "reason": "",
        "section": document.get("section", UNKNOWN),
    }
    return article, cuts, spans


def _mark_front(
    lines: list[Line],
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
    document: Mapping[str, str],
) -> str:
    """Cut lines of furniture run together, bylines and mastheads; return the author."""
    for place, line in enumerate(lines):
        if place not in removed and parts[place] != "headline":
            verdict = furniture_run_together(line.text)
            if verdict:
                removed[place] = (verdict.rule, verdict.confidence)
    byline = find_byline(lines, parts, removed, known=document["byline"], outlet=document["outlet"])
    for place, confidence in byline.lines.items():
        removed.setdefault(place, ("byline", confidence))
    for place in masthead_lines(lines, document["outlet"]):
        if parts[place] != "headline":
            removed.setdefault(place, ("outlet's name", 0.95))
    return byline.author


def _judge_page(
    texts: list[str], verdicts: list[Verdict | None], line_model: LineModel
) -> list[Verdict | None]:
    """Verdicts for a whole page: the rules' where they have one, else the line model's."""
    likely = line_model.probability(texts, verdicts)
    kept = lines_kept(likely, np.array([count_words(text) for text in texts]))
    open_ = np.array([verdict is None for verdict in verdicts])
    prose = np.array([is_sentence(text) for text in texts])
    kept &= ~menus(texts, kept, prose, likely)
    kept |= refrains(texts, kept, open_, likely)
    apart = {"list of categories": categories(texts), "stray mark": stray_marks(texts)}
    kept &= ~np.logical_or.reduce(list(apart.values()))
    kept |= priced_lists(texts, kept, prose)
    kept = _keep_sentences_between(kept, open_, prose) | dated_lists(texts)
    found: list[Verdict | None] = []
    for place, verdict in enumerate(verdicts):
        rule = next((rule for rule, marks in apart.items() if marks[place]), None)
        if verdict is None and not kept[place]:
            sure = round(1 - float(likely[place]), 3)
            verdict = Verdict(rule, 0.9) if rule else Verdict("line model", sure)
        found.append(verdict)
    return found


def _keep_sentences_between(kept: np.ndarray, open_: np.ndarray, prose: np.ndarray) -> np.ndarray:
    """A sentence between two lines that stay is the story's, unless a rule speaks of it."""
    both = kept & open_
    between = np.zeros_like(kept)
    between[1:-1] = both[:-2] & both[2:]
    return kept | (between & prose)


def _edits(
    raw: str,
    lines: list[Line],
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
    inner: list[Edit],
    sister: Sister | None,
) -> list[Edit]:
    """All edits of one text, in order and without overlap."""
    edits: list[Edit] = []
    starts = [line.start for line in lines] + [len(raw)]
    kept = [place for place in range(len(lines)) if place not in removed]
    last_kept = kept[-1] if kept else -1
    repairs = may_need_repair(raw)
    if lines and lines[0].start > 0:
        edits.append(Edit(0, lines[0].start, "", "spacing", 1.0))
    for place, line in enumerate(lines):
        until = starts[place + 1]
        if place in removed:
            rule, confidence = removed[place]
            # The space after a line goes with it; the one before the first cut stays a boundary.
            edits.append(Edit(line.start, until, "", rule, confidence))
            continue
        inside = sorted(e for e in inner if line.start <= e.start and e.end <= line.end)
        if inside or repairs or sister or "\n" in raw[line.start : line.end]:
            edits.extend(_inside(raw, line, inside, sister))
        gap = raw[line.end : until]
        wanted = "" if place >= last_kept else ("\n" if gap.count("\n") <= 1 else "\n\n")
        if gap != wanted:
            edits.append(Edit(line.end, until, wanted, "spacing", 1.0))
    return edits


def _inside(raw: str, line: Line, cuts: list[Edit], sister: Sister | None) -> list[Edit]:
    """Repairs within one kept line, around what is cut from it."""
    edits: list[Edit] = []
    pairs = sister.pairs if sister else frozenset()
    place = line.start
    for cut in [*cuts, None]:
        end = cut.start if cut else line.end
        if place < end:
            stretch = raw[place:end]
            found = repair_encoding(stretch)
            taken = [(edit.start, edit.end) for edit in found]
            for edit in (
                *repair_spacing(stretch),
                *open_joins(stretch, words=_COMMON, pairs=pairs),
                *(open_joins_by(stretch, pairs=pairs, known=sister.known) if sister else ()),
                *(Edit(*m.span(), " ", "wrapped line", 0.97) for m in _NEWLINE.finditer(stretch)),
            ):
                if all(edit.end <= a or edit.start >= b for a, b in taken):
                    found.append(edit)
            edits.extend(
                edit._replace(start=edit.start + place, end=edit.end + place)
                for edit in sorted(found)
            )
        if cut:
            edits.append(cut)
            place = cut.end
    return edits


_COMMON = frozenset(
    (
        "that", "the", "and", "with", "said", "for", "from", "have", "had", "was", "were", "has",
        "his", "her", "their", "this", "what", "when", "which", "who", "will", "would", "could",
        "about", "after", "before", "into", "over", "under", "between", "against", "because",
        "during", "than", "without", "within", "called", "told", "president", "minister", "leader",
        "but", "also", "are",
    )
)  # fmt: skip


def _apply(raw: str, edits: list[Edit]) -> tuple[str, list[tuple[int, int]]]:
    """The clean text, and (raw position, clean position) where each unchanged stretch begins."""
    pieces, places, raw_place, length = [], [], 0, 0
    for edit in edits:
        places.append((raw_place, length))
        pieces.append(raw[raw_place : edit.start])
        pieces.append(edit.replacement)
        length += edit.start - raw_place + len(edit.replacement)
        raw_place = edit.end
    places.append((raw_place, length))
    pieces.append(raw[raw_place:])
    return "".join(pieces), places


def _paragraphs(
    text: str,
    lines: list[Line],
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
    places: list[tuple[int, int]],
    edits: list[Edit],
) -> list[tuple[int, int, int, str]]:
    kept = [place for place in range(len(lines)) if place not in removed]
    known = [parts[place] for place in kept]
    if edits and edits[0].rule == "headline inserted":
        known.insert(0, "headline")
    found, start, lead = [], 0, False
    number = 0
    for line in text.split("\n"):
        if line.strip():
            part = known[number] if number < len(known) else None
            if part is None:
                part, lead = ("body" if lead else "lead"), True
            found.append((number, start, start + len(line), part))
            number += 1
        start += len(line) + 1
    return found
