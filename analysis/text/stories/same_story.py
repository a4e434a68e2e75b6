"""The versions of one article: which stands for the story, and what the others are.

Comes in: a comparison of all articles. Goes out: decisions on those that have the same text:
copies, re-posts, and agency text that several outlets run. Versions are settled the best first
(``versions.py``), each with those that share at least ``SAME_ARTICLE`` of the shorter text with
it in sentences that are nearly the same, so that two stories which a third one quotes at length
do not become one.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from analysis.tables import UNKNOWN
from analysis.text.stories.comparison import Spread
from analysis.text.stories.outcomes import Outcomes
from analysis.text.stories.shingles import propose_pairs
from analysis.text.stories.versions import order_versions

SAME_ARTICLE = 0.6  # share of the shorter text's words in sentences that the longer one has
LINKED = 0.4  # the same between two versions that a third one links: each may be cut elsewhere
FIDELITY = 0.87  # how alike these sentences are on average; spun ones are less
_LEAST_WORDS = 20  # a text shorter than this is a copy only of the very same words
_COMPARISONS = 20  # with the best versions of a group, for each of its articles
_OUTLETS = 3  # known outlets with the same text: an agency's, credited or not


def settle_same_articles(outcomes: Outcomes, spread: Spread | None = None) -> None:
    """Group the versions of one article, give each group its original, and note the others.

    ``spread`` has the proposed pairs compared by several processes.
    """
    pairs = _by_story(propose_pairs(outcomes.compare.sketches), len(outcomes.rows))
    if spread is not None:
        outcomes.compare.compare_ahead(pairs, spread)
    _Settling(outcomes).settle_all(pairs)


class _Settling:
    """One pass over the groups of articles with the same text."""

    def __init__(self, outcomes: Outcomes):
        self.outcomes = outcomes
        self.compare = outcomes.compare
        self.rows = outcomes.rows

    def settle_all(self, pairs: list[list[int]]) -> None:
        close = defaultdict(set)
        for one, other in pairs:
            if self._same_article(one, other):
                close[one].add(other)
                close[other].add(one)
        for group in _connected(close):
            by_id = {self.rows[at].article_id: at for at in group}
            versions = order_versions([self.compare.version(at) for at in group])
            rest = [by_id[version.article_id] for version in versions]
            budget = _COMPARISONS * len(group)
            while rest:  # what is not close to the best is settled among itself
                best, *others = rest
                budget -= len(others)
                members = [
                    at
                    for at in others
                    if at in close[best] or (budget > 0 and self._same_article(best, at, LINKED))
                ]
                if members:
                    self._settle_story(best, members)
                settled = set(members)
                rest = [at for at in others if at not in settled]

    def _same_article(self, one: int, other: int, least: float = SAME_ARTICLE) -> bool:
        pair = self.compare(one, other)
        if pair is None:
            return False
        sketches = self.compare.sketches
        if min(sketches[one].n_words, sketches[other].n_words) < _LEAST_WORDS:
            return pair.containment == 1.0
        return pair.similarity >= least and pair.fidelity >= FIDELITY

    def _settle_story(self, best: int, members: list[int]) -> None:
        """Tell the versions of one text apart: the outlet's own copy, wire, or a re-post."""
        story = [best, *members]
        first = self._first_of_outlets(story)
        agency = self.compare.agency_of(story)
        several = sum(not self.compare.version(at).on_platform for at in first) >= _OUTLETS
        if len(first) > 1 and (agency or several):
            self._settle_wire(story, first, agency)
            return
        for at in members:
            version = self.compare.version(at)
            elsewhere = self.compare.two_outlets(best, at)
            moved = version.on_platform and not self.compare.version(best).on_platform
            why = f"on another site ({self.rows[at].outlet})" if elsewhere else version.on_platform
            if elsewhere or moved:
                self.outcomes.set_aside(at, best, "repost", why)
            else:
                self.outcomes.set_aside(at, best, "copy")
        self.outcomes.take_over(best, [at for at in members if self.outcomes[at].lineage == "copy"])

    def _settle_wire(self, story: list[int], first: list[int], agency: str) -> None:
        """Keep one version an outlet; the agency's own version, if here, is the original."""
        own = [at for at in first if self.compare.agencies[at]]
        source = own[0] if own else self._most_shared(first)
        why = f"text of {agency}" if agency else "the same text in three outlets or more"
        for at in story:
            if at not in first:
                self.outcomes.set_aside(at, self._nearest(at, first), "copy")
            elif not own or at != source:
                self.outcomes.mark(at, "wire", source if at != source else None, why)

    def _first_of_outlets(self, story: list[int]) -> list[int]:
        firsts: list[int] = []
        for at in story:  # the best version first
            known = self.rows[at].outlet != UNKNOWN
            if known and all(self.compare.two_outlets(at, one) for one in firsts):
                firsts.append(at)
        return firsts

    def _nearest(self, at: int, versions: list[int]) -> int:
        """Return the outlet's own version, or where the outlet is unknown the most alike."""
        own = [one for one in versions if not self.compare.two_outlets(one, at)]

        def alike(one: int) -> float:
            pair = self.compare(at, one)
            return pair.containment if pair else 0.0

        return max(own, key=lambda one: (round(alike(one), 6), -versions.index(one)))

    def _most_shared(self, versions: list[int]) -> int:
        """Return the version that adds least of its own: nearest to what the agency sent."""

        def shared(at: int) -> float:
            pairs = [(self.compare(at, one), at < one) for one in versions if one != at]
            return sum(pair.shares[0 if first else 1] for pair, first in pairs if pair)

        return max(versions, key=lambda at: (round(shared(at), 6), -versions.index(at)))


def _by_story(pairs: np.ndarray, count: int) -> list[list[int]]:
    """Return the pairs, those that hang together one after another: less is kept at a time."""
    if not len(pairs):
        return []
    links = sp.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    story = connected_components(links, directed=False)[1][pairs[:, 0]]
    return pairs[np.argsort(story, kind="stable")].tolist()


def _connected(close: dict[int, set[int]]) -> list[list[int]]:
    """Return the groups of positions that are linked, each sorted, by their smallest."""
    groups, seen = [], set()
    for start in sorted(close):
        if start in seen:
            continue
        group, reach = set(), [start]
        while reach:
            at = reach.pop()
            if at not in group:
                group.add(at)
                reach.extend(close[at])
        seen |= group
        groups.append(sorted(group))
    return groups
