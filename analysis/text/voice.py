"""Sentences and quotations in, segments out: each stretch of text in one voice.

``quoted`` is a direct or partial quotation, marks included; ``attributed`` what is reported of
someone without marks; ``scare`` a word or few between marks that nobody is said to have said;
``unresolved`` where an odd mark leaves it open; ``outlet`` all the rest: the outlet's own words,
the cue and the naming of the speaker among them. Where spans overlap, marks win over reported
speech. The segments of a sentence tile it but for white space, and none crosses the edge of a
quotation. What the voices share out is words; nothing is scored here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    spans: dict[str, list[tuple]] = {}
    columns = ("article_id", "start", "end", "kind", "speaker", "cue", "cue_kind", "recovered")
    for article_id, start, end, kind, *who in zip(
        *(quotations[c].tolist() for c in columns), strict=True
    ):
        voice = _VOICES[kind]
        spans.setdefault(article_id, []).append((start, end, (voice, *who)))
    rows: list[tuple] = []
    names = ("article_id", "paragraph", "sentence", "part", "start", "end", "text")
    ordered = {key: sorted(value, key=_rank) for key, value in spans.items()}
    for article_id, paragraph, sentence, part, start, end, text in zip(
        *(sentences[c].tolist() for c in names), strict=True
    ):
        here = [s for s in ordered.get(article_id, ()) if s[0] < end and s[1] > start]
        for first, last, voice in _tile(text, start, end, here):
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


def _rank(span: tuple) -> tuple:
    """Order spans so that what stands between marks is laid over what is only reported."""
    return (span[2][0] != "attributed", -(span[1] - span[0]), span[0])


def _tile(text: str, start: int, end: int, spans: list[tuple]) -> list[tuple[int, int, tuple]]:
    """Return the stretches of one sentence with their voice, in order, trimmed of white space."""
    pieces = [(start, end, _OUTLET)]
    for first, last, voice in spans:
        first, last = max(first, start), min(last, end)
        laid = []
        for a, b, under in pieces:
            if last <= a or first >= b:
                laid.append((a, b, under))
                continue
            if a < first:
                laid.append((a, first, under))
            laid.append((max(a, first), min(b, last), voice))
            if last < b:
                laid.append((last, b, under))
        pieces = laid
    tiles: list[tuple[int, int, tuple]] = []
    for a, b, voice in pieces:
        words = text[a - start : b - start]
        stripped = words.strip()
        if not stripped:
            continue
        first = a + words.index(stripped[0])
        last = first + len(stripped)
        # Punctuation alone goes with what stands before it.
        if tiles and not any(c.isalnum() for c in stripped) and voice is _OUTLET:
            before = tiles[-1]
            if before[2] is _OUTLET or not _is_marked(before[2]):
                tiles[-1] = (before[0], last, before[2])
                continue
        tiles.append((first, last, voice))
    return tiles


def _is_marked(voice: tuple) -> bool:
    return voice[0] in ("quoted", "scare", "unresolved")
