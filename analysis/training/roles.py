"""Trains the links of acts to their agents and patients: ``data/models/roles``.

Comes in: the set ``moral_events`` (acts of moral good or harm with their agents and patients
among the article's actors). Goes out: weights, a description with their hash and with the words
of moral acts, and for every labelled act the probabilities by weights that have not seen its
story (five folds by story), so that no figure is reported on rows seen. The second trees learn
from what the first said of acts they had not seen, and read the articles of a story together.
About fifteen minutes on one core.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.encoding.heads import MODELS
from analysis.measures.acts import find_acts
from analysis.measures.role_links import Described, Place, describe_article, texts_to_read
from analysis.measures.role_model import (
    HIDDEN,
    SIDES,
    Weights,
    act_vectors,
    ask_nets,
    join_opinions,
    pack_weights,
    read_together,
)
from analysis.parsing import parse_texts
from analysis.training.labelled_rows import fold_of, row_hash
from analysis.trees import grow_trees, probability_of

SET = "moral_events"
KINDS_OF = {"People": "person", "Organization": "group", "GPE": "place"}
FOLDS = 5
SEEDS = (20_260, 11, 12)  # of the networks
_TREE_SEED = 1
_SIZES = {"hidden": 64, "joined": 32}
_ALONE = {
    "max_iter": 150,
    "learning_rate": 0.06,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "max_features": 0.3,
}
_TOGETHER = {
    "max_iter": 160,
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 80,
    "l2_regularization": 20.0,
    "max_features": 0.25,
}
_VICES = frozenset({"Harm", "Cheating", "Betrayal", "Subversion", "Degradation"})
_PENALTY = 1.0  # of the regression that tells harm from good
_LEAST_SEEN = 2  # times a word must be marked to stand among the words of moral acts


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
    data: Path | str,
    out: Path | str | None = None,
    *,
    seeds: Sequence[int] = SEEDS,
    epochs: int = 12,
) -> Path:
    """Train the shipped weights anew and write them with their out-of-fold probabilities.

    Parameters
    ----------
    data : path
        Folder that holds the set ``moral_events``.
    out : path, optional
        Folder to write to; ``data/models/roles`` of the project by default.
    seeds : sequence of int
        Of the networks, one each.
    epochs : int
        Of the networks' training.

    Returns
    -------
    Path
        The folder with ``weights.safetensors``, ``out_of_fold.safetensors`` and ``model.json``.
    """
    articles = read_articles(data)
    parsed = list(parse_articles(articles))
    described, vector_of = describe_all(articles, parsed)
    rows = Rows(articles, described, vector_of)
    folds = np.array(
        [fold_of(SET, article["story"]) for article in articles for _ in article["events"]]
    )
    nets = [fit_nets(rows, folds, seed=seed, epochs=epochs) for seed in seeds]
    seen, weights = fit_trees(rows, folds, nets)
    about = {"seeds": list(seeds), "epochs": epochs, "acts": count_moral_words(articles, parsed)}
    folder = Path(out) if out else MODELS / "roles"
    return write_roles(folder, articles, rows, seen, weights, about)


def fit_nets(rows: Rows, folds: np.ndarray, *, seed: int, epochs: int) -> tuple[list, dict]:
    """Return one network per fold that has not seen it, and one that has seen all."""
    kept = [
        _fit(rows, np.flatnonzero(folds != fold), seed=seed, epochs=epochs) for fold in range(FOLDS)
    ]
    return kept, _fit(rows, np.arange(len(folds)), seed=seed, epochs=epochs)


def fit_trees(
    rows: Rows, folds: np.ndarray, nets: list[tuple[list, dict]]
) -> tuple[np.ndarray, Weights]:
    """Return the probabilities of rows not seen, and the weights fitted on all."""
    of_row = folds[rows.act]
    logs = np.zeros((len(of_row), 2))
    for fold in range(FOLDS):
        said = rows.ask([kept[fold] for kept, _ in nets])
        logs[of_row == fold] = said[of_row == fold]
    alone, all_alone = _fold_trees(rows.features, rows.labels, of_row, _ALONE)
    harm = np.zeros(len(folds))
    for fold in range(FOLDS):
        weights = _fit_harm(rows.act_vectors[folds != fold], rows.harm[folds != fold])
        harm[folds == fold] = rows.act_vectors[folds == fold] @ weights[:-1] + weights[-1]
    together = rows.read_together(logs, alone, harm)
    seen, all_together = _fold_trees(together, rows.labels, of_row, _TOGETHER)
    weights = Weights(
        [last for _, last in nets], all_alone, all_together, _fit_harm(rows.act_vectors, rows.harm)
    )
    return seen, weights


def write_roles(
    folder: Path,
    articles: list[dict],
    rows: Rows,
    seen: np.ndarray,
    weights: Weights,
    about: dict[str, Any],
) -> Path:
    """Write the weights, their description and the out-of-fold probabilities."""
    from safetensors.numpy import save_file

    from analysis.encoding.transformer import file_hash

    folder.mkdir(parents=True, exist_ok=True)
    packed = {
        name: np.ascontiguousarray(value, np.float32 if value.dtype.kind == "f" else value.dtype)
        for name, value in pack_weights(weights).items()
    }
    save_file(packed, folder / "weights.safetensors")
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
        "fitted_on": {SET: len(hashes)},
        "folds": f"{FOLDS}, by story",
        **about,
    }
    (folder / "model.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    return folder


def count_moral_words(articles: list[dict], parsed: list) -> dict[str, float]:
    """Return for each word of an act (base form) the share of its uses that readers marked."""
    marked, used = Counter(), Counter()
    for sentences, acts, _, _ in parsed:
        places = {(act.sentence, act.word.i) for act in acts}
        for number, sentence in enumerate(sentences):
            for word in {act.word.i: act.word for act in find_acts(sentence)}.values():
                used[word.lemma_.lower()] += 1
                marked[word.lemma_.lower()] += (number, word.i) in places
    return {
        word: round(marked[word] / used[word], 3)
        for word in sorted(marked)
        if marked[word] >= _LEAST_SEEN
    }


def describe_all(
    articles: list[dict], parsed: list | None = None
) -> tuple[list[Described], dict[str, np.ndarray]]:
    """Return the features of all articles' acts and the vectors of all texts they need."""
    from analysis.encoder import Encoder

    parsed = list(parse_articles(articles)) if parsed is None else parsed
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


class Rows:
    """All acts and actors in one table."""

    def __init__(
        self, articles: list[dict], described: list[Described], vector_of: dict[str, np.ndarray]
    ) -> None:
        self.described, self.vector_of = described, vector_of
        self.stories = np.array([article["story"] for article in articles])
        filled = [one for one in described if len(one.act)]
        starts = np.cumsum([0, *[len(one.phrases) for one in described]])
        self.act = np.concatenate(
            [one.act + start for one, start in zip(described, starts[:-1], strict=True)]
        )
        self.features = np.concatenate([one.features for one in filled])
        pairs = zip(articles, described, strict=True)
        self.labels = np.concatenate([_labels(article, one) for article, one in pairs])
        self.act_vectors = np.concatenate([act_vectors(one, vector_of) for one in filled])
        events = [event for article in articles for event in article["events"]]
        self.harm = np.array([_harm(event["morals"]) for event in events])
        texts = [
            (one.names[actor], one.phrases[act], one.sentences[act])
            for one in filled
            for act, actor in zip(one.act, one.actor, strict=True)
        ]
        self.vectors = [
            np.stack([vector_of[row[part]] for row in texts]).astype(np.float32)
            for part in range(3)
        ]

    def standardised(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        part = self.features[np.isin(self.act, chosen)]
        return part.mean(0).astype(np.float32), (part.std(0) + 1e-6).astype(np.float32)

    def ask(self, nets: list[dict[str, np.ndarray]]) -> np.ndarray:
        filled = [one for one in self.described if len(one.act)]
        return np.concatenate([ask_nets(one, self.vector_of, nets) for one in filled])

    def read_together(self, nets: np.ndarray, trees: np.ndarray, harm: np.ndarray) -> np.ndarray:
        """Return what the second trees read, story by story."""
        sizes = [len(one.act) for one in self.described]
        rows = np.cumsum([0, *sizes])
        acts = np.cumsum([0, *[len(one.phrases) for one in self.described]])
        blocks: list[np.ndarray] = [np.zeros((0, 0))] * len(sizes)
        for story in sorted(set(self.stories)):
            mine = [at for at in np.flatnonzero(self.stories == story) if sizes[at]]
            if not mine:
                continue
            own = [slice(rows[at], rows[at + 1]) for at in mine]
            articles = [self.described[at] for at in mine]
            said = [
                join_opinions(nets[some], trees[some], one.act)
                for some, one in zip(own, articles, strict=True)
            ]
            felt = [harm[acts[at] : acts[at + 1]] for at in mine]
            found = read_together(articles, self.vector_of, said, felt)
            for at, block in zip(mine, found, strict=True):
                blocks[at] = block
        return np.concatenate([block for block in blocks if len(block)])


def _harm(morals: list[str]) -> float:
    return float(np.mean([1.0 if one in _VICES else -1.0 for one in morals])) if morals else 0.0


def _fit_harm(vectors: np.ndarray, harm: np.ndarray) -> np.ndarray:
    """Return weights and, last, the constant of a ridge regression."""
    from sklearn.linear_model import Ridge

    fitted = Ridge(_PENALTY).fit(vectors, harm)
    return np.append(fitted.coef_, fitted.intercept_).astype(np.float32)


def _fold_trees(
    matrix: np.ndarray, labels: np.ndarray, of_row: np.ndarray, options: dict[str, Any]
) -> tuple[np.ndarray, list[dict[str, np.ndarray]]]:
    """Return probabilities by trees that have not seen a row's fold, and trees of all rows."""
    seen = np.zeros((len(matrix), len(SIDES)))
    for fold in range(FOLDS):
        inside = of_row == fold
        for side in range(len(SIDES)):
            trees = grow_trees(matrix[~inside], labels[~inside, side], seed=_TREE_SEED, **options)
            seen[inside, side] = probability_of(trees, matrix[inside])
    grown = [
        grow_trees(matrix, labels[:, side], seed=_TREE_SEED, **options)
        for side in range(len(SIDES))
    ]
    return seen, grown


def _fit(rows: Rows, chosen: np.ndarray, *, seed: int, epochs: int) -> dict[str, np.ndarray]:
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
