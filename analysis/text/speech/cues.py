"""The verbs and phrases that introduce what someone says, and how the writer stands to them.

Comes in: the list ``data/lexicons/cue_verbs.csv``, each form with the reason for its kind. Goes
out: the kind of a cue: ``neutral`` (said, told), ``doubting`` (claimed, alleged: the words are the
speaker's alone), ``endorsing`` (revealed, admitted, noted: the words are taken as true). There is
no up or down. A verb's kind is read from the list, not from its sentence. Verbs of perception
(see, hear) are neutral: they tell how something came to be known, not that it is so.

The distinctions follow the ideas of the works below; which verb is of which kind is this project's
own judgement. No verb was taken from their printed lists and none was checked against them: they
may put a verb elsewhere, and two of them write of academic prose. A study that rests on the kinds
should have its coders judge them.

References
----------
Kiparsky, P., & Kiparsky, C. (1970). Fact. In M. Bierwisch & K. Heidolph (Eds.), Progress in
linguistics (pp. 143-173). Mouton.
Caldas-Coulthard, C. R. (1994). On reporting reporting. In M. Coulthard (Ed.), Advances in
written text analysis (pp. 295-308). Routledge.
Thompson, G., & Ye, Y. (1991). Evaluation in the reporting verbs used in academic papers.
Applied Linguistics, 12(4), 365-382. https://doi.org/10.1093/applin/12.4.365
Hyland, K. (2002). Activity and evaluation: Reporting practices in academic writing. In J.
Flowerdew (Ed.), Academic discourse (pp. 115-130). Longman.
Bednarek, M. (2006). Epistemological positioning and evidentiality in English news discourse: A
text-driven approach. Text & Talk, 26(6), 635-660.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache

from analysis import DATA

_LIST = DATA / "lexicons" / "cue_verbs.csv"
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
def speech_pattern() -> str:
    """Return the verbs of speech that stand behind a name (said, states), as one pattern."""
    return "|".join(
        sorted(
            word
            for word, verb in read_cue_verbs().items()
            if verb.reading == "speech" and word != verb.lemma and word.endswith(("d", "s"))
        )
    )


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
