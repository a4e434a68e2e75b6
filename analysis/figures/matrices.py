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


def draw_matrix(
    wide: pd.DataFrame,
    *,
    ax: Axes | None = None,
    unit: str,
    digits: int = 0,
    label_width: int | None = None,
) -> Axes:
    """Draw a table of numbers with grey cells; the outlets' names stand on top, turned if long."""
    from matplotlib.patches import Rectangle

    names, columns = list(wide.index), list(wide.columns)
    if ax is None:
        wider = len(columns) > 6 or (label_width or 0) > 24
        width = "double" if len(columns) > 8 else 130 if wider else "single"
        rows = style.row_height(names, double=wider, per_row=1.05)
        extra = 0.35 + 0.055 * max([len(label) for label in _column_labels(columns)], default=0)
        ax = style.new_figure(rows, width=width, extra=extra)[1][0]
    if wide.empty:
        return ax
    style.set_rows(ax, names, width=label_width)
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


@style.chart
def plot_claims(claims: pd.DataFrame, *, ax: Axes | None = None, top: int = 30) -> Axes:
    """Draw which outlet carries which claim: filled in its own voice, hollow in quoted speech.

    Parameters
    ----------
    claims : DataFrame
        ``claim_id, claim, outlet, status, voice, position``: status ``carried``, ``not found`` or
        ``cannot tell``; position from 0 (first words) to 1. Early claims have larger marks.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    top : int
        At most so many claims, those with the most outlets first.
    """
    import textwrap

    outlets = sorted(set(claims["outlet"]))
    carried = claims[claims["status"] == "carried"].groupby("claim_id")["outlet"].nunique()
    about = claims.drop_duplicates("claim_id").set_index("claim_id")["claim"]
    ranked = about.to_frame().assign(n=carried.reindex(about.index).fillna(0)).reset_index()
    ranked = ranked.sort_values(["n", "claim_id"], ascending=[False, True]).head(top)
    if ax is None:
        extra = 0.5 + 0.055 * max([len(label) for label in _column_labels(outlets)], default=0)
        ax = style.new_figure(1.6 * max(len(ranked), 1), width="double", extra=extra)[1][0]
    if claims.empty:
        return style.say_nothing_to_show(ax, "No claim was found.")
    labels = [
        "\n".join(textwrap.wrap(text, 58, max_lines=2, placeholder=" …"))
        for text in ranked["claim"]
    ]
    places = {claim: row for row, claim in enumerate(ranked["claim_id"])}
    for row in claims[claims["claim_id"].isin(places)].to_dict("records"):
        x, y = outlets.index(row["outlet"]), places[row["claim_id"]]
        if row["status"] == "carried":
            face = style.INK if row["voice"] in ("outlet", "scare") else "white"
            late = 0.0 if pd.isna(row["position"]) else float(row["position"])
            ax.plot(x, y, "o", ms=7 - 3.5 * late, mfc=face, mec=style.INK, mew=style.LINE)
        else:
            sign = "–" if row["status"] == "not found" else "?"
            ax.text(x, y, sign, ha="center", va="center", size=style.SMALL, color=style.GREY)
    for y in range(len(ranked)):
        ax.axhline(y + 0.5, color=style.FAINT, lw=style.HAIR, zorder=0)
    ax.set_yticks(range(len(ranked)), labels, size=style.SMALL)
    ax.set_ylim(len(ranked) - 0.5, -0.5)
    ax.set_xlim(-0.5, len(outlets) - 0.5)
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(outlets)), _column_labels(outlets), rotation=90, size=style.SMALL)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel("filled: own voice; hollow: quoted; larger: earlier; – not found; ? cannot tell")
    return ax


def _column_labels(columns: list) -> list[str]:
    labels: list[str] = []
    for name in map(str, columns):
        label = name if len(name) <= 24 else name[:22].rstrip() + " …"
        number = 2
        while label in labels:
            label, number = f"{name[:15].rstrip()} … {number}", number + 1
        labels.append(label)
    return labels
