"""The simulations that measure the intervals: right truths, the shipped code, honest counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.benchmarks import corrections, flatten, intervals
from analysis.benchmarks.interval_designs import KINDS, Design
from analysis.benchmarks.simulated import article_sums, simulate
from analysis.outlets.sums import sum_articles


def design(**changes) -> Design:
    base = {"name": "d", "estimate": "level", "by": "event", "kind": "tone"}
    return Design(**base | {"articles": lambda event, outlet: 6} | changes)


def test_dense_sums_are_those_of_the_tables():
    generator = np.random.default_rng(1)
    words = generator.integers(2, 9, (7, 3)).astype(float)
    values = generator.normal(size=(7, 3))
    dense = article_sums(words, values)
    for run in range(3):
        segments = pd.DataFrame(
            {"segment_id": [f"a:{i}" for i in range(7)], "article_id": "a", "voice": "outlet"}
        ).assign(n_words=words[:, run].astype(int))
        scores = segments[["segment_id", "article_id"]].assign(
            measure="m", label="m", value=values[:, run], scorer="x@1"
        )
        articles = pd.DataFrame(
            {"article_id": ["a"], "event": "e", "outlet": "o", "used": True, "lineage": "original"}
        )
        row = sum_articles(scores, segments, articles, voices=["outlet"]).iloc[0]
        for name in ("weight", "value", "variance", "third", "n_segments", "n_marked"):
            assert dense[name][run] == pytest.approx(row[name]), name


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_levels_average_to_the_truth(kind):
    panel, truth = simulate(design(kind=kind, events=30), 200, 3)
    level = panel["value"].sum(axis=0) / panel["weight"].sum(axis=0)
    error = level.std() / np.sqrt(200)
    assert level.mean() == pytest.approx(truth.expected[0], abs=4 * error)


def test_truth_is_of_what_was_resampled():
    contrast = design(estimate="contrast", shifts=(0.0, 1.0), events=5)
    _, truth = simulate(contrast, 4, 3)
    rows = pd.DataFrame(
        {
            "outlet": "outlet 1",
            "minus": "event mean",
            "event": "all",
            "run": [0, 0],
            "resampled": ["events", "articles"],
        }
    )
    over_events, over_articles = truth.of(contrast, rows)
    assert over_events == pytest.approx(0.15 / 2)
    cells = truth.cells
    by_hand = np.mean(
        [(cells[f"event {e:02d}", "outlet 1"] - cells[f"event {e:02d}", "outlet 0"])[0] / 2
         for e in range(5)]
    )  # fmt: skip
    assert over_articles == pytest.approx(by_hand)


def test_intervals_hold_about_as_often_as_they_say():
    row = intervals.cover(design(), 300, 2, resamples=300)[0]
    assert row["unit"] == "articles"
    assert 0.90 <= row["held"] <= 0.99
    assert row["percentile"] < row["held"]  # six articles: percentiles are too narrow


def test_three_articles_bear_no_claim_about_the_outlet():
    row = intervals.cover(design(articles=lambda event, outlet: 3), 20, 2, resamples=50)[0]
    assert row["unit"] == "segments within the article"


def test_naive_intervals_fail_and_corrected_ones_hold():
    one = corrections.CodedDesign("d", "tone", 60)
    rows = corrections.cover_corrected(one, 150, 4, resamples=200)
    assert min(row["naive"] for row in rows) < 0.5
    assert min(row["corrected"] for row in rows) > 0.88


def test_the_benchmarks_write_the_figures_they_promise(monkeypatch):
    monkeypatch.setattr(intervals, "DESIGNS", [design(), design(name="e", kind="probability")])
    written = flatten(intervals.measure_coverage(None, runs=20))
    assert 0 <= written["lowest"] <= written["highest"] <= 1
    assert written["n"]["lowest"] == [20, "simulated corpora"]
    assert len(written["notes"]) == 3
    monkeypatch.setattr(corrections, "DESIGNS", [corrections.CodedDesign("d", "tone", 40)])
    monkeypatch.setattr(corrections, "RUNS", 20)
    written = flatten(corrections.measure_correction(None, runs=20))
    assert {"corrected_lowest", "naive_lowest"} <= set(written)
