"""Fixtures that many tests share: one finished run of the embedded sample."""

from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample" / "articles"


@pytest.fixture(scope="session")
def sample_folder():
    return SAMPLE


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory):
    """The sample, run end to end with word lists only; the record of the run."""
    from analysis.run import run_corpus

    out = tmp_path_factory.mktemp("sample") / "out"
    return run_corpus(SAMPLE, out, lexicons_only=True, notebooks=False)
