"""Each figure of the suite: the table it takes, the chart, the caption, the alternative text.

A recipe takes a run's ``Tables`` and returns figure, caption and alternative text, or ``None``
where its table is empty. ``gallery`` draws them; the notebooks make the same calls in the open.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.figures.captions import alt_for, caption_counts, caption_for
from analysis.figures.charts import plot_cuts, plot_timeline, plot_volume
from analysis.figures.checks import plot_calibration, plot_corrected, plot_figures, plot_robustness
from analysis.figures.codes import Coding
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
from analysis.figures.declared import caption_declared, find_declaration, run_declared
from analysis.figures.distances import find_distances, plot_distances
from analysis.figures.dots import plot_outlets
from analysis.figures.matrices import plot_claims
from analysis.figures.names import say
from analysis.figures.panels import plot_panels
from analysis.figures.positions import plot_dumbbells, plot_positions
from analysis.figures.selection import Tables
from analysis.figures.speech import plot_cues, plot_roles, plot_speakers, plot_voices
from analysis.figures.words import plot_keyness, plot_labelling, plot_words
from analysis.measures.roles import count_roles
from analysis.outlets.places import compare_headlines, follow_positions
from analysis.outlets.validation import read_cards

BOTH = ("outlet", "quoted")
LOADED = ("loaded_language/loaded", "loaded_words/any")
Recipe = Callable[[Tables], tuple | None]


def _counted(
    plot: Callable, rows: pd.DataFrame, title: str, data: Tables, *, interval: bool = False
) -> tuple | None:
    if rows.empty:
        return None
    about = {"articles": data.articles, "invented": data.invented}
    caption = caption_counts(title, interval=interval, **about)
    return plot(rows), caption, caption


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
    name, label = data.choose_measure(*LOADED)
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
    name, _ = data.choose_measure(*LOADED)
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


def _headlines(data: Tables) -> tuple | None:
    name, label = data.choose_measure(*LOADED)
    parts = (data.scores, data.segments, data.articles)
    rows = compare_headlines(*parts, measure=name, label=label)
    title = f"Headlines beside bodies ({say(name)}); thin lines: 95% intervals."
    words = {"first": "headline", "second": "body", "unit": f"{say(name)}, level"}
    return _counted(lambda t: plot_dumbbells(t, **words), rows, title, data, interval=True)


def _positions(data: Tables) -> tuple | None:
    name, label = data.choose_measure(*LOADED)
    parts = (data.scores, data.segments, data.articles)
    rows = follow_positions(*parts, measure=name, label=label)
    title = f"{say(name)} by position in the article, means weighted by words."
    return _counted(lambda t: plot_positions(t, unit=f"{say(name)}, level"), rows, title, data)


def _distances(data: Tables) -> tuple | None:
    name = data.choose_frames("policy_frames")
    title = f"Distance between outlets' mixes of {say(name)}; upright bar: chance."
    return _counted(plot_distances, find_distances(data, name), title, data, interval=True)


def _robustness(data: Tables) -> tuple | None:
    declared = find_declaration("", data)
    rows = run_declared(declared, data)
    caption = caption_declared(declared, rows, data)
    unit = f"{declared.outlet} minus the event's mean"
    return plot_robustness(rows, unit=unit), caption, caption


def _corrected(data: Tables) -> tuple | None:
    rows = Coding(data, "loaded_words/any").corrected()
    unit = "share of words in loaded segments"
    return _estimated(lambda t: plot_corrected(t, unit=unit), rows, data)


def _calibration(data: Tables) -> tuple | None:
    rows = Coding(data, "loaded_words/any").calibration()
    title = "Loaded words against the codes, by fifths of the score; whiskers: 95% intervals."
    return _counted(plot_calibration, rows, title, data, interval=True)


RECIPES: dict[str, Recipe] = {
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
    "frame-distances": _distances,
    "headline-body": _headlines,
    "positions": _positions,
}
# Figures of the loop of coding and of robustness: they estimate again, which takes seconds each.
CHECKS: dict[str, Recipe] = {
    "calibration": _calibration,
    "robustness": _robustness,
    "corrected": _corrected,
}
