"""Train the line model: labelled pages → ``data/models/furniture``.

Comes in: ``DATA/pages/pages.jsonl`` (visible text of pages, each line marked as body or not). Goes
out: the weights of five models, each trained without a fifth of the pages, and a record of which
page was in which fold, so that a page is never measured by a model that has seen it. A page
that none has seen is read by all five, whose mean is better than each.

Each model is the mean of boosted trees over the features of a line and its neighbours and a small
net of dilated convolutions over the lines of the page. Few pages are to be had, so the net
also sees pages put together from the head of one, the article of another and the foot of a third.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from analysis.text.pages.furniture import count_words, furniture_by_rule
from analysis.text.pages.line_features import features, with_neighbours
from analysis.trees import grow_trees

FOLDS = 5
VARIANTS = 5
EPOCHS = 9
HIDDEN = 24
DILATIONS = (1, 2, 4, 8, 16, 32)
TREES = {
    "max_iter": 160,
    "learning_rate": 0.05,
    "max_leaf_nodes": 9,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "max_features": 0.25,
}


def train_furniture(data: Path, out: Path, *, seed: int = 20_260) -> dict[str, Any]:
    """Train the line model and write it to ``out``.

    Parameters
    ----------
    data : Path
        The folder of labelled sets.
    out : Path
        Where ``model.safetensors`` and ``model.json`` go.
    seed : int
        Of folds, variants and weights.

    Returns
    -------
    dict
        What ``model.json`` says: folds by page, hash, and figures on pages left out.
    """
    from safetensors.numpy import save_file

    pages = _read_pages(data)
    fold_of = {key: place % FOLDS for place, (key, _, _) in enumerate(sorted(pages))}
    tensors: dict[str, np.ndarray] = {}
    left_out: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for fold in range(FOLDS):
        inside = [page for page in pages if fold_of[page[0]] != fold]
        outside = [page for page in pages if fold_of[page[0]] == fold]
        trees = _train_trees(inside, seed + fold)
        net = _train_net(inside, seed + fold)
        tensors |= {f"{fold}.{name}": value for name, value in (trees | net).items()}
        left_out += [
            (_read_alone(page[1], trees | net), page[2], _words(page[1])) for page in outside
        ]
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / "model.safetensors")
    told = {
        "sha256": hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest(),
        "seed": seed,
        "pages": dict(sorted(fold_of.items())),
        "left_out": _scores(left_out),
    }
    (out / "model.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return told


def page_key(text: str) -> str:
    """Return the name under which ``model.json`` keeps a page: a hash of its visible text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _read_pages(data: Path) -> list[tuple[str, list[str], np.ndarray]]:
    pages = []
    for line in (data / "pages" / "pages.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        if row["gold_lines"] is None:
            continue
        both = zip(row["dump"].split("\n"), row["gold_lines"], strict=True)
        kept = [(text.strip(), gold) for text, gold in both if text.strip()]
        texts, gold = zip(*kept, strict=True)
        pages.append((page_key(row["dump"]), list(texts), np.array(gold)))
    return pages


def _words(lines: list[str]) -> np.ndarray:
    return np.array([count_words(line) for line in lines])


def _matrix(lines: list[str]) -> np.ndarray:
    return features(lines, furniture_by_rule(lines))


def _train_trees(pages: list[tuple[str, list[str], np.ndarray]], seed: int) -> dict[str, Any]:
    matrix = np.vstack([with_neighbours(_matrix(lines)) for _, lines, _ in pages])
    gold = np.concatenate([gold for _, _, gold in pages])
    grown = grow_trees(matrix, gold, seed=seed, **TREES)
    return {f"trees.{name}": value for name, value in grown.items()}


def _vary(
    pages: list[tuple[str, list[str], np.ndarray]], place: int, generator: np.random.Generator
) -> tuple[list[str], np.ndarray]:
    """A page with the head and foot of others, or with little or nothing around its article."""
    _, lines, gold = pages[place]
    inside = np.flatnonzero(gold)
    first, last = inside[0], inside[-1] + 1
    before, middle, after = lines[:first], lines[first:last], lines[last:]
    kept = gold[first:last]

    def stranger() -> tuple[list[str], list[str]]:
        _, other, marks = pages[generator.integers(len(pages))]
        body = np.flatnonzero(marks)
        return other[: body[0]], other[body[-1] + 1 :]

    chance = generator.random()
    if 0.25 <= chance < 0.6:
        head = stranger()[0]
        before = head[:-2] + before[-2:] if generator.random() < 0.5 else head
    elif 0.6 <= chance < 0.8:
        before = before[len(before) - min(len(before), int(generator.integers(0, 6))) :]
    elif chance >= 0.8:
        head = stranger()[0]
        before = head[len(head) - min(len(head), int(generator.integers(0, 40))) :]
    chance = generator.random()
    if 0.25 <= chance < 0.6:
        after = stranger()[1]
    elif 0.6 <= chance < 0.8:
        after = after[: int(generator.integers(0, 8))]
    elif chance >= 0.8:
        after = stranger()[1][: int(generator.integers(0, 40))]
    if generator.random() < 0.3 and len(middle) > 6:
        stays = generator.random(len(middle)) > 0.15
        stays[0] = True
        middle = [line for line, stay in zip(middle, stays, strict=True) if stay]
        kept = kept[stays]
    marks = np.concatenate([np.zeros(len(before), int), kept, np.zeros(len(after), int)])
    return before + middle + after, marks


def _train_net(pages: list[tuple[str, list[str], np.ndarray]], seed: int) -> dict[str, Any]:
    import torch
    from torch import nn

    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    seen = [(_matrix(lines), gold, _words(lines)) for _, lines, gold in pages]
    for place in range(len(pages)):
        for _ in range(VARIANTS):
            lines, gold = _vary(pages, place, generator)
            seen.append((_matrix(lines), gold, _words(lines)))
    everything = np.vstack([matrix for matrix, _, _ in seen])
    mean, spread = everything.mean(0), everything.std(0) + 1e-3
    net = _net(everything.shape[1])
    steps = EPOCHS * ((len(seen) + 15) // 16)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 3e-3, total_steps=steps, pct_start=0.2
    )
    for _ in range(EPOCHS):
        order = np.lexsort((generator.random(len(seen)), [len(g) // 60 for _, g, _ in seen]))
        batches = [order[at : at + 16] for at in range(0, len(order), 16)]
        generator.shuffle(batches)
        for batch in batches:
            size = max(len(seen[place][1]) for place in batch)
            inputs = torch.zeros(len(batch), size, len(mean))
            gold, weight = torch.zeros(len(batch), size), torch.zeros(len(batch), size)
            for row, place in enumerate(batch):
                matrix, marks, words = seen[place]
                scaled = np.clip((matrix - mean) / spread, -5, 5).astype(np.float32)
                inputs[row, : len(marks)] = torch.from_numpy(scaled)
                gold[row, : len(marks)] = torch.from_numpy(marks.astype(np.float32))
                weight[row, : len(marks)] = torch.from_numpy(
                    0.5 + 0.25 * np.log1p(words).astype(np.float32)
                )
            loss = nn.functional.binary_cross_entropy_with_logits(
                net(inputs, weight > 0), gold, reduction="none"
            )
            loss = (loss * weight).sum() / weight.sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    kept = {f"net.{name}": value.astype(np.float16) for name, value in state.items()}
    kept["net.mean"], kept["net.spread"] = mean.astype(np.float32), spread.astype(np.float32)
    return kept


def _net(width: int) -> Any:
    """Six dilated convolutions with short cuts; after the third, what the whole page is like."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(width, HIDDEN)
            self.turns = nn.ModuleList(
                nn.Conv1d(HIDDEN, HIDDEN, 3, padding=step, dilation=step) for step in DILATIONS
            )
            self.whole = nn.Linear(2 * HIDDEN, HIDDEN)
            self.last = nn.Linear(2 * HIDDEN, 1)
            self.drop = nn.Dropout(0.2)

        def forward(self, inputs: Any, there: Any) -> Any:
            mask = there.unsqueeze(1).float()
            own = torch.relu(self.first(self.drop(inputs))).transpose(1, 2) * mask
            state = own
            for place, turn in enumerate(self.turns):
                state = state + torch.relu(turn(self.drop(state))) * mask
                if place == 2:
                    mean = (state * mask).sum(2) / mask.sum(2)
                    most = (state + (mask - 1) * 1e4).max(2).values
                    page = torch.relu(self.whole(torch.cat([mean, most], 1)))
                    state = state + page.unsqueeze(2) * mask
            both = torch.cat([state, own], 1).transpose(1, 2)
            return self.last(self.drop(both)).squeeze(-1)

    return Net()


def _read_alone(lines: list[str], tensors: dict[str, np.ndarray]) -> np.ndarray:
    from analysis.text.pages.line_model import probability_by

    return probability_by(tensors, _matrix(lines))


def _scores(read: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> dict[str, float]:
    from analysis.text.pages.line_model import lines_kept

    found = np.concatenate([lines_kept(likely, words) for likely, _, words in read])
    gold = np.concatenate([marks for _, marks, _ in read]).astype(bool)
    words = np.concatenate([count for _, _, count in read])

    def f1(weight: np.ndarray) -> float:
        hit = weight[found & gold].sum()
        return float(2 * hit / (weight[found].sum() + weight[gold].sum()))

    return {
        "line_f1": f1(np.ones(len(words))),
        "word_f1": f1(words),
        "article_recall": float(words[found & gold].sum() / words[gold].sum()),
        "pages": len(read),
    }
