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

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from analysis.text.stories.compared import ComparedPairs
from analysis.text.stories.comparison import Comparison, Pair, Spread
from analysis.text.stories.outcomes import Outcomes
from analysis.text.stories.rewrites import (
    commoner_words,
    is_rewrite,
    propose_rewrites,
)
from analysis.text.stories.same_story import FIDELITY, settle_same_articles

WIRE_SHARE = 0.25  # share of an article's words, outside quotations, that are the agency's
UNCREDITED_SHARE = 0.4  # the same where no agency is credited
_LEAST_WIRE_SENTENCES = 3


@dataclass(frozen=True)
class Lineage:
    """Articles with their lineage, and the two tables of evidence."""

    articles: pd.DataFrame
    pairs: pd.DataFrame
    shared: pd.DataFrame


def find_lineage(
    articles: pd.DataFrame,
    *,
    cuts: pd.DataFrame | None = None,
    prints: Callable[[list[str]], pd.DataFrame] | None = None,
    compared: ComparedPairs | None = None,
    spread: Spread | None = None,
) -> Lineage:
    """Mark copies, re-posts, wire copy and rewrites; see the module for what each means.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``.
    cuts : DataFrame, optional
        Table ``cuts``: lets repairs count against a version, and shows a blog's furniture.
    prints : callable, optional
        Columns → these columns of the articles' prints (``pack_prints``), made beforehand.
    compared : ComparedPairs, optional
        Pairs that an earlier run compared.
    spread : callable, optional
        Batches of texts and pairs → what each pair has in common (``comparison.compare_texts``),
        for several processes to share the work.

    Returns
    -------
    Lineage
        ``articles`` in the order they came in, ``pairs`` (table ``lineage_pairs``) and
        ``shared`` (table ``shared_sentences``, each pair in both directions).
    """
    outcomes = Outcomes(Comparison(articles, cuts, prints=prints, compared=compared))
    settle_same_articles(outcomes, spread)
    _mark_wire(outcomes)
    _set_rewrites_aside(outcomes)
    _mark_lone_reposts(outcomes)
    return Lineage(outcomes.fill(articles), *outcomes.compare.evidence(outcomes.kind_of))


def _mark_wire(outcomes: Outcomes) -> None:
    """Flag articles that are partly an agency's, by shared sentences or by their credit."""
    for (one, other), pair in sorted(outcomes.compare.pairs.items()):
        aside = not (outcomes[one].used and outcomes[other].used)
        if aside or len(pair.matches) < _LEAST_WIRE_SENTENCES:
            continue
        if not outcomes.compare.two_outlets(one, other):
            continue
        agency = outcomes.compare.agency_of([one, other])
        if not agency and pair.fidelity < FIDELITY:
            continue
        least = WIRE_SHARE if agency else UNCREDITED_SHARE
        told = f"text of {agency}" if agency else "text, no agency credited"
        for at, share, source in ((one, pair.shares[0], other), (other, pair.shares[1], one)):
            if share >= least and not outcomes.compare.agencies[at] and outcomes.is_open(at):
                outcomes.mark(at, "wire", source, f"shares {told}")
    for at, credit in enumerate(outcomes.compare.credits):
        if credit and outcomes.is_open(at):
            outcomes.mark(at, "wire", None, f"credited to {credit}")


def _set_rewrites_aside(outcomes: Outcomes) -> None:
    """Set aside what tells another article's facts in its order, in other words."""
    compare = outcomes.compare
    places = [at for at in range(len(outcomes.rows)) if outcomes.is_open(at)]
    found = []
    for first, second in propose_rewrites([compare.prints[at].runs for at in places]):
        one, other = places[first], places[second]
        pair = compare(one, other) or Pair(0.0, 0.0, [])
        if pair.fidelity < FIDELITY:
            shorter, longer, matches = compare.rewritten(one, other)
            if is_rewrite(shorter, longer, pair.containment):
                pair = replace(pair, similarity=shorter, matches=matches, kind="rewrite")
                found.append((-shorter, one, other, pair))
    for _, one, other, pair in sorted(found, key=lambda row: row[:3]):
        if not (outcomes.is_open(one) and outcomes.is_open(other)):
            continue
        outcomes.compare.pairs[one, other] = pair
        first, second = _written_first(outcomes, one, other)
        if outcomes.compare.agencies[first]:
            why = f"text of {outcomes.compare.agencies[first]} in other words"
            outcomes.mark(second, "wire", first, why)
        else:
            outcomes.set_aside(second, first, "rewrite", "the same facts in the same order")


def _mark_lone_reposts(outcomes: Outcomes) -> None:
    """Name re-posts whose original is not in the corpus; they stay in use."""
    originals = outcomes.originals()
    for at in range(len(outcomes.rows)):
        if not outcomes.is_open(at) or at in originals:
            continue
        site, evidence = outcomes.compare.prints[at].site, outcomes.compare.version(at).on_platform
        if site:
            why = f"{evidence} and its furniture names {site}; the original is not here"
            outcomes.mark(at, "repost", None, f"re-post: {why}")


def _written_first(outcomes: Outcomes, one: int, other: int) -> tuple[int, int]:
    """Return two positions, the one that the other was made from first."""
    versions = {at: outcomes.compare.version(at) for at in (one, other)}
    dates = {version.published for version in versions.values()}
    commoner = commoner_words(outcomes.compare.text(one), outcomes.compare.text(other))

    def rank(at: int) -> tuple:
        version = versions[at]
        return (
            not outcomes.compare.agencies[at],
            bool(version.on_platform),
            version.published if len(dates) > 1 and "9999" not in dates else "",
            -commoner if at == one else commoner,
            version.article_id,
        )

    first, second = sorted((one, other), key=rank)
    return first, second
