"""The sample's planted habits: found where they were planted, and only there?

Comes in: the invented sample's ``habits.csv`` and contrasts of its run. Goes out: each planted
habit beside its estimate: found where planted (power), found where not (false alarms). Only the
embedded sample has a known truth.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

# Habit → measure and label of the estimate that should show it.
HABIT_MEASURES = {"loaded_per_1000": ("loaded_words", "any")}


def tabulate_habits(
    estimates: pd.DataFrame,
    habits: pd.DataFrame,
    *,
    events: Mapping[str, str],
    measures: Mapping[str, tuple[str, str]] = HABIT_MEASURES,
) -> pd.DataFrame:
    """Return each planted habit (and each planted absence) beside what was found.

    Parameters
    ----------
    estimates : DataFrame
        Contrasts to the event mean, per event.
    habits : DataFrame
        ``habits.csv``: ``outlet, event, measure, expected, strength``.
    events : mapping
        The run's event name → the planted event's (``match_events``).

    Returns
    -------
    DataFrame
        ``event, outlet, measure, expected, strength, estimate, low, high, interval, found``
        (``higher``, ``lower``, ``none``), ``right`` and ``kind`` of answer: ``hit``, ``miss``,
        ``false alarm``, ``below another's habit`` (of an event whose mean a planted habit
        moves), ``rightly silent``.
    """
    rows = estimates[
        (estimates["contrast"] == "minus event mean")
        & (estimates["voice"] == "outlet")
        & (estimates["event"] != "all")
        & ~estimates["corrected"].astype(bool)
    ].assign(event=lambda frame: frame["event"].map(events))
    parts = []
    for habit, (measure, label) in measures.items():
        mine = rows[(rows["measure"] == measure) & (rows["label"] == label)]
        columns = ["event", "outlet", "estimate", "low", "high", "interval"]
        parts.append(
            habits[habits["measure"] == habit].merge(
                mine[columns], on=["event", "outlet"], how="left", validate="one_to_one"
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table["found"] = np.select([table["low"] > 0, table["high"] < 0], ["higher", "lower"], "none")
    table["right"] = table["found"] == table["expected"]
    planted = table["expected"] != "none"
    # Where one outlet is planted high, the mean rises and the others truly lie below it.
    moved = table.groupby(["event", "measure"])["expected"].transform(
        lambda one: one.isin(["higher", "lower"]).any()
    )
    against = (table["found"] == "lower") & moved & ~planted
    said = (table["found"] != "none") & ~against
    table["kind"] = np.select(
        [planted & table["right"], planted, against, said],
        ["hit", "miss", "below another's habit", "false alarm"],
        "rightly silent",
    )
    keep = ["event", "outlet", "measure", "expected", "strength", "estimate", "low", "high"]
    return table[[*keep, "interval", "found", "right", "kind"]]


def summarise_habits(table: pd.DataFrame) -> pd.DataFrame:
    """Return power and false alarms: found of planted, by strength, and raised where none is.

    Returns
    -------
    DataFrame
        ``measure, strength, n, n_found, share``: hits where a habit was planted, false alarms
        in the row of strength ``none``.
    """
    said = table["kind"].isin(["hit", "false alarm"]).astype(int)
    grouped = table.assign(said=said).groupby(["measure", "strength"])["said"]
    summary = grouped.agg(n="size", n_found="sum").reset_index()
    return summary.assign(share=summary["n_found"] / summary["n"])


def match_events(articles: pd.DataFrame, planted_events: pd.DataFrame) -> dict[str, str]:
    """Return the run's event → the planted event that most of its articles belong to."""
    files = dict(zip(planted_events["file"], planted_events["event"], strict=True))
    names = articles["source"].astype(str).str.split("/").str[-1].map(files)
    both = pd.DataFrame({"event": articles["event"].astype(str), "planted": names}).dropna()
    if both.empty:
        raise ValueError("no article comes from a file of the sample: events cannot be matched")
    counts = both.groupby(["event", "planted"]).size().sort_values(ascending=False, kind="stable")
    best = counts.reset_index().drop_duplicates("planted").drop_duplicates("event")
    return dict(zip(best["event"], best["planted"], strict=True))
