"""Runs begun again: killed at any moment, or with articles added; the tables are the same."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

import analysis.stages
import analysis.text.cleaning
import analysis.text.stories.comparison
from analysis.benchmarks.generator import generate_corpus
from analysis.run import run_corpus

KILLS = 20
# Runs the corpus once, and then again in a fork of itself for every line it is given.
RUNNER = """
import os, sys
import analysis.run
analysis.run.number_of_parts = lambda n: 4
def run(out):
    analysis.run.run_corpus(
        sys.argv[1], out, lexicons_only=True, figures=False, notebooks=False, workers=1
    )
for line in sys.stdin:
    if line.startswith("here "):
        run(line[5:].strip())
        print("done", flush=True)
        continue
    process = os.fork()
    if process == 0:
        run(line.strip())
        os._exit(0)
    print(process, flush=True)
    print(os.waitpid(process, 0)[1], flush=True)
"""


@pytest.fixture(scope="module")
def articles():
    # Without furniture: what an outlet repeats is learnt anew when its third story comes.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.benchmarks.generator.FURNITURE", 0.0)
        return generate_corpus(36, words=90, outlets=4).drop(columns="truth")


def _write(frame, path):
    frame.to_csv(path, index=False)
    return path


def _run(corpus, out):
    return run_corpus(corpus, out, lexicons_only=True, figures=False, notebooks=False, workers=1)


def _hashes(out):
    tables = json.loads((out / "run.json").read_text())["tables"]
    return {name: table["sha256"] for name, table in tables.items()}


def test_twenty_kills_at_random_moments_change_no_table(articles, tmp_path):
    corpus = _write(articles.head(20), tmp_path / "corpus.csv")
    chance = random.Random(8)
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(corpus)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as runner:

        def ask(line):
            runner.stdin.write(f"{line}\n")
            runner.stdin.flush()
            return runner.stdout.readline().strip()

        assert ask(f"here {tmp_path / 'undisturbed'}") == "done"
        wanted = _hashes(tmp_path / "undisturbed")
        started = time.monotonic()
        ask(tmp_path / "timed")
        assert runner.stdout.readline().strip() == "0"
        whole = time.monotonic() - started
        assert _hashes(tmp_path / "timed") == wanted
        killed = 0
        for number in range(KILLS):
            out = tmp_path / f"out{number}"
            process = int(ask(out))
            time.sleep(chance.uniform(0, 0.9 * whole))
            with contextlib.suppress(ProcessLookupError):  # it was done by then
                os.kill(process, signal.SIGKILL)
            killed += runner.stdout.readline().strip() != "0"
            for path in (out / "tables").glob("*.parquet"):
                pd.read_parquet(path)  # none is ever there half written
            ask(out)
            assert runner.stdout.readline().strip() == "0"
            assert _hashes(out) == wanted
        assert killed > KILLS / 2
        runner.stdin.close()


@pytest.fixture
def counted(monkeypatch):
    """What a run does: documents cleaned, events measured, pairs of articles aligned."""
    done = {"documents": [], "events": [], "pairs": 0}
    clean, measure = analysis.text.cleaning.clean_documents, analysis.stages.measure_events
    compare = analysis.text.stories.comparison._compare

    def cleaning(documents, **options):
        done["documents"] += documents["article_id"].tolist()
        return clean(documents, **options)

    def measuring(articles, *rest):
        done["events"] += sorted(set(articles["event"]))
        return measure(articles, *rest)

    def comparing(*grids):
        done["pairs"] += 1
        return compare(*grids)

    monkeypatch.setattr("analysis.text.cleaning.clean_documents", cleaning)
    monkeypatch.setattr("analysis.stages.measure_events", measuring)
    monkeypatch.setattr("analysis.text.stories.comparison._compare", comparing)
    monkeypatch.setattr("analysis.run.number_of_parts", lambda n: 1 if n < 30 else 2)
    return done


def test_ten_added_articles_cost_ten_and_their_comparisons(articles, counted, tmp_path):
    out = tmp_path / "out"
    _run(_write(articles.head(26), tmp_path / "few.csv"), out)
    before = {key: counted[key] for key in counted}
    assert len(before["documents"]) == 26
    counted.update(documents=[], events=[], pairs=0)
    more = _write(articles, tmp_path / "corpus.csv")
    # One name for the file: its name is a column of the tables.
    (tmp_path / "few.csv").write_bytes(more.read_bytes())
    _run(tmp_path / "few.csv", out)
    table = pd.read_parquet(out / "tables" / "articles.parquet")
    new = set(table["article_id"]) - set(before["documents"])
    assert set(counted["documents"]) == new
    assert len(new) == 10
    assert set(counted["events"]) == set(table.loc[table["article_id"].isin(new), "event"])
    again = counted["pairs"]
    _run(tmp_path / "few.csv", tmp_path / "fresh")
    assert again < counted["pairs"] - again
    assert _hashes(out) == _hashes(tmp_path / "fresh")


def test_a_corpus_that_shrinks_is_as_if_it_had_never_been_larger(articles, tmp_path):
    _run(_write(articles.head(20), tmp_path / "corpus.csv"), tmp_path / "out")
    _write(articles.head(12), tmp_path / "corpus.csv")
    for out in ("out", "fresh"):
        _run(tmp_path / "corpus.csv", tmp_path / out)
    assert _hashes(tmp_path / "out") == _hashes(tmp_path / "fresh")
