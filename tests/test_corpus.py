"""Reading: what a document says of itself is found, and bad input is told, file by file."""

import csv
import json
import os
import zipfile

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.text.corpus import CorpusError, read_corpus
from analysis.text.reading.containers import ContainerError, decode
from analysis.text.reading.mastheads import outlet_in_furniture, outlet_of_url
from analysis.text.reading.openings import parse_date, read_opening

BODY = (
    "The council of Harbour City voted on Monday to raise the fares of the northern ferry by four "
    "per cent.\n\n"
    "Members said the money would pay for two new boats, and that the vote had not been easy.\n"
)
HEADLINE = "Council raises ferry fares after a long night"


def write(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def problem_of(corpus, source):
    rows = corpus.problems[corpus.problems["source"] == source]
    return list(zip(rows["severity"], rows["problem"], strict=True))


@pytest.mark.parametrize(
    ("lines", "headline", "published", "url"),
    [
        ([HEADLINE, "20220226", "https://www.bbc.co.uk/a/1"], HEADLINE, "2022-02-26", "https://www.bbc.co.uk/a/1"),
        (["20220226", HEADLINE], HEADLINE, "2022-02-26", "unknown"),
        (["https://x.example/2021/05/03/a", HEADLINE], HEADLINE, "unknown", "https://x.example/2021/05/03/a"),
        ([HEADLINE, "Friday, 25 February 2022"], HEADLINE, "2022-02-25", "unknown"),
        ([HEADLINE], HEADLINE, "unknown", "unknown"),
        ([], "unknown", "unknown", "unknown"),
    ],
)  # fmt: skip
def test_opening_finds_headline_date_and_address_in_any_combination(
    lines, headline, published, url
):
    opening = read_opening("\n".join([*lines, "", BODY]))
    assert (opening.headline, opening.published, opening.url) == (headline, published, url)


def test_opening_skips_a_menu_before_the_headline():
    raw = f"Harbour News\n\n  • youtube\n  • twitter\n\n{HEADLINE}\n\n{BODY}"
    assert read_opening(raw).headline == HEADLINE


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("20220226", "2022-02-26"), ("2022-02-26T10:00:00Z", "2022-02-26"),
        ("Feb. 26, 2022", "2022-02-26"), ("26th February 2022", "2022-02-26"),
        ("16000101", "1600-01-01"), ("20221341", "unknown"), ("yesterday", "unknown"),
    ],
)  # fmt: skip
def test_parse_date(written, iso):
    assert parse_date(written) == iso


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Follow The Guardian on Twitter", "The Guardian"),
        ("© 2021 Al Jazeera Media Network", "Al Jazeera"),
        ("Readers of Mail Newspapers and others gave generously.", "Daily Mail"),
        ("Follow Ada Brook on Twitter", "unknown"),
        ("The vote was fair, according to The Guardian.", "unknown"),
    ],
)
def test_furniture_speaks_for_its_outlet_and_reporting_does_not(line, outlet):
    assert outlet_in_furniture([line]) == outlet


def test_outlet_of_an_unlisted_address_is_its_host():
    assert outlet_of_url("https://www.harbour-post.example/a") == "harbour-post.example"
    assert outlet_of_url("https://www.dailymail.co.uk/news/1.html") == "Daily Mail"


def test_documents_csv_wins_where_it_is_filled(tmp_path):
    write(tmp_path, "a.txt", f"{HEADLINE}\n20220226\nhttps://www.bbc.co.uk/x\n{BODY}")
    write(
        tmp_path,
        "documents.csv",
        "file,outlet,published,url,event,headline\na.txt,Harbour Post,,,ferry,\n",
    )
    row = read_corpus(tmp_path).documents.iloc[0]
    assert (row["outlet"], row["event"]) == ("Harbour Post", "ferry")
    assert (row["published"], row["headline"]) == ("2022-02-26", HEADLINE)


def test_ids_come_from_content_not_from_names_or_order(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir(), other.mkdir()
    for folder, names in ((one, "ab"), (other, "ba")):
        write(folder, f"{names[0]}.txt", f"{HEADLINE}\n\n{BODY}")
        write(folder, f"{names[1]}.txt", f"Mayor opens the second bridge\n\n{BODY}")
    first, second = read_corpus(one).documents, read_corpus(other).documents
    assert_frame_equal(first.drop(columns="source"), second.drop(columns="source"))


def test_permuting_rows_of_a_csv_changes_nothing(tmp_path):
    rows = [(f"Headline number {n} of the harbour", f"{n}. {BODY}", f"Post {n}") for n in range(7)]
    tables = []
    for name, order in (("a", rows), ("b", rows[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        with (folder / "c.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("title", "body", "newspaper"), *order])
        tables.append(read_corpus(folder / "c.csv").documents)
    assert_frame_equal(*tables)
    assert set(tables[0]["source"]) == {"c.csv"}


def test_exact_duplicates_get_their_own_ids(tmp_path):
    write(tmp_path, "a.txt", f"{HEADLINE}\n\n{BODY}")
    write(tmp_path, "b.txt", f"{HEADLINE}\n\n{BODY}")
    first, second = read_corpus(tmp_path).documents["article_id"]
    assert second == f"{first}-2"


def test_formats_give_the_same_article(tmp_path):
    record = {"title": HEADLINE, "text": BODY, "source": "Harbour Post", "date": "2022-02-26"}
    write(tmp_path, "a.jsonl", json.dumps(record))
    write(tmp_path, "b.json", json.dumps([record]))
    pd.DataFrame([record]).to_parquet(tmp_path / "c.parquet")
    pd.DataFrame([record]).to_csv(tmp_path / "d.csv", index=False)
    ids = read_corpus(tmp_path).documents["article_id"]
    assert {value[:12] for value in ids} == {ids.iloc[0]}
    assert len(ids) == 4


def test_html_gives_body_and_facts(tmp_path):
    paragraphs = "".join(
        f"<p>{part} It went on for a while, and people listened.</p>"
        for part in BODY.split("\n\n") * 3
    )
    write(
        tmp_path, "a.html",
        f"<html><head><meta property='og:title' content='{HEADLINE}'>"
        "<meta property='article:published_time' content='2022-02-26T08:00:00Z'>"
        "<link rel='canonical' href='https://www.bbc.co.uk/news/1'></head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>{HEADLINE}</h1>{paragraphs}</article></body>",
    )  # fmt: skip
    row = read_corpus(tmp_path).documents.iloc[0]
    assert (row["headline"], row["published"], row["outlet"]) == (HEADLINE, "2022-02-26", "BBC")
    assert "raise the fares" in row["raw"]


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("naïve café".encode(), "naïve café", "utf-8"),
        ("naïve café".encode("utf-8-sig"), "naïve café", "utf-8-sig"),
        ("naïve café".encode("utf-16"), "naïve café", "utf-16"),
        (
            "naïve café and a quiet harbour".encode("utf-16-le"),
            "naïve café and a quiet harbour",
            "utf-16-le",
        ),
        ("naïve café — it’s late".encode("cp1252"), "naïve café — it’s late", "cp1252"),
        ("öäü ".encode() * 20 + b"\x93", "öäü " * 20 + "“", "utf-8 with broken bytes"),
    ],
)
def test_decode_finds_the_encoding(data, text, encoding):
    assert decode(data) == (text, encoding)


def test_bad_files_are_named_and_the_rest_goes_on(tmp_path):
    write(tmp_path, "good.txt", f"{HEADLINE}\n\n{BODY}")
    write(tmp_path, "empty.txt", "")
    write(tmp_path, "blank.txt", " \n\n")
    write(tmp_path, "binary.txt", bytes(range(256)) * 20)
    write(tmp_path, "picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(100))
    write(tmp_path, "line.txt", "word " * 4_000_000)
    write(tmp_path, "no-text.csv", "name,colour\na,b\n")
    write(tmp_path, "list.csv", "id,media_name,title,url\n1,Post,Title,https://x.example\n")
    write(tmp_path, "gdelt.csv", "GLOBALEVENTID,SOURCEURL\n1,https://x.example\n")
    write(tmp_path, "README.md", "not a document")
    write(tmp_path, ".hidden.txt", "not a document")
    corpus = read_corpus(tmp_path)
    assert list(corpus.documents["source"]) == ["good.txt"]
    expected = {
        "empty.txt": "empty", "blank.txt": "empty", "binary.txt": "binary",
        "picture.txt": "picture", "line.txt": "20,000,000", "no-text.csv": "'name', 'colour'",
        "list.csv": "Media Cloud",
        "gdelt.csv": "GDELT",
    }  # fmt: skip
    for source, part in expected.items():
        ((severity, problem),) = problem_of(corpus, source)
        assert severity == "error"
        assert part in problem
    assert "fulltext" in problem_of(corpus, "no-text.csv")[0][1]
    skipped = [entry["source"] for entry in corpus.files if entry["format"] == "skipped"]
    assert skipped == ["README.md"]
    assert {entry["source"]: entry["articles"] for entry in corpus.files}["good.txt"] == 1


def test_documents_csv_is_checked(tmp_path):
    write(tmp_path, "a.txt", f"{HEADLINE}\n\n{BODY}")
    write(tmp_path, "b.txt", f"{HEADLINE}\n\n{BODY} More.")
    write(
        tmp_path, "documents.csv",
        "file,outlet\na.txt,One\n./a.txt,Two\nb.txt,Three\nb.txt,Three\nc.txt,Four\n../../etc/x,Five\n",
    )  # fmt: skip
    corpus = read_corpus(tmp_path)
    told = problem_of(corpus, "documents.csv")
    assert ("error", "lists a.txt 2 times with different outlet; not used") in told
    assert ("warning", "lists b.txt 2 times") in told
    assert ("error", "names c.txt, which is not a document here") in told
    assert ("error", "names ../../etc/x, which is not a document here") in told
    assert set(corpus.documents["outlet"]) == {"unknown", "Three"}


@pytest.mark.parametrize("outlet", ["../../x", "=cmd()", "+1", "@SUM(A1)"])
def test_hostile_outlets_are_data_and_are_told(tmp_path, outlet):
    write(tmp_path, "c.csv", f'text,outlet\n"{BODY}","{outlet}"\n')
    corpus = read_corpus(tmp_path / "c.csv")
    assert list(corpus.documents["outlet"]) == [outlet]
    ((severity, problem),) = problem_of(corpus, "c.csv")
    assert severity == "warning" and outlet in problem


@pytest.mark.parametrize("year", ["1600", "2999"])
def test_impossible_dates_are_kept_and_told(tmp_path, year):
    write(tmp_path, "c.csv", f'text,date\n"{BODY}",{year}-01-01\n')
    corpus = read_corpus(tmp_path / "c.csv")
    assert list(corpus.documents["published"]) == [f"{year}-01-01"]
    assert "hardly be right" in problem_of(corpus, "c.csv")[0][1]


def test_a_folder_with_nothing_to_read_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"no documents in .*looked for files ending in"):
        read_corpus(tmp_path)
    write(tmp_path, "empty.txt", "")
    with pytest.raises(CorpusError, match=r"could be read: empty.txt: the file is empty"):
        read_corpus(tmp_path)
    with pytest.raises(CorpusError, match=r"there is nothing at"):
        read_corpus(tmp_path / "nowhere")


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    outside = write(tmp_path, "secret.txt", f"{HEADLINE}\n\n{BODY}")
    inside = tmp_path / "corpus"
    inside.mkdir()
    write(inside, "a.txt", f"{HEADLINE}\n\n{BODY}")
    (inside / "b.txt").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    corpus = read_corpus(inside)
    assert list(corpus.documents["source"]) == ["a.txt"]
    assert problem_of(corpus, "b.txt") == [("error", "is a link out of the folder")]


def test_names_with_newlines_and_broken_bytes_are_shown_escaped(tmp_path):
    write(tmp_path, "a\nb.txt", f"{HEADLINE}\n\n{BODY}")
    raw = os.fsencode(tmp_path) + b"/c\xff.txt"
    with open(raw, "w") as file:
        file.write(f"{HEADLINE}\n\n{BODY} More.")
    assert set(read_corpus(tmp_path).documents["source"]) == {"a\\nb.txt", "c\\xff.txt"}


def test_a_zip_bomb_and_an_xml_bomb_are_refused(tmp_path):
    write(tmp_path, "good.txt", f"{HEADLINE}\n\n{BODY}")
    with zipfile.ZipFile(tmp_path / "zip.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    with zipfile.ZipFile(tmp_path / "xml.docx", "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE b [<!ENTITY a "aaaa">]><b>&a;</b>')
    write(tmp_path, "not.docx", b"PK\x03\x04 broken")
    corpus = read_corpus(tmp_path)
    assert "zip bomb" in problem_of(corpus, "zip.docx")[0][1]
    assert "declares XML entities" in problem_of(corpus, "xml.docx")[0][1]
    assert "not a readable DOCX" in problem_of(corpus, "not.docx")[0][1]
    assert list(corpus.documents["source"]) == ["good.txt"]


def test_huge_and_deep_pages_do_not_hang(tmp_path):
    write(tmp_path, "good.txt", f"{HEADLINE}\n\n{BODY}")
    write(tmp_path, "huge.html", b"<p>" + b"word " * 10_000_000)
    write(tmp_path, "deep.html", "<div>" * 10_000 + f"<p>{BODY}</p>" + "</div>" * 10_000)
    corpus = read_corpus(tmp_path)
    assert "not an article" in problem_of(corpus, "huge.html")[0][1]
    told = problem_of(corpus, "deep.html")
    assert told or "deep.html" in set(corpus.documents["source"])


def test_lone_surrogates_and_nul_bytes_do_not_stop_a_run(tmp_path):
    write(tmp_path, "a.jsonl", '{"text": "A broken \\ud83d face and a \\u0000 in the text of it"}')
    raw = read_corpus(tmp_path / "a.jsonl").documents["raw"].iloc[0]
    assert "\ufffd" in raw and "\x00" in raw
    raw.encode("utf-8")


def test_decode_refuses_what_is_no_text():
    with pytest.raises(ContainerError, match="PDF"):
        decode(b"%PDF-1.7 ...")


def test_broken_rows_of_jsonl_are_told_and_the_others_read(tmp_path):
    write(tmp_path, "a.jsonl", json.dumps({"text": BODY}) + "\n{broken\n[1, 2]\n" + "[" * 100_000)
    corpus = read_corpus(tmp_path / "a.jsonl")
    assert len(corpus.documents) == 1
    assert [severity for severity, _ in problem_of(corpus, "a.jsonl")] == ["error"] * 3


def test_a_host_gets_the_name_the_corpus_gives_it_elsewhere(tmp_path):
    story = "The ferry will run again from Monday, the harbour master said on Friday. " * 3
    (tmp_path / "a.txt").write_text(f"Ferry back\n20240101\nhttps://quay.example/a\n{story}")
    (tmp_path / "b.txt").write_text(f"Ferry again\n20240101\nhttps://quay.example/b\n{story}")
    (tmp_path / "documents.csv").write_text("file,outlet\na.txt,The Daily Quay\n")
    documents = read_corpus(tmp_path).documents
    assert documents["outlet"].tolist() == ["The Daily Quay"] * 2


def test_a_host_with_two_names_keeps_its_own(tmp_path):
    story = "The ferry will run again from Monday, the harbour master said on Friday. " * 3
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(
            f"Ferry back {name}\n20240101\nhttps://quay.example/{name}\n{story}"
        )
    (tmp_path / "documents.csv").write_text("file,outlet\na.txt,The Daily Quay\nb.txt,Quay TV\n")
    documents = read_corpus(tmp_path).documents
    assert sorted(documents["outlet"]) == ["Quay TV", "The Daily Quay", "quay.example"]
