"""Training rows in, changed upper layers and heads out: the learning itself.

The encoder's lower layers stay as they are; what they give is computed once per text, so that
each pass over the rows costs only the upper layers. These and the heads learn all questions at
once, each row only those its readers were asked. Afterwards the change of each weight matrix is
cut to its strongest directions (a singular value decomposition), small enough to ship.

Nothing is random but the order of rows, dropout and the heads' first values: all from ``seed``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.encoding.heads import SEGMENT, piece_scores, segment_scores, toward_scores

_PARTS = (
    "attention.self.query", "attention.self.key", "attention.self.value",
    "attention.output.dense", "attention.output.LayerNorm",
    "intermediate.dense", "output.dense", "output.LayerNorm",
)  # fmt: skip
# Single words were rated by the readers of tweets; the larger encoder answers as the readers of
# editorials do.
_ANSWERED_BY = {"valences": "tweets", "unlabelled": "editorials"}
LONGEST = 128  # pieces of a training text that are read; 99.9 % of the rows are shorter


class Prepared:
    """Rows with what the frozen layers give for each piece, and labels per piece."""

    def __init__(self, encoder: Any, rows: pd.DataFrame, *, frozen: int) -> None:
        import torch

        from analysis.encoding.transformer import load_bert
        from analysis.encoding.windows import batches_by_length, split_windows

        device, precision = encoder._resolved()
        encoder._load()
        lower = load_bert(encoder.folder, device=device, dtype=getattr(torch, precision))
        lower.layers = lower.layers[:frozen]
        windows = split_windows(encoder._tokenizer, rows["text"].tolist(), window=LONGEST)
        first = np.unique(windows.text, return_index=True)[1]  # a row's first window
        self.rows = rows.reset_index(drop=True)
        self.lengths = windows.lengths[first]
        self.starts = [windows.starts[place] for place in first]
        self.ends = [windows.ends[place] for place in first]
        self.states: list[Any] = [None] * len(first)
        for batch in batches_by_length(self.lengths, pieces=8192):
            found = lower([windows.ids[first[place]] for place in batch]).bfloat16()
            for place, part in zip(batch, found.split(self.lengths[batch].tolist()), strict=True):
                self.states[place] = part
        self.labels = {name: _segment_label(self.rows, name) for name in SEGMENT}
        self.marked = [self._marked(place) for place in range(len(first))]
        self.target = [self._target(place) for place in range(len(first))]
        self.toward = self.rows["toward"].to_numpy(float)

    def _marked(self, place: int) -> np.ndarray | None:
        marks = self.rows.at[place, "marks"]
        if not isinstance(marks, list):
            return None
        hit = np.zeros(self.lengths[place], dtype=np.float32)
        for start, end in marks:
            hit[(self.starts[place] < end) & (self.ends[place] > start)] = 1
        return hit

    def _target(self, place: int) -> np.ndarray | None:
        start, end = self.rows.at[place, "start"], self.rows.at[place, "end"]
        if start != start or self.rows.at[place, "toward"] != self.rows.at[place, "toward"]:
            return None
        inside = (self.starts[place] < end) & (self.ends[place] > start)
        return inside.astype(np.float32) if inside.any() else None

    def batch(self, places: np.ndarray) -> dict[str, Any]:
        """Return padded tensors of some rows."""
        import torch

        longest = int(self.lengths[places].max())
        size = self.states[places[0]].shape[1]
        states = torch.zeros(len(places), longest, size, dtype=torch.bfloat16)
        mask = torch.zeros(len(places), longest, dtype=torch.bool)
        marked = torch.full((len(places), longest), float("nan"))
        target = torch.zeros(len(places), longest)
        for row, place in enumerate(places):
            length = self.lengths[place]
            states[row, :length] = self.states[place]
            mask[row, :length] = True
            if self.marked[place] is not None:
                marked[row, 1 : length - 1] = torch.from_numpy(self.marked[place])[1:-1]
            if self.target[place] is not None:
                target[row, :length] = torch.from_numpy(self.target[place])
        return {
            "states": states,
            "mask": mask,
            "marked": marked,
            "target": target,
            "labels": torch.tensor(
                np.stack([self.labels[name][places] for name in SEGMENT], axis=1)
            ).float(),
            "toward": torch.tensor(self.toward[places]),
        }


def _segment_label(rows: pd.DataFrame, name: str) -> np.ndarray:
    if name in rows.columns:
        return rows[name].to_numpy(float, copy=True)
    answered = rows["set"].map(_ANSWERED_BY).fillna(rows["set"]) == name
    return rows["tone"].where(answered).to_numpy(float, copy=True)


def build_module(encoder: Any, *, frozen: int, dropout: float, seed: int) -> Any:
    """Return the upper layers and heads as a module that learns."""
    import torch
    from safetensors.torch import load_file
    from torch import nn
    from torch.nn import functional as F

    torch.manual_seed(seed)
    weights = load_file(encoder.folder / "model.safetensors")
    count = 1 + max(int(key.split(".")[2]) for key in weights if key.startswith("encoder.layer"))
    size = weights["embeddings.LayerNorm.weight"].shape[0]
    n_heads = 12

    class Upper(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start = {
                f"encoder.layer.{number}.{part}.{kind}": weights[
                    f"encoder.layer.{number}.{part}.{kind}"
                ].float()
                for number in range(frozen, count)
                for part in _PARTS
                for kind in ("weight", "bias")
            }
            self.body = nn.ParameterDict(
                {key.replace(".", "/"): nn.Parameter(v.clone()) for key, v in self.start.items()}
            )
            inner = 256
            shapes = {
                "piece.weight": (size,),
                "piece.bias": (1,),
                "segment.weight": (len(SEGMENT), 2 * size + 1),
                "segment.bias": (len(SEGMENT),),
                "toward.inner": (inner, 2 * size),
                "toward.inner_bias": (inner,),
                "toward.weight": (3, inner),
                "toward.bias": (3,),
            }
            self.head = nn.ParameterDict(
                {
                    key.replace(".", "/"): nn.Parameter(
                        torch.zeros(shape) if "bias" in key else torch.randn(shape) * 0.02
                    )
                    for key, shape in shapes.items()
                }
            )

        def heads(self) -> dict[str, Any]:
            return {key.replace("/", "."): value for key, value in self.head.items()}

        def _pair(self, number: int, part: str) -> tuple[Any, Any]:
            stem = f"encoder/layer/{number}/{part.replace('.', '/')}"
            return self.body[f"{stem}/weight"], self.body[f"{stem}/bias"]

        def pieces(self, states: Any, mask: Any) -> Any:
            x = states
            rows, length, _ = x.shape
            keep = torch.where(mask, 0.0, -1e4).to(x.dtype)[:, None, None, :]

            def split(value: Any) -> Any:
                return value.view(rows, length, n_heads, size // n_heads).transpose(1, 2)

            for n in range(frozen, count):
                parts = [
                    split(F.linear(x, *self._pair(n, f"attention.self.{one}")))
                    for one in ("query", "key", "value")
                ]
                # Written out: for short texts the fused form is three times slower to learn from.
                query, key, value = parts
                odds = query @ key.transpose(2, 3) * (size // n_heads) ** -0.5
                mixed = (odds + keep).softmax(-1).to(value.dtype) @ value
                mixed = mixed.transpose(1, 2).reshape(rows, length, size)
                mixed = F.linear(mixed, *self._pair(n, "attention.output.dense"))
                norm = self._pair(n, "attention.output.LayerNorm")
                x = F.layer_norm(x + mixed, (size,), *norm, eps=1e-12).to(states.dtype)
                wide = F.gelu(F.linear(x, *self._pair(n, "intermediate.dense")))
                wide = F.linear(wide, *self._pair(n, "output.dense"))
                norm = self._pair(n, "output.LayerNorm")
                x = F.layer_norm(x + wide, (size,), *norm, eps=1e-12).to(states.dtype)
            return x.float()

        def forward(self, batch: dict[str, Any]) -> tuple[Any, Any, Any]:
            mask = batch["mask"]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                x = self.pieces(batch["states"], mask)
            heads = self.heads()
            scores = piece_scores(heads, x)
            top = scores.masked_fill(~mask, -1e4).max(1).values
            mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            most = x.masked_fill(~mask[..., None], -1e4).max(1).values
            drop = lambda v: F.dropout(v, dropout, self.training)  # noqa: E731
            segment = segment_scores(heads, drop(mean), drop(most), top)
            weight = batch["target"][..., None]
            target = (x * weight).sum(1) / weight.sum(1).clamp(min=1)
            return scores, segment, toward_scores(heads, drop(target), drop(mean))

    return Upper()


def losses(outputs: tuple[Any, Any, Any], batch: dict[str, Any]) -> dict[str, Any]:
    """Return the loss of each question: the sum over the rows that were asked it, by batch size.

    So a row weighs the same however many of its set happen to be in its batch; a mean by
    question would let a single row outweigh thirty of another set.
    """
    import torch
    from torch.nn import functional as F

    scores, segment, toward = outputs
    size = len(batch["labels"])
    found = {}
    asked = ~batch["marked"].isnan()
    if asked.any():
        found["pieces"] = (asked.any(1).sum() / size) * F.binary_cross_entropy_with_logits(
            scores[asked], batch["marked"][asked], pos_weight=torch.tensor(3.0)
        )
    for column, name in enumerate(SEGMENT):
        label = batch["labels"][:, column]
        there = ~label.isnan()
        if not there.any():
            continue
        given = segment[there, column]
        share = there.sum() / size
        if column < 3:
            found[name] = share * F.binary_cross_entropy_with_logits(given, label[there])
        else:
            # Tone is learnt in units of a typical rating, so that its loss is of the others' size.
            found[name] = share * F.mse_loss(given, label[there] * 3.0)
    there = ~batch["toward"].isnan() & (batch["target"].sum(1) > 0)
    if there.any():
        share = there.sum() / size
        found["toward"] = share * F.cross_entropy(toward[there], batch["toward"][there].long())
    return found


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
    module: Any,
    prepared: Prepared,
    shares: dict[int, np.ndarray],
    *,
    rate: float,
    head_rate: float,
    size: int,
    seed: int,
    weights: dict[str, float] | None = None,
    log: Any = None,
) -> None:
    """Train ``module`` on the rows that ``shares`` lists per pass."""
    import torch
    from tqdm.auto import tqdm

    body = list(module.body.values())
    head = list(module.head.values())
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": rate}, {"params": head, "lr": head_rate}],
        weight_decay=0.01,
        fused=True,
    )
    generator = np.random.default_rng(seed)
    plan = [
        one
        for places in shares.values()
        for one in batches(prepared.lengths, places, size=size, generator=generator)
    ]
    warm = max(1, len(plan) // 12)

    def pace(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, len(plan) - warm)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    module.train()
    for step, places in enumerate(tqdm(plan, desc="training", delay=2)):
        batch = prepared.batch(places)
        each = losses(module(batch), batch)
        total = sum((weights or {}).get(name, 1.0) * loss for name, loss in each.items())
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_([*body, *head], 1.0)
        optimiser.step()
        schedule.step()
        if log:
            log(step, len(plan), {name: float(loss.detach()) for name, loss in each.items()})
    module.eval()


def predict(module: Any, prepared: Prepared, places: np.ndarray) -> dict[str, Any]:
    """Return segment outputs, toward outputs and piece scores of some rows."""
    import torch

    segment = np.full((len(prepared.rows), len(SEGMENT)), np.nan, dtype=np.float32)
    toward = np.full((len(prepared.rows), 3), np.nan, dtype=np.float32)
    pieces: dict[int, np.ndarray] = {}
    ordered = places[np.argsort(prepared.lengths[places], kind="stable")]
    module.eval()
    with torch.inference_mode():
        for first in range(0, len(ordered), 64):
            some = ordered[first : first + 64]
            scores, one, two = module(prepared.batch(some))
            segment[some] = one.numpy()
            toward[some] = two.numpy()
            for row, place in enumerate(some):
                pieces[int(place)] = scores[row, : prepared.lengths[place]].numpy()
    return {"segment": segment, "toward": toward, "pieces": pieces}


def cut_changes(module: Any, *, rank: int) -> dict[str, Any]:
    """Return the learnt changes, each matrix cut to its ``rank`` strongest directions."""
    import torch

    tensors = {}
    for key, start in module.start.items():
        change = module.body[key.replace(".", "/")].detach() - start
        if change.ndim == 1:
            tensors[f"full.{key}"] = change.half()
            continue
        left, values, right = torch.linalg.svd(change, full_matrices=False)
        root = values[:rank].sqrt()
        tensors[f"delta.{key}.up"] = (left[:, :rank] * root).half().contiguous()
        tensors[f"delta.{key}.down"] = (root[:, None] * right[:rank]).half().contiguous()
    for key, value in module.heads().items():
        tensors[f"head.{key}"] = value.detach().half().contiguous()
    return tensors


def apply_cut(module: Any, tensors: dict[str, Any]) -> None:
    """Set the module to what ``tensors`` says, as a reader of the shipped file would have it."""
    import torch

    with torch.no_grad():
        for key, start in module.start.items():
            place = module.body[key.replace(".", "/")]
            if f"full.{key}" in tensors:
                place.copy_(start + tensors[f"full.{key}"].float())
            else:
                up, down = tensors[f"delta.{key}.up"], tensors[f"delta.{key}.down"]
                place.copy_(start + up.float() @ down.float())
        for key in module.heads():
            module.head[key.replace(".", "/")].copy_(tensors[f"head.{key}"].float())


def save_tensors(tensors: dict[str, Any], path: Path) -> None:
    """Write tensors as safetensors, in one step."""
    from safetensors.torch import save_file

    part = path.with_name(path.name + ".tmp")
    save_file(tensors, part)
    part.replace(path)
