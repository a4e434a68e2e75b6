"""A web page's HTML → the article's text, headline, date, byline, outlet and address.

Comes in: HTML as saved. Goes out: a ``Page``. The body is trafilatura's; where it finds too
little, other readings of the same page are tried. Facts come from the page's own metadata.

References
----------
Barbaresi (2021), Trafilatura, https://doi.org/10.18653/v1/2021.acl-demo.15
"""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.tables import UNKNOWN
from analysis.text.reading.containers import ContainerError, without_surrogates
from analysis.text.reading.openings import date_in_url, parse_date

MAX_PAGE = 2_000_000
MAX_TAGS = 15_000
MAX_CELLS = 2_000
MOSTLY = 0.6
LITTLE = 250


class Page(NamedTuple):
    """What a page holds; what it does not say is ``unknown``."""

    text: str
    headline: str
    published: str
    byline: str
    site: str
    url: str


def read_page(html: str) -> Page:
    """Return the article of a page.

    Raises
    ------
    ContainerError
        When the page is larger than ``MAX_PAGE`` characters, or no text is found in it.
    """
    html = _without_programs(html.replace("\x00", ""))
    tags = html.count("<")
    if len(html) > MAX_PAGE or tags > MAX_TAGS:
        raise ContainerError(
            f"a page of {len(html):,} characters and {tags:,} tags without its scripts: not an "
            f"article (at most {MAX_PAGE:,} and {MAX_TAGS:,})"
        )
    if html.count("<td") > MAX_CELLS:
        # Tables of thousands of cells are no prose, and take a parser of articles minutes.
        html = re.sub(r"</?t[dhr]\b[^<>]*>", " ", html)
    tree = _parse(html)
    facts = _facts(tree) if tree is not None else {}
    text = body_of_page(html)
    if not text.strip():
        # Pages nested too deep for any parser still have their words.
        text = _without_tags(html)
    if not text.strip():
        raise ContainerError("no article text found in the page")
    url = facts.get("url", UNKNOWN)
    published = parse_date(facts.get("published", ""))
    return Page(
        text=without_surrogates(text),
        headline=facts.get("headline", UNKNOWN),
        published=published if published != UNKNOWN else date_in_url(url),
        byline=facts.get("byline", UNKNOWN),
        site=facts.get("site", UNKNOWN),
        url=url,
    )


def body_of_page(html: str) -> str:
    """Return the article's paragraphs, one a line.

    Notes
    -----
    Trafilatura reads the page twice: once strictly, once generously with tables. The strict
    reading has less furniture and is taken, unless it lost more than ``1 - MOSTLY`` of the generous
    one: then it missed the article. Where both find next to nothing, justext's paragraphs are
    taken if they hold more.
    """
    import trafilatura

    strict = trafilatura.extract(html, include_comments=False, favor_precision=True) or ""
    generous = trafilatura.extract(html, include_comments=False, include_tables=True) or ""
    text = strict if len(strict) >= MOSTLY * len(generous) else generous
    if len(text) < LITTLE:
        other = _by_density(html)
        text = other if len(other) > 2 * len(text) else text
    return text


def _without_programs(html: str) -> str:
    """The page without scripts (but for the page's own description), styles and comments."""
    for opening, closing in (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>")):
        low, pieces, place = html.lower(), [], 0
        while (start := low.find(opening, place)) >= 0:
            end = low.find(closing, start)
            end = len(html) if end < 0 else end + len(closing)
            described = "ld+json" in low[start : start + 200]
            pieces.append(html[place : end if described else start])
            place = end
        html = "".join([*pieces, html[place:]])
    return html


def _without_tags(html: str) -> str:
    from html import unescape

    text = unescape(re.sub(r"<[^<>]*>", "\n", html))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line.count(" ") >= 7)


def _by_density(html: str) -> str:
    """Paragraphs by length and link density alone (no stop words: any language)."""
    import justext

    try:
        found = justext.justext(
            html.encode("utf-8", "replace"), frozenset(), stopwords_low=0, stopwords_high=0
        )
    except Exception:  # justext has no error type of its own; lxml raises several
        return ""
    return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)


def lines_of_page(html: str) -> str:
    """Return all text of a page, one block or table row a line (cells apart by tabs)."""
    tree = _parse(html)
    if tree is None:
        return ""
    for tag in tree.xpath("//script|//style"):
        tag.text = ""
    for tag in tree.iter("p", "div", "br", "li", "h1", "h2", "h3", "h4"):
        tag.tail = "\n" + (tag.tail or "")
        if tag.tag != "br":
            tag.text = "\n" + (tag.text or "")
    for row in reversed(list(tree.iter("tr"))):
        cells = [str(cell.text_content()).strip() for cell in row.iterchildren("td", "th")]
        for cell in list(row):
            row.remove(cell)
        row.text = "\n" + "\t".join(cells) + "\n"
    return without_surrogates(str(tree.text_content()))


def _parse(html: str):
    from lxml import etree
    from lxml import html as lxml_html

    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, recover=True)
        return lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


_META = {
    "headline": ("og:title", "twitter:title", "headline", "dc.title", "title"),
    "published": (
        "article:published_time", "datepublished", "date", "pubdate", "publishdate", "dc.date",
        "dc.date.issued", "parsely-pub-date", "sailthru.date", "og:published_time", "publish-date",
    ),
    "byline": (
        "author", "article:author", "byl", "dc.creator", "parsely-author", "sailthru.author",
    ),
    "site": ("og:site_name", "application-name", "apple-mobile-web-app-title"),
    "url": ("og:url", "twitter:url"),
}  # fmt: skip


def _facts(tree) -> dict[str, str]:
    meta: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        content = " ".join((tag.get("content") or "").split())
        if name and content:
            meta.setdefault(name.lower(), content[:2000])
    facts = {
        kind: next((meta[name] for name in names if name in meta), "")
        for kind, names in _META.items()
    }
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    if canonical and not facts["url"]:
        facts["url"] = str(canonical[0]).strip()
    if facts["byline"].startswith("http"):
        facts["byline"] = ""
    heading = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    heading = [text for text in heading if len(text) > 12]
    title = facts["headline"]
    if len(heading) == 1 and (not title or heading[0].casefold() in title.casefold()):
        facts["headline"] = heading[0]
    elif title:
        # "Headline | Outlet": what follows the last bar is the outlet, not the headline.
        facts["headline"] = re.sub(r"\s+[|–—]\s+[^|–—]{2,40}$", "", title)
    if not facts["published"]:
        times = tree.xpath("//time[@datetime]/@datetime")
        facts["published"] = str(times[0]) if times else ""
    return {kind: value for kind, value in facts.items() if value}
