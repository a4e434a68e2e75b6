"""The line model: how likely each line of a whole page is part of the article.

Comes in: the lines of a page. Goes out: for each line a probability, 0 to 1; higher means more
likely to be the article's own text. It decides where a text looks like a whole copied page; in a
text that is mostly sentences it only speaks of other lines, and only where it is sure. An article
with a few prompts around it is left to the rules, which do not err on prose.

Weights are those of ``line_training``, in ``data/models/furniture``, read from safetensors and
checked by hash; a file that is not the one described is refused.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np

from analysis import DATA
from analysis.text.pages.furniture import Verdict, is_sentence
from analysis.text.pages.line_features import features, with_neighbours
from analysis.trees import probability_of

MODEL = DATA / "models" / "furniture"
MOST_LINES = 5_000
KEEP = 0.3
KEEP_APART = 0.8
SURE = 0.05
_INSIDE = 0.2
_DILATIONS = (1, 2, 4, 8, 16, 32)


class ModelError(RuntimeError):
    """Weights that are not what their description says."""


class LineModel:
    """The shipped model.

    Parameters
    ----------
    without : int or None
        Leave out the parts that have seen the pages of this fold (for measuring on pages that
        the model was trained on); by default all parts are averaged.
    folder : Path
        Where ``model.safetensors`` and ``model.json`` are.
    """

    def __init__(self, *, without: int | None = None, folder: Path = MODEL) -> None:
        parts, _ = _load(folder)
        # The part with the fold's number is the one that has not seen the fold's pages.
        self.parts = parts if without is None else [parts[without]]

    def probability(self, lines: list[str], verdicts: list[Verdict | None]) -> np.ndarray:
        """Return for each line how likely it belongs to the article."""
        matrix = features(lines, verdicts)
        return np.mean([probability_by(part, matrix) for part in self.parts], axis=0)


def lines_kept(probability: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Return which lines stay: an article is one stretch of its page, with furniture inside.

    Parameters
    ----------
    probability : array
        Of each line.
    words : array
        How many words each line has.

    Notes
    -----
    The stretch is the one with the largest sum of ``(p - 0.2) √words``. In it a line stays with
    ``p > KEEP``, elsewhere with ``p > KEEP_APART``. The bounds were set on left-out pages.
    """
    total = np.concatenate([[0.0], np.cumsum((probability - _INSIDE) * np.sqrt(words))])
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.argmin(total[: last + 1]))
    kept = probability > KEEP_APART
    kept[first:last] |= probability[first:last] > KEEP
    return kept


def folds_of_pages(folder: Path = MODEL) -> dict[str, int]:
    """Return the pages that the model was trained on (by hash of their text) and their folds."""
    return _load(folder)[1]


def is_whole_page(lines: list[str], verdicts: list[Verdict | None]) -> bool:
    """Whether a text looks like a whole page: most lines are neither prose nor known prompts.

    Notes
    -----
    An article, also one with captions and subheadings, is mostly sentences; a copied page is
    mostly menus and teasers. Counted are only lines that no rule has spoken of: at least 15 of
    them, and more than half, must be no sentences.
    """
    other, open_ = _other_lines(lines, verdicts)
    return other >= 15 and other > 0.5 * open_


def has_side_lines(lines: list[str], verdicts: list[Verdict | None]) -> bool:
    """Whether a text that is mostly sentences has lines between them that may be furniture.

    A long article copied with its page is one: eight lines or more are no sentences.
    """
    return _other_lines(lines, verdicts)[0] >= 8


def surely_furniture(
    lines: list[str], verdicts: list[Verdict | None], model: LineModel
) -> list[tuple[int, float]]:
    """Return the lines of such a text that the model is sure of, each with its confidence.

    No sentence is among them, and no line that a rule has spoken of: in a text that is mostly
    sentences the model says less than on a page, so only what it gives next to no chance goes.
    """
    likely = model.probability(lines, verdicts)
    return [
        (place, round(1 - float(p), 3))
        for place, (line, verdict, p) in enumerate(zip(lines, verdicts, likely, strict=True))
        if verdict is None and p < SURE and not is_sentence(line)
    ]


def _other_lines(lines: list[str], verdicts: list[Verdict | None]) -> tuple[int, int]:
    """Return how many lines that no rule has spoken of are no sentences, and how many there are."""
    if not 20 <= len(lines) <= MOST_LINES:
        return 0, 0
    open_ = [line for line, verdict in zip(lines, verdicts, strict=True) if verdict is None]
    return sum(not is_sentence(line) for line in open_), len(open_)


def probability_by(tensors: dict[str, np.ndarray], matrix: np.ndarray) -> np.ndarray:
    """Return the mean of what the trees and the net of one part say of each line."""
    trees = {name[6:]: value for name, value in tensors.items() if name.startswith("trees.")}
    return (probability_of(trees, with_neighbours(matrix)) + _net(tensors, matrix)) / 2


@cache
def _load(folder: Path) -> tuple[list[dict[str, np.ndarray]], dict[str, int]]:
    from safetensors.numpy import load

    told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    data = (folder / "model.safetensors").read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != told["sha256"]:
        raise ModelError(
            f"{folder / 'model.safetensors'} has sha256 {found}, not {told['sha256']} as "
            "model.json says: restore both from the repository"
        )
    parts: dict[int, dict[str, np.ndarray]] = {}
    for name, value in load(data).items():
        fold, rest = name.split(".", 1)
        kept = value.astype(np.float32) if value.dtype == np.float16 else value
        parts.setdefault(int(fold), {})[rest] = kept
    return [parts[fold] for fold in sorted(parts)], told["pages"]


def _net(tensors: dict[str, np.ndarray], matrix: np.ndarray) -> np.ndarray:
    scaled = np.clip((matrix - tensors["net.mean"]) / tensors["net.spread"], -5, 5)
    own = _positive(scaled @ tensors["net.first.weight"].T + tensors["net.first.bias"])
    state = own
    for place, step in enumerate(_DILATIONS):
        weight = tensors[f"net.turns.{place}.weight"]
        padded = np.pad(state, ((step, step), (0, 0)))
        turned = sum(
            padded[at * step : at * step + len(state)] @ weight[:, :, at].T for at in range(3)
        )
        state = state + _positive(turned + tensors[f"net.turns.{place}.bias"])
        if place == 2:
            page = np.concatenate([state.mean(axis=0), state.max(axis=0)])
            state = state + _positive(
                page @ tensors["net.whole.weight"].T + tensors["net.whole.bias"]
            )
    both = np.hstack([state, own])
    return _logistic((both @ tensors["net.last.weight"].T)[:, 0] + tensors["net.last.bias"][0])


def _positive(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0.0)


def _logistic(values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))
