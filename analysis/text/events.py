"""Which articles are about the same event: found by words, names and dates.

Comes in: ``articles``, after lineage. Goes out: the same articles with ``event`` filled. A name
that the user gave is never changed; an article without one joins the user's event it is near
to, or makes a new one with others. Copies, re-posts and rewrites that were set aside take the
event of their original and do not count in finding it, so that a copy changes nothing.

Articles are joined, the nearest first, as long as the mean probability of one event over all
pairs of the two groups (``nearness.py``) is above ``ONE_EVENT``: a group needs more than one
article that links it to another. The name of an event is made from its most frequent date and
its most telling names, for example ``2024-03-12 korsen olsbruck``; it depends on the articles,
not on their order or file names, and changes when the event gains articles that change them.
What is an event and what a topic is a matter of grain: a story that goes on for days with new
turns is split where words and dates part, and a reader may cut it elsewhere.

References
----------
Sokal and Michener (1958), for average linkage; Bagga and Baldwin (1998),
doi:10.3115/980845.980859, for B-cubed, by which it is measured.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.tables import UNKNOWN, check_table
from analysis.text.stories.nearness import find_traits, likely_pairs, near_pairs
from analysis.text.stories.prints import unpack_names, unpack_terms
from analysis.text.stories.terms import (
    KINDS,
    count_names,
    rarity,
    read_background,
    stem,
    weigh_counts,
)

ONE_EVENT = 0.2  # mean probability over the pairs of two groups, above which they are joined
_NEVER = 0.01  # a smaller probability counts as none
_SET_ASIDE = ("copy", "repost", "rewrite")
_NAMES = 3


def group_events(
    articles: pd.DataFrame, *, prints: Callable[[list[str]], pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Return ``articles`` with ``event`` filled.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``; ``event`` is the user's own, or empty or ``unknown``.
    prints : callable, optional
        Columns → these columns of the articles' prints (``pack_prints``), made beforehand.

    Returns
    -------
    DataFrame
        The same rows in the same order; only ``event`` differs.
    """
    grouped = articles.copy()
    given = articles["event"].astype("string").fillna("").str.strip()
    given = given.mask(given == UNKNOWN, "")
    grouped["event"] = given
    if not (given == "").any():
        return check_table(grouped, "articles")
    originals = _originals(articles)
    ids = articles["article_id"].tolist()
    free = articles[[originals[one] == one for one in ids]].sort_values("article_id")
    names = dict(zip(ids, given, strict=True))
    read = _reader(prints, free["article_id"].tolist())
    found = _find_groups(free, [names[one] for one in free["article_id"]], read)
    taken = set(given) - {""}
    if read is None:
        counts = [count_names(text) for text in free["text"]]
    else:
        kept = read(["names", "name_counts"])
        counts = list(map(unpack_names, kept["names"], kept["name_counts"]))
    for name, members in _name_groups(free, found, taken, counts).items():
        names |= {one: name for one in members if not names[one]}
    grouped["event"] = [names[one] or names[originals[one]] for one in ids]
    return check_table(grouped, "articles")


def _reader(prints: Callable | None, ids: list[str]) -> Callable | None:
    """Return what reads columns of the prints of some articles, in their order."""
    if prints is None:
        return None

    def read(columns: list[str]) -> pd.DataFrame:
        return prints(["article_id", *columns]).set_index("article_id").loc[ids]

    return read


def _originals(articles: pd.DataFrame) -> dict[str, str]:
    """Map each article to the one that stands for its story: mostly itself."""
    here = set(articles["article_id"])
    aside = articles["lineage"].isin(_SET_ASIDE) & articles["lineage_of"].isin(here)
    leads = dict(zip(articles["article_id"], articles["lineage_of"].where(aside), strict=True))

    def follow(one: str, seen: frozenset = frozenset()) -> str:
        lead = leads[one]
        return one if pd.isna(lead) or one in seen else follow(lead, seen | {one})

    return {one: follow(one) for one in leads}


def _find_groups(
    articles: pd.DataFrame, given: list[str], read: Callable | None = None
) -> list[list[int]]:
    """Return groups of positions; articles with one given name are one group from the start."""
    terms = read and {
        kind: weigh_counts(unpack_terms(read([f"{kind}_keys", f"{kind}_counts"]), kind))
        for kind in KINDS
    }
    traits = find_traits(articles, terms)
    near = defaultdict(float)
    for first, second, value in likely_pairs(traits, *near_pairs(traits), least=_NEVER):
        near[first, second] = value
    del traits
    place = {article: at for at, article in enumerate(articles["article_id"])}
    for at, row in enumerate(articles[["lineage", "lineage_of"]].itertuples(index=False)):
        # The same agency text is the same event, whatever the dates say.
        if row.lineage == "wire" and row.lineage_of in place:
            source = place[row.lineage_of]
            near[min(at, source), max(at, source)] = 1.0
    return join_near(len(articles), near, given)


def join_near(
    count: int,
    near: dict[tuple[int, int], float],
    given: list[str] | None = None,
    *,
    least: float = ONE_EVENT,
) -> list[list[int]]:
    """Return groups of positions by average linkage; a pair that is not ``near`` counts as 0.

    Groups are joined while the mean over their pairs is ``least`` or more. Those with the same
    ``given`` name start as one group; two names are never joined.
    """
    given = given or [""] * count
    members = {at: [at] for at in range(count)}
    first: dict[str, int] = {}
    stands = [first.setdefault(name, at) if name else at for at, name in enumerate(given)]
    for at, group in enumerate(stands):
        if group != at:
            members[group].extend(members.pop(at))
    sums: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for (one, other), value in near.items():
        one, other = stands[one], stands[other]
        if one != other:
            sums[one][other] += value
            sums[other][one] += value
    named = {group: given[group] for group in members}

    def mean(one: int, other: int) -> float:
        return sums[one][other] / (len(members[one]) * len(members[other]))

    heap = [(-mean(a, b), a, b) for a in list(sums) for b in list(sums[a]) if a < b]
    heapq.heapify(heap)
    while heap:
        value, one, other = heapq.heappop(heap)
        if -value < least:
            break
        if one not in members or other not in members or -mean(one, other) != value:
            continue  # an entry from before one of the two grew
        if named[one] and named[other]:
            continue  # two events of the user's
        members[one].extend(members.pop(other))
        named[one] = named[one] or named[other]
        for third, total in sums.pop(other).items():
            sums[third].pop(other)
            if third != one:
                sums[one][third] += total
                sums[third][one] += total
        for third in sums[one]:
            a, b = min(one, third), max(one, third)
            heapq.heappush(heap, (-mean(a, b), a, b))
    return sorted(sorted(group) for group in members.values())


def _name_groups(
    articles: pd.DataFrame, groups: list[list[int]], taken: set[str], counts: list[dict[str, int]]
) -> dict[str, list[str]]:
    """Return a readable, unique name for each group, made from its articles' names."""
    rows = list(articles[["article_id", "event", "published"]].itertuples(index=False))
    frequency = Counter(name for one in counts for name in one)
    known = np.array([read_background()[0].get(stem(name), 0) for name in frequency])
    values = rarity(np.array(list(frequency.values())), known, len(rows))
    weights = dict(zip(frequency, values.tolist(), strict=True))
    named: dict[str, list[str]] = {}
    drafts = []
    for group in groups:
        members = [rows[at].article_id for at in group]
        own = {rows[at].event for at in group} - {"", UNKNOWN}
        if own:
            named.setdefault(min(own), []).extend(members)
            continue
        totals = Counter()
        for at in group:
            for name, count in counts[at].items():
                totals[name] += (1 + np.log(count)) * weights[name]
        telling = _distinct(sorted(totals, key=lambda name: (-totals[name], name)))
        dates = Counter(rows[at].published for at in group if rows[at].published != UNKNOWN)
        day = min(dates, key=lambda one: (-dates[one], one)) if dates else "undated"
        drafts.append((day, telling, members))
    for length in (_NAMES, 2 * _NAMES):
        labels = Counter(_label(day, telling[:length]) for day, telling, _ in drafts)
        rest = []
        for day, telling, members in drafts:
            label = _label(day, telling[:length])
            if labels[label] == 1 and label not in taken and label not in named:
                named[label] = members
            else:
                rest.append((day, telling, members))
        drafts = rest
    for day, telling, members in drafts:
        named[f"{_label(day, telling[:_NAMES])} {min(members)}"] = members
    return named


def _distinct(names: list[str]) -> list[str]:
    """Leave out a name that begins as an earlier one does: Ukraine, Ukrainian."""
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(name[:5], name)
    return list(kept.values())


def _label(day: str, names: list[str]) -> str:
    return " ".join([day, *names]) if names else f"{day} unnamed"
