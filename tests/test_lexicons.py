"""Word lists: what is in them, and how a bad one is refused."""

import pytest

from analysis.lexicons import (
    LEXICONS,
    OWN_LISTS,
    LexiconError,
    installed_lexicons,
    read_lexicon,
    read_lexicon_file,
)

HEAD = "# name: Test\n# version: 1\n# licence: MIT\n# source: this test\n"


def write(tmp_path, body, head=HEAD):
    path = tmp_path / "list.csv"
    path.write_text(head + body, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [*OWN_LISTS, "negations", "not_negations", "exceptions"])
def test_own_list_states_where_it_comes_from(name):
    lexicon = read_lexicon(name)
    assert lexicon.version and lexicon.licence == "MIT" and lexicon.source
    assert all(term.term == term.term.lower().strip() for term in lexicon.terms)


@pytest.mark.parametrize("name", OWN_LISTS)
def test_own_list_holds_hundreds_of_terms_and_phrases(name):
    terms = read_lexicon(name).terms
    assert len(terms) >= 240
    assert sum(" " in term.term for term in terms) >= 20
    assert all(0 < term.weight <= 1 for term in terms)


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("evaluative", "disgraceful"),
        ("name_calling", "thugs"),
        ("intensifiers", "utterly"),
        ("hedges", "it is unclear"),
        ("boosters", "undeniably"),
        ("doubting", "so-called"),
        ("fear", "ticking time bomb"),
        ("flag_waving", "our way of life"),
    ],
)
def test_own_list_holds_the_word_a_reader_expects(name, term):
    assert term in {one.term for one in read_lexicon(name).terms}


def test_installed_package_list_is_read_and_not_copied():
    if "vader" not in installed_lexicons():
        pytest.skip("vaderSentiment is not installed")
    valences = {term.term: term.weight for term in read_lexicon("vader").terms}
    assert valences["disaster"] < 0 < valences["wonderful"]
    assert "no" not in valences  # a negation, not a tone


def test_unknown_list_is_refused_with_the_names_there_are():
    with pytest.raises(LexiconError, match=r"no word list is called 'liwc'.*evaluative"):
        read_lexicon("liwc")


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setattr("analysis.lexicons.find_spec", lambda name: None)
    with pytest.raises(LexiconError, match="'empath' is not installed"):
        LEXICONS["empath"]("empath")


def test_own_file_is_read(tmp_path):
    path = write(tmp_path, "term,category,weight,note\nIron Fist,threat,0.5,\ngrim,mood,,x\n")
    lexicon = read_lexicon_file(path)
    assert [(t.term, t.category, t.weight) for t in lexicon.terms] == [
        ("grim", "mood", 1.0),
        ("iron fist", "threat", 0.5),
    ]
    assert lexicon.categories == ("mood", "threat")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("word,category,weight,note\ngrim,mood,1,\n", "line 5: the columns should be term"),
        ("term,category,weight,note\n", "holds no term"),
        ("term,category,weight,note\n ,mood,1,\n", "line 6: the term is empty"),
        ("term,category,weight,note\ngrim,,1,\n", "line 6: 'grim' has no category"),
        ("term,category,weight,note\ngrim,mood,heavy,\n", "line 6: weight 'heavy'"),
        ("term,category,weight,note\ngrim,mood,nan,\n", "line 6: weight 'nan'"),
        ("term,category,weight,note\ngrim,mood,1\n", "line 6: 3 fields instead of 4"),
        (
            "term,category,weight,note\ngrim,mood,1,\nGrim,mood,1,\n",
            r"line 7: 'grim' stands twice in 'mood' \(first in line 6\)",
        ),
    ],
)
def test_bad_file_is_refused_with_file_line_and_reason(tmp_path, body, message):
    with pytest.raises(LexiconError, match=rf"list\.csv.*{message}"):
        read_lexicon_file(write(tmp_path, body))


def test_file_without_licence_or_in_another_encoding_is_refused(tmp_path):
    with pytest.raises(LexiconError, match="lack '# licence"):
        read_lexicon_file(write(tmp_path, "term,category,weight,note\n", "# name: a\n# version: 1"))
    path = tmp_path / "latin.csv"
    path.write_bytes("é".encode("latin-1"))
    with pytest.raises(LexiconError, match="not UTF-8"):
        read_lexicon_file(path)
