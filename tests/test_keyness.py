"""Keyness: the paper's formulas in a slow loop, p-values, spread over articles, refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from analysis.measures.keyness import (
    adjust_false_discovery,
    deviation_of_proportions,
    informative_prior,
    log_odds,
)
from analysis.measures.word_choice import compare_words, count_background
from analysis.tables import check_table


def corpus(*rows):
    """Make segments and articles of rows (event, outlet, text)."""
    articles = pd.DataFrame(
        {
            "article_id": [f"{place:03d}" for place in range(len(rows))],
            "event": [row[0] for row in rows],
            "outlet": [row[1] for row in rows],
            "language": "en",
            "used": True,
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": articles["article_id"] + ":0",
            "article_id": articles["article_id"],
            "start": 0,
            "text": [row[2] for row in rows],
            "voice": "outlet",
        }
    )
    return segments, articles


THREE = (
    ("harbour", "Gazette", "the dock strike hurt the port and the strike went on"),
    ("harbour", "Gazette", "a strike at the port again"),
    ("harbour", "Mirror", "the walkout at the dock was a walkout of the few"),
    ("harbour", "Mirror", "the walkout ended and the port opened"),
    ("harbour", "Star", "the port and the dock were shut"),
    ("flood", "Gazette", "the river rose and the town was shut"),
    ("flood", "Star", "a river at the door of the town"),
)


def slow_prior(rows, event, prior_words):
    """Two sides' prior words as the other events use them; two counts at least for each word."""
    other = [word for e, _, text in rows if e != event for word in text.split()]
    here = [word for e, _, text in rows if e == event for word in text.split()]
    other = other or here  # a corpus of one event: its own words
    prior = {w: max(2 * prior_words * other.count(w) / len(other), 2.0) for w in set(here)}
    elsewhere = sum(1 for word in other if word not in prior)
    return prior, sum(prior.values()) + 2 * prior_words * elsewhere / len(other)


def slow_keyness(rows, event, outlet, prior_words):
    """Monroe et al. 2008 word by word: equation 16, its variance with four terms, 22."""
    alphas, whole = slow_prior(rows, event, prior_words)
    mine = [w for e, o, t in rows if (e, o) == (event, outlet) for w in t.split()]
    others = [w for e, o, t in rows if e == event and o != outlet for w in t.split()]
    result = {}
    for word, alpha in alphas.items():
        odds = []
        terms = []
        for side in (mine, others):
            part = len(side) / (len(mine) + len(others))
            above = side.count(word) + part * alpha
            below = len(side) + part * whole - above
            odds.append(math.log(above / below))
            terms += [1 / above, 1 / below]
        delta = odds[0] - odds[1]
        result[word] = (delta, delta / math.sqrt(sum(terms)))
    return result


@pytest.mark.parametrize("rows", [THREE, THREE[:5]])
@pytest.mark.parametrize("outlet", ["Gazette", "Mirror", "Star"])
@pytest.mark.parametrize("prior_words", [10.0, 500.0])
def test_keyness_agrees_with_a_slow_calculation_from_the_paper(rows, outlet, prior_words):
    table = compare_words(*corpus(*rows), prior_words=prior_words, min_count=1)
    table = table.query("event == 'harbour' and outlet == @outlet").set_index("word")
    expected = slow_keyness(rows, "harbour", outlet, prior_words)
    assert len(table) == len({w for e, _, t in rows if e == "harbour" for w in t.split()})
    for word, row in table.iterrows():
        assert row["estimate"] == pytest.approx(expected[word][0], abs=1e-9)
        assert row["z"] == pytest.approx(expected[word][1], abs=1e-9)


def test_background_is_that_of_the_other_events_and_says_so():
    table = compare_words(*corpus(*THREE)).drop_duplicates("event").set_index("event")
    # The flood has 16 words, the harbour 42: each is the other's background.
    assert table.loc["harbour", ["background", "n_words_background"]].tolist() == [
        "other events", 16,
    ]  # fmt: skip
    assert table.loc["flood", "n_words_background"] == 42
    alone = compare_words(*corpus(*THREE[:5]))
    assert set(alone["background"]) == {"this event"}
    assert set(alone["n_words_background"]) == {42}
    # What an event says of itself does not hold its own words: only other events' texts do.
    more = [*THREE, ("flood", "Star", "strike strike strike strike strike strike")]
    chosen = "event == 'harbour' and outlet == 'Gazette' and word == 'strike'"
    before, after = (compare_words(*corpus(*rows)).query(chosen).iloc[0] for rows in (THREE, more))
    assert 0 < after["estimate"] < before["estimate"]


@pytest.mark.parametrize("times", [1, 40])
def test_word_at_one_rate_has_zero_keyness_however_long_the_sides(times):
    rows = [("e", "A", "storm storm quay wind")] + times * [("e", "B", "storm storm quay wind")]
    rows.append(("other", "A", "wind wind wind and rain"))
    table = compare_words(*corpus(*rows)).query("event == 'e'")
    assert table["estimate"].abs().max() == pytest.approx(0, abs=1e-12)


def test_word_that_no_other_event_has_can_be_typical():
    filler = " ".join(f"w{n}" for n in range(80))
    rows = [("e", outlet, filler + " denial" * 6 * (outlet == "A")) for outlet in "AB" * 6]
    rows += [("other", "A", filler)] * 200
    row = compare_words(*corpus(*rows)).set_index(["outlet", "word"]).loc[("A", "denial")]
    assert (row["background"], row["n_words_background"]) == ("other events", 16_000)
    assert row["typical"] and row["z"] > 3


def test_word_used_alike_has_zero_keyness_and_exchanging_outlets_changes_signs():
    rows = [("e", "A", "red red blue"), ("e", "B", "red red blue")]
    assert compare_words(*corpus(*rows))["estimate"].abs().max() == pytest.approx(0)
    rows = [("e", "A", "red red blue"), ("e", "B", "red blue blue")]
    table = compare_words(*corpus(*rows), min_count=1).set_index(["outlet", "word"])["z"]
    assert np.allclose(table["A"], -table["B"].to_numpy())


def test_counts_and_rates_are_those_of_the_texts():
    table = compare_words(*corpus(*THREE)).set_index(["event", "outlet", "word"])
    row = table.loc[("harbour", "Gazette", "strike")]
    assert (row["count"], row["count_others"], row["n_words"], row["n_words_others"]) == (
        3, 0, 17, 25,
    )  # fmt: skip
    assert row["per_1000"] == pytest.approx(3000 / 17)
    assert (row["n_articles"], row["n_articles_with"], row["n_outlets"]) == (2, 2, 3)
    assert row["segments"] == "000:0 001:0" or row["z"] < 1.96
    check_table(table.reset_index(), "keyness")


def bursty(times):
    """Two outlets of four articles; one article of A says a word many times."""
    filler = " ".join(f"w{n}" for n in range(60))
    rows = [("e", outlet, filler) for outlet in "AB" for _ in range(4)]
    rows[0] = ("e", "A", filler + " tirade" * times)
    return rows


def test_one_article_cannot_make_a_word_typical():
    table = compare_words(*corpus(*bursty(60)), prior_words=50).set_index(["outlet", "word"])
    row = table.loc[("A", "tirade")]
    assert row["z"] > 3 and row["p_adjusted"] < 0.01  # the formula alone would call it so
    assert not row["typical"] and row["reason"] == "in one article of the outlet"
    assert row["dispersion"] > 0.6


def test_word_of_many_articles_is_typical_and_one_resting_on_one_article_is_not():
    rows = bursty(40)
    rows = [(e, o, t + (" tirade" + " outcry" * 8) * (o == "A"))
            for e, o, t in rows]  # fmt: skip
    table = compare_words(*corpus(*rows), prior_words=50).set_index(["outlet", "word"])
    assert table.loc[("A", "outcry"), "typical"]
    assert not table.loc[("A", "tirade"), "typical"]
    assert table.loc[("A", "outcry"), "segments"].split() == ["000:0", "001:0", "002:0", "003:0"]


def test_leave_one_out_is_the_lowest_z_of_smaller_corpora():
    rows = [*THREE[:2], ("harbour", "Gazette", "strike the strike port strike"), *THREE[2:5]]
    whole = compare_words(*corpus(*rows), min_count=1, prior_words=20).set_index("word")
    row = whole[whole["outlet"] == "Gazette"].loc["strike"]
    zs = []
    for left in range(3):
        # The prior stays that of the event with all its articles, so it is worked out by hand.
        prior, size = slow_prior(rows, "harbour", 20)
        words = sorted(prior)
        prior = np.array([prior[w] for w in words])
        mine = [w for n, (_, o, t) in enumerate(rows) if o == "Gazette" and n != left
                for w in t.split()]  # fmt: skip
        others = [w for _, o, t in rows if o != "Gazette" for w in t.split()]
        n = sum(len(t.split()) for _, _, t in rows)
        part = 1 - len(others) / n
        odds = log_odds(
            np.array([mine.count(w) for w in words]),
            np.array([others.count(w) for w in words]),
            part * prior, size=part * size, n=len(mine), n_others=len(others),
            prior_others=(1 - part) * prior, size_others=(1 - part) * size,
        )  # fmt: skip
        zs.append(odds.z[words.index("strike")])
    assert row["z_without_one"] == pytest.approx(min(zs), abs=1e-9)


def test_no_word_is_typical_where_outlets_do_not_differ():
    generator = np.random.default_rng(7)
    share = 1 / np.arange(1, 301)
    share /= share.sum()
    rows = []
    for outlet in "AB":
        for _ in range(20):
            words = generator.choice(300, 150, p=share)
            burst = np.repeat(generator.choice(300, 5, p=share), 8)  # articles repeat themselves
            rows.append(("e", outlet, " ".join(f"w{n}" for n in [*words, *burst])))
    table = compare_words(*corpus(*rows))
    assert table["typical"].sum() == 0
    # The words-one-by-one variance alone would find some: that is why articles are drawn too.
    assert (table["z"].abs() > 1.96).mean() > (table["z_articles"].abs() > 1.96).mean()
    assert (table["z_articles"].abs() > 1.96).mean() < 0.05


def test_one_article_an_outlet_gets_no_p_value():
    table = compare_words(*corpus(("e", "A", "red red blue"), ("e", "B", "blue blue red")))
    assert table["p"].isna().all() and not table["typical"].any()
    assert set(table["reason"]) == {"the outlet has one article"}


def test_order_and_copies_do_not_matter():
    segments, articles = corpus(*THREE)
    table = compare_words(segments, articles)
    turned = compare_words(segments[::-1], articles[::-1])
    pd.testing.assert_frame_equal(table, turned)
    more, with_copy = corpus(*THREE, THREE[0])
    with_copy.loc[len(THREE), "used"] = False
    pd.testing.assert_frame_equal(table, compare_words(more, with_copy))


def test_single_outlet_and_no_segments_give_an_empty_table():
    segments, articles = corpus(("e", "A", "red blue"))
    assert compare_words(segments, articles).empty
    assert compare_words(segments[:0], articles).empty


def test_adjusted_p_values_are_those_of_scipy():
    p = np.random.default_rng(3).uniform(size=40) ** 2
    assert np.allclose(adjust_false_discovery(p), false_discovery_control(p))


def test_dispersion_is_zero_when_even_and_near_one_in_one_article():
    lengths = np.array([10.0] * 10)
    assert deviation_of_proportions(np.ones(10), lengths) == pytest.approx(0)
    assert deviation_of_proportions(np.eye(10)[0], lengths) == pytest.approx(0.9)
    table = compare_words(*corpus(*THREE)).set_index(["event", "outlet", "word"])
    assert table.loc[("harbour", "Gazette", "strike"), "dispersion"] == pytest.approx(
        deviation_of_proportions(np.array([2, 1]), np.array([11, 6]))
    )


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match=r"voice may be one of.*'editor'"):
        compare_words(*corpus(*THREE), voice="editor")
    with pytest.raises(ValueError, match="prior_words must be above 0, not 0"):
        compare_words(*corpus(*THREE), prior_words=0)
    with pytest.raises(ValueError, match="the background has 0 words: it must have some"):
        informative_prior(np.array([0, 0]), 0, 5)
    with pytest.raises(ValueError, match="the background lacks words of these events"):
        compare_words(*corpus(*THREE), background=pd.Series({"port": 4}))


def test_events_compared_one_by_one_give_what_they_give_together():
    segments, articles = corpus(*THREE)
    counted = count_background(segments, articles)
    background = counted.groupby("word")["count"].sum().sort_index()
    parts = []
    for event in ("flood", "harbour"):
        mine = articles[articles["event"] == event]
        held = segments[segments["article_id"].isin(mine["article_id"])]
        parts.append(compare_words(held, mine, background=background))
    together = compare_words(segments, articles)
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), together, check_exact=True)


def test_pieces_of_times_and_numbers_are_no_words():
    rows = [(event, outlet, "At 4.52 a.m. and 5 p.m. I saw 18,000 pots and an o") for event, outlet
            in (("harbour", "Gazette"), ("harbour", "Mirror"), ("flood", "Star"))]  # fmt: skip
    words = set(compare_words(*corpus(*rows))["word"])
    assert words == {"at", "a", "and", "i", "saw", "pots", "an", "o"}


def test_words_compared_in_blocks_are_as_if_compared_at_once(monkeypatch):
    segments, articles = corpus(*THREE)
    together = compare_words(segments, articles)
    monkeypatch.setattr("analysis.measures.word_choice._CELLS", 10)
    pd.testing.assert_frame_equal(compare_words(segments, articles), together, check_exact=True)


def test_caption_says_whose_words_the_prior_is_made_of():
    from analysis.figures.answers import say_background
    from analysis.figures.titles import title_of

    table = compare_words(*corpus(*THREE)).query("event == 'harbour'")
    said = title_of("keyness", event="harbour", background=say_background(table))
    assert said.endswith("The prior is from the other events (16 words).")
    alone = say_background(compare_words(*corpus(*THREE[:5])))
    assert alone == "this event's own 42 words, as there is no other event"
    assert say_background(table[:0]) == "no words, as none were compared"
