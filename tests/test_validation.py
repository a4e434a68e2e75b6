"""Cards: the rule of the verdict, where figures come from, one's own codes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.benchmarks.misread import bin_labelled, score_labelled
from analysis.figures import captions
from analysis.outlets.own_codes import (
    bin_calibration,
    check_measure,
    compare_by_outlet,
    list_misread,
)
from analysis.outlets.validation import (
    add_cards,
    card_for,
    judge,
    mark_validity,
    read_cards,
)
from analysis.tables import VERDICTS

RESULTS = {
    "basil": {
        "concordance_lexical": 0.62,
        "auc_lexical_outlet_voice": 0.74,
        "intervals": {
            "concordance_lexical": [0.55, 0.69],
            "auc_lexical_outlet_voice": [0.71, 0.77],
        },
        "n": {"concordance_lexical": [150, "pairs"], "auc_lexical_outlet_voice": [4000, "rows"]},
        "baselines": {"word lists (any)": {"concordance_lexical": 0.52}},
        "notes": [],
        "measured": "2026-01-02",
    }
}


@pytest.fixture
def cards(tmp_path):
    path = tmp_path / "benchmarks.json"
    path.write_text(json.dumps(RESULTS), encoding="utf-8")
    return read_cards(path)


@pytest.mark.parametrize(
    ("value", "low", "chance", "floor", "verdict"),
    [
        (0.62, 0.55, 0.5, 0.60, "supported"),
        (0.58, 0.53, 0.5, 0.60, "weak"),
        (0.62, 0.49, 0.5, 0.60, "no better than chance"),
        (0.62, 0.50, 0.5, 0.60, "no better than chance"),
        (0.62, None, 0.5, 0.60, "weak"),
        (0.54, None, 0.5, 0.60, "no better than chance"),
        (0.30, 0.20, None, 0.60, "weak"),
        (None, None, 0.5, 0.60, "not checked"),
        (np.nan, np.nan, 0.5, 0.60, "not checked"),
    ],
)
def test_the_verdict_follows_one_rule(value, low, chance, floor, verdict):
    assert judge(value, low, chance=chance, floor=floor) == verdict


def test_cards_hold_figure_interval_n_date_and_source(cards):
    card = card_for("loaded_language", "outlet ranking", cards)
    assert (card["value"], card["low"], card["high"], card["n"]) == (0.62, 0.55, 0.69, 150)
    assert (card["date"], card["source"]) == ("2026-01-02", "benchmark basil")
    assert card["verdict"] == "supported"
    assert card_for("loaded_language", "sentence", cards)["verdict"] == "weak"


def test_a_baseline_has_a_card_of_its_own(cards):
    assert card_for("loaded_words", cards=cards)["verdict"] == "no better than chance"


def test_what_nobody_measured_is_not_checked(cards, tmp_path):
    assert card_for("tone", "sentence", cards)["verdict"] == "not checked"
    assert card_for("my_own_frame", cards=cards)["verdict"] == "not checked"
    nowhere = read_cards(tmp_path / "nothing.json")
    assert set(nowhere["verdict"]) == {"not checked"}


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "benchmarks.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"benchmarks.json is not JSON"):
        read_cards(path)


def test_majority_is_the_chance_of_f1(tmp_path):
    path = tmp_path / "b.json"
    result = {"macro_f1": 0.74, "intervals": {"macro_f1": [0.7, 0.78]}, "n": {"macro_f1": [9, "x"]}}
    result |= {"baselines": {"majority class": {"macro_f1": 0.71}}, "measured": "2026-01-02"}
    path.write_text(json.dumps({"newsmtsc": result}), encoding="utf-8")
    card = card_for("sentiment_toward", "sentence", read_cards(path))
    assert (card["chance"], card["verdict"]) == (0.71, "no better than chance")


def test_estimates_are_marked_by_the_claim_they_are_used_for(cards):
    estimates = pd.DataFrame(
        {
            "measure": ["loaded_language", "loaded_words", "loaded_language", "loaded_language"],
            "corrected": [False, False, True, True],
            "interval": ["claimed", "claimed", "claimed", "rough"],
        }
    )
    marked = mark_validity(estimates, cards)["validity"].tolist()
    assert marked == ["supported", "no better than chance", "supported", "weak"]
    assert set(marked) <= set(VERDICTS)


def own(kind: str, *, noise: float, n: int = 240):
    generator = np.random.default_rng(8)
    sample = pd.DataFrame(
        {
            "segment_id": [f"s{i:03d}" for i in range(n)],
            "article_id": [f"a{i // 10}" for i in range(n)],
            "event": [f"e{i // 80}" for i in range(n)],
            "outlet": [f"o{(i // 10) % 4}" for i in range(n)],
            "probability": 0.5,
        }
    )
    truth = generator.normal(size=n) + 0.5 * sample["outlet"].str[1:].astype(int)
    code = (truth > 0.7).astype(float) if kind == "yes" else truth
    value = truth + generator.normal(0, noise, n)
    scores = sample[["segment_id", "article_id"]].assign(measure="m", label="m", value=value)
    return scores, sample, sample[["segment_id"]].assign(code=code)


def test_auc_of_own_codes_is_the_mann_whitney_statistic():
    scores, sample, codes = own("yes", noise=1.0)
    cards = check_measure(scores, sample, codes, measure="m", resamples=80, date="2026-03-04")
    card = card_for("m", "sentence", cards)
    marked = codes["code"] == 1
    u = stats.mannwhitneyu(scores["value"][marked], scores["value"][~marked]).statistic
    assert card["value"] == pytest.approx(u / (marked.sum() * (~marked).sum()))
    assert (card["source"], card["date"], card["unit"]) == ("own codes", "2026-03-04", "segments")
    assert card["low"] < card["value"] < card["high"]


def test_correlation_and_ranking_of_own_codes():
    scores, sample, codes = own("number", noise=0.3)
    cards = check_measure(scores, sample, codes, measure="m", resamples=40)
    expected = np.corrcoef(scores["value"], codes["code"])[0, 1]
    assert card_for("m", "sentence", cards)["value"] == pytest.approx(expected)
    ranking = card_for("m", "outlet ranking", cards)
    assert ranking["n"] == 3 * 6  # three events, pairs of four outlets
    assert ranking["value"] > 0.8


def test_a_measure_of_noise_is_no_better_than_chance():
    scores, sample, codes = own("yes", noise=1e6)
    cards = check_measure(scores, sample, codes, measure="m", resamples=80)
    assert card_for("m", "sentence", cards)["verdict"] == "no better than chance"


def test_own_cards_replace_benchmark_cards(cards):
    scores, sample, codes = own("yes", noise=0.2)
    mine = check_measure(
        scores.assign(measure="loaded_language"), sample, codes, measure="loaded_language",
        resamples=50,
    )  # fmt: skip
    both = add_cards(cards, mine)
    assert len(both) == len(cards)
    assert card_for("loaded_language", "sentence", both)["source"] == "own codes"


def test_calibration_bins_are_weighted_shares():
    scores, sample, codes = own("yes", noise=0.5)
    bins = bin_calibration(scores, sample, codes, measure="m", bins=4)
    assert bins["n"].sum() == 240
    assert np.average(bins["observed"], weights=bins["n"]) == pytest.approx(codes["code"].mean())
    assert bins["observed"].is_monotonic_increasing
    assert ((bins["low"] <= bins["observed"]) & (bins["observed"] <= bins["high"])).all()


def test_codes_without_variance_are_refused():
    scores, sample, codes = own("yes", noise=0.5)
    with pytest.raises(ValueError, match="codes of 'm' have no variance"):
        check_measure(scores, sample, codes.assign(code=1.0), measure="m")
    with pytest.raises(ValueError, match="not in the sample"):
        check_measure(scores, sample.iloc[:5], codes, measure="m")


def test_sentences_that_disagree_most_are_listed_and_errors_told_by_outlet():
    rows = pd.DataFrame(
        {
            "segment_id": list("abcd"),
            "outlet": ["North", "North", "South", "South"],
            "probability": 1.0,
            "code": [0.0, 1.0, 0.0, 1.0],
            "value": [0.9, 0.1, 0.2, 0.8],
            "text": ["too high", "missed", "calm", "loaded"],
        }
    )
    assert list_misread(rows, top=1)["text"].tolist() == ["too high", "missed"]
    table = compare_by_outlet(rows)
    assert table["coded"].tolist() == [0.5, 0.5]
    assert table["difference"].tolist() == pytest.approx([0.0, 0.0])
    more = compare_by_outlet(rows.assign(value=[0.9, 0.9, 0.2, 0.2]))
    assert more["difference"].tolist() == pytest.approx([0.4, -0.3])


def test_labelled_sentences_stand_beside_their_scores(tmp_path, monkeypatch):
    article = {"id": "e/North", "event": "e", "outlet": "North", "headline": "Rain"}
    article |= {"paragraphs": [["The mayor is a fool.", "Rain fell all day in the town."]]}
    span = {"bias": "lexical", "in_quote": False, "sentence": 0, "start": 15, "end": 19}
    (tmp_path / "basil").mkdir()
    line = json.dumps({**article, "spans": [span]})
    (tmp_path / "basil" / "articles.jsonl").write_text(line + "\n", encoding="utf-8")

    def made(segments, encoder):
        values = segments["text"].str.len() / 1000
        scores = segments[["segment_id"]].assign(label="loaded", value=values)
        return SimpleNamespace(scores=scores)

    monkeypatch.setattr("analysis.benchmarks.travelled.score_loaded_language", made)
    rows = score_labelled(tmp_path, encoder=object())
    assert rows["code"].tolist() == [1.0, 0.0]
    assert rows["value"].tolist() == pytest.approx([0.020, 0.030])
    assert bin_labelled(rows, bins=2)["n"].sum() == len(rows)
    assert score_labelled("").empty and bin_labelled(score_labelled("")).empty
    with pytest.raises(FileNotFoundError, match="no labelled set here"):
        score_labelled(tmp_path / "nowhere")


def test_a_poor_card_does_not_hide_behind_not_checked(monkeypatch):
    cards = pd.DataFrame(
        [
            {"measure": "m", "claim": "article", "verdict": "weak", "figure": "macro_f1",
             "value": 0.5, "low": 0.4, "high": 0.6, "n": 9.0, "unit": "articles",
             "source": "benchmark x", "date": "2031-01-02"},
            {"measure": "m", "claim": "cost", "verdict": "no better than chance", "figure": "auc",
             "value": 0.5, "low": 0.4, "high": 0.6, "n": 9.0, "unit": "articles",
             "source": "benchmark x", "date": "2031-01-02"},
        ]
    )  # fmt: skip
    monkeypatch.setattr(captions, "read_cards", lambda: cards)
    assert "telling articles apart: weak (macro-F1 0.50" in captions.say_other_cards("m")
    assert "cost" not in captions.say_other_cards("m")
    assert "finding cost: no better than chance" in captions.say_other_cards("m", ["cost"])
    assert captions.say_other_cards("other") == ""


def test_a_frame_that_was_measured_without_a_floor_is_at_most_weak():
    mine = read_cards().query("measure == 'generic_frames'").set_index("claim")["verdict"]
    assert len(mine) == 5 and "supported" not in set(mine)
    assert judge(0.9, 0.8, chance=0.5, floor=np.inf) == "weak"
