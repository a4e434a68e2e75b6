"""Who and what is named in an event."""

from __future__ import annotations

import pandas as pd

from analysis.text.actors import find_actors
from analysis.text.sentences import split_sentences


def actors_of(*texts: str, events: list[str] | None = None):
    names = [f"a{number}" for number in range(len(texts))]
    events = events or ["e"] * len(texts)
    articles = pd.DataFrame({"article_id": names, "event": events, "text": list(texts)})
    paragraphs = pd.DataFrame(
        {
            "article_id": names,
            "paragraph": 0,
            "start": 0,
            "end": [len(text) for text in texts],
            "part": "body",
        }
    )
    return find_actors(articles, split_sentences(articles, paragraphs))


def test_last_name_joins_the_full_name_across_articles_of_an_event() -> None:
    found = actors_of("Mayor Ann Roe opened the bridge.", "On Monday Roe spoke in Paris.")
    table = found.actors.set_index("actor")
    assert table.loc["Ann Roe", "aliases"] == "Ann Roe|Roe"
    assert table.loc["Ann Roe", "kind"] == "person"
    assert table.loc["Ann Roe", "gender"] == "female"
    assert (table.loc["Ann Roe", "n_mentions"], table.loc["Ann Roe", "n_articles"]) == (2, 2)
    assert table.loc["Paris", "kind"] == "place"


def test_acronym_joins_the_group_it_abbreviates() -> None:
    found = actors_of("The Norland Transport Union met. On Friday the NTU struck.")
    table = found.actors.set_index("actor")
    assert table.loc["Norland Transport Union", "aliases"] == "Norland Transport Union|NTU"
    assert table.loc["Norland Transport Union", "kind"] == "group"


def test_events_are_kept_apart() -> None:
    found = actors_of("Ann Roe came.", "John Roe came.", events=["one", "two"])
    assert list(found.actors["event"]) == ["one", "two"]
    assert list(found.actors["actor"]) == ["Ann Roe", "John Roe"]


def test_mentions_are_exact_spans() -> None:
    text = "Foreign Minister John Marr met Ms. Roe. Later Marr's aide left."
    found = actors_of(text)
    for row in found.mentions.itertuples():
        assert text[row.start : row.end] == row.text
    assert set(found.mentions["text"]) == {"John Marr", "Roe", "Marr"}


def test_word_that_only_begins_a_sentence_is_no_name() -> None:
    found = actors_of("Bridges fell. Rain fell on Ann Roe.")
    assert list(found.actors["actor"]) == ["Ann Roe"]


def test_order_of_articles_does_not_matter() -> None:
    texts = ["Ann Roe met John Marr.", "Then Roe left the Norland Union."]
    one, other = actors_of(*texts), actors_of(*texts[::-1])
    pd.testing.assert_frame_equal(one.actors, other.actors)


def test_articles_without_names_give_empty_tables() -> None:
    found = actors_of("it rained all day.")
    assert found.actors.empty
    assert found.mentions.empty


def test_capitals_of_a_title_make_no_name() -> None:
    text = "Failing To Beat Storm Ann Roe Asks Rivals For Help? On Monday Ann Roe met Storm Elmer."
    names = set(actors_of(text).actors["actor"])
    assert "Ann Roe" in names
    assert not {"Beat Storm", "Asks Rivals", "Failing"} & names
