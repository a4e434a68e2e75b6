"""A researcher's own frames learnt: from descriptions, from hand codes, from the corpus itself.

Comes in: a ``FrameBook`` (definitions and examples), coded texts, or both, and an encoder. Goes
out: a ``FrameHead`` for ``score_frames(…, frames=head)``. With no code at all the descriptions
score; a few dozen codes already help (``python -m analysis benchmark frac`` shows by how much), and
uncoded texts of the corpus can stand in for more of them. Higher values: more strongly present.

What it does not do: say whether the frame is a good one. Code a sample (``outlets.coding``) and
look at the agreement before a figure is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.measures.frame_heads import FrameHead, fit_logistic, space_of
from analysis.measures.own_frames import FrameBook, built_in_frames

_WITHOUT = frozenset(("none", "other", "no_frame"))  # a frame so called is its own background
# Inverse ridge penalty beside up to _FEW descriptions; with more of them it falls, so that their
# pull together stays the same. Looked at on headlines, moral sentences and the benchmark.
_STRENGTH, _FEW = 1.0, 150
_SHARPNESS = 40.0  # of the choice between frames: cosines of unit vectors differ by hundredths
_ROUNDS = 10
_CORPUS_SHARE = 0.5  # what all uncoded texts weigh together, in coded texts
_LARGEST = 4000  # uncoded texts that are read
_FOLDS = 5
_GRID = np.arange(5.0, 61.0, 2.5)


def describe_frames(book: FrameBook, encoder: Any) -> FrameHead:
    """Return a head fitted to nothing but the frames' definitions and examples.

    Each frame's texts stand against those of the other frames and against sentences without any
    frame (``data/frames/background.yaml``), so one frame alone can be scored too. Adding a frame
    to the file changes the others' values a little: there is more to tell them from.
    """
    vectors, present = _described(book, encoder)
    rows, bias = fit_logistic(vectors, present, strength=_strength_for(len(vectors)))
    return FrameHead(book.measure, f"described-{book.version}", book.names, rows, bias,
                     space_of(encoder))  # fmt: skip


def divide_frames(book: FrameBook, encoder: Any) -> FrameHead:
    """Return a head that divides a text among the book's frames and none of them.

    A prototype is the mean of the frame's texts. The sharpness is the one under which the book's
    own examples, each left out of its prototype, are best told apart (cross-entropy).
    """
    owners = np.array(book.owners)
    nothing = encoder.vectors(built_in_frames("background").texts)
    vectors = np.concatenate([encoder.vectors(book.texts), nothing]).astype(np.float64)
    owners = np.concatenate([owners, np.full(len(nothing), len(book.frames))])
    sums = np.zeros((len(book.frames) + 1, vectors.shape[1]))
    np.add.at(sums, owners, vectors)
    middles = _unit(sums)
    cosines = vectors @ middles.T
    rows = np.arange(len(vectors))
    cosines[rows, owners] = (vectors * _unit(sums[owners] - vectors)).sum(axis=1)
    losses = []
    for sharpness in _GRID:
        odds = sharpness * cosines
        odds -= odds.max(axis=1, keepdims=True)
        losses.append(-(odds[rows, owners] - np.log(np.exp(odds).sum(axis=1))).mean())
    return FrameHead(
        book.measure,
        f"described-{book.version}",
        book.names,
        middles,
        np.zeros(len(middles)),
        space_of(encoder),
        float(_GRID[int(np.argmin(losses))]),
    )


def train_own_frame(
    examples: Sequence[str],
    labels: Sequence[Any],
    encoder: Any,
    *,
    book: FrameBook | None = None,
    measure: str | None = None,
    corpus: Sequence[str] = (),
    strength: float | None = None,
) -> FrameHead:
    """Return a head fitted to hand codes, and to the frames' descriptions where there are any.

    Parameters
    ----------
    examples : sequence of str
        The coded texts.
    labels : sequence
        Per text the frame's name, a list of names (several, or none: ``[]``), or True and False
        where only one frame was coded.
    encoder : Encoder
        Gives the vectors the head belongs to.
    book : FrameBook, optional
        Definitions and examples, which count beside the codes. Its names are the labels.
    measure : str, optional
        What the scores call it; default the book's, else ``own_frames``.
    corpus : sequence of str
        Uncoded texts of the same kind (the segments that will be scored): each counts for the
        frame it most resembles, all of them together for at most half of the coded texts. Only
        for frames of which a text mostly has one.
    strength : float, optional
        Inverse of the ridge penalty; default 1, and with more than 150 descriptions (definitions,
        examples, texts without frame) 150 divided by how many they are.

    Returns
    -------
    FrameHead
        For ``score_frames(…, frames=head)``.

    Raises
    ------
    ValueError
        When texts and labels are not equally many, a text is empty, a label is not in the book,
        or all texts have the same code and there is no book to tell it from others.
    """
    if len(examples) != len(labels):
        raise ValueError(f"{len(examples)} texts, but {len(labels)} labels")
    empty = [place for place, text in enumerate(examples) if not str(text).strip()]
    if empty:
        raise ValueError(f"text {empty[0]} is empty: leave it out, or code what it should say")
    coded = [_names_of(label, measure) for label in labels]
    found = sorted({name for names in coded for name in names})
    names = book.names if book else tuple(found)
    strange = [name for name in found if name not in names]
    if strange:
        raise ValueError(f"no frame is called {strange[0]!r}; there are {', '.join(names)}")
    present = np.array([[float(name in some) for name in names] for some in coded])
    vectors = encoder.vectors(list(examples))
    known, described = _described(book, encoder) if book else (vectors[:0], present[:0])
    if not book and (not names or present.min() == present.max()):
        raise ValueError("all texts have the same code: there is nothing to tell it from")
    strength = _strength_for(len(known)) if strength is None else strength
    uncoded = _uncoded(corpus, encoder) if len(corpus) else None
    if uncoded is not None:
        plain = _held_back_hits(vectors, present, known, described, None, strength)
        if _held_back_hits(vectors, present, known, described, uncoded, strength) <= plain:
            uncoded = None
    rows, bias = _fit(
        np.concatenate([vectors, known]), np.concatenate([present, described]), uncoded, strength
    )
    called = measure or (book.measure if book else "own_frames")
    return FrameHead(
        called,
        f"coded-{len(examples)}{'' if uncoded is None else '-corpus'}",
        tuple(names),
        rows,
        bias,
        space_of(encoder),
    )


def _strength_for(described: int) -> float:
    return _STRENGTH * min(1.0, _FEW / max(1, described))


def _names_of(label: Any, measure: str | None) -> tuple[str, ...]:
    if isinstance(label, str):
        return (label,)
    if isinstance(label, (bool, np.bool_)):
        return (measure or "own_frame",) if label else ()
    return tuple(label)


def _described(book: FrameBook, encoder: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors and labels of the book's texts and of texts without any frame."""
    texts, owners = list(book.texts), list(book.owners)
    if not _WITHOUT.intersection(book.names):
        texts += built_in_frames("background").texts
    present = np.zeros((len(texts), len(book.frames)))
    present[np.arange(len(owners)), owners] = 1.0
    return encoder.vectors(texts), present


def _fit(
    vectors: np.ndarray, present: np.ndarray, uncoded: np.ndarray | None, strength: float
) -> tuple[np.ndarray, np.ndarray]:
    if uncoded is None:
        return fit_logistic(vectors, present, strength=strength)
    likely = _resembling(vectors, present, uncoded)
    share = min(1.0, _CORPUS_SHARE * len(vectors) / max(1, len(uncoded)))
    return fit_logistic(
        np.concatenate([vectors, uncoded]),
        np.concatenate([present, likely]),
        weight=np.concatenate([np.ones(len(vectors)), np.full(len(uncoded), share)]),
        strength=strength,
    )


def _held_back_hits(
    vectors: np.ndarray,
    present: np.ndarray,
    known: np.ndarray,
    described: np.ndarray,
    uncoded: np.ndarray | None,
    strength: float,
) -> int:
    """Return for how many coded texts a head fitted without them gives their code the most."""
    hits = 0
    for fold in range(_FOLDS):
        back = np.arange(len(vectors)) % _FOLDS == fold
        rows, bias = _fit(
            np.concatenate([vectors[~back], known]),
            np.concatenate([present[~back], described]),
            uncoded,
            strength,
        )
        odds = vectors[back] @ rows.T + bias
        first = np.take_along_axis(present[back], odds.argmax(axis=1)[:, None], axis=1)[:, 0]
        # A text without any frame is hit where no frame has odds above even.
        none = (present[back].sum(axis=1) == 0) & (odds.max(axis=1) < 0)
        hits += int(((first > 0) | none).sum())
    return hits


def _uncoded(corpus: Sequence[str], encoder: Any) -> np.ndarray:
    # In an order of their own: neither the caller's order nor repeats may matter.
    texts = sorted({text for text in corpus if text.strip()}, key=_hash)[:_LARGEST]
    rows = encoder.vectors(texts).astype(np.float64)
    return rows[~np.isnan(rows).any(axis=1)]


def _resembling(vectors: np.ndarray, present: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return how likely each uncoded text has each frame.

    Prototypes of the frames (and of texts without any) are moved towards the texts that resemble
    them, a text counting for each by how much it does.
    """
    classes = np.column_stack([present, present.sum(axis=1) == 0]).astype(float)
    classes /= classes.sum(axis=1, keepdims=True)
    there = classes.any(axis=0)
    sizes, known = classes.sum(axis=0)[there], (classes.T @ vectors)[there]
    middles = _unit(known)
    for _ in range(_ROUNDS):
        likeness = _SHARPNESS * rows @ middles.T
        share = np.exp(likeness - likeness.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        mass = np.minimum(1.0, _CORPUS_SHARE * sizes / np.maximum(share.sum(axis=0), 1e-9))
        middles = _unit(known + mass[:, None] * (share.T @ rows))
    likely = np.zeros((len(rows), classes.shape[1]))
    likely[:, there] = share
    return likely[:, :-1]


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
