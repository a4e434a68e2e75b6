"""Outputs of the shipped heads on labelled rows, never from weights that have seen the row.

Comes in: labelled rows (``training.labelled_rows``). Goes out: the heads' outputs. A row that the
shipped weights were trained on gets the prediction that a model made which had not seen its
topic, document, article or editorial, kept since training; a row they have not seen is scored
with the shipped weights. What is neither is missing, and the notes count it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.encoding.heads import MODELS, SEGMENT
from analysis.encoding.transformer import check_hash

if TYPE_CHECKING:
    from analysis.encoder import Encoder


@dataclass(frozen=True)
class Outputs:
    """Outputs by row (``segment``: rows × ``SEGMENT``; ``toward``: rows × 3), and how made."""

    segment: np.ndarray
    toward: np.ndarray
    there: np.ndarray
    note: str

    def column(self, name: str) -> np.ndarray:
        """Return one segment output."""
        return self.segment[:, SEGMENT.index(name)]


def read_unseen(rows: pd.DataFrame, encoder: Encoder) -> Outputs:
    """Return outputs for labelled rows.

    Parameters
    ----------
    rows : DataFrame
        From ``training_data.read_rows``: ``row, text, start, end``.
    encoder : Encoder
        With the shipped heads.
    """
    seen, kept = _training_rows(encoder)
    known = rows["row"].isin(seen).to_numpy()
    segment = np.full((len(rows), len(SEGMENT)), np.nan)
    toward = np.full((len(rows), 3), np.nan)
    place = kept["place"].reindex(rows["row"]).to_numpy(float)
    stored = known & ~np.isnan(place)
    segment[stored] = kept["segment"][place[stored].astype(int)]
    toward[stored] = kept["toward"][place[stored].astype(int)]
    new = np.flatnonzero(~known)
    if len(new):
        spans = [
            [] if start != start else [(int(start), int(end))]
            for start, end in zip(rows["start"].iloc[new], rows["end"].iloc[new], strict=True)
        ]
        read = encoder.run(rows["text"].iloc[new].tolist(), spans)
        segment[new] = np.stack([read[name] for name in SEGMENT], axis=1)
        for at, given in zip(new, read["toward"], strict=True):
            if len(given):
                toward[at] = given[0]
    there = ~np.isnan(segment[:, 0])
    held = int((known & there).sum())
    note = (
        f"{held} rows were trained on and are judged by predictions of models that had not seen "
        f"their group; {len(new)} rows are new and judged by the shipped weights "
        f"({encoder.reader.version}); {int((~there).sum())} rows that were trained on and have no "
        "such prediction are left out"
    )
    return Outputs(segment, toward, there, note)


def _training_rows(encoder: Encoder) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the hashes of all rows trained on, and the kept predictions by hash."""
    from safetensors.torch import load_file

    reader = encoder.reader
    path = MODELS / reader.name / "rows.safetensors"
    check_hash(path, reader.meta["rows_sha256"], f"{reader.name} (rows)")
    tensors = load_file(path)
    judged = tensors["judged"].numpy()
    kept = {
        "place": pd.Series(np.arange(len(judged)), index=judged),
        "segment": tensors["segment"].float().numpy(),
        "toward": tensors["toward"].float().numpy(),
    }
    return tensors["row"].numpy(), kept
