"""Who wrote it: the lines that name the author, read for the byline and cut from the text.

Comes in: the lines of one document, the parts they play and what is already cut. Goes out: the
byline and the places of its lines with how sure each is (0 to 1, higher is surer). A byline is
"By" with names, perhaps a role and a place, or a name alone between the headline and a time stamp;
it stands before the story's second sentence or after its last. "By Monday …" is none: no calendar
word is a name, and nothing but a role, a place or a date may follow.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.tables import UNKNOWN
from analysis.text.pages.furniture import is_sentence
from analysis.text.pages.page_lines import Line, bare_words
from analysis.text.pages.run_together import stamp, without_markup
from analysis.text.reading.agencies import find_credit
from analysis.text.reading.mastheads import outlet_in_furniture

_WORD = r"[A-Z][\w'’.-]*[\w.]"
_PARTICLE = r"(?:de|da|di|du|del|della|van|von|der|den|la|le|bin|ibn|al|el|ter|ten|dos|af|zu)"
_PERSON = rf"{_WORD}(?: (?:{_PARTICLE} ){{0,2}}{_WORD}){{0,4}}"
_NAMES = rf"{_PERSON}(?:(?:, (?:and )?| and | & ){_PERSON}){{0,5}}"
_PLACE = rf"{_WORD}(?:,? (?:(?:and|of|the|upon|on) )?{_WORD}){{0,5}}"
_ROLE = (
    r"(?:[\w’'-]+ ){0,6}(?i:correspondents?|reporters?|editors?|writers?|staff|columnists?|"
    r"journalists?|analysts?|chief|producers?|bureau|contributors?|critic|commentator)"
    r"(?: (?:at|for|of|on) .{2,40})?"
)
_TAIL = (
    rf"(?:(?:,? (?:in|at|near|for|from|of) (?:the )?{_PLACE})|,? {_ROLE}|(?:,| [|·–—/-]) {_PLACE}|"
    r"(?:,| [|·–—/-])? ?[^a-z]*\d{4}[^a-z]*)"
)
_BY = re.compile(rf"(?P<by>[Bb]y|BY):? (?P<names>{_NAMES})(?P<tail>{_TAIL}{{0,3}})")
_ALONE = re.compile(
    rf"(?P<names>{_WORD}(?: (?:{_PARTICLE} )?{_WORD}){{1,2}})"
    rf"(?P<tail>,? (?:in|at|near|from) {_PLACE}|, {_ROLE}|, {_PLACE})?"
)
_ROLE_AFTER = re.compile(rf",\s*{_ROLE}$")
_PLUG = re.compile(
    r"(?i:follow|e-?mail|contact) ([A-Z][\w'’.-]+(?: [A-Z][\w'’.-]+){1,3}) (?:on|at)"
)
_FRONT = 40
_CALENDAR = frozenset(
    (
        "monday tuesday wednesday thursday friday saturday sunday january february march april "
        "june july august september october november december christmas easter ramadan spring "
        "summer autumn winter night noon midnight today tomorrow yesterday next last this that "
        "the then when contrast comparison law now far all any popular request chance and"
    ).split()
)
_SMALL = re.compile(r"(?<![\w'’])[a-z]{2,}")


class Byline(NamedTuple):
    """The author as the byline column has it; the places of the lines that say it, how sure."""

    author: str
    lines: dict[int, float]


def find_byline(
    lines: list[Line],
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
    *,
    known: str = UNKNOWN,
    outlet: str = UNKNOWN,
) -> Byline:
    """Return the byline of a document and the lines that hold nothing else.

    Parameters
    ----------
    lines : list of Line
    parts : list of str or None
        ``headline`` where a line is the headline.
    removed : dict
        Places already cut, with the rule.
    known : str
        The byline that the document came with, or ``unknown``.
    outlet : str
        The outlet's name, which is nobody's byline.

    Returns
    -------
    Byline
        ``author`` is ``unknown`` where none was found.
    """
    texts = [without_markup(line.text) for line in lines]
    prose = [place for place, text in enumerate(texts) if is_sentence(text)]
    # Without sentences there is no telling where the story begins: only the first lines count.
    second = prose[1] if len(prose) > 1 else min(len(texts), _FRONT)
    last = prose[-1] if prose else -1
    author, found = known, {}
    for place, text in enumerate(texts):
        if parts[place] == "headline" or len(text) > 160:
            continue
        if second <= place < last or (place > last and place >= max(second, last + _FRONT)):
            continue
        bare = bare_words(text)
        if known != UNKNOWN and bare.removeprefix("by ") == bare_words(known).removeprefix("by "):
            found[place] = 0.98
        elif match := _is_byline(text):
            found[place] = 0.97 if place < second else 0.93
            author = _author(match) if author == UNKNOWN else author
        elif place < second and _is_name_under_headline(place, texts, parts):
            match = _ALONE.fullmatch(text)
            found[place] = 0.92
            author = match.group("names") if author == UNKNOWN and match else author
    if author == UNKNOWN:
        author = _plugged(lines, removed, outlet)
    return Byline(author, found)


def masthead_lines(lines: list[Line], outlet: str) -> list[int]:
    """Places of lines before the story that are nothing but the outlet's name."""
    if outlet == UNKNOWN:
        return []
    first = next((p for p, line in enumerate(lines) if is_sentence(line.text)), 0)
    name = bare_words(outlet)
    return [place for place in range(first) if bare_words(lines[place].text) == name]


def _is_byline(text: str) -> re.Match[str] | None:
    match = _BY.fullmatch(text)
    if match is None or text.endswith((".", "!", "?")):
        return None
    words = re.findall(r"[^\W\d_]+", match.group("names").lower())
    if _CALENDAR & set(words) - {"and"} or outlet_in_furniture([text]) != UNKNOWN:
        return None
    # One name alone is an agency's or nobody's: "By Reuters", not "By Sea".
    credit = find_credit(match.group("names"), "")
    return match if " " in match.group("names") or credit else None


def _author(match: re.Match[str]) -> str:
    """The names, with what follows them where that names the agency they wrote for."""
    whole = match.group("names") + match.group("tail")
    names = _ROLE_AFTER.sub("", match.group("names"))
    agency = find_credit(whole, "") and not find_credit(names, "")
    return " ".join((whole if agency else names).split())


def _is_name_under_headline(place: int, texts: list[str], parts: list[str | None]) -> bool:
    """A name alone with a title before it and a time stamp of the page right after it."""
    if place + 1 >= len(texts) or not stamp(texts[place + 1]):
        return False
    match = _ALONE.fullmatch(texts[place])
    titled = "headline" in parts or any(text.count(" ") >= 3 for text in texts[:place])
    if match is None or not titled:
        return False
    small = {word for text in texts for word in _SMALL.findall(text)}
    return not {word.lower() for word in match.group("names").split()} & (small | _CALENDAR)


def _plugged(lines: list[Line], removed: dict[int, tuple[str, float]], outlet: str) -> str:
    for place, line in enumerate(lines):
        match = _PLUG.match(line.text) if place in removed and len(line.text) <= 120 else None
        if match is None:
            continue
        named = " ".join(match.group(1).split())
        # "Follow Harbour Post on …" names the house, not who wrote.
        house = bare_words(named) == bare_words(outlet) or outlet_in_furniture([line.text])
        if house in (False, UNKNOWN):
            return named
    return UNKNOWN
