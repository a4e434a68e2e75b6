"""Simulated corpora whose truth is known, a thousand at once.

Comes in: a design. Goes out: a panel of per-article sums whose columns are runs, and what the
levels truly are: expected over events, in these events, and in these articles, as intervals over
events, articles and segments are about different truths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.benchmarks.interval_designs import EMPTY, Design
from analysis.outlets.panel import FIELDS, Panel


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


def simulate(design: Design, runs: int, seed: int) -> tuple[Panel, Truth]:
    """Return a panel whose columns are runs, and the truth behind it."""
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
                sums = article_sums(words, _scores(generator, design.kind, m, words))
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


def article_sums(words: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
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
