"""The whole road: a folder of documents in, tables, figures and executed notebooks out.

One direction, one stage after the other: read, clean, find copies and events, find voices and
score (kept in parts, see ``parts``), estimate, draw, execute the notebooks. Tables appear in
``OUT/tables`` only when all of a run's tables are finished; a run killed at any moment leaves the
earlier ones whole, and the next one goes on from the parts that were done.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from tqdm.auto import tqdm

from analysis.parts import GROUP, forget_others, key_of, make_part, number_of_parts, plan_parts
from analysis.record import ROOT, Record, code_version, file_hash
from analysis.tables import TABLES, check_table, empty_table, write_table

if TYPE_CHECKING:
    from analysis.encoder import Encoder

# Tables that are made event by event and kept in parts.
_BY_EVENT = ("sentences", "actors", "mentions", "quotations", "segments", "scores", "evidence")


class Work(NamedTuple):
    """What a part's computation needs besides the names of its groups."""

    articles: pd.DataFrame
    paragraphs: pd.DataFrame
    shared: pd.DataFrame
    encoder: str | None
    cache: Path


def run_corpus(
    corpus: Path | str,
    out: Path | str,
    *,
    lexicons_only: bool = False,
    figures: bool = True,
    notebooks: bool = True,
    keep_notebooks: Path | None = None,
    encoder: str = "all-MiniLM-L6-v2",
    workers: int | None = None,
    scheduler: str | None = None,
    seed: int = 20_260,
) -> Record:
    """Run every stage on ``corpus`` and write tables, figures, notebooks and ``run.json``.

    Parameters
    ----------
    corpus : path
        A folder of documents, or one CSV, JSONL or Parquet file.
    out : path
        Where ``tables/``, ``figures/``, ``notebooks/`` and ``run.json`` are written.
    lexicons_only : bool
        Word lists only: nothing that needs a model is loaded.
    figures, notebooks : bool
        Draw the figures, execute the notebooks on the finished tables.
    keep_notebooks : path, optional
        Also copy the executed notebooks there.
    encoder : str
        Name or directory of the encoder; not used with ``lexicons_only``.
    workers, scheduler : int, str, optional
        Worker processes on this machine, or the address of a running Dask scheduler.
    seed : int
        Seed of all resampling.

    Returns
    -------
    Record
        What was read and written, with the problems there were.

    Raises
    ------
    analysis.text.corpus.CorpusError
        When there is no document to read at all.
    """
    from analysis.text.cleaning import clean_documents
    from analysis.text.corpus import read_corpus
    from analysis.text.events import group_events
    from analysis.text.lineage import find_lineage

    out = Path(out)
    settings = {"lexicons_only": lexicons_only, "seed": seed, "corpus": str(corpus)}
    if not lexicons_only:
        settings["encoder"] = encoder
    record = Record(out, settings)
    with record.timed("read"):
        read = read_corpus(corpus)
        record.inputs = list(read.files)
        record.add_problems(read.problems)
    out.mkdir(parents=True, exist_ok=True)
    tables: dict[str, pd.DataFrame] = {"documents": read.documents}
    with record.timed("clean"):
        cleaned = clean_documents(read.documents)
        tables["cuts"], tables["paragraphs"] = cleaned.cuts, cleaned.paragraphs
    with record.timed("lineage"):
        lineage = find_lineage(cleaned.articles, cuts=cleaned.cuts)
        tables["lineage_pairs"], tables["shared_sentences"] = lineage.pairs, lineage.shared
    with record.timed("events"):
        tables["articles"] = group_events(lineage.articles)
    record.add_problems(_not_scored(tables["articles"]))
    with record.timed("voices and scores"):
        texts = [tables[name] for name in ("articles", "paragraphs", "shared_sentences")]
        ready = not lexicons_only and _models_ready(encoder, record)
        work = Work(*texts, encoder if ready else None, out / ".encoder")
        tables |= _measure(work, out / ".parts", workers=workers, scheduler=scheduler)
    with record.timed("estimates"):
        tables |= _estimate(tables, seed=seed)
    tables["problems"] = record.problems
    with record.timed("write"):
        _write_tables(tables, record)
    record.write()
    if figures:
        with record.timed("figures"):
            from analysis.figures.gallery import draw_figures

            record.figures = draw_figures(out / "tables", out / "figures", seed=seed)
    if notebooks:
        with record.timed("notebooks"):
            record.notebooks = _execute_notebooks(out, seed=seed, keep=keep_notebooks)
    record.write()
    return record


def measure_events(work: Work, events: list[str]) -> dict[str, pd.DataFrame]:
    """Return the by-event tables of ``events``: sentences to scores, each row with its event."""
    from analysis.measures.loaded_language import score_word_lists
    from analysis.text.actors import find_actors
    from analysis.text.quotations import find_quotations
    from analysis.text.sentences import split_sentences
    from analysis.text.voice import split_voices

    articles = work.articles[work.articles["event"].isin(events)]
    ids = set(articles["article_id"])
    paragraphs = work.paragraphs[work.paragraphs["article_id"].isin(ids)]
    shared = work.shared[work.shared["article_id"].isin(ids)]
    sentences = split_sentences(articles, paragraphs)
    readable = articles[articles["language"].isin(("en", "unknown"))]
    in_english = sentences["article_id"].isin(set(readable["article_id"]))
    actors = find_actors(readable, sentences[in_english])
    quotations = find_quotations(readable, sentences[in_english], shared=shared, actors=actors)
    segments = split_voices(sentences, quotations)
    foreign = ~segments["article_id"].isin(set(readable["article_id"]))
    segments.loc[foreign, "voice"] = "unresolved"
    scored = [score_word_lists(segments[~foreign])]
    if work.encoder:
        scored += _score_with_models(segments[~foreign], actors.mentions, work)
    made = {
        "sentences": sentences,
        "actors": actors.actors,
        "mentions": actors.mentions,
        "quotations": quotations,
        "segments": segments,
        "scores": _stack([one.scores for one in scored], "scores"),
        "evidence": _stack([one.evidence for one in scored], "evidence"),
    }
    event_of = articles.set_index("article_id")["event"]
    article_of = segments.set_index("segment_id")["article_id"]
    return {name: _with_group(frame, event_of, article_of) for name, frame in made.items()}


def _score_with_models(segments: pd.DataFrame, mentions: pd.DataFrame, work: Work) -> list:
    from analysis.measures.loaded_model import score_loaded_language
    from analysis.measures.sentiment import score_sentiment

    encoder = _load_encoder(work.encoder, work.cache)
    return [
        score_loaded_language(segments, encoder),
        score_sentiment(segments, encoder, mentions=mentions),
    ]


@cache
def _load_encoder(name: str, folder: Path) -> Encoder:
    """Load the encoder once per process; what it has read is kept in ``folder``."""
    from analysis.encoder import Encoder

    return Encoder(name, cache=folder)


def _models_ready(encoder: str, record: Record) -> bool:
    """Say whether the trained weights are there; if not, the word lists go on alone."""
    try:
        _ = _load_encoder(encoder, record.out / ".encoder").reader
    except (FileNotFoundError, ValueError) as error:
        problem = {
            "source": "models",
            "article_id": "",
            "stage": "models",
            "severity": "warning",
            "problem": f"scored with word lists only: {error}",
            "advice": "run with --lexicons-only if that is what you want",
        }
        record.add_problems(pd.DataFrame([problem]))
        return False
    return True


def _measure(
    work: Work, folder: Path, *, workers: int | None, scheduler: str | None
) -> dict[str, pd.DataFrame]:
    keys = _event_keys(work)
    plan = plan_parts(keys, number_of_parts(len(work.articles)))
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        make_part(folder, place, groups, lambda names: measure_events(work, names))
        for place, groups in tqdm(plan.items(), desc="voices and scores", unit="part", delay=2)
    ]
    forget_others(folder, parts)
    tables = {}
    for name in _BY_EVENT:
        frames = [pd.read_parquet(part / f"{name}.parquet") for part in parts]
        filled = [frame for frame in frames if len(frame)]
        joined = pd.concat(filled, ignore_index=True) if filled else empty_table(name)
        joined = joined.drop(columns=GROUP, errors="ignore")
        tables[name] = joined.sort_values(list(TABLES[name].key), ignore_index=True)
    return tables


def _event_keys(work: Work) -> dict[str, str]:
    """Return event → hash of all that the event's rows depend on."""
    settings = (code_version(), work.encoder)
    columns = ["article_id", "text", "language", "lineage", "lineage_of", "headline", "outlet"]
    rows = work.articles.sort_values("article_id")
    spans = work.paragraphs.groupby("article_id")[["start", "end", "part"]].apply(
        lambda one: key_of(one.to_numpy().tolist())
    )
    shared = work.shared.sort_values(list(TABLES["shared_sentences"].key))
    shared_by = shared.groupby("article_id").apply(lambda one: key_of(one.to_numpy().tolist()))
    keys: dict[str, list] = {}
    for row in rows[["event", *columns]].itertuples(index=False):
        keys.setdefault(row.event, [settings]).append(
            (*row[1:], spans.get(row.article_id), shared_by.get(row.article_id))
        )
    return {event: key_of(*values) for event, values in keys.items()}


def _with_group(frame: pd.DataFrame, event_of: pd.Series, article_of: pd.Series) -> pd.DataFrame:
    frame = frame.copy()
    if "event" in frame:
        frame[GROUP] = frame["event"]
    elif "article_id" in frame:
        frame[GROUP] = frame["article_id"].map(event_of)
    else:
        frame[GROUP] = frame["segment_id"].map(article_of).map(event_of)
    return frame


def _estimate(tables: dict[str, pd.DataFrame], *, seed: int) -> dict[str, pd.DataFrame]:
    """Return estimates (levels and contrasts, per event and over all) and keyness."""
    from analysis.measures.word_choice import compare_words
    from analysis.outlets.estimates import compare_outlets, estimate_levels
    from analysis.outlets.sums import sum_articles
    from analysis.outlets.validation import mark_validity

    sums = sum_articles(tables["scores"], tables["segments"], tables["articles"])
    made = [
        estimate(sums=sums, by=by, seed=seed)
        for estimate in (estimate_levels, compare_outlets)
        for by in ("event", "all")
    ]
    return {
        "estimates": mark_validity(pd.concat(made, ignore_index=True)),
        "keyness": compare_words(tables["segments"], tables["articles"]),
    }


def _not_scored(articles: pd.DataFrame) -> pd.DataFrame:
    foreign = articles[~articles["language"].isin(("en", "unknown"))]
    return pd.DataFrame(
        {
            "source": foreign["source"],
            "article_id": foreign["article_id"],
            "stage": "language",
            "severity": "warning",
            "problem": "the article is in " + foreign["language"] + ", not in English: not scored",
            "advice": "kept in the tables and counted; the measures are for English only",
        },
        columns=list(TABLES["problems"].columns),
    )


def _stack(frames: list[pd.DataFrame], name: str) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return check_table(pd.concat(filled, ignore_index=True) if filled else empty_table(name), name)


def _write_tables(tables: dict[str, pd.DataFrame], record: Record) -> None:
    """Write all tables beside their place first, then move each in: none is ever half written."""
    staging = record.out / f".tables.{os.getpid()}.tmp"
    shutil.rmtree(staging, ignore_errors=True)
    target = record.out / "tables"
    target.mkdir(parents=True, exist_ok=True)
    try:
        for name, frame in tables.items():
            path = write_table(frame, staging, name)
            record.tables[name] = {"rows": len(frame), "sha256": file_hash(path)}
        for path in sorted(staging.iterdir()):
            os.replace(path, target / path.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _execute_notebooks(out: Path, *, seed: int, keep: Path | None) -> list[str]:
    from analysis.notebooks import execute_notebooks

    return execute_notebooks(ROOT / "notebooks", out, seed=seed, keep=keep)
