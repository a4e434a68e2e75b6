"""Where in the article: headline against body, and curves over the position in the text.

A row joins two values of one outlet; a curve is the mean at each tenth of the article. Finished
tables come in, nothing is computed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.dots import write_missing
from analysis.figures.names import MEASURES, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHIFTS = {"first": -0.17, "second": 0.17}  # the one above the other, each with its interval


@style.chart
def plot_dumbbells(
    pairs: pd.DataFrame,
    *,
    ax: Axes | None = None,
    order: Sequence[str] | None = None,
    unit: str = "",
    first: str = "first",
    second: str = "second",
) -> Axes:
    """Draw two values a row, one above the other: headline and body.

    Parameters
    ----------
    pairs : DataFrame
        ``outlet, first, second`` and optionally ``first_low, first_high, second_low,
        second_high, n_articles``.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    order : list of str, optional
        Rows from top to bottom; by how far the first is above the second if not given.
    unit : str
        Words for the axis.
    first, second : str
        What the hollow and the filled mark are.
    """
    if order is None:
        distance = (pairs["first"] - pairs["second"]).astype(float)
        order = list(pairs.assign(d=distance).sort_values(["d", "outlet"], ascending=[False, True])
                     ["outlet"])  # fmt: skip
    if ax is None:
        ax = style.new_figure(style.row_height(order, per_row=1.45) + 0.7)[1][0]
    if pairs.empty:
        return style.say_nothing_to_show(ax, "Nothing to compare.")
    rows = pairs.set_index("outlet").reindex(order)
    style.set_rows(ax, order, counts=rows.get("n_articles"))
    for row, (_, pair) in enumerate(rows.iterrows()):
        if pd.isna(pair["first"]) or pd.isna(pair["second"]):
            write_missing(ax, row)
        for name, shift in _SHIFTS.items():
            ends = [pair.get(f"{name}_low"), pair.get(f"{name}_high")]
            if all(end is not None and not pd.isna(end) for end in ends):
                ax.plot(ends, [row + shift] * 2, color=style.INK, lw=style.THIN, zorder=2)
    for name, face in (("first", "white"), ("second", style.INK)):
        ax.plot(
            rows[name].astype(float), [row + _SHIFTS[name] for row in range(len(rows))], "o",
            ms=3.8, mfc=face, mec=style.INK, mew=style.LINE, zorder=3, ls="none",
            label=first if name == "first" else second,
        )  # fmt: skip
        part = first if name == "first" else second
        sides = {"estimate": name, "low": f"{name}_low", "high": f"{name}_high"}
        style.note_marks(
            ax,
            [
                (pair[name], row + _SHIFTS[name],
                 {**pair, "part": part, **{key: pair.get(side) for key, side in sides.items()}})
                for row, pair in enumerate(rows.reset_index().to_dict("records"))
            ],
        )  # fmt: skip
    style.name_marks(ax, ax.get_legend_handles_labels()[0])
    style.space_ticks(ax)
    style.write_direction(ax, unit, *_directions(pairs))
    return ax


@style.chart
def plot_positions(
    curves: pd.DataFrame,
    *,
    ax: Axes | None = None,
    unit: str = "",
    highlight: str | None = None,
) -> Axes:
    """Draw a measure over the position in the article, a grey line an outlet, named at its end.

    Parameters
    ----------
    curves : DataFrame
        ``outlet, position, estimate``; ``position`` from 0 (first words) to 1 (last words).
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    unit : str
        Words for the vertical axis.
    highlight : str, optional
        The one outlet drawn in the highlight colour.
    """
    if ax is None:
        ax = style.new_figure(1, width="single", extra=2.3)[1][0]
    known = curves.dropna(subset=["position", "estimate"])
    if known.empty:
        return style.say_nothing_to_show(ax, "No position was measured.")
    ends = []
    for place, (outlet, line) in enumerate(known.groupby("outlet", sort=True)):
        line = line.sort_values("position")
        chosen = outlet == highlight
        dash = [(0, ()), (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1, 1, 1))][place % 4]
        colour = style.HIGHLIGHT if chosen else [style.INK, style.GREY][place // 4 % 2]
        ax.plot(line["position"], line["estimate"], color=colour, lw=style.LINE, ls=dash)
        reach = 0.5 / max(known["position"].nunique(), 1)  # half of the stretch of a point
        style.note_marks(
            ax,
            [
                (row["position"], row["estimate"],
                 {**row, "from": row["position"] - reach, "to": row["position"] + reach,
                  "stretch": f"around {row['position']:.0%} of the text"})
                for row in line.to_dict("records")
            ],
        )  # fmt: skip
        last = line.iloc[-1]
        ends.append((float(last["estimate"]), str(outlet), colour, float(last["position"])))
    ax.tick_params(axis="y", labelsize=style.SMALL)
    ax.set_xlim(0, 1)
    _name_ends(ax, ends)
    ax.set_xticks([0, 0.5, 1], ["first words", "middle", "last words"])
    for label, side in zip(ax.get_xticklabels(), ("left", "center", "right"), strict=True):
        label.set_horizontalalignment(side)
    inches = ax.figure.get_size_inches()[1]
    above = _directions(known)[1:]
    said = [style.wrap_evenly(one, int(inches * 11)) for one in (unit or say("estimate"), *above)]
    ax.set_ylabel("\n".join(said) + (" →" if above else ""))
    return ax


def _directions(rows: pd.DataFrame) -> tuple[str, ...]:
    """Say which way is less and which is more, where the rows are of one known measure."""
    names = set(rows["measure"]) if "measure" in rows else set()
    known = MEASURES.get(str(next(iter(names)))) if len(names) == 1 else None
    return (known.low, known.high) if known else ()


def _name_ends(ax: Axes, ends: list[tuple[float, str, str, float]]) -> None:
    """Write the names beside the ends of the lines, pushed apart so that none overlap."""
    low, high = ax.get_ylim()
    inches = ax.figure.get_figheight() * 0.75
    step = (high - low) * (style.SMALL * 1.25 / 72) / inches
    if len(ends) * step > high - low:  # more names than height: make room instead of overlapping
        ax.figure.set_figheight(ax.figure.get_figheight() * len(ends) * step / (high - low) * 1.05)
        step = (high - low) / len(ends) / 1.02
    ends = sorted(ends)
    heights: list[float] = []
    for value, *_ in ends:  # upward, each at least a line above the one below
        heights.append(max(value, heights[-1] + step) if heights else value)
    ceiling = high
    for index in reversed(range(len(ends))):  # and back down where they ran over the top
        heights[index] = min(heights[index], ceiling)
        ceiling = heights[index] - step
    for (value, outlet, colour, last), height in zip(ends, heights, strict=True):
        text = textwrap.shorten(outlet, 27, placeholder=" …")
        ax.text(1.03, height, text, color=colour, size=style.SMALL, va="center")
        # From the end of the line to its name, so that names pushed apart are not mixed up.
        ax.plot([last + 0.01, 1.02], [value, height], color=style.PALE, lw=style.HAIR,
                clip_on=False)  # fmt: skip
