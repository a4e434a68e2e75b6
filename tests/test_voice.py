"""Sentences cut into segments of one voice."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.tables import TABLES, check_table, empty_table
from analysis.text.voice import split_voices


def sentences_of(*texts: str) -> pd.DataFrame:
    rows, start = [], 0
    for number, text in enumerate(texts):
        rows.append(("a", 0, number, "body", start, start + len(text), text))
        start += len(text) + 1
    return pd.DataFrame(rows, columns=list(TABLES["sentences"].columns))


def quotation(text: str, quoted: str, kind: str, **more) -> dict:
    start = text.index(quoted)
    return {
        "quotation_id": f"a:{kind}{start}",
        "article_id": "a",
        "start": start,
        "end": start + len(quoted),
        "text": quoted,
        "kind": kind,
        "speaker": "Ann Roe",
        "cue": "said",
        "cue_kind": "neutral",
        "recovered": False,
        **more,
    }


def split(text: str, *found: dict) -> list[tuple[str, str]]:
    sentences = sentences_of(text)
    segments = split_voices(sentences, pd.DataFrame(found) if found else empty_table("quotations"))
    return list(zip(segments["voice"], segments["text"], strict=True))


def test_sentence_without_quotation_is_the_outlets() -> None:
    assert split("The bridge opened.") == [("outlet", "The bridge opened.")]


def test_sentence_wholly_between_marks_is_quoted() -> None:
    text = "“The bridge will hold.”"
    assert split(text, quotation(text, text, "direct")) == [("quoted", text)]


@pytest.mark.parametrize(
    ("kind", "voice"),
    [
        ("direct", "quoted"),
        ("mixed", "quoted"),
        ("indirect", "attributed"),
        ("scare", "scare"),
        ("unresolved", "unresolved"),
    ],
)
def test_each_kind_of_quotation_has_its_voice(kind: str, voice: str) -> None:
    text = "She said it was “sound”."
    found_voice, found_text = split(text, quotation(text, "“sound”", kind))[1]
    assert found_voice == voice
    assert found_text.startswith("“sound”")


def test_marks_win_over_the_reported_clause_that_holds_them() -> None:
    text = "She said that the bridge was “sound” and dry."
    clause = quotation(text, "that the bridge was “sound” and dry", "indirect")
    partial = quotation(text, "“sound”", "mixed")
    assert split(text, clause, partial) == [
        ("outlet", "She said"),
        ("attributed", "that the bridge was"),
        ("quoted", "“sound”"),
        ("attributed", "and dry."),
    ]
    assert split(text, partial, clause) == split(text, clause, partial)


def test_cue_and_speaker_stay_in_the_outlets_voice() -> None:
    text = "“It holds,” Ann Roe said on Monday."
    assert split(text, quotation(text, "“It holds,”", "direct")) == [
        ("quoted", "“It holds,”"),
        ("outlet", "Ann Roe said on Monday."),
    ]


def test_quotation_over_several_sentences_is_cut_at_each() -> None:
    sentences = sentences_of("“It holds.", "It will hold,” she said.")
    whole = "“It holds. It will hold,” she said."
    segments = split_voices(
        sentences, pd.DataFrame([quotation(whole, "“It holds. It will hold,”", "direct")])
    )
    assert list(segments["voice"]) == ["quoted", "quoted", "outlet"]
    assert list(segments["speaker"]) == ["Ann Roe", "Ann Roe", ""]
    assert list(segments["segment_id"]) == ["a:0", "a:11", "a:26"]


def test_segments_are_a_checked_table_and_exact_spans() -> None:
    text = "She said it was “sound”. He left."
    sentences = sentences_of(text)
    segments = split_voices(sentences, pd.DataFrame([quotation(text, "“sound”", "mixed")]))
    check_table(segments, "segments")
    for row in segments.itertuples():
        assert text[row.start : row.end] == row.text


def test_scare_quotes_have_no_speaker() -> None:
    text = "The “reform” failed."
    sentences = sentences_of(text)
    segments = split_voices(sentences, pd.DataFrame([quotation(text, "“reform”", "scare")]))
    assert list(segments["speaker"]) == ["", "", ""]
    assert list(segments["cue_kind"]) == ["none", "none", "none"]
