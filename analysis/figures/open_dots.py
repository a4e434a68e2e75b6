"""A chart of estimates whose dots open: from any dot to the sentences behind it.

A widget for a notebook in JupyterLab: the chart as a picture with a button over each dot. Choosing
one (click, or Tab and Enter) shows the segments that its estimate is made of, their marked words
marked. The static form is the chart with ``reader.find_sentences`` below it.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.figures.answers import interval_of
from analysis.figures.dots import locate_dots, plot_outlets
from analysis.figures.evidence_marks import mark_sentence
from analysis.figures.export import for_screen, render_png
from analysis.figures.names import SHORT_VOICES, count_of, say, say_event
from analysis.figures.panels import plot_panels
from analysis.figures.reader import find_segments, read_style
from analysis.figures.selection import ALL, Tables
from analysis.tables import UNKNOWN


def explore_dots(
    estimates: pd.DataFrame, data: Tables, *, by: str | None = None, top: int = 8, **options: Any
) -> Any:
    """Show a chart of estimates whose dots open: choose one for the sentences behind it.

    Parameters
    ----------
    estimates : DataFrame
        Rows as for ``plot_outlets``, or with ``by`` as for ``plot_panels``.
    data : Tables
        The finished tables that the estimates are from.
    by : {"event", "label"}, optional
        A panel for each value.
    top : int
        How many sentences stand below the chart: those farthest in the direction of the dot.
    **options
        As for the chart.

    Returns
    -------
    anywidget.AnyWidget
        With traits ``dots`` (place and words of each), ``chosen`` (the number of the dot) and
        ``sentences`` (HTML).
    """
    rows = estimates.reset_index(drop=True)
    drawn = plot_panels(rows, by=by, **options) if by else plot_outlets(rows, **options)
    figure = getattr(drawn, "figure", None) or drawn
    picture = _data_url(figure)
    located = locate_dots(figure)
    about = [_say_dot(row) for _, _, row in located]
    widget = _chart_class()(
        picture=picture,
        about=f"{say(rows['measure'].iloc[0])} by outlet" if len(rows) else "an empty chart",
        width=int(figure.get_figwidth() * 120),
        looks=read_style(),
        dots=[[x, y, words] for (x, y, _), words in zip(located, about, strict=True)],
    )

    def show(change: dict) -> None:
        if 0 <= change["new"] < len(located):
            widget.sentences = show_sentences(located[change["new"]][2], data, top=top)

    widget.observe(show, names="chosen")
    if located:
        widget.chosen = 0
    return widget


def show_sentences(dot: dict, data: Tables, *, top: int = 8) -> str:
    """Return the sentences behind one estimate as HTML, its marked words marked.

    Parameters
    ----------
    dot : dict
        A row of the estimates table.
    data : Tables
        The finished tables.
    top : int
        So many, those farthest in the direction of the dot: the highest where it lies above the
        mean, else the lowest.
    """
    keys = ("measure", "label", "outlet", "voice", "event")
    lowest = str(dot["contrast"]) != "level" and float(dot["estimate"]) < 0
    found = find_segments(data, **{key: str(dot[key]) for key in keys}, lowest=lowest)
    end = "lowest" if lowest else "highest"
    head = f"{_say_dot(dot)}. {count_of(len(found), 'segment')} behind it"
    if found.empty:
        return f"<p>{escape(head)}.</p>"
    shown = found.head(top)
    lines = [
        f"<tr><td>{row.value:.3g}</td><td>{mark_sentence(row, data, str(dot['measure']))}</td>"
        f"<td>{escape('–' if row.headline == UNKNOWN else str(row.headline))}</td></tr>"
        for row in shown.itertuples(index=False)
    ]
    return (
        f"<p>{escape(head)}; the {len(shown)} {end}:</p><table><thead><tr><th>score</th>"
        f"<th>sentence</th><th>article</th></tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _say_dot(row: dict) -> str:
    """Return ``The Siren, own voice: 0.087 (95% interval 0.01 to 0.16)``, with its panel."""
    event = "" if row["event"] == ALL else f", {say_event(row['event'])}"
    label = "" if row["label"] in ("any", "loaded", "tone", "valence") else f", {say(row['label'])}"
    voice = SHORT_VOICES.get(str(row["voice"]), say(row["voice"]))
    return (
        f"{row['outlet']}, {voice}{label}{event}: {row['estimate']:.3g} "
        f"({interval_of(pd.Series(row))})"
    )


def _data_url(figure: Any) -> str:
    import base64

    picture = base64.b64encode(for_screen(render_png(figure))).decode()
    return f"data:image/png;base64,{picture}"


@cache
def _chart_class() -> type:
    import anywidget
    import traitlets

    class DotChart(anywidget.AnyWidget):
        """A chart as a picture with a button over each dot; the sentences behind one below it."""

        _esm = Path(__file__).with_name("dots.js").read_text(encoding="utf-8")
        picture = traitlets.Unicode().tag(sync=True)
        about = traitlets.Unicode().tag(sync=True)
        width = traitlets.Int(400).tag(sync=True)
        looks = traitlets.Unicode().tag(sync=True)
        dots = traitlets.List().tag(sync=True)
        chosen = traitlets.Int(-1).tag(sync=True)
        sentences = traitlets.Unicode("").tag(sync=True)

        def __repr__(self) -> str:
            return f"Chart of {len(self.dots)} dots: run this notebook in JupyterLab to open them."

    return DotChart
