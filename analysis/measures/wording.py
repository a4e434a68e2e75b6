"""Segments and mentions in, one reading by the encoder's trained heads out, for all measures.

Loaded language, tone and sentiment toward actors are asked of the same segments: the encoder
reads each once, and ``loaded_model`` and ``sentiment`` turn what it says into scores. A segment
without a word, or in a language that is not scored, is not read, and the reason is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.tables import SCORED_LANGUAGES

if TYPE_CHECKING:
    from analysis.encoder import Encoder


@dataclass(frozen=True)
class Wording:
    """What the heads said about segments.

    ``outputs`` as of ``Encoder.run``, one value a segment; ``reasons``: why a segment was not
    read, or an empty string; ``inside``: the mentions in the segments, as of
    ``mentions_in_segments``.
    """

    outputs: Mapping[str, Any]
    reasons: np.ndarray
    inside: pd.DataFrame


def read_wording(
    segments: pd.DataFrame,
    encoder: Encoder,
    *,
    mentions: pd.DataFrame | None = None,
    articles: pd.DataFrame | None = None,
) -> Wording:
    """Read segments once for every question about their wording.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``; of it ``segment_id, article_id, start, end, text``.
    encoder : Encoder
        With the heads ``wording``.
    mentions : DataFrame, optional
        Table ``mentions``: toward whom sentiment is asked.
    articles : DataFrame, optional
        Table ``articles``; segments of articles whose language is neither ``en`` nor
        ``unknown`` are not read.
    """
    reasons = missing_reasons(segments, articles)
    inside = mentions_in_segments(segments, mentions)
    inside = inside[reasons[inside["row"].to_numpy(np.int64)] == ""]
    spans: list[list[tuple[int, int]]] = [[] for _ in range(len(segments))]
    for row, start, end in zip(inside["row"], inside["first"], inside["last"], strict=True):
        spans[row].append((start, end))
    texts = [t if not r else "" for t, r in zip(segments["text"], reasons, strict=True)]
    return Wording(encoder.run(texts, spans), reasons, inside)


def missing_reasons(segments: pd.DataFrame, articles: pd.DataFrame | None) -> np.ndarray:
    """Return for each segment why it cannot be scored, or an empty string."""
    empty = ~segments["text"].str.contains(r"\w", regex=True).to_numpy(bool)
    reasons = np.where(empty, "no words", "").astype(object)
    if articles is not None and len(articles):
        languages = segments["article_id"].map(articles.set_index("article_id")["language"])
        foreign = (languages.notna() & ~languages.isin(SCORED_LANGUAGES)).to_numpy(bool)
        reasons[foreign] = [f"language {one}" for one in languages[foreign]]
    return reasons


def score_rows(
    segments: pd.DataFrame,
    values: Mapping[tuple[str, str], np.ndarray],
    reasons: np.ndarray,
    encoder: Encoder,
) -> pd.DataFrame:
    """Return values by measure and label as rows of the table ``scores``."""
    version = encoder.reader.meta["sha256"][:8]
    parts = [
        pd.DataFrame(
            {
                "segment_id": segments["segment_id"].to_numpy(),
                "article_id": segments["article_id"].to_numpy(),
                "measure": measure,
                "label": label,
                "value": np.asarray(value, dtype=np.float64),
                "scorer": f"{encoder.reader.name}@{version}",
                "reason": reasons,
            }
        )
        for (measure, label), value in values.items()
    ]
    return pd.concat(parts, ignore_index=True)


def mentions_in_segments(segments: pd.DataFrame, mentions: pd.DataFrame | None) -> pd.DataFrame:
    """Return the mentions that lie wholly in a segment.

    Returns
    -------
    DataFrame
        ``row`` (position in segments), ``actor, start, end`` (in ``articles.text``), ``first,
        last`` (in the segment's text), ordered by row and place.
    """
    columns = ["row", "actor", "start", "end", "first", "last"]
    if mentions is None or mentions.empty or segments.empty:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    places = segments[["article_id", "start", "end"]].reset_index(drop=True)
    places = places.assign(row=np.arange(len(places))).rename(columns={"end": "stop"})
    placed = pd.merge_asof(
        mentions[["article_id", "actor", "start", "end"]]
        .astype({"start": "int64", "end": "int64"})
        .sort_values("start", kind="stable"),
        places.astype({"start": "int64", "stop": "int64"})
        .assign(begin=places["start"].astype("int64"))
        .sort_values("start", kind="stable"),
        on="start",
        by="article_id",
    )
    placed = placed[placed["row"].notna() & (placed["end"] <= placed["stop"])]
    placed = placed.assign(
        row=placed["row"].astype("int64"),
        first=(placed["start"] - placed["begin"]).astype("int64"),
        last=(placed["end"] - placed["begin"]).astype("int64"),
    )
    return placed.sort_values(["row", "start", "end", "actor"])[columns].reset_index(drop=True)
