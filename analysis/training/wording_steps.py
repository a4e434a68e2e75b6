"""How the heads for wording are learnt: prepared rows in, a trained network and its changes out.

All questions are learnt at once, each row only those its readers were asked; where a larger
encoder has judged the row, all questions as it answers them. What is kept is a mean of the
weights over the later steps, which judges unseen rows better than the last step's. Afterwards
the change of each weight matrix is cut to its strongest directions (a singular value
decomposition), small enough to ship.

Nothing is random but the order of rows, dropout and the heads' first values: all from ``seed``.

References
----------
Hinton, Vinyals & Dean (2015), learning from another's answers, arXiv 1503.02531.
Izmailov et al. (2018), means of weights, arXiv 1803.05407.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.encoding.heads import SEGMENT
from analysis.training.prepared_rows import Prepared

_YES_OR_NO = 3  # how many of SEGMENT are log odds; the others are ratings
_RATING = 3.0  # ratings are learnt in units of a typical rating, so that no question outweighs
_MARKED = 3.0  # few pieces are marked: each counts as three
_SETTLED = 0.6  # share of the steps after which weights are averaged


def losses(
    outputs: tuple[Any, Any, Any], batch: Mapping[str, Any], *, lesson: float = 1.0
) -> dict[str, Any]:
    """Return the loss of each question: the sum over the rows that were asked it, by batch size.

    So a row weighs the same however many of its set happen to be in its batch; a mean by
    question would let a single row outweigh thirty of another set. ``lesson`` is the weight of
    what a larger encoder said beside what readers said.
    """
    import torch
    from torch.nn import functional as F

    scores, segment, toward = outputs
    size = len(segment)
    found = {}

    def add(name: str, rows: Any, loss: Any, weight: float = 1.0) -> None:
        if rows.any():
            found[name] = weight * (rows.sum() / size) * loss()

    asked = ~batch["marked"].isnan()
    add(
        "pieces",
        asked.any(1),
        lambda: F.binary_cross_entropy_with_logits(
            scores[asked], batch["marked"][asked], pos_weight=torch.tensor(_MARKED)
        ),
    )
    for column, name in enumerate(SEGMENT):
        label = batch["labels"][:, column]
        add(name, ~label.isnan(), lambda c=column, v=label: _segment_loss(segment[:, c], v, c))
    named = batch["target"].sum(1) > 0
    there = ~batch["toward"].isnan() & named
    add("toward", there, lambda: F.cross_entropy(toward[there], batch["toward"][there].long()))
    if "taught_segment" not in batch:
        return found
    said = ~batch["taught_pieces"].isnan()
    add(
        "taught pieces",
        said.any(1),
        lambda: F.binary_cross_entropy_with_logits(
            scores[said], batch["taught_pieces"][said].sigmoid()
        ),
        lesson,
    )
    for column, name in enumerate(SEGMENT):
        given = batch["taught_segment"][:, column]
        value = given.sigmoid() if column < _YES_OR_NO else given / _RATING
        add(
            f"taught {name}",
            ~given.isnan(),
            lambda c=column, v=value: _segment_loss(segment[:, c], v, c),
            lesson if column < _YES_OR_NO + 1 else lesson / 4,
        )
    there = ~batch["taught_toward"].isnan().any(1) & named
    add(
        "taught toward",
        there,
        lambda: F.cross_entropy(toward[there], batch["taught_toward"][there].softmax(1)),
        lesson,
    )
    return found


def _segment_loss(given: Any, label: Any, column: int) -> Any:
    from torch.nn import functional as F

    there = ~label.isnan()
    if column < _YES_OR_NO:
        return F.binary_cross_entropy_with_logits(given[there], label[there])
    return F.mse_loss(given[there], label[there] * _RATING)


def draw_passes(
    rows: pd.DataFrame, plan: Mapping[str, Any], allowed: np.ndarray
) -> dict[int, np.ndarray]:
    """Return which rows each pass reads: a share of each set, drawn anew for each pass.

    ``plan["shares"]`` maps a set to its share (1 where it names none); ``plain stretches`` are
    those of ``loaded_spans`` that are not loaded: a share of them is enough to know them by. Sets
    in ``plan["once"]`` are read in the first pass only.
    """
    shares = plan["shares"]
    rate = rows["set"].map(shares).fillna(1.0).to_numpy(float, copy=True)
    plain = (rows["set"] == "loaded_spans") & (rows["loaded"] == 0)
    rate[plain.to_numpy()] = shares.get("plain stretches", 1.0)
    once = rows["set"].isin(plan.get("once", ())).to_numpy()
    chosen = {}
    for number in range(plan["passes"]):
        draw = np.random.default_rng((plan["seed"], number)).random(len(rows))
        chosen[number] = np.flatnonzero(allowed & (draw < rate) & ~(once & (number > 0)))
    return chosen


def batches(
    lengths: np.ndarray, places: np.ndarray, *, size: int, generator: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield batches of rows of like length, in random order."""
    order = generator.permutation(places)
    pool = size * 40
    found = []
    for first in range(0, len(order), pool):
        some = order[first : first + pool]
        some = some[np.argsort(lengths[some], kind="stable")]
        found += [some[at : at + size] for at in range(0, len(some), size)]
    for place in generator.permutation(len(found)):
        yield found[place]


def learn(
    network: Any,
    prepared: Prepared,
    passes: Mapping[int, np.ndarray],
    *,
    rate: float,
    head_rate: float,
    size: int,
    seed: int,
    lesson: float = 1.0,
    log: Any = None,
) -> None:
    """Train ``network`` on the rows that ``passes`` lists per pass.

    Parameters
    ----------
    network : torch module
        From ``build_network``; left with the mean of its weights over the later steps.
    prepared : Prepared
    passes : mapping of int to array
        Which rows each pass reads.
    rate, head_rate : float
        Highest learning rates of the layers and of the heads.
    size : int
        Rows in a batch.
    seed : int
        Of the order of rows and of dropout.
    lesson : float
        Weight of what a larger encoder said.
    log : callable, optional
        Called with step, number of steps and the losses by question.
    """
    import torch
    from tqdm.auto import tqdm

    torch.manual_seed(seed)
    body, head = list(network.body.values()), list(network.head.values())
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": rate}, {"params": head, "lr": head_rate}],
        weight_decay=0.01,
        fused=True,
    )
    generator = np.random.default_rng(seed)
    plan = [
        one
        for places in passes.values()
        for one in batches(prepared.lengths, places, size=size, generator=generator)
    ]
    warm = max(1, len(plan) // 12)

    def pace(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, len(plan) - warm)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    everything = [*body, *head]
    mean = [one.detach().clone() for one in everything]
    settled = int(_SETTLED * len(plan))
    network.train()
    for step, places in enumerate(tqdm(plan, desc="training", delay=2)):
        batch = prepared.batch(places)
        each = losses(network(batch), batch, lesson=lesson)
        optimiser.zero_grad(set_to_none=True)
        sum(each.values()).backward()
        torch.nn.utils.clip_grad_norm_(everything, 1.0)
        optimiser.step()
        schedule.step()
        if step >= settled:
            with torch.no_grad():
                torch._foreach_lerp_(mean, everything, 1 / (1 + (step - settled)))
        if log:
            log(step, len(plan), {name: float(loss.detach()) for name, loss in each.items()})
    with torch.no_grad():
        for one, value in zip(everything, mean, strict=True):
            one.copy_(value)
    network.eval()


def weights_of(network: Any) -> dict[str, Any]:
    """Return a copy of a network's weights as they are now."""
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def set_mean(network: Any, several: Sequence[Mapping[str, Any]]) -> None:
    """Set the network to the mean of several of its weights, taken at different times.

    It judges unseen rows better than each of them (Wortsman et al. 2022, arXiv 2203.05482).
    """
    mean = {name: sum(one[name] for one in several) / len(several) for name in several[0]}
    network.load_state_dict(mean)


def predict(network: Any, prepared: Prepared, places: np.ndarray) -> dict[str, Any]:
    """Return segment outputs, toward outputs and piece scores of some rows."""
    import torch

    found = no_answers(prepared.rows)
    segment, toward, pieces = found["segment"], found["toward"], found["pieces"]
    ordered = places[np.argsort(prepared.lengths[places], kind="stable")]
    network.eval()
    with torch.inference_mode():
        for first in range(0, len(ordered), 64):
            some = ordered[first : first + 64]
            scores, one, two = network(prepared.batch(some))
            segment[some] = one.numpy()
            toward[some] = two.numpy()
            for row, place in enumerate(some):
                pieces[int(place)] = scores[row, : prepared.lengths[place]].numpy()
    return found


def no_answers(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the answers of a network that was not asked: all missing.

    Returns
    -------
    dict
        ``segment`` (rows × ``SEGMENT``), ``toward`` (rows × 3), ``pieces``: place → log odds.
    """
    return {
        "segment": np.full((len(rows), len(SEGMENT)), np.nan, dtype=np.float32),
        "toward": np.full((len(rows), 3), np.nan, dtype=np.float32),
        "pieces": {},
    }


def add_answers(found: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Put the answers of ``more`` into ``found``, where there are any."""
    for name in ("segment", "toward"):
        there = ~np.isnan(more[name])
        found[name][there] = more[name][there]
    found["pieces"] |= more["pieces"]


def mean_answers(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the mean of several networks' answers to each row, of those that were asked it."""
    found: dict[str, Any] = {}
    for name in ("segment", "toward"):
        each = np.stack([one[name] for one in answers])
        there = ~np.isnan(each)
        total = np.where(there, each, 0).sum(axis=0)
        found[name] = np.where(there.any(axis=0), total / there.sum(axis=0).clip(1), np.nan)
    places = sorted({place for one in answers for place in one["pieces"]})
    found["pieces"] = {
        place: np.mean([one["pieces"][place] for one in answers if place in one["pieces"]], axis=0)
        for place in places
    }
    return found


def cut_changes(network: Any, *, rank: int) -> dict[str, Any]:
    """Return the learnt changes, each matrix cut to its ``rank`` strongest directions."""
    import torch

    tensors = {}
    for key, start in network.start.items():
        change = network.body[key.replace(".", "/")].detach() - start
        if change.ndim == 1:
            tensors[f"full.{key}"] = change.half()
            continue
        left, values, right = torch.linalg.svd(change, full_matrices=False)
        root = values[:rank].sqrt()
        tensors[f"delta.{key}.up"] = (left[:, :rank] * root).half().contiguous()
        tensors[f"delta.{key}.down"] = (root[:, None] * right[:rank]).half().contiguous()
    for key, value in network.heads().items():
        tensors[f"head.{key}"] = value.detach().half().contiguous()
    return tensors


def apply_cut(network: Any, tensors: dict[str, Any]) -> None:
    """Set the network to what ``tensors`` says, as a reader of the shipped file would have it."""
    import torch

    with torch.no_grad():
        for key, start in network.start.items():
            place = network.body[key.replace(".", "/")]
            if f"full.{key}" in tensors:
                place.copy_(start + tensors[f"full.{key}"].float())
            else:
                up, down = tensors[f"delta.{key}.up"], tensors[f"delta.{key}.down"]
                place.copy_(start + up.float() @ down.float())
        for key in network.heads():
            network.head[key.replace(".", "/")].copy_(tensors[f"head.{key}"].float())


def save_tensors(tensors: dict[str, Any], path: Path) -> None:
    """Write tensors as safetensors, in one step."""
    from safetensors.torch import save_file

    part = path.with_name(path.name + ".tmp")
    save_file(tensors, part)
    part.replace(path)
