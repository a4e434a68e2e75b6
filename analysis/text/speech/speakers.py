"""Who speaks: the words that name a source in, the named actor behind them out.

A full name stands for itself; a last name or a description (the Russian leader) for the latest
full name that it fits; a pronoun for the nearest earlier person of its gender, or source of its
number. A pronoun that nothing fits is ``unresolved``; other words that name nobody known are kept
as they stand. Nothing outside the article is looked up except the actors of its event.

Reference: Elson, D. K., & McKeown, K. R. (2010). Automatic attribution of quoted speech in
literary narrative. AAAI-10. https://doi.org/10.1609/aaai.v24i1.7720
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from analysis import DATA
from analysis.tables import UNRESOLVED
from analysis.text.speech.cues import read_cue_verbs
from analysis.text.speech.subjects import is_plural

_LISTS = DATA / "lexicons"
_CAPITAL = r"(?:[A-ZÀ-Þ][\w]*(?:['’-][A-ZÀ-Þ]?\w+)*|(?:[A-Z]\.){1,3})"
_NAME = re.compile(
    rf"(?<![\w@#.]){_CAPITAL}(?:(?:[ \u00a0]|(?<=[A-Z]\.))"
    rf"(?:(?:de|la|le|van|von|der|bin|al|el|of the|of)[ ](?={_CAPITAL}))?{_CAPITAL})*"
)
_PIECE = re.compile(r"\S+")
_POSSESSIVE = re.compile(r"['’]s?$")
_BEFORE = re.compile(r"((?:[\w’'.-]+ ){1,4})$")
_MALE = frozenset("he him his himself".split())
_FEMALE = frozenset("she her hers herself".split())
_PLURAL = frozenset("they them their theirs themselves".split())
_THING = frozenset("it its itself".split())
_RELATIVE = frozenset("who which that whom".split())
# Who these are the article does not say by a name.
_NOBODY = frozenset("i we us our my me you your one".split())
# Parts of speech that no name has within, as headlines in capitals write them.
_PARTING = frozenset(
    "them him me us who whom what why how when where as after before while is are was were be "
    "been has have had will would can could should may must to from with by over amid against "
    "into about that his her their my our your its not but if".split()
)
_NEAR_SENTENCES = 2  # between "they" or "it" and whom it means
_TITLES = re.compile(r"(?:[A-Z][\w.]*\s+){1,3}$")
_PLACED = re.compile(
    r"\b(?:in|at|from|to|of|near|across|over|for|on|into|against|with|by|outside|around)\s+(?:the\s+)?$",
    re.I,
)
_FIRST_WORD = re.compile(r"[^\w]*(\w+)")
_KIND_OF = frozenset(
    "official local early recent initial preliminary unconfirmed new latest previous".split()
)
_NEXT_WORD = re.compile(r"\s+([a-z]\w+)")
_PRONOUNS = _MALE | _FEMALE | _PLURAL | _THING | _RELATIVE | _NOBODY
_READINGS = ("speech", "thought", "judgement")
_LONGEST_HEADLINE = 250
_HANGING = re.compile(r"\s+(?:in|on|at|of|to|for|from|with|and|or|who|which)$")
_LAST_WORD = re.compile(r"[^\W\d_]+\.?$")
_EDGES = " \u00a0\n\t,;:"
_COMMA = re.compile(r",\s+(?:the\s+)?$")
# A description of somebody begins with a small letter, or with one of these words.
_DESCRIBES = re.compile(r"[a-z]|(?:The|An?|Its|His|Her|Their|Our|One)\s")
_CLAUSE_OF = frozenset("who whose which".split())
_AS_FAR_BACK = 200  # names between a pronoun and whom it means
_SUBJECT = re.compile(r"\b(?:[Hh]e|[Ss]he|[Tt]hey)\b")
_ENDS_NAME = re.compile(
    r",|\(|\s[–—-]\s|\b(?:who|which|of|in|from|at|for|with|on|whose|to)\b", re.I
)
_NOT_NAMES = frozenset(
    "the a an he she it they we you i this that these those his her its their our my in on at but "
    "and or so yet for as if when while after before since although though however there what who "
    "why how where many some most both no not one two last then now still among with by from to "
    "during despite according meanwhile earlier later also even just only more all any each every "
    "such other another first next here once until because about over under into than yes well "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december mr mrs ms dr follow read more please "
    "let do don did does is are was were be have has had will would can could should take asked "
    "told said says speaking writing responding instead perhaps maybe nearly several three four "
    "five six seven eight nine ten recent thousands hundreds dozens".split()
)
_ORGANISATION = re.compile(
    r"\b(?:Party|Committee|Council|Court|Department|Ministry|Agency|Bureau|Association|Union|"
    r"University|College|Institute|Center|Centre|Foundation|Commission|Congress|Senate|House|"
    r"Parliament|Army|Forces|Force|Guard|Police|Post|Times|News|Journal|Group|Bank|Fund|Company|"
    r"Corp|Inc|Ltd|Board|Office|Service|Administration|Organi[sz]ation|League|Front|Alliance|"
    r"Coalition|Campaign|Movement|Society|Church|Club|Network|Authority|Republicans|Democrats|"
    r"Staff|Kremlin|Pentagon|NATO|Federation|Assembly|Government|Network|Press|Media)\b"
)


@cache
def read_titles() -> dict[str, str]:
    """Return the words that stand before a name, with the gender they tell."""
    with (_LISTS / "titles.csv").open(encoding="utf-8", newline="") as lines:
        return {row["title"].lower(): row["gender"] for row in csv.DictReader(lines)}


@cache
def read_first_names() -> dict[str, str]:
    """Return first names with their gender: ``male``, ``female`` or ``either``."""
    with (_LISTS / "first_names.csv").open(encoding="utf-8", newline="") as lines:
        return {row["name"].lower(): row["gender"] for row in csv.DictReader(lines)}


@cache
def read_places() -> frozenset[str]:
    """Return names of countries, regions and large cities."""
    with (_LISTS / "places.csv").open(encoding="utf-8", newline="") as lines:
        return frozenset(row["place"] for row in csv.DictReader(lines))


@dataclass(frozen=True, slots=True)
class Name:
    """One capitalised name in a text: where, its words without titles, and what it may be."""

    start: int
    end: int
    words: str
    titles: str
    kind: str
    gender: str


@lru_cache(maxsize=1024)
def find_names(text: str) -> tuple[Name, ...]:
    """Return the names of a text in order: people, groups, places, and what cannot be told.

    Examples
    --------
    >>> [(n.words, n.kind, n.gender) for n in find_names("On Monday Mayor Ann Roe left Paris.")]
    [('Ann Roe', 'person', 'female'), ('Paris', 'place', 'unknown')]
    """
    titles, first_names, places = read_titles(), read_first_names(), read_places()
    names = []
    for match in _names_apart(text):
        words, start, spoken = _without_titles(match, titles)
        if not words:
            continue
        name = _POSSESSIVE.sub("", " ".join(words))
        if len(name) < 2:
            continue
        end = start + len(name)
        gender = next((titles[t] for t in spoken if titles[t] != "unknown"), "unknown")
        first = first_names.get(words[0].lower().rstrip("."), "")
        if gender == "unknown" and first in ("male", "female") and len(words) > 1:
            gender = first
        if name in places:
            kind, gender = "place", "unknown"
        elif _ORGANISATION.search(name) or (name.isupper() and len(name) > 1 and "." not in name):
            kind, gender = "group", "unknown"
        elif spoken or (first and len(words) > 1):
            kind = "person"
        else:
            kind = "unknown"
        names.append(Name(start, end, name, " ".join(spoken), kind, gender))
    return tuple(names)


def _names_apart(text: str) -> Iterator[re.Match]:
    """Yield runs of capitalised words; in a headline in capitals a verb of speech parts them."""
    for match in _NAME.finditer(text):
        first, last = match.span()
        if match.group().count(" ") and _in_capitals(text, first):
            for word in _PIECE.finditer(text, first, last):
                if word.group().lower() in _PARTING or (
                    word.start() > first and _tells(word.group())
                ):
                    # What stands before the verb, and after it what it was said of.
                    yield from _NAME.finditer(text, first, word.start())
                    first = word.end()
            if first > match.start():
                yield from _NAME.finditer(text, first, last)
                continue
        yield match


def _tells(word: str) -> bool:
    """Say whether a word is a verb of speech as headlines use it (Asks, Said, but not States)."""
    verb = read_cue_verbs().get(word.lower())
    third = verb is not None and verb.reading in _READINGS and word.lower() != verb.lemma
    return third and word != "States" and word.endswith(("s", "d"))


@lru_cache(maxsize=4096)
def _capitals(line: str) -> bool:
    words = [word for word in _PIECE.findall(line) if len(word) > 3 and word[0].isalpha()]
    return len(words) >= 4 and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


def _in_capitals(text: str, at: int) -> bool:
    """Say whether the line around a place is a headline with nearly every word in capitals."""
    end = text.find("\n", at)
    line = text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]
    return len(line) < _LONGEST_HEADLINE and _capitals(line)


def _without_titles(match: re.Match, titles: dict[str, str]) -> tuple[list[str], int, list[str]]:
    """Return the words of a name, where they start, and the titles that stood before them."""
    pieces = [(word.group(), match.start() + word.start()) for word in _PIECE.finditer(match[0])]
    plain = [word.strip(".").lower() for word, _ in pieces]
    first, spoken = 0, []
    while first < len(pieces) and (plain[first] in _NOT_NAMES or plain[first] in titles):
        first += 1
    if 0 < first < len(pieces) and plain[first] == "of":
        # Director of the Port: what is left of a title is no name.
        first += 1 + (plain[first + 1 : first + 2] == ["the"])
    # Russian President Vladimir Putin: what stands before the title is not the name either.
    for place in range(len(pieces) - 1, first - 1, -1):
        if plain[place] in titles and place + 1 < len(pieces):
            first = place + 1
            break
    spoken = [word for word in plain[:first] if word in titles]
    last = len(pieces)
    while last > first and plain[last - 1] in _NOT_NAMES:
        last -= 1
    words = [word for word, _ in pieces[first:last]]
    return words, pieces[first][1] if words else match.start(), spoken


class Speakers:
    """The names of one article, ready to resolve the sources of its quotations.

    Parameters
    ----------
    text : str
        The article.
    known : dict of str to (str, str), optional
        Alias → (actor, gender) of the article's event.
    quoted : list of (start, end), optional
        Marked stretches, in order: whom they name is not whom a pronoun outside them means.
    sentences : list of int, optional
        Where sentences begin: a pronoun rather means whom its sentence or the one before
        names first.
    sources : list of (start, end), optional
        Words that name sources, in order: whom "they" and "it" may mean.
    """

    def __init__(
        self,
        text: str,
        known: dict[str, tuple[str, str]] | None = None,
        sentences: list[int] | None = None,
        quoted: list[tuple[int, int]] | None = None,
        sources: list[tuple[int, int]] | None = None,
    ):
        self.text = text
        self.known = known or {}
        self.names = list(find_names(text))
        self._sentences = sentences or [0]
        self._quoted = quoted or []
        self._sources = sources or []
        self._full: dict[str, Name] = {}
        self._described: dict[str, str] = {}
        genders: dict[str, str] = {}
        for name in self.names:
            some_one = name.kind in ("person", "unknown") and " of " not in name.words
            if some_one and " " in name.words:
                self._full.setdefault(name.words.split()[-1], name)
                self._describe(name)
            if name.gender != "unknown":
                genders.setdefault(name.words.split()[-1], name.gender)
        for place, name in enumerate(self.names):
            last = name.words.split()[-1]
            gender, kind = name.gender, name.kind
            if gender == "unknown":
                gender = genders.get(last, self.known.get(name.words, ("", "unknown"))[1])
            if kind == "unknown" and last in self._full:
                kind = self._full[last].kind
            if (gender, kind) != (name.gender, name.kind):
                self.names[place] = replace(name, gender=gender, kind=kind)
        self._starts = [name.start for name in self.names]
        spans = [
            (self._titled(name), name.end)
            for name in self.names
            if name.kind != "place" or not _PLACED.search(text, max(0, name.start - 12), name.start)
        ]
        spans.extend(match.span() for match in _SUBJECT.finditer(text))
        self.spans = sorted(spans)

    def _titled(self, name: Name) -> int:
        """Return where a name begins when the titles before it are taken with it."""
        if not name.titles:
            return name.start
        before = _TITLES.search(self.text, max(0, name.start - 40), name.start)
        return before.start() if before else name.start

    def resolve(self, start: int, end: int) -> str:
        """Return the named actor that ``text[start:end]`` stands for, else its own words."""
        start, end = self._without_edges(start, end)
        source = " ".join(self.text[start:end].split())
        if not source:
            return UNRESOLVED
        if source.isdigit() or source.partition(" ")[0].lower() in _CLAUSE_OF:
            # "Roe, 58, said", "Roe, who was minister until 2016, said".
            return self._beside(start) or UNRESOLVED
        beside = self._apposition(start, end)
        if beside is not None:
            return self._whole(beside)
        word = _POSSESSIVE.sub("", source).lower()
        if word in _MALE or word in _FEMALE:
            gender = "male" if word in _MALE else "female"
            return self._nearest(start, gender) or UNRESOLVED
        if word in _PLURAL or word in _THING:
            return self._source_before(start, plural=word in _PLURAL) or UNRESOLVED
        if word in _RELATIVE:
            return self._beside(start) or UNRESOLVED
        if word in _NOBODY:
            return UNRESOLVED
        if word in _KIND_OF:
            # "Official estimates": a kind of thing, not someone of that name.
            following = _NEXT_WORD.match(self.text, end)
            return f"{word} {following.group(1)}" if following else UNRESOLVED
        if " " not in source and self._common(source):
            return source.lower()
        cut = _ENDS_NAME.search(source, 3)
        head = source[: cut.start()].strip() if cut else source
        described = self._described.get(re.sub(r"^the\s+", "", head.lower()))
        if described:
            return described
        inside = self.names[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        here = [n for n in inside if n.end <= end and n.end <= start + len(head) + 2]
        here = [n for n in here if n.kind != "place"] or here
        if " and " in head and len(here) > 1:
            return source.rstrip(" ,")
        if cut is not None and cut.group() == "," and not any(n.kind == "person" for n in here):
            # The ministry's adviser, Ann Roe: the name stands beside the description.
            after = start + cut.end()
            beside = [n for n in inside if n.kind == "person" and 0 <= n.start - after <= 12]
            if beside and " and " not in source[cut.end() :]:
                return self._whole(beside[0])
        if here and here[-1].end >= start + len(head) - 2:
            people = [n for n in here if n.kind == "person"]
            return self._whole((people or here)[-1])
        if head in self._full:
            # A last name that a headline in capitals runs together with its verb.
            return self._whole(self._full[head])
        person = self._full.get(head.split()[-1])
        if person is not None and person.words == head:
            return self._whole(person)
        # "The army" at the beginning of a sentence is "the army" in its middle.
        if self._common(source):
            source = source[0].lower() + source[1:]
        return re.sub(r"^(?:The|An?)(?=\s[a-z])", lambda match: match.group().lower(), source)

    def _without_edges(self, start: int, end: int) -> tuple[int, int]:
        """Return a source without the blanks and commas at its edges."""
        source = self.text[start:end]
        return start + len(source) - len(source.lstrip(_EDGES)), start + len(source.rstrip(_EDGES))

    def _apposition(self, start: int, end: int) -> Name | None:
        """Return the name that ends a description: "the head of the League, Ann Roe"."""
        if not _DESCRIBES.match(self.text, start, end):
            return None
        last = self.names[max(0, bisect_left(self._starts, end) - 1) :][:1]
        for name in last:
            first = self._titled(name)
            if name.end == end and start < first and _COMMA.search(self.text, start, first):
                return name if name.kind != "place" else None
        return None

    def _common(self, source: str) -> bool:
        """Say whether a capital is only that of a sentence: "Local officials", "Troops held"."""
        first, _, rest = source.partition(" ")
        plain = first[:1].isupper() and first[1:].islower() and first not in self.known
        if not plain or not (rest[:1].islower() or (not rest and is_plural(source))):
            return False
        return re.search(rf"\b{re.escape(first.lower())}\b", self.text) is not None

    def widen(
        self, source: tuple[int, int] | None, cue: tuple[int, int] | None = None
    ) -> tuple[int, int] | None:
        """Return a source that begins or ends inside a name with the whole of that name.

        A title alone goes on to its name; a preposition at the end belongs to what follows. In
        a headline in capitals verbs look like names: a source ends where its cue begins.
        """
        if source is None:
            return None
        start, end = source
        hanging = _HANGING.search(self.text, start, end)
        if hanging is not None and hanging.start() > start:
            end = hanging.start()
        title = _LAST_WORD.search(self.text, start, end)
        if title is not None and title.group().lower().rstrip(".") in read_titles():
            after = bisect_left(self._starts, end)
            if after < len(self.names) and not self.text[end : self._starts[after]].strip(". "):
                end = self.names[after].end
        first = max(0, bisect_left(self._starts, start) - 1)
        for name in self.names[first : first + 40]:
            if name.start >= end:
                break
            if name.start < start < name.end:
                start = name.start
            if name.start < end < name.end:
                end = name.end
        if cue is not None and start < cue[0] < end:
            end = start + len(self.text[start : cue[0]].rstrip())
        return start, end

    def gender_of(self, name: str) -> str:
        """Return the gender that the article tells of a name, or ``unknown``."""
        return next((n.gender for n in self.names if n.words == name), "unknown")

    def _whole(self, name: Name) -> str:
        if name.kind == "place":
            return name.words
        front = name.words.partition(" of ")[0]
        person = self._full.get(front.split()[-1])
        if front != name.words and person is not None and person.words == front:
            # Ann Roe of the Institute: elsewhere the article names her alone.
            return self._whole(person)
        if name.words in self.known:
            return self.known[name.words][0]
        last = name.words.split()[-1]
        full = self._full.get(last)
        if full is not None and (name.words == last or name.kind != "group"):
            whole = full.words if " " not in name.words else name.words
            return self.known.get(whole, (whole, ""))[0]
        return name.words

    def _nearest(self, before: int, gender: str) -> str | None:
        """Return the person of a gender that the nearest earlier sentence names first.

        A sentence that begins with a pronoun of that gender speaks of the same person as those
        before it: whom it names besides is another.
        """
        other = "female" if gender == "male" else "male"
        same = _MALE if gender == "male" else _FEMALE
        place = bisect_left(self._starts, before)
        sentence = bisect_right(self._sentences, before)
        best: Name | None = None
        for name in reversed(self.names[max(0, place - _AS_FAR_BACK) : place]):
            begins = bisect_right(self._sentences, name.start)
            if best is not None and begins != sentence:
                break
            if name.kind not in ("person", "unknown") or name.gender == other:
                continue
            if name.gender != gender and name.kind != "person":
                continue
            near = bisect_right(self._quoted, (name.start, len(self.text))) - 1
            if near >= 0 and name.start < self._quoted[near][1] <= before:
                continue
            if begins > 0:
                first = _FIRST_WORD.match(self.text, self._sentences[begins - 1])
                if first is not None and first.group(1).lower() in same:
                    continue
            best, sentence = name, begins
        return None if best is None else self._whole(best)

    def _source_before(self, before: int, *, plural: bool) -> str | None:
        """Return the nearest earlier source that is a group (they), or no person (it)."""
        sentence = bisect_right(self._sentences, before)
        for start, end in reversed(self._sources[: bisect_left(self._sources, (before, 0))]):
            if sentence - bisect_right(self._sentences, start) > _NEAR_SENTENCES:
                break
            words = self.text[start:end]
            if end > before or _POSSESSIVE.sub("", words).lower() in _PRONOUNS:
                continue
            if is_plural(words) != plural:
                continue
            inside = self.names[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
            person = any(name.kind == "person" for name in inside)
            if not person or (plural and re.search(r"\s|,", words)):
                return self.resolve(start, end)
        return None

    def _beside(self, start: int) -> str | None:
        """Return the name right before "who"."""
        place = bisect_left(self._starts, start) - 1
        if place < 0 or self.text[self.names[place].end : start].strip(" ,"):
            return None
        return self._whole(self.names[place])

    def _describe(self, name: Name) -> None:
        before = _BEFORE.search(self.text, max(0, name.start - 60), name.start)
        if before is None:
            return
        words = before.group(1).lower().split()
        titles = read_titles()
        if words[-1] in titles:
            for first in range(max(0, len(words) - 2), len(words)):
                self._described.setdefault(" ".join(words[first:]), name.words)
