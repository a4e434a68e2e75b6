"""How well the words of a phrase name someone: the actor behind "Mr. Orr", "Orr's party", "GOP".

Comes in: the names of an article's actors and the words of a phrase. Goes out: per name a
number from 0 (does not name it) to 1 (names it in full). A name is also found by its last part
(people), its initials, its country's people and seat of government, or some of its words; words
that several of the article's names share count for less.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from analysis.lexicons import read_lexicon

_WORD = re.compile(r"[\w.'’-]+")
_EMPTY = frozenset("of the and for in on a an united states us u.s.".split())
# Words after a family name that make it the name of something else.
_OTHER_THINGS = frozenset(
    "administration campaign government wife husband son daughter family supporters".split()
)
_COMMON = frozenset(
    "worker officer official voter state supporter leader member student patient people "
    "lawmaker governor senator judge group family republican democrat".split()
)
# Names of bodies that are mostly called otherwise.
_KNOWN_AS = {
    "republican party": ("gop", "republicans", "republican"),
    "democratic party": ("democrats", "democrat", "democratic"),
    "united states congress": ("congress", "lawmakers", "capitol hill"),
    "united states": ("america", "u.s.", "us", "nation", "country"),
    "federal government of the united states": ("government", "federal government"),
}


class _Name(NamedTuple):
    words: tuple[str, ...]
    forms: frozenset[str]
    person: bool
    shared: frozenset[str]


class Names:
    """The names of an article's actors, made ready for matching.

    Parameters
    ----------
    names : sequence of str
    kinds : sequence of str
        ``person``, ``group``, ``place`` or ``unknown``, as in table ``actors``.
    """

    def __init__(self, names: Sequence[str], kinds: Sequence[str]) -> None:
        words = [_content(name) for name in names]
        self._uses = Counter(word for one in words for word in set(one))
        self._names = [
            _Name(
                own,
                _forms(name),
                _is_person(name, own, kind),
                frozenset(w for o in words if o is not own for w in o) - set(own),
            )
            for name, own, kind in zip(names, words, kinds, strict=True)
        ]

    def match(self, phrase: Sequence[str]) -> np.ndarray:
        """Return how well the words of ``phrase`` name each of the names."""
        lower = [word.lower() for word in phrase]
        text = " ".join(lower)
        stems = {stem(word) for word in lower}
        return np.array([self._match(name, text, stems) for name in self._names])

    def _match(self, name: _Name, text: str, stems: set[str]) -> float:
        best = 0.0
        for form in name.forms:
            if form in text and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text):
                best = max(best, 1.0 if len(form) > 2 else 0.8)
        weights = [1 / max(self._uses[word], 1) for word in name.words]
        held = sum(w for w, word in zip(weights, name.words, strict=True) if word in stems)
        last = name.words[-1] in stems
        best = max(best, held / sum(weights) * (0.9 if last else 0.7))
        if last and len(name.words) > 1:
            if not name.person:
                return max(best, 0.6)
            if not (stems & _OTHER_THINGS) - set(name.words):
                alone = self._uses[name.words[-1]] <= 1
                first = bool(stems & set(name.words[:-1]))
                return max(best, 0.95 if alone or first or not stems & name.shared else 0.85)
        return best


def stem(word: str) -> str:
    """Return the word in lower case without a plural ending."""
    word = word.lower().strip(".'’")
    if len(word) <= 3 or word.endswith("ss"):
        return word
    for ending, instead in (("ies", "y"), ("ses", "s"), ("s", "")):
        if word.endswith(ending):
            return word[: -len(ending)] + instead
    return word


def _content(name: str) -> tuple[str, ...]:
    words = _WORD.findall(name.lower())
    kept = tuple(stem(word) for word in words if word not in _EMPTY)
    return kept or tuple(stem(word) for word in words) or (name.lower(),)


def _forms(name: str) -> frozenset[str]:
    lower = name.lower()
    initials = "".join(
        word[0] for word in re.findall(r"[A-Za-z]+", name) if word.lower() not in ("of", "the")
    )
    forms = {lower, *_country_forms().get(lower, ()), *_KNOWN_AS.get(lower, ())}
    if len(initials) > 1:
        forms.add(initials.lower())
    return frozenset(form for form in forms if form)


@lru_cache(maxsize=1)
def _country_forms() -> dict[str, tuple[str, ...]]:
    forms: dict[str, list[str]] = defaultdict(list)
    for term in read_lexicon("countries").terms:
        forms[term.category.lower()].append(term.term)
    return {country: tuple(names) for country, names in forms.items()}


def _is_person(name: str, words: tuple[str, ...], kind: str) -> bool:
    parts = name.split()
    return (
        kind == "person"
        and 2 <= len(parts) <= 4
        and all(part[:1].isupper() for part in parts)
        and not set(words) & _COMMON
    )
