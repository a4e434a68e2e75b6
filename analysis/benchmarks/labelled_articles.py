"""Labelled sets of articles → table ``articles``, each article with its labelled event.

Comes in: a folder of labelled sets. Goes out: the table that every stage after cleaning takes,
with a further column ``gold``. What a set does not know is ``unknown``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.tables import UNKNOWN


def read_same_event(data: Path) -> pd.DataFrame:
    """Return the articles of ``same_event`` as table ``articles``, with their ``gold`` event."""
    lines = (data / "same_event" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return as_articles(
        {
            "article_id": row["id"],
            "outlet": row["outlet"] or UNKNOWN,
            "url": row["url"] or UNKNOWN,
            "published": row["date"] or UNKNOWN,
            "headline": row["headline"] or UNKNOWN,
            "text": f"{row['headline']}\n\n{row['text']}" if row["headline"] else row["text"],
            "gold": row["event"],
        }
        for row in rows
    )


def as_articles(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return table ``articles`` from rows that say what they know."""
    blank = {
        **dict.fromkeys(("outlet", "url", "published", "headline", "byline"), UNKNOWN),
        **dict.fromkeys(("event", "reason"), ""),
        **{"source": "made", "language": "en", "lineage": "original", "used": True},
        **{"lineage_of": None, "lineage_similarity": None},
    }
    return pd.DataFrame([{**blank, "n_words": len(row["text"].split()), **row} for row in rows])


def read_story_set(data: Path, name: str) -> pd.DataFrame:
    """Return the articles of a set that gives sentences, with the story of each as ``gold``."""
    lines = (data / name / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return as_articles(
        {
            "article_id": row["id"],
            "outlet": row["outlet"] or UNKNOWN,
            "published": row["date"] or UNKNOWN,
            "headline": row["headline"] or UNKNOWN,
            "text": "\n\n".join([row["headline"] or "", " ".join(row["sentences"])]),
            "gold": row["story"],
        }
        for row in rows
    )
