"""HTML as a code host shows it: a few plain tags, no style, script, class, id or drawing."""

from __future__ import annotations

import re
from html import unescape

import pytest

# The tags that GitHub's sanitiser keeps in notebooks and pages.
TAGS = """h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p ol ul table
thead tbody tfoot blockquote dl dt dd kbd q samp var hr li tr td th s strike summary details caption
figure figcaption abbr bdo cite dfn mark small span time wbr"""


def as_code_host(html: str) -> str:
    """Return what is left of a page on a code host."""
    bleach = pytest.importorskip("bleach", reason="bleach comes with nbconvert")
    html = re.sub(r"<(style|script|svg)\b.*?</\1>", "", html, flags=re.S)
    kept = {"*": ["title", "align", "alt", "width"]}
    return bleach.clean(html, tags=frozenset(TAGS.split()), attributes=kept, strip=True)


def text_of(html: str) -> str:
    """Return the words of a page, style sheets and scripts left out."""
    html = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
