"""Where in the article: a measure on the headline beside the body, and along the text.

Comes in: ``scores``, ``segments``, ``articles``. Goes out: one row an outlet with the level of its
headlines and of its bodies, or one row an outlet and stretch of the text. Levels are those of
``estimates`` (means weighted by words, in one voice); higher is what the measure calls higher.
Headlines are short, so their intervals are wide; and an outlet's headlines are written by others
than its reports. Captions count as neither.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.outlets.estimates import SEED, estimate_levels
from analysis.outlets.sums import count_words, used_articles

PAIRS = [
    "outlet", "measure", "label", "first", "first_low", "first_high", "second", "second_low",
    "second_high", "n_articles",
]  # fmt: skip
_ROW = ["measure", "label", "outlet"]
CURVES = ["outlet", "measure", "label", "position", "estimate", "n_segments", "n_words"]


def compare_headlines(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    measure: str | None = None,
    label: str | None = None,
    voice: str = "outlet",
    seed: int = SEED,
) -> pd.DataFrame:
    """Estimate a measure on headlines and on bodies, per outlet over all events.

    Parameters
    ----------
    scores, segments, articles : DataFrame
        The finished tables.
    measure, label : str, optional
        Of ``scores``; every one if not given.
    voice : str
        Whose words.
    seed : int
        Of the resampling.

    Returns
    -------
    DataFrame
        ``outlet, measure, label``; ``first, first_low, first_high`` of the headlines; ``second,
        second_low, second_high`` of the bodies; ``n_articles``. No rows where nothing is scored.
    """
    mine = _one(scores, measure, label)
    sides = []
    for parts in (("headline",), ("lead", "body")):
        chosen = segments[segments["part"].isin(parts) & (segments["voice"] == voice)]
        part = mine[mine["segment_id"].isin(set(chosen["segment_id"]))]
        ids = set(articles.loc[articles["used"], "article_id"])
        if not part["value"].notna().any() or not part["article_id"].isin(ids).any():
            return pd.DataFrame(columns=PAIRS)
        levels = estimate_levels(part, chosen, articles, by="all", voices=(voice,), seed=seed)
        sides.append(levels.set_index(_ROW)[["estimate", "low", "high", "n_articles"]])
    names = {"estimate": "first", "low": "first_low", "high": "first_high"}
    table = sides[0].drop(columns="n_articles").rename(columns=names)
    others = {"estimate": "second", "low": "second_low", "high": "second_high"}
    return table.join(sides[1].rename(columns=others), how="outer").reset_index()[PAIRS]


def follow_positions(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    measure: str | None = None,
    label: str | None = None,
    voice: str = "outlet",
    steps: int = 5,
) -> pd.DataFrame:
    """Average a measure along the text: the first fifth of each article, the second, …

    Parameters
    ----------
    scores, segments, articles : DataFrame
        The finished tables.
    measure, label : str, optional
        Of ``scores``; every one if not given.
    voice : str
        Whose words.
    steps : int
        Stretches of equal length in characters.

    Returns
    -------
    DataFrame
        ``outlet, measure, label, position`` (middle of the stretch, 0 first words to 1 last),
        ``estimate`` (mean weighted by words; missing where the outlet has no such segment),
        ``n_segments, n_words``.
    """
    used = used_articles(articles)[["article_id", "outlet", "text"]]
    chosen = segments[(segments["voice"] == voice) & (segments["part"] != "caption")]
    rows = _one(scores, measure, label)[["segment_id", "measure", "label", "value"]].dropna()
    rows = rows.merge(chosen, on="segment_id").merge(
        used.assign(length=used["text"].str.len())[["article_id", "outlet", "length"]],
        on="article_id",
    )
    if rows.empty:
        return pd.DataFrame(columns=CURVES)
    middle = (rows["start"] + rows["end"]).astype(float) / 2 / rows["length"].astype(float)
    step = np.minimum((middle * steps).astype(int), steps - 1)
    rows = rows.assign(step=step, n_words=count_words(rows).to_numpy())
    rows["sum"] = rows["value"] * rows["n_words"]
    rows = rows.astype({name: object for name in _ROW})
    table = rows.groupby([*_ROW, "step"]).agg(
        total=("sum", "sum"), n_segments=("segment_id", "size"), n_words=("n_words", "sum")
    )
    found = table.index.droplevel("step").unique()
    every = [(*one, step) for one in found for step in range(steps)]
    table = table.reindex(pd.MultiIndex.from_tuples(every, names=[*_ROW, "step"])).reset_index()
    table[["n_segments", "n_words"]] = table[["n_segments", "n_words"]].fillna(0).astype(int)
    table["estimate"] = table["total"] / table["n_words"].where(table["n_words"] > 0)
    table["position"] = (table["step"] + 0.5) / steps
    return table[CURVES]


def _one(scores: pd.DataFrame, measure: str | None, label: str | None) -> pd.DataFrame:
    kept = scores if measure is None else scores[scores["measure"] == measure]
    return kept if label is None else kept[kept["label"] == label]
