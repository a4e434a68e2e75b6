"""Frames: how strongly each frame is present in each segment and in each article.

Comes in: ``segments`` and an encoder. Goes out: ``scores`` and ``evidence``. Three sets of frames
ship: ``policy_frames`` (fourteen; Card et al. 2015), ``generic_frames`` (five; Semetko and
Valkenburg 2000) and ``moral_foundations`` (five, each as virtue and vice); a researcher's own come
from a YAML file (``own_frames.read_frames``) or from hand codes (``train_own_frame``). Values are
between 0 and 1: **higher is more strongly present**; several frames may be present at once.

An outlet's figure is the mean of its segments' values weighted by their words: the share of its
text in the frame. An article's value (``score_article_frames``) is the head on the mean of its
segments' vectors; only there do the shipped thresholds hold. Evidence is a segment whose value is
.5 or more. Not measured: whether a frame is affirmed or denied, and what is new in the corpus.

Card, D., et al. (2015). The Media Frames Corpus. https://doi.org/10.3115/v1/P15-2072. Semetko, H.,
& Valkenburg, P. (2000). https://doi.org/10.1111/j.1460-2466.2000.tb02843.x
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.frame_heads import (
    FrameHead,
    fit_logistic,
    load_heads,
    pool_vectors,
    space_of,
)
from analysis.measures.loaded_language import ENGLISH, Scored
from analysis.measures.own_frames import FrameBook, built_in_frames, read_frames

MEASURES = ("policy_frames", "generic_frames", "moral_foundations")
EVIDENT = 0.5  # from this value on a segment is marked as evidence
_STRENGTH = 10.0

Frames = FrameBook | FrameHead | Path | str


def score_frames(
    segments: pd.DataFrame,
    encoder: Any,
    *,
    frames: Frames | Sequence[Frames] | None = None,
    articles: pd.DataFrame | None = None,
    measures: Sequence[str] = MEASURES,
) -> Scored:
    """Return how strongly each frame is present in each segment.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``; of it segment_id, article_id, start, end, text.
    encoder : Encoder
        Gives the vectors. With the encoder that the shipped heads were fitted on, these score;
        with another, the frames' descriptions do (the column ``scorer`` says which).
    frames : path, FrameBook, FrameHead or a list of them, optional
        The researcher's own, scored beside ``measures``.
    articles : DataFrame, optional
        Table ``articles``: segments of articles not in English get missing values.
    measures : sequence of str
        Which of the sets that ship.

    Returns
    -------
    Scored
        ``scores``: one row per segment, measure and label; value 0 to 1, missing for a segment
        without a word or not in English. ``evidence``: segments with a value of .5 or more,
        whole, with the value as weight.

    Raises
    ------
    FrameFileError
        When a frame file has a mistake; with file, line and reason.
    ValueError
        When a head belongs to other vectors, two sets have one name, or a name is not known.

    Examples
    --------
    >>> scored = score_frames(segments, Encoder(), frames="strike.yaml")  # doctest: +SKIP
    >>> scored.scores.query("measure == 'strike_frames'")  # doctest: +SKIP
    """
    heads = find_heads(encoder, frames=frames, measures=measures)
    vectors = encoder.vectors(_texts(segments, articles))
    made = [head.values(vectors) for head in heads]
    return Scored(_scores(segments, heads, made), _evidence(segments, heads, made))


def score_article_frames(
    segments: pd.DataFrame,
    encoder: Any,
    *,
    frames: Frames | Sequence[Frames] | None = None,
    articles: pd.DataFrame | None = None,
    measures: Sequence[str] = MEASURES,
) -> pd.DataFrame:
    """Return how strongly each frame is present in each article taken as a whole.

    Parameters are those of ``score_frames``.

    Returns
    -------
    DataFrame
        ``article_id, measure, label, value`` (0 to 1), ``present`` (value at or above the
        threshold under which the head was validated; missing where it has none), ``n_segments``,
        ``n_words``, ``scorer``.
    """
    heads = find_heads(encoder, frames=frames, measures=measures)
    vectors = encoder.vectors(_texts(segments, articles))
    words = segments["text"].str.count(r"\w+").to_numpy(dtype=float)
    owners, names = pd.factorize(segments["article_id"], sort=True)
    pooled = pool_vectors(vectors, words, owners)
    counts = pd.DataFrame({"n_segments": 1, "n_words": words.astype(int)}).groupby(owners).sum()
    tables = []
    for head in heads:
        values = head.values(pooled)
        size = len(head.labels)
        table = pd.DataFrame(
            {
                "article_id": np.repeat(np.asarray(names, dtype=object), size),
                "measure": head.measure,
                "label": np.tile(head.labels, len(names)),
                "value": values.ravel(),
                "n_segments": np.repeat(counts["n_segments"].to_numpy(), size),
                "n_words": np.repeat(counts["n_words"].to_numpy(), size),
                "scorer": head.scorer,
            }
        )
        present = pd.array([pd.NA] * len(table), dtype="boolean")
        if len(head.thresholds):
            known = table["value"].notna().to_numpy()
            present[known] = (values >= head.thresholds).ravel()[known]
        table.insert(4, "present", present)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def find_heads(
    encoder: Any,
    *,
    frames: Frames | Sequence[Frames] | None = None,
    measures: Sequence[str] = MEASURES,
) -> list[FrameHead]:
    """Return the head of each set of frames: as shipped, or fitted to descriptions."""
    own = [frames] if isinstance(frames, (str, Path, FrameBook, FrameHead)) else frames or ()
    shipped = load_heads() if measures else {}
    heads = []
    for name in measures:
        if name not in MEASURES and name not in shipped:
            known = ", ".join(dict.fromkeys((*MEASURES, *shipped)))
            raise ValueError(f"no frames called {name!r} ship; there are {known}")
        head = shipped.get(name)
        if head is None or head.space != space_of(encoder):
            head = describe_frames(built_in_frames(name), encoder)
        heads.append(head)
    for one in own:
        if isinstance(one, FrameHead) and one.space != space_of(encoder):
            raise ValueError(
                f"the head {one.measure!r} was fitted on vectors of {one.space[:12]}, this "
                f"encoder gives those of {space_of(encoder)[:12]}: fit it again"
            )
        if isinstance(one, FrameHead):
            heads.append(one)
        else:
            book = one if isinstance(one, FrameBook) else read_frames(one)
            heads.append(describe_frames(book, encoder))
    names = [head.measure for head in heads]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two sets of frames are called {twice[0]!r}: give one another 'measure'")
    return heads


def describe_frames(book: FrameBook, encoder: Any) -> FrameHead:
    """Return a head fitted to nothing but the frames' definitions and examples.

    Each frame's texts stand against those of the other frames and against the texts of the
    built-in sets as background, so one frame alone can be scored too. Adding a frame to the file
    changes the others' values a little, because there is more to tell them from.
    """
    vectors, present, weight = _described(book, encoder)
    rows, bias = fit_logistic(vectors, present, weight=weight, strength=_STRENGTH)
    return FrameHead(book.measure, f"described-{book.version}", book.names, rows, bias,
                     space_of(encoder))  # fmt: skip


def train_own_frame(
    examples: Sequence[str],
    labels: Sequence[Any],
    encoder: Any,
    *,
    book: FrameBook | None = None,
    measure: str | None = None,
    strength: float = _STRENGTH,
) -> FrameHead:
    """Return a head fitted to hand codes, and to the frames' descriptions where there are any.

    Parameters
    ----------
    examples : sequence of str
        The coded texts.
    labels : sequence
        Per text the frame's name, a list of names (several, or none: ``[]``), or True and False
        where only one frame was coded.
    encoder : Encoder
        Gives the vectors the head belongs to.
    book : FrameBook, optional
        Definitions and examples, which count beside the codes. Its names are the labels.
    measure : str, optional
        What the scores call it; default the book's, else ``own_frames``.
    strength : float
        Inverse of the ridge penalty.

    Returns
    -------
    FrameHead
        For ``score_frames(…, frames=head)``.

    Raises
    ------
    ValueError
        When texts and labels are not equally many, a text is empty, a label is not in the book,
        or all texts have the same code and there is no book to tell it from others.
    """
    if len(examples) != len(labels):
        raise ValueError(f"{len(examples)} texts, but {len(labels)} labels")
    empty = [place for place, text in enumerate(examples) if not str(text).strip()]
    if empty:
        raise ValueError(f"text {empty[0]} is empty: leave it out, or code what it should say")
    coded = [_names_of(label, measure) for label in labels]
    found = sorted({name for names in coded for name in names})
    names = book.names if book else tuple(found)
    strange = [name for name in found if name not in names]
    if strange:
        raise ValueError(f"no frame is called {strange[0]!r}; there are {', '.join(names)}")
    present = np.array([[float(name in some) for name in names] for some in coded])
    vectors, weight = encoder.vectors(list(examples)), np.ones(len(examples))
    if book:
        known, described, share = _described(book, encoder)
        vectors = np.concatenate([vectors, known])
        present = np.concatenate([present, described])
        weight = np.concatenate([weight, share])
    elif not names or present.min() == present.max():
        raise ValueError("all texts have the same code: there is nothing to tell it from")
    rows, bias = fit_logistic(vectors, present, weight=weight, strength=strength)
    called = measure or (book.measure if book else "own_frames")
    return FrameHead(called, f"coded-{len(examples)}", tuple(names), rows, bias, space_of(encoder))


def _names_of(label: Any, measure: str | None) -> tuple[str, ...]:
    if isinstance(label, str):
        return (label,)
    if isinstance(label, (bool, np.bool_)):
        return (measure or "own_frame",) if label else ()
    return tuple(label)


def _described(book: FrameBook, encoder: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    owners = np.array(book.owners)
    texts = list(book.texts)
    taken = set(book.names)
    for name in MEASURES:
        # A built-in frame of the same name says what the own one says: no background to it.
        texts += [
            text
            for frame in built_in_frames(name).frames
            if frame.name not in taken and name != book.measure
            for text in (frame.definition, *frame.examples)
        ]
    vectors = encoder.vectors(texts)
    present = np.zeros((len(texts), len(book.frames)))
    present[np.arange(len(owners)), owners] = 1.0
    weight = np.ones(len(texts))
    weight[len(owners) :] = min(1.0, len(owners) / max(1, len(texts) - len(owners)))
    return vectors, present, weight


def _texts(segments: pd.DataFrame, articles: pd.DataFrame | None) -> list[str]:
    texts = segments["text"].tolist()
    if articles is None:
        return texts
    foreign = set(articles.loc[~articles["language"].isin(ENGLISH), "article_id"])
    return [
        "" if article in foreign else text
        for article, text in zip(segments["article_id"], texts, strict=True)
    ]


def _scores(
    segments: pd.DataFrame, heads: list[FrameHead], values: list[np.ndarray]
) -> pd.DataFrame:
    tables = []
    for head, some in zip(heads, values, strict=True):
        rows = np.repeat(np.arange(len(segments)), len(head.labels))
        tables.append(
            pd.DataFrame(
                {
                    "segment_id": segments["segment_id"].array.take(rows),
                    "article_id": segments["article_id"].array.take(rows),
                    "measure": head.measure,
                    "label": np.tile(head.labels, len(segments)),
                    "value": some.ravel(),
                    "scorer": head.scorer,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _evidence(
    segments: pd.DataFrame, heads: list[FrameHead], values: list[np.ndarray]
) -> pd.DataFrame:
    tables = []
    for head, some in zip(heads, values, strict=True):
        row, label = np.nonzero(np.nan_to_num(some) >= EVIDENT)
        tables.append(
            pd.DataFrame(
                {
                    "segment_id": segments["segment_id"].array.take(row),
                    "measure": head.measure,
                    "label": np.array(head.labels, dtype=object)[label],
                    "start": segments["start"].to_numpy(dtype=np.int64)[row],
                    "end": segments["end"].to_numpy(dtype=np.int64)[row],
                    "weight": some[row, label],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
