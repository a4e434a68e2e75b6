"""Rows of a CSV, JSONL, JSON or Parquet file → one record per article.

Comes in: a file with one article a row, under any of the usual column names. Goes out: dicts with
``text`` and what is known of ``headline, byline, outlet, url, published, section, event, id``. A
file without a text column is refused with the columns it has; lists of addresses (Media Cloud,
GDELT) are recognised and said to be that.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis.text.reading.containers import ContainerError, decode

# Column names as archives, scrapers and earlier projects write them, best first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "body", "content", "article", "fulltext", "full_text", "article_text", "maintext",
        "main_text", "articlebody", "article_body", "body_text", "bodytext", "story", "story_text",
        "document", "raw", "raw_text",
    ),
    "html": ("html", "raw_html", "page"),
    "headline": ("headline", "title", "head", "heading", "hlead"),
    "byline": ("byline", "author", "authors", "author_name", "creator"),
    "outlet": (
        "outlet", "publication", "source_name", "media_name", "source", "publisher", "newspaper",
        "news_source", "site_name", "sitename", "medium", "media", "domain", "source_domain",
    ),
    "url": ("url", "link", "article_url", "web_url", "guid", "permalink", "address"),
    "published": (
        "published", "date", "published_at", "publishedat", "publish_date", "publication_date",
        "date_publish", "pub_date", "pubdate", "date_published", "datetime", "created_at",
    ),
    "section": ("section", "desk", "category", "rubric"),
    "event": ("event", "event_id", "story_id_event", "topic_event"),
    "id": ("id", "article_id", "doc_id", "docid", "document_id", "uid", "key"),
}  # fmt: skip

_ADDRESS_LISTS = (
    ("Media Cloud", {"media_name", "url"}),
    ("Media Cloud", {"stories_id", "url"}),
    ("GDELT", {"sourceurl"}),
    ("GDELT", {"documentidentifier"}),
    ("GDELT", {"url_mobile"}),
    ("GDELT", {"mobileurl"}),
)


def read_rows(path: Path, data: bytes | None, kind: str) -> tuple[Iterator[dict[str, Any]], str]:
    """Return the records of a file of rows and its encoding.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes or None
        Its content; not needed for Parquet.
    kind : {"table", "lines", "json", "parquet"}
        How rows are kept in it.

    Raises
    ------
    ContainerError
        When it cannot be read as that, or has no column with text.
    """
    if kind == "parquet":
        return _from_parquet(path), "parquet"
    assert data is not None
    text, encoding = decode(data, max_line=None)
    if kind == "table":
        return _from_table(text), encoding
    if kind == "lines":
        return _from_lines(text), encoding
    return _from_json(text), encoding


def csv_rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a small CSV with plain lower-case column names (``documents.csv``).

    Raises
    ------
    ContainerError
        When it is not a table.
    """
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",\t;|", key=head.count)
    try:
        reader = csv.DictReader(
            io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, restval=""
        )
        return [
            {_plain(name): value for name, value in row.items() if isinstance(name, str)}
            for row in reader
        ]
    except csv.Error as error:
        raise ContainerError(f"not a table: {error}") from error


def columns_of(names: Iterable[str]) -> dict[str, str]:
    """Return what each known column is called in this file (``{"text": "Body", …}``).

    Raises
    ------
    ContainerError
        When no column holds text; the message lists the columns and the names accepted.
    """
    names = list(names)
    plain = {_plain(name): name for name in reversed(names)}
    found = {
        role: next((plain[name] for name in accepted if name in plain), None)
        for role, accepted in COLUMNS.items()
    }
    found = {role: name for role, name in found.items() if name is not None}
    if "text" in found or "html" in found:
        return found
    for archive, marks in _ADDRESS_LISTS:
        if marks <= set(plain):
            raise ContainerError(
                f"a {archive} list of addresses without the articles' text (columns: "
                f"{_listed(names)}); download the pages and give the folder of pages"
            )
    if "url" in found:
        raise ContainerError(
            f"a list of addresses without the articles' text (columns: {_listed(names)}); download "
            "the pages and give the folder of pages"
        )
    raise ContainerError(
        f"no column with text: it has {_listed(names)}; the text column may be called "
        f"{', '.join(COLUMNS['text'])} or html"
    )


def _from_table(text: str) -> Iterator[dict[str, Any]]:
    text = text.lstrip("\ufeff")
    head = text[:20_000].split("\n", 1)[0]
    delimiter = max(",\t;|", key=head.count)
    csv.field_size_limit(100_000_000)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = next(rows)
    except (StopIteration, csv.Error) as error:
        raise ContainerError("a table without a header line") from error
    roles = columns_of(names)
    places = {role: names.index(name) for role, name in roles.items()}
    return _table_rows(rows, places, len(names))


def _table_rows(rows: Any, places: dict[str, int], width: int) -> Iterator[dict[str, Any]]:
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield {"problem": f"line {rows.line_num} cannot be read: {error}"}
            continue
        if not any(cell.strip() for cell in row):
            continue
        record: dict[str, Any] = {
            role: row[place] for role, place in places.items() if place < len(row)
        }
        if len(row) != width:
            record["warning"] = (
                f"the line ending at {rows.line_num} has {len(row)} cells where the header has "
                f"{width}"
            )
        yield record


def _from_lines(text: str) -> Iterator[dict[str, Any]]:
    known = None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield {"problem": f"line {number} is not JSON: {error}"}
            continue
        if not isinstance(value, dict):
            yield {"problem": f"line {number} is not an object but {type(value).__name__}"}
            continue
        if known is None or not {*known.values()} <= {*value}:
            try:
                known = columns_of(value)
            except ContainerError as error:
                if known is None and number == 1:
                    raise
                yield {"problem": f"line {number}: {error}"}
                continue
        yield _record(value, known)


def _from_json(text: str) -> Iterator[dict[str, Any]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContainerError(f"not JSON: {error}") from error
    if isinstance(value, dict):
        inner = value.get("articles", value.get("documents", value.get("results")))
        value = inner if isinstance(inner, list) else [value]
    if not isinstance(value, list):
        raise ContainerError("JSON without a list of articles")
    return _objects(value)


def _objects(values: list[Any]) -> Iterator[dict[str, Any]]:
    refused = None
    for place, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            yield {"problem": f"entry {place} is not an object but {type(value).__name__}"}
            continue
        try:
            yield _record(value, columns_of(value))
        except ContainerError as error:
            if str(error) != refused:
                yield {"problem": f"entry {place}: {error}"}
            refused = str(error)


def _from_parquet(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        roles = columns_of(file.schema_arrow.names)
    except (pyarrow.ArrowException, OSError) as error:
        raise ContainerError(f"not a readable Parquet file: {error}") from error
    return _parquet_rows(file, roles)


def _parquet_rows(file: Any, roles: dict[str, str]) -> Iterator[dict[str, Any]]:
    for batch in file.iter_batches(batch_size=1000, columns=list(roles.values())):
        for value in batch.to_pylist():
            yield _record(value, roles)


def _record(value: dict[str, Any], roles: dict[str, str]) -> dict[str, Any]:
    return {role: _cell(value.get(name)) for role, name in roles.items()}


def _cell(value: Any) -> str:
    """A cell as text; NewsAPI nests the outlet as ``{"id": …, "name": …}``, others list authors."""
    if value is None or value != value:
        return ""
    if isinstance(value, dict):
        return _cell(value.get("name") or value.get("title") or value.get("id"))
    if isinstance(value, list):
        return ", ".join(filter(None, map(_cell, value)))
    return value if isinstance(value, str) else str(value)


def _plain(name: str) -> str:
    return str(name).strip().casefold().replace(" ", "_").replace("-", "_")


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in map(str, names[:20]))
    return shown + (f" and {len(names) - 20} more" if len(names) > 20 else "")
