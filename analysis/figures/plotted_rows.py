"""The rows a chart was drawn from ↔ CSV, without losing a digit and safe in a spreadsheet.

A cell that a spreadsheet would take for a formula gets a quote in front; reading takes it away
again, so that a figure can be drawn again from the CSV beside it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def rows_to_csv(rows: pd.DataFrame) -> str:
    """Write rows as CSV with full precision; cells that a spreadsheet would run get a quote."""
    safe = rows.copy()
    safe.columns = [_guard(str(column)) for column in safe.columns]
    for column in safe.columns:
        if kind_of(safe[column]) == "text":
            safe[column] = [
                value if pd.isna(value) else _guard(str(value)) for value in safe[column]
            ]
    return safe.to_csv(index=False, lineterminator="\n")


def rows_from_csv(path: Path | str, columns: dict[str, str]) -> pd.DataFrame:
    """Read plotted rows back exactly as they were drawn."""
    read = pd.read_csv(path, dtype=str, keep_default_na=False)
    read.columns = [_unguard(column) for column in read.columns]
    for column in read.columns:
        kind = columns.get(column, "text")
        if kind == "text":
            read[column] = [_unguard(value) for value in read[column]]
        elif kind == "bool":
            read[column] = read[column] == "True"
        else:
            numbers = [float("nan") if value == "" else float(value) for value in read[column]]
            whole = kind == "int" and "" not in set(read[column])
            read[column] = pd.Series(numbers, dtype="float64").astype(
                "Int64" if whole else "float64"
            )
    return read


def kind_of(column: pd.Series) -> str:
    """Return ``bool``, ``int``, ``float`` or ``text``."""
    if pd.api.types.is_bool_dtype(column):
        return "bool"
    if pd.api.types.is_integer_dtype(column):
        return "int"
    return "float" if pd.api.types.is_float_dtype(column) else "text"


def _guard(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _unguard(value: str) -> str:
    return value[1:] if value.startswith("'") else value
