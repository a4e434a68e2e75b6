"""Rebuild the shipped weights: labelled sets in, ``data/models/<name>`` out.

``train("wording", data, out)`` learns all questions on wording at once (loaded, biased,
subjective, tone, sentiment toward a target) in the upper layers of the default encoder, and
writes the changes cut to low rank, the heads, the calibration, and what the weights have seen:
the hash of every row with the prediction of a model that had *not* seen that row's topic,
document, article or editorial. Benchmarks use those on rows that are known, so that no figure is
reported on what was learnt.

BASIL is not read here. The frames' heads are trained by their own module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.encoding.heads import MODELS, SEGMENT
from analysis.training import wording_steps as steps
from analysis.training.labelled_rows import FOLDS, read_rows
from analysis.training.teacher import Teacher, unlabelled_rows

NAMES = ("wording",)

# Chosen on the held-out fold 3 of the visible data; the model card holds what each step brought.
RECIPE: dict[str, Any] = {
    "frozen": 3,
    "rank": 96,
    "passes": 2,
    "rate": 2e-4,
    "head_rate": 1e-3,
    "size": 48,
    "dropout": 0.1,
    "seed": 1,
    # Share of a set's rows in one pass.
    "shares": {
        "plain stretches": 0.35,
        "reviews": 0.3,
        "products": 0.15,
        "tweets": 0.15,
        "valences": 0.3,
        "unlabelled": 0.4,
    },
    "unlabelled": 6400,
    # The shipped weights did not learn the rows held out last, so their figures are their own.
    "learn_everything": False,
}
# Which folds are held out together when predictions on unseen rows are made.
HELD_OUT = ((3,),)
JUDGED = ("babe", "subjectivity", "newsmtsc", "editorials", "loaded_spans")


def train(
    name: str,
    data: Path | str,
    out: Path | str | None = None,
    *,
    recipe: Mapping[str, Any] | None = None,
    held_out: tuple[tuple[int, ...], ...] = HELD_OUT,
) -> Path:
    """Train the weights ``name`` and write them.

    Parameters
    ----------
    name : {"wording"}
    data : Path or str
        Folder of the labelled sets.
    out : Path or str, optional
        Folder of models; by default ``data/models`` of this project.
    recipe : mapping, optional
        Changes to ``RECIPE``.
    held_out : tuple of tuples of int
        Folds held out together; one more training for each, for predictions on unseen rows.
        The shipped weights have one fold (a fifth of the groups) of such predictions.

    Returns
    -------
    Path
        The folder with ``weights.safetensors``, ``rows.safetensors`` and ``model.json``.

    Raises
    ------
    ValueError
        When no weights have that name.
    FileNotFoundError
        When a labelled set is missing, or the larger encoder; the message says what brings it.
    """
    if name not in NAMES:
        raise ValueError(f"no weights are called {name!r}; there are {', '.join(NAMES)}")
    from analysis.encoder import TEACHER, Encoder

    plan = {**RECIPE, **(recipe or {})}
    encoder = Encoder(heads=name)
    labelled = read_rows(data)
    rows = pd.concat([labelled, unlabelled_rows(data, plan, list(labelled))], ignore_index=True)
    teacher = Teacher(rows, Encoder(TEACHER))
    prepared = steps.Prepared(encoder, rows, frozen=plan["frozen"])
    unseen = {
        "segment": np.full((len(rows), len(SEGMENT)), np.nan, dtype=np.float32),
        "toward": np.full((len(rows), 3), np.nan, dtype=np.float32),
    }
    pieces: dict[int, np.ndarray] = {}
    for folds in held_out:
        allowed = ~rows["fold"].isin(folds).to_numpy()
        module, tensors = _train_once(encoder, prepared, teacher, plan, allowed)
        asked = rows["fold"].isin(folds) & rows["set"].isin(JUDGED)
        found = steps.predict(module, prepared, np.flatnonzero(asked))
        for key, kept in unseen.items():
            kept[asked] = found[key][asked]
        pieces.update(found["pieces"])
    if plan["learn_everything"]:
        everything = np.ones(len(rows), dtype=bool)
        tensors = _train_once(encoder, prepared, teacher, plan, everything)[1]
    place = Path(out or MODELS) / name
    return write_model(place, encoder, prepared, plan, tensors, unseen, pieces)


def write_model(
    place: Path,
    encoder: Any,
    prepared: Any,
    plan: Mapping[str, Any],
    tensors: dict[str, Any],
    unseen: dict[str, np.ndarray],
    pieces: dict[int, np.ndarray],
) -> Path:
    """Write weights, what they have seen, and their calibration into the folder ``place``."""
    import torch

    from analysis.encoding.transformer import file_hash

    place.mkdir(parents=True, exist_ok=True)
    rows = prepared.rows
    judged = rows["set"].isin(JUDGED).to_numpy()
    steps.save_tensors(tensors, place / "weights.safetensors")
    steps.save_tensors(
        {
            "row": torch.tensor(rows["row"].to_numpy(np.int64)),
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
        "calibration": calibrate(rows, unseen, pieces, prepared.marked),
        "recipe": dict(plan),
        "rows": {key: int(value) for key, value in rows["set"].value_counts().sort_index().items()},
        "folds": FOLDS,
    }
    (place / "model.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    return place


def calibrate(
    rows: pd.DataFrame,
    unseen: Mapping[str, np.ndarray],
    pieces: Mapping[int, np.ndarray],
    marked: list[np.ndarray | None],
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
    odds = np.concatenate([pieces[p][1:-1] for p in sorted(pieces) if marked[p] is not None])
    hit = np.concatenate([marked[p][1:-1] for p in sorted(pieces) if marked[p] is not None])
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


def _train_once(
    encoder: Any,
    prepared: Any,
    teacher: Teacher,
    plan: Mapping[str, Any],
    allowed: np.ndarray,
) -> tuple[Any, dict[str, Any]]:
    """Train on the rows that are allowed; return the module as it will be read, and its tensors."""
    asked, tone = teacher.judge(allowed)
    prepared.labels["editorials"][asked] = tone
    module = steps.build_module(
        encoder, frozen=plan["frozen"], dropout=plan["dropout"], seed=plan["seed"]
    )
    steps.learn(
        module,
        prepared,
        passes(prepared.rows, plan, allowed),
        rate=plan["rate"],
        head_rate=plan["head_rate"],
        size=plan["size"],
        seed=plan["seed"],
    )
    tensors = steps.cut_changes(module, rank=plan["rank"])
    steps.apply_cut(module, tensors)
    return module, tensors


def passes(
    rows: pd.DataFrame, plan: Mapping[str, Any], allowed: np.ndarray
) -> dict[int, np.ndarray]:
    """Return which rows each pass reads: all of the news sets, a share of the others."""
    shares = plan["shares"]
    rate = rows["set"].map(shares).fillna(1.0).to_numpy(float, copy=True)
    # Most stretches of an article are plain; a share of them is enough to know them by.
    plain = (rows["set"] == "loaded_spans") & (rows["loaded"] == 0)
    rate[plain.to_numpy()] = shares["plain stretches"]
    chosen = {}
    for number in range(plan["passes"]):
        draw = np.random.default_rng((plan["seed"], number)).random(len(rows))
        chosen[number] = np.flatnonzero(allowed & (draw < rate))
    return chosen
