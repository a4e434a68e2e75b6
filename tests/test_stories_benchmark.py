"""The benchmarks of lineage and events, on a small invented set in the labelled sets' format."""

import numpy as np
import pytest

from analysis.benchmarks.altered import make_copy, spin
from analysis.benchmarks.stories import bcubed, measure_lineage, measure_same_event
from tests.invented_sets import report, write_sets


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_sets(tmp_path_factory.mktemp("labelled"))


def test_measure_same_event_finds_eight_well_separated_events(data):
    result = measure_same_event(data)
    assert result["figures"]["bcubed_f1"]["value"] == pytest.approx(1.0)
    assert result["figures"]["bcubed_f1"]["n"] == 8
    assert result["figures"]["bcubed_f1"]["unit"] == "events"
    (baseline,) = result["baselines"].values()
    assert 0 < baseline["bcubed_f1"]["value"] <= 1


def test_measure_lineage_finds_every_copy_of_sixteen_articles(data):
    result = measure_lineage(data)
    figures = result["figures"]
    assert figures["copy_recall"] == {
        "value": 1.0,
        "low": 1.0,
        "high": 1.0,
        "n": 8,
        "unit": "made copies",
    }
    assert figures["copy_precision"]["value"] == 1.0
    assert figures["original_kept"]["value"] == 1.0
    assert "datasketch MinHash, threshold 0.5" in result["baselines"]


def test_bcubed_of_a_small_example_worked_by_hand():
    # Found {a, b, c} {d}; gold {a, b} {c, d}.
    precision, recall = bcubed(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]))
    assert precision.tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1])
    assert recall.tolist() == pytest.approx([1, 1, 0.5, 0.5])


def test_a_made_copy_has_lost_its_marks_and_a_fifth_and_knows_what_was_quoted():
    text = report(0, 0)
    copy = make_copy(text, seed=1, cut=0, furniture=2)
    assert "“" not in copy.text and "'" not in copy.text
    assert [copy.text[a:b] for a, b in copy.quoted] == [
        "We shall open it when it is safe and not before,"
    ]
    shorter = make_copy(text, seed=1, furniture=0).text
    assert 0.8 <= len(shorter.split()) / len(text.split()) < 1
    assert make_copy(text, seed=1) == make_copy(text, seed=1)


def test_a_spun_text_keeps_names_numbers_and_the_order_of_sentences():
    text = report(0, 0)
    spun = spin(text, seed=1)
    assert spun != text
    assert [word for word in ("Brandt", "Alda", "1100") if word in spun] == [
        "Brandt",
        "Alda",
        "1100",
    ]
    assert spun.index("1100") < spun.index("in May") < spun.index("talers")


def test_a_made_copy_leaves_open_what_an_odd_mark_quotes():
    copy = make_copy("“It opens in May,” he said.\n\nShe said: “Never.", seed=1, cut=0, furniture=0)
    assert [copy.text[a:b] for a, b in copy.quoted] == ["It opens in May,"]
    assert [copy.text[a:b] for a, b in copy.undecided] == ["She said: Never."]
