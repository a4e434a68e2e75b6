"""Finished tables → sentences: captions, alt texts, and the answer at the top of a notebook.

A caption says what a dot is, what the whisker is and over what it was resampled, how many
outlets, articles and segments stand behind it, from which days, what was set aside, and what the
measure's card says. Every number in a sentence comes from the table it is about.
"""

from __future__ import annotations

import pandas as pd

from analysis.tables import UNKNOWN

from .dots import sort_outlets
from .names import LINEAGES, UNITS, count_of, list_of, say, say_measure, say_voice

VERDICTS = {
    "supported": "Checked against human codes, the measure supports this claim.",
    "weak": "Checked against human codes, the measure supports this claim only weakly.",
    "no better than chance": (
        "Checked against human codes, the measure is no better than chance for this claim: "
        "do not read the order of the outlets."
    ),
    "not checked": "The measure has not been checked against human codes for this claim.",
}
ONE_ARTICLE = (
    "Some outlets have one article here: the figure describes these articles, not the outlets."
)


def caption_for(
    estimates: pd.DataFrame, *, articles: pd.DataFrame | None = None, title: str = ""
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
        _dot(estimates, words.unit),
        _whisker(estimates),
        _base(estimates),
        _days(articles, estimates),
        _set_aside(articles),
        _voices(estimates),
        _missing(estimates),
        *_verdict(estimates),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def caption_counts(
    title: str, *, articles: pd.DataFrame | None = None, invented: bool = False
) -> str:
    """Write the caption of a figure of counts, which has no interval.

    Parameters
    ----------
    title : str
        What is drawn, as a sentence.
    articles : DataFrame, optional
        The ``articles`` table: adds the numbers, the days and what was set aside.
    invented : bool
        Whether outlets and events are invented; the caption then says so.
    """
    sentences = [title, "Counts, so no interval."]
    if articles is not None:
        outlets = articles["outlet"].nunique()
        read = f"{count_of(len(articles), 'article')} of {count_of(outlets, 'outlet')} read"
        used = int(articles["used"].sum())
        sentences += [f"{read}, {used:,} used.", _days(articles), _set_aside(articles)]
    if invented:
        sentences.append("Outlets and events are invented.")
    return " ".join(sentence for sentence in sentences if sentence)


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


def say_answer(estimates: pd.DataFrame) -> str:
    """Say in a sentence which outlets stand apart from the event's mean, and how sure that is.

    Only intervals that leave out zero are called differences; with one article an outlet, or a
    card at chance, no difference is claimed at all.
    """
    rows = _own_voice(estimates).dropna(subset="estimate")
    if rows.empty:
        return "There is no estimate to answer with: the measure is missing from these tables."
    words = say_measure(rows["measure"].iloc[0])
    outlets = rows["outlet"].nunique()
    if (rows["validity"] == "no better than chance").all():
        return f"No answer: for this claim, {words.what} is no better than chance."
    if (rows["contrast"] == "level").all():
        ordered = rows.sort_values(["estimate", "outlet"], ascending=[False, True])
        top, last = ordered.iloc[0], ordered.iloc[-1]
        if outlets == 1:
            return f"{top['outlet']} stands at {top['estimate']:.3g} ({_interval(top)})."
        return (
            f"Of {count_of(outlets, 'outlet')}, {top['outlet']} has the highest estimate of "
            f"{words.what} ({top['estimate']:.3g}, {_interval(top)}) and {last['outlet']} the "
            f"lowest ({last['estimate']:.3g}, {_interval(last)})."
        )
    apart = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    if (rows["n_articles"] <= 1).any():
        apart = apart[apart["n_articles"] > 1]
    if apart.empty:
        return (
            f"None of the {count_of(outlets, 'outlet')} can be told apart from the event's mean in "
            f"{words.what}: every interval includes zero or rests on a single article."
        )
    said = []
    for sign, word in ((1, words.high), (-1, words.low)):
        side = apart[apart["estimate"] * sign > 0]
        side = side.reindex(side["estimate"].abs().sort_values(ascending=False).index)
        if len(side):
            named = [
                f"{r['outlet']} ({r['estimate']:+.3g}, {_interval(r)})" for _, r in side.iterrows()
            ]
            said.append(f"{word} than the event's mean: {list_of(named)}")
    rest = outlets - apart["outlet"].nunique()
    tail = f"; {count_of(rest, 'outlet')} cannot be told apart from it." if rest else "."
    return "; ".join(said)[:1].upper() + "; ".join(said)[1:] + tail


def say_sizes(**tables: pd.DataFrame) -> str:
    """Say how many rows each loaded table has: ``articles 41 · segments 1,204``."""
    return " · ".join(f"{say(name)} {len(frame):,}" for name, frame in tables.items())


def _dot(estimates: pd.DataFrame, unit: str) -> str:
    contrasts = sorted(set(estimates["contrast"]))
    if contrasts == ["level"]:
        return f"A dot is the outlet's mean of {unit}; the dashed line is the mean of the outlets."
    against = "the event's mean" if "minus event mean" in contrasts else say(contrasts[0])[6:]
    return f"A dot is the outlet's {unit} minus {against}; the dashed line is no difference."


def _whisker(estimates: pd.DataFrame) -> str:
    if estimates["low"].isna().all():
        return "No interval could be computed."
    levels = sorted(set(estimates.loc[estimates["low"].notna(), "level"]))
    units = sorted(set(estimates.loc[estimates["low"].notna(), "resampled"]))
    unit = list_of([UNITS.get(name, say(name)) for name in units])
    whisker = f"A whisker is the {levels[0]:.0%} interval from resampling {unit}"
    gaps = int((estimates["low"].isna() & estimates["estimate"].notna()).sum())
    return (
        f"{whisker}; {count_of(gaps, 'dot')} without one could not be resampled."
        if gaps
        else (f"{whisker}.")
    )


def _base(estimates: pd.DataFrame) -> str:
    rows = _own_voice(estimates)
    per_outlet = rows.groupby("outlet")[["n_articles", "n_segments"]].max().sum()
    base = (
        f"n = {count_of(rows['outlet'].nunique(), 'outlet')}, "
        f"{count_of(per_outlet['n_articles'], 'article')}, "
        f"{count_of(per_outlet['n_segments'], 'segment')}."
    )
    return f"{base} {ONE_ARTICLE}" if (rows["n_articles"] <= 1).any() else base


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


def _missing(estimates: pd.DataFrame) -> str:
    names = sorted(set(estimates.loc[estimates["estimate"].isna(), "outlet"]))
    return f"Not measured for {list_of(names[:6])}." if names else ""


def _verdict(estimates: pd.DataFrame) -> list[str]:
    return [VERDICTS.get(name, name) for name in VERDICTS if name in set(estimates["validity"])]


def _events(estimates: pd.DataFrame) -> str:
    events = sorted(set(estimates["event"]))
    return " over all events" if events == ["all"] else ""


def _own_voice(estimates: pd.DataFrame) -> pd.DataFrame:
    for voice in ("outlet", "all"):
        if (estimates["voice"] == voice).any():
            return estimates[estimates["voice"] == voice]
    return estimates


def _interval(row: pd.Series) -> str:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return "no interval"
    return f"{row['level']:.0%} interval {row['low']:.3g} to {row['high']:.3g}"
