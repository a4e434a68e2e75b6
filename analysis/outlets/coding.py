"""Human codes: draw what to code, write blind sheets, read them back, agree, plan.

Comes in: ``segments``, ``scores``, ``articles``. Goes out: a sample with known probabilities,
coding sheets (CSV) that show neither score nor outlet, and the codes of several coders in long
form: ``coder, segment_id, variable, code``. Agreement is Krippendorff's alpha: 1 is perfect,
0 is chance, below 0 is worse than chance. Nothing here judges a code.

Krippendorff, K. (2019). Content analysis (4th ed.), ch. 12. Sage. Hayes, A. F., & Krippendorff,
K. (2007). Answering the call for a standard reliability measure for coding data. Communication
Methods and Measures, 1(1), 77-89. doi:10.1080/19312450709336664
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.outlets.resampling import generator_for
from analysis.outlets.sums import OWN_VOICE, used_articles

SEED = 20_260
STRATA = ("outlet", "voice", "score")
LEVELS = ("nominal", "ordinal", "interval", "ratio")
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")


def draw_sample(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    n: int,
    measure: str,
    label: str | None = None,
    strata: Sequence[str] = STRATA,
    score_groups: int = 4,
    seed: int = SEED,
) -> pd.DataFrame:
    """Draw segments to code, each with a known probability.

    Every stratum (outlet × voice × score group) gets the same number, as far as it has that
    many, so that rare voices and high scores are coded too; ``probability`` undoes that.

    Parameters
    ----------
    n : int
        Segments to draw: two a stratum where n allows it, at least one.
    measure, label : str
        Whose scores stratify; ``label`` may be left out where the measure has one.
    strata : sequence of {"outlet", "voice", "score", "event", "part"}
    score_groups : int
        Groups of equal size by score (ties stay together).

    Returns
    -------
    DataFrame
        ``segment_id, article_id, event, outlet, voice, part, text, score, stratum,
        n_stratum, n_drawn, probability``, sorted by segment.

    Raises
    ------
    ValueError
        On an unknown measure, a sample larger than the segments, or a measure of one value.
    """
    frame = _frame(scores, segments, articles, measure, label)
    unknown = [name for name in strata if name not in ("outlet", "voice", "score", "event", "part")]
    if unknown:
        raise ValueError(f"strata may be outlet, voice, score, event, part; not {unknown}")
    if not 2 <= n <= len(frame):
        raise ValueError(
            f"n is {n}, but there are {len(frame)} segments with a score: draw 2 to {len(frame)}"
        )
    if "score" in strata and frame["score"].nunique() == 1:
        raise ValueError(
            f"measure {measure!r} has no variance (every score is {frame['score'].iloc[0]}): "
            "leave 'score' out of strata, or check the scorer"
        )
    groups = frame["score"].rank(pct=True, method="max").mul(score_groups).sub(1e-9)
    frame["group"] = groups.astype(int).astype(str)
    columns = ["group" if name == "score" else name for name in strata]
    frame["stratum"] = frame[columns].astype(str).agg(" | ".join, axis=1) if columns else "all"
    sizes = frame.groupby("stratum")["segment_id"].count().sort_index()
    drawn = _share_out(sizes, n)
    frame["n_stratum"] = frame["stratum"].map(sizes)
    frame["n_drawn"] = frame["stratum"].map(drawn)
    frame["probability"] = frame["n_drawn"] / frame["n_stratum"]
    chosen = []
    for stratum, rows in frame.groupby("stratum"):
        generator = generator_for(seed, [str(stratum), *rows["segment_id"]])
        take = generator.permutation(len(rows))[: drawn[stratum]]
        chosen.append(rows.iloc[np.sort(take)])
    sample = pd.concat(chosen).drop(columns="group").sort_values("segment_id", ignore_index=True)
    assert sample["segment_id"].is_unique
    return sample


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
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for row in sheet.to_dict("records"):
                writer.writerow([escape_cell(str(row.get(name, ""))) for name in header])
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


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
        sheet = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        missing = [c for c in ("segment_id", *variables) if c not in sheet.columns]
        if missing:
            raise ValueError(f"{path.name}: no column {missing}; it has {list(sheet.columns)}")
        sheet["segment_id"] = sheet["segment_id"].map(unescape_cell).str.strip()
        coder = sheet["coder"].map(unescape_cell) if "coder" in sheet else path.stem
        long = sheet.assign(coder=coder).melt(
            ["coder", "segment_id"], list(variables), "variable", "code"
        )
        long["code"] = long["code"].map(unescape_cell).str.strip()
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


def _frame(scores, segments, articles, measure, label) -> pd.DataFrame:
    mine = scores[scores["measure"] == measure]
    if mine.empty:
        known = sorted(scores["measure"].unique())
        raise ValueError(f"no scores of measure {measure!r}; there are {known}")
    if label is None and mine["label"].nunique() > 1:
        raise ValueError(
            f"measure {measure!r} has the labels {sorted(mine['label'].unique())}: "
            "name one with label="
        )
    mine = mine if label is None else mine[mine["label"] == label]
    if mine.empty or mine["segment_id"].duplicated().any():
        raise ValueError(
            f"measure {measure!r}, label {label!r}: "
            + ("no scores" if mine.empty else "more than one score a segment; keep one scorer")
        )
    kept = used_articles(articles)[["article_id", "event", "outlet"]]
    columns = [c for c in segments if c not in ("event", "outlet", "score", "value")]
    frame = (
        segments[columns]
        .merge(kept, on="article_id", validate="many_to_one")
        .merge(mine[["segment_id", "value"]].rename(columns={"value": "score"}), on="segment_id")
    )
    frame = frame.dropna(subset=["score"]).sort_values("segment_id", ignore_index=True)
    frame["voice"] = frame["voice"].where(~frame["voice"].isin(OWN_VOICE), "outlet")
    if "part" not in frame:
        frame["part"] = "body"
    columns = ["segment_id", "article_id", "event", "outlet", "voice", "part", "text", "score"]
    return frame[columns]


def _share_out(sizes: pd.Series, n: int) -> Mapping[str, int]:
    """Share n out evenly over strata, none over its size, two or at least one of each."""
    if len(sizes) > n:
        raise ValueError(
            f"n is {n}, but there are {len(sizes)} strata and each needs one: draw more, or give "
            "fewer score_groups or strata"
        )
    drawn = sizes.clip(upper=2) if sizes.clip(upper=2).sum() <= n else sizes.clip(upper=1)
    while drawn.sum() < n:
        open_strata = drawn[drawn < sizes]
        left = n - drawn.sum()
        each = max(left // len(open_strata), 1)
        more = (sizes[open_strata.index] - open_strata).clip(upper=each)
        if more.sum() > left:  # the last few go to the largest strata, one each
            largest = sizes[open_strata.index].sort_values(ascending=False, kind="stable").index
            more = pd.Series(1, index=largest[:left])
        drawn = drawn.add(more, fill_value=0).astype(int)
    return drawn.to_dict()


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
