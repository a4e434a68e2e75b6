"""How a plain text begins: headline, date and address lines, in any combination or none.

Comes in: the raw text of one document. Goes out: an ``Opening`` with the headline, the date as
``YYYY-MM-DD`` and the address (each ``unknown`` where it is not there), and the spans of the lines
that hold nothing but a date or an address. A text that begins with a sentence has no headline.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from analysis.tables import UNKNOWN

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sept sep", "october oct", "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})(?P<m>\d{2})(?P<day>\d{2})(?!\d)",
        r"(?P<year>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+" + _MONTH + r",?\s+(?P<year>\d{4})",
        _WEEKDAY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
    )
]
_URL_LINE = re.compile(r"(?:url:\s*)?(https?://[^\s<>\"]+|www\.[^\s<>\"]+)", re.IGNORECASE)
_URL_DATE = re.compile(r"/((?:19|20)\d{2})[/-]?(\d{2})[/-]?(\d{2})(?:/|-|$)")
_PROSE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MENU = re.compile(r"^(?:[•*·\-–—|>]\s|by\s+[A-Z])", re.IGNORECASE)


class Opening(NamedTuple):
    """What the first lines of a plain text say; ``lines`` are the spans of bare header lines."""

    headline: str
    published: str
    url: str
    headline_span: tuple[int, int] | None
    lines: tuple[tuple[int, int, str], ...]


def parse_date(text: str) -> str:
    """Return a date written in full as ``YYYY-MM-DD``, or ``unknown``.

    Examples
    --------
    >>> parse_date("20220226"), parse_date("Friday, 25 February 2022"), parse_date("soon")
    ('2022-02-26', '2022-02-25', 'unknown')
    """
    text = text.strip()
    for pattern in _DATES:
        match = pattern.match(text)
        if match:
            parts = match.groupdict()
            month = int(parts["m"]) if parts.get("m") else _MONTHS[parts["month"].lower()]
            try:
                return date(int(parts["year"]), month, int(parts["day"])).isoformat()
            except ValueError:
                continue
    return UNKNOWN


def date_in_url(url: str) -> str:
    """Return the date that an address carries (``/2022/02/25/``), or ``unknown``."""
    match = _URL_DATE.search(url)
    return parse_date("".join(match.groups())) if match else UNKNOWN


def read_opening(raw: str) -> Opening:
    """Return what the first lines of a plain text say about it.

    Notes
    -----
    The headline is the first line of four words or more that does not end like a sentence and
    comes before the first line of prose; where menus stand before it, the first such line that
    shares at least half of its longer words with the prose that follows.
    """
    lines = _first_lines(raw, 80)
    headline, span = UNKNOWN, None
    prose = next((i for i, (_, _, line) in enumerate(lines) if _is_prose(line)), len(lines))
    published, url, bare = _header_lines(lines)
    bare_starts = {start for start, _, _ in bare}
    titles = [
        (place, start, end, line)
        for place, (start, end, line) in enumerate(lines[:prose])
        if start not in bare_starts and _is_title(line)
    ]
    body = (
        {word for _, _, line in lines[prose : prose + 8] for word in _long(line)}
        if titles
        else set()
    )
    for place, start, end, line in titles:
        words = set(_long(line))
        shared = len(words & body) / len(words) if words else 0.0
        if shared >= 0.5 or (place <= len(bare) and (shared > 0.2 or not body)):
            headline, span = line, (start, end)
            break
    return Opening(headline, published, url, span, tuple(bare))


def bare_header_lines(raw: str) -> tuple[tuple[int, int, str], ...]:
    """Return only the spans of lines that hold nothing but a date or an address, with the rule."""
    return tuple(_header_lines(_first_lines(raw, 8))[2])


def _header_lines(
    lines: list[tuple[int, int, str]],
) -> tuple[str, str, list[tuple[int, int, str]]]:
    published, url, bare = UNKNOWN, UNKNOWN, []
    for start, end, line in lines[:8]:
        if len(line) > 2000:
            continue
        address = _URL_LINE.fullmatch(line)
        if address and url == UNKNOWN:
            url = address.group(1)
            bare.append((start, end, "address line"))
        elif len(line) <= 40 and published == UNKNOWN and _is_date_line(line):
            published = parse_date(line)
            bare.append((start, end, "date line"))
    return published, url, bare


def _first_lines(raw: str, count: int) -> list[tuple[int, int, str]]:
    found, start = [], 0
    while start < len(raw) and len(found) < count:
        end = raw.find("\n", start)
        end = len(raw) if end < 0 else end
        line = raw[start:end]
        stripped = line.strip()
        if stripped:
            left = start + len(line) - len(line.lstrip())
            found.append((left, left + len(stripped), stripped))
        start = end + 1
    return found


def _is_date_line(line: str) -> bool:
    for pattern in _DATES:
        match = pattern.match(line)
        if match and not _WORD.search(line[match.end() :].replace("UTC", "").replace("GMT", "")):
            return parse_date(line) != UNKNOWN
    return False


def _is_prose(line: str) -> bool:
    return len(line) > 60 and line.count(" ") >= 11 and bool(_PROSE_END.search(line))


def _is_title(line: str) -> bool:
    words = line.count(" ") + 1
    sentence = line.endswith(".") and not line.endswith("...")
    return 4 <= words <= 45 and len(line) <= 300 and not sentence and not _MENU.match(line)


def _long(line: str) -> list[str]:
    # The first five letters, so that "raises" and "raise" are one.
    return [word[:5].casefold() for word in _WORD.findall(line) if len(word) > 3]
