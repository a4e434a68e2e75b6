"""How well articles on one event are found; and, from ``copies``, one story counted once.

Comes in: ``same_event`` (and ``entity_stance``, ``omission`` where they are) below a folder of
labelled sets. Goes out: ``bcubed_f1`` of the events, between 0 and 1, higher is better, and the
same for TF-IDF cosine with a threshold in the same call.

References
----------
Bagga and Baldwin (1998), doi:10.3115/980845.980859.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import figure, interval_over
from analysis.benchmarks.copies import measure_lineage
from analysis.benchmarks.labelled_articles import as_articles, read_same_event, read_story_set

__all__ = ["as_articles", "bcubed", "measure_lineage", "measure_same_event", "read_same_event"]

_SEED = 7


def measure_same_event(data: Path) -> dict[str, Any]:
    """Measure the events found against the labelled ones, as B-cubed F1 over articles."""
    from analysis.text import events
    from analysis.text.stories import nearness

    articles = read_same_event(data)
    gold = pd.factorize(articles["gold"])[0]
    found = events.group_events(articles.drop(columns="gold"))
    scores = bcubed(pd.factorize(found["event"])[0], gold)
    baseline = bcubed(_cosine_events(articles), gold)
    figures = {"bcubed_f1": _bcubed_figure(scores, gold)}
    for place, name in enumerate(("bcubed_precision", "bcubed_recall")):
        figures[name] = figure(float(scores[place].mean()), n=len(gold), unit="articles")
    figures["bcubed_f1_crossfitted"] = _crossfitted(articles, gold, nearness, events)
    for other in ("entity_stance", "omission"):
        if (data / other).is_dir():
            figures[f"bcubed_f1_{other}"] = _measure_stories(data, other, events)
    return {
        "figures": figures,
        "baselines": {
            "TF-IDF cosine .3 within three days": {"bcubed_f1": _bcubed_figure(baseline, gold)}
        },
        "notes": [
            "the weights of nearness were fitted on this visible part: bcubed_f1 is a fit there "
            "and a test on held-out data; bcubed_f1_crossfitted fits them on half of the events "
            "and scores the other half, grouped among all articles",
            "bcubed_f1_entity_stance, _omission: stories of two or three articles in sets that "
            "nothing here was fitted on",
        ],
    }


def _measure_stories(data: Path, name: str, events) -> dict[str, Any]:
    """Return B-cubed F1 on the stories of a set that nothing was fitted on."""
    articles = read_story_set(data, name)
    gold = pd.factorize(articles["gold"])[0]
    found = events.group_events(articles.drop(columns="gold"))
    return _bcubed_figure(bcubed(pd.factorize(found["event"])[0], gold), gold)


def bcubed(found: np.ndarray, gold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each article's B-cubed precision and recall (Bagga and Baldwin 1998)."""
    both, ours, theirs = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    pairs = list(zip(found, gold, strict=True))
    precision = np.array([both[pair] / ours[pair[0]] for pair in pairs])
    return precision, np.array([both[pair] / theirs[pair[1]] for pair in pairs])


def _bcubed_figure(scores: tuple[np.ndarray, np.ndarray], gold: np.ndarray) -> dict[str, Any]:
    members = pd.Series(np.arange(len(gold))).groupby(gold).apply(np.array).tolist()

    def f1(places: np.ndarray) -> float:
        at = np.concatenate([members[place] for place in places])
        precision, recall = scores[0][at].mean(), scores[1][at].mean()
        return 2 * precision * recall / (precision + recall)

    low, high = interval_over(members, f1)
    value = f1(np.arange(len(members)))
    return figure(value, low=low, high=high, n=len(members), unit="events")


def _crossfitted(articles: pd.DataFrame, gold: np.ndarray, nearness, events) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    traits = nearness.find_traits(articles)
    one, other = nearness.near_pairs(traits)
    features = nearness.pair_features(traits, one, other)
    same = gold[one] == gold[other]
    half = np.random.default_rng(_SEED).permutation(gold.max() + 1) % 2
    precision, recall = np.zeros(len(gold)), np.zeros(len(gold))
    for part in (0, 1):
        fit = (half[gold[one]] != part) & (half[gold[other]] != part)
        if len(set(same[fit])) < 2:
            return figure(None, n=0, unit="events")
        model = LogisticRegression(C=1.0, max_iter=3000).fit(features[fit], same[fit])
        near = dict(
            zip(
                zip(one.tolist(), other.tolist(), strict=True),
                model.predict_proba(features)[:, 1].tolist(),
                strict=True,
            )
        )
        found = np.zeros(len(gold), dtype=int)
        for label, group in enumerate(events.join_near(len(gold), near)):
            found[group] = label
        scores = bcubed(found, gold)
        scored = half[gold] == part
        precision[scored], recall[scored] = scores[0][scored], scores[1][scored]
    return _bcubed_figure((precision, recall), gold)


def _cosine_events(articles: pd.DataFrame) -> np.ndarray:
    """Group as a user would today: cosine above .3, at most three days apart, all links."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    weighted = TfidfVectorizer(sublinear_tf=True, stop_words="english", max_df=0.3)
    matrix = weighted.fit_transform(articles["text"])
    pairs = (matrix @ matrix.T).tocoo()
    days = pd.to_datetime(articles["published"], errors="coerce", format="%Y-%m-%d").to_numpy()
    apart = np.abs((days[pairs.row] - days[pairs.col]) / np.timedelta64(1, "D"))
    linked = (pairs.data >= 0.3) & ~(apart > 3)
    shape = (len(articles), len(articles))
    rows = (pairs.row[linked], pairs.col[linked])
    return connected_components(coo_matrix((np.ones(len(rows[0])), rows), shape=shape))[1]
