"""Estimates: closed forms, published numbers, what must not change, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.outlets import resampling
from analysis.outlets.estimates import adjust_p, compare_outlets, estimate_levels
from analysis.outlets.resampling import (
    draw_counts,
    generator_for,
    holm,
    resample_ratio,
    studentised_interval,
)
from analysis.outlets.sums import sum_articles


def corpus(values: dict[tuple[str, str], list[list[float]]], *, words: int = 5):
    """Make the three tables from (event, outlet) → articles → segment scores."""
    articles, segments, scores = [], [], []
    for (event, outlet), pieces in values.items():
        for number, pieces_of_article in enumerate(pieces):
            article = f"{event}/{outlet}/{number}"
            articles.append({"article_id": article, "event": event, "outlet": outlet})
            for place, value in enumerate(pieces_of_article):
                segment = f"{article}:{place}"
                segments.append(
                    {
                        "segment_id": segment,
                        "article_id": article,
                        "start": 10 * place,
                        "end": 10 * place + 9,
                        "text": " ".join(["word"] * words),
                        "voice": "outlet",
                    }
                )
                scores.append(
                    {"segment_id": segment, "article_id": article, "measure": "tone"}
                    | {"label": "tone", "value": value, "scorer": "hand@1"}
                )
    articles = pd.DataFrame(articles).assign(used=True, lineage="original")
    return pd.DataFrame(scores), pd.DataFrame(segments), articles


def simulated(*, outlets=3, events=6, articles=2, segments=8, shift=0.5, seed=1):
    generator = np.random.default_rng(seed)
    return corpus(
        {
            (f"event {e}", f"Outlet {o}"): [
                list(generator.normal(shift * o + e, 1, segments) + generator.normal(0, 0.3))
                for _ in range(articles)
            ]
            for e in range(events)
            for o in range(outlets)
        }
    )


QUICK = {"resamples": 300, "seed": 5}


def test_ten_equal_scores_are_a_level_without_an_interval():
    tables = corpus({("e", "A"): [[0.3] * 10], ("e", "B"): [[0.1] * 5 + [0.5] * 5]})
    levels = estimate_levels(*tables, **QUICK).set_index("outlet")
    assert levels.loc["A", "estimate"] == pytest.approx(0.3)
    assert np.isnan(levels.loc["A", "low"])
    assert "every score is the same" in levels.loc["A", "note"]
    assert levels.loc["B", "low"] < 0.3 < levels.loc["B", "high"]


def test_an_interval_ends_where_the_scale_does():
    few = {("e", "A"): [[0.0] * 6 + [0.9, 0.9, 0.9]], ("e", "B"): [[0.1, 0.2, 0.3] * 3]}
    scores, segments, articles = corpus(few)
    scores["measure"] = "loaded_language"
    own = estimate_levels(scores.assign(measure="my_measure"), segments, articles, **QUICK)
    level = estimate_levels(scores, segments, articles, **QUICK).set_index("outlet")
    free = own.set_index("outlet")
    assert free.loc["A", "low"] < 0 == level.loc["A", "low"]
    assert level.loc["A", "high"] == free.loc["A", "high"] <= 1
    assert level.loc["B", ["low", "high"]].tolist() == free.loc["B", ["low", "high"]].tolist()
    apart = compare_outlets(scores, segments, articles, **QUICK)
    assert apart["low"].min() >= -1 and apart["high"].max() <= 1


def test_a_word_counts_once_and_a_segment_counts_once_are_two_levels():
    scores, segments, articles = corpus({("e", "A"): [[0.0, 1.0]]})
    segments["text"] = ["one", "three words here"]
    by_words = estimate_levels(scores, segments, articles, **QUICK)
    by_segments = estimate_levels(scores, segments, articles, weights="segments", **QUICK)
    assert by_words["estimate"].item() == pytest.approx(3 / 4)
    assert by_segments["estimate"].item() == pytest.approx(1 / 2)
    assert by_words["n_words"].item() == 4


def test_a_missing_score_is_left_out_and_counted():
    scores, segments, articles = corpus({("e", "A"): [[0.2, 0.4, np.nan]]})
    level = estimate_levels(scores, segments, articles, **QUICK).iloc[0]
    assert level["estimate"] == pytest.approx(0.3)
    assert (level["n_segments"], level["n_missing"]) == (2, 1)


def test_scare_quotes_are_the_outlets_own_words():
    scores, segments, articles = corpus({("e", "A"): [[0.0, 0.0, 0.9, 0.6]]})
    segments["voice"] = ["outlet", "outlet", "scare", "quoted"]
    levels = estimate_levels(scores, segments, articles, **QUICK).set_index("voice")
    assert levels.loc["outlet", "estimate"] == pytest.approx(0.3)
    assert levels.loc["quoted", "estimate"] == pytest.approx(0.6)


def test_one_article_an_outlet_describes_the_article_and_has_no_p():
    values = {("e", name): [list(np.linspace(0, k, 20))] for k, name in ((1, "A"), (2, "B"))}
    contrast = compare_outlets(*corpus(values), **QUICK)
    assert (contrast["resampled"] == "segments within the article").all()
    assert contrast["p"].isna().all() and contrast["p_adjusted"].isna().all()
    assert contrast["note"].str.startswith("one article").all()
    assert contrast["estimate"].tolist() == pytest.approx([-0.25, 0.25])


def test_two_to_four_articles_say_that_they_are_too_few():
    level = estimate_levels(*simulated(outlets=2, events=1, articles=3), **QUICK)
    assert level["note"].str.startswith("fewer than 5 articles").all()
    assert (level["resampled"] == "segments within the article").all()


@pytest.mark.parametrize(
    ("shape", "unit"),
    [
        ({"events": 1, "articles": 5}, "articles"),
        ({"events": 5, "articles": 1}, "events"),
        ({"events": 4, "articles": 1}, "segments within the article"),
        ({"events": 2, "articles": 6}, "articles"),
    ],
)
def test_what_was_resampled_follows_from_the_design(shape, unit):
    contrast = compare_outlets(*simulated(**shape), permutations=50, **QUICK)
    assert set(contrast["resampled"]) == {unit}
    assert contrast["p"].isna().all() == (unit == "segments within the article")


def test_contrast_is_the_mean_over_events_of_level_minus_event_mean():
    tables = simulated(outlets=4, events=7, articles=3)
    rows = tables[0].merge(tables[2], on="article_id")
    levels = rows.groupby(["event", "outlet"])["value"].mean().unstack()
    expected = levels.sub(levels.mean(axis=1), axis=0).mean()
    found = compare_outlets(*tables, permutations=0, **QUICK).set_index("outlet")["estimate"]
    np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), atol=1e-12)
    pair = compare_outlets(*tables, contrast="Outlet 3", permutations=0, **QUICK)
    by_hand = levels.sub(levels["Outlet 3"], axis=0).mean().drop("Outlet 3")
    np.testing.assert_allclose(pair["estimate"].to_numpy(), by_hand.to_numpy(), atol=1e-12)


def test_paired_error_is_that_of_the_paired_t_test():
    tables = simulated(outlets=2, events=9, articles=1)
    rows = tables[0].merge(tables[2], on="article_id")
    levels = rows.groupby(["event", "outlet"])["value"].mean().unstack()
    apart = levels["Outlet 0"] - levels["Outlet 1"]
    pair = compare_outlets(*tables, contrast="Outlet 1", permutations=0, **QUICK).iloc[0]
    assert pair["standard_error"] == pytest.approx(stats.sem(apart))
    t = stats.t.interval(0.95, 8, loc=apart.mean(), scale=stats.sem(apart))
    assert pair["low"] <= t[0] and pair["high"] >= t[1]  # never narrower than Student's t


def test_bootstrap_mean_and_error_agree_with_the_closed_form():
    generator = np.random.default_rng(3)
    value = generator.normal(2, 1, (40, 1))
    drawn = resample_ratio(
        value, np.ones((40, 1)), resamples=20_000, generator=generator_for(1, ["a"])
    )
    closed = value.std() / np.sqrt(40)  # of a resampled mean: the n-denominator variance over n
    assert drawn.estimate[0] == pytest.approx(value.mean())
    assert drawn.moved.mean() == pytest.approx(0, abs=4 * closed / np.sqrt(20_000))
    assert drawn.moved.std() == pytest.approx(closed, rel=0.02)
    assert np.sqrt(drawn.variance[0]) == pytest.approx(stats.sem(value[:, 0]))


def test_matrix_bootstrap_is_the_slow_loop():
    generator = np.random.default_rng(4)
    value, weight = generator.normal(size=(7, 2)), generator.uniform(1, 3, (7, 2))
    drawn = resample_ratio(value, weight, resamples=50, generator=generator_for(9, ["x"]))
    counts = draw_counts(7, 50, generator_for(9, ["x"]))
    for one, moved, variance in zip(counts, drawn.moved, drawn.variances, strict=True):
        rows = np.repeat(np.arange(7), one.astype(int))
        ratio = value[rows].sum(0) / weight[rows].sum(0)
        residual = value[rows] - ratio * weight[rows]
        np.testing.assert_allclose(moved, ratio - drawn.estimate, atol=1e-12)
        slow = (residual**2).sum(0) / weight[rows].sum(0) ** 2 * 7 / 6
        np.testing.assert_allclose(variance, slow, atol=1e-12)


def test_resamples_drawn_in_parts_are_the_same(monkeypatch):
    generator = np.random.default_rng(4)
    value, weight = generator.normal(size=(7, 2)), generator.uniform(1, 3, (7, 2))
    whole = resample_ratio(value, weight, resamples=50, generator=generator_for(9, ["x"]))
    monkeypatch.setattr(resampling, "AT_ONCE", 7 * 12)
    parts = resample_ratio(value, weight, resamples=50, generator=generator_for(9, ["x"]))
    np.testing.assert_allclose(parts.moved, whole.moved)
    np.testing.assert_allclose(parts.variances, whole.variances)


def test_within_article_variance_is_the_jackknife():
    scores, segments, articles = corpus({("e", "A"): [[0.1, 0.5, 0.2, 0.9]]})
    segments["text"] = ["a b", "a b c", "a", "a b c d e"]
    weight, value = np.array([2, 3, 1, 5]), scores["value"].to_numpy()
    left_out = [np.average(np.delete(value, i), weights=np.delete(weight, i)) for i in range(4)]
    mean = np.average(value, weights=weight)
    expected = ((np.array(left_out) - mean) ** 2).sum() * 3 / 4
    sums = sum_articles(scores, segments, articles, voices=["outlet"])
    assert sums["variance"].item() == pytest.approx(expected)


def test_holm_follows_the_textbook():
    adjusted = holm(np.array([0.01, 0.04, np.nan, 0.03, 0.005]))
    np.testing.assert_allclose(adjusted, [0.03, 0.06, np.nan, 0.06, 0.02])


def test_families_are_adjusted_apart():
    frame = pd.DataFrame({"measure": ["a", "a", "b"], "p": [0.01, 0.02, 0.03]})
    assert adjust_p(frame)["p_adjusted"].tolist() == pytest.approx([0.02, 0.02, 0.03])


def test_permutation_p_is_uniform_when_outlets_are_alike():
    generator = np.random.default_rng(7)
    layout = {
        (f"e{e}", o): [[0.0, 0.0]] * (2 + (e + (o == "A")) % 2) for e in range(5) for o in "AB"
    }
    scores, segments, articles = corpus(layout)
    many = pd.concat(
        scores.assign(label=f"set {k}", value=generator.gamma(1.0, 1.0, len(scores)))
        for k in range(500)
    )
    found = compare_outlets(
        many, segments, articles, contrast="B", resamples=20, permutations=399, seed=1
    )
    assert len(found) == 500
    # p takes the values 1/400 … 1, so it is compared with the uniform spread over those.
    spread = found["p"].to_numpy() - generator.random(500) / 400
    assert stats.kstest(spread, "uniform").pvalue > 0.01


def test_exchanging_two_outlets_changes_signs_only():
    scores, segments, articles = simulated(outlets=2, events=6)
    there = compare_outlets(scores, segments, articles, contrast="Outlet 1", **QUICK).iloc[0]
    swapped = articles.assign(
        outlet=articles["outlet"].map({"Outlet 0": "Outlet 1", "Outlet 1": "Outlet 0"})
    )
    back = compare_outlets(scores, segments, swapped, contrast="Outlet 1", **QUICK).iloc[0]
    assert back["estimate"] == pytest.approx(-there["estimate"])
    assert (back["low"], back["high"]) == pytest.approx((-there["high"], -there["low"]))
    assert back["p"] == there["p"]


@pytest.mark.parametrize("by", ["event", "all"])
def test_copies_change_nothing(by):
    scores, segments, articles = simulated()
    copies = articles.assign(article_id=articles["article_id"] + "-2", used=False, lineage="copy")
    twice = [
        pd.concat([table, table.assign(**{c: table[c] + "-2" for c in table if c.endswith("_id")})])
        for table in (scores, segments)
    ]
    for estimate in (estimate_levels, compare_outlets):
        once = estimate(scores, segments, articles, by=by, **QUICK)
        again = estimate(*twice, pd.concat([articles, copies]), by=by, **QUICK)
        pd.testing.assert_frame_equal(once, again)


def test_an_event_without_outlets_and_the_order_of_rows_change_nothing():
    scores, segments, articles = simulated()
    empty = articles.iloc[:1].assign(
        article_id="unread", event="event 99", used=False, reason="not in English"
    )
    once = compare_outlets(scores, segments, articles, **QUICK)
    again = compare_outlets(
        scores.sample(frac=1, random_state=1),
        segments.sample(frac=1, random_state=2),
        pd.concat([empty, articles.sample(frac=1, random_state=3)]),
        **QUICK,
    )
    pd.testing.assert_frame_equal(once, again)


def test_scaling_a_score_scales_its_estimates():
    scores, segments, articles = simulated()
    once = compare_outlets(scores, segments, articles, **QUICK)
    tripled = scores.assign(value=3 * scores["value"])
    again = compare_outlets(tripled, segments, articles, **QUICK)
    for column in ("estimate", "low", "high", "standard_error"):
        np.testing.assert_allclose(again[column], 3 * once[column])
    for column in ("p", "effect_size"):
        np.testing.assert_allclose(again[column], once[column])


def test_wire_copy_is_counted_left_out_or_cut_to_own_sentences():
    scores, segments, articles = corpus({("e", "A"): [[0.0, 0.0], [1.0, 0.4]]})
    articles["lineage"] = ["original", "wire"]
    shared = pd.DataFrame(
        {
            "article_id": ["e/A/1", "e/A/0"],
            "start": [0, 0],
            "end": [9, 19],
            "other_id": ["agency", "spun elsewhere"],
            "kind": ["wire", "rewrite"],
        }
    )
    levels = {
        kind: estimate_levels(scores, segments, articles, lineage=kind, shared=shared, **QUICK)[
            "estimate"
        ].item()
        for kind in ("with wire", "without wire", "own sentences")
    }
    assert levels == pytest.approx(
        {"with wire": 0.35, "without wire": 0.0, "own sentences": 0.4 / 3}
    )


def test_sums_put_together_from_batches_give_the_same_estimates():
    scores, segments, articles = simulated()
    first = articles["article_id"].isin(articles["article_id"][:17])
    batches = [
        sum_articles(
            scores[scores["article_id"].isin(part["article_id"])],
            segments[segments["article_id"].isin(part["article_id"])],
            part,
        )
        for part in (articles[~first], articles[first])
    ]
    whole = compare_outlets(scores, segments, articles, **QUICK)
    pd.testing.assert_frame_equal(compare_outlets(sums=pd.concat(batches), **QUICK), whole)


def test_an_outlet_alone_in_its_event_has_no_contrast_there():
    values = {("e1", "A"): [[0.1, 0.2]], ("e1", "B"): [[0.3, 0.5]], ("e2", "A"): [[9.0, 9.5]]}
    found = compare_outlets(*corpus(values), **QUICK).set_index("outlet")
    assert found.loc["A", "estimate"] == pytest.approx(-0.125)
    assert found.loc["A", "n_events"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"by": "week"}, "by may be one of"),
        ({"weights": "lines"}, "weights may be one of"),
        ({"voices": "outlet"}, "voices is a list"),
        ({"lineage": "no wire"}, "lineage may be one of"),
        ({"lineage": "own sentences"}, "needs the table of shared sentences"),
        ({"level": 95}, "level is a share"),
        ({"contrast": "Outlet 9"}, "one of the outlets"),
    ],
)
def test_a_wrong_choice_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        compare_outlets(*simulated(events=2), **change)


def test_an_event_that_the_named_outlet_does_not_cover_is_a_row_that_says_so():
    values = {
        ("e1", "A"): [[0.1, 0.2]],
        ("e1", "B"): [[0.3, 0.5]],
        ("e2", "A"): [[0.1, 0.4]],
        ("e2", "C"): [[0.1, 0.9]],
    }
    with pytest.warns(UserWarning, match="C and B have no event in common"):
        found = compare_outlets(*corpus(values), contrast="B", by="event", **QUICK)
    found = found.set_index(["event", "outlet"])
    assert found.loc[("e1", "A"), "estimate"] == pytest.approx(-0.25)
    for outlet in "AC":
        assert np.isnan(found.loc[("e2", outlet), "estimate"])
        assert found.loc[("e2", outlet), "note"].startswith("no article of B in this event")


def test_events_with_one_outlet_cannot_be_compared_and_say_what_to_do():
    values = {("e1", "A"): [[0.1, 0.2]], ("e2", "B"): [[0.3, 0.5]]}
    with pytest.warns(UserWarning, match="no event is covered by two outlets"):
        assert compare_outlets(*corpus(values))["estimate"].isna().all()
    with (
        pytest.warns(UserWarning, match="A and B have no event in common"),
        pytest.raises(ValueError, match="no event is covered by two outlets"),
    ):
        compare_outlets(*corpus(values), contrast="B")


def test_two_scorers_of_one_measure_are_refused():
    scores, segments, articles = simulated(events=1)
    both = pd.concat([scores, scores.assign(scorer="other@2")])
    with pytest.raises(ValueError, match="keep one scorer"):
        estimate_levels(both, segments, articles)


def test_scores_of_unknown_segments_are_refused():
    scores, segments, articles = simulated(events=1)
    with pytest.raises(ValueError, match="not in the table of segments"):
        estimate_levels(scores, segments.iloc[1:], articles)


def test_a_measure_without_variance_is_told():
    values = {("e", name): [[0.5] * 6] for name in "AB"}
    with pytest.warns(UserWarning, match="has no variance"):
        estimate_levels(*corpus(values), **QUICK)


def test_a_small_p_is_read_off_the_normal_curve_in_large_corpora(monkeypatch):
    from analysis.outlets import permutation

    tables = simulated(outlets=2, events=60, articles=2, segments=2, shift=0.12)
    whole = compare_outlets(*tables, contrast="Outlet 1", permutations=4000, resamples=20)
    monkeypatch.setattr(permutation, "MOST_WORK", 1)
    short = compare_outlets(*tables, contrast="Outlet 1", permutations=4000, resamples=20)
    assert whole["p"].item() < 0.2
    assert short["p"].item() == pytest.approx(whole["p"].item(), rel=0.6)
    far = simulated(outlets=2, events=60, articles=2, segments=2, shift=3.0)
    assert compare_outlets(*far, contrast="Outlet 1", resamples=20)["p"].item() < 1e-9


def test_a_corpus_without_scores_gives_an_empty_table_and_says_so():
    scores, segments, articles = simulated(events=1)
    with pytest.warns(UserWarning, match="no scored segment of a used article"):
        found = estimate_levels(scores, segments, articles.assign(used=False))
    assert found.empty
    pd.testing.assert_index_equal(
        found.columns.sort_values(),
        estimate_levels(scores, segments, articles, **QUICK).columns.sort_values(),
    )


def test_few_clusters_say_what_heavy_tails_would_do():
    few = estimate_levels(*simulated(outlets=2, events=1, articles=6), **QUICK)
    assert few["note"].str.startswith("fewer than 10 articles: where one or two far outweigh").all()
    assert few["interval"].eq("claimed").all()
    pairs = compare_outlets(*simulated(outlets=2, events=6), permutations=0, **QUICK)
    assert pairs["note"].str.startswith("fewer than 10 events").all()
    many = estimate_levels(*simulated(outlets=2, events=1, articles=10), **QUICK)
    assert many["note"].eq("").all()


def test_a_skewed_level_reaches_farther_on_its_long_side_and_a_symmetric_one_is_t():
    even = resample_ratio(
        np.linspace(-1, 1, 30)[:, None], np.ones((30, 1)), resamples=20_000,
        generator=generator_for(1, ["a"]),
    )  # fmt: skip
    low, high = studentised_interval(even, level=0.95, freedom=29)
    reach = stats.t.ppf(0.975, 29) * np.sqrt(even.variance[0])
    assert (low.item(), high.item()) == pytest.approx((-reach, reach), rel=0.03)
    value = np.random.default_rng(1).lognormal(0, 1, (30, 1))
    skewed = resample_ratio(
        value, np.ones((30, 1)), resamples=2000, generator=generator_for(1, ["a"])
    )
    low, high = studentised_interval(skewed, level=0.95, freedom=29)
    below, above = skewed.estimate - low, high - skewed.estimate
    assert above > 1.1 * below
    assert below.item() == pytest.approx(stats.t.ppf(0.975, 29) * np.sqrt(skewed.variance[0]))


def test_articles_that_are_mostly_zero_bear_no_claim():
    values = {
        ("e", "A"): [[0.0, 0.0]] * 5 + [[0.1, 0.4]],
        ("e", "B"): [[0.1 * k, 0.2] for k in range(6)],
    }
    levels = estimate_levels(*corpus(values), **QUICK).set_index("outlet")
    assert levels.loc["A", "interval"] == "rough"
    assert "too few articles or events with a score other than zero" in levels.loc["A", "note"]
    assert levels.loc["B", "interval"] == "claimed"
