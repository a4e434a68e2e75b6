"""Words of lists in segments: counts, places, negation, phrases, and a slow count beside."""

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.lexicons import Lexicon, Term
from analysis.measures.loaded_language import score_word_lists
from analysis.measures.word_matching import Matcher, count_words, find_words
from analysis.tables import check_table

LIST = Lexicon(
    "test", "Test", "1", "MIT", "this test",
    (
        Term("disaster", "fear", 1.0, ""),
        Term("grim", "fear", 0.5, ""),
        Term("grim", "evaluative", 1.0, ""),
        Term("so-called", "doubting", 1.0, ""),
        Term("grim reaper", "fear", 1.0, ""),
    ),
)  # fmt: skip


def segments(*texts, starts=None):
    starts = starts or [100 * place for place in range(len(texts))]
    return pd.DataFrame(
        {
            "segment_id": [f"a:{start}" for start in starts],
            "article_id": "a",
            "start": starts,
            "text": list(texts),
        }
    )


def values(scored, label, measure="loaded_words"):
    chosen = scored.scores.query("measure == @measure and label == @label")
    return chosen["value"].tolist()


def score(*texts, **options):
    return score_word_lists(segments(*texts), lists=[LIST], tone=None, **options)


def test_rate_is_hits_per_thousand_words():
    scored = score("It was a disaster for the old town, they said.")
    assert values(scored, "fear") == [pytest.approx(100.0)]
    assert values(scored, "doubting") == [0.0]


def test_term_of_two_categories_counts_once_in_any():
    scored = score("A grim day")
    assert values(scored, "fear") == [pytest.approx(0.5 / 3 * 1000)]
    assert values(scored, "evaluative") == [pytest.approx(1 / 3 * 1000)]
    assert values(scored, "any") == [pytest.approx(1 / 3 * 1000)]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("It is not a disaster", True),
        ("It isn’t a disaster", True),
        ("It was never quite a disaster", True),
        ("No, it was a disaster", False),
        ("It was not only a disaster", False),
        ("There is no doubt, a disaster", False),
        ("It is not what we thought it was: a disaster", False),
        ("A disaster, not luck", False),
        ("It was far from a disaster", True),
    ],
)
def test_negated_hit_counts_half_and_is_shown(text, negated):
    scored = score(text)
    words = count_words([text])[0]
    assert values(scored, "fear") == [pytest.approx((0.5 if negated else 1) * 1000 / words)]
    assert values(scored, "negated") == [pytest.approx(negated * 0.5 * 1000 / words)]
    assert scored.evidence["negated"].tolist() == [negated]


def test_negation_does_not_reach_into_the_next_segment():
    assert score("It is not", "disaster struck").evidence["negated"].tolist() == [False]


@pytest.mark.parametrize(
    "text", ["so-called peace", "So called peace", "SO-CALLED peace", "the so-called\u2019s"]
)
def test_hyphen_of_a_term_also_matches_a_space(text):
    assert values(score(text), "doubting")[0] > 0


@pytest.mark.parametrize("text", ["so, called peace", "So. Called off", "so (called) off"])
def test_phrase_does_not_run_over_a_stop(text):
    assert values(score(text), "doubting") == [0.0]


def test_phrase_does_not_run_over_two_segments():
    assert values(score("so", "called"), "doubting") == [0.0, 0.0]


def test_longest_phrase_takes_its_words():
    scored = score("the grim reaper came")
    assert values(scored, "fear") == [pytest.approx(250.0)]
    assert values(scored, "evaluative") == [0.0]


def test_name_in_which_a_listed_word_stands_is_no_hit():
    listed = Lexicon("t", "t", "1", "MIT", "t", (Term("great", "evaluative", 1.0, ""),))
    scored = score_word_lists(
        segments("Great Britain won", "A great win"), lists=[listed], tone=None
    )
    assert values(scored, "evaluative") == [0.0, pytest.approx(1000 / 3)]


def test_evidence_points_at_the_word_in_the_article():
    text = "Nobody expected it. “A disaster’s start,” it said, of the so-called plan."
    start = text.index("“")
    part = segments(text[start:], starts=[start])
    found = score_word_lists(part, lists=[LIST], tone=None).evidence
    assert sorted(text[a:b] for a, b in zip(found["start"], found["end"], strict=True)) == [
        "disaster",
        "so-called",
    ]


def test_tables_pass_their_check_and_nothing_found_is_a_true_zero():
    scored = score_word_lists(segments("The vote was a disgrace.", "He sat down.", "…"))
    check_table(scored.scores, "scores")
    check_table(scored.evidence, "evidence")
    assert values(scored, "any")[1] == 0.0
    assert np.isnan(values(scored, "any")[2])  # no word: no rate, not 0
    assert values(scored, "any")[0] > 0


def test_article_in_another_language_has_no_score():
    articles = pd.DataFrame({"article_id": ["a"], "language": ["ru"]})
    scored = score("a disaster", articles=articles)
    assert scored.scores["value"].isna().all() and scored.evidence.empty


def test_no_segments_give_empty_tables():
    scored = score()
    assert scored.scores.empty and scored.evidence.empty


def test_tone_is_signed_and_turned_by_a_negation():
    pytest.importorskip("vaderSentiment")
    scored = score_word_lists(
        segments("a wonderful day", "a terrible day", "not a terrible day", "a day"), lists=[LIST]
    )
    good, bad, denied, flat = values(scored, "valence", "tone_words")
    assert good > 0 > bad and 0 < denied < good and flat == 0


def test_missing_tone_package_gives_missing_scores(monkeypatch):
    from analysis import lexicons

    monkeypatch.setattr(lexicons, "find_spec", lambda name: None)
    lexicons.read_lexicon.cache_clear()
    scored = score_word_lists(segments("a wonderful day"), lists=[LIST])
    lexicons.read_lexicon.cache_clear()
    assert np.isnan(values(scored, "valence", "tone_words")).all()
    assert values(scored, "any") == [0.0]


def slow_count(text, terms):
    """Find words and phrases by looking at each place, longest first."""
    words = [(m.group().lower(), m.start(), m.end()) for m in re.finditer(r"[a-z]+", text)]
    found, taken = [], set()
    for length in (3, 2, 1):
        for place in range(len(words) - length + 1):
            span = words[place : place + length]
            near = all(b[1] - a[2] == 1 and text[a[2]] in " -" for a, b in pairwise(span))
            phrase = " ".join(word for word, _, _ in span)
            places = set(range(place, place + length))
            if near and phrase in terms and not places & taken:
                found.append((phrase, span[0][1], span[-1][2]))
                taken |= places
    return sorted(found)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet="abc -,", max_size=40), max_size=6))
def test_matches_are_those_of_a_slow_count(texts):
    # No phrase of the list overlaps another of its length.
    terms = ["a", "bb", "a b", "cc a", "b b c", "ab"]
    found = []
    for done, matches in Matcher(terms, [1] * len(terms)).find(texts):
        rows = zip(matches.text + done, matches.term, matches.start, matches.end, strict=True)
        found += [(int(t), terms[k], int(s), int(e)) for t, k, s, e in rows]
    expected = [(i, *one) for i, text in enumerate(texts) for one in slow_count(text, terms)]
    overlapping = any("a b b c" in t or "cc a b" in t or "a-b" in t for t in texts)
    if not overlapping:
        assert sorted(found) == sorted(expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_words_lie_inside_their_text_whatever_it_holds(texts):
    words = find_words(texts)
    for place, text in enumerate(texts):
        own = slice(words.first[place], words.first[place + 1])
        starts = words.starts[own] - words.offsets[place]
        ends = words.ends[own] - words.offsets[place]
        assert ((starts >= 0) & (ends <= len(text)) & (starts < ends)).all()


def test_order_of_segments_and_size_of_blocks_do_not_matter(monkeypatch):
    texts = [f"A grim day {n}, not a disaster at all" + " so-called" * n for n in range(20)]
    part = segments(*texts)
    whole = score_word_lists(part, lists=[LIST], tone=None)
    monkeypatch.setattr("analysis.measures.word_matching.BLOCK", 40)
    again = score_word_lists(part, lists=[LIST], tone=None)
    pd.testing.assert_frame_equal(whole.evidence, again.evidence)
    turned = score_word_lists(part[::-1], lists=[LIST], tone=None)
    for one, other in zip(whole, turned, strict=True):
        keys = [column for column in one.columns if column not in ("value", "weight")]
        a = one.astype({"label": str}).sort_values(keys).reset_index(drop=True)
        b = other.astype({"label": str}).sort_values(keys).reset_index(drop=True)
        pd.testing.assert_frame_equal(a, b)


def test_repeated_text_keeps_the_rate():
    once = values(score("a grim day, no disaster"), "any")
    twice = values(score("a grim day, no disaster. a grim day, no disaster"), "any")
    assert once == pytest.approx(twice)
