"""Roles: are the agents and patients of acts found among an article's actors?

Comes in: the set ``moral_events``. The acts (a stretch of a sentence) and the article's actors
are given; who acts and who is acted upon is not, and often stands in another sentence or under
another name. F1 counts pairs of act and actor; higher is better. Acts that the shipped weights
were trained on are judged by weights that have not seen their story.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.encoding.heads import MODELS
from analysis.measures.acts import describe_act
from analysis.measures.named_words import Names
from analysis.measures.role_links import NAMED, Place, link_acts, load_role_weights
from analysis.training.roles import act_hashes, describe_all, parse_articles, read_articles

ALSO = 0.35  # from which probability a second actor is taken too


def measure_moral_events(data: Path) -> dict[str, Any]:
    """Return F1 of agents and patients by the trained links, the parse alone, and first nouns."""
    articles = read_articles(data)
    gold = [_gold(article) for article in articles]
    links, n_unseen = _linked(articles)
    by_parse, by_place = [], []
    for sentences, acts, names, kinds in parse_articles(articles):
        matcher = Names(names, kinds)
        by_parse.append([_by_parse(act, matcher, names) for act in acts])
        by_place.append([_by_place(sentences[act.sentence], act, matcher, names) for act in acts])
    return {
        "figures": _figures(articles, gold, links),
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


def _linked(articles: list[dict]) -> tuple[list[list[tuple[set[str], set[str]]]], int]:
    """Return the actors linked to each act, and how many acts the weights were asked for."""
    from safetensors.numpy import load_file

    kept = load_file(MODELS / "roles" / "out_of_fold.safetensors")
    ends = np.cumsum(kept["size"])
    place = {int(one): number for number, one in enumerate(kept["act"])}
    unseen = [article for article in articles if not all(h in place for h in act_hashes(article))]
    fresh = {}
    if unseen:
        tensors, _ = load_role_weights()
        described, vector_of = describe_all(unseen)
        fresh = {
            id(article): (one, link_acts(one, vector_of, tensors))
            for article, one in zip(unseen, described, strict=True)
            if len(one.act)
        }
    linked = []
    for article in articles:
        names = sorted({one["text"] for one in article["entities"]})
        if id(article) in fresh:
            one, found = fresh[id(article)]
            parts = [found[one.act == number] for number in range(len(article["events"]))]
        else:
            numbers = [place[h] for h in act_hashes(article)]
            parts = [kept["probability"][ends[n] - kept["size"][n] : ends[n]] for n in numbers]
        linked.append([(_taken(part[:, 0], names), _taken(part[:, 1], names)) for part in parts])
    return linked, sum(len(article["events"]) for article in unseen)


def _taken(probability: np.ndarray, names: list[str]) -> set[str]:
    """Return the likeliest actor, and those beside it that are likely too."""
    taken = {names[int(probability.argmax())]}
    return taken | {name for name, p in zip(names, probability, strict=True) if p >= ALSO}


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


def _figures(articles: list[dict], gold: list, found: list) -> dict[str, Any]:
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

        def f1(drawn, counts=counts):
            hits, guesses, true = counts[drawn].sum(0)
            return 2 * hits / (guesses + true)

        low, high = interval_over(list(stories), f1)
        n = int(counts[:, 2].sum())
        unit = f"{name}s of acts in {len(stories)} stories"
        value = float(f1(np.arange(len(stories))))
        figures[f"{name}_f1"] = figure(value, low=low, high=high, n=n, unit=unit)
    return figures
