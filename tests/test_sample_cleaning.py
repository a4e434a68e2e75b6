"""What the cleaning cuts beside what was planted in the sample: furniture goes, the story stays."""

import csv
from pathlib import Path

import numpy as np
import pytest

from analysis.text.cleaning import _keep_sentences_between, clean_documents, undo
from analysis.text.corpus import documents_of_texts, read_corpus
from analysis.text.pages.furniture import is_sentence
from analysis.text.pages.page_lines import bare_words
from analysis.text.pages.run_together import furniture_run_together

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
HEADLINE = "Council raises ferry fares after a long night"
LEAD = "The council of Harbour City voted on Monday to raise the fares of the northern ferry."
MORE = "Members said the money would pay for two new boats, and that the vote had not been easy."
LAST = "“Nobody likes to pay more,” said Ada Brook, who leads the council. “But boats do not grow.”"
REST = [LEAD, MORE, LAST]


def clean(*lines):
    return clean_documents(documents_of_texts(["\n\n".join(lines)], sources=["a.txt"]))


def kept(*lines):
    return clean(*lines).articles["text"].iloc[0].split("\n\n")


def _letters(text):
    return "".join(filter(str.isalnum, text))


@pytest.fixture(scope="module")
def sample():
    documents = read_corpus(SAMPLE / "articles").documents
    return documents, clean_documents(documents)


@pytest.fixture(scope="module")
def texts(sample):
    return dict(zip(sample[1].articles["source"], sample[1].articles["text"], strict=True))


@pytest.fixture(scope="module")
def planted():
    with (SAMPLE / "planted" / "planted.csv").open(encoding="utf-8", newline="") as lines:
        return [row | {"wanted": row["clean"] or row["text"]} for row in csv.DictReader(lines)]


def test_planted_furniture_is_cut(texts, planted):
    """Line by line: a piece of three lines counts as three."""
    total, stayed = 0, []
    for row in planted:
        if row["kind"].startswith("furniture"):
            lines = [bare_words(line) for line in texts[row["file"]].split("\n")]
            for piece in filter(None, map(bare_words, row["wanted"].split("\n"))):
                total += 1
                if any(piece in line and len(line) < 2 * len(piece) for line in lines):
                    stayed.append((row["file"], row["kind"], piece))
    assert total >= 100
    assert len(stayed) / total <= 0.05, stayed


def test_second_copies_of_captions_are_cut_and_the_first_stay(texts, planted):
    repeats = [row for row in planted if row["kind"] == "caption_repeat"]
    assert len(repeats) >= 8
    assert [r["wanted"] for r in repeats if texts[r["file"]].count(r["wanted"]) != 1] == []


def test_nothing_planted_in_the_story_is_lost(texts, planted):
    story = [
        row
        for row in planted
        if row["kind"] in ("quotation", "scare", "claim", "loaded", "label", "headline", "caption")
    ]
    assert {row["kind"] for row in story} >= {"quotation", "claim", "loaded"}
    # Spaces that a copy lost or has too many of are mended, so letters are compared.
    letters = {name: _letters(text) for name, text in texts.items()}
    lost = [row for row in story if _letters(row["wanted"]) not in letters[row["file"]]]
    assert lost == []


def test_bylines_of_the_sample_are_read_where_they_are_cut(sample, planted):
    authors = dict(zip(sample[1].articles["source"], sample[1].articles["byline"], strict=True))
    said = [r for r in planted if r["kind"] == "furniture:byline" and r["text"].startswith("By ")]
    said = [row for row in said if row["file"].endswith((".txt", ".md"))]
    assert len(said) >= 18
    for row in said:
        assert authors[row["file"]] != "unknown"
        assert row["text"].removeprefix("By ").startswith(authors[row["file"]])
        assert "Correspondent" not in authors[row["file"]]


def test_every_text_of_the_sample_comes_back(sample):
    documents, cleaned = sample
    cuts = dict(iter(cleaned.cuts.groupby("article_id")))
    text = cleaned.articles.set_index("article_id")["text"]
    for article_id, raw in zip(documents["article_id"], documents["raw"], strict=True):
        own = cuts.get(article_id, cleaned.cuts.iloc[:0])
        assert undo(text[article_id], own) == raw
        assert own["confidence"].between(0.7, 1).all()


FURNITURE = [
    ("Comments (12) Have your say. The comments below have not been moderated.", "comment notice"),
    ("1,204 Comments Join the conversation", "comment notice"),
    ("No comments yet. Leave a Reply", "comment notice"),
    ("Loaded: 0% Progress: 0% 0:00 Play Mute Current Time 0:00 / Duration 2:20", "video player"),
    ("0:00 / 2:20 Play Mute Full screen", "video player"),
    ("Share this on: Facebook · Mail · Print", "share prompt"),
    ("**Share this on:** [Mail](mailto:?) · [Print](#print)", "share prompt"),
    ("Email This BlogThis! Share to Twitter Share to Facebook", "share prompt"),
    ("12 shares 40 likes", "share prompt"),
    ("Newer Posts   Home   Older Posts", "platform footer"),
    ("Get the Post in your inbox every day. Enter your email address.", "newsletter prompt"),
    ("[Subscribe to Ferry Weekly](https://post.example/n)", "newsletter prompt"),
    ("3 May 2024 · 4 min read", "time stamp"),
    ("UPDATED: 07:10, 3 May 2024", "time stamp"),
    ("Last updated on Friday, 3 May 2024 at 7:10", "time stamp"),
    ("READ MORE: Is your pier next?", "related stories"),
    ("The Post lives on its readers. Support us: account 1100 2200 33, Pier Bank.",
     "appeal for money"),
    ("Please help. Bank: Pier Bank. Name: A. Post. Account: 1100 2200. Sort code: 00-11-22.",
     "appeal for money"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "rule"), FURNITURE)
def test_furniture_run_together_on_one_line_is_cut(line, rule):
    verdict = furniture_run_together(line)
    assert verdict.rule == rule
    assert 0.9 <= verdict.confidence < 1
    assert kept(HEADLINE, *REST, line) == [HEADLINE, *REST]


REPORTING = [
    "Comments (12) were counted before the site was closed.",
    "Comments on the page were closed.",
    "Leave a comment, he told them.",
    "He pressed Play, and the film of the harbour began to run.",
    "Play Mute was the title of the film.",
    "The player stopped at 0:00 / 2:20, the judge was told.",
    "She had shared the picture on Facebook, Twitter and Telegram.",
    "Facebook, Twitter and Telegram were blocked on Monday.",
    "The letter asked readers to donate to account 1100 2200 33 at Pier Bank.",
    "“Please help us: account 1100 2200 33,” the letter said.",
    "Investigators traced the account 1100 2200 33 to a firm on the pier.",
    "Your support matters, the mayor said.",
    "On 3 May 2024 the pier was closed.",
    "Read more: that was the advice of the teacher.",
    "Read more: Ada Brook gave that advice to her pupils.",
    "By Monday, the boats had left.",
    "By Christmas Eve, Harbour City had no boats.",
    "By Ada Brook’s account, the vote was lost.",
    "Ada Brook, near Harbour City, would not say.",
    "Get the letter in your inbox, the firm had promised, and nobody did.",
    "Subscribe to Ferry Weekly was what she told every visitor.",
    "Home is where the boats are.",
]


@pytest.mark.parametrize("entry", ["3 May 2024", "07:10", "Friday, 3 May 2024", "7 minutes"])
def test_entries_of_a_chronology_are_no_time_stamps(entry):
    assert furniture_run_together(entry) is None


@pytest.mark.parametrize("line", REPORTING)
@pytest.mark.parametrize("place", [1, 3])
def test_reporting_on_such_things_stays(line, place):
    story = [HEADLINE, *REST]
    story.insert(place, line)
    assert kept(*story) == story


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Ada Brook", "Ada Brook"),
        ("By Ada Brook and Bo Lund", "Ada Brook and Bo Lund"),
        ("By Ada Brook, Ferry Correspondent", "Ada Brook"),
        ("By Ada Brook, Chief Reporter, in Harbour City", "Ada Brook"),
        ("By Ada van der Brook in Harbour City", "Ada van der Brook"),
        ("By ADA BROOK, for the Harbour Post", "ADA BROOK"),
        ("*By Ada Brook*", "Ada Brook"),
        ("By Ada Brook, Reuters", "Ada Brook, Reuters"),
        ("By Reuters", "Reuters"),
    ],
)
@pytest.mark.parametrize("place", ["before the headline", "after it", "at the end"])
def test_a_byline_alone_on_its_line_is_read_and_cut(line, author, place):
    story = [HEADLINE, *REST]
    story.insert({"before the headline": 0, "after it": 1, "at the end": 4}[place], line)
    cleaned = clean(*story)
    assert cleaned.articles["text"].iloc[0].split("\n\n") == [HEADLINE, *REST]
    assert cleaned.articles["byline"].iloc[0] == author


def test_a_name_alone_is_a_byline_only_between_headline_and_time_stamp():
    stamped = clean(HEADLINE, "Bo Lund, near Harbour City", "3 May 2024 · 4 min read", *REST)
    assert stamped.articles["byline"].iloc[0] == "Bo Lund"
    assert stamped.articles["text"].iloc[0].split("\n\n") == [HEADLINE, *REST]
    assert kept(HEADLINE, LEAD, MORE, "Bo Lund", LAST)[3] == "Bo Lund"
    # Words that the story has in small letters are a kicker, not a name.
    assert "Long Night" in kept(
        HEADLINE, "Long Night", "3 May 2024 · 4 min read", *REST, "It was a long night for all."
    )


def test_a_byline_known_from_elsewhere_is_cut_as_a_line():
    documents = documents_of_texts(["\n\n".join([HEADLINE, "ada brook", *REST])], sources=["a"])
    documents["byline"] = "Ada Brook"
    assert clean_documents(documents).articles["text"].iloc[0].split("\n\n") == [HEADLINE, *REST]


def test_a_sentence_between_two_lines_that_stay_is_kept_unless_a_rule_speaks_of_it():
    stays = np.array([True, False, True, False, False, True, False, True])
    texts = [LEAD, MORE, LEAD, MORE, MORE, LEAD, "Ferry times", LEAD]
    prose = np.array([is_sentence(text) for text in texts])
    found = _keep_sentences_between(stays, np.ones(8, dtype=bool), prose)
    assert list(np.flatnonzero(found)) == [0, 1, 2, 5, 7]
    # A rule's word goes before it.
    found = _keep_sentences_between(stays, np.arange(8) != 2, prose)
    assert list(np.flatnonzero(found)) == [0, 2, 5, 7]
