"""Finished tables → the sentence at the top of a notebook that answers its question.

Each sentence is made from the table it is about, names its numbers and their base, and says that
there is no answer where there is none. They are Markdown in which names show as they stand,
whatever an outlet is called.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.figures.escaping import as_markdown, escape_markdown
from analysis.figures.names import ASPECTS, LINEAGES, count_of, list_of, say, say_measure
from analysis.outlets.claims_check import check_claims
from analysis.tables import UNRESOLVED, VERDICTS

TOTALS = ("any", "loaded", "tone", "valence", "biased", "subjective")  # a measure's whole


@as_markdown
def say_corpus(articles: pd.DataFrame, cuts: pd.DataFrame) -> str:
    """Say how much was read, how much is used, and how much of the pages was cut."""
    if articles.empty:
        return "No article was read."
    used = articles[articles["used"]]
    aside = articles[~articles["used"]]
    kinds = aside["lineage"].where(aside["lineage"] != "original", "other reasons")
    named = [f"{LINEAGES.get(kind, kind)} {n:,}" for kind, n in kinds.value_counts().items()]
    removed = int(cuts["text"].str.split().str.len().sum()) if len(cuts) else 0
    removed -= int(cuts["replacement"].str.split().str.len().sum()) if len(cuts) else 0
    kept = int(articles["n_words"].sum())
    share = removed / (removed + kept) if removed + kept else 0.0
    outlets = count_of(articles["outlet"].nunique(), "outlet")
    return (
        f"{count_of(len(articles), 'article')} of {outlets}"
        f" on {count_of(articles['event'].nunique(), 'event')} were read; {len(used):,} are used "
        f"({count_of(used['n_words'].sum(), 'word')}) and {len(aside):,} set aside"
        f"{' (' + ', '.join(sorted(named)) + ')' if named else ''}. "
        f"{share:.0%} of the words on the pages were cut as furniture."
    )


@as_markdown
def say_voices(counts: pd.DataFrame) -> str:
    """Say whose words fill the articles, from ``count_voices``."""
    if counts.empty or counts["n_words"].sum() == 0:
        return "No article was used, so there are no words to share out."
    words = counts.groupby("voice")["n_words"].sum() / counts["n_words"].sum()
    own = counts[counts["voice"] == "outlet"].sort_values(["share", "outlet"])
    low, high = own.iloc[0], own.iloc[-1]
    spread = (
        f", from {low['share']:.0%} in {low['outlet']} to {high['share']:.0%} in {high['outlet']}"
        if len(own) > 1
        else ""
    )
    undecided = words.get(UNRESOLVED, 0.0)
    unsure = (
        f"for {'less than 0.1%' if undecided < 0.001 else f'{undecided:.1%}'} the voice could not "
        "be decided"
        if undecided
        else "there is no word whose voice could not be decided"
    )
    return (
        f"{words.get('outlet', 0):.0%} of all words are the outlets' own{spread}; "
        f"{words.get('quoted', 0):.0%} stand in quotation marks, {words.get('attributed', 0):.0%} "
        f"are reported speech, and {unsure}."
    )


@as_markdown
def say_speakers(counts: pd.DataFrame) -> str:
    """Say who is given the most words, and by how many outlets, from ``count_speakers``."""
    named = counts[counts["speaker"] != UNRESOLVED]
    if named.empty:
        return "No speaker was found by name."
    words = named.groupby("speaker").agg(
        n=("n_words", "sum"), outlets=("outlet", "nunique"), articles=("n_articles", "sum")
    )
    top = words.reset_index().sort_values(["n", "speaker"], ascending=[False, True]).head(3)
    said = [
        f"{row['speaker']} ({count_of(row['n'], 'word')} in {count_of(row['outlets'], 'outlet')})"
        for _, row in top.iterrows()
    ]
    lost = counts.loc[counts["speaker"] == UNRESOLVED, "n_words"].sum()
    total = counts["n_words"].sum()
    return (
        f"The most words are given to {list_of(said)}. "
        f"{lost / total:.0%} of the words in quotations have no speaker that could be named."
    )


@as_markdown
def say_typical(keyness: pd.DataFrame) -> str:
    """Say which words are typical of which outlet, from the table ``keyness`` of one event."""
    if keyness.empty:
        return "No words were compared: fewer than two outlets cover the event, or it was not run."
    typical = keyness[keyness["typical"] & (keyness["z"] > 0)]
    tested = (
        f"{count_of(keyness['word'].nunique(), 'word')} of {keyness['outlet'].nunique()} outlets"
    )
    if typical.empty:
        return (
            f"Of {tested}, none is typical of an outlet: no word stands out beyond chance in two "
            "articles or more. The hollow dots describe these articles."
        )
    best = typical.sort_values(["outlet", "z", "word"], ascending=[True, False, True])
    said = [
        f"{outlet}: {', '.join(rows['word'].head(4))}" for outlet, rows in best.groupby("outlet")
    ]
    return f"Of {tested}, {count_of(len(typical), 'use')} stand out. {'; '.join(said)}."


def say_background(keyness: pd.DataFrame) -> str:
    """Say which words the prior of the table ``keyness`` is made of, in plain words."""
    if keyness.empty:
        return "no words, as none were compared"
    words = count_of(int(keyness["n_words_background"].max()), "word")
    if (keyness["background"] == "this event").any():
        return f"this event's own {words}, as there is no other event"
    return f"the other events ({words})"


def say_role_verdicts(counts: pd.DataFrame) -> str:
    """Say the verdict on each aspect that the figure of roles shows, in the figure's words."""
    rows = counts[counts["aspect"].isin(ASPECTS)].drop_duplicates("aspect")
    order = rows["aspect"].map({name: place for place, name in enumerate(ASPECTS)})
    rows = rows.assign(said=rows["aspect"].map(ASPECTS), order=order).sort_values("order")
    said = rows.groupby("validity", sort=False)["said"].agg(list)
    return "; ".join(f"{list_of(names)}: {verdict}" for verdict, names in said.items()) or "none"


@as_markdown
def say_roles(counts: pd.DataFrame, not_measured: Mapping[str, str]) -> str:
    """Say how many actors have which roles, or why there are none (``Tables.not_measured``)."""
    missing = " ".join(
        f"No {one} were read, as the run used no models: needed are {not_measured[one]}."
        for one in ("roles", "portrayals")
        if one in not_measured
    )
    if counts.empty:
        return missing or "No actor was named in the outlets' own voice, so there are no roles."
    sums = counts.groupby("aspect")["count"].sum(min_count=1).dropna()
    shown = ["agent", "patient", "patient, doer left out", "speaking", "hero", "villain", "victim"]
    said = [f"{one} {int(sums[one]):,}" for one in shown if one in sums]
    base = counts[counts["aspect"] == "agent"]
    return (
        f"{count_of(counts['actor'].nunique(), 'actor')}, named "
        f"{count_of(int(base['n'].sum()), 'time')} in the outlets' own voice: {', '.join(said)}. "
        f"{missing}"
    ).strip()


@as_markdown
def say_answer(estimates: pd.DataFrame) -> str:
    """Say in a sentence which outlets stand apart from the event's mean, and how sure that is.

    Only intervals that leave out zero, also among so many comparisons (Holm), are called
    differences; with one article an outlet, or a card at chance, none is claimed at all.
    """
    rows = own_voice(estimates).dropna(subset="estimate")
    if rows.empty:
        return "There is no estimate to answer with: the measure is missing from these tables."
    words = say_measure(rows["measure"].iloc[0])
    if rows["label"].nunique() == 1 and rows["label"].iloc[0] not in TOTALS:
        words = words._replace(what=f"{words.what} ({say(rows['label'].iloc[0])})")
    outlets = count_of(rows["outlet"].nunique(), "outlet")
    if (rows["validity"] == "no better than chance").all():
        return f"No answer: for this claim, the measure of {words.what} is no better than chance."
    if (rows["contrast"] == "level").all():
        return _say_ends(rows, words.what, outlets)
    sure = rows["n_articles"] > 1
    if "interval" in rows:
        sure &= rows["interval"] != "rough"
    sure &= ~(rows["p_adjusted"] > 1 - rows["level"])  # among so many comparisons
    apart = rows[sure & ((rows["low"] > 0) | (rows["high"] < 0))]
    if apart.empty:
        return (
            f"None of the {outlets} can be told apart from the event's mean in {words.what}: "
            "every interval includes zero, rests on too little, or may be chance among so many."
        )
    said = []
    for sign, word in ((1, words.high), (-1, words.low)):
        side = apart[apart["estimate"] * sign > 0]
        side = side.reindex(side["estimate"].abs().sort_values(ascending=False).index)
        if len(side):
            named = [
                f"{r['outlet']} ({r['estimate']:+.3g}, {interval_of(r)})"
                for _, r in side.iterrows()
            ]
            said.append(f"{word} than the event's mean: {list_of(named)}")
    rest = rows["outlet"].nunique() - apart["outlet"].nunique()
    tail = f"; {count_of(rest, 'outlet')} cannot be told apart from it" if rest else ""
    text = "; ".join(said)
    checked = (
        " (the measure has not been checked for this claim)"
        if (rows["validity"] == "not checked").any()
        else ""
    )
    return f"{text[:1].upper()}{text[1:]}{tail}{checked}."


@as_markdown
def say_actors(estimates: pd.DataFrame) -> str:
    """Say of which actors the outlets' sentiment is widest apart, and if that is beyond chance.

    ``estimates`` are differences of ``sentiment_toward`` from the event's mean.
    """
    rows = own_voice(estimates).dropna(subset="estimate")
    shared = rows.groupby("label")["outlet"].transform("nunique") > 1
    if rows.empty or not shared.any():
        return "No actor is mentioned by two outlets or more, so there is nothing to compare."
    kept = rows[shared].sort_values(["label", "estimate", "outlet"])
    groups = kept.groupby("label")
    least, most = groups.first(), groups.last()
    ends = least[["estimate", "outlet"]].set_axis(["low", "below"], axis=1)
    ends = ends.assign(high=most["estimate"], above=most["outlet"])
    ends = ends.assign(apart=ends["high"] - ends["low"]).reset_index()
    widest = ends.sort_values(["apart", "label"], ascending=[False, True]).head(2)
    said = [
        f"{row.label} ({row.above} {row.high:+.2f}, {row.below} {row.low:+.2f})"
        for row in widest.itertuples()
    ]
    sure = kept[(kept["n_articles"] > 1) & ((kept["low"] > 0) | (kept["high"] < 0))]
    sure = sure[~(sure["p_adjusted"] > 1 - sure["level"])]
    if len(sure):
        named = list_of([f"{row.outlet} on {row.label}" for row in sure.head(4).itertuples()])
        tail = f"Beyond chance, also among so many: {named}"
    elif kept["low"].notna().any():
        tail = "None of the differences is beyond chance among so many"
    else:
        tail = "Too few articles for an interval: this describes them and no outlet"
    actors = count_of(ends["label"].nunique(), "actor")
    return f"Of {actors} in two outlets or more, shown most differently: {list_of(said)}. {tail}."


@as_markdown
def say_drawn(drawn: dict) -> str:
    """Say how many of the figures asked for could be drawn (name → what ``draw_figure`` gave)."""
    made = [name for name, saved in drawn.items() if saved is not None]
    missing = [name for name in drawn if name not in made]
    if not made:
        return "No figure can be drawn: the tables hold no rows for any of them."
    files = sum(len(drawn[name].files) for name in made)
    head = (
        f"{len(made):,} of {len(drawn):,} figures can be drawn from these tables ({files:,} files)"
    )
    return f"{head}; without rows: {', '.join(missing)}." if missing else f"{head}."


@as_markdown
def say_cards(cards: pd.DataFrame) -> str:
    """Say how many claims are supported, weak, at chance and not checked."""
    if cards.empty:
        return "No claim has been checked here."
    counts = cards["verdict"].value_counts()
    said = [f"{name}: {counts[name]}" for name in VERDICTS if name in counts]
    best = cards[cards["verdict"] == "supported"]
    named = sorted({f"{say(row.measure)} ({row.claim})" for row in best.itertuples()})
    tail = f" Supported: {', '.join(named)}." if named else ""
    return f"Of {count_of(len(cards), 'claim')}, {', '.join(said)}.{tail}"


def list_limits(rows: pd.DataFrame) -> str:
    """List what estimates (or a table of claims) do not support, as Markdown."""
    if "contrast" in rows:  # quoted speech beside it has limits of its own
        rows = own_voice(rows)
    found = check_claims(rows) if len(rows) else ["There is no row, so nothing is supported."]
    return "\n".join(f"- {escape_markdown(sentence)}" for sentence in found)


def own_voice(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the outlet's own voice, or of all voices where that is all there is."""
    for voice in ("outlet", "all"):
        if (estimates["voice"] == voice).any():
            return estimates[estimates["voice"] == voice]
    return estimates


def interval_of(row: pd.Series) -> str:
    """Say an estimate's interval."""
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return "no interval"
    level = f"{row['level']:.0%} " if "level" in row and not pd.isna(row["level"]) else ""
    return f"{level}interval {row['low']:.3g} to {row['high']:.3g}"


def _say_ends(rows: pd.DataFrame, what: str, outlets: str) -> str:
    ordered = rows.sort_values(["estimate", "outlet"], ascending=[False, True])
    top, last = ordered.iloc[0], ordered.iloc[-1]
    if len(ordered) == 1:
        return f"{top['outlet']} stands at {top['estimate']:.3g} ({interval_of(top)})."
    return (
        f"Of {outlets}, {top['outlet']} has the highest estimate of {say(what)} "
        f"({top['estimate']:.3g}, {interval_of(top)}) and {last['outlet']} the lowest "
        f"({last['estimate']:.3g}, {interval_of(last)})."
    )
