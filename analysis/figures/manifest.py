"""What a figure was made from: hashes of tables and rows, versions, models, seeds.

``describe_sources`` reads a folder of finished tables once; ``export.save`` puts the result, with
the hash of the plotted rows and how they were drawn, into every file it writes. The hash of a
table is over its rows in any order, so reading the corpus in another order changes nothing.
No time of day and no path of a machine is kept: the same run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd

KEY = "outlet-analysis-manifest"
PACKAGES = ("matplotlib", "numpy", "pandas", "scipy")


def describe_sources(tables: Path | str, *, seed: int | None = None) -> dict:
    """Describe the finished tables that a notebook's figures are made from.

    Parameters
    ----------
    tables : path
        The folder ``OUT/tables``.
    seed : int, optional
        The seed of what is random in the notebook.

    Returns
    -------
    dict
        ``tables`` (name → hash), ``code``, ``packages``, ``seed`` and, where ``run.json`` lies
        beside the tables, ``models`` and ``corpus`` as the run wrote them.
    """
    folder = Path(tables)
    found = {path.stem: hash_table(path) for path in sorted(folder.glob("*.parquet"))}
    sources = {"tables": found, "folder": folder.name, "seed": seed, **describe_code()}
    run = folder.parent / "run.json"
    if run.is_file():
        written = json.loads(run.read_text(encoding="utf-8"))
        for key in ("models", "inputs", "seeds", "lexicons"):
            if key in written:
                sources[key] = _hashed(written[key])
    return sources


def describe_code() -> dict:
    """Return the version and hash of this package's code, and versions of what it draws with."""
    from analysis import __version__

    packages = {}
    for name in PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "not installed"
    return {"code": {"version": __version__, "sha256": _hash_code()}, "packages": packages}


def hash_table(path: Path | str) -> str:
    """Hash a Parquet or CSV table over its rows, whatever their order.

    >>> hash_rows(pd.DataFrame({"a": [1, 2]})) == hash_rows(pd.DataFrame({"a": [2, 1]}))
    True
    """
    path = Path(path)
    frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    return hash_rows(frame)


def hash_rows(frame: pd.DataFrame) -> str:
    """Hash a table over its columns and rows, whatever the order of either."""
    ordered = frame[sorted(frame.columns)].astype("string").fillna("")
    rows = np.sort(pd.util.hash_pandas_object(ordered, index=False).to_numpy())
    digest = hashlib.sha256("\0".join(ordered.columns).encode())
    digest.update(rows.astype("<u8").tobytes())
    return digest.hexdigest()


def hash_text(text: str) -> str:
    """Return the sha256 of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_manifest(path: Path | str) -> dict:
    """Read the manifest that a PDF, SVG or PNG carries, or the ``.manifest.json`` beside it.

    Raises
    ------
    ValueError
        When the file carries none; the message says which files do.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there")
    text = _READERS.get(path.suffix.lower(), _from_json)(path)
    if not text or KEY not in text:
        raise ValueError(
            f"{path.name} carries no manifest: verify reads the PDF, SVG, PNG or .manifest.json "
            "that this suite wrote"
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"the manifest in {path.name} is damaged: {error}") from error


def _from_pdf(path: Path) -> str:
    from pypdf import PdfReader

    found = PdfReader(str(path)).metadata or {}
    return str(found.get("/Keywords") or "")


def _from_png(path: Path) -> str:
    from PIL import Image

    with Image.open(path) as image:
        return str(getattr(image, "text", {}).get("Manifest", ""))


def _from_svg(path: Path) -> str:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    tree = etree.parse(str(path), parser)
    found = tree.findall(".//{http://purl.org/dc/elements/1.1/}description")
    return "".join(node.text or "" for node in found)


def _from_json(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.suffix == ".json" else ""


_READERS = {".pdf": _from_pdf, ".png": _from_png, ".svg": _from_svg}


def _hashed(value: object) -> object:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return value if len(text) <= 2000 else {"sha256": hash_text(text)}


@lru_cache(maxsize=1)
def _hash_code() -> str:
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
