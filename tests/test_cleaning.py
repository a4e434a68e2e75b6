"""Cleaning: furniture goes, reporting stays, and every raw text comes back from its cuts."""

import textwrap

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis.text.cleaning import clean_documents, undo
from analysis.text.corpus import documents_of_texts
from analysis.text.pages.repeats import learn_repeats
from analysis.text.reading.language import language_of

HEADLINE = "Council raises ferry fares after a long night"
LEAD = "The council of Harbour City voted on Monday to raise the fares of the northern ferry."
MORE = "Members said the money would pay for two new boats, and that the vote had not been easy."
LAST = "“Nobody likes to pay more,” said Ada Brook, who leads the council. “But boats do not grow.”"
ARTICLE = "\n\n".join([HEADLINE, LEAD, MORE, LAST])


def clean(*texts, **options):
    documents = documents_of_texts(texts, sources=[f"{n}.txt" for n in range(len(texts))])
    return documents, clean_documents(documents, **options)


def text_of(*texts):
    return clean(*texts)[1].articles["text"].iloc[0]


def rules_of(text):
    cuts = clean(text)[1].cuts
    return set(cuts["rule"])


def check_undo(documents, cleaned):
    for article_id, raw in zip(documents["article_id"], documents["raw"], strict=True):
        text = cleaned.articles.set_index("article_id")["text"][article_id]
        cuts = cleaned.cuts[cleaned.cuts["article_id"] == article_id]
        assert undo(text, cuts) == raw
        for start, end, removed in zip(cuts["start"], cuts["end"], cuts["text"], strict=True):
            assert raw[start:end] == removed
        spans = cleaned.paragraphs[cleaned.paragraphs["article_id"] == article_id]
        for start, end in zip(spans["start"], spans["end"], strict=True):
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip()


def test_a_clean_article_is_left_alone():
    _, cleaned = clean(ARTICLE)
    assert cleaned.articles["text"].iloc[0] == ARTICLE
    assert cleaned.cuts.empty
    assert list(cleaned.paragraphs["part"]) == ["headline", "lead", "body", "body"]


@pytest.mark.parametrize(
    "furniture",
    [
        "Share on Facebook", "  • youtube\n  • twitter", "Follow Ada Brook on Twitter @adabrook",
        "Please let us know if you're having issues with commenting.", "No comments:",
        "Powered by Blogger.", "Advertisement", "Sign up for our daily newsletter",
        "Please enter your comment!\nPlease enter your name here", "© 2022 Harbour Press",
        "Get all the latest news delivered to your inbox.", "Leave a comment",
        "We use cookies to improve your experience on this site.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["before the last", "at the end"])
def test_prompts_are_cut_wherever_they_stand(furniture, place):
    parts = [HEADLINE, LEAD, MORE, LAST]
    parts.insert(3 if place == "before the last" else 4, furniture)
    documents, cleaned = clean("\n\n".join(parts))
    assert cleaned.articles["text"].iloc[0] == ARTICLE
    check_undo(documents, cleaned)


@pytest.mark.parametrize(
    "sentence",
    [
        "He asked readers to share the story on Facebook, and many of them did so that night.",
        "“Follow us,” the guide said, and the crowd went down to the harbour in the rain.",
        "She donated 40 crowns to the appeal, as she had done every winter since the war.",
        "The newsletter, which she had signed up for in May, arrived on Tuesday.",
        "More on this, the minister said, would be heard after the vote on Thursday evening.",
        "Comments from the ministry were not to be had on Sunday.",
        "Read more slowly, the teacher told them, and so they did.",
        "No.",
        "He left.",
    ],
)
def test_sentences_of_reporting_stay(sentence):
    text = "\n\n".join([HEADLINE, LEAD, sentence, MORE, LAST])
    assert text_of(text) == text


def test_headline_date_and_address_lines():
    raw = f"{HEADLINE}\n20220226\nhttps://www.bbc.co.uk/news/1\n{LEAD}\n{MORE}"
    documents, cleaned = clean(raw)
    assert cleaned.articles["text"].iloc[0] == f"{HEADLINE}\n{LEAD}\n{MORE}"
    assert list(cleaned.cuts["rule"]) == ["date line", "address line"]
    check_undo(documents, cleaned)


def test_a_headline_from_a_column_is_put_before_the_text():
    documents = documents_of_texts([f"{LEAD}\n\n{MORE}"], sources=["a"])
    documents["headline"] = HEADLINE
    cleaned = clean_documents(documents)
    assert cleaned.articles["text"].iloc[0] == f"{HEADLINE}\n\n{LEAD}\n\n{MORE}"
    assert list(cleaned.paragraphs["part"]) == ["headline", "lead", "body"]
    first = cleaned.cuts.iloc[0]
    assert (first["start"], first["end"], first["text"]) == (0, 0, "")
    check_undo(documents, cleaned)


CAPTION = "Passengers wait for the northern ferry on a cold morning in March"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([LEAD, CAPTION, CAPTION, MORE], [LEAD, CAPTION, MORE]),
        ([LEAD, CAPTION, f"{CAPTION}{MORE}", LAST], [LEAD, CAPTION, MORE, LAST]),
        ([f"{LEAD}{CAPTION}", CAPTION, MORE], [LEAD, CAPTION, MORE]),
        ([LEAD, CAPTION, MORE, f"{CAPTION} and it rained all day long."], None),
    ],
    ids=[
        "whole line",
        "run into the next sentence",
        "run onto the last sentence",
        "a sentence of its own",
    ],
)
def test_the_second_copy_of_a_caption_goes_and_its_sentence_stays(raw, expected):
    documents, cleaned = clean("\n\n".join([HEADLINE, *raw]))
    assert cleaned.articles["text"].iloc[0] == "\n\n".join([HEADLINE, *(expected or raw)])
    if expected:
        parts = cleaned.paragraphs["part"].iloc[expected.index(CAPTION) + 1]
        assert parts == "caption"
        assert "caption repeated" in set(cleaned.cuts["rule"])
    check_undo(documents, cleaned)


def test_credits_and_labels_mark_captions():
    raw = "\n\n".join(
        [HEADLINE, LEAD, "Image copyright Getty Images Image caption The harbour at dawn", MORE,
         "The ferry in the fog. Photograph: Bo Lund/Harbour Press", LAST]
    )  # fmt: skip
    documents, cleaned = clean(raw)
    assert "The harbour at dawn" in cleaned.articles["text"].iloc[0]
    assert "Image copyright" not in cleaned.articles["text"].iloc[0]
    assert list(cleaned.paragraphs["part"]) == [
        "headline", "lead", "caption", "body", "caption", "body",
    ]  # fmt: skip
    check_undo(documents, cleaned)


def test_a_caption_that_breaks_off_is_cut_and_a_deck_is_kept():
    deck = "Members voted late on Monday and promised two new boats"
    broken = "The leader of the council opens the debate with a speech to all Mem"
    assert broken not in text_of("\n\n".join([HEADLINE, broken, LEAD, MORE]))
    assert deck in text_of("\n\n".join([HEADLINE, deck, LEAD, MORE]))


def test_an_appeal_goes_as_a_whole_with_its_bank_details():
    appeal = [
        "HARBOUR POST FERRY APPEAL",
        "Readers of the Harbour Post have always shown great generosity.",
        "We are now launching an appeal to raise money for the crews.",
        "For nobody can be unmoved by what they went through in the storm.",
        "TO MAKE A DONATION ONLINE", "Account name: Harbour Post", "Account number: 1234567",
        "Sort code: 00-00-00",
    ]  # fmt: skip
    assert text_of("\n\n".join([ARTICLE, *appeal])) == ARTICLE


def test_player_counters_go_with_the_headline_of_the_film():
    player = ["Watch: the ferry leaves the harbour", "Loaded: 0%", "Progress: 0%", "0:00", "Play",
              "Current Time0:00", "/", "Duration Time2:18", "Fullscreen"]  # fmt: skip
    assert text_of(ARTICLE + "\n\n" + "\n".join(player)) == ARTICLE


def test_teasers_after_the_article_go():
    teasers = ["More like this", "Bridge to open in May", "The new bridge will be opened by the..."]
    assert text_of("\n\n".join([ARTICLE, *teasers])) == ARTICLE


def test_a_tweet_fragment_goes_and_an_address_in_a_sentence_is_cut_out():
    fragment = "New Boats For The North  Council Says It Will Pay https:t.coAbCdEf1234"
    assert text_of("\n\n".join([HEADLINE, LEAD, fragment, MORE])) == "\n\n".join(
        [HEADLINE, LEAD, MORE]
    )
    inside = MORE + " https://t.co/AbCdEf1234"
    assert text_of("\n\n".join([HEADLINE, LEAD, inside])) == "\n\n".join([HEADLINE, LEAD, MORE])


@pytest.mark.parametrize(
    ("broken", "whole", "rule"),
    [
        ("It wasnâ€™t easy.", "It wasn’t easy.", "mojibake"),
        ("The coun\u00adcil met.", "The council met.", "soft hyphen"),
        ("The council\u00a0met.", "The council met.", "spacing"),
        ("The council  met.", "The council met.", "spacing"),
        ("The \u202ecouncil met.", "The council met.", "direction mark"),
        ("The council\x00 met.", "The council met.", "control character"),
        ("Fish &amp; chips were served.", "Fish & chips were served.", "entity"),
        ("They said so,and left.", "They said so, and left.", "words run together"),
        ("They met.Then it rained.", "They met. Then it rained.", "words run together"),
        (
            "He said thatHarbour City slept.",
            "He said that Harbour City slept.",
            "words run together",
        ),
    ],
)
def test_repairs(broken, whole, rule):
    documents, cleaned = clean(f"{HEADLINE}\n\n{LEAD}\n\n{broken}")
    assert cleaned.articles["text"].iloc[0] == f"{HEADLINE}\n\n{LEAD}\n\n{whole}"
    assert rule in set(cleaned.cuts["rule"])
    check_undo(documents, cleaned)


@pytest.mark.parametrize(
    "sound",
    ["McDonald met DeSantis and YouTube.", "The U.S.S.R. fell.", "It cost 1,000 crowns at 10.30.",
     "See www.harbour.example/FerryTimes for times.", "The iPhone rang."],
)  # fmt: skip
def test_sound_words_are_not_opened(sound):
    assert sound in text_of(f"{HEADLINE}\n\n{LEAD}\n\n{sound}")


def test_words_run_together_are_opened_by_a_sister_text():
    broken = ARTICLE.replace("Harbour City", "HarbourCity")
    _, cleaned = clean(broken, ARTICLE.replace("Monday", "Monday evening"))
    assert all("Harbour City" in text for text in cleaned.articles["text"])
    _, cleaned = clean(ARTICLE.replace("raise the", "raisethe"), f"{ARTICLE} Then it rained.")
    assert all("to raise the fares" in text for text in cleaned.articles["text"])
    assert "HarbourCity" in text_of(broken)


def test_hard_wrapped_lines_are_joined():
    wrapped = textwrap.fill(f"{LEAD} {MORE}", width=60)
    documents, cleaned = clean(f"{HEADLINE}\n\n{wrapped}\n\n{LAST}")
    assert cleaned.articles["text"].iloc[0] == f"{HEADLINE}\n\n{LEAD} {MORE}\n\n{LAST}"
    check_undo(documents, cleaned)


def test_a_copy_lends_its_outlet():
    _, cleaned = clean(f"{HEADLINE}\nhttps://www.bbc.co.uk/1\n{LEAD}\n{MORE}\n{LAST}", ARTICLE)
    assert set(cleaned.articles["outlet"]) == {"BBC"}


def test_what_an_outlet_repeats_is_learnt_story_by_story():
    prompt, background = (
        "Harbour Post lunch club",
        "The harbour was built in 1804 and has two piers.",
    )
    stories = [
        f"{LEAD} Story {n}.\n\n{background}\n\n{MORE} {n}.\n\n{prompt}\n\n{LAST} {n}"
        for n in range(8)
    ]
    documents = documents_of_texts(stories, sources=map(str, range(8)))
    documents["outlet"] = "Harbour Post"
    cleaned = clean_documents(documents)
    assert not any(prompt in text for text in cleaned.articles["text"])
    assert all(background in text for text in cleaned.articles["text"])
    copies = documents_of_texts([stories[0]] * 8, sources=map(str, range(8)))
    copies["outlet"] = "Harbour Post"
    assert learn_repeats(copies) == {}


def test_a_whole_page_is_cut_down_to_its_article():
    menu = ["Home", "News", "Politics", "Sport", "Weather", "Culture", "Travel", "Opinion", "Video",
            "Jobs", "Search", "Newsletters", "Ferry times", "The north", "All topics"]  # fmt: skip
    below = ["Tags", "Ferries", "Council", "Most read", "Bridge opens in May", "Cat found",
             "Rain expected on Sunday", "Contact", "Terms", "© 2022 Harbour Press"]  # fmt: skip
    body = [LEAD, MORE, LAST, LEAD.replace("Monday", "Tuesday"), MORE.replace("two", "three")]
    documents, cleaned = clean("\n".join([*menu, HEADLINE, *body, *below]))
    text = cleaned.articles["text"].iloc[0]
    assert all(line in text for line in body)
    assert "Most read" not in text and "Weather" not in text
    check_undo(documents, cleaned)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (LEAD + " " + MORE, "en"),
        ("Совет города проголосовал в понедельник за повышение платы за проезд на пароме.", "ru"),
        ("Der Rat der Stadt hat am Montag beschlossen, die Preise der Fähre zu erhöhen.", "de"),
        ("Ferry fares", "unknown"),
    ],
)
def test_language(text, language):
    assert language_of(text) == language


def test_order_of_documents_does_not_matter():
    texts = [ARTICLE, ARTICLE.replace("ferry", "bus"), f"Share\n\n{ARTICLE} More."]
    documents = documents_of_texts(texts, sources="abc")
    forward, backward = clean_documents(documents), clean_documents(documents.iloc[::-1])
    for name in ("articles", "cuts", "paragraphs"):
        keys = [c for c in ("article_id", "start", "end") if c in getattr(forward, name)]
        assert_frame_equal(
            *(
                getattr(c, name).sort_values(keys).reset_index(drop=True)
                for c in (forward, backward)
            )
        )


def test_comments_of_readers_are_cut_with_all_below_them():
    comments = [
        "Gull77 says:",
        "March 3, 2032 at 7:10 am",
        "They should mend the boats first of all.",
        "old sailor says:",
        "March 3, 2032 at 9:41 am",
        "It was better when I was young, I say.",
    ]
    page = "\n".join([HEADLINE, LEAD, MORE, LAST, *comments])
    documents = documents_of_texts([page], sources=["a"])
    cleaned = clean_documents(documents)
    check_undo(documents, cleaned)
    assert not any(line in cleaned.articles["text"].iloc[0] for line in comments)
    assert LAST in cleaned.articles["text"].iloc[0]
    # One such pair may be a speaker and a date in a report; two make a thread.
    once = documents_of_texts(["\n".join([HEADLINE, LEAD, *comments[:3]])], sources=["a"])
    assert comments[2] in clean_documents(once).articles["text"].iloc[0]


def test_undo_refuses_cuts_of_another_article():
    cuts = pd.DataFrame(
        {
            "start": [3],
            "end": [5],
            "text": ["xx"],
            "replacement": ["yyy"],
            "rule": "r",
            "confidence": 1.0,
        }
    )
    with pytest.raises(ValueError, match="the cut at 3 does not fit"):
        undo("abcdef", cuts)


PIECES = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    st.sampled_from(
        [HEADLINE, LEAD, MORE, LAST, CAPTION, CAPTION + MORE, "Share on Facebook", "0:00", "Play",
         "Account number: 1", "Sort code: 1", "20220226", "https://t.co/AbCdEf1234", "\u202e",
         "\x00", "â€™", "&amp;", "Image caption", "More like this", "...", "  ",
         "\t", "\u00a0", "©"]
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=30), st.sampled_from(["\n", "\n\n", " ", "", "\r\n"]))
def test_undo_gives_any_text_back(pieces, joiner):
    raw = joiner.join(pieces)
    if not raw.strip():
        return
    documents = documents_of_texts([raw], sources=["a"])
    check_undo(documents, clean_documents(documents))
