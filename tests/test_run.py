"""The whole road: what a run writes, what it leaves alone, what it refuses and how."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.run import run_corpus
from analysis.tables import TABLES, read_table
from analysis.text.cleaning import undo

# An event in two outlets' words: enough to compare, quick to run.
HARBOUR = (
    "Harbour workers vote to strike\n20240105\nhttps://dailyquay.example/strike\n"
    "Workers at the harbour of Velm voted on Friday to strike over night shifts.\n\n"
    "“We have waited two years,” said Mira Tolland, who speaks for the union. "
    "“We will not wait a third.”\n\n"
    "The harbour company said it regretted the vote and would keep two berths open.\n\n"
    "About 400 people work at the harbour, most of them on the container berths.\n"
)
HARBOUR_TOO = (
    "Reckless union holds Velm harbour to ransom\n20240105\nhttps://thetrumpet.example/ransom\n"
    "A reckless union clique brought the harbour of Velm to its knees on Friday with a "
    "disgraceful vote for a strike over night shifts.\n\n"
    "The harbour company claimed it would keep two berths open for the 400 workers.\n\n"
    "“This is a terrible day for Velm,” said Oren Pask, who owns a warehouse at the harbour.\n"
)


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "one.txt").write_text(HARBOUR, encoding="utf-8")
    (folder / "two.txt").write_text(HARBOUR_TOO, encoding="utf-8")
    return folder


def _run(corpus, out, **options):
    return run_corpus(corpus, out, lexicons_only=True, figures=False, notebooks=False, **options)


def _tables(out, names=tuple(TABLES), drop=("source",)):
    frames = {}
    for name in names:
        frame = read_table(out / "tables", name)
        frame = frame.drop(columns=[c for c in drop if c in frame])
        frames[name] = frame.sort_values(list(frame.columns), ignore_index=True)
    return frames


def _assert_same(one, other):
    assert one.keys() == other.keys()
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name], obj=name)


def test_a_run_writes_every_table_and_each_passes_its_check(sample_run):
    written = {path.stem for path in (sample_run.out / "tables").glob("*.parquet")}
    assert written == set(TABLES)
    for name in TABLES:
        assert len(read_table(sample_run.out / "tables", name)) == sample_run.tables[name]["rows"]


def test_run_json_says_what_was_read_and_made(sample_run):
    record = json.loads((sample_run.out / "run.json").read_text())
    read = {one["source"]: one for one in record["inputs"]}
    assert len(read["a01.txt"]["sha256"]) == 64
    assert record["tables"]["articles"]["rows"] == sample_run.tables["articles"]["rows"]
    assert record["settings"]["seed"] == 20_260
    assert record["packages"]["pandas"] == pd.__version__


def test_every_segment_is_its_text_in_the_article(sample_run):
    texts = read_table(sample_run.out / "tables", "articles").set_index("article_id")["text"]
    for row in read_table(sample_run.out / "tables", "segments").itertuples():
        assert texts[row.article_id][row.start : row.end] == row.text


def test_no_segment_crosses_the_edge_of_a_quotation(sample_run):
    tables = sample_run.out / "tables"
    edges = {}
    quotations = read_table(tables, "quotations")
    for row in quotations[quotations["kind"].isin(["direct", "scare"])].itertuples():
        edges.setdefault(row.article_id, set()).update((row.start, row.end))
    for row in read_table(tables, "segments").itertuples():
        inside = [e for e in edges.get(row.article_id, ()) if row.start < e < row.end]
        assert inside == [], row


def test_cuts_give_every_raw_text_back(sample_run):
    tables = sample_run.out / "tables"
    raw = read_table(tables, "documents").set_index("article_id")["raw"]
    cuts = read_table(tables, "cuts")
    for row in read_table(tables, "articles").itertuples():
        assert undo(row.text, cuts[cuts["article_id"] == row.article_id]) == raw[row.article_id]


def test_figures_come_as_pdf_svg_png_and_rows(sample_run):
    folder = sample_run.out / "figures"
    assert len(sample_run.figures) >= 4
    for name in sample_run.figures:
        for suffix in ("pdf", "svg", "png", "csv", "caption.md"):
            assert (folder / f"{name}.{suffix}").stat().st_size > 0


def test_names_and_order_of_files_change_no_table(corpus, tmp_path):
    _run(corpus, tmp_path / "a")
    (corpus / "one.txt").rename(corpus / "zzz.txt")
    (corpus / "two.txt").rename(corpus / "aaa.txt")
    _run(corpus, tmp_path / "b")
    _assert_same(_tables(tmp_path / "a"), _tables(tmp_path / "b"))


def test_order_of_rows_of_a_csv_changes_no_table(sample_run, tmp_path):
    documents = read_table(sample_run.out / "tables", "documents")
    rows = documents[["raw", "outlet", "published", "headline"]].rename(columns={"raw": "text"})
    rows.to_csv(tmp_path / "one.csv", index=False)
    shuffled = rows.sample(frac=1, random_state=3)
    shuffled.to_csv(tmp_path / "other.csv", index=False)
    for name in ("one", "other"):
        _run(tmp_path / f"{name}.csv", tmp_path / name)
    _assert_same(_tables(tmp_path / "one"), _tables(tmp_path / "other"))


def test_a_second_copy_of_an_article_changes_no_estimate(corpus, tmp_path):
    _run(corpus, tmp_path / "a")
    shutil.copy(corpus / "one.txt", corpus / "again.txt")
    _run(corpus, tmp_path / "b")
    again = read_table(tmp_path / "b" / "tables", "articles")
    assert sorted(again["lineage"]) == ["copy", "original", "original"]
    only = ("estimates",)
    _assert_same(_tables(tmp_path / "a", only), _tables(tmp_path / "b", only))


def test_a_second_run_computes_nothing_again(corpus, tmp_path, monkeypatch):
    _run(corpus, tmp_path / "out")
    before = _tables(tmp_path / "out", drop=())

    def fail(*_, **__):
        raise AssertionError("computed again")

    monkeypatch.setattr("analysis.stages.measure_events", fail)
    monkeypatch.setattr("analysis.text.cleaning.clean_documents", fail)
    _run(corpus, tmp_path / "out")
    _assert_same(before, _tables(tmp_path / "out", drop=()))


def _bad(folder, kind):
    """Put one bad thing beside two good articles; return what its message must hold."""
    if kind == "empty file":
        (folder / "bad.txt").write_text("")
        return "bad.txt", "empty"
    if kind == "binary file":
        (folder / "bad.txt").write_bytes(bytes(range(256)) * 40)
        return "bad.txt", "binary"
    if kind == "line of 20 MB":
        (folder / "bad.txt").write_text("word " * 4_000_000)
        return "bad.txt", "20,000,000 bytes"
    if kind == "article in Russian":
        text = "Рабочие порта проголосовали в пятницу за забастовку из-за ночных смен. "
        (folder / "bad.txt").write_text("Порт бастует\n\n" + text * 8, encoding="utf-8")
        return "bad.txt", "not in English"
    listing = "file,outlet\none.txt,Daily Quay\n"
    if kind == "outlet like a path":
        (folder / "documents.csv").write_text("file,outlet\none.txt,../../x\n")
        return "one.txt", "../../x"
    if kind == "the same path twice":
        (folder / "documents.csv").write_text(listing + "one.txt,Other\n")
        return "one.txt", "2 times"
    (folder / "documents.csv").write_text(listing + "gone.txt,Other\n")
    return "gone.txt", "not"


@pytest.mark.parametrize(
    "kind",
    [
        "empty file",
        "binary file",
        "line of 20 MB",
        "article in Russian",
        "outlet like a path",
        "the same path twice",
        "a path that is not there",
    ],
)
def test_bad_input_is_named_and_the_rest_goes_on(kind, corpus, tmp_path, capsys):
    name, word = _bad(corpus, kind)
    out = tmp_path / "out"
    options = ["--lexicons-only", "--no-figures", "--no-notebooks"]
    code = main(["run", str(corpus), "--out", str(out), *options])
    assert code == 3
    message = capsys.readouterr().err
    assert name in message
    assert word in message
    articles = read_table(out / "tables", "articles")
    assert {"one.txt", "two.txt"} <= set(articles["source"])
    problems = read_table(out / "tables", "problems")
    assert (problems["source"] + problems["problem"]).str.contains(name).any()
    assert not (tmp_path / "x").exists()


def test_an_article_in_another_language_is_kept_and_not_scored(corpus, tmp_path):
    _bad(corpus, "article in Russian")
    _run(corpus, tmp_path / "out")
    tables = tmp_path / "out" / "tables"
    foreign = read_table(tables, "articles").query("source == 'bad.txt'")
    assert foreign["language"].tolist() == ["ru"]
    scores = read_table(tables, "scores")
    assert not scores["article_id"].isin(foreign["article_id"]).any()


def test_a_folder_without_documents_is_refused(tmp_path, capsys):
    (tmp_path / "nothing").mkdir()
    code = main(["run", str(tmp_path / "nothing"), "--out", str(tmp_path / "out")])
    assert code == 1
    assert "no document" in capsys.readouterr().err.lower()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("concepts", "act: [a]\nact: [b]\n", "line 2: concept 'act' stands twice"),
        ("frames", "frames:\n  - name: x\n    colour: red\n", "line 3: unknown key 'colour'"),
        ("actors", "actors:\n  - name: ' '\n", "line 2: name is empty"),
    ],
)
def test_a_list_of_ones_own_with_a_mistake_is_refused_before_any_work(
    kind, text, reason, corpus, tmp_path, capsys
):
    path = tmp_path / f"{kind}.yaml"
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert main(["run", str(corpus), "--out", str(out), f"--{kind}", str(path)]) == 1
    assert f"{path}, {reason}" in capsys.readouterr().err
    assert not out.exists()


def test_a_csv_without_text_is_refused_and_its_columns_named(tmp_path, capsys):
    path = tmp_path / "titles.csv"
    path.write_text("title,site\nHarbour strike,Daily Quay\n")
    code = main(["run", str(path), "--out", str(tmp_path / "out")])
    assert code == 1
    message = capsys.readouterr().err
    assert "titles.csv" in message
    assert "site" in message


def test_an_unknown_benchmark_is_refused_with_the_names(capsys):
    assert main(["benchmark", "page"]) == 1
    assert "there are pages" in capsys.readouterr().err


def test_unknown_weights_are_refused_with_the_names(tmp_path, capsys):
    assert main(["train", "words", "--data", str(tmp_path)]) == 1
    assert "there are wording, roles" in capsys.readouterr().err


def test_a_run_killed_at_any_moment_leaves_whole_tables_and_goes_on(corpus, tmp_path):
    """Killed at random points, the next run ends as an undisturbed one does."""
    _run(corpus, tmp_path / "undisturbed")
    wanted = _tables(tmp_path / "undisturbed")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "analysis", "run", str(corpus), "--out", str(out)]
    command += ["--lexicons-only", "--no-figures", "--no-notebooks"]
    chance = random.Random(7)
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.3, 2.5))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for path in (out / "tables").glob("*.parquet"):
            pd.read_parquet(path)
    _run(corpus, out)
    _assert_same(wanted, _tables(out))
