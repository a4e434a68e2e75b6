"""Labelled sentences in, the same said otherwise out: so that the tagger learns the pattern.

Two changes that leave every label true. A cue verb is exchanged for another of its form from the
list of cue verbs (said, contended): news in which other verbs are usual is then no surprise. A
sentence "source cue content." is turned into "According to source, content.", "content, according
to source." or "content, source cue.", which the labelled articles hardly have at the head of a
sentence. Used in training only; nothing is measured here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.text.speech.cues import read_cue_verbs
from analysis.text.speech.reported_speech import Reader

# Cues that take an object, or more than one word: not to be exchanged.
_NOT_EXCHANGED = frozenset(
    "tell ask urge implore plead order command instruct chime go point make shoot".split()
)
_PAST = frozenset(("said", "wrote", "swore", "read", "forecast"))
# Verbs after which the words they report can also stand first.
_TURNED = frozenset(
    "said says say stated argued claimed noted added reported announced suggested explained wrote "
    "insisted maintained warned acknowledged believes thinks believe think declared contended "
    "alleged".split()
)
_LOWERED = frozenset("the a an he she they his her it some many one two other several".split())
_PRONOUNS = frozenset("he she they i we it".split())
_SOURCE, _CUE, _CONTENT = 0, 1, 2
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    features: np.ndarray
    labels: tuple[int, int, int]


class VerbExchange:
    """Cue verbs by their form, ready to be exchanged for one another."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        forms: dict[str, list[tuple[int, int, int, int]]] = {"s": [], "past": [], "ing": []}
        self._form_of = np.zeros(reader.n_words, dtype=np.int64)
        self._rows: list[np.ndarray] = [np.empty((0, 4), dtype=np.int64)]
        known: dict[str, str] = {}
        for word, verb in read_cue_verbs().items():
            if verb.reading != "speech" or verb.lemma.split()[0] in _NOT_EXCHANGED:
                continue
            form = _form(word, verb.lemma)
            if form and word.isalpha():
                forms[form].append(reader.row(word))
                known[word] = form
        for number, (form, rows) in enumerate(forms.items(), start=1):
            self._rows.append(np.array(rows))
            for word, its in known.items():
                if its == form and reader.row(word)[0]:
                    self._form_of[reader.row(word)[0]] = number

    def apply(
        self, features: np.ndarray, labels: np.ndarray, generator: np.random.Generator,
        share: float = 0.15,
    ) -> np.ndarray:  # fmt: skip
        """Return the features with a share of the cue verbs exchanged."""
        changed = features.copy()
        drawn = generator.random(len(features)) < share
        forms = self._form_of[features[:, 0]] * (labels[:, _CUE] > 0) * drawn
        for number, rows in enumerate(self._rows):
            here = np.flatnonzero(forms == number) if number else []
            if len(here):
                changed[here, :4] = rows[generator.integers(0, len(rows), len(here))]
        return changed


def turn_sentences(
    reader: Reader,
    words: list[str],
    features: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    share: float = 0.6,
) -> tuple[np.ndarray, np.ndarray]:
    """Return features and labels with a share of the fitting sentences put in another order."""
    begins = features[:, 4] % 3
    starts = [*np.flatnonzero(begins > 0).tolist(), len(features)]
    tokens: list[_Token] = []
    for first, last in pairwise(starts):
        sentence = [
            _Token(words[i], features[i], tuple(labels[i].tolist())) for i in range(first, last)
        ]
        if generator.random() < share:
            sentence = _turned(reader, sentence, generator) or sentence
        tokens.extend(sentence)
    return np.array([t.features for t in tokens]), np.array([t.labels for t in tokens])


def _turned(
    reader: Reader, sentence: list[_Token], generator: np.random.Generator
) -> list[_Token] | None:
    """Return "source cue content." in another order, or None where the sentence is not that."""
    if len(sentence) > _LONGEST or sentence[-1].word != ".":
        return None
    after_source = _run(sentence, 0, _SOURCE)
    after_cue = _run(sentence, after_source, _CUE)
    after_content = _run(sentence, after_cue, _CONTENT)
    if (
        not 0 < after_source < after_cue <= after_source + 2
        or after_content < after_cue + 4
        or after_content != len(sentence) - 1
        or sentence[after_cue - 1].word.lower() not in _TURNED
    ):
        return None
    source, cue = sentence[:after_source], sentence[after_source:after_cue]
    content, stop = sentence[after_cue:after_content], sentence[-1]
    if content[0].word.lower() == "that":
        content = content[1:]
    content = [
        _Token(t.word, t.features, (0, 0, 1 if place == 0 else 2))
        for place, t in enumerate(content)
    ]
    unmarked = 4 if sentence[0].features[4] // 3 == 4 else 0
    pronoun = source[0].word.lower() in _PRONOUNS
    if source[0].word.lower() in _LOWERED:
        source = [_spelt(reader, source[0], source[0].word.lower()), *source[1:]]
    capital = content[0].word[0].upper() + content[0].word[1:]
    moved = [_spelt(reader, content[0], capital), *content[1:]]
    comma = _new(reader, ",", (0, 0, 0), unmarked)
    kind = generator.random()
    if kind < 0.4 and not pronoun:
        opening = [_new(reader, "According", (0, 1, 0), unmarked)]
        opening.append(_new(reader, "to", (0, 2, 0), unmarked))
        between = [] if source[-1].word == "," else [comma]
        turned = [*opening, *source, *between, *content, stop]
    elif kind < 0.6 and not pronoun:
        phrase = [_new(reader, "according", (0, 1, 0), unmarked)]
        phrase.append(_new(reader, "to", (0, 2, 0), unmarked))
        turned = [*moved, comma, *phrase, *source, stop]
    else:
        turned = [*moved, comma, *source, *cue, stop]
    begin = sentence[0].features[4] % 3
    placed = []
    for number, token in enumerate(turned):
        features = token.features.copy()
        features[4] += (begin if number == 0 else 0) - features[4] % 3
        placed.append(_Token(token.word, features, token.labels))
    return placed


def _run(sentence: list[_Token], first: int, role: int) -> int:
    """Return where a span of one role that begins at ``first`` ends (``first`` if none does)."""
    place = first
    while place < len(sentence) and sentence[place].labels[role] == (1 if place == first else 2):
        place += 1
    return place


def _new(reader: Reader, word: str, labels: tuple[int, int, int], state: int) -> _Token:
    return _Token(word, np.array([*reader.row(word), 3 * state]), labels)


def _spelt(reader: Reader, token: _Token, word: str) -> _Token:
    return _Token(word, np.array([*reader.row(word), token.features[4]]), token.labels)


def _form(word: str, lemma: str) -> str:
    if word.endswith("ing"):
        return "ing"
    if word.endswith("ed") or word in _PAST:
        return "past"
    return "s" if word.endswith("s") and word != lemma else ""
