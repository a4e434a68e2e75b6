"""How every figure looks: sizes in millimetres, type in points, colours that survive greyscale.

Figures are drawn at the size they are printed. Outlets have no colours: they stand down the
side by name, so that no outlet looks like a party. Voices differ by marker (filled for the
outlet's own words, hollow for quoted ones) and by lightness; the one highlight colour is an
amber that stays apart from the greys for readers with any colour vision.

Every ``plot_`` function is marked with ``chart``: the Axes then remembers the rows and options
it was drawn from, so that ``export.save`` writes them beside the figure and ``verify`` can draw
the figure again.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures.journals import MM_PER_INCH, millimetres

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TEXT, SMALL = 7.5, 6.5  # points at print size; nothing is set smaller than 6
LINE, THIN, HAIR = 0.9, 0.6, 0.4  # points; journals ask for 0.3 at least
ROW_INCHES = 0.19

INK, GREY, PALE, FAINT = "#1a1a1a", "#6e6e6e", "#b5b5b5", "#e4e4e4"
HIGHLIGHT = "#a65e00"
# Pieces laid end to end, darkest first; apart in greyscale and for every colour vision.
SHADES = ("#1f1f1f", "#a65e00", "#8a8a8a", "#dd9f4a", "#f3d9a8", "#ffffff")
VOICE_COLOURS = {
    "outlet": "#1f1f1f",
    "quoted": "#a65e00",
    "attributed": "#dd9f4a",
    "scare": "#f3d9a8",
    "unresolved": "#ffffff",
}

RC = {
    "font.family": "DejaVu Sans",  # ships with matplotlib, so it is the same on every machine
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": TEXT,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": THIN,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": THIN,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "svg.fonttype": "none",
    "svg.hashsalt": "outlet-analysis",
    "hatch.linewidth": THIN,
    "text.parse_math": False,  # an outlet may be called "$ense"
}

CHARTS: dict[str, Callable] = {}


def use_style() -> None:
    """Set the look for this session; charts drawn by this package set it by themselves too."""
    import matplotlib.pyplot as plt  # in a notebook this makes ``axes.figure`` show itself

    plt.rcParams.update(RC)


def chart(function: Callable) -> Callable:
    """Register a ``plot_`` function and let the Axes remember what it was drawn from."""

    @wraps(function)
    def draw(rows: pd.DataFrame, *, ax: Axes | None = None, **options) -> Axes:
        import matplotlib as mpl

        if not isinstance(rows, pd.DataFrame):
            raise TypeError(
                f"{function.__name__} takes a finished table (DataFrame), not {type(rows)}"
            )
        with mpl.rc_context(RC):
            drawn = function(rows, ax=ax, **options)
        record = {"chart": function.__name__, "options": options, "rows": rows.copy()}
        drawn.drawn_from = record
        if ax is None:
            drawn.figure.drawn_from = record
        return drawn

    CHARTS[function.__name__] = draw
    return draw


def panels(function: Callable) -> Callable:
    """Register a function that draws a whole figure of charts, as ``chart`` does for one."""

    @wraps(function)
    def draw(rows: pd.DataFrame, **options) -> Figure:
        import matplotlib as mpl

        with mpl.rc_context(RC):
            drawn = function(rows, **options)
        drawn.drawn_from = {"chart": function.__name__, "options": options, "rows": rows.copy()}
        return drawn

    CHARTS[function.__name__] = draw
    return draw


def note_marks(ax: Axes, marks: Iterable[tuple[float, float, dict]]) -> None:
    """Remember of each mark where it lies in the data and what it stands for: it can be opened."""
    ax.marks = [*getattr(ax, "marks", []), *((x, y, mark) for x, y, mark in marks if x == x)]


def locate_marks(figure: Figure) -> list[tuple[float, float, dict]]:
    """Return the marks of a figure: place from the left and the top, and what each stands for.

    Places are shares of the figure's width and height, after it was laid out and drawn.
    """
    found = []
    for ax in figure.axes:
        for value, place, mark in getattr(ax, "marks", []):
            x, y = ax.transData.transform((ax.convert_xunits(value), place))
            found.append((x / figure.bbox.width, 1 - y / figure.bbox.height, mark))
    return found


def new_figure(
    n_rows: float = 1, *, width: str | float = "single", extra: float = 0.45, panels: int = 1
) -> tuple[Figure, list[Axes]]:
    """Make an empty figure at print size, high enough for ``n_rows`` lines of text.

    ``extra`` is the height in inches for what stands above and below the rows.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        figure = Figure(
            figsize=(millimetres(width) / MM_PER_INCH, n_rows * ROW_INCHES + extra),
            layout="constrained",
        )
        figure.grows = True
        FigureCanvasAgg(figure)
        figure.get_layout_engine().set(w_pad=0.03, h_pad=0.04, wspace=0.03, hspace=0.03)
        axes = figure.subplots(1, panels, sharey=True, sharex=True, squeeze=False)[0]
    return figure, list(axes)


def label_names(names: Sequence[str], *, width: int = 24) -> list[str]:
    """Break long names over two lines and elide what is longer; different names stay different."""
    labels: list[str] = []
    named: dict[str, str] = {}
    for name in map(str, names):
        clean = " ".join(name.split()) or "unnamed"
        # A web address may break at its dots, a word only where nothing else helps.
        if any(len(word) > width for word in clean.split()):
            clean = clean.replace(".", " .")
        lines = textwrap.wrap(clean, width, max_lines=2, placeholder=" …", break_long_words=True)
        label = "\n".join(lines).replace(" .", ".")
        number, stem = 2, label
        while named.get(label, name) != name:
            tail = f" ({number})"
            label, number = stem[: max(len(stem) - len(tail), 1)] + tail, number + 1
        named[label] = name
        labels.append(label)
    return labels


def set_rows(
    ax: Axes,
    names: Sequence[str],
    *,
    counts: Sequence | None = None,
    counted: str = "articles",
    width: int | None = None,
) -> None:
    """Write names down the side, first one on top, and their counts at the right edge."""
    inches = ax.figure.get_size_inches()[0]
    labels = label_names(names, width=width or (20 if inches < 4.5 else 30))
    high = max(len(names), 1)
    ax.set_yticks(range(len(names)), labels, linespacing=0.95)
    ax.set_ylim(high - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    for row in range(len(names)):
        ax.axhline(row, color=FAINT, linewidth=HAIR, zorder=0)
    if counts is None:
        return
    place = ax.get_yaxis_transform()
    for row, count in enumerate(counts):
        text = "–" if pd.isna(count) else f"{int(count):,}"
        ax.text(1.03, row, text, transform=place, va="center_baseline", size=SMALL, color=GREY)
    ax.annotate(
        counted,
        (1.03, 1),
        xycoords="axes fraction",
        xytext=(0, 2),
        textcoords="offset points",
        size=SMALL,
        color=GREY,
        va="bottom",
    )


def row_height(names: Sequence[str], *, double: bool = False, per_row: float = 1.0) -> float:
    """Return how many lines of height the rows need, more where names break over two lines."""
    labels = label_names(names, width=30 if double else 20)
    two = ["\n" in label for label in labels]
    total = sum(max(per_row, 1.45 if broken else 1.0) for broken in two)
    # Rows stand at equal distances: two broken names next to each other need it in full.
    if any(one and other for one, other in pairwise(two)):
        total = max(total, 1.3 * len(labels))
    return total or 1.0


def say_nothing_to_show(ax: Axes, reason: str) -> Axes:
    """Write the reason where the data would be; an empty figure must not pass for a zero."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    text = "\n".join(textwrap.wrap(reason, 30 if ax.figure.get_figwidth() < 4.5 else 44))
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=GREY)
    return ax


def write_direction(ax: Axes, unit: str, low: str = "", high: str = "") -> None:
    """Say on the axis what the unit is and which way is more: ``low ← unit → high``."""
    if not unit:
        ax.set_xlabel("")
        return
    letters = int(0.62 * ax.figure.get_size_inches()[0] / 0.062)
    label = f"{low} ← {unit} → {high}" if low and high else unit
    if len(label) > letters and low and high:
        label = f"{wrap_evenly(unit, letters)}\n{low} ← → {high}"
    elif len(label) > letters:
        label = wrap_evenly(label, letters)
    ax.set_xlabel(label)
    if getattr(ax.figure, "grows", False):  # a figure of ours, not one that the caller sized
        more = (label.count("\n") + 1) * TEXT * 1.25 / 72
        ax.figure.set_figheight(ax.figure.get_figheight() + more)


def wrap_evenly(text: str, letters: int) -> str:
    """Break a text into as few lines as fit, of much the same length: no word is left alone."""
    fewest = len(textwrap.wrap(text, letters))
    for width in range(max(len(text) // max(fewest, 1), 1), letters):
        lines = textwrap.wrap(text, width, break_long_words=False)
        if len(lines) <= fewest and max(map(len, lines)) <= letters:
            return "\n".join(lines)
    return "\n".join(textwrap.wrap(text, letters))


def space_ticks(ax: Axes, *, whole: bool = False) -> None:
    """Put the ticks of the axis at round numbers, few enough to stay apart."""
    from matplotlib.ticker import MaxNLocator

    grid = ax.get_gridspec()
    inches = ax.figure.get_size_inches()[0] / (grid.ncols if grid is not None else 1)
    most = 6 if inches > 3 else 4 if inches > 2 else 3
    ax.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=whole))


def name_marks(ax: Axes, handles: Sequence) -> None:
    """Name the marks above the figure, at its left edge, in as few lines as fit."""
    inches = ax.figure.get_size_inches()[0]
    columns = min(len(handles), 3 if inches < 4.5 else 6)
    # A legend is filled column by column; a reader goes along the lines.
    rows = [handles[start : start + columns] for start in range(0, len(handles), columns)]
    by_column = [row[place] for place in range(columns) for row in rows if place < len(row)]
    ax.figure.legend(
        handles=by_column, loc="outside upper left", frameon=False, fontsize=SMALL,
        ncols=columns,
        handlelength=0.9, handleheight=0.9, handletextpad=0.5, columnspacing=1.2, borderpad=0,
        borderaxespad=0.2,
    )  # fmt: skip
