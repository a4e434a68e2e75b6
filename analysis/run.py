"""The whole road: a folder of documents in, tables, figures and executed notebooks out.

One direction, one stage after the other: read, clean, find copies and events, find voices and
score, estimate, draw, execute the notebooks. Cleaning and scoring go in parts (see ``parts`` and
``stages``): what was finished is kept, only what is new is computed, and with workers several
parts are made at once. Tables appear in ``OUT/tables`` only when all of a run's tables are
finished; a run killed at any moment leaves the earlier ones whole.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd

from analysis.parts import GROUP, forget_others, number_of_parts, plan_parts
from analysis.record import ROOT, Record, file_hash
from analysis.spread import run_jobs
from analysis.stages import (
    CLEANED,
    MEASURED,
    SUMS,
    CleanJob,
    MeasureJob,
    Scoring,
    clean_part,
    document_groups,
    document_keys,
    event_keys,
    load_encoder,
    measure_part,
)
from analysis.tables import SCORED_LANGUAGES, TABLES, read_table, write_table


def run_corpus(
    corpus: Path | str,
    out: Path | str,
    *,
    lexicons_only: bool = False,
    figures: bool = True,
    notebooks: bool = True,
    keep_notebooks: Path | None = None,
    encoder: str = "all-MiniLM-L6-v2",
    concepts: Path | None = None,
    frames: Path | None = None,
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
    concepts, frames : path, optional
        The researcher's own YAML files: words for one thing, and frames with examples.
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
    ValueError
        When a file of concepts or frames has a mistake; with file, line and reason.
    """
    from analysis.text.corpus import read_corpus
    from analysis.text.events import group_events
    from analysis.text.lineage import find_lineage

    out = Path(out)
    settings = {"lexicons_only": lexicons_only, "seed": seed, "corpus": str(corpus)}
    if not lexicons_only:
        settings["encoder"] = encoder
    settings |= {"concepts": str(concepts or ""), "frames": str(frames or "")}
    _check_own_files(concepts, frames)
    record = Record(out, settings)
    spread = {"workers": workers, "scheduler": scheduler}
    with record.timed("read"):
        read = read_corpus(corpus)
        record.inputs = list(read.files)
        record.add_problems(read.problems)
    out.mkdir(parents=True, exist_ok=True)
    ready = not lexicons_only and _models_ready(encoder, record)
    with record.timed("clean"):
        tables = {"documents": read.documents, **_clean(read.documents, out, spread)}
    with record.timed("lineage"):
        lineage = find_lineage(tables["articles"], cuts=tables["cuts"])
        tables["lineage_pairs"], tables["shared_sentences"] = lineage.pairs, lineage.shared
    with record.timed("events"):
        tables["articles"] = group_events(lineage.articles)
    record.add_problems(_not_scored(tables["articles"]))
    with record.timed("voices and scores"):
        scoring = Scoring(encoder if ready else None, out / ".encoder", concepts, frames)
        parts = _measure(tables, out, spread, scoring)
    with _staging(out) as staging:
        with record.timed("write"):
            for name in MEASURED:
                _join_parts(parts, name, staging / f"{name}.parquet")
        with record.timed("estimates"):
            tables |= _estimate(parts, staging, tables["articles"], seed=seed)
        tables["problems"] = record.problems
        with record.timed("write"):
            for name, frame in tables.items():
                write_table(frame, staging, name)
            _move_tables(staging, record)
    record.write()
    if figures:
        with record.timed("figures"):
            from analysis.figures.gallery import draw_figures

            record.figures = draw_figures(out / "tables", out / "figures", seed=seed)
    if notebooks:
        with record.timed("notebooks"):
            from analysis.notebooks import execute_notebooks

            record.notebooks = execute_notebooks(
                ROOT / "notebooks", out, seed=seed, keep=keep_notebooks
            )
    record.write()
    return record


def _clean(documents: pd.DataFrame, out: Path, spread: dict) -> dict[str, pd.DataFrame]:
    """Return the tables of the cleaning stage, in the order of article ids."""
    from analysis.text.pages.repeats import learn_repeats

    repeats = learn_repeats(documents)
    documents = documents.assign(**{GROUP: document_groups(documents)})
    folder = out / ".parts" / "cleaned"
    plan = plan_parts(document_keys(documents, repeats), number_of_parts(len(documents)))
    rows = _rows_by_place(plan, documents[GROUP])
    jobs = [
        CleanJob(folder, place, groups, documents.iloc[rows[place]], repeats)
        for place, groups in plan.items()
    ]
    parts = run_jobs(clean_part, jobs, n_articles=len(documents), description="cleaning", **spread)
    forget_others(folder, parts)
    tables = {}
    for name in CLEANED:
        frame = _read_parts(parts, name).drop(columns=GROUP)
        tables[name] = frame.sort_values(list(TABLES[name].key), ignore_index=True)
    return tables


def _measure(
    tables: dict[str, pd.DataFrame], out: Path, spread: dict, scoring: Scoring
) -> list[Path]:
    """Find voices and score; return the folders of the parts."""
    articles, paragraphs = tables["articles"], tables["paragraphs"]
    shared = tables["shared_sentences"]
    folder = out / ".parts" / "measured"
    plan = plan_parts(
        event_keys(articles, paragraphs, shared, scoring), number_of_parts(len(articles))
    )
    event_of = articles.set_index("article_id")["event"]
    rows = {
        name: _rows_by_place(plan, frame["article_id"].map(event_of))
        for name, frame in (("articles", articles), ("paragraphs", paragraphs), ("shared", shared))
    }
    jobs = [
        MeasureJob(
            folder,
            place,
            groups,
            articles.iloc[rows["articles"][place]],
            paragraphs.iloc[rows["paragraphs"][place]],
            shared.iloc[rows["shared"][place]],
            scoring,
        )
        for place, groups in plan.items()
    ]
    parts = run_jobs(
        measure_part, jobs, n_articles=len(articles), description="voices and scores", **spread
    )
    forget_others(folder, parts)
    return parts


def _rows_by_place(plan: dict[int, dict[str, str]], groups: pd.Series) -> dict[int, list[int]]:
    """Return place → positions of the rows whose group is dealt to it."""
    place_of = {group: place for place, dealt in plan.items() for group in dealt}
    found: dict[int, list[int]] = {place: [] for place in plan}
    for position, place in enumerate(groups.map(place_of)):
        found[place].append(position)
    return found


def _read_parts(parts: list[Path], name: str, columns: list[str] | None = None) -> pd.DataFrame:
    frames = [pd.read_parquet(part / f"{name}.parquet", columns=columns) for part in parts]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled or frames[:1], ignore_index=True)


def _join_parts(parts: list[Path], name: str, target: Path) -> None:
    """Write one table from its parts, a part at a time, so that it need not fit in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [part / f"{name}.parquet" for part in parts]
    # An empty part knows the types of its columns; one whose column is all missing may not.
    schemas = [pq.read_schema(file).remove_metadata() for file in files]
    schema = pa.unify_schemas(schemas, promote_options="permissive")
    schema = schema.remove(schema.get_field_index(GROUP))
    with pq.ParquetWriter(target, schema) as writer:
        for file in files:
            rows = pq.read_table(file)
            for field in schema:
                if field.name not in rows.column_names:
                    rows = rows.append_column(field.name, pa.nulls(len(rows), field.type))
            writer.write_table(rows.select(schema.names).cast(schema))


def _estimate(
    parts: list[Path], staging: Path, articles: pd.DataFrame, *, seed: int
) -> dict[str, pd.DataFrame]:
    """Return estimates (levels and contrasts, per event and over all) and keyness."""
    from analysis.measures.word_choice import compare_words
    from analysis.outlets.estimates import compare_outlets, estimate_levels
    from analysis.outlets.validation import mark_validity

    sums = _read_parts(parts, SUMS).drop(columns=GROUP)
    made = [
        estimate(sums=sums, by=by, seed=seed)
        for estimate in (estimate_levels, compare_outlets)
        for by in ("event", "all")
    ]
    return {
        "estimates": mark_validity(pd.concat(made, ignore_index=True)),
        "keyness": compare_words(read_table(staging, "segments"), articles),
    }


def _check_own_files(concepts: Path | None, frames: Path | None) -> None:
    """Refuse a file with a mistake before any work is done."""
    if concepts is not None:
        from analysis.measures.labelling import read_concepts

        read_concepts(concepts)
    if frames is not None:
        from analysis.measures.own_frames import read_frames

        read_frames(frames)


def _models_ready(encoder: str, record: Record) -> bool:
    """Say whether the trained weights are there; if not, the word lists go on alone."""
    try:
        _ = load_encoder(encoder, record.out / ".encoder").reader
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


def _not_scored(articles: pd.DataFrame) -> pd.DataFrame:
    foreign = articles[~articles["language"].isin(SCORED_LANGUAGES)]
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


class _staging:
    """A folder beside the tables that is gone afterwards, whatever happens in between."""

    def __init__(self, out: Path) -> None:
        self.folder = out / f".tables.{os.getpid()}.tmp"

    def __enter__(self) -> Path:
        # What earlier, killed runs left behind goes too.
        for old in self.folder.parent.glob(".tables.*.tmp"):
            shutil.rmtree(old, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self.folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _move_tables(staging: Path, record: Record) -> None:
    """Move every finished table to its place: none is ever there half written."""
    import pyarrow.parquet as pq

    target = record.out / "tables"
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(staging.glob("*.parquet")):
        rows = pq.read_metadata(path).num_rows
        record.tables[path.stem] = {"rows": rows, "sha256": file_hash(path)}
    for path in sorted(staging.glob("*.parquet")):
        os.replace(path, target / path.name)
