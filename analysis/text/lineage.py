"""One story once: which articles are copies, re-posts, wire copy or rewrites of which.

Comes in: ``articles`` (from cleaning) and, if at hand, ``cuts``. Goes out: the same articles with
``lineage``, ``lineage_of``, ``lineage_similarity``, ``used`` and ``reason`` filled, the table
``lineage_pairs`` of what was compared, and ``shared_sentences``, the evidence. Similarity is the
share of the shorter text's words that stand in sentences the longer one has too; 1 is all.

- ``copy``: the same article, however reordered, cut, stripped of quotation marks or wrapped in
  furniture, of the same outlet or of none that is known. Not used.
- ``repost``: the same on another site. Not used when its original is here; a lone one is used.
- ``wire``: text of an agency that outlets run. Used for each outlet, and flagged; the shared
  sentences are marked, so that an outlet's own sentences remain its own.
- ``rewrite``: the same facts in the same order in other words. Not used.

The original is the fullest and best preserved version, not the first one read. What a copy
knows of outlet, address and date and its original does not is taken over, and ``reason`` says
so. Row order and file names change nothing. It cannot tell which of two outlets wrote a shared
text first when neither credits an agency: the fuller one stands.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import pandas as pd

from analysis.tables import UNKNOWN, check_table
from analysis.text.comparison import Comparison, Pair
from analysis.text.rewrites import commoner_words, is_rewrite, propose_rewrites, score_rewrite
from analysis.text.shingles import propose_pairs
from analysis.text.versions import order_versions, other_site, platform_evidence

SAME_ARTICLE = 0.6  # share of the shorter text's words in sentences that the longer one has
WIRE_SHARE = 0.25  # share of an article's words, outside quotations, that are the agency's
UNCREDITED_SHARE = 0.4  # the same where no agency is credited
LINKED = 0.4  # the same between two versions that a third one links: each may be cut elsewhere
FIDELITY = 0.87  # how alike these sentences are on average; spun ones are less
_LEAST_WORDS = 20  # a text shorter than this is a copy only of the very same words
_LEAST_WIRE_SENTENCES = 3
_COMPARISONS = 20  # with the best versions of a group, for each of its articles
_FILLED = ("lineage", "lineage_of", "lineage_similarity", "used", "reason")


@dataclass(frozen=True)
class Lineage:
    """Articles with their lineage, and the two tables of evidence."""

    articles: pd.DataFrame
    pairs: pd.DataFrame
    shared: pd.DataFrame


def find_lineage(articles: pd.DataFrame, *, cuts: pd.DataFrame | None = None) -> Lineage:
    """Mark copies, re-posts, wire copy and rewrites; see the module for what each means.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``.
    cuts : DataFrame, optional
        Table ``cuts``: lets repairs count against a version, and shows a blog's furniture.

    Returns
    -------
    Lineage
        ``articles`` in the order they came in, ``pairs`` (table ``lineage_pairs``) and
        ``shared`` (table ``shared_sentences``, each pair in both directions).
    """
    decided = _Decisions(Comparison(articles, cuts))
    decided.settle_same_articles()
    decided.mark_wire()
    decided.set_rewrites_aside()
    decided.mark_lone_reposts()
    return Lineage(decided.fill(articles), *decided.compare.evidence(decided.kind_of))


@dataclass
class _Outcome:
    """What was decided about one article; ``of`` is the position of its original."""

    lineage: str = "original"
    of: int | None = None
    similarity: float | None = None
    used: bool = True
    reason: str = ""
    outlet: str | None = None
    url: str | None = None
    published: str | None = None


class _Decisions:
    """Decisions on the articles of one comparison, the surest first."""

    def __init__(self, compare: Comparison):
        self.compare = compare
        self.rows = compare.rows
        self.outcomes: dict[int, _Outcome] = defaultdict(_Outcome)

    def settle_same_articles(self) -> None:
        """Group the versions of one article and give each group its original."""
        close = defaultdict(set)
        for one, other in propose_pairs(self.compare.sketches).tolist():
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
                rest = [at for at in others if at not in set(members)]

    def mark_wire(self) -> None:
        """Flag articles that are partly an agency's, by shared sentences or by their credit."""
        for (one, other), pair in sorted(self.compare.pairs.items()):
            aside = not (self.outcomes[one].used and self.outcomes[other].used)
            if aside or len(pair.matches) < _LEAST_WIRE_SENTENCES:
                continue
            if not self.compare.two_outlets(one, other):
                continue
            agency = self.compare.agency_of([one, other])
            if not agency and pair.fidelity < FIDELITY:
                continue
            least = WIRE_SHARE if agency else UNCREDITED_SHARE
            told = f"text of {agency}" if agency else "text, no agency credited"
            for at, share, source in ((one, pair.shares[0], other), (other, pair.shares[1], one)):
                if share >= least and not self.compare.agencies[at] and self._open(at):
                    self._mark(at, "wire", source, f"shares {told}")
        for at, credit in enumerate(self.compare.credits):
            if credit and self._open(at):
                self._mark(at, "wire", None, f"credited to {credit}")

    def set_rewrites_aside(self) -> None:
        """Set aside what tells another article's facts in its order, in other words."""
        places = [at for at in range(len(self.rows)) if self._open(at)]
        texts = [self.rows[at].text for at in places]
        found = []
        for one, other in propose_rewrites(texts, self.compare.hashes):
            pair = self.compare(places[one], places[other]) or Pair(0.0, 0.0, [])
            if pair.fidelity < FIDELITY:
                shorter, longer, matches = score_rewrite(texts[one], texts[other])
                if is_rewrite(shorter, longer, pair.containment):
                    pair = replace(pair, similarity=shorter, matches=matches, kind="rewrite")
                    found.append((-shorter, places[one], places[other], pair))
        for _, one, other, pair in sorted(found, key=lambda row: row[:3]):
            if not (self._open(one) and self._open(other)):
                continue
            self.compare.pairs[one, other] = pair
            first, second = self._written_first(one, other)
            if self.compare.agencies[first]:
                why = f"text of {self.compare.agencies[first]} in other words"
                self._mark(second, "wire", first, why)
            else:
                self._set_aside(second, first, "rewrite", "the same facts in the same order")

    def mark_lone_reposts(self) -> None:
        """Name re-posts whose original is not in the corpus; they stay in use."""
        originals = {outcome.of for outcome in self.outcomes.values()}
        for at, row in enumerate(self.rows):
            if not self._open(at) or at in originals:
                continue
            cuts = self.compare.cuts.get(row.article_id)
            evidence = platform_evidence(row.url, row.text, cuts)
            site = other_site(row.url, cuts) if evidence else ""
            if site:
                why = f"{evidence} and its furniture names {site}; the original is not here"
                self._mark(at, "repost", None, f"re-post: {why}")

    def kind_of(self, one: int, other: int) -> str:
        """Return the kind of a pair of positions for the tables of evidence."""
        outcomes = (self.outcomes[one], self.outcomes[other])
        for outcome, partner in zip(outcomes, (other, one), strict=True):
            if outcome.of == partner:
                return outcome.lineage
        wire = "wire" in (outcomes[0].lineage, outcomes[1].lineage)
        credited = self.compare.two_outlets(one, other) and self.compare.agency_of([one, other])
        return "wire" if wire and credited else "original"

    def fill(self, articles: pd.DataFrame) -> pd.DataFrame:
        """Return ``articles`` with what was decided, in the order they came in."""
        place = {row.article_id: at for at, row in enumerate(self.rows)}
        decided = [self.outcomes[place[one]] for one in articles["article_id"]]
        filled = articles.copy()
        filled["lineage"] = [outcome.lineage for outcome in decided]
        filled["lineage_of"] = [
            None if outcome.of is None else self.rows[outcome.of].article_id for outcome in decided
        ]
        filled["lineage_similarity"] = [outcome.similarity for outcome in decided]
        filled["used"] = [
            bool(used) and outcome.used
            for used, outcome in zip(articles["used"], decided, strict=True)
        ]
        filled["reason"] = [
            "; ".join(filter(None, (reason, outcome.reason)))
            for reason, outcome in zip(articles["reason"], decided, strict=True)
        ]
        for name in ("outlet", "url", "published"):
            filled[name] = [
                getattr(outcome, name) or value
                for value, outcome in zip(articles[name], decided, strict=True)
            ]
        return check_table(filled, "articles")

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
        several = sum(not self.compare.version(at).on_platform for at in first) >= 3
        if len(first) > 1 and (agency or several):
            self._settle_wire(story, first, agency)
            return
        for at in members:
            version = self.compare.version(at)
            elsewhere = self.compare.two_outlets(best, at)
            moved = version.on_platform and not self.compare.version(best).on_platform
            why = f"on another site ({self.rows[at].outlet})" if elsewhere else version.on_platform
            if elsewhere or moved:
                self._set_aside(at, best, "repost", why)
            else:
                self._set_aside(at, best, "copy", "")
        self._take_over(best, [at for at in members if self.outcomes[at].lineage == "copy"])

    def _settle_wire(self, story: list[int], first: list[int], agency: str) -> None:
        """Keep one version an outlet; the agency's own version, if here, is the original."""
        own = [at for at in first if self.compare.agencies[at]]
        source = own[0] if own else self._most_shared(first)
        why = f"text of {agency}" if agency else "the same text in three outlets or more"
        for at in story:
            if at not in first:
                self._set_aside(at, self._nearest(at, first), "copy", "")
            elif not own or at != source:
                self._mark(at, "wire", source if at != source else None, why)

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

    def _written_first(self, one: int, other: int) -> tuple[int, int]:
        """Return two positions, the one that the other was made from first."""
        versions = {at: self.compare.version(at) for at in (one, other)}
        dates = {version.published for version in versions.values()}
        commoner = commoner_words(self.rows[one].text, self.rows[other].text)

        def rank(at: int) -> tuple:
            version = versions[at]
            return (
                not self.compare.agencies[at],
                bool(version.on_platform),
                version.published if len(dates) > 1 and "9999" not in dates else "",
                -commoner if at == one else commoner,
                version.article_id,
            )

        first, second = sorted((one, other), key=rank)
        return first, second

    def _open(self, at: int) -> bool:
        return self.outcomes[at].lineage == "original"

    def _mark(self, at: int, kind: str, source: int | None, why: str) -> None:
        pair = None if source is None else self.compare(at, source)
        similarity = pair.similarity if pair else None
        self.outcomes[at] = _Outcome(kind, source, similarity, reason=why)

    def _set_aside(self, at: int, original: int, kind: str, why: str) -> None:
        told = f"{kind} of {self.rows[original].article_id}" + (f": {why}" if why else "")
        self._mark(at, kind, original, told)
        self.outcomes[at].used = False

    def _take_over(self, original: int, copies: list[int]) -> None:
        """Fill what the original does not know of its source from the best copy that does."""
        taken = defaultdict(list)
        for name in ("outlet", "url", "published"):
            if getattr(self.rows[original], name) != UNKNOWN:
                continue
            for at in copies:
                value = getattr(self.rows[at], name)
                if value != UNKNOWN:
                    setattr(self.outcomes[original], name, value)
                    taken[self.rows[at].article_id].append(name)
                    break
        told = [f"{', '.join(names)} from copy {of}" for of, names in sorted(taken.items())]
        self.outcomes[original].reason = "; ".join(told)


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
