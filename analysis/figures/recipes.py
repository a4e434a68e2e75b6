"""Each figure of the suite: the table it takes, the chart, the caption, the alternative text.

A recipe takes a run's ``Tables`` and returns figure, caption and alternative text, or ``None``
where its table is empty. ``gallery`` draws them; the notebooks make the same calls in the open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from analysis.figures.answers import say_background, say_role_verdicts
from analysis.figures.captions import alt_counts, alt_for, caption_counts, caption_for
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
from analysis.figures.names import say_measure
from analysis.figures.panels import plot_panels
from analysis.figures.positions import plot_dumbbells, plot_positions
from analysis.figures.selection import Tables
from analysis.figures.speech import (
    SHOWN_ASPECTS,
    plot_cues,
    plot_roles,
    plot_speakers,
    plot_voices,
)
from analysis.figures.titles import card_of, title_of
from analysis.figures.words import plot_keyness, plot_labelling, plot_words
from analysis.outlets.actor_roles import count_roles
from analysis.outlets.places import compare_headlines, follow_positions
from analysis.outlets.validation import read_cards
from analysis.tables import CLAIM_STATUSES

BOTH = ("outlet", "quoted")
LOADED = ("loaded_language/loaded", "loaded_words/any")
Recipe = Callable[[Tables], tuple | None]


def _counted(
    name: str,
    plot: Callable,
    rows: pd.DataFrame,
    data: Tables,
    *,
    by: str = "outlet",
    value: str = "n",
    interval: bool = False,
    **words: str,
) -> tuple | None:
    """Draw rows: the caption opens with the figure's title, its base is the event shown."""
    if rows.empty:
        return None
    articles = data.articles
    if "event" in words:
        articles = articles[articles["event"] == words["event"]]
    title = title_of(name, **words)
    caption = caption_counts(
        title,
        interval=interval,
        articles=articles,
        invented=data.invented,
        **card_of(name, words.get("measure", "")),
    )
    drawn = plot(rows)
    (getattr(drawn, "figure", None) or drawn).known = words  # what the rows leave open
    return drawn, caption, alt_counts(title, rows, by=by, value=value, sums=not interval)


def _volume(data: Tables) -> tuple | None:
    return _counted("volume", plot_volume, count_articles(data.articles), data, value="n_articles")


def _timeline(data: Tables) -> tuple | None:
    return _counted("timeline", plot_timeline, count_days(data.articles), data, value="n_articles")


def _cuts(data: Tables) -> tuple | None:
    return _counted("cuts", plot_cuts, count_cuts(data.cuts, data.articles), data, value="share")


def _voices(data: Tables) -> tuple | None:
    rows = count_voices(data.segments, data.articles)
    options = {"value": "n_words"}
    return _counted("voices", plot_voices, rows, data, **options)


def _speakers(data: Tables) -> tuple | None:
    rows = count_speakers(data.segments, data.articles, top=12)
    options = {"by": "speaker", "value": "n_words"}
    return _counted("speakers", plot_speakers, rows, data, **options)


def _cues(data: Tables) -> tuple | None:
    rows = count_cue_kinds(data.segments, data.articles)
    options = {"value": "n_segments"}
    return _counted("cues", plot_cues, rows, data, **options)


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
    name, _ = data.choose_measure(*LOADED)
    rows = count_evidence(data.evidence, data.segments, data.articles, measure=name, top=15)
    options = {"by": "word", "measure": name}
    return _counted("top-loaded-words", plot_words, rows, data, **options)


def _tone(data: Tables) -> tuple | None:
    name, label = data.choose_measure("tone/tone", "tone_words/valence")
    return _estimated(plot_outlets, data.estimates_of(name, label=label, voices=BOTH), data)


def _toward(data: Tables) -> tuple | None:
    rows = data.estimates_of("sentiment_toward")
    return _by_label(rows, data.choose_actors(rows), data)


def _frames(data: Tables) -> tuple | None:
    rows = data.estimates_of(data.choose_frames("policy_frames"))
    return _by_label(rows, data.choose_labels(rows, top=8), data)


def _keyness(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = data.keyness[(data.keyness["event"] == event) & (data.keyness["voice"] == "outlet")]
    options = {"by": "word", "value": "z", "interval": True, "event": event}
    options |= {"background": say_background(rows)}
    return _counted("keyness", lambda frame: plot_keyness(frame, top=6), rows, data, **options)


def _labelling(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = list_concepts(data.labelling[data.labelling["event"] == event])
    options = {"by": "term", "value": "count", "event": event}
    return _counted("labelling", plot_labelling, rows, data, **options)


def _roles(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = count_roles(*(t[t["event"] == event] for t in (data.roles, data.portrayals)))
    options = {"by": "actor", "value": "count", "event": event}
    options |= {"verdicts": say_role_verdicts(rows)}
    rows = rows[rows["aspect"].isin(SHOWN_ASPECTS)]
    return _counted("roles", plot_roles, rows, data, **options)


def _claims(data: Tables) -> tuple | None:
    event = data.choose_event()
    rows = list_claims(data.claims[data.claims["event"] == event], top=20)
    if rows.empty:
        return None
    options = {"by": "claim", "value": "n_outlets", "event": event}
    figure, caption, _ = _counted("claims", plot_claims, rows, data, **options)
    n = rows.groupby("status").size()
    said = ", ".join(f"{status} {n[status]:,}" for status in CLAIM_STATUSES if status in n)
    shown = f"{rows['claim_id'].nunique()} claims in {rows['outlet'].nunique()} outlets"
    return figure, caption, f"{title_of('claims', event=event)} {shown}: {said}."


def _cards(data: Tables) -> tuple | None:
    rows = read_cards().dropna(subset="value")
    options = {"by": "measure", "value": "value", "interval": True}
    made = _counted("measures", plot_figures, rows, data, **options)
    if made is None:
        return None
    # Other people's texts: nothing here was counted in the corpus at hand.
    caption = caption_counts(title_of("measures"), interval=True)
    return made[0], caption, caption


def _by_label(rows: pd.DataFrame, labels: list[str], data: Tables) -> tuple | None:
    shown = rows[rows["label"].isin(labels)]
    plot = partial(plot_panels, by="label", panels=labels)
    return _estimated(plot, shown, data, among=rows)


def _estimated(
    plot: Callable, rows: pd.DataFrame, data: Tables, *, among: pd.DataFrame | None = None
) -> tuple | None:
    if rows["estimate"].notna().sum() == 0:
        return None
    about = {"articles": data.articles, "invented": data.invented, "among": among}
    caption = caption_for(rows, **about)
    return plot(rows), caption, alt_for(rows)


def _headlines(data: Tables) -> tuple | None:
    name, label = data.choose_measure(*LOADED)
    parts = (data.scores, data.segments, data.articles)
    rows = compare_headlines(*parts, measure=name, label=label)
    words = {"first": "headline", "second": "text below", "unit": say_measure(name).short}
    options = {"value": "first", "interval": True, "measure": name}
    return _counted("headline-body", lambda t: plot_dumbbells(t, **words), rows, data, **options)


def _positions(data: Tables) -> tuple | None:
    name, label = data.choose_measure(*LOADED)
    parts = (data.scores, data.segments, data.articles)
    rows = follow_positions(*parts, measure=name, label=label)
    unit = say_measure(name).short
    options = {"value": "estimate", "interval": True, "measure": name}
    return _counted("positions", lambda t: plot_positions(t, unit=unit), rows, data, **options)


def _distances(data: Tables) -> tuple | None:
    name = data.choose_frames("policy_frames")
    options = {"value": "estimate", "interval": True, "measure": name}
    return _counted("frame-distances", plot_distances, find_distances(data, name), data, **options)


def _robustness(data: Tables) -> tuple | None:
    declared = find_declaration("", data)
    rows = run_declared(declared, data)
    caption = caption_declared(declared, rows, data)
    unit = f"{declared.outlet} minus the event's mean"
    title = title_of("robustness", result=declared.name)
    alt = alt_counts(title, rows, by="specification", value="estimate", sums=False)
    return plot_robustness(rows, unit=unit), caption, alt


def _calibration(data: Tables) -> tuple | None:
    coding = Coding(data, LOADED[0], instead=LOADED[1])
    options = {"by": "predicted", "value": "observed", "interval": True}
    options |= {"measure": coding.measure}
    return _counted("calibration", plot_calibration, coding.calibration(), data, **options)


def _corrected(data: Tables) -> tuple | None:
    rows = Coding(data, "loaded_words/any").corrected()
    unit = "share of words in loaded segments"
    return _estimated(lambda t: plot_corrected(t, unit=unit), rows, data)


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
