"""Articles and their paragraphs in, sentences with character positions out.

A sentence ends at a full stop, question mark, exclamation mark or ellipsis (with the quotation
marks and brackets that belong to it) where the next word begins a new one. Abbreviations,
initials, decimals and web addresses do not end a sentence; neither does a question inside
quotation marks that goes on with its attribution ("Why?" Ms Roe asked). No sentence crosses a
paragraph. Nothing is measured here; text is never changed.

What it does not do: parse. A full stop lost from the text joins two sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from analysis.tables import check_table
from analysis.text.speech.cues import read_cue_verbs

if TYPE_CHECKING:
    import pandas as pd

# Titles and other short forms after which the sentence goes on with a capital.
_NEVER_LAST = frozenset(
    "mr mrs ms messrs dr prof gov sen sens rep reps rev hon pres fr st sgt lt col gen maj capt "
    "cmdr adm cpl pvt det insp supt mt ft vs v viz cf e.g i.e al ald asst assoc".split()
)
# Short forms that may end a sentence; they do so before a word that mostly begins one.
_MAYBE_LAST = frozenset(
    "jr sr inc corp co ltd llc plc bros dept est etc u.s u.k u.n e.u d.c a.m p.m ph.d m.d b.a "
    "m.a j.d r.n no nos vol ed eds fig pp jan feb mar apr jun jul aug sep sept oct nov dec mon "
    "tue tues wed thu thurs fri sat sun ave blvd rd ala ariz ark calif colo conn del fla ga ill "
    "ind kan ky la mass md mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis "
    "wyo".split()
)
_NUMBERED = frozenset("no nos vol fig pp jan feb mar apr jun jul aug sep sept oct nov dec".split())
_STARTERS = frozenset(
    "the a an he she it they we you i this that these those his her its their our my in on at "
    "but and or so yet for as if when while after before since although though however there "
    "what who why how where many some most both no not one two last then now still among with "
    "by from to during despite according meanwhile asked earlier later".split()
)

_BOUNDARY = re.compile(r"([.!?…]+)([\"”’'»)\]]*)(\s+)(?=[\"“”‘’'`«(\[—–\-•*#@]*[A-Z0-9À-Þ$£€])")
_WORD_BEFORE = re.compile(r"[\w.’'&-]*$")
_NEXT_WORD = re.compile(r"\W*(\w+)")


def split_sentences(articles: pd.DataFrame, paragraphs: pd.DataFrame) -> pd.DataFrame:
    """Split every article into sentences.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``; ``article_id`` and ``text`` are read.
    paragraphs : DataFrame
        Table ``paragraphs``: spans in ``articles.text`` and the part of the page.

    Returns
    -------
    DataFrame
        Table ``sentences``: ``article_id, paragraph, sentence`` (counted from 0 over the
        article), ``part, start, end`` (in ``articles.text``), ``text``.

    Examples
    --------
    >>> list(sentence_spans("Mr. Roe left. He said so.", 0, 25))
    [(0, 13), (14, 25)]
    """
    import pandas as pd

    texts = dict(zip(articles["article_id"], articles["text"], strict=True))
    ordered = paragraphs.sort_values(["article_id", "start"], kind="stable")
    rows: list[tuple] = []
    current, count = None, 0
    for article_id, paragraph, start, end, part in zip(
        *(ordered[c].tolist() for c in ("article_id", "paragraph", "start", "end", "part")),
        strict=True,
    ):
        if article_id != current:
            current, count = article_id, 0
        text = texts.get(article_id)
        if text is None:
            continue
        for first, last in sentence_spans(text, start, end):
            rows.append((article_id, paragraph, count, part, first, last, text[first:last]))
            count += 1
    columns = ["article_id", "paragraph", "sentence", "part", "start", "end", "text"]
    return check_table(pd.DataFrame(rows, columns=columns), "sentences")


def sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence of ``text[start:end]``, without white space."""
    first = start
    for match in _BOUNDARY.finditer(text, start, end):
        if _goes_on(text, match):
            continue
        span = _trimmed(text, first, match.start(3))
        if span:
            yield span
        first = match.end()
    span = _trimmed(text, first, end)
    if span:
        yield span


def _goes_on(text: str, match: re.Match) -> bool:
    """Say whether the sentence goes on after this full stop."""
    mark, closing = match.group(1), match.group(2)
    if closing and mark != "." and _attribution().match(text, match.end()):
        return True
    if mark != "." or closing.strip("'’"):
        return False
    before = _WORD_BEFORE.search(text, max(0, match.start() - 20), match.start()).group()
    word = before.lower().lstrip(".'’-")
    if not word:
        return False
    following = _NEXT_WORD.match(text, match.end())
    after = following.group(1) if following else ""
    if word in _NEVER_LAST:
        return True
    # A single capital is an initial (J. Roe), unless what follows begins a sentence.
    initial = len(word) == 1 and before[-1:].isupper() and word != "i"
    if word in _NUMBERED:
        return after[:1].isdigit()
    if initial or word in _MAYBE_LAST or (len(word) > 1 and re.fullmatch(r"(?:\w\.)+\w", word)):
        return after.lower() not in _STARTERS
    return False


@cache
def _attribution() -> re.Pattern:
    """Return what follows a quotation that its sentence goes on to attribute."""
    verbs = "|".join(
        sorted(
            form
            for form, verb in read_cue_verbs().items()
            if verb.reading == "speech" and form.endswith(("d", "s", "e")) and form != verb.lemma
        )
    )
    return re.compile(
        rf"(?:(?:{verbs})\b|(?:[A-Z][\w.’'-]*\s+){{1,4}}(?:{verbs})\b|"
        rf"(?:the|a|an|his|her)\s+(?:\w+\s+){{1,3}}(?:{verbs})\b)"
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
