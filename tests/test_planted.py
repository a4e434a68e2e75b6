"""Planted habits beside estimates: power and false alarms."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.outlets.estimates import compare_outlets
from analysis.outlets.planted import (
    match_events,
    score_habits,
    spread_summary,
    summarise_habits,
    tabulate_habits,
)
from analysis.tables import read_table

PLANTED = Path(__file__).resolve().parents[1] / "data" / "sample" / "planted"
ARTICLES = pd.DataFrame(
    {
        "article_id": ["x", "y"],
        "source": ["folder/a01.txt", "a02.txt"],
        "event": ["2024 flood", "2024 flood"],
    }
)


def test_events_are_matched_by_their_files():
    events = pd.DataFrame({"file": ["a01.txt", "a02.txt"], "event": ["dam", "dam"]})
    assert match_events(ARTICLES, events) == {"2024 flood": "dam"}
    with pytest.raises(ValueError, match="no article comes from a file of the sample"):
        match_events(ARTICLES, events.assign(file=["y.txt", "z.txt"]))


def test_hits_misses_and_false_alarms():
    outlets = ["Siren", "Square", "Courier", "Herald"]
    habits = pd.DataFrame(
        {
            "outlet": outlets * 2,
            "event": ["dam"] * 4 + ["trial"] * 4,
            "measure": "loaded_per_1000",
            "expected": ["higher", "higher", *["none"] * 6],
            "strength": ["strong", "weak", *["none"] * 6],
        }
    )
    estimates = habits[["event", "outlet"]].assign(
        contrast="minus event mean",
        voice="outlet",
        measure="loaded_words",
        label="any",
        corrected=False,
        interval="claimed",
        estimate=0.0,
        low=[1, -1, -9, -1, -1, 2, -9, -1],
        high=[9, 1, -1, 1, 1, 9, -2, 1],
    )
    table = tabulate_habits(estimates, habits, events={"dam": "dam", "trial": "trial"})
    assert table["kind"].tolist() == [
        "hit",
        "miss",
        "below another's habit",
        "rightly silent",
        "rightly silent",
        "false alarm",
        "false alarm",
        "rightly silent",
    ]
    summary = summarise_habits(table)
    wide = spread_summary(summary).set_index("habit")
    assert (
        wide.loc["loaded_per_1000", "false alarms"] == wide.loc["all", "false alarms"] == "2 of 6"
    )
    assert wide.loc["all", "clear habits"] == "–"
    summary = summary.set_index("strength")
    assert summary.loc["strong", "share"] == 1
    assert summary.loc["weak", "share"] == 0
    assert summary.loc["none", ["n", "n_claimed", "n_found"]].tolist() == [6, 6, 2]


def test_habits_of_quoting_are_scored_segment_by_segment():
    segments = pd.DataFrame(
        [
            ("x", "outlet", "", "none"),
            ("x", "scare", "", "none"),
            ("x", "quoted", "Minister Ana Vell,", "doubting"),
            ("x", "attributed", "Bo Orr", "doubting"),
            ("x", "quoted", "Bo Orr", "neutral"),
            ("x", "quoted", "a passer-by", "neutral"),
            ("x", "unresolved", "", "none"),
        ],
        columns=["article_id", "voice", "speaker", "cue_kind"],
    )
    segments["segment_id"] = [f"x:{place}" for place in range(len(segments))]
    roles = pd.DataFrame({"segment_id": ["x:0"], "form": "passive", "agent_left_out": True})
    speakers = pd.DataFrame(
        {"speaker": ["Ana Vell", "Bo Orr"], "event": "dam", "side": ["government", "challenger"]}
    )
    events = {"2024 flood": "dam"}
    found = score_habits(segments, ARTICLES, roles, speakers, events=events)
    values = found.groupby("label")["value"].agg(list).to_dict()
    assert values["scare_quotes"] == [0, 1]
    assert values["passive_agentless"] == [1, 0]
    assert values["challenger_quotes"] == [0, 1]  # the passer-by is on no side
    assert values["doubting_government"] == [0, 0, 1, 0, 0, 0]
    assert values["doubting_challenger"] == [0, 0, 0, 1, 0, 0]
    assert values["endorsing_government"] == [0] * 6


def test_a_table_without_any_habit_is_refused():
    empty = pd.DataFrame(columns=["contrast", "event", "corrected", "measure", "label", "voice"])
    with pytest.raises(ValueError, match="no estimates of a planted habit"):
        tabulate_habits(empty, pd.DataFrame({"measure": []}), events={})


def test_planted_habits_in_the_sample(sample_run):
    names = ("articles", "segments", "roles", "estimates")
    articles, segments, roles, estimates = (
        read_table(sample_run.out / "tables", name) for name in names
    )
    habits, planted, speakers = (
        pd.read_csv(PLANTED / f"{name}.csv") for name in ("habits", "events", "speakers")
    )
    events = match_events(articles, planted)
    scores = score_habits(segments, articles, roles, speakers, events=events)
    quoting = compare_outlets(
        scores, segments, articles, by="event", weights="segments",
        voices=["outlet", "quoted", "all"], permutations=0,
    )  # fmt: skip
    found = tabulate_habits(pd.concat([estimates, quoting]), habits, events=events)
    loaded = found[found["by"] == "loaded_words"]
    assert len(loaded) == 36 and loaded["estimate"].notna().all()  # six outlets, six events
    assert (loaded.loc[loaded["strength"] == "strong", "estimate"] > 0).all()
    summary = summarise_habits(found).groupby("strength")[["n", "n_found"]].sum()
    # One article an outlet: a strong habit is often found, and an absent one seldom is.
    assert summary.loc["strong", "n_found"] >= 0.25 * summary.loc["strong", "n"]
    assert summary.loc["none", "n_found"] <= 0.06 * summary.loc["none", "n"]
