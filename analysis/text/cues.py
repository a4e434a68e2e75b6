"""The words that introduce what someone says: cue verbs, their kinds, and where they stand.

Comes in: the text of one article with its sentences and marked stretches. Goes out: spans of
cues, of the words that name the source, and of reported words without quotation marks. The kind
of a cue says how the writer places himself to the words: ``neutral`` (said, told), ``doubting``
(claimed, alleged), ``endorsing`` (revealed, admitted, noted); the list is data, with its sources
in ``data/lexicons/cue_verbs.csv``.

References
----------
Thompson, G., & Ye, Y. (1991). Evaluation in the reporting verbs used in academic papers.
Applied Linguistics, 12(4), 365-382. https://doi.org/10.1093/applin/12.4.365
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LIST = Path(__file__).resolve().parents[2] / "data" / "lexicons" / "cue_verbs.csv"
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class CueVerb:
    """One form of a cue: its kind, and whether it reports speech, thought or a judgement."""

    lemma: str
    kind: str
    reading: str


@cache
def read_cue_verbs() -> dict[str, CueVerb]:
    """Return every form of the shipped list with what it means."""
    with _LIST.open(encoding="utf-8", newline="") as lines:
        return {
            row["verb"]: CueVerb(row["lemma"], row["kind"], row["reading"])
            for row in csv.DictReader(lines)
        }


@cache
def cue_kind(cue: str) -> str:
    """Return ``neutral``, ``doubting``, ``endorsing``, or ``none`` for no cue.

    The longest listed form in the cue decides; of two equally long ones, the last, since
    auxiliaries stand before the verb ("has been asked to confirm"). A cue that is not in the
    list is neutral: nothing in it is known to doubt or endorse.

    Examples
    --------
    >>> cue_kind("has repeatedly claimed"), cue_kind("pointed out"), cue_kind("")
    ('doubting', 'endorsing', 'none')
    """
    verbs = read_cue_verbs()
    words = [word.replace("’", "'").lower() for word in _WORD.findall(cue)]
    for length in (4, 3, 2, 1):
        for first in range(len(words) - length, -1, -1):
            known = verbs.get(" ".join(words[first : first + length]))
            if known:
                return known.kind
    return "neutral" if words else "none"


@dataclass(slots=True)
class Reported:
    """What one sentence says about speech: spans of cues, sources and unmarked reported words."""

    cues: list[tuple[int, int]]
    sources: list[tuple[int, int]]
    contents: list[tuple[int, int]]


_AUXILIARY = frozenset(
    "has had have also then later once never is was were are be been repeatedly recently publicly "
    "previously first again even would will could might may did does do not reportedly".split()
)
_BREAK = re.compile(
    r"[,;:()\[\]–—\"“”]|--|\b(?:that|and|but|when|as|if|because|while|after|before|which|who|whom|"
    r"where|since|than|so|or|though|although)\b|(?:^|\s)[-']\s"
)
_INVERTED = re.compile(
    r"\s+((?:(?:the|a|an|his|her|their|Mr|Ms|Mrs|Dr|Gov|Sen|Rep|President|Prime|Minister|former|"
    r"[A-Z][\w’'-]*|spokes\w+|leader|adviser|analyst|official|professor|director)\.?\s*){1,8})"
)
_TRAILS = re.compile(
    r"\s*(?:[.,;!?]|$|(?:in|on|at|to|during|after|before|of|from|by|last|this|earlier|late|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b)"
)
_SPEAKERLESS = frozenset("to it there this that what which".split())


def find_reported(text: str, start: int, end: int, quoted: list[tuple[int, int]]) -> Reported:
    """Find cues, sources and reported clauses of one sentence by the list of cue verbs alone.

    Parameters
    ----------
    text : str
        The article.
    start, end : int
        The sentence.
    quoted : list of (start, end)
        Marked stretches, in which no cue is looked for.
    """
    verbs = read_cue_verbs()
    free = [(a, b) for a, b in quoted if a < end and b > start]
    found = Reported([], [], [])
    words = [
        word
        for word in _WORD.finditer(text, start, end)
        if not any(a <= word.start() < b for a, b in free)
    ]
    for index, word in enumerate(words):
        form = word.group().lower()
        phrase = f"{form} {words[index + 1].group().lower()}" if index + 1 < len(words) else ""
        if verbs.get(phrase, _NOTHING).reading == "source phrase":
            _according_to(text, start, end, word.start(), words[index + 1].end(), found)
            continue
        cue = verbs.get(form)
        if cue is None or cue.reading not in ("speech", "thought") or form == cue.lemma != "say":
            continue
        first = index
        while first > 0 and words[first - 1].group().lower() in _AUXILIARY:
            first -= 1
        _clause(text, start, end, words[first].start(), word.end(), free, found)
    return found


_NOTHING = CueVerb("", "none", "")


def _according_to(text: str, start: int, end: int, first: int, last: int, found: Reported) -> None:
    stop = re.compile(r"[,;.:!?](?=\s|$|[\"”])").search(text, last, end)
    source = (last + 1, stop.start() if stop else end)
    if source[0] >= source[1]:
        return
    found.cues.append((first, last))
    found.sources.append(source)
    if first - start < 3 and stop:
        found.contents.append((stop.end() + 1, end))
    elif first > start:
        found.contents.append((start, first))


def _clause(
    text: str, start: int, end: int, first: int, last: int, quoted: list, found: Reported
) -> None:
    """Add one cue verb with the words before or after it that name its source."""
    left = start
    for a, b in quoted:
        if b <= first:
            left = max(left, b)
    for stop in _BREAK.finditer(text, left, first):
        left = stop.end()
    source = _strip(text, left, first)
    if source is not None:
        spoken = text[source[0] : source[1]].lower()
        if spoken in _SPEAKERLESS or len(spoken.split()) > 12:
            return
    else:
        inverted = _INVERTED.match(text, last, end)
        if inverted is None:
            return
        source = _strip(text, inverted.start(1), inverted.end(1))
    if source is None:
        return
    found.cues.append((first, last))
    found.sources.append(source)
    rest = _strip(text, max(last, source[1]), end)
    before = text[max(start, source[0] - 2) : source[0]]
    if source[0] > start + 12 and before.startswith(",") and _TRAILS.match(text, last, end):
        content = _strip(text, start, source[0] - 2)
    elif rest is not None and text[rest[0]].isalpha() and source[1] <= first:
        content = rest
    else:
        content = None
    if content is not None and not any(
        a < content[1] and content[0] < b for a, b in found.contents
    ):
        found.contents.append(content)


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and not (text[start].isalnum() or text[start] in "$£€\"“‘'"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:–—.!?"):
        end -= 1
    return (start, end) if start < end else None
