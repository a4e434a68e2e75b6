"""The upper layers of an encoder and the heads for wording, as a module that learns.

Comes in: what the encoder's lower layers, which stay as they are, gave for each piece of a batch
of texts. Goes out: piece, segment and toward outputs, by the functions of ``encoding.heads`` that
also read the shipped weights. One network serves the default encoder (BERT) and the larger one
that teaches it (MPNet: the same layers under other names, and an offset of attention by distance).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.encoding.heads import SEGMENT, piece_scores, segment_scores, toward_scores

# Names of a layer's parts: query, key, value, what joins them, norm, inner, outer, norm.
PARTS = {
    "bert": (
        "attention.self.query", "attention.self.key", "attention.self.value",
        "attention.output.dense", "attention.output.LayerNorm",
        "intermediate.dense", "output.dense", "output.LayerNorm",
    ),
    "mpnet": (
        "attention.attn.q", "attention.attn.k", "attention.attn.v",
        "attention.attn.o", "attention.LayerNorm",
        "intermediate.dense", "output.dense", "output.LayerNorm",
    ),
}  # fmt: skip
_INNER = 256  # width of the toward head


class Stack:
    """An encoder's layers as plain functions of tensors.

    Parameters
    ----------
    folder : Path
        With ``config.json`` and ``model.safetensors`` of a BERT or MPNet encoder.

    Raises
    ------
    ValueError
        When the encoder is of another type.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors.torch import load_file

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.kind = config["model_type"]
        if self.kind not in PARTS:
            raise ValueError(f"an encoder of type {self.kind!r} cannot be trained, only {[*PARTS]}")
        self.weights = {
            key: value.float() for key, value in load_file(folder / "model.safetensors").items()
        }
        self.count = config["num_hidden_layers"]
        self.size, self.heads = config["hidden_size"], config["num_attention_heads"]
        self.epsilon = config.get("layer_norm_eps", 1e-12)
        self._buckets = config.get("relative_attention_num_buckets", 32)

    def names(self, first: int) -> list[str]:
        """Return the names of all weights of the layers from ``first`` on."""
        return [
            f"encoder.layer.{number}.{part}.{kind}"
            for number in range(first, self.count)
            for part in PARTS[self.kind]
            for kind in ("weight", "bias")
        ]

    def lower(self, windows: Sequence[np.ndarray], last: int) -> Any:
        """Return what the layers before ``last`` give for windows of one length."""
        import torch
        from torch.nn import functional as F

        ids = torch.from_numpy(np.stack(windows))
        # MPNet, like RoBERTa, keeps the first two places for itself.
        places = torch.arange(ids.shape[1]) + (2 if self.kind == "mpnet" else 0)
        get = self.weights.__getitem__
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            x = F.embedding(ids, get("embeddings.word_embeddings.weight"))
            x = x + get("embeddings.position_embeddings.weight")[places]
            if self.kind == "bert":
                x = x + get("embeddings.token_type_embeddings.weight")[0]
            norm = [get(f"embeddings.LayerNorm.{one}") for one in ("weight", "bias")]
            x = F.layer_norm(x, (self.size,), *norm, eps=self.epsilon).bfloat16()
            keep = torch.zeros(1, 1, 1, ids.shape[1], dtype=torch.bfloat16)
            return self.through(x, keep, get, 0, last).bfloat16()

    def through(self, x: Any, keep: Any, get: Any, first: int, last: int) -> Any:
        """Return pieces after the layers ``first`` up to ``last``; ``get`` gives a weight by name.

        ``keep`` is added to the attention odds: very negative where a place is padding.
        """
        from torch.nn import functional as F

        rows, length, _ = x.shape
        keep = keep + self._by_distance(length, x.dtype) if self.kind == "mpnet" else keep

        def split(value: Any) -> Any:
            return value.view(rows, length, self.heads, self.size // self.heads).transpose(1, 2)

        for number in range(first, last):
            stem = f"encoder.layer.{number}."
            query, key, value, out, norm, inner, outer, norm2 = (
                (get(f"{stem}{part}.weight"), get(f"{stem}{part}.bias"))
                for part in PARTS[self.kind]
            )
            # Written out: for short texts the fused form is three times slower to learn from.
            q, k, v = (split(F.linear(x, *one)) for one in (query, key, value))
            odds = q @ k.transpose(2, 3) * (self.size // self.heads) ** -0.5
            mixed = (odds + keep).softmax(-1).to(v.dtype) @ v
            mixed = F.linear(mixed.transpose(1, 2).reshape(rows, length, self.size), *out)
            x = F.layer_norm(x + mixed, (self.size,), *norm, eps=self.epsilon).to(x.dtype)
            wide = F.linear(F.gelu(F.linear(x, *inner)), *outer)
            x = F.layer_norm(x + wide, (self.size,), *norm2, eps=self.epsilon).to(x.dtype)
        return x

    def _by_distance(self, length: int, dtype: Any) -> Any:
        """Return MPNet's offset of attention by the distance of two places (heads × n × n)."""
        import torch

        distance = torch.arange(length)[None, :] - torch.arange(length)[:, None]
        half = self._buckets // 2
        near = half // 2
        away = distance.abs()
        far = near + (
            torch.log(away.clamp(min=1).float() / near) / math.log(128 / near) * (half - near)
        ).long().clamp(max=half - 1 - near)
        bucket = torch.where(away < near, away, far) + (distance > 0).long() * half
        table = self.weights["encoder.relative_attention_bias.weight"]
        return table[bucket].permute(2, 0, 1)[None].to(dtype)


def build_network(folder: Path, *, frozen: int, dropout: float, seed: int) -> Any:
    """Return the layers from ``frozen`` on, and new heads, as a torch module.

    Parameters
    ----------
    folder : Path
        Of the encoder.
    frozen : int
        How many lower layers stay as they are.
    dropout : float
        Share of a text's features left out while learning, 0 to 1.
    seed : int
        Of the heads' first values.
    """
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.manual_seed(seed)
    stack = Stack(folder)
    size = stack.size

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.start = {name: stack.weights[name] for name in stack.names(frozen)}
            self.body = nn.ParameterDict(
                {key.replace(".", "/"): nn.Parameter(v.clone()) for key, v in self.start.items()}
            )
            shapes = {
                "piece.weight": (size,),
                "piece.bias": (1,),
                "segment.weight": (len(SEGMENT), 2 * size + 1),
                "segment.bias": (len(SEGMENT),),
                "toward.inner": (_INNER, 2 * size),
                "toward.inner_bias": (_INNER,),
                "toward.weight": (3, _INNER),
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

        def forward(self, batch: dict[str, Any]) -> tuple[Any, Any, Any]:
            mask = batch["mask"]
            keep = torch.where(mask, 0.0, -1e4).bfloat16()[:, None, None, :]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                x = stack.through(
                    batch["states"],
                    keep,
                    lambda name: self.body[name.replace(".", "/")],
                    frozen,
                    stack.count,
                ).float()
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

    return Network()
