"""Heads for frames: from a text's vector to how strongly each frame is present in it.

Two kinds. A head of **shares** has a prototype per frame and one for texts without any (means of
definitions and examples): a segment is divided among them by a softmax of its cosines. A **linear**
head, fitted to codes, has log odds per frame, and several may be high at once. Either belongs to
the vectors it was made with: it carries the hash of that encoder's weights. Values are between 0
and 1: **higher is more strongly present**.

Weights that ship are safetensors with their sha256 beside them (``data/models/frames``); with them
stand the predictions for the articles they were fitted on, each made without that article.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis import DATA
from analysis.measures.article_heads import ArticleHead, sigmoid

FOLDER = DATA / "models" / "frames"
WEIGHTS, FACTS, UNSEEN = "weights.safetensors", "model.json", "out_of_fold.safetensors"
_ARTICLE_PARTS = ("weight", "bias", "focus", "share", "prototypes", "thresholds")


@dataclass(frozen=True)
class FrameHead:
    """The head of one set of frames: prototypes with their sharpness, or weights and biases."""

    measure: str
    version: str
    labels: tuple[str, ...]
    weight: np.ndarray
    bias: np.ndarray
    space: str
    sharpness: float = 0.0

    @property
    def scorer(self) -> str:
        """What stands in the scores' column ``scorer``."""
        return f"{self.measure}@{self.version}"

    @property
    def divides(self) -> bool:
        """Whether values are shares of the text, that sum to at most 1."""
        return self.sharpness > 0

    def log_odds(self, vectors: np.ndarray) -> np.ndarray:
        """Return rows × labels (shares: cosines times sharpness); missing rows stay missing."""
        if vectors.shape[1] != self.weight.shape[1]:
            raise ValueError(
                f"the head {self.measure!r} reads vectors of {self.weight.shape[1]} numbers, "
                f"these have {vectors.shape[1]}"
            )
        odds = vectors.astype(np.float64) @ self.weight.T.astype(np.float64)
        return odds * self.sharpness if self.divides else odds + self.bias

    def values(self, vectors: np.ndarray) -> np.ndarray:
        """Return rows × labels between 0 and 1."""
        odds = self.log_odds(vectors)
        if not self.divides:
            return sigmoid(odds)
        share = np.exp(odds - odds.max(axis=1, keepdims=True))
        # The last prototype is that of texts without any frame: it takes its share, unnamed.
        return (share / share.sum(axis=1, keepdims=True))[:, : len(self.labels)]


def space_of(encoder: Any) -> str:
    """Return the name of an encoder's vectors: the hash of its weights."""
    return str(encoder.weights_hash)


def fit_logistic(
    vectors: np.ndarray,
    present: np.ndarray,
    *,
    strength: float,
    weight: np.ndarray | None = None,
    balanced: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Fit one logistic regression per label.

    Parameters
    ----------
    vectors : ndarray, rows × d
        Unit vectors.
    present : ndarray, rows × labels
        1, 0, a likelihood between them, or NaN where a row was not asked that label.
    strength : float
        Inverse of the ridge penalty; lower holds the weights closer to zero.
    weight : ndarray, rows, optional
        How much each row counts; default 1.
    balanced : bool
        Whether rows with and without a label count the same in sum; .5 then means "as likely as
        among as many of each", else values are probabilities in the fitted rows.

    Returns
    -------
    (ndarray, ndarray)
        Weights (labels × d) and biases. A label that all rows have (or none) gets no weights
        and a bias of ±6: nothing can be learnt about it.
    """
    from sklearn.linear_model import LogisticRegression

    weight = np.ones(len(vectors)) if weight is None else weight
    rows, biases = [], []
    for label in present.T:
        asked = np.flatnonzero(~np.isnan(label))
        # A likelihood counts as two rows: so much of one with the label, the rest without.
        yes, no = asked[label[asked] > 0], asked[label[asked] < 1]
        if not len(yes) or not len(no):
            rows.append(np.zeros(vectors.shape[1]))
            biases.append(6.0 if len(yes) else -6.0)
            continue
        for_yes, for_no = weight[yes] * label[yes], weight[no] * (1 - label[no])
        if balanced:
            half = (for_yes.sum() + for_no.sum()) / 2
            for_yes, for_no = for_yes * half / for_yes.sum(), for_no * half / for_no.sum()
        model = LogisticRegression(C=strength, max_iter=2000).fit(
            vectors[np.concatenate([yes, no])],
            np.repeat([1, 0], [len(yes), len(no)]),
            sample_weight=np.concatenate([for_yes, for_no]),
        )
        rows.append(model.coef_[0])
        biases.append(float(model.intercept_[0]))
    return np.array(rows), np.array(biases)


def article_key(text: str) -> int:
    """Return the number by which an article is known again, whatever its spaces."""
    plain = " ".join(re.findall(r"\w+", text.lower()))
    return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:8], "big", signed=True)


@lru_cache(maxsize=4)
def load_heads(folder: Path = FOLDER) -> dict[str, FrameHead]:
    """Return the heads for segments that ship, by measure.

    Raises
    ------
    FileNotFoundError
        When they are not there; the message says which command builds them.
    ValueError
        When a file's sha256 is not the one written beside it.
    """
    facts, tensors = _read(folder)
    return {
        name: FrameHead(
            measure=name,
            version=facts["version"],
            labels=tuple(labels),
            weight=tensors[f"{name}.weight"].astype(np.float32),
            bias=tensors[f"{name}.bias"].astype(np.float64),
            space=facts["space"],
            sharpness=facts["sharpness"].get(name, 0.0),
        )
        for name, labels in facts["labels"].items()
    }


@lru_cache(maxsize=4)
def load_article_heads(folder: Path = FOLDER) -> dict[str, ArticleHead]:
    """Return the heads for whole articles that ship, by measure; raises as ``load_heads``."""
    facts, tensors = _read(folder)
    return {
        name: ArticleHead(
            measure=name,
            version=facts["version"],
            labels=tuple(labels),
            space=facts["space"],
            **{part: tensors.get(f"article.{name}.{part}") for part in _ARTICLE_PARTS},
        )
        for name, labels in facts["article_labels"].items()
    }


@lru_cache(maxsize=4)
def load_unseen(folder: Path = FOLDER) -> dict[str, dict[int, np.ndarray]]:
    """Return, per labelled set, each fitted row's values from heads that had not seen it."""
    from safetensors.numpy import load_file

    tensors = load_file(_checked(folder, UNSEEN, _facts(folder)))
    sets = sorted(name[: -len(".rows")] for name in tensors if name.endswith(".rows"))
    return {
        name: dict(
            zip(
                tensors[f"{name}.rows"].tolist(),
                tensors[f"{name}.values"].astype(np.float64),
                strict=True,
            )
        )
        for name in sets
    }


def save_heads(
    heads: Sequence[FrameHead],
    article_heads: Sequence[ArticleHead],
    unseen: dict[str, tuple[Sequence[int], np.ndarray]],
    folder: Path,
    **facts: Any,
) -> None:
    """Write heads and out-of-fold values with their hashes, each file in one step."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for head in heads:
        tensors[f"{head.measure}.weight"] = head.weight.astype(np.float16)
        tensors[f"{head.measure}.bias"] = head.bias.astype(np.float32)
    for head in article_heads:
        for part in _ARTICLE_PARTS:
            if getattr(head, part) is not None:
                tensors[f"article.{head.measure}.{part}"] = getattr(head, part).astype(np.float32)
    kept = {}
    for name, (rows, values) in unseen.items():
        kept[f"{name}.rows"] = np.array(rows, dtype=np.int64)
        kept[f"{name}.values"] = values.astype(np.float16)
    hashes = {}
    for name, content in ((WEIGHTS, tensors), (UNSEEN, kept)):
        part = folder / f".{name}.tmp"
        save_file(content, part)
        part.chmod(0o644)
        hashes[name] = hashlib.sha256(part.read_bytes()).hexdigest()
        part.replace(folder / name)
    known = {
        **facts,
        "space": heads[0].space,
        "version": heads[0].version,
        "labels": {head.measure: list(head.labels) for head in heads},
        "sharpness": {head.measure: head.sharpness for head in heads if head.divides},
        "article_labels": {head.measure: list(head.labels) for head in article_heads},
        "sha256": hashes,
    }
    part = folder / f".{FACTS}.tmp"
    part.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(folder / FACTS)
    for load in (load_heads, load_article_heads, load_unseen):
        load.cache_clear()


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    from safetensors.numpy import load_file

    facts = _facts(folder)
    return facts, load_file(_checked(folder, WEIGHTS, facts))


def _facts(folder: Path) -> dict[str, Any]:
    path = folder / FACTS
    if not path.exists():
        raise FileNotFoundError(
            f"the heads for frames are not in {folder}: "
            "`python -m analysis train frames --data DIR` builds them"
        )
    return json.loads(path.read_text(encoding="utf-8"))


def _checked(folder: Path, name: str, facts: dict[str, Any]) -> Path:
    path, expected = folder / name, facts["sha256"][name]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise ValueError(
            f"{path}: sha256 is {found}, but {expected} was written beside it; "
            "`python -m analysis train frames --data DIR` builds the file again"
        )
    return path
