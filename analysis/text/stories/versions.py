"""Which of several versions of one article is the fullest and best preserved.

Comes in: articles that share a text, and what cleaning cut from each. Goes out: an order, the
original first. It does not depend on which file was read first: versions are told apart by what
they are (on a blog platform or not, how much of the story they have, whether quotation marks
are there), then by date, by what is known of their source and how much had to be repaired, and
only last by article_id, which is made from content.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from analysis.tables import UNKNOWN

_MARKS = re.compile(r"[“”\"«»„]|(?<!\w)['‘](?=\w)")
_JOINED = re.compile(r"[a-z]{3}[A-Z][a-z]{2}")  # "saidPetrov", words a page ran together
_SENTENCE = re.compile(r"[.!?…][\"”’')\]]*\s*$")
_LOST_MARKS = 0.25
_PLATFORMS = (
    "blogspot.",
    "blogger.com",
    "wordpress.com",
    "medium.com",
    "substack.com",
    "tumblr.com",
    "livejournal.com",
    "typepad.com",
    "weebly.com",
)
_PLATFORM_FOOTER = re.compile(
    r"powered by (?:blogger|wordpress|tumblr|typepad|weebly|ghost)|"
    r"(?:proudly|blog at) (?:powered by )?wordpress|create a free website|"
    r"blogthis!|newer post\b|older post\b|post comments \(atom\)|"
    r"re-?blog(?:ged)? this|re-?posted from|originally (?:published|posted|appeared) (?:on|at|in)",
    re.IGNORECASE,
)
_SOCIAL = ("twitter.", "facebook.", "youtube.", "instagram.", "t.co", "google.", "pinterest.")
_ADDRESS = re.compile(r"\b(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,10})\b", re.IGNORECASE)


Cut = tuple[str, str]  # what was taken out, and what stands there now


@dataclass(frozen=True)
class Version:
    """What decides which version stands for the story."""

    article_id: str
    on_platform: str  # the evidence that it stands on a blog platform, or ""
    n_body: int  # words in distinct paragraphs that read as prose
    n_marks: int  # quotation marks
    n_known: int  # of outlet, url, published
    n_repairs: int
    published: str


def describe_version(row, cuts: Sequence[Cut]) -> Version:
    """Return what is known of one article's state; ``cuts`` is what cleaning took from it."""
    paragraphs = {part.strip() for part in row.text.split("\n") if _SENTENCE.search(part)}
    words = [len(part.split()) for part in paragraphs]
    repaired = sum(replacement.strip() != "" for _, replacement in cuts)
    return Version(
        row.article_id,
        platform_evidence(row.url, row.text, cuts),
        sum(count for count in words if count >= 8),
        len(_MARKS.findall(row.text)),
        sum(value != UNKNOWN for value in (row.outlet, row.url, row.published)),
        repaired + len(_JOINED.findall(row.text)),
        "9999" if row.published == UNKNOWN else row.published,
    )


def order_versions(versions: list[Version]) -> list[Version]:
    """Return the versions, the one that should stand for the story first."""
    fullest = max(max(version.n_body for version in versions), 1)
    most_marks = max(version.n_marks for version in versions)

    def rank(version: Version) -> tuple:
        missing = 1 - version.n_body / fullest
        lost = version.n_marks < most_marks / 2
        return (
            bool(version.on_platform),
            # Lost marks weigh like a quarter of the text: without them voices are mixed up.
            int((missing + _LOST_MARKS * lost) * 10),
            lost,
            version.published,
            -version.n_known,
            version.n_repairs,
            int(missing * 50),
            version.article_id,
        )

    return sorted(versions, key=rank)


def same_outlet(one: str, other: str) -> bool:
    """Return whether two outlet names, or a name and a web host, mean one outlet.

    Examples
    --------
    >>> same_outlet("Free Square", "freesquare.example"), same_outlet("The Post", "The Times")
    (True, False)
    """
    short, long = sorted(map(_outlet_key, (one, other)), key=len)
    return short == long or (len(short) >= 7 and short in long)


@cache
def _outlet_key(outlet: str) -> str:
    name = outlet.lower().removeprefix("www.").removeprefix("the ")
    host = re.fullmatch(r"([a-z0-9-]+)(?:\.[a-z]{2,10})+", name)
    return "".join(filter(str.isalnum, host.group(1) if host else name))


def platform_evidence(url: str, text: str, cuts: Sequence[Cut]) -> str:
    """Return what shows that a page stands on a blog platform or is a re-post, else ``""``."""
    for platform in _PLATFORMS:
        if platform in url.lower().split("?")[0]:
            return f"its address is on {platform.rstrip('.')}"
    removed = "\n".join(cut for cut, _ in cuts)
    for place in (removed, text[-300:]):
        found = _PLATFORM_FOOTER.search(place)
        if found:
            return f"the page says “{found.group().strip()}”"
    return ""


def other_site(url: str, cuts: Sequence[Cut]) -> str:
    """Return a web address in the cut furniture that is not the page's own site, else ``""``.

    The most frequent one, ties by name: furniture that came along with the text from the site
    that first published it.
    """
    found = [host.lower() for text, _ in cuts for host in _ADDRESS.findall(text)]
    foreign = [
        host
        for host in found
        if host not in url.lower()
        and not any(name in f"{host}." for name in (*_PLATFORMS, *_SOCIAL))
    ]
    return min(foreign, key=lambda host: (-foreign.count(host), host)) if foreign else ""
