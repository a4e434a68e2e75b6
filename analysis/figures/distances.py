"""How far apart outlets are: pairs of outlets with a distance, its interval, and if it is chance.

A dot is the distance between the two outlets' mixes, 0 the same and 1 nothing in common; it is
filled where exchanging articles at random seldom gives one as large. Finished rows come in.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures import style
from analysis.figures.selection import Tables
from analysis.measures.frame_distances import COLUMNS, compare_frames
from analysis.outlets.resampling import holm

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def find_distances(data: Tables, measure: str, *, seed: int = 20_260) -> pd.DataFrame:
    """Compare every two outlets' mixes of a measure's labels; no rows where there are none.

    Beside the columns of ``compare_frames``: ``p_adjusted``, Holm's over all pairs.
    """
    has = (data.scores["measure"] == measure).any()
    if not has or data.articles.loc[data.articles["used"], "outlet"].nunique() < 2:
        return pd.DataFrame(columns=[*COLUMNS, "p_adjusted"])
    parts = (data.scores, data.segments, data.articles)
    rows = compare_frames(*parts, measure=measure, by="all", seed=seed)
    return rows.assign(p_adjusted=holm(rows["p"].to_numpy(dtype=float)))


@style.chart
def plot_distances(
    distances: pd.DataFrame,
    *,
    ax: Axes | None = None,
    unit: str = "Jensen-Shannon distance of frames",
    top: int = 25,
) -> Axes:
    """Draw pairs of outlets by their distance, the farthest on top.

    Parameters
    ----------
    distances : DataFrame
        ``outlet, other, estimate, low, high, level, p_adjusted, n_articles, n_other``, as
        ``find_distances`` gives.
    ax : Axes, optional
        Drawn on if given, else on a new figure.
    unit : str
        Words for the axis.
    top : int
        At most so many pairs.
    """
    rows = distances.sort_values(["estimate", "outlet", "other"], ascending=[False, True, True])
    rows = rows.head(top)
    if ax is None:
        ax = style.new_figure(1.5 * max(len(rows), 1) + 0.4, width=130)[1][0]
    if rows.empty:
        return style.say_nothing_to_show(ax, "No two outlets have this measure.")
    names = [f"{one} – {two}" for one, two in zip(rows["outlet"], rows["other"], strict=True)]
    style.set_rows(ax, names, counts=rows["n_articles"] + rows["n_other"], width=34)
    pairs = zip(rows["outlet"], rows["other"], strict=True)
    labels = ["\n".join(textwrap.shorten(str(name), 34, placeholder=" …") for name in pair)
              for pair in pairs]  # fmt: skip
    ax.set_yticks(range(len(labels)), labels, linespacing=1.05, size=style.SMALL)
    for y, row in enumerate(rows.to_dict("records")):
        if not pd.isna(row["low"]) and not pd.isna(row["high"]):
            ax.plot([row["low"], row["high"]], [y, y], color=style.INK, lw=style.THIN)
        sure = row["p_adjusted"] < 1 - row["level"]  # never where there is no p
        face = style.INK if sure else "white"
        ax.plot(row["estimate"], y, "o", ms=3.8, mfc=face, mec=style.INK, mew=style.LINE)
    ax.set_xlim(left=-0.02)
    style.write_direction(ax, unit, "the same mix (0)", "another mix (1)")
    return ax
