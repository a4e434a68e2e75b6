"""Rebuild the weights for wording: labelled sets in, ``data/models/wording`` out.

``train_wording`` learns all questions on wording at once (loaded, biased, subjective, tone,
sentiment toward a target) in the upper layers of the default encoder, with a larger encoder's
answers beside the readers'. It writes the changes cut to low rank, the heads, the calibration,
and what the weights have seen: the hash of every row, and for the judged rows of some folds the
prediction of a model that had *not* seen the row's topic, document, article, story or editorial.
Benchmarks use those on rows that are known, so that no figure is reported on what was learnt.

BASIL is not read here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.encoding.heads import MODELS, SEGMENT
from analysis.training import wording_steps as steps
from analysis.training.labelled_rows import FOLDS, read_rows, without_texts
from analysis.training.prepared_rows import Prepared
from analysis.training.teacher import UNLABELLED, judge_rows, unlabelled_rows
from analysis.training.wording_network import build_network

# Chosen on the held-out fold 3 of the visible data; the model card holds what each step brought.
RECIPE: dict[str, Any] = {
    "frozen": 2,
    "rank": 112,
    "passes": 2,
    "rounds": 2,  # the rate falls to nothing and rises again; weights are the rounds' mean
    "rate": 2e-4,
    "head_rate": 1e-3,
    "size": 48,
    "dropout": 0.1,
    "seed": 1,
    "lesson": 1.5,  # weight of the larger encoder's answers beside the readers'
    # Share of a set's rows in one pass.
    "shares": {
        "plain stretches": 0.35,
        "reviews": 0.2,
        "products": 0.15,
        "tweets": 0.2,
        "valences": 0.1,
        "unlabelled": 0.5,
    },
    "unlabelled": 8_000,  # sentences of news
    # Variants of each text: cut and spliced ones, and ones with words exchanged.
    "varied": {"editorials": 1, "babe": 1, "subjectivity": 1},
    "exchanged": {"editorials": 4, "babe": 2, "subjectivity": 1},
    "lenders": ("reviews", "products", "tweets"),  # never held out; they lend words
}
# What the larger encoder learns, and which of it it judges: where readers were asked for a
# judgement of a whole sentence.
TEACHING: dict[str, Any] = {
    "sets": ("babe", "editorials", "subjectivity", "loaded_spans"),
    "judged": ("babe", "editorials", "subjectivity"),
    "once": ("editorials", "loaded_spans"),
    "frozen": 6,
    "passes": 2,
    "rate": 6e-5,
    "head_rate": 1e-3,
    "size": 32,
    "dropout": 0.1,
    "seed": 1,
    "shares": {"plain stretches": 0.2},
}
# Folds that the larger encoder does not see while it learns what it then answers. Each fold is
# held out from a smaller encoder of its own; folds of one tuple share a larger one. Two of the five
# are enough for calibration, and a fold costs an hour and a half on two cores.
LEFT_OUT = ((1,), (3,))
JUDGED = ("babe", "subjectivity", "newsmtsc", "editorials", "loaded_spans")


def train_wording(
    data: Path | str,
    out: Path | str | None = None,
    *,
    recipe: Mapping[str, Any] | None = None,
    teaching: Mapping[str, Any] | None = None,
    left_out: Sequence[tuple[int, ...]] = LEFT_OUT,
) -> Path:
    """Train the weights for wording and write them.

    Parameters
    ----------
    data : Path or str
        Folder of the labelled sets.
    out : Path or str, optional
        Folder to write to; by default ``data/models/wording`` of this project.
    recipe, teaching : mapping, optional
        Changes to ``RECIPE`` and ``TEACHING``; ``{"sets": ()}`` learns without a larger encoder.
    left_out : sequence of tuple of int
        Folds whose predictions are kept, and on which the calibration is fitted: each comes from
        a training without the fold, with the answers of a larger encoder that has seen no fold of
        the tuple. The shipped weights come from a last training on all rows, with the mean of
        all answers.

    Returns
    -------
    Path
        The folder with ``weights.safetensors``, ``rows.safetensors`` and ``model.json``.

    Raises
    ------
    FileNotFoundError
        When a labelled set is missing, or the larger encoder; the message says what brings it.
    """
    from analysis.encoder import TEACHER, Encoder

    plan = {**RECIPE, **(recipe or {})}
    lessons = {**TEACHING, **(teaching or {})}
    encoder = Encoder()
    labelled = read_rows(data)
    rows = pd.concat([labelled, unlabelled_rows(labelled, data, plan)], ignore_index=True)
    prepared = Prepared(encoder, rows, frozen=plan["frozen"])
    unseen = steps.no_answers(rows)
    answers = []
    for folds in left_out:
        if lessons["sets"]:
            answers.append(judge_rows(rows, lessons, _without(rows, folds), Encoder(TEACHER)))
            prepared.teach(answers[-1])
        for fold in folds:
            network, _ = _train_once(encoder, prepared, plan, _without(rows, (fold,)))
            asked = (rows["fold"] == fold) & rows["set"].isin(JUDGED)
            steps.add_answers(unseen, steps.predict(network, prepared, np.flatnonzero(asked)))
    if answers:
        prepared.teach(steps.mean_answers(answers))
    _, tensors = _train_once(encoder, prepared, plan, np.ones(len(rows), dtype=bool))
    place = Path(out) if out else MODELS / "wording"
    return write_model(place, encoder, prepared, plan, tensors, unseen)


def _without(rows: pd.DataFrame, folds: tuple[int, ...]) -> np.ndarray:
    """Return which rows may be learnt from while ``folds`` stay unseen, in other sets too."""
    asked = rows["fold"].isin(folds) & rows["set"].isin(JUDGED)
    return without_texts(rows, asked.to_numpy()) & ~rows["fold"].isin(folds).to_numpy()


def _train_once(
    encoder: Any, prepared: Prepared, plan: Mapping[str, Any], allowed: np.ndarray
) -> tuple[Any, dict[str, Any]]:
    """Train on the rows that are allowed; return the network as it will be read, and tensors."""
    network = build_network(
        encoder.folder, frozen=plan["frozen"], dropout=plan["dropout"], seed=plan["seed"]
    )
    rounds = []
    for seed in range(plan["seed"], plan["seed"] + plan["rounds"]):
        steps.learn(
            network,
            prepared,
            steps.draw_passes(prepared.rows, {**plan, "seed": seed}, allowed),
            rate=plan["rate"],
            head_rate=plan["head_rate"],
            size=plan["size"],
            seed=seed,
            lesson=plan["lesson"],
        )
        rounds.append(steps.weights_of(network))
    steps.set_mean(network, rounds)
    tensors = steps.cut_changes(network, rank=plan["rank"])
    steps.apply_cut(network, tensors)
    return network, tensors


def write_model(
    place: Path,
    encoder: Any,
    prepared: Any,
    plan: Mapping[str, Any],
    tensors: dict[str, Any],
    unseen: Mapping[str, Any],
) -> Path:
    """Write weights, what they have seen, and their calibration into the folder ``place``."""
    import torch

    from analysis.encoding.transformer import file_hash

    place.mkdir(parents=True, exist_ok=True)
    rows = prepared.rows
    labelled = rows["set"] != UNLABELLED
    # A sentence that two articles share is one row of the file.
    judged = ~np.isnan(unseen["segment"][:, 0]) & ~rows["row"].duplicated().to_numpy()
    steps.save_tensors(tensors, place / "weights.safetensors")
    steps.save_tensors(
        {
            "row": torch.tensor(rows.loc[labelled, "row"].drop_duplicates().to_numpy(np.int64)),
            "judged": torch.tensor(rows.loc[judged, "row"].to_numpy(np.int64)),
            "segment": torch.tensor(unseen["segment"][judged]).half(),
            "toward": torch.tensor(unseen["toward"][judged]).half(),
        },
        place / "rows.safetensors",
    )
    meta = {
        "encoder": encoder.name,
        "encoder_sha256": encoder.weights_hash,
        "sha256": file_hash(place / "weights.safetensors"),
        "rows_sha256": file_hash(place / "rows.safetensors"),
        "frozen": plan["frozen"],
        "outputs": list(SEGMENT),
        "calibration": calibrate(rows, unseen, prepared.marked),
        "recipe": dict(plan),
        "rows": {key: int(value) for key, value in rows["set"].value_counts().sort_index().items()},
        "folds": FOLDS,
    }
    (place / "model.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    return place


def calibrate(
    rows: pd.DataFrame, unseen: Mapping[str, Any], marked: list[np.ndarray | None]
) -> dict[str, Any]:
    """Return slopes and shifts that turn outputs into calibrated values.

    They are fitted on the predictions of rows that the predicting model had not seen.
    """
    from sklearn.linear_model import LinearRegression, LogisticRegression

    found: dict[str, Any] = {}
    for column, name in enumerate(SEGMENT[:3]):
        given, label = unseen["segment"][:, column], rows[name].to_numpy(float)
        there = ~np.isnan(given) & ~np.isnan(label)
        fit = LogisticRegression(C=1e6).fit(given[there, None], label[there])
        found[name] = [float(fit.coef_[0, 0]), float(fit.intercept_[0])]
    given = unseen["segment"][:, SEGMENT.index("editorials")]
    label = rows["tone"].where(rows["set"] == "editorials").to_numpy(float)
    there = ~np.isnan(given) & ~np.isnan(label)
    line = LinearRegression().fit(given[there, None], label[there])
    found["tone"] = [float(line.coef_[0]), float(line.intercept_)]
    pieces = unseen["pieces"]
    # Words marked in loaded articles set the scale; those of biased sentences are fewer.
    asked = [p for p in sorted(pieces) if marked[p] is not None and rows.at[p, "set"] != "babe"]
    odds = np.concatenate([pieces[p][1:-1] for p in asked])
    hit = np.concatenate([marked[p][1:-1] for p in asked])
    fit = LogisticRegression(C=1e6).fit(odds[:, None], hit)
    found["pieces"] = [float(fit.coef_[0, 0]), float(fit.intercept_[0])]
    found["toward"] = _calibrate_toward(unseen["toward"], rows["toward"].to_numpy(float))
    return found


def _calibrate_toward(given: np.ndarray, label: np.ndarray) -> dict[str, Any]:
    """Return one slope for all three outputs and a shift for each, by maximum likelihood."""
    from scipy.optimize import minimize

    there = ~np.isnan(given).any(1) & ~np.isnan(label)
    odds, wanted = given[there].astype(float), label[there].astype(int)

    def loss(parts: np.ndarray) -> float:
        scaled = parts[0] * odds + np.append(0.0, parts[1:])
        scaled -= scaled.max(1, keepdims=True)
        chosen = scaled[np.arange(len(wanted)), wanted]
        return float((np.log(np.exp(scaled).sum(1)) - chosen).mean())

    best = minimize(loss, np.array([1.0, 0.0, 0.0])).x
    return {"slope": float(best[0]), "shift": [0.0, float(best[1]), float(best[2])]}
