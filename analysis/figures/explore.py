"""Widgets for a notebook that is open in JupyterLab: the reader, and a chart of one's choice.

Every widget cell in the notebooks stands below its static result, so that a notebook on paper, as
HTML or on a code host loses nothing. The widgets work by keyboard, name their controls for screen
readers, and fetch nothing: their scripts are part of this package.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from analysis.figures.behind import say_kept
from analysis.figures.counts import LEAST_WEIGHT
from analysis.figures.dots import plot_outlets
from analysis.figures.marking import Note, mark_article
from analysis.figures.names import SHORT_VOICES, count_of, list_of, say, say_event
from analysis.figures.open_marks import make_widget, open_marks
from analysis.figures.recipes import CHECKS, RECIPES
from analysis.figures.selection import ALL, Tables
from analysis.figures.style import locate_marks
from analysis.tables import SPEAKING

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
    return make_widget(
        "reader.js",
        f"Reader of {count_of(len(pages), 'page')}: run this notebook in JupyterLab to use it.",
        pages=pages,
        measures=[[name, say(name), least[name]] for name in known],
        measure=known[0] if known else "",
        threshold=least[known[0]] if known else 0.0,
        first=opened,
        second=second if second in ids else "",
        chosen="",
    )


def explore_outlets(
    data: Tables, *, measures: tuple[str, ...] = ("loaded_language/loaded", "loaded_words/any")
) -> Any:
    """Show a chart whose event, measure and voice can be chosen, and the sentences behind its dots.

    Returns
    -------
    ipywidgets.VBox
        Dropdowns ``event``, ``measure``, ``voice`` and ``outlet``, then the chart as
        ``open_marks`` gives it. Choosing an outlet chooses its dot.
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
        "voice": _dropdown([(SHORT_VOICES[v], v) for v in SPEAKING],
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
        place.children = [open_marks(plot_outlets(rows), data, about=f"{say(measure)} by outlet")]
        point()

    def point(_: object = None) -> None:
        chart = place.children[0]
        name = f"{chosen['outlet'].value}, "
        mine = [n for n, dot in enumerate(chart.marks) if dot[2].startswith(name)]
        if mine:
            chart.chosen = mine[0]

    for name, control in chosen.items():
        control.observe(point if name == "outlet" else draw, names="value")
    draw()
    said = "A chart of outlets whose dots open"
    return _box([widgets.HBox(list(chosen.values())), place], said, place.children[0].kept)


def explore_figures(data: Tables, *names: str) -> Any:
    """Show one of several figures of the run, chosen by name, and the sentences behind its marks.

    Parameters
    ----------
    data : Tables
        The finished tables.
    *names : str
        Names of figures as in ``gallery.GALLERY``; those whose tables are empty are left out.

    Returns
    -------
    ipywidgets.VBox
        A dropdown ``figure``, then the figure as ``open_marks`` gives it. On paper it says in
        which tables the rows behind the marks are.
    """
    import ipywidgets as widgets

    recipes = RECIPES | CHECKS
    unknown = [name for name in names if name not in recipes]
    if unknown:
        raise ValueError(f"no figure is called {unknown[0]!r}; there are {list(recipes)}")
    made = {name: made for name in names if (made := recipes[name](data)) is not None}
    if not made:
        return widgets.HTML("<p>The run has no rows for these figures.</p>")
    opened = {}
    control = _dropdown(
        [(name.replace("-", " "), name) for name in made], next(iter(made)), "figure"
    )
    place = widgets.VBox()

    def show(_: object = None) -> None:
        name = control.value
        if name not in opened:
            drawn, _, alt = made[name]
            opened[name] = open_marks(drawn, data, about=alt)
        place.children = [opened[name]]

    control.observe(show, names="value")
    show()
    return _box(
        [control, place],
        f"Figures whose marks open ({list_of(list(made))})",
        *map(_kept, made.values()),
    )


def _dropdown(options: list[tuple[str, str]], value: str, name: str) -> Any:
    import ipywidgets as widgets

    control = widgets.Dropdown(options=options, value=value, description=name)
    control.add_class(f"oa-choose-{name}")
    return control


def _kept(made: tuple) -> str:
    """Say where the rows behind the marks of a figure are, as a recipe made it."""
    figure = getattr(made[0], "figure", None) or made[0]
    return say_kept([getattr(figure, "known", {}) | mark for _, _, mark in locate_marks(figure)])


def _box(children: list, said: str, *kept: str) -> Any:
    """Return the choices and the chart; on paper, what they are and where their rows are."""
    where = " ".join(dict.fromkeys(filter(None, kept)))
    box = _box_class()(children)
    box.said = f"{said}: run this notebook in JupyterLab to choose. {where}".strip()
    return box


@cache
def _box_class() -> type:
    import ipywidgets as widgets

    return type("Chosen", (widgets.VBox,), {"__repr__": lambda self: self.said})
