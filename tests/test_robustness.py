"""Declared specifications, and what a figure must not be read to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.figures import declared as declarations
from analysis.figures.checks import plot_robustness
from analysis.figures.planted_habits import check_habits, say_habits
from analysis.figures.selection import Tables
from analysis.outlets import check_claims
from analysis.outlets.estimates import compare_outlets, estimate_levels
from analysis.outlets.robustness import (
    describe_robustness,
    read_specification,
    run_specifications,
)
from analysis.outlets.uncleaned import find_lines, score_uncleaned
from tests.invented_tables import make_run
from tests.test_estimates import corpus, simulated

DECLARED = """
result: Outlet 2 scores above the event
outlet: Outlet 2
primary:
  measure: tone/tone
  voice: outlet
alternatives:
  voice: [all, quoted]
  weights: [segments]
  headlines: [without]
  cleaning: [off]
  lineage: [without wire]
"""


def declared(tmp_path, text: str = DECLARED):
    path = tmp_path / "declared.yaml"
    path.write_text(text, encoding="utf-8")
    return read_specification(path)


def tables(**shape):
    scores, segments, articles = simulated(**shape)
    segments = segments.assign(part=np.where(segments["start"] == 0, "headline", "body"))
    return scores, segments, articles


def test_one_specification_per_alternative_and_the_primary_first(tmp_path):
    found = run_specifications(declared(tmp_path), *tables(), resamples=200)
    assert found["primary"].tolist() == [True] + [False] * 6
    assert found["specification"].tolist()[1:] == [
        "voice: all",
        "voice: quoted",
        "lineage: without wire",
        "headlines: without",
        "weights: segments",
        "cleaning: off",
    ]


def test_each_row_is_what_the_estimate_gives_by_itself(tmp_path):
    scores, segments, articles = tables()
    spec = declared(tmp_path)
    found = run_specifications(spec, scores, segments, articles, resamples=200)
    found = found.set_index("specification")
    body = segments[segments["part"] == "body"]
    kept = scores[scores["segment_id"].isin(body["segment_id"])]
    for name, scored, parts in (
        ("primary", scores, segments),
        ("headlines: without", kept, body),
    ):
        alone = compare_outlets(
            scored, parts, articles, voices=["outlet"], permutations=0, resamples=200
        ).set_index("outlet")
        columns = ["estimate", "low", "high", "n_segments"]
        expected = alone.loc["Outlet 2", columns].tolist()
        assert found.loc[name, columns].tolist() == pytest.approx(expected)


def test_what_cannot_be_run_is_a_row_that_says_why(tmp_path):
    found = run_specifications(declared(tmp_path), *tables(), resamples=50)
    found = found.set_index("specification")
    assert np.isnan(found.loc["voice: quoted", "estimate"])
    assert "voices ['quoted']" in found.loc["voice: quoted", "note"]
    assert "run without cleaning" in found.loc["cleaning: off", "note"]
    said = describe_robustness(found.reset_index())
    assert "of 4 other specifications 4 have the same sign" in said
    assert "2 could not be estimated" in said


def test_uncleaned_tables_are_used_when_given(tmp_path):
    scores, segments, articles = tables()
    raw = (scores.assign(value=2 * scores["value"]), segments, articles)
    found = run_specifications(
        declared(tmp_path), scores, segments, articles, uncleaned=raw, resamples=50
    ).set_index("specification")["estimate"]
    assert found["cleaning: off"] == pytest.approx(2 * found["primary"])


def test_uncleaned_texts_are_the_raw_ones_with_their_furniture(tmp_path):
    made = make_run(tmp_path)
    scores, segments, raw = score_uncleaned(made["articles"], made["cuts"])
    first = raw.iloc[0]
    cut = made["cuts"][made["cuts"]["article_id"] == first["article_id"]].iloc[0]
    assert cut["text"].strip() in first["text"]
    assert not raw["article_id"].isin(made["articles"].query("~used")["article_id"]).any()
    assert set(scores["segment_id"]) <= set(segments["segment_id"])
    places = zip(segments["article_id"], segments["start"], segments["end"], strict=True)
    texts = raw.set_index("article_id")["text"]
    assert [texts[a][s:e] for a, s, e in places] == segments["text"].tolist()


def test_lines_of_raw_text_are_its_paragraphs():
    found = find_lines(
        pd.DataFrame({"article_id": ["a"], "text": ["Menu\n\n  Gate opened \nBy Ana"]})
    )
    assert found[["start", "end", "part"]].to_numpy().tolist() == [
        [0, 4, "headline"],
        [8, 19, "lead"],
        [21, 27, "body"],
    ]


def test_own_sentences_of_raw_text_are_refused(tmp_path):
    text = DECLARED.split("alternatives:")[0] + (
        "alternatives: {cleaning: [off], lineage: [own sentences]}\ncombine: all\n"
    )
    shared = pd.DataFrame(columns=["article_id", "start", "end", "other_id", "kind"])
    found = run_specifications(
        declared(tmp_path, text), *tables(), shared=shared, uncleaned=tables(), resamples=20
    ).set_index("specification")
    assert "marked in the clean text" in found.loc["lineage: own sentences; cleaning: off", "note"]


def test_measures_in_other_units_stand_on_one_axis(tmp_path):
    scores, segments, articles = tables()
    other = scores.assign(measure="rate", label="any", value=1000 * scores["value"])
    text = DECLARED.split("alternatives:")[0] + "alternatives: {measure: [rate/any]}\n"
    both = pd.concat([scores, other])
    found = run_specifications(declared(tmp_path, text), both, segments, articles, resamples=200)
    scaled = found["estimate"] / found["spread"]
    assert scaled.tolist() == pytest.approx([scaled[0]] * 2)
    ax = plot_robustness(found)
    drawn = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert drawn == pytest.approx([scaled[0]] * 2)
    # Without a spread, as with one article an outlet, the other unit is written, not drawn.
    ax = plot_robustness(found.assign(spread=np.nan))
    assert len([line for line in ax.lines if line.get_marker() == "o"]) == 1
    assert any(text.get_text().startswith("other unit:") for text in ax.texts)


def test_the_caption_of_the_strip_holds_hash_primary_and_verdict(sample_run):
    data = Tables(sample_run.out / "tables")
    spec = declarations.find_declaration("", data)
    found = declarations.run_declared(spec, data)
    off = found.set_index("specification").loc["cleaning: off"]
    assert np.isfinite(off["estimate"]) and off["n_articles"] == found["n_articles"].iloc[0]
    caption = declarations.caption_declared(spec, found, data)
    for part in (f"SHA-256 {spec.sha256[:12]}", "the primary one (", "voice outlet",
                 "other specifications", "Validity, ordering outlets by"):  # fmt: skip
        assert part in caption, caption


def test_the_mixed_model_stands_beside_the_bootstrap(sample_run):
    data = Tables(sample_run.out / "tables")
    spec = declarations.find_declaration("", data)
    both = declarations.compare_models(spec, data)
    assert len(both) == 6
    assert both["apart"].abs().max() < 1  # balanced but for one event: much the same estimates
    assert "same sign for" in declarations.caption_models(spec, both, data)


def test_a_corpus_that_no_model_can_compare_says_why(tmp_path):
    made = make_run(tmp_path)
    data = Tables(tmp_path, outlets=[made["articles"]["outlet"].iloc[0]])
    both = declarations.compare_models(declarations.find_declaration("", data), data)
    assert both.empty
    assert "could not be compared: " in declarations.say_models(both)


def test_planted_habits_are_counted_on_the_sample_and_nowhere_else(sample_run, tmp_path):
    found = check_habits(Tables(sample_run.out / "tables"))
    assert found["habit"].nunique() >= 7
    assert "planted absence" in say_habits(found)
    make_run(tmp_path)
    nothing = check_habits(Tables(tmp_path))
    assert nothing.empty and "no record" in say_habits(nothing)


def test_all_combinations_are_the_product(tmp_path):
    text = DECLARED.split("alternatives:")[0] + (
        "alternatives: {weights: [words, segments], headlines: [with, without]}\ncombine: all\n"
    )
    found = run_specifications(declared(tmp_path, text), *tables(), resamples=20)
    assert len(found) == 4
    assert "headlines: without; weights: segments" in set(found["specification"])


def test_the_file_is_bound_by_its_hash(tmp_path):
    once = declared(tmp_path).sha256
    assert once == declared(tmp_path).sha256
    assert once != declared(tmp_path, DECLARED + "# changed after seeing the result\n").sha256
    found = run_specifications(declared(tmp_path), *tables(), resamples=20)
    assert (found["declared"] == once).all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("outlet: Outlet 2", "outlets: Outlet 2", r"declared.yaml: unknown keys \['outlets'\]"),
        ("outlet: Outlet 2\n", "", r"the keys \['outlet'\] are missing"),
        ("voice: outlet", "voice: writer", r"voice may be one of .* not \['writer'\]"),
        ("[all, quoted]", "[all, all]", r"voice lists \['all'\] twice"),
        ("weights:", "weight:", r"unknown choices \['weight'\]"),
        ("measure: tone/tone", "weights: words", "primary needs a measure"),
        ("primary:", "primary: [", "declared.yaml line"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, old, new, message):
    with pytest.raises(ValueError, match=message):
        declared(tmp_path, DECLARED.replace(old, new))


def test_an_outlet_that_is_not_there_is_said(tmp_path):
    spec = declared(tmp_path, DECLARED.replace("outlet: Outlet 2", "outlet: Gazette"))
    found = run_specifications(spec, *tables(), resamples=20)
    assert found["note"].str.contains("'Gazette' has no scored article").any()
    assert describe_robustness(found).startswith("The primary specification could not be estimated")


def test_one_article_an_outlet_is_not_the_outlet():
    levels = estimate_levels(*simulated(events=1, articles=1), resamples=20)
    said = check_claims(levels, "supported")
    assert any("one article each of Outlet 0, Outlet 1 and Outlet 2" in line for line in said)
    assert any("nothing is said about the outlet" in line for line in said)


def test_a_measure_at_chance_is_said_first():
    estimates = compare_outlets(*simulated(), resamples=50, permutations=0)
    said = check_claims(estimates, {"verdict": "no better than chance"})
    assert "ordered by tone no better than by chance" in said[0]
    assert "not been checked" in check_claims(estimates)[0]
    assert not any("chance:" in line for line in check_claims(estimates, "supported"))


def test_an_interval_over_zero_is_not_a_difference():
    estimates = compare_outlets(*simulated(shift=0.0), resamples=100, permutations=0)
    over = estimates[(estimates["low"] <= 0) & (estimates["high"] >= 0)]
    assert len(over)
    said = " ".join(check_claims(estimates, "supported"))
    assert "includes zero" in said or "every interval includes zero" in said
    clear = compare_outlets(*simulated(outlets=2, shift=5.0), resamples=100, permutations=0)
    assert check_claims(clear, "supported") == []


def test_levels_over_zero_are_no_claim_of_difference():
    levels = estimate_levels(*simulated(shift=0.0, events=6), by="all", resamples=50)
    assert not any("includes zero" in line for line in check_claims(levels, "supported"))


def test_many_comparisons_can_be_chance():
    estimates = compare_outlets(*simulated(outlets=2, shift=5.0), resamples=50, permutations=0)
    estimates = estimates.assign(p_adjusted=0.2)
    assert "(Holm) that can be chance" in check_claims(estimates, "supported")[0]


def test_absence_is_not_omission():
    claims = pd.DataFrame(
        {
            "claim_id": ["c1", "c1", "c2"],
            "outlet": ["Courier", "Siren", "Siren"],
            "status": ["carried", "not found", "cannot tell"],
        }
    )
    said = check_claims(claims)
    assert len(said) == 2
    assert "not found, in the articles of Siren: that is no omission" in said[0]
    assert "cannot be told" in said[1]


def test_a_missing_value_is_not_a_zero():
    estimates = estimate_levels(
        *corpus({("e", "A"): [[0.1, 0.2]], ("e", "B"): [[np.nan, np.nan]]}), resamples=20
    )
    assert "Not measured for B in event e" in " ".join(check_claims(estimates))


def test_other_tables_are_refused():
    with pytest.raises(ValueError, match="takes a table of estimates or of claims"):
        check_claims(pd.DataFrame({"article_id": ["a"]}))


def test_with_several_labels_the_row_that_is_meant_is_named():
    estimates = compare_outlets(*simulated(outlets=2, shift=5.0), resamples=50, permutations=0)
    two = pd.concat([estimates.assign(label=name) for name in ("cost", "public_order")])
    wide = two["label"] == "cost"
    two = two.assign(low=two["low"].where(~wide, -9), high=two["high"].where(~wide, 9))
    two = two.assign(p_adjusted=0.2)
    said = " ".join(check_claims(two, "supported"))
    assert "In 2 of 4 comparisons the interval includes zero" in said
    assert "Outlet 0 (public order) and Outlet 1 (public order) leaves out zero" in said
