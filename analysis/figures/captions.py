"""Finished tables → the captions of figures, and what they say to those who cannot see them.

A caption says what a dot is, what the whisker is and over what it was resampled, how many
outlets, articles and segments stand behind it, from which days, what was set aside, and what the
measure's card says, whatever its verdict. Every number in a sentence comes from the table it is
about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from analysis.figures.answers import own_voice
from analysis.figures.dots import sort_outlets
from analysis.figures.names import (
    LINEAGES,
    UNITS,
    count_of,
    list_of,
    say,
    say_event,
    say_measure,
    say_voice,
)
from analysis.outlets.claims_check import check_claims
from analysis.outlets.validation import ARTICLE, RANKING, SENTENCE, card_for, read_cards
from analysis.tables import UNKNOWN

INVENTED = "Outlets and events are invented."
# A claim of a card, as a caption says it; what is not here is said with the measure's name.
CLAIMED = {
    RANKING: "ordering outlets",
    SENTENCE: "telling sentences apart",
    ARTICLE: "telling articles apart",
    "marked words": "marking words",
}
WHOLE = {
    ("voice", RANKING): "telling quoted words from the outlet's own",
    ("voice", "speaker"): "naming speakers",
    ("roles", "agent"): "saying who acts",
    ("word_choice", "labelling"): "finding names for one thing",
    ("word_choice", "keyness"): "words that readers would call typical",
    ("claims", "carried"): "finding carried claims",
}


def caption_for(
    estimates: pd.DataFrame,
    *,
    articles: pd.DataFrame | None = None,
    title: str = "",
    invented: bool = False,
    among: pd.DataFrame | None = None,
) -> str:
    """Write the caption of a figure of estimates.

    Parameters
    ----------
    estimates : DataFrame
        The plotted rows of the ``estimates`` table.
    articles : DataFrame, optional
        The ``articles`` table: adds the days and what was set aside.
    title : str
        A first sentence; made from the measure and the contrast if not given.
    invented : bool
        Whether outlets and events are invented; the caption then says so.
    among : DataFrame, optional
        The rows that the plotted ones were chosen from: says how many of its labels are shown.

    Returns
    -------
    str
        One paragraph of plain text.
    """
    if estimates.empty:
        return " ".join(filter(None, [title, "No estimate could be made.", _set_aside(articles)]))
    words = say_measure(estimates["measure"].iloc[0])
    sentences = [
        title or f"{words.what[:1].upper()}{words.what[1:]} by outlet{_events(estimates)}.",
        _chosen(estimates, among),
        _dot(estimates, words.unit),
        _whisker(estimates),
        _base(estimates),
        _days(articles, estimates),
        _set_aside(articles),
        _voices(estimates),
        say_verdicts(estimates),
        *_limits(estimates),
        INVENTED if invented else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def caption_counts(
    title: str,
    *,
    articles: pd.DataFrame | None = None,
    invented: bool = False,
    interval: bool = False,
    measure: str = "",
    claim: str = RANKING,
    labels: Collection[str] = (),
) -> str:
    """Write the caption of a figure of counts, which has no interval unless the title says it.

    Parameters
    ----------
    title : str
        What is drawn, as a sentence.
    articles : DataFrame, optional
        The ``articles`` table: adds the numbers, the days and what was set aside.
    invented : bool
        Whether outlets and events are invented; the caption then says so.
    interval : bool
        Whether the title says what the intervals are.
    measure, claim : str
        Whose card the caption prints, and for which claim of it (``outlets.validation.CLAIMS``);
        none where nothing but articles is counted.
    labels : collection of str
        The labels of the measure that are shown, where it has cards for each.
    """
    sentences = [title, "" if interval else "Counts, so no interval."]
    if articles is not None:
        outlets = articles["outlet"].nunique()
        read = f"{count_of(len(articles), 'article')} of {count_of(outlets, 'outlet')} read"
        used = int(articles["used"].sum())
        sentences += [f"{read}, {used:,} used.", _days(articles), _set_aside(articles)]
    if measure:
        sentences.append(say_verdict(measure, claim))
        if claim == RANKING and sentences[-1].endswith(": not checked."):
            sentences.append(say_other_cards(measure, labels))
    if invented:
        sentences.append(INVENTED)
    return " ".join(sentence for sentence in sentences if sentence)


def say_verdict(measure: str, claim: str = RANKING, verdict: str | None = None) -> str:
    """Say what a measure's card says of a claim: the verdict, and the figure it stands on.

    ``verdict`` is the one that the rows carry; where it is not the shipped card's (one's own
    codes, corrected estimates), it is said without that card's figure.
    """
    card = card_for(measure, claim)
    by = f"{CLAIMED.get(claim, claim)} by {say_measure(measure).what}"
    said = f"Validity, {WHOLE.get((measure, claim), by)}: "
    if verdict is not None and verdict != card["verdict"]:
        return f"{said}{verdict}."
    if card["value"] is None or pd.isna(card["value"]):
        return f"{said}not checked."
    return f"{said}{_say_card(card)}."


def say_other_cards(measure: str, labels: Collection[str] = ()) -> str:
    """Say what is known of a measure whose order of outlets nobody has checked.

    Its cards for articles and sentences, and those of the ``labels`` shown: a poor verdict must
    not hide behind ``not checked``.
    """
    cards = read_cards()
    mine = cards[(cards["measure"] == measure) & cards["claim"].isin([ARTICLE, SENTENCE, *labels])]
    said = []
    for card in mine[mine["verdict"] != "not checked"].to_dict("records"):
        what = CLAIMED.get(card["claim"], f"finding {say(card['claim'])}")
        said.append(f"{what}: {_say_card(card)}")
    return f"Checked instead: {'; '.join(said)}." if said else ""


def _say_card(card: Mapping[str, Any]) -> str:
    """Say a card's verdict and the figure that it stands on."""
    ends = "" if pd.isna(card["low"]) else f" ({card['low']:.2f} to {card['high']:.2f})"
    base = "" if pd.isna(card["n"]) else f", n = {int(card['n']):,} {card['unit']}"
    return (
        f"{card['verdict']} ({say(card['figure'])} {card['value']:.2f}{ends}{base}; "
        f"{card['source']}, {card['date']})"
    )


def say_verdicts(estimates: pd.DataFrame) -> str:
    """Say the verdict on the claim that rows of estimates are used for: the order of outlets."""
    sentences = []
    for (measure, corrected), rows in estimates.groupby(["measure", "corrected"], sort=True):
        found = sorted(set(rows["validity"].dropna().astype(str)))
        for verdict in found or ["not checked"]:
            said = say_verdict(str(measure), RANKING, verdict)
            sentences.append(
                f"Corrected by codes: {said[0].lower()}{said[1:]}" if corrected else said
            )
            if verdict == "not checked":
                sentences.append(say_other_cards(str(measure), sorted(set(rows["label"]))))
    return " ".join(dict.fromkeys(filter(None, sentences)))


def alt_for(estimates: pd.DataFrame) -> str:
    """Describe a figure of estimates to someone who cannot see it: order, ends, intervals."""
    order = sort_outlets(estimates)
    if not order or estimates["estimate"].notna().sum() == 0:
        return "An empty chart: no estimate could be made."
    words = say_measure(estimates["measure"].iloc[0])
    known = estimates.dropna(subset="estimate")
    order = [name for name in order if name in set(known["outlet"])]
    return (
        f"Dot chart of {words.what}, one row for each of {count_of(len(order), 'outlet')}, from "
        f"{order[0]} (highest) to {order[-1]} (lowest). Estimates run from "
        f"{known['estimate'].min():.3g} to {known['estimate'].max():.3g}."
    )


_WEIGHED = {
    "words": "Each segment weighs as many words as it has.",
    "segments": "Each segment weighs the same, however long.",
}


def alt_counts(title: str, rows: pd.DataFrame, *, by: str, value: str, sums: bool = True) -> str:
    """Describe a figure of rows to someone who cannot see it: how many there are, and the ends.

    ``by`` is the column that stands down the side, ``value`` the one that is drawn: added up where
    it counts, else (``sums=False``) the highest of each.
    """
    groups = rows.dropna(subset=[value]).groupby(by)[value]
    total = (groups.sum() if sums else groups.max()).reset_index()
    total = total.sort_values([value, by], ascending=[False, True])
    if total.empty:
        return f"{title} An empty chart."
    ends = [f"{total[by].iloc[at]} ({total[value].iloc[at]:,.4g})" for at in (0, -1)]
    if len(total) == 1:
        return f"{title} One row: {ends[0]}."
    return f"{title} {len(total):,} rows; the highest is {ends[0]}, the lowest {ends[1]}."


def _dot(estimates: pd.DataFrame, unit: str) -> str:
    contrasts = sorted(set(estimates["contrast"]))
    if contrasts == ["level"]:
        dot = f"A dot is the outlet's mean ({unit}); the dashed line is the mean of the outlets"
        if set(estimates["event"]) == {"all"}:
            dot += "; a level also holds what the outlet's events bring with them"
    else:
        against = "the event's mean" if "minus event mean" in contrasts else say(contrasts[0])[6:]
        dot = (
            f"A dot is the outlet's mean ({unit}) minus {against}; the dashed line is no difference"
        )
    weights = set(estimates["weights"].dropna()) if "weights" in estimates else set()
    return (
        f"{dot}. " + _WEIGHED.get(next(iter(weights), ""), "") if len(weights) == 1 else f"{dot}."
    )


def _whisker(estimates: pd.DataFrame) -> str:
    if estimates["low"].isna().all():
        notes = estimates["note"].dropna().astype(str) if "note" in estimates else []
        why = sorted({part for note in notes for part in note.split("; ") if "no interval" in part})
        return " ".join(f"{part[:1].upper()}{part[1:]}." for part in why) or (
            "No interval could be computed."
        )
    levels = sorted(set(estimates.loc[estimates["low"].notna(), "level"]))
    units = sorted(set(estimates.loc[estimates["low"].notna(), "resampled"]))
    unit = list_of([UNITS.get(name, say(name)) for name in units])
    whisker = f"A whisker is the {levels[0]:.0%} interval from resampling {unit}"
    if "interval" in estimates and (estimates["interval"] == "rough").any():
        whisker += ", grey and rough where there is little to resample (an arrow: it goes on)"
    gaps = int((estimates["low"].isna() & estimates["estimate"].notna()).sum())
    return (
        f"{whisker}; {count_of(gaps, 'dot')} without one could not be resampled."
        if gaps
        else (f"{whisker}.")
    )


def _base(estimates: pd.DataFrame) -> str:
    rows = own_voice(estimates)
    columns = ["n_articles", "n_segments"]
    # Of one label: another label is another question to the same segments.
    by_label = rows.groupby(["label", "outlet", "event"])[columns].max().groupby("label").sum()
    most, least = by_label.max(), by_label.min()
    upto = "up to " if (most != least).any() else ""
    others = estimates[estimates["voice"] != rows["voice"].iloc[0]]
    spoken = others.groupby(["voice", "outlet", "event"])["n_segments"].max().groupby("voice").sum()
    beside = "".join(f", {n:,} of {say_voice(voice)}" for voice, n in spoken.items())
    return (
        f"n = {count_of(rows['outlet'].nunique(), 'outlet')}, "
        f"{upto}{count_of(most['n_articles'], 'article')}, "
        f"{upto}{count_of(most['n_segments'], 'segment')}{' a panel' if upto else ''}{beside}."
    )


def _chosen(estimates: pd.DataFrame, among: pd.DataFrame | None) -> str:
    """Say that only some labels of a measure are shown, and how many there are."""
    if among is None:
        return ""
    shown, all_labels = estimates["label"].nunique(), among["label"].nunique()
    if shown == all_labels:
        return ""
    return f"Shown are {shown:,} of {all_labels:,}, those most present over all outlets."


def _days(articles: pd.DataFrame | None, estimates: pd.DataFrame | None = None) -> str:
    if articles is None:
        return ""
    rows = articles[articles["used"]]
    if estimates is not None and set(estimates["event"]) & set(rows["event"]):
        rows = rows[rows["event"].isin(set(estimates["event"]))]
    dated = sorted(day for day in rows["published"] if day != UNKNOWN)
    without = len(rows) - len(dated)
    if not dated:
        return "No article carries a date." if len(rows) else ""
    span = dated[0] if dated[0] == dated[-1] else f"{dated[0]} to {dated[-1]}"
    return f"Published {span}" + (f"; {count_of(without, 'article')} undated." if without else ".")


def _set_aside(articles: pd.DataFrame | None) -> str:
    if articles is None or articles["used"].all():
        return "" if articles is None else "No article was set aside."
    aside = articles[~articles["used"]]
    kinds = aside["lineage"].where(aside["lineage"] != "original", "other reasons")
    counts = kinds.value_counts().sort_index()
    named = [f"{LINEAGES.get(kind, kind)}: {n:,}" for kind, n in counts.items()]
    return f"Set aside and not counted: {count_of(len(aside), 'article')} ({', '.join(named)})."


def _voices(estimates: pd.DataFrame) -> str:
    voices = set(estimates["voice"])
    if voices == {"outlet"}:
        return "Only the outlet's own voice; quoted and reported speech is left out."
    if "outlet" in voices:
        others = list_of([say_voice(voice) for voice in sorted(voices - {"outlet"})])
        return f"Filled: the outlet's own voice; hollow: {others}."
    return f"Voice: {list_of([say_voice(voice) for voice in sorted(voices)])}."


def _limits(estimates: pd.DataFrame) -> list[str]:
    """Return what the rows do not support; zeros and rough intervals show on the figure itself."""
    columns = ["event", "outlet", "measure", "validity", "resampled", "n_articles", "estimate"]
    return check_claims(own_voice(estimates)[columns])


def _events(estimates: pd.DataFrame) -> str:
    events = sorted(set(estimates["event"]))
    if events == ["all"]:
        return " over all events"
    if len(events) > 1:
        return f", a panel for each of {len(events)} events"
    return f", event {say_event(events[0])}"
