"""Widgets for a notebook that is open in JupyterLab: the reader, and a chart of one's choice.

Every widget cell in the notebooks stands below its static result, so that a notebook on paper, as
HTML or on a code host loses nothing. The widgets work by keyboard, name their controls for screen
readers, and fetch nothing: their scripts are part of this package.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from analysis.figures.counts import LEAST_WEIGHT
from analysis.figures.marking import Note, mark_article
from analysis.figures.names import SHORT_VOICES, say, say_event
from analysis.figures.open_dots import explore_dots
from analysis.figures.reader import read_style
from analysis.figures.selection import ALL, Tables

MOST_PAGES = 80
MARKED = ("loaded_words", "loaded_language", "sentiment_toward", "policy_frames")
LEAST = 0.1  # marks lighter than this are not sent to the page at all


def explore_articles(
    data: Tables, *, first: str = "", second: str = "", measures: tuple[str, ...] = MARKED
) -> Any:
    """Show the reader: choose outlet and article, one beside it, what is marked, from which weight.

    Parameters
    ----------
    data : Tables
        The finished tables; the chosen event's articles are offered, eighty at most.
    first, second : str
        Ids of the articles to open with. Two articles of one event have the claims that both
        carry numbered alike; a number leads to the other article's sentence.
    measures : tuple of str
        Whose evidence can be shown, of those that the run has.

    Returns
    -------
    anywidget.AnyWidget
        With traits ``first``, ``second``, ``measure``, ``threshold`` and ``chosen`` (the mark last
        chosen, with its numbers).
    """
    event = data.choose_event()
    articles = data.articles[data.articles["event"] == event] if event != ALL else data.articles
    articles = articles.sort_values(["outlet", "published", "article_id"]).head(MOST_PAGES)
    known = [name for name in measures if (data.evidence["measure"] == name).any()]
    claims = data.claims[data.claims["status"] == "carried"]
    pages = []
    for article in articles.itertuples(index=False):
        one = str(article.article_id)
        rows = claims[claims["article_id"] == one]
        notes = [
            Note(int(row.start), int(row.end), "", str(row.claim_id)) for row in rows.itertuples()
        ]
        pages.append(
            {
                "id": one,
                "outlet": str(article.outlet),
                "title": str(article.headline)[:80],
                "html": mark_article(one, data, known, notes=notes, least=LEAST),
            }
        )
    ids = [page["id"] for page in pages]
    opened = first if first in ids else (ids[0] if ids else "")
    least = {name: LEAST_WEIGHT.get(name, 0.0) for name in known}
    return _reader_class()(
        pages=pages,
        looks=read_style(),
        measures=[[name, say(name), least[name]] for name in known],
        measure=known[0] if known else "",
        threshold=least[known[0]] if known else 0.0,
        first=opened,
        second=second if second in ids else "",
    )


def explore_outlets(
    data: Tables, *, measures: tuple[str, ...] = ("loaded_language/loaded", "loaded_words/any")
) -> Any:
    """Show a chart whose event, measure and voice can be chosen, and the sentences behind its dots.

    Returns
    -------
    ipywidgets.VBox
        Dropdowns ``event``, ``measure``, ``voice`` and ``outlet``, then the chart as
        ``explore_dots`` gives it. Choosing an outlet chooses its dot.
    """
    import ipywidgets as widgets

    names = data.estimates[["measure", "label"]].drop_duplicates()
    there = [f"{row.measure}/{row.label}" for row in names.itertuples(index=False)]
    known = [name for name in measures if name in there] or sorted(there)[:20]
    if not known:
        return widgets.HTML("<p>The run has no estimates to explore.</p>")
    events = sorted(set(data.estimates["event"]), key=lambda name: (name != ALL, name))
    outlets = sorted(set(data.estimates["outlet"]))
    chosen = {
        "event": _dropdown([("all events" if e == ALL else say_event(e), e) for e in events],
                           data.event if data.event in events else events[0], "event"),
        "measure": _dropdown([(say(name), name) for name in known], known[0], "measure"),
        "voice": _dropdown([(SHORT_VOICES[v], v) for v in ("outlet", "quoted", "attributed")],
                           "outlet", "voice"),
        "outlet": _dropdown([(name, name) for name in outlets], outlets[0], "outlet"),
    }  # fmt: skip
    place = widgets.VBox()

    def draw(_: object = None) -> None:
        event, name, voice = (chosen[key].value for key in ("event", "measure", "voice"))
        measure, label = name.split("/", 1)
        rows = data.estimates
        rows = rows[
            (rows["measure"] == measure) & (rows["label"] == label) & (rows["voice"] == voice)
            & (rows["event"] == event) & (rows["contrast"] == "minus event mean")
            & ~rows["corrected"]
        ]  # fmt: skip
        place.children = [explore_dots(rows, data)]
        point()

    def point(_: object = None) -> None:
        chart = place.children[0]
        name = f"{chosen['outlet'].value}, "
        mine = [n for n, dot in enumerate(chart.dots) if dot[2].startswith(name)]
        if mine:
            chart.chosen = mine[0]

    for name, control in chosen.items():
        control.observe(point if name == "outlet" else draw, names="value")
    draw()
    return _box_class()([widgets.HBox(list(chosen.values())), place])


def _dropdown(options: list[tuple[str, str]], value: str, name: str) -> Any:
    import ipywidgets as widgets

    control = widgets.Dropdown(options=options, value=value, description=name)
    control.add_class(f"oa-choose-{name}")
    return control


@cache
def _box_class() -> type:
    import ipywidgets as widgets

    class ChosenChart(widgets.VBox):
        """The choices and the chart; on paper, a sentence."""

        def __repr__(self) -> str:
            return "A chart to choose: run this notebook in JupyterLab to use it."

    return ChosenChart


@cache
def _reader_class() -> type:
    import anywidget
    import traitlets

    class ArticleReader(anywidget.AnyWidget):
        """The reader; its script and looks lie beside this module."""

        _esm = Path(__file__).with_name("reader.js").read_text(encoding="utf-8")
        pages = traitlets.List().tag(sync=True)
        measures = traitlets.List().tag(sync=True)
        looks = traitlets.Unicode().tag(sync=True)
        first = traitlets.Unicode("").tag(sync=True)
        second = traitlets.Unicode("").tag(sync=True)
        measure = traitlets.Unicode("").tag(sync=True)
        threshold = traitlets.Float(0.0).tag(sync=True)
        chosen = traitlets.Unicode("").tag(sync=True)

        def __repr__(self) -> str:
            return f"Reader of {len(self.pages)} pages: run this notebook in JupyterLab to use it."

    return ArticleReader
