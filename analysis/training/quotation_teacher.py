"""An encoder learns to tag sources, cues and contents; the small tagger then learns from it too.

Comes in: labelled articles, a row a version of one (with or without its quotation marks). Goes
out: for each word of any article the odds of outside, begins and inside for the three roles, as an
encoder sees them whose layers were trained on the labelled articles (all-MiniLM-L6-v2). People
differ in what they mark: the encoder learns each annotator's habits beside what they share, and
answers as the mean of them all. Needed for training only; nothing of it is shipped. Higher
probability means more likely.

References
----------
Hinton, Vinyals & Dean (2015), https://doi.org/10.48550/arXiv.1503.02531.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.text.speech.reported_speech import ROLES
from analysis.training.wording_network import Stack

LONGEST = 254  # pieces of one window, beside its first and last
PIECES_PER_BATCH = 8_000
RATE, HEAD_RATE, DECAY = 2.5e-4, 2e-3, 0.01
_OUT = 3 * len(ROLES)


@dataclass(frozen=True)
class Window:
    """Whole sentences of one article: their pieces, and the first piece of each of its words."""

    row: int
    first: int  # the window's first word in its row
    pieces: np.ndarray
    places: np.ndarray  # of each word's first piece


class Cutter:
    """Cuts articles into windows of pieces; remembers how it cut words it has met."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._met: dict[str, list[int]] = {}
        self._edges = [tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[UNK]")]

    def cut(self, row: int, words: Sequence[str], begins: np.ndarray) -> list[Window]:
        """Return the windows of one article, cut where a sentence ``begins`` if one does."""
        new = [word for word in dict.fromkeys(words) if word not in self._met]
        if new:
            cut = self._tokenizer.encode_batch(new, add_special_tokens=False)
            self._met.update((word, one.ids) for word, one in zip(new, cut, strict=True))
        opening, closing, unknown = self._edges
        cut = [self._met[word][:LONGEST] or [unknown] for word in words]
        sizes = np.array([len(pieces) for pieces in cut])
        windows, first = [], 0
        while first < len(cut):
            fits = first + int(np.searchsorted(np.cumsum(sizes[first:]), LONGEST, side="right"))
            last = fits
            if fits < len(cut):
                sentences = first + 1 + np.flatnonzero(begins[first + 1 : fits + 1])
                last = int(sentences[-1]) if len(sentences) else fits
            pieces = [opening, *(one for word in cut[first:last] for one in word), closing]
            places = 1 + np.cumsum(sizes[first:last]) - sizes[first:last]
            windows.append(Window(row, first, np.array(pieces), places))
            first = last
        return windows


def new_teacher(folder: Any, n_annotators: int, *, frozen: int = 0, seed: int = 1) -> Any:
    """Return the encoder's layers from ``frozen`` on and an output for each word, to be trained."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    stack = Stack(folder)

    class Teacher(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stack, self.frozen = stack, frozen
            self.body = nn.ParameterDict(
                {
                    name.replace(".", "/"): nn.Parameter(stack.weights[name].clone())
                    for name in stack.names(frozen)
                }
            )
            self.head = nn.Linear(stack.size, _OUT)
            # What one annotator does otherwise than the mean of them: nothing, at first.
            self.habits = nn.Parameter(torch.zeros(n_annotators, _OUT, stack.size))
            self.habit_bias = nn.Parameter(torch.zeros(n_annotators, _OUT))
            self.dropout = nn.Dropout(0.1)

        def states(self, pieces: Any, mask: Any) -> Any:
            keep = torch.where(mask, 0.0, -1e4).bfloat16()[:, None, None, :]
            x = stack.lower(list(pieces), frozen).clone()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                return stack.through(
                    x, keep, lambda n: self.body[n.replace(".", "/")], frozen, stack.count
                ).float()

        def answers(self, states: Any, annotators: Any) -> Any:
            """Return the log odds of each word (words × roles × 3) as an annotator marks it."""
            states = self.dropout(states)
            own = torch.einsum("ns,nos->no", states, self.habits[annotators])
            found = self.head(states) + own + self.habit_bias[annotators]
            return found.view(-1, len(ROLES), 3)

        def mean_answers(self, states: Any) -> Any:
            """Return the mean over annotators of the probabilities of each word."""
            own = torch.einsum("ns,aos->ano", states, self.habits) + self.habit_bias[:, None]
            found = (self.head(states)[None] + own).view(len(self.habits), -1, len(ROLES), 3)
            return found.softmax(-1).mean(0)

    return Teacher()


def train_teacher(
    teacher: Any,
    windows: Sequence[Window],
    labels: Sequence[np.ndarray],
    annotators: Sequence[int],
    *,
    epochs: int,
    draw: Callable[[int], Sequence[bool]] | None = None,
    rate: float = RATE,
    seed: int = 1,
    after: Callable[[int], None] | None = None,
) -> None:
    """Train on the windows of labelled rows; the rate rises for a tenth, then falls to nothing.

    Parameters
    ----------
    teacher : Teacher
        As of :func:`new_teacher`.
    windows : sequence of Window
        Of all rows.
    labels, annotators : sequence
        A row's labels (words × roles), and the number of who marked it.
    epochs : int
        Times that the windows are read.
    draw : function, optional
        Which rows are read in an epoch (default: all).
    rate, seed
        Highest learning rate of the layers; order of the windows.
    after : function, optional
        Called with the number of each epoch that ended.
    """
    import torch
    from torch.nn import functional as F
    from tqdm.auto import tqdm

    every = np.ones(len(labels), dtype=bool)
    passes = []
    for epoch in range(epochs):
        read = every if draw is None else np.asarray(draw(epoch))
        passes.append(_batches([w for w in windows if read[w.row]], seed * 100 + epoch))
    head = [p for name, p in teacher.named_parameters() if not name.startswith("body")]
    optimizer = torch.optim.AdamW(
        [{"params": teacher.body.values(), "lr": rate}, {"params": head, "lr": HEAD_RATE}],
        weight_decay=DECAY,
    )
    steps = sum(len(one) for one in passes)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [rate, HEAD_RATE], total_steps=steps + 1, pct_start=0.1, anneal_strategy="linear"
    )
    for epoch, batches in enumerate(passes):
        teacher.train()
        for batch in tqdm(batches, desc=f"teacher, time {epoch + 1} of {epochs}"):
            pieces, mask, places = _stacked(batch)
            states = teacher.states(pieces, mask)[places]
            asked = np.concatenate(
                [labels[w.row][w.first : w.first + len(w.places)] for w in batch]
            )
            who = np.concatenate([np.full(len(w.places), annotators[w.row]) for w in batch])
            odds = teacher.answers(states, torch.from_numpy(who))
            loss = F.cross_entropy(odds.flatten(0, 1), torch.from_numpy(asked).flatten())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        if after is not None:
            after(epoch)


def ask_teacher(teacher: Any, windows: Sequence[Window], sizes: Sequence[int]) -> list[np.ndarray]:
    """Return what it says of each row's words: words × roles × (outside, begins, inside)."""
    import torch

    found = [np.zeros((size, len(ROLES), 3), dtype=np.float32) for size in sizes]
    teacher.eval()
    with torch.inference_mode():
        for batch in _batches(windows, 0):
            pieces, mask, places = _stacked(batch)
            answers = teacher.mean_answers(teacher.states(pieces, mask)[places]).numpy()
            done = 0
            for w in batch:
                count = len(w.places)
                found[w.row][w.first : w.first + count] = answers[done : done + count]
                done += count
    return found


def _batches(windows: Sequence[Window], seed: int) -> list[list[Window]]:
    """Put windows of like length together, in another order each time."""
    generator = np.random.default_rng(seed)
    order = np.argsort([len(w.pieces) + generator.random() * 30 for w in windows])
    batches: list[list[Window]] = [[]]
    for index in order:
        longest = len(windows[index].pieces)
        if batches[-1] and (len(batches[-1]) + 1) * longest > PIECES_PER_BATCH:
            batches.append([])
        batches[-1].append(windows[index])
    generator.shuffle(batches)
    return batches


def _stacked(batch: list[Window]) -> tuple[np.ndarray, Any, tuple[Any, Any]]:
    import torch

    longest = max(len(w.pieces) for w in batch)
    pieces = np.zeros((len(batch), longest), dtype=np.int64)
    for number, w in enumerate(batch):
        pieces[number, : len(w.pieces)] = w.pieces
    mask = torch.from_numpy(np.arange(longest) < np.array([[len(w.pieces)] for w in batch]))
    rows = np.repeat(np.arange(len(batch)), [len(w.places) for w in batch])
    places = np.concatenate([w.places for w in batch])
    return pieces, mask, (torch.from_numpy(rows), torch.from_numpy(places))
