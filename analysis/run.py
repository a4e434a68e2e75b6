"""The whole road: a folder of documents in, tables, figures and executed notebooks out.

One direction, one stage after the other: read, clean, find copies and events, find voices and
score, estimate, draw, execute the notebooks. Cleaning and scoring go in parts (see ``parts`` and
``stages``): what was finished is kept, only what is new is computed, and with workers several
parts are made at once. Tables appear in ``OUT/tables`` only when all of a run's tables are
finished; a run killed at any moment leaves the earlier ones whole.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.joining import Made, Piece, make_piece, plan_pieces, read_parts, write_estimates
from analysis.parts import (
    GROUP,
    failures,
    finished_part,
    forget_others,
    key_of,
    number_of_parts,
    plan_parts,
)
from analysis.record import ROOT, Record, code_version, explain_failure, file_hash
from analysis.spread import run_jobs
from analysis.stages import (
    CLEANED,
    MEASURED,
    MEMBERS,
    PRINTS,
    WORDS,
    Job,
    Scoring,
    clean_part,
    compare_batch,
    compare_part,
    document_groups,
    document_keys,
    event_keys,
    load_encoder,
    measure_part,
    split_job,
)
from analysis.tables import SCORED_LANGUAGES, TABLES, write_table

if TYPE_CHECKING:
    from analysis.text.stories.comparison import Batch, Kept

# What a run without models leaves empty, and what each would take.
NEEDS = {
    "roles": "the parser en_core_web_sm and the encoder with data/models/roles",
    "portrayals": "the encoder with data/models/frames",
    "frames": "the encoder with data/models/frames",
    "loaded language and sentiment": "the encoder with data/models/wording",
}


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
    actors: Path | None = None,
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
    concepts, frames, actors : path, optional
        The researcher's own YAML files: words for one thing, frames with examples, and the names
        of one actor.
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
        When a file of concepts, frames or actors has a mistake; with file, line and reason.
    """
    from analysis.text.corpus import read_corpus

    out = Path(out)
    settings = {"lexicons_only": lexicons_only, "seed": seed, "corpus": str(corpus)}
    if not lexicons_only:
        settings["encoder"] = encoder
    settings |= {"concepts": str(concepts or ""), "frames": str(frames or "")}
    settings |= {"actors": str(actors or "")}
    _check_own_files(concepts, frames, actors)
    record = Record(out, settings)
    with record.timed("read"):
        read = read_corpus(corpus)
        record.inputs = list(read.files)
        record.add_problems(read.problems)
    held = [read.documents]  # given away below: nothing else may keep it in memory
    del read
    try:
        out.mkdir(parents=True, exist_ok=True)
        ready = not lexicons_only and _models_ready(encoder, record)
        if not ready:
            record.not_measured = dict(NEEDS)
        scoring = Scoring(encoder if ready else None, out / ".encoder", concepts, frames, actors)
        make = _Making(out / ".parts", record, workers, scheduler)
        with _staging(out) as staging:
            _make_tables(held, make, scoring, staging, seed=seed)
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
    except (OSError, MemoryError, RuntimeError) as error:
        raise explain_failure(error, record) from error
    return record


class _Making:
    """Makes the parts of one stage after another; what is finished is kept."""

    def __init__(
        self, folder: Path, record: Record, workers: int | None, scheduler: str | None
    ) -> None:
        self.folder, self.record = folder, record
        self._spread = {"workers": workers, "scheduler": scheduler, "split": split_job}

    def parts(
        self,
        function: Callable[[Job], Path],
        stage: str,
        plan: Mapping[int, dict[str, str]],
        rows: Callable[[int, Path], Path],
        *,
        with_what: Callable[[int], object],
        n_articles: int,
        members: Callable[[str], list[str]],
    ) -> list[Path]:
        """Return the parts of one stage, made where they are not there yet.

        ``rows`` writes the rows of a part to a folder and returns it; ``members`` names the
        articles of a group, for the message where a group could not be made.
        """
        folder, inputs = self.folder / stage, self.folder / f".{stage}.rows"
        shutil.rmtree(inputs, ignore_errors=True)
        made = {place: finished_part(folder, place, groups) for place, groups in plan.items()}
        n_parts = max(plan, default=0) + 1
        n_parts = 1 << (n_parts - 1).bit_length()
        jobs = [
            Job(folder, place, n_parts, groups, rows(place, inputs / str(place)), with_what(place))
            for place, groups in plan.items()
            if made[place] is None
        ]
        told: list[str] = []
        found = run_jobs(
            function, jobs, n_articles=n_articles, description=stage, told=told, **self._spread
        )
        parts = [part for part in made.values() if part is not None] + found
        parts = sorted(set(parts))
        shutil.rmtree(inputs, ignore_errors=True)
        forget_others(folder, parts)
        self._tell(stage, told, failures(parts), members)
        if not any((part / "groups.json").read_text() != "{}" for part in parts):
            raise RuntimeError(f"{stage}: nothing could be made: {failures(parts)}")
        return parts

    def compare(self, batches: Iterable[Batch], *, n_articles: int) -> list[Kept]:
        """Return what each pair of texts in the batches has in common."""
        folder = self.folder / ".batches"
        paths = []
        for number, batch in enumerate(batches):
            paths.append(folder / str(number))
            paths[-1].mkdir(parents=True, exist_ok=True)
            pd.DataFrame({"text": batch.texts}).to_parquet(paths[-1] / "texts.parquet")
            pairs = pd.DataFrame(batch.places, columns=["one", "other"])
            pairs.to_parquet(paths[-1] / "pairs.parquet")
        # Most articles are in no pair; a pair costs a tenth of an article or less.
        found = self._spread_whole(compare_batch, paths, n_articles // 5, "comparing", "lineage")
        shutil.rmtree(folder, ignore_errors=True)
        return found

    def pieces(self, pieces: list[Piece], *, n_articles: int) -> list[Made]:
        """Return what came of the pieces of the tables."""
        # An article costs here a fifth of what it costs in other stages.
        return self._spread_whole(
            make_piece, pieces, n_articles // 5, "estimates and tables", "estimates"
        )

    def _spread_whole(
        self, function: Callable, jobs: list, n_articles: int, description: str, stage: str
    ) -> list:
        """Return what jobs that cannot be halved give, one list after another."""
        told: list[str] = []
        options = self._spread | {"split": None}
        found = run_jobs(
            function, jobs, n_articles=n_articles, description=description, told=told, **options
        )
        self._tell(stage, told, {}, lambda _: [])
        return [one for some in found for one in some]

    def _tell(self, stage: str, told: list[str], failed: dict[str, str], members: Callable) -> None:
        rows = [
            ("workers", "", stage, "warning", said, "the tables are whole: nothing to do")
            for said in dict.fromkeys(told)
        ]
        for group, why in sorted(failed.items()):
            ids = members(group)
            memory = "give it more memory, or fewer workers (--workers 1)"
            bug = "its other articles are not affected; please report it with this message"
            rows.append(
                (
                    group,
                    " ".join(ids[:20]),
                    stage,
                    "error",
                    f"{len(ids)} articles left out: {why}",
                    f"{memory if why == 'out of memory' else bug}; the same command tries again",
                )
            )
        self.record.add_problems(pd.DataFrame(rows, columns=list(TABLES["problems"].columns)))


def _make_tables(
    held: list[pd.DataFrame], make: _Making, scoring: Scoring, staging: Path, *, seed: int
) -> None:
    """Write all tables of a run to ``staging``; ``held`` gives its documents away."""
    from analysis.text.events import group_events
    from analysis.text.lineage import find_lineage
    from analysis.text.stories.compared import ComparedPairs

    record, documents = make.record, held.pop()
    n_documents = len(documents)
    with record.timed("clean"):
        cleaned = _clean(documents, make)
        tables = {}
        for name in CLEANED:
            frame = read_parts(cleaned, name).drop(columns=GROUP)
            tables[name] = frame.sort_values(list(TABLES[name].key), ignore_index=True)
        write_table(documents, staging, "documents")
    del documents
    prints = partial(read_parts, cleaned, PRINTS)
    with record.timed("lineage"):
        compared = ComparedPairs(make.folder / "compared.parquet", code_version())
        lineage = find_lineage(
            tables.pop("articles"),
            cuts=tables["cuts"],
            prints=prints,
            compared=compared,
            spread=partial(make.compare, n_articles=n_documents),
        )
        compared.write()
        tables["lineage_pairs"], tables["shared_sentences"] = lineage.pairs, lineage.shared
        articles = lineage.articles
        for name in ("cuts", "lineage_pairs"):
            write_table(tables.pop(name), staging, name)
        del lineage, compared
    gc.collect()
    with record.timed("events"):
        articles = group_events(articles, prints=prints)
    record.add_problems(_not_scored(articles))
    with record.timed("voices and scores"):
        for name in ("paragraphs", "shared_sentences"):
            write_table(tables[name], staging, name)
        write_table(articles, staging, "articles")
        parts, compared_parts = _measure(
            articles, tables["paragraphs"], tables["shared_sentences"], make, scoring
        )
    n_articles = len(articles)
    del tables, articles
    gc.collect()
    with record.timed("estimates"):
        joined = dict.fromkeys(MEASURED, parts) | {"keyness": compared_parts}
        pieces = plan_pieces(staging, joined, parts, seed=seed)
        write_estimates(make.pieces(pieces, n_articles=n_articles), staging)
    write_table(record.problems, staging, "problems")


def _clean(documents: pd.DataFrame, make: _Making) -> list[Path]:
    """Return the parts of the cleaning stage."""
    from analysis.text.pages.repeats import learn_repeats

    repeats = learn_repeats(documents)
    groups = document_groups(documents)
    plan = plan_parts(document_keys(documents, groups, repeats), number_of_parts(len(documents)))
    positions = _rows_by_place(plan, groups)

    def rows(place: int, folder: Path) -> Path:
        return _write_rows(folder, {"documents": _chosen(documents, groups, positions[place])})

    def learnt(place: int) -> dict:
        outlets = set(documents["outlet"].iloc[positions[place]])
        return {outlet: repeats[outlet] for outlet in outlets & repeats.keys()}

    return make.parts(
        clean_part,
        "cleaning",
        plan,
        rows,
        with_what=learnt,
        n_articles=len(documents),
        members=lambda group: documents.loc[groups == group, "source"].tolist(),
    )


def _measure(
    articles: pd.DataFrame,
    paragraphs: pd.DataFrame,
    shared: pd.DataFrame,
    make: _Making,
    scoring: Scoring,
) -> tuple[list[Path], list[Path]]:
    """Find voices, score, and compare words; return the parts of both stages."""
    keys = event_keys(articles, paragraphs, shared, scoring)
    plan = plan_parts(keys, number_of_parts(len(articles)))
    event_of = articles.set_index("article_id")["event"]
    tables = {"articles": articles, "paragraphs": paragraphs, "shared": shared}
    groups = {name: frame["article_id"].map(event_of) for name, frame in tables.items()}
    positions = {name: _rows_by_place(plan, of) for name, of in groups.items()}

    def rows(place: int, folder: Path) -> Path:
        return _write_rows(
            folder,
            {
                name: _chosen(frame, groups[name], positions[name][place])
                for name, frame in tables.items()
            },
        )

    def ids(event: str) -> list[str]:
        return event_of.index[event_of == event].tolist()

    options = {"n_articles": len(articles), "members": ids}
    parts = make.parts(
        measure_part, "voices and scores", plan, rows, with_what=lambda _: scoring, **options
    )
    background = _write_background(parts, make.folder / "background.parquet")
    of_corpus = file_hash(background)
    found = {part: pd.read_parquet(part / f"{MEMBERS}.parquet", columns=[GROUP]) for part in parts}
    sources = list(found)
    plan = {
        place: {event: key_of(keys[event], of_corpus) for event in found[part][GROUP].unique()}
        for place, part in enumerate(sources)
    }
    compared = make.parts(
        compare_part,
        "word choice",
        plan,
        lambda place, _: sources[place],
        with_what=lambda _: background,
        **options,
    )
    return parts, compared


def _write_background(parts: list[Path], path: Path) -> Path:
    """Write how often each word stands in the whole corpus, in the order of the words."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    total = None
    for part in parts:
        rows = pq.read_table(part / f"{WORDS}.parquet", columns=["word", "count"])
        rows = pa.table({"word": rows["word"].cast(pa.large_string()), "count": rows["count"]})
        both = rows if total is None else pa.concat_tables([total, rows])
        total = both.group_by("word").aggregate([("count", "sum")])
        total = total.rename_columns({"count_sum": "count"})
    frame = total.to_pandas().sort_values("word", ignore_index=True)
    # Written only where it changed: its hash decides whether words are compared again.
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    frame.to_parquet(part, index=False)
    os.replace(part, path)
    return path


def _chosen(frame: pd.DataFrame, groups: pd.Series, positions: list[int]) -> pd.DataFrame:
    return frame.iloc[positions].assign(**{GROUP: groups.iloc[positions]})


def _write_rows(folder: Path, tables: dict[str, pd.DataFrame]) -> Path:
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


def _rows_by_place(plan: dict[int, dict[str, str]], groups: pd.Series) -> dict[int, list[int]]:
    """Return place → positions of the rows whose group is dealt to it."""
    place_of = {group: place for place, dealt in plan.items() for group in dealt}
    found: dict[int, list[int]] = {place: [] for place in plan}
    for position, place in enumerate(groups.map(place_of)):
        found[place].append(position)
    return found


def _check_own_files(concepts: Path | None, frames: Path | None, actors: Path | None) -> None:
    """Refuse a file with a mistake before any work is done."""
    if concepts is not None:
        from analysis.measures.labelling import read_concepts

        read_concepts(concepts)
    if frames is not None:
        from analysis.measures.own_frames import read_frames

        read_frames(frames)
    if actors is not None:
        from analysis.text.own_actors import read_actors

        read_actors(actors)


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
