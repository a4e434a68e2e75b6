"""The small fixed part on which floors are held: invented articles in the labelled sets' formats.

``write_sets(folder)`` writes ``pages``, ``attributions``, ``basil`` and ``same_event``, as the
benchmarks read them, from the texts in ``tests/small_part`` and from eight invented events.
"""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path

SMALL_PART = Path(__file__).parent / "small_part"
FIRST = ("Alda", "Brunn", "Tessin", "Serra", "Kolm", "Merin", "Osten", "Quill")
NAMES = ("Brandt", "Lenz", "Feld", "Quint", "Osk", "Lind", "Ruiz", "Marn")
DEEDS = ("bridge", "harbour", "school", "railway", "hospital", "theatre", "quarry", "market")
_ROLES = {"s": "source", "q": "cue", "c": "content"}
_MARKED = re.compile(r"\{(\d+)([sqc])\s?([^{}]*)\}")
_SPAN = re.compile(r"\[([^\[\]]+)\]|\{([^{}]+)\}")


def write_sets(folder: Path) -> Path:
    """Write every invented set below ``folder`` and return it."""
    _write(folder / "attributions" / "articles.jsonl", attributions())
    _write(folder / "basil" / "articles.jsonl", biased_spans())
    _write(folder / "same_event" / "articles.jsonl", same_event())
    (folder / "pages" / "html").mkdir(parents=True)
    rows = pages()
    for row in rows:
        inside = zip(row["dump"].split("\n"), row["gold_lines"], strict=True)
        html = _as_html(list(inside))
        (folder / "pages" / row["html"]).write_bytes(gzip.compress(html.encode("utf-8")))
    _write(folder / "pages" / "pages.jsonl", rows)
    return folder


def attributions() -> list[dict]:
    """Return the invented articles with who is said to say what."""
    return [
        _attributed(number, "\n".join(lines)) for number, lines in _articles("attributions.txt")
    ]


def biased_spans() -> list[dict]:
    """Return the invented articles with spans that are biased, within quotations or not."""
    found = []
    for _, (headline, *lines) in _articles("bias.txt"):
        sentences, spans = [], []
        for number, line in enumerate(lines):
            text, place = "", 0
            for match in _SPAN.finditer(line):
                text += line[place : match.start()]
                words = match.group(1) or match.group(2)
                start, place = len(text), match.end()
                text += words
                quoted = match.group(2) is not None
                where = {"sentence": number, "start": start, "end": len(text)}
                spans.append({**where, "in_quote": quoted})
            sentences.append(text + line[place:])
        found.append({"headline": headline, "paragraphs": [[s] for s in sentences], "spans": spans})
    return found


def pages() -> list[dict]:
    """Return the invented pages: visible text, and which of its lines are the article."""
    found = []
    for number, lines in _articles("pages.txt"):
        gold = [int(line.startswith("+")) for line in lines]
        dump = [line.removeprefix("+") for line in lines]
        body = [line for line, inside in zip(dump, gold, strict=True) if inside]
        found.append(
            {
                "id": str(number),
                "html": f"html/{number}.html.gz",
                "body": "\n\n".join(body),
                "dump": "\n".join(dump),
                "gold_lines": gold,
            }
        )
    return found


def same_event() -> list[dict]:
    """Return two differently worded reports of each of eight invented events."""
    return [
        {
            "id": f"{event}-{outlet}",
            "event": f"event-{event}",
            "outlet": ("The Post", "The Courier")[outlet],
            "date": f"2031-0{event + 1}-05",
            "headline": f"{FIRST[event]} {DEEDS[event]} closed",
            "url": None,
            "text": report(event, outlet),
        }
        for event in range(8)
        for outlet in range(2)
    ]


def report(event: int, outlet: int) -> str:
    """Write one of two differently worded reports of one of eight invented events."""
    place, name, deed, number = FIRST[event], NAMES[event], DEEDS[event], 1100 + 37 * event
    if outlet:
        return (
            f"The {deed} in {place} will stay shut, mayor {name} told residents on Tuesday.\n\n"
            f"“Nobody wanted this for our {deed},” {name} added at a crowded meeting.\n\n"
            f"Families in {place} had hoped for {number} new places and were told to wait.\n\n"
            f"A report on the {place} {deed} is to be read out in spring, the council wrote.\n\n"
            "Neighbours brought candles and soup and stayed until the lamps went out."
        )
    return (
        f"Mayor {name} closed the {place} {deed} on Tuesday after inspectors warned of cracks.\n\n"
        f"Inspectors counted {number} faults in the {deed}, according to a paper they signed.\n\n"
        f"“We shall open it when it is safe and not before,” said {name}, elected in May.\n\n"
        f"The opposition in {place} wants to see the paper and asked for a vote next week.\n\n"
        f"Repairs of the {deed} may cost {number} thousand talers, the treasurer estimated."
    )


def _articles(name: str) -> list[tuple[int, list[str]]]:
    text = (SMALL_PART / name).read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line and not line.startswith("# ")]
    ends = [-1, *(place for place, line in enumerate(lines) if set(line) == {"-"})]
    return [(n, lines[a + 1 : b]) for n, (a, b) in enumerate(pairwise(ends))]


def _attributed(number: int, marked: str) -> dict:
    text, place, found = "", 0, {}
    for match in _MARKED.finditer(marked):
        text += marked[place : match.start()]
        start, place = len(text), match.end()
        text += match.group(3)
        if match.group(3):
            one = found.setdefault(match.group(1), {role: [] for role in _ROLES.values()})
            one[_ROLES[match.group(2)]].append([start, len(text)])
    text += marked[place:]
    told = [one for one in found.values() if one["content"]]
    for one in told:
        words = [text[start:end] for start, end in one["content"]]
        opens, holds = words[0][0] == "“", any("“" in part for part in words)
        one["kind"] = "direct" if opens else "mixed" if holds else "indirect"
    return {"id": str(number), "part": "dev", "text": text, "attributions": told}


def _as_html(lines: list[tuple[str, int]]) -> str:
    inside = [place for place, (_, gold) in enumerate(lines) if gold]
    first, last = inside[0], inside[-1] + 1
    parts = (("nav", lines[:first]), ("article", lines[first:last]), ("footer", lines[last:]))
    return (
        "<html><body>"
        + "".join(
            f"<{tag}>"
            + "".join(f"<{_tag(gold)}>{text}</{_tag(gold)}>" for text, gold in some)
            + f"</{tag}>"
            for tag, some in parts
        )
        + "</body></html>"
    )


def _tag(gold: int) -> str:
    return "p" if gold else "div"


def _write(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
