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
from analysis.figures.panels import plot_panels
from analysis.figures.selection import Tables
from analysis.figures.speech import plot_cues, plot_speakers, plot_voices
from analysis.figures.words import plot_words

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
    name: str, data: Tables, figures: Path | str, *, sources: dict | None = None, **options
) -> Saved | None:
    """Draw one figure of the gallery; ``None`` when its table is empty.

    ``options`` go to ``export.save`` (``width="springer single"``).
    """
    if name not in GALLERY:
        raise ValueError(f"no figure is called {name!r}; there are {list(GALLERY)}")
    made = GALLERY[name](data)
    if made is None:
        return None
    figure, caption, alt = made
    manifest = sources if sources is not None else data.sources
    return save(figure, name, figures, caption=caption, alt=alt, manifest=manifest, **options)


def _counted(plot: Callable, rows: pd.DataFrame, title: str, data: Tables) -> tuple | None:
    if rows.empty:
        return None
    caption = caption_counts(title, articles=data.articles, invented=data.invented)
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


def _loaded_words(data: Tables) -> tuple | None:
    rows = data.estimates_of("loaded_words", label="any", voices=BOTH)
    return _estimated(plot_outlets, rows, data)


def _loaded_levels(data: Tables) -> tuple | None:
    rows = data.estimates_of("loaded_words", label="any", voices=BOTH, contrast="level")
    return _estimated(plot_outlets, rows, data)


def _loaded_events(data: Tables) -> tuple | None:
    rows = data.estimates_of("loaded_words", label="any", each_event=True)
    return _estimated(lambda frame: plot_panels(frame, by="event"), rows, data)


def _loaded_lists(data: Tables) -> tuple | None:
    rows = data.estimates_of("loaded_words")
    rows = rows[~rows["label"].isin(["any", "negated"])]
    return _estimated(lambda frame: plot_panels(frame, by="label"), rows, data)


def _top_words(data: Tables) -> tuple | None:
    title = "Loaded words in the outlets' own voice, the most frequent fifteen."
    rows = count_evidence(
        data.evidence, data.segments, data.articles, measure="loaded_words", top=15
    )
    return _counted(plot_words, rows, title, data)


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
    "loaded-words": _loaded_words,
    "loaded-words-levels": _loaded_levels,
    "loaded-words-by-event": _loaded_events,
    "loaded-words-by-list": _loaded_lists,
    "top-loaded-words": _top_words,
}
