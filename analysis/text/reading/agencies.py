"""Which news agency an article is credited to.

Comes in: byline, text, outlet and address of an article. Goes out: the agency's name, or an
empty string. Credits are read where agencies put them: the byline, a dateline such as
``KYIV (Reuters) –`` in the first lines, and a line of its own. An agency that the text merely
cites ("told Reuters", "Reuters contributed to this report") is no credit. The forms are data,
in ``data/lexicons/agencies.csv``.
"""

from __future__ import annotations

import csv
import re
from functools import cache

from analysis import DATA

_LIST = DATA / "lexicons" / "agencies.csv"
_LEAD = 500  # characters in which a dateline may stand: headline and first paragraph
_DATELINE = re.compile(
    r"^[ \t]*[A-Z][\w .,'’/-]{1,60}\((?P<letters>[A-Z]{2,6})\)\s*[-–—:]", re.MULTILINE
)
_CONTRIBUTED = re.compile(r"contribut|reporting from|with (?:additional )?(?:reporting|material)")


def find_credit(byline: str, text: str) -> str:
    """Return the agency that byline, dateline or a credit line names, else ``""``.

    Examples
    --------
    >>> find_credit("unknown", "Talks open\\n\\nPORT ALDA (Reuters) - Talks opened on Monday.")
    'Reuters'
    >>> find_credit("unknown", "He told Reuters that talks had opened.")
    ''
    """
    forms, in_byline, in_lead, alone = _patterns()
    found = None if _CONTRIBUTED.search(byline.lower()) else in_byline.search(byline)
    found = found or in_lead.search(text[:_LEAD]) or alone.search(text)
    return forms[found.group("form").lower()] if found else ""


def unlisted_credit(text: str, outlet: str) -> str:
    """Return the letters of a dateline such as ``ALDA (XPA) —`` that no list has, else ``""``.

    The outlet's own letters are no credit. Such letters alone prove nothing: they count only
    where another outlet has the same text.
    """
    found = _DATELINE.search(text[:_LEAD])
    if not found:
        return ""
    letters = found.group("letters")
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", outlet)).upper()
    own = letters in outlet.upper() or letters in initials
    return "" if own else letters


def agency_named(outlet: str, url: str) -> str:
    """Return the agency that the outlet itself is, by its name or its web address."""
    forms, *_ = _patterns()
    host = re.sub(r"^[a-z]+://(?:www\.)?", "", url.lower()).split("/")[0]
    return forms.get(outlet.strip().lower()) or _hosts().get(host, "")


@cache
def _rows() -> list[dict[str, str]]:
    with _LIST.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _hosts() -> dict[str, str]:
    return {host: row["name"] for row in _rows() for host in row["hosts"].split("|")}


@cache
def _patterns() -> tuple[dict[str, str], re.Pattern, re.Pattern, re.Pattern]:
    forms = {form.lower(): row["name"] for row in _rows() for form in row["credits"].split("|")}
    exact = [form for row in _rows() for form in row["credits"].split("|")]
    names = "|".join(re.escape(form) for form in sorted(exact, key=len, reverse=True))
    form = rf"(?P<form>{names})"
    return (
        forms,
        re.compile(rf"(?<![\w-]){form}(?![\w-])"),
        # "ALDA, Varland (AP) —", or the bare "(Reuters) -"
        re.compile(rf"\({form}(?:/[\w .]+)?\)\s*[-–—:]"),
        re.compile(
            rf"^[ \t]*(?:By |Source: |Credit: |[-–—(©] ?|\(c\) )?{form}\)?(?: \d{{4}})?[ \t]*$",
            re.MULTILINE,
        ),
    )
