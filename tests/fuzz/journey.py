"""What every document must survive: read, cleaned, undone, split, quoted and shown.

``follow`` takes documents as bytes through decoding, reading, cleaning, undo, sentences, actors,
quotations, voices and the reader's HTML. It raises where something crashes, where text is lost,
where a span lies outside its text, where a page holds a tag that the reader did not put there, or
where a document takes longer than two seconds.
"""

import time
from html.parser import HTMLParser
from types import SimpleNamespace

from analysis.figures.marking import mark_article
from analysis.tables import empty_table
from analysis.text.actors import find_actors
from analysis.text.cleaning import clean_documents, undo
from analysis.text.corpus import documents_of_pages, documents_of_texts
from analysis.text.quotations import find_quotations
from analysis.text.reading.containers import ContainerError, decode
from analysis.text.sentences import split_sentences
from analysis.text.voice import split_voices

SECONDS = 2.0
OF_EVENT = 10  # articles of an event
SHOWN = 3  # of so many articles one is shown as a page
TAGS = frozenset(
    """article header footer div section p del ins i u em b span mark sup sub h1 h2 h3 h4 small
    strong ul ol li dl dt dd a br table tr td th time cite q abbr s""".split()
)


def follow(documents: list[bytes]) -> int:
    """Take documents the whole way; return how many were read (the others were refused)."""
    started = time.process_time()
    read = _follow(documents)
    if time.process_time() - started > SECONDS and len(documents) > 1:
        for document in documents:  # which of them was it?
            started = time.process_time()
            _follow([document])
            taken = time.process_time() - started
            assert taken < SECONDS, f"{taken:.1f} s on one document: {document[:200]!r}"
    elif len(documents) == 1:
        assert time.process_time() - started < SECONDS, f"took too long: {documents[0][:200]!r}"
    return read


def _follow(documents: list[bytes]) -> int:
    texts, pages = [], []
    for data in documents:
        try:
            text, _ = decode(data)
        except ContainerError:
            continue
        if text.strip():  # an empty one is refused
            (pages if data[:1] == b"<" else texts).append(text)
    tables = []
    if texts:
        tables.append(documents_of_texts(texts, sources=map(str, range(len(texts)))))
    if pages:
        tables += _read_pages(pages)
    for table in tables:
        _check(table)
    return sum(map(len, tables))


def _read_pages(pages: list[str]) -> list:
    """Read pages together; one by one where one of them is refused."""
    try:
        return [documents_of_pages(pages)]
    except ContainerError:
        halves = (pages[: len(pages) // 2], pages[len(pages) // 2 :])
        return [table for half in halves for table in _read_pages(half)] if len(pages) > 1 else []


def _check(documents) -> None:
    cleaned = clean_documents(documents)
    # Articles of one event are compared with each other: many small events, as in a corpus.
    events = [f"event {place // OF_EVENT}" for place in range(len(cleaned.articles))]
    articles = cleaned.articles.assign(event=events)
    text_of = dict(zip(articles["article_id"], articles["text"], strict=True))
    raw_of = dict(zip(documents["article_id"], documents["raw"], strict=True))
    cuts = dict(tuple(cleaned.cuts.groupby("article_id")))
    for one, text in text_of.items():
        back = undo(text, cuts.get(one, cleaned.cuts.iloc[:0]))
        assert back == raw_of[one], f"undo lost text of {raw_of[one][:200]!r}"
    sentences = split_sentences(articles, cleaned.paragraphs)
    actors = find_actors(articles, sentences)
    quotations = find_quotations(articles, sentences, actors=actors)
    segments = split_voices(sentences, quotations)
    for name, table in (
        ("sentences", sentences),
        ("quotations", quotations),
        ("segments", segments),
    ):
        for one, start, end, text in zip(
            *(table[c].tolist() for c in ("article_id", "start", "end", "text")), strict=True
        ):
            assert 0 <= start < end <= len(text_of[one]), f"{name}: {start}-{end} lies outside"
            assert text_of[one][start:end] == text, (
                f"{name}: {text[:80]!r} is not what stands there"
            )
    shown = SimpleNamespace(
        articles=articles,
        segments=segments,
        evidence=empty_table("evidence"),
        paragraphs=cleaned.paragraphs,
        cuts=cleaned.cuts,
    )
    for one in articles["article_id"].iloc[::SHOWN]:
        _Tags().feed(mark_article(one, shown, None))


class _Tags(HTMLParser):
    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, f"the page holds <{tag}>"
        for name, value in attributes:
            assert not name.startswith("on"), f"the page holds {name}={value!r}"
            assert not (name == "href" and (value or "").lower().startswith("javascript"))
