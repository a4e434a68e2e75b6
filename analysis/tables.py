"""Columns, types, keys and allowed values of every table that passes between stages.

Comes in: any data frame a stage made. Goes out: the same frame with its columns in
order and typed, or a ``TableError`` that names the rows at fault. Tables are Parquet
files, written atomically: a run that is killed leaves the earlier file whole.

Text columns never hold missing values where a word can say why (``unknown``,
``unresolved``); numbers that could not be computed are missing, never zero.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "unknown"
UNRESOLVED = "unresolved"

# What the measures can read: English, and texts too short to tell.
SCORED_LANGUAGES = ("en", UNKNOWN)

LINEAGES = ("original", "copy", "repost", "wire", "rewrite")
PARTS = ("headline", "lead", "body", "caption")
SPEAKING = ("outlet", "quoted", "attributed")  # voices that estimates are made for
VOICES = (*SPEAKING, "scare", "unresolved")
CUE_KINDS = ("neutral", "doubting", "endorsing", "none")
QUOTATION_KINDS = ("direct", "mixed", "indirect", "scare", "unresolved")
VERDICTS = ("supported", "weak", "no better than chance", "not checked")
SEVERITIES = ("error", "warning")
CLAIM_STATUSES = ("carried", "not found", "cannot tell")

# The ends of each measure's scale, which no mean can pass. One that is not here (a researcher's
# own) has none.
_TONE, _PROBABILITY = (-1.0, 1.0), (0.0, 1.0)
SCALES = {
    "loaded_language": _PROBABILITY,
    "loaded_words": (0.0, 1000.0),
    "marked_segments": _PROBABILITY,
    "subjectivity": _PROBABILITY,
    "tone": _TONE,
    "tone_words": _TONE,
    "sentiment_toward": _TONE,
    "sentiment_toward_negative": _PROBABILITY,
    "sentiment_toward_neutral": _PROBABILITY,
    "sentiment_toward_positive": _PROBABILITY,
    "policy_frames": _PROBABILITY,
    "generic_frames": _PROBABILITY,
    "narrative_frames": _PROBABILITY,
    "own_frames": _PROBABILITY,
    "moral_foundations": _PROBABILITY,
}


class TableError(ValueError):
    """A table that breaks its own rules; the message names table, rule and rows."""


@dataclass(frozen=True)
class Table:
    """The rules of one table.

    ``columns`` maps a name to ``"text"``, ``"int"``, ``"float"`` or ``"bool"``; columns in
    ``optional`` may hold missing values; ``key`` columns together name a row; ``allowed`` lists
    the values a column may take.
    """

    columns: dict[str, str]
    key: tuple[str, ...]
    optional: tuple[str, ...] = ()
    allowed: dict[str, tuple[str, ...]] = field(default_factory=dict)


TABLES: dict[str, Table] = {
    # One row per document as found; raw is the text from which cuts count their characters.
    "documents": Table(
        columns={
            "article_id": "text",
            "source": "text",
            "format": "text",
            "encoding": "text",
            "raw": "text",
            "headline": "text",
            "byline": "text",
            "outlet": "text",
            "url": "text",
            "published": "text",
            "section": "text",
            "event": "text",
        },
        key=("article_id",),
    ),
    "articles": Table(
        columns={
            "article_id": "text",
            "event": "text",
            "outlet": "text",
            "source": "text",
            "url": "text",
            "published": "text",
            "headline": "text",
            "byline": "text",
            "text": "text",
            "language": "text",
            "n_words": "int",
            "lineage": "text",
            "lineage_of": "text",
            "lineage_similarity": "float",
            "used": "bool",
            "reason": "text",
        },
        key=("article_id",),
        optional=("lineage_of", "lineage_similarity"),
        allowed={"lineage": LINEAGES},
    ),
    "cuts": Table(
        columns={
            "article_id": "text",
            "start": "int",
            "end": "int",
            "text": "text",
            "replacement": "text",
            "rule": "text",
            "confidence": "float",
        },
        key=("article_id", "start", "end"),
    ),
    # One row per paragraph of articles.text, in order; what part of the page it is.
    "paragraphs": Table(
        columns={
            "article_id": "text",
            "paragraph": "int",
            "start": "int",
            "end": "int",
            "part": "text",
        },
        key=("article_id", "paragraph"),
        allowed={"part": PARTS},
    ),
    # One row per pair of articles that share text, with how it was measured.
    "lineage_pairs": Table(
        columns={
            "article_id": "text",
            "other_id": "text",
            "kind": "text",
            "similarity": "float",
            "containment": "float",
            "order_agreement": "float",
        },
        key=("article_id", "other_id"),
        optional=("order_agreement",),
        allowed={"kind": LINEAGES},
    ),
    # One row per sentence that an article shares with another (copy, wire, rewrite).
    "shared_sentences": Table(
        columns={
            "article_id": "text",
            "start": "int",
            "end": "int",
            "other_id": "text",
            "other_start": "int",
            "other_end": "int",
            "similarity": "float",
            "kind": "text",
        },
        key=("article_id", "start", "other_id"),
    ),
    "sentences": Table(
        columns={
            "article_id": "text",
            "paragraph": "int",
            "sentence": "int",
            "part": "text",
            "start": "int",
            "end": "int",
            "text": "text",
        },
        key=("article_id", "sentence"),
        allowed={"part": PARTS},
    ),
    # One row per quotation: start:end is the content with its quotation marks, if any.
    "quotations": Table(
        columns={
            "quotation_id": "text",
            "article_id": "text",
            "start": "int",
            "end": "int",
            "text": "text",
            "kind": "text",
            "speaker": "text",
            "speaker_start": "int",
            "speaker_end": "int",
            "cue": "text",
            "cue_start": "int",
            "cue_end": "int",
            "cue_kind": "text",
            "recovered": "bool",
            "recovered_from": "text",
        },
        key=("quotation_id",),
        optional=("speaker_start", "speaker_end", "cue_start", "cue_end", "recovered_from"),
        allowed={"kind": QUOTATION_KINDS, "cue_kind": CUE_KINDS},
    ),
    "segments": Table(
        columns={
            "segment_id": "text",
            "article_id": "text",
            "paragraph": "int",
            "sentence": "int",
            "part": "text",
            "start": "int",
            "end": "int",
            "text": "text",
            "voice": "text",
            "speaker": "text",
            "cue": "text",
            "cue_kind": "text",
            "recovered": "bool",
        },
        key=("segment_id",),
        allowed={"part": PARTS, "voice": VOICES, "cue_kind": CUE_KINDS},
    ),
    "actors": Table(
        columns={
            "event": "text",
            "actor": "text",
            "kind": "text",
            "gender": "text",
            "aliases": "text",
            "n_mentions": "int",
            "n_articles": "int",
        },
        key=("event", "actor"),
        allowed={"kind": ("person", "group", "place", "unknown")},
    ),
    "mentions": Table(
        columns={
            "article_id": "text",
            "actor": "text",
            "start": "int",
            "end": "int",
            "text": "text",
            "how": "text",
        },
        key=("article_id", "start", "end", "actor"),
        allowed={"how": ("name", "alias", "title", "pronoun")},
    ),
    "scores": Table(
        columns={
            "segment_id": "text",
            "article_id": "text",
            "measure": "text",
            "label": "text",
            "value": "float",
            "scorer": "text",
        },
        key=("segment_id", "measure", "label", "scorer"),
        optional=("value",),
    ),
    "evidence": Table(
        columns={
            "segment_id": "text",
            "measure": "text",
            "label": "text",
            "start": "int",
            "end": "int",
            "weight": "float",
        },
        key=("segment_id", "measure", "label", "start", "end"),
    ),
    "estimates": Table(
        columns={
            "event": "text",
            "outlet": "text",
            "measure": "text",
            "label": "text",
            "voice": "text",
            "contrast": "text",
            "estimate": "float",
            "low": "float",
            "high": "float",
            "level": "float",
            "resampled": "text",
            "n_articles": "int",
            "n_segments": "int",
            "n_words": "int",
            "p": "float",
            "p_adjusted": "float",
            "corrected": "bool",
            "validity": "text",
        },
        key=("event", "outlet", "measure", "label", "voice", "contrast", "corrected"),
        optional=("estimate", "low", "high", "p", "p_adjusted"),
        allowed={"validity": VERDICTS},
    ),
    # One row per event, outlet and word: how much more it uses the word than the others do.
    "keyness": Table(
        columns={
            "event": "text",
            "outlet": "text",
            "voice": "text",
            "word": "text",
            "estimate": "float",
            "low": "float",
            "high": "float",
            "level": "float",
            "z": "float",
            "p": "float",
            "p_adjusted": "float",
            "z_articles": "float",
            "z_without_one": "float",
            "dispersion": "float",
            "count": "int",
            "count_others": "int",
            "per_1000": "float",
            "per_1000_others": "float",
            "n_words": "int",
            "n_words_others": "int",
            "n_articles": "int",
            "n_articles_with": "int",
            "n_outlets": "int",
            "background": "text",
            "n_words_background": "int",
            "typical": "bool",
            "reason": "text",
            "segments": "text",
        },
        key=("event", "outlet", "voice", "word"),
        optional=("p", "p_adjusted", "z_articles", "z_without_one", "dispersion"),
        allowed={"background": ("other events", "this event")},
    ),
    # One row per event, concept, term, outlet and voice: what the outlets call the same thing.
    "labelling": Table(
        columns={
            "event": "text",
            "concept": "text",
            "how": "text",
            "term": "text",
            "outlet": "text",
            "voice": "text",
            "count": "int",
            "per_1000": "float",
            "n_articles": "int",
            "n_words": "int",
            "segments": "text",
        },
        key=("event", "concept", "how", "term", "outlet", "voice"),
        allowed={"how": ("own", "family", "name", "meaning"), "voice": VOICES},
    ),
    # One row per mention of an actor and role it stands in; "none" where it stands in none.
    "roles": Table(
        columns={
            "event": "text",
            "outlet": "text",
            "article_id": "text",
            "segment_id": "text",
            "actor": "text",
            "start": "int",
            "end": "int",
            "role": "text",
            "form": "text",
            "act": "text",
            "act_start": "int",
            "other": "text",
            "agent_left_out": "bool",
            "voice": "text",
            "how": "text",
            "probability": "float",
        },
        key=("article_id", "actor", "start", "role", "act_start"),
        optional=("probability",),
        allowed={
            "how": ("parse", "link"),
            "role": ("agent", "patient", "speaker", "none"),
            "form": ("active", "passive", "nominal", "none"),
            "voice": VOICES,
        },
    ),
    # One row per article, actor and way of portraying it, in the outlet's own voice.
    "portrayals": Table(
        columns={
            "event": "text",
            "outlet": "text",
            "article_id": "text",
            "actor": "text",
            "portrayal": "text",
            "value": "float",
            "shown": "bool",
            "n_segments": "int",
            "segments": "text",
        },
        key=("article_id", "actor", "portrayal"),
        allowed={"portrayal": ("hero", "villain", "victim")},
    ),
    # One row per claim of an event and article: carried (where, in whose voice) or not found.
    "claims": Table(
        columns={
            "event": "text",
            "claim_id": "text",
            "claim": "text",
            "article_id": "text",
            "outlet": "text",
            "status": "text",
            "similarity": "float",
            "start": "int",
            "end": "int",
            "sentence": "text",
            "position": "float",
            "voice": "text",
            "speaker": "text",
            "cue": "text",
            "cue_kind": "text",
            "wire": "bool",
            "n_outlets": "int",
            "only_outlet": "text",
        },
        key=("claim_id", "article_id"),
        optional=("similarity", "start", "end", "position"),
        allowed={"status": CLAIM_STATUSES, "voice": (*VOICES, "none")},
    ),
    # One row per thing that went wrong or could not be decided, with what to do about it.
    "problems": Table(
        columns={
            "source": "text",
            "article_id": "text",
            "stage": "text",
            "severity": "text",
            "problem": "text",
            "advice": "text",
        },
        key=(),
        allowed={"severity": SEVERITIES},
    ),
}

_DTYPES = {"text": "string", "int": "Int64", "float": "float64", "bool": "bool"}


def empty_table(name: str) -> pd.DataFrame:
    """Return a table of no rows with the columns and types of ``name``."""
    import pandas as pd

    rules = _rules(name)
    return pd.DataFrame({c: pd.Series(dtype=_DTYPES[t]) for c, t in rules.columns.items()})


def check_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return ``frame`` typed and with its columns in order, or say which rows break a rule.

    Parameters
    ----------
    frame : DataFrame
        Holds at least the columns of ``TABLES[name]``; more are kept, after them.
    name : str
        A key of ``TABLES``.

    Returns
    -------
    DataFrame
        A new frame; the caller's is not changed.

    Raises
    ------
    TableError
        On a missing column, a value of the wrong type, a missing value where none may be, a
        value that is not allowed, or two rows with one key. The message names up to five rows.
    """
    rules = _rules(name)
    missing = [column for column in rules.columns if column not in frame.columns]
    if missing:
        raise TableError(f"table {name!r} lacks the columns {missing}; it has {list(frame)}")
    extra = [column for column in frame.columns if column not in rules.columns]
    checked = frame[[*rules.columns, *extra]].copy()
    for column, kind in rules.columns.items():
        _check_column(checked, name, column, kind, column in rules.optional)
    for column, allowed in rules.allowed.items():
        wrong = ~checked[column].isin(allowed)
        if wrong.any():
            values = sorted(set(checked.loc[wrong, column].astype(str)))[:5]
            raise TableError(
                f"table {name!r}: {column} may be one of {list(allowed)}, not {values} "
                f"(rows {_rows(wrong)})"
            )
    if rules.key:
        twice = checked.duplicated(subset=list(rules.key), keep=False)
        if twice.any():
            raise TableError(
                f"table {name!r}: more than one row for a key {rules.key} (rows {_rows(twice)})"
            )
    return checked.reset_index(drop=True)


def read_table(folder: Path | str, name: str) -> pd.DataFrame:
    """Read ``folder/name.parquet`` and check it.

    Raises
    ------
    FileNotFoundError
        When the table was not written; the message says which command writes it.
    """
    import pandas as pd

    path = Path(folder) / f"{name}.parquet"
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is not there: `python -m analysis run CORPUS --out OUT` writes it "
            "to OUT/tables"
        )
    return check_table(pd.read_parquet(path), name)


def write_table(frame: pd.DataFrame, folder: Path | str, name: str) -> Path:
    """Check ``frame`` and write it to ``folder/name.parquet`` in one step.

    The file appears whole or not at all: it is written beside its place and moved there.
    """
    checked = check_table(frame, name)
    path = Path(folder) / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        checked.to_parquet(part, index=False)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _rules(name: str) -> Table:
    if name not in TABLES:
        raise TableError(f"no table is called {name!r}; there are {sorted(TABLES)}")
    return TABLES[name]


def _check_column(frame: pd.DataFrame, name: str, column: str, kind: str, optional: bool) -> None:
    try:
        frame[column] = frame[column].astype(_DTYPES[kind])
    except (TypeError, ValueError) as error:
        raise TableError(f"table {name!r}: {column} should be {kind}: {error}") from error
    if optional:
        return
    absent = frame[column].isna()
    if absent.any():
        raise TableError(f"table {name!r}: {column} is missing in rows {_rows(absent)}")


def _rows(mask: pd.Series) -> str:
    places = [index for index, wrong in enumerate(mask) if wrong]
    return ", ".join(map(str, places[:5])) + (f" and {len(places) - 5} more" if places[5:] else "")
