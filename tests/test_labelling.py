"""Labelling: what is called what by whom, own concepts and their refusals, grouping of phrases."""

import numpy as np
import pandas as pd
import pytest

from analysis.benchmarks.wording import bcubed_f1, best_group_f1, one_to_one_f1, overlap
from analysis.figures.contents import list_concepts
from analysis.figures.words import plot_labelling
from analysis.measures.label_groups import describe_phrase, group_phrases
from analysis.measures.labelling import find_labels, read_concepts
from analysis.own_files import OwnFileError
from analysis.tables import check_table

TEXTS = (
    ("Gazette", "outlet", "The invasion of the island began, a full assault on Porto Verde."),
    ("Gazette", "quoted", "“A special military operation,” he said."),
    ("Mirror", "outlet", "The conflict on the island, an operation in Porto Verde, went on."),
    ("Mirror", "outlet", "Dockers held a strike, a walkout over industrial action rules."),
)


@pytest.fixture
def tables():
    articles = pd.DataFrame(
        {
            "article_id": [f"a{place}" for place in range(len(TEXTS))],
            "event": "island",
            "outlet": [outlet for outlet, _, _ in TEXTS],
            "language": "en",
            "used": True,
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": articles["article_id"] + ":10",
            "article_id": articles["article_id"],
            "start": 10,
            "end": [10 + len(text) for _, _, text in TEXTS],
            "text": [text for _, _, text in TEXTS],
            "voice": [voice for _, voice, _ in TEXTS],
        }
    )
    return segments, articles


def test_words_of_a_family_are_terms_of_one_concept_by_outlet_and_voice(tables):
    table = find_labels(*tables)
    check_table(table, "labelling")
    acts = table[table["concept"] == "armed action"]
    assert set(zip(acts["outlet"], acts["voice"], acts["term"], strict=True)) == {
        ("Gazette", "outlet", "invasion"),
        ("Gazette", "outlet", "assault"),
        ("Gazette", "quoted", "special military operation"),
        ("Mirror", "outlet", "conflict"),
        ("Mirror", "outlet", "operation"),
    }


def test_word_of_two_families_goes_to_the_one_with_more_words_in_the_article(tables):
    # "strike" may be an air raid: among dockers it is a work stoppage, whatever the event.
    table = find_labels(*tables).set_index("term")
    assert table.loc["strike", "concept"] == "work stoppage"
    segments, articles = tables
    segments.loc[0, "text"] = "The invasion began with an air strike, then another strike."
    table = find_labels(segments, articles).query("outlet == 'Gazette'").set_index("term")
    assert table.loc["strike", "concept"] == "armed action"


def test_counts_rates_and_segments_are_those_of_the_text(tables):
    row = find_labels(*tables).set_index(["outlet", "term"]).loc[("Gazette", "invasion")]
    assert row["count"] == 1 and row["n_articles"] == 1 and row["n_words"] == 12
    assert row["per_1000"] == pytest.approx(1000 / 12)
    assert row["segments"] == "a0:10"


def test_family_of_place_names_wants_a_capital_letter():
    articles = pd.DataFrame(
        {"article_id": ["a"], "event": "e", "outlet": "o", "language": "en", "used": True}
    )
    for text, found in (("Kyiv or Kiev", 2), ("a holland of the netherlands", 0)):
        segments = pd.DataFrame(
            {"segment_id": ["a:0"], "article_id": "a", "start": 0, "end": len(text),
             "text": text, "voice": "outlet"}
        )  # fmt: skip
        assert len(find_labels(segments, articles)) == found


def test_name_in_a_family_is_shown_with_its_capital_and_a_common_noun_without():
    articles = pd.DataFrame(
        {"article_id": ["a"], "event": "e", "outlet": "o", "language": "en", "used": True}
    )
    text = "Troops left Kyiv, or Kiev. The War Goes On: Soldiers and the war."
    segments = pd.DataFrame(
        {"segment_id": ["a:0"], "article_id": "a", "start": 0, "end": len(text), "text": text,
         "voice": "outlet"}
    )  # fmt: skip
    terms = set(find_labels(segments, articles)["term"])
    assert {"Kyiv", "Kiev", "troops", "soldier"} <= terms and "War" not in terms


def test_own_concept_takes_its_terms_from_the_families(tables):
    table = find_labels(*tables, concepts={"what began": ["invasion", "operation"]})
    own = table[table["concept"] == "what began"]
    assert set(own["term"]) == {"invasion", "operation"} and set(own["how"]) == {"own"}
    assert "invasion" not in set(table.loc[table["how"] == "family", "term"])


def test_names_of_one_actor_are_terms(tables):
    segments, articles = tables
    start = 10 + TEXTS[0][2].index("Porto")
    mentions = pd.DataFrame(
        [
            ("a0", "Porto Verde", start, start + 11, "Porto Verde", "name"),
            ("a2", "Porto Verde", 14, 22, "conflict", "alias"),
            ("a2", "Porto Verde", 24, 26, "it", "pronoun"),
        ],
        columns=["article_id", "actor", "start", "end", "text", "how"],
    )
    table = find_labels(segments, articles, mentions=mentions)
    named = table[table["how"] == "name"]
    assert sorted(named["term"]) == ["Porto Verde", "conflict"]


def test_unused_articles_and_row_order_do_not_matter(tables):
    segments, articles = tables
    table = find_labels(segments, articles)
    pd.testing.assert_frame_equal(table, find_labels(segments[::-1], articles[::-1]))
    articles.loc[0, "used"] = False
    assert "Gazette" not in set(find_labels(segments, articles).query("voice == 'outlet'").outlet)
    assert find_labels(segments, articles[:0]).empty


def write(tmp_path, text):
    path = tmp_path / "concepts.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_concept_file_is_read(tmp_path):
    path = write(tmp_path, "the act:\n  - Invasion\n  - conflict\nthe city: [Kyiv, Kiev]\n")
    assert read_concepts(path) == {
        "the act": ("invasion", "conflict"),
        "the city": ("kyiv", "kiev"),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: holds no concept"),
        ("- a\n- b\n", "line 1: should map"),
        ("act: [a]\nact: [b]\n", "line 2: concept 'act' stands twice"),
        ("act:\n  words: [a]\n", "line 2: unknown key 'words' under concept 'act'"),
        ("act:\n", r"line \d: concept 'act' should be a list"),
        ("act: word\n", "line 1: concept 'act' should be a list"),
        ("act: []\n", "line 1: concept 'act' is empty"),
        ("act:\n  - a\n  - ' '\n", "line 3: a term of concept 'act' is empty"),
        ("act:\n  - a\n  -\n", "line 3: a term of concept 'act' is empty"),
        ("act:\n  - [a]\n", "line 2: a term of concept 'act' should be one text"),
        ("' ': [a]\n", "line 1: the name of a concept is empty"),
        (
            "act: [a]\nway:\n  - A\n",
            r"line 3: term 'a' stands twice \(first in line 1, under 'act'",
        ),
        ("act: [a\n", "line 2: not YAML"),
    ],
)
def test_bad_concept_file_is_refused_with_file_line_and_reason(tmp_path, text, message):
    with pytest.raises(OwnFileError, match=rf"concepts\.yaml.*{message}"):
        read_concepts(write(tmp_path, text))


def test_concept_file_runs_no_code(tmp_path):
    target = tmp_path / "made"
    path = write(tmp_path, f"act: [!!python/object/apply:os.mkdir ['{target}']]\n")
    with pytest.raises(OwnFileError):
        read_concepts(path)
    assert not target.exists()


@pytest.fixture(scope="module")
def parse():
    pytest.importorskip("spacy")
    from analysis.parsing import parse_texts

    def parsed(text, *phrases):
        document = next(iter(parse_texts([text])))
        spans = [document.char_span(text.index(p), text.index(p) + len(p)) for p in phrases]
        return document, [describe_phrase(span) for span in spans]

    return parsed


def test_phrases_are_grouped_by_reference(parse):
    _, phrases = parse(
        "President Anna Orr met the Norwegian envoy, and Orr praised the deal. "
        "The president called it a fair agreement.",
        "President Anna Orr", "Orr praised", "the deal", "The president", "a fair agreement",
    )  # fmt: skip
    _, second = parse("Orr praised the deal.", "Orr")
    whole, _, deal, office, agreement = phrases
    groups = group_phrases([whole, second[0], deal, office, agreement])
    assert groups[0] == groups[1] == groups[3]
    assert groups[2] == groups[4] != groups[0]


def test_country_people_and_seat_are_one(parse):
    _, one = parse("Norway refused the offer.", "Norway")
    _, two = parse("Oslo refused the offer.", "Oslo")
    _, other = parse("Sweden refused the offer.", "Sweden")
    groups = group_phrases([*one, *two, *other])
    assert groups[0] == groups[1] != groups[2]


def test_close_vectors_join_groups(parse):
    _, phrases = parse("The ferry and the vessel sank near a bakery.", "ferry", "vessel", "bakery")
    vectors = np.array([[1.0, 0.0], [0.95, np.sqrt(1 - 0.95**2)], [0.0, 1.0]])
    groups = group_phrases(phrases, vectors=vectors)
    assert groups[0] == groups[1] != groups[2]
    assert len(set(group_phrases(phrases))) == 3


def test_grouping_scores_can_be_seen():
    concepts = np.array(["a", "a", "b", "b"], dtype=object)
    perfect = overlap(concepts, np.array([1, 1, 2, 2]))
    lumped = overlap(concepts, np.array([1, 1, 1, 1]))
    assert best_group_f1(perfect) == one_to_one_f1(perfect) == bcubed_f1(perfect) == 1
    assert best_group_f1(lumped) == pytest.approx(2 / 3)
    assert one_to_one_f1(lumped) == pytest.approx(1 / 3)
    assert bcubed_f1(lumped) == pytest.approx(2 / 3)


class Near:
    """An encoder for which words of one sort are near: its vectors are planted."""

    def vectors(self, texts):
        sorts = {"boat": 0, "vessel": 0, "wall": 1, "harbour": 2}
        return np.stack([np.eye(8)[sorts.get(text.split()[-1], 3 + len(text) % 5)]
                         for text in texts])  # fmt: skip


def test_nouns_near_in_meaning_are_one_thing_where_two_outlets_differ():
    pytest.importorskip("spacy")
    texts = {
        "Gazette": "The boat left the harbour. A boat came back. The old wall fell.",
        "Mirror": "The vessel left the quay. Nobody saw the wall.",
    }
    articles, sentences, segments = [], [], []
    for outlet, text in texts.items():
        articles.append((outlet, "e", outlet, "en", True))
        start = 0
        for number, sentence in enumerate(text.split(". ")):
            sentence = sentence.rstrip(".") + "."
            end = start + len(sentence)
            sentences.append((outlet, 0, number, "body", start, end, sentence))
            segments.append((f"{outlet}:{start}", outlet, start, end, sentence, "outlet"))
            start = end + 1
    tables = (
        pd.DataFrame(
            segments, columns=["segment_id", "article_id", "start", "end", "text", "voice"]
        ),
        pd.DataFrame(articles, columns=["article_id", "event", "outlet", "language", "used"]),
    )
    spoken = pd.DataFrame(
        sentences, columns=["article_id", "paragraph", "sentence", "part", "start", "end", "text"]
    )
    table = find_labels(*tables, sentences=spoken, encoder=Near())
    check_table(table, "labelling")
    meant = table[table["how"] == "meaning"]
    assert dict(zip(zip(meant["outlet"], meant["term"], strict=True), meant["count"],
                    strict=True)) == {("Gazette", "boat"): 2, ("Mirror", "vessel"): 1}  # fmt: skip
    assert set(meant["concept"]) == {"boat"} and meant["segments"].iloc[0] == "Gazette:0 Gazette:27"
    own = find_labels(*tables, sentences=spoken, encoder=Near(), concepts={"craft": ["boat"]})
    assert "boat" not in set(own.loc[own["how"] == "meaning", "term"])


def test_what_is_quoted_is_counted_apart_from_the_outlets_own_words():
    rows = [("Gazette", "strike", "outlet", 2), ("Gazette", "strike", "quoted", 1),
            ("Mirror", "walkout", "attributed", 3)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["outlet", "term", "voice", "count"])
    shown = list_concepts(table.assign(how="own", concept="the event"))
    assert shown[["term", "count", "spoken"]].values.tolist() == [
        ["strike", 3, 1], ["walkout", 3, 3],
    ]  # fmt: skip
    drawn = {text.get_text() for text in plot_labelling(shown).texts}
    assert {"2 + 1", "0 + 3"} <= drawn
