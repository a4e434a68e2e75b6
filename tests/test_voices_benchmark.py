"""The benchmark's own counting, on articles small enough to count by eye."""

from __future__ import annotations

import json

import numpy as np
import pytest

from analysis.benchmarks import voices

TEXT = "“The bridge will hold,” Ann Roe said. She thinks it is safe."


def write_set(folder, name: str, rows: list[dict]) -> None:
    (folder / name).mkdir()
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / name / "articles.jsonl").write_text(lines, encoding="utf-8")


def article(part: str = "dev") -> dict:
    def span(words: str) -> list[list[int]]:
        start = TEXT.index(words)
        return [[start, start + len(words)]]

    return {
        "id": "one",
        "part": part,
        "text": TEXT,
        "other_annotators": {},
        "attributions": [
            {
                "source": span("Ann Roe"),
                "cue": span("said"),
                "content": span("“The bridge will hold,”"),
                "kind": "direct",
            },
            {
                "source": span("She"),
                "cue": span("thinks"),
                "content": span("it is safe"),
                "kind": "indirect",
            },
        ],
    }


def test_perfect_answers_score_one() -> None:
    marked = article()["attributions"]
    perfect = {
        "direct": [tuple(marked[0]["content"][0])],
        "said": [tuple(a["content"][0]) for a in marked],
        "cues": [tuple(a["cue"][0]) for a in marked],
        "by": [tuple(marked[0]["source"][0])],
    }
    figures = voices._figures([article()], [perfect])
    assert {key: one["value"] for key, one in figures.items()} == {
        "direct_content_f1": 1.0,
        "content_f1": 1.0,
        "cue_f1": 1.0,
        "speaker_accuracy": 1.0,
    }


def test_f1_is_counted_in_words_as_by_hand() -> None:
    # Found: the four words of the quotation. Marked: those and three more: P = 1, R = 4/7.
    found = {"direct": [(0, 23)], "said": [(0, 23)], "by": [(-1, -1)], "cues": []}
    figures = voices._figures([article()], [found])
    assert figures["content_f1"]["value"] == pytest.approx(2 * 1 * (4 / 7) / (1 + 4 / 7))
    assert figures["direct_content_f1"]["value"] == 1.0
    assert figures["speaker_accuracy"]["value"] == 0.0


def test_most_of_the_others_stands_against_each_person_in_turn() -> None:
    marks = article()["attributions"]
    # Two people mark both cues, the third only the first one.
    rows = [{**article(), "other_annotators": {"b": marks, "c": marks[:1]}}]
    people = voices._other_people(rows)
    # Against the first: b finds 2 of 2 cue words, c 1 of 2.
    assert people["another annotator"]["cue_f1"]["value"] == pytest.approx(2 * 3 / (3 + 4))
    assert people["another annotator"]["cue_f1"]["n"] == 1
    # Half of two others is one of them: both cues each time; the third person marked one.
    most = people["most of the others"]
    assert most["cue_f1"]["value"] == pytest.approx(2 * 5 / (6 + 5))
    assert most["direct_content_f1"]["value"] == 1.0
    assert "speaker_accuracy" not in most


def test_articles_that_weights_were_fitted_on_are_not_scored(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(voices, "_by_textacy", lambda texts: ([{} for _ in texts], 0))
    write_set(tmp_path, "attributions", [article("train"), {**article("test"), "id": "two"}])
    result = voices.measure_attributions(tmp_path)
    assert {one["n"] for one in result["figures"].values()} == {1}
    assert result["figures"]["direct_content_f1"]["value"] == 1.0
    assert result["figures"]["speaker_accuracy"]["value"] == 1.0
    assert set(result["baselines"]) >= {"quotation-mark regex", "textacy"}


def test_biased_span_between_marks_counts_as_quoted(tmp_path) -> None:
    sentence = "“This vile bridge will fall,” Ann Roe said of the ugly thing."
    spans = [
        {"sentence": 0, "start": 6, "end": 10, "in_quote": True},
        {"sentence": 0, "start": sentence.index("ugly"), "end": 55, "in_quote": False},
    ]
    row = {"headline": "Bridge", "paragraphs": [[sentence]], "spans": spans}
    write_set(tmp_path, "basil", [row])
    result = voices.measure_basil_voice(tmp_path)
    assert result["figures"]["in_quote_f1"]["value"] == 1.0


def test_marks_are_stripped_and_every_other_character_kept_in_place() -> None:
    bare, kept = voices.strip_marks("It’s “so”, the voters' ‘way’.")
    assert bare == "It’s so, the voters way."
    assert "".join("It’s “so”, the voters' ‘way’."[i] for i in kept) == bare
    assert np.all(np.diff(kept) > 0)


@pytest.mark.parametrize(
    ("source", "head"),
    [
        ("Ann Roe", "roe"),
        ("Mayor Ann Roe, who had come late", "roe"),
        ("a spokesman for the mayor", "spokesman"),
        ("the council's report", "report"),
        ("", ""),
    ],
)
def test_head_word_is_the_last_of_the_first_phrase(source: str, head: str) -> None:
    assert voices.head_word(source) == head
