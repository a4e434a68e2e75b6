"""Trains the network that links acts to their agents and patients (``role_links``).

Comes in: the set ``moral_events`` (acts of moral good or harm with their agents and patients
among the article's actors). Goes out: ``data/models/roles``: weights, a description with their
hash, and for every labelled act the probabilities by weights that have not seen its story
(five folds by story), so that no figure is reported on rows seen. The loss asks which of the
article's actors it is (softmax over actors). About four minutes on one core.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from analysis.encoding.heads import MODELS
from analysis.measures.role_links import (
    HIDDEN,
    Described,
    Place,
    describe_article,
    texts_to_read,
)
from analysis.parsing import parse_texts
from analysis.training.labelled_rows import fold_of, row_hash

SET = "moral_events"
KINDS_OF = {"People": "person", "Organization": "group", "GPE": "place"}
FOLDS = 5
_SIZES = {"hidden": 64, "joined": 32}


def read_articles(data: Path | str) -> list[dict[str, Any]]:
    """Return the articles of the set below ``data``."""
    with (Path(data) / SET / "articles.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def parse_articles(
    articles: list[dict],
) -> Iterator[tuple[list, list[Place], list[str], list[str]]]:
    """Yield per article its parsed sentences, its acts, its actors and their kinds."""
    parsed = parse_texts(text for article in articles for text in article["sentences"])
    for article in articles:
        sentences = [next(parsed) for _ in article["sentences"]]
        kinds = {one["text"]: KINDS_OF.get(one["entityType"], "unknown")
                 for one in article["entities"]}  # fmt: skip
        names = sorted(kinds)
        acts = [_place(sentences, one) for one in article["events"]]
        yield sentences, acts, names, [kinds[name] for name in names]


def act_hashes(article: dict) -> list[int]:
    """Return a number for each act of an article, the same for the same text and actors."""
    names = sorted({one["text"] for one in article["entities"]})
    text = "\n".join([article["headline"], *article["sentences"], *names])
    return [row_hash(SET, f"{text}\n{number}") for number in range(len(article["events"]))]


def train_roles(
    data: Path | str, out: Path | str | None = None, *, seed: int = 20_260, epochs: int = 12
) -> Path:
    """Train the shipped weights anew and write them with their out-of-fold probabilities.

    Parameters
    ----------
    data : path
        Folder that holds the set ``moral_events``.
    out : path, optional
        Folder to write to; ``data/models/roles`` of the project by default.
    seed, epochs : int
        Of the training.

    Returns
    -------
    Path
        The folder with ``weights.safetensors``, ``out_of_fold.safetensors`` and ``model.json``.
    """
    from safetensors.numpy import save_file

    from analysis.encoding.transformer import file_hash

    articles = read_articles(data)
    described, vector_of = describe_all(articles)
    labels = [_labels(article, one) for article, one in zip(articles, described, strict=True)]
    rows = _Rows(described, labels, vector_of)
    folds = np.array(
        [fold_of(SET, article["story"]) for article in articles for _ in article["events"]]
    )
    seen = np.zeros((len(rows.features), 2), dtype=np.float32)
    for fold in np.unique(folds):
        tensors = _fit(rows, np.flatnonzero(folds != fold), seed=seed, epochs=epochs)
        inside = np.isin(rows.act, np.flatnonzero(folds == fold))
        seen[inside] = rows.probabilities(tensors)[inside]
    tensors = _fit(rows, np.arange(len(folds)), seed=seed, epochs=epochs)
    folder = Path(out) if out else MODELS / "roles"
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "weights.safetensors")
    hashes = [one for article in articles for one in act_hashes(article)]
    save_file(
        {
            "act": np.array(hashes, dtype=np.int64),
            "size": np.bincount(rows.act).astype(np.int32),
            "probability": seen.astype(np.float16),
        },
        folder / "out_of_fold.safetensors",
    )
    meta = {
        "sha256": file_hash(folder / "weights.safetensors"),
        "encoder": "all-MiniLM-L6-v2",
        "fitted_on": {SET: len(folds)},
        "folds": f"{FOLDS}, by story",
        "seed": seed,
        "epochs": epochs,
    }
    (folder / "model.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    return folder


def describe_all(articles: list[dict]) -> tuple[list[Described], dict[str, np.ndarray]]:
    """Return the features of all articles' acts and the vectors of all texts they need."""
    from analysis.encoder import Encoder

    parsed = list(parse_articles(articles))
    texts = sorted({text for s, acts, names, _ in parsed for text in texts_to_read(s, names, acts)})
    vector_of = dict(zip(texts, np.nan_to_num(Encoder().vectors(texts)), strict=True))
    described = [
        describe_article(sentences, article["headline"], names, kinds, acts, vector_of)
        for article, (sentences, acts, names, kinds) in zip(articles, parsed, strict=True)
    ]
    return described, vector_of


def _place(sentences: list, event: dict) -> Place:
    sentence = sentences[event["sentence"]]
    span = None
    if event["start"] is not None:
        span = sentence.char_span(event["start"], event["end"], alignment_mode="expand")
    span = span if span is not None and len(span) else sentence[:]
    trigger = (event["trigger"] or "").lower()
    word = next((token for token in span if token.lower_ == trigger), span.root)
    return Place(event["sentence"], span, word)


def _labels(article: dict, described: Described) -> np.ndarray:
    rows = zip(described.act, described.actor, strict=True)
    events, names = article["events"], described.names
    return np.array(
        [
            [names[actor] in events[act]["agents"], names[actor] in events[act]["patients"]]
            for act, actor in rows
        ],
        dtype=np.float32,
    ).reshape(-1, 2)


class _Rows:
    """All acts and actors in one table, and the same padded to one number of actors an act."""

    def __init__(self, described, labels, vector_of) -> None:
        starts = np.cumsum([0, *[one.act.max(initial=-1) + 1 for one in described]])
        self.act = np.concatenate(
            [one.act + start for one, start in zip(described, starts[:-1], strict=True)]
        )
        self.features = np.concatenate([one.features for one in described if len(one.act)])
        self.labels = np.concatenate(labels)
        texts = [
            (one.names[actor], one.phrases[act], one.sentences[act])
            for one in described
            for act, actor in zip(one.act, one.actor, strict=True)
        ]
        self.vectors = [
            np.stack([vector_of[row[part]] for row in texts]).astype(np.float32)
            for part in range(3)
        ]

    def standardised(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        part = self.features[np.isin(self.act, chosen)]
        return part.mean(0).astype(np.float32), (part.std(0) + 1e-6).astype(np.float32)

    def probabilities(self, tensors: dict[str, np.ndarray]) -> np.ndarray:
        from analysis.measures.role_links import network

        logits = network(
            tensors, (self.features - tensors["mean"]) / tensors["spread"], *self.vectors
        )
        highest = np.full((self.act.max() + 1, 2), -np.inf)
        np.maximum.at(highest, self.act, logits)
        odds = np.exp(logits - highest[self.act])
        total = np.zeros_like(highest)
        np.add.at(total, self.act, odds)
        return odds / total[self.act]


def _fit(rows: _Rows, chosen: np.ndarray, *, seed: int, epochs: int) -> dict[str, np.ndarray]:
    """Return the weights after training on the chosen acts."""
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    mean, spread = rows.standardised(chosen)
    features = torch.tensor(((rows.features - mean) / spread).clip(-4, 4).astype(np.float32))
    vectors = [torch.tensor(8 * one) for one in rows.vectors]
    labels, act = torch.tensor(rows.labels), torch.tensor(rows.act)
    firsts = np.searchsorted(rows.act, np.arange(rows.act.max() + 2))
    width, size = features.shape[1], vectors[0].shape[1]
    layers = torch.nn.ModuleDict(
        {
            **{name: torch.nn.Linear(size, _SIZES["joined"]) for name in HIDDEN},
            "first": torch.nn.Linear(width + 3 * _SIZES["joined"], _SIZES["hidden"]),
            "second": torch.nn.Linear(_SIZES["hidden"], 2),
            "straight": torch.nn.Linear(width, 2),
        }
    )
    drop = functional.dropout
    batch = 64
    steps = epochs * (len(chosen) // batch + 1)
    optimiser = torch.optim.AdamW(layers.parameters(), 3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    order = torch.tensor(chosen)
    for _ in range(epochs):
        for part in order[torch.randperm(len(order))].split(batch):
            at = torch.cat([torch.arange(firsts[one], firsts[one + 1]) for one in part.tolist()])
            owner = torch.unique(act[at], return_inverse=True)[1]
            one, two, three = (
                layers[name](drop(vector[at], 0.2))
                for name, vector in zip(HIDDEN, vectors, strict=True)
            )
            joined = torch.cat([features[at], one * two, one * three, one], 1)
            hidden = functional.gelu(layers["first"](drop(joined, 0.3)))
            logits = layers["second"](drop(hidden, 0.3)) + layers["straight"](features[at])
            total = torch.zeros(len(part), 2).index_add(0, owner, logits.exp()).log()
            sought = labels[at]
            shares = sought / torch.zeros(len(part), 2).index_add(0, owner, sought)[owner].clamp(
                min=1
            )
            loss = -(shares * (logits - total[owner])).sum() / len(part)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    tensors = {key: value.detach().numpy() for key, value in layers.state_dict().items()}
    return {**tensors, "mean": mean, "spread": spread}
