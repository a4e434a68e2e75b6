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
_PLACES = 20  # of a run of words in the other article that are tried, the first ones
_LEAST = 0.75  # share of a quotation's words that must be aligned
_MARKED = ("direct", "mixed", "scare", "unresolved")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_CLOSELY = frozenset(("copy", "repost", "wire"))  # said of either of the two


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
    places = {whole: words.places(whole, rows) for whole, rows in marked.items()}
    # A copy has the quotation whole; another report of the event may have it in part.
    pairs = sorted(_pairs(articles, shared, texts), key=lambda pair: (pair[0], not pair[2], pair))
    for bare, whole, close in pairs:
        if marked[whole]:
            aligned = _align(words[whole], words[bare])
            for at in _carried_over(aligned, places[whole], close):
                row = marked[whole][at]
                if not row.recovered:
                    inside = range(*places[whole][at].tolist())
                    _transfer(row, inside, texts, words, bare, aligned, marked[bare], added[bare])
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

    def __init__(self, text: str, numbers: _Numbers) -> None:
        self._text = text
        # A copy may have lost its apostrophes too.
        self.words = [
            _APOSTROPHE.sub("", word) if "'" in word or "’" in word else word
            for word in map(str.lower, _WORD.findall(text))
        ]
        self.numbers = np.array(list(map(numbers.__getitem__, self.words)), dtype=np.int64)

    @cached_property
    def _spans(self) -> np.ndarray:
        found = [match.span() for match in _WORD.finditer(self._text)]
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    @property
    def starts(self) -> np.ndarray:
        return self._spans[:, 0]

    @property
    def ends(self) -> np.ndarray:
        return self._spans[:, 1]

    @cached_property
    def runs(self) -> np.ndarray:
        """One number for each run of seed words, by where it begins."""
        count = max(len(self.numbers) - _SEED + 1, 0)
        runs = np.zeros(count, dtype=np.uint64)
        for step in range(_SEED):
            runs = (runs ^ self.numbers[step : step + count].astype(np.uint64)) * _MIX
            runs ^= runs >> np.uint64(29)
        return runs

    @cached_property
    def order(self) -> np.ndarray:
        """The places of the runs, equal runs together and in the order of the text."""
        return np.argsort(self.runs, kind="stable")


class _Numbers(dict):
    """Word → its number, the next one for a word not met before."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return self[word]


class _Words(dict):
    """Article → its words, read when first asked for."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self._texts = texts
        self._numbers = _Numbers()

    def __missing__(self, article_id: str) -> _Text:
        self[article_id] = _Text(self._texts[article_id], self._numbers)
        return self[article_id]

    def inside(self, article_id: str, start: int, end: int) -> range:
        here = self[article_id]
        return range(
            int(np.searchsorted(here.starts, start)), int(np.searchsorted(here.starts, end))
        )

    def places(self, article_id: str, rows: list) -> np.ndarray:
        """Return for each row of an article its first word and the one after its last."""
        spans = np.array([(row.start, row.end) for row in rows], dtype=np.int64).reshape(-1, 2)
        return np.searchsorted(self[article_id].starts, spans) if len(rows) else spans


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
    aligned = np.full(len(whole.words), -1, dtype=np.int64)
    strength = np.zeros(len(whole.words), dtype=np.int64)
    sorted_runs = bare.runs[bare.order]
    first = np.searchsorted(sorted_runs, whole.runs)
    last = np.searchsorted(sorted_runs, whole.runs, side="right")
    counts = np.minimum(last - first, _PLACES)
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    index = np.repeat(np.arange(len(whole.runs)), counts)
    place = bare.order[np.repeat(first, counts) + steps]
    # What goes on from the words before was made as long as it goes when these were met.
    size = len(bare.words) + 2
    keys = index * size + place + 1
    found = np.searchsorted(keys, keys - size - 1)
    goes_on = keys[np.minimum(found, max(len(keys) - 1, 0))] == keys - size - 1
    for at, there in zip(index[~goes_on].tolist(), place[~goes_on].tolist(), strict=True):
        length = _same_length(whole.numbers[at:], bare.numbers[there:])
        span = slice(at, at + length)
        better = strength[span] < length
        aligned[span][better] = np.arange(there, there + length)[better]
        strength[span][better] = length
    return aligned


def _same_length(one: np.ndarray, other: np.ndarray) -> int:
    """Return how many words two texts have in common from their beginnings."""
    most, reach, done = min(len(one), len(other)), 64, 0
    while done < most:
        stop = min(done + reach, most)
        differs = one[done:stop] != other[done:stop]
        if differs.any():
            return done + int(differs.argmax())
        done, reach = stop, reach * 4
    return most


def _carried_over(aligned: np.ndarray, places: np.ndarray, close: bool) -> list[int]:
    """Return which stretches of words (first, end) an alignment may carry over."""
    first, stop = places[:, 0], places[:, 1]
    known = np.concatenate(([0], np.cumsum(aligned >= 0)))
    size = stop - first
    enough = known[stop] - known[first] >= _LEAST * size
    # A short quotation may be spoilt by a word run together: its two neighbours are trusted.
    edged = np.concatenate(([-1], aligned, [-1]))
    before, after = edged[first], edged[stop + 1]
    between = after - before - 2
    spoilt = (before >= 0) & (after >= 0) & (between >= 0) & (between <= size)
    return np.flatnonzero((size >= (1 if close else _EXACT)) & (enough | spoilt)).tolist()


def _transfer(
    row, inside: range, texts: dict[str, str], words: _Words, bare: str, aligned: np.ndarray,
    marked: list, added: list[dict],
) -> None:  # fmt: skip
    """Carry one quotation over an alignment; its words ``inside`` are there, or their edges."""
    there = aligned[inside.start : inside.stop]
    found = there[there >= 0]
    if len(found) < _LEAST * len(inside):
        first, last = int(aligned[inside.start - 1]) + 1, int(aligned[inside.stop]) - 1
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
