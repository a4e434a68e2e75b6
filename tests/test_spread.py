"""Workers: equal tables whatever their number, and none lost with a worker."""

import os
import signal
import threading
import time

import pandas as pd
import pytest

from analysis.benchmarks.generator import generate_corpus
from analysis.run import run_corpus
from analysis.spread import run_jobs
from analysis.tables import TABLES, read_table


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("generated") / "corpus.csv"
    generate_corpus(40, words=120, outlets=4).drop(columns="truth").to_csv(path, index=False)
    return path


@pytest.fixture(autouse=True)
def many_parts(monkeypatch):
    """A small corpus in many parts, so that there is something to spread."""
    monkeypatch.setattr("analysis.run.number_of_parts", lambda n: 8)


@pytest.fixture(scope="module")
def alone(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("alone") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.run.number_of_parts", lambda n: 8)
        run_corpus(corpus, out, lexicons_only=True, figures=False, notebooks=False, workers=1)
    return _tables(out)


def _tables(out):
    frames = {name: read_table(out / "tables", name) for name in TABLES}
    return {
        name: frame.sort_values(list(frame.columns), ignore_index=True)
        for name, frame in frames.items()
    }


def _assert_same(one, other):
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name], obj=name)


def test_two_workers_make_the_tables_that_one_makes(corpus, alone, tmp_path):
    run_corpus(
        corpus, tmp_path / "out", lexicons_only=True, figures=False, notebooks=False, workers=2
    )
    _assert_same(alone, _tables(tmp_path / "out"))


def test_a_worker_killed_in_mid_run_loses_nothing(corpus, alone, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        started = tmp_path / "out" / ".parts" / "voices and scores"

        def kill():
            while not started.exists():
                time.sleep(0.05)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        record = run_corpus(
            corpus,
            tmp_path / "out",
            lexicons_only=True,
            figures=False,
            notebooks=False,
            scheduler=cluster.scheduler_address,
        )
        killer.join()
        assert victim not in [worker.pid for worker in cluster.workers.values()]
    told = record.problems
    assert told["problem"].str.contains("were lost on the way").any()
    found = _tables(tmp_path / "out")
    _assert_same({name: frame for name, frame in alone.items() if name != "problems"}, found)


def test_a_job_that_costs_workers_their_life_is_split(monkeypatch):
    monkeypatch.setattr("analysis.spread.RETRIES", 0)

    def work(job):
        if len(job) > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return job[0] * 2

    def halves(job):
        return [job[: len(job) // 2], job[len(job) // 2 :]] if len(job) > 1 else []

    told = []
    found = run_jobs(work, [[1], [2, 3], [4]], n_articles=3, workers=2, split=halves, told=told)
    assert found == [2, 4, 6, 8]
    assert any("halved" in one for one in told)
    with pytest.raises(RuntimeError, match="give fewer workers"):
        run_jobs(work, [[1], [2, 3]], n_articles=3, workers=2)


def test_results_come_in_the_order_of_the_jobs():
    assert run_jobs(abs, [-3, 2, -1], n_articles=3) == [3, 2, 1]


def test_no_worker_is_refused():
    with pytest.raises(ValueError, match="--workers must be 1 or more, not 0"):
        run_jobs(abs, [1], n_articles=1, workers=0)


def test_workers_and_a_scheduler_together_are_refused():
    with pytest.raises(ValueError, match="not both"):
        run_jobs(abs, [1], n_articles=1, workers=2, scheduler="tcp://127.0.0.1:1")
