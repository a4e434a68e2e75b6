"""Checks of a result → charts: robustness strip, naive against corrected, calibration.

Every alternative and every correction stands beside the estimate it checks, on one axis, so that
a reader sees at once whether the result rests on one choice. Nothing is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.dots import shared_limits, write_missing
from analysis.figures.names import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@style.chart
def plot_robustness(
    specifications: pd.DataFrame, *, ax: Axes | None = None, unit: str = "difference from the mean"
) -> Axes:
    """Draw one result under every declared specification, the primary one filled, on top.

    Where the specifications hold measures in different units, all are drawn in standard
    deviations of articles within events (``spread``); one without a spread is written in words.

    Parameters
    ----------
    specifications : DataFrame
        ``specification, primary, estimate, low, high`` and optionally ``n_articles``, and
        ``measure`` and ``spread`` for measures in different units.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    unit : str
        Words for the axis.
    """
    specifications, unit = _on_one_axis(specifications, unit)
    order = specifications.sort_values(
        ["primary", "estimate", "specification"], ascending=[False, False, True]
    )
    names = [say(name) for name in order["specification"]]
    if ax is None:
        ax = style.new_figure(style.row_height(names))[1][0]
    if order.empty:
        return style.say_nothing_to_show(ax, "No specification was run.")
    counts = order.get("n_articles")
    style.set_rows(ax, names, counts=counts, width=24)
    for row, (_, line) in enumerate(order.iterrows()):
        if pd.isna(line["estimate"]):
            _write_other(ax, row, line.get("written", ""))
            continue
        if not pd.isna(line["low"]) and not pd.isna(line["high"]):
            colour = style.PALE if line.get("interval") == "rough" else style.INK
            ax.plot([line["low"], line["high"]], [row, row], color=colour, lw=style.THIN)
        face = style.INK if line["primary"] else "white"
        style.note_marks(ax, [(line["estimate"], row, line.to_dict())])
        ax.plot(line["estimate"], row, "o", ms=4, mfc=face, mec=style.INK, mew=style.LINE)
    _zero(ax)
    style.write_direction(ax, f"{unit} (filled: declared as primary)")
    return ax


@style.chart
def plot_corrected(
    estimates: pd.DataFrame, *, ax: Axes | None = None, unit: str = "estimate"
) -> Axes:
    """Draw each outlet's estimate as the measure gives it and as human codes correct it.

    Parameters
    ----------
    estimates : DataFrame
        Rows of the ``estimates`` table of one measure, with ``corrected`` false and true.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    unit : str
        Words for the axis.
    """
    from matplotlib.lines import Line2D

    from analysis.figures.dots import sort_outlets

    order = sort_outlets(estimates[~estimates["corrected"]])
    order = order or sorted(estimates["outlet"].unique())
    if ax is None:
        ax = style.new_figure(style.row_height(order, per_row=1.4) + 0.7)[1][0]
    if estimates.empty:
        return style.say_nothing_to_show(ax, "No estimate was made.")
    articles = estimates.groupby("outlet")["n_articles"].max().reindex(order)
    style.set_rows(ax, order, counts=articles)
    kinds = ((False, -0.17, "white", "measure alone"), (True, 0.17, style.INK, "corrected"))
    for corrected, shift, face, _ in kinds:
        rows = estimates[estimates["corrected"] == corrected].set_index("outlet").reindex(order)
        for row, (_, line) in enumerate(rows.iterrows()):
            if not pd.isna(line["low"]) and not pd.isna(line["high"]):
                ends = [line["low"], line["high"]]
                rough = line.get("interval") == "rough"
                colour = style.PALE if rough else style.INK
                ax.plot(ends, [row + shift] * 2, color=colour, lw=style.THIN)
            if not pd.isna(line["estimate"]):
                mark = {**line.to_dict(), "outlet": order[row]}
                style.note_marks(ax, [(line["estimate"], row + shift, mark)])
                ax.plot(
                    line["estimate"], row + shift, "o", ms=3.8, mfc=face, mec=style.INK,
                    mew=style.LINE,
                )  # fmt: skip
    if (estimates["contrast"] != "level").any():
        _zero(ax)
    ax.set_xlim(shared_limits(estimates))
    handles = [
        Line2D([], [], marker="o", ls="none", ms=3.8, mfc=face, mec=style.INK, label=label)
        for _, _, face, label in kinds
    ]
    style.name_marks(ax, handles)
    style.write_direction(ax, unit)
    return ax


@style.chart
def plot_calibration(bins: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often readers agreed by what the measure gave; on the diagonal it is right.

    Parameters
    ----------
    bins : DataFrame
        ``predicted, observed, n`` and optionally ``low, high``: one row per bin, 0 to 1.
    ax : Axes, optional
        Drawn on if given, else on a new square figure.
    """
    if ax is None:
        ax = style.new_figure(1, width=76, extra=2.6)[1][0]
    known = bins.dropna(subset=["predicted", "observed"])
    if known.empty:
        return style.say_nothing_to_show(ax, "Nothing to calibrate: no coded segment was scored.")
    # A rare thing leaves most of the square empty: then only the part that is used is drawn.
    ends = known.reindex(columns=["predicted", "observed", "high"]).max().max()
    most = next((end for end in (0.1, 0.2, 0.3, 0.4, 0.5) if ends <= end), 1.0)
    is_rate = known["predicted"].max() > 1  # no probability, so no diagonal to lie on
    if not is_rate:
        ax.plot([0, most], [0, most], color=style.GREY, lw=style.THIN, ls=(0, (4, 3)))
        ax.set_xlim(-0.03 * most, 1.03 * most)
        ax.set_xticks([0, most / 2, most])
        ax.set_aspect("equal")
    if {"low", "high"} <= set(known.columns):
        for _, line in known.dropna(subset=["low", "high"]).iterrows():
            ends = [line["low"], line["high"]]
            ax.plot([line["predicted"]] * 2, ends, color=style.INK, lw=style.THIN)
    ax.plot(known["predicted"], known["observed"], "o", ms=3.8, color=style.INK)
    style.note_marks(
        ax,
        [
            (
                one["predicted"],
                one["observed"],
                {**one, "said": f"score {one['predicted']:.2g}, {one['observed']:.0%} marked"},
            )
            for one in known.to_dict("records")
        ],
    )
    ax.set_ylim(-0.03 * most, 1.03 * most)
    ax.set_yticks([0, most / 2, most])
    ax.set_xlabel("rate the measure gives" if is_rate else "probability the measure gives")
    ax.set_ylabel("share that readers marked")
    return ax


@style.chart
def plot_figures(cards: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the measurement cards: each claim's figure with its interval, its verdict, and chance.

    Filled is supported, hollow weak, a cross no better than chance; the bar across is chance.

    Parameters
    ----------
    cards : DataFrame
        ``measure, figure, value, low, high, n`` and optionally ``chance`` and ``verdict``.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    """
    names = [_name_card(card) for card in cards.to_dict("records")]
    if ax is None:
        ax = style.new_figure(style.row_height(names, double=True) + 0.7, width="double")[1][0]
    if cards.empty:
        return style.say_nothing_to_show(ax, "No measure has been checked yet.")
    style.set_rows(ax, names, counts=cards["n"], counted="n", width=46)
    for row, (_, card) in enumerate(cards.iterrows()):
        if pd.isna(card["value"]):
            write_missing(ax, row)
            continue
        if not pd.isna(card["low"]) and not pd.isna(card["high"]):
            ax.plot([card["low"], card["high"]], [row, row], color=style.INK, lw=style.THIN)
        _mark_verdict(ax, card["value"], row, card.get("verdict", "supported"))
        if "chance" in cards and not pd.isna(card["chance"]):
            ax.plot([card["chance"]] * 2, [row - 0.3, row + 0.3], color=style.HIGHLIGHT, lw=1.2)
    ax.set_xlim(-0.02, 1.02)  # a dot at 1 is drawn whole
    if "verdict" in cards:
        _name_verdicts(ax, [name for name in _VERDICTS if (cards["verdict"] == name).any()])
    style.write_direction(ax, "figure on labelled data, 1 is best (upright bar: chance)")
    return ax


_VERDICTS = {"supported": ("o", True), "weak": ("o", False), "no better than chance": ("x", True)}


def _name_card(card: dict) -> str:
    """Say measure, claim and what the figure is: an AUC is no F1, though both end at 1."""
    figure = say(card["figure"])
    if "claim" not in card or "(" in figure:
        return f"{say(card['measure'])}: {figure}"
    return f"{say(card['measure'])}: {say(card['claim'])} ({figure})"


def _mark_verdict(ax: Axes, value: float, row: int, verdict: str) -> None:
    marker, filled = _VERDICTS.get(verdict, ("o", False))
    face = style.INK if filled else "white"
    ax.plot(value, row, marker, ms=4, mfc=face, mec=style.INK, mew=style.LINE, zorder=3)


def _name_verdicts(ax: Axes, verdicts: list[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker=_VERDICTS[name][0], ls="none", ms=4, mec=style.INK, mew=style.LINE,
               mfc=style.INK if _VERDICTS[name][1] else "white", label=name)
        for name in verdicts
    ]  # fmt: skip
    if handles:
        style.name_marks(ax, handles)


def _on_one_axis(specifications: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, str]:
    """Return the rows in one unit: their own where they share it, else standard deviations."""
    if not {"measure", "spread"} <= set(specifications) or specifications.empty:
        return specifications, unit
    kinds = specifications["measure"].str.partition("/")[0]
    if kinds.nunique() == 1:
        return specifications, unit
    ends = ["estimate", "low", "high"]
    mine = kinds == kinds[specifications["primary"]].iloc[0]
    if specifications.loc[mine & specifications["estimate"].notna(), "spread"].notna().all():
        scaled = specifications.assign(
            **{name: specifications[name] / specifications["spread"] for name in ends}
        )
        return scaled, f"{unit}, in standard deviations"
    written = [
        "" if same or pd.isna(one) else f"other unit: {one:.3g} [{low:.3g}, {high:.3g}]"
        for same, (one, low, high) in zip(mine, specifications[ends].to_numpy(), strict=True)
    ]
    others = {name: specifications[name].where(mine) for name in ends}
    return specifications.assign(written=written, **others), unit


def _write_other(ax: Axes, row: int, written: str) -> None:
    if not written:
        write_missing(ax, row)
        return
    ax.text(
        0.01, row, written, transform=ax.get_yaxis_transform(), va="center", size=style.SMALL,
        color=style.GREY, style="italic",
    )  # fmt: skip


def _zero(ax: Axes) -> None:
    ax.axvline(0, color=style.GREY, lw=style.THIN, ls=(0, (4, 3)), zorder=1)
