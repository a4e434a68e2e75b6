"""The forward pass of an encoder: word pieces in, one vector per piece out.

Comes in: a folder with a transformer's files. Goes out: a callable that turns a batch of
windows into the last layer's vectors. BERT-type encoders (the default is one) run in a pass of
our own that packs windows of all lengths into one matrix without padding; anything else runs
through ``transformers.AutoModel`` in groups of equal length. On processors and cards with
bfloat16 units the packed pass multiplies in bfloat16, in an order that does not depend on the
batch, so that a text alone and a text among others get equal numbers.

Only safetensors are read; a weight file whose hash is known and differs is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

# Reductions longer than this are cut and summed in single precision: the processor's own
# order of summation changes with the number of rows, ours does not.
_REDUCTION = 384


def file_hash(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_hash(path: Path, expected: str, name: str) -> str:
    """Return the sha256 of ``path``, or refuse it.

    Raises
    ------
    ValueError
        When it is not ``expected``; the message holds the name and both hashes.
    """
    found = file_hash(path)
    if found != expected:
        raise ValueError(
            f"weights of {name!r} ({path.name}) are not the ones expected: sha256 is {found}, "
            f"should be {expected}; install or rebuild them before use"
        )
    return found


class PackedBert:
    """A BERT-type encoder that reads windows of several lengths packed into one matrix."""

    def __init__(
        self,
        config: Mapping[str, Any],
        weights: Mapping[str, Any],
        *,
        device: Any,
        dtype: Any,
    ) -> None:
        import torch

        self.heads = config["num_attention_heads"]
        self.size = config["hidden_size"]
        self.epsilon = config.get("layer_norm_eps", 1e-12)
        self.device, self.dtype = device, dtype

        def get(name: str) -> Any:
            return weights[name].to(device=device, dtype=torch.float32)

        def pair(name: str) -> tuple[Any, Any]:
            return get(f"{name}.weight").to(dtype), get(f"{name}.bias").to(dtype)

        self.pieces = get("embeddings.word_embeddings.weight")
        self.places = get("embeddings.position_embeddings.weight")
        self.kind = get("embeddings.token_type_embeddings.weight")[0]
        self.first_norm = (get("embeddings.LayerNorm.weight"), get("embeddings.LayerNorm.bias"))
        self.layers = []
        for number in range(config["num_hidden_layers"]):
            stem = f"encoder.layer.{number}"
            three = [pair(f"{stem}.attention.self.{part}") for part in ("query", "key", "value")]
            self.layers.append(
                {
                    "qkv": tuple(torch.cat(both) for both in zip(*three, strict=True)),
                    "out": pair(f"{stem}.attention.output.dense"),
                    "norm": pair(f"{stem}.attention.output.LayerNorm"),
                    "up": pair(f"{stem}.intermediate.dense"),
                    "down": pair(f"{stem}.output.dense"),
                    "norm2": pair(f"{stem}.output.LayerNorm"),
                }
            )

    def __call__(self, windows: list[np.ndarray]) -> Any:
        """Return the vectors of all pieces of ``windows``, sorted by length, one after another."""
        packed, groups = self.embed(windows)
        return self.through(packed, groups).float()

    def embed(self, windows: list[np.ndarray]) -> tuple[Any, list[tuple[int, int]]]:
        """Return the pieces as they enter the first layer, and how many windows have which length.

        ``windows`` are sorted by length.
        """
        import torch
        from torch.nn import functional as F

        lengths, counts = np.unique([len(one) for one in windows], return_counts=True)
        groups = list(zip(lengths.tolist(), counts.tolist(), strict=True))
        ids = torch.from_numpy(np.concatenate(windows)).to(self.device)
        places = torch.from_numpy(
            np.concatenate([np.tile(np.arange(length), count) for length, count in groups])
        ).to(self.device)
        with torch.inference_mode():
            x = F.embedding(ids, self.pieces) + F.embedding(places, self.places) + self.kind
            x = F.layer_norm(x, (self.size,), *self.first_norm, eps=self.epsilon)
        return x.to(self.dtype), groups

    def through(
        self, x: Any, groups: list[tuple[int, int]], first: int = 0, last: int | None = None
    ) -> Any:
        """Return the pieces after the layers ``first`` up to ``last`` (not included)."""
        import torch
        from torch.nn import functional as F

        shape = (self.size,)
        with torch.inference_mode():
            for layer in self.layers[first:last]:
                mixed = self._attention(F.linear(x, *layer["qkv"]), groups)
                x = F.layer_norm(
                    x + F.linear(mixed, *layer["out"]), shape, *layer["norm"], eps=self.epsilon
                )
                wide = F.gelu(F.linear(x, *layer["up"]))
                x = F.layer_norm(
                    x + self._reduced(wide, *layer["down"]),
                    shape,
                    *layer["norm2"],
                    eps=self.epsilon,
                )
        return x

    def _attention(self, mixed: Any, groups: list[tuple[int, int]]) -> Any:
        import torch
        from torch.nn import functional as F

        done, first = [], 0
        for length, count in groups:
            last = first + length * count
            query, key, value = (
                mixed[first:last]
                .view(count, length, 3, self.heads, self.size // self.heads)
                .permute(2, 0, 3, 1, 4)
            )
            part = F.scaled_dot_product_attention(query, key, value)
            done.append(part.transpose(1, 2).reshape(last - first, self.size))
            first = last
        return torch.cat(done) if len(done) > 1 else done[0]

    def _reduced(self, wide: Any, weight: Any, bias: Any) -> Any:
        import torch
        from torch.nn import functional as F

        if self.dtype == torch.float32:
            return F.linear(wide, weight, bias)
        total = bias.float()
        for first in range(0, wide.shape[1], _REDUCTION):
            part = slice(first, first + _REDUCTION)
            total = total + F.linear(wide[:, part], weight[:, part]).float()
        return total.to(self.dtype)


class AnyEncoder:
    """Any encoder that ``transformers.AutoModel`` reads, in groups of equal length."""

    def __init__(self, folder: str, *, device: Any, dtype: Any, **options: Any) -> None:
        from transformers import AutoModel

        model = AutoModel.from_pretrained(
            folder, use_safetensors=True, trust_remote_code=False, dtype=dtype, **options
        )
        self.model = model.eval().to(device)
        self.device, self.size = device, model.config.hidden_size

    def __call__(self, windows: list[np.ndarray]) -> Any:
        """Return the vectors of all pieces of ``windows``, sorted by length, one after another."""
        import torch

        done = []
        lengths, firsts = np.unique([len(one) for one in windows], return_index=True)
        edges = [*firsts.tolist(), len(windows)]
        with torch.inference_mode():
            for place in range(len(lengths)):
                group = np.stack(windows[edges[place] : edges[place + 1]])
                ids = torch.from_numpy(group).to(self.device)
                found = self.model(input_ids=ids, attention_mask=torch.ones_like(ids))
                done.append(found.last_hidden_state.reshape(-1, self.size).float())
        return torch.cat(done)


def load_bert(
    folder: Path, *, device: Any, dtype: Any, deltas: Mapping[str, Any] | None = None
) -> PackedBert:
    """Load a BERT-type encoder, with low-rank changes added to its weights.

    ``deltas`` maps a weight's name to what is added to it.
    """
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    weights = load_file(folder / "model.safetensors")
    for name, change in (deltas or {}).items():
        weights[name] = weights[name].float() + change.float()
    return PackedBert(config, weights, device=device, dtype=dtype)
