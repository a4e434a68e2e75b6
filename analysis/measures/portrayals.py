"""Portrayals: whether a text shows a named entity as hero, villain or victim.

Comes in: texts and the entities named in them; or ``segments`` and ``mentions``, for table
``portrayals``. Goes out: per entity a value between 0 and 1 for each of ``ROLES``: **higher is more
strongly so portrayed**. Read are the entity's own words, the mean of the sentences that name it,
and the mean of the text.

Know before use: on the labelled set the entity's words alone do nearly as well as words and
context together (the benchmark shows both), so the head knows best who is usually cast how. To
compare how outlets portray *the same* entity, ``context_only=True`` leaves the name out and
reads the sentences with the name cut out of them; it is the fairer and the weaker reading, and
the one of table ``portrayals``. The head was fitted on entities that readers cast in one of the
three roles: how often it casts somebody whom readers would not cast at all was not measured.

Frermann, L., et al. (2023). Conflicts, villains, resolutions: towards models of narrative media
framing. ACL. https://doi.org/10.18653/v1/2023.acl-long.486
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.frame_heads import load_heads, space_of
from analysis.tables import SCORED_LANGUAGES, TABLES, empty_table
from analysis.text.sentences import sentence_spans

ROLES = ("hero", "villain", "victim")
SHOWN, LEAST = 0.6, 2  # value, and sentences that name the actor, from which it is so portrayed
_LINE = re.compile(r"[^\n]+")
_MOST = 12  # sentences that name the entity and are read
_MOST_ACTORS = 30  # of an event, the most often named


def find_portrayals(
    segments: pd.DataFrame, articles: pd.DataFrame, mentions: pd.DataFrame, *, encoder: Any
) -> pd.DataFrame:
    """Return how each article's outlet portrays each actor, in its own voice, name unseen.

    Parameters
    ----------
    segments, articles, mentions : DataFrame
        Tables of those names. Read are the segments in the outlet's own voice (scare quotes with
        them) that name the actor, of used English articles, for the thirty actors an event names
        most; a pronoun does not name.
    encoder : Encoder
        Whose vectors the shipped head was fitted on.

    Returns
    -------
    DataFrame
        Table ``portrayals``, three rows per article and actor: ``value`` (0 to 1), ``shown``
        (whether it is the highest of the three and at least ``SHOWN``, in ``LEAST`` segments or
        more), ``n_segments`` read, and ``segments``, their ids, the one that by itself says it
        most first.

    Notes
    -----
    On the labelled set, out of fold, of the 332 so shown .51 are right (chance: a third); of
    those with any value and number of sentences .46. No threshold helps much.
    """
    used = articles[articles["used"] & articles["language"].isin(SCORED_LANGUAGES)]
    placed = _own_mentions(segments, used, mentions)
    if placed.empty:
        return empty_table("portrayals")
    head = load_heads()["portrayals_context"]
    if head.space != space_of(encoder):
        raise ValueError(_other_space("portrayals_context", head.space, encoder))
    groups = placed.groupby(["event", "outlet", "article_id", "actor"], sort=True)
    groups = [(key, rows.head(_MOST)) for key, rows in groups]
    vectors = encoder.vectors([text for _, rows in groups for text in rows["unnamed"]])
    rows, first = [], 0
    for key, named in groups:
        own = vectors[first : first + len(named)]
        first += len(named)
        known = ~np.isnan(own).any(axis=1)
        if not known.any():
            continue
        total = own[known].sum(axis=0, dtype=np.float64)
        values = head.values(total[None] / max(np.linalg.norm(total), 1e-12))[0]
        alone, ids = head.values(own[known]), named["segment_id"].to_numpy()[known]
        for at, portrayal in enumerate(ROLES):
            shown = at == values.argmax() and values[at] >= SHOWN and len(ids) >= LEAST
            ordered = ids[np.argsort(-alone[:, at], kind="stable")]
            rows.append((*key, portrayal, values[at], bool(shown), len(ids), " ".join(ordered)))
    return pd.DataFrame(rows, columns=list(TABLES["portrayals"].columns))


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
        raise ValueError(_other_space(name, head.space, encoder))
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


def _own_mentions(
    segments: pd.DataFrame, used: pd.DataFrame, mentions: pd.DataFrame
) -> pd.DataFrame:
    """Return a row per own-voice segment and actor named in it, with the names cut out."""
    spans = segments[segments["voice"].isin(["outlet", "scare"])]
    spans = spans[["segment_id", "article_id", "start", "end", "text"]]
    named = mentions[mentions["how"] != "pronoun"][["article_id", "actor", "start", "end"]]
    named = named.merge(
        used[["article_id", "event", "outlet"]], on="article_id", validate="many_to_one"
    )
    often = named.groupby(["event", "actor"]).size().rename("n").reset_index()
    often = often.sort_values(["event", "n", "actor"], ascending=[True, False, True])
    often = often.groupby("event").head(_MOST_ACTORS)[["event", "actor"]]
    named = named.merge(often, on=["event", "actor"], validate="many_to_one")
    held = named.merge(spans, on="article_id", suffixes=("", "_segment"))
    held = held[(held["start"] >= held["start_segment"]) & (held["end"] <= held["end_segment"])]
    held = held.sort_values(["article_id", "actor", "start", "end"], ignore_index=True)
    rows = []
    for (_, actor), part in held.groupby(["segment_id", "actor"], sort=False):
        text, origin = part["text"].iloc[0], int(part["start_segment"].iloc[0])
        for start, end in sorted(zip(part["start"], part["end"], strict=True), reverse=True):
            text = f"{text[: start - origin]}X{text[end - origin :]}"
        rows.append((*part.iloc[0][["event", "outlet", "article_id", "segment_id"]], actor, text))
    columns = ["event", "outlet", "article_id", "segment_id", "actor", "unnamed"]
    return pd.DataFrame(rows, columns=columns)


def _other_space(name: str, space: str, encoder: Any) -> str:
    return (
        f"the head {name!r} was fitted on vectors of {space[:12]}, this encoder gives those of "
        f"{space_of(encoder)[:12]}"
    )


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
