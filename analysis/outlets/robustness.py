"""One result under every declared way of getting it.

Comes in: the run's tables and a YAML file that was written before the result was seen. Goes out:
one row per specification: the estimate, its interval and the choices behind it, the primary one
marked, with the file's SHA-256, for the strip under the main figure. What cannot be run is a row
that says why. A result that holds in one specification only is a finding about that choice.

Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis. Nature Human
Behaviour, 4, 1208-1214. doi:10.1038/s41562-020-0912-z
"""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd

from analysis.outlets.estimates import compare_outlets, estimate_levels
from analysis.outlets.specification import (
    CHOICES,
    COMBINE,
    DEFAULTS,
    Specification,
    read_specification,
)

MOST = 500


def run_specifications(
    specification: Specification,
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    shared: pd.DataFrame | None = None,
    uncleaned: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame] | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 20_260,
) -> pd.DataFrame:
    """Estimate the declared result in every declared way.

    Parameters
    ----------
    shared : DataFrame, optional
        ``shared_sentences``, for the lineage "own sentences".
    uncleaned : tuple of (scores, segments, articles), optional
        Of a run without cleaning, for ``cleaning: off``.

    Returns
    -------
    DataFrame
        ``specification`` (what differs from the primary one), ``primary``, ``estimate, low,
        high, level, n_articles, n_segments, resampled, interval, note``, ``spread`` (standard
        deviation of articles within events, so that measures in other units stand on one axis
        as estimate / spread; missing where the interval is over segments), one column per
        choice, ``result, outlet, event, contrast`` and ``declared`` (the file's SHA-256). The
        primary row comes first.
    """
    rows = []
    for name, choices in _expand(specification):
        row = {"specification": name, "primary": name == "primary", **choices}
        try:
            found = _estimate(
                specification,
                choices,
                (scores, segments, articles),
                shared=shared,
                uncleaned=uncleaned,
                level=level,
                resamples=resamples,
                seed=seed,
            )
        except ValueError as error:
            found = {"estimate": np.nan, "low": np.nan, "high": np.nan, "note": str(error)}
            found |= {"n_articles": 0, "n_segments": 0, "interval": "none", "resampled": ""}
            found |= {"spread": np.nan}
        rows.append(row | found)
    table = pd.DataFrame(rows)
    return table.assign(
        level=level,
        result=specification.name,
        outlet=specification.outlet,
        event=specification.event,
        contrast=specification.contrast,
        declared=specification.sha256,
    )


def describe_robustness(table: pd.DataFrame) -> str:
    """Return in a sentence how many specifications agree with the primary one.

    Estimates of other measures are in other units, so only signs and intervals are compared.
    """
    primary = table[table["primary"]].iloc[0]
    others = table[~table["primary"]]
    made = others.dropna(subset=["estimate"])
    if np.isnan(primary["estimate"]):
        return f"The primary specification could not be estimated: {primary['note']}."
    same = np.sign(made["estimate"]) == np.sign(primary["estimate"])
    sure = same & ((made["low"] > 0) | (made["high"] < 0))
    lost = len(others) - len(made)
    first = "leaves out" if primary["low"] > 0 or primary["high"] < 0 else "includes"
    return (
        f"The primary interval {first} zero; of {len(made)} other specifications {same.sum()} "
        f"have the same sign and {sure.sum()} of these leave out zero"
        + (f"; {lost} could not be estimated" if lost else "")
        + "."
    )


def _expand(specification: Specification) -> list[tuple[str, dict[str, str]]]:
    primary = dict(specification.primary)
    options = {
        key: [v for v in values if v != primary[key]]
        for key, values in specification.alternatives.items()
    }
    made = [("primary", primary)]
    if specification.combine == COMBINE[0]:
        for key in CHOICES:
            for value in options.get(key, []):
                made.append((f"{key}: {value}", primary | {key: value}))
        return made
    keys = [key for key in CHOICES if options.get(key)]
    grids = [[primary[key], *options[key]] for key in keys]
    size = int(np.prod([len(grid) for grid in grids])) if grids else 1
    if size > MOST:
        raise ValueError(
            f"{size} specifications, more than {MOST}: declare fewer alternatives, or "
            "`combine: one at a time`"
        )
    for values in itertools.product(*grids):
        choices = primary | dict(zip(keys, values, strict=True))
        apart = [f"{key}: {choices[key]}" for key in keys if choices[key] != primary[key]]
        if apart:
            made.append(("; ".join(apart), choices))
    return made


def _estimate(spec, choices, tables, *, shared, uncleaned, level, resamples, seed):
    if choices["cleaning"] == "off":
        if uncleaned is None:
            raise ValueError("cleaning off needs the tables of a run without cleaning")
        if choices["lineage"] == "own sentences":
            raise ValueError("shared sentences are marked in the clean text: clean, or keep them")
        tables = uncleaned
    scores, segments, articles = tables
    measure, _, label = choices["measure"].partition("/")
    mine = scores[scores["measure"] == measure]
    mine = mine[mine["label"] == label] if label else mine
    if mine.empty:
        raise ValueError(f"no scores of {choices['measure']!r}")
    if mine["label"].nunique() > 1:
        raise ValueError(f"{measure!r} has several labels: declare it as {measure}/LABEL")
    if choices["headlines"] == "without":
        segments = segments[segments["part"] != "headline"]
        mine = mine[mine["segment_id"].isin(segments["segment_id"])]
    common: dict[str, Any] = {
        "by": "all" if spec.event == "all" else "event",
        "voices": [choices["voice"]],
        "lineage": choices["lineage"],
        "weights": choices["weights"],
        "shared": shared,
        "level": level,
        "resamples": resamples,
        "seed": seed,
    }
    with warnings.catch_warnings(record=True) as told:  # told in the row's note instead
        warnings.simplefilter("always")
        if spec.contrast == "level":
            found = estimate_levels(mine, segments, articles, **common)
        else:
            found = compare_outlets(
                mine, segments, articles, contrast=spec.contrast, permutations=0, **common
            )
    if found.empty:
        raise ValueError("; ".join(str(one.message) for one in told) or "no estimate")
    row = found[(found["outlet"] == spec.outlet) & (found["event"] == spec.event)]
    if row.empty:
        where = "in any event" if spec.event == "all" else f"in event {spec.event!r}"
        raise ValueError(
            f"{spec.outlet!r} has no scored article {where} that another outlet covers; there "
            f"are {sorted(found['outlet'].unique())}"
        )
    columns = ["estimate", "low", "high", "n_articles", "n_segments"]
    one = row.iloc[0]
    spread = one["estimate"] / one["effect_size"] if one["effect_size"] else np.nan
    return one[[*columns, "resampled", "interval", "note"]].to_dict() | {"spread": spread}


__all__ = [
    "DEFAULTS",
    "Specification",
    "describe_robustness",
    "read_specification",
    "run_specifications",
]
