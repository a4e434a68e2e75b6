"""Downloads of news archives → one record per article: Nexis, Factiva, ProQuest.

Comes in: the lines of a file (from DOCX, RTF, HTML or TXT). Goes out: an ``Archive`` with one dict
per article (``text``, ``headline``, ``outlet``, ``published``, ``byline``, ``section``,
``words_stated``) and a diagnostic: articles found and expected, fields missing, words lost against
the length that the archive states. A changed layout shows there at once, and an article whose body
is not found is reported, never dropped in silence.

The layouts are read as the archives document and print them; nothing is guessed from content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from analysis.tables import UNKNOWN
from analysis.text.reading.openings import parse_date

FIELDS = ("headline", "outlet", "published", "byline", "section", "words_stated")
NEEDED = ("headline", "outlet", "published")


class Archive(NamedTuple):
    """What one download holds.

    ``records`` are the articles; ``lost`` says, for each article whose body was not found, what
    was seen of it; ``diagnostic`` counts (``articles``, ``expected``, ``missing`` by field,
    ``words_stated``, ``words_found``, and ``words_lost``: those that single articles lack, which
    others with too many do not make up for).
    """

    layout: str
    records: list[dict[str, Any]]
    lost: list[str]
    diagnostic: dict[str, Any]


def read_archive(text: str) -> Archive | None:
    """Return the articles of an archive's download, or ``None`` when it is none.

    Parameters
    ----------
    text : str
        The file's text, one paragraph or field a line.
    """
    lines = [line.replace("\u00a0", " ").strip() for line in text.split("\n")]
    for layout, fits, split in _LAYOUTS:
        if fits(lines):
            records, lost, expected = split(lines)
            return Archive(layout, records, lost, _diagnose(records, lost, expected))
    return None


def warnings_of(archive: Archive) -> list[str]:
    """Return what a reader of the diagnostic should be told; empty when all is well."""
    told = []
    seen = archive.diagnostic
    if seen["expected"] is not None and seen["expected"] != seen["articles"]:
        told.append(
            f"{archive.layout}: {seen['articles']} articles found where the file announces "
            f"{seen['expected']}"
        )
    for field in NEEDED:
        if seen["missing"][field]:
            told.append(
                f"{archive.layout}: no {field} found in {seen['missing'][field]} of "
                f"{seen['articles']} articles; the layout may have changed"
            )
    stated, found = seen["words_stated"], seen["words_found"]
    if stated and max(abs(found - stated), seen["words_lost"]) > 0.1 * stated:
        told.append(
            f"{archive.layout}: {found} words read where the file states {stated}, "
            f"{seen['words_lost']} of them missing from single articles: text may be lost, or "
            "furniture read as text"
        )
    return told


def _diagnose(
    records: list[dict[str, Any]], lost: list[str], expected: int | None
) -> dict[str, Any]:
    stated = [record for record in records if record["words_stated"]]
    found = [len(record["text"].split()) for record in stated]
    gaps = [record["words_stated"] - words for record, words in zip(stated, found, strict=True)]
    return {
        "articles": len(records),
        "expected": expected,
        "without_body": len(lost),
        "missing": {
            field: sum(record[field] in (UNKNOWN, None) for record in records) for field in FIELDS
        },
        "words_stated": sum(record["words_stated"] for record in stated),
        "words_found": sum(found),
        "words_lost": sum(gap for gap in gaps if gap > 0),
    }


def _record(body: list[str], **found: Any) -> dict[str, Any]:
    record = {field: found.get(field) or UNKNOWN for field in FIELDS}
    record["words_stated"] = _count(found.get("words_stated") or "")
    record["published"] = parse_date(found.get("published") or "")
    record["byline"] = re.sub(r"^by:?\s+", "", record["byline"], flags=re.IGNORECASE)
    record["text"] = re.sub(r"\n{3,}", "\n\n", "\n".join(body)).strip("\n")
    return record


def _count(length: str) -> int | None:
    match = re.search(r"\d[\d,.]*", length)
    return int(re.sub(r"\D", "", match.group())) if match else None


# Nexis Uni and LexisNexis: header, "Body", text, "Load-Date:", "End of Document".

_NEXIS_OLD = re.compile(r"(\d+) of (\d+) DOCUMENTS?$")
_NEXIS_FIELD = re.compile(
    r"(Section|Length|Byline|Dateline|Highlight|Headline|Edition|Series|Link to (?:Image|PDF)|"
    r"Distribution|Column|Note)\s*:\s*(.*)",
    re.IGNORECASE,
)
_NEXIS_END = re.compile(
    r"(?:Classification|Graphic|Load-Date\s*:.*|Language\s*:.*|Publication-Type\s*:.*|"
    r"Journal Code\s*:.*|Subject\s*:.*|Correction-Date\s*:.*|Document-Type\s*:.*)$",
    re.IGNORECASE,
)


def _is_nexis(lines: list[str]) -> bool:
    if any(_NEXIS_OLD.match(line) for line in lines[:50]):
        return any(line.upper().startswith("LENGTH:") for line in lines)
    ends = "End of Document" in lines
    return ends and any(line == "Body" or line.startswith("Load-Date:") for line in lines)


def _split_nexis(lines: list[str]) -> tuple[list[dict[str, Any]], list[str], int | None]:
    old = [place for place, line in enumerate(lines) if _NEXIS_OLD.match(line)]
    expected = None
    chunks: list[list[str]]
    if old:
        expected = int(_NEXIS_OLD.match(lines[old[0]]).group(2))  # type: ignore[union-attr]
        chunks = [
            lines[start + 1 : end] for start, end in zip(old, [*old[1:], len(lines)], strict=True)
        ]
    else:
        chunks, start = [], 0
        for place, line in enumerate(lines):
            if line == "End of Document":
                chunks.append(lines[start:place])
                start = place + 1
        for line in lines[:200]:
            announced = re.match(r"Documents \((\d+)\)$", line)
            expected = int(announced.group(1)) if announced else expected
    records, lost = [], []
    for chunk in chunks:
        record = _nexis_article(chunk)
        if record is not None:
            records.append(record)
        elif any(chunk):
            lost.append(" / ".join(line for line in chunk if line)[:120])
    return records, lost, expected


def _nexis_article(chunk: list[str]) -> dict[str, Any] | None:
    body = next((place for place, line in enumerate(chunk) if line.upper() == "BODY"), None)
    if body is None:
        body = next((p for p, line in enumerate(chunk) if line.upper().startswith("LENGTH:")), None)
    if body is None:
        return None
    fields: dict[str, str] = {}
    first_field = body
    for place, line in enumerate(chunk[: body + 1]):
        match = _NEXIS_FIELD.match(line)
        if match:
            fields.setdefault(match.group(1).lower(), match.group(2))
            first_field = min(first_field, place)
        elif line.startswith("Copyright"):
            first_field = min(first_field, place)
    # In the old layout a HEADLINE field may follow the length; the text begins after it.
    start = body + 1
    while start < len(chunk):
        match = _NEXIS_FIELD.match(chunk[start])
        if not match and chunk[start]:
            break
        if match:
            fields.setdefault(match.group(1).lower(), match.group(2))
        start += 1
    end = next(
        (place for place in range(start, len(chunk)) if _NEXIS_END.match(chunk[place])), len(chunk)
    )
    head = [line for line in chunk[:first_field] if line]
    dated = [place for place, line in enumerate(head) if parse_date(line) != UNKNOWN]
    at = dated[-1] if dated else len(head)
    text = chunk[start:end]
    if not any(text):
        return None
    # The headline stands above outlet and date, in the old layout below them.
    above = head[at - 2] if at >= 2 else " ".join(head[at + 1 : at + 2])
    return _record(
        text,
        headline=fields.get("headline") or above,
        outlet=head[at - 1] if at >= 1 else None,
        published=head[at] if dated else None,
        byline=fields.get("byline"),
        section=fields.get("section"),
        words_stated=fields.get("length"),
    )


# Factiva: two-letter tags (HD, BY, WC, PD, SN, LP, TD …), or the same without tags; each article
# ends with "Document" and its accession number.

_FACTIVA_END = re.compile(r"(?:AN\s+)?Document ([A-Za-z]{2,}[A-Za-z0-9]{10,})$")
_FACTIVA_TAG = re.compile(
    r"(SE|HD|CR|BY|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|ART|CT|RF|CO|IN|NS|RE|IPC|IPD|PUB|AN|CLM)"
    r"(?:\s{1,}|\t|$)(.*)"
)
_FACTIVA_WORDS = re.compile(r"([\d,.]+) words$")


def _is_factiva(lines: list[str]) -> bool:
    ends = any(_FACTIVA_END.match(line) for line in lines)
    tags = {match.group(1) for match in map(_FACTIVA_TAG.match, lines) if match}
    return ends and ({"HD", "PD"} <= tags or any(_FACTIVA_WORDS.match(line) for line in lines))


def _split_factiva(lines: list[str]) -> tuple[list[dict[str, Any]], list[str], int | None]:
    records, lost, start = [], [], 0
    for place, line in enumerate(lines):
        if not _FACTIVA_END.match(line):
            continue
        chunk = lines[start:place]
        start = place + 1
        tagged = sum(
            match is not None and match.group(1) in ("HD", "PD", "TD", "SN")
            for match in map(_FACTIVA_TAG.match, chunk)
        )
        record = _factiva_tagged(chunk) if tagged >= 3 else _factiva_plain(chunk)
        if record is None:
            lost.append(" / ".join(line for line in chunk if line)[:120])
        else:
            records.append(record)
    return records, lost, None


def _factiva_tagged(chunk: list[str]) -> dict[str, Any] | None:
    fields: dict[str, list[str]] = {}
    tag = ""
    order = {"SE", "HD", "CR", "BY", "WC", "PD", "ET", "SN", "SC", "ED", "PG", "VOL", "LA", "CY"}
    for line in chunk:
        match = _FACTIVA_TAG.match(line)
        # Inside the text a line that begins with "IN" or "CO" is text unless the text has ended.
        if match and (match.group(1) not in fields or match.group(1) == tag):
            in_text = tag in ("LP", "TD") and match.group(1) not in ("LP", "TD")
            code = line[len(match.group(1)) :][:1] != " " or re.search(r" : |\|", line)
            if not in_text or (code and match.group(1) not in order):
                tag = match.group(1)
                fields.setdefault(tag, []).append(match.group(2))
                continue
        if tag:
            fields[tag].append(line)
    text = [*fields.get("LP", []), "", *fields.get("TD", [])]
    if not any(text):
        return None

    def one(name: str) -> str:
        return " ".join(part for part in fields.get(name, []) if part)

    return _record(
        text, headline=one("HD"), outlet=one("SN"), published=one("PD"), byline=one("BY"),
        section=one("SE"), words_stated=one("WC"),
    )  # fmt: skip


def _factiva_plain(chunk: list[str]) -> dict[str, Any] | None:
    at = next((place for place, line in enumerate(chunk) if _FACTIVA_WORDS.match(line)), None)
    if at is None:
        return None
    head = [line for line in chunk[:at] if line]
    bylines = [line for line in head if re.match(r"by\s+\S", line, re.IGNORECASE)]
    titles = [line for line in head if line not in bylines]
    after = [place for place in range(at + 1, len(chunk)) if chunk[place]]
    dated = next((p for p in after[:3] if parse_date(chunk[p]) != UNKNOWN), None)
    # After the date: perhaps a time, then the source, its code, a page, the language, the rights.
    rest = [p for p in after if dated is not None and p > dated]
    outlet = next((p for p in rest if not re.match(r"\d{1,2}:\d{2}", chunk[p])), None)
    rights = next(
        (p for p in rest[:10] if re.match(r"(?:\(c\)|©|copyright)", chunk[p], re.I)), None
    )
    start = (rights if rights is not None else outlet if outlet is not None else at) + 1
    text = chunk[start:]
    if not any(text):
        return None
    return _record(
        text,
        headline=titles[-1] if titles else None,
        outlet=chunk[outlet] if outlet is not None else None,
        published=chunk[dated] if dated is not None else None,
        byline=bylines[0] if bylines else None,
        words_stated=chunk[at],
    )


# ProQuest: "Document 1 of 20", title, "Author:", …, "Full text:" until the next field.

_PROQUEST_FIELD = re.compile(
    r"(Title|Author|Publication title|Publication info|Publication date|Publication year|Section|"
    r"Full text|Abstract|Links|Subject|Location|People|Company / organization|Publisher|Place of "
    r"publication|Country of publication|Publication subject|ISSN|Source type|"
    r"Language of publication|"
    r"Language|Document type|ProQuest document ID|Document URL|Copyright|Last updated|"
    r"Database|Pages|"
    r"First page|Volume|Issue|Dateline|Word count|Edition|Identifier / keyword|Classification|"
    r"Credit|Illustration|Column|Publication frequency|Number of pages)\s*:\s*(.*)"
)
_PROQUEST_BREAK = re.compile(r"(?:_{20,}|Document \d+ of \d+)$")


def _is_proquest(lines: list[str]) -> bool:
    text = any(line.startswith("Full text:") for line in lines)
    return text and any(
        line.startswith(("ProQuest document ID:", "Publication title:", "Document URL:"))
        for line in lines
    )


def _split_proquest(lines: list[str]) -> tuple[list[dict[str, Any]], list[str], int | None]:
    announced = [re.match(r"Document \d+ of (\d+)$", line) for line in lines]
    expected = next((int(match.group(1)) for match in announced if match), None)
    chunks: list[list[str]] = [[]]
    for line in lines:
        if _PROQUEST_BREAK.match(line):
            chunks.append([])
        else:
            chunks[-1].append(line)
    records, lost = [], []
    for chunk in chunks:
        if not any(_PROQUEST_FIELD.match(line) for line in chunk):
            continue
        fields: dict[str, list[str]] = {}
        name, before = "", []
        for line in chunk:
            match = _PROQUEST_FIELD.match(line)
            if match and match.group(1) not in fields:
                name = match.group(1)
                fields[name] = [match.group(2)]
            elif name:
                fields[name].append(line)
            elif line:
                before.append(line)
        text = fields.get("Full text", [])
        if not any(text):
            lost.append(" / ".join(line for line in chunk if line)[:120])
            continue

        def one(name: str, fields: dict[str, list[str]] = fields) -> str:
            return " ".join(part for part in fields.get(name, []) if part)

        outlet = re.split(r"\s*[;\[(]", one("Publication title") or one("Publication info"))[0]
        records.append(
            _record(
                text, headline=one("Title") or (before[0] if before else ""), outlet=outlet,
                published=one("Publication date"), byline=one("Author"), section=one("Section"),
                words_stated=one("Word count"),
            )
        )  # fmt: skip
    return records, lost, expected


_Split = Callable[[list[str]], tuple[list[dict[str, Any]], list[str], int | None]]
_LAYOUTS: tuple[tuple[str, Callable[[list[str]], bool], _Split], ...] = (
    ("Nexis", _is_nexis, _split_nexis),
    ("Factiva", _is_factiva, _split_factiva),
    ("ProQuest", _is_proquest, _split_proquest),
)
