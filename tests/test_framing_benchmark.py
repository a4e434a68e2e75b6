"""The framing benchmarks: their statistics, and that they run on hand-made sets of any size."""

import json

import numpy as np
import pytest

from analysis.benchmarks import framing, own_framing
from analysis.benchmarks.frame_ceiling import best_f1, codes_agree, near_copies
from analysis.benchmarks.frame_statistics import (
    as_matrix,
    class_f1,
    macro_auc,
    macro_f1,
    micro_f1,
    tfidf_classes,
    tfidf_labels,
)
from analysis.measures.frame_heads import article_key
from analysis.training.frames import (
    balanced_folds,
    choose_thresholds,
    folds_of,
    out_of_fold,
    policy_name,
    roc_auc,
    roles_of,
)

PRESENT = np.array([[1.0, 0], [1, 1], [0, 1], [0, 0]])
FOUND = np.array([[1.0, 0], [0, 1], [0, 0], [1, 0]])


def test_f1_counted_by_hand():
    # First label: 1 hit, 1 missed, 1 false; second: 1 hit, 1 missed.
    assert micro_f1(PRESENT, FOUND) == pytest.approx(2 * 2 / (4 + 3))
    assert macro_f1(PRESENT, FOUND) == pytest.approx((2 / 4 + 2 / 3) / 2)
    assert class_f1(np.array([0, 0, 1]), np.array([0, 1, 1]), [0, 1]) == pytest.approx(2 / 3)


def test_statistics_agree_with_sklearn():
    from sklearn.metrics import f1_score, roc_auc_score

    generator = np.random.default_rng(4)
    present = (generator.random((60, 5)) < 0.4).astype(float)
    values = np.round(generator.random((60, 5)), 1)
    found = (values > 0.5).astype(float)
    assert micro_f1(present, found) == pytest.approx(f1_score(present, found, average="micro"))
    assert macro_f1(present, found) == pytest.approx(f1_score(present, found, average="macro"))
    assert macro_auc(present, values) == pytest.approx(roc_auc_score(present, values))


def test_a_label_that_nobody_has_is_left_out_of_the_means():
    present = np.column_stack([PRESENT, np.zeros(4)])
    found = np.column_stack([FOUND, np.zeros(4)])
    assert macro_f1(present, found) == macro_f1(PRESENT, FOUND)
    assert macro_auc(present, found) == macro_auc(PRESENT, FOUND)
    assert np.isnan(roc_auc(np.ones(3), np.arange(3)))


def test_folds_do_not_depend_on_order_and_keep_groups_together():
    keys = [article_key(f"Story {number}") for number in range(20)]
    folds = dict(zip(keys, folds_of(keys), strict=True))
    turned = dict(zip(keys[::-1], folds_of(keys[::-1]), strict=True))
    assert folds == turned
    assert sorted(np.bincount(list(folds.values()))) == [4] * 5
    assert len(set(folds_of([keys[0]] * 3))) == 1


def test_balanced_folds_spread_rare_labels_and_keep_groups_together():
    keys = [article_key(f"Story {number}") for number in range(50)]
    present = np.zeros((50, 2))
    present[:10, 0] = 1  # rare, and by order of rows all in one place
    present[:25, 1] = 1
    folds = balanced_folds(keys, present)
    assert np.bincount(folds, minlength=5).tolist() == [10] * 5
    assert np.bincount(folds[:10], minlength=5).tolist() == [2] * 5
    assert np.bincount(folds[:25], minlength=5).tolist() == [5] * 5
    turned = balanced_folds(keys[::-1], present[::-1])[::-1]
    assert turned.tolist() == folds.tolist()
    assert len(set(balanced_folds([keys[0]] * 3, present[:3]))) == 1


def test_near_copies_are_texts_that_share_a_fifth_of_their_word_triples():
    story = "one two three four five six seven eight nine ten"
    texts = [story, story.upper() + "!", story[:28] + " and then all was new in it", "two three"]
    # Triples: 8 in the story; the third text shares 4 of its 11, of 15 in both.
    assert near_copies(texts).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert near_copies(texts, shared=0.5).tolist() == [[0, 1]]
    assert near_copies(texts[3:]).shape == (0, 2)


def test_codes_of_a_pair_agree_by_what_both_have():
    present = np.array([[1.0, 1, 0], [1, 0, 1], [0, 0, 1], [0, 0, 1]])
    assert codes_agree(present, np.array([[0, 1]])) == 0.5
    assert codes_agree(present, np.array([[0, 1], [2, 3]])) == pytest.approx(2 * 2 / 6)
    assert np.isnan(codes_agree(present, np.zeros((0, 2), dtype=int)))


def test_the_ceiling_of_simulated_coders_is_what_their_shares_reach():
    generator = np.random.default_rng(3)
    likely = generator.beta(0.5, 1.2, size=(4000, 3))
    one, two = ((generator.random(likely.shape) < likely).astype(float) for _ in range(2))
    # A finder that knows each text's share of coders does as well as any can.
    reached = max(micro_f1(one, (likely >= cut).astype(float)) for cut in np.linspace(0, 1, 101))
    blunted = 1 / (1 + ((1 - likely) / likely) ** 0.4)
    assert best_f1(micro_f1(one, two), likely, one) == pytest.approx(reached, abs=0.01)
    assert best_f1(micro_f1(one, two), blunted, one) == pytest.approx(reached, abs=0.02)


def test_the_ceiling_rises_with_agreement_and_is_unknown_below_chance():
    generator = np.random.default_rng(4)
    values = generator.random((300, 2))
    present = (generator.random((300, 2)) < values).astype(float)
    bounds = [best_f1(agreement, values, present) for agreement in (0.6, 0.7, 0.8, 0.95)]
    assert bounds == sorted(bounds)
    assert all(bound > agreement for bound, agreement in zip(bounds, (0.6, 0.7, 0.8), strict=False))
    assert np.isnan(best_f1(0.3, values, present))
    assert np.isnan(best_f1(float("nan"), values, present))
    assert np.isnan(best_f1(0.9, values, np.ones((300, 2))))


def test_an_article_is_known_again_by_its_words():
    assert article_key("A  Story.\n\nIt began") == article_key("a story it began")
    assert article_key("A story.") != article_key("Another story.")


def test_thresholds_part_what_can_be_parted():
    values = np.array([[0.2, 0.7], [0.3, 0.8], [0.6, 0.1], [0.7, 0.2]])
    present = np.array([[0.0, 1], [0, 1], [1, 0], [1, 0]])
    found = values >= choose_thresholds(values, present)
    assert found.tolist() == present.astype(bool).tolist()


def test_out_of_fold_never_reads_a_row_it_learnt_from():
    folds = np.array([0, 1, 2, 3, 4, 0, 1])

    def learn(places):
        def read(asked):
            assert not set(asked) & set(places)
            return np.full((len(asked), 1), len(places) / 10)

        return read, np.array([0.55])

    values, decided = out_of_fold(learn, (7, 1), folds)
    assert values[:, 0].tolist() == [0.5, 0.5, 0.6, 0.6, 0.6, 0.5, 0.5]
    assert decided[:, 0].tolist() == [0, 0, 1, 1, 1, 0, 0]


def test_baselines_learn_planted_words():
    texts = [f"apple pear number{n}" if n % 2 else f"stone brick number{n}" for n in range(40)]
    present = as_matrix([["fruit"] if n % 2 else [] for n in range(40)], ["fruit"])
    folds = np.arange(40) // 2 % 5
    assert macro_auc(present, tfidf_labels(texts, present, folds)) == 1.0
    truth = np.arange(40) % 2
    assert class_f1(truth, tfidf_classes(texts, truth, folds), [0, 1]) == 1.0


def test_examples_are_drawn_per_frame_and_leave_some_to_score():
    truth = np.array([0] * 20 + [1] * 6 + [2] * 1)
    shown = own_framing.draw_examples(truth, 5, seed=1)
    assert np.bincount(truth[shown], minlength=3).tolist() == [5, 3, 0]
    assert len(set(shown)) == 8


def test_frames_of_the_sets_are_ours_by_name():
    assert policy_name("Legality_Constitutionality_and_jurisprudence") == (
        "legality_and_constitutionality"
    )
    assert policy_name("Quality_of_life") == "quality_of_life"
    book = own_framing.frac_book(["economic", "legality_and_crime", "other"])
    assert book.names == ("economic", "legality_and_crime", "other")
    assert len(book.frames[1].examples) == 2 * len(book.frames[0].examples)
    short = own_framing.shorten_book(book)
    assert [len(frame.examples) for frame in short.frames] == [5, 5, 5]
    assert short.frames[1].definition == book.frames[1].definition


def test_roles_are_listed_once():
    rows = [
        {
            "roles": {
                "hero": [{"entity": "Mayor", "stakeholder": "x"}] * 2,
                "villain": [{"entity": "Mayor", "stakeholder": "x"}],
                "victim": [{"entity": None, "stakeholder": "x"}],
            }
        }
    ]
    assert roles_of(rows) == [(0, "Mayor", "hero"), (0, "Mayor", "villain")]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Hand-made sets of the three kinds."""
    folder = tmp_path_factory.mktemp("sets")
    themes = {
        "Economic": "Prices rose, wages fell and the factory lost money. Taxes went up.",
        "Health_and_safety": "The fever spread and doctors treated the sick in the clinic.",
        "Political": "The party lost the vote and its leader blamed the opposition.",
    }
    articles = [
        {
            "id": f"{language}-{frame}-{number}",
            "language": language,
            "text": f"Report {number}\n\n{text} It was day {number}.",
            "frames": [frame],
        }
        for language in ("en", "de")
        for number in range(4)
        for frame, text in themes.items()
    ]
    stories = [
        {
            "text": f"The mayor saved the river {number}. The mine poisoned the fish.",
            "frames": ["economic", *(["conflict"] if number % 2 else ["resolution"])],
            "roles": {
                "hero": [{"entity": "mayor", "stakeholder": "A"}],
                "villain": [{"entity": "mine", "stakeholder": "B"}],
                "victim": [{"entity": "fish", "stakeholder": "C"}],
            },
        }
        for number in range(8)
    ]
    sentences = [
        {"text": f"{text} Day {number}.", "frame": frame}
        for number in range(7)
        for frame, text in (("economic", "Wages fell again."), ("other", "It rained in the park."))
    ]
    for name, file, rows in (
        ("policy_frames", "articles", articles),
        ("narrative_frames", "articles", stories),
        ("frac", "sentences", sentences),
    ):
        (folder / name).mkdir()
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / name / f"{file}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_policy_frames_are_measured_on_articles_never_seen(data):
    result = framing.measure_policy_frames(data)
    figures = result["figures"]
    assert figures["micro_f1"]["n"] == 12
    assert figures["micro_f1"]["value"] > 0.6
    assert figures["macro_auc"]["value"] > 0.9
    assert figures["micro_f1_de"]["n"] == 12
    assert {"micro_f1", "macro_f1", "macro_auc"} <= set(
        result["baselines"]["TF-IDF logistic regression"]
    )
    assert "micro_f1_de" in result["baselines"]["majority"]
    # Articles on one theme differ by a number only, and were given the same code.
    assert figures["near_copies_f1"]["value"] == 1.0
    assert figures["near_copies_f1"]["n"] == 18
    assert result["notes"][0].startswith("0 of 12 English articles were fitted on")


def test_narrative_frames_and_roles_are_measured(data):
    figures = framing.measure_narrative_frames(data)["figures"]
    assert figures["role_macro_f1"]["n"] == 24
    assert 0 <= figures["role_macro_f1"]["value"] <= 1
    # All stories are economic: the frame tells nothing and is left out of macro_f1_varied.
    assert figures["macro_f1"]["n"] == 8
    assert figures["macro_f1_varied"]["value"] <= figures["macro_f1"]["value"]


def test_frac_is_measured_without_its_codes(data):
    result = own_framing.measure_frac(data)
    assert result["figures"]["macro_f1"]["value"] > 0.9
    assert result["figures"]["macro_f1"]["n"] == 14
    assert "nearest centroid of 5 examples and the definition" in result["baselines"]
    assert result["figures"]["frac_short_gain_32"]["value"] >= 0
    assert "gvfc_gain_32" not in result["figures"]


def test_a_set_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"'frac' should be at .*sentences.jsonl"):
        own_framing.measure_frac(tmp_path)
