"""Work kept in parts on disk, so that nothing finished is ever done or lost twice.

A stage that handles its input group by group (an event, an article) keeps what it made in
parts. Groups go to a part by the hash of their name, so that a new group lands in one part and
leaves the others alone. A part carries the key of each group in it (a hash of all that its rows
depend on); a group whose key is unchanged is taken from the part as it is, also when others in the
part are new. Parts appear whole or not at all: a run killed at any moment leaves those that were
finished, and the next run goes on from them.

A batch that runs out of memory, or that something unforeseen in one group breaks, is halved and
tried again; a group that fails alone is left out, said so, and tried again by the next run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

GROUP = "_group"
_FAILED = "failed.json"


def key_of(*values: object) -> str:
    """Return a short hash of the values; equal values give equal keys in any run."""
    digest = hashlib.sha256()
    for value in values:
        digest.update(str(value).encode("utf-8", "surrogatepass"))
        digest.update(b"\x1f")
    return digest.hexdigest()[:16]


def number_of_parts(n_items: int, *, per_part: int = 400) -> int:
    """Return how many parts hold ``n_items``: a power of two, so that it rarely changes."""
    parts = 1
    while n_items / parts > per_part:
        parts *= 2
    return parts


def plan_parts(groups: Mapping[str, str], n_parts: int) -> dict[int, dict[str, str]]:
    """Deal groups (name → key) to parts by the hash of their name; empty parts are left out."""
    plan: dict[int, dict[str, str]] = {}
    for name in sorted(groups):
        place = int(hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16)
        plan.setdefault(place % n_parts, {})[name] = groups[name]
    return dict(sorted(plan.items()))


def finished_part(folder: Path, place: int, groups: Mapping[str, str]) -> Path | None:
    """Return the folder of a part that holds just these groups, if it is there."""
    target = folder / f"{place:05d}-{key_of(sorted(groups.items()))}"
    return target if target.exists() else None


def make_part(
    folder: Path,
    place: int,
    groups: Mapping[str, str],
    compute: Callable[[list[str]], dict[str, pd.DataFrame]],
    *,
    n_parts: int = 1,
) -> Path:
    """Return the folder of one part, computing only the groups that are not there yet.

    Parameters
    ----------
    folder : Path
        Where the parts of this stage are kept.
    place : int
        The part's number.
    groups : mapping
        Name of each group in the part → its key.
    compute : callable
        Takes the names of the groups to compute and returns table name → rows; every table has
        a column ``_group`` with the group's name.
    n_parts : int
        How many parts there are: when there were half as many, the part's groups stood in
        another one.
    """
    finished = finished_part(folder, place, groups)
    if finished is not None:
        return finished
    places = {place, place - n_parts // 2, place + n_parts}
    older = [path for one in sorted(places) if one >= 0 for path in folder.glob(f"{one:05d}-*")]
    kept, tables = _unchanged(sorted(older), groups)
    failed: dict[str, str] = {}
    wanted = [name for name in groups if name not in kept]
    for fresh in _in_halves(compute, wanted, failed) if wanted else []:
        for name, frame in fresh.items():
            tables.setdefault(name, []).append(frame)
    made = {name: key for name, key in groups.items() if name not in failed}
    return _write_part(folder, place, made, tables, failed)


def _in_halves(
    compute: Callable[[list[str]], dict[str, pd.DataFrame]],
    names: list[str],
    failed: dict[str, str],
) -> list[dict[str, pd.DataFrame]]:
    """Compute groups together, or in halves where that fails; note the groups that fail alone."""
    try:
        return [compute(names)]
    except OSError:
        raise  # a full or broken disk: it would fail for all
    except Exception as error:
        told = "out of memory" if isinstance(error, MemoryError) else _told(error)
    if len(names) == 1:
        failed[names[0]] = told
        return []
    middle = len(names) // 2
    halves = (names[:middle], names[middle:])
    return [made for half in halves for made in _in_halves(compute, half, failed)]


def _told(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = Path(trace.tb_frame.f_code.co_filename).name if trace else ""
    return f"{type(error).__name__}: {error} ({where}:{trace.tb_lineno if trace else 0})"


def _write_part(
    folder: Path,
    place: int,
    groups: Mapping[str, str],
    tables: dict[str, list[pd.DataFrame]],
    failed: dict[str, str],
) -> Path:
    target = folder / f"{place:05d}-{key_of(sorted(groups.items()))}"
    unfinished = folder / f".{target.name}.{os.getpid()}.tmp"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for name, frames in tables.items():
        filled = [frame for frame in frames if len(frame)] or frames[:1]
        joined = filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)
        _by_group(joined).to_parquet(unfinished / f"{name}.parquet", index=False)
    (unfinished / "groups.json").write_text(json.dumps(dict(groups)))
    (unfinished / _FAILED).write_text(json.dumps(failed))
    if failed and target.exists():  # what failed before has failed again
        shutil.rmtree(target, ignore_errors=True)
    try:
        os.replace(unfinished, target)
    except OSError:
        # Another worker finished the same part first; both made the same rows.
        shutil.rmtree(unfinished, ignore_errors=True)
        if not target.exists():
            raise
    return target


def _by_group(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows group by group: the same file comes of groups made now and kept before."""
    codes, names = pd.factorize(frame[GROUP])
    ranks = np.argsort(np.argsort(np.asarray(names, dtype=object)))[codes]
    if (ranks[1:] >= ranks[:-1]).all():
        return frame
    return frame.take(np.argsort(ranks, kind="stable"))


def failures(parts: Iterable[Path]) -> dict[str, str]:
    """Return the groups that could not be computed, and why."""
    failed: dict[str, str] = {}
    for part in parts:
        with contextlib.suppress(OSError, ValueError):
            failed |= json.loads((part / _FAILED).read_text())
    return failed


def forget_others(folder: Path, parts: Iterable[Path]) -> None:
    """Remove parts of earlier runs that this run did not use, and unfinished ones.

    Only when all parts of a stage are finished: until then, what is older may still be taken up.
    """
    used = {part.name for part in parts}
    for path in folder.glob("*"):
        if path.is_dir() and path.name not in used:
            shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(".*.tmp"):
        shutil.rmtree(path, ignore_errors=True)


def _unchanged(
    older: list[Path], groups: Mapping[str, str]
) -> tuple[set[str], dict[str, list[pd.DataFrame]]]:
    kept: set[str] = set()
    tables: dict[str, list[pd.DataFrame]] = {}
    for part in older:
        try:
            had = json.loads((part / "groups.json").read_text())
        except (OSError, ValueError):
            continue
        same = {name for name, key in had.items() if groups.get(name) == key} - kept
        if not same:
            continue
        for path in sorted(part.glob("*.parquet")):
            frame = pd.read_parquet(path)
            tables.setdefault(path.stem, []).append(frame[frame[GROUP].isin(same)])
        kept |= same
    return kept, tables
