"""Tables: typed, keyed, written whole or not at all."""

import os

import pandas as pd
import pytest

from analysis import tables


def _sentences(**change):
    row = {
        "article_id": "a",
        "paragraph": 0,
        "sentence": 0,
        "part": "body",
        "start": 0,
        "end": 4,
        "text": "Rain",
    }
    return pd.DataFrame([{**row, **change}])


def test_check_puts_columns_in_order_and_keeps_extra_ones():
    frame = _sentences(note="mine")[["note", "text", "end", "start", "part", "sentence"]]
    frame["article_id"], frame["paragraph"] = "a", 0
    checked = tables.check_table(frame, "sentences")
    assert list(checked) == [*tables.TABLES["sentences"].columns, "note"]


def test_check_does_not_change_the_callers_frame():
    frame = _sentences()
    before = frame.copy()
    tables.check_table(frame, "sentences")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"part": "footer"}, "part may be one of"),
        ({"start": "here"}, "start should be int"),
        ({"text": None}, "text is missing in rows 0"),
    ],
)
def test_check_refuses_and_names_the_rows(change, message):
    with pytest.raises(tables.TableError, match=message):
        tables.check_table(_sentences(**change), "sentences")


def test_check_refuses_two_rows_with_one_key():
    twice = pd.concat([_sentences(), _sentences()])
    with pytest.raises(tables.TableError, match=r"more than one row for a key.*rows 0, 1"):
        tables.check_table(twice, "sentences")


def test_check_names_a_missing_column():
    with pytest.raises(tables.TableError, match=r"lacks the columns \['text'\]"):
        tables.check_table(_sentences().drop(columns="text"), "sentences")


def test_unknown_table_is_refused():
    with pytest.raises(tables.TableError, match="no table is called 'sentence'"):
        tables.empty_table("sentence")


@pytest.mark.parametrize("name", sorted(tables.TABLES))
def test_empty_tables_pass_their_own_check_and_survive_a_file(name, tmp_path):
    tables.write_table(tables.empty_table(name), tmp_path, name)
    again = tables.read_table(tmp_path, name)
    pd.testing.assert_frame_equal(again, tables.check_table(tables.empty_table(name), name))


def test_a_failed_write_leaves_the_earlier_table_whole(tmp_path, monkeypatch):
    tables.write_table(_sentences(), tmp_path, "sentences")

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        tables.write_table(_sentences(text="Snow"), tmp_path, "sentences")
    assert tables.read_table(tmp_path, "sentences").text.tolist() == ["Rain"]
    assert [path.name for path in tmp_path.iterdir()] == ["sentences.parquet"]


def test_a_table_that_was_not_written_says_which_command_writes_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="python -m analysis run"):
        tables.read_table(tmp_path, "scores")
