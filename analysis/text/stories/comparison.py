"""Articles compared with one another, exactly and once: the evidence for lineage.

Comes in: ``articles`` and, if at hand, ``cuts``. Goes out: for any two articles the share of
the shorter one's words that stand in sentences the longer one has too, the sentences, and how
much of it stands outside quotations; and the two tables of evidence. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.tables import UNKNOWN, check_table, empty_table
from analysis.text.stories.alignment import (
    Grid,
    Match,
    match_sentences,
    order_agreement,
    split_grid,
)
from analysis.text.stories.compared import ComparedPairs, Key, pack_matches
from analysis.text.stories.prints import LINEAGE_COLUMNS, print_articles, unpack_prints
from analysis.text.stories.rewrites import score_rewrite
from analysis.text.stories.shingles import WordHashes, containment
from analysis.text.stories.versions import Version, same_outlet

_WORTH_ALIGNING = 0.02  # containment of shingles; a single long sentence in an article
_KEPT_GRIDS = 1_000  # texts kept cut into sentences; pairs come story by story
_BATCH = 1_000  # pairs that are compared together
_OF_ROWS = ["article_id", "outlet", "url", "published"]
_RUN_AS_SENT = 0.8  # similarity of sentences that an editor changed by a word or two


@dataclass(frozen=True)
class Pair:
    """What two articles, by position, have in common.

    ``similarity`` is the share of the shorter text's words in matched sentences, ``fidelity``
    how alike these are on average (a copy 1, a spun text .7 to .85), ``shares`` what of each
    text is the other's outside quotations.
    """

    similarity: float
    containment: float
    matches: list[Match]
    shares: tuple[float, float] = (0.0, 0.0)
    fidelity: float = 0.0
    kind: str = ""


class Batch(NamedTuple):
    """Texts, and the pairs of them to be compared, by their places."""

    texts: list[str]
    places: list[tuple[int, int]]


# What two texts have in common, as ``ComparedPairs`` keeps it.
Kept = tuple[tuple[float, ...] | None, bytes]
Spread = Callable[[Iterable[Batch]], Iterable[Kept]]


def compare_texts(batch: Batch) -> list[Kept]:
    """Return for each pair of a batch what the two texts have in common."""
    hashes = WordHashes()
    grids = [split_grid(text, hashes) for text in batch.texts]
    return [_kept(_compare(grids[one], grids[other], 0.0)) for one, other in batch.places]


class Comparison:
    """The articles of a corpus in order of article_id, so that reading order is gone.

    ``prints`` are those of the articles, made before; ``compared`` are pairs of an earlier run.
    """

    def __init__(
        self,
        articles: pd.DataFrame,
        cuts: pd.DataFrame | None,
        *,
        prints: Callable[[list[str]], pd.DataFrame] | None = None,
        compared: ComparedPairs | None = None,
    ):
        ordered = articles.sort_values("article_id")
        self.rows = list(ordered[_OF_ROWS].itertuples(index=False))
        self._texts = ordered["text"].array
        self.hashes = WordHashes()
        if prints is None:
            self.prints = print_articles(ordered, cuts)
        else:
            table = prints(LINEAGE_COLUMNS).set_index("article_id", drop=False)
            self.prints = unpack_prints(table.loc[ordered["article_id"].tolist()])
        self.sketches = [one.sketch for one in self.prints]
        self.agencies = [one.agency for one in self.prints]
        self.credits = [one.credit for one in self.prints]
        self.pairs: dict[tuple[int, int], Pair] = {}
        self.compared = compared or ComparedPairs()
        self._contained: dict[tuple[int, int], float] = {}  # of pairs compared ahead
        self._grids: dict[int, Grid] = {}

    def __call__(self, one: int, other: int) -> Pair | None:
        """Compare two articles; ``None`` where they share next to nothing."""
        one, other = min(one, other), max(one, other)
        if (one, other) not in self.pairs:
            contained = self._contained.pop((one, other), None) or self._containment(one, other)
            if contained < _WORTH_ALIGNING:
                return None
            pair = self._compared(one, other, contained)
            if pair is None:
                return None
            self.pairs[one, other] = pair
        return self.pairs[one, other]

    def compare_ahead(self, pairs: Iterable[tuple[int, int]], spread: Spread) -> None:
        """Have pairs compared that no earlier run has, many at a time, by whoever ``spread`` asks.

        ``pairs`` come story by story, so that a batch holds few texts.
        """
        batches: list[Batch] = []
        fresh: dict[Key, None] = {}
        for one, other in pairs:
            one, other = min(one, other), max(one, other)
            key = self._key("words", one, other)
            if key in self.compared or key in fresh:
                continue
            contained = self._containment(one, other)
            if contained < _WORTH_ALIGNING:
                continue
            self._contained[one, other] = contained
            if len(fresh) % _BATCH == 0:
                batches.append(Batch([], []))
            batches[-1].places.append((one, other))
            fresh[key] = None
        # Filled when its turn comes: all texts together would be the corpus once more.
        found = spread(self._filled(batch) for batch in batches) if batches else []
        for key, (numbers, matches) in zip(fresh, found, strict=True):
            self.compared.put(key, numbers, matches)

    def _filled(self, batch: Batch) -> Batch:
        """Return a batch with its texts, its places those of the texts."""
        at = sorted({place for pair in batch.places for place in pair})
        where = {place: number for number, place in enumerate(at)}
        places = [(where[one], where[other]) for one, other in batch.places]
        return Batch([self.text(place) for place in at], places)

    def _key(self, what: str, one: int, other: int) -> Key:
        return what, self.prints[one].text_key, self.prints[other].text_key

    def _containment(self, one: int, other: int) -> float:
        return max(containment(self.sketches[one].shingles, self.sketches[other].shingles))

    def _compared(self, one: int, other: int, contained: float) -> Pair | None:
        """Compare two articles, or find what an earlier run found."""
        key = self._key("words", one, other)
        try:
            kept = self.compared.get(key)
        except KeyError:
            pair = _compare(self._grid(one), self._grid(other), contained)
            self.compared.put(key, *_kept(pair))
            return pair
        if kept is None:
            return None
        (similarity, *shares, fidelity), matches = kept
        return Pair(similarity, contained, matches, (shares[0], shares[1]), fidelity)

    def rewritten(self, one: int, other: int) -> tuple[float, float, list[Match]]:
        """Return how far one article is the other in other words, and the sentences."""
        key = self._key("facts", one, other)
        try:
            (shorter, longer), matches = self.compared.get(key)
        except KeyError:
            shorter, longer, matches = score_rewrite(self.text(one), self.text(other))
            self.compared.put(key, (shorter, longer), pack_matches(matches))
        return shorter, longer, matches

    def text(self, at: int) -> str:
        """Return the text of the article at a position."""
        return self._texts[at]

    def version(self, at: int) -> Version:
        """Return what is known of the state of the article at a position."""
        return self.prints[at].version

    def two_outlets(self, one: int, other: int) -> bool:
        """Return whether both outlets are known and not the same."""
        names = self.rows[one].outlet, self.rows[other].outlet
        return UNKNOWN not in names and not same_outlet(*names)

    def agency_of(self, story: list[int]) -> str:
        """Return the agency whose text articles run: one of them, or credited by one of them."""
        for found in (self.agencies, self.credits):
            names = {found[at] for at in story} - {""}
            if names:
                return min(names)
        letters = {self.prints[at].letters for at in story}
        return min(letters - {""}, default="")

    def evidence(self, kind_of: Callable[[int, int], str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the tables ``lineage_pairs`` and ``shared_sentences``, both ways round."""
        pairs = []
        shared: list[list] = [[] for _ in range(8)]
        for (one, other), pair in sorted(self.pairs.items()):
            kind = pair.kind or kind_of(one, other)
            ids = (self.rows[one].article_id, self.rows[other].article_id)
            order = order_agreement(pair.matches)
            pairs.append((*ids, kind, pair.similarity, pair.containment, order))
            for match in pair.matches:
                here, there = (match.start, match.end), (match.other_start, match.other_end)
                for row in ((ids[0], *here, ids[1], *there), (ids[1], *there, ids[0], *here)):
                    for column, value in zip(shared, (*row, match.similarity, kind), strict=True):
                        column.append(value)
        columns = dict(zip(empty_table("shared_sentences"), shared, strict=True))
        table = _table(columns, "shared_sentences")
        return _table(pairs, "lineage_pairs"), table.sort_values(
            ["article_id", "start", "other_id"], ignore_index=True
        )

    def _grid(self, at: int) -> Grid:
        grid = self._grids.pop(at, None) or split_grid(self.text(at), self.hashes)
        if len(self._grids) >= _KEPT_GRIDS:  # the one that was needed longest ago
            del self._grids[next(iter(self._grids))]
        self._grids[at] = grid
        return grid


def _kept(pair: Pair | None) -> Kept:
    """Return what is kept of a pair; not its containment, which shingles give."""
    if pair is None:
        return None, b""
    return (pair.similarity, *pair.shares, pair.fidelity), pack_matches(pair.matches)


def _compare(one: Grid, other: Grid, contained: float) -> Pair | None:
    matches = match_sentences(one, other)
    if not matches:
        return None
    sizes = (max(int(one.n_words.sum()), 1), max(int(other.n_words.sum()), 1))
    words = np.array([(one.n_words[m.one], other.n_words[m.other]) for m in matches])
    alike = np.array([m.similarity for m in matches])
    own = [
        m.similarity >= _RUN_AS_SENT and not _quotes(one, m.one) and not _quotes(other, m.other)
        for m in matches
    ]
    shorter = int(sizes[0] > sizes[1])
    shares = words[own].sum(axis=0) / sizes
    return Pair(
        float(words[:, shorter].sum() / sizes[shorter]),
        contained,
        matches,
        (float(shares[0]), float(shares[1])),
        float(np.average(alike, weights=words.sum(axis=1))),
    )


def _quotes(grid: Grid, sentence: int) -> bool:
    """Whether a sentence holds someone's words, which two reporters may share."""
    start, end = grid.spans[sentence]
    return any(mark in grid.text[start:end] for mark in '“”"«»')


def _table(rows: list[tuple] | dict[str, list], name: str) -> pd.DataFrame:
    empty = empty_table(name)
    return check_table(pd.DataFrame(rows, columns=list(empty)), name) if rows else empty
