"""Which words: marked words, words typical of an outlet, what the same thing is called.

Words stand down the side, outlets on top; every cell says its count. A word typical of an outlet
carries its effect with an interval and the number of articles it is from, so that one article
cannot pass for a habit. Finished tables come in, nothing is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.matrices import draw_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    ax = draw_matrix(wide, ax=ax, unit="times the word was marked")
    if wide.empty:
        return style.say_nothing_to_show(ax, "No word was marked.")
    return ax


@style.chart
def plot_keyness(
    keyness: pd.DataFrame, *, ax: Axes | None = None, top: int = 8, event: str | None = None
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
    """
    rows = keyness if event is None else keyness[keyness["event"] == event]
    if rows["event"].nunique() > 1:
        raise ValueError(f"one chart shows one event; this table has {sorted(set(rows['event']))}")
    rows = rows[rows["z"] > 0].sort_values(["outlet", "z", "word"], ascending=[True, False, True])
    rows = rows.groupby("outlet", sort=False).head(top).reset_index(drop=True)
    if ax is None:
        ax = style.new_figure(max(len(rows), 1) + rows["outlet"].nunique() * 1.1)[1][0]
    if rows.empty:
        return style.say_nothing_to_show(ax, "No word is used more by one outlet than by others.")
    places, place = [], 0.0
    for number, (outlet, block) in enumerate(rows.groupby("outlet", sort=False)):
        place += 1.1 if number else 0.0
        name = outlet if len(outlet) <= 30 else outlet[:29] + "…"
        ax.text(
            0, place - 0.75, name, transform=ax.get_yaxis_transform(), va="center", weight="bold"
        )
        places += [place + row for row in range(len(block))]
        place += len(block)
    words = [word if len(word) <= 22 else word[:21] + "…" for word in rows["word"]]
    ax.set_yticks(places, words)
    ax.set_ylim(place - 0.4, -1.2)
    ax.spines["left"].set_visible(False)
    for row, y in zip(rows.to_dict("records"), places, strict=True):
        face = style.INK if row["typical"] else "white"
        ax.plot([row["low"], row["high"]], [y, y], color=style.INK, lw=style.THIN)
        ax.plot(row["estimate"], y, "o", ms=3.8, mfc=face, mec=style.INK, mew=style.LINE)
        text = f"{int(row['count'])} in {int(row['n_articles_with'])}"
        ax.text(1.03, y, text, transform=ax.get_yaxis_transform(), va="center", size=style.SMALL,
                color=style.GREY)  # fmt: skip
    ax.annotate(
        "times in articles", (1.16, 1), xycoords="axes fraction", xytext=(0, 2), ha="right",
        textcoords="offset points", size=style.SMALL, color=style.GREY,
    )  # fmt: skip
    ax.axvline(0, color=style.GREY, lw=style.THIN, ls=(0, (4, 3)), zorder=1)
    style.write_direction(ax, "difference of log odds", "others use it more", "this outlet does")
    return ax


@style.chart
def plot_labelling(labelling: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what the same thing is called: rows of terms by concept, the outlets' counts in cells.

    Parameters
    ----------
    labelling : DataFrame
        ``concept, term, outlet, count`` (summed where there are several rows, one a voice).
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    """
    rows = labelling.assign(
        name=[
            term if concept == term else f"{concept}: {term}"
            for concept, term in zip(labelling["concept"], labelling["term"], strict=True)
        ]
    )
    total = rows.groupby(["concept", "name"], as_index=False)["count"].sum()
    total = total.sort_values(["concept", "count", "name"], ascending=[True, False, True])
    wide = rows.pivot_table(index="name", columns="outlet", values="count", aggfunc="sum")
    ax = draw_matrix(
        wide.reindex(list(total["name"])), ax=ax, unit="times the term is used", label_width=34
    )
    if wide.empty:
        return style.say_nothing_to_show(ax, "No thing was found that has two names.")
    concepts = list(total["concept"])
    starts = [row for row in range(1, len(concepts)) if concepts[row] != concepts[row - 1]]
    for row in starts:
        ax.axhline(row - 0.5, color=style.INK, lw=style.THIN)
    return ax
