"""Estimates → dots with thin whiskers: the main charts of the suite.

A dot is an estimate, the whisker its interval, without caps; filled for the outlet's own voice,
hollow for quoted speech. The dashed line is zero for a difference (the event's mean) and the mean
over outlets for a level. Rows are sorted by the outlet's own voice and keep one order in all
panels, which share their axis. Nothing is computed here: a missing estimate is written as such,
never drawn at zero, and an interval that could not be computed has no whisker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.names import SHORT_VOICES, say, say_measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = {  # voice -> (marker, face); hollow ones keep a white face so that lines do not show
    "outlet": ("o", style.INK),
    "all": ("o", style.INK),
    "quoted": ("o", "white"),
    "attributed": ("D", "white"),
    "scare": ("s", "white"),
    "unresolved": ("^", "white"),
}


CHANCE_VERDICT = "no better than chance"
CHANCE = f"measure {CHANCE_VERDICT}"


@style.chart
def plot_outlets(
    estimates: pd.DataFrame,
    *,
    ax: Axes | None = None,
    order: Sequence[str] | None = None,
    unit: str | None = None,
    low: str | None = None,
    high: str | None = None,
    counts: bool = True,
    key: bool = True,
    limits: tuple[float, float] | None = None,
    warn: bool = True,
) -> Axes:
    """Draw one measure's estimates for every outlet, a row an outlet, a dot a voice.

    Parameters
    ----------
    estimates : DataFrame
        Rows of the ``estimates`` table of one event, measure, label and contrast.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    order : list of str, optional
        Outlets from top to bottom; by the estimate of the first voice if not given.
    unit, low, high : str, optional
        Words for the axis: what is measured and what less and more of it mean. From
        the table of names if not given.
    counts : bool
        Write the number of articles at the right edge.
    key : bool
        Name the marks above the first row when there is more than one voice.
    limits : (float, float), optional
        Ends of the axis, to share it between figures.
    warn : bool
        Write above the rows that the measure is no better than chance, where its card says so.

    Returns
    -------
    Axes
    """
    _refuse_mixed(estimates, ("event", "measure", "label", "contrast", "corrected"))
    voices = [voice for voice in SHORT_VOICES if voice in set(estimates["voice"])]
    order = list(order if order is not None else sort_outlets(estimates))
    if ax is None:
        lines = style.row_height(order, per_row=1 + 0.45 * (len(voices) - 1))
        ax = style.new_figure(lines + 0.7 * (len(voices) > 1))[1][0]
    if not order:
        return style.say_nothing_to_show(ax, "No estimate: no outlet has this measure.")
    articles = estimates.groupby("outlet")["n_articles"].max().reindex(order)
    style.set_rows(ax, order, counts=articles if counts else None)
    for place, voice in enumerate(voices):
        rows = estimates[estimates["voice"] == voice].set_index("outlet").reindex(order)
        offset = (place - (len(voices) - 1) / 2) * 0.34 if len(voices) > 1 else 0.0
        _draw_voice(ax, rows, voice, offset)
    ax.set_xlim(limits or shared_limits(estimates))
    style.space_ticks(ax)
    mark_cut_off(ax, estimates, order, voices)
    _reference(ax, estimates)
    if len(voices) > 1 and key:
        name_voices(ax, voices)
    if warn and is_chance(estimates):
        ax.annotate(
            CHANCE, (0, 1), xycoords="axes fraction", xytext=(0, 2), va="bottom",
            textcoords="offset points", size=style.SMALL, color=style.HIGHLIGHT,
        )  # fmt: skip
    words = say_measure(estimates["measure"].iloc[0])
    style.write_direction(
        ax,
        unit_of(estimates, words.short) if unit is None else unit,
        words.low if low is None else low,
        words.high if high is None else high,
    )
    return ax


def sort_outlets(estimates: pd.DataFrame) -> list[str]:
    """Return the outlets by their estimate, highest first; by name where they tie or miss it."""
    if estimates.empty:
        return []
    voices = [voice for voice in SHORT_VOICES if voice in set(estimates["voice"])]
    rows = estimates[estimates["voice"] == voices[0]] if voices else estimates
    values = rows.groupby("outlet")["estimate"].mean()
    table = values.reindex(sorted(estimates["outlet"].unique())).rename("value").reset_index()
    return list(table.sort_values(["value", "outlet"], ascending=[False, True])["outlet"])


def _draw_voice(ax: Axes, rows: pd.DataFrame, voice: str, offset: float) -> None:
    marker, face = _MARKS.get(voice, ("o", "white"))
    values = rows["estimate"].astype(float)
    rough = rows["interval"].eq("rough") if "interval" in rows else [False] * len(rows)
    ends = zip(rows["low"].astype(float), rows["high"].astype(float), rough, strict=True)
    for row, (low, high, is_rough) in enumerate(ends):
        if pd.isna(values.iloc[row]):
            if offset <= 0:
                write_missing(ax, row, known=not pd.isna(rows["measure"].iloc[row]))
        elif not pd.isna(low) and not pd.isna(high):
            colour = style.PALE if is_rough else style.INK
            ax.plot([low, high], [row + offset] * 2, color=colour, lw=style.THIN, zorder=2)
    places = [row + offset for row in range(len(rows))]
    style.note_marks(ax, zip(values, places, rows.reset_index().to_dict("records"), strict=True))
    ax.plot(
        values, places, marker, ms=3.8 if marker == "o" else 3.2, mfc=face, mec=style.INK,
        mew=style.LINE, ls="none", zorder=3,
    )  # fmt: skip


def mark_cut_off(ax: Axes, estimates: pd.DataFrame, order: Sequence[str], voices: list) -> None:
    """Draw an arrow at the edge where an interval goes on beyond the axis."""
    least, most = ax.get_xlim()
    for place, voice in enumerate(voices):
        offset = (place - (len(voices) - 1) / 2) * 0.34 if len(voices) > 1 else 0.0
        rows = estimates[estimates["voice"] == voice].set_index("outlet").reindex(order)
        for row, (low, high) in enumerate(
            zip(rows["low"].astype(float), rows["high"].astype(float), strict=True)
        ):
            for beyond, edge, marker in ((low < least, least, "<"), (high > most, most, ">")):
                if beyond:
                    ax.plot(
                        edge, row + offset, marker, ms=2.6, color=style.PALE, mec=style.PALE,
                        clip_on=False, zorder=3,
                    )  # fmt: skip


def write_missing(ax: Axes, row: int, *, known: bool = True) -> None:
    """Say on its row that there is no estimate, or that the outlet has no article at all."""
    text = "not measured" if known else "no article"
    ax.text(
        0.01, row, text, transform=ax.get_yaxis_transform(), va="center", size=style.SMALL,
        color=style.GREY, style="italic",
    )  # fmt: skip


def is_chance(estimates: pd.DataFrame) -> bool:
    """Whether all these estimates bear the verdict that the measure orders by chance."""
    return bool(len(estimates)) and (estimates["validity"] == CHANCE_VERDICT).all()


def _reference(ax: Axes, estimates: pd.DataFrame) -> None:
    contrast = str(estimates["contrast"].iloc[0])
    if contrast != "level":
        ax.axvline(0, color=style.GREY, lw=style.THIN, ls=(0, (4, 3)), zorder=1)
        return
    own = estimates[estimates["voice"] == sort_voices(estimates)[0]]["estimate"].astype(float)
    if own.notna().sum() > 1:
        ax.axvline(own.mean(), color=style.GREY, lw=style.THIN, ls=(0, (4, 3)), zorder=1)


def sort_voices(estimates: pd.DataFrame) -> list[str]:
    """Return the voices of a table, the outlet's own first."""
    found = set(estimates["voice"])
    return [voice for voice in SHORT_VOICES if voice in found] or sorted(found)


def unit_of(estimates: pd.DataFrame, unit: str) -> str:
    """Return the unit in words, with what a difference is from."""
    if estimates.empty or str(estimates["contrast"].iloc[0]) == "level":
        return unit
    contrast = str(estimates["contrast"].iloc[0])
    other = "the event's mean" if contrast == "minus event mean" else say(contrast)[6:]
    return f"{unit}, difference from {other}"


def shared_limits(estimates: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of an axis that holds every estimate and every interval that is not rough.

    A rough interval may be many times as wide as all the rest; it would squeeze the others.
    """
    firm = estimates
    if "interval" in estimates and (estimates["interval"] != "rough").any():
        firm = estimates[estimates["interval"] != "rough"]
    ends = pd.concat([estimates["estimate"], firm["low"], firm["high"]]).astype(float).dropna()
    if ends.empty:
        return -1.0, 1.0
    least, most = float(ends.min()), float(ends.max())
    if firm is estimates and "interval" in estimates and (estimates["interval"] == "rough").all():
        known = estimates["estimate"].astype(float).dropna()
        reach = 1.5 * (float(known.max() - known.min()) or abs(float(known.max())) or 1.0)
        least, most = max(least, float(known.min()) - reach), min(most, float(known.max()) + reach)
    if (estimates["contrast"] != "level").any():
        least, most = min(least, 0.0), max(most, 0.0)
    room = (most - least) * 0.08 or abs(most) * 0.1 or 0.5
    return least - room, most + room


def name_voices(ax: Axes, voices: Sequence[str]) -> None:
    """Name the marks of the voices above the figure."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker=_MARKS[v][0], mfc=_MARKS[v][1], mec=style.INK, mew=style.LINE,
               ms=3.8, ls="none", label=SHORT_VOICES[v])
        for v in voices
    ]  # fmt: skip
    style.name_marks(ax, handles)


def _refuse_mixed(estimates: pd.DataFrame, columns: Sequence[str]) -> None:
    for column in columns:
        values = estimates[column].astype(str).unique() if column in estimates else []
        if len(values) > 1:
            raise ValueError(
                f"one chart shows one {column}; this table has {sorted(values)[:5]}: "
                f"choose one, or use plot_panels(by={column!r})"
            )
