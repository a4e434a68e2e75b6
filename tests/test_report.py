"""The README's tables say what was measured, with n, interval and the floor set beforehand."""

import json

import pytest

from analysis.benchmarks import BENCHMARKS, figure, flatten, interval_over, measure
from analysis.benchmarks.report import FLOORS, validity_table, write_tables


def _results(value=0.9):
    measured = {
        "figures": {
            "line_f1": figure(value, low=value - 0.02, high=value + 0.02, n=12, unit="pages")
        },
        "baselines": {"rule": {"line_f1": figure(0.65, n=12, unit="pages")}},
    }
    return {"pages": {**flatten(measured), "measured": "2026-11-22"}}


def test_a_row_holds_figure_interval_n_floor_and_baseline():
    (row,) = validity_table(_results()).splitlines()[2:]
    assert row == (
        "| `pages` | `line_f1` | 0.900 [0.880, 0.920] | 12 pages | 0.85 | 0.650 rule | 2026-11-22 |"
    )


def test_a_figure_below_its_floor_says_so():
    assert "0.85, **not met**" in validity_table(_results(0.8))


def test_only_the_text_between_the_markers_changes(tmp_path):
    readme, results = tmp_path / "README.md", tmp_path / "benchmarks.json"
    readme.write_text("before\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\nafter\n")
    results.write_text(json.dumps(_results()))
    write_tables(readme, results, tmp_path / "bench.json")
    text = readme.read_text()
    assert text.startswith("before\n<!-- benchmarks -->\n| benchmark")
    assert text.endswith("<!-- /benchmarks -->\nafter\n")
    assert "old" not in text


def test_a_readme_without_markers_is_refused(tmp_path):
    readme, results = tmp_path / "README.md", tmp_path / "benchmarks.json"
    readme.write_text("nothing here")
    results.write_text(json.dumps(_results()))
    with pytest.raises(ValueError, match="lacks the markers"):
        write_tables(readme, results, tmp_path / "bench.json")


def test_floors_belong_to_benchmarks_that_exist():
    assert set(FLOORS) <= set(BENCHMARKS)


def test_interval_of_equal_units_has_no_width():
    low, high = interval_over([1] * 20, lambda places: 0.5)
    assert (low, high) == (0.5, 0.5)


def test_interval_of_a_share_is_near_its_closed_form():
    """A share of .5 over 400 units: 1.96 standard errors are .049."""
    values = [0, 1] * 200
    low, high = interval_over(values, lambda places: sum(values[i] for i in places) / len(places))
    assert low == pytest.approx(0.451, abs=0.01)
    assert high == pytest.approx(0.549, abs=0.01)


def test_an_unknown_benchmark_is_refused():
    with pytest.raises(KeyError, match="no benchmark is called 'page'"):
        measure("page", ".")
