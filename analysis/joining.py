"""Finished parts → the tables of a run: joined on disk, and the estimates, voice by voice.

Comes in: the folders of parts that the stages left. Goes out: one Parquet file a table in the
folder given. A table is joined a part at a time; estimates are made one voice at a time from the
per-article sums, and put in order by measure and label afterwards, so that neither needs the whole
corpus in memory. Each table and each voice is a piece of its own: who makes it, and in which
order, changes nothing. p-values are adjusted over all voices at the end.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.parts import GROUP
from analysis.stages import SUMS
from analysis.tables import SPEAKING, check_table

if TYPE_CHECKING:
    import pyarrow as pa


class Piece(NamedTuple):
    """One table to join, or with ``voice`` the estimates of one voice."""

    folder: Path
    name: str
    parts: tuple[Path, ...]
    voice: str = ""
    seed: int = 0


class Made(NamedTuple):
    """Estimates of one voice and kind, a row group for each (measure, label), in their order."""

    kind: int
    voice: str
    path: Path
    groups: list[tuple[str, str]]


def plan_pieces(
    folder: Path, tables: dict[str, Sequence[Path]], sums: Sequence[Path], *, seed: int
) -> list[Piece]:
    """Return the pieces of a run, those that take longest first.

    ``tables`` names the parts of each table, ``sums`` the parts that hold per-article sums.
    """
    voices = [Piece(folder, "estimates", tuple(sums), voice, seed) for voice in SPEAKING]
    joined = [Piece(folder, name, tuple(parts)) for name, parts in tables.items()]
    return voices + sorted(joined, key=lambda piece: piece.name != "scores")


def make_piece(piece: Piece) -> list[Made]:
    """Make one piece; return what ``write_estimates`` must put together."""
    if piece.voice:
        return _estimate_voice(piece)
    files = [part / f"{piece.name}.parquet" for part in piece.parts]
    _join_tables([file for file in files if file.exists()], piece.folder / f"{piece.name}.parquet")
    return []


def read_parts(parts: Sequence[Path], name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Return the rows of a table from all its parts."""
    files = [file for part in parts if (file := part / f"{name}.parquet").exists()]
    frames = [pd.read_parquet(file, columns=columns) for file in files]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled or frames[:1], ignore_index=True)


def write_estimates(made: Sequence[Made], folder: Path) -> None:
    """Put the estimates of all voices in one table: by kind, measure, label, voice.

    p-values are Holm's over the rows of a measure, whatever their voice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    ordered = sorted(made, key=lambda one: (one.kind, one.voice))
    filled = [one for one in ordered if one.groups] or ordered[:1]
    schema = _schema_of([one.path for one in filled])
    with pq.ParquetWriter(folder / "estimates.parquet", schema) as writer:
        if not filled[0].groups:
            writer.write_table(_fitted(pq.read_table(filled[0].path), schema))
        for kind in dict.fromkeys(one.kind for one in filled):
            files = [one for one in filled if one.kind == kind]
            adjusted = _adjusted([one.path for one in files])
            readers = [pq.ParquetFile(one.path) for one in files]
            done = [0] * len(files)
            for group in sorted({group for one in files for group in one.groups}):
                for at, one in enumerate(files):
                    if group not in one.groups:
                        continue
                    rows = readers[at].read_row_group(one.groups.index(group))
                    values = pa.array(adjusted[at][done[at] : done[at] + len(rows)])
                    done[at] += len(rows)
                    place = rows.schema.get_field_index("p_adjusted")
                    rows = rows.set_column(place, "p_adjusted", pa.chunked_array([values]))
                    writer.write_table(_fitted(rows, schema))
    for one in made:
        one.path.unlink(missing_ok=True)


def _estimate_voice(piece: Piece) -> list[Made]:
    """Write the estimates of one voice: levels and contrasts, per event and over all."""
    from analysis.outlets.estimates import compare_outlets, estimate_levels
    from analysis.outlets.validation import mark_validity

    sums, made = _sums_of(piece), []
    with warnings.catch_warnings():
        if piece.voice != SPEAKING[0]:  # what is wrong in all voices is said once
            warnings.simplefilter("ignore")
        for estimate in (estimate_levels, compare_outlets):
            for by in ("event", "all"):
                rows = mark_validity(
                    estimate(sums=sums, by=by, voices=[piece.voice], seed=piece.seed)
                )
                path = piece.folder / f".estimates.{len(made)}.{piece.voice}"
                groups = _write_groups(check_table(rows, "estimates"), path)
                made.append(Made(len(made), piece.voice, path, groups))
                del rows
    return made


def _sums_of(piece: Piece) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    tables = []
    for part in piece.parts:
        file = part / f"{SUMS}.parquet"
        if file.exists():
            rows = pq.read_table(file)
            tables.append(rows.filter(pc.equal(rows["voice"], piece.voice)).drop_columns(GROUP))
    return pa.concat_tables(tables, promote_options="permissive").to_pandas()


def _write_groups(rows: pd.DataFrame, path: Path) -> list[tuple[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    keys = list(zip(rows["measure"].tolist(), rows["label"].tolist(), strict=True))
    starts = [at for at, key in enumerate(keys) if not at or key != keys[at - 1]]
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    with pq.ParquetWriter(path, table.schema) as writer:
        for start, stop in pairwise([*starts, len(keys)] if starts else []):
            writer.write_table(table.slice(start, stop - start), row_group_size=len(keys))
        if not starts:
            writer.write_table(table)
    return [keys[start] for start in starts]


def _adjusted(files: list[Path]) -> list[np.ndarray]:
    """Return Holm's p-values of each file's rows, over the rows of a measure in all files."""
    from analysis.outlets.resampling import holm

    frames = [pd.read_parquet(file, columns=["measure", "p"]) for file in files]
    together = pd.concat(frames, ignore_index=True)
    p, adjusted = together["p"].to_numpy(dtype=float), np.full(len(together), np.nan)
    for places in together.groupby("measure", observed=True).indices.values():
        adjusted[places] = holm(p[places])
    return np.split(adjusted, np.cumsum([len(frame) for frame in frames])[:-1])


def _join_tables(files: list[Path], path: Path) -> None:
    """Write one table from its parts, a part at a time, so that it need not fit in memory."""
    import pyarrow.parquet as pq

    schema = _schema_of(files)
    with pq.ParquetWriter(path, schema) as writer:
        for file in files:
            writer.write_table(_fitted(pq.read_table(file), schema))


def _schema_of(files: list[Path]) -> pa.Schema:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # An empty part knows the types of its columns; one whose column is all missing may not.
    schemas = [pq.read_schema(file).remove_metadata() for file in files]
    schema = pa.unify_schemas(schemas, promote_options="permissive")
    if GROUP in schema.names:
        schema = schema.remove(schema.get_field_index(GROUP))
    return schema


def _fitted(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    for field in schema:
        if field.name not in rows.column_names:
            rows = rows.append_column(field.name, pa.nulls(len(rows), field.type))
    return rows.select(schema.names).cast(schema)
