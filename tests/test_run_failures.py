"""What goes wrong on the way is told, with what to do, and the rest of the work goes on."""

import errno
import json

import pandas as pd
import pytest

import analysis.stages
from analysis.__main__ import main
from analysis.benchmarks.generator import generate_corpus
from analysis.run import run_corpus

OPTIONS = ["--lexicons-only", "--no-figures", "--no-notebooks", "--workers", "1"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("failures") / "corpus.csv"
    generate_corpus(14, words=90, outlets=3).drop(columns="truth").to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def undisturbed(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed")
    run_corpus(corpus, out, lexicons_only=True, figures=False, notebooks=False, workers=1)
    return _hashes(out)


def _hashes(out):
    tables = json.loads((out / "run.json").read_text())["tables"]
    return {name: table["sha256"] for name, table in tables.items()}


def _problems(out):
    return json.loads((out / "run.json").read_text())["problems"]


def test_a_batch_out_of_memory_is_halved_and_tried_again(
    corpus, undisturbed, tmp_path, monkeypatch
):
    measure, sizes = analysis.stages.measure_events, []

    def scarce(articles, *rest):
        sizes.append(articles["event"].nunique())
        if sizes[-1] > 1:
            raise MemoryError
        return measure(articles, *rest)

    monkeypatch.setattr("analysis.stages.measure_events", scarce)
    assert main(["run", str(corpus), "--out", str(tmp_path / "out"), *OPTIONS]) == 0
    assert max(sizes) > 1
    assert _hashes(tmp_path / "out") == undisturbed


@pytest.mark.parametrize(
    "error", [MemoryError(), RecursionError("too deep")], ids=["memory", "bug"]
)
def test_an_event_that_fails_alone_is_told_and_tried_again(
    error, corpus, undisturbed, tmp_path, monkeypatch, capsys
):
    measure, out = analysis.stages.measure_events, tmp_path / "out"
    broken = []

    def breaks(articles, *rest):
        broken.append(min(articles["event"])) if not broken else None
        if broken[0] in set(articles["event"]):
            raise error
        return measure(articles, *rest)

    with monkeypatch.context() as patch:
        patch.setattr("analysis.stages.measure_events", breaks)
        assert main(["run", str(corpus), "--out", str(out), *OPTIONS]) == 3
    told = capsys.readouterr().err
    (problem,) = _problems(out)
    articles = pd.read_parquet(out / "tables" / "articles.parquet")
    lost = articles.loc[articles["event"] == broken[0], "article_id"].tolist()
    assert problem["source"] == broken[0]
    assert sorted(problem["article_id"].split()) == sorted(lost)
    assert problem["severity"] == "error"
    assert "articles left out" in told
    assert "the same command tries again" in told
    segments = pd.read_parquet(out / "tables" / "segments.parquet")
    assert set(segments["article_id"]) == set(articles["article_id"]) - set(lost)
    assert main(["run", str(corpus), "--out", str(out), *OPTIONS]) == 0
    assert _hashes(out) == undisturbed


def test_a_document_that_cannot_be_cleaned_is_named_and_the_others_go_on(
    corpus, tmp_path, monkeypatch
):
    from analysis.text import cleaning

    clean, rows = cleaning._clean, pd.read_csv(corpus)
    hostile = rows["text"][3][:40]

    def breaks(document, *rest):
        if document["raw"].startswith(hostile):
            raise IndexError("string index out of range")
        return clean(document, *rest)

    monkeypatch.setattr("analysis.text.cleaning._clean", breaks)
    assert main(["run", str(corpus), "--out", str(tmp_path / "out"), *OPTIONS]) == 3
    problems = _problems(tmp_path / "out")
    assert any("IndexError" in one["problem"] for one in problems)
    assert any("corpus.csv" in one["article_id"] for one in problems)
    assert 0 < len(pd.read_parquet(tmp_path / "out" / "tables" / "articles.parquet")) < len(rows)


def test_nothing_made_at_all_is_a_failure(corpus, tmp_path, monkeypatch, capsys):
    def breaks(*_):
        raise ValueError("the weights are not the ones expected: sha256 is 00")

    monkeypatch.setattr("analysis.stages.measure_events", breaks)
    assert main(["run", str(corpus), "--out", str(tmp_path / "out"), *OPTIONS]) == 1
    assert "the weights are not the ones expected" in capsys.readouterr().err


@pytest.mark.parametrize("after", [0, 10, 25])
def test_a_full_disk_is_told_and_nothing_finished_is_lost(
    after, corpus, undisturbed, tmp_path, monkeypatch, capsys
):
    write, left = pd.DataFrame.to_parquet, [after]

    def full(*arguments, **options):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*arguments, **options)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(pd.DataFrame, "to_parquet", full)
        assert main(["run", str(corpus), "--out", str(out), *OPTIONS]) == 1
    told = capsys.readouterr().err
    assert f"the disk of {out} is full" in told
    assert "the same command goes on" in told
    assert [one["severity"] for one in _problems(out)] == ["error"]
    assert main(["run", str(corpus), "--out", str(out), *OPTIONS]) == 0
    assert _hashes(out) == undisturbed


def test_no_memory_between_the_parts_names_the_stage(corpus, tmp_path, monkeypatch, capsys):
    def scarce(*_, **__):
        raise MemoryError

    monkeypatch.setattr("analysis.text.lineage.find_lineage", scarce)
    assert main(["run", str(corpus), "--out", str(tmp_path / "out"), *OPTIONS]) == 1
    assert "out of memory in the stage 'lineage'" in capsys.readouterr().err
    assert _problems(tmp_path / "out")[0]["stage"] == "lineage"


def test_a_file_that_cannot_be_read_is_told_and_the_others_go_on(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for at, text in enumerate(generate_corpus(3, words=90)["text"]):
        (folder / f"{at}.txt").write_text(text, encoding="utf-8")
    from analysis.text import corpus as reading

    hash_of = reading._sha256

    def locked(path):
        if path.name == "1.txt":
            raise PermissionError(errno.EACCES, "Permission denied")
        return hash_of(path)

    monkeypatch.setattr("analysis.text.corpus._sha256", locked)
    assert main(["run", str(folder), "--out", str(tmp_path / "out"), *OPTIONS]) == 3
    assert "1.txt: cannot be read: Permission denied" in capsys.readouterr().err
    assert len(pd.read_parquet(tmp_path / "out" / "tables" / "articles.parquet")) == 2
