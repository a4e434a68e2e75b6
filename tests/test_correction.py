"""Corrected estimates: by hand, against ppi-python, and what must follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.outlets.coding import draw_sample
from analysis.outlets.correction import correct_scores, estimate_corrected, pseudo_outcomes


def tables(*, outlets=2, articles=6, segments=20, bias=(0.4, -0.2), seed=3):
    """Scores that read one outlet too high and the other too low; truth in column truth."""
    generator = np.random.default_rng(seed)
    rows = [
        {"article_id": f"{o}{a:02d}", "outlet": f"Outlet {o}", "number": o, "place": i}
        for o in range(outlets)
        for a in range(articles)
        for i in range(segments)
    ]
    frame = pd.DataFrame(rows)
    frame["segment_id"] = frame["article_id"] + ":" + frame["place"].astype(str)
    frame["truth"] = generator.normal(0.5, 0.3, len(frame))
    frame["value"] = frame["truth"] + frame["number"].map(dict(enumerate(bias)))
    frame["value"] += generator.normal(0, 0.1, len(frame))
    place = frame[["article_id", "outlet"]].drop_duplicates().assign(event="vote", used=True)
    scores = frame.assign(measure="tone", label="tone", scorer="x@1")
    parts = frame.assign(text="five words are in here", voice="outlet")
    return scores, parts, place.assign(lineage="original"), frame


def test_hand_computed_example():
    # Four segments, two coded with probability 1/2; scores 1 2 3 4, codes of the first and
    # third 2 and 3: Y~ = 1 + 2(2-1), 2, 3 + 2(3-3), 4 = 3, 2, 3, 4, of mean 3; naive mean 2.5.
    y = pseudo_outcomes(
        np.array([1.0, 2, 3, 4]), np.array([2.0, 0, 3, 0]), np.array([2.0, 0, 2, 0]), tuned=False
    )
    assert y.tolist() == [3, 2, 3, 4]


def test_tuned_line_by_hand():
    # Codes 1 and 5 at scores 0 and 2: g = 1 + 2 f exactly, so Y~ is the line everywhere.
    y = pseudo_outcomes(np.array([0.0, 1, 2]), np.array([1.0, 0, 5]), np.array([1.5, 0, 1.5]))
    assert y.tolist() == pytest.approx([1, 3, 5])


def test_a_useless_score_leaves_the_mean_of_the_codes():
    y = pseudo_outcomes(np.zeros(6), np.array([1.0, 3, 0, 0, 0, 0]), np.array([3.0, 3, 0, 0, 0, 0]))
    assert y.mean() == pytest.approx(2)


def test_estimate_and_error_agree_with_ppi_python():
    ppi = pytest.importorskip("ppi_py")
    # One segment an article, so that segments are the clusters, and more uncoded than ppi-python
    # tells apart from all: it averages the scores over the uncoded, we over all.
    scores, segments, articles, frame = tables(outlets=1, articles=20_000, segments=1, bias=(0.5,))
    drawn = np.random.default_rng(5).permutation(len(frame))[:400]
    sample = frame.iloc[np.sort(drawn)][["segment_id", "truth"]]
    sample = sample.assign(stratum="all", probability=400 / len(frame))
    found = estimate_corrected(
        scores, segments, articles, sample=sample, codes=sample.rename(columns={"truth": "code"}),
        measure="tone", by="event", resamples=200, voices=["outlet"],
    ).set_index("corrected").loc[True]  # fmt: skip
    truth, score = frame["truth"].to_numpy(), frame["value"].to_numpy()
    coded = np.isin(np.arange(len(frame)), drawn)
    data = (truth[coded], score[coded], score[~coded])
    theirs = np.asarray(ppi.ppi_mean_pointestimate(*data)).item()
    low, high = (np.asarray(end).item() for end in ppi.ppi_mean_ci(*data, alpha=0.05))
    error = (high - low) / (2 * 1.959964)
    assert found["estimate"] == pytest.approx(theirs, abs=0.1 * error)
    assert found["standard_error"] == pytest.approx(error, rel=0.05)
    codes_alone = truth[coded].std() / np.sqrt(400)
    assert found["standard_error"] < 0.5 * codes_alone  # the score's worth


def test_coding_everything_gives_the_codes_own_estimates():
    scores, _, _, frame = tables()
    sample = frame[["segment_id"]].assign(stratum="all", probability=1.0)
    codes = frame[["segment_id"]].assign(code=frame["truth"])
    better = correct_scores(scores, sample, codes, measure="tone")
    np.testing.assert_allclose(better["value"], frame["truth"], atol=1e-12)
    assert better["scorer"].unique().tolist() == ["x@1+codes"]


def test_naive_and_corrected_stand_side_by_side_and_the_bias_goes():
    scores, segments, articles, frame = tables(articles=20)
    sample = draw_sample(scores, segments, articles, n=300, measure="tone")
    codes = sample[["segment_id"]].merge(
        frame.rename(columns={"truth": "code"})[["segment_id", "code"]]
    )
    found = estimate_corrected(
        scores, segments, articles, sample=sample, codes=codes, measure="tone",
        contrast="pairs", by="event", resamples=300, permutations=50, voices=["outlet"],
    ).set_index("corrected")  # fmt: skip
    truth = frame.groupby("outlet")["truth"].mean()
    truth = truth["Outlet 0"] - truth["Outlet 1"]
    assert found.loc[False, "low"] > truth  # 0.6 too high, and sure of it
    assert found.loc[True, "low"] < truth < found.loc[True, "high"]
    assert found.loc[True, "n_coded"] == sample["article_id"].str.startswith("0").sum()


def test_few_codes_are_called_rough():
    scores, segments, articles, _ = tables()
    sample = draw_sample(scores, segments, articles, n=20, measure="tone")
    codes = sample[["segment_id"]].assign(code=np.arange(20.0))
    found = estimate_corrected(
        scores, segments, articles, sample=sample, codes=codes, measure="tone", resamples=50,
        voices=["outlet"],
    )  # fmt: skip
    better = found[found["corrected"]]
    assert not better["interval"].eq("claimed").any()
    assert better["note"].str.contains("fewer than 30 coded segments").all()


def test_a_voice_that_was_not_drawn_from_has_no_corrected_estimate():
    scores, segments, articles, frame = tables()
    quoted = segments["place"] % 4 == 0
    segments = segments.assign(voice=np.where(quoted, "quoted", "outlet"))
    sample = draw_sample(scores, segments, articles, n=80, measure="tone", voices=["outlet"])
    codes = sample[["segment_id"]].merge(
        frame.rename(columns={"truth": "code"})[["segment_id", "code"]]
    )
    found = estimate_corrected(
        scores, segments, articles, sample=sample, codes=codes, measure="tone", resamples=50,
        voices=["outlet", "quoted"],
    )  # fmt: skip
    corrected = found[found["corrected"]].set_index("voice")["estimate"]
    assert corrected["quoted"].isna().all() and corrected["outlet"].notna().all()


def test_what_cannot_be_corrected_is_said():
    scores, _, _, frame = tables()
    sample = frame[["segment_id"]].head(50).assign(stratum="all", probability=0.5)
    codes = sample[["segment_id"]].assign(code=1.0)
    with pytest.raises(ValueError, match="not in the sample"):
        correct_scores(scores, sample.iloc[:10], codes, measure="tone")
    with pytest.raises(ValueError, match="more than one code a segment"):
        correct_scores(scores, sample, pd.concat([codes, codes]), measure="tone")
    with pytest.raises(ValueError, match="code at least two"):
        correct_scores(scores, sample, codes.iloc[:1], measure="tone")
    with pytest.raises(ValueError, match="no scores of measure 'mood'"):
        correct_scores(scores, sample, codes, measure="mood")
    with pytest.warns(UserWarning, match="10 of 50 drawn segments have no code"):
        correct_scores(scores, sample, codes.iloc[:40], measure="tone")
