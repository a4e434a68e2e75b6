"""What a figure must not be read to say: a linter for claims.

Comes in: finished ``estimates`` (or a claims table) and the measure's card. Goes out: plain
sentences, one per thing that the data do not support, for captions and notebooks. An empty list
says only that none of these mistakes is possible here, not that a claim is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

WITHIN = "segments within the article"
ABSENT = ("not found", "cannot tell")
NAMED = 6


def check_claims(
    estimates: pd.DataFrame, card: pd.DataFrame | Mapping[str, Any] | str | None = None
) -> list[str]:
    """List what these estimates do not support.

    Parameters
    ----------
    estimates : DataFrame
        Rows of the ``estimates`` table, as plotted; or a claims table with a column that says
        ``carried``, ``not found`` or ``cannot tell``.
    card : DataFrame, mapping or str, optional
        Cards (``read_cards``), one card (``card_for``) or a verdict; without one the column
        ``validity`` is taken.

    Returns
    -------
    list of str
        Sentences, in the order in which a reviewer would ask.

    Examples
    --------
    >>> check_claims(estimates.query("event == 'flood'"), card_for("loaded_words"))
    """
    status = _status_column(estimates)
    if status is not None:
        return _check_absence(estimates, status)
    if not {"estimate", "outlet"} <= set(estimates.columns):
        raise ValueError(
            "check_claims takes a table of estimates or of claims; this one has the columns "
            f"{list(estimates.columns)}"
        )
    rows = estimates.sort_values(
        [c for c in ("measure", "event", "outlet") if c in estimates], ignore_index=True
    )
    said = [
        *_check_card(rows, card),
        *_check_articles(rows),
        *_check_intervals(rows),
        *_check_zero(rows),
        *_check_many(rows),
        *_check_missing(rows),
    ]
    return list(dict.fromkeys(said))


_NAMES = {"sentiment_toward": "sentiment toward an actor"}


def _check_card(rows: pd.DataFrame, card: Any) -> list[str]:
    said = []
    for measure in rows["measure"].unique() if "measure" in rows else [""]:
        mine = rows[rows["measure"] == measure] if "measure" in rows else rows
        verdicts = _verdicts(card, str(measure), mine)
        name = _NAMES.get(str(measure)) or str(measure).replace("_", " ") or "this measure"
        if "no better than chance" in verdicts:
            said.append(
                f"On labelled data outlets are ordered by {name} no better than by chance: the "
                "figure shows what the measure counts, not how outlets differ."
            )
        elif "weak" in verdicts:
            said.append(
                f"On labelled data outlets are ordered by {name} better than by chance, but below "
                "the floor set for it: differences are hints to read the articles, not findings."
            )
        elif "not checked" in verdicts:
            said.append(
                f"Whether {name} would order outlets as human readers do has not been checked."
            )
    return said


def _verdicts(card: Any, measure: str, rows: pd.DataFrame) -> set[str]:
    if isinstance(card, str):
        return {card}
    if isinstance(card, pd.DataFrame):
        mine = card[card["measure"] == measure]
        ranking = mine[mine["claim"] == "outlet ranking"] if "claim" in mine else mine
        return set(ranking["verdict"]) or {"not checked"}
    if card is not None:
        return {str(card["verdict"])}
    return set(rows["validity"]) if "validity" in rows else {"not checked"}


def _check_articles(rows: pd.DataFrame) -> list[str]:
    if "resampled" not in rows:
        return []
    within = rows[rows["resampled"] == WITHIN]
    one = within[within["n_articles"] == 1]
    few = within[within["n_articles"] > 1]
    said = []
    if len(one):
        said.append(
            f"There is one article {'each ' if one['outlet'].nunique() > 1 else ''}of "
            f"{_names(one['outlet'])}{_where(one)}: estimate and interval describe that article, "
            "and nothing is said about the outlet."
        )
    if len(few):
        said.append(
            f"There are fewer than five articles to compare for {_names(few['outlet'])}"
            f"{_where(few)}: intervals describe these articles, not the outlets."
        )
    return said


def _check_intervals(rows: pd.DataFrame) -> list[str]:
    if "interval" not in rows:
        return []
    said = []
    rough = rows[rows["interval"] == "rough"]
    if len(rough):
        said.append(
            f"The interval of {_names(rough['outlet'])}{_where(rough)} is rough: it rests on too "
            "few segments or codes for its level to be claimed."
        )
    none = rows[(rows["interval"] == "none") & rows["estimate"].notna()]
    if len(none):
        said.append(
            f"No interval could be computed for {_names(none['outlet'])}{_where(none)}: these "
            "values cannot be compared."
        )
    return said


def _check_zero(rows: pd.DataFrame) -> list[str]:
    if "contrast" not in rows:
        return []
    contrasts = rows[rows["contrast"] != "level"].dropna(subset=["low", "high"])
    over = contrasts[(contrasts["low"] <= 0) & (contrasts["high"] >= 0)]
    if over.empty:
        return []
    if len(over) == len(contrasts):
        return [
            "None of these contrasts is a difference: every interval includes zero. That is no "
            "proof of likeness either."
        ]
    if _labels(contrasts) > 1:  # an outlet's name alone would not say which of its rows is meant
        return [
            f"In {len(over):,} of {len(contrasts):,} comparisons the interval includes zero: that "
            "is not a difference, and no proof of likeness."
        ]
    return [
        f"The interval of {_names(over['outlet'])}{_where(over)} includes zero: that is not a "
        "difference, and no proof of likeness."
    ]


def _check_many(rows: pd.DataFrame) -> list[str]:
    if not {"low", "high", "p_adjusted", "level"} <= set(rows.columns):
        return []
    apart = (rows["low"] > 0) | (rows["high"] < 0)
    chance = apart & (rows["p_adjusted"] > 1 - rows["level"]) & (rows["contrast"] != "level")
    if not chance.any():
        return []
    if _labels(rows) > 1:
        named = rows[chance].apply(lambda row: f"{row['outlet']} ({row['label']})", axis=1)
        return [
            f"The interval of {_names(named.str.replace('_', ' '))}{_where(rows[chance])} leaves "
            "out zero, but among so many comparisons (Holm) that can be chance."
        ]
    return [
        f"The interval of {_names(rows.loc[chance, 'outlet'])}{_where(rows[chance])} leaves out "
        "zero, but among so many comparisons (Holm) that can be chance."
    ]


def _labels(rows: pd.DataFrame) -> int:
    return rows["label"].nunique() if "label" in rows else 1


def _check_missing(rows: pd.DataFrame) -> list[str]:
    absent = rows[rows["estimate"].isna()]
    if absent.empty:
        return []
    return [
        f"Not measured for {_names(absent['outlet'])}{_where(absent)}: a missing value is not a "
        "zero."
    ]


def _check_absence(claims: pd.DataFrame, status: str) -> list[str]:
    said = []
    missing = claims[claims[status] == "not found"]
    unsure = claims[claims[status] == "cannot tell"]
    if len(missing):
        who = _names(missing["outlet"]) if "outlet" in missing else "some outlets"
        said.append(
            f"{_pairs(len(missing))} a claim was not found, in the articles of {who}: that is no "
            "omission. The articles at hand may not be all that the outlet wrote, and a claim in "
            "other words may be missed; read the nearest sentence."
        )
    if len(unsure):
        who = _names(unsure["outlet"]) if "outlet" in unsure else "some outlets"
        said.append(
            f"{_pairs(len(unsure))} it cannot be told whether {who} carried the claim: these count "
            "neither as carried nor as not found."
        )
    return said


def _pairs(n: int) -> str:
    """Name a number of rows of the table of claims: one a claim and article."""
    return f"In {n:,} {'pair' if n == 1 else 'pairs'} of a claim and an article"


def _status_column(table: pd.DataFrame) -> str | None:
    for column in table.columns:
        values = table[column].dropna()
        texts = [value for value in values.unique()[:10] if isinstance(value, str)]
        if texts and set(texts) <= {"carried", *ABSENT} and column not in ("claim", "note"):
            return str(column)
    return None


def _names(outlets: Iterable[str]) -> str:
    names = sorted({str(name) for name in outlets})
    shown = names[:NAMED]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _where(rows: pd.DataFrame) -> str:
    if "event" not in rows:
        return ""
    events = sorted({str(event) for event in rows["event"]} - {"all"})
    if not events:
        return ""
    if len(events) > 3:
        return f" in {len(events)} events"
    return f" in {'event' if len(events) == 1 else 'events'} {_names(events)}"
