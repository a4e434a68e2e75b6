"""The floors of issue and README hold on a small fixed part that ships with the tests.

Its texts are invented (``tests/small_part``), so a floor that breaks here is a change of the
code, never of the data. The figures themselves are those of ``make benchmark`` on labelled sets.
"""

import pytest

from analysis.benchmarks import flatten, measure
from analysis.benchmarks.report import FLOORS
from tests.invented_sets import attributions, pages, write_sets

HELD = ("pages", "attributions", "basil_voice", "same_event", "lineage")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_sets(tmp_path_factory.mktemp("labelled"))


@pytest.mark.parametrize("name", HELD)
def test_no_floor_is_broken_on_the_small_fixed_part(data, name):
    found = flatten(measure(name, data))
    below = {key: found[key] for key, floor in FLOORS[name].items() if not found[key] >= floor}
    assert below == {}


def test_a_worse_result_would_break_a_floor(data, monkeypatch):
    # Without the speech stage nothing is found: every floor of the benchmark must give way.
    from analysis.benchmarks import voices

    empty = {"direct": [], "said": [], "cues": [], "by": []}
    monkeypatch.setattr(voices, "find_in_texts", lambda texts: [empty for _ in texts])
    monkeypatch.setattr(voices, "_by_textacy", lambda texts: ([{} for _ in texts], 0))
    found = flatten(measure("attributions", data))
    assert all(not found[key] >= floor for key, floor in FLOORS["attributions"].items())


def test_the_small_part_is_marked_as_the_sets_are():
    first = attributions()[0]
    spans = [first["text"][a:b] for one in first["attributions"] for a, b in one["cue"]]
    assert spans == [
        "announced",
        "told",
        "said",
        "accused",
        "called",
        "According to",
        "has promised",
    ]
    assert [one["kind"] for one in first["attributions"][:2]] == ["indirect", "direct"]
    assert {len(row["dump"].split("\n")) == len(row["gold_lines"]) for row in pages()} == {True}
