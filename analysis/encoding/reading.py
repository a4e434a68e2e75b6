"""What all trained heads say about texts, read off one encoder pass and packed into bytes.

Comes in: the pieces of a batch of windows. Goes out: per text one row of bytes (so that it can
be kept on disk) and, from such rows, columns: segment outputs, sentiment toward targets, and the
words that carry the loaded wording. A text of several windows is put together again: means over
all its pieces, maxima over all its pieces, each target from the window it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.encoding.heads import SEGMENT, piece_scores, segment_scores, toward_scores
from analysis.encoding.windows import Windows

# A word that a reader marks less often than this is kept only among a text's three highest.
_FAINT = 0.05
_KEPT_ANYWAY = 3
_WORD = re.compile(r"\w+(?:[’'\-‑]\w+)*")
_HEADER = len(SEGMENT) + 1
_WORD_ROW = np.dtype([("start", "<i4"), ("end", "<i4"), ("weight", "<f4")])

Spans = Sequence[tuple[int, int]]


class TextReader:
    """Gathers the windows of some texts until every text can be judged."""

    def __init__(self, heads: dict[str, Any], windows: Windows, spans: Sequence[Spans]) -> None:
        self._heads, self._windows, self._spans = heads, windows, spans
        size = heads["piece.weight"].shape[0]
        self._sum = np.zeros((windows.n_texts, size), dtype=np.float64)
        self._count = np.zeros(windows.n_texts)
        self._most = np.full((windows.n_texts, size), -np.inf, dtype=np.float32)
        self._top = np.full(windows.n_texts, -np.inf, dtype=np.float32)
        self._pieces: list[list[tuple[int, np.ndarray]]] = [[] for _ in range(windows.n_texts)]
        self._toward = [np.full((len(one), 3), np.nan, dtype=np.float32) for one in spans]

    def add(self, batch: np.ndarray, found: Any) -> None:
        """Take in the piece vectors of the windows ``batch``, which are sorted by length."""
        scores = piece_scores(self._heads, found)
        first = 0
        lengths, counts = np.unique(self._windows.lengths[batch], return_counts=True)
        for length, count in zip(lengths.tolist(), counts.tolist(), strict=True):
            last = first + length * count
            part = found[first:last].view(count, length, -1)
            marks = scores[first:last].view(count, length)
            here = batch[:count]
            batch, first = batch[count:], last
            texts = self._windows.text[here]
            total = part.sum(1)
            np.add.at(self._sum, texts, total.cpu().numpy())
            np.add.at(self._count, texts, length)
            np.maximum.at(self._most, texts, part.amax(1).cpu().numpy())
            np.maximum.at(self._top, texts, marks.amax(1).cpu().numpy())
            shown = marks.cpu().numpy()
            for row, (window, text) in enumerate(zip(here, texts, strict=True)):
                self._pieces[text].append((window, shown[row]))
                if len(self._spans[text]):
                    self._read_targets(text, window, part[row], total[row] / length)

    def _read_targets(self, text: int, window: int, pieces: Any, mean: Any) -> None:
        import torch

        starts, ends = self._windows.starts[window], self._windows.ends[window]
        for place, (start, end) in enumerate(self._spans[text]):
            inside = (starts < end) & (ends > start)
            if inside.any() and np.isnan(self._toward[text][place]).all():
                target = pieces[torch.from_numpy(np.flatnonzero(inside)).to(pieces.device)]
                given = toward_scores(self._heads, target.mean(0, keepdim=True), mean[None])
                self._toward[text][place] = given[0].cpu().numpy()

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        """Return one row of bytes per text."""
        import torch

        heads = {key: value.cpu() for key, value in self._heads.items()}
        mean = torch.from_numpy(self._sum / self._count[:, None]).float()
        # One text at a time would give the same: no sum runs over texts.
        with torch.inference_mode():
            outputs = segment_scores(
                heads, mean, torch.from_numpy(self._most), torch.from_numpy(self._top)
            ).numpy()
        done = []
        for place, text in enumerate(texts):
            header = np.append(outputs[place], len(self._toward[place])).astype("<f4")
            words = self._words(text, self._pieces[place])
            done.append(header.tobytes() + self._toward[place].tobytes() + words.tobytes())
        return done

    def _words(self, text: str, pieces: list[tuple[int, np.ndarray]]) -> np.ndarray:
        spans = np.array([match.span() for match in _WORD.finditer(text)], dtype=np.int64)
        if not len(spans):
            return np.zeros(0, dtype=_WORD_ROW)
        weight = np.full(len(spans), -np.inf, dtype=np.float64)
        for window, scores in pieces:
            starts, ends = self._windows.starts[window], self._windows.ends[window]
            place = np.searchsorted(spans[:, 0], starts, side="right") - 1
            hit = (ends > starts) & (place >= 0) & (spans[place, 1] > starts)
            np.maximum.at(weight, place[hit], scores[hit])
        odds = 1 / (1 + np.exp(-weight))
        order = np.argsort(-odds, kind="stable")
        kept = np.sort(order[(odds[order] >= _FAINT) | (np.arange(len(order)) < _KEPT_ANYWAY)])
        rows = np.zeros(len(kept), dtype=_WORD_ROW)
        rows["start"], rows["end"], rows["weight"] = spans[kept, 0], spans[kept, 1], odds[kept]
        return rows


def unpack(rows: Sequence[bytes | None]) -> dict[str, Any]:
    """Return rows as columns.

    Returns
    -------
    dict
        One array per output of ``SEGMENT`` (NaN where the row is missing); ``toward``, a list of
        arrays (targets × 3); ``words``, a structured array with ``text`` (position in ``rows``),
        ``start``, ``end``, ``weight``.
    """
    size = _HEADER * 4
    empty = np.append(np.full(len(SEGMENT), np.nan), 0).astype("<f4").tobytes()
    headers = np.frombuffer(
        b"".join(empty if row is None else row[:size] for row in rows), dtype="<f4"
    ).reshape(-1, _HEADER)
    targets = headers[:, -1].astype(np.int64)
    skips = size + 12 * targets
    bodies = [b"" if row is None else row[skip:] for row, skip in zip(rows, skips, strict=True)]
    words = np.frombuffer(b"".join(bodies), dtype=_WORD_ROW)
    owner = np.repeat(np.arange(len(rows)), [len(body) // _WORD_ROW.itemsize for body in bodies])
    none = np.zeros((0, 3), dtype=np.float32)
    return {
        **{name: headers[:, place] for place, name in enumerate(SEGMENT)},
        "toward": [
            np.frombuffer(row[size:skip], dtype="<f4").reshape(-1, 3) if count else none
            for row, skip, count in zip(rows, skips, targets, strict=True)
        ],
        "words": {"text": owner, **{name: words[name] for name in _WORD_ROW.names}},
    }
