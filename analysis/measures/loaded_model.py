"""Loaded language as trained readers mark it: ``segments`` in, ``scores`` and ``evidence`` out.

Measure ``loaded_language``, label ``loaded``: the probability, from 0 to 1, that a trained reader
would call the wording of the segment loaded; **higher is more loaded**. It is calibrated on
articles that were not trained on. Beside it the labels ``biased`` (readers of single news
sentences) and ``subjective`` (readers asked whether a sentence gives an opinion): other readers,
other questions, for comparison. The evidence holds the words that a reader would mark, each with
its probability, from a head that learnt the marked stretches.

It judges wording, not truth, and one segment at a time. A segment without a word, or in another
language, has no score; the column ``reason`` says why. Da San Martino et al. 2019 (the marked
stretches), https://doi.org/10.18653/v1/D19-1565.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.measures.loaded_language import Scored
from analysis.measures.wording import Wording, read_wording, score_rows

if TYPE_CHECKING:
    from analysis.encoder import Encoder

LABELS = ("loaded", "biased", "subjective")


def score_loaded_language(
    segments: pd.DataFrame,
    encoder: Encoder,
    *,
    articles: pd.DataFrame | None = None,
    wording: Wording | None = None,
) -> Scored:
    """Score the wording of each segment, and mark the words that carry it.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``; of it ``segment_id, article_id, start, text``.
    encoder : Encoder
        With the heads ``wording``.
    articles : DataFrame, optional
        Table ``articles``; segments of articles whose language is neither ``en`` nor
        ``unknown`` get no score.
    wording : Wording, optional
        From ``read_wording`` on the same segments, where they have been read already.

    Returns
    -------
    Scored
        ``scores``: one row per segment and label ``loaded``, ``biased``, ``subjective``; value
        is a probability, or missing, and then ``reason`` says why. ``evidence``: one row per
        word with label ``loaded``; start and end count in ``articles.text``; weight is the
        probability that a reader marks the word.
    """
    wording = wording or read_wording(segments, encoder, articles=articles)
    read, reasons = wording.outputs, wording.reasons
    values = probabilities(read, encoder.reader.meta["calibration"])
    scores = score_rows(
        segments, {("loaded_language", label): values[label] for label in LABELS}, reasons, encoder
    )
    words = read["words"]
    starts = segments["start"].to_numpy(np.int64)[words["text"]]
    slope, shift = encoder.reader.meta["calibration"]["pieces"]
    odds = np.log(np.clip(words["weight"], 1e-6, 1 - 1e-6) / np.clip(1 - words["weight"], 1e-6, 1))
    evidence = pd.DataFrame(
        {
            "segment_id": segments["segment_id"].to_numpy()[words["text"]],
            "measure": "loaded_language",
            "label": "loaded",
            "start": starts + words["start"],
            "end": starts + words["end"],
            "weight": _chance(slope * odds.astype(np.float64) + shift),
        }
    )
    return Scored(scores, evidence)


def probabilities(read: Mapping[str, Any], calibration: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return calibrated probabilities of ``LABELS`` from an encoder's log odds."""
    found = {}
    for label in LABELS:
        slope, shift = calibration[label]
        found[label] = _chance(slope * np.asarray(read[label], dtype=np.float64) + shift)
    return found


def _chance(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))
