"""Human codes: write blind sheets, read them back, list and settle disagreements.

Comes in: a sample with known probabilities (``draw_sample``). Goes out: coding sheets (CSV) that
show neither score nor outlet, and the codes of several coders in long form: ``coder, segment_id,
variable, code``. How far coders agree is in ``agreement``. Nothing here judges a code.

Krippendorff, K. (2019). Content analysis (4th ed.), ch. 12. Sage. Hayes, A. F., & Krippendorff,
K. (2007). Answering the call for a standard reliability measure for coding data. Communication
Methods and Measures, 1(1), 77-89. doi:10.1080/19312450709336664
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pandas as pd

from analysis.outlets.resampling import generator_for
from analysis.outlets.sampling import SEED, draw_sample

LEVELS = ("nominal", "ordinal", "interval", "ratio")
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")


def write_sheet(
    sample: pd.DataFrame,
    path: Path | str,
    *,
    variables: Sequence[str],
    coder: str,
    context: bool = False,
    seed: int = SEED,
) -> Path:
    """Write one coder's sheet: shuffled, without score, outlet or stratum.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it;
    ``read_codes`` takes it off again. The file appears whole or not at all.

    Parameters
    ----------
    variables : sequence of str
        Empty columns to fill, one for each thing to code.
    coder : str
        Name in the sheet's ``coder`` column; also sets the order of rows.
    context : bool
        Also show whose voice the segment is in.
    """
    taken = {"segment_id", "coder", "text", "voice", "note"} & set(variables)
    if taken or not variables:
        raise ValueError(f"variables need names of their own, not {sorted(taken) or 'none'}")
    order = generator_for(seed, [coder, *sample["segment_id"]]).permutation(len(sample))
    shown = ["voice", "text"] if context else ["text"]
    sheet = sample.iloc[order][["segment_id", *shown]].assign(coder=coder)
    header = ["segment_id", "coder", *shown, *variables, "note"]
    return save_sheet(sheet.reindex(columns=header, fill_value=""), Path(path))


def save_sheet(sheet: pd.DataFrame, path: Path) -> Path:
    """Write a sheet whole or not at all, its cells safe in a spreadsheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(sheet.columns)
            for row in sheet.itertuples(index=False):
                writer.writerow([escape_cell(str(cell)) for cell in row])
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def read_sheet(path: Path) -> pd.DataFrame:
    """Read a sheet as a spreadsheet may have saved it: all cells as text, unescaped.

    Spreadsheets put commas, semicolons or tabs between cells, by the country they are set to,
    and write UTF-8, UTF-16 or the Windows code page.
    """
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    header = text.lstrip("\r\n").split("\n", 1)[0]
    between = max(",;\t", key=header.count)
    try:
        sheet = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False, sep=between)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ValueError(f"{path.name} is not a coding sheet: {error}") from error
    for column in sheet:
        sheet[column] = sheet[column].map(unescape_cell)
    return sheet


def read_codes(
    paths: Sequence[Path | str], sample: pd.DataFrame, *, variables: Sequence[str]
) -> pd.DataFrame:
    """Read filled sheets back, in any order of rows and columns.

    Returns
    -------
    DataFrame
        ``coder, segment_id, variable, code``; ``code`` is text as typed, blank cells are left out.

    Raises
    ------
    ValueError
        Naming the file: a column is missing, a segment is not in the sample or coded twice by
        one coder, or nothing is filled in.
    """
    parts = []
    for path in map(Path, paths):
        sheet = read_sheet(path)
        missing = [c for c in ("segment_id", *variables) if c not in sheet.columns]
        if missing:
            raise ValueError(f"{path.name}: no column {missing}; it has {list(sheet.columns)}")
        sheet["segment_id"] = sheet["segment_id"].str.strip()
        coder = sheet.get("coder", path.stem)
        long = sheet.assign(coder=coder).melt(
            ["coder", "segment_id"], list(variables), "variable", "code"
        )
        # A spreadsheet may write 1 as 1.0, which is no other code.
        long["code"] = long["code"].str.strip().str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
        filled = long[long["code"] != ""]
        if filled.empty:
            raise ValueError(f"{path.name}: no code is filled in for {list(variables)}")
        _check_units(filled, sample, path.name)
        parts.append(filled)
    codes = pd.concat(parts, ignore_index=True)
    _check_units(codes, sample, ", ".join(Path(path).name for path in paths))
    return codes.sort_values(["variable", "segment_id", "coder"], ignore_index=True)


def list_disagreements(codes: pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    """Return units that coders coded apart, one column a coder, with their text to settle."""
    wide = codes.pivot(index=["variable", "segment_id"], columns="coder", values="code")
    apart = wide[wide.nunique(axis=1) > 1].reset_index()
    found = apart.merge(sample[["segment_id", "text"]], on="segment_id", validate="many_to_one")
    found.columns.name = None
    return found


def settle_codes(
    codes: pd.DataFrame, *, settled: pd.DataFrame | None = None, numeric: bool = True
) -> pd.DataFrame:
    """Return one code per segment and variable.

    ``settled`` (``segment_id, variable, code``) has the last word; else coders' mean
    (``numeric``), or what they all say; categories that differ stay out until settled.
    """
    if numeric:
        values = codes.assign(code=_numbers(codes))
        one = values.groupby(["segment_id", "variable"], as_index=False)["code"].mean()
    else:
        grouped = codes.groupby(["segment_id", "variable"])["code"]
        one = grouped.first()[grouped.nunique() == 1].reset_index()
    if settled is None:
        return one
    last = settled[["segment_id", "variable", "code"]]
    if numeric:
        last = last.assign(code=_numbers(last))
    both = pd.concat([one, last]).drop_duplicates(["segment_id", "variable"], keep="last")
    return both.sort_values(["variable", "segment_id"], ignore_index=True)


def escape_cell(text: str) -> str:
    """Return the cell as a spreadsheet shows it without running it."""
    return f"'{text}" if text.startswith(_RISKY) else text


def unescape_cell(text: str) -> str:
    """Return what ``escape_cell`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def _check_units(codes: pd.DataFrame, sample: pd.DataFrame, name: str) -> None:
    strangers = sorted(set(codes["segment_id"]) - set(sample["segment_id"]))
    if strangers:
        raise ValueError(
            f"{name}: {len(strangers)} coded segments are not in the sample (first: "
            f"{strangers[0]}). Pass the sample that the sheet was written from, or drop the rows"
        )
    twice = codes.duplicated(["coder", "segment_id", "variable"])
    if twice.any():
        row = codes[twice].iloc[0]
        raise ValueError(
            f"{name}: {row['coder']} coded segment {row['segment_id']} twice for "
            f"{row['variable']!r}. Keep one row, or give each coder a name in the coder column"
        )


def _numbers(codes: pd.DataFrame) -> pd.Series:
    numbers = pd.to_numeric(codes["code"], errors="coerce")
    if numbers.isna().any():
        odd = codes[numbers.isna()].iloc[0]
        raise ValueError(
            f"code {odd['code']!r} of segment {odd['segment_id']} ({odd['variable']}) is not a "
            "number: correct the sheet, or use numeric=False for categories"
        )
    return numbers


__all__ = [
    "LEVELS",
    "SEED",
    "draw_sample",
    "escape_cell",
    "list_disagreements",
    "read_codes",
    "read_sheet",
    "save_sheet",
    "settle_codes",
    "unescape_cell",
    "write_sheet",
]
