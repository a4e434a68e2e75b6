"""One article's tables → its text as HTML with voices, speakers, cuts and evidence marked.

Tags carry the meaning (``del`` cut, ``i`` quoted, ``u`` reported, ``mark`` evidence, ``sup`` the
speaker's letter), the style sheet only the looks: a viewer that drops the sheet still shows who
speaks. Of the evidence, words are marked where they stand, an actor's name is followed by the
sentiment toward it, and a frame is named before the sentence that carries it. Titles hold the
numbers. Every text and every name is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from analysis.figures.counts import LEAST_WEIGHT
from analysis.figures.evidence_marks import kind_of_marks, mark_piece, name_frames
from analysis.figures.names import count_of, say, say_voice
from analysis.figures.selection import Tables
from analysis.tables import UNKNOWN, UNRESOLVED

# Tags that code hosts keep when they drop style sheets; what looks alike has a sign before it.
_VOICE_TAGS = {"quoted": "i", "attributed": "ins", "scare": "em", "unresolved": "span"}
_SIGNS = {"scare": "~", "unresolved": "?"}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def mark_article(
    article_id: str,
    data: Tables,
    measures: str | Sequence[str] | None,
    labels: Sequence[str] | None = None,
    furniture: bool = True,
    paragraphs: int | None = None,
    notes: Sequence[Note] = (),
    least: float | None = None,
) -> str:
    """Return the page of ``show_article`` as HTML without its style sheet.

    ``notes`` are claims to point out. ``least`` is the least weight of a mark, that of the measure
    (``counts.LEAST_WEIGHT``) if not given.
    """
    articles = data.articles
    row = articles[articles["article_id"] == article_id]
    if row.empty:
        raise ValueError(f"no article has the id {article_id!r}; data.articles lists them")
    article = row.iloc[0]
    named = [measures] if isinstance(measures, str) else list(measures or [])
    segments = _of(data.segments, article_id).sort_values("start")
    evidence = data.evidence[data.evidence["segment_id"].isin(set(segments["segment_id"]))]
    evidence = evidence[evidence["measure"].isin(named)]
    floor = evidence["measure"].map(lambda name: LEAST_WEIGHT.get(name, 0.0)).astype(float)
    evidence = evidence[evidence["weight"].abs() >= (floor if least is None else least)]
    if labels is not None:
        evidence = evidence[evidence["label"].isin(list(labels))]
    framed = evidence["measure"].map(kind_of_marks) == "frame"
    frames = _by_sentence(evidence[framed], segments)
    spans = _of(data.paragraphs, article_id).sort_values("start")
    cuts = _place_cuts(_of(data.cuts, article_id)) if furniture else []
    letters = _letters(segments)
    words = _Spans(evidence[~framed].sort_values("start", kind="stable"))
    marks = _Marks(str(article["text"]), _Spans(segments), words, frames, letters, notes)
    shown = spans if paragraphs is None else spans.head(paragraphs)
    parts, seen = [], 0
    for span in shown.itertuples(index=False):
        parts += [_cut(text) for place, text in cuts if seen <= place <= span.start]
        seen = int(span.start) + 1
        inside = [(place, text) for place, text in cuts if span.start < place < span.end]
        parts.append(_paragraph(_mark(marks, span, inside), str(span.part)))
        seen = max(seen, int(span.end))
    left = len(spans) - len(shown)
    if left:
        parts.append(f"<p><small>… {count_of(left, 'paragraph')} not shown.</small></p>")
    else:
        parts += [_cut(text) for place, text in cuts if place >= seen]
    return (
        f'<div class="oa-page" role="article" aria-label="{escape(str(article["headline"]))}">'
        f"{_about(article)}{_key(segments, letters, named, bool(cuts))}{''.join(parts)}</div>"
    )


class Note(NamedTuple):
    """A sentence that carries a claim: where, its number if it has one, and the claim's id."""

    start: int
    end: int
    number: str
    claim: str = ""


class _Marks(NamedTuple):
    """All that is marked in one article; segments and evidence in the order of their starts."""

    text: str
    segments: _Spans
    evidence: _Spans
    frames: dict[str, pd.DataFrame]
    letters: dict[str, str]
    notes: Sequence[Note]


class _Spans:
    """The rows of a table that lie in a text, looked up by place without making a table of it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._rows = list(frame.itertuples(index=False))
        self._starts = frame["start"].to_numpy(dtype="int64")
        self._ends = frame["end"].to_numpy(dtype="int64")

    def between(self, start: int, end: int) -> list:
        """Return the rows that overlap a stretch."""
        here = (self._starts < end) & (self._ends > start)
        return [self._rows[place] for place in here.nonzero()[0].tolist()]


def _covering(rows: list, left: int, right: int) -> list:
    """Return the rows, given in order, that cover a piece; forget those that end before it."""
    while rows and rows[0].end <= left:
        rows.pop(0)
    found = []
    for row in rows:
        if row.start > left:
            break
        if row.end >= right:
            found.append(row)
    return found


def _mark(marks: _Marks, span, cuts) -> str:
    start, end = int(span.start), int(span.end)
    inside, found = marks.segments.between(start, end), marks.evidence.between(start, end)
    edges = {start, end, *(place for place, _ in cuts)}
    for row in [*inside, *found]:
        edges |= {int(e) for e in (row.start, row.end) if start < e < end}
    edges |= {e for note in marks.notes for e in note[:2] if start < e < end}
    parts, before = [], None
    for left, right in pairwise(sorted(edges)):
        parts += [_cut(cut, tag="del") for place, cut in cuts if place == left]
        piece = escape(marks.text[left:right])
        here: dict[str, list] = {}
        for row in _covering(found, left, right):
            here.setdefault(str(row.measure), []).append(row)
        for measure, rows in sorted(here.items()):
            piece = mark_piece(piece, measure, rows, ends=any(row.end == right for row in rows))
        for one in _covering(inside, left, right)[:1]:
            opens = one.segment_id != before
            piece = _spoken(piece, one, marks.letters, opens)
            before = one.segment_id
            if opens:
                parts.append(name_frames(marks.frames.get(before)))
        parts += [_number(note) for note in marks.notes if note.start == left and note.number]
        within = [note for note in marks.notes if note.start <= left and right <= note.end]
        parts.append(_claimed(piece, within) if within else piece)
    return "".join(parts)


def _by_sentence(frames: pd.DataFrame, segments: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return first segment of a sentence → its frames, each with its highest value in there."""
    if frames.empty:
        return {}
    first = segments.drop_duplicates("sentence").set_index("sentence")["segment_id"]
    sentence = segments.set_index("segment_id")["sentence"]
    at = frames["segment_id"].map(sentence).map(first)
    best = frames.assign(at=at).groupby(["at", "measure", "label"], as_index=False)["weight"].max()
    return {str(one): rows for one, rows in best.groupby("at")}


def _number(note: Note) -> str:
    title = f"claim {escape(note.number)}, in both articles"
    return f'<b class="oa-note" title="{title}">[{escape(note.number)}]</b> '


def _claimed(piece: str, notes: list[Note]) -> str:
    """Wrap a piece of a carried claim; numbered claims are those that both articles carry."""
    shown = " oa-carried" if any(note.number for note in notes) else ""
    claims = escape(" ".join(note.claim for note in notes if note.claim))
    return f'<span class="oa-claim{shown}" data-claim="{claims}">{piece}</span>'


def _spoken(piece: str, segment, letters: dict[str, str], opens: bool) -> str:
    voice = str(segment.voice)
    tag = _VOICE_TAGS.get(voice)
    if tag is None:
        return piece
    speaker = _speaker(segment.speaker)
    letter = letters.get(speaker, "?")
    label = f"<sup>{escape(letter)}</sup>" if opens and voice in ("quoted", "attributed") else ""
    if opens and voice in _SIGNS:
        label = f"<sup>{_SIGNS[voice]}</sup>"
    said = (
        f"{say_voice(voice)}: {speaker}" if voice in ("quoted", "attributed") else say_voice(voice)
    )
    recovered = "; quotation marks recovered from another copy" if segment.recovered else ""
    title = escape(said + recovered)
    return f'{label}<{tag} class="oa-{voice}" title="{title}">{piece}</{tag}>'


def _paragraph(marked: str, part: str) -> str:
    if part == "headline":
        return f"<h3>{marked}</h3>"
    if part == "caption":
        return f'<p class="oa-caption"><small><b>Caption:</b> {marked}</small></p>'
    return f"<p>{marked}</p>"


def _cut(text: str, tag: str = "p") -> str:
    shown = text if len(text) <= 400 else text[:400] + " …"
    struck = f'<del title="cut from the page">{escape(shown)}</del>'
    return struck if tag == "del" else f"<p>{struck}</p>"


def _about(article: pd.Series) -> str:
    facts = [article["outlet"], article["published"], count_of(article["n_words"], "word")]
    if not article["used"]:
        facts.append(f"set aside: {article['reason'] or article['lineage']}")
    known = [str(fact) for fact in facts if str(fact) != UNKNOWN]
    return f'<p class="oa-about"><small>{escape(" · ".join(known))}</small></p>'


def _key(
    segments: pd.DataFrame, letters: dict[str, str], measures: Sequence[str], cuts: bool
) -> str:
    spoken: Counter[str] = Counter()
    own, voices = 0, segments["voice"].tolist()
    for voice, name, text in zip(voices, segments["speaker"], segments["text"], strict=True):
        if voice == "outlet":
            own += len(text.split())
        elif voice in ("quoted", "attributed"):
            spoken[_speaker(name)] += len(text.split())
    parts = [f"plain: the outlet's own voice ({count_of(own, 'word')})"]
    if spoken:
        parts.append(
            '<i class="oa-quoted">italics: quoted</i>, '
            '<ins class="oa-attributed">underlined: reported</ins>, by '
            + "; ".join(
                f"<b>{escape(letter)}</b> {escape(name)} ({count_of(spoken[name], 'word')})"
                for name, letter in letters.items()
                if name in spoken
            )
        )
    if "scare" in voices:
        parts.append('<sup>~</sup><em class="oa-scare">scare quotes</em>')
    if "unresolved" in voices:
        parts.append('<sup>?</sup><span class="oa-unresolved">voice undecided</span>')
    kinds: dict[str, list[str]] = {}
    for measure in measures:
        kinds.setdefault(kind_of_marks(measure), []).append(escape(say(measure)))
    said = {
        "word": "<mark>marked words</mark>",
        "actor": "<mark>names</mark> with a signed number: how an actor is shown",
        "frame": "<mark>name and number</mark>: frame of the sentence",
    }
    parts += [f"{said[kind]} ({', '.join(names)})" for kind, names in kinds.items()]
    if cuts:
        parts.append("<del>struck out: cut from the page</del>")
    return f'<p class="oa-key"><small>{" · ".join(parts)}</small></p>'


def _letters(segments: pd.DataFrame) -> dict[str, str]:
    spoken = segments[segments["voice"].isin(["quoted", "attributed"])]
    names = [name for name in dict.fromkeys(map(_speaker, spoken["speaker"])) if name != UNRESOLVED]
    letters = {
        name: _LETTERS[i % 26] + (str(i // 26 + 1) if i >= 26 else "")
        for i, name in enumerate(names)
    }
    return letters | {UNRESOLVED: "?"}


def _speaker(name: object) -> str:
    return UNRESOLVED if str(name) in ("", UNKNOWN, UNRESOLVED) else str(name)


def _place_cuts(cuts: pd.DataFrame) -> list[tuple[int, str]]:
    """Return where each cut stretch stood, counted in the clean text, with its words."""
    placed, shift = [], 0
    for cut in cuts.sort_values(["start", "end"]).itertuples(index=False):
        place = int(cut.start) + shift
        shift += len(cut.replacement) - (int(cut.end) - int(cut.start))
        if cut.text.strip() and not cut.replacement.strip():
            placed.append((place, cut.text.strip()))
    return placed


def _of(frame: pd.DataFrame, article_id: str) -> pd.DataFrame:
    return frame[frame["article_id"] == article_id]
