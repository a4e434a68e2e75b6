"""Where sentences end."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.text.sentences import sentence_spans, split_sentences

CASES = [
    ("The council met. It adjourned at noon.", ["The council met.", "It adjourned at noon."]),
    ("Mr. Oduya and Dr. Lint left. Nobody saw.", ["Mr. Oduya and Dr. Lint left.", "Nobody saw."]),
    ("The U.S. Senate voted at 5 p.m. Friday.", ["The U.S. Senate voted at 5 p.m. Friday."]),
    ("They flew to the U.S. The trip was long.", ["They flew to the U.S.", "The trip was long."]),
    ("J. K. Marr paid $3.50 for No. 7.", ["J. K. Marr paid $3.50 for No. 7."]),
    ("“Why now?” Ms Sorrel asked. No one knew.", ["“Why now?” Ms Sorrel asked.", "No one knew."]),
    ("“Stop!” he cried. “Go home.” They did.", ["“Stop!” he cried.", "“Go home.”", "They did."]),
    ("“We won.” The hall cheered.", ["“We won.”", "The hall cheered."]),
    ("Wait… The bridge opened!", ["Wait…", "The bridge opened!"]),
    ("It was plan B. Then came rain.", ["It was plan B.", "Then came rain."]),
    ("See example.org for more. Or call.", ["See example.org for more.", "Or call."]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in sentence_spans(text, 0, len(text))] == expected


def test_sentences_are_counted_over_the_article_and_carry_their_part() -> None:
    text = "Bridge opens\n\nThe bridge opened. It held."
    articles = pd.DataFrame({"article_id": ["a"], "text": [text]})
    paragraphs = pd.DataFrame(
        {
            "article_id": ["a", "a"],
            "paragraph": [0, 1],
            "start": [0, 14],
            "end": [12, len(text)],
            "part": ["headline", "lead"],
        }
    )
    sentences = split_sentences(articles, paragraphs)
    assert list(sentences["sentence"]) == [0, 1, 2]
    assert list(sentences["part"]) == ["headline", "lead", "lead"]
    assert list(sentences["text"]) == ["Bridge opens", "The bridge opened.", "It held."]


def test_order_of_paragraph_rows_does_not_matter() -> None:
    text = "One came. Two came.\n\nThree came."
    articles = pd.DataFrame({"article_id": ["a"], "text": [text]})
    paragraphs = pd.DataFrame(
        {
            "article_id": ["a", "a"],
            "paragraph": [0, 1],
            "start": [0, 21],
            "end": [19, len(text)],
            "part": ["body", "body"],
        }
    )
    forward = split_sentences(articles, paragraphs)
    backward = split_sentences(articles, paragraphs.iloc[::-1])
    pd.testing.assert_frame_equal(forward, backward)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="aB. !?…”“\"'’Mr\n1é ", max_size=80))
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    spans = list(sentence_spans(text, 0, len(text)))
    kept = "".join(text[a:b] for a, b in spans)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
