"""Parts on disk: only what is new is computed, and what was finished stays."""

import pandas as pd
import pytest

from analysis.parts import failures, forget_others, key_of, make_part, number_of_parts, plan_parts


def _compute(asked):
    def compute(names):
        asked.append(list(names))
        return {"rows": pd.DataFrame({"_group": names, "value": [len(n) for n in names]})}

    return compute


def _rows(part):
    frame = pd.read_parquet(part / "rows.parquet")
    return dict(zip(frame["_group"], frame["value"], strict=True))


def test_a_finished_part_is_not_computed_again(tmp_path):
    asked = []
    for _ in range(2):
        part = make_part(tmp_path, 0, {"flood": "1", "vote": "1"}, _compute(asked))
    assert asked == [["flood", "vote"]]
    assert _rows(part) == {"flood": 5, "vote": 4}


def test_only_the_changed_group_is_computed(tmp_path):
    asked = []
    make_part(tmp_path, 0, {"flood": "1", "vote": "1"}, _compute(asked))
    part = make_part(tmp_path, 0, {"flood": "1", "vote": "2", "strike": "1"}, _compute(asked))
    assert asked[1] == ["vote", "strike"]
    assert _rows(part) == {"flood": 5, "vote": 4, "strike": 6}


def test_a_group_that_went_away_leaves_the_part(tmp_path):
    asked = []
    make_part(tmp_path, 0, {"flood": "1", "vote": "1"}, _compute(asked))
    part = make_part(tmp_path, 0, {"flood": "1"}, _compute(asked))
    assert len(asked) == 1
    assert _rows(part) == {"flood": 5}


def test_a_full_disk_leaves_nothing_and_the_earlier_part_whole(tmp_path):
    earlier = make_part(tmp_path, 0, {"flood": "1"}, _compute([]))

    def fail(names):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        make_part(tmp_path, 0, {"flood": "2"}, fail)
    assert _rows(earlier) == {"flood": 5}


def test_a_batch_that_fails_is_halved_and_what_fails_alone_is_told(tmp_path):
    asked = []

    def fail(names):
        if "vote" in names:
            raise MemoryError
        return _compute(asked)(names)

    groups = dict.fromkeys(("fire", "flood", "strike", "vote"), "1")
    part = make_part(tmp_path, 0, groups, fail)
    assert _rows(part) == {"fire": 4, "flood": 5, "strike": 6}
    assert failures([part]) == {"vote": "out of memory"}
    # The next run tries what failed, and that alone.
    again = []
    part = make_part(tmp_path, 0, groups, _compute(again))
    assert again == [["vote"]]
    assert _rows(part) == {"fire": 4, "flood": 5, "strike": 6, "vote": 4}
    assert failures([part]) == {}


def test_groups_are_found_again_when_there_are_more_parts(tmp_path):
    groups = {f"event {i}": "1" for i in range(12)}
    make_part(tmp_path, 0, groups, _compute([]))
    asked = []
    parts = [
        make_part(tmp_path, place, dealt, _compute(asked), n_parts=2)
        for place, dealt in plan_parts(groups, 2).items()
    ]
    assert asked == []
    assert _rows(parts[0]) | _rows(parts[1]) == dict.fromkeys(groups, 7) | {
        "event 10": 8,
        "event 11": 8,
    }


def test_every_group_is_dealt_to_one_part_whatever_the_order():
    groups = {f"event {i}": str(i) for i in range(50)}
    plan = plan_parts(groups, 4)
    dealt = {name: key for part in plan.values() for name, key in part.items()}
    assert dealt == groups
    assert plan == plan_parts(dict(reversed(groups.items())), 4)


def test_a_new_group_leaves_the_other_parts_alone():
    groups = {f"event {i}": "1" for i in range(50)}
    before, after = plan_parts(groups, 8), plan_parts({**groups, "new": "1"}, 8)
    assert sum(before[place] != after[place] for place in before) == 1


def test_number_of_parts_is_a_power_of_two():
    assert [number_of_parts(n) for n in (0, 400, 401, 50_000)] == [1, 1, 2, 128]


def test_parts_no_run_uses_are_forgotten(tmp_path):
    stays = make_part(tmp_path, 0, {"flood": "1"}, _compute([]))
    make_part(tmp_path, 1, {"vote": "1"}, _compute([]))
    (tmp_path / ".00002-x.1.tmp").mkdir()
    forget_others(tmp_path, [stays])
    assert [path.name for path in tmp_path.iterdir()] == [stays.name]


def test_key_depends_on_where_one_value_ends():
    assert key_of("ab", "c") != key_of("a", "bc")
