"""Training rows as tensors: what an encoder's lower layers give for each piece, and the labels.

Comes in: rows of ``labelled_rows`` (and unlabelled ones). Goes out: batches of padded tensors. The
lower layers are computed once per text, so that each pass over the rows costs only the upper ones.
What a larger encoder said about a row (``taught``) stands beside what readers said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.encoding.heads import SEGMENT
from analysis.encoding.windows import batches_by_length, split_windows
from analysis.training.wording_network import Stack

# Single words were rated by the readers of tweets.
_ANSWERED_BY = {"valences": "tweets"}
LONGEST = 128  # pieces of a training text that are read; 99.9 % of the rows are shorter


class Prepared:
    """Rows with what the frozen layers give for each piece, and labels per piece.

    Parameters
    ----------
    encoder : Encoder
        Whose lower layers and tokenizer are used.
    rows : DataFrame
        Training rows.
    frozen : int
        How many lower layers stay as they are.
    """

    def __init__(self, encoder: Any, rows: pd.DataFrame, *, frozen: int) -> None:
        self.rows = rows.reset_index(drop=True)
        windows = split_windows(encoder.tokenizer, rows["text"].tolist(), window=LONGEST)
        first = np.unique(windows.text, return_index=True)[1]  # a row's first window
        self.lengths = windows.lengths[first]
        self.starts = [windows.starts[place] for place in first]
        self.ends = [windows.ends[place] for place in first]
        self.states = _lower_states([windows.ids[place] for place in first], encoder, frozen)
        self.labels = np.stack([_segment_label(self.rows, name) for name in SEGMENT], axis=1)
        self.marked = [self._marked(place) for place in range(len(first))]
        self.target = [self._target(place) for place in range(len(first))]
        self.toward = self.rows["toward"].to_numpy(float)
        self.taught: Mapping[str, Any] | None = None

    def teach(self, taught: Mapping[str, Any]) -> None:
        """Set what a larger encoder said: outputs as of ``wording_steps.predict``."""
        self.taught = taught

    def _marked(self, place: int) -> np.ndarray | None:
        marks = self.rows.at[place, "marks"]
        if not isinstance(marks, list):
            return None
        hit = np.zeros(self.lengths[place], dtype=np.float32)
        for start, end in marks:
            hit[(self.starts[place] < end) & (self.ends[place] > start)] = 1
        return hit

    def _target(self, place: int) -> np.ndarray | None:
        start, end = self.rows.at[place, "start"], self.rows.at[place, "end"]
        if start != start:
            return None
        inside = (self.starts[place] < end) & (self.ends[place] > start)
        return inside.astype(np.float32) if inside.any() else None

    def batch(self, places: np.ndarray) -> dict[str, Any]:
        """Return padded tensors of some rows."""
        import torch

        longest = int(self.lengths[places].max())
        size = self.states[places[0]].shape[1]
        states = torch.zeros(len(places), longest, size, dtype=torch.bfloat16)
        mask = torch.zeros(len(places), longest, dtype=torch.bool)
        marked = torch.full((len(places), longest), float("nan"))
        said = torch.full((len(places), longest), float("nan"))
        target = torch.zeros(len(places), longest)
        for row, place in enumerate(places):
            length = self.lengths[place]
            states[row, :length] = self.states[place]
            mask[row, :length] = True
            if self.marked[place] is not None:
                marked[row, 1 : length - 1] = torch.from_numpy(self.marked[place])[1:-1]
            if self.taught is not None and int(place) in self.taught["pieces"]:
                given = torch.from_numpy(self.taught["pieces"][int(place)])
                said[row, 1 : length - 1] = given[1 : length - 1]
            if self.target[place] is not None:
                target[row, :length] = torch.from_numpy(self.target[place])
        found = {
            "states": states,
            "mask": mask,
            "marked": marked,
            "target": target,
            "labels": torch.tensor(self.labels[places]).float(),
            "toward": torch.tensor(self.toward[places]),
        }
        if self.taught is not None:
            found["taught_pieces"] = said
            found["taught_segment"] = torch.tensor(self.taught["segment"][places])
            found["taught_toward"] = torch.tensor(self.taught["toward"][places])
        return found


def _lower_states(windows: list[np.ndarray], encoder: Any, frozen: int) -> list[Any]:
    stack = Stack(encoder.folder)
    lengths = np.array([len(one) for one in windows])
    states: list[Any] = [None] * len(windows)
    for group in np.unique(lengths):
        same = np.flatnonzero(lengths == group)
        for batch in batches_by_length(lengths[same], pieces=8192):
            places = same[batch]
            found = stack.lower([windows[place] for place in places], frozen)
            for place, part in zip(places, found, strict=True):
                states[place] = part.clone()
    return states


def _segment_label(rows: pd.DataFrame, name: str) -> np.ndarray:
    if name == "biased" and "share_biased" in rows:
        return rows["share_biased"].fillna(rows["biased"]).to_numpy(float, copy=True)
    if name in rows.columns:
        return rows[name].to_numpy(float, copy=True)
    answered = rows["set"].map(_ANSWERED_BY).fillna(rows["set"]) == name
    return rows["tone"].where(answered).to_numpy(float, copy=True)
