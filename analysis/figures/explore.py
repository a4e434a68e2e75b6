"""Widgets for a notebook that is open in JupyterLab: the reader, and a chart with its sentences.

Every widget cell in the notebooks stands below its static result, so that a notebook on paper, as
HTML or on a code host loses nothing. The widgets work by keyboard, name their controls for screen
readers, and fetch nothing: the script is part of this package.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from analysis.figures.dots import plot_outlets
from analysis.figures.export import for_screen, render_png
from analysis.figures.marking import mark_article
from analysis.figures.names import say
from analysis.figures.reader import find_sentences, read_style
from analysis.figures.selection import ALL, Tables

MOST_PAGES = 80


def explore_articles(
    data: Tables,
    *,
    first: str = "",
    second: str = "",
    measures: tuple[str, ...] = ("loaded_words",),
) -> Any:
    """Show the reader: choose outlet and article, one beside it, a measure, the least weight.

    Parameters
    ----------
    data : Tables
        The finished tables; the chosen event's articles are offered, eighty at most.
    first, second : str
        Ids of the articles to open with.
    measures : tuple of str
        Whose evidence can be shown.

    Returns
    -------
    anywidget.AnyWidget
        With traits ``first``, ``second``, ``threshold`` and ``chosen`` (the mark last chosen).
    """
    event = data.choose_event()
    articles = data.articles[data.articles["event"] == event] if event != ALL else data.articles
    articles = articles.sort_values(["outlet", "published", "article_id"]).head(MOST_PAGES)
    known = [name for name in measures if (data.evidence["measure"] == name).any()]
    pages = [
        {
            "id": str(article.article_id),
            "outlet": str(article.outlet),
            "title": str(article.headline)[:80],
            "measure": measure,
            "html": mark_article(str(article.article_id), data, measure or None),
        }
        for measure in (known or [""])
        for article in articles.itertuples(index=False)
    ]
    ids = [page["id"] for page in pages]
    opened = first if first in ids else (ids[0] if ids else "")
    return _reader_class()(pages=pages, looks=read_style(), first=opened, second=second)


def explore_outlets(
    data: Tables, *, measures: tuple[str, ...] = ("loaded_language/loaded", "loaded_words/any")
) -> Any:
    """Show a chart whose event, measure and voice can be chosen, and the sentences behind a dot.

    Returns
    -------
    ipywidgets.VBox
        Dropdowns ``event``, ``measure``, ``voice`` and ``outlet``; the chart; the sentences.
    """
    import ipywidgets as widgets

    names = data.estimates[["measure", "label"]].drop_duplicates()
    there = [f"{row.measure}/{row.label}" for row in names.itertuples(index=False)]
    known = [name for name in measures if name in there] or sorted(there)[:20]
    if not known:
        return widgets.HTML("<p>The run has no estimates to explore.</p>")
    events = sorted(set(data.estimates["event"]), key=lambda name: (name != ALL, name))
    chosen = {
        "event": _dropdown(events, data.event if data.event in events else events[0], "event"),
        "measure": _dropdown(known, known[0], "measure"),
        "voice": _dropdown(["outlet", "quoted", "attributed"], "outlet", "voice"),
        "outlet": _dropdown(sorted(set(data.articles["outlet"])), None, "outlet"),
    }
    picture, sentences = widgets.HTML(), widgets.HTML()

    def draw(_: object = None) -> None:
        event, name, voice, outlet = (chosen[key].value for key in chosen)
        measure, label = name.split("/", 1)
        rows = data.estimates
        rows = rows[
            (rows["measure"] == measure) & (rows["label"] == label) & (rows["voice"] == voice)
            & (rows["event"] == event) & (rows["contrast"] == "minus event mean")
            & ~rows["corrected"]
        ]  # fmt: skip
        picture.value = _as_image(plot_outlets(rows.reset_index(drop=True)), say(measure))
        found = find_sentences(data, measure=measure, label=label, outlet=outlet, voice=voice)
        shown = found[["value", "text", "headline"]].assign(text=found["text"].str.slice(0, 200))
        sentences.value = shown.to_html(index=False, escape=True, float_format="{:.3g}".format)

    for control in chosen.values():
        control.observe(draw, names="value")
    draw()
    return widgets.VBox([widgets.HBox(list(chosen.values())), picture, sentences])


def _dropdown(options: list[str], value: str | None, name: str) -> Any:
    import ipywidgets as widgets

    control = widgets.Dropdown(options=options, value=value or options[0], description=name)
    control.add_class(f"oa-choose-{name}")
    return control


def _as_image(ax: Any, about: str) -> str:
    import base64
    from html import escape

    picture = base64.b64encode(for_screen(render_png(ax.figure))).decode()
    width = int(ax.figure.get_figwidth() * 120)
    return f'<img alt="{escape(about)}" width="{width}" src="data:image/png;base64,{picture}">'


@cache
def _reader_class() -> type:
    import anywidget
    import traitlets

    class ArticleReader(anywidget.AnyWidget):
        """The reader; its script and looks lie beside this module."""

        _esm = Path(__file__).with_name("reader.js").read_text(encoding="utf-8")
        pages = traitlets.List().tag(sync=True)
        looks = traitlets.Unicode().tag(sync=True)
        first = traitlets.Unicode("").tag(sync=True)
        second = traitlets.Unicode("").tag(sync=True)
        threshold = traitlets.Float(0.0).tag(sync=True)
        chosen = traitlets.Unicode("").tag(sync=True)

        def __repr__(self) -> str:
            return f"Reader of {len(self.pages)} pages: run this notebook in JupyterLab to use it."

    return ArticleReader
