"""Human codes: known probabilities, sheets that are safe and blind, agreement, plans."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.outlets.agreement import measure_agreement, plan_coding
from analysis.outlets.coding import (
    draw_sample,
    escape_cell,
    list_disagreements,
    read_codes,
    read_sheet,
    save_sheet,
    settle_codes,
    unescape_cell,
    write_sheet,
)
from analysis.outlets.coding_widget import CodingSession, show_coding


def tables(n: int = 60):
    generator = np.random.default_rng(2)
    articles = pd.DataFrame(
        {
            "article_id": ["a", "b", "c"],
            "event": "flood",
            "outlet": ["Courier", "Herald", "Herald"],
            "used": [True, True, False],
            "lineage": ["original", "original", "copy"],
        }
    )
    segments = pd.DataFrame(
        {
            "segment_id": [f"{a}:{i}" for a in "abc" for i in range(n)],
            "article_id": [a for a in "abc" for _ in range(n)],
            "text": [f"sentence {i}" for _ in "abc" for i in range(n)],
            "voice": ["quoted" if i % 5 == 0 else "outlet" for _ in "abc" for i in range(n)],
        }
    )
    scores = segments[["segment_id", "article_id"]].assign(
        measure="tone", label="tone", value=generator.normal(size=3 * n), scorer="x@1"
    )
    return scores, segments, articles


def codes_of(rows: dict[str, dict[str, object]]) -> pd.DataFrame:
    """Make long codes from coder → unit → code."""
    return pd.DataFrame(
        [
            {"coder": coder, "segment_id": unit, "variable": "tone", "code": str(code)}
            for coder, units in rows.items()
            for unit, code in units.items()
        ]
    )


def test_sample_weights_add_up_to_the_segments():
    sample = draw_sample(*tables(), n=40, measure="tone")
    assert len(sample) == 40
    # Horvitz-Thompson: the inverse probabilities count all 120 segments of used articles.
    assert (1 / sample["probability"]).sum() == pytest.approx(120)
    assert not sample["article_id"].eq("c").any()


def test_sample_has_every_outlet_voice_and_score_group():
    sample = draw_sample(*tables(200), n=48, measure="tone")
    assert sample["stratum"].nunique() == 2 * 2 * 4
    assert (
        sample.groupby("stratum").size()
        >= sample.groupby("stratum")["n_stratum"].first().clip(upper=2)
    ).all()


def test_one_voice_can_be_drawn_from_alone():
    sample = draw_sample(*tables(), n=20, measure="tone", voices=["quoted"])
    assert set(sample["voice"]) == {"quoted"}
    assert (1 / sample["probability"]).sum() == pytest.approx(24)  # every fifth of 120


def test_probabilities_are_those_of_repeated_drawing():
    scores, segments, articles = tables(20)
    drawn = [
        draw_sample(scores, segments, articles, n=12, measure="tone", strata=["outlet"], seed=s)
        for s in range(40)
    ]
    often = pd.concat(drawn)["segment_id"].value_counts() / 40
    assert often.mean() == pytest.approx(12 / 40)
    assert often.std() < 2 * np.sqrt(0.3 * 0.7 / 40)


def test_sample_does_not_depend_on_the_order_of_rows():
    scores, segments, articles = tables()
    once = draw_sample(scores, segments, articles, n=30, measure="tone")
    shuffled = (table.sample(frac=1, random_state=4) for table in (scores, segments, articles))
    pd.testing.assert_frame_equal(once, draw_sample(*shuffled, n=30, measure="tone"))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"measure": "mood"}, "no scores of measure 'mood'; there are"),
        ({"measure": "tone", "n": 5}, "n is 5, but there are 15 strata"),
        ({"measure": "tone", "n": 500}, "there are 120 segments with a score"),
        ({"measure": "tone", "strata": ["colour"]}, "strata may be"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(choices, message):
    with pytest.raises(ValueError, match=message):
        draw_sample(*tables(), **{"n": 30, **choices})


def test_a_measure_of_one_value_cannot_stratify():
    scores, segments, articles = tables()
    with pytest.raises(ValueError, match="no variance"):
        draw_sample(scores.assign(value=0.0), segments, articles, n=30, measure="tone")


def test_a_sheet_is_blind_and_comes_back(tmp_path):
    sample = draw_sample(*tables(), n=30, measure="tone")
    path = write_sheet(sample, tmp_path / "ana.csv", variables=["tone"], coder="ana")
    sheet = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    assert set(sheet) == {"segment_id", "coder", "text", "tone", "note"}
    assert sheet["segment_id"].tolist() != sample["segment_id"].tolist()
    sheet.assign(tone="1").to_csv(path, index=False, encoding="utf-8-sig")
    codes = read_codes([path], sample, variables=["tone"])
    assert set(codes["segment_id"]) == set(sample["segment_id"])
    assert (codes["coder"] == "ana").all()


@pytest.mark.parametrize(
    "text", ["=1+1", "+5", "-5", "@name", "'=x", "'quoted'", "plain", "''", ""]
)
def test_cells_are_escaped_and_come_back(text):
    escaped = escape_cell(text)
    assert not escaped.startswith(("=", "+", "-", "@"))
    assert unescape_cell(escaped) == text


def test_a_negative_code_survives_the_spreadsheet(tmp_path):
    sample = draw_sample(*tables(), n=30, measure="tone")
    path = write_sheet(sample, tmp_path / "ana.csv", variables=["tone"], coder="ana")
    sheet = pd.read_csv(path, dtype=str, encoding="utf-8-sig").assign(tone="-1")
    sheet.to_csv(path, index=False)
    codes = settle_codes(read_codes([path], sample, variables=["tone"]))
    assert (codes["code"] == -1).all()


def test_codes_of_other_segments_are_refused(tmp_path):
    sample = draw_sample(*tables(), n=30, measure="tone")
    path = tmp_path / "ana.csv"
    path.write_text("segment_id,tone\nnobody:1,1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"ana.csv: 1 coded segments are not in the sample"):
        read_codes([path], sample, variables=["tone"])
    with pytest.raises(ValueError, match=r"ana.csv: no column \['mood'\]"):
        read_codes([path], sample, variables=["mood"])
    path.write_text(f"segment_id,tone\n{sample['segment_id'][0]},\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no code is filled in"):
        read_codes([path], sample, variables=["tone"])


# Krippendorff (2011), Computing Krippendorff's alpha-reliability, part C: four observers and
# twelve units with missing values; alpha .743 nominal, .815 ordinal, .849 interval, .797 ratio.
PUBLISHED = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]


@pytest.mark.parametrize(
    ("measured", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_is_the_published_one(measured, alpha):
    codes = codes_of(
        {
            f"observer {number}": {
                f"unit {place:02d}": code for place, code in enumerate(row.split()) if code != "."
            }
            for number, row in enumerate(PUBLISHED)
        }
    )
    found = measure_agreement(codes, measured=measured, resamples=100).iloc[0]
    assert found["alpha"] == pytest.approx(alpha, abs=0.0006)
    assert found["low"] < found["alpha"] < found["high"]
    assert (found["n_units"], found["n_coders"]) == (11, 4)


def test_coders_without_a_unit_in_common_are_told():
    codes = codes_of({"ana": {"u1": 1, "u2": 2}, "bo": {"u3": 1}})
    with pytest.raises(ValueError, match=r"no unit is coded by two of the coders \(ana, bo\)"):
        measure_agreement(codes)


def test_alpha_of_one_value_is_undefined_and_says_so():
    found = measure_agreement(codes_of({"ana": {"u1": 1, "u2": 1}, "bo": {"u1": 1, "u2": 1}}))
    assert np.isnan(found["alpha"].item())
    assert "every code is the same" in found["note"].item()


def test_disagreements_are_listed_and_settled():
    codes = codes_of({"ana": {"u1": 1, "u2": 2, "u3": 0}, "bo": {"u1": 1, "u2": 4}})
    sample = pd.DataFrame({"segment_id": ["u1", "u2", "u3"], "text": ["x", "y", "z"]})
    apart = list_disagreements(codes, sample)
    assert apart[["segment_id", "ana", "bo", "text"]].to_numpy().tolist() == [["u2", "2", "4", "y"]]
    assert settle_codes(codes)["code"].tolist() == [1, 3, 0]
    assert settle_codes(codes, numeric=False)["segment_id"].tolist() == ["u1", "u3"]
    last = pd.DataFrame({"segment_id": ["u2"], "variable": ["tone"], "code": [4]})
    assert settle_codes(codes, settled=last)["code"].tolist() == [1, 4, 0]


def test_a_code_that_is_no_number_is_named():
    with pytest.raises(ValueError, match="code 'high' of segment u1"):
        settle_codes(codes_of({"ana": {"u1": "high"}}))


def test_the_plan_follows_the_textbook():
    plan = plan_coding(0.1, spread=0.5, correlation=0.6, outlets=3)
    assert plan["n_each"].tolist() == [385, 246]  # (2 · 1.96 · .5 / .1)² = 384.1; times 1 - .36
    assert plan["n_total"].tolist() == [1155, 738]
    assert plan_coding(0.1, segments=385)["n_each"].iloc[0] == 193
    with pytest.raises(ValueError, match="above 0"):
        plan_coding(0)


def session(tmp_path, **changes):
    sample = draw_sample(*tables(), n=20, measure="tone")
    choices = {"variable": "loaded", "keys": {"1": "1", "0": "0"}, "coder": "ana"} | changes
    return CodingSession(sample, tmp_path / "ana.csv", **choices), sample


def test_coding_goes_on_where_it_was_left(tmp_path):
    first, sample = session(tmp_path)
    assert [first.press(key) for key in "10x"] == [True, True, False]
    again, _ = session(tmp_path)
    assert (again.done, again.place, again.size) == (2, 2, 20)
    codes = read_codes([tmp_path / "ana.csv"], sample, variables=["loaded"])
    assert sorted(codes["code"]) == ["0", "1"]


def test_coding_leaves_what_others_wrote_in_the_sheet(tmp_path):
    sample = draw_sample(*tables(), n=20, measure="tone")
    path = write_sheet(
        sample, tmp_path / "ana.csv", variables=["loaded", "tone"], coder="ana", context=True
    )
    before = read_sheet(path)
    before["tone"] = [str(-number) for number in range(20)]
    before["note"] = "=hard"
    save_sheet(before.iloc[1:], path)  # a row was lost in the spreadsheet
    one, _ = session(tmp_path)
    for _ in range(20):
        one.press("1")
    after = read_sheet(path)
    kept = before.iloc[1:].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        after.head(19).drop(columns="loaded"), kept.drop(columns="loaded")
    )
    assert after["loaded"].tolist() == ["1"] * 20
    assert set(after["segment_id"]) == set(sample["segment_id"])
    assert "All are coded" in one.shown()


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_sheets_come_back_from_spreadsheets_of_other_countries(tmp_path, between, encoding):
    sample = draw_sample(*tables(), n=30, measure="tone")
    path = write_sheet(sample, tmp_path / "ana.csv", variables=["tone"], coder="Zoë")
    filled = read_sheet(path).assign(tone="1", text="“so it goes”; one, two")
    filled.to_csv(path, index=False, sep=between, encoding=encoding)
    codes = read_codes([path], sample, variables=["tone"])
    assert len(codes) == 30 and set(codes["coder"]) == {"Zoë"}


def test_one_and_one_point_nought_are_the_same_code(tmp_path):
    sample = draw_sample(*tables(), n=30, measure="tone")
    paths = []
    for coder, code in (("ana", "1"), ("bo", "1.0")):
        path = write_sheet(sample, tmp_path / f"{coder}.csv", variables=["tone"], coder=coder)
        paths.append(save_sheet(read_sheet(path).assign(tone=code), path))
    codes = read_codes(paths, sample, variables=["tone"])
    assert list_disagreements(codes, sample).empty


def test_a_file_that_is_no_sheet_is_named(tmp_path):
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match=r"empty.csv is not a coding sheet"):
        read_sheet(tmp_path / "empty.csv")


def test_going_back_changes_a_code(tmp_path):
    one, sample = session(tmp_path)
    for key in "1b0":
        one.press(key)
    codes = read_codes([tmp_path / "ana.csv"], sample, variables=["loaded"])
    assert codes["code"].tolist() == ["0"]


def test_coding_is_blind_and_escapes_text(tmp_path):
    scores, segments, articles = tables()
    segments["text"] = "<script>alert(1)</script> of the Courier"
    sample = draw_sample(scores, segments, articles, n=20, measure="tone")
    one = CodingSession(sample, tmp_path / "x.csv", variable="loaded", keys={"1": "1"}, coder="ana")
    assert "<script>" not in one.shown() and "&lt;script&gt;" in one.shown()
    for hidden in (f"{sample['score'][0]:.3f}", sample["stratum"][0]):
        assert hidden not in one.shown()


def test_keys_and_buttons_do_the_same(tmp_path):
    pytest.importorskip("ipywidgets")
    one, _ = session(tmp_path)
    widget = show_coding(one)
    shown, entry, row = widget.children
    entry.value = "1"
    assert one.done == 1 and entry.value == "" and "2 of 20" in shown.value
    row.children[0].click()
    assert one.done == 2


def test_a_session_with_the_wrong_file_or_keys_is_refused(tmp_path):
    session(tmp_path)
    with pytest.raises(ValueError, match=r"no column \['tone'\]"):
        session(tmp_path, variable="tone")
    with pytest.raises(ValueError, match="are taken"):
        session(tmp_path, keys={"b": "bad"})
    other = draw_sample(*tables(), n=20, measure="tone", seed=1)
    with pytest.raises(ValueError, match="a sheet of another sample"):
        CodingSession(other, tmp_path / "ana.csv", variable="loaded", keys={"1": "1"}, coder="ana")
