"""Which outlet carries which claim of an event: how early, in whose voice, or not at all.

Comes in: ``articles``, ``segments`` and ``sentences``; with an ``encoder`` better. Goes out: table
``claims``, one row per claim and article of its event. A claim is a sentence, and the sentences
of the event that say the same in other words, with the same names and numbers, or in a longer
or shorter quotation (``claim_matching.py``). An article that has one of them has ``carried`` the
claim: its earliest such sentence, where it stands (``position``, 0 first words to 1 last), in
whose voice and after which attribution verb, and whether it is an agency's (``wire``).

Absence is not omission. ``not found`` says that no sentence of the article comes near, and shows
the nearest with its similarity (a probability; higher is more alike); ``cannot tell`` says that
the nearest is neither clearly the claim nor clearly not, or that the claim has too few content
words to be looked for. The same claim affirmed and denied is one claim here. Articles that were
set aside as copies have no column, so that two files of one article are one. Events with one
article in use have no rows: there is nothing to compare. In an event of more than a hundred
articles only claims that two of them carry are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analysis.measures.claim_matching import Sentences
from analysis.tables import SCORED_LANGUAGES, UNKNOWN, check_table, empty_table
from analysis.text.events import join_near

if TYPE_CHECKING:
    import pandas as pd

CARRIED = 0.4  # probability from which a sentence is the claim
NOT_FOUND = 0.01  # and below which it is not; in between no one can tell
_LINKED = 0.2  # mean probability over the sentences of a claim
_LEAST_CONTENT = 4  # content words; a claim of fewer is not looked for in vain
_LEAST_WORDS = 5
_MANY = 100  # articles


class _Found(NamedTuple):
    """The best sentence of each article for one claim, by article."""

    similarity: np.ndarray
    sentence: np.ndarray


def find_claims(
    articles: pd.DataFrame,
    segments: pd.DataFrame,
    sentences: pd.DataFrame | None = None,
    *,
    encoder: Any = None,
    shared: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return which article carries which claim of its event.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``; only those in use and in English count.
    segments : DataFrame
        Table ``segments`` of these articles: whose voice a claim is in.
    sentences : DataFrame, optional
        Table ``sentences``; without it they are put together from the segments.
    encoder : Encoder, optional
        Anything with ``vectors(texts)``, rows of length one. Without it claims are matched by
        words, names and numbers only.
    shared : DataFrame, optional
        Table ``shared_sentences``: which sentences are an agency's.

    Returns
    -------
    DataFrame
        Table ``claims``: ``claim`` is the sentence most like the others that carry it;
        ``sentence``, ``start``, ``end`` the carrying or the nearest one; ``n_outlets`` how many
        outlets carry the claim, ``only_outlet`` the one if it is one, else empty.
    """
    import pandas as pd

    use = articles[articles["used"].astype(bool) & articles["language"].isin(SCORED_LANGUAGES)]
    spans = _sentence_rows(segments) if sentences is None else sentences
    spans = spans[spans["article_id"].isin(use["article_id"]) & (spans["part"] != "caption")]
    spans = spans[spans["text"].str.count(r"\S+") >= _LEAST_WORDS]
    voices = _Voices(segments)
    wire = _wire_spans(shared)
    tables = []
    for event, members in use.sort_values("article_id").groupby("event", sort=True):
        if len(members) > 1 and event not in ("", UNKNOWN):
            mine = spans[spans["article_id"].isin(members["article_id"])]
            if len(mine):
                tables.append(_event_claims(event, members, mine, encoder, voices, wire))
    tables = [table for table in tables if len(table)]
    if not tables:
        return empty_table("claims")
    return check_table(pd.concat(tables, ignore_index=True), "claims")


def _event_claims(
    event: str, articles: pd.DataFrame, spans: pd.DataFrame, encoder: Any, voices, wire
) -> pd.DataFrame:
    """Return the claims of one event × its articles."""
    import pandas as pd

    spans = spans.sort_values(["article_id", "start"], ignore_index=True)
    ids = articles["article_id"].tolist()
    place = {one: at for at, one in enumerate(ids)}
    owners = spans["article_id"].map(place).to_numpy()
    texts = spans["text"].tolist()
    vectors = None if encoder is None else encoder.vectors(texts)
    material = Sentences(texts, vectors)
    near, best = _compare(material, owners, len(ids))
    groups = join_near(len(texts), near, least=_LINKED)
    outlets = articles["outlet"].tolist()
    lengths = [max(len(text), 1) for text in articles["text"]]
    rows = list(spans.itertuples(index=False))
    claims = []
    for group in groups:
        kept = _central(group, near)
        found = _best_of(group, best)
        carried = {}
        for at in group:  # in order of place: the earliest sentence of an article
            carried.setdefault(int(owners[at]), at)
        for one in np.flatnonzero(found.similarity >= CARRIED).tolist():
            carried.setdefault(one, int(found.sentence[one]))
        if len(ids) > _MANY and len(carried) < 2:
            continue
        claim_id = f"{rows[kept].article_id}:{rows[kept].start}"
        of = sorted({outlets[one] for one in carried})
        vague = material.n_content[kept] < _LEAST_CONTENT
        for one, article_id in enumerate(ids):
            at = carried.get(one, int(found.sentence[one]))
            status = "carried" if one in carried else "not found"
            if status == "not found" and (vague or found.similarity[one] >= NOT_FOUND):
                status = "cannot tell"
            here = rows[at] if at >= 0 else None
            said = voices.of(here) if one in carried else ("none", "", "", "none")
            claims.append(
                {
                    "event": event,
                    "claim_id": claim_id,
                    "claim": texts[kept],
                    "article_id": article_id,
                    "outlet": outlets[one],
                    "status": status,
                    "similarity": 1.0 if at == kept else float(found.similarity[one]),
                    "start": here.start if here else None,
                    "end": here.end if here else None,
                    "sentence": here.text if here else "",
                    "position": here.start / lengths[one] if one in carried else None,
                    **dict(zip(("voice", "speaker", "cue", "cue_kind"), said, strict=True)),
                    "wire": one in carried and _overlaps(here, wire),
                    "n_outlets": len(of),
                    "only_outlet": of[0] if len(of) == 1 else "",
                }
            )
    return pd.DataFrame(claims, columns=list(empty_table("claims")))


def _compare(
    material: Sentences, owners: np.ndarray, n_articles: int
) -> tuple[dict[tuple[int, int], float], _Found]:
    """Return the near pairs of sentences, and for each sentence the best of each article."""
    count = len(material)
    starts = np.searchsorted(owners, np.arange(n_articles))
    present = np.diff(np.append(starts, count)) > 0
    similarity = np.zeros((count, n_articles), dtype=np.float32)
    sentence = np.full((count, n_articles), -1, dtype=np.int64)
    near: dict[tuple[int, int], float] = {}
    for first, block in material.probabilities():
        rows = np.arange(first, first + len(block))
        block[np.arange(len(block)), rows] = 0.0  # a sentence is not its own nearest
        ones, others = np.nonzero(block >= _LINKED / 2)
        for one, other, value in zip(
            ones + first, others, block[ones, others].tolist(), strict=True
        ):
            if one < other:
                near[int(one), int(other)] = value
        for article in np.flatnonzero(present).tolist():
            stop = starts[article + 1] if article + 1 < n_articles else count
            part = block[:, starts[article] : stop]
            similarity[rows, article] = part.max(axis=1)
            sentence[rows, article] = starts[article] + part.argmax(axis=1)
    return near, _Found(similarity, sentence)


def _best_of(group: list[int], best: _Found) -> _Found:
    """Return for each article the sentence nearest to any of the group's."""
    rows = best.similarity[group]
    top = rows.argmax(axis=0)
    columns = np.arange(rows.shape[1])
    return _Found(rows[top, columns], best.sentence[group][top, columns])


def _central(group: list[int], near: dict[tuple[int, int], float]) -> int:
    """Return the sentence most like the others of its group; the first of equals."""
    if len(group) == 1:
        return group[0]
    sums = [
        sum(near.get((min(one, other), max(one, other)), 0.0) for other in group if other != one)
        for one in group
    ]
    return group[int(np.argmax(np.round(sums, 6)))]


class _Voices:
    """In whose voice a sentence is: the voice of most of its words."""

    def __init__(self, segments: pd.DataFrame):
        self._rows: dict[tuple, list] = {}
        for row in segments.itertuples(index=False):
            self._rows.setdefault((row.article_id, row.sentence), []).append(row)
        self._by_place = {(key[0], rows[0].start): rows for key, rows in self._rows.items() if rows}

    def of(self, sentence) -> tuple[str, str, str, str]:
        """Return voice, speaker, cue and its kind of a sentence's leading voice."""
        rows = self._by_place.get((sentence.article_id, sentence.start), [])
        words: dict[str, int] = {}
        for row in rows:
            words[row.voice] = words.get(row.voice, 0) + len(row.text.split())
        if not words:
            return "unresolved", "", "", "none"
        voice = max(words, key=lambda one: (words[one], one != "outlet"))
        said = [row for row in rows if row.voice == voice]
        cued = [row for row in said if row.cue] or [row for row in rows if row.cue]
        speaker = next((row.speaker for row in said if row.speaker), "")
        return voice, speaker, *((cued[0].cue, cued[0].cue_kind) if cued else ("", "none"))


def _sentence_rows(segments: pd.DataFrame) -> pd.DataFrame:
    """Put sentences together from their segments."""
    grouped = segments.sort_values("start").groupby(["article_id", "sentence"], sort=True)
    table = grouped.agg(
        part=("part", "first"), start=("start", "min"), end=("end", "max"), text=("text", " ".join)
    )
    return table.reset_index()


def _wire_spans(shared: pd.DataFrame | None) -> dict[str, list[tuple[int, int]]]:
    spans: dict[str, list[tuple[int, int]]] = {}
    if shared is not None:
        wire = shared[shared["kind"] == "wire"]
        for one, start, end in zip(wire["article_id"], wire["start"], wire["end"], strict=True):
            spans.setdefault(one, []).append((start, end))
    return spans


def _overlaps(sentence, wire: dict[str, list[tuple[int, int]]]) -> bool:
    middle = (sentence.start + sentence.end) / 2
    return any(start <= middle < end for start, end in wire.get(sentence.article_id, ()))
