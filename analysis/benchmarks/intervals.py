"""Do the intervals hold? Simulated events, outlets and articles whose truth is known.

``measure_coverage`` draws corpora from many designs, estimates them with the code that makes the
figures, and counts how often the 95 % interval holds the truth: per design and outlet, where the
code calls its interval ``claimed``; the rest is listed in the notes. ``measure_correction`` does
the same for estimates corrected by human codes (``analysis.outlets.correction``) when the
measure's error differs by outlet. Neither reads labelled data. Runs are the columns of one panel,
so that all runs of a design are estimated at once; they share the resampling draws, not the data.

Scores are of the three kinds that the suite's measures give: a tone (bounded, all segments
differ), a probability (skewed), and a rate per 1,000 words (zero in most segments). Article means
with heavier tails than those make (lognormal) are shown in the notes, not claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import figure

RUNS = 2000
AT_ONCE = 500  # runs that share the resampling draws
SEED = 20_260


@dataclass(frozen=True)
class Design:
    """One kind of corpus: who covers what, how scores vary, which estimate is asked for."""

    name: str
    estimate: str  # level or contrast
    by: str
    kind: str  # tone, probability, rate, lognormal
    articles: Callable[[int, int], int]  # of (event, outlet)
    events: int = 1
    shifts: Sequence[float] = (0.0,)
    segments: tuple[int, int] = (8, 30)
    versus: str = "event mean"
    expected: str = "claimed"


def _each(n: int) -> Callable[[int, int], int]:
    return lambda event, outlet: n


def _unbalanced(event: int, outlet: int) -> int:
    """Outlet 0 covers all, with up to three articles; the others leave events out."""
    if outlet and (event + outlet) % 4 == 0:
        return 0
    return 1 + (event * (outlet + 2)) % 3


KINDS = ("tone", "probability", "rate")
EMPTY = {"30 % zero": 0.3, "60 % zero": 0.6, "80 % zero": 0.8}  # share of articles without any

DESIGNS: list[Design] = [
    *[
        Design(f"level, {n} articles, {kind}", "level", "event", kind, _each(n))
        for kind in KINDS
        for n in (5, 8, 20, 100)
    ],
    *[
        Design(f"level, {n} events, {kind}", "level", "all", kind, _each(2), events=n)
        for kind in KINDS
        for n in (6, 15)
    ],
    *[
        Design(
            f"one event, outlets of 5, 8 and 20 articles, {kind}, {versus}",
            "contrast",
            "event",
            kind,
            lambda event, outlet: (5, 8, 20)[outlet],
            shifts=(0.0, 0.3, 0.8),
            versus=versus,
        )
        for kind in KINDS
        for versus in ("event mean", "pairs")
    ],
    *[
        Design(
            f"{n} events, one article an outlet, {kind}",
            "contrast",
            "all",
            kind,
            _each(1),
            events=n,
            shifts=(0.0, 0.2, 0.5, 0.9),
        )
        for kind in KINDS
        for n in (5, 6, 12, 40)
    ],
    *[
        Design(
            f"12 events, unbalanced outlets, {kind}, {versus}",
            "contrast",
            "all",
            kind,
            _unbalanced,
            events=12,
            shifts=(0.0, 0.4, 0.9),
            versus=versus,
        )
        for kind in KINDS
        for versus in ("event mean", "pairs")
    ],
    *[
        Design(
            f"two events of 6 articles an outlet, {kind}",
            "contrast",
            "all",
            kind,
            _each(6),
            events=2,
            shifts=(0.0, 0.5, 0.9),
        )
        for kind in KINDS
    ],
    *[
        Design(
            f"one article an outlet, {low}-{high} segments, {kind}, {estimate}",
            estimate,
            "event",
            kind,
            _each(1),
            shifts=(0.0, 0.3, 0.9),
            segments=(low, high),
        )
        for kind in KINDS
        for low, high in ((20, 25), (25, 50))
        for estimate in ("level", "contrast")
    ],
    *[
        Design(
            f"three articles an outlet, {kind}, contrast",
            "contrast",
            "event",
            kind,
            _each(3),
            shifts=(0.0, 0.3, 0.9),
            segments=(15, 30),
        )
        for kind in KINDS
    ],
    *[
        Design(
            f"one event, one article of six outlets, {low}-{high} segments, {kind}, {versus}",
            "contrast",
            "event",
            kind,
            _each(1),
            shifts=(0.0, 0.0, 0.3, 0.5, 0.9, 1.5),
            segments=(low, high),
            versus=versus,
        )
        for kind in ("probability", "rate", "rare rate")
        for (low, high), versus in (((15, 25), "event mean"), ((25, 60), "outlet 0"))
    ],
    *[
        Design(f"level, {n} articles, {kind}", "level", "event", kind, _each(n))
        for kind, n in (
            ("30 % zero", 8),
            ("30 % zero", 20),
            ("60 % zero", 40),
            ("60 % zero", 100),
            ("80 % zero", 100),
        )
    ],
    Design("level, 8 articles, 60 % zero", "level", "event", "60 % zero", _each(8), expected=""),
    Design("level, 15 articles, 60 % zero", "level", "event", "60 % zero", _each(15), expected=""),
    Design("level, 40 articles, 80 % zero", "level", "event", "80 % zero", _each(40), expected=""),
    Design("level, 10 articles, lognormal", "level", "event", "lognormal", _each(10), expected=""),
    Design("level, 40 articles, lognormal", "level", "event", "lognormal", _each(40), expected=""),
]


def measure_coverage(data: Path | None = None, *, runs: int = RUNS) -> dict[str, Any]:
    """Count how often 95 % intervals hold the truth; ``data`` is not read.

    Figures: ``lowest`` and ``highest`` share over the designs in which the code claims its
    interval, and by single outlet (``lowest_outlet``, ``highest_outlet``: the extremes of many
    shares, so wider by chance). The baseline takes percentiles of resampled articles.
    """
    rows = []
    for number, design in enumerate(DESIGNS):
        found = cover(design, runs, SEED + number)
        rows += [{"design": design.name, "expected": design.expected, **row} for row in found]
    table = pd.DataFrame(rows)
    # Where fewer than a quarter of a design's runs bear a claim, their coverage says little.
    claimed = table[(table["expected"] == "claimed") & (table["share"] >= 0.25)]
    designs = claimed.groupby("design", sort=False).apply(_pooled, include_groups=False)
    low, high = designs.loc[designs["held"].idxmin()], designs.loc[designs["held"].idxmax()]
    worst, widest = claimed.loc[claimed["held"].idxmin()], claimed.loc[claimed["held"].idxmax()]
    usual = claimed.loc[claimed["percentile"].idxmin()]
    return {
        "figures": {
            "lowest": _figure(low["held"], low["n"]),
            "highest": _figure(high["held"], high["n"]),
            "lowest_outlet": _figure(worst["held"], worst["n"]),
            "highest_outlet": _figure(widest["held"], widest["n"]),
            "mean": figure(float(designs["held"].mean()), n=len(designs), unit="designs"),
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


@dataclass(frozen=True)
class Truth:
    """What the levels are: expected over events, of these events, and of these articles."""

    expected: np.ndarray  # outlets
    cells: dict[tuple[str, str], np.ndarray]  # (event, outlet) → runs; articles drawn anew
    these: dict[tuple[str, str], np.ndarray]  # (event, outlet) → runs; segments drawn anew

    def of(self, design: Design, rows: pd.DataFrame) -> np.ndarray:
        """Return the truth that each row's interval is about, by what it resampled."""
        answer = np.empty(len(rows))
        keys = ["event", "outlet", "minus", "resampled"]
        rows = rows if "event" in rows else rows.assign(event="all")
        for (event, outlet, minus, unit), index in rows.groupby(keys).indices.items():
            runs = rows["run"].to_numpy()[index]
            answer[index] = self._levels(design, event, outlet, minus, unit)[runs]
        return answer

    def _levels(self, design, event, outlet, minus, unit) -> np.ndarray:
        known = self.these if unit.startswith("segments") else self.cells
        runs = len(next(iter(known.values())))
        events = sorted({e for e, o in known if o == outlet and event in ("all", e)})
        apart = []
        for one in events:
            mates = sorted(o for e, o in known if e == one)
            if minus and minus != "event mean":
                mates = [m for m in mates if m in (outlet, minus)]
            if unit == "events":
                level = {m: np.full(runs, self.expected[int(m[-1])]) for m in mates}
            else:
                level = {m: known[one, m] for m in mates}
            if design.estimate == "level":
                apart.append(level[outlet])
            elif len(mates) > 1:
                less = level[minus] if minus in level else np.mean(list(level.values()), axis=0)
                apart.append(level[outlet] - less)
        return np.mean(apart, axis=0)


def simulate(design: Design, runs: int, seed: int):
    """Return a panel whose columns are runs, and the truth behind it."""
    from analysis.outlets.panel import FIELDS, Panel

    generator = np.random.default_rng(seed)
    outlets = len(design.shifts)
    ids, events, names = [], [], []
    arrays: dict[str, list[np.ndarray]] = {name: [] for name in FIELDS}
    cells, these = {}, {}
    for event in range(design.events):
        climate = _effect(generator, design.kind, "event", runs)
        for outlet in range(outlets):
            n = design.articles(event, outlet)
            if not n:
                continue
            own = _cell_mean(design, outlet, climate, generator, runs)
            key = (f"event {event:02d}", f"outlet {outlet}")
            cells[key] = own
            weight, mean = [], []
            for article in range(n):
                m = _article_mean(generator, design.kind, own, runs)
                size = int(generator.integers(design.segments[0], design.segments[1] + 1))
                words = np.clip(np.rint(generator.gamma(3, 7, (size, runs))), 3, 60)
                sums = _article_sums(words, _scores(generator, design.kind, m, words))
                for name, array in sums.items():
                    arrays[name].append(array)
                ids.append(f"{key[0]} {key[1]} {article:03d}")
                events.append(key[0])
                names.append(key[1])
                weight.append(sums["weight"])
                mean.append(m)
            these[key] = np.average(np.array(mean), axis=0, weights=np.array(weight))
    columns = pd.MultiIndex.from_product(
        [["simulated"], [f"{run:06d}" for run in range(runs)]], names=["measure", "label"]
    )
    panel = Panel(
        np.array(ids, dtype=object),
        np.array(events, dtype=object),
        np.array(names, dtype=object),
        columns,
        {name: np.array(rows) for name, rows in arrays.items()},
    )
    expected = np.array([_expected(design.kind, shift) for shift in design.shifts])
    return panel, Truth(expected, cells, these)


def _expected(kind: str, shift: float) -> float:
    return {
        "tone": 0.15 * shift,
        "probability": 0.10 * (1 + shift),
        "rate": 12.0 * (1 + shift),
        "rare rate": 4.0 * (1 + shift),
        "lognormal": 1 + shift,
        "30 % zero": 1 + shift,
        "60 % zero": 1 + shift,
        "80 % zero": 1 + shift,
    }[kind]


def _effect(generator, kind: str, of: str, runs: int) -> np.ndarray:
    """Return an effect added to a tone, or one of mean 1 that multiplies the other kinds."""
    if kind == "tone":
        return generator.normal(0, {"event": 0.15, "meeting": 0.05, "article": 0.1}[of], runs)
    if kind == "lognormal" and of == "article":
        return generator.lognormal(-0.32, 0.8, runs)
    if of == "article" and kind in EMPTY:  # articles of which no segment has a score
        written = generator.random(runs) >= EMPTY[kind]
        return written * generator.gamma(3, 1 / 3, runs) / (1 - EMPTY[kind])
    shape = {"event": 6, "meeting": 20, "article": 3}[of]
    return generator.gamma(shape, 1 / shape, runs)


def _cell_mean(design: Design, outlet: int, climate, generator, runs: int) -> np.ndarray:
    base = _expected(design.kind, design.shifts[outlet])
    meeting = _effect(generator, design.kind, "meeting", runs)  # this outlet on this event
    return base + climate + meeting if design.kind == "tone" else base * climate * meeting


def _article_mean(generator, kind: str, own: np.ndarray, runs: int) -> np.ndarray:
    effect = _effect(generator, kind, "article", runs)
    return own + effect if kind == "tone" else own * effect


def _scores(generator, kind: str, mean: np.ndarray, words: np.ndarray) -> np.ndarray:
    shape = words.shape
    if kind == "tone":
        return mean + generator.normal(0, 0.35, shape)
    if kind == "probability":
        m = np.clip(mean, 1e-3, 0.9)
        return generator.beta(4 * m, 4 * (1 - m), shape) + (mean - m)
    if kind in ("rate", "rare rate"):
        return generator.poisson(mean / 1000 * words) / words * 1000
    if kind in EMPTY:
        return mean * generator.gamma(4, 0.25, shape)
    return mean + generator.normal(0, 0.3, shape)


def _article_sums(words: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
    """Return what ``sum_articles`` keeps of one article, for all runs at once."""
    weight, n = words.sum(axis=0), len(words)
    share = words / weight
    mean = (share * scores).sum(axis=0)
    moved = share * (scores - mean) / (1 - share)
    count = np.full(weight.shape, float(n))
    return {
        "weight": weight,
        "value": (words * scores).sum(axis=0),
        "n_segments": count,
        "n_words": weight,
        "n_missing": 0 * count,
        "n_marked": (scores != 0).sum(axis=0).astype(float),
        "variance": (moved**2).sum(axis=0) * (n - 1) / n,
        "third": (moved**3).sum(axis=0),
    }


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
