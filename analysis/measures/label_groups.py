"""Which phrases of an event's articles mean the same person, group, act or place.

Comes in: parsed sentences and the places of phrases in them. Goes out: a group for each phrase.
Grouped by reference first: names by their parts ("Mr. Orr" is "Anna Orr"), countries with their
people, their seats of government and those who act for them ("U.S. officials"), offices by who is
named with them ("the president"), common nouns by their head word or by a family of words for one
kind of thing (``data/lexicons/labels.csv``), and what is said of someone by whom it is said of.
Then, with an encoder, by meaning: groups whose mean vectors are close are joined. The steps are
rules, not a trained model; pronouns are followed to the nearest name before them, nothing more.

References
----------
Hamborg, Zhukova and Gipp 2019, JCDL. doi:10.1109/JCDL.2019.00036
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analysis.lexicons import read_lexicon

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

CLOSE = 0.3  # cosine distance below which the mean vectors of two groups are one meaning
OFFICES = frozenset(
    "president leader minister premier chancellor secretary chairman chairwoman director "
    "governor mayor king queen prince pope ambassador general commander spokesman spokeswoman "
    "candidate nominee senator judge prosecutor chief".split()
)
_TITLES = OFFICES | frozenset(
    "mr mrs ms dr sir lord lady rep sen gov gen prime vice deputy former first acting".split()
)
# Those who act for a country: "U.S. officials" are the United States, as its capital is.
_STATE = frozenset(
    "government administration regime official authority agency intelligence state nation country "
    "military army force troop police ministry department congress senate parliament lawmaker "
    "diplomat".split()
)
_PARTS = frozenset(
    "member group number dozen hundred thousand million majority rest part side kind sort type "
    "series lot couple handful some many most one piece set string wave".split()
)
_BACK = 3  # sentences in which the name behind a pronoun is looked for


class Phrase(NamedTuple):
    """What the parse says of one phrase.

    ``kind`` is ``name``, ``noun`` or ``said``; ``names`` the parts of the name, ``head`` the
    head word's base form; ``country`` the country it names or is modified by, or "";
    ``office`` the office held; ``of`` the word that a ``said`` phrase is about.
    """

    text: str
    kind: str
    head: str
    names: frozenset[str]
    country: str
    office: str
    of: Any


def describe_phrase(span: Span) -> Phrase:
    """Return what a parsed phrase is and what it refers to by form."""
    head = _counted(span.root, span)
    country = _country_in(span)
    office = next((t.lower_ for t in span if t.lower_ in OFFICES), "")
    text = span.text.lower()
    if head.pos_ == "PROPN" and head.text[:1].isupper():
        parts = [
            token
            for token in span
            if token.pos_ == "PROPN"
            and (token == head or (token.head == head and token.dep_ in ("compound", "flat")))
            and token.lower_.strip(".") not in _TITLES
        ]
        names = frozenset(_bare(token.lower_) for token in parts)
        if names:
            beside = _beside(head)
            if not office and beside is not None:
                office = beside.lower_
                country = country or _country_in(beside.doc[beside.left_edge.i : beside.i + 1])
            return Phrase(text, "name", head.lower_, names, country, office, None)
        if head.lower_ in OFFICES:  # "the Prime Minister": an office written like a name
            return Phrase(text, "noun", head.lower_, names, country, head.lower_, None)
    if head.pos_ in ("NOUN", "PROPN"):
        head_word = head.lemma_.lower()
        held = head_word if head_word in OFFICES else ""
        return Phrase(text, "noun", head_word, frozenset(), country, held, None)
    return Phrase(text, "said", head.lemma_.lower(), frozenset(), country, "", _subject(head))


def group_phrases(
    phrases: Sequence[Phrase],
    *,
    before: Sequence[Sequence[Any]] | None = None,
    vectors: np.ndarray | None = None,
) -> np.ndarray:
    """Return the group of each phrase of one event, as numbers.

    Parameters
    ----------
    phrases : sequence of Phrase
        Of all articles of one event, in any order.
    before : sequence of sequences of parsed sentences, optional
        Per phrase, its own sentence and those before it, nearest first: where the name behind
        a pronoun is looked for.
    vectors : array, optional
        One vector of unit length per phrase; without them, groups are by reference only.
    """
    whole = _merge_names(phrases)
    holders = _office_holders(phrases, whole)
    families = _families(phrases)
    keys: list[Hashable] = []
    for place, phrase in enumerate(phrases):
        if phrase.kind == "name":
            keys.append(_name_key(phrase, whole))
        elif phrase.kind == "noun":
            holder = holders.get((phrase.country, phrase.office)) if phrase.office else None
            if holder is None and phrase.country and phrase.head in _STATE:
                holder = ("country", phrase.country)
            keys.append(holder or families.get(phrase.head) or ("noun", phrase.head))
        else:
            known = before[place] if before is not None else ()
            whom = _resolve(phrase.of, known, whole, families)
            keys.append(("said of", whom) if whom else ("text", phrase.text))
    numbers: dict[Hashable, int] = {}
    groups = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    if vectors is None or len(numbers) < 2:
        return groups
    # What is said of someone is as varied as speech is: its mean vector says nothing.
    joined = [number for key, number in numbers.items() if key[0] != "said of"]
    return _join_close(groups, np.array(joined, dtype=np.int64), np.asarray(vectors))


def _join_close(groups: np.ndarray, joined: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(joined) < 2:
        return groups
    means = np.zeros((groups.max() + 1, vectors.shape[1]))
    np.add.at(means, groups, np.nan_to_num(vectors.astype(np.float64)))
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    means = np.divide(means, lengths, out=np.zeros_like(means), where=lengths > 0)
    distances = np.clip(1 - means[joined] @ means[joined].T, 0, None)
    upper = np.triu_indices(len(joined), 1)
    found = fcluster(linkage(distances[upper], "average"), CLOSE, "distance")
    result = np.arange(len(means)) + found.max() + 1
    result[joined] = found
    return result[groups]


def _counted(head: Token, span: Span) -> Token:
    """Return what a word of number or part counts: "caravan" in "members of the caravan"."""
    if head.lemma_.lower() in _PARTS:
        for child in head.children:
            if child.dep_ == "prep" and child.lower_ == "of":
                for inner in child.children:
                    if inner.dep_ == "pobj" and span.start <= inner.i < span.end:
                        return inner
    return head


def _beside(head: Token) -> Token | None:
    """Return the office that stands in apposition to a name, before or after it."""
    near = [child for child in head.children if child.dep_ == "appos"]
    if head.dep_ == "appos":
        near.append(head.head)
    return next((token for token in near if token.lower_ in OFFICES), None)


def _bare(word: str) -> str:
    return word.replace(".", "").replace("’", "'")


def _merge_names(phrases: Sequence[Phrase]) -> dict[frozenset[str], frozenset[str]]:
    """Return for each name the fuller name that holds all its parts, the commonest if several."""
    counts = Counter(phrase.names for phrase in phrases if phrase.kind == "name")
    whole: dict[frozenset[str], frozenset[str]] = {}
    for name in counts:
        fuller = [other for other in counts if name < other and not _is_country(other)]
        best = max(fuller, key=lambda o: (counts[o], len(o), sorted(o)), default=name)
        whole[name] = name if _is_country(name) else best
    for name in whole:  # to the end of the chain; it only ever grows
        while whole[whole[name]] != whole[name]:
            whole[name] = whole[whole[name]]
    return whole


def _name_key(phrase: Phrase, whole: dict[frozenset[str], frozenset[str]]) -> Hashable:
    name = whole.get(phrase.names, phrase.names)
    country = _countries().get(" ".join(sorted(phrase.names)))
    return ("country", country) if country else ("name", name)


def _office_holders(
    phrases: Sequence[Phrase], whole: dict[frozenset[str], frozenset[str]]
) -> dict[tuple[str, str], Hashable]:
    """Return who is named most with an office, per country and whatever the country."""
    counts: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for phrase in phrases:
        if phrase.kind == "name" and phrase.office and not _is_country(phrase.names):
            key = ("name", whole[phrase.names])
            counts["", phrase.office][key] += 1
            if phrase.country:
                counts[phrase.country, phrase.office][key] += 1
    return {
        office: max(who, key=lambda key: (who[key], sorted(key[1])))
        for office, who in counts.items()
    }


def _families(phrases: Sequence[Phrase]) -> dict[str, Hashable]:
    """Return the family of each head word: of several, the one with most words in the event."""
    heads = {phrase.head for phrase in phrases if phrase.kind == "noun"}
    options = {head: label_families().get(head, ()) for head in heads}
    support = Counter(family for families in options.values() for family in families)
    return {
        head: ("family", max(families, key=lambda one: (support[one], one)))
        for head, families in options.items()
        if families
    }


def _subject(token: Token) -> Token | None:
    """Return the word of which the phrase around ``token`` says something."""
    for _ in range(6):
        for child in token.children:
            if child.dep_ in ("nsubj", "nsubjpass"):
                return child
        if token.dep_ in ("amod", "acl", "relcl", "appos") and token.head.pos_ in ("NOUN", "PROPN"):
            return token.head
        if token.head == token:
            break
        token = token.head
    return None


def _resolve(token, before, whole, families) -> Hashable | None:
    if token is None:
        return None
    names = {part: name for name in sorted(whole.values(), key=sorted) for part in name}
    if token.pos_ == "PRON":
        for distance, sentence in enumerate(before[: _BACK + 1]):
            words = sentence[: token.i] if distance == 0 else sentence
            for word in reversed(list(words)):
                part = _bare(word.lower_)
                if word.pos_ == "PROPN" and part in names and not _is_country(names[part]):
                    return ("name", names[part])
        return None
    part = _bare(token.lower_)
    if part in names:
        country = _countries().get(" ".join(sorted(names[part])))
        return ("country", country) if country else ("name", names[part])
    return families.get(token.lemma_.lower()) or ("noun", token.lemma_.lower())


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return the country by the sorted words of each of its names."""
    return {
        " ".join(sorted(_bare(term.term).replace("the ", "").split())): term.category
        for term in read_lexicon("countries").terms
    }


@lru_cache(maxsize=1)
def label_families() -> dict[str, tuple[str, ...]]:
    """Return the families of words for one kind of thing, by word."""
    families: dict[str, list[str]] = defaultdict(list)
    for term in read_lexicon("labels").terms:
        if " " not in term.term:
            families[term.term].append(term.category)
    return {word: tuple(sorted(names)) for word, names in families.items()}


def _is_country(name: frozenset[str]) -> bool:
    return " ".join(sorted(name)) in _countries()


def _country_in(span: Span) -> str:
    words = [_bare(token.lower_) for token in span]
    for size in (2, 1):
        for place in range(len(words) - size + 1):
            found = _countries().get(" ".join(sorted(words[place : place + size])))
            if found and span[place].text[:1].isupper():
                return found
    return ""
