"""The sample's record of planted habits → what the run found of each: power and false alarms.

Comes in: the finished tables of a run on ``data/sample``. Goes out: each habit of each outlet and
event beside its estimate (``outlets.planted``), and a sentence. For any other corpus there is no
record, and the table comes back empty.
"""

from __future__ import annotations

import pandas as pd

from analysis import DATA
from analysis.figures.names import count_of
from analysis.figures.selection import Tables
from analysis.outlets.estimates import compare_outlets
from analysis.outlets.planted import match_events, score_habits, tabulate_habits

FOLDER = DATA / "sample" / "planted"
COLUMNS = [
    "event", "outlet", "habit", "by", "expected", "strength", "estimate", "low", "high",
    "interval", "found", "right", "kind",
]  # fmt: skip


def check_habits(data: Tables) -> pd.DataFrame:
    """Return each planted habit and each planted absence beside what the run's tables show."""
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    if not data.invented or not FOLDER.exists():
        return empty
    habits, planted, speakers = (
        pd.read_csv(FOLDER / f"{name}.csv") for name in ("habits", "events", "speakers")
    )
    try:
        events = match_events(data.articles, planted)
    except ValueError:  # another invented corpus
        return empty
    parts = (data.segments, data.articles)
    scores = score_habits(*parts, data.roles, speakers, events=events)
    quoting = compare_outlets(
        scores, *parts, by="event", weights="segments", voices=("outlet", "quoted", "all"),
        permutations=0,
    )  # fmt: skip
    estimates = pd.concat([data.estimates, quoting], ignore_index=True)
    habits = habits[habits["event"].isin(set(events.values()))]
    return tabulate_habits(estimates, habits, events=events)[COLUMNS]


def say_habits(found: pd.DataFrame) -> str:
    """Say in a sentence how many planted habits were found, and how many were raised wrongly."""
    if found.empty:
        return "There is no record of what is true of this corpus."
    planted = found[found["expected"] != "none"]
    strong = planted[planted["strength"] == "strong"]
    absent = found[found["expected"] == "none"]
    alarms = (absent["kind"] == "false alarm").sum()
    return (
        f"Of {count_of(len(planted), 'planted habit')} (by outlet, event and measure) "
        f"{(planted['kind'] == 'hit').sum()} were found, of the strong ones "
        f"{(strong['kind'] == 'hit').sum()} of {len(strong)}; of "
        f"{count_of(len(absent), 'planted absence')} {alarms} were called a habit "
        f"({alarms / max(len(absent), 1):.1%})."
    )
