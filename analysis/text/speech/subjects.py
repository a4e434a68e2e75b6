"""Whose verb a cue is, read from the words before it, where no source was seen there.

Comes in: the text of a sentence up to a cue. Goes out: where its subject stands, or nothing: the
noun phrase that ends at the cue, behind which no other clause begins ("and the leadership in the
north want", "while Oland, for its part, has said"). A phrase counts only when it begins as noun
phrases do (an article, a capital, a plural) and holds no verb that can be told by its form. There
is no up or down here, and no parser: what cannot be told is left open.
"""

from __future__ import annotations

import re

from analysis.text.speech.cues import read_cue_verbs

_TOKEN = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*\.?|[^\w\s]")
# ", for its part," stands between a subject and its verb.
_ASIDE = re.compile(r",\s[^,;:.!?“”\"]{2,60},\s*$")
_CLAUSE = frozenset(
    "and but or yet nor as while when whereas because since although though after before until "
    "if unless that which who whom whose where how why what than so".split()
)
_STARTS = frozenset(
    "the a an his her their its our my this these those some many several most both all other "
    "another two three four five six seven eight nine ten no few every each local".split()
)
_VERBS = frozenset(
    "is are was were be been being am has have had having do does did will would can could may "
    "might must shall should not it he she they we you i there him them me us".split()
)
_PREPOSITIONS = frozenset(
    "of in from at for with on to near by under against about into over through during".split()
)
_PEOPLE = frozenset("police people media press staff public children".split())
_MOST_WORDS = 9
_BY = re.compile(r"\bby\s+(?:an?\s+|the\s+)?$", re.I)
_RELATIVE = re.compile(r",?\s+(?:who|which|that)\s+(?:have|has|had|were|was|are|is)\b", re.I)
_PARTICIPLE = re.compile(r"\w+(?:ed|en|wn|ught|lt|ld|pt|ft|ung)$")
_AWAY = re.compile(
    r"\b(?:of|from|by|with|among)\s+((?:(?!\b(?:of|from|by|with|among)\b)[^,;:.!?]){3,60}?)\s*$",
    re.I,
)


def subject_before(text: str, begin: int, cue: int) -> tuple[int, int] | None:
    """Return the noun phrase between ``begin`` and a cue whose verb the cue is, if there is one.

    Parameters
    ----------
    text : str
        The article.
    begin, cue : int
        Where the sentence and the cue begin.

    Examples
    --------
    >>> text = "The talks failed and the mayors of both towns want a vote."
    >>> text[slice(*subject_before(text, 0, text.index("want")))]
    'the mayors of both towns'
    """
    aside = _ASIDE.search(text, begin, cue)
    end = aside.start() if aside else cue
    words = [
        (match.start(), match.end(), match.group()) for match in _TOKEN.finditer(text, begin, end)
    ]
    first = len(words)
    while first > 0 and len(words) - first < _MOST_WORDS:
        word = words[first - 1][2]
        if not word[0].isalnum() or word.lower() in _CLAUSE:
            break
        first -= 1
    return _noun_phrase(words[first:])


def subject_of_passive(
    text: str, begin: int, source: tuple[int, int], cue: int
) -> tuple[int, int] | None:
    """Return whom a cue belongs to where its seeming source is only the doer of a passive.

    "Guards who have been held by the army have urged": not the army urged. Nothing is returned
    where the source is no such doer.
    """
    if text[source[1] : cue].strip() or not _BY.search(text, begin, source[0]):
        return None
    passive = text.rfind(" by ", begin, source[0] + 1)
    relatives = list(_RELATIVE.finditer(text, begin, passive))
    if relatives:
        return subject_before(text, begin, relatives[-1].start())
    before = _TOKEN.findall(text[begin:passive])
    if len(before) < 2 or not _PARTICIPLE.match(before[-1]):
        return None
    if before[-2].lower() in _VERBS or not before[-2][0].isalnum():
        return None
    subject = subject_before(text, begin, passive - len(before[-1]))
    return None if subject is None else (subject[0], source[1])


def subject_of_participle(text: str, begin: int, cue: int) -> tuple[int, int] | None:
    """Return whom a participle without a comma before it belongs to: videos of guards saying.

    Examples
    --------
    >>> text = "It follows videos of captured guards voicing regret."
    >>> text[slice(*subject_of_participle(text, 0, text.index("voicing")))]
    'captured guards'
    """
    found = _AWAY.search(text, begin, cue)
    if found is None:
        return None
    words = [(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text, *found.span(1))]
    phrase = _noun_phrase(words) if len(words) <= 5 else None
    if phrase is None or not (words[-1][2][0].isupper() or is_plural(found.group(1))):
        return None
    return phrase


def is_verb(text: str, cue: tuple[int, int]) -> bool:
    """Say whether a cue begins as a verb with a subject does: not "by telling", "words about"."""
    first = _TOKEN.match(text, *cue)
    word = first.group().lower() if first else ""
    known = read_cue_verbs().get(word)
    if word.endswith("ing"):
        return False
    return word in _VERBS or word.endswith("ly") or word == "also" or known is not None


def is_plural(phrase: str) -> bool:
    """Say whether a phrase names more than one: by its head, its number, or an "and".

    Examples
    --------
    >>> is_plural("A group of guards"), is_plural("Ann Roe and Jo Dahl"), is_plural("the mayor")
    (True, True, False)
    """
    words = [word for word in _TOKEN.findall(phrase) if word[0].isalnum()]
    lower = [word.lower() for word in words]
    if not words:
        return False
    if " and " in f" {phrase} " and "," not in phrase.split(" and ")[0]:
        return True
    stop = next((n for n, word in enumerate(lower) if n and word in _PREPOSITIONS | _CLAUSE), None)
    last = (len(lower) if stop is None else stop) - 1
    if last > 0 and stop is not None and _PARTICIPLE.match(lower[last]):
        last -= 1 if not lower[last].endswith("men") else 0  # Troops captured by the north
    head = lower[last]
    if head in ("group", "number", "crowd", "couple", "handful") and stop is not None:
        return is_plural(" ".join(words[stop + 1 :]))
    if (
        head in _PEOPLE
        or head.endswith("men")
        or lower[0] in ("both", "many", "several", "two", "three", "four", "five")
    ):
        return True
    named = last > 0 and words[last][0].isupper()
    if named and (len(words) > 1 and words[0][0].isupper() and lower[0] not in _STARTS):
        return False  # Ann Sanders; but "the Greens", "Democrats"
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "'s", "’s"))


def _noun_phrase(words: list[tuple[int, int, str]]) -> tuple[int, int] | None:
    """Return the span of words that can be a noun phrase, else nothing."""
    while words and words[0][2].lower() in ("then", "now", "also", "still", "later", "earlier"):
        words = words[1:]
    if not words or len(words) >= _MOST_WORDS:
        return None
    lower = [word.lower() for _, _, word in words]
    if any(word in _VERBS for word in lower) or lower[-1] in _PREPOSITIONS | _STARTS:
        return None
    if lower[0] in _PREPOSITIONS or lower[-1].endswith(("'s", "’s", "ly", "ing")):
        return None
    for place, word in enumerate(lower[1:]):
        # "offered some": a verb that its form does not tell stands before an object.
        if word in _STARTS and lower[place] not in _PREPOSITIONS | _STARTS:
            return None
    known = read_cue_verbs()
    if any(word in known and word != known[word].lemma for word in lower):
        return None
    phrase = " ".join(word for _, _, word in words)
    if lower[0] in _STARTS or words[0][2][0].isupper() or is_plural(phrase):
        return words[0][0], words[-1][1]
    return None
