"""A chart whose marks open: from any dot, cell or piece of a bar to the sentences behind it.

A widget for a notebook in JupyterLab: the chart as a picture with a button over each mark.
Choosing one (click, or Tab and Enter) shows the rows that it is made of (``behind``), their marked
words marked. On paper the widget is a sentence that says in which table those rows are.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.figures.answers import interval_of
from analysis.figures.behind import Mark, count_unit, find_behind, say_kept
from analysis.figures.evidence_marks import mark_sentence
from analysis.figures.export import for_screen, render_png
from analysis.figures.names import SHORT_VOICES, count_of, say, say_event
from analysis.figures.reader import read_style
from analysis.figures.selection import ALL, Tables
from analysis.figures.style import locate_marks
from analysis.tables import UNKNOWN

WHOLE = ("any", "loaded", "tone", "valence")  # labels that add nothing to their measure's name
NAMED = ("speaker", "word", "concept", "term", "actor", "role", "cue_kind", "rule", "lineage")


def open_marks(drawn: Any, data: Tables, *, top: int = 8, about: str = "", **known: str) -> Any:
    """Show a chart whose marks open: choose one for the sentences behind it.

    Parameters
    ----------
    drawn : Axes or Figure
        As a ``plot_`` function returned it.
    data : Tables
        The finished tables that the chart is from.
    top : int
        How many rows stand below the chart: those farthest in the direction of the mark.
    about : str
        What the chart shows, for those who cannot see it.
    **known : str
        What the rows of the chart leave open: ``event``, ``measure``.

    Returns
    -------
    anywidget.AnyWidget
        With traits ``marks`` (place and words of each), ``chosen`` (the number of the mark) and
        ``sentences`` (HTML).
    """
    figure = getattr(drawn, "figure", None) or drawn
    picture = base64.b64encode(for_screen(render_png(figure))).decode()
    known = getattr(figure, "known", {}) | known
    located = [(x, y, known | mark) for x, y, mark in locate_marks(figure)]
    kept = say_kept([mark for _, _, mark in located])
    widget = make_widget(
        "marks.js",
        f"Chart of {count_of(len(located), 'mark')}: run this notebook in JupyterLab to open "
        f"them. {kept}".strip(),
        picture=f"data:image/png;base64,{picture}",
        about=about or "chart",
        kept=kept,
        width=int(figure.get_figwidth() * 120),
        marks=[[x, y, say_mark(mark)] for x, y, mark in located],
        chosen=-1,
        sentences="",
    )

    def show(change: dict) -> None:
        if 0 <= change["new"] < len(located):
            widget.sentences = show_behind(located[change["new"]][2], data, top=top)

    widget.observe(show, names="chosen")
    if located:
        widget.chosen = 0
    return widget


def show_behind(mark: Mark, data: Tables, *, top: int = 8) -> str:
    """Return the rows behind a mark as HTML, their marked words marked.

    Parameters
    ----------
    mark : dict
        Columns of the mark's row.
    data : Tables
        The finished tables.
    top : int
        So many; of an estimate, the highest where it lies above the mean, else the lowest.
    """
    found = find_behind(mark, data)
    head = f"{say_mark(mark)}. {count_of(len(found), count_unit(mark))} behind it"
    if found.empty:
        return f"<p>{escape(head)}.</p>"
    scored = found["value"].notna().any()
    first = "<th>score</th>" if scored else ""
    lines = []
    for row in found.head(top).itertuples(index=False):
        title = "–" if row.headline == UNKNOWN else str(row.headline)
        score = f"<td>{row.value:.3g}</td>" if scored else ""
        lines.append(
            f"<tr>{score}<td>{_mark_text(row, mark, data)}</td><td>{escape(title)}</td></tr>"
        )
    return (
        f"<p>{escape(head)}; {_which(mark, len(lines), len(found), scored)}:</p><table><thead><tr>"
        f"{first}<th>text</th><th>article</th></tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def say_mark(mark: Mark) -> str:
    """Return ``The Siren, own voice: 0.087 (95% interval 0.01 to 0.16)``, or a count's words."""
    parts = [str(mark["outlet"])] if "outlet" in mark else []
    if "estimate" in mark and "z" not in mark:
        parts += [str(mark["specification"])] if "specification" in mark else []
        parts.append(SHORT_VOICES.get(str(mark.get("voice", "outlet")), say(mark.get("voice"))))
        parts += [] if mark.get("label", "any") in WHOLE else [say(mark["label"])]
        parts += [] if mark.get("event", ALL) == ALL else [say_event(mark["event"])]
        parts += [str(mark[key]) for key in ("part", "stretch") if key in mark]
        ends = f" ({interval_of(pd.Series(mark))})" if "low" in mark else ""
        return f"{', '.join(parts)}: {float(mark['estimate']):.3g}{ends}"
    if "claim_id" in mark:
        return f"{', '.join(parts)}, “{mark['claim']}”: {mark['said']}"
    several = {key: f"other {key}s" for key in NAMED if isinstance(mark.get(key), list)}
    parts += [say(several.get(key, mark[key])) for key in NAMED if key in mark]
    if "voice" in mark and "z" not in mark:
        parts.append(SHORT_VOICES.get(str(mark["voice"]), say(mark["voice"])))
    if "published" in mark:
        parts.append(str(mark["published"]))
    return ": ".join(filter(None, [", ".join(parts), str(mark["said"])]))


def _which(mark: Mark, shown: int, found: int, scored: bool) -> str:
    if shown == found:
        return "all of them"
    lowest = str(mark.get("contrast", "level")) != "level" and float(mark["estimate"]) < 0
    end = ("lowest" if lowest else "highest") if scored else "first"
    return f"the {shown} {end}"


def _mark_text(row: Any, mark: Mark, data: Tables) -> str:
    """Return a row's text with the words marked that make its score, or that the mark counts."""
    text = str(row.text)
    word = str(mark.get("term") or mark.get("word") or "")
    if word and "measure" not in mark:
        pieces = re.split(rf"(\b{re.escape(word)}\w*)", text, flags=re.IGNORECASE)
        return "".join(
            f"<mark>{escape(piece)}</mark>" if place % 2 else escape(piece)
            for place, piece in enumerate(pieces)
        )
    measure = str(mark.get("measure", "")).partition("/")[0]
    measure = "loaded_words" if measure == "marked_segments" else measure
    return mark_sentence(row, data, measure) if measure and row.segment_id else escape(text)


def make_widget(script: str, said: str, **traits: Any) -> Any:
    """Return a widget that a script beside this module draws from ``traits``.

    ``said`` is what the widget is on paper; ``looks`` (the style sheet) is added to the traits.
    """
    widget = _widget_class(script, (*traits, "looks"))(looks=read_style(), **traits)
    widget.said = said
    return widget


@cache
def _widget_class(script: str, traits: tuple[str, ...]) -> type:
    import anywidget
    import traitlets

    body = {name: traitlets.Any().tag(sync=True) for name in traits}
    body["_esm"] = Path(__file__).with_name(script).read_text(encoding="utf-8")
    body["__repr__"] = lambda self: self.said
    return type("Shown", (anywidget.AnyWidget,), body)
