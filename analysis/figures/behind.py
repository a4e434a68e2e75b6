"""A mark of a chart → the rows of the tables behind it: sentences, articles, or what was cut.

Comes in: what a chart remembers of a mark (the columns of its row) and the finished tables. Goes
out: the segments with their text and, where the mark is an estimate, their scores. One rule a kind
of mark, found by the columns that the mark has; the same rules say where the rows are kept, for
those who read the chart on paper. A mark that stands for no single rows (a distance of two
outlets, the card of a measure) has none; a row of the robustness strip shows the segments of its
measure and voice, also those that its specification leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pandas as pd

from analysis.figures.counts import LEAST_WEIGHT, PRONOUNS
from analysis.figures.reader import find_segments
from analysis.figures.selection import ALL, Tables
from analysis.outlets.actor_roles import count_roles
from analysis.tables import UNKNOWN, UNRESOLVED

Mark = dict[str, object]
SHOWN = ["outlet", "value", "text", "headline", "article_id", "segment_id", "start"]


class Rule(NamedTuple):
    """Columns that a mark must have, how its rows are found, what they are, where they are kept."""

    columns: tuple[str, ...]
    find: Callable[[Mark, Tables], pd.DataFrame]
    unit: str
    kept: str


def find_behind(mark: Mark, data: Tables) -> pd.DataFrame:
    """Return the rows behind a mark, the most extreme or the first in the text on top.

    Parameters
    ----------
    mark : dict
        Columns of the mark's row, as ``style.note_marks`` keeps them.
    data : Tables
        The finished tables that the chart is from.

    Returns
    -------
    DataFrame
        ``outlet, value`` (missing where nothing was scored)``, text, headline, article_id,
        segment_id, start``; no rows for a mark that no rule knows.
    """
    rule = _rule_of(mark)
    rows = rule.find(mark, data) if rule else pd.DataFrame(columns=SHOWN)
    return rows.reindex(columns=SHOWN).reset_index(drop=True)


def count_unit(mark: Mark) -> str:
    """Return what the rows behind a mark are: ``segment``, ``article``, …"""
    rule = _rule_of(mark)
    return rule.unit if rule else "row"


def say_kept(marks: Iterable[Mark]) -> str:
    """Say in which tables of the run the rows behind these marks are found; nothing for none."""
    kept = [rule.kept for rule in map(_rule_of, marks) if rule]
    return f"Behind a mark: {'; '.join(dict.fromkeys(kept))}." if kept else ""


def _rule_of(mark: Mark) -> Rule | None:
    return next((rule for rule in RULES if set(rule.columns) <= set(mark)), None)


def _scored(mark: Mark, data: Tables) -> pd.DataFrame:
    """Segments of an estimate; of one part or stretch of the text where the mark names it."""
    measure, _, label = str(mark["measure"]).partition("/")
    if measure == "marked_segments":  # lists of words in the unit of human codes
        measure = "loaded_words"
    lowest = str(mark.get("contrast", "level")) != "level" and float(mark["estimate"]) < 0
    found = find_segments(
        data, measure=measure, label=label or str(mark["label"]), outlet=str(mark["outlet"]),
        voice=str(mark.get("voice", "outlet")), event=str(mark.get("event", ALL)), lowest=lowest,
    )  # fmt: skip
    if "part" in mark:
        headline = str(mark["part"]) == "headline"
        parts = ("headline",) if headline else ("lead", "body")
        found = found[found["part"].isin(parts)]
    if "from" in mark:
        length = data.articles.set_index("article_id")["text"].str.len()
        middle = (found["start"] + found["end"]) / 2 / found["article_id"].map(length)
        last = float(mark["to"]) >= 1
        within = (middle >= float(mark["from"])) & ((middle < float(mark["to"])) | last)
        found = found[within & (found["part"] != "caption")]
    return found


def _typical(mark: Mark, data: Tables) -> pd.DataFrame:
    """Segments in which the outlet uses the word; the table lists them for typical words only."""
    if str(mark["segments"]).strip():
        return _listed(mark, data)
    rows = _narrow(_of_outlet(mark, data), mark, "voice")
    word = rf"(?<!\w){re.escape(str(mark['word']))}(?!\w)"
    return rows[rows["text"].str.contains(word, case=False, regex=True)]


def _listed(mark: Mark, data: Tables) -> pd.DataFrame:
    """Segments whose ids the row itself holds."""
    ids = str(mark["segments"]).replace(",", " ").replace(";", " ").split()
    return _segments(data, data.segments["segment_id"].isin(ids))


def _labelled(mark: Mark, data: Tables) -> pd.DataFrame:
    rows = _narrow(data.labelling, mark, "event", "concept", "term", "outlet")
    return _listed({"segments": " ".join(rows["segments"])}, data)


def _in_aspect(mark: Mark, data: Tables) -> pd.DataFrame:
    """Segments in which the outlet shows the actor so, the first of them where they are many."""
    tables = (
        _narrow(one, mark, "event", "outlet", "actor") for one in (data.roles, data.portrayals)
    )
    rows = count_roles(*tables)
    ids = rows.loc[rows["aspect"] == mark["aspect"], "segments"]
    return _listed({"segments": " ".join(ids)}, data)


def _marked(mark: Mark, data: Tables) -> pd.DataFrame:
    """Segments of the outlet's own voice in which the measure marked the word."""
    measure = str(mark["measure"])
    rows = data.evidence[data.evidence["measure"] == measure]
    rows = rows[rows["weight"].abs() >= LEAST_WEIGHT.get(measure, 0.0)]
    spoken = _of_outlet(mark, data)
    spoken = spoken[spoken["voice"] == "outlet"]
    about = spoken[["segment_id", "start", "text"]].rename(columns={"start": "zero"})
    rows = rows.merge(about, on="segment_id")
    places = zip(rows["text"], rows["zero"], rows["start"], rows["end"], strict=True)
    said = [text[left - zero : right - zero].lower() for text, zero, left, right in places]
    ids = set(rows.loc[[word == mark["word"] for word in said], "segment_id"])
    return spoken[spoken["segment_id"].isin(ids)]


def _spoken(mark: Mark, data: Tables) -> pd.DataFrame:
    """Segments of a speaker, of a kind of verb, or of a voice."""
    rows = _of_outlet(mark, data)
    if "voice" in mark:
        return rows[rows["voice"] == mark["voice"]]
    rows = rows[rows["voice"].isin(["quoted", "attributed"])]
    if "cue_kind" in mark:
        return rows[(rows["cue_kind"] == mark["cue_kind"]) & (rows["cue"] != "")]
    nameless = rows["speaker"].str.casefold().isin(PRONOUNS | {"", UNKNOWN})
    return rows[rows["speaker"].where(~nameless, UNRESOLVED) == mark["speaker"]]


def _claimed(mark: Mark, data: Tables) -> pd.DataFrame:
    """Return the sentence that carries the claim, or the nearest one, with its similarity."""
    headline = data.articles.set_index("article_id")["headline"].get(mark["article_id"], UNKNOWN)
    row = {"text": mark["sentence"], "value": mark["similarity"], "headline": headline}
    return pd.DataFrame([{**mark, **row, "segment_id": ""}])


def _published(mark: Mark, data: Tables) -> pd.DataFrame:
    rows = _narrow(data.articles, mark, "outlet", "lineage", "published")
    return rows.assign(text=rows["headline"], segment_id="", start=0)


def _cut(mark: Mark, data: Tables) -> pd.DataFrame:
    about = data.articles[["article_id", "outlet", "headline"]]
    rows = data.cuts.merge(about, on="article_id")
    rows = _narrow(rows[rows["text"].str.strip() != ""], mark, "outlet")
    kinds = mark["rule"] if isinstance(mark["rule"], (list, tuple)) else [mark["rule"]]
    return rows[rows["rule"].isin(kinds)].assign(segment_id="")


_SEGMENTS = "segments.parquet"
RULES = (
    Rule(
        ("claim_id", "sentence"), _claimed, "sentence",
        "claims.parquet, columns sentence, start, end",
    ),
    Rule(
        ("word", "segments"), _typical, "segment",
        f"the word in {_SEGMENTS} (of typical words, ids in the column segments of the CSV)",
    ),
    Rule(
        ("predicted", "segments"), _listed, "coded segment",
        f"the ids in the column segments of the CSV beside the figure, their text in {_SEGMENTS}",
    ),
    Rule(
        ("concept", "term"), _labelled, "segment",
        f"the ids in labelling.parquet, their text in {_SEGMENTS}",
    ),
    Rule(
        ("actor", "aspect"), _in_aspect, "segment",
        f"roles.parquet and portrayals.parquet, their text by segment_id in {_SEGMENTS}",
    ),
    Rule(
        ("word", "measure"), _marked, "segment",
        f"evidence.parquet, its text by segment_id in {_SEGMENTS}",
    ),
    Rule(
        ("measure", "outlet"), _scored, "segment",
        f"scores.parquet of the mark's measure and label, their text in {_SEGMENTS}",
    ),
    Rule(("outlet", "speaker"), _spoken, "segment", f"{_SEGMENTS}, column speaker"),
    Rule(("outlet", "cue_kind"), _spoken, "segment", f"{_SEGMENTS}, columns cue and cue_kind"),
    Rule(("outlet", "voice"), _spoken, "segment", f"{_SEGMENTS}, column voice"),
    Rule(("outlet", "rule"), _cut, "cut", "cuts.parquet, column rule"),
    Rule(("outlet", "lineage"), _published, "article", "articles.parquet, lineage"),
    Rule(
        ("outlet", "published"), _published, "article", "articles.parquet, published"
    ),
)  # fmt: skip


def _narrow(rows: pd.DataFrame, mark: Mark, *columns: str) -> pd.DataFrame:
    for column in columns:
        if column in mark and mark[column] != ALL:
            rows = rows[rows[column].astype(str) == str(mark[column])]
    return rows


def _of_outlet(mark: Mark, data: Tables) -> pd.DataFrame:
    used = _narrow(data.articles[data.articles["used"]], mark, "outlet", "event")
    return data.segments.merge(used[["article_id", "outlet", "headline"]], on="article_id")


def _segments(data: Tables, chosen: pd.Series) -> pd.DataFrame:
    about = data.articles[["article_id", "outlet", "headline"]]
    return data.segments[chosen].merge(about, on="article_id")
