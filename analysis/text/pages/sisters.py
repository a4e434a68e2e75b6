"""What other copies of an article know that it does not: its outlet, and where words part.

Comes in: table ``documents``. Goes out: for each article with a headline that others have too, a
``Sister``. Words run together in one copy stand side by side in another; a copy without an
address is from the outlet of the one that has it, if half of their word pairs are the same.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from analysis.tables import UNKNOWN
from analysis.text.pages.page_lines import bare_words

if TYPE_CHECKING:
    import pandas as pd


class Sister(NamedTuple):
    """What articles with the same headline know: word pairs, and the outlet if it is one text."""

    pairs: frozenset[str]
    known: frozenset[str]
    outlet: str


def find_sisters(documents: pd.DataFrame) -> dict[str, Sister]:
    """For articles with one headline: what the others say about words run together and outlet."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    columns = (documents[name] for name in ("article_id", "headline", "outlet", "raw"))
    for article_id, headline, outlet, raw in zip(*columns, strict=True):
        plain = bare_words(headline)
        if plain.count(" ") >= 3:
            groups.setdefault(plain, []).append((article_id, outlet, raw))
    found: dict[str, Sister] = {}
    for group in groups.values():
        if len(group) < 2:
            continue
        own = {article_id: _pairs(raw[:200_000]) for article_id, _, raw in group}
        for article_id, outlet, _ in group:
            others = [other for other in group if other[0] != article_id]
            pairs = frozenset().union(*(own[other] for other, _, _ in others))
            outlets = {
                known
                for other, known, _ in others
                if known != UNKNOWN and _overlap(own[article_id], own[other]) >= 0.5
            }
            named = outlets.pop() if outlet == UNKNOWN and len(outlets) == 1 else ""
            known = frozenset(word for pair in pairs for word in pair.split())
            found[article_id] = Sister(pairs, known, named)
    return found


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _pairs(raw: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]+|\S", raw)
    return frozenset(f"{a} {b}" for a, b in pairwise(words) if a.isalpha() and b.isalpha())
