"""Roles: are the agents and patients of acts found among an article's actors?

Comes in: the set ``moral_events``. The acts (a stretch of a sentence) and the article's actors
are given; who acts and who is acted upon is not, and often stands in another sentence or under
another name. F1 counts pairs of act and actor; higher is better. ``precision_counted`` is the
share of right ones among links as sure as ``count_roles`` wants them. Acts that the shipped
weights were trained on are judged by weights that have not seen their story.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.encoding.heads import MODELS
from analysis.measures.acts import describe_act
from analysis.measures.named_words import Names
from analysis.measures.role_links import NAMED, Place
from analysis.measures.role_model import TAKEN, link_acts, load_role_weights
from analysis.measures.roles import SURE
from analysis.training.roles import act_hashes, describe_all, parse_articles, read_articles


def measure_moral_events(data: Path) -> dict[str, Any]:
    """Return F1 of agents and patients by the trained links, the parse alone, and first nouns."""
    articles = read_articles(data)
    gold = [_gold(article) for article in articles]
    probabilities, n_unseen = _linked(articles)
    links = [_taken(*one, least=TAKEN) for one in zip(articles, probabilities, strict=True)]
    sure = [_taken(*one, least=SURE) for one in zip(articles, probabilities, strict=True)]
    by_parse, by_place = [], []
    for sentences, acts, names, kinds in parse_articles(articles):
        matcher = Names(names, kinds)
        by_parse.append([_by_parse(act, matcher, names) for act in acts])
        by_place.append([_by_place(sentences[act.sentence], act, matcher, names) for act in acts])
    return {
        "figures": {
            **_figures(articles, gold, links),
            **_figures(articles, gold, sure, what="precision_counted"),
        },
        "baselines": {
            "first noun phrase left and right of the verb": _figures(articles, gold, by_place),
            "the parse alone": _figures(articles, gold, by_parse),
        },
        "notes": [
            f"{n_unseen} acts by the shipped weights, the others by weights that have not seen "
            "their story",
            "acts and the article's actors are given; intervals resample stories",
        ],
    }


def _gold(article: dict) -> list[tuple[set[str], set[str]]]:
    return [(set(one["agents"]), set(one["patients"])) for one in article["events"]]


def _linked(articles: list[dict]) -> tuple[list[list[np.ndarray]], int]:
    """Return per article and act the probabilities of its actors, and how many acts were new."""
    from safetensors.numpy import load_file

    kept = load_file(MODELS / "roles" / "out_of_fold.safetensors")
    ends = np.cumsum(kept["size"])
    place = {int(one): number for number, one in enumerate(kept["act"])}
    unseen = [article for article in articles if not all(h in place for h in act_hashes(article))]
    fresh = {}
    if unseen:
        weights, _ = load_role_weights()
        described, vector_of = describe_all(unseen)
        stories: dict[str, list[int]] = {}
        for at, article in enumerate(unseen):
            stories.setdefault(article["story"], []).append(at)
        for places in stories.values():
            some = [described[at] for at in places]
            for at, found in zip(places, link_acts(some, vector_of, weights), strict=True):
                if len(found):
                    fresh[id(unseen[at])] = (described[at], found)
    linked = []
    for article in articles:
        if id(article) in fresh:
            one, found = fresh[id(article)]
            parts = [found[one.act == number] for number in range(len(article["events"]))]
        else:
            numbers = [place[h] for h in act_hashes(article)]
            parts = [kept["probability"][ends[n] - kept["size"][n] : ends[n]] for n in numbers]
        linked.append(parts)
    return linked, sum(len(article["events"]) for article in unseen)


def _taken(
    article: dict, parts: list[np.ndarray], *, least: float
) -> list[tuple[set[str], set[str]]]:
    names = sorted({one["text"] for one in article["entities"]})
    return [
        tuple({names[at] for at in np.flatnonzero(part[:, side] >= least)} for side in (0, 1))
        for part in parts
    ]


def _by_parse(place: Place, matcher: Names, names: list[str]) -> tuple[set[str], set[str]]:
    act = describe_act(place.word)
    sides = act.agents, act.patients or act.obliques
    return tuple({_best(matcher, [token], names) for token in side} - {""} for side in sides)


def _by_place(
    sentence, place: Place, matcher: Names, names: list[str]
) -> tuple[set[str], set[str]]:
    chunks = list(sentence.noun_chunks)
    left = [chunk for chunk in chunks if chunk.end <= place.word.i]
    right = [chunk for chunk in chunks if chunk.start > place.word.i]
    sides = left[-1:], right[:1]
    return tuple({_best(matcher, side[0], names)} - {""} if side else set() for side in sides)


def _best(matcher: Names, tokens, names: list[str]) -> str:
    words = [inner.text for token in tokens for inner in token.subtree][:12]
    match = matcher.match(words)
    return names[int(match.argmax())] if match.max(initial=0) >= NAMED else ""


def _figures(articles: list[dict], gold: list, found: list, *, what: str = "f1") -> dict[str, Any]:
    stories: dict[str, list[int]] = {}
    for number, article in enumerate(articles):
        stories.setdefault(article["story"], []).append(number)
    figures = {}
    for side, name in enumerate(("agent", "patient")):
        counts = np.zeros((len(stories), 3))
        for row, numbers in enumerate(stories.values()):
            for number in numbers:
                for true, guess in zip(gold[number], found[number], strict=True):
                    counts[row] += (
                        len(true[side] & guess[side]),
                        len(guess[side]),
                        len(true[side]),
                    )

        def share(drawn, counts=counts):
            hits, guesses, true = counts[drawn].sum(0)
            return 2 * hits / (guesses + true) if what == "f1" else hits / max(guesses, 1)

        low, high = interval_over(list(stories), share)
        n = int(counts[:, 2 if what == "f1" else 1].sum())
        unit = f"{name}s of acts in {len(stories)} stories"
        value = float(share(np.arange(len(stories))))
        figures[f"{name}_{what}"] = figure(value, low=low, high=high, n=n, unit=unit)
    return figures
