"""Roles: whom each outlet shows acting, suffering and speaking.

Comes in: ``sentences``, ``articles``, ``segments`` and the actors' ``mentions``. Goes out:
``roles``, one row per mention and role: ``agent`` (does something), ``patient`` (something is
done to it), ``speaker`` (subject of a verb of speech) or ``none``; with the act, its form
(active, passive, nominal), who stands on the other side, and whether the doer is left out
("was killed", "the killing of"). ``count_roles`` sums them per actor and outlet; **a higher
share is more often in that role** among the actor's mentions there. From the dependency parse
of a small model: what is only implied, or told over two sentences, is not seen.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.measures.acts import Act, find_acts
from analysis.parsing import parse_texts
from analysis.tables import SCORED_LANGUAGES, TABLES, empty_table

ROLES = ("agent", "patient", "speaker", "none")


def find_roles(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
) -> pd.DataFrame:
    """Return the role of every mention of an actor.

    Parameters
    ----------
    sentences, articles, segments, mentions : DataFrame
        Tables of those names; articles that are not ``used``, or not in English, are left out.

    Returns
    -------
    DataFrame
        Table ``roles``. ``act`` is the base form of the act's word, ``other`` the words of the
        other side; ``agent_left_out`` is true for a patient of an act without a named doer;
        ``voice`` is that of the segment: in quoted and attributed speech the actor is spoken
        about, which is kept apart from how the outlet shows him.
    """
    used = articles[articles["used"] & articles["language"].isin(SCORED_LANGUAGES)]
    placed = _place(mentions, sentences, used)
    if placed.empty:
        return empty_table("roles")
    texts = placed.drop_duplicates(["article_id", "sentence"])["sentence_text"].tolist()
    parses = zip(
        placed.groupby(["article_id", "sentence"], sort=False), parse_texts(texts), strict=True
    )
    rows = []
    for ((article, _), group), parsed in parses:
        acts = find_acts(parsed)
        for one in group.itertuples(index=False):
            span = parsed.char_span(
                one.start - one.sentence_start,
                one.end - one.sentence_start,
                alignment_mode="expand",
            )
            held = _roles_of(span, acts) if span is not None else []
            for role, act, other, left_out in held or [("none", None, "", False)]:
                form, word = (act.form, act.word) if act else ("none", None)
                at = one.sentence_start + word.idx if word is not None else one.start
                rows.append(
                    (one.event, one.outlet, article, one.actor, one.start, one.end, role, form,
                     word.lemma_.lower() if word is not None else "", at, other, left_out)
                )  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table = _add_segments(table, segments).drop_duplicates(list(TABLES["roles"].key))
    return table[list(TABLES["roles"].columns)].reset_index(drop=True)


_COLUMNS = [
    "event", "outlet", "article_id", "actor", "start", "end", "role", "form", "act", "act_start",
    "other", "agent_left_out",
]  # fmt: skip


def count_roles(roles: pd.DataFrame, *, voice: str = "outlet") -> pd.DataFrame:
    """Return how often each outlet shows each actor in each role.

    Parameters
    ----------
    roles : DataFrame
        Table ``roles``.
    voice : str
        Whose words: ``outlet`` (with scare quotes), another voice, or ``all``.

    Returns
    -------
    DataFrame
        One row per event, outlet, actor, role and form: ``count``; ``n_mentions`` (of the actor
        there, in that voice); ``share`` of them with ``low`` and ``high`` (Wilson's 95 %
        interval over mentions: it describes these texts, not the outlet); ``agent_left_out``
        (patients without a named doer); ``n_articles``.
    """
    voices = {"outlet": ("outlet", "scare"), "all": tuple(roles["voice"].unique())}
    chosen = roles[roles["voice"].isin(voices.get(voice, (voice,)))]
    keys = ["event", "outlet", "actor"]
    spots = chosen.drop_duplicates([*keys, "article_id", "start"])
    mentions = spots.groupby(keys).size().rename("n_mentions").reset_index()
    table = (
        chosen.drop_duplicates([*keys, "article_id", "start", "role", "form"])
        .groupby([*keys, "role", "form"], sort=True)
        .agg(
            count=("start", "size"),
            agent_left_out=("agent_left_out", "sum"),
            n_articles=("article_id", "nunique"),
        )
        .reset_index()
        .merge(mentions, on=keys, validate="many_to_one")
    )
    table["share"] = table["count"] / table["n_mentions"]
    table["low"], table["high"] = _wilson(
        table["count"].to_numpy(dtype=float), table["n_mentions"].to_numpy(dtype=float)
    )
    return table


def _roles_of(span, acts: list[Act]) -> list[tuple[str, Act, str, bool]]:
    """Return the roles in which the words of ``span`` stand; a speaker is no agent."""
    held = []
    places = range(span.start, span.end)
    for act in acts:
        agents, patients = list(act.agents), list(act.patients)
        if not patients:
            patients = list(act.obliques)
        if any(token.i in places for token in agents):
            speaks = act.form == "active" and act.word.lemma_.lower() in _speech_verbs()
            held.append(("speaker" if speaks else "agent", act, _join(patients), False))
        elif any(token.i in places for token in patients):
            if act.word.lower_ == "according":  # "according to the mayor"
                held.append(("speaker", act, "", False))
                continue
            left_out = act.form != "active" and not agents
            held.append(("patient", act, _join(agents), left_out))
    return held


def _join(tokens) -> str:
    return "; ".join(token.text for token in tokens)


@lru_cache(maxsize=1)
def _speech_verbs() -> frozenset[str]:
    import csv

    from analysis.lexicons import FOLDER

    with (FOLDER / "cue_verbs.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return frozenset(row["lemma"] for row in rows if row["reading"].startswith("speech"))


def _place(mentions: pd.DataFrame, sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Put each mention of a used article into its sentence."""
    found = mentions.merge(
        articles[["article_id", "event", "outlet"]], on="article_id", validate="many_to_one"
    ).sort_values(["article_id", "start", "end", "actor"], ignore_index=True)
    parts = []
    by_article = {key: part for key, part in sentences.groupby("article_id")}
    for article, group in found.groupby("article_id", sort=True):
        if article not in by_article:
            continue
        part = by_article[article].sort_values("start", ignore_index=True)
        at = np.searchsorted(part["start"].to_numpy(), group["start"].to_numpy(), "right") - 1
        inside = (at >= 0) & (group["end"].to_numpy() <= part["end"].to_numpy()[at])
        own = part.iloc[at[inside]]
        parts.append(
            group[inside].assign(
                sentence=own["sentence"].to_numpy(),
                sentence_start=own["start"].to_numpy(),
                sentence_text=own["text"].to_numpy(),
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else found[:0]


def _add_segments(table: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Add the segment of each mention and its voice."""
    # The tables' own text and number types are not always of one kind; a merge wants them to be.
    kinds = {"article_id": object, "start": np.int64, "end": np.int64}
    rows = table.reset_index().astype(kinds).sort_values(["start"], kind="stable")
    spans = segments[["segment_id", "article_id", "start", "end", "voice"]].astype(kinds)
    spans = spans.rename(columns={"start": "segment_start", "end": "segment_end"})
    found = pd.merge_asof(
        rows,
        spans.sort_values("segment_start"),
        left_on="start",
        right_on="segment_start",
        by="article_id",
    ).sort_values("index", ignore_index=True)
    outside = ~(found["end"] <= found["segment_end"])
    found.loc[outside, "segment_id"] = ""
    found.loc[outside, "voice"] = "unresolved"
    return found


def _wilson(count: np.ndarray, n: np.ndarray, z: float = 1.959963984540054):
    """Return Wilson's interval of a share (Wilson 1927, JASA 22, 209-212)."""
    share = count / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half
