"""Claims of an event: carried, not found, cannot tell; with invented reports."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.benchmarks.stories import as_articles
from analysis.benchmarks.telling import measure_claims, measure_omission
from analysis.measures.claim_matching import WITH, WITHOUT, Sentences
from analysis.measures.claims import NOT_FOUND, _compared, find_claims
from analysis.tables import check_table, empty_table

POST = [
    ("outlet", "Engineers closed the Merin bridge after a crack was found in its northern pier."),
    ("quoted", "“Nobody will cross until the pier is safe,” said the engineer Ilse Brandt."),
    ("outlet", "Some 18,000 cars use the bridge every day."),
    ("outlet", "Shopkeepers on the north bank fear for their trade before the harvest fair."),
]
COURIER = [
    ("outlet", "The ferry company will run two more boats from Wednesday morning."),
    ("outlet", "A crack in the northern pier led engineers to close the Merin bridge."),
    ("attributed", "Ilse Brandt said nobody would cross until the pier was safe."),
]


def corpus(**reports: list[tuple[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make articles, segments and sentences of reports given as (voice, sentence)."""
    rows, texts = [], {}
    for article, lines in reports.items():
        texts[article] = "\n".join(text for _, text in lines)
        at = 0
        for place, (voice, text) in enumerate(lines):
            said = ("Ilse Brandt", "said", "neutral") if voice != "outlet" else ("", "", "none")
            rows.append((article, 0, place, "body", at, at + len(text), text, voice, *said))
            at += len(text) + 1
    names = ["article_id", "paragraph", "sentence", "part", "start", "end", "text"]
    segments = pd.DataFrame(rows, columns=[*names, "voice", "speaker", "cue", "cue_kind"])
    articles = as_articles(
        {"article_id": one, "outlet": f"The {one}", "event": "bridge", "text": text}
        for one, text in texts.items()
    )
    return articles, segments, segments[names]


def row(claims: pd.DataFrame, words: str, article: str) -> pd.Series:
    found = claims[claims["claim"].str.contains(words) & (claims["article_id"] == article)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.fixture
def claims() -> pd.DataFrame:
    return find_claims(*corpus(post=POST, courier=COURIER))


def test_a_claim_in_other_words_is_carried_by_both(claims):
    rows = claims[claims["claim"].str.contains("crack")]
    assert rows["status"].tolist() == ["carried", "carried"]
    assert rows["n_outlets"].tolist() == [2, 2]
    assert rows["only_outlet"].tolist() == ["", ""]
    assert rows["claim_id"].nunique() == 1


def test_a_claim_that_one_outlet_alone_carries_is_not_found_in_the_other(claims):
    here, there = row(claims, "18,000", "post"), row(claims, "18,000", "courier")
    assert [here["status"], there["status"]] == ["carried", "not found"]
    assert here["only_outlet"] == "The post"
    assert there["similarity"] < NOT_FOUND
    assert there["sentence"] in [text for _, text in COURIER]  # the nearest is shown
    assert there["voice"] == "none" and np.isnan(there["position"])


def test_a_claim_says_where_it_stands_in_whose_voice_and_after_which_verb(claims):
    first = row(claims, "crack|close the Merin", "post")
    assert first["position"] == 0.0 and first["voice"] == "outlet"
    said = row(claims, "Nobody will cross|nobody would cross", "post")
    assert [said["voice"], said["speaker"], said["cue"]] == ["quoted", "Ilse Brandt", "said"]
    retold = row(claims, "Nobody will cross|nobody would cross", "courier")
    assert retold["status"] == "carried" and retold["voice"] == "attributed"
    assert retold["position"] > 0.5


def test_a_claim_of_too_few_words_is_never_said_to_be_missing():
    vague = [("outlet", "It was not to be so.")]
    found = find_claims(*corpus(post=[*POST, *vague], courier=COURIER))
    assert row(found, "not to be so", "courier")["status"] == "cannot tell"


def test_claims_are_the_same_whatever_the_order_of_rows(claims):
    articles, segments, sentences = corpus(post=POST, courier=COURIER)
    other = find_claims(articles.iloc[::-1], segments.iloc[::-1], sentences.iloc[::-1])
    pd.testing.assert_frame_equal(claims, other)


def test_claims_without_sentences_are_those_of_the_segments(claims):
    articles, segments, _ = corpus(post=POST, courier=COURIER)
    pd.testing.assert_frame_equal(claims, find_claims(articles, segments))


def test_a_copy_that_was_set_aside_has_no_column_and_changes_nothing(claims):
    articles, segments, sentences = corpus(post=POST, courier=COURIER, copy=POST)
    articles.loc[articles["article_id"] == "copy", "used"] = False
    pd.testing.assert_frame_equal(claims, find_claims(articles, segments, sentences))


def test_wire_sentences_are_marked():
    parts = corpus(post=POST, courier=[*COURIER, POST[2]])
    at = parts[2].query("article_id == 'post' and sentence == 2").iloc[0]
    shared = pd.DataFrame(
        [("post", at["start"], at["end"], "courier", 0, 1, 1.0, "wire")],
        columns=list(empty_table("shared_sentences")),
    )
    found = find_claims(*parts, shared=shared)
    assert row(found, "18,000", "post")["wire"]
    assert not row(found, "crack|close the Merin", "post")["wire"]


def test_an_event_of_one_article_has_no_claims_to_compare():
    found = find_claims(*corpus(post=POST))
    assert len(found) == 0
    check_table(found, "claims")


def test_an_encoder_is_asked_for_vectors_and_its_meaning_counts():
    class Encoder:
        """Puts the fair and the boats at one place and every other sentence on its own."""

        def vectors(self, texts):
            rows = np.eye(len(texts) + 1, dtype=np.float32)[: len(texts)]
            for at, text in enumerate(texts):
                if "fair" in text or "boats" in text:
                    rows[at] = np.eye(len(texts) + 1)[-1]
            return rows

    near = find_claims(*corpus(post=POST, courier=COURIER), encoder=Encoder())
    far = find_claims(*corpus(post=POST, courier=COURIER))
    assert row(near, "fair", "courier")["similarity"] > row(far, "fair", "courier")["similarity"]


def test_probabilities_are_those_of_the_features_in_any_block():
    texts = [text for _, text in (*POST, *COURIER)]
    material = Sentences(texts)
    block = np.concatenate([part for _, part in material.probabilities()])
    features = material.features(slice(None))
    assert set(features) == set(WITHOUT) - {"constant"} == set(WITH) - {"constant", "meaning"}
    odds = WITHOUT["constant"] + sum(features[name] * WITHOUT[name] for name in features)
    assert block == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-6)
    assert block == pytest.approx(block.T, abs=1e-5)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("It cost 1.2 million talers.", "It cost 1,200,000 talers.", 0.0),
        ("It cost 18,000 talers.", "It cost 18 thousand talers.", 0.0),
        ("It cost 18,000 talers.", "It cost 17,000 talers.", 1.0),
        ("It cost talers.", "It cost 17,000 talers.", 0.0),
    ],
)
def test_numbers_differ_only_where_both_sentences_have_some(one, other, same):
    features = Sentences([one, other]).features(slice(None))
    assert features["other numbers"][0, 1] == same


def test_measure_claims_on_a_small_invented_set(tmp_path):
    lines = [
        "Engineers closed the Merin bridge in Alda after a crack was found in its northern pier.",
        "Mayor Otto Lenz promised a report by October and asked for patience in the meantime.",
        "Some 18,000 cars and 40 buses use the road between Brunn and Tessin every single day.",
        "The ferry company hired six sailors and will charter two vessels from the Serra islands.",
        "Shopkeepers on the north bank, among them the baker Rosa Quint, fear for their trade.",
        "Alda First said the council had ignored warnings from the railway in May and in August.",
        "Repairs could cost 12 million talers, according to a treasurer's paper seen by this desk.",
        "A nurse, Jonas Feld, waited an hour in the rain before he reached the hospital by boat.",
        "Schools in Kolm begin later until the holidays so that pupils can share minibuses.",
        "Divers from the navy inspect the foundations on Sunday, weather and current permitting.",
    ]
    story = {"id": "1", "event": "e", "outlet": "A", "date": None, "url": None, "headline": ""}
    (tmp_path / "same_event").mkdir()
    (tmp_path / "same_event" / "articles.jsonl").write_text(
        json.dumps({**story, "text": "\n".join(lines)}), encoding="utf-8"
    )
    result = measure_claims(tmp_path, stories=1, encoder=None)
    assert result["figures"]["not_found_precision"]["value"] == 1.0
    assert result["figures"]["carried_recall"]["value"] >= 0.8
    assert result["figures"]["carried_recall"]["unit"] == "articles"
    assert "TF-IDF cosine 0.3" in result["baselines"]


def test_measure_omission_on_a_made_story_where_only_partisan_events_are_missing(tmp_path):
    both = "The council closed the bridge after a crack was found."
    only = "Critics called the mayor's delay a scandal without example."
    other = "Boats will run every ten minutes from Wednesday morning."
    rows = []
    for number in range(3):
        for side, mine in (("Left", only), ("Right", other)):
            events = [
                {"sentence": 0, "label": "neutral"},
                {"sentence": 1, "label": "partisan"},
                {"sentence": 1, "label": "counter"},
            ]
            sentences = [both, mine]
            rows.append(
                {"story": str(number), "leaning": side, "sentences": sentences, "events": events}
            )
    (tmp_path / "omission").mkdir()
    (tmp_path / "omission" / "articles.jsonl").write_text(
        "\n".join(map(json.dumps, rows)), encoding="utf-8"
    )
    result = measure_omission(tmp_path, encoder=None)
    assert result["figures"]["auc_partisan"]["value"] == 1.0
    assert result["figures"]["auc_partisan"]["n"] == 3
    # The acts' words: "closed" and "crack" both articles have, "called" and "run" only one has.
    for row in rows:
        word = "called" if row["leaning"] == "Left" else "run"
        for event in row["events"]:
            event["trigger"] = word if event["label"] == "partisan" else "closed"
    (tmp_path / "omission" / "articles.jsonl").write_text(
        "\n".join(map(json.dumps, rows)), encoding="utf-8"
    )
    baseline = measure_omission(tmp_path, encoder=None)["baselines"]
    by_word = baseline["the word of the event's act is nowhere in the other article"]
    assert by_word["auc_partisan"]["value"] == 1.0


def test_of_a_very_large_event_each_outlet_in_turn_gives_an_article():
    articles = pd.DataFrame(
        {
            "article_id": [f"{place:04d}" for place in range(320)],
            "outlet": ["The Post"] * 300 + ["The Courier"] * 20,
        }
    )
    kept = _compared(articles)
    assert kept["outlet"].value_counts().to_dict() == {"The Post": 180, "The Courier": 20}
    assert kept["article_id"].is_monotonic_increasing
    pd.testing.assert_frame_equal(_compared(articles.head(200)), articles.head(200))
