"""Do the intervals hold? Simulated events, outlets and articles whose truth is known.

``measure_coverage`` draws corpora from many designs, estimates them with the code that makes the
figures, and counts how often the 95 % interval holds the truth: per design and outlet, where the
code calls its interval ``claimed``; the rest is listed in the notes. ``measure_correction`` does
the same for estimates corrected by human codes (``analysis.outlets.correction``) when the
measure's error differs by outlet. Neither reads labelled data. Runs are the columns of one panel,
so that all runs of a design are estimated at once; they share the resampling draws, not the data.

Scores are of the three kinds that the suite's measures give: a tone (bounded, all segments
differ), a probability (skewed), and a rate per 1,000 words (zero in most segments); and article
means with heavier tails than those make (lognormal). With heavy tails in fewer than ten clusters
the note of a row takes the 95 % back; those designs are the figure ``lowest_heavy_tails``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import figure
from analysis.benchmarks.interval_designs import DESIGNS, Design
from analysis.benchmarks.simulated import simulate

RUNS = 2000
AT_ONCE = 500  # runs that share the resampling draws
SEED = 20_260


def measure_coverage(data: Path | None = None, *, runs: int = RUNS) -> dict[str, Any]:
    """Count how often 95 % intervals hold the truth; ``data`` is not read.

    Figures: ``lowest`` and ``highest`` share over the designs in which the code claims its
    interval (in a quarter of the runs or more), and by single outlet (``lowest_outlet``,
    ``highest_outlet``: the extremes of over 150 shares of 2,000 runs, each with a standard error
    of .005, so wider by chance). The baseline takes percentiles of resampled articles.
    """
    rows = []
    for number, design in enumerate(DESIGNS):
        found = cover(design, runs, SEED + number)
        rows += [{"design": design.name, "expected": design.expected, **row} for row in found]
    table = pd.DataFrame(rows)
    # Where fewer than a quarter of a design's runs bear a claim, their coverage says little.
    often = table[table["share"] >= 0.25]
    claimed, heavy = often[often["expected"] == "claimed"], often[often["expected"] == ""]
    designs = claimed.groupby("design", sort=False).apply(_pooled, include_groups=False)
    low, high = designs.loc[designs["held"].idxmin()], designs.loc[designs["held"].idxmax()]
    worst, widest = claimed.loc[claimed["held"].idxmin()], claimed.loc[claimed["held"].idxmax()]
    extreme = {}
    if len(heavy):
        tails = heavy.groupby("design", sort=False).apply(_pooled, include_groups=False)
        tail = tails.loc[tails["held"].idxmin()]
        extreme["lowest_heavy_tails"] = _figure(tail["held"], tail["n"])
    usual = claimed.loc[claimed["percentile"].idxmin()]
    return {
        "figures": {
            "lowest": _figure(low["held"], low["n"]),
            "highest": _figure(high["held"], high["n"]),
            "lowest_outlet": _figure(worst["held"], worst["n"]),
            "highest_outlet": _figure(widest["held"], widest["n"]),
            "mean": figure(float(designs["held"].mean()), n=len(designs), unit="designs"),
            **extreme,
        },
        "baselines": {
            "percentile bootstrap of articles": {"lowest": _figure(usual["percentile"], runs)}
        },
        "notes": [
            f"{runs} runs a design; lowest: {low.name}; highest: {high.name}; by outlet lowest: "
            f"{worst['design']} ({worst['outlet']}); highest: {widest['design']} "
            f"({widest['outlet']})",
            *[_sentence(row) for _, row in table.iterrows()],
        ],
    }


def _pooled(rows: pd.DataFrame) -> pd.Series:
    """Return a design's coverage over its outlets; n counts runs, as outlets share them."""
    held = np.average(rows["held"], weights=rows["n"])
    return pd.Series({"held": held, "n": rows["n"].max()})


def cover(design: Design, runs: int, seed: int, *, resamples: int = 1000) -> list[dict[str, Any]]:
    """Return, per outlet and kind of claim, the share of runs whose interval holds the truth."""
    parts = [
        _cover_once(design, min(AT_ONCE, runs - first), seed + 1000 * first, resamples)
        for first in range(0, runs, AT_ONCE)
    ]
    rows = pd.concat(parts, ignore_index=True)
    out = []
    for (outlet, minus), mine in rows.groupby(["outlet", "minus"]):
        claimed = mine[mine["interval"] == "claimed"]
        rough = mine[mine["interval"] == "rough"]
        out.append(
            {
                "outlet": outlet,
                "minus": minus,
                "unit": mine["resampled"].mode().iloc[0],
                "share": len(claimed) / runs,
                "held": claimed["holds"].mean(),
                "n": len(claimed),
                "rough": rough["holds"].mean(),
                "n_rough": len(rough),
                "percentile": mine["percentile"].mean(),
            }
        )
    return out


def _cover_once(design: Design, runs: int, seed: int, resamples: int) -> pd.DataFrame:
    from analysis.outlets.contrasts import contrast_rows, pairings
    from analysis.outlets.levels import level_rows

    panel, truth = simulate(design, runs, seed)
    if design.estimate == "level":
        found = [level_rows(panel, design.by, 0.95, resamples, seed).assign(minus="")]
    else:
        found = [
            contrast_rows(part, design.by, 0.95, resamples, 0, seed, side).assign(minus=name)
            for name, part, side in pairings(panel, design.versus)
        ]
    rows = pd.concat(found, ignore_index=True)
    rows["run"] = rows["label"].astype(int)
    rows["truth"] = truth.of(design, rows)
    rows["holds"] = (rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"])
    rows["percentile"] = np.nan
    if design.estimate == "level":
        for outlet, mine in rows.groupby("outlet"):
            held = _percentile(panel, str(outlet), mine["run"], mine["truth"], seed, resamples)
            rows.loc[mine.index, "percentile"] = held
    return rows


def _percentile(panel, outlet, run, truth, seed: int, resamples: int) -> np.ndarray:
    """Return whether the percentiles of resampled articles, the usual way, hold the truth."""
    from analysis.outlets.resampling import draw_counts

    mine = panel.outlet == outlet
    if mine.sum() < 2:
        return np.full(len(run), np.nan)
    counts = draw_counts(int(mine.sum()), resamples, np.random.default_rng(seed))
    drawn = (counts @ panel["value"][mine]) / (counts @ panel["weight"][mine])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)[:, run]
    return ((low <= truth) & (truth <= high)).to_numpy(dtype=float)


def _figure(value: float, n: int) -> dict[str, Any]:
    error = 1.96 * np.sqrt(value * (1 - value) / n)
    return figure(
        float(value), low=value - error, high=value + error, n=int(n), unit="simulated corpora"
    )


def _sentence(row: pd.Series) -> str:
    minus = f" minus {row['minus']}" if row["minus"] else ""
    said = f"{row['design']}: {row['outlet']}{minus}, over {row['unit']}: "
    if row["n"]:
        said += f"claimed in {row['share']:.0%} of runs, holds the truth in {row['held']:.3f}"
    if row["n_rough"]:
        said += f"{'; ' if row['n'] else ''}not claimed, holds in {row['rough']:.3f}"
    return said


def measure_correction(data: Path | None = None) -> dict[str, Any]:
    """Count how often corrected intervals hold the truth: see ``benchmarks.corrections``."""
    from analysis.benchmarks import corrections

    return corrections.measure_correction(data)
