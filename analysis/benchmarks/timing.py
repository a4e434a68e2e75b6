"""Two calls timed beside one another, and the generated texts that they are timed on.

Comes in: calls. Goes out: the median seconds of each over five rounds in which they take turns,
after one that is not counted; lower is faster. Texts are those of ``generator``, cleaned, split and
with their voices found, once a process.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.benchmarks.generator import generate_corpus

ROUNDS = 5
ARTICLES = 300


def compare_times(ours: Callable[[], object], peers: dict[str, Callable[[], object]]) -> dict:
    """Return the median seconds of each, taking turns, after one round that is not counted."""
    everyone = {"ours": ours, **peers}
    seconds: dict[str, list[float]] = {who: [] for who in everyone}
    for counted in range(-1, ROUNDS):
        for who, call in everyone.items():
            start = time.perf_counter()
            call()
            if counted >= 0:
                seconds[who].append(time.perf_counter() - start)
    return {who: float(np.median(times)) for who, times in seconds.items()}


def seconds_of(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@cache
def text_tables() -> tuple[pd.DataFrame, ...]:
    """Return articles, paragraphs, sentences and cuts of a small generated corpus."""
    from analysis.text.cleaning import clean_documents
    from analysis.text.corpus import read_corpus
    from analysis.text.sentences import split_sentences

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.csv"
        generate_corpus(ARTICLES).drop(columns="truth").to_csv(path, index=False)
        cleaned = clean_documents(read_corpus(path).documents)
    sentences = split_sentences(cleaned.articles, cleaned.paragraphs)
    return cleaned.articles, cleaned.paragraphs, sentences, cleaned.cuts


@cache
def some_segments() -> pd.DataFrame:
    """Return the segments of that corpus."""
    from analysis.text.quotations import find_quotations
    from analysis.text.voice import split_voices

    articles, _, sentences, _ = text_tables()
    return split_voices(sentences, find_quotations(articles, sentences))
