"""The sample's planted habits: found where they were planted, and only there?

Comes in: the invented sample's ``habits.csv`` and the tables of its run. Goes out: each planted
habit beside its estimate: found where planted (power), found where not (false alarms). Habits of
quoting are first scored segment by segment, so that they go through the same contrasts and
intervals as any measure. Only the embedded sample has a known truth. The heat of headlines is not
among them: a headline is one segment, so its contrast has no interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

SCORER = "planted_habits@1"
SPEECH = ("quoted", "attributed")
SIDES = ("challenger", "government", "business")


class Habit(NamedTuple):
    """A habit of ``habits.csv``, and the estimate that should show it."""

    habit: str
    measure: str
    label: str
    voice: str


HABITS = (
    Habit("loaded_per_1000", "loaded_words", "any", "outlet"),
    Habit("loaded_per_1000", "loaded_language", "loaded", "outlet"),
    Habit("scare_quotes", "habits", "scare_quotes", "outlet"),
    Habit("passive_agentless", "habits", "passive_agentless", "outlet"),
    Habit("challenger_quotes", "habits", "challenger_quotes", "quoted"),
    Habit("business_quotes", "habits", "business_quotes", "quoted"),
    Habit("doubting_government", "habits", "doubting_government", "all"),
    Habit("doubting_challenger", "habits", "doubting_challenger", "all"),
    Habit("endorsing_government", "habits", "endorsing_government", "all"),
)


def score_habits(
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    roles: pd.DataFrame,
    speakers: pd.DataFrame,
    *,
    events: Mapping[str, str],
) -> pd.DataFrame:
    """Score what the run found of each habit, segment by segment, 1 where it is and 0 where not.

    ``scare_quotes`` and ``passive_agentless`` are scored on the outlet's own segments;
    ``challenger_quotes`` and ``business_quotes`` on quotations of challengers, government and
    business; ``doubting_…`` and ``endorsing_…`` on all segments (1: speech of that side behind
    such a verb). Means of them are shares of segments.

    Parameters
    ----------
    segments, articles, roles : DataFrame
        Tables of the run.
    speakers : DataFrame
        ``speakers.csv``: ``speaker, event, side``. A speaker is known by the last name.
    events : mapping
        The run's event name → the planted event's (``match_events``).

    Returns
    -------
    DataFrame
        Table ``scores`` of the measure ``habits``.
    """
    event = segments["article_id"].map(articles.set_index("article_id")["event"]).map(events)
    speech = segments["voice"].isin(SPEECH)
    side = _sides(segments["speaker"].where(speech, ""), event, speakers)
    own = segments["voice"].isin(("outlet", "scare"))
    passive = roles[(roles["form"] == "passive") & roles["agent_left_out"].astype(bool)]
    quoted = (segments["voice"] == "quoted") & side.isin(SIDES)
    scored = {
        "scare_quotes": (own, segments["voice"] == "scare"),
        "passive_agentless": (own, segments["segment_id"].isin(set(passive["segment_id"]))),
        "challenger_quotes": (quoted, side == "challenger"),
        "business_quotes": (quoted, side == "business"),
    }
    for kind, whom in (
        ("doubting", "government"),
        ("doubting", "challenger"),
        ("endorsing", "government"),
    ):
        so_introduced = speech & (side == whom) & (segments["cue_kind"] == kind)
        scored[f"{kind}_{whom}"] = (segments["voice"] != "unresolved", so_introduced)
    parts = [
        segments.loc[base, ["segment_id", "article_id"]].assign(
            measure="habits", label=label, value=found[base].astype(float), scorer=SCORER
        )
        for label, (base, found) in scored.items()
    ]
    return pd.concat(parts, ignore_index=True)


def tabulate_habits(
    estimates: pd.DataFrame,
    habits: pd.DataFrame,
    *,
    events: Mapping[str, str],
    measures: Sequence[Habit] = HABITS,
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
    measures : sequence of Habit
        Which estimates to hold against which habits; those that are not there are left out.

    Returns
    -------
    DataFrame
        ``event, outlet, habit, by`` (measure), ``expected, strength, estimate, low, high,
        interval, found`` (``higher``, ``lower``, ``none``), ``right`` and ``kind`` of answer:
        ``hit``, ``miss``, ``false alarm``, ``below another's habit`` (or above; of an event whose
        mean a planted habit moves), ``rightly silent``.
    """
    rows = estimates[
        (estimates["contrast"] == "minus event mean")
        & (estimates["event"] != "all")
        & ~estimates["corrected"].astype(bool)
    ].assign(event=lambda frame: frame["event"].map(events))
    parts = []
    for one in measures:
        mine = rows[
            (rows["measure"] == one.measure)
            & (rows["label"] == one.label)
            & (rows["voice"] == one.voice)
        ]
        if mine.empty:
            continue
        columns = ["event", "outlet", "estimate", "low", "high", "interval"]
        planted = habits[habits["measure"] == one.habit].drop(columns="measure")
        parts.append(
            planted.assign(habit=one.habit, by=one.measure).merge(
                mine[columns], on=["event", "outlet"], how="left", validate="one_to_one"
            )
        )
    if not parts:
        raise ValueError("no estimates of a planted habit, per event, minus the event mean")
    table = pd.concat(parts, ignore_index=True)
    table["found"] = np.select([table["low"] > 0, table["high"] < 0], ["higher", "lower"], "none")
    table["right"] = table["found"] == table["expected"]
    planted = table["expected"] != "none"
    # Where one outlet is planted high, the mean rises and the others truly lie below it.
    cells = table.groupby(["event", "habit", "by"])["expected"]
    against = (table["found"] == "lower") & cells.transform(lambda one: one.eq("higher").any())
    against |= (table["found"] == "higher") & cells.transform(lambda one: one.eq("lower").any())
    against &= ~planted
    said = (table["found"] != "none") & ~against
    table["kind"] = np.select(
        [planted & table["right"], planted, against, said],
        ["hit", "miss", "below another's habit", "false alarm"],
        "rightly silent",
    )
    keep = ["event", "outlet", "habit", "by", "expected", "strength", "estimate", "low", "high"]
    return table[[*keep, "interval", "found", "right", "kind"]]


def summarise_habits(table: pd.DataFrame) -> pd.DataFrame:
    """Return power and false alarms: found of planted, by strength, and raised where none is.

    Returns
    -------
    DataFrame
        ``habit, by, strength, n, n_claimed`` (cells whose interval is claimed, not rough),
        ``n_found, share``: hits where a habit was planted, false alarms in the row of strength
        ``none``.
    """
    said = table["kind"].isin(["hit", "false alarm"]).astype(int)
    rows = table.assign(said=said, claimed=(table["interval"] == "claimed").astype(int))
    grouped = rows.groupby(["habit", "by", "strength"])
    summary = grouped.agg(n=("said", "size"), n_claimed=("claimed", "sum"), n_found=("said", "sum"))
    return summary.assign(share=summary["n_found"] / summary["n"]).reset_index()


def spread_summary(summary: pd.DataFrame) -> pd.DataFrame:
    """Return a row per habit and measure: found of planted at each strength, and false alarms.

    Cells read ``found of cells``; the last row is the sum of all.
    """
    columns = ["strong", "clear", "weak", "none"]
    names = ["strong habits", "clear habits", "weak habits", "false alarms"]
    whole = summary.groupby("strength")[["n", "n_found"]].sum().reset_index()
    both = pd.concat([summary, whole.assign(habit="all", by="all")], ignore_index=True)
    said = both["n_found"].astype(str) + " of " + both["n"].astype(str)
    both = both.assign(said=said, last=both["habit"] == "all")
    wide = both.pivot(index=["last", "habit", "by"], columns="strength", values="said")
    wide = wide.reindex(columns=columns).astype(object).fillna("–").set_axis(names, axis=1)
    return wide.reset_index().drop(columns="last").rename_axis(columns=None)


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


def _sides(speaker: pd.Series, event: pd.Series, speakers: pd.DataFrame) -> pd.Series:
    """Return the side of each segment's speaker, by last name within the event."""
    known = speakers.assign(name=speakers["speaker"].str.split().str[-1].str.casefold())
    known = known.drop_duplicates(["event", "name"])
    sides = known.set_index(["event", "name"])["side"].to_dict()
    last = speaker.fillna("").astype(str).str.strip(" ,.’'").str.split().str[-1].str.casefold()
    pairs = zip(event.astype(str), last.astype(str), strict=True)
    return pd.Series([sides.get(pair, "unknown") for pair in pairs], index=speaker.index)
