"""Which outlet an article is from, by its address or by what its furniture says.

Comes in: an address, or the lines of a page. Goes out: an outlet's name as
``data/lexicons/outlets.csv`` spells it, or ``unknown``. A sentence of reporting never names the
outlet ("…, according to The Example" is somebody else): only furniture that speaks for its owner
does, such as "Follow The Example on", "© 2022 The Example", "readers of The Example".

It does not guess from topic or style.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from analysis import DATA
from analysis.tables import UNKNOWN

OUTLETS = DATA / "lexicons" / "outlets.csv"

_GENERIC_HOSTS = re.compile(r"^(?:www\d?|m|mobile|amp|edition|uk|us|en|news|web|archive|feeds)\.")
_PLATFORMS = ("blogspot.", "wordpress.com", "medium.com", "substack.com", "archive.org", "archive.")
# What furniture says when it speaks for its owner; the name follows where the group begins.
_OWNER = [
    re.compile(pattern)
    for pattern in (
        r"(?i:\b(?:follow|like|find|join) )(.{2,50}?)(?i: on (?:twitter|facebook|instagram|x\b))",
        r"(?:©|\([cC]\)|(?i:\bcopyright\b))[\s,]*(?:©|\([cC]\))?[\s\d–,-]*(?i:by )?(.{2,60})",
        r"(?i:\breaders of )(.{2,60})",
        r"(?i:\b(?:subscribe|sign up|register|log in|donate) (?:to|for|with|at) )(.{2,60})",
        r"(?i:\b(?:download|get) the )(.{2,40}?)(?i: app\b)",
        r"(?i:\bfirst (?:appeared|published) (?:in|on|by) )(.{2,60})",
        r"^(.{2,50}?)(?i: is (?:independent|editorially|not responsible|published by|part of))",
        r"^(.{2,80}?)(?i: (?:[A-Z]+ ){0,3}appeal)$",
        r"^(?i:support )(.{2,40}?)(?i:[.:!]|$)",
    )
]

_OWNER_WORDS = (
    "follow", "like", "find", "join", "©", "copyright", "(c)", "readers of", "subscribe", "sign up",
    "register", "log in", "donate", "download", "get the", "appeared", "published", "independent",
    "editorially", "responsible", "part of", "appeal", "support",
)  # fmt: skip


@cache
def outlet_names() -> tuple[dict[str, str], dict[str, str]]:
    """Return domain → outlet and lower-case name → outlet from the list that ships."""
    domains: dict[str, str] = {}
    names: dict[str, str] = {}
    with OUTLETS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            domains[row["domain"]] = row["outlet"]
            for name in (row["outlet"], *row["other_names"].split(";")):
                if name:
                    names.setdefault(_plain(name), row["outlet"])
    return domains, names


def outlet_of_url(url: str) -> str:
    """Return the outlet of an address: by the list, else the host's own name.

    Examples
    --------
    >>> outlet_of_url("https://www.bbc.co.uk/news/1")
    'BBC'
    >>> outlet_of_url("https://harbour-post.example/a/b")
    'harbour-post.example'
    """
    host = host_of(url)
    if not host:
        return UNKNOWN
    domains, _ = outlet_names()
    parts = host.split(".")
    for start in range(len(parts) - 1):
        known = domains.get(".".join(parts[start:]))
        if known:
            return known
    return host


def host_of(url: str) -> str:
    """Return the host of an address in lower case without ``www.`` and the like, or ''."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    host = host.lower().strip(".")
    while _GENERIC_HOSTS.match(host) and host.count(".") > 1:
        shorter = _GENERIC_HOSTS.sub("", host)
        if host in outlet_names()[0]:
            break
        host = shorter
    return host if re.fullmatch(r"[\w.-]+\.\w+", host) else ""


def is_platform(url: str) -> bool:
    """Whether an address is on a platform where anybody re-posts (the host is not the outlet)."""
    return any(platform in host_of(url) + "." for platform in _PLATFORMS)


def outlet_named(name: str) -> str:
    """Return the list's spelling of an outlet's name, or the name as given."""
    return outlet_names()[1].get(_plain(name), name)


def outlet_in_furniture(lines: Iterable[str]) -> str:
    """Return the outlet that the furniture among ``lines`` speaks for, or ``unknown``.

    Each line has one vote for the outlet it names; the most votes win, a tie is ``unknown``.
    """
    votes: Counter[str] = Counter()
    for line in lines:
        low = line.lower()
        if len(line) > 400 or not any(word in low for word in _OWNER_WORDS):
            continue
        votes.update({found for found in map(_leading_name, _owners(line)) if found})
    best = votes.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return UNKNOWN
    return best[0][0]


def _owners(line: str) -> list[str]:
    return [match.group(1) for pattern in _OWNER for match in pattern.finditer(line)]


def _leading_name(phrase: str) -> str:
    """The longest known name that the phrase begins with (names of one generic word do not do)."""
    _, names = outlet_names()
    words = re.findall(r"[\w.&'’+-]+", phrase)[:6]
    for count in range(len(words), 0, -1):
        outlet = names.get(_plain(" ".join(words[:count])))
        if outlet and (count > 1 or len(words[0]) > 8 or len(words) == 1):
            return outlet
    return ""


def _plain(name: str) -> str:
    plain = re.sub(r"[^\w&+]+", " ", name.casefold()).strip()
    return plain.removeprefix("the ")
