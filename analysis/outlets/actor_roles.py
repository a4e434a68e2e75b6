"""Actors as each outlet shows them: acting or acted upon, named or left out, hero or victim.

Comes in: ``roles`` and ``portrayals``. Goes out: one row per event, outlet, actor and aspect
(``ASPECTS``): how often, out of how many, in which sentences, and the verdict of the card that
bears on it. **A higher share is more often so shown** among the actor's mentions (or, for a
portrayal, articles) there. Counts are the parse's; ``implied`` is what the trained links add.
Intervals say how few mentions there are; they describe these texts, not the outlet.

References
----------
Wilson 1927, JASA 22(158), 209-212. doi:10.1080/01621459.1927.10502953
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.measures.portrayals import ROLES as PORTRAYED
from analysis.measures.roles import SURE
from analysis.outlets.validation import card_for, read_cards

KEYS = ["event", "outlet", "actor"]
EXAMPLES = 20  # segments named per count
_VOICES = {"outlet": ("outlet", "scare")}
_OTHERS = ("quoted", "attributed")


def _stands(role: str, form: str = "") -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: (rows["role"] == role) & (not form or rows["form"] == form)


# Aspect → which rows of ``roles`` show it, what it is a share of, and whose card speaks for it. The
# forms and the naming of doers are the parse's alone: no labelled set says whether it is right.
ASPECTS: dict[str, tuple[Callable, str, tuple[str, str]]] = {
    "agent": (_stands("agent"), "mentions", ("roles", "agent")),
    "agent, active": (_stands("agent", "active"), "mentions", ("roles", "form")),
    "agent, passive": (_stands("agent", "passive"), "mentions", ("roles", "form")),
    "agent, nominalised": (_stands("agent", "nominal"), "mentions", ("roles", "form")),
    "patient": (_stands("patient"), "mentions", ("roles", "patient")),
    "patient, active": (_stands("patient", "active"), "mentions", ("roles", "form")),
    "patient, passive": (_stands("patient", "passive"), "mentions", ("roles", "form")),
    "patient, nominalised": (_stands("patient", "nominal"), "mentions", ("roles", "form")),
    "patient, doer named": (
        lambda rows: _stands("patient")(rows) & ~rows["agent_left_out"],
        "mentions as patient", ("roles", "doer"),
    ),
    "patient, doer left out": (
        lambda rows: _stands("patient")(rows) & rows["agent_left_out"],
        "mentions as patient", ("roles", "doer"),
    ),
    "speaking": (_stands("speaker"), "mentions", ("roles", "speaker")),
    "spoken about": (lambda rows: ~rows["speaks"], "mentions", ("roles", "speaker")),
    "spoken about by others": (
        lambda rows: rows["voice"].isin(_OTHERS), "mentions in all voices", ("voice", "speaker"),
    ),
}  # fmt: skip
COLUMNS = [
    *KEYS, "aspect", "count", "implied", "n", "of", "share", "low", "high", "n_articles",
    "segments", "validity",
]  # fmt: skip


def count_roles(
    roles: pd.DataFrame,
    portrayals: pd.DataFrame | None = None,
    *,
    voice: str = "outlet",
    least: float = SURE,
    cards: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return how often each outlet shows each actor in each way.

    Parameters
    ----------
    roles, portrayals : DataFrame
        Tables of those names; without ``portrayals``, or where an actor has none, those counts
        are missing, not zero.
    voice : str
        Whose words: ``outlet`` (with scare quotes), another voice, or ``all``. Portrayals are
        those of the outlet's own voice, whichever is asked for.
    least : float
        Probability, 0 to 1, from which an implied role is counted.
    cards : DataFrame, optional
        As ``validation.read_cards`` gives.

    Returns
    -------
    DataFrame
        ``event, outlet, actor, aspect``; ``count`` (distinct mentions, for a portrayal articles);
        ``implied`` (acts in which the links put the actor in that role though the parse does
        not); ``n`` and ``of`` (what the share is of); ``share`` with ``low`` and ``high``
        (Wilson's 95 % interval); ``n_articles``; ``segments`` (ids, up to twenty: where to read
        it); ``validity`` (the card's verdict). An actor that is only implied has no share.
    """
    cards = read_cards() if cards is None else cards
    rows = roles.assign(spot=list(zip(roles["article_id"], roles["start"], strict=True)))
    named = rows["how"] == "parse"
    spoken = rows.loc[named & (rows["role"] == "speaker"), ["actor", "spot"]]
    rows["speaks"] = _pairs(rows).isin(_pairs(spoken))
    kept = rows["voice"].isin(_VOICES.get(voice, (voice,))) | (voice == "all")
    sure = named | (rows["probability"] >= least)
    every, voiced = rows[named | (kept & sure)], rows[kept & sure]
    people = voiced[KEYS].drop_duplicates()
    tables = [
        _count(people, every if of.endswith("all voices") else voiced, aspect, shows, of).assign(
            validity=card_for(*card, cards=cards)["verdict"]
        )
        for aspect, (shows, of, card) in ASPECTS.items()
    ]
    said = card_for("portrayal", "hero, villain, victim", cards)["verdict"]
    tables += [
        _count_portrayed(people, portrayals, one).assign(aspect=one, validity=said)
        for one in PORTRAYED
    ]
    table = pd.concat(tables, ignore_index=True)
    table["share"] = table["count"] / table["n"].where(table["n"] > 0)
    table["low"], table["high"] = _wilson(table["count"], table["n"])
    order = {aspect: place for place, aspect in enumerate((*ASPECTS, *PORTRAYED))}
    table = table.assign(place=table["aspect"].map(order)).sort_values([*KEYS, "place"])
    return table[COLUMNS].reset_index(drop=True)


def _count(
    people: pd.DataFrame, rows: pd.DataFrame, aspect: str, shows: Callable, of: str
) -> pd.DataFrame:
    parsed = rows[rows["how"] == "parse"]
    base = parsed[_stands("patient")(parsed)] if of == "mentions as patient" else parsed
    n = base.groupby(KEYS)["spot"].nunique().rename("n")
    shown = rows[shows(rows)]
    if not aspect.startswith(("agent", "patient")):
        shown = shown[shown["how"] == "parse"]  # the links know agents and patients only
    counts = shown.assign(
        count=shown["spot"].where(shown["how"] == "parse"),
        implied=shown["act_start"].where(shown["how"] != "parse").astype(float),
    )
    found = counts.groupby(KEYS).agg(
        count=("count", "nunique"),
        implied=("implied", "count"),
        n_articles=("article_id", "nunique"),
        segments=("segment_id", _first),
    )
    table = people.merge(found.reset_index(), on=KEYS, how="left", validate="1:1")
    table = table.merge(n.reset_index(), on=KEYS, how="left", validate="1:1")
    table = table.assign(aspect=aspect, of=of)
    whole = ["count", "implied", "n", "n_articles"]
    table[whole] = table[whole].fillna(0).astype("Int64")
    return table.assign(segments=table["segments"].fillna(""))


def _count_portrayed(
    people: pd.DataFrame, portrayals: pd.DataFrame | None, portrayal: str
) -> pd.DataFrame:
    counted = ["count", "n", "n_articles"]
    if portrayals is None or portrayals.empty:
        table = people.assign(**dict.fromkeys(counted, pd.NA), segments="")
    else:
        rows = portrayals[portrayals["portrayal"] == portrayal]
        shown = rows["shown"].astype(bool)
        found = (
            rows.assign(shown=shown, where=rows["segments"].where(shown, ""))
            .groupby(KEYS)
            .agg(
                count=("shown", "sum"),
                n=("article_id", "nunique"),
                segments=("where", lambda some: _first(" ".join(some).split())),
            )
        )
        table = people.merge(found.reset_index(), on=KEYS, how="left", validate="1:1")
        table = table.assign(n_articles=table["count"], segments=table["segments"].fillna(""))
    table[counted] = table[counted].astype("Int64")
    return table.assign(
        of="articles that name the actor", implied=pd.array([0] * len(table), "Int64")
    )


def _first(segments) -> str:
    return " ".join(list(dict.fromkeys(one for one in segments if one))[:EXAMPLES])


def _pairs(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(list(zip(rows["actor"], rows["spot"], strict=True)), rows.index, dtype=object)


def _wilson(
    count: pd.Series, n: pd.Series, z: float = 1.959963984540054
) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's interval of a share; missing where there is nothing to share."""
    count, n = count.to_numpy(float, na_value=np.nan), n.to_numpy(float, na_value=np.nan)
    n = np.where(n > 0, n, np.nan)
    share = count / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half
