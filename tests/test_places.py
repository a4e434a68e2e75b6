"""Headline against body, and position: answers that one can see."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.outlets.places import compare_headlines, follow_positions
from tests.invented_tables import make_run

ONE = {"measure": "loaded_words", "label": "any"}


@pytest.fixture
def tables(tmp_path):
    made = make_run(tmp_path)
    scores = made["scores"].merge(made["segments"][["segment_id", "part"]], on="segment_id")
    scores["value"] = (scores.pop("part") == "headline").astype(float) * 10
    return scores, made["segments"], made["articles"]


def test_hot_headlines_stand_apart_from_cool_bodies(tables):
    pairs = compare_headlines(*tables, **ONE)
    assert pairs["first"].tolist() == [10.0, 10.0]
    assert pairs["second"].tolist() == [0.0, 0.0]
    assert pairs["outlet"].tolist() == ["Alpha Post", "Beta Times"]


def test_a_measure_that_was_not_run_gives_no_rows(tables):
    assert compare_headlines(*tables, measure="tone", label="tone").empty
    assert follow_positions(*tables, measure="tone", label="tone").empty


def test_positions_begin_hot_and_end_cool(tables):
    curves = follow_positions(*tables, **ONE, steps=2)
    alpha = curves[curves["outlet"] == "Alpha Post"]
    assert alpha["position"].tolist() == [0.25, 0.75]
    # First half: 3 words of headline at 10 and 5 words of lead at 0; second half: the rest at 0.
    assert alpha["estimate"].tolist() == [pytest.approx(30 / 8), 0.0]


def test_a_copy_that_was_set_aside_changes_nothing(tables):
    scores, segments, articles = tables
    without = articles[articles["used"]]
    first = follow_positions(scores, segments, articles, **ONE)
    assert first.equals(follow_positions(scores, segments, without, **ONE))


def test_the_order_of_rows_does_not_matter(tables):
    scores, segments, articles = tables
    turned = follow_positions(scores.iloc[::-1], segments.iloc[::-1], articles.iloc[::-1], **ONE)
    assert turned.equals(follow_positions(*tables, **ONE))


def test_all_measures_at_once_are_each_alone(tables):
    scores, segments, articles = tables
    both = pd.concat([scores, scores.assign(label="fear", value=scores["value"] / 2)])
    pairs, curves = (
        compare_headlines(both, segments, articles),
        follow_positions(both, segments, articles),
    )
    for label in ("any", "fear"):
        one = {"measure": "loaded_words", "label": label}
        for found, alone in (
            (pairs, compare_headlines(both, segments, articles, **one)),
            (curves, follow_positions(both, segments, articles, **one)),
        ):
            mine = found[found["label"] == label].reset_index(drop=True)
            pd.testing.assert_frame_equal(mine, alone, check_dtype=False)
