"""What was decided about each article: its lineage, what it is of, and why.

Comes in: decisions, one at a time, on articles of one comparison. Goes out: the articles with
``lineage``, ``lineage_of``, ``lineage_similarity``, ``used`` and ``reason`` filled, and the kind
of each compared pair. It decides nothing itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd

from analysis.tables import UNKNOWN, check_table
from analysis.text.stories.comparison import Comparison


@dataclass
class Outcome:
    """What was decided about one article; ``of`` is the position of its original."""

    lineage: str = "original"
    of: int | None = None
    similarity: float | None = None
    used: bool = True
    reason: str = ""
    outlet: str | None = None
    url: str | None = None
    published: str | None = None


class Outcomes:
    """The decisions on the articles of one comparison, by position."""

    def __init__(self, compare: Comparison):
        self.compare = compare
        self.rows = compare.rows
        self._of: dict[int, Outcome] = defaultdict(Outcome)

    def __getitem__(self, at: int) -> Outcome:
        return self._of[at]

    def is_open(self, at: int) -> bool:
        """Return whether nothing was found about the article yet."""
        return self._of[at].lineage == "original"

    def originals(self) -> set[int | None]:
        """Return the positions that stand for other articles."""
        return {outcome.of for outcome in self._of.values()}

    def mark(self, at: int, kind: str, source: int | None, why: str) -> None:
        """Note what an article is; it stays in use."""
        pair = None if source is None else self.compare(at, source)
        similarity = pair.similarity if pair else None
        self._of[at] = Outcome(kind, source, similarity, reason=why)

    def set_aside(self, at: int, original: int, kind: str, why: str = "") -> None:
        """Note that an article does not count, since its original does."""
        told = f"{kind} of {self.rows[original].article_id}" + (f": {why}" if why else "")
        self.mark(at, kind, original, told)
        self._of[at].used = False

    def take_over(self, original: int, copies: list[int]) -> None:
        """Fill what the original does not know of its source from the best copy that does."""
        taken = defaultdict(list)
        for name in ("outlet", "url", "published"):
            if getattr(self.rows[original], name) != UNKNOWN:
                continue
            for at in copies:
                value = getattr(self.rows[at], name)
                if value != UNKNOWN:
                    setattr(self._of[original], name, value)
                    taken[self.rows[at].article_id].append(name)
                    break
        told = [f"{', '.join(names)} from copy {of}" for of, names in sorted(taken.items())]
        self._of[original].reason = "; ".join(told)

    def kind_of(self, one: int, other: int) -> str:
        """Return the kind of a pair of positions for the tables of evidence."""
        outcomes = (self._of[one], self._of[other])
        for outcome, partner in zip(outcomes, (other, one), strict=True):
            if outcome.of == partner:
                return outcome.lineage
        wire = "wire" in (outcomes[0].lineage, outcomes[1].lineage)
        credited = self.compare.two_outlets(one, other) and self.compare.agency_of([one, other])
        return "wire" if wire and credited else "original"

    def fill(self, articles: pd.DataFrame) -> pd.DataFrame:
        """Return ``articles`` with what was decided, in the order they came in."""
        place = {row.article_id: at for at, row in enumerate(self.rows)}
        decided = [self._of[place[one]] for one in articles["article_id"]]
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
