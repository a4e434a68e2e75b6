"""Portrayals: which sentences are read, with and without the entity's name."""

import numpy as np
import pytest

from analysis.measures.portrayals import (
    entity_vectors,
    naming_sentences,
    score_portrayals,
    sentences_of,
)

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
