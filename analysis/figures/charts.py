"""Finished tables → charts of the corpus: what outlets published, when, and what was cut.

Each function takes one finished table and returns the Axes; nothing is computed but places on
the page. Outlets stand down the side in the same order in every chart that is given the same
``order``; counts stand at the right edge. Voices and speakers are in ``speech``, scores with
intervals in ``dots``, tables drawn as matrices in ``matrices``, checks of a result in ``checks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.names import LINEAGES, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINEAGE_FACES = {
    "original": style.INK,
    "wire": "#8a8a8a",
    "rewrite": "#bdbdbd",
    "repost": "#e2e2e2",
    "copy": "#ffffff",
}


@style.chart
def plot_volume(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many articles each outlet published, and which of them were set aside.

    Parameters
    ----------
    counts : DataFrame
        ``outlet, lineage, used, n_articles, n_words`` as ``count_articles`` gives.
    ax : Axes, optional
        Drawn on if given, else on a new figure.

    Returns
    -------
    Axes
    """
    total = counts.groupby("outlet")["n_articles"].sum()
    order = list(total.sort_values(ascending=False, kind="stable").index)
    ax = ax or style.new_figure(style.row_height(order) + 1, width="single")[1][0]
    if not order:
        return style.say_nothing_to_show(ax, "No article was read.")
    words = counts[counts["used"]].groupby("outlet")["n_words"].sum().reindex(order)
    style.set_rows(ax, order, counts=words.fillna(0), counted="words used")
    kinds = [kind for kind in LINEAGES if kind in set(counts["lineage"])]
    table = counts.pivot_table(
        index="outlet", columns="lineage", values="n_articles", aggfunc="sum", fill_value=0
    ).reindex(order)
    stack_shares(ax, table[kinds], [_LINEAGE_FACES[kind] for kind in kinds], unit="articles")
    name_faces(ax, [LINEAGES[kind] for kind in kinds], [_LINEAGE_FACES[kind] for kind in kinds])
    style.space_ticks(ax, whole=True)
    style.write_direction(ax, "articles read")
    return ax


@style.chart
def plot_timeline(days: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw when each outlet published: a dot a day, larger for more articles.

    Parameters
    ----------
    days : DataFrame
        ``outlet, published, n_articles`` as ``count_days`` gives; ``published`` is
        ``YYYY-MM-DD`` or ``unknown``.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    """
    import matplotlib.dates as mdates

    when = pd.to_datetime(days["published"], format="%Y-%m-%d", errors="coerce")
    table = days.assign(when=when)
    first = table.groupby("outlet")["when"].min()
    order = list(first.reset_index().sort_values(["when", "outlet"])["outlet"])
    ax = ax or style.new_figure(style.row_height(order) + 1, width="single")[1][0]
    dated = table.dropna(subset="when")
    undated = table[table["when"].isna()].groupby("outlet")["n_articles"].sum()
    if dated.empty:
        reason = "No article has a date that could be read." if order else "No article was read."
        return style.say_nothing_to_show(ax, reason)
    style.set_rows(ax, order, counts=undated.reindex(order).fillna(0), counted="undated")
    rows = dated["outlet"].map({name: row for row, name in enumerate(order)})
    ax.scatter(
        dated["when"], rows, s=7 * dated["n_articles"].astype(float), color=style.INK, linewidth=0
    )
    style.note_marks(
        ax,
        [
            (when, row, {"outlet": outlet, "published": day, "said": f"{n:,} read"})
            for when, row, outlet, day, n in zip(
                dated["when"], rows, dated["outlet"], dated["published"], dated["n_articles"],
                strict=True,
            )
        ],
    )  # fmt: skip
    locator = mdates.AutoDateLocator(minticks=2, maxticks=5)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))
    ax.margins(x=0.06)
    if dated["when"].nunique() == 1:  # years around a single day would say nothing
        ax.set_xticks([dated["when"].iloc[0]], [dated["published"].iloc[0]])
    days = sorted(dated["published"])
    span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    style.write_direction(ax, f"day of publication, {span}; larger dot: more articles")
    return ax


@style.chart
def plot_cuts(
    counts: pd.DataFrame, *, ax: Axes | None = None, order: Sequence[str] | None = None
) -> Axes:
    """Draw which share of each outlet's page was cut as furniture, by rule.

    Parameters
    ----------
    counts : DataFrame
        ``outlet, rule, n_words, share, n_articles`` as ``count_cuts`` gives.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    order : list of str, optional
        Outlets from top to bottom; by the share that was cut if not given.
    """
    total = counts.groupby("outlet")["share"].sum()
    order = list(order or total.sort_values(ascending=False, kind="stable").index)
    by_rule = counts.groupby("rule")["n_words"].sum().sort_values(ascending=False, kind="stable")
    rules = list(by_rule.index[: 4 if len(by_rule) > 5 else 5])
    ax = ax or style.new_figure(style.row_height(order) + 2, width="single")[1][0]
    if not order:
        return style.say_nothing_to_show(ax, "Nothing was cut from any page.")
    table = counts.assign(rule=counts["rule"].where(counts["rule"].isin(rules), "other rules"))
    wide = table.pivot_table(
        index="outlet", columns="rule", values="share", aggfunc="sum", fill_value=0
    ).reindex(order, fill_value=0)
    kinds = [*rules, *(["other rules"] if "other rules" in wide else [])]
    faces = [*style.SHADES[: len(rules)], *style.SHADES[-1:]][: len(kinds)]
    words = counts.groupby("outlet")["n_words"].sum().reindex(order).fillna(0)
    style.set_rows(ax, order, counts=words, counted="words cut")
    others = [rule for rule in by_rule.index if rule not in rules]
    stack_shares(ax, wide[kinds], faces, unit="of the words", holds={"other rules": others})
    name_faces(ax, [say(kind) for kind in kinds], faces)
    write_percent(ax)
    style.write_direction(ax, "share of the words on the pages that was cut")
    return ax


def stack_shares(
    ax: Axes,
    table: pd.DataFrame,
    faces: Sequence[str],
    *,
    unit: str,
    holds: dict[str, list[str]] | None = None,
) -> None:
    """Draw each row as pieces laid end to end, from zero.

    Each piece remembers its row and column by the names that the table has for them; ``holds``
    says which values are drawn together as one column.
    """
    left = pd.Series(0.0, index=table.index)
    rows = range(len(table))
    for column, face in zip(table, faces, strict=True):
        width = table[column].astype(float).fillna(0)
        ax.barh(
            rows,
            width,
            left=left,
            height=0.62,
            color=face,
            edgecolor=style.INK,
            linewidth=style.HAIR,
        )
        shown = "{:,.0f}" if unit == "articles" else "{:.1%}"
        value = (holds or {}).get(column, column)
        for row, (name, start, size) in enumerate(zip(table.index, left, width, strict=True)):
            said = f"{shown.format(size)} {unit}"
            mark = {table.index.name: name, table.columns.name: value, "said": said}
            style.note_marks(ax, [(start + size / 2, row, mark)] if size > 0 else [])
        left = left + width
    ax.set_xlim(left=0)


def name_faces(ax: Axes, labels: Sequence[str], faces: Sequence[str]) -> None:
    """Name the faces of the pieces above the figure."""
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=face, edgecolor=style.INK, linewidth=style.HAIR, label=label)
        for face, label in zip(faces, labels, strict=True)
    ]
    style.name_marks(ax, handles)


def write_percent(ax: Axes) -> None:
    """Write the ticks of the axis as per cent."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
