"""Trained heads: from an encoder's piece vectors to what trained readers would say.

Comes in: piece vectors of a batch. Goes out: per text the segment outputs (``SEGMENT``), per
piece how much it marks the wording as loaded, per target the sentiment toward it. One set of
functions serves training and reading, so that both compute the same. Which way is up: loaded,
biased, subjective are log odds (higher is more so); tone is higher for more positive; toward
holds log odds of negative, neutral, positive.

Weights are safetensors; their hash stands beside them and is checked at load.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import DATA
from analysis.encoding.transformer import check_hash

MODELS = DATA / "models"

# One output per question that a labelled set asked; the ratings of each kind of text have their
# own, because twenty readers of tweets spread their ratings otherwise than readers of editorials.
SEGMENT = ("loaded", "biased", "subjective", "editorials", "reviews", "products", "tweets")
TOWARD = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Reader:
    """Weights of one set of heads: changes to the encoder, the heads, and what they were."""

    name: str
    version: str
    frozen: int
    tensors: Mapping[str, Any]
    meta: Mapping[str, Any]

    def deltas(self) -> dict[str, Any]:
        """Return what is added to the encoder's weights, by weight name."""
        changes = {}
        for key, value in self.tensors.items():
            if key.startswith("delta.") and key.endswith(".up"):
                name = key[len("delta.") : -len(".up")]
                changes[name] = value.float() @ self.tensors[f"delta.{name}.down"].float()
            elif key.startswith("full."):
                changes[key[len("full.") :]] = value.float()
        return changes

    def heads(self, device: Any) -> dict[str, Any]:
        """Return the heads' own weights in single precision."""
        return {
            key[len("head.") :]: value.float().to(device)
            for key, value in self.tensors.items()
            if key.startswith("head.")
        }


def load_reader(name: str, folder: Path | None = None) -> Reader:
    """Load the weights ``name`` from ``data/models``.

    Raises
    ------
    FileNotFoundError
        When they are not there; the message says which command builds them.
    ValueError
        When the file's sha256 is not the one written beside it.
    """
    from safetensors.torch import load_file

    place = (folder or MODELS) / name
    path, notes = place / "weights.safetensors", place / "model.json"
    if not path.exists() or not notes.exists():
        raise FileNotFoundError(
            f"the weights {name!r} are not in {place}: "
            f"`python -m analysis train {name} --data DIR` builds them"
        )
    meta = json.loads(notes.read_text(encoding="utf-8"))
    found = check_hash(path, meta["sha256"], name)
    return Reader(name, f"{name}-{found[:8]}", meta["frozen"], load_file(path), meta)


def piece_scores(heads: Mapping[str, Any], pieces: Any) -> Any:
    """Return the log odds that a reader marks each piece as loaded."""
    return pieces @ heads["piece.weight"] + heads["piece.bias"]


def segment_scores(heads: Mapping[str, Any], mean: Any, most: Any, top: Any) -> Any:
    """Return the outputs ``SEGMENT`` of each text.

    ``mean`` and ``most`` are the mean and the maximum over the text's pieces, ``top`` the
    highest piece score.
    """
    import torch

    features = torch.cat([mean, most, top[:, None]], dim=1)
    return features @ heads["segment.weight"].T + heads["segment.bias"]


def toward_scores(heads: Mapping[str, Any], target: Any, mean: Any) -> Any:
    """Return the log odds ``TOWARD`` for targets.

    ``target`` is the mean over the target's pieces, ``mean`` over all pieces of its window.
    """
    import torch
    from torch.nn import functional as F

    features = torch.cat([target, mean], dim=1)
    hidden = F.gelu(features @ heads["toward.inner"].T + heads["toward.inner_bias"])
    return hidden @ heads["toward.weight"].T + heads["toward.bias"]
