"""Finished tables → charts of whose words they are: voices, speakers, verbs that introduce speech.

Bars are shares of a whole, so zero means none; what could not be decided is a piece of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.charts import name_faces, stack_shares, write_percent
from analysis.figures.names import ASPECTS, SHORT_VOICES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CUE_SHADES = {
    "doubting": "#1f1f1f", "endorsing": "#a65e00", "neutral": "#e0e0e0", "none": "#ffffff",
}  # fmt: skip

SHOWN_ASPECTS = tuple(ASPECTS)


@style.chart
def plot_voices(
    counts: pd.DataFrame, *, ax: Axes | None = None, order: Sequence[str] | None = None
) -> Axes:
    """Draw whose words fill each outlet's articles: its own, quoted, reported, undecided.

    Parameters
    ----------
    counts : DataFrame
        ``outlet, voice, share, n_words, n_articles`` as ``count_voices`` gives.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    order : list of str, optional
        Outlets from top to bottom; by the share of their own voice if not given.
    """
    wide = counts.pivot_table(index="outlet", columns="voice", values="share", fill_value=0)
    voices = [voice for voice in SHORT_VOICES if voice in wide and wide[voice].sum() > 0]
    if order is None and "outlet" in wide:
        order = list(wide["outlet"].sort_values(ascending=False, kind="stable").index)
    order = list(order if order is not None else wide.index)
    ax = ax or style.new_figure(style.row_height(order) + 1.6, width="single")[1][0]
    if not order or not voices:
        return style.say_nothing_to_show(ax, "No article was used, so no words are counted.")
    articles = counts.groupby("outlet")["n_articles"].max().reindex(order)
    style.set_rows(ax, order, counts=articles)
    faces = [style.VOICE_COLOURS[voice] for voice in voices]
    stack_shares(ax, wide.reindex(order)[voices], faces, unit="of its words")
    name_faces(ax, [SHORT_VOICES[voice] for voice in voices], faces)
    write_percent(ax)
    ax.set_xlim(0, 1)
    style.write_direction(ax, "share of the outlet's words")
    return ax


@style.chart
def plot_cues(
    counts: pd.DataFrame, *, ax: Axes | None = None, order: Sequence[str] | None = None
) -> Axes:
    """Draw how each outlet introduces speech: with verbs that take no side, doubt or vouch.

    Parameters
    ----------
    counts : DataFrame
        ``outlet, cue_kind, n_segments, share`` as ``count_cue_kinds`` gives.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    order : list of str, optional
        Outlets from top to bottom; by the share of doubting verbs if not given.
    """
    names = {"doubting": "doubting", "endorsing": "vouching", "neutral": "taking no side"}
    wide = counts.pivot_table(index="outlet", columns="cue_kind", values="share", fill_value=0)
    wide = wide.reindex(columns=[kind for kind in [*names, "none"] if kind in wide])
    if order is None and "doubting" in wide:
        order = list(wide["doubting"].sort_values(ascending=False, kind="stable").index)
    order = list(order if order is not None else wide.index)
    ax = ax or style.new_figure(style.row_height(order) + 1, width="single")[1][0]
    if not order:
        return style.say_nothing_to_show(ax, "No verb that introduces speech was found.")
    total = counts.groupby("outlet")["n_segments"].sum().reindex(order)
    style.set_rows(ax, order, counts=total, counted="pieces")
    faces = [CUE_SHADES[kind] for kind in wide]
    stack_shares(ax, wide.reindex(order).fillna(0), faces, unit="of its speech")
    name_faces(ax, [names.get(kind, "no verb") for kind in wide], faces)
    write_percent(ax)
    ax.set_xlim(0, 1)
    style.write_direction(ax, "share of the speech that a verb introduces")
    return ax


@style.chart
def plot_speakers(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw who gets to speak: a row a speaker, a column an outlet, words in the cells.

    Parameters
    ----------
    counts : DataFrame
        ``speaker, outlet, n_words`` as ``count_speakers`` gives (``top`` keeps it to a page).
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    """
    from analysis.figures.matrices import draw_matrix

    wide = counts.pivot_table(index="speaker", columns="outlet", values="n_words", aggfunc="sum")
    wide = wide.reindex(list(dict.fromkeys(counts["speaker"])))
    ax = draw_matrix(wide, ax=ax, unit="words given to each speaker", counted="word")
    if wide.empty:
        return style.say_nothing_to_show(ax, "No speaker was found.")
    return ax


@style.chart
def plot_roles(
    counts: pd.DataFrame,
    *,
    ax: Axes | None = None,
    top: int = 6,
    aspects: Sequence[str] = SHOWN_ASPECTS,
) -> Axes:
    """Draw how each outlet shows each actor: rows an actor and aspect, a column an outlet.

    Parameters
    ----------
    counts : DataFrame
        ``actor, outlet, aspect, count`` of one event, as ``outlets.actor_roles.count_roles`` gives.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    top : int
        At most so many actors, those that most often act or are acted upon first.
    aspects : sequence of str
        Aspects to draw under the actor's name; one that no outlet shows of him is left out.
    """
    from analysis.figures.matrices import draw_matrix

    rows = counts[counts["aspect"].isin(list(aspects)) & (counts["count"].fillna(0) > 0)]
    total = counts[counts["aspect"].isin(["agent", "patient"])].groupby("actor")["count"].sum()
    total = total[total > 0].reset_index()
    actors = total.sort_values(["count", "actor"], ascending=[False, True])["actor"].head(top)
    named = {(row.actor, row.aspect): f"{row.actor}: {ASPECTS.get(row.aspect, row.aspect)}"
             for row in rows.itertuples()}  # fmt: skip
    blocks = [[(a, one) for one in aspects if (a, one) in named] for a in actors]
    keys = [key for block in blocks for key in block]
    wide = rows.pivot_table(
        index=["actor", "aspect"], columns="outlet", values="count", aggfunc="sum"
    ).astype(float)
    if keys:
        wide = wide.reindex(index=pd.MultiIndex.from_tuples(keys), columns=_outlets(counts))
        wide.index = [named[key] for key in keys]
    ax = draw_matrix(
        wide if keys else wide[:0], ax=ax, label_width=34,
        unit="mentions so shown, own voice (hero, villain, victim: articles)", counted="mention",
        stands=[{"actor": actor, "aspect": one} for actor, one in keys],
    )  # fmt: skip
    if not keys:
        return style.say_nothing_to_show(ax, "No actor was found acting or suffering.")
    for row in pd.Series([len(block) for block in blocks]).cumsum()[:-1]:
        ax.axhline(row - 0.5, color=style.INK, lw=style.THIN)
    return ax


def _outlets(counts: pd.DataFrame) -> list[str]:
    return sorted(counts["outlet"].astype(str).unique())
