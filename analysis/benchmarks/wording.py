"""Word choice and labelling: are the phrases that mean one thing grouped together?

Comes in: the set ``labelling`` (events reported by five outlets, phrases coded with the concept
they mean). The places of the coded phrases are given; which belong together is not. Each
concept is compared with the group that fits it best (F1 of precision and recall over its
phrases), and the concepts' F1 are averaged, weighted by their phrases: the measure of the paper
that published .457 for its method and .298 for the best baseline. Higher is better. Beside it:
one group to one concept, B-cubed, and the phrases that name things without those that only
describe them (``PROPERTY``).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.measures.label_groups import describe_phrase, group_phrases

DESCRIPTIONS = "PROPERTY"


def measure_labelling(data: Path) -> dict[str, Any]:
    """Return how well coded phrases are grouped, by our grouping and by simpler ones."""
    events = _read_events(Path(data) / "labelling" / "articles.jsonl")
    ours = {name: _group_event(mentions, sentences) for name, (mentions, sentences) in events}
    by_vectors = {name: _group_by_vectors(mentions) for name, (mentions, _) in events}
    without = {name: _group_event(m, s, meaning=False) for name, (m, s) in events}
    exact = {name: _group_by(m, lambda one: one["text"]) for name, (m, _) in events}
    last = {
        name: _group_by(m, lambda one: one["text"].lower().split()[-1]) for name, (m, _) in events
    }
    return {
        "figures": _figures(events, ours),
        "baselines": {
            "exact string match": _figures(events, exact),
            "last word": _figures(events, last),
            "MiniLM vectors, average linkage at .4": _figures(events, by_vectors),
            "ours without vectors": _figures(events, without),
        },
        "notes": [
            "mention_f1: F1 of the best group per concept, weighted by phrases; all code types",
            "the places of phrases are given; intervals resample events, which are few",
        ],
    }


def _read_events(path: Path) -> list[tuple[str, tuple[list[dict], dict]]]:
    from analysis.parsing import parse_tokens

    mentions: dict[str, list[dict]] = defaultdict(list)
    sentences: dict[str, dict] = defaultdict(dict)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            event = str(article["event"])
            for number, parsed in enumerate(parse_tokens(article["sentences"])):
                sentences[event][article["id"], number] = parsed
            mentions[event] += [{**one, "article": article["id"]} for one in article["mentions"]]
    return [(event, (mentions[event], sentences[event])) for event in sorted(mentions)]


def _group_event(mentions: list[dict], sentences: dict, *, meaning: bool = True) -> np.ndarray:
    phrases, before = [], []
    for one in mentions:
        number = one["sentence"]
        if one["start"] is None or number is None:
            phrases.append(describe_phrase(_parse_alone(one["text"])))
            before.append([])
            continue
        phrases.append(
            describe_phrase(sentences[one["article"], number][one["start"] : one["end"]])
        )
        near = range(number, max(number - 4, -1), -1)
        before.append([sentences[one["article"], n] for n in near])
    vectors = _vectors([one["text"] for one in mentions]) if meaning else None
    return group_phrases(phrases, before=before, vectors=vectors)


def _parse_alone(text: str):
    from analysis.parsing import parse_tokens

    return next(iter(parse_tokens([text.split() or ["-"]])))[:]


def _vectors(texts: list[str]) -> np.ndarray:
    from analysis.encoder import Encoder

    return Encoder().vectors(texts)


def _group_by(mentions: list[dict], key: Callable[[dict], str]) -> np.ndarray:
    return np.unique([key(one) for one in mentions], return_inverse=True)[1]


def _group_by_vectors(mentions: list[dict]) -> np.ndarray:
    from scipy.cluster.hierarchy import fcluster, linkage

    vectors = _vectors([one["text"] for one in mentions])
    return fcluster(linkage(vectors, "average", metric="cosine"), 0.4, "distance")


def _figures(events: list, groups: dict[str, np.ndarray]) -> dict[str, Any]:
    kinds = {
        "mention_f1": (best_group_f1, False),
        "one_to_one_f1": (one_to_one_f1, False),
        "bcubed_f1": (bcubed_f1, False),
        "mention_f1_named": (best_group_f1, True),
    }
    figures = {}
    for name, (score, named) in kinds.items():
        values, weights = [], []
        for event, (mentions, _) in events:
            keep = [not (named and one["code_type"] == DESCRIPTIONS) for one in mentions]
            concepts = np.array([one["concept"] for one in mentions], dtype=object)[keep]
            values.append(score(overlap(concepts, groups[event][keep])))
            weights.append(len(concepts))
        values_, weights_ = np.array(values), np.array(weights)

        def mean(drawn, values=values_, weights=weights_):
            return float(np.average(values[drawn], weights=weights[drawn]))

        low, high = interval_over(values, mean)
        unit = f"phrases in {len(events)} events"
        everything = mean(np.arange(len(values)))
        figures[name] = figure(everything, low=low, high=high, n=int(weights_.sum()), unit=unit)
    return figures


def overlap(concepts: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return how many phrases each concept (row) shares with each group (column)."""
    rows = np.unique(np.asarray(concepts, dtype=str), return_inverse=True)[1]
    columns = np.unique(groups, return_inverse=True)[1]
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1)
    return table


def _f1(table: np.ndarray) -> np.ndarray:
    return 2 * table / (table.sum(1)[:, None] + table.sum(0)[None, :])


def best_group_f1(table: np.ndarray) -> float:
    """Return the mean F1 of each concept's best group, weighted by the concept's phrases."""
    return float(np.average(_f1(table).max(1), weights=table.sum(1)))


def one_to_one_f1(table: np.ndarray) -> float:
    """Return the same with each group given to one concept only, as best for the sum."""
    from scipy.optimize import linear_sum_assignment

    gains = _f1(table) * table.sum(1)[:, None]
    rows, columns = linear_sum_assignment(-gains)
    return float(gains[rows, columns].sum() / table.sum())


def bcubed_f1(table: np.ndarray) -> float:
    """Return B-cubed F1: precision and recall from the view of each phrase."""
    precision = (table**2 / table.sum(0)).sum() / table.sum()
    recall = (table**2 / table.sum(1)[:, None]).sum() / table.sum()
    return float(2 * precision * recall / (precision + recall))
