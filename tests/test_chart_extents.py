"""Every chart, whatever the table: nothing printed overlaps, leaves the page or is too small."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from analysis.figures import checks, distances, export, panels, speech, style, words
from tests.invented_tables import make_estimates
from tests.test_charts import assert_readable, outlet_rows

LONG = [f"The Northern Harbour and Valley Paper {place:02d}" for place in range(25)]
NAMES = {"two": ["Alpha Post", "Beta"], "twenty-five": LONG}
MODULES = (checks, distances, panels, speech, words)  # charts are registered by their modules
NUMBERS = ("estimate", "low", "high", "share", "value", "first", "second", "observed", "chance")


def rows_of(chart, names):
    """Make the table that a chart takes, for these outlets."""
    n = len(names)
    if chart == "plot_claims":
        return pd.DataFrame(
            {
                "claim_id": np.repeat([f"c{place:02d}" for place in range(20)], n),
                "claim": "The gate was opened before the water had reached the mark of last year, "
                "said the engineer who had kept the book for nine winters",
                "outlet": np.tile(names, 20),
                "status": (["carried", "not found", "cannot tell"] * 20 * n)[: 20 * n],
                "voice": "outlet",
                "position": 0.2,
            }
        )
    if chart == "plot_keyness":
        rows = [(name, f"word{place}", 2.0 - place / 9) for name in names for place in range(8)]
        made = pd.DataFrame(rows, columns=["outlet", "word", "z"])
        return made.assign(
            event="flood", estimate=made["z"], low=made["z"] - 1, high=made["z"] + 1, count=12,
            n_articles_with=3, typical=made["z"] > 1,
        )  # fmt: skip
    if chart == "plot_labelling":
        terms = ["a word of some length", "its second name"] * n
        return pd.DataFrame(
            {"concept": "people who came", "term": terms, "outlet": np.repeat(names, 2), "count": 3}
        )
    if chart == "plot_roles":
        actors = np.repeat([f"Actor of some length {place}" for place in range(8)], n)
        return pd.DataFrame({"actor": actors, "aspect": "agent", "outlet": names * 8, "count": 2})
    if chart == "plot_distances":
        pairs = [(one, two) for place, one in enumerate(names) for two in names[place + 1 :]]
        made = pd.DataFrame(pairs, columns=["outlet", "other"])
        return made.assign(
            estimate=np.linspace(0, 0.9, len(made)), low=0.0, high=0.95, level=0.95, p_adjusted=0.2,
            n_articles=3,
            n_other=4,
        )  # fmt: skip
    if chart == "plot_robustness":
        made = make_estimates(names)
        return made.assign(
            specification=[f"measure: {name}" for name in names], primary=made.index == 0
        )
    if chart == "plot_figures":
        return pd.DataFrame(
            {"measure": names, "figure": "macro_f1", "value": 0.7, "low": 0.6, "high": 0.8,
             "n": 12_345, "chance": 0.5}
        )  # fmt: skip
    if chart == "plot_calibration":
        shares = np.linspace(0, 1, n)
        return pd.DataFrame({"predicted": shares, "observed": shares, "low": shares / 2,
                             "high": (1 + shares) / 2})  # fmt: skip
    if chart == "plot_panels":
        return make_estimates(names, labels=("fear", "a label of several words"))
    return outlet_rows(chart, names)


def drawn(chart, rows):
    options = {"by": "label"} if chart == "plot_panels" else {}
    made = style.CHARTS[chart](rows, **options)
    return getattr(made, "figure", None) or made


CHARTS = sorted(style.CHARTS)


def test_every_chart_of_the_suite_is_tested_here():
    assert len(CHARTS) >= 18
    assert {"plot_outlets", "plot_panels", "plot_claims", "plot_keyness"} <= set(CHARTS)


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_readable_for_two_and_for_twenty_five_outlets_of_forty_letters(chart, names):
    assert {len(name) for name in LONG} == {40}
    assert_readable(drawn(chart, rows_of(chart, names)))


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_of_one_article_without_intervals_is_readable(chart):
    rows = rows_of(chart, ["Solo Sheet", "Beta"]).copy()
    for column in rows.columns.intersection(["n_articles", "n_other", "count", "n_words"]):
        rows[column] = 1
    for column in rows.columns.intersection(["low", "high", "chance"]):
        rows[column] = np.nan
    assert_readable(drawn(chart, rows))


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_of_which_everything_is_missing_is_readable(chart):
    rows = rows_of(chart, NAMES["two"]).copy()
    for column in rows.columns.intersection(NUMBERS):
        rows[column] = np.nan
    figure = drawn(chart, rows)
    assert_readable(figure)
    marks = [line for ax in figure.axes for line in ax.lines if line.get_marker() == "o"]
    values = np.concatenate([line.get_xdata() for line in marks] or [[]]).astype(float)
    if "estimate" in rows and chart != "plot_claims":
        assert np.isnan(values).all()  # nothing that is missing is drawn at zero


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_of_ties_is_readable(chart):
    rows = rows_of(chart, LONG[:6]).copy()
    for column in rows.columns.intersection(NUMBERS):
        rows[column] = 0.5
    if chart == "plot_calibration":
        rows["predicted"] = 0.5
    assert_readable(drawn(chart, rows))


def test_many_articles_do_not_widen_a_chart_beyond_its_page():
    rows = rows_of("plot_outlets", LONG).assign(n_articles=50_000)
    assert_readable(drawn("plot_outlets", rows))


def test_the_words_of_twenty_five_outlets_fit_on_a_page():
    figure = drawn("plot_keyness", rows_of("plot_keyness", LONG))
    assert figure.get_figheight() * 25.4 < 250
    assert figure.get_figwidth() * 25.4 == pytest.approx(177.8)


@pytest.mark.parametrize("chart", CHARTS)
def test_the_pdf_of_a_chart_is_one_that_a_journal_takes(chart):
    figure = drawn(chart, rows_of(chart, NAMES["two"]))
    about = {"name": "x", "title": "", "manifest": "{}"}
    pdf = export.render(figure, **about, only="x.pdf")["x.pdf"]
    page = PdfReader(BytesIO(pdf)).pages[0]
    assert float(page.mediabox.width) / 72 == pytest.approx(figure.get_figwidth(), abs=0.01)
    fonts = page["/Resources"]["/Font"]
    for name in fonts:
        font = fonts[name]
        font = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert font["/Subtype"] in ("/TrueType", "/CIDFontType2")  # Type 42: TrueType, embedded
        assert "/FontFile2" in font["/FontDescriptor"]
    states = page["/Resources"].get("/ExtGState", {}).values()
    for state in (state.get_object() for state in states):
        assert state.get("/ca", 1) == 1 and state.get("/CA", 1) == 1
    code = page.get_contents().get_data().decode("latin-1")
    assert min(float(size) for size in re.findall(r"/F\S+ ([\d.]+) Tf", code)) >= 6
    widths = [float(width) for width in re.findall(r"(?<![\d.])([\d.]+) w\b", code)]
    assert min((width for width in widths if width > 0), default=1) >= 0.3
    for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)\b", code):
        red, green, blue = map(float, found)
        assert not (red > 0.6 and green < 0.3 and blue < 0.3), found  # of no party
        assert not (blue > 0.5 and blue > red + 0.25), found


@pytest.mark.parametrize("chart", ["plot_outlets", "plot_panels", "plot_claims", "plot_keyness"])
@pytest.mark.parametrize("end", ["pdf", "svg"])
def test_a_chart_drawn_again_has_the_same_bytes(chart, end):
    about = {"name": "x", "title": "", "manifest": "{}", "only": f"x.{end}"}
    rows = rows_of(chart, NAMES["two"])
    first, second = (export.render(drawn(chart, rows), **about) for _ in range(2))
    assert first[f"x.{end}"] == second[f"x.{end}"]
