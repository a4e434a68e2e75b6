"""How far coders agree, and how many segments to code.

Comes in: codes in long form (``coder, segment_id, variable, code``), or what a pilot showed.
Goes out: Krippendorff's alpha with an interval over units (1 perfect, 0 chance), or the number
of segments to code for an interval of a given width. Agreement is not truth: coders can agree
on an error.

Krippendorff, K. (2019). Content analysis (4th ed.), ch. 12. Sage.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from analysis.outlets.coding import LEVELS, SEED
from analysis.outlets.resampling import generator_for


def measure_agreement(
    codes: pd.DataFrame,
    *,
    measured: str = "nominal",
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = SEED,
) -> pd.DataFrame:
    """Return Krippendorff's alpha of each variable, with an interval over resampled units.

    Parameters
    ----------
    measured : {"nominal", "ordinal", "interval", "ratio"}
        What the codes are; all but nominal need numbers.

    Returns
    -------
    DataFrame
        ``variable, alpha, low, high, level, n_units`` (coded by two or more), ``n_coders``,
        ``n_codes, note``. Alpha is missing, with a note, where all codes are the same.

    Raises
    ------
    ValueError
        When no unit was coded by two coders.

    Examples
    --------
    >>> measure_agreement(read_codes(sheets, sample, variables=["tone"]), measured="interval")
    """
    if measured not in LEVELS:
        raise ValueError(f"measured may be one of {LEVELS}, not {measured!r}")
    rows = []
    for variable, mine in codes.groupby("variable", sort=True):
        shared = mine[mine.groupby("segment_id")["coder"].transform("nunique") > 1]
        if shared.empty:
            coders = ", ".join(sorted(mine["coder"].astype(str).unique()))
            raise ValueError(
                f"variable {variable!r}: no unit is coded by two of the coders ({coders}), so "
                "agreement cannot be measured. Give all coders some segments in common"
            )
        counts, domain = _count_values(shared, measured)
        alpha = _alpha(counts, domain, measured)
        low, high, note = np.nan, np.nan, ""
        if np.isnan(alpha):
            note = "undefined: every code is the same; code units that differ"
        else:
            generator = generator_for(seed, [str(variable), *shared["segment_id"]])
            picks = generator.integers(0, len(counts), (resamples, len(counts)))
            drawn = np.array([_alpha(counts[pick], domain, measured) for pick in picks])
            tails = [(1 - level) / 2, (1 + level) / 2]
            low, high = np.nanquantile(drawn, tails)
        rows.append(
            {
                "variable": variable,
                "alpha": alpha,
                "low": low,
                "high": high,
                "level": level,
                "n_units": len(counts),
                "n_coders": shared["coder"].nunique(),
                "n_codes": len(shared),
                "note": note,
            }
        )
    return pd.DataFrame(rows)


def plan_coding(
    width: float,
    *,
    spread: float = 0.5,
    correlation: float = 0.0,
    outlets: int = 1,
    segments: int | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return how many segments to code for an interval of a given width, low to high.

    Parameters
    ----------
    width : float
        Of the whole interval, in the unit of the codes.
    spread : float
        Standard deviation of the codes (0.5 is the most for yes or no), from a pilot.
    correlation : float
        Of scores and codes in a pilot: the corrected estimate only has to learn what the score
        does not tell, ``spread² (1 - correlation²)``.
    outlets : int
        Outlets that each shall have such an interval.
    segments : int, optional
        Segments an outlet has in all (finite population).

    Returns
    -------
    DataFrame
        One row for codes alone and one for scores corrected by codes: ``n_each, n_total, width``.

    Notes
    -----
    ``n = (2 z s / width)²``, with ``n / (1 + n / N)`` of N segments. It counts the coding only:
    the spread between articles adds to it, and no coding takes that away.
    """
    from scipy.stats import norm

    if width <= 0 or spread <= 0 or not -1 < correlation < 1:
        raise ValueError(
            "width and spread are above 0 and correlation is between -1 and 1, not "
            f"{width}, {spread}, {correlation}"
        )
    z = norm.ppf((1 + level) / 2)
    rows = []
    for using, deviation in (
        ("codes alone", spread),
        ("scores corrected by codes", spread * np.sqrt(1 - correlation**2)),
    ):
        n = (2 * z * deviation / width) ** 2
        n = int(np.ceil(n if segments is None else n / (1 + n / segments)))
        rows.append({"using": using, "n_each": n, "n_total": n * outlets, "width": width})
    return pd.DataFrame(rows)


def _count_values(codes: pd.DataFrame, measured: str) -> tuple[np.ndarray, list]:
    """Return units × values counts, units in order of their ids."""
    value = codes["code"].astype(str)
    if measured != "nominal":
        value = pd.to_numeric(codes["code"], errors="coerce")
        if value.isna().any():
            odd = codes[value.isna()].iloc[0]
            raise ValueError(
                f"code {odd['code']!r} of segment {odd['segment_id']} is not a number, as "
                f"{measured} codes are"
            )
    counts = pd.crosstab(codes["segment_id"], value)
    return counts.to_numpy(), list(counts.columns)


def _alpha(counts: np.ndarray, domain: list, measured: str) -> float:
    import krippendorff

    there = counts.sum(axis=0) > 0
    if there.sum() < 2:
        return np.nan
    counts, domain = counts[:, there], [v for v, used in zip(domain, there, strict=True) if used]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        values = np.array(domain, dtype=object if measured == "nominal" else float)
        return float(
            krippendorff.alpha(
                value_counts=counts,
                value_domain=values if measured != "nominal" else list(domain),
                level_of_measurement=measured,
            )
        )
