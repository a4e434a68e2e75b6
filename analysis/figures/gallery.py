"""A run's finished tables → every figure of the suite, by name.

One entry a figure: the table it takes, the chart, the caption. ``python -m analysis run`` draws
them all; a notebook that shows one makes the same calls in the open, with its own event and
outlets. A figure whose table is empty is not drawn, and its name is not returned.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis.figures.captions import alt_for, caption_counts, caption_for
from analysis.figures.charts import plot_cuts, plot_timeline, plot_volume
from analysis.figures.checks import plot_figures
from analysis.figures.contents import list_claims, list_concepts
from analysis.figures.counts import (
    count_articles,
    count_cue_kinds,
    count_cuts,
    count_days,
    count_evidence,
    count_speakers,
    count_voices,
)
from analysis.figures.dots import plot_outlets
from analysis.figures.export import Saved, save
from analysis.figures.journals import MM_PER_INCH, millimetres
from analysis.figures.matrices import plot_claims
from analysis.figures.panels import plot_panels
from analysis.figures.selection import Tables
from analysis.figures.speech import plot_cues, plot_roles, plot_speakers, plot_voices
from analysis.figures.words import plot_keyness, plot_labelling, plot_words
from analysis.measures.roles import count_roles
from analysis.outlets.validation import read_cards

BOTH = ("outlet", "quoted")


def draw_figures(tables: Path | str, figures: Path | str, *, seed: int | None = None) -> list[str]:
    """Draw every figure that the tables can fill.

    Parameters
    ----------
    tables, figures : path
        ``OUT/tables`` and ``OUT/figures``.
    seed : int, optional
        Written into the manifests.

    Returns
    -------
    list of str
        The names of the figures that were drawn, in the order of the notebooks.
    """
    data = Tables(tables, seed=seed)
    sources = data.sources
    drawn = (draw_figure(name, data, figures, sources=sources) for name in GALLERY)
    return [saved.name for saved in drawn if saved is not None]


def draw_figure(
    name: str,
    data: Tables,
    figures: Path | str,
    *,
    sources: dict | None = None,
    width: str | float | None = None,
    prefix: str = "",
) -> Saved | None:
    """Draw one figure of the gallery; ``None`` when its table is empty.

    Parameters
    ----------
    name : str
        A key of ``GALLERY``.
    data : Tables
        The finished tables.
    figures : path
        Where the files go.
    sources : dict, optional
        ``data.sources``, where several figures share it.
    width : str or float, optional
        As for ``export.save``; a figure drawn for the page is not squeezed into a column.
    prefix : str
        Set before the name of the files.
    """
    if name not in GALLERY:
        raise ValueError(f"no figure is called {name!r}; there are {list(GALLERY)}")
    made = GALLERY[name](data)
    if made is None:
        return None
    figure, caption, alt = made
    manifest = sources if sources is not None else data.sources
    options = {"caption": caption, "alt": alt, "manifest": manifest}
    if width is not None and _fits(figure, width):
        options["width"] = width
    return save(figure, prefix + name, figures, **options)


def _fits(drawn: object, width: str | float) -> bool:
    """Tell whether a figure may take a width: never a narrower one, nor one twice as wide."""
    figure = getattr(drawn, "figure", None) or drawn
    wanted = millimetres(width) / MM_PER_INCH
    return 0.93 * figure.get_figwidth() <= wanted <= 1.6 * figure.get_figwidth()


def _counted(
    plot: Callable, rows: pd.DataFrame, title: str, data: Tables, *, interval: bool = False
) -> tuple | None:
    if rows.empty:
        return None
    about = {"articles": data.articles, "invented": data.invented}
    caption = caption_counts(title, interval=interval, **about)
    return plot(rows), caption, f"{title} {len(rows)} rows; see the CSV beside the figure."


def _volume(data: Tables) -> tuple | None:
    title = "Articles read, by outlet and by what they are."
    return _counted(plot_volume, count_articles(data.articles), title, data)


def _timeline(data: Tables) -> tuple | None:
    title = "Days on which each outlet published."
    return _counted(plot_timeline, count_days(data.articles), title, data)


def _cuts(data: Tables) -> tuple | None:
    title = "Share of each outlet's pages that was cut as page furniture, by rule."
    return _counted(plot_cuts, count_cuts(data.cuts, data.articles), title, data)


def _voices(data: Tables) -> tuple | None:
    title = "Whose words fill each outlet's articles."
    return _counted(plot_voices, count_voices(data.segments, data.articles), title, data)


def _speakers(data: Tables) -> tuple | None:
    title = "Words given to the twelve speakers who are given most, quoted and reported."
    rows = count_speakers(data.segments, data.articles, top=12)
    return _counted(plot_speakers, rows, title, data)


def _cues(data: Tables) -> tuple | None:
    title = "How speech is introduced: shares of verbs that take no side, doubt or vouch."
    return _counted(plot_cues, count_cue_kinds(data.segments, data.articles), title, data)


def _loaded(data: Tables, **options) -> pd.DataFrame:
    name, label = data.choose_measure("loaded_language/loaded", "loaded_words/any")
    return data.estimates_of(name, label=label, **options)


def _loaded_differences(data: Tables) -> tuple | None:
    return _estimated(plot_outlets, _loaded(data, voices=BOTH), data)


def _loaded_levels(data: Tables) -> tuple | None:
    return _estimated(plot_outlets, _loaded(data, voices=BOTH, contrast="level"), data)


def _loaded_events(data: Tables) -> tuple | None:
    rows = _loaded(data, each_event=True)
    return _estimated(lambda frame: plot_panels(frame, by="event"), rows, data)


def _loaded_lists(data: Tables) -> tuple | None:
    rows = data.estimates_of("loaded_words")
    rows = rows[~rows["label"].isin(["any", "negated"])]
    return _estimated(lambda frame: plot_panels(frame, by="label"), rows, data)


def _top_words(data: Tables) -> tuple | None:
    title = "Loaded words in the outlets' own voice, the most frequent fifteen."
    name, _ = data.choose_measure("loaded_language/loaded", "loaded_words/any")
    rows = count_evidence(data.evidence, data.segments, data.articles, measure=name, top=15)
    return _counted(plot_words, rows, title, data)


def _tone(data: Tables) -> tuple | None:
    name, label = data.choose_measure("tone/tone", "tone_words/valence")
    return _estimated(plot_outlets, data.estimates_of(name, label=label, voices=BOTH), data)


def _toward(data: Tables) -> tuple | None:
    return _by_label(data.estimates_of("sentiment_toward"), data, top=6)


def _frames(data: Tables) -> tuple | None:
    return _by_label(data.estimates_of(data.choose_frames("policy_frames")), data, top=8)


def _keyness(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = data.keyness[(data.keyness["event"] == event) & (data.keyness["voice"] == "outlet")]
    title = f"Words that outlets use more than the others, event {event}; whisker: 95% interval."
    return _counted(lambda frame: plot_keyness(frame, top=6), rows, title, data, interval=True)


def _labelling(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = list_concepts(data.labelling[data.labelling["event"] == event])
    title = f"What the same thing is called, by outlet, event {event}."
    return _counted(plot_labelling, rows, title, data)


def _roles(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = count_roles(data.roles[data.roles["event"] == event])
    title = f"Actors shown acting and suffering in the outlets' own voice, event {event}."
    return _counted(plot_roles, rows, title, data)


def _claims(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = list_claims(data.claims[data.claims["event"] == event])
    title = f"Which outlet carries which claim, in whose voice and how early, event {event}."
    return _counted(plot_claims, rows, title, data)


def _cards(data: Tables) -> tuple | None:
    rows = read_cards().dropna(subset="value")
    title = "What each measure is worth on labelled data, for the claim that a chart makes with it."
    return _counted(plot_figures, rows, title, data, interval=True)


def _by_label(rows: pd.DataFrame, data: Tables, *, top: int) -> tuple | None:
    labels = data.choose_labels(rows, top=top)
    rows = rows[rows["label"].isin(labels)]
    return _estimated(lambda frame: plot_panels(frame, by="label", panels=labels), rows, data)


def _estimated(plot: Callable, rows: pd.DataFrame, data: Tables) -> tuple | None:
    if rows["estimate"].notna().sum() == 0:
        return None
    caption = caption_for(rows, articles=data.articles, invented=data.invented)
    return plot(rows), caption, alt_for(rows)


GALLERY: dict[str, Callable[[Tables], tuple | None]] = {
    "volume": _volume,
    "timeline": _timeline,
    "cuts": _cuts,
    "voices": _voices,
    "speakers": _speakers,
    "cues": _cues,
    "measures": _cards,
    "loaded-language": _loaded_differences,
    "loaded-language-levels": _loaded_levels,
    "loaded-language-by-event": _loaded_events,
    "loaded-words-by-list": _loaded_lists,
    "top-loaded-words": _top_words,
    "tone": _tone,
    "sentiment-by-actor": _toward,
    "frames": _frames,
    "roles": _roles,
    "keyness": _keyness,
    "labelling": _labelling,
    "claims": _claims,
}
