"""Tone of segments, and sentiment toward the actors mentioned in them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.measures.sentiment import score_sentiment, tone_values, toward_chances
from analysis.measures.wording import mentions_in_segments
from analysis.tables import check_table

CALIBRATION = {"tone": [0.5, 0.1], "toward": {"slope": 1.0, "shift": [0.0, 0.0, 0.0]}}
TEXT = "Mayor Ada Holm praised the divers. Holm scolded Bertil Roe."


class Stub:
    """An encoder that finds every target negative but those called Ada."""

    reader = SimpleNamespace(name="stub", meta={"sha256": "cd" * 32, "calibration": CALIBRATION})

    def run(self, texts, targets):
        good, bad = [-2.0, 0.0, 2.0], [2.0, 0.0, -2.0]
        return {
            "editorials": np.array([1.0 if t else np.nan for t in texts]),
            "toward": [
                np.array([good if text[a:b].startswith("Ada") else bad for a, b in spans]).reshape(
                    -1, 3
                )
                for text, spans in zip(texts, targets, strict=True)
            ],
        }


@pytest.fixture
def segments():
    return pd.DataFrame(
        {
            "segment_id": ["a:0", "a:35"],
            "article_id": "a",
            "start": [0, 35],
            "end": [34, len(TEXT)],
            "text": [TEXT[:34], TEXT[35:]],
        }
    )


@pytest.fixture
def mentions():
    places = [("Ada Holm", 6, 14), ("Ada Holm", 35, 39), ("Bertil Roe", 48, 58)]
    return pd.DataFrame(
        [("a", name, a, b, TEXT[a:b], "name") for name, a, b in places],
        columns=["article_id", "actor", "start", "end", "text", "how"],
    )


def test_mentions_fall_into_their_segments(segments, mentions):
    inside = mentions_in_segments(segments, mentions)
    for row, first, last, start, end in inside[["row", "first", "last", "start", "end"]].itertuples(
        index=False
    ):
        assert segments["text"][row][first:last] == TEXT[start:end]
    assert inside["row"].tolist() == [0, 1, 1]


def test_a_mention_across_an_edge_or_of_another_article_is_in_no_segment(segments):
    mentions = pd.DataFrame(
        {"article_id": ["a", "b"], "actor": "x", "start": [30, 0], "end": [39, 5]}
    )
    assert mentions_in_segments(segments, mentions).empty


def test_one_sentence_may_praise_one_and_blame_another(segments, mentions):
    scores = score_sentiment(segments, Stub(), mentions=mentions).scores
    toward = scores[scores["measure"] == "sentiment_toward"].set_index(["segment_id", "label"])
    assert toward.loc[("a:0", "Ada Holm"), "value"] > 0.5
    assert toward.loc[("a:35", "Bertil Roe"), "value"] < -0.5


def test_probabilities_add_up_to_one_and_give_the_difference(segments, mentions):
    scores = score_sentiment(segments, Stub(), mentions=mentions).scores
    wide = scores[scores["measure"] != "tone"].pivot(
        index=["segment_id", "label"], columns="measure", values="value"
    )
    three = wide[[f"sentiment_toward_{one}" for one in ("negative", "neutral", "positive")]]
    np.testing.assert_allclose(three.sum(axis=1), 1)
    np.testing.assert_allclose(
        wide["sentiment_toward"],
        wide["sentiment_toward_positive"] - wide["sentiment_toward_negative"],
    )


def test_several_mentions_of_an_actor_are_averaged(segments):
    mentions = pd.DataFrame(
        {"article_id": "a", "actor": "Holm", "start": [6, 6 + 4], "end": [9, 14]}
    )
    scored = score_sentiment(segments, Stub(), mentions=mentions)
    value = scored.scores.query("measure == 'sentiment_toward'")["value"].item()
    assert value == pytest.approx(0, abs=1e-12)  # one good, one bad mention
    assert len(scored.evidence) == 2


def test_without_mentions_there_is_only_tone(segments):
    scored = score_sentiment(segments, Stub())
    assert set(scored.scores["measure"]) == {"tone"}
    assert scored.scores["value"].tolist() == pytest.approx([0.6, 0.6])
    assert scored.evidence.empty


def test_tone_stays_between_minus_one_and_one():
    found = tone_values(np.array([-9.0, 0.0, 9.0]), CALIBRATION)
    assert found.tolist() == [-1.0, 0.1, 1.0]


def test_a_slope_below_one_makes_probabilities_less_sure():
    odds = np.array([[2.0, 0.0, -2.0]])
    sharp = toward_chances(odds, CALIBRATION)
    dull = toward_chances(odds, {"toward": {"slope": 0.5, "shift": [0, 0, 0]}})
    assert sharp[0, 0] > dull[0, 0] > 1 / 3
    assert dull.sum() == pytest.approx(1)


def test_what_has_no_score_says_why(segments, mentions):
    articles = pd.DataFrame({"article_id": ["a"], "language": ["ru"]})
    scored = score_sentiment(segments, Stub(), mentions=mentions, articles=articles)
    assert scored.scores["value"].isna().all()
    assert set(scored.scores["reason"]) == {"language ru"}
    assert scored.evidence.empty


def test_the_tables_keep_their_rules(segments, mentions):
    scored = score_sentiment(segments, Stub(), mentions=mentions)
    check_table(scored.scores, "scores")
    check_table(scored.evidence, "evidence")


def test_the_order_of_segments_and_mentions_does_not_matter(segments, mentions):
    one = score_sentiment(segments, Stub(), mentions=mentions).scores
    two = score_sentiment(segments[::-1], Stub(), mentions=mentions[::-1]).scores
    order = ["segment_id", "measure", "label"]
    pd.testing.assert_frame_equal(
        one.sort_values(order).reset_index(drop=True), two.sort_values(order).reset_index(drop=True)
    )
