"""Finished tables → matrices: who is given words, what things are called, who carries a claim.

Rows are the things compared, columns the outlets. Every cell says its number; its grey repeats
the number for the eye, so nothing is lost in print. An empty cell was counted and is zero or
absent; a cell that could not be decided says ``?``.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.names import count_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_matrix(
    wide: pd.DataFrame,
    *,
    ax: Axes | None = None,
    unit: str,
    counted: str,
    label_width: int | None = None,
    stands: list[dict] | None = None,
    beside: pd.DataFrame | None = None,
) -> Axes:
    """Draw a table of counts with grey cells; the outlets' names stand on top, turned if long.

    ``unit`` are the words below it, ``counted`` what is counted, in the singular. A cell remembers
    its outlet and what its row ``stands`` for (the row's name, by the name that the table has for
    its rows, if not given). ``beside``, alike in form, is how much of each count is of another
    kind, written after a plus.
    """
    from matplotlib.patches import Rectangle

    names, columns = list(wide.index), list(wide.columns)
    if ax is None:
        wider = len(columns) > 6 or (label_width or 0) > 24
        width = "double" if len(columns) > 8 else 130 if wider else "single"
        rows = style.row_height(names, double=wider, per_row=1.05)
        ax = style.new_figure(rows, width=width, extra=0.35 + head_room(columns))[1][0]
    if wide.empty:
        return ax
    style.set_rows(ax, names, width=label_width)
    for line in list(ax.lines):
        line.remove()
    top = wide.max().max()
    depth = 0.72 if pd.isna(top) or top >= 4 else 0.42  # where all is one or two, nothing is much
    for row, name in enumerate(names):
        for column, outlet in enumerate(columns):
            value = wide.iloc[row, column]
            share = 0.0 if pd.isna(value) or not top else float(value) / float(top)
            # Lightness falls with the square root: small counts stay visible beside large ones.
            grey = 1 - depth * share**0.5
            ax.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5), 1, 1, facecolor=(grey,) * 3, edgecolor="white", lw=1
                )
            )
            if not pd.isna(value) and value != 0:
                other = 0 if beside is None else float(beside.fillna(0).iloc[row, column])
                own = float(value) - other
                text = f"{own:,.0f}" + (f" + {other:,.0f}" if other else "")
                row_stands = stands[row] if stands else {wide.index.name: name}
                mark = {**row_stands, wide.columns.name: outlet, "said": count_of(value, counted)}
                style.note_marks(ax, [(column, row, mark)])
                colour = "white" if grey < 0.5 else style.INK
                ax.text(
                    column, row, text, ha="center", va="center_baseline", size=style.SMALL,
                    color=colour,
                )  # fmt: skip
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(len(names) - 0.5, -0.5)
    write_heads(ax, columns)
    ax.set_xlabel(unit)
    return ax


def head_room(columns: list) -> float:
    """Return the height in inches that the names of columns need above a matrix."""
    lines = [line for label in _column_labels(columns) for line in label.split("\n")]
    return 0.055 * max(map(len, lines), default=0)


def write_heads(ax: Axes, columns: list) -> None:
    """Write the outlets' names above their columns, turned, and take the frame away."""
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(columns)), _column_labels(columns), rotation=90, size=style.SMALL)
    for label in ax.get_xticklabels():
        label.set(linespacing=0.95, multialignment="left")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


@style.chart
def plot_claims(claims: pd.DataFrame, *, ax: Axes | None = None, top: int = 30) -> Axes:
    """Draw which outlet carries which claim: filled in its own voice, hollow in quoted speech.

    Parameters
    ----------
    claims : DataFrame
        ``claim_id, claim, outlet, status, voice, position``: status ``carried``, ``not found`` or
        ``cannot tell``; position from 0 (first words) to 1. Early claims have larger marks. With
        ``wire``, sentences of agency copy are ringed.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    top : int
        At most so many claims, those with the most outlets first.
    """
    from matplotlib.lines import Line2D

    outlets = sorted(set(claims["outlet"]))
    carried = claims[claims["status"] == "carried"].groupby("claim_id")["outlet"].nunique()
    about = claims.drop_duplicates("claim_id").set_index("claim_id")["claim"]
    ranked = about.to_frame().assign(n=carried.reindex(about.index).fillna(0)).reset_index()
    ranked = ranked.sort_values(["n", "claim_id"], ascending=[False, True]).head(top)
    if ax is None:
        extra = 0.5 + head_room(outlets)
        ax = style.new_figure(1.5 * max(len(ranked), 1), width="double", extra=extra)[1][0]
    if claims.empty:
        return style.say_nothing_to_show(ax, "No claim was found.")
    labels = [
        "\n".join(textwrap.wrap(text, 58, max_lines=2, placeholder=" …"))
        for text in ranked["claim"]
    ]
    places = {claim: row for row, claim in enumerate(ranked["claim_id"])}
    for row in claims[claims["claim_id"].isin(places)].to_dict("records"):
        x, y = outlets.index(row["outlet"]), places[row["claim_id"]]
        style.note_marks(ax, [(x, y, {**row, "said": row["status"]})])
        if row["status"] == "carried":
            face = style.INK if row["voice"] in ("outlet", "scare") else "white"
            late = 0.0 if pd.isna(row["position"]) else float(row["position"])
            ax.plot(x, y, "o", ms=7 - 3.5 * late, mfc=face, mec=style.INK, mew=style.LINE)
            if row.get("wire", False):
                ax.plot(x, y, "o", ms=11 - 3.5 * late, mfc="none", mec=style.GREY, mew=style.HAIR)
        else:
            sign = "–" if row["status"] == "not found" else "?"
            ax.text(x, y, sign, ha="center", va="center", size=style.SMALL, color=style.GREY)
    for y in range(len(ranked)):
        ax.axhline(y + 0.5, color=style.FAINT, lw=style.HAIR, zorder=0)
    ax.set_yticks(range(len(ranked)), labels, size=style.SMALL)
    ax.set_ylim(len(ranked) - 0.5, -0.5)
    ax.set_xlim(-0.5, len(outlets) - 0.5)
    write_heads(ax, outlets)
    marks = [("own voice", style.INK, 5.5), ("somebody’s words", "white", 5.5),
             ("early", style.INK, 7), ("late", style.INK, 3.5)]  # fmt: skip
    handles = [
        Line2D([], [], marker="o", ls="none", ms=size, mfc=face, mec=style.INK, label=label)
        for label, face, size in marks
    ]
    if "wire" in claims and claims["wire"].any():
        ring = {"mfc": "none", "mec": style.GREY, "mew": style.HAIR, "label": "agency copy"}
        handles.append(Line2D([], [], marker="o", ls="none", ms=9, **ring))
    style.name_marks(ax, handles)
    ax.set_xlabel("– not found, which is no omission; ? cannot tell")
    return ax


def _column_labels(columns: list) -> list[str]:
    """Return names for turned heads: over two lines where long or, in wide tables, cut short."""
    if len(columns) <= 14:
        return style.label_names(columns, width=22)
    labels: list[str] = []
    for name in map(str, columns):
        # The end stays too: of two editions of a paper it is the end that differs.
        label = name if len(name) <= 26 else f"{name[:13].rstrip()} … {name[-11:].lstrip()}"
        stem, number = label, 2
        while label in labels:
            label, number = f"{stem} ({number})", number + 1
        labels.append(label)
    return labels
