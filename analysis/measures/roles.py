"""Roles: whom each outlet shows acting, suffering and speaking.

Comes in: ``sentences``, ``articles``, ``segments``, the actors' ``mentions``; an encoder, if
models are allowed. Goes out: ``roles``, one row per mention and role: ``agent`` (does something),
``patient`` (something is done to it), ``speaker`` (subject of a verb of speech) or ``none``; with
the act, its form (active, passive, nominal), who stands on the other side, and whether the doer
is left out ("was killed", "the killing of"). These rows are the dependency parse's (``how`` is
``parse``). With an encoder, acts of moral good or harm get the actors that the article implies
(``link``), each with a probability: such a row stands where the act does, and the actor is named
in its sentence or the one before or after (``NEAR``: links to names further off were mostly wrong
where read by eye). ``outlets.actor_roles.count_roles`` sums both, apart, per actor and outlet.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.measures.acts import Act, find_acts
from analysis.measures.linked_roles import Link, Told, link_articles
from analysis.parsing import parse_texts
from analysis.tables import SCORED_LANGUAGES, TABLES, empty_table

if TYPE_CHECKING:
    from spacy.tokens import Doc

ROLES = ("agent", "patient", "speaker", "none")
SURE = 0.5  # probability from which an implied role is counted
NEAR = 1  # sentences from the act within which an implied actor must be named
# "on Friday" says when, not upon whom.
_TIMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december morning afternoon evening night day week "
    "weekend month year time".split()
)
_AT_ONCE = 50  # articles whose parses are held at a time


def find_roles(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    segments: pd.DataFrame,
    mentions: pd.DataFrame,
    *,
    actors: pd.DataFrame | None = None,
    encoder: Any = None,
) -> pd.DataFrame:
    """Return the role of every mention of an actor.

    Parameters
    ----------
    sentences, articles, segments, mentions : DataFrame
        Tables of those names; articles that are not ``used``, or not in English, are left out.
    actors : DataFrame, optional
        Table ``actors``: whether an actor is a person, a group or a place.
    encoder : Encoder, optional
        With one, the trained links fill roles that the sentence leaves open.

    Returns
    -------
    DataFrame
        Table ``roles``. ``act`` is the base form of the act's word, ``other`` the words of the
        other side; ``agent_left_out`` is true for a patient of an act without a named doer;
        ``voice`` is that of the segment: in quoted and attributed speech the actor is spoken
        about, which is kept apart from how the outlet shows him. ``probability`` is that of the
        links, missing where they were not asked or name somebody else.
    """
    used = articles[articles["used"] & articles["language"].isin(SCORED_LANGUAGES)]
    placed = _place(mentions, sentences, used)
    if placed.empty:
        return empty_table("roles")
    kinds = {} if actors is None else _kinds(actors)
    wanted = sentences[sentences["article_id"].isin(placed["article_id"])]
    if encoder is None:
        keys = pd.MultiIndex.from_frame(placed[["article_id", "sentence"]])
        wanted = wanted[pd.MultiIndex.from_frame(wanted[["article_id", "sentence"]]).isin(keys)]
    headlines = used.set_index("article_id").get("headline", pd.Series(dtype=object))
    rows: list[tuple] = []
    event_of = used.set_index("article_id")["event"]
    for chunk in _parsed_articles(wanted, event_of):
        groups = [placed[placed["article_id"] == article] for article, _, _ in chunk]
        for group, (_, starts, docs) in zip(groups, chunk, strict=True):
            rows += _rows_of_parse(group, starts, docs)
        if encoder is None:
            continue
        told = [
            Told(list(docs.values()), str(headlines.get(article, "")), _actors_of(group, kinds))
            for group, (article, _, docs) in zip(groups, chunk, strict=True)
        ]
        for group, (_, starts, _), links in zip(
            groups, chunk, link_articles(told, encoder), strict=True
        ):
            rows += _rows_of_links(group, starts, links)
    table = _join_probability(pd.DataFrame(rows, columns=_COLUMNS))
    table = _add_segments(table, segments).drop_duplicates(list(TABLES["roles"].key))
    return table[list(TABLES["roles"].columns)].reset_index(drop=True)


_COLUMNS = [
    "event", "outlet", "article_id", "actor", "start", "end", "role", "form", "act", "act_start",
    "other", "agent_left_out", "how", "probability",
]  # fmt: skip


def _parsed_articles(
    sentences: pd.DataFrame, event_of: pd.Series
) -> Iterator[list[tuple[str, dict[int, int], dict[int, Doc]]]]:
    """Yield some articles of an event at a time: id, where each sentence starts, its parse."""
    ordered = sentences.sort_values(["article_id", "start"])
    events = ordered["article_id"].map(event_of).to_numpy()
    for _, members in ordered.groupby(events, sort=True):
        groups = list(members.groupby("article_id", sort=True))
        for at in range(0, len(groups), _AT_ONCE):
            some = groups[at : at + _AT_ONCE]
            docs = parse_texts(text for _, group in some for text in group["text"])
            yield [
                (
                    article,
                    dict(zip(group["sentence"].tolist(), group["start"].tolist(), strict=True)),
                    {number: next(docs) for number in group["sentence"].tolist()},
                )
                for article, group in some
            ]


def _rows_of_parse(group: pd.DataFrame, starts: dict[int, int], docs: dict) -> list[tuple]:
    rows = []
    for number, inside in group.groupby("sentence", sort=False):
        parsed, first = docs[number], starts[number]
        acts = find_acts(parsed)
        for one in inside.itertuples(index=False):
            span = parsed.char_span(one.start - first, one.end - first, alignment_mode="expand")
            held = _roles_of(span, acts) if span is not None else []
            for role, act, other, left_out in held or [("none", None, "", False)]:
                form, word = (act.form, act.word) if act else ("none", None)
                at = first + word.idx if word is not None else one.start
                rows.append(
                    (one.event, one.outlet, one.article_id, one.actor, one.start, one.end, role,
                     form, word.lemma_.lower() if word is not None else "", at, other, left_out,
                     "parse", np.nan)
                )  # fmt: skip
    return rows


def _rows_of_links(group: pd.DataFrame, starts: dict[int, int], links: list[Link]) -> list[tuple]:
    if not links:
        return []
    event, outlet, article = group[["event", "outlet", "article_id"]].iloc[0]
    place = {sentence: at for at, sentence in enumerate(starts)}
    named: dict[str, set[int]] = {}
    for actor, sentence in zip(group["actor"], group["sentence"], strict=True):
        named.setdefault(actor, set()).add(place[sentence])
    begins, rows = list(starts.values()), []
    for number, act, role, actor, probability in links:
        if min(abs(number - at) for at in named[actor]) > NEAR:
            continue
        at = begins[number] + act.word.idx
        other = _join(act.patients) if role == "agent" else _join(act.agents)
        left_out = role == "patient" and act.form != "active" and not act.agents
        rows.append(
            (event, outlet, article, actor, at, at + len(act.word.text), role, act.form,
             act.word.lemma_.lower(), at, other, left_out, "link", probability)
        )  # fmt: skip
    return rows


def _join_probability(table: pd.DataFrame) -> pd.DataFrame:
    """Give the parse's rows the probability of the same role by the links, once told once."""
    key = ["article_id", "actor", "role", "act_start"]
    linked = table[table["how"] == "link"].drop_duplicates(key)
    parsed = table[table["how"] == "parse"].drop(columns="probability")
    parsed = parsed.merge(linked[[*key, "probability"]], on=key, how="left", validate="m:1")
    agreed = pd.MultiIndex.from_frame(parsed[key])
    linked = linked[~pd.MultiIndex.from_frame(linked[key]).isin(agreed)]
    if linked.empty:
        return parsed[_COLUMNS]
    return pd.concat([parsed, linked], ignore_index=True)[_COLUMNS]


def _kinds(actors: pd.DataFrame) -> dict[tuple[str, str], str]:
    pairs = zip(actors["event"], actors["actor"], strict=True)
    return dict(zip(pairs, actors["kind"], strict=True))


def _actors_of(group: pd.DataFrame, kinds: dict) -> list[tuple[str, str, int]]:
    """Return an article's actors with their kinds and how often each is named."""
    event = group["event"].iloc[0]
    counts = group["actor"].value_counts()
    return [(name, kinds.get((event, name), "unknown"), int(n)) for name, n in counts.items()]


def _roles_of(span, acts: list[Act]) -> list[tuple[str, Act, str, bool]]:
    """Return the roles in which the words of ``span`` stand; a speaker is no agent."""
    held = []
    places = range(span.start, span.end)
    for act in acts:
        agents, patients = list(act.agents), list(act.patients)
        if not patients:
            patients = [one for one in act.obliques if one.lemma_.lower() not in _TIMES]
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
