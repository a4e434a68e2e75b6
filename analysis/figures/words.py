"""Which words: marked words, words typical of an outlet, what the same thing is called.

Words stand down the side, outlets on top; every cell says its count. A word typical of an outlet
carries its effect with an interval and the number of articles it is from, so that one article
cannot pass for a habit. Finished tables come in, nothing is computed.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.matrices import draw_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEAD = 1.2  # lines that an outlet's name takes
LONGEST, MOST_ROWS = 34, 56  # lines of a single column; words that a page of two columns holds


@style.chart
def plot_words(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often each marked word occurs, a row a word, the outlets' counts in the cells.

    Parameters
    ----------
    counts : DataFrame
        ``word, outlet, n`` as ``count_evidence`` gives (``top`` keeps it to a page).
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    """
    wide = counts.pivot_table(index="word", columns="outlet", values="n", aggfunc="sum")
    wide = wide.reindex(list(dict.fromkeys(counts["word"])))
    ax = draw_matrix(wide, ax=ax, unit="times the word was marked", counted="time")
    if wide.empty:
        return style.say_nothing_to_show(ax, "No word was marked.")
    return ax


@style.chart
def plot_keyness(
    keyness: pd.DataFrame,
    *,
    ax: Axes | None = None,
    top: int = 8,
    event: str | None = None,
    function_words: bool = False,
) -> Axes:
    """Draw the words typical of each outlet: effect, interval, and in how many articles.

    Parameters
    ----------
    keyness : DataFrame
        Rows of the table ``keyness`` of one event: all of them, or those that are ``typical``.
        Words that are not typical are drawn hollow.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    top : int
        At most so many words an outlet, the largest z first.
    event : str, optional
        The event to show, where the table has several.
    function_words : bool
        Draw words such as "of" and "who" as well; the table has them always.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    if not function_words:
        keyness = keyness[~keyness["word"].isin(ENGLISH_STOP_WORDS)]
    rows = keyness if event is None else keyness[keyness["event"] == event]
    if rows["event"].nunique() > 1:
        raise ValueError(f"one chart shows one event; this table has {sorted(set(rows['event']))}")
    rows = rows[rows["z"] > 0].sort_values(["outlet", "z", "word"], ascending=[True, False, True])
    rows = rows.groupby("outlet", sort=False).head(top).reset_index(drop=True)
    blocks = [block for _, block in rows.groupby("outlet", sort=False)]
    if len(blocks) * top > MOST_ROWS:  # more outlets than a page holds: fewer words of each
        blocks = [block.head(max(MOST_ROWS // len(blocks), 2)) for block in blocks]
    long = [sum(len(block) + HEAD for block in blocks[:count]) for count in range(len(blocks) + 1)]
    wide = ax is None and long[-1] > LONGEST
    half = min(range(len(long)), key=lambda count: abs(long[count] - long[-1] / 2))
    columns = [blocks[:half], blocks[half:]] if wide else [blocks]
    if ax is None:
        high = max(sum(len(block) + HEAD for block in column) for column in columns)
        axes = style.new_figure(max(high, 1), width="double" if wide else "single")[1]
        if wide:
            figure = axes[0].figure
            figure.clear()
            axes = list(figure.subplots(1, 2, sharex=True))
    else:
        axes = [ax]
    if rows.empty:
        reason = "No word is used more by one outlet than by others."
        return style.say_nothing_to_show(axes[0], reason)
    for one, column in zip(axes, columns, strict=True):
        _draw_words(one, column)
    for one in axes[1:]:  # both as high as the longer one
        ends = [other.get_ylim()[0] for other in axes]
        one.set_ylim(max(ends), -1.2)
        axes[0].set_ylim(max(ends), -1.2)
    style.space_ticks(axes[0])
    unit, low, high = "difference of log odds", "others use it more", "this outlet does"
    if wide:
        axes[0].figure.supxlabel(f"{low} ← {unit} → {high}", size=style.TEXT)
    else:
        style.write_direction(axes[0], unit, low, high)
    return axes[0]


def _draw_words(ax: Axes, blocks: list[pd.DataFrame]) -> None:
    """Draw outlets below one another, each with its words."""
    place, places = 0.0, []
    across = ax.get_yaxis_transform()
    ax.axvline(0, color=style.GREY, lw=style.THIN, ls=(0, (4, 3)), zorder=1)
    for number, block in enumerate(blocks):
        place += HEAD if number else 0.0
        name = textwrap.shorten(str(block["outlet"].iloc[0]), 30, placeholder=" …")
        paper = {"facecolor": "white", "edgecolor": "white", "linewidth": style.HAIR, "pad": 0.8}
        ax.text(
            0, place - 0.8, name, transform=across, va="center", weight="bold", bbox=paper, zorder=2
        )
        places += [place + row for row in range(len(block))]
        place += len(block)
    rows = pd.concat(blocks)
    ax.set_yticks(places, [textwrap.shorten(word, 22, placeholder=" …") for word in rows["word"]])
    ax.set_ylim(place - 0.4, -1.2)
    ax.spines["left"].set_visible(False)
    for row, y in zip(rows.to_dict("records"), places, strict=True):
        face = style.INK if row["typical"] else "white"
        ax.plot([row["low"], row["high"]], [y, y], color=style.INK, lw=style.THIN)
        ax.plot(row["estimate"], y, "o", ms=3.8, mfc=face, mec=style.INK, mew=style.LINE)
        text = f"{int(row['count'])} in {int(row['n_articles_with'])}"
        said = f"{row['estimate']:+.2f} log odds, {int(row['count'])} times"
        style.note_marks(ax, [(row["estimate"], y, {**row, "said": said})])
        ax.text(
            1.03, y, text, transform=across, va="center_baseline", size=style.SMALL,
            color=style.GREY,
        )  # fmt: skip
    ax.annotate(
        "times in articles", (1.2, 1), xycoords="axes fraction", xytext=(0, 2), ha="right",
        textcoords="offset points", size=style.SMALL, color=style.GREY,
    )  # fmt: skip


@style.chart
def plot_labelling(labelling: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what the same thing is called: terms below the thing, the outlets' counts in cells.

    Parameters
    ----------
    labelling : DataFrame
        ``concept, term, outlet, count`` (summed where there are several rows, one a voice) and
        optionally ``spoken``: how many of these are in quoted or reported speech.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    """
    keys = ["concept", "term"]
    total = labelling.groupby(keys, as_index=False)["count"].sum()
    total = total.sort_values(["concept", "count", "term"], ascending=[True, False, True])
    heads = total[["concept"]].drop_duplicates().assign(term="")
    order = pd.concat([heads, total[keys]]).sort_values("concept", kind="stable")
    wide = labelling.pivot_table(index=keys, columns="outlet", values="count", aggfunc="sum")
    wide = wide.reindex(pd.MultiIndex.from_frame(order))
    beside = None
    unit = "times the term is used"
    if "spoken" in labelling:
        beside = labelling.pivot_table(
            index=keys, columns="outlet", values="spoken", aggfunc="sum"
        ).reindex_like(wide)
        unit = "times the term is used: own voice + quoted or reported"
    ax = draw_matrix(
        wide.set_axis([term or concept for concept, term in wide.index]), ax=ax,
        unit=unit, counted="time", label_width=26,
        stands=order.to_dict("records"), beside=beside,
    )  # fmt: skip
    if wide.empty:
        return style.say_nothing_to_show(ax, "No thing was found that has two names.")
    for row, (label, (_, term)) in enumerate(zip(ax.get_yticklabels(), wide.index, strict=True)):
        if not term:
            label.set_weight("bold")
            if row:
                ax.axhline(row - 0.5, color=style.INK, lw=style.THIN)
    return ax
