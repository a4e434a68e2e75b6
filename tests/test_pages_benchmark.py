"""The pages benchmark counts what it says, and the line model is what its description says."""

import gzip
import json
import shutil

import numpy as np
import pytest

from analysis.benchmarks import flatten
from analysis.benchmarks.pages import measure_pages
from analysis.text.pages.furniture import furniture_by_rule
from analysis.text.pages.line_features import features, with_neighbours
from analysis.text.pages.line_model import (
    MODEL,
    LineModel,
    ModelError,
    folds_of_pages,
    has_side_lines,
    is_whole_page,
    lines_kept,
    surely_furniture,
)

MENU = ["Home", "News", "Politics", "Sport", "Weather", "Culture", "Travel", "Opinion", "Video",
        "Jobs", "Search", "Newsletters", "Ferry times", "The north", "All topics"]  # fmt: skip
BODY = [
    f"On {day} the council of Harbour City met to speak of the fares, and {what}, as it was said."
    for day, what in (
        ("Monday", "nobody agreed"), ("Tuesday", "two of them left"), ("Friday", "they voted"),
        ("Sunday", "the boats lay still"),
    )
]  # fmt: skip
FOOT = ["Most read", "Bridge to open in May", "Cat found on a roof", "Rain expected", "Contact",
        "Terms of use", "© 2022 Harbour Press"]  # fmt: skip
PAGE = [*MENU, "Council raises ferry fares", *BODY, *FOOT]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "pages"
    (folder / "html").mkdir(parents=True)
    rows = []
    for number in range(2):
        parts = zip(("nav", "article", "footer"), (MENU, BODY, FOOT), strict=True)
        html = "".join(
            f"<{tag}>" + "".join(f"<p>{line}</p>" for line in lines) + f"</{tag}>"
            for tag, lines in parts
        )
        (folder / "html" / f"{number}.html.gz").write_bytes(gzip.compress(html.encode()))
        rows.append(
            {
                "id": str(number),
                "html": f"html/{number}.html.gz",
                "body": "\n\n".join(BODY),
                "dump": "\n".join([*PAGE, str(number)]),
                "gold_lines": [int(line in BODY) for line in PAGE] + [0],
            }
        )
    (folder / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_the_benchmark_gives_every_figure_with_interval_and_peers(data):
    result = flatten(measure_pages(data))
    assert result["line_f1"] == result["word_f1"] == result["article_recall"] == 1.0
    assert result["html_f1"] == pytest.approx(1.0)
    assert result["n"]["line_f1"] == [2, "pages"]
    assert set(result["baselines"]) == {
        "full sentences of five words or more", "trafilatura", "justext",
    }  # fmt: skip
    # By the simple rule: the four sentences of the article, and no other line.
    assert result["baselines"]["full sentences of five words or more"]["line_f1"] == 1.0
    assert "2 are read by all parts" in result["notes"][0]


def test_a_page_is_measured_only_by_the_part_that_has_not_seen_it():
    folds = folds_of_pages()
    assert set(folds.values()) == set(range(5))
    verdicts = furniture_by_rule(PAGE)
    parts = [LineModel(without=fold).probability(PAGE, verdicts) for fold in range(5)]
    together = LineModel().probability(PAGE, verdicts)
    np.testing.assert_allclose(together, np.mean(parts, axis=0), atol=1e-6)


def test_the_model_prefers_the_article():
    likely = LineModel().probability(PAGE, furniture_by_rule(PAGE))
    inside = [line in BODY for line in PAGE]
    assert likely[inside].min() > likely[np.logical_not(inside)].max()


def test_a_model_that_is_not_the_one_described_is_refused(tmp_path):
    shutil.copytree(MODEL, tmp_path / "m")
    path = tmp_path / "m" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelError, match=r"model.safetensors has sha256 .* restore both"):
        LineModel(folder=tmp_path / "m")


def test_in_a_text_of_sentences_only_sure_lines_that_are_none_go():
    said = "It went on as before, and day {} was like the day before it."
    long = [f"{line} {said.format(day)}" for day in range(6) for line in BODY]
    lines = [*MENU, "Council raises ferry fares", *long]
    verdicts = furniture_by_rule(lines)
    assert not is_whole_page(lines, verdicts)
    assert has_side_lines(lines, verdicts)
    sure = surely_furniture(lines, verdicts, LineModel())
    assert {lines[place] for place, _ in sure} <= set(MENU)
    assert all(confidence >= 0.95 for _, confidence in sure)
    assert not has_side_lines(long, furniture_by_rule(long))


def test_the_kept_stretch_is_one_and_furniture_in_it_goes():
    probability = np.array([0.1, 0.5, 0.05, 0.9, 0.05, 0.9, 0.8, 0.0, 0.0, 0.7, 0.1])
    words = np.array([1, 1, 1, 30, 2, 30, 30, 300, 300, 5, 3])
    kept = lines_kept(probability, words)
    assert list(np.flatnonzero(kept)) == [1, 3, 5, 6]


def test_features_are_finite_and_one_row_a_line():
    for lines in (["a"], ["x"] * 40, PAGE, ["\u202e", "©", "12:30", "..."], BODY):
        matrix = with_neighbours(features(lines, furniture_by_rule(lines)))
        assert len(matrix) == len(lines)
        assert np.isfinite(matrix).all()
