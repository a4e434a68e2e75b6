"""Portrayals: which sentences are read, with and without the entity's name."""

import numpy as np
import pandas as pd
import pytest

from analysis.measures.portrayals import (
    entity_vectors,
    find_portrayals,
    naming_sentences,
    score_portrayals,
    sentences_of,
)
from analysis.tables import check_table

TEXT = "Mayor Ada Holm saved the river.\n\nHolm was praised. The mine poisoned it, the mayor said."


class Lengths:
    """Stands in for the encoder: a text's vector is its number of words and of X."""

    weights_hash = "a" * 64

    def vectors(self, texts):
        rows = [[len(text.split()), text.count("X")] if text else [np.nan] * 2 for text in texts]
        return np.array(rows, dtype=float)


@pytest.mark.parametrize(
    ("entity", "places"),
    [("Ada Holm", [0]), ("Holm", [0, 1]), ("the mine", [2]), ("old mayor", [0, 2]), ("Roe", [])],
)
def test_sentences_that_name_an_entity(entity, places):
    assert naming_sentences(entity, sentences_of(TEXT)) == places


def test_entity_text_and_sentences_are_read_side_by_side():
    rows = entity_vectors([TEXT], [(0, "Holm"), (0, "Roe")], Lengths())
    assert rows.shape == (2, 6)
    assert rows[0, :2].tolist() == [1, 0]
    # Sentences of six and three words name her; three of six, three and seven make the text.
    assert rows[0, 2:4] == pytest.approx([1, 0])
    # Nobody names Roe: the whole text stands in.
    assert rows[1, 2:4].tolist() == rows[1, 4:6].tolist()


def test_without_the_name_no_part_of_it_is_read():
    rows = entity_vectors([TEXT], [(0, "Ada Holm"), (0, "Roe")], Lengths(), context_only=True)
    # "Mayor X saved the river.": five words, one of them X.
    assert rows[0] == pytest.approx(np.array([5, 1]) / np.sqrt(26))
    assert np.isnan(rows[1]).all()


def test_a_text_that_is_no_pattern_is_searched_as_it_stands():
    assert naming_sentences("(a+", ["He wrote (a+ b)."]) == [0]


def test_portrayals_of_another_encoder_are_refused():
    with pytest.raises(ValueError, match="'portrayals' was fitted on vectors of 53aa51172d14"):
        score_portrayals([TEXT], [(0, "Holm")], Lengths())


@pytest.fixture
def tables():
    """One article: two own sentences and a quoted one that name Holm, one that says "she"."""
    texts = ["Holm saved us.", "Holm is a thief", "She left.", "People cheered Holm and Ada Holm."]
    segments = pd.DataFrame(
        {
            "segment_id": [f"a:{n}" for n in range(4)],
            "article_id": "a",
            "text": texts,
            "start": [0, 15, 31, 41],
            "end": [14, 30, 40, 74],
            "voice": ["outlet", "quoted", "outlet", "outlet"],
        }
    )
    articles = pd.DataFrame(
        {"article_id": ["a"], "event": "e", "outlet": "Star", "used": True, "language": "en"}
    )
    mentions = pd.DataFrame(
        [(0, 4, "name"), (15, 19, "name"), (31, 34, "pronoun"), (56, 60, "name"),
         (65, 73, "alias")],
        columns=["start", "end", "how"],
    ).assign(article_id="a", actor="Ada Holm")  # fmt: skip
    return segments, articles, mentions


class Head:
    """Reads the vector itself as log odds of hero, villain, victim."""

    space = "a" * 64

    def values(self, vectors):
        return vectors


class Kept:
    """Keeps what it is asked to read; the vectors are those set for each text."""

    weights_hash = "a" * 64

    def __init__(self, rows):
        self.rows, self.read = rows, []

    def vectors(self, texts):
        self.read += texts
        return np.array([self.rows[text] for text in texts], dtype=float)


def test_outlets_own_sentences_are_read_without_the_name(tables, monkeypatch):
    module = "analysis.measures.portrayals.load_heads"
    monkeypatch.setattr(module, lambda: {"portrayals_context": Head()})
    encoder = Kept({"X saved us.": [0.6, 0.0, 0.1], "People cheered X and X.": [1.0, 0.0, 0.0]})
    table = check_table(find_portrayals(*tables, encoder=encoder), "portrayals")
    assert encoder.read == ["X saved us.", "People cheered X and X."]
    table = table.set_index("portrayal")
    assert table["shown"].to_dict() == {"hero": True, "villain": False, "victim": False}
    # (1.6, 0, .1) at unit length; the cheering by itself says hero most, the saving victim.
    assert table.loc["hero", "value"] == pytest.approx(1.6 / np.hypot(1.6, 0.1))
    assert table["segments"].to_dict() == {"hero": "a:3 a:0", "villain": "a:0 a:3",
                                           "victim": "a:0 a:3"}  # fmt: skip


def test_articles_set_aside_and_what_cannot_be_read_have_no_portrayal(tables, monkeypatch):
    module = "analysis.measures.portrayals.load_heads"
    monkeypatch.setattr(module, lambda: {"portrayals_context": Head()})
    segments, articles, mentions = tables
    missing = Kept(dict.fromkeys(["X saved us.", "People cheered X and X."], [np.nan] * 3))
    assert find_portrayals(*tables, encoder=missing).empty
    unused = articles.assign(used=False)
    assert find_portrayals(segments, unused, mentions, encoder=missing).empty
    other = Kept({})
    other.weights_hash = "b" * 64
    with pytest.raises(ValueError, match="'portrayals_context' was fitted on vectors of aaaaaaa"):
        find_portrayals(*tables, encoder=other)
