"""Articles on one event found by words, names and dates, among invented articles."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.benchmarks.stories import as_articles
from analysis.text.events import ONE_EVENT, group_events, join_near
from analysis.text.stories.nearness import (
    day_number,
    find_traits,
    near_pairs,
    pair_features,
    same_event_probability,
)
from analysis.text.stories.terms import _STOPWORDS, rarity, read_background, stem, weigh_terms

BRIDGE = """Engineers closed the Merin bridge at Alda on Tuesday after a crack was found in its \
northern pier. The city engineer, Ilse Brandt, said nobody would cross until the pier was safe. \
Some 18,000 cars use the Merin bridge every day. Mayor Otto Lenz promised a report on the crack."""
BRIDGE_TOO = """Commuters in Alda queued for the ferry after Tuesday's closure of the Merin \
bridge. A crack of 40 centimetres had been found in a pier, said Ilse Brandt, the city engineer. \
Otto Lenz, the mayor, wants to know why two warnings about the Merin bridge and its pier were \
ignored."""
TRIAL = """The former head of the Savings Union, Karl Osten, denied on Monday that he had hidden \
losses of 90 million talers. Prosecutor Mara Lind read from 14 letters in the court in Brunn. The \
trial of Karl Osten is to last until November."""
HARVEST = """Farmers around Tessin expect the smallest apple harvest for years after a night of \
frost in April. The growers' union asked the ministry for help with loans on Friday."""


def articles(*rows: dict) -> pd.DataFrame:
    return as_articles({"article_id": f"{at:012d}", **row} for at, row in enumerate(rows))


def four() -> pd.DataFrame:
    dates = ("2031-05-06", "unknown", "2031-05-06", "2031-05-07")
    texts = (BRIDGE, BRIDGE_TOO, TRIAL, HARVEST)
    return articles(
        *({"text": text, "published": day} for text, day in zip(texts, dates, strict=True))
    )


def test_events_join_two_reports_of_one_event_one_of_them_without_a_date():
    found = group_events(four())["event"].tolist()
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_event_names_are_readable_and_say_the_date():
    found = group_events(four())["event"].tolist()
    assert found[0].startswith("2031-05-06 ")
    assert "merin" in found[0]
    assert "osten" in found[2]
    undated = group_events(articles({"text": HARVEST}))["event"].iloc[0]
    assert undated == "undated april friday" or undated.startswith("undated tessin")


def test_events_do_not_depend_on_the_order_of_rows():
    frame = four()
    one = group_events(frame).sort_values("article_id", ignore_index=True)
    other = group_events(frame.iloc[[2, 0, 3, 1]]).sort_values("article_id", ignore_index=True)
    pd.testing.assert_frame_equal(one, other)


def test_a_copy_takes_its_originals_event_and_changes_no_other():
    frame = four()
    copy = frame.iloc[[0]].assign(
        article_id="copy", lineage="copy", lineage_of="000000000000", used=False
    )
    alone = group_events(frame)["event"].tolist()
    found = group_events(pd.concat([frame, copy], ignore_index=True))["event"].tolist()
    assert found == [*alone, alone[0]]


def test_the_users_events_stay_and_draw_in_what_is_near():
    frame = four()
    frame["event"] = ["The bridge", "", "unknown", "Apples"]
    found = group_events(frame)["event"].tolist()
    assert found[:2] == ["The bridge", "The bridge"] and found[3] == "Apples"
    assert "osten" in found[2]
    assert frame["event"].tolist() == ["The bridge", "", "unknown", "Apples"]


def test_two_events_of_the_users_are_never_joined():
    frame = four()
    frame["event"] = ["one", "two", "", ""]
    assert group_events(frame)["event"].tolist()[:2] == ["one", "two"]


def test_two_new_events_never_share_a_name():
    frame = articles(*({"text": "Nothing happened here today."} for _ in range(2)))
    frame["text"] = ["Rain fell.", "Snow melted."]
    found = group_events(frame)["event"]
    assert found.nunique() == 2 and found.str.startswith("undated").all()


def test_events_of_no_articles_is_no_articles():
    assert len(group_events(four().iloc[:0])) == 0


def test_join_near_needs_more_than_one_link_into_a_group():
    high = 2.4 * ONE_EVENT
    near = {(0, 1): 0.9, (1, 2): high}
    assert join_near(3, near) == [[0, 1, 2]]  # mean of .48 and 0 over two pairs
    assert join_near(4, near | {(0, 3): 0.9}) == [[0, 1, 3], [2]]  # of .48, 0 and 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_join_near_agrees_with_scipys_average_linkage(seed):
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    generator = np.random.default_rng(seed)
    matrix = np.triu(generator.random((9, 9)) * (generator.random((9, 9)) < 0.5), 1)
    near = {(i, j): matrix[i, j] for i, j in zip(*np.nonzero(matrix), strict=True)}
    tree = linkage(squareform(1 - matrix - matrix.T - np.eye(9), checks=False), "average")
    labels = fcluster(tree, 1 - ONE_EVENT, "distance")
    theirs = sorted(sorted(np.flatnonzero(labels == one).tolist()) for one in set(labels))
    assert join_near(9, {(int(i), int(j)): v for (i, j), v in near.items()}) == theirs


@pytest.mark.parametrize(
    ("published", "url", "day"),
    [
        ("2031-05-06", "unknown", "2031-05-06"),
        ("unknown", "https://post.example/2031/05/06/bridge", "2031-05-06"),
        ("unknown", "https://post.example/2031/02/31/bridge", None),
        ("unknown", "https://post.example/bridge-20310506", None),
    ],
)
def test_day_number_from_the_date_or_the_address(published, url, day):
    number = day_number(published, url)
    assert np.isnan(number) if day is None else number == pd.Timestamp(day).toordinal()


def test_nearer_words_and_dates_raise_the_probability():
    traits = find_traits(four())
    one, other = np.array([0, 0, 2]), np.array([1, 2, 3])
    probability = same_event_probability(pair_features(traits, one, other))
    assert probability[0] > 0.2 > probability[1:].max()
    features = pair_features(traits, one[:1], other[:1])
    assert features["no date"].iloc[0] == 1
    nearer = same_event_probability(features.assign(**{"same day": 1.0, "no date": 0.0}))
    assert nearer[0] > probability[0]


def test_near_pairs_leave_out_what_is_days_apart():
    frame = four().iloc[:2]
    for later, expected in (("2031-05-09", 1), ("2031-07-09", 0), ("unknown", 1)):
        traits = find_traits(frame.assign(published=["2031-05-06", later]))
        assert len(near_pairs(traits)[0]) == expected


def test_terms_are_of_length_one_and_their_products_agree_with_a_slow_cosine():
    texts = [BRIDGE, BRIDGE_TOO, TRIAL]
    weighted = weigh_terms(texts, [""] * 3)["words"]
    product = (weighted @ weighted.T).toarray()
    known, total = read_background()
    tokens = [
        [stem(t) for t in re.findall(r"[^\W_]+(?:[.,]\d+)*(?:['’]s\b)?", text)] for text in texts
    ]
    tokens = [[t for t in one if len(t) > 1 and t not in _STOPWORDS] for one in tokens]
    rows = []
    for one in tokens:
        row = {}
        for term in set(one):
            n = sum(term in other for other in tokens)
            idf = np.log((3 + 200 + 1) / (n + known.get(term, 0) * 200 / total + 0.5))
            row[term] = (1 + np.log(one.count(term))) * idf
        length = np.sqrt(sum(value**2 for value in row.values()))
        rows.append({term: value / length for term, value in row.items()})
    for i in range(3):
        for j in range(i):
            slow = sum(value * rows[j].get(term, 0) for term, value in rows[i].items())
            assert product[i, j] == pytest.approx(slow, abs=1e-5)


def test_rarer_terms_weigh_more():
    weights = rarity(np.array([1, 5, 5]), np.array([0, 0, 900]), 10)
    assert weights[0] > weights[1] > weights[2] > 0
