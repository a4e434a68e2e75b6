"""Tables joined from parts: the same as if all had been made at once."""

import itertools
import pickle
import weakref

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.joining import Piece, make_piece, plan_pieces, read_parts, write_estimates
from analysis.outlets.estimates import compare_outlets, estimate_levels
from analysis.outlets.sums import sum_articles
from analysis.outlets.validation import mark_validity
from analysis.parts import GROUP
from analysis.stages import Job
from analysis.tables import check_table
from tests.test_estimates import simulated


def in_parts(folder, frame, name, count=3):
    """Write a table in parts, as a stage leaves them."""
    parts = []
    for number in range(count):
        part = folder / f"{number:05d}"
        part.mkdir(exist_ok=True)
        frame.iloc[number::count].assign(**{GROUP: "one"}).to_parquet(part / f"{name}.parquet")
        parts.append(part)
    return parts


def made_at_once(sums):
    """All voices in one table, in memory."""
    kinds = itertools.product((estimate_levels, compare_outlets), ("event", "all"))
    found = [mark_validity(estimate(sums=sums, by=by, seed=7)) for estimate, by in kinds]
    return pd.concat([check_table(one, "estimates") for one in found], ignore_index=True)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("voices", [("outlet", "quoted", "attributed"), ("quoted",), ()])
def test_estimates_made_voice_by_voice_are_those_made_at_once(tmp_path, voices):
    scores, segments, articles = simulated(outlets=3, events=6, articles=2)
    segments["voice"] = [voices[at % len(voices)] if voices else "none" for at in segments.index]
    twice = pd.concat([scores, scores.assign(measure="another", value=scores["value"] ** 2)])
    sums = sum_articles(twice, segments.replace({"voice": {"none": "outlet"}}), articles)
    sums = sums if voices else sums.iloc[:0]
    made = []
    for piece in reversed(plan_pieces(tmp_path, {}, in_parts(tmp_path, sums, "sums"), seed=7)):
        made += make_piece(piece)
    write_estimates(made, tmp_path)
    found = pd.read_parquet(tmp_path / "estimates.parquet")
    at_once = made_at_once(sums)
    assert len(found) or not voices
    pd.testing.assert_frame_equal(found.astype(at_once.dtypes), at_once)
    assert not list(tmp_path.glob(".estimates*"))


def test_a_table_is_joined_from_its_parts_without_their_groups(tmp_path):
    frame = pd.DataFrame({"word": [f"w{at}" for at in range(7)], "count": range(7)})
    parts = in_parts(tmp_path, frame, "words")
    (piece,) = [
        one for one in plan_pieces(tmp_path, {"words": parts}, parts, seed=1) if not one.voice
    ]
    assert make_piece(piece) == []
    joined = pd.read_parquet(tmp_path / "words.parquet")
    assert list(joined) == ["word", "count"]
    pd.testing.assert_frame_equal(joined, read_parts(parts, "words").drop(columns=GROUP))
    assert sorted(joined["count"]) == list(range(7))


def test_a_table_is_joined_a_part_at_a_time(tmp_path, monkeypatch):
    frame = pd.DataFrame({"word": [f"w{at}" for at in range(40)], "count": range(40)})
    parts = in_parts(tmp_path, frame, "words", count=8)
    read, alive, most = pq.read_table, weakref.WeakSet(), []

    class Held:
        """Stands for the rows of one part; gone when the rows are."""

        def __init__(self, rows):
            self.column_names, self._rows = rows.column_names, rows

        def select(self, names):
            return self._rows.select(names)

    def counted(file):
        most.append(len(alive))
        alive.add(held := Held(read(file)))
        return held

    monkeypatch.setattr(pq, "read_table", counted)
    make_piece(Piece(tmp_path, "words", tuple(parts)))
    assert len(most) == 8
    assert max(most) <= 1


def test_what_a_job_carries_does_not_grow_with_the_corpus(tmp_path):
    few, many = (
        Job(tmp_path, 0, n, {f"event {at}": "0" * 16 for at in range(20)}, tmp_path / "rows")
        for n in (2, 4096)
    )
    assert abs(len(pickle.dumps(many)) - len(pickle.dumps(few))) < 8
