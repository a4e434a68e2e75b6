"""Documents as researchers have them → table ``documents``, one row per article as found.

Comes in: a folder of .txt, .md, .html, .docx, .rtf and .json files with an optional
``documents.csv`` (``file, outlet, published, url, event, headline``; its filled cells win), or one
CSV, JSONL, JSON or Parquet file. Goes out: a ``Corpus``: ``documents`` (``raw`` is the text as
decoded, never changed), ``problems`` (``error``: not in the corpus; ``warning``: in it, but look),
and ``files`` with the hash of everything that was there. What a document does not say is
``unknown``. An ``article_id`` is made from what the article says, so that neither the order of
files nor their names change it.

It downloads nothing: lists of addresses are refused with the reason.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.tables import UNKNOWN, check_table, empty_table
from analysis.text.reading.archives import read_archive, warnings_of
from analysis.text.reading.containers import (
    MAX_CHARACTERS,
    MAX_LINE,
    MAX_LINES,
    MAX_TEXT_BYTES,
    ContainerError,
    decode,
    read_docx,
    read_rtf,
    without_surrogates,
)
from analysis.text.reading.mastheads import (
    host_of,
    outlet_in_furniture,
    outlet_named,
    outlet_of_url,
)
from analysis.text.reading.openings import date_in_url, parse_date, read_opening

if TYPE_CHECKING:
    import pandas as pd

FACTS = ("headline", "byline", "outlet", "url", "published", "section", "event")
FORMATS = {
    ".txt": "text", ".text": "text", ".md": "text", ".html": "page", ".htm": "page",
    ".xhtml": "page", ".docx": "docx", ".rtf": "rtf", ".json": "json", ".csv": "table",
    ".tsv": "table", ".jsonl": "lines", ".ndjson": "lines", ".parquet": "parquet",
}  # fmt: skip
NOT_DOCUMENTS = re.compile(r"^(?:readme|license|licence|copying|notice|changelog)\b", re.IGNORECASE)


class CorpusError(ValueError):
    """There is nothing to read; the message says what was looked for and where."""


class Corpus(NamedTuple):
    """What was read: tables ``documents`` and ``problems``, and a record of every file."""

    documents: pd.DataFrame
    problems: pd.DataFrame
    files: list[dict[str, Any]]


def read_corpus(path: Path | str) -> Corpus:
    """Read a folder of documents, or one file with an article a row.

    Parameters
    ----------
    path : path
        A folder (read with its subfolders), or one CSV, JSONL, JSON or Parquet file, or one
        document.

    Returns
    -------
    Corpus
        Tables ``documents`` (sorted by ``article_id``) and ``problems``, and per file a dict with
        ``source``, ``sha256``, ``bytes``, ``format`` (``skipped`` where it is no document) and
        ``articles``.

    Raises
    ------
    CorpusError
        When there is nothing at ``path``, or nothing in it that could be read as a document.
    """
    root = Path(path)
    if not root.exists():
        raise CorpusError(f"there is nothing at {root}")
    reading = _Reading(root if root.is_dir() else root.parent)
    if root.is_dir():
        told = reading.read_details(root / "documents.csv")
        for file in _walk(root):
            reading.read_file(file, told)
        reading.check_details(told)
    else:
        reading.read_file(root, {})
    if not reading.rows:
        raise CorpusError(_nothing(root, reading))
    return Corpus(reading.documents(), reading.problem_table(), reading.files)


def documents_of_texts(texts: Iterable[str], *, sources: Iterable[str]) -> pd.DataFrame:
    """Return table ``documents`` for plain texts that are already in memory.

    Parameters
    ----------
    texts, sources : iterable of str
        The texts, and a name for each.
    """
    return _table(
        [
            {**_document({"raw": text, "format": "text"}, {}), "source": source}
            for text, source in zip(texts, sources, strict=True)
        ]
    )


def documents_of_pages(pages: Iterable[str]) -> pd.DataFrame:
    """Return table ``documents`` for HTML pages that are already in memory."""
    return _table(
        [
            {**_document(_page(html), {}), "source": f"page {place}"}
            for place, html in enumerate(pages)
        ]
    )


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as table ``documents``, ids made single, in the order of ids."""
    import pandas as pd

    rows = sorted(rows, key=lambda row: (row["article_id"], row["source"]))
    seen: dict[str, int] = {}
    for row in rows:
        count = seen[row["article_id"]] = seen.get(row["article_id"], 0) + 1
        if count > 1:
            row["article_id"] += f"-{count}"
    frame = pd.DataFrame(rows)
    # The length that an archive states, where it states one.
    frame["words_stated"] = frame["words_stated"].astype("Int64")
    return check_table(frame, "documents")


def _name_hosts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose outlet is only a host get the name that the corpus itself gives that host.

    One outlet must not be two because some of its articles came without its name. A host that
    goes by two names keeps its own.
    """
    names: dict[str, set[str]] = {}
    for row in rows:
        host = host_of(row["url"])
        if host and row["outlet"] not in (host, UNKNOWN):
            names.setdefault(host, set()).add(row["outlet"])
    single = {host: next(iter(found)) for host, found in names.items() if len(found) == 1}
    return [
        {**row, "outlet": single[row["outlet"]]} if row["outlet"] in single else row for row in rows
    ]


class _Reading:
    """What has been read so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: list[dict[str, str]] = []
        self.problems: list[dict[str, str]] = []
        self.files: list[dict[str, Any]] = []

    def tell(self, source: str, severity: str, problem: str, advice: str = "") -> None:
        self.problems.append(
            {"source": source, "article_id": "", "stage": "corpus", "severity": severity,
             "problem": problem, "advice": advice}
        )  # fmt: skip

    def read_details(self, path: Path) -> dict[str, dict[str, str]]:
        """Read ``documents.csv``: file → its filled cells."""
        if not path.is_file():
            return {}
        from analysis.text.reading.records import csv_rows

        source = _source(path, self.root)
        told: dict[str, dict[str, str]] = {}
        try:
            data = path.read_bytes()
            rows = csv_rows(decode(data, max_line=None)[0])
        except (ContainerError, OSError) as error:
            self.tell(source, "error", f"cannot be read: {error}", "the files are read without it")
            return {}
        twice: dict[str, list[dict[str, str]]] = {}
        for row in rows:
            name = row.get("file", "").strip().replace("\\", "/").removeprefix("./")
            if not name:
                self.tell(source, "warning", "a line without a file name", "fill the column file")
                continue
            cells = {fact: row[fact].strip() for fact in FACTS if row.get(fact, "").strip()}
            twice.setdefault(name, []).append(cells)
        for name, entries in twice.items():
            told[name] = dict(entries[0])
            if len(entries) > 1:
                differ = {f for f in FACTS if len({entry.get(f, "") for entry in entries}) > 1}
                for fact in differ:
                    told[name].pop(fact, None)
                self.tell(
                    source,
                    "error" if differ else "warning",
                    f"lists {_shown(name)} {len(entries)} times"
                    + (f" with different {', '.join(sorted(differ))}; not used" if differ else ""),
                    "leave one line for each file",
                )
        return told

    def check_details(self, told: dict[str, dict[str, str]]) -> None:
        """Say which files ``documents.csv`` names that are not there or were not read."""
        there = {entry["source"] for entry in self.files if entry["format"] != "skipped"}
        for name in sorted(told):
            if _shown(name) not in there:
                self.tell(
                    "documents.csv", "error", f"names {_shown(name)}, which is not a document here",
                    "correct the name (relative to the folder) or add the file",
                )  # fmt: skip

    def read_file(self, path: Path, told: dict[str, dict[str, str]]) -> None:
        """Read one file, however many articles it holds; what goes wrong becomes a problem."""
        source = _source(path, self.root)
        entry: dict[str, Any] = {
            "source": source, "sha256": "", "bytes": 0, "format": "skipped", "articles": 0
        }  # fmt: skip
        self.files.append(entry)
        kind = FORMATS.get(path.suffix.lower())
        if not path.resolve().is_relative_to(self.root.resolve()):
            self.tell(source, "error", "is a link out of the folder", "copy the file in its place")
            return
        if not path.is_file():
            self.tell(source, "error", "is not a file that can be read")
            return
        try:
            entry["bytes"] = path.stat().st_size
            entry["sha256"] = _sha256(path)
        except OSError as error:
            self.tell(source, "error", f"cannot be read: {error.strerror}")
            return
        if kind is None or NOT_DOCUMENTS.match(path.name) or path.name == "documents.csv":
            return
        entry["format"] = kind
        before = len(self.rows)
        try:
            self._read(path, kind, source, told.get(_relative(path, self.root), {}))
        except ContainerError as error:
            self.tell(source, "error", str(error), _ADVICE.get(kind, ""))
        except OSError as error:
            self.tell(source, "error", f"cannot be read: {error.strerror or error}")
        entry["articles"] = len(self.rows) - before

    def _read(self, path: Path, kind: str, source: str, cells: dict[str, str]) -> None:
        size = path.stat().st_size
        if size == 0:
            raise ContainerError("the file is empty")
        if kind in ("text", "page") and size > MAX_TEXT_BYTES:
            raise ContainerError(
                f"{size:,} bytes in one document, more than {MAX_TEXT_BYTES:,}: not an article"
            )
        if kind in ("docx", "rtf") and size > 10 * MAX_TEXT_BYTES:
            raise ContainerError(f"{size:,} bytes, more than {10 * MAX_TEXT_BYTES:,}")
        data = None if kind == "parquet" else path.read_bytes()
        for record in self._records(path, data, kind, source):
            if "problem" in record:
                self.tell(source, "error", record["problem"])
                continue
            self._add(source, record, cells)
            if "warning" in record:
                self.tell(source, "warning", record["warning"])

    def _records(
        self, path: Path, data: bytes | None, kind: str, source: str
    ) -> Iterable[dict[str, Any]]:
        if kind in ("table", "lines", "json", "parquet"):
            from analysis.text.reading.records import read_rows

            records, encoding = read_rows(path, data, kind)
            for record in records:
                yield {**record, "format": kind, "encoding": encoding}
            return
        raw, facts = _one_text(data, kind)
        archive = read_archive(facts.pop("archive_text", raw))
        if archive is None:
            yield {"raw": raw, **facts}
            return
        self.files[-1]["layout"] = archive.layout
        self.files[-1]["diagnostic"] = archive.diagnostic
        for warning in warnings_of(archive):
            self.tell(source, "warning", warning, "compare some articles with the archive's page")
        for lost in archive.lost:
            self.tell(source, "error", f"{archive.layout}: no text found in the article {lost!r}")
        for record in archive.records:
            yield {**facts, **record, "format": f"{kind}, {archive.layout}"}

    def _add(self, source: str, record: dict[str, str], cells: dict[str, str]) -> None:
        try:
            row = _document(record, cells)
        except ContainerError as error:
            self.tell(source, "error", _about(record) + str(error))
            return
        own = record.get("id", "").strip()
        row["source"] = f"{source}#{_shown(own)}" if own else source
        for problem in _doubts(row):
            self.tell(row["source"], "warning", problem)
        self.rows.append(row)

    def documents(self) -> pd.DataFrame:
        """The table, ids given by content, sorted by id."""
        return _table(_name_hosts(self.rows))

    def problem_table(self) -> pd.DataFrame:
        """The problems, in an order that does not depend on the order of files."""
        import pandas as pd

        if not self.problems:
            return empty_table("problems")
        self.problems.sort(key=lambda row: (row["source"], row["severity"], row["problem"]))
        return check_table(pd.DataFrame(self.problems), "problems")


def _document(record: dict[str, str], cells: dict[str, str]) -> dict[str, str]:
    """One row of ``documents`` from what was read and what ``documents.csv`` says."""
    raw = record.get("raw", record.get("text", ""))
    if not raw.strip() and record.get("html", "").strip():
        page = _page(record["html"])
        raw = page["raw"]
        record = {**page, **{key: value for key, value in record.items() if value.strip()}}
    raw = without_surrogates(raw.replace("\r\n", "\n").replace("\r", "\n"))
    if not raw.strip():
        raise ContainerError("the text is empty")
    count = raw.count("\n") + 1
    if len(raw) > MAX_CHARACTERS or count > MAX_LINES:
        raise ContainerError(
            f"a text of {len(raw):,} characters in {count:,} lines: not an article (at most "
            f"{MAX_CHARACTERS:,} in {MAX_LINES:,})"
        )
    given = {fact: _one_line(record.get(fact, "")) for fact in FACTS}
    given = {fact: "" if value == UNKNOWN else value for fact, value in given.items()}
    given.update({fact: _one_line(value) for fact, value in cells.items()})
    undated = ""
    if given["published"]:
        undated, given["published"] = given["published"], parse_date(given["published"])
        if given["published"] != UNKNOWN:
            undated = ""
    if given["outlet"]:
        given["outlet"] = outlet_named(given["outlet"])
    if record.get("format") in ("text", "docx", "rtf") or not given["headline"]:
        opening = read_opening(raw)
        for fact in ("headline", "published", "url"):
            found = getattr(opening, fact)
            if not given[fact] and found != UNKNOWN:
                given[fact] = _one_line(found)
    url = given["url"]
    if not given["outlet"] and url:
        given["outlet"] = outlet_of_url(url)
    if not given["outlet"]:
        given["outlet"] = outlet_in_furniture(_outer_lines(raw))
    if not given["published"] and url:
        given["published"] = date_in_url(url)
    row = {fact: given[fact] or UNKNOWN for fact in FACTS}
    if undated:
        record["warning"] = f"the date {_shown(undated[:60])} is not understood and left out"
    row["raw"] = raw
    row["format"] = record.get("format", "text")
    row["encoding"] = record.get("encoding", "utf-8")
    row["words_stated"] = record.get("words_stated")
    digest = hashlib.sha256()
    for part in (row["outlet"], row["url"], row["published"], row["headline"], raw):
        digest.update(part.encode("utf-8") + b"\x1f")
    row["article_id"] = digest.hexdigest()[:12]
    return row


def _one_text(data: bytes, kind: str) -> tuple[str, dict[str, str]]:
    """The text of a file that is one document, and what its container says about it."""
    if kind == "docx":
        return "\n\n".join(read_docx(data)), {"format": "docx", "encoding": "utf-8"}
    if kind == "rtf":
        return read_rtf(data), {"format": "rtf", "encoding": "cp1252"}
    text, encoding = decode(data, max_line=MAX_LINE if kind == "text" else None)
    if kind == "text":
        return text, {"format": "text", "encoding": encoding}
    if "factiva" in text[:200_000].lower() or "End of Document" in text:
        from analysis.text.reading.webpages import lines_of_page

        return "", {"archive_text": lines_of_page(text), "encoding": encoding}
    page = _page(text)
    return page.pop("raw"), {**page, "encoding": encoding}


def _page(html: str) -> dict[str, str]:
    from analysis.text.reading.webpages import read_page

    page = read_page(html)
    facts = {
        "headline": page.headline, "byline": page.byline, "published": page.published,
        "url": page.url,
    }  # fmt: skip
    known = {key: value for key, value in facts.items() if value != UNKNOWN}
    if page.site != UNKNOWN and page.url == UNKNOWN:
        known["outlet"] = page.site
    return {"raw": page.text, "format": "page", **known}


def _outer_lines(raw: str) -> list[str]:
    """The lines where a page speaks for its owner: the first few and the last half."""
    lines = [line for line in raw.split("\n") if line.strip()][:5000]
    return lines[:5] + lines[max(5, len(lines) // 2) :]


def _doubts(row: dict[str, str]) -> Iterator[str]:
    outlet, published = row["outlet"], row["published"]
    if ".." in outlet or "/" in outlet or "\\" in outlet or outlet[:1] in "=+-@":
        yield (
            f"the outlet is named {_shown(outlet)}; it is kept as that, as data, and never used "
            "as a path or a formula"
        )
    if published != UNKNOWN and not "1700" <= published[:4] <= "2100":
        yield f"the date {published} is kept but can hardly be right"


def _one_line(value: str) -> str:
    return " ".join(without_surrogates(value).split())[:2000]


def _about(record: dict[str, str]) -> str:
    named = record.get("id") or record.get("url") or record.get("headline") or ""
    return f"{_shown(named[:80])}: " if named else ""


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder) / name


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _source(path: Path, root: Path) -> str:
    return _shown(_relative(path, root))


def _shown(name: str) -> str:
    """A name that may be printed: control and undecodable characters escaped."""
    name = os.fsencode(name).decode("utf-8", "backslashreplace") if name else name
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_ADVICE = {
    "text": "save it as plain text in UTF-8, one article a file",
    "table": "give the column with the articles one of these names",
    "docx": "save it again as .docx or .txt",
    "rtf": "save it again as .rtf, .docx or .txt",
}


def _nothing(root: Path, reading: _Reading) -> str:
    if reading.problems:
        first = reading.problems[0]
        more = f" and {len(reading.problems) - 1} more" if len(reading.problems) > 1 else ""
        return f"no document in {root} could be read: {first['source']}: {first['problem']}{more}"
    kinds = " ".join(sorted(FORMATS))
    return f"no documents in {root}: looked for files ending in {kinds}"
