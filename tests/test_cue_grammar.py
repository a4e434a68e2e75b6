"""Where the grammar of a sentence overrules the tagger, and whose verb a cue is. All invented."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.text.actors import find_actors
from analysis.text.misspelt_names import differs_little, misspelt_names
from analysis.text.quotations import find_quotations
from analysis.text.sentences import split_sentences
from analysis.text.speech.attributions import Reported
from analysis.text.speech.cue_grammar import mend_reported
from analysis.text.speech.speakers import Speakers, find_names
from analysis.text.speech.subjects import (
    is_plural,
    is_verb,
    subject_before,
    subject_of_participle,
    subject_of_passive,
)


def mended(text: str, *, cues=(), sources=(), contents=()) -> dict[str, list[str]]:
    """Return the spans, as words, of one sentence of which the tagger saw these words."""

    def spans(words) -> list[tuple[int, int]]:
        return sorted((text.index(one), text.index(one) + len(one)) for one in words)

    seen = Reported(spans(cues), spans(sources), spans(contents), np.zeros(0))
    found = mend_reported(text, [(0, len(text), 0)], seen)
    kinds = ("cues", "sources", "contents")
    return {kind: [text[a:b] for a, b in getattr(found, kind)] for kind in kinds}


def laid_out(texts: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    articles = pd.DataFrame({"article_id": list(texts), "event": "e", "text": list(texts.values())})
    rows, columns = [], ["article_id", "paragraph", "start", "end", "part"]
    for article_id, text in texts.items():
        at = 0
        for number, line in enumerate(text.split("\n")):
            if line:
                rows.append((article_id, number, at, at + len(line), "body"))
            at += len(line) + 1
    return articles, split_sentences(articles, pd.DataFrame(rows, columns=columns))


@pytest.mark.parametrize(
    ("text", "cue", "subject"),
    [
        ("Roe’s offer comes as the frost nears and the leadership in Oland want a truce.",
         "want", "the leadership in Oland"),
        ("Morland has yet to answer, while Oland, for its part, has said that it will.",
         "has said", "Oland"),
        ("Those on the road say they were cold.", "say", "Those on the road"),
        ("The council met and said it would pay.", "said", None),
        ("Roe even offered some kind words about it.", "words", None),
    ],
)  # fmt: skip
def test_the_subject_of_a_cue_is_the_noun_phrase_before_it(text, cue, subject) -> None:
    found = subject_before(text, 0, text.index(cue))
    assert (None if found is None else text[slice(*found)]) == subject


def test_the_doer_of_a_passive_is_not_who_speaks() -> None:
    text = "Northern guards who have been held by Oland forces have urged a truce."
    source = (text.index("Oland"), text.index(" have urged"))
    found = subject_of_passive(text, 0, source, text.index("have urged"))
    assert text[slice(*found)] == "Northern guards"
    # Who is behind an active verb stays.
    text = "The guards near the Oland forces have urged a truce."
    source = (text.index("Oland"), text.index(" have urged"))
    assert subject_of_passive(text, 0, source, text.index("have urged")) is None


def test_a_participle_without_a_comma_belongs_to_the_noun_before_it() -> None:
    text = "Oland has not answered, which follows from films of captured guards voicing regret."
    found = subject_of_participle(text, 0, text.index("voicing"))
    assert text[slice(*found)] == "captured guards"
    text = "She left the room of the council in a hurry saying no."
    assert subject_of_participle(text, 0, text.index("saying")) is None


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Troops captured by Oland", True), ("Ann Roe and Jo Dahl", True), ("officials", True),
        ("the police", True), ("a group of ferrymen", True), ("a group of the party", False),
        ("the mayor", False), ("Ann Sanders", False), ("the boss", False),
    ],
)  # fmt: skip
def test_a_phrase_is_plural_by_its_head(phrase, expected) -> None:
    assert is_plural(phrase) is expected


def test_a_cue_is_a_verb_or_it_has_no_subject() -> None:
    for text, expected in (("has said", True), ("by telling", False), ("words about", False)):
        assert is_verb(text, (0, len(text))) is expected


def test_what_the_writer_judges_is_nobodys_report() -> None:
    text = "The terms are not known, and it is not certain whether they were forced to speak."
    found = mended(
        text, cues=["is not certain"], contents=["whether they were forced to speak"]
    )  # fmt: skip
    assert found == {"cues": [], "sources": [], "contents": []}


@pytest.mark.parametrize(
    ("text", "cue", "contents"),
    [
        ("Guards have been seen pulling down posters.", "have been seen", []),
        ("Ann Roe gave an address to hundreds of farmers.", "gave an address", []),
        ("Weeping guards turn on Roe", "Weeping", []),
    ],
)
def test_what_is_no_report_is_no_cue(text, cue, contents) -> None:
    assert mended(text, cues=[cue], contents=contents)["cues"] == []


def test_a_speech_that_is_quoted_at_once_stays_a_cue() -> None:
    text = "Ann Roe gave a speech: the bridge will open."
    assert mended(text, cues=["gave a speech"])["cues"] == ["gave a speech"]


def test_the_head_of_a_headline_is_its_subject_not_what_was_said() -> None:
    text = "Roe in trouble: Ferrymen held by Oland claim their captain sold the boats"
    found = mended(
        text,
        cues=["claim"],
        contents=["Ferrymen held by Oland", "their captain sold the boats"],
    )
    assert found["sources"] == ["Ferrymen held by Oland"]
    assert found["contents"] == ["their captain sold the boats"]


def test_a_word_before_a_source_belongs_to_it() -> None:
    text = "Olandic leader Ann Roe called on ferrymen to strike."
    found = mended(
        text,
        cues=["called on"],
        sources=["leader Ann Roe"],
        contents=["Olandic", "ferrymen to strike"],
    )
    assert found["sources"] == ["Olandic leader Ann Roe"]
    assert found["contents"] == ["ferrymen to strike"]


def test_a_relative_clause_goes_on_with_the_words_before_it() -> None:
    text = "Roe stated that the point is a policy of the north, which aims to split the island."
    found = mended(
        text,
        cues=["stated", "aims"],
        sources=["Roe"],
        contents=["that the point is a policy of the north, which", "to split the island"],
    )
    assert found["contents"] == [
        "that the point is a policy of the north, which aims to split the island"
    ]
    assert found["cues"] == ["stated"]


def test_a_relative_clause_that_someone_claims_is_another_report() -> None:
    text = "Roe said the shots came from the quay, which she claimed were fired by guards."
    found = mended(
        text,
        cues=["said", "claimed"],
        sources=["Roe", "she"],
        contents=["the shots came from the quay, which", "were fired by guards"],
    )
    assert found["contents"] == ["the shots came from the quay", "were fired by guards"]


@pytest.mark.parametrize(
    ("text", "content", "kept"),
    [
        ("Roe announced a “ferry plan” and has since gone on to close two quays.",
         "a “ferry plan” and has since gone on to close two quays", ["a “ferry plan”"]),
        ("Roe said the plan is dead and has been so since May.",
         "the plan is dead and has been so since May",
         ["the plan is dead and has been so since May"]),
        ("Roe said the plan was dead while", "the plan was dead while", ["the plan was dead"]),
        ("Roe began weeping as", "weeping as", []),
        ("Roe made an “appeal to all ferrymen” to strike.", "appeal to all ferrymen” to strike",
         ["“appeal to all ferrymen” to strike"]),
    ],
)  # fmt: skip
def test_reported_words_end_where_the_clause_ends(text, content, kept) -> None:
    assert mended(text, contents=[content])["contents"] == kept


def test_a_pronoun_before_the_next_cue_is_its_source() -> None:
    text = "Guards urged their people to rise up as they told the island of graves."
    found = mended(
        text,
        cues=["urged", "told"],
        sources=["Guards"],
        contents=["their people to rise up as they", "the island of graves"],
    )
    assert found["sources"] == ["Guards", "they"]
    assert found["contents"] == ["their people to rise up", "the island of graves"]


def test_a_name_with_a_verb_of_speech_and_a_clause_is_a_report() -> None:
    found = mended("While the port waits, Oland states it won’t rest until May.")
    assert found == {
        "cues": ["states"], "sources": ["Oland"], "contents": ["it won’t rest until May"]
    }  # fmt: skip
    assert mended("Oland states are poor.")["cues"] == []


def test_a_statement_ends_before_its_place() -> None:
    text = "The plan is off, the council said in a statement on its page."
    assert mended(text, cues=["said in a statement on"])["cues"] == ["said in a statement"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Local ferrymen said the quay was shut. They said it was cold.", "local ferrymen"),
        ("Ann Roe said the quay was shut. They said it was cold.", "unresolved"),
        ("The wind blew. They said it was cold.", "unresolved"),
    ],
)
def test_they_is_who_spoke_before_or_nobody(text, expected) -> None:
    sources = [(0, text.index(" said"))] if " said" in text[:20] else []
    starts = [0, text.index("They")]
    place = text.index("They")
    speakers = Speakers(text, sentences=starts, sources=sources)
    assert speakers.resolve(place, place + 4).lower() == expected


def test_it_is_what_spoke_before_but_no_person() -> None:
    text = "The ministry said no. Ann Roe said yes. It added that May was late."
    sources = [(0, 12), (text.index("Ann"), text.index(" said yes"))]
    starts = [0, text.index("Ann"), text.index("It ")]
    speakers = Speakers(text, sentences=starts, sources=sources)
    place = text.index("It ")
    assert speakers.resolve(place, place + 2) == "the ministry"


def test_no_speaker_is_a_bare_pronoun() -> None:
    text = "He said the quay was shut. We think it is cold. They claimed that nobody came.\n"
    articles, sentences = laid_out({"a": text})
    found = find_quotations(articles, sentences)
    assert len(found) and not set(found["speaker"].str.lower()) & {"he", "we", "they", "it"}


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("Local ferrymen said no. The local paper agreed.", "Local ferrymen", "local ferrymen"),
        ("Officials said no. Other officials left.", "Officials", "officials"),
        ("Harbour police said no.", "Harbour police", "Harbour police"),
        ("Rose said no, and the tide rose.", "Rose", "Rose"),
    ],
)
def test_the_capital_of_a_sentence_makes_no_name(text, source, expected) -> None:
    assert Speakers(text).resolve(0, len(source)) == expected


def test_a_kind_of_thing_is_not_someone() -> None:
    text = "Official estimates put it lower."
    assert Speakers(text).resolve(0, 8) == "official estimates"


def test_a_headline_in_capitals_makes_no_name_of_its_words() -> None:
    found = [name.words for name in find_names("Failing to Defeat Them Roe Asks Ferrymen to Quit")]
    assert "Roe" in found and not any("Them" in name for name in found)


def test_what_is_left_of_a_title_is_no_name() -> None:
    assert [n.words for n in find_names("Ann Roe, Director of the OPA, left.")] == [
        "Ann Roe",
        "OPA",
    ]


def test_what_opens_a_sentence_is_no_part_of_a_name() -> None:
    text = "Weeping Olandic guards fled. The Olandic quay and an Olandic ship burnt.\n"
    articles, sentences = laid_out({"a": text})
    actors = find_actors(articles, sentences).actors
    assert actors["actor"].tolist() == ["Olandic"]
    assert actors["n_mentions"].tolist() == [3]


def test_a_misspelt_name_is_the_same_actor() -> None:
    text = (
        "President Vladmir Orlov spoke. Later Vladimir Orlov left.\n"
        "The crowd met Vladimir Orlov on the quay, and Orlov waved.\n"
    )
    articles, sentences = laid_out({"a": text})
    found = find_actors(articles, sentences)
    assert found.actors["actor"].tolist() == ["Vladimir Orlov"]
    assert found.actors["aliases"].tolist() == ["Vladimir Orlov|Orlov|Vladmir Orlov"]
    assert len(found.mentions) == 4


@pytest.mark.parametrize(
    "counts",
    [
        {"Marina Dahl": 5, "Marian Dahl": 1},  # both first names that people have
        {"Anna Dahl": 5, "Anne Dahl": 1},  # too short to tell
        {"Tomislaw Dahl": 5, "Radoslaw Dahl": 1},  # another name altogether
        {"Jaromyr Dahl": 5, "Jaromar Dahl": 4},  # neither is the rare one
    ],
)
def test_people_who_share_a_last_name_stay_apart(counts) -> None:
    assert misspelt_names(counts, {}) == {}


def test_a_man_and_a_woman_or_two_in_one_sentence_stay_apart() -> None:
    counts = {"Jaromyr Dahl": 5, "Jaromyra Dahl": 1}
    assert misspelt_names(counts, {}) == {"Jaromyra Dahl": "Jaromyr Dahl"}
    genders = {"Jaromyr Dahl": "male", "Jaromyra Dahl": "female"}
    assert misspelt_names(counts, genders) == {}
    assert misspelt_names(counts, {}, lambda one, other: True) == {}
    text = "Mayor Jaromyr Dahl and Mayor Jaromyra Dahl spoke. Mayor Jaromyr Dahl left.\n"
    actors = find_actors(*laid_out({"a": text})).actors
    assert actors["actor"].tolist() == ["Jaromyr Dahl", "Jaromyra Dahl"]


def test_a_slip_of_the_hand_is_a_letter_or_two() -> None:
    assert differs_little("Vladimir", "Vlaidmir") and differs_little("Yanukovych", "Yanukovich")
    assert not differs_little("Orlov", "Arlov") and not differs_little("Petrov", "Petrenko")


def test_marks_are_recovered_from_the_copy_before_another_report() -> None:
    said = "The winter quay will be held for all of us by the men of the north, come what may"
    articles = pd.DataFrame(
        {
            "article_id": ["a-report", "bare", "whole"],
            "event": "e",
            "text": [
                f"“{said[:66]} for ever,” she said.",
                f"{said}, she said.",
                f"“{said},” she said.",
            ],
            "lineage_of": [None, "whole", None],
        }
    )
    _, sentences = laid_out(dict(zip(articles["article_id"], articles["text"], strict=True)))
    shared = pd.DataFrame(
        [("a-report", "bare", "original"), ("bare", "whole", "copy")],
        columns=["article_id", "other_id", "kind"],
    )
    found = find_quotations(articles, sentences, shared=shared)
    bare = found[(found["article_id"] == "bare") & found["recovered"]]
    assert bare["text"].tolist() == [f"{said},"]
    assert bare["recovered_from"].tolist() == ["whole"]
