"""Portrayals: whether a text shows a named entity as hero, villain or victim.

Comes in: texts and the entities named in them. Goes out: per entity a value between 0 and 1 for
each of ``ROLES``: **higher is more strongly so portrayed**. Read are the entity's own words, the
mean of the sentences that name it, and the mean of the text.

Know before use: on the labelled set the entity's words alone do nearly as well as words and
context together (the benchmark shows both), so the head knows best who is usually cast how. To
compare how outlets portray *the same* entity, ``context_only=True`` leaves the name out and
reads the sentences with the name cut out of them; it is the fairer and the weaker reading.

Frermann, L., et al. (2023). Conflicts, villains, resolutions: towards models of narrative media
framing. ACL. https://doi.org/10.18653/v1/2023.acl-long.486
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.measures.frame_heads import load_heads, space_of
from analysis.text.sentences import sentence_spans

ROLES = ("hero", "villain", "victim")
_LINE = re.compile(r"[^\n]+")
_MOST = 12  # sentences that name the entity and are read


def score_portrayals(
    texts: Sequence[str],
    entities: Sequence[tuple[int, str]],
    encoder: Any,
    *,
    context_only: bool = False,
) -> np.ndarray:
    """Return the values of ``ROLES`` for each entity.

    Parameters
    ----------
    texts : sequence of str
        Whole articles, or an outlet's own text about an event.
    entities : sequence of (int, str)
        Number of the text and the entity's words in it.
    encoder : Encoder
        Whose vectors the shipped head was fitted on.
    context_only : bool
        Whether to leave the entity's own words out.

    Returns
    -------
    ndarray, entities × 3
        NaN where ``context_only`` and no sentence names the entity.

    Raises
    ------
    ValueError
        When the encoder is another than the head's.
    """
    name = "portrayals_context" if context_only else "portrayals"
    head = load_heads()[name]
    if head.space != space_of(encoder):
        raise ValueError(
            f"the head {name!r} was fitted on vectors of {head.space[:12]}, this encoder gives "
            f"those of {space_of(encoder)[:12]}"
        )
    return head.values(entity_vectors(texts, entities, encoder, context_only=context_only))


def entity_vectors(
    texts: Sequence[str],
    entities: Sequence[tuple[int, str]],
    encoder: Any,
    *,
    context_only: bool = False,
) -> np.ndarray:
    """Return what the head reads of each entity."""
    numbers = sorted({number for number, _ in entities})
    cut = {number: sentences_of(texts[number]) for number in numbers}
    naming = [naming_sentences(entity, cut[number]) for number, entity in entities]
    if context_only:
        contexts = [
            [_without(entity, cut[number][place]) for place in places[:_MOST]]
            for (number, entity), places in zip(entities, naming, strict=True)
        ]
        return _means(contexts, encoder)
    contexts = [
        [cut[number][place] for place in places[:_MOST]]
        for (number, _), places in zip(entities, naming, strict=True)
    ]
    whole = dict(zip(numbers, _means([cut[number] for number in numbers], encoder), strict=True))
    named = encoder.vectors([entity for _, entity in entities])
    around = _means(contexts, encoder)
    text = np.array([whole[number] for number, _ in entities])
    around = np.where(np.isnan(around), text, around)
    return np.hstack([named, around, text])


def sentences_of(text: str) -> list[str]:
    """Return a text's sentences, each line cut by itself."""
    return [
        text[start:end]
        for line in _LINE.finditer(text)
        for start, end in sentence_spans(text, line.start(), line.end())
        if re.search(r"\w", text[start:end])
    ]


def naming_sentences(entity: str, sentences: Sequence[str]) -> list[int]:
    """Return the places of sentences with the entity's words, else with its last long word."""
    whole = re.compile(rf"(?<!\w){re.escape(entity)}(?!\w)", re.I)
    places = [place for place, sentence in enumerate(sentences) if whole.search(sentence)]
    long = [word for word in re.findall(r"[\w’'-]+", entity) if len(word) > 3]
    if places or not long:
        return places
    last = re.compile(rf"(?<!\w){re.escape(long[-1])}", re.I)
    return [place for place, sentence in enumerate(sentences) if last.search(sentence)]


def _without(entity: str, sentence: str) -> str:
    parts = [part for part in re.findall(r"[\w’'-]+", entity) if len(part) > 2]
    found = re.sub(rf"(?<!\w){re.escape(entity)}(?!\w)", "X", sentence, flags=re.I)
    for part in parts:
        found = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "X", found, flags=re.I)
    return found


def _means(groups: Sequence[Sequence[str]], encoder: Any) -> np.ndarray:
    flat = encoder.vectors([text for group in groups for text in group] or [""])
    size = flat.shape[1]
    means, first = np.full((len(groups), size), np.nan), 0
    for place, group in enumerate(groups):
        if group:
            total = np.nansum(flat[first : first + len(group)], axis=0, dtype=np.float64)
            means[place] = total / max(np.linalg.norm(total), 1e-12)
        first += len(group)
    return means
