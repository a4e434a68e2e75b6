"""Sentences and quotations in, segments out: each stretch of text in one voice.

``quoted`` is a direct or partial quotation, marks included; ``attributed`` what is reported of
someone without marks; ``scare`` a word or few between marks that nobody is said to have said;
``unresolved`` where an odd mark leaves it open; ``outlet`` all the rest: the outlet's own words,
the cue and the naming of the speaker among them. Where spans overlap, marks win over reported
speech. The segments of a sentence tile it but for white space, and none crosses the edge of a
quotation. What the voices share out is words; nothing is scored here.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from analysis.tables import UNRESOLVED, check_table

if TYPE_CHECKING:
    import pandas as pd

_VOICES = {
    "direct": "quoted",
    "mixed": "quoted",
    "scare": "scare",
    "unresolved": "unresolved",
    "indirect": "attributed",
}
_OUTLET = ("outlet", "", "", "none", False)
_COLUMNS = (
    "segment_id", "article_id", "paragraph", "sentence", "part", "start", "end", "text", "voice",
    "speaker", "cue", "cue_kind", "recovered",
)  # fmt: skip


def split_voices(sentences: pd.DataFrame, quotations: pd.DataFrame) -> pd.DataFrame:
    """Cut sentences at the edges of quotations.

    Parameters
    ----------
    sentences : DataFrame
        Table ``sentences``.
    quotations : DataFrame
        Table ``quotations`` of the same articles.

    Returns
    -------
    DataFrame
        Table ``segments``. ``speaker`` and ``cue`` are empty in the outlet's own voice and in
        scare quotes; ``speaker`` is ``unresolved`` where someone speaks and is not known.
    """
    import pandas as pd

    names = ("article_id", "paragraph", "sentence", "part", "start", "end", "text")
    ordered = sentences.sort_values(["article_id", "start"], kind="stable")
    table = list(zip(*(ordered[c].tolist() for c in names), strict=True))
    here = _by_sentence(table, quotations)
    rows: list[tuple] = []
    for number, (article_id, paragraph, sentence, part, start, end, text) in enumerate(table):
        for first, last, voice in _tile(text, start, end, sorted(here.get(number, ()), key=_rank)):
            name, speaker, cue, kind, recovered = voice
            silent = name in ("outlet", "scare")
            rows.append(
                (
                    f"{article_id}:{first}",
                    article_id,
                    paragraph,
                    sentence,
                    part,
                    first,
                    last,
                    text[first - start : last - start],
                    name,
                    "" if silent else speaker or UNRESOLVED,
                    "" if silent else cue,
                    "none" if silent else kind,
                    recovered,
                )
            )
    return check_table(pd.DataFrame(rows, columns=list(_COLUMNS)), "segments")


def _by_sentence(table: list[tuple], quotations: pd.DataFrame) -> dict[int, list[tuple]]:
    """Return the quotations (start, end, what segments say of them) that reach each sentence."""
    firsts: dict[str, int] = {}
    ends: dict[str, list[int]] = {}
    for number, row in enumerate(table):
        firsts.setdefault(row[0], number)
        ends.setdefault(row[0], []).append(row[5])
    here: dict[int, list[tuple]] = {}
    columns = ("article_id", "start", "end", "kind", "speaker", "cue", "cue_kind", "recovered")
    for article_id, start, end, kind, *who in zip(
        *(quotations[c].tolist() for c in columns), strict=True
    ):
        number = firsts.get(article_id, len(table)) + bisect_right(ends.get(article_id, []), start)
        while number < len(table) and table[number][0] == article_id and table[number][4] < end:
            here.setdefault(number, []).append((start, end, (_VOICES[kind], *who)))
            number += 1
    return here


def _rank(span: tuple) -> tuple:
    """Order spans so that what stands between marks is laid over what is only reported."""
    return (span[2][0] != "attributed", -(span[1] - span[0]), span[0])


def _tile(text: str, start: int, end: int, spans: list[tuple]) -> list[tuple[int, int, tuple]]:
    """Return the stretches of one sentence with their voice, in order, trimmed of white space."""
    pieces = [(start, end, _OUTLET)] if not spans else _laid(start, end, spans)
    tiles: list[tuple[int, int, tuple]] = []
    for a, b, voice in pieces:
        words = text[a - start : b - start]
        stripped = words.strip()
        if not stripped:
            continue
        first = a + words.index(stripped[0])
        last = first + len(stripped)
        if not _is_marked(voice) and not any(c.isalnum() for c in stripped):
            # Punctuation alone goes with what stands before it, but into no quotation.
            voice = _OUTLET
            if tiles and not _is_marked(tiles[-1][2]):
                tiles[-1] = (tiles[-1][0], last, tiles[-1][2])
                continue
        tiles.append((first, last, voice))
    return tiles


def _laid(start: int, end: int, spans: list[tuple]) -> list[tuple[int, int, tuple]]:
    """Lay spans over a sentence, later ones over earlier ones, and return what shows."""
    layers = np.zeros(end - start, dtype=np.int32)
    for number, (first, last, _) in enumerate(spans, start=1):
        layers[max(first, start) - start : min(last, end) - start] = number
    edges = np.flatnonzero(np.diff(layers, prepend=-1)).tolist()
    voices = [_OUTLET, *(voice for _, _, voice in spans)]
    return [(start + a, start + b, voices[layers[a]]) for a, b in pairwise([*edges, end - start])]


def _is_marked(voice: tuple) -> bool:
    return voice[0] in ("quoted", "scare", "unresolved")
