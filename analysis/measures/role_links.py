"""What speaks for an actor doing or suffering an act, also where the sentence does not name him.

Comes in: an article's parsed sentences, its actors' names, and its acts (a sentence and a
stretch of it). Goes out: a row of numbers per act and actor. The parse says who stands in which
place; pronouns are followed to the nearest name; names met before, in the headline and often
count too; vectors say how near a name is in meaning to the words in each place. What the
numbers are worth is weighed by ``role_model``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.measures.acts import describe_act
from analysis.measures.named_words import Names

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

SLOTS = ("agents", "patients", "obliques", "within", "above")
KINDS = ("person", "group", "place", "unknown")
NAMED = 0.6  # from which a match counts as naming


class Place(NamedTuple):
    """Where an act stands: the number of its sentence, its stretch, and its main word."""

    sentence: int
    span: Span
    word: Token


class Described(NamedTuple):
    """What is known of an article's acts, for all its actors.

    ``features`` has a row per act and actor; ``act`` and ``actor`` say whose row it is.
    ``phrases``, ``sentences`` and ``numbers`` (of the sentences) have an entry per act.
    """

    features: np.ndarray
    act: np.ndarray
    actor: np.ndarray
    names: list[str]
    phrases: list[str]
    sentences: list[str]
    numbers: np.ndarray


def describe_article(
    sentences: Sequence[Doc],
    headline: str,
    names: Sequence[str],
    kinds: Sequence[str],
    acts: Sequence[Place],
    vector_of: dict[str, np.ndarray],
) -> Described:
    """Return the features of every act and actor of one article.

    Parameters
    ----------
    sentences : sequence of parsed sentences
    headline : str
    names, kinds : sequences of str
        The article's actors; kinds as in table ``actors``.
    acts : sequence of Place
    vector_of : dict
        Vectors of unit length of the texts that ``texts_to_read`` names.
    """
    matcher = Names(names, kinds)
    mentions = [_mentions(sentence, matcher) for sentence in sentences]
    overall = _overall(mentions, len(names))
    in_headline = matcher.match(headline.split())
    own = np.stack([vector_of[name] for name in names])
    context = _context(mentions, sentences, vector_of, own)
    is_kind = np.array([[kind == one for one in KINDS] for kind in kinds], dtype=float)
    blocks = []
    for act in acts:
        number, span, word = act
        slots = _slots(act)
        columns = []
        for slot in SLOTS:
            columns += _named_and_meant(slots[slot], number, mentions, matcher, kinds)
        columns += _around(word, number, mentions, len(names))
        columns += [in_headline, *overall]
        phrase = vector_of[span.text]
        nearness = [_nearest(own, [vector_of[_short(t)] for t in _nouns(slots[s])]) for s in SLOTS]
        here = vector_of[sentences[number].text]
        columns += [*nearness, own @ phrase, context @ here, context @ phrase]
        features = np.column_stack([*columns, is_kind])
        passive = word.pos_ == "VERB" and any(
            child.dep_ in ("auxpass", "nsubjpass") for child in word.children
        )
        blocks.append(_widen(features, passive, word.pos_ == "VERB"))
    width = len(names)
    return Described(
        np.concatenate(blocks) if blocks else np.zeros((0, 0)),
        np.repeat(np.arange(len(acts)), width),
        np.tile(np.arange(width), len(acts)),
        list(names),
        [act.span.text for act in acts],
        [sentences[act.sentence].text for act in acts],
        np.array([act.sentence for act in acts], dtype=np.int64),
    )


def texts_to_read(
    sentences: Sequence[Doc], names: Sequence[str], acts: Sequence[Place]
) -> set[str]:
    """Return the texts whose vectors ``describe_article`` needs."""
    texts = {*names, *(sentence.text for sentence in sentences)}
    for act in acts:
        texts.add(act.span.text)
        slots = _slots(act)
        texts |= {_short(token) for slot in SLOTS for token in _nouns(slots[slot])}
    return texts


def _widen(features: np.ndarray, passive: bool, verb: bool) -> np.ndarray:
    """Add each feature's distance from the act's best actor, and the form of the act."""
    n_slots = 2 * len(SLOTS)
    form = np.tile([verb, passive, 1 / len(features)], (len(features), 1)).astype(float)
    return np.hstack(
        [
            features,
            features - features.max(0, keepdims=True),
            form,
            features[:, :n_slots] * passive,
            features[:, :n_slots] * verb,
        ]
    )


def _mentions(sentence: Doc, matcher: Names) -> list[tuple[Token, np.ndarray]]:
    """Return the nouns of a sentence with how well each names every actor."""
    found = []
    for token in sentence:
        if token.pos_ not in ("NOUN", "PROPN") or token.dep_ == "compound":
            continue
        words = [
            inner.text
            for child in token.lefts
            if child.dep_ in ("compound", "amod", "nmod")
            for inner in child.subtree
        ]
        words.append(token.text)
        for child in token.rights:
            if child.dep_ == "prep" and child.lower_ == "of":
                words += [inner.text for inner in child.subtree][:5]
        found.append((token, matcher.match(words)))
    return found


def _overall(mentions: list, n: int) -> list[np.ndarray]:
    """Return how often each actor is named: share of the most named, log, as subject, object."""
    often, subject, object_ = np.zeros(n), np.zeros(n), np.zeros(n)
    for sentence in mentions:
        for token, match in sentence:
            named = match * (match >= NAMED)
            often += named
            subject += named * (token.dep_ in ("nsubj", "agent"))
            object_ += named * (token.dep_ in ("dobj", "nsubjpass", "pobj"))
    return [
        often / max(often.max(initial=0), 1),
        np.log1p(often),
        subject / (often + 1),
        object_ / (often + 1),
    ]


def _context(mentions, sentences, vector_of, own: np.ndarray) -> np.ndarray:
    """Return the mean vector of the sentences that name each actor, or of its name alone."""
    sums = 1e-3 * own.astype(float)
    for sentence, found in zip(sentences, mentions, strict=True):
        if not found:
            continue
        named = np.max([match for _, match in found], axis=0) >= NAMED
        sums += named[:, None] * vector_of[sentence.text][None, :]
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def _slots(place: Place) -> dict[str, list[Token]]:
    """Return the words in each place around an act, by its main word and its stretch's root."""
    heads = list(dict.fromkeys([place.word, place.span.root]))
    acts = [describe_act(head) for head in heads]
    above, token = [], place.word
    for _ in range(8):
        above += [child for child in token.children if child.dep_ in ("nsubj", "nsubjpass")]
        if token.head == token:
            break
        token = token.head
    return {
        "agents": [token for act in acts for token in act.agents],
        "patients": [token for act in acts for token in act.patients],
        "obliques": [token for act in acts for token in act.obliques],
        "within": [t for t in place.span if t.pos_ in ("NOUN", "PROPN") and t not in heads],
        "above": above[:3],
    }


def _nouns(tokens: list[Token]) -> list[Token]:
    return [token for token in tokens if token.pos_ != "PRON"][:2]


def _short(token: Token) -> str:
    words = [
        inner.text
        for child in token.lefts
        if child.dep_ in ("compound", "amod", "nmod", "poss")
        for inner in child.subtree
    ]
    return " ".join([*words, token.text])


def _nearest(own: np.ndarray, vectors: list[np.ndarray]) -> np.ndarray:
    return (own @ np.stack(vectors).T).max(1) if vectors else np.zeros(len(own))


def _named_and_meant(tokens, number, mentions, matcher: Names, kinds) -> list[np.ndarray]:
    """Return how well the words in a place name each actor, and whom their pronouns mean."""
    named, meant = np.zeros(len(kinds)), np.zeros(len(kinds))
    for token in tokens:
        if token.pos_ == "PRON":
            meant = np.maximum(meant, _behind(token, number, mentions, kinds))
        else:
            words = [inner.text for inner in token.subtree if inner.dep_ != "punct"][:12]
            named = np.maximum(named, matcher.match(words))
    return [named, meant]


def _behind(pronoun: Token, number: int, mentions, kinds) -> np.ndarray:
    """Return whom a pronoun means: of the two sentences before, subjects first, nearest first."""
    one = pronoun.lower_ in ("he", "she", "him", "her", "his", "who", "whom")
    fits = np.array([kind == "person" or not one for kind in kinds])
    for back in range(3):
        if number - back < 0:
            break
        found = [
            (token, match)
            for token, match in mentions[number - back]
            if back or token.i < pronoun.i
        ]
        found.sort(key=lambda pair: (pair[0].dep_ not in ("nsubj", "nsubjpass"), -pair[0].i))
        for _, match in found:
            likely = np.where(fits, match, 0.0)
            if likely.max(initial=0) >= NAMED:
                return likely * (1 - 0.2 * back)
    return np.zeros(len(kinds))


def _around(word: Token, number: int, mentions, n: int) -> list[np.ndarray]:
    """Return where each actor is named near the act: left, right, sentence, subject, before."""
    left, right, here, subject = (np.zeros(n) for _ in range(4))
    for token, match in mentions[number]:
        named = match * (match >= 0.5)
        near = named / (1 + abs(token.i - word.i) / 5)
        here = np.maximum(here, named)
        if token.i < word.i:
            left = np.maximum(left, near)
        elif token.i > word.i:
            right = np.maximum(right, near)
        if token.dep_ in ("nsubj", "nsubjpass"):
            subject = np.maximum(subject, named)
    before, subject_before = np.zeros(n), np.zeros(n)
    for back in range(1, min(3, number) + 1):
        for token, match in mentions[number - back]:
            named = match * (match >= 0.5) / back
            before = np.maximum(before, named)
            if token.dep_ in ("nsubj", "nsubjpass"):
                subject_before = np.maximum(subject_before, named)
    return [left, right, here, subject, before, subject_before]
