"""How many articles each stage reads in a second on one core, and how long a run of 2,000 takes.

Comes in: nothing; the corpus is made by ``generator``. Goes out: one figure a stage, the median of
rounds in which the stages run one after another on one core with the models loaded; higher is
faster. The run of 2,000 articles is a process of its own on all cores, word lists only: its seconds
(lower is faster) and peak memory. What a stage costs depends on its articles: these have about
600 words, and a copy, an agency's text or furniture as often as scraped news.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from analysis.benchmarks.generator import generate_corpus

N, ROUNDS, RUN_OF = 300, 3, 2_000


def measure_stages(
    run_alone: Callable[[str, int], dict], *, n: int = N, rounds: int = ROUNDS
) -> dict[str, Any]:
    """Time each stage on one core, and a whole run.

    Parameters
    ----------
    run_alone : callable
        Runs a job (``"run"``) with so many articles in a process of its own and returns
        ``seconds`` and ``peak_mb``.
    n : int
        Articles for the stages.
    rounds : int
        How often each stage is timed; one round more comes first and is not counted.

    Returns
    -------
    dict
        ``<stage>_articles_per_second`` for each stage and ``all_articles_per_second`` for all of
        them one after another; ``run_of_2000_seconds`` and ``run_of_2000_peak_mb``; ``n`` and
        ``beside``.
    """
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        path = Path(folder) / "corpus.csv"
        generate_corpus(n).drop(columns="truth").to_csv(path, index=False)
        for counted in range(-1, rounds):
            for stage, taken in run_stages(path).items():
                if counted >= 0:
                    seconds.setdefault(stage, []).append(taken)
    medians = {stage: float(np.median(taken)) for stage, taken in seconds.items()}
    whole = run_alone("run", RUN_OF)
    return {
        **{f"{stage}_articles_per_second": n / taken for stage, taken in medians.items()},
        "all_articles_per_second": n / sum(medians.values()),
        f"run_of_{RUN_OF}_seconds": whole["seconds"],
        f"run_of_{RUN_OF}_peak_mb": whole["peak_mb"],
        "n": n,
        "beside": "stages on one core; the run on all cores, word lists only, without notebooks",
    }


def run_stages(path: Path) -> dict[str, float]:
    """Run the text stages and the word lists over a corpus; return the seconds of each."""
    from analysis.measures.loaded_language import score_word_lists
    from analysis.text.actors import find_actors
    from analysis.text.cleaning import clean_documents
    from analysis.text.corpus import read_corpus
    from analysis.text.events import group_events
    from analysis.text.lineage import find_lineage
    from analysis.text.quotations import find_quotations
    from analysis.text.sentences import split_sentences
    from analysis.text.voice import split_voices

    seconds: dict[str, float] = {}

    def timed(stage: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        made = call()
        seconds[stage] = time.perf_counter() - start
        return made

    read = timed("read", lambda: read_corpus(path))
    clean = timed("clean", lambda: clean_documents(read.documents))
    lineage = timed("lineage", lambda: find_lineage(clean.articles, cuts=clean.cuts))
    articles = timed("events", lambda: group_events(lineage.articles))
    sentences = timed("sentences", lambda: split_sentences(articles, clean.paragraphs))
    actors = timed("actors", lambda: find_actors(articles, sentences))
    quotations = timed(
        "quotations",
        lambda: find_quotations(articles, sentences, shared=lineage.shared, actors=actors),
    )
    segments = timed("voices", lambda: split_voices(sentences, quotations))
    timed("word_lists", lambda: score_word_lists(segments))
    return seconds
