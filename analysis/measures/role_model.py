"""Who most likely does an act and who suffers it: the trained links of acts to actors.

Comes in: the rows of ``role_links`` for the articles of one event. Goes out: per act and actor
the probability of agent and of patient, 0 to 1; **higher is likelier**. Two opinions of the act
alone (a few small networks, which also read the vectors of name, act and sentence, and boosted
trees) are joined; then further trees read them together with those of the other acts of the
article and of the event (``role_context``). All were trained on acts of moral good or harm in
American political news, each of which has an agent and a patient (``data/models/roles``):
``is_moral`` says of which acts they may be asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from analysis.encoding.heads import MODELS
from analysis.measures.role_context import describe_context, describe_elsewhere
from analysis.measures.role_links import Described
from analysis.trees import probability_of

HIDDEN = ("entity", "act", "sentence")
SIDES = ("agent", "patient")
TAKEN = 0.3  # probability from which an actor is taken: it is best for F1 where F1 is about .6
MORAL = 0.3  # from which share of its uses a word's acts are taken for moral ones
_NET, _TREES = 2 / 3, 1 / 3  # weight of the two opinions
_SMALL = 1e-4


class Weights(NamedTuple):
    """The shipped weights: networks, trees of either round and side, good or harm of an act."""

    nets: list[dict[str, np.ndarray]]
    alone: list[dict[str, np.ndarray]]
    together: list[dict[str, np.ndarray]]
    harm: np.ndarray


class Opinions(NamedTuple):
    """What is thought of each row by the act alone: network, trees, both joined (rows × 2)."""

    net: np.ndarray
    trees: np.ndarray
    joined: np.ndarray


def link_acts(
    articles: Sequence[Described], vector_of: dict[str, np.ndarray], weights: Weights
) -> list[np.ndarray]:
    """Return per article and row the probability of agent and of patient.

    Parameters
    ----------
    articles : sequence of Described
        Of one event: what one report leaves open another may say.
    vector_of : dict
        Vectors of unit length of the texts that ``role_links.texts_to_read`` names.
    weights : Weights

    Returns
    -------
    list of arrays, rows × 2
        In the order of ``articles``.
    """
    filled = [one for one in articles if len(one.act)]
    if not filled:
        return [np.zeros((0, 2)) for _ in articles]
    said, harm = [], []
    for one in filled:
        trees = [probability_of(trees, one.features) for trees in weights.alone]
        nets = ask_nets(one, vector_of, weights.nets)
        said.append(join_opinions(nets, np.stack(trees, axis=1), one.act))
        harm.append(act_vectors(one, vector_of) @ weights.harm[:-1] + weights.harm[-1])
    found = iter(
        np.stack([probability_of(trees, rows) for trees in weights.together], axis=1)
        for rows in read_together(filled, vector_of, said, harm)
    )
    return [next(found) if len(one.act) else np.zeros((0, 2)) for one in articles]


def take_actors(probability: np.ndarray) -> np.ndarray:
    """Return which actors are taken for a side of an act: all likely enough, or none."""
    return probability >= TAKEN


def is_moral(lemma: str, meta: dict[str, Any]) -> bool:
    """Whether acts of this word are mostly ones that readers marked as moral good or harm."""
    return meta["acts"].get(lemma.lower(), 0.0) >= MORAL


def ask_nets(
    described: Described, vector_of: dict[str, np.ndarray], nets: list[dict[str, np.ndarray]]
) -> np.ndarray:
    """Return the mean log probability of the networks, each a softmax over an act's actors."""
    vectors = (
        np.stack([vector_of[described.names[one]] for one in described.actor]),
        np.stack([vector_of[described.phrases[one]] for one in described.act]),
        np.stack([vector_of[described.sentences[one]] for one in described.act]),
    )
    logs = [
        np.log(
            share_out(
                network(net, (described.features - net["mean"]) / net["spread"], *vectors),
                described.act,
            )
            + _SMALL / 10
        )
        for net in nets
    ]
    return np.mean(logs, axis=0)


def join_opinions(net: np.ndarray, trees: np.ndarray, act: np.ndarray) -> Opinions:
    """Return the two opinions of the act alone, each summing to 1 over its actors, and both.

    ``net`` holds logarithms, ``trees`` probabilities that know nothing of the other actors.
    """
    net = share_out(net, act)
    trees = share_out(np.log(np.maximum(trees, 1e-12)), act)
    logs = _NET * np.log(net + _SMALL) + _TREES * np.log(trees + _SMALL)
    return Opinions(net, trees, share_out(logs, act))


def share_out(logits: np.ndarray, act: np.ndarray) -> np.ndarray:
    """Return probabilities that sum to 1 over the actors of each act."""
    highest = np.full((act.max() + 1, logits.shape[1]), -np.inf)
    np.maximum.at(highest, act, logits)
    odds = np.exp(logits - highest[act])
    total = np.zeros_like(highest)
    np.add.at(total, act, odds)
    return odds / total[act]


def act_vectors(described: Described, vector_of: dict[str, np.ndarray]) -> np.ndarray:
    """Return the vectors of each act's words and of its sentence, side by side."""
    return np.hstack(
        [
            np.stack([vector_of[one] for one in texts])
            for texts in (described.phrases, described.sentences)
        ]
    )


def read_together(
    articles: Sequence[Described],
    vector_of: dict[str, np.ndarray],
    said: Sequence[Opinions],
    harm: Sequence[np.ndarray],
) -> list[np.ndarray]:
    """Return per article the rows that the second trees read: all acts of an event together."""
    names = sorted({name for one in articles for name in one.names})
    place = {name: at for at, name in enumerate(names)}
    own = [[place[name] for name in one.names] for one in articles]
    counts = [len(one.phrases) for one in articles]
    phrases = [np.stack([vector_of[text] for text in one.phrases]) for one in articles]
    first = [
        opinions.joined.reshape(count, -1, 2) for opinions, count in zip(said, counts, strict=True)
    ]
    wide = np.zeros((sum(counts), len(names), 2))
    ends = np.cumsum([0, *counts])
    for at, (columns, block) in enumerate(zip(own, first, strict=True)):
        wide[ends[at] : ends[at + 1], columns] = block
    owner = np.repeat(np.arange(len(counts)), counts)
    outside = describe_elsewhere(wide, np.concatenate(phrases), owner, np.concatenate(harm))
    blocks = []
    for at, one in enumerate(articles):
        inside = describe_context(first[at], phrases[at], one.numbers, harm[at])
        beyond = outside[ends[at] : ends[at + 1]][:, own[at]].reshape(len(inside), -1)
        logs = (np.log(said[at].net + _SMALL), np.log(said[at].trees + _SMALL))
        blocks.append(np.hstack([inside, *logs, beyond]))
    return blocks


def network(tensors: dict[str, Any], features, entity, act, sentence):
    """Return the log odds of agent and patient; as it is trained, so it is used."""
    features = np.clip(features, -4, 4)
    one, two, three = (
        8 * vector @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]
        for name, vector in zip(HIDDEN, (entity, act, sentence), strict=True)
    )
    joined = np.concatenate([features, one * two, one * three, one], axis=1)
    hidden = _gelu(joined @ tensors["first.weight"].T + tensors["first.bias"])
    deep = hidden @ tensors["second.weight"].T + tensors["second.bias"]
    return deep + features @ tensors["straight.weight"].T + tensors["straight.bias"]


@lru_cache(maxsize=1)
def load_role_weights() -> tuple[Weights, dict[str, Any]]:
    """Return the shipped weights and what is known of them, their hash checked."""
    from safetensors.numpy import load_file

    from analysis.encoding.transformer import check_hash

    folder = MODELS / "roles"
    if not (folder / "model.json").exists():
        raise FileNotFoundError(
            f"{folder} holds no weights: `python -m analysis train roles --data DIR` makes them"
        )
    meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    check_hash(folder / "weights.safetensors", meta["sha256"], "roles")
    return unpack_weights(load_file(folder / "weights.safetensors")), meta


def pack_weights(weights: Weights) -> dict[str, np.ndarray]:
    """Return all arrays under one name each, as they are kept in one file."""
    packed = {"harm": weights.harm}
    for part in ("nets", "alone", "together"):
        for place, tensors in enumerate(getattr(weights, part)):
            packed |= {f"{part}.{place}.{name}": value for name, value in tensors.items()}
    return packed


def unpack_weights(packed: dict[str, np.ndarray]) -> Weights:
    """Return the weights that ``pack_weights`` packed."""
    parts: dict[str, list[dict[str, np.ndarray]]] = {"nets": [], "alone": [], "together": []}
    for name in sorted(packed):
        if name != "harm":
            part, place, rest = name.split(".", 2)
            while len(parts[part]) <= int(place):
                parts[part].append({})
            parts[part][int(place)][rest] = packed[name]
    return Weights(**parts, harm=packed["harm"])


def _gelu(x: np.ndarray) -> np.ndarray:
    from scipy.special import erf

    return x * (1 + erf(x / np.sqrt(2))) / 2
