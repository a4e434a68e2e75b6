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
articles only claims that two of them carry are kept; in one of more than two hundred, two hundred
are compared, as many of each outlet as there are, so that no event costs more than its share.
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
_MOST = 200  # articles of an event that are compared: the work grows with the square


class _Held(NamedTuple):
    """The sentences of one event, by column."""

    article_id: list
    start: list
    end: list
    text: list


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
    use = use.sort_values("article_id", ignore_index=True)
    spans = spans.sort_values(["article_id", "start"], ignore_index=True)
    rows_of = spans.groupby("article_id", sort=False).indices
    tables = []
    for event, places in use.groupby("event", sort=True).indices.items():
        if len(places) > 1 and event not in ("", UNKNOWN):
            members = _compared(use.iloc[places])
            mine = [rows_of[one] for one in members["article_id"] if one in rows_of]
            if mine:
                held = spans.iloc[np.concatenate(mine)].reset_index(drop=True)
                tables.append(_event_claims(event, members, held, encoder, voices, wire))
    tables = [table for table in tables if table and len(table["event"])]
    if not tables:
        return empty_table("claims")
    columns = {
        name: np.concatenate([table[name] for table in tables]) for name in empty_table("claims")
    }
    return check_table(pd.DataFrame(columns), "claims")


def _compared(articles: pd.DataFrame) -> pd.DataFrame:
    """Return the articles of an event that are compared: all, or of each outlet in turn one."""
    if len(articles) <= _MOST:
        return articles
    turn = articles.groupby("outlet").cumcount()
    first = np.lexsort((articles["article_id"], turn))[:_MOST]
    return articles.iloc[np.sort(first)]


def _event_claims(
    event: str, articles: pd.DataFrame, spans: pd.DataFrame, encoder: Any, voices, wire
) -> dict[str, np.ndarray]:
    """Return the claims of one event × its articles, by column."""
    ids = articles["article_id"].tolist()
    place = {one: at for at, one in enumerate(ids)}
    held = _Held(*(spans[name].tolist() for name in _Held._fields))
    owners = np.array([place[one] for one in held.article_id], dtype=np.int64)
    vectors = None if encoder is None else encoder.vectors(held.text)
    material = Sentences(held.text, vectors)
    near, best = _compare(material, owners, len(ids))
    groups = join_near(len(owners), near, least=_LINKED)
    kept = np.array([_central(group, near) for group in groups], dtype=np.int64)
    similarity, at, carried = _carriers(groups, best, owners)
    if len(ids) > _MANY:
        several = np.flatnonzero(carried.sum(axis=1) > 1)
        kept, similarity, at, carried = (one[several] for one in (kept, similarity, at, carried))
    vague = (material.n_content[kept] < _LEAST_CONTENT)[:, None]
    unclear = ~carried & (vague | (similarity >= NOT_FOUND))
    outlets = articles["outlet"].astype(object).to_numpy()
    lengths = np.array([max(len(text), 1) for text in articles["text"]])
    of = [sorted(set(outlets[row])) for row in carried]
    shape, n_articles = carried.shape, len(ids)
    starts = np.array(held.start, dtype=np.int64)
    hidden = (at < 0).ravel()
    said = np.empty((at.size, 4), dtype=object)
    said[:] = ("none", "", "", "none")
    from_agency = np.zeros(at.size, dtype=bool)
    flat = at.ravel()
    for cell in np.flatnonzero(carried.ravel()).tolist():
        here = (held.article_id[flat[cell]], held.start[flat[cell]], held.end[flat[cell]])
        said[cell] = voices.of(*here[:2])
        from_agency[cell] = _overlaps(here, wire)

    def of_claim(values: list) -> np.ndarray:
        return np.repeat(_objects(values), n_articles)

    def of_sentence(values: list, absent: Any) -> np.ndarray:
        taken = _objects(values)[flat]
        taken[hidden] = absent
        return taken

    position = np.where(carried, starts[at] / lengths[None, :], np.nan)
    return {
        "event": of_claim([event] * shape[0]),
        "claim_id": of_claim([f"{held.article_id[one]}:{held.start[one]}" for one in kept]),
        "claim": of_claim([held.text[one] for one in kept]),
        "article_id": np.tile(_objects(ids), shape[0]),
        "outlet": np.tile(outlets, shape[0]),
        "status": np.select([carried, unclear], ["carried", "cannot tell"], "not found").ravel(),
        "similarity": np.where(at == kept[:, None], 1.0, similarity.astype(float)).ravel(),
        "start": of_sentence(held.start, None),
        "end": of_sentence(held.end, None),
        "sentence": of_sentence(held.text, ""),
        "position": position.ravel(),
        **dict(zip(("voice", "speaker", "cue", "cue_kind"), said.T, strict=True)),
        "wire": from_agency,
        "n_outlets": np.repeat([len(one) for one in of], n_articles),
        "only_outlet": of_claim([one[0] if len(one) == 1 else "" for one in of]),
    }


def _objects(values: list) -> np.ndarray:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _carriers(
    groups: list[list[int]], best: _Found, owners: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return claims × articles: the similarity of the best sentence, which, and if it carries."""
    first = [group[0] for group in groups]
    similarity, at = best.similarity[first], best.sentence[first]
    for claim, group in enumerate(groups):
        if len(group) > 1:
            similarity[claim], at[claim] = _best_of(group, best)
    carried = similarity >= CARRIED
    for claim, group in enumerate(groups):
        for one in reversed(group):  # in order of place: the earliest sentence of an article
            at[claim, owners[one]] = one
            carried[claim, owners[one]] = True
    return similarity, at, carried


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


class _Segment(NamedTuple):
    """What is known of one segment's voice."""

    voice: str
    speaker: str
    cue: str
    cue_kind: str
    text: str


class _Voices:
    """In whose voice a sentence is: the voice of most of its words."""

    def __init__(self, segments: pd.DataFrame):
        names = ("article_id", "sentence", "start", *_Segment._fields)
        by_sentence: dict[tuple, list] = {}
        for one, sentence, start, *said in zip(
            *(segments[name].tolist() for name in names), strict=True
        ):
            by_sentence.setdefault((one, sentence), []).append((start, said))
        self._by_place = {
            (key[0], rows[0][0]): [said for _, said in rows] for key, rows in by_sentence.items()
        }

    def of(self, article_id: str, start: int) -> tuple[str, str, str, str]:
        """Return voice, speaker, cue and its kind of a sentence's leading voice."""
        rows = [_Segment(*said) for said in self._by_place.get((article_id, start), [])]
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


def _overlaps(sentence: tuple[str, int, int], wire: dict[str, list[tuple[int, int]]]) -> bool:
    article_id, first, last = sentence
    middle = (first + last) / 2
    return any(start <= middle < end for start, end in wire.get(article_id, ()))
