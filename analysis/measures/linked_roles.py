"""Roles that a sentence leaves open, filled from the whole article by the trained links.

Comes in: the parsed sentences of articles and the actors named in each. Goes out: for each act
of moral good or harm (``role_model.is_moral``) the actors that most likely do it and suffer it,
each with its probability; higher is likelier. Other acts are not asked about: the links were
trained on acts that have both sides. An actor that the article never names cannot be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analysis.measures.acts import Act, find_acts
from analysis.measures.role_links import Place, describe_article, texts_to_read
from analysis.measures.role_model import (
    SIDES,
    is_moral,
    link_acts,
    load_role_weights,
    take_actors,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_MOST_ACTORS = 30  # of an article, the most often named
_MOST_ACTS = 120  # read together; a longer text is read stretch by stretch


class Told(NamedTuple):
    """One article: its parsed sentences, its headline, its actors with kinds and mentions."""

    sentences: Sequence[Doc]
    headline: str
    actors: Sequence[tuple[str, str, int]]


class Link(NamedTuple):
    """An actor tied to an act: the number of the sentence, the act, ``agent`` or ``patient``."""

    sentence: int
    act: Act
    role: str
    actor: str
    probability: float


def link_articles(articles: Sequence[Told], encoder: Any) -> list[list[Link]]:
    """Return the links of each article's acts; the articles are those of one event.

    Parameters
    ----------
    articles : sequence of Told
    encoder : Encoder
        Anything with ``vectors(texts)``, of the kind the links were trained with.

    Returns
    -------
    list of lists of Link
        Per act and side the actors with a probability of ``role_model.TAKEN`` or more.
    """
    weights, meta = load_role_weights()
    prepared, texts = [], set()
    for told in articles:
        ranked = sorted(told.actors, key=lambda one: (-one[2], one[0]))[:_MOST_ACTORS]
        names = [name for name, _, _ in ranked]
        acts = [
            (Place(number, span_of(act.word), act.word), act)
            for number, sentence in enumerate(told.sentences)
            for act in find_acts(sentence)
            if is_moral(act.word.lemma_, meta)
        ]
        acts = acts if len(names) > 1 else []
        stretches = [acts[at : at + _MOST_ACTS] for at in range(0, len(acts), _MOST_ACTS)]
        prepared.append((told, names, [kind for _, kind, _ in ranked], stretches))
        if acts:
            texts |= texts_to_read(told.sentences, names, [place for place, _ in acts])
    listed = sorted(texts)
    vectors = np.nan_to_num(encoder.vectors(listed)) if listed else []
    vector_of = dict(zip(listed, vectors, strict=True))
    stretches = [
        (at, names, stretch, describe_article(
            told.sentences, told.headline, names, kinds, [place for place, _ in stretch], vector_of
        ))
        for at, (told, names, kinds, parts) in enumerate(prepared)
        for stretch in parts
    ]  # fmt: skip
    found = link_acts([described for *_, described in stretches], vector_of, weights)
    links: list[list[Link]] = [[] for _ in articles]
    for (at, names, stretch, _), probability in zip(stretches, found, strict=True):
        links[at] += _taken(names, stretch, probability)
    return links


def span_of(word: Token) -> Span:
    """Return the words of an act: its word and what hangs on it to the right, up to twelve.

    That is how the annotated acts look ("seized the port of Brack"), without what stands
    before the verb and without clauses of their own.
    """
    end = word.i + 1
    below = {token.i for token in word.subtree}
    clauses = {
        token.i
        for child in word.rights
        if child.dep_ in ("conj", "advcl", "ccomp", "cc", "punct")
        for token in child.subtree
    }
    while end in below and end not in clauses and end - word.i < 12:
        end += 1
    return word.doc[word.i : end]


def _taken(names: list[str], stretch: list, probability: np.ndarray) -> list[Link]:
    cube = probability.reshape(len(stretch), len(names), len(SIDES))
    return [
        Link(place.sentence, act, role, names[at], float(cube[number, at, side]))
        for number, (place, act) in enumerate(stretch)
        for side, role in enumerate(SIDES)
        for at in np.flatnonzero(take_actors(cube[number, :, side]))
    ]
