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
