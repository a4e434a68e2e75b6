"""Quotation marks of one article in, the stretches they enclose out.

Any marks count: curly, straight, single, guillemets, two single marks or two back-ticks for a
double one. A single mark inside or at the edge of a word is an apostrophe unless it opens a
stretch that is closed again. A quotation that reaches the end of its paragraph goes on when the
next paragraph opens with a mark of the same kind. Marks inside an open quotation are nested: the
outermost gives the voice.

An odd mark loses nothing: the stretch it may enclose is returned with ``closed`` or ``opened``
false, and the caller decides what can be said of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_EVENT = re.compile(
    r"[“”„‟«»\"″]|``|''|’’|‘‘|(?<![\w’'])['‘’](?=[\w\[($£€#@…\"“])|(?<=[^\s(\[])['’](?!\w)|‘"
)
_SPACE_OR_OPENING = frozenset(" \t\n\r\u00a0\u2009\u202f([{—–-/…“‘«")
_ELISIONS = re.compile(r"(?:em|til|tis|twas|cause|bout|round|n|cuz|neath|\d0s|\d\d)\b", re.I)
# ", he said" inside a quotation that never closes: the words before it are the quotation.
_SAID_INSIDE = re.compile(
    r",\s+(?:(?:he|she|they|I|we|[A-Z][\w.’'-]+(?:\s+[A-Z][\w.’'-]+){0,3})\s+(?:said|says|told|"
    r"added|wrote|asked)\b|(?:said|says|added|wrote)\s+[A-Z])"
)
_STROKES = "'’"
_FURTHEST_SINGLE = 1500


@dataclass(slots=True)
class Marked:
    """A stretch between quotation marks, the marks included.

    ``opened`` and ``closed`` say whether a mark stands at that end; ``single`` that it is one
    stroke; ``nested`` how many quotations lie inside; ``goes_on`` that no mark opens it because
    the quotation of the paragraph before was never closed.
    """

    start: int
    end: int
    opened: bool = True
    closed: bool = True
    single: bool = False
    nested: int = 0
    goes_on: bool = False


def find_marked(text: str, paragraphs: list[tuple[int, int]]) -> list[Marked]:
    """Return the outermost marked stretches of ``text``, in order, not overlapping.

    Parameters
    ----------
    text : str
        One article.
    paragraphs : list of (start, end)
        Its paragraphs in order.

    Examples
    --------
    >>> [(m.start, m.end) for m in find_marked('He said "no" twice.', [(0, 19)])]
    [(8, 12)]
    """
    found: list[Marked] = []
    carried: Marked | None = None
    for index, (start, end) in enumerate(paragraphs):
        events = [
            event
            for match in _EVENT.finditer(text, start, end)
            if (event := _read(text, match, start, end)) is not None
        ]
        if carried is None and not events:
            continue
        following = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
        open_before = _left_unclosed(text, paragraphs[index - 1], found) if index else None
        before = len(found)
        carried = _scan(text, start, end, events, carried, following, found)
        if open_before is not None and len(found) > before:
            first = found[before]
            closes = text[first.end - 1] in _STROKES if open_before.single else True
            first.goes_on = not first.opened and first.start == start and closes
    return found


def _left_unclosed(text: str, paragraph: tuple[int, int], found: list[Marked]) -> Marked | None:
    """Return the quotation that ends with a paragraph without a mark that closes it."""
    if not found or found[-1].closed or not found[-1].opened:
        return None
    rest = text[found[-1].end : paragraph[1]] if found[-1].start >= paragraph[0] else "-"
    return None if rest.strip() else found[-1]


def _scan(
    text: str,
    start: int,
    end: int,
    events: list[tuple[int, int, bool, bool, bool]],
    carried: Marked | None,
    following: tuple[int, int] | None,
    found: list[Marked],
) -> Marked | None:
    """Go through one paragraph's marks; return the quotation that the next one continues."""
    current = carried
    inner: str | None = None
    deeper = 0  # quotations in marks of the same kind that are open within the current one
    for position, (at, length, single, opens, closes) in enumerate(events):
        if current is not None and carried is not None and at == start and opens:
            carried = None  # the mark that reopens the quotation of the paragraph before
            continue
        if current is None:
            if opens and (
                not single
                or _closes_later(text, events, position)
                or _left_open(text, at, start, following, found)
            ):
                current, inner = Marked(at, end, single=single), None
            elif closes and (not single or text[at - 1] in ",.!?"):
                _stray(text, start, at + length, found)
        elif single != current.single:
            if opens and not closes and inner is None:
                inner = "open"
                current.nested += 1
            elif closes and inner:
                inner = None
        elif opens and not closes and _closes_twice(text, events, position):
            current.nested += 1
            deeper += 1
        elif closes and deeper and not (single and _possessive(text, events, position)):
            deeper -= 1
        elif closes and not (single and _possessive(text, events, position)):
            current.end = at + length
            found.append(current)
            current, carried = None, None
        elif opens and not closes:
            # A second opening: the first was never closed.
            found.append(_cut_short(text, current, at))
            current, carried = Marked(at, end, single=single), None
    if current is None:
        return None
    if following is not None and _reopens(text, following, current.single):
        said = _SAID_INSIDE.search(text, max(current.start, start), end)
        if said is None:
            return current
    found.append(_cut_short(text, current, end))
    return None


def _read(
    text: str, match: re.Match, start: int, end: int
) -> tuple[int, int, bool, bool, bool] | None:
    """Return (position, length, single, opens, closes) of one mark, or None for none."""
    at, mark = match.start(), match.group()
    stop = match.end()
    before = text[at - 1] if at > start else " "
    after = text[stop] if stop < end else " "
    starts_word = before in _SPACE_OR_OPENING
    ends_word = after.isspace() or not (after.isalnum() or after in "[($£€#@“‘'\"…")
    if mark in "“«„‟":
        # A left mark at the end of a word is a slip for a right one.
        return at, 1, False, not (ends_word and not starts_word), ends_word and not starts_word
    if mark in "”»":
        slip = starts_word and not ends_word
        return at, 1, False, slip, not slip
    if len(mark) == 2 or mark in '"″':
        if mark != "``" and before.isdigit() and ends_word and len(mark) == 1:
            # 6'2" is a height; a closing mark may follow a number too, so it only closes.
            return at, 1, False, False, True
        opens, closes = starts_word and not ends_word, ends_word and not starts_word
        if mark == "``":
            opens, closes = True, False
        if opens == closes:
            opens = closes = True
        return at, len(mark), False, opens, closes
    if mark == "‘":
        return at, 1, True, starts_word, False
    if starts_word and not ends_word:
        if _ELISIONS.match(text, stop) and mark != "‘":
            return None
        return at, 1, True, True, False
    return (at, 1, True, False, True) if not starts_word else None


def _closes_later(text: str, events: list, position: int) -> bool:
    """Say whether a single mark opens a quotation: one that closes it follows soon."""
    at = events[position][0]
    for later in range(position + 1, len(events)):
        there, _, single, opens, closes = events[later]
        if not single:
            continue
        if there - at > _FURTHEST_SINGLE:
            return False
        if closes and not _possessive(text, events, later):
            return True
        if opens:
            return _closes_twice(text, events, later)
    return False


def _closes_twice(text: str, events: list, position: int) -> bool:
    """Say whether a quotation inside one in the same marks is closed, and the outer one after it.

    “He told me: “Go.” So I went.” has as many marks that close as open; where a quotation was
    left open by mistake, one is missing.
    """
    depth = 2
    for later in range(position + 1, len(events)):
        _, _, single, opens, closes = events[later]
        if single != events[position][2] or opens == closes:
            continue
        if opens:
            depth += 1
        elif not (single and _possessive(text, events, later)):
            depth -= 1
        if not depth:
            return True
    return False


def _left_open(
    text: str, at: int, start: int, following: tuple[int, int] | None, found: list[Marked]
) -> bool:
    """Say whether a single mark that nothing closes in its paragraph opens a quotation.

    It does where a sentence begins with it and the next paragraph, or a quotation before it in
    this one, is marked in the same way.
    """
    before = text[start:at].rstrip()
    if (before and before[-1] not in ",.:!?'’") or not text[at + 1 : at + 3].strip("[(")[
        :1
    ].isupper():
        return False
    if following is not None and _reopens(text, following, True):
        return True
    return bool(found) and found[-1].single and found[-1].start >= start


def _possessive(text: str, events: list, position: int) -> bool:
    """Say whether a closing single mark is an apostrophe (the voters' will)."""
    at = events[position][0]
    if text[at - 1] != "s" or text[at + 1 : at + 2] != " " or not text[at + 2 : at + 3].islower():
        return False
    for later in range(position + 1, len(events)):
        if events[later][2]:
            return events[later][4] and not events[later][3]
    return False


def _reopens(text: str, following: tuple[int, int], single: bool) -> bool:
    head = text[following[0] : following[0] + 2]
    return (
        head[:1] in "'‘" and head != "''" if single else head[:1] in '“"«”' or head in ("''", "``")
    )


def _cut_short(text: str, marked: Marked, limit: int) -> Marked:
    """End a quotation that nothing closes: before its attribution, else at the limit."""
    said = _SAID_INSIDE.search(text, marked.start, limit)
    stop = said.start() + 1 if said else limit
    while stop > marked.start and text[stop - 1].isspace():
        stop -= 1
    marked.end, marked.closed = stop, False
    return marked


def _stray(text: str, start: int, end: int, found: list[Marked]) -> None:
    """Record what a closing mark without an opening one may have closed."""
    first = max(start, found[-1].end) if found else start
    while first < end and text[first].isspace():
        first += 1
    if first < end:
        found.append(Marked(first, end, opened=False))
