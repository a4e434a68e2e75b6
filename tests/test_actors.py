"""Who and what is named in an event."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.own_files import OwnFileError
from analysis.text.actors import find_actors
from analysis.text.own_actors import OwnActor, read_actors
from analysis.text.sentences import split_sentences


def actors_of(*texts: str, events: list[str] | None = None, own: tuple[OwnActor, ...] = ()):
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
    return find_actors(articles, split_sentences(articles, paragraphs), own=own)


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


LIST = """\
actors:
  - name: Ann Roe
    kind: person
    gender: female
    aliases: [Annie, the mayor]
  - name: Norland
    aliases:
      - the republic
"""


def test_own_list_says_which_names_are_one_actor(tmp_path) -> None:
    path = tmp_path / "actors.yaml"
    path.write_text(LIST, encoding="utf-8")
    own = read_actors(path)
    assert own[0] == OwnActor("Ann Roe", "person", "female", ("Annie", "the mayor"))
    text = "On Monday Ann Roe met John Marr. Later Annie wept, and Roe left; the mayor was tired."
    found = actors_of(text, "The mayors of the republic met.", own=own)
    table = found.actors.set_index("actor")
    assert table.loc["Ann Roe", "aliases"].split("|") == ["Ann Roe", "Annie", "Roe", "the mayor"]
    assert table.loc["Ann Roe", ["kind", "gender"]].tolist() == ["person", "female"]
    assert (table.loc["Ann Roe", "n_mentions"], table.loc["Norland", "n_mentions"]) == (4, 1)
    assert set(table.index) == {"Ann Roe", "John Marr", "Norland"}
    how = found.mentions.set_index("text")["how"]
    assert (how["Ann Roe"], how["Annie"], how["the republic"]) == ("name", "alias", "alias")
    assert set(actors_of(text).actors["actor"]) == {"Ann Roe", "John Marr", "Annie"}


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("    kind: person", "    sort: person", 3, "unknown key 'sort' in an actor; the keys are"),
        ("actors:", "people:", 1, "unknown key 'people' in the file"),
        ("name: Norland", "name: Ann Roe", 6, "the name 'Ann Roe' stands twice (first in line 2)"),
        ("- the republic", "- Annie", 8, "the name 'Annie' stands twice (first in line 5)"),
        ("- the republic", "- ' '", 8, "an alias of 'Norland' is empty"),
        ("      - the republic\n", "", 7, "'aliases' of 'Norland' should be a list"),
        ("[Annie, the mayor]", "[]", 5, "'aliases' of 'Ann Roe' is empty"),
        ("name: Norland", "kind: place", 6, "the actor lacks the key 'name'"),
        ("name: Norland", "name:", 6, "name is empty"),
        ("kind: person", "kind: lady", 3, "kind may be one of person, group, place, not 'lady'"),
        ("gender: female", "kind: person", 4, "the key 'kind' stands twice"),
        ("[Annie, the mayor]", "[Annie", 6, "not YAML"),
    ],
)
def test_actor_list_with_a_mistake_is_refused_with_file_line_and_reason(
    tmp_path, old, new, line, reason
) -> None:
    assert old in LIST
    path = tmp_path / "actors.yaml"
    path.write_text(LIST.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(OwnFileError) as refused:
        read_actors(path)
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert reason in str(refused.value)


def test_empty_actor_list_is_refused(tmp_path) -> None:
    path = tmp_path / "actors.yaml"
    for text, reason in (("", "the file is empty"), ("actors: []", "'actors' is empty")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(OwnFileError, match=rf"actors\.yaml, line 1: {reason}"):
            read_actors(path)
