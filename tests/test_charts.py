"""Charts: what is drawn is what the table says, and nothing printed overlaps."""

from __future__ import annotations

import inspect
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from analysis.figures import (
    charts,
    checks,
    dots,
    matrices,
    panels,
    positions,
    speech,
    style,
    words,
)
from analysis.figures.counts import (
    count_articles,
    count_cuts,
    count_evidence,
    count_speakers,
    count_voices,
)
from analysis.figures.journals import millimetres
from analysis.figures.selection import Tables
from analysis.tables import write_table
from tests.invented_tables import make_articles, make_estimates, make_run

LONG = "The Northern Harbour and Valley Observer"  # 40 characters
MANY = [f"Outlet number {place:02d}" for place in range(24)] + [LONG]


def texts_of(figure):
    """Lay the figure out as for print; return each visible text with its place in inches."""
    with rc_context(style.RC):
        figure.set_dpi(300)
        figure.draw_without_rendering()
        figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    drawn = [text for text in figure.findobj(Text) if text.get_visible()]
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            shown = {id(tick.label1) for tick in axis._update_ticks()}
            shown |= {id(tick.label2) for tick in axis._update_ticks()}
            hidden = {id(text) for tick in [*axis.majorTicks, *axis.minorTicks]
                      for text in (tick.label1, tick.label2)} - shown  # fmt: skip
            drawn = [text for text in drawn if id(text) not in hidden]
    hidden = [axes for axes in figure.axes if not axes.get_visible()]
    drawn = [text for text in drawn if text.axes not in hidden and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in drawn]


def assert_readable(figure):
    """No text overlaps another, leaves the page, or is under 6 pt."""
    found = texts_of(figure)
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in found:
        inside = box.x0 > -3 and box.x1 < width + 3 and box.y0 > -3 and box.y1 < height + 3
        assert inside, f"{text!r} leaves the page: {box} of {width:.0f} × {height:.0f}"
    for (one, first), (two, second) in combinations(found, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        # Boxes hold the room of letters with tails; a touch of two lines of text is none in print.
        assert not (across > 2 and down > 6), f"{one!r} and {two!r} overlap"
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text().strip()]
    assert min(sizes) >= 6


def outlet_rows(chart, names):
    """Make the table that a chart takes, for these outlets."""
    rng = np.random.default_rng(3)
    n = len(names)
    if chart == "plot_volume":
        return pd.DataFrame(
            {"outlet": names, "lineage": "original", "used": True, "n_articles": 3, "n_words": 999}
        )
    if chart == "plot_timeline":
        return pd.DataFrame({"outlet": names, "published": "2031-02-03", "n_articles": 2})
    if chart == "plot_cuts":
        return pd.DataFrame(
            {"outlet": names, "rule": "menu", "n_words": 9, "share": 0.1, "n_articles": 1}
        )
    if chart == "plot_voices":
        return pd.DataFrame(
            {"outlet": names, "voice": "outlet", "share": 1.0, "n_words": 9, "n_articles": 1}
        )
    if chart == "plot_cues":
        return pd.DataFrame(
            {"outlet": names, "cue_kind": "doubting", "n_segments": 2, "share": 1.0}
        )
    if chart == "plot_speakers":
        return pd.DataFrame({"speaker": "Ana Vell", "outlet": names, "n_words": 7})
    if chart == "plot_words":
        return pd.DataFrame({"word": "brazen", "outlet": names, "n": 3})
    if chart == "plot_dumbbells":
        return pd.DataFrame({"outlet": names, "first": rng.random(n), "second": rng.random(n)})
    if chart == "plot_positions":
        return pd.DataFrame(
            {
                "outlet": np.repeat(names, 5),
                "position": np.tile(np.linspace(0, 1, 5), n),
                "estimate": 0.5,
            }
        )
    if chart == "plot_corrected":
        made = make_estimates(names)
        return pd.concat([made, made.assign(corrected=True)], ignore_index=True)
    return make_estimates(names, voices=("outlet", "quoted"))


BY_OUTLET = [
    "plot_volume", "plot_timeline", "plot_cuts", "plot_voices", "plot_cues", "plot_speakers",
    "plot_words", "plot_dumbbells", "plot_positions", "plot_corrected", "plot_outlets",
]  # fmt: skip


@pytest.mark.parametrize("chart", BY_OUTLET)
def test_charts_of_no_rows_say_so(chart):
    assert {charts, dots, positions, speech, words}  # the modules that register them
    empty = outlet_rows(chart, ["Alpha Post"]).iloc[:0]
    ax = style.CHARTS[chart](empty)
    shown = " ".join(text for text, _ in texts_of(ax.figure))
    assert re.search(r"No\b|Nothing", shown)


def test_plot_outlets_draws_each_dot_at_its_estimate_highest_on_top():
    ax = dots.plot_outlets(make_estimates(["Low", "High"], values=[-2.0, 3.0]))
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    assert list(marks[0].get_xdata()) == [3.0, -2.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["High", "Low"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_plot_outlets_fills_own_voice_and_leaves_quoted_hollow():
    ax = dots.plot_outlets(make_estimates(voices=("quoted", "outlet")))
    faces = [line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"]
    assert faces == [style.INK, "white"]


def test_plot_outlets_writes_a_missing_estimate_and_draws_no_dot_at_zero():
    made = make_estimates(["Alpha", "Beta"], values=[1.0, 2.0])
    made.loc[made["outlet"] == "Alpha", ["estimate", "low", "high"]] = np.nan
    ax = dots.plot_outlets(made)
    assert "not measured" in [text.get_text() for text in ax.texts]
    xs = np.concatenate([line.get_xdata() for line in ax.lines if line.get_marker() == "o"])
    assert not np.any(xs == 0)


def test_plot_outlets_without_any_estimate_is_readable():
    made = make_estimates(MANY)
    made[["estimate", "low", "high"]] = np.nan
    assert_readable(dots.plot_outlets(made).figure)


def test_ticks_of_small_numbers_do_not_run_into_each_other():
    made = make_estimates(["Alpha", "Beta"], values=[0.0412, -0.0387])
    made = made.assign(low=made["estimate"] - 0.03, high=made["estimate"] + 0.03)
    assert_readable(dots.plot_outlets(made).figure)


def test_plot_outlets_orders_ties_by_name():
    made = make_estimates(["Gamma", "Alpha", "Beta"], values=[1.0, 1.0, 1.0])
    assert dots.sort_outlets(made) == ["Alpha", "Beta", "Gamma"]


def test_plot_outlets_refuses_two_measures_in_one_chart():
    mixed = pd.concat([make_estimates(), make_estimates(measure="tone")])
    with pytest.raises(ValueError, match=r"one measure.*tone"):
        dots.plot_outlets(mixed)


def test_plot_outlets_says_on_the_figure_that_a_measure_is_no_better_than_chance():
    ax = dots.plot_outlets(make_estimates(validity="no better than chance"))
    assert any("no better than chance" in text.get_text() for text in ax.texts)


def test_plot_outlets_draws_on_given_axes_and_does_not_change_the_table():
    made = make_estimates()
    before = made.copy()
    _, axes = style.new_figure(4)
    assert dots.plot_outlets(made, ax=axes[0]) is axes[0]
    pd.testing.assert_frame_equal(made, before)


def test_rough_intervals_do_not_squeeze_the_axis_and_are_marked_as_cut_off():
    made = make_estimates(["Alpha", "Beta"], values=[1.0, 2.0]).assign(interval="claimed")
    made.loc[made["outlet"] == "Beta", ["high", "interval"]] = [500.0, "rough"]
    ax = dots.plot_outlets(made)
    assert ax.get_xlim()[1] < 10
    assert [line for line in ax.lines if line.get_marker() == ">"]


def test_panels_share_axis_and_order():
    made = make_estimates(["Alpha", "Beta"], labels=("fear", "name_calling"))
    figure = panels.plot_panels(made, by="label")
    limits = {ax.get_xlim() for ax in figure.axes}
    assert len(limits) == 1
    assert_readable(figure)


@pytest.mark.parametrize("n_outlets", [2, 14])
def test_panels_of_seven_labels_are_readable(n_outlets):
    labels = [f"a frame with a name {place}" for place in range(7)]
    made = make_estimates(MANY[-n_outlets:], labels=labels, voices=("outlet", "quoted"))
    assert_readable(panels.plot_panels(made, by="label"))


def test_checks_are_readable():
    specifications = pd.DataFrame(
        {
            "specification": ["main", "word lists, all voices and without wire copy"],
            "primary": [True, False],
            "estimate": [0.3, np.nan],
            "low": [0.1, np.nan],
            "high": [0.5, np.nan],
        }
    )
    assert_readable(checks.plot_robustness(specifications).figure)
    bins = pd.DataFrame({"predicted": [0.1, 0.9], "observed": [0.2, 0.8], "n": [5, 5]})
    assert_readable(checks.plot_calibration(bins).figure)


def test_every_chart_takes_finished_rows_and_optional_axes():
    for name, chart in style.CHARTS.items():
        if name != "plot_panels":
            assert "ax" in inspect.signature(chart).parameters, name


def test_long_names_break_over_two_lines_and_stay_different():
    names = [LONG + " of Record", LONG + " of Sunday", "northernharbourtimes.example"]
    labels = style.label_names(names, width=20)
    assert len(set(labels)) == 3
    assert all(len(line) <= 24 for label in labels for line in label.split("\n"))
    assert labels[2].split("\n")[1] == ".example"


@pytest.mark.parametrize("width", ["wide", 3, "nature triple"])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(ValueError, match=str(width)):
        millimetres(width)


def test_widths_of_journals_are_in_millimetres():
    assert millimetres("springer double") == 174
    assert millimetres("single") == pytest.approx(88.9)


# Machado, Oliveira and Fernandes 2009, severity 1.0: how a colour looks without one kind of cone.
COLOUR_VISION = {
    "every cone": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
    "greyscale": [[0.2126, 0.7152, 0.0722]] * 3,
}  # fmt: skip
CATEGORIES = {
    "voices": style.VOICE_COLOURS.values(),
    "lineages": charts._LINEAGE_FACES.values(),
    "cues": speech.CUE_SHADES.values(),
    "rules": style.SHADES,
    "marks": [style.INK, style.HIGHLIGHT, style.PALE, "#ffffff"],
}


def seen_as(colour, vision):
    """Return the CIELAB values of a colour as a reader with this colour vision sees it."""
    straight = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                         for c in to_rgb(colour)])  # fmt: skip
    light = np.clip(np.array(COLOUR_VISION[vision]) @ straight, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ light / [0.9505, 1.0, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", COLOUR_VISION)
@pytest.mark.parametrize("name", CATEGORIES)
def test_categories_stay_apart_whatever_the_colour_vision(name, vision):
    seen = [seen_as(colour, vision) for colour in CATEGORIES[name]]
    distances = [np.linalg.norm(one - two) for one, two in combinations(seen, 2)]
    assert min(distances) > 7  # CIE 1976; 2.3 is a difference that is just noticed


def test_lightness_is_that_of_the_standard():
    assert seen_as("#ffffff", "every cone") == pytest.approx([100, 0, 0], abs=0.1)
    assert seen_as("#777777", "greyscale")[0] == pytest.approx(50.0, abs=0.2)


def test_no_colour_of_the_style_is_a_party_red_or_blue():
    for colour in [*style.VOICE_COLOURS.values(), style.HIGHLIGHT, style.INK, style.GREY]:
        red, green, blue = to_rgb(colour)
        assert not (red > 0.6 and green < 0.3 and blue < 0.3), colour
        assert not (blue > 0.5 and blue > red + 0.25), colour


def test_count_articles_counts_every_article_once():
    articles = make_articles()
    counts = count_articles(articles)
    assert counts["n_articles"].sum() == len(articles)
    assert set(counts.loc[~counts["used"], "lineage"]) == {"copy"}


def test_count_voices_shares_are_of_the_used_articles_words(tmp_path):
    made = make_run(tmp_path)
    voices = count_voices(made["segments"], made["articles"])
    assert voices.groupby("outlet")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    quoted = voices[(voices["voice"] == "quoted") & (voices["outlet"] == "Alpha Post")]
    # “The dam is safe,” is 4 of 3 + 5 + 4 + 3 + 2 words: headline, stated, quoted, tail, last line.
    assert quoted["share"].iloc[0] == pytest.approx(4 / 17)


def test_count_cuts_leaves_out_repairs_and_counts_words(tmp_path):
    made = make_run(tmp_path)
    cuts = count_cuts(made["cuts"], made["articles"])
    assert cuts["n_words"].tolist() == [4, 2]  # two articles of Alpha Post, one of Beta Times


def test_count_cuts_of_a_corpus_from_which_nothing_was_cut_is_empty(tmp_path):
    made = make_run(tmp_path)
    write_table(made["cuts"].iloc[:0], tmp_path, "cuts")
    data = Tables(tmp_path)
    assert count_cuts(data.cuts, data.articles).empty
    assert "No" in " ".join(t for t, _ in texts_of(
        charts.plot_cuts(count_cuts(data.cuts, data.articles)).figure))  # fmt: skip


def test_a_bare_pronoun_is_no_speaker_with_a_name(tmp_path):
    made = make_run(tmp_path)
    segments = made["segments"].assign(
        speaker=made["segments"]["speaker"].replace("Ana Vell", "He")
    )
    spoken = count_speakers(segments, made["articles"])
    assert set(spoken["speaker"]) == {"unresolved"}
    assert spoken["n_words"].sum() == 8


def test_words_are_counted_for_every_outlet_and_only_the_likelier_ones(tmp_path):
    made = make_run(tmp_path)
    marks = made["evidence"].assign(measure="loaded_language", weight=0.4)
    parts = (made["segments"], made["articles"])
    assert count_evidence(marks, *parts, measure="loaded_language").empty
    first = marks.index[0]
    marks.loc[first, "weight"] = 0.8
    counts = count_evidence(marks, *parts, measure="loaded_language")
    assert counts[["word", "outlet", "n"]].values.tolist() == [
        ["refused", "Alpha Post", 1], ["refused", "Beta Times", 0]
    ]  # fmt: skip
    assert len(count_evidence(marks, *parts, measure="loaded_language", least=0.1)) == 2


def test_count_speakers_leaves_nobody_out(tmp_path):
    made = make_run(tmp_path)
    spoken = count_speakers(made["segments"], made["articles"])
    assert spoken["n_words"].sum() == 8
    assert set(spoken["speaker"]) == {"Ana Vell"}


def test_matrix_writes_each_number_once():
    wide = pd.DataFrame([[3, 0], [np.nan, 12]], index=["a", "b"], columns=["X", "Y"])
    ax = matrices.draw_matrix(wide, unit="times", counted="time")
    assert sorted(text.get_text() for text in ax.texts) == ["12", "3"]


def test_ends_of_lines_are_named_without_overlap():
    rows = outlet_rows("plot_positions", [f"Outlet {place}" for place in range(9)])
    assert_readable(positions.plot_positions(rows).figure)


def test_words_are_listed_in_the_order_of_the_table():
    rows = pd.DataFrame({"word": ["b", "a"], "outlet": "Alpha", "n": [5, 1]})
    ax = words.plot_words(rows)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]


def test_figures_do_not_import_matplotlib_when_they_are_imported():
    source = Path(style.__file__).parent
    for path in source.glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.match(r"(import|from) matplotlib", line), path.name
