"""Lines of a page in; which of them are a list of dates in order of time out.

A tour, a chronology, the fixtures of a season: such lines look like teasers, which also begin with
a date, but teasers stand newest first. Four lines or more, each beginning with a day that is
not before that of the line above, are the article's own. A date without its day, and lists that
count by hours or years, are not seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

FEWEST = 4
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    rf"(?:{_MONTH}\s+(\d{{1,2}})|(\d{{1,2}})\.?\s+{_MONTH})(?!\d|,?\s*\d{{4}}\s*$)\b",
    re.I,
)


def dated_lists(lines: Sequence[str]) -> np.ndarray:
    """Return which lines are part of a list of dates in order of time.

    Parameters
    ----------
    lines : sequence of str
        The lines of a page that hold text.

    Returns
    -------
    array of bool
        One for each line.

    Examples
    --------
    >>> days = ["June 9: Oslo", "June 12: Bergen", "July 1: Turku", "July 3: Pori"]
    >>> dated_lists(days).all(), dated_lists(days[::-1]).any()
    (True, False)
    """
    days = [_day(line) for line in lines]
    found = np.zeros(len(lines), dtype=bool)
    first = 0
    while first < len(days):
        last = first + 1
        while last < len(days) and 0 < days[last - 1] <= days[last]:
            last += 1
        if last - first >= FEWEST:
            found[first:last] = True
        first = last
    return found


def _day(line: str) -> int:
    """Return the day of the year that a line begins with, roughly; 0 for none, or nothing else."""
    match = _DAY.match(line)
    if match is None:
        return 0
    month, day, first_day, second_month = match.groups()
    return 31 * _MONTHS.index((month or second_month).lower()) + int(day or first_day)
