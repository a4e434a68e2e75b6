"""Hostile text: nothing crashes, hangs or is lost, whatever a document holds."""

import signal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.text.cleaning import clean_documents, undo
from analysis.text.corpus import documents_of_pages, documents_of_texts
from analysis.text.reading.containers import ContainerError, decode

SECONDS = 20  # ten times what a document may take, for machines that are busy


@pytest.fixture(autouse=True)
def no_hang():
    def stop(*_):
        raise TimeoutError(f"more than {SECONDS} seconds on one document")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "raw",
    [
        "a" * 900_000, "x" + " " * 900_000 + "y", "x \u00a0" * 200_000, "© " * 50_000,
        "(" * 100_000, "Share\n" * 19_000, "A\n" * 19_000, "donate at " * 30_000, "Aa" * 200_000,
        "aaaBbbb" * 60_000, "â€™" * 50_000, "\x00" * 200_000 + "x", "a,b" * 100_000,
        "https:t.co" * 50_000, '"' * 200_000, "." * 500_000, "\u202e" * 200_000 + "x",
        "1" * 500_000,
        "By A b " * 50_000, "Image copyright " * 30_000, "&amp;" * 80_000, "@a.com" * 60_000,
    ],
    ids=lambda raw: repr(raw[:8]),
)  # fmt: skip
def test_long_lines_of_one_thing_are_cleaned_and_given_back(raw):
    documents = documents_of_texts([raw], sources=["a"])
    cleaned = clean_documents(documents)
    assert undo(cleaned.articles["text"].iloc[0], cleaned.cuts) == raw


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 7_000 + "<p>The council met, and it was said that nobody came to listen.</p>",
        "<b>" * 9_000, "<p>" * 9_000, "<table><tr>" + "<td>x" * 9_000, '<a href="' * 9_000,
        "<!--" * 20_000, "<script>" * 9_000, "&lt;" * 50_000, "<h1>t</h1>" * 4_000,
    ],
    ids=lambda html: repr(html[:10]),
)  # fmt: skip
def test_pages_nested_or_broken_are_read_or_refused(html):
    try:
        text = documents_of_pages([html])["raw"].iloc[0]
    except ContainerError as error:
        assert "no article text" in str(error) or "not an article" in str(error)
    else:
        assert text.strip()


def test_markup_in_a_text_stays_text():
    raw = "The council met.\n\n<script>alert(1)</script> was on the wall, <b onclick=x>it</b> said."
    documents = documents_of_texts([raw], sources=["a"])
    assert clean_documents(documents).articles["text"].iloc[0] == raw


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused(data):
    try:
        text, encoding = decode(data)
    except ContainerError as error:
        assert str(error)
    else:
        assert encoding
        text.encode("utf-8")
        assert "\r" not in text
