"""What lineage and events must know of an article, read from its text once and kept.

Comes in: ``articles`` and their ``cuts``. Goes out: one print an article: the sketch of its runs
of words, its runs of names, who is credited, the state of the version, its counted terms, days of
the week and names. A print depends on its article alone, so prints are made wherever the article
is cleaned, and an article that has not changed is not read again when others are added. Comparing
is left to ``comparison.py`` and ``nearness.py``; nothing is decided here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.tables import UNKNOWN
from analysis.text.reading.agencies import agency_named, find_credit, unlisted_credit
from analysis.text.stories.rewrites import name_runs
from analysis.text.stories.shingles import Sketch, WordHashes, sketch_texts
from analysis.text.stories.terms import KINDS, CountedTerms, count_names, count_terms
from analysis.text.stories.versions import Cut, Version, describe_version, other_site


@dataclass(frozen=True)
class Print:
    """What lineage needs to know of one article."""

    text_key: int
    sketch: Sketch
    runs: np.ndarray
    agency: str
    credit: str
    letters: str
    version: Version
    site: str


def print_articles(articles: pd.DataFrame, cuts: pd.DataFrame | None) -> list[Print]:
    """Return the prints of the articles, in their order."""
    hashes = WordHashes()
    cut: dict[str, list[Cut]] = {}
    if cuts is not None:
        columns = (cuts[name].tolist() for name in ("article_id", "text", "replacement"))
        for one, removed, replacement in zip(*columns, strict=True):
            cut.setdefault(one, []).append((removed, replacement))
    columns = ["article_id", "outlet", "url", "published", "byline", "text"]
    made = []
    for row in articles[columns].itertuples(index=False):
        removed = cut.get(row.article_id, [])
        agency = agency_named(row.outlet, row.url)
        version = describe_version(row, removed)
        made.append(
            Print(
                text_key(row.text),
                sketch_texts([row.text], hashes)[0],
                name_runs(row.text, hashes),
                agency,
                "" if agency else find_credit(row.byline, row.text),
                unlisted_credit(row.text, row.outlet),
                version,
                other_site(row.url, removed) if version.on_platform else "",
            )
        )
    return made


def text_key(text: str) -> int:
    """Return a number that is the same for the same text in any run."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def pack_prints(articles: pd.DataFrame, cuts: pd.DataFrame | None) -> pd.DataFrame:
    """Return the prints, terms and names of the articles as a table that goes on disk."""
    rows = []
    headlines = articles["headline"].where(articles["headline"] != UNKNOWN, "")
    for one, made, terms, names in zip(
        articles["article_id"],
        print_articles(articles, cuts),
        count_terms(articles["text"], headlines),
        map(count_names, articles["text"]),
        strict=True,
    ):
        version = made.version
        row = {
            "article_id": one,
            "text_key": made.text_key,
            "n_words": made.sketch.n_words,
            "shingles": made.sketch.shingles.tobytes(),
            "signature": made.sketch.signature.tobytes(),
            "runs": made.runs.tobytes(),
            "agency": made.agency,
            "credit": made.credit,
            "letters": made.letters,
            "on_platform": version.on_platform,
            "n_body": version.n_body,
            "n_marks": version.n_marks,
            "n_known": version.n_known,
            "n_repairs": version.n_repairs,
            "published": version.published,
            "site": made.site,
            "names": "\n".join(names),
            "name_counts": np.array(list(names.values()), dtype=np.int32).tobytes(),
        }
        for kind, (keys, counts) in zip(KINDS, terms, strict=True):
            row[f"{kind}_keys"] = keys.tobytes()
            row[f"{kind}_counts"] = counts.astype(np.uint32).tobytes()
        rows.append(row)
    return pd.DataFrame(rows, columns=PRINT_COLUMNS)


def unpack_prints(table: pd.DataFrame) -> list[Print]:
    """Return the prints that ``pack_prints`` made a table of."""
    made = []
    for row in table.itertuples(index=False):
        sketch = Sketch(
            row.n_words,
            np.frombuffer(row.shingles, dtype=np.uint64),
            np.frombuffer(row.signature, dtype=np.uint32),
        )
        version = Version(
            row.article_id,
            row.on_platform,
            row.n_body,
            row.n_marks,
            row.n_known,
            row.n_repairs,
            row.published,
        )
        runs = np.frombuffer(row.runs, dtype=np.uint64)
        credits = (row.agency, row.credit, row.letters)
        made.append(Print(row.text_key, sketch, runs, *credits, version, row.site))
    return made


def unpack_terms(table: pd.DataFrame, kind: str) -> list[CountedTerms]:
    """Return the counted terms of one kind, in the order of the table."""
    return [
        (np.frombuffer(keys, dtype=np.uint64), np.frombuffer(counts, dtype=np.uint32))
        for keys, counts in zip(table[f"{kind}_keys"], table[f"{kind}_counts"], strict=True)
    ]


def unpack_names(names: str, counts: bytes) -> dict[str, int]:
    """Return how often an article has each of its names."""
    found = np.frombuffer(counts, dtype=np.int32).tolist()
    return dict(zip(names.split("\n"), found, strict=True)) if found else {}


LINEAGE_COLUMNS = [
    "article_id", "text_key", "n_words", "shingles", "signature", "runs", "agency", "credit",
    "letters", "on_platform", "n_body", "n_marks", "n_known", "n_repairs", "published", "site",
]  # fmt: skip
PRINT_COLUMNS = [
    *LINEAGE_COLUMNS,
    "names",
    "name_counts",
    *(f"{kind}_{part}" for kind in KINDS for part in ("keys", "counts")),
]
