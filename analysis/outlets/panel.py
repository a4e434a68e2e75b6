"""Per-article sums as arrays: articles down, measures across, cells of event × outlet.

Comes in: the sums of one voice (``sums.sum_articles``). Goes out: dense arrays on which levels
and contrasts are a few matrix products, whatever the number of articles. Ratios are taken over
sums, so an article weighs what its words (or segments) weigh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

FIELDS = ("weight", "value", "n_segments", "n_words", "n_missing", "n_marked", "variance", "third")


@dataclass(frozen=True)
class Panel:
    """Articles × columns; ``names`` is the measure and label of each column."""

    ids: np.ndarray
    event: np.ndarray
    outlet: np.ndarray
    names: pd.MultiIndex
    arrays: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def take(self, chosen: np.ndarray) -> Panel:
        """Return the panel of the chosen articles (a mask or positions)."""
        arrays = {name: array[chosen] for name, array in self.arrays.items()}
        return Panel(self.ids[chosen], self.event[chosen], self.outlet[chosen], self.names, arrays)


@dataclass(frozen=True)
class Cells:
    """Sums over groups of articles, with the moments of each group's ratio."""

    keys: pd.DataFrame
    group: np.ndarray  # group of each article
    sums: sparse.csr_matrix  # groups × articles
    ratio: np.ndarray
    weight: np.ndarray
    counts: dict[str, np.ndarray]
    variance: np.ndarray  # over the segments within the articles
    third: np.ndarray
    freedom: np.ndarray


def panel_of(sums: pd.DataFrame) -> Panel:
    """Return the sums of one voice as arrays; where an article has no row, its weight is 0."""
    articles = sums[["article_id", "event", "outlet"]].drop_duplicates().sort_values("article_id")
    twice = articles["article_id"].duplicated()
    if twice.any():
        raise ValueError(
            f"article {articles.loc[twice, 'article_id'].iloc[0]!r} has two outlets or events in "
            "the sums: sums of different runs were mixed"
        )
    rows = pd.Index(articles["article_id"]).get_indexer(sums["article_id"])
    names = pd.MultiIndex.from_frame(sums[["measure", "label"]]).unique().sort_values()
    columns = names.get_indexer(pd.MultiIndex.from_frame(sums[["measure", "label"]]))
    arrays = {}
    for field in FIELDS:
        array = np.zeros((len(articles), len(names)))
        array[rows, columns] = sums[field].to_numpy(dtype=float)
        arrays[field] = array
    return Panel(
        *(articles[column].to_numpy(dtype=object) for column in ("article_id", "event", "outlet")),
        names,
        arrays,
    )


def cells_of(panel: Panel, by: list[str]) -> Cells:
    """Return the sums of each group of articles (``by``: event, outlet or both)."""
    keys = pd.DataFrame({name: getattr(panel, name) for name in by})
    ordered = keys.drop_duplicates().sort_values(by, ignore_index=True)
    group = pd.MultiIndex.from_frame(ordered).get_indexer(pd.MultiIndex.from_frame(keys))
    n = len(group)
    sums = sparse.csr_matrix((np.ones(n), (group, np.arange(n))), shape=(len(ordered), n))
    weight = sums @ panel["weight"]
    there = panel["weight"] > 0
    counts = {
        name: sums @ panel[name] for name in ("n_segments", "n_words", "n_missing", "n_marked")
    }
    counts["n_articles"] = sums @ there.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (sums @ panel["value"]) / weight
        share = np.where(there, panel["weight"] / weight[group], 0.0)
        variances = np.where(there, share**2 * panel["variance"], 0.0)
        variance = sums @ variances
        third = sums @ np.where(there, share**3 * panel["third"], 0.0)
        parts = np.where(there, variances**2 / (panel["n_segments"] - 1), 0.0)
        freedom = variance**2 / (sums @ parts)
    return Cells(ordered, group, sums, ratio, weight, counts, variance, third, freedom)


def mean_by(values: np.ndarray, place: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and count of the values that are there, in each place."""
    there = ~np.isnan(values)
    total, count = np.zeros((size, values.shape[1])), np.zeros((size, values.shape[1]))
    np.add.at(total, place, np.where(there, values, 0.0))
    np.add.at(count, place, there)
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / count, count


def total_by(values: np.ndarray, place: np.ndarray, size: int) -> np.ndarray:
    """Return the sum of the values in each place."""
    total = np.zeros((size, values.shape[1]))
    np.add.at(total, place, values)
    return total
