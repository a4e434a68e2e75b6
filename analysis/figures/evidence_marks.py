"""Evidence → the marks in a text: words, actors with sentiment, frames before their sentence.

A mark is a button that a keyboard reaches; its title holds label and weight. A word is marked
where it stands, an actor's name is followed by the sentiment toward it (a signed number), a frame
is named before the sentence that carries it. Every text and every name is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from analysis.figures.counts import LEAST_WEIGHT
from analysis.figures.names import say
from analysis.figures.selection import Tables


def kind_of_marks(measure: str) -> str:
    """Return how a measure's evidence is shown: ``word``, ``actor`` or ``frame``."""
    if measure.startswith("sentiment_toward"):
        return "actor"
    return "frame" if any(word in measure for word in ("frame", "foundation")) else "word"


def mark_piece(piece: str, measure: str, rows: Sequence, *, ends: bool) -> str:
    """Mark a piece once for a measure, whatever the number of its labels (``rows``) there."""
    kind = kind_of_marks(measure)
    weight = float(max((row.weight for row in rows), key=abs))
    labels = ", ".join(sorted({say(row.label) for row in rows}))
    about = f"{say(measure)}: {labels}; weight {weight:.2g}"
    if kind == "actor":
        about = f"sentiment toward {labels}: {_signed(weight)} (−1 to 1)"
    strong = " oa-strong" if abs(weight) >= 1 else ""
    button = _button(measure, weight, about)
    shown = f'<mark class="oa-mark oa-{kind}{strong}" {button}>{piece}</mark>'
    if kind == "actor" and ends:
        shown += f'<sup class="oa-toward">{_signed(weight)}</sup>'
    return shown


def name_frames(rows: pd.DataFrame | None) -> str:
    """Return the names of the frames that a sentence carries, the strongest first."""
    if rows is None:
        return ""
    ordered = rows.sort_values(["weight", "label"], ascending=[False, True])
    parts = []
    for row in ordered.itertuples(index=False):
        about = f"{say(row.measure)}: {say(row.label)}; {row.weight:.2f} of 1 in this sentence"
        shown = f"{escape(say(row.label))} {_short(row.weight)}"
        button = _button(row.measure, row.weight, about)
        parts.append(f'<mark class="oa-mark oa-frame" {button}>{shown}</mark> ')
    return "".join(parts)


def mark_sentence(row, data: Tables, measure: str) -> str:
    """Return one segment's text (``segment_id, start, text``) as HTML with its words marked."""
    mine = (data.evidence["segment_id"] == row.segment_id) & (data.evidence["measure"] == measure)
    heavy = data.evidence["weight"].abs() >= LEAST_WEIGHT.get(measure, 0.0)
    marks = data.evidence[mine & heavy].sort_values(["start", "end"])
    text, zero, parts, done = str(row.text), int(row.start), [], 0
    if kind_of_marks(measure) == "frame":
        return escape(text)
    for mark in marks.itertuples(index=False):
        left, right = int(mark.start) - zero, int(mark.end) - zero
        if left >= done and right <= len(text):
            title = escape(f"{say(mark.label)}; weight {mark.weight:.2g}")
            word = f'<mark title="{title}">{escape(text[left:right])}</mark>'
            parts += [escape(text[done:left]), word]
            done = right
    return "".join([*parts, escape(text[done:])])


def _button(measure: str, weight: float, about: str) -> str:
    return (
        f'tabindex="0" role="button" title="{escape(about)}" data-measure="{escape(measure)}" '
        f'data-weight="{float(weight):.6g}" data-about="{escape(about)}"'
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−").replace("+0.", "+.").replace("−0.", "−.")


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")
