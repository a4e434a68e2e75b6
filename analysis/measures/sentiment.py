"""Sentiment of a segment and toward the actors in it: ``segments`` in, ``scores`` out.

Measure ``tone``, label ``tone``: how positive or negative the segment reads, from -1 to 1,
**higher is more positive**, trained on the mean ratings of twenty readers a sentence (-4 to 4,
divided by 4). Measure ``sentiment_toward``, label the actor's name: probability of positive
minus probability of negative *toward that actor*, from -1 to 1; the same sentence may praise one
and blame another. The probabilities themselves are measures ``sentiment_toward_negative``,
``_neutral`` and ``_positive``; they are calibrated and add up to 1.

What is judged is how the text shows the actor, not what the outlet thinks. An actor not
mentioned in a segment has no row; a segment without words has no tone, and ``reason`` says why.
Hutto & Gilbert 2014 (ratings); Hamborg & Donnay 2021 (sentiment toward targets),
https://doi.org/10.18653/v1/2021.eacl-main.142.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.encoding.heads import TOWARD
from analysis.measures.loaded_language import Scored
from analysis.measures.wording import Wording, read_wording, score_rows

if TYPE_CHECKING:
    from analysis.encoder import Encoder


def score_sentiment(
    segments: pd.DataFrame,
    encoder: Encoder,
    *,
    mentions: pd.DataFrame | None = None,
    articles: pd.DataFrame | None = None,
    wording: Wording | None = None,
) -> Scored:
    """Score the tone of each segment and the sentiment toward each actor mentioned in it.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``; of it ``segment_id, article_id, start, end, text``.
    encoder : Encoder
        With the heads ``wording``.
    mentions : DataFrame, optional
        Table ``mentions``; without it only the tone is scored. Several mentions of one actor in
        a segment are averaged.
    articles : DataFrame, optional
        Table ``articles``; segments in another language than English get no score.
    wording : Wording, optional
        From ``read_wording`` on the same segments and mentions, where they have been read.

    Returns
    -------
    Scored
        ``scores`` as in the module's text. ``evidence``: one row per mention with measure
        ``sentiment_toward``, label the actor; weight is positive minus negative there.
    """
    wording = wording or read_wording(segments, encoder, mentions=mentions, articles=articles)
    read, reasons, inside = wording.outputs, wording.reasons, wording.inside
    calibration = encoder.reader.meta["calibration"]
    scores = score_rows(
        segments, {("tone", "tone"): tone_values(read["editorials"], calibration)}, reasons, encoder
    )
    odds = [read["toward"][row] for row in sorted(set(inside["row"]))]
    chances = toward_chances(np.concatenate(odds) if odds else np.zeros((0, 3)), calibration)
    inside = inside.assign(**dict(zip(TOWARD, chances.T, strict=True)))
    inside["sentiment_toward"] = inside["positive"] - inside["negative"]
    toward = _toward_rows(segments, inside, encoder)
    evidence = pd.DataFrame(
        {
            "segment_id": segments["segment_id"].to_numpy()[inside["row"].to_numpy(np.int64)],
            "measure": "sentiment_toward",
            "label": inside["actor"].to_numpy(),
            "start": inside["start"].to_numpy(np.int64),
            "end": inside["end"].to_numpy(np.int64),
            "weight": inside["sentiment_toward"].to_numpy(np.float64),
        }
    )
    return Scored(pd.concat([scores, toward], ignore_index=True), evidence)


def tone_values(read: Any, calibration: Mapping[str, Any]) -> np.ndarray:
    """Return tones from -1 to 1 from an encoder's output."""
    slope, shift = calibration["tone"]
    return np.clip(slope * np.asarray(read, dtype=np.float64) + shift, -1, 1)


def toward_chances(odds: np.ndarray, calibration: Mapping[str, Any]) -> np.ndarray:
    """Return calibrated probabilities of negative, neutral, positive, one row per target."""
    given = np.asarray(odds, dtype=np.float64) * calibration["toward"]["slope"]
    given = given + np.asarray(calibration["toward"]["shift"])
    raised = np.exp(given - given.max(axis=1, keepdims=True)) if len(given) else given
    return raised / raised.sum(axis=1, keepdims=True)


def _toward_rows(segments: pd.DataFrame, inside: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """Return one row per segment, actor and measure: the mean over the actor's mentions."""
    means = inside.groupby(["row", "actor"], sort=True)[["sentiment_toward", *TOWARD]].mean()
    rows = means.index.get_level_values("row").to_numpy(np.int64)
    there = segments.iloc[rows]
    none = np.full(len(there), "", dtype=object)
    parts = []
    for name in ("sentiment_toward", *TOWARD):
        measure = name if name == "sentiment_toward" else f"sentiment_toward_{name}"
        values = {(measure, ""): means[name].to_numpy(np.float64)}
        part = score_rows(there, values, none, encoder)
        parts.append(part.assign(label=means.index.get_level_values("actor").to_numpy()))
    return pd.concat(parts, ignore_index=True)
