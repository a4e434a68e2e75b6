"""Lists on a copied page: which are the article's own, and which its menus.

Comes in: the lines of a page, and which of them the line model keeps. Goes out: which to keep when
lists are judged as a whole, since one line of a list looks like any other. Kept: the priced items
that an article about things to buy goes on with, and a refrain (the same question to each person
asked, "Where to buy: …") that leads into the story each time. Not kept: a run of short lines of
which the model is unsure throughout, which is a menu; a list of categories with their counts; and
stray marks that links left behind. There is no up or down here.

A list of which none of this is true is left as the model judges it, line by line. Bounds were set
on the 118 pages of the set ``pages``, read by models that had not seen them; few of these pages
have such lists (priced two, refrains seven, menus two, categories one, stray marks four), so that
how often a bound errs is not known well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

_PRICE = re.compile(r"[$£€¥]\s?\d|\d\s?[$£€¥]|\b(?:USD|EUR)\b")
_TO_BUY = re.compile(
    r"\b(?:deals?|prices?|priced|sales?|buy|bought|discount(?:s|ed)?|cheap(?:er|est)?|gifts?|"
    r"bargains?|retail|shopping)\b|[$£€¥]\s?\d",
    re.I,
)
_COUNTED = re.compile(r"[^.!?:]{1,40} ?\(\d+\)")
_CLOSING = re.compile(r"[).,;:\]!?\"'”’]{1,3}")
_DIGITS = re.compile(r"\d+")
_FEWEST_PRICES = 4
_PRICE_WORDS = 8  # at most, of a line that is an item or its price
_PRICES_APART = 24  # lines from one price to the next
_PRICES_BEGIN = 15  # lines from the story to the first price
_ABOUT = 2  # words of buying that the story has
_FEWEST_TIMES = 3  # of a refrain
_LEADS = 0.7  # share of a refrain's lines behind which the story goes on
_LEAST, _LEAST_ASKING = 0.08, 0.02  # probability of a line of a refrain; of one with a colon or "?"
_LONGEST_REFRAIN = 120
_MENU_LINES, _MENU_WORDS, _MENU_LIKELY = 8, 5, 0.45
_FEWEST_CATEGORIES = 5


def priced_lists(lines: Sequence[str], kept: np.ndarray, prose: np.ndarray) -> np.ndarray:
    """Return which lines belong to a list of priced items that the article goes on with.

    Parameters
    ----------
    lines : sequence of str
        The lines of a page that hold text.
    kept, prose : array of bool
        Which are kept so far; which read like prose.

    Returns
    -------
    array of bool
        Lines from the story's last sentence before the first price to the end of the last item.
        A list has four different prices or more, none far from the next; it begins soon after
        kept prose, and the kept prose speaks of buying, or it is somebody's shop.
    """
    found = np.zeros(len(lines), dtype=bool)
    story = np.flatnonzero(kept & prose)
    if sum(len(_TO_BUY.findall(lines[place])) for place in story) < _ABOUT:
        return found
    prices = [
        place
        for place, line in enumerate(lines)
        if len(line.split()) <= _PRICE_WORDS and _PRICE.search(line)
    ]
    for first, last in _groups(prices, _PRICES_APART):
        inside = [place for place in prices if first <= place <= last]
        above = story[(story < first) & (story >= first - _PRICES_BEGIN)]
        if len({lines[place] for place in inside}) < _FEWEST_PRICES or not len(above):
            continue
        # What stands below each price (a shop, a button) ends the last item too.
        below = {line for place in inside[:-1] for line in lines[place + 1 : place + 4]}
        stop = last + 1
        while stop < len(lines) and lines[stop] in below:
            stop += 1
        found[above[-1] : stop] = True
    return found


def refrains(
    lines: Sequence[str], kept: np.ndarray, open_: np.ndarray, likely: np.ndarray
) -> np.ndarray:
    """Return which lines come again and again on the page, each time leading into the story.

    Parameters
    ----------
    lines : sequence of str
        The lines of a page that hold text.
    kept, open_ : array of bool
        Which are kept so far; of which no rule has spoken.
    likely : array
        How likely each is the article's.

    Returns
    -------
    array of bool
        Lines that begin with the same two words (numbers apart), three or more of them, behind
        seven in ten of which the next line is kept.
    """
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        if len(line) < _LONGEST_REFRAIN:
            alike[tuple(_DIGITS.sub("0", line.casefold()).split()[:2])].append(place)
    leads = np.append(kept[1:], False)
    found = np.zeros(len(lines), dtype=bool)
    for places in alike.values():
        if len(places) >= _FEWEST_TIMES and leads[places].mean() >= _LEADS:
            for place in places:
                asks = ":" in lines[place] or lines[place].endswith("?")
                least = _LEAST_ASKING if asks else _LEAST
                found[place] = open_[place] and likely[place] > least
    return found


def menus(
    lines: Sequence[str], kept: np.ndarray, prose: np.ndarray, likely: np.ndarray
) -> np.ndarray:
    """Return which kept lines are runs of short lines that the model is unsure of throughout."""
    short = [len(line.split()) <= _MENU_WORDS for line in lines]
    found = np.zeros(len(lines), dtype=bool)
    for first, last in _runs(kept & ~prose & np.array(short, dtype=bool)):
        if last - first >= _MENU_LINES and likely[first:last].mean() < _MENU_LIKELY:
            found[first:last] = True
    return found


def categories(lines: Sequence[str]) -> np.ndarray:
    """Return which lines are part of a list of categories, each with its count.

    Examples
    --------
    >>> categories(["Ferries (12)", "Ports (3)", "Rail (44)", "Roads (1)", "Sea (7)"]).all()
    np.True_
    """
    found = np.zeros(len(lines), dtype=bool)
    for first, last in _runs(_each(lines, lambda line: bool(_COUNTED.fullmatch(line)))):
        if last - first >= _FEWEST_CATEGORIES:
            found[first:last] = True
    return found


def stray_marks(lines: Sequence[str]) -> np.ndarray:
    """Return which lines hold nothing but a mark that closes: what a cut link leaves of "(…)."."""
    return _each(lines, lambda line: bool(_CLOSING.fullmatch(line)))


def _each(lines: Sequence[str], holds: Callable[[str], bool]) -> np.ndarray:
    return np.array([holds(line) for line in lines], dtype=bool)


def _groups(places: Sequence[int], apart: int) -> list[tuple[int, int]]:
    """Return first and last of runs of places of which none is further than that from the next."""
    groups: list[tuple[int, int]] = []
    for place in places:
        if groups and place - groups[-1][1] <= apart:
            groups[-1] = (groups[-1][0], place)
        else:
            groups.append((place, place))
    return groups


def _runs(marks: np.ndarray) -> list[tuple[int, int]]:
    """Return where runs of true begin, and where each has ended."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
