"""Estimates → one figure of many small charts: a panel an event, an actor or a frame.

All panels share the axis and the order of the outlets, so that a reader compares by looking
across; names stand on the left only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.dots import (
    CHANCE,
    is_chance,
    name_voices,
    plot_outlets,
    shared_limits,
    sort_outlets,
    sort_voices,
    unit_of,
)
from analysis.figures.names import say, say_event, say_measure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE_LETTERS = {1: 60, 2: 40, 3: 26, 4: 20}


@style.panels
def plot_panels(
    estimates: pd.DataFrame,
    *,
    by: str,
    panels: Sequence[str] | None = None,
    order: Sequence[str] | None = None,
    columns: int | None = None,
    width: str | float = "double",
    **options,
) -> Figure:
    """Draw ``plot_outlets`` once for each value of ``by`` (event, label), with shared axes.

    Parameters
    ----------
    estimates : DataFrame
        Rows of the ``estimates`` table of one measure and contrast.
    by : str
        The column whose values become panels.
    panels, order : list of str, optional
        Panels from left to right and outlets from top to bottom; sorted if not given.
    columns : int, optional
        Panels side by side; three, or four where there are more than six.
    width : str or float
        As for ``export.save``.
    **options
        Passed to ``plot_outlets``.

    Returns
    -------
    Figure
    """
    panels = list(panels if panels is not None else sorted(estimates[by].astype(str).unique()))
    order = list(order if order is not None else sort_outlets(estimates))
    columns = columns or (4 if len(panels) > 6 else 3)
    across = max(min(columns, len(panels), 4), 1)
    down = max(math.ceil(len(panels) / across), 1)
    voices = estimates["voice"].nunique()
    lines = style.row_height(order, double=across < 3, per_row=1 + 0.4 * max(voices - 1, 0))
    figure, _ = style.new_figure(
        down * (lines + 1.6), width=width, extra=0.65 + 0.2 * (voices > 1), panels=1
    )
    figure.clear()
    axes = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    if not panels:
        style.say_nothing_to_show(axes[0, 0], "No estimate: the run does not have this measure.")
        return figure
    limits = options.pop("limits", None) or shared_limits(estimates)
    for place, name in enumerate(panels):
        ax = axes[place // across, place % across]
        rows = estimates[estimates[by].astype(str) == str(name)]
        if rows.empty:
            style.say_nothing_to_show(ax, "not measured")
        else:
            plot_outlets(
                rows, ax=ax, order=order, limits=limits, key=False, unit="", low="",
                high="", warn=False, **{"counts": False, **options},
            )  # fmt: skip
        title = say_event(name) if by == "event" else say(name)
        ax.set_title(
            style.label_names([title], width=TITLE_LETTERS[across])[0], size=style.TEXT, pad=3
        )
    for place in range(len(panels), down * across):
        axes[place // across, place % across].set_visible(False)
        axes[place // across - 1, place % across].tick_params(labelbottom=True)
    words = say_measure(estimates["measure"].iloc[0]) if len(estimates) else say_measure("measure")
    unit = options.get("unit") or unit_of(estimates, words.short)
    # Once for the figure: above each panel it would run into the names.
    note = f"\n{CHANCE}" if is_chance(estimates) else ""
    figure.supxlabel(f"{words.low} ← {unit} → {words.high}{note}", size=style.TEXT)
    if voices > 1:
        name_voices(axes[0, 0], sort_voices(estimates))
    return figure
