"""Does the correction by human codes hold where the measure's error differs by outlet?

Simulated outlets whose articles a measure reads with an error of its own in each: too high in
one, too low in another. Some segments are coded, drawn as ``coding.draw_sample`` draws them. The
code that makes the figures estimates levels and contrasts from the scores alone and corrected;
counted is how often the 95 % interval holds the truth. Labelled data are not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import figure

RUNS = 1000
SEED = 20_260


@dataclass(frozen=True)
class CodedDesign:
    """Outlets × articles × segments, how codes and scores come about, how many are coded."""

    name: str
    kind: str  # "yes or no" or "tone"
    coded: int  # segments of each outlet
    articles: int = 10
    events: int = 1
    truth: Sequence[float] = (0.15, 0.25, 0.35)
    bias: Sequence[float] = (0.15, 0.0, -0.15)
    noise: float = 0.2


DESIGNS = [
    CodedDesign("yes or no, 100 coded an outlet", "yes or no", 100),
    CodedDesign("yes or no, 50 coded an outlet", "yes or no", 50),
    CodedDesign("yes or no, rare, 200 coded", "yes or no", 200, 20, truth=(0.05, 0.08, 0.12)),
    CodedDesign("tone, 50 coded an outlet", "tone", 50),
    CodedDesign("tone, 200 coded an outlet", "tone", 200, 30),
    CodedDesign("tone, weak measure", "tone", 100, noise=0.8),
    CodedDesign("yes or no, eight events", "yes or no", 120, 2, events=8),
    CodedDesign("tone, six events of one article", "tone", 60, 1, events=6),
]


def measure_correction(data: Path | None = None, *, runs: int = RUNS) -> dict[str, Any]:
    """Count how often naive and corrected 95 % intervals hold the truth; ``data`` is not read.

    Figures: the lowest share over designs, outlets and contrasts, corrected and naive, and how
    much wider corrected intervals are (``width_ratio``, a median).
    """
    rows = []
    for number, design in enumerate(DESIGNS):
        rows += cover_corrected(design, runs, SEED + number)
    table = pd.DataFrame(rows)
    worst = table.loc[table["corrected"].idxmin()]
    naive = table.loc[table["naive"].idxmin()]
    return {
        "figures": {
            "corrected_lowest": _figure(worst["corrected"], runs),
            "corrected_highest": _figure(table["corrected"].max(), runs),
            "naive_lowest": _figure(naive["naive"], runs),
            "width_ratio": figure(
                float(table["ratio"].median()), n=len(table), unit="designs × estimates"
            ),
        },
        "baselines": {"scores alone": {"corrected_lowest": _figure(naive["naive"], runs)}},
        "notes": [
            f"{runs} runs a design; lowest corrected: {worst['what']}",
            *[
                f"{row['what']}: corrected {row['corrected']:.3f}, scores alone "
                f"{row['naive']:.3f}, width ratio {row['ratio']:.2f}"
                for _, row in table.iterrows()
            ],
        ],
    }


def cover_corrected(
    design: CodedDesign, runs: int, seed: int, *, resamples: int = 1000
) -> list[dict[str, Any]]:
    """Return the coverage of naive and corrected levels and pairs of one design."""
    from analysis.outlets.contrasts import contrast_rows, pairings
    from analysis.outlets.levels import level_rows

    held: dict[str, dict[str, list[np.ndarray]]] = {}
    for first in range(0, runs, 250):
        both = simulate_coded(design, min(250, runs - first), seed + 1000 * first)
        for which, panel in both.items():
            by = "event" if design.events == 1 else "all"
            rows = [level_rows(panel, by, 0.95, resamples, seed + first).assign(minus="")]
            rows += [
                contrast_rows(part, by, 0.95, resamples, 0, seed + first, side).assign(minus=name)
                for name, part, side in pairings(panel, "pairs")
            ]
            found = pd.concat(rows, ignore_index=True)
            for (outlet, minus), mine in found.groupby(["outlet", "minus"]):
                truth = _truth(design, outlet) - (_truth(design, minus) if minus else 0.0)
                what = f"{design.name}: {outlet}" + (f" minus {minus}" if minus else "")
                inside = (mine["low"] <= truth) & (truth <= mine["high"])
                kept = held.setdefault(what, {})
                kept.setdefault(which, []).append(inside.to_numpy())
                kept.setdefault(f"{which} width", []).append(
                    (mine["high"] - mine["low"]).to_numpy()
                )
    return [
        {
            "what": what,
            "naive": float(np.concatenate(kept["naive"]).mean()),
            "corrected": float(np.concatenate(kept["corrected"]).mean()),
            "ratio": float(
                np.median(np.concatenate(kept["corrected width"]))
                / np.median(np.concatenate(kept["naive width"]))
            ),
        }
        for what, kept in held.items()
    ]


def simulate_coded(design: CodedDesign, runs: int, seed: int) -> dict[str, Any]:
    """Return a panel of naive scores and one of corrected scores; columns are runs."""
    from analysis.outlets.correction import pseudo_outcomes
    from analysis.outlets.panel import FIELDS, Panel

    generator = np.random.default_rng(seed)
    places, words, codes, scores = [], [], [], []
    for event in range(design.events):
        # One event is the population itself; several are drawn from many.
        climate = generator.normal(0, 0.03 if design.events > 1 else 0.0, runs)
        for outlet in range(len(design.truth)):
            for article in range(design.articles):
                size = int(generator.integers(12, 30))
                mean = _truth(design, f"outlet {outlet}") + climate
                mean = mean + generator.uniform(-1, 1, runs) * _article_spread(design, outlet)
                code = _codes(generator, design.kind, mean, size)
                score = code + design.bias[outlet] + generator.normal(0, design.noise, code.shape)
                places += [(event, outlet, article)] * size
                words.append(np.clip(np.rint(generator.gamma(3, 7, code.shape)), 3, 60))
                codes.append(code)
                scores.append(score)
    word, code, score = (np.concatenate(part) for part in (words, codes, scores))
    place = np.array(places)
    inverse = _draw(design, score, place[:, 1], generator)
    better = np.column_stack(
        [pseudo_outcomes(score[:, r], code[:, r], inverse[:, r]) for r in range(runs)]
    )
    names = pd.MultiIndex.from_product([["simulated"], [f"{r:06d}" for r in range(runs)]])
    names.names = ["measure", "label"]
    panels = {}
    for which, value in (("naive", score), ("corrected", better)):
        cells, sums = _sum_places(place, word, value)
        panels[which] = Panel(
            np.array([f"{e:02d} {o} {a:03d}" for e, o, a in cells], dtype=object),
            np.array([f"event {e:02d}" for e, _, _ in cells], dtype=object),
            np.array([f"outlet {o}" for _, o, _ in cells], dtype=object),
            names,
            {name: sums[name] for name in FIELDS},
        )
    return panels


def _truth(design: CodedDesign, outlet: str) -> float:
    return design.truth[int(outlet[-1])]


def _article_spread(design: CodedDesign, outlet: int) -> float:
    return 0.5 * design.truth[outlet] if design.kind == "yes or no" else 0.1


def _codes(generator, kind: str, mean: np.ndarray, size: int) -> np.ndarray:
    shape = (size, len(mean))
    if kind == "yes or no":
        return (generator.random(shape) < np.clip(mean, 0, 1)).astype(float)
    return mean + generator.normal(0, 0.3, shape)


def _draw(design: CodedDesign, score: np.ndarray, outlet: np.ndarray, generator) -> np.ndarray:
    """Return R/π: the same number drawn from each outlet's lower and upper half by score."""
    inverse = np.zeros(score.shape)
    half = design.coded // 2
    for one in np.unique(outlet):
        rows = np.flatnonzero(outlet == one)
        order = np.argsort(score[rows], axis=0)
        cut = (2 * len(rows)) // 3  # the upper third is coded more densely
        for stratum in (order[:cut], order[cut:]):
            shuffled = generator.permuted(stratum, axis=0)[:half]
            taken = rows[shuffled]
            inverse[taken, np.arange(score.shape[1])] = len(stratum) / len(shuffled)
    return inverse


def _sum_places(place, word, value):
    """Return articles and what ``sum_articles`` keeps of each, for all runs at once."""
    cells, group, count = np.unique(place, axis=0, return_inverse=True, return_counts=True)
    group = group.ravel()
    order = np.argsort(group, kind="stable")
    bounds = np.r_[0, np.cumsum(count)[:-1]]

    def total(array: np.ndarray) -> np.ndarray:
        return np.add.reduceat(array[order], bounds, axis=0)

    weight = total(word)
    share = word / weight[group]
    mean = total(share * value)
    moved = share * (value - mean[group]) / (1 - share)
    n = np.broadcast_to(count[:, None], weight.shape).astype(float)
    return cells, {
        "weight": weight,
        "value": weight * mean,
        "n_segments": n,
        "n_words": weight,
        "n_missing": 0 * n,
        "n_marked": n,
        "variance": total(moved**2) * (n - 1) / n,
        "third": total(moved**3),
    }


def _figure(value: float, runs: int) -> dict[str, Any]:
    error = 1.96 * np.sqrt(value * (1 - value) / runs)
    return figure(
        float(value),
        low=float(value - error),
        high=float(value + error),
        n=runs,
        unit="simulated corpora",
    )
