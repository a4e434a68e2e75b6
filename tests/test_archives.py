"""Archive downloads: the documented layouts with invented articles give the articles and facts."""

import pytest

from analysis.text.corpus import read_corpus
from analysis.text.reading.archives import read_archive, warnings_of

NEXIS = """\
User Name: Ada
Date and Time: Saturday, 26 February 2022 10:00:00 GMT
Job Number: 1
Documents (2)
1. Ferry fares rise
2. Mayor resigns

Ferry fares rise
The Harbour Daily
February 25, 2022 Friday

Copyright 2022 Harbour Press All Rights Reserved

Section: NEWS; Pg. 3
Length: 15 words
Byline: By Ada Brook
Body

Fares on the northern ferry will rise by four per cent.

The council said so.

Classification

Language: ENGLISH

Load-Date: February 26, 2022

End of Document

Mayor resigns
The Hill Post
26 February 2022

Copyright 2022 Hill Post

Length: 7 words
Body

The mayor resigned on Friday, she said.

Load-Date: February 26, 2022

End of Document
"""
NEXIS_OLD = """\
                               1 of 1 DOCUMENTS

                               The Harbour Daily

                               February 25, 2022 Friday

Ferry fares rise

BYLINE: Ada Brook

SECTION: NEWS; Pg. 3

LENGTH: 15 words

Fares on the northern ferry will rise by four per cent.

The council said so.

LOAD-DATE: February 26, 2022

LANGUAGE: ENGLISH
"""
FACTIVA_TAGGED = """\
HD\tFerry fares rise
BY\tBy Ada Brook
WC\t15 words
PD\t25 February 2022
SN\tThe Harbour Daily
SC\tHARB
LA\tEnglish
CY\t(c) 2022 Harbour Press
LP\tFares on the northern ferry will rise by four per cent.
TD\tThe council said so.
IN the end nobody minded.
IN\ti75 : Ferries
AN\tDocument HARB000020220225ei2p00001
"""
FACTIVA_PLAIN = """\
Ferry fares rise
By Ada Brook
15 words
25 February 2022
10:15
The Harbour Daily
HARB
English
(c) 2022 Harbour Press

Fares on the northern ferry will rise by four per cent.

The council said so.

Document HARB000020220225ei2p00001
"""
PROQUEST = """\
____________________________________________________________

Document 1 of 1

Ferry fares rise

Author: Ada Brook

Publication title: The Harbour Daily; Harbour City

Publication date: Feb 25, 2022

Section: News

Full text: Fares on the northern ferry will rise by four per cent.

The council said so.

Subject: Ferries

ProQuest document ID: 123
"""


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("Nexis", NEXIS), ("Nexis", NEXIS_OLD), ("Factiva", FACTIVA_TAGGED),
        ("Factiva", FACTIVA_PLAIN), ("ProQuest", PROQUEST),
    ],
)  # fmt: skip
def test_each_layout_gives_the_same_article(layout, text):
    archive = read_archive(text)
    assert archive.layout == layout
    first = archive.records[0]
    assert first["headline"] == "Ferry fares rise"
    assert first["outlet"] == "The Harbour Daily"
    assert first["published"] == "2022-02-25"
    assert first["byline"] == "Ada Brook"
    assert first["text"].startswith("Fares on the northern ferry")
    assert "The council said so." in first["text"]
    for furniture in ("Load-Date", "Copyright", "Subject", "i75", "Language", "Document"):
        assert furniture not in first["text"]


def test_a_text_line_that_begins_like_a_tag_stays_text():
    assert "IN the end nobody minded." in read_archive(FACTIVA_TAGGED).records[0]["text"]


def test_nexis_counts_articles_and_words():
    seen = read_archive(NEXIS).diagnostic
    assert (seen["articles"], seen["expected"]) == (2, 2)
    assert (seen["words_stated"], seen["words_found"], seen["words_lost"]) == (22, 22, 0)
    assert warnings_of(read_archive(NEXIS)) == []


def test_a_changed_layout_is_seen_at_once():
    changed = NEXIS.replace("February 25, 2022 Friday", "printed on a Friday")
    assert any(
        "no published found in 1 of 2" in told for told in warnings_of(read_archive(changed))
    )
    longer = NEXIS.replace("Length: 15 words", "Length: 150 words")
    assert any(
        "22 words read where the file states 157" in t for t in warnings_of(read_archive(longer))
    )
    # One article has ten words too many, the other lacks ten: together nothing seems to be lost.
    swapped = NEXIS.replace("Length: 15 words", "Length: 25 words").replace(
        "resigned on Friday", "resigned on Friday after a long night in the old town hall of"
    )
    assert read_archive(swapped).diagnostic["words_lost"] == 10
    assert any("10 of them missing" in told for told in warnings_of(read_archive(swapped)))
    fewer = NEXIS.replace("Documents (2)", "Documents (3)")
    assert any(
        "2 articles found where the file announces 3" in t for t in warnings_of(read_archive(fewer))
    )


def test_an_article_without_its_body_is_reported_not_dropped():
    broken = NEXIS.replace("Length: 7 words\nBody\n", "")
    archive = read_archive(broken)
    assert len(archive.records) == 1
    assert "Mayor resigns" in archive.lost[0]


def test_an_ordinary_article_is_no_archive():
    assert read_archive("Ferry fares rise\n\nFares will rise, and so it went on.\n") is None


@pytest.mark.parametrize("name", ["a.docx", "a.rtf", "a.txt", "a.html"])
def test_containers_of_an_archive_are_read(tmp_path, name):
    path = tmp_path / name
    if name == "a.docx":
        import docx

        document = docx.Document()
        for line in NEXIS.split("\n"):
            document.add_paragraph(line)
        document.save(path)
    elif name == "a.rtf":
        path.write_text("{\\rtf1\\ansi " + NEXIS.replace("\n", "\\par\n") + "}")
    elif name == "a.html":
        rows = "".join(
            f"<tr><td><b>{line.split(chr(9))[0]}</b>&nbsp;</td><td><p>{line.split(chr(9))[-1]}</p></td></tr>"
            for line in FACTIVA_TAGGED.split("\n")
            if "\t" in line
        )
        path.write_text(f"<html><!-- Factiva --><body><table>{rows}</table></body></html>")
    else:
        path.write_text(NEXIS)
    corpus = read_corpus(tmp_path)
    assert "Ferry fares rise" in set(corpus.documents["headline"])
    assert set(corpus.documents["source"]) == {name}
    (entry,) = corpus.files
    assert entry["layout"] == ("Factiva" if name == "a.html" else "Nexis")
    assert entry["diagnostic"]["articles"] == entry["articles"] == len(corpus.documents)


def test_newsapi_nests_its_outlet(tmp_path):
    (tmp_path / "a.json").write_text(
        '{"status": "ok", "articles": [{"source": {"id": null, "name": "The Harbour Daily"}, '
        '"author": "Ada Brook", "title": "Ferry fares rise", "url": "https://h.example/1", '
        '"publishedAt": "2022-02-25T10:00:00Z", "content": "Fares will rise, it was said."}]}'
    )
    row = read_corpus(tmp_path).documents.iloc[0]
    assert (row["outlet"], row["published"], row["byline"]) == (
        "The Harbour Daily", "2022-02-25", "Ada Brook",
    )  # fmt: skip
