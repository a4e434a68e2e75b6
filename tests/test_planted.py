"""Planted habits beside estimates: power and false alarms."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.outlets.planted import (
    match_events,
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
    summary = summarise_habits(table).set_index("strength")
    assert summary.loc["strong", "share"] == 1
    assert summary.loc["weak", "share"] == 0
    assert summary.loc["none", ["n", "n_found"]].tolist() == [6, 2]


def test_planted_habits_in_the_sample(sample_run):
    articles, estimates = (
        read_table(sample_run.out / "tables", name) for name in ("articles", "estimates")
    )
    habits, events = (pd.read_csv(PLANTED / f"{name}.csv") for name in ("habits", "events"))
    found = tabulate_habits(estimates, habits, events=match_events(articles, events))
    assert len(found) == 36 and found["estimate"].notna().all()  # six outlets, six events
    strong = found[found["strength"] == "strong"]
    assert (strong["estimate"] > 0).all()
    summary = summarise_habits(found).set_index("strength")
    # Of 30 planted absences, 5 % false alarms are 1.5; more than 4 would be chance once in 50.
    assert summary.loc["none", "n_found"] <= 4
    assert summary.loc["strong", "n_found"] >= 1
