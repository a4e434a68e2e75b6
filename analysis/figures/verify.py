"""A figure file → whether it is what the tables beside it give, and which input changed if not.

Four questions in turn: is the manifest inside the figure the one beside it; are the plotted rows
still those it was drawn from; do these rows, drawn again here, give the same bytes; are the
tables in ``OUT/tables`` still those that the rows were taken from. It does not re-run the
measures: a changed table names the stage to look at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pandas as pd

from analysis.figures import style
from analysis.figures.export import render
from analysis.figures.manifest import describe_code, hash_rows, hash_table, read_manifest
from analysis.figures.plotted_rows import rows_from_csv

# The modules of charts; each adds its own to ``style.CHARTS`` when it is imported.
_DRAW = (
    "charts", "checks", "distances", "dots", "matrices", "panels", "positions", "speech", "words",
)  # fmt: skip


@dataclass
class Report:
    """What was compared; ``ok`` is true when nothing that could be compared differs."""

    figure: str
    ok: bool = True
    lines: list[str] = field(default_factory=list)

    def add(self, same: bool | None, text: str) -> None:
        """Note one comparison; ``None`` means that it could not be made."""
        mark = {True: "same   ", False: "CHANGED", None: "unknown"}[same]
        self.lines.append(f"{mark}  {text}")
        self.ok = self.ok and same is not False

    def __str__(self) -> str:
        verdict = "is what its tables give" if self.ok else "is NOT what its tables give now"
        return "\n".join([f"{self.figure} {verdict}", *self.lines])


def verify(path: Path | str, *, tables: Path | str | None = None) -> Report:
    """Compare a saved figure with the rows and tables beside it.

    Parameters
    ----------
    path : path
        A PDF, SVG, PNG or ``.manifest.json`` that ``export.save`` wrote.
    tables : path, optional
        The folder of tables; ``../tables`` as seen from the figure if not given.

    Returns
    -------
    Report
        ``ok`` and the lines that say what is the same and what changed.

    Raises
    ------
    FileNotFoundError, ValueError
        When the file is not there or carries no manifest.
    """
    path = Path(path)
    manifest = read_manifest(path)
    report = Report(path.name)
    _compare_manifest(report, path, manifest)
    rows = _compare_rows(report, path, manifest)
    if rows is not None:
        _compare_marks(report, path, manifest, rows)
    _compare_tables(report, Path(tables or path.parent.parent / "tables"), manifest)
    _compare_code(report, manifest)
    return report


def say_verified(reports: list[Report]) -> str:
    """Say of how many figures the tables give what is drawn, and list what changed."""
    right = sum(report.ok for report in reports)
    changed = [line for report in reports for line in report.lines if line.startswith("CHANGED")]
    tail = f" Changed: {'; '.join(line[9:] for line in changed)}." if changed else ""
    return f"{right} of {len(reports)} figures are what their tables give.{tail}"


def redraw(manifest: dict, rows: pd.DataFrame, *, only: str = "") -> dict[str, bytes]:
    """Draw a figure again from its manifest and rows; return the bytes of its files, or of one."""

    for module in _DRAW:
        import_module(f"analysis.figures.{module}")
    if manifest["chart"] not in style.CHARTS:
        raise ValueError(f"no chart is called {manifest['chart']!r}; {sorted(style.CHARTS)}")
    drawn = style.CHARTS[manifest["chart"]](rows, **manifest["options"])
    figure = getattr(drawn, "figure", None) or drawn
    figure.set_size_inches(*manifest["inches"])
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=True)
    about = {"name": manifest["name"], "title": manifest.get("title", ""), "manifest": text}
    return render(figure, **about, only=only)


def _compare_manifest(report: Report, path: Path, manifest: dict) -> None:
    beside = path.parent / f"{manifest['name']}.manifest.json"
    if beside == path:
        return
    if not beside.is_file():
        report.add(None, f"{beside.name} is not beside the figure")
        return
    report.add(read_manifest(beside) == manifest, f"manifest inside the figure and {beside.name}")


def _compare_rows(report: Report, path: Path, manifest: dict) -> pd.DataFrame | None:
    beside = path.parent / f"{manifest['name']}.csv"
    if not beside.is_file():
        report.add(None, f"{beside.name}, the plotted rows, is not beside the figure")
        return None
    try:
        rows = rows_from_csv(beside, manifest["columns"])
        same = hash_rows(rows) == manifest["rows_sha256"]
    except (ValueError, KeyError) as error:
        report.add(False, f"plotted rows in {beside.name} cannot be read: {error}")
        return None
    report.add(same, f"plotted rows in {beside.name} ({len(rows)} of {manifest['n_rows']})")
    return rows


def _compare_marks(report: Report, path: Path, manifest: dict, rows: pd.DataFrame) -> None:
    ours = describe_code()["packages"]["matplotlib"]
    if not manifest["redrawable"]:
        report.add(None, "marks: the figure was put together by hand, so it is not drawn again")
    elif manifest["packages"]["matplotlib"] != ours:
        theirs = manifest["packages"]["matplotlib"]
        report.add(None, f"marks: drawn with matplotlib {theirs}, here is {ours}")
    elif path.suffix != ".json":
        files = redraw(manifest, rows, only=path.name)
        report.add(
            files.get(path.name) == path.read_bytes(), "marks: rows drawn again, byte by byte"
        )


def _compare_tables(report: Report, folder: Path, manifest: dict) -> None:
    recorded = manifest.get("tables", {})
    if not recorded:
        report.add(None, "tables: the figure does not say which it was made from")
    for name, digest in sorted(recorded.items()):
        table = folder / f"{name}.parquet"
        if not table.is_file():
            report.add(None, f"table {name}: {table.name} is not in the folder of tables")
        else:
            report.add(hash_table(table) == digest, f"table {name}")


def _compare_code(report: Report, manifest: dict) -> None:
    ours = describe_code()["code"]
    if manifest["code"]["sha256"] != ours["sha256"]:
        text = f"code: the figure was made by version {manifest['code']['version']}, other source"
        report.add(None, text)
    else:
        report.add(True, "code")
