"""Labelled sets in, one table of training rows out: what trained readers said about a text.

Comes in: a folder of labelled sets (``data/README.md`` describes their form). Goes out: rows of
a text with the labels it has (missing where its set does not ask), its group and its fold.
Rows of one topic, document, article or editorial share a fold, so a part that is held out holds
no sentence of a story that was trained on. Rows are known again by a hash of set and text.

Articles with marked spans are cut as the suite cuts its own: into sentences, and these at the
edges of quotations, so that a trained score has seen what it will be asked.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.text.sentences import sentence_spans
from analysis.text.speech.quotation_marks import find_marked
from analysis.training.ratings import RATINGS, read_ratings

FOLDS = 5
# Read when asked for, to judge by: learning from it improved nothing (card of the weights).
NOT_LEARNT = ("entity_stance",)
LOADED = ("Loaded_Language", "Name_Calling,Labeling")
TESTED_OUTLETS = re.compile(r"new york times|fox|huff", re.I)
_RATED = 4.0  # ratings run from -4 to 4
_COLUMNS = (
    "set", "text", "group", "outlet", "loaded", "marks", "biased", "share_biased", "subjective",
    "tone", "start", "end", "toward", "article_toward", "article", "entity",
)  # fmt: skip


def read_rows(data: Path | str, sets: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return the rows of every labelled set that is learnt from, or of ``sets``.

    Returns
    -------
    DataFrame
        ``set, text, group, outlet`` and labels: ``loaded``, ``biased``, ``subjective`` (1 where
        readers said so), ``marks`` (the loaded stretches as start, end in text), ``tone`` (-1 to
        1), ``toward`` (0 negative, 1 neutral, 2 positive toward ``text[start:end]``),
        ``article_toward`` (-1 to 1: what readers of the whole article said of that entity),
        ``share_biased`` (the share of judges who said so); ``article`` and ``entity`` where the
        set names them; and ``row`` (hash), ``text_hash`` and ``fold``.

    Raises
    ------
    FileNotFoundError
        When a set asked for is not there; the message says where it should be.
    """
    readers = {
        "babe": _babe,
        "loaded_spans": _loaded_spans,
        "subjectivity": _subjectivity,
        "newsmtsc": _newsmtsc,
        "entity_stance": _entity_stance,
        **{name: _ratings for name in RATINGS},
    }
    rows: list[dict[str, Any]] = []
    for name in sets or [name for name in readers if name not in NOT_LEARNT]:
        if name not in readers:
            raise ValueError(f"no labelled set is called {name!r}; there are {list(readers)}")
        rows.extend({"set": name, **row} for row in readers[name](Path(data), name))
    frame = pd.DataFrame(rows).reindex(columns=list(_COLUMNS))
    frame["text_hash"] = [row_hash("", text) for text in frame["text"]]
    frame["row"] = [
        row_hash(*parts)
        for parts in zip(frame["set"], frame["text"], frame["start"], frame["end"], strict=True)
    ]
    frame["fold"] = [
        fold_of(name, group) for name, group in zip(frame["set"], frame["group"], strict=True)
    ]
    # Row order must not decide anything later: files may come in any order.
    frame = frame.drop_duplicates(["row", "article"])
    return frame.sort_values(["row", "article"]).reset_index(drop=True)


def without_texts(rows: pd.DataFrame, held_out: np.ndarray) -> np.ndarray:
    """Return which rows may be learnt from when the rows ``held_out`` are to stay unseen.

    Sets share articles: a sentence held out in one set must not be learnt from in another.
    """
    return ~rows["text_hash"].isin(rows.loc[held_out, "text_hash"]).to_numpy() & ~held_out


def row_hash(name: str, text: str, start: float | None = None, end: float | None = None) -> int:
    """Return the number by which a row is known again, whatever file it comes in."""
    place = "" if start is None or start != start else f"{int(start)}:{int(end)}"
    words = re.sub(r"\W+", " ", text.lower()).strip()
    digest = hashlib.blake2b(f"{name}|{words}|{place}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def fold_of(name: str, group: str) -> int:
    """Return the fold of a group: the same on every machine and for every subset of the data."""
    digest = hashlib.blake2b(f"{name}|{group}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % FOLDS


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-lines file.

    Raises
    ------
    FileNotFoundError
        When it is not there; the message names the set and the folder.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"labelled set {path.parent.name!r} should be at {path}: give its folder by --data"
        )
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def own_stretches(text: str) -> list[tuple[int, int, bool]]:
    """Cut a sentence at quotation marks: start, end, and whether it stands between marks."""
    edges: list[tuple[int, int, bool]] = []
    place = 0
    for one in find_marked(text, [(0, len(text))]):
        edges.append((place, one.start, False))
        edges.append((one.start, one.end, True))
        place = one.end
    edges.append((place, len(text), False))
    kept = []
    for start, end, quoted in edges:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if re.search(r"\w", text[start:end]):
            kept.append((start, end, quoted))
    return kept


def name_places(name: str, sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where a sentence names an entity: its full name, or the last word of it.

    A party or office is also found by its members ("Republican Party" by "Republicans").
    """
    words = re.sub(r"\(.*?\)", "", name).split()
    if not words:
        return
    last = (
        words[-2] if words[-1].lower() in ("party", "administration") and words[1:] else words[-1]
    )
    whole = re.escape(" ".join(words))
    pattern = rf"\b(?:{whole}|{re.escape(last)})(?:s|’s|'s)?\b"
    for match in re.finditer(pattern, sentence, re.I):
        yield match.span()


def _babe(data: Path, name: str) -> Iterator[dict[str, Any]]:
    for one in read_lines(data / name / "sentences.jsonl"):
        # The share of judges says more than their majority: 3 of 5 is not 5 of 5.
        yield {
            "text": one["text"],
            "group": one["topic"],
            "outlet": one["outlet"],
            "biased": one["biased"],
            "share_biased": one["votes_biased"] / one["votes"] if one.get("votes") else None,
            "marks": [
                match.span()
                for word in one.get("biased_words") or ()
                for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", one["text"], re.I)
            ],
        }


def _subjectivity(data: Path, name: str) -> Iterator[dict[str, Any]]:
    for one in read_lines(data / name / "sentences.jsonl"):
        # Article and outlet are not known: a sentence is its own group.
        yield {"text": one["text"], "group": one["text"], "subjective": one["subjective"]}


def _newsmtsc(data: Path, name: str) -> Iterator[dict[str, Any]]:
    for one in read_lines(data / name / "targets.jsonl"):
        yield {
            "text": one["text"],
            "group": one["doc"],
            "start": one["start"],
            "end": one["end"],
            "toward": one["polarity"] + 1,
        }


def _entity_stance(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the named entities of each sentence: how one of them is shown by another, or not."""
    for article in read_lines(data / name / "articles.jsonl"):
        stances: dict[tuple[int, str], float] = {}
        for one in article.get("stances", ()):
            key = one["sentence"], one["object"]
            stances[key] = stances.get(key, 0) + one["polarity"]
        scores = {one["entity"]: one["score"] for one in article["entities"]}
        objects = {entity for _, entity in stances}
        for number, sentence in enumerate([article["headline"], *article["sentences"]], start=-1):
            for entity in sorted(objects | set(scores)):
                place = next(name_places(entity, sentence), None)
                if place is None:
                    continue
                score = scores.get(entity)
                yield {
                    "text": sentence,
                    "group": article["story"],
                    "outlet": article["outlet"],
                    "start": place[0],
                    "end": place[1],
                    "toward": 1 + int(np.sign(stances.get((number, entity), 0))),
                    "article_toward": None if score is None else score / 3,
                    "article": article["id"],
                    "entity": entity,
                }


def _loaded_spans(data: Path, name: str) -> Iterator[dict[str, Any]]:
    for one in read_lines(data / name / "articles.jsonl"):
        spans = [
            (span["start"], span["end"]) for span in one["spans"] if span["technique"] in LOADED
        ]
        text = one["text"]
        for line in re.finditer(r"[^\n]+", text):
            for first, last in sentence_spans(text, line.start(), line.end()):
                yield from _stretches(text, first, last, spans, one["id"])


def _stretches(
    text: str, first: int, last: int, spans: list[tuple[int, int]], group: str
) -> Iterator[dict[str, Any]]:
    for start, end, _ in own_stretches(text[first:last]):
        low, high = first + start, first + end
        marks = [(max(a, low) - low, min(b, high) - low) for a, b in spans if a < high and b > low]
        yield {
            "text": text[low:high],
            "group": group,
            "loaded": int(bool(marks)),
            "marks": marks,
        }


def _ratings(data: Path, name: str) -> Iterator[dict[str, Any]]:
    for number, rating, text in read_ratings(data, name):
        yield {"text": text, "group": number, "tone": rating / _RATED}


def read_unlabelled(data: Path | str, *, count: int, seed: int) -> list[str]:
    """Return sentences of news that nobody labelled, for a larger encoder to judge.

    They come from ``same_event``. The outlets of the set that tests whether the measure travels
    are left out, so that none of its sentences can be among them.
    """
    sentences = set()
    for one in read_lines(Path(data) / "same_event" / "articles.jsonl"):
        if not TESTED_OUTLETS.search(one["outlet"]):
            for line in re.finditer(r"[^\n]+", one["text"]):
                for start, end in sentence_spans(one["text"], line.start(), line.end()):
                    if 30 < end - start < 220:
                        sentences.add(one["text"][start:end])
    ordered = sorted(sentences)
    drawn = np.random.default_rng(seed).permutation(len(ordered))[:count]
    return [ordered[place] for place in sorted(drawn)]
