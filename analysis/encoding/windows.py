"""Texts as the word pieces an encoder reads: windows that lose nothing, batches without padding.

Comes in: a list of texts. Goes out: windows (stretches of at most as many pieces as the model
reads at once) and batches of them. A text longer than the window becomes several windows, cut
between words; none is ever cut off. Windows of one length lie side by side in a batch, so no
place is filled with padding and a text's numbers do not depend on its neighbours.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Windows:
    """Windows of word pieces, in the order of the texts.

    ``ids`` holds one array of piece numbers per window, with the model's opening and closing
    pieces; ``text`` is the position of the window's text; ``starts`` and ``ends`` hold the
    characters of each piece in that text (equal for the opening and closing pieces).
    """

    ids: list[np.ndarray]
    text: np.ndarray
    starts: list[np.ndarray]
    ends: list[np.ndarray]
    n_texts: int

    @property
    def lengths(self) -> np.ndarray:
        """Pieces in each window."""
        return np.array([len(one) for one in self.ids], dtype=np.int64)


def split_windows(
    tokenizer: Any, texts: Sequence[str], *, window: int, offsets: bool = True
) -> Windows:
    """Cut texts into windows of at most ``window`` pieces.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        Without truncation or padding.
    texts : sequence of str
    window : int
        Most pieces in a window, the opening and closing piece included.
    offsets : bool
        Whether to keep each piece's characters (needed to say which words a score is from).
    """
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    opening, closing = _edges(tokenizer)
    room = window - len(opening) - len(closing)
    ids, owner, starts, ends = [], [], [], []
    for position, one in enumerate(encoded):
        pieces = one.ids
        cuts = [0, len(pieces)] if len(pieces) <= room else _cuts(one.word_ids, room)
        spans = np.array(one.offsets, dtype=np.int32).reshape(-1, 2) if offsets else None
        for first, last in itertools.pairwise(cuts):
            ids.append(np.array([*opening, *pieces[first:last], *closing], dtype=np.int64))
            owner.append(position)
            if spans is not None:
                padded = np.zeros((len(ids[-1]), 2), dtype=np.int32)
                padded[len(opening) : len(opening) + last - first] = spans[first:last]
                starts.append(padded[:, 0])
                ends.append(padded[:, 1])
    return Windows(ids, np.array(owner, dtype=np.int64), starts, ends, len(encoded))


def batches_by_length(lengths: np.ndarray, *, pieces: int) -> Iterator[np.ndarray]:
    """Yield positions of windows, shortest first, about ``pieces`` word pieces at a time."""
    order = np.argsort(lengths, kind="stable")
    first, total = 0, 0
    for place, position in enumerate(order):
        if place > first and total + lengths[position] > pieces:
            yield order[first:place]
            first, total = place, 0
        total += int(lengths[position])
    if first < len(order):
        yield order[first:]


def _edges(tokenizer: Any) -> tuple[list[int], list[int]]:
    plain = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a", add_special_tokens=True).ids
    place = next(
        i for i in range(len(whole) - len(plain) + 1) if whole[i : i + len(plain)] == plain
    )
    return whole[:place], whole[place + len(plain) :]


def _cuts(words: Sequence[int | None], room: int) -> list[int]:
    """Return where to cut so that no window holds more than ``room`` pieces or half a word."""
    cuts = [0]
    while len(words) - cuts[-1] > room:
        cut = cuts[-1] + room
        while cut > cuts[-1] and words[cut] is not None and words[cut] == words[cut - 1]:
            cut -= 1
        # A single word longer than the window can only be cut inside.
        cuts.append(cut if cut > cuts[-1] else cuts[-1] + room)
    cuts.append(len(words))
    return cuts
