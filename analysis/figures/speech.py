"""Finished tables → charts of whose words they are: voices, speakers, verbs that introduce speech.

Bars are shares of a whole, so zero means none; what could not be decided is a piece of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.charts import name_faces, stack_shares, write_percent
from analysis.figures.names import SHORT_VOICES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CUE_SHADES = {
    "doubting": "#1f1f1f", "endorsing": "#a65e00", "neutral": "#e0e0e0", "none": "#ffffff",
}  # fmt: skip


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
    top: int = 8,
    roles: Sequence[str] = ("agent", "patient"),
) -> Axes:
    """Draw in which roles each outlet shows each actor: a row an actor, a column an outlet.

    Parameters
    ----------
    counts : DataFrame
        ``actor, outlet, role, count`` of one event, as ``measures.roles.count_roles`` gives.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    top : int
        At most so many actors, the most often named first.
    roles : sequence of str
        Roles to draw, a row each under the actor's name.
    """
    from analysis.figures.matrices import draw_matrix

    rows = counts[counts["role"].isin(list(roles))]
    total = rows.groupby("actor")["count"].sum().reset_index()
    actors = total.sort_values(["count", "actor"], ascending=[False, True])["actor"].head(top)
    said = {"agent": "acts", "patient": "acted upon", "speaker": "speaks"}
    names = [f"{actor}: {said.get(role, role)}" for actor in actors for role in roles]
    rows = rows.assign(name=rows["actor"] + ": " + rows["role"].map(lambda r: said.get(r, r)))
    wide = rows.pivot_table(index="name", columns="outlet", values="count", aggfunc="sum")
    stands = [{"actor": actor, "role": role} for actor in actors for role in roles]
    ax = draw_matrix(
        wide.reindex(names), ax=ax, unit="mentions in that role, own voice", counted="mention",
        label_width=34, stands=stands,
    )  # fmt: skip
    if wide.empty:
        return style.say_nothing_to_show(ax, "No actor was found acting or suffering.")
    for row in range(1, len(actors)):
        ax.axhline(row * len(roles) - 0.5, color=style.INK, lw=style.THIN)
    return ax
