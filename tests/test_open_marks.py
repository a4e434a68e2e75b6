"""Every chart's marks: where they lie, what is behind each, and where that is kept."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.figures import behind, charts, matrices, positions, style
from analysis.figures.behind import find_behind, say_kept
from analysis.figures.explore import explore_figures
from analysis.figures.open_marks import open_marks, say_mark, show_behind
from analysis.figures.selection import Tables
from analysis.tables import empty_table
from tests.invented_tables import QUOTED, STATED, make_run
from tests.test_chart_extents import drawn, rows_of

assert charts and matrices and positions  # register their charts
# Columns that the tables of a run have and the hand-made rows of the charts' tests leave out.
MORE = {
    "plot_keyness": {"segments": ""},
    "plot_claims": {"sentence": "Rain fell.", "similarity": 0.9, "article_id": "a"},
    "plot_calibration": {"segments": "a b"},
    "plot_dumbbells": {"measure": "loaded_words", "label": "any"},
    "plot_positions": {"measure": "loaded_words", "label": "any"},
    "plot_words": {"measure": "loaded_words"},
}
WITHOUT_ROWS = {"plot_figures", "plot_distances"}  # cards, and distances of all that two wrote
OPENED = sorted(set(style.CHARTS) - WITHOUT_ROWS)


@pytest.fixture
def data(tmp_path):
    make_run(tmp_path)
    return Tables(tmp_path)


@pytest.mark.parametrize("chart", OPENED)
def test_every_mark_of_a_chart_lies_on_its_figure_and_names_the_table_behind_it(chart):
    rows = rows_of(chart, ["Alpha Post", "Beta"]).assign(**MORE.get(chart, {}))
    figure = drawn(chart, rows)
    figure.draw_without_rendering()
    known = MORE.get(chart, {}) if chart == "plot_words" else {}
    marks = [(x, y, known | mark) for x, y, mark in style.locate_marks(figure)]
    assert marks
    for x, y, mark in marks:
        assert 0 <= x <= 1 and 0 <= y <= 1
        assert ".parquet" in say_kept([mark]) or "CSV" in say_kept([mark])
        assert say_mark(mark)


@pytest.mark.parametrize("chart", sorted(WITHOUT_ROWS))
def test_a_chart_whose_marks_have_no_rows_of_their_own_opens_none(chart):
    assert style.locate_marks(drawn(chart, rows_of(chart, ["Alpha Post", "Beta"]))) == []


def segment_of(data, text, outlet="Alpha Post"):
    ids = data.articles.loc[data.articles["outlet"] == outlet, "article_id"]
    rows = data.segments[data.segments["article_id"].isin(ids)]
    return rows[rows["text"].str.contains(text, regex=False)].iloc[0]


ALPHA = {"outlet": "Alpha Post"}
CASES = [
    ({"speaker": "Ana Vell"}, [QUOTED]),
    ({"cue_kind": "neutral"}, [QUOTED]),
    ({"voice": "quoted"}, [QUOTED]),
    ({"word": "refused", "measure": "loaded_words"}, [STATED]),
    ({"word": "rain", "voice": "outlet", "segments": ""}, ["Rain fell."]),
    ({"rule": "share prompt"}, ["Share this "] * 2),  # also of the copy: both pages were cut
    ({"rule": ["menu", "share prompt"]}, ["Share this "] * 2),
    ({"lineage": "copy"}, ["Gate three opened"]),
    ({"published": "2031-04-02"}, ["Gate three opened"]),
    ({"measure": "loaded_words", "label": "any", "part": "headline"}, ["Gate three opened"]),
    ({"measure": "loaded_words/any", "voice": "quoted"}, [QUOTED]),
    ({"measure": "loaded_words", "label": "any", "from": 0.9, "to": 1.0}, ["Rain fell."]),
]  # fmt: skip


@pytest.mark.parametrize(("mark", "texts"), CASES, ids=lambda case: " ".join(map(str, case))[:50])
def test_the_rows_behind_a_mark_are_those_it_counts(mark, texts, data):
    found = find_behind(ALPHA | mark, data)
    assert [text.strip() for text in found["text"]] == [text.strip() for text in texts]
    assert set(found["outlet"]) == {"Alpha Post"}


def test_rows_that_name_their_segments_open_them(data):
    one = segment_of(data, "refused")
    ids = {"segments": one["segment_id"]}
    data._frames["labelling"] = pd.DataFrame(
        [{"event": "dam", "concept": "people", "term": "minister", "outlet": "Alpha Post", **ids}]
    )
    data._frames["roles"] = pd.DataFrame(
        [{"event": "dam", "outlet": "Alpha Post", "actor": "The minister", "role": "agent",
          "form": "active", "how": "parse", "voice": "outlet", "segment_id": one["segment_id"],
          "article_id": one["segment_id"].split(":")[0], "start": 0, "act_start": 9,
          "agent_left_out": False, "probability": 1.0}]
    )  # fmt: skip
    data._frames["portrayals"] = empty_table("portrayals")
    label = ALPHA | {"concept": "people", "term": "minister", "said": "1 time"}
    role = ALPHA | {"event": "dam", "actor": "The minister", "aspect": "agent"}
    for mark in (label, role, {"predicted": 0.5, **ids}, {"word": "minister", **ids}):
        assert find_behind(mark, data)["segment_id"].tolist() == [one["segment_id"]]
    assert find_behind(role | {"aspect": "patient"}, data).empty
    assert "The <mark>minister</mark> refused" in show_behind(label, data)


def test_a_claim_opens_the_sentence_that_carries_it_or_the_nearest(data):
    mark = ALPHA | {
        "claim_id": "c", "claim": "It rained.", "article_id": "a00000000000", "said": "not found",
        "sentence": "Rain <b>fell</b>.", "similarity": 0.31,
    }  # fmt: skip
    shown = show_behind(mark, data)
    assert "Rain &lt;b&gt;fell&lt;/b&gt;." in shown and "0.31" in shown
    assert "Alpha Post, “It rained.”: not found. 1 sentence behind it" in shown


def test_a_mark_that_no_rule_knows_has_no_rows(data):
    assert find_behind({"figure": "auc"}, data).empty
    assert say_kept([{"figure": "auc"}]) == ""


def test_no_two_rules_take_one_mark_for_another():
    for place, rule in enumerate(behind.RULES):
        mark = dict.fromkeys(rule.columns, "x")
        assert behind._rule_of(mark) is rule, place


def test_the_widget_opens_bars_and_says_on_paper_where_their_rows_are(data):
    rows = pd.DataFrame({"outlet": ["Alpha Post"], "voice": "quoted", "share": 1.0, "n_words": 4,
                         "n_articles": 1})  # fmt: skip
    widget = open_marks(style.CHARTS["plot_voices"](rows), data)
    assert [words for _, _, words in widget.marks] == ["Alpha Post, quoted: 100.0% of its words"]
    assert "1 segment behind it" in widget.sentences and "The dam is safe" in widget.sentences
    assert "segments.parquet, column voice" in repr(widget)


def test_figures_are_chosen_by_name_and_those_without_rows_are_left_out(data):
    box = explore_figures(data, "volume", "voices", "labelling")
    control, place = box.children
    assert [name for _, name in control.options] == ["volume", "voices"]
    before = place.children[0]
    control.value = "voices"
    assert place.children[0] is not before
    assert "own voice" in place.children[0].sentences
    assert "articles.parquet" in repr(box) and "segments.parquet, column voice" in repr(box)
    with pytest.raises(ValueError, match="no figure is called 'bars'"):
        explore_figures(data, "bars")
