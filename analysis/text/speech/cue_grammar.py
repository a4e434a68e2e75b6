"""Where grammar overrules the tagger: cues that report nothing, clauses that were cut wrong.

Comes in: the spans that were read off the tagger's probabilities. Goes out: the same, mended where
the words themselves say so: "it is not clear whether" is nobody's judgement but the writer's; what
stands before the verb at the head of a sentence is its subject, not what was said; a relative
clause belongs to the words it goes on from; "announced a plan and has since left" says no more
than the plan. There is no up or down here. What is not plain from the words stays as it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from functools import cache
from operator import itemgetter

from analysis.text.speech.attributions import Reported
from analysis.text.speech.cues import speech_pattern
from analysis.text.speech.subjects import subject_before, subject_of_passive

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_OPENING = "“\"'‘«`„"
# "it is not clear whether": the writer judges.
_IMPERSONAL = re.compile(
    r"\b(?:it|It)(?:\s+(?:is|was|remains|remained|seems|appears)|['’]s)"
    r"(?:\s+(?:not|still|yet|also|now|far from)){0,2}"
    r"(?:\s+(?:un)?(?:clear|certain|known|likely|possible|true|obvious))?\s*$"
)
# "Weeping guards turn on": of a kind with the noun behind it.
_PARTICIPLE = re.compile(r"[^\W\d_]+ing")
# "have been seen leaving": somebody saw it, nobody said so.
_SEEN = re.compile(r"\b(?:is|are|was|were|been|be|being)\s+(?:\w+ly\s+)?(?:seen|pictured|spotted)$")
# "gave an address to a crowd", "In his address to": an occasion, not what was said on it.
_OCCASION = re.compile(
    r"(?:\b(?:gives?|gave|given|giving|delivers?|delivered|makes?|made|held|holds?)\s+(?:an?|his|her|"
    r"their|the)\s+)?(?:address|speech|lecture|interview|briefing|news conference)$",
    re.I,
)
_RELATIVE = re.compile(r",?\s+(?:which|that|who)$")
_NEW_SUBJECT = re.compile(
    r",?\s+(?:as|while|when|and|but|because|after|before|since)\s+(he|she|they|it)$", re.I
)
_HANGING = re.compile(r"[,;]?\s+(?:and|but|while|as|after|before|because|of|during)$")
# What a noun phrase is joined with is no predicate: "a plan and has since gone".
_PREDICATE = re.compile(
    r",?\s+and\s+(?:has|have|had|is|was|were|are|will|would)\s+"
    r"(?:(?:since|then|now|already|later|also)\s+)?\w+(?:ed|en|ne|ing|wn)\b"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|did|do)\b|"
    r"['’](?:s|re|ve|ll|d)\b"
)
_NOUN_FIRST = re.compile(r"[“\"'‘]?(?:an?|the|his|her|its|their)\b", re.I)
_IN_STATEMENT = re.compile(r"(?<=\w)\s+(?:on|at|to|of|with|for|by)$", re.I)
_STATEMENT = re.compile(
    r"\b(?:in|via|through)\s+(?:an?|the|his|her|their|its)\s+(?:\w+\s+){0,2}\w+$", re.I
)
_NEXT_CLAUSE = re.compile(r"[;“”\"]|,\s(?:but|while|whereas)\b")
_LONGEST_SUBJECT = 60
_first = itemgetter(0)


def mend_reported(text: str, sentences: list[tuple[int, int, int]], reported: Reported) -> Reported:
    """Mend the spans of one article where its words leave no doubt.

    Parameters
    ----------
    text : str
        The article.
    sentences : list of (start, end, paragraph)
        In order.
    reported : Reported
        What was read off the tagger. It is changed in place, and returned.
    """
    for start, end, _ in sentences:
        _drop_cues(text, start, end, reported)
        _part_pronouns(text, start, end, reported)
        _find_subject(text, start, end, reported)
        _widen_sources(text, start, end, reported)
        _join_relative(text, start, end, reported)
        _find_passives(text, start, end, reported)
    for clause in _said_plainly().finditer(text):
        _add_clause(text, clause, sentences, reported)
    reported.cues[:] = [_without_preposition(text, cue) for cue in reported.cues]
    cut = (_cut(text, span) for span in reported.contents)
    reported.contents[:] = [_with_mark(text, span) for span in cut if span is not None]
    return reported


@cache
def _said_plainly() -> re.Pattern:
    """Return a name, a verb of speech and the beginning of a clause: "Oland states it will"."""
    return re.compile(
        rf"(?:(?<=^)|(?<=[.,;:]\s)|(?<=\band\s)|(?<=\bbut\s)|(?<=\bwhile\s))"
        rf"((?:[A-Z][\w.’'-]+\s){{0,3}}[A-Z][\w’'-]+)\s({speech_pattern()})\s"
        r"(?=(?:that|it|he|she|they|there)\s)",
        re.M,
    )


def _add_clause(
    text: str, clause: re.Match, sentences: list[tuple[int, int, int]], reported: Reported
) -> None:
    """Add a clause that a name and a verb of speech introduce, if the tagger saw nothing there."""
    start, end, _ = sentences[max(0, bisect_right(sentences, clause.start(), key=_first) - 1)]
    last = end - 1 if text[end - 1] in ".!?" else end
    stop = _NEXT_CLAUSE.search(text, clause.end(), last)
    said = (clause.end(), stop.start() if stop else last)
    if clause.start() < start or clause.end() >= last or len(_WORD.findall(text, *said)) < 3:
        return
    if any(
        first < said[1] and final > clause.start()
        for spans in (reported.sources, reported.cues, reported.contents)
        for first, final in spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (said[1], 0))]
    ):
        return
    insort(reported.sources, clause.span(1))
    insort(reported.cues, clause.span(2))
    insort(reported.contents, said)


def _drop_cues(text: str, start: int, end: int, reported: Reported) -> None:
    """Drop what reports nothing, with the words it seemed to introduce."""
    for cue in _inside(reported.cues, start, end):
        said = text[cue[0] : cue[1]]
        impersonal = _IMPERSONAL.search(text, start, cue[1])
        opens = cue[0] == start and _PARTICIPLE.fullmatch(said) and "," not in text[start:end]
        seen, occasion = _SEEN.search(said), _OCCASION.fullmatch(said)
        if (impersonal and impersonal.start() <= cue[0]) or opens or seen or occasion:
            if occasion and re.match(r"\s*(?::|that\b|[“\"])", text[cue[1] : cue[1] + 8]):
                continue
            reported.cues.remove(cue)
            after = bisect_left(reported.contents, (cue[1], 0))
            if after < len(reported.contents) and impersonal:
                first, last = reported.contents[after]
                if (
                    last <= end
                    and not text[cue[1] : first].strip()
                    and not _named(reported, start, cue[0])
                ):
                    del reported.contents[after]


def _find_subject(text: str, start: int, end: int, reported: Reported) -> None:
    """Take words at the head of a clause that run into a cue for its source."""
    for content in _inside(reported.contents, start, end):
        first, last = content
        if (
            last - first > _LONGEST_SUBJECT
            or text[first] in _OPENING
            or not text[last - 1].isalnum()
        ):
            continue
        at = bisect_left(reported.cues, (last, 0))
        if at == len(reported.cues) or text[last : reported.cues[at][0]].strip(" \xa0"):
            continue
        cue = reported.cues[at]
        heads = first == start or text[start:first].rstrip().endswith((":", ";"))
        after = bisect_left(reported.contents, (cue[1], 0))
        introduces = after < len(reported.contents) and reported.contents[after][0] < end
        if not heads or not introduces or cue[1] > end:
            continue
        # Nothing but a noun phrase, and what says more of it: "Troops held in the north claim".
        found = subject_before(text, first, cue[0])
        if found is not None and found[0] == first:
            reported.contents.remove(content)
            insort(reported.sources, content)


def _part_pronouns(text: str, start: int, end: int, reported: Reported) -> None:
    """Take "as they" from the end of someone's words when the next cue is what they do."""
    for content in _inside(reported.contents, start, end):
        found = _NEW_SUBJECT.search(text, *content)
        at = bisect_left(reported.cues, (content[1], 0))
        if found is None or at == len(reported.cues):
            continue
        if text[content[1] : reported.cues[at][0]].strip(" \xa0"):
            continue
        reported.contents.remove(content)
        if len(_WORD.findall(text, content[0], found.start())) > 1:
            insort(reported.contents, (content[0], found.start()))
        insort(reported.sources, found.span(1))


def _find_passives(text: str, start: int, end: int, reported: Reported) -> None:
    """Replace a source that is only the doer of a passive by whom the cue belongs to."""
    for source in _inside(reported.sources, start, end):
        at = bisect_left(reported.cues, (source[1], 0))
        if at == len(reported.cues) or reported.cues[at][0] >= end:
            continue
        subject = subject_of_passive(text, start, source, reported.cues[at][0])
        if subject is not None:
            reported.sources.remove(source)
            insort(reported.sources, subject)


def _widen_sources(text: str, start: int, end: int, reported: Reported) -> None:
    """Give a source the one or two words before it that were taken for what was said."""
    for content in _inside(reported.contents, start, end):
        at = bisect_left(reported.sources, (content[1], 0))
        if content[0] != start or at == len(reported.sources) or reported.sources[at][0] >= end:
            continue
        source = reported.sources[at]
        few = len(_WORD.findall(text, *content)) <= 2
        touches = not text[content[1] : source[0]].strip(" \xa0") and text[content[1] - 1].isalnum()
        if few and touches and text[content[0]] not in _OPENING:
            reported.contents.remove(content)
            reported.sources[at] = (content[0], source[1])


def _join_relative(text: str, start: int, end: int, reported: Reported) -> None:
    """Join words, ", which", a verb taken for a cue, and what follows it, if nobody is named.

    ", which he claimed": there the relative clause is another report, and the pronoun falls away.
    """
    for content in _inside(reported.contents, start, end):
        if content not in reported.contents:
            continue
        relative = _RELATIVE.search(text, *content)
        if relative is None:
            continue
        at = bisect_left(reported.cues, (content[1], 0))
        by = bisect_left(reported.sources, (content[1], 0))
        if by < len(reported.sources) and not text[content[1] : reported.sources[by][0]].strip():
            reported.contents.remove(content)
            insort(reported.contents, (content[0], relative.start()))
            continue
        after = bisect_left(reported.contents, (content[1], 0))
        if at == len(reported.cues) or after == len(reported.contents):
            continue
        cue, following = reported.cues[at], reported.contents[after]
        touching = not text[content[1] : cue[0]].strip() and not text[cue[1] : following[0]].strip()
        if touching and following[1] <= end:
            del reported.cues[at]
            reported.contents.remove(following)
            reported.contents.remove(content)
            insort(reported.contents, (content[0], following[1]))


def _cut(text: str, content: tuple[int, int]) -> tuple[int, int] | None:
    """Return reported words without a word that hangs at their end, or a new predicate."""
    start, end = content
    hanging = _HANGING.search(text, start, end)
    if hanging is not None and hanging.start() > start:
        end = hanging.start()
    predicate = _PREDICATE.search(text, start, end)
    if (
        predicate is not None
        and _NOUN_FIRST.match(text, start, predicate.start())
        and not _FINITE.search(text, start, predicate.start())
    ):
        end = predicate.start()
    if end < content[1] and len(_WORD.findall(text, start, end)) < 2:
        return None  # "weeping as": nothing was said
    return start, end


def _with_mark(text: str, content: tuple[int, int]) -> tuple[int, int]:
    """Take in the mark that opens before the first word and is closed among the words."""
    start, end = content
    before = text[start - 1 : start]
    closing = {"“": "”", "‘": "’", "«": "»", "„": "“"}.get(before)
    if closing is not None and closing in text[start:end]:
        return start - 1, end
    return content


def _without_preposition(text: str, cue: tuple[int, int]) -> tuple[int, int]:
    """End "said in a statement on" before its last word."""
    hanging = _IN_STATEMENT.search(text, cue[0], cue[1])
    if hanging is not None and _STATEMENT.search(text, cue[0], hanging.start()):
        return cue[0], hanging.start()
    return cue


def _named(reported: Reported, start: int, end: int) -> bool:
    return bool(_inside(reported.sources, start, end))


def _inside(spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    return spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (end, 0))]
