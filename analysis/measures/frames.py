"""Frames: how strongly each frame is present in each segment and in each article.

Comes in: ``segments`` and an encoder. Goes out: ``scores`` and ``evidence``. Three sets of frames
ship: ``policy_frames`` (fourteen; Card et al. 2015) and ``generic_frames`` (five; Semetko and
Valkenburg 2000), whose values are the shares of a segment that resemble each frame's description;
and ``moral_foundations`` (five, each as virtue and vice), whose values are likelihoods learnt from
coded sentences. A researcher's own come from a YAML file (``own_frames.read_frames``) or from hand
codes (``frame_learning.train_own_frame``). Values lie between 0 and 1: **higher is more present**.

An outlet's figure is the mean of its segments' values weighted by their words: the share of its
text in the frame. Whether an article *has* a frame is another question, which ``present`` answers
(``score_article_frames``) with a head fitted to coded articles. Evidence is a segment whose value
is .5 or more. Not measured: whether a frame is affirmed or denied.

Card, D., et al. (2015). The Media Frames Corpus. https://doi.org/10.3115/v1/P15-2072. Semetko, H.,
& Valkenburg, P. (2000). https://doi.org/10.1111/j.1460-2466.2000.tb02843.x
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.article_heads import mean_values
from analysis.measures.frame_heads import FrameHead, load_article_heads, load_heads, space_of
from analysis.measures.frame_learning import describe_frames, divide_frames
from analysis.measures.loaded_language import Scored
from analysis.measures.own_frames import FrameBook, built_in_frames, read_frames
from analysis.tables import SCORED_LANGUAGES

MEASURES = ("policy_frames", "generic_frames", "moral_foundations")
EVIDENT = 0.5  # from this value on a segment is marked as evidence

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
        Gives the vectors. Heads fitted to codes score only with the encoder they were fitted on;
        with another the frames' descriptions do (the column ``scorer`` says which).
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
    OwnFileError
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
        ``article_id, measure, label, value`` (``policy_frames``: how likely the article has the
        frame; others: the mean of its segments' values weighted by words), ``present`` (at or
        above the validated threshold; missing where there is none), ``n_segments``, ``n_words``,
        ``scorer``.
    """
    heads = find_heads(encoder, frames=frames, measures=measures)
    trained = load_article_heads() if measures else {}
    vectors = encoder.vectors(_texts(segments, articles))
    words = segments["text"].str.count(r"\w+").to_numpy(dtype=float)
    owners, names = pd.factorize(segments["article_id"], sort=True)
    counts = pd.DataFrame({"n_segments": 1, "n_words": words.astype(int)}).groupby(owners).sum()
    tables = []
    for head in heads:
        article = trained.get(head.measure)
        present = pd.array([pd.NA] * (len(names) * len(head.labels)), dtype="boolean")
        if article is not None and article.space == space_of(encoder) and head.measure in measures:
            values, scorer = article.values(vectors, words, owners), article.scorer
            known = ~np.isnan(values).ravel()
            present[known] = (values >= article.thresholds).ravel()[known]
        else:
            values, scorer = mean_values(head.values(vectors), words, owners), head.scorer
        size = len(head.labels)
        tables.append(
            pd.DataFrame(
                {
                    "article_id": np.repeat(np.asarray(names, dtype=object), size),
                    "measure": head.measure,
                    "label": np.tile(head.labels, len(names)),
                    "value": values.ravel(),
                    "present": present,
                    "n_segments": np.repeat(counts["n_segments"].to_numpy(), size),
                    "n_words": np.repeat(counts["n_words"].to_numpy(), size),
                    "scorer": scorer,
                }
            )
        )
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
            made = describe_frames if name == "moral_foundations" else divide_frames
            head = made(built_in_frames(name), encoder)
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


def _texts(segments: pd.DataFrame, articles: pd.DataFrame | None) -> list[str]:
    texts = segments["text"].tolist()
    if articles is None:
        return texts
    foreign = set(articles.loc[~articles["language"].isin(SCORED_LANGUAGES), "article_id"])
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
