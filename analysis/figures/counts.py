"""Articles, cuts and segments → small tables of counts that the first figures show.

No measure is involved: who published how much and when, what was set aside and what was cut,
how many words are in whose voice, who gets to speak. Shares lie between 0 and 1. An article that
is not used (a copy, another language) is counted, with its reason, and left out of the words.
"""

from __future__ import annotations

import pandas as pd

from analysis.tables import UNKNOWN, UNRESOLVED, VOICES

PRONOUNS = frozenset("he her him i it one she them they us we who you".split())
# A trained measure gives every word a chance to be marked; shown are the likelier ones.
LEAST_WEIGHT = {"loaded_language": 0.5}


def count_articles(articles: pd.DataFrame) -> pd.DataFrame:
    """Count each outlet's articles by lineage, with the words of those that are used.

    Returns
    -------
    DataFrame
        ``outlet, lineage, used, n_articles, n_words``, one row per outlet × lineage × used.
    """
    grouped = articles.groupby(["outlet", "lineage", "used"], as_index=False)
    table = grouped.agg(n_articles=("article_id", "size"), n_words=("n_words", "sum"))
    return table.sort_values(["outlet", "lineage", "used"], ignore_index=True)


def count_days(articles: pd.DataFrame) -> pd.DataFrame:
    """Count each outlet's articles by day of publication.

    Returns
    -------
    DataFrame
        ``outlet, published, n_articles``; articles without a date are rows with ``unknown``.
    """
    grouped = articles.groupby(["outlet", "published"], as_index=False)
    table = grouped.agg(n_articles=("article_id", "size"), n_events=("event", "nunique"))
    return table.sort_values(["outlet", "published"], ignore_index=True)


def list_set_aside(articles: pd.DataFrame) -> pd.DataFrame:
    """List the articles that are not used: what they are, of which article, how alike, and why."""
    aside = articles[~articles["used"]].sort_values(["outlet", "article_id"])
    columns = ["outlet", "headline", "lineage", "lineage_of", "lineage_similarity", "reason"]
    return aside[columns].reset_index(drop=True)


def count_cuts(cuts: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Count the words that were cut from each outlet's pages, by rule.

    Returns
    -------
    DataFrame
        ``outlet, rule, n_cuts, n_words, share, n_articles``; ``share`` is of all words of the
        outlet's pages, cut or kept; ``n_articles`` is how many articles of the outlet were read.
    """
    gone = cuts["text"].str.split().str.len() - cuts["replacement"].str.split().str.len()
    removed = cuts.assign(n_words=gone.astype("float64"))  # also where there is no row to count
    removed = removed[removed["n_words"] > 0].merge(
        articles[["article_id", "outlet"]], on="article_id", how="inner", validate="many_to_one"
    )
    table = removed.groupby(["outlet", "rule"], as_index=False).agg(
        n_cuts=("start", "size"), n_words=("n_words", "sum")
    )
    table["n_words"] = table["n_words"].astype(int)
    kept = articles.groupby("outlet")["n_words"].sum()
    read = kept.add(removed.groupby("outlet")["n_words"].sum(), fill_value=0).astype(float)
    table["share"] = table["n_words"].astype(float) / table["outlet"].map(read).astype(float)
    table["n_articles"] = table["outlet"].map(articles["outlet"].value_counts()).astype(int)
    return table.sort_values(["outlet", "n_words", "rule"], ascending=[True, False, True]).pipe(
        lambda frame: frame.reset_index(drop=True)
    )


def count_voices(segments: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Count words by voice in each outlet's used articles.

    Returns
    -------
    DataFrame
        ``outlet, voice, n_words, share, n_segments, n_articles``, every voice of every outlet
        (also those with no words); ``share`` is of the outlet's words.
    """
    spoken = _with_outlet(segments, articles)
    table = spoken.groupby(["outlet", "voice"]).agg(
        n_words=("n_words", "sum"), n_segments=("segment_id", "size")
    )
    outlets = sorted(spoken["outlet"].unique())
    every = pd.MultiIndex.from_product([outlets, VOICES], names=["outlet", "voice"])
    table = table.reindex(every, fill_value=0).reset_index()
    table["share"] = table["n_words"] / table.groupby("outlet")["n_words"].transform("sum")
    table["n_articles"] = table["outlet"].map(spoken.groupby("outlet")["article_id"].nunique())
    return table


def count_speakers(
    segments: pd.DataFrame, articles: pd.DataFrame, *, top: int | None = None
) -> pd.DataFrame:
    """Count the words that each speaker is given, per outlet, quoted and reported together.

    Parameters
    ----------
    segments, articles : DataFrame
        The finished tables.
    top : int, optional
        Keep the speakers with the most words over all outlets; all by default.

    Returns
    -------
    DataFrame
        ``speaker, outlet, n_words, n_quoted, share, n_segments, n_articles``; ``share`` is of all
        words that the outlet gives to speakers it names. Speech whose speaker could not be found,
        or is a bare pronoun (everybody's "he" would be one speaker), is a row with ``unresolved``.
    """
    spoken = _with_outlet(segments, articles)
    spoken = spoken[spoken["voice"].isin(["quoted", "attributed"])]
    nameless = spoken["speaker"].str.casefold().isin(PRONOUNS | {"", UNKNOWN})
    speaker = spoken["speaker"].where(~nameless, UNRESOLVED)
    quoted = spoken["n_words"].where(spoken["voice"] == "quoted", 0)
    table = (
        spoken.assign(speaker=speaker, n_quoted=quoted)
        .groupby(["speaker", "outlet"], as_index=False)
        .agg(
            n_words=("n_words", "sum"),
            n_quoted=("n_quoted", "sum"),
            n_segments=("segment_id", "size"),
            n_articles=("article_id", "nunique"),
        )
    )
    named = table["n_words"].where(table["speaker"] != UNRESOLVED, 0)
    total = named.groupby(table["outlet"]).transform("sum")
    table["share"] = (table["n_words"] / total).where(table["speaker"] != UNRESOLVED)
    words = table[table["speaker"] != UNRESOLVED].groupby("speaker")["n_words"].sum()
    order = words.reset_index().sort_values(["n_words", "speaker"], ascending=[False, True])
    keep = list(order["speaker"][:top])
    if top is None and UNRESOLVED in set(table["speaker"]):
        keep.append(UNRESOLVED)
    rank = table["speaker"].map({name: place for place, name in enumerate(keep)})
    return (
        table.assign(rank=rank)
        .dropna(subset="rank")
        .sort_values(["rank", "outlet"], ignore_index=True)
        .drop(columns="rank")
    )


def count_cues(segments: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Count the verbs that introduce speech, per outlet: ``outlet, cue, cue_kind, n_segments``."""
    spoken = _with_outlet(segments, articles)
    spoken = spoken[spoken["voice"].isin(["quoted", "attributed"]) & (spoken["cue"] != "")]
    table = spoken.groupby(["outlet", "cue", "cue_kind"], as_index=False).agg(
        n_segments=("segment_id", "size"), n_articles=("article_id", "nunique")
    )
    order = ["outlet", "n_segments", "cue"]
    return table.sort_values(order, ascending=[True, False, True], ignore_index=True)


def count_cue_kinds(segments: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Count what the verbs do to speech, per outlet: ``outlet, cue_kind, n_segments, share``."""
    cues = count_cues(segments, articles)
    table = cues.groupby(["outlet", "cue_kind"], as_index=False)["n_segments"].sum()
    table["share"] = table["n_segments"] / table.groupby("outlet")["n_segments"].transform("sum")
    return table.sort_values(["outlet", "cue_kind"], ignore_index=True)


def count_evidence(
    evidence: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    measure: str,
    voice: str = "outlet",
    top: int | None = None,
    least: float | None = None,
) -> pd.DataFrame:
    """Count the marked words of a measure in one voice, the most frequent first.

    Parameters
    ----------
    evidence, segments, articles : DataFrame
        The finished tables.
    measure, voice : str
        Whose marks, in whose words.
    top : int, optional
        Keep so many words, the heavier first where they are as frequent; all by default.
    least : float, optional
        Least weight of a mark that counts; ``LEAST_WEIGHT`` of the measure if not given (for
        ``loaded_language`` the words that a reader would more likely mark than not).

    Returns
    -------
    DataFrame
        ``word, label, outlet, n, n_articles``, every outlet for every word, also with 0;
        ``word`` in small letters.
    """
    spoken = _with_outlet(segments, articles)
    spoken = spoken[spoken["voice"] == voice] if voice != "all" else spoken
    least = LEAST_WEIGHT.get(measure, 0.0) if least is None else least
    chosen = (evidence["measure"] == measure) & (evidence["weight"].abs() >= least)
    marked = evidence[chosen].merge(
        spoken[["segment_id", "article_id", "outlet", "start", "text"]],
        on="segment_id",
        suffixes=("", "_segment"),
        validate="many_to_one",
    )
    places = zip(
        marked["text"], marked["start"], marked["end"], marked["start_segment"], strict=True
    )
    marked["word"] = [text[a - zero : b - zero].lower() for text, a, b, zero in places]
    table = marked.groupby(["word", "label", "outlet"], as_index=False).agg(
        n=("segment_id", "size"), n_articles=("article_id", "nunique"), weight=("weight", "sum")
    )
    by_word = table.groupby("word")
    table = table.assign(
        total=by_word["n"].transform("sum"), heavy=by_word["weight"].transform("sum").abs()
    ).sort_values(
        ["total", "heavy", "word", "label", "outlet"], ascending=[False, False, True, True, True]
    )
    words = list(dict.fromkeys(table["word"]))[:top]
    found = table[table["word"].isin(words)]
    # Every outlet has a row for every word: one that never uses it is a zero, not left out.
    outlets = sorted(set(spoken["outlet"]))
    about = ["word", "label"]
    pairs = found[about].drop_duplicates().merge(pd.DataFrame({"outlet": outlets}), how="cross")
    numbers = found[[*about, "outlet", "n", "n_articles"]]
    table = pairs.merge(numbers, on=[*about, "outlet"], how="left")
    return table.fillna({"n": 0, "n_articles": 0}).astype({"n": int, "n_articles": int})


def _with_outlet(segments: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    used = articles.loc[articles["used"], ["article_id", "outlet", "event"]]
    joined = segments.merge(used, on="article_id", how="inner", validate="many_to_one")
    return joined.assign(n_words=joined["text"].str.split().str.len().fillna(0).astype(int))
