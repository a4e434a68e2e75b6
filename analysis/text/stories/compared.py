"""Pairs of articles that were compared before, kept on disk and found again by their texts.

Comes in: what two texts have in common, as ``comparison.py`` found it. Goes out: the same, in a
later run, as long as both texts are the same; so that adding articles to a corpus costs the
comparisons they need and no others. The file appears whole or not at all; a broken or missing one
only means that pairs are compared again.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.text.stories.alignment import Match

_MATCH = np.dtype([(name, "<i4") for name in Match._fields[:-1]] + [(Match._fields[-1], "<f8")])
_NUMBERS = ("first", "second", "third", "fourth", "fifth")
Key = tuple[str, int, int]  # what was compared, and the keys of both texts


def pack_matches(matches: list[Match]) -> bytes:
    """Return matched sentences as bytes, twenty-eight each or so."""
    return np.array([tuple(match) for match in matches], dtype=_MATCH).tobytes()


class ComparedPairs:
    """Numbers and matched sentences by pair; ``None`` says that there was nothing in common."""

    def __init__(self, path: Path | None = None, version: str = "") -> None:
        self._path, self._version = path, version
        self._place: dict[Key, int] = {}
        self._rows: list[tuple] = []
        self._used: dict[Key, None] = {}
        if path is not None and path.exists():
            try:
                self._load(pd.read_parquet(path))
            except (OSError, ValueError, KeyError):
                self._place, self._rows = {}, []

    def get(self, key: Key) -> tuple[tuple[float, ...], list[Match]] | None:
        """Return what was kept; ``KeyError`` where the pair was never compared."""
        numbers, matches = self._rows[self._place[key]]
        self._used[key] = None
        if numbers is None:
            return None
        rows = np.frombuffer(matches, dtype=_MATCH)
        return numbers, [Match(*row) for row in rows.tolist()]

    def __contains__(self, key: Key) -> bool:
        return key in self._place

    def put(self, key: Key, numbers: tuple[float, ...] | None, matches: bytes) -> None:
        """Keep what two texts have in common; ``matches`` as of ``pack_matches``."""
        self._place[key] = len(self._rows)
        self._rows.append((numbers, matches))
        self._used[key] = None

    def write(self) -> None:
        """Write the pairs that this run asked for, and no others, in one step."""
        if self._path is None:
            return
        kept = [(key, *self._rows[self._place[key]]) for key in self._used]
        frame = pd.DataFrame(
            {
                "version": [self._version] * len(kept),
                "kind": [key[0] for key, _, _ in kept],
                "one": np.array([key[1] for key, _, _ in kept], dtype=np.int64),
                "other": np.array([key[2] for key, _, _ in kept], dtype=np.int64),
                "found": [numbers is not None for _, numbers, _ in kept],
                **{
                    name: [
                        float("nan") if numbers is None or at >= len(numbers) else numbers[at]
                        for _, numbers, _ in kept
                    ]
                    for at, name in enumerate(_NUMBERS)
                },
                "matches": [matches for _, _, matches in kept],
            }
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        frame.to_parquet(part, index=False)
        os.replace(part, self._path)

    def _load(self, frame: pd.DataFrame) -> None:
        frame = frame[frame["version"] == self._version]
        numbers = frame[list(_NUMBERS)].to_numpy(dtype=float)
        counts = (~np.isnan(numbers)).sum(axis=1).tolist()
        for kind, one, other, found, values, count, matches in zip(
            frame["kind"],
            frame["one"].tolist(),
            frame["other"].tolist(),
            frame["found"],
            numbers.tolist(),
            counts,
            frame["matches"],
            strict=True,
        ):
            self._place[kind, one, other] = len(self._rows)
            self._rows.append((tuple(values[:count]) if found else None, matches))
