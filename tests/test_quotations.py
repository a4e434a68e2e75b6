"""What is quoted, in what kind, by whom, and marks that are lost, odd, nested or British."""

from __future__ import annotations

import csv
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import DATA
from analysis.text.quotations import find_quotations, recover_marks
from analysis.text.sentences import split_sentences
from analysis.text.speech.ascription import Ascription
from analysis.text.speech.attributions import Reported, _whole_phrase, link_source
from analysis.text.speech.cues import cue_kind, read_cue_verbs
from analysis.text.speech.lone_cues import words_introduced
from analysis.text.speech.quotation_marks import find_marked
from analysis.text.speech.reported_speech import SHA256, WEIGHTS, Reader, Tagger, load_tagger
from analysis.text.speech.speakers import Speakers, find_names
from analysis.text.voice import split_voices


def laid_out(
    texts: dict[str, str], captions: tuple[int, ...] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return articles and their sentences; paragraphs are parted by an empty line.

    ``captions`` are the numbers of the paragraphs that are captions.
    """
    rows = []
    for name, text in texts.items():
        start = 0
        for number, paragraph in enumerate(text.split("\n\n")):
            part = "caption" if number in captions else "body"
            rows.append((name, number, start, start + len(paragraph), part))
            start += len(paragraph) + 2
    articles = pd.DataFrame({"article_id": list(texts), "event": "e", "text": list(texts.values())})
    columns = ["article_id", "paragraph", "start", "end", "part"]
    return articles, split_sentences(articles, pd.DataFrame(rows, columns=columns))


def marked(text: str) -> list[str]:
    bounds, start = [], 0
    for paragraph in text.split("\n\n"):
        bounds.append((start, start + len(paragraph)))
        start += len(paragraph) + 2
    return [text[one.start : one.end] for one in find_marked(text, bounds)]


MARKS = [
    ("He said “it holds”.", ["“it holds”"]),
    ('He said "it holds".', ['"it holds"']),
    ("He said ''it holds''.", ["''it holds''"]),
    ("He said ``it holds''.", ["``it holds''"]),
    ("He said «it holds».", ["«it holds»"]),
    ("'It holds,' he said, 'and it's ours.'", ["'It holds,'", "'and it's ours.'"]),
    ("The voters' will is the mayors' law.", []),
    ("It’s the ’90s ’til we’re told.", []),
    ("“She told me ‘never’ twice,” he said.", ["“She told me ‘never’ twice,”"]),
    ("‘The voters’ will is clear,’ she said.", ["‘The voters’ will is clear,’"]),
    ("A 6'2\" guard stood there.", []),
    ("“It goes on.\n\n“And on,” he said.", ["“It goes on.\n\n“And on,”"]),
    ("“It goes on.\n\nThe crowd left.", ["“It goes on."]),
    ('"We will not pay, said Ann Roe.', ['"We will not pay,']),
    ("It is so.” He left.", ["It is so.”"]),
    ("One ” and two “ marks.", ["One ”", "“ marks."]),
]


@pytest.mark.parametrize(("text", "expected"), MARKS)
def test_marks_enclose_what_a_reader_sees(text: str, expected: list[str]) -> None:
    if text.startswith(("A 6", "One ")):
        # Whatever is made of such marks, the spans stay inside the text and in order.
        found = find_marked(text, [(0, len(text))])
        assert all(0 <= one.start < one.end <= len(text) for one in found)
    else:
        assert marked(text) == expected


def test_nested_quotations_are_noted_and_do_not_end_the_outer_one() -> None:
    text = "“He said ‘go’ and then ‘stay’ to us,” she said."
    (one,) = find_marked(text, [(0, len(text))])
    assert (one.nested, one.closed, text[one.end - 1]) == (2, True, "”")


KINDS = [
    ("said", "neutral"),
    ("has repeatedly claimed", "doubting"),
    ("pointed out", "endorsing"),
    ("told reporters", "neutral"),
    ("ADMITTED", "endorsing"),
    ("has shown", "endorsing"),
    ("have heard", "neutral"),
    ("sees", "neutral"),
    ("found", "neutral"),
    ("", "none"),
]


@pytest.mark.parametrize(("cue", "kind"), KINDS)
def test_kind_of_a_cue_is_read_from_the_list(cue: str, kind: str) -> None:
    assert cue_kind(cue) == kind


def test_list_of_cue_verbs_is_large_and_says_why() -> None:
    verbs = read_cue_verbs()
    assert len(verbs) > 500
    assert {verb.kind for verb in verbs.values()} == {"neutral", "doubting", "endorsing"}
    with (DATA / "lexicons" / "cue_verbs.csv").open(encoding="utf-8", newline="") as lines:
        notes = {row["note"] for row in csv.DictReader(lines)}
    # No verb was copied from a published list: a work named is one whose idea was followed.
    assert all(note.startswith("own judgement: ") for note in notes)
    assert all("(after the idea of " in note for note in notes if re.search(r"\d{4}", note))


ATTRIBUTED = [
    ("“The bridge will hold for a century,” Ann Roe said.", "Ann Roe", "said"),
    ("“The bridge will hold for a century,” said Ann Roe.", "Ann Roe", "said"),
    ("Ann Roe said: “The bridge will hold for a century.”", "Ann Roe", "said"),
    ("“The bridge,” Ann Roe said, “will hold for a century.”", "Ann Roe", "said"),
    ("Mayor Ann Roe told reporters, “The bridge will hold.”", "Ann Roe", "told"),
]


@pytest.mark.parametrize(("text", "speaker", "cue"), ATTRIBUTED)
def test_direct_quotations_get_their_speaker(text: str, speaker: str, cue: str) -> None:
    articles, sentences = laid_out({"a": text})
    quotations = find_quotations(articles, sentences)
    direct = quotations[quotations["kind"] == "direct"]
    assert len(direct) >= 1
    assert set(direct["speaker"]) == {speaker}
    assert all(cue in found for found in direct["cue"])


def test_pronoun_is_resolved_by_gender_and_nearness() -> None:
    text = "John Marr met Ann Roe on Monday. He left early. “It is settled,” she said."
    speakers = Speakers(text)
    she = text.index("she")
    he = text.index("He")
    assert speakers.resolve(she, she + 3) == "Ann Roe"
    assert speakers.resolve(he, he + 2) == "John Marr"


def test_last_name_and_description_are_resolved_to_the_full_name() -> None:
    text = "Norlandic leader John Marr came. Marr sat down. The Norlandic leader spoke."
    speakers = Speakers(text)
    last, described = text.index("Marr sat"), text.index("The Norlandic")
    assert speakers.resolve(last, last + 4) == "John Marr"
    assert speakers.resolve(described, described + len("The Norlandic leader")) == "John Marr"


WIDENED = [
    ("Later Mrs. Roe spoke.", "Mrs", "Mrs. Roe"),
    ("The aide Ann Roe in Merin spoke.", "aide Ann Roe in", "aide Ann Roe"),
    ("Mayor Ann Roe spoke.", "Roe", "Ann Roe"),
    ("The mayor of Merin spoke.", "The mayor", "The mayor"),
]


@pytest.mark.parametrize(("text", "source", "expected"), WIDENED)
def test_a_source_is_made_whole_at_its_edges(text: str, source: str, expected: str) -> None:
    start = text.index(source)
    first, last = Speakers(text).widen((start, start + len(source)))
    assert text[first:last] == expected


def test_titles_are_no_part_of_a_name() -> None:
    (name,) = find_names("They met Foreign Minister Ann Roe.")
    assert (name.words, name.kind, name.gender) == ("Ann Roe", "person", "female")


def test_reported_clause_is_attributed_and_names_its_speaker() -> None:
    articles, sentences = laid_out({"a": "Ann Roe claimed that the bridge would never hold."})
    (row,) = find_quotations(articles, sentences).itertuples()
    assert (row.kind, row.speaker, row.cue_kind) == ("indirect", "Ann Roe", "doubting")
    assert "the bridge would never hold" in row.text


def test_source_phrase_names_the_speaker() -> None:
    text = "According to Ann Roe, the bridge will close for repairs on Monday."
    articles, sentences = laid_out({"a": text})
    rows = find_quotations(articles, sentences)
    assert list(rows["speaker"]) == ["Ann Roe"]
    assert "the bridge will close" in rows["text"].iloc[0]


def test_a_word_between_marks_that_nobody_said_is_a_scare_quote() -> None:
    text = "The “reform” closed nine schools, and the rain went on."
    articles, sentences = laid_out({"a": text})
    (row,) = find_quotations(articles, sentences).itertuples()
    assert (row.kind, row.text, row.speaker) == ("scare", "“reform”", "unresolved")


def test_stray_closing_mark_is_unresolved_and_loses_nothing() -> None:
    text = "Ann Roe wrote: “The bridge is closed.” The river rose all night.”"
    articles, sentences = laid_out({"a": text})
    rows = find_quotations(articles, sentences)
    assert list(rows["kind"]) == ["direct", "unresolved"]
    assert rows["speaker"].iloc[0] == "Ann Roe"


def test_speaker_is_carried_over_a_paragraph_that_is_only_a_quotation() -> None:
    text = "“The bridge is closed,” said Ann Roe.\n\n“It will stay closed until May.”"
    articles, sentences = laid_out({"a": text})
    rows = find_quotations(articles, sentences)
    assert list(rows["speaker"]) == ["Ann Roe", "Ann Roe"]


def test_a_caption_in_the_midst_of_a_speech_is_not_part_of_it() -> None:
    speech = "“The bridge is closed,” said Ann Roe. “It was a long night.\n\n"
    caption = "The bridge on Monday.\n\n"
    for rest in ("“It will stay closed until May.”", "It will stay closed until May.”"):
        articles, sentences = laid_out({"a": speech + caption + rest}, captions=(1,))
        segments = split_voices(sentences, find_quotations(articles, sentences))
        voices = dict(zip(segments["text"], segments["voice"], strict=True))
        assert (voices[rest], voices["The bridge on Monday."]) == ("quoted", "outlet")
        speakers = dict(zip(segments["text"], segments["speaker"], strict=True))
        assert speakers[rest] == "Ann Roe"


def test_a_quotation_that_nothing_closed_goes_on_in_the_next_paragraph_only() -> None:
    text = "Ann Roe said: “It was long.\n\nNobody slept.\n\nIt is over.”"
    assert marked(text) == ["“It was long.", "It is over.”"]
    bounds = [(0, 27), (29, 42), (44, 56)]
    assert [one.goes_on for one in find_marked(text, bounds)] == [False, False]
    assert [one.goes_on for one in find_marked(text, [bounds[0], bounds[2]])] == [False, True]


REPORTED = [
    # sentence, what is reported, by whom
    ("Police said 200,000 people had come to the square.", "200,000 people", "Police"),
    ("Mayor Ann Roe on Friday called on the drivers to return.", "drivers", "Ann Roe"),
    ("Ann Roe supported the new bridge, saying it would help the town.", "help", "Ann Roe"),
    (
        "Ann Roe criticized the plan in a talk with John Marr, adding that it would cost too much.",
        "would cost",
        "Ann Roe",
    ),
]


@pytest.mark.parametrize(("text", "words", "speaker"), REPORTED)
def test_words_after_a_cue_are_attributed_to_its_speaker(text, words, speaker) -> None:
    articles, sentences = laid_out({"a": text})
    rows = find_quotations(articles, sentences)
    rows = rows[rows["text"].str.contains(words, regex=False)]
    assert list(rows["speaker"]) == [speaker]


def test_the_article_before_a_speaker_is_nobodys_words() -> None:
    text = "“They act as they did before, hoping to be forgiven,” the mayor said on Monday."
    articles, sentences = laid_out({"a": text})
    assert list(find_quotations(articles, sentences)["text"]) == [text[: text.index(" the mayor")]]


def test_words_introduced_are_the_likeliest_beside_the_cue() -> None:
    text = "Ann added that rain fell, it seems, in May."
    tokens = load_tagger().reader.read(text, [(0, len(text), 0)], [])
    likely = np.zeros(len(tokens.starts))
    likely[2:5] = 0.4  # that rain fell
    sentence = (0, len(text))

    def found(likely, taken=((4, 9),)):
        return words_introduced((4, 9), sentence, tokens, likely, taken, [(0, 3)], text)

    assert found(likely) == (10, 24)
    assert found(likely * 0) is None
    assert found(likely, ((4, 9), (10, 24))) is None
    likely[2:5] = [0.9, 0, 0]  # "that" alone is nobody's words
    assert found(likely) is None


HEADLINES = [
    ("Fearing a Long Winter, Roe Asks Ferry Owners to Lower Their Fares", ["Roe", "Ferry Owners"]),
    ("United States Says Border Will Open", ["United States", "Border"]),
    ("The fares rose when Ann Asks Roe was mayor.", ["Ann Asks Roe"]),
]


@pytest.mark.parametrize(("line", "expected"), HEADLINES)
def test_a_verb_of_speech_parts_names_in_a_headline_in_capitals(line, expected) -> None:
    found = [name.words for name in find_names(line)]
    assert [name for name in expected if name in found] == expected


def test_marks_lost_in_a_copy_are_recovered_from_the_other() -> None:
    whole = "Ann Roe spoke.\n\n“The bridge will hold for a century,” she said. “So will we.”"
    bare = whole.replace("“", "").replace("”", "")
    articles, sentences = laid_out({"a": whole, "b": bare})
    shared = pd.DataFrame(
        {
            "article_id": ["b"],
            "start": [16],
            "end": [len(bare)],
            "other_id": ["a"],
            "other_start": [16],
            "other_end": [len(whole)],
            "similarity": [1.0],
            "kind": ["copy"],
        }
    )
    quotations = find_quotations(articles, sentences, shared=shared)
    recovered = quotations[quotations["recovered"]]
    assert list(recovered["article_id"].unique()) == ["b"]
    assert list(recovered["recovered_from"].unique()) == ["a"]
    assert list(recovered["text"]) == ["The bridge will hold for a century,", "So will we."]
    assert set(recovered["kind"]) == {"direct"}


def test_order_of_articles_changes_nothing_but_the_order_of_rows() -> None:
    texts = {"a": ATTRIBUTED[0][0], "b": ATTRIBUTED[1][0], "c": "Nothing was said."}
    articles, sentences = laid_out(texts)
    forward = find_quotations(articles, sentences)
    backward = find_quotations(articles.iloc[::-1], sentences.iloc[::-1])
    pd.testing.assert_frame_equal(
        forward.sort_values("quotation_id", ignore_index=True),
        backward.sort_values("quotation_id", ignore_index=True),
    )


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="“”\"'‘’ ab.,\nSaid he", max_size=90),
    st.sets(st.integers(0, 4), max_size=2),
)
def test_spans_are_exact_and_segments_tile_any_text(text: str, captions: set[int]) -> None:
    articles, sentences = laid_out({"a": text}, tuple(captions))
    quotations = find_quotations(articles, sentences)
    for row in quotations.itertuples():
        assert text[row.start : row.end] == row.text
    segments = split_voices(sentences, quotations)
    kept = "".join(segments["text"])
    assert "".join(kept.split()) == "".join("".join(sentences["text"]).split())


def test_articles_without_sentences_give_an_empty_table() -> None:
    articles, sentences = laid_out({"a": ""})
    assert find_quotations(articles, sentences).empty


def test_tagger_gives_probabilities_and_reads_any_length() -> None:
    tagger = load_tagger()
    for text in ("Yes", "Ann Roe said that it rained. " * 40):
        tokens = tagger.reader.read(text, [(0, len(text), 0)], [])
        tagged = tagger.tag(tokens)
        assert tagged.shape == (len(tokens.starts), 3, 3)
        assert abs(tagged.sum(axis=2) - 1).max() < 1e-4


def test_changed_weights_are_refused(tmp_path) -> None:
    for name in SHA256:
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    (tmp_path / "weights.safetensors").write_bytes(b"broken")
    with pytest.raises(ValueError, match=r"weights\.safetensors has sha256"):
        Tagger(tmp_path)


def test_recovering_without_shared_text_changes_nothing() -> None:
    articles, sentences = laid_out({"a": ATTRIBUTED[0][0]})
    quotations = find_quotations(articles, sentences)
    none = pd.DataFrame(columns=["article_id", "start", "end", "other_id"])
    pd.testing.assert_frame_equal(recover_marks(articles, quotations, none), quotations)


def test_a_quotation_within_one_in_the_same_marks_is_nested() -> None:
    for text in (
        "“My aunt told me: “Mind the gate”. So I mind it.”",
        "'My aunt told me: 'Mind the gate'. So I mind it.'",
    ):
        (one,) = find_marked(text, [(0, len(text))])
        assert (one.start, one.end, one.nested, one.closed) == (0, len(text), 1, True)


def test_a_quotation_that_was_left_open_is_no_outer_one() -> None:
    text = "“The gate stays, Ann Roe said. “It is settled.” She left."
    found = find_marked(text, [(0, len(text))])
    assert [one.closed for one in found] == [False, True]
    assert text[found[1].start : found[1].end] == "“It is settled.”"


def test_who_is_named_by_according_to_says_nothing_else() -> None:
    text = "The herders told her that the well was dry, according to The Lantern."
    told, phrase, named = ((text.index(w), text.index(w) + len(w)) for w in (
        "told", "according to", "The Lantern",
    ))  # fmt: skip
    reported = Reported([told, phrase], [named], [], np.zeros(0), {named: phrase})
    whole = (0, len(text))
    assert link_source(phrase, whole, reported, [], []) == named
    assert link_source(told, whole, reported, [], []) is None
    reported.phrased.clear()
    assert link_source(told, whole, reported, [], []) == named


def test_words_amid_a_sentence_are_not_said_by_the_next_ones_speaker() -> None:
    text = "Ferries between 9 and 12, are to run. They will be full, Ann Roe said."
    tokens = Reader([]).read(text, [(0, 37, 0), (38, len(text), 0)], [])
    start = text.index("9")
    reported = Reported(
        cues=[(text.index("said"), len(text) - 1)],
        sources=[(text.index("Ann"), text.index(" said"))],
        contents=[(start, 36), (38, text.index(" Ann"))],
        likely=np.zeros(len(tokens.starts)),
    )
    sentences = [(0, 37, 0), (38, len(text), 0)]
    article = Ascription(
        text, sentences, [(0, len(text))], [(0, len(text))], tokens, reported, [(5, 6)],
        reported.contents, Speakers(text),
    )  # fmt: skip
    assert [text[a:b] for (a, b), _ in article.links(set())] == ["They will be full,"]


@pytest.mark.parametrize(
    ("cue", "whole"),
    [
        ("said at a", "said"),
        ("told the", "told"),
        ("called on", "called on"),
        ("repeatedly praised the", "repeatedly praised"),
        ("said in a statement", "said in a statement"),
    ],
)
def test_a_cue_does_not_break_off_amid_a_phrase(cue: str, whole: str) -> None:
    text = f"She {cue} thing"
    start, end = _whole_phrase(text, (4, 4 + len(cue)))
    assert text[start:end] == whole


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("The minister, Tove Brack, spoke.", "The minister, Tove Brack,", "Tove Brack"),
        ("A lawyer for us, Ylva Mark, spoke.", "A lawyer for us, Ylva Mark", "Ylva Mark"),
        ("Asked by the mayor, nobody spoke.", "the mayor,", "the mayor"),
        ("Ann Roe, 58, said no.", "58,", "Ann Roe"),
        ("Ann Roe, who was mayor in 2016, said no.", "who was mayor in 2016,", "Ann Roe"),
        ("Two deputies, Ann Roe and Bo Dahl, spoke.", "Two deputies, Ann Roe and Bo Dahl",
         "Two deputies, Ann Roe and Bo Dahl"),
        ("The mayor of a town in the north, Norland, spoke.", "The mayor of a town in the north",
         "the mayor of a town in the north"),
        ("Ann Roe spoke. Ann Roe of the Institute said no.", "Ann Roe of the Institute", "Ann Roe"),
        ("Anton of the Institute said no.", "Anton of the Institute", "Anton of the Institute"),
    ],
)  # fmt: skip
def test_a_speaker_is_the_person_whom_a_description_names(text, source, expected):
    place = text.index(source)
    assert Speakers(text).resolve(place, place + len(source)) == expected
