"""Finished tables → matrices: who is given words, what things are called, who carries a claim.

Rows are the things compared, columns the outlets. Every cell says its number; its grey repeats
the number for the eye, so nothing is lost in print. An empty cell was counted and is zero or
absent; a cell that could not be decided says ``?``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_matrix(wide: pd.DataFrame, *, ax: Axes | None = None, unit: str, digits: int = 0) -> Axes:
    """Draw a table of numbers with grey cells; the outlets' names stand on top, turned if long."""
    from matplotlib.patches import Rectangle

    names, columns = list(wide.index), list(wide.columns)
    if ax is None:
        width = "single" if len(columns) <= 6 else "double"
        rows = style.row_height(names, double=width == "double", per_row=1.05)
        extra = 0.35 + 0.055 * max([len(label) for label in _column_labels(columns)], default=0)
        ax = style.new_figure(rows, width=width, extra=extra)[1][0]
    if wide.empty:
        return ax
    style.set_rows(ax, names)
    for line in list(ax.lines):
        line.remove()
    top = wide.max().max()
    for row, name in enumerate(names):
        for column, outlet in enumerate(columns):
            value = wide.loc[name, outlet]
            share = 0.0 if pd.isna(value) or not top else float(value) / float(top)
            # Lightness falls with the square root: small counts stay visible beside large ones.
            grey = 1 - 0.72 * share**0.5
            ax.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5), 1, 1, facecolor=(grey,) * 3, edgecolor="white", lw=1
                )
            )
            if not pd.isna(value) and value != 0:
                text = f"{float(value):,.{digits}f}"
                colour = "white" if grey < 0.5 else style.INK
                ax.text(column, row, text, ha="center", va="center", size=style.SMALL, color=colour)
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(columns)), _column_labels(columns), rotation=90, size=style.SMALL)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel(unit)
    return ax


def _column_labels(columns: list) -> list[str]:
    labels: list[str] = []
    for name in map(str, columns):
        label = name if len(name) <= 20 else name[:18].rstrip() + " …"
        number = 2
        while label in labels:
            label, number = f"{name[:15].rstrip()} … {number}", number + 1
        labels.append(label)
    return labels
