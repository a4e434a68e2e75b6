"""Quotations whose marks a copy lost, found again where another article has the same words.

Comes in: the quotations of several articles and where these share text. Goes out: the same rows
and, for each quotation whose words stand unmarked in another article, a row there with
``recovered`` true and the article it was learnt from. Articles that share text (copies, wire
versions, rewrites) are aligned word by word, whatever the order of their paragraphs; within an
event, a quotation of six words or more is also found where any other article has exactly its
words. Nothing is recovered where marks stand already.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")
_APOSTROPHE = re.compile(r"['’]")
_SEED = 4  # words in a row that must agree before the alignment is trusted
_EXACT = 6  # words of a quotation found without an alignment
_LEAST = 0.75  # share of a quotation's words that must be aligned
_MARKED = ("direct", "mixed", "scare", "unresolved")
_CLOSELY = frozenset(("copy", "repost", "wire", "original"))


def recover_marks(
    articles: pd.DataFrame, quotations: pd.DataFrame, shared: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Add the quotations that articles lost the marks of.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``: ``article_id, text``; ``lineage_of`` and ``event`` are used where
        they are there.
    quotations : DataFrame
        Table ``quotations`` of these articles.
    shared : DataFrame, optional
        Table ``shared_sentences``. Each row says that two articles have text in common; the
        articles are then aligned whole.

    Returns
    -------
    DataFrame
        Table ``quotations`` with further rows: ``recovered`` true, ``recovered_from`` the
        article with the marks, kind, speaker and cue as there. Reported speech that lies in a
        recovered direct quotation is dropped. Order of rows: by article and place.
    """
    import pandas as pd

    from analysis.tables import check_table

    texts = dict(zip(articles["article_id"], articles["text"], strict=True))
    words = _Words(texts)
    marked: dict[str, list] = defaultdict(list)
    for row in quotations[quotations["kind"].isin(_MARKED)].itertuples(index=False):
        # A copy may have its paragraphs in another order: each is carried over by itself.
        marked[row.article_id].extend(
            row._replace(start=row.start + m.start(), end=row.start + m.end(), text=m.group())
            for m in _PARAGRAPH.finditer(row.text)
        )
    added: dict[str, list[dict]] = defaultdict(list)
    pairs = sorted(_pairs(articles, shared, texts))
    for bare, whole, close in pairs:
        if marked[whole]:
            aligned = _align(words[whole], words[bare])
            for row in marked[whole]:
                if not row.recovered:
                    _transfer(row, texts, words, bare, aligned, close, marked[bare], added[bare])
    for bare, row, first in _same_words(articles, marked, words):
        here = words[bare]
        count = len(words.inside(row.article_id, row.start, row.end))
        span = _with_punctuation(
            texts, row, bare, int(here.starts[first]), int(here.ends[first + count - 1])
        )
        _add(row, bare, span, texts, None, marked[bare], added[bare])
    new = [row for rows in added.values() for row in rows]
    if not new:
        return quotations
    taken = {bare: [(r["start"], r["end"]) for r in rows] for bare, rows in added.items()}
    kept = [
        not any(a <= row.start and row.end <= b for a, b in taken.get(row.article_id, ()))
        for row in quotations.itertuples(index=False)
    ]
    columns = {column: quotations[column].dtype for column in quotations.columns}
    frame = pd.DataFrame(new).reindex(columns=list(columns)).astype(columns)
    together = pd.concat([quotations[kept], frame], ignore_index=True)
    ordered = together.sort_values(["article_id", "start", "end"], kind="stable")
    return check_table(ordered.drop_duplicates("quotation_id"), "quotations")


class _Text:
    """The words of one article, in small letters, and where they stand."""

    def __init__(self, text: str) -> None:
        self._text = text
        # A copy may have lost its apostrophes too.
        self.words = [
            _APOSTROPHE.sub("", word) if "'" in word or "’" in word else word
            for word in map(str.lower, _WORD.findall(text))
        ]
        self._grams: dict[tuple[str, ...], list[int]] | None = None

    @cached_property
    def starts(self) -> np.ndarray:
        return np.array([match.start() for match in _WORD.finditer(self._text)], dtype=np.int64)

    @cached_property
    def ends(self) -> np.ndarray:
        return np.array([match.end() for match in _WORD.finditer(self._text)], dtype=np.int64)

    def places(self) -> dict[tuple[str, ...], list[int]]:
        """Return where each run of seed words begins."""
        if self._grams is None:
            self._grams = defaultdict(list)
            for index in range(len(self.words) - _SEED + 1):
                self._grams[tuple(self.words[index : index + _SEED])].append(index)
        return self._grams


class _Words(dict):
    """Article → its words, read when first asked for."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, article_id: str) -> _Text:
        self[article_id] = _Text(self._texts[article_id])
        return self[article_id]

    def inside(self, article_id: str, start: int, end: int) -> range:
        here = self[article_id]
        return range(
            int(np.searchsorted(here.starts, start)), int(np.searchsorted(here.starts, end))
        )


def _pairs(
    articles: pd.DataFrame, shared: pd.DataFrame | None, texts: dict[str, str]
) -> set[tuple[str, str, bool]]:
    """Return (article without marks, article with marks, whether they are copies)."""
    close: dict[tuple[str, str], bool] = {}
    if shared is not None and len(shared):
        kinds = shared["kind"] if "kind" in shared.columns else ["copy"] * len(shared)
        for one, other, kind in zip(shared["article_id"], shared["other_id"], kinds, strict=True):
            for pair in ((one, other), (other, one)):
                close[pair] = close.get(pair, False) or kind in _CLOSELY
    if "lineage_of" in articles.columns:
        of = articles["lineage_of"]
        for one, other in zip(articles["article_id"], of, strict=True):
            if isinstance(other, str) and other:
                for pair in ((one, other), (other, one)):
                    close[pair] = True
    return {
        (one, other, is_close)
        for (one, other), is_close in close.items()
        if one in texts and other in texts and one != other
    }


def _align(whole: _Text, bare: _Text) -> np.ndarray:
    """Return for each word of one article the same word's place in the other, or -1.

    Runs of seed words found in both are made as long as they go; where a word has several
    places, the longest run has it.
    """
    places = bare.places()
    aligned = np.full(len(whole.words), -1, dtype=np.int64)
    strength = np.zeros(len(whole.words), dtype=np.int64)
    done: set[tuple[int, int]] = set()
    for index in range(len(whole.words) - _SEED + 1):
        for place in places.get(tuple(whole.words[index : index + _SEED]), ())[:20]:
            if (index - 1, place - 1) in done:
                done.add((index, place))
                continue
            done.add((index, place))
            first, last = 0, _SEED
            while (
                index + last < len(whole.words)
                and place + last < len(bare.words)
                and whole.words[index + last] == bare.words[place + last]
            ):
                last += 1
            span = slice(index + first, index + last)
            better = strength[span] < last
            aligned[span][better] = np.arange(place, place + last)[better]
            strength[span][better] = last
    return aligned


def _transfer(
    row, texts: dict[str, str], words: _Words, bare: str, aligned: np.ndarray, close: bool,
    marked: list, added: list[dict],
) -> None:  # fmt: skip
    """Carry one quotation over an alignment, if enough of its words are there in a row."""
    inside = words.inside(row.article_id, row.start, row.end)
    if not inside or (not close and len(inside) < _EXACT):
        return
    there = aligned[inside.start : inside.stop]
    found = there[there >= 0]
    if len(found) < _LEAST * len(inside):
        # A short quotation may be spoilt by a word run together: trust its two neighbours.
        before, after = inside.start - 1, inside.stop
        if before < 0 or after >= len(aligned) or aligned[before] < 0 or aligned[after] < 0:
            return
        first, last = int(aligned[before]) + 1, int(aligned[after]) - 1
        if not 0 <= last - first <= len(inside):
            return
    else:
        # One of the shifts, not between two: words may be found in two far places.
        shifts = found - np.flatnonzero(there >= 0)
        middle = np.sort(shifts)[len(shifts) // 2]
        near = found[np.abs(shifts - middle) <= 3]
        first, last = int(near.min()), int(near.max())
        if there[0] < 0:
            first = max(0, first - int(np.flatnonzero(there == near.min())[0]))
        if there[-1] < 0:
            missing = len(there) - 1 - int(np.flatnonzero(there == near.max())[-1])
            last = min(len(words[bare].words) - 1, last + missing)
        if last - first + 1 > 1.3 * len(inside) + 2:
            return
    here = words[bare]
    span = _with_punctuation(texts, row, bare, int(here.starts[first]), int(here.ends[last]))
    _add(row, bare, span, texts, (words, aligned), marked, added)


def _with_punctuation(
    texts: dict[str, str], row, bare: str, start: int, end: int
) -> tuple[int, int]:
    """Take in the comma or full stop that stood inside the closing mark."""
    inner = row.text.rstrip("”\"'’»`")
    text = texts[bare]
    while (
        inner
        and not inner[-1].isalnum()
        and not inner[-1].isspace()
        and text[end : end + 1] == inner[-1]
    ):
        end += 1
        break
    return start, end


def _add(
    row, bare: str, span: tuple[int, int], texts: dict[str, str],
    alignment: tuple[_Words, np.ndarray] | None, marked: list, added: list[dict],
) -> None:  # fmt: skip
    start, end = span
    # Marks inside the words are of quotations within this one; others say it is not lost.
    for one in marked:
        inside = start <= one.start and one.end <= end and one.end - one.start < 0.8 * (end - start)
        if one.start < end and one.end > start and not inside:
            return
    for one in added:
        if one["start"] < end and one["end"] > start:
            return
    new = {
        **row._asdict(),
        "quotation_id": f"{bare}:q{start}",
        "article_id": bare,
        "start": start,
        "end": end,
        "text": texts[bare][start:end],
        "recovered": True,
        "recovered_from": row.article_id,
    }
    for which in ("speaker", "cue"):
        there = (getattr(row, f"{which}_start"), getattr(row, f"{which}_end"))
        carried = _carried(there, row.article_id, bare, alignment)
        new[f"{which}_start"], new[f"{which}_end"] = carried
    added.append(new)


def _carried(
    span: tuple, whole: str, bare: str, alignment: tuple[_Words, np.ndarray] | None
) -> tuple[int | None, int | None]:
    """Return where the speaker or cue stands in the other article, if all its words do."""
    if alignment is None or not isinstance(span[0], int):
        return None, None
    words, aligned = alignment
    inside = words.inside(whole, *span)
    there = aligned[inside.start : inside.stop]
    if not len(there) or (there < 0).any() or there[-1] - there[0] != len(there) - 1:
        return None, None
    here = words[bare]
    return int(here.starts[there[0]]), int(here.ends[there[-1]])


def _same_words(
    articles: pd.DataFrame, marked: dict[str, list], words: _Words
) -> Iterator[tuple[str, object, int]]:
    """Yield (article, quotation of another of its event, word where it begins there)."""
    if "event" not in articles.columns:
        return
    by_event: dict[str, list[str]] = defaultdict(list)
    for article_id, event in zip(articles["article_id"], articles["event"], strict=True):
        if isinstance(event, str) and event not in ("", "unknown"):
            by_event[event].append(article_id)
    for event in sorted(by_event):
        if len(by_event[event]) < 2:
            continue
        heads: dict[tuple[str, ...], list] = defaultdict(list)
        for article_id in sorted(by_event[event]):
            for row in marked[article_id]:
                inside = words.inside(article_id, row.start, row.end)
                if row.kind in ("direct", "mixed") and len(inside) >= _EXACT and not row.recovered:
                    said = words[article_id].words[inside.start : inside.stop]
                    heads[tuple(said[:_EXACT])].append((said, row))
        if not heads:
            continue
        begins = {head[0] for head in heads}
        for article_id in sorted(by_event[event]):
            here = words[article_id].words
            for first, word in enumerate(here):
                if word not in begins:
                    continue
                for said, row in heads.get(tuple(here[first : first + _EXACT]), ()):
                    if row.article_id != article_id and here[first : first + len(said)] == said:
                        yield article_id, row, first
