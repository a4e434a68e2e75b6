"""A result declared before it was seen: what is estimated, and in which other ways.

Comes in: a YAML file. Goes out: a ``Specification`` that carries the file's SHA-256, so that a
figure can say which declaration it stands on. A file with a mistake is refused, naming it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.outlets.sums import LINEAGES_KEPT, WEIGHTS
from analysis.tables import VOICES

# Each choice, with the values it may take; None: names of the corpus or the scores.
CHOICES: dict[str, tuple[str, ...] | None] = {
    "measure": None,
    "voice": (*VOICES, "all"),
    "lineage": LINEAGES_KEPT,
    "headlines": ("with", "without"),
    "weights": WEIGHTS,
    "cleaning": ("on", "off"),
}
DEFAULTS = {
    "voice": "outlet",
    "lineage": "with wire",
    "headlines": "with",
    "weights": "words",
    "cleaning": "on",
}
COMBINE = ("one at a time", "all")


@dataclass(frozen=True)
class Specification:
    """A declared result: what is estimated, the primary choices and their alternatives."""

    name: str
    outlet: str
    event: str
    contrast: str
    primary: Mapping[str, str]
    alternatives: Mapping[str, tuple[str, ...]]
    combine: str
    sha256: str


def read_specification(path: Path | str) -> Specification:
    """Read a declared result from YAML.

    The file has ``result`` (a name in words), ``outlet``, ``event`` (``all`` if left out),
    ``contrast`` (``event mean`` if left out, ``level``, or an outlet), ``primary`` (``measure``
    as ``measure/label``, and any of voice, lineage, headlines, weights, cleaning),
    ``alternatives`` (lists of the same) and ``combine`` (``one at a time`` or ``all``).

    Raises
    ------
    ValueError
        Naming the file, the line where YAML knows it, and what is wrong.
    """
    import yaml

    path = Path(path)
    raw = path.read_bytes()
    try:
        found = yaml.safe_load(raw)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise ValueError(f"{path.name}{where}: not YAML: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path.name}: expected keys such as result, outlet and primary")
    known = {"result", "outlet", "event", "contrast", "primary", "alternatives", "combine"}
    _refuse(path, sorted(set(found) - known), "unknown keys {}; there are " + str(sorted(known)))
    missing = [key for key in ("result", "outlet", "primary", "alternatives") if key not in found]
    _refuse(path, missing, "the keys {} are missing")
    for key in ("primary", "alternatives"):
        if not isinstance(found[key], dict):
            raise ValueError(f"{path.name}: {key} is a list of choices, such as `voice: …`")
        _refuse(
            path,
            sorted(set(found[key]) - set(CHOICES)),
            f"{key}: unknown choices {{}}; there are {list(CHOICES)}",
        )
    primary = DEFAULTS | {key: _word(value) for key, value in found["primary"].items()}
    if "measure" not in primary:
        raise ValueError(f"{path.name}: primary needs a measure, as measure/label")
    alternatives = {
        key: tuple(_word(v) for v in (value if isinstance(value, list) else [value]))
        for key, value in found["alternatives"].items()
    }
    for key, values in [*((k, (v,)) for k, v in primary.items()), *alternatives.items()]:
        allowed = CHOICES[key]
        wrong = [v for v in values if allowed is not None and v not in allowed]
        _refuse(path, wrong, f"{key} may be one of {list(allowed or ())}, not {{}}")
        twice = sorted({v for v in values if values.count(v) > 1})
        _refuse(path, twice, f"alternatives: {key} lists {{}} twice")
    combine = found.get("combine", COMBINE[0])
    _refuse(path, [] if combine in COMBINE else [combine], f"combine may be one of {COMBINE}")
    return Specification(
        name=str(found["result"]),
        outlet=str(found["outlet"]),
        event=str(found.get("event", "all")),
        contrast=str(found.get("contrast", "event mean")),
        primary=primary,
        alternatives=alternatives,
        combine=combine,
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def _word(value: Any) -> str:
    # YAML reads a bare on and off as true and false.
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else str(value)


def _refuse(path: Path, wrong: list, message: str) -> None:
    if wrong:
        raise ValueError(f"{path.name}: {message.format(wrong)}")
