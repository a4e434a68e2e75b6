"""Frames: descriptions, heads, hand codes, refusals, and the distance between outlets' mixes."""

import hashlib
import re

import numpy as np
import pandas as pd
import pytest

from analysis.measures.article_heads import (
    SHARPNESS,
    ArticleHead,
    mean_values,
    pool_vectors,
    read_articles,
    sigmoid,
)
from analysis.measures.frame_distances import compare_frames, js_distance
from analysis.measures.frame_heads import (
    FOLDER,
    FrameHead,
    fit_logistic,
    load_article_heads,
    load_heads,
    load_unseen,
    save_heads,
)
from analysis.measures.frame_learning import describe_frames, divide_frames, train_own_frame
from analysis.measures.frames import find_heads, score_article_frames, score_frames
from analysis.measures.own_frames import (
    Frame,
    FrameBook,
    built_in_frames,
    read_frames,
)
from analysis.own_files import OwnFileError
from analysis.tables import check_table

GOOD = """\
measure: strike_frames
frames:
  - name: nuisance
    definition: The strike is a nuisance to passengers and parents.
    examples:
      - Commuters waited two hours in the rain.
      - Schools sent the children home.
  - name: demand
    title: Fair demand
    definition: The strike is about wages that no longer pay the rent.
    examples:
      - Drivers cannot live on what they earn.
"""


class WordVectors:
    """Stands in for the encoder: a text's vector is the sum of its words' fixed vectors."""

    name = "words"
    weights_hash = "f" * 64

    def vectors(self, texts):
        rows = []
        for text in texts:
            words = "".join(c.lower() if c.isalnum() else " " for c in text).split()
            total = sum((self._word(word) for word in words), np.zeros(32))
            rows.append(total / np.linalg.norm(total) if words else np.full(32, np.nan))
        return np.array(rows, dtype=np.float32).reshape(-1, 32)

    @staticmethod
    def _word(word):
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        return np.random.default_rng(seed).normal(size=32)


@pytest.fixture
def words():
    return WordVectors()


def segments_of(*texts, article="a"):
    starts = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])])
    return pd.DataFrame(
        {
            "segment_id": [f"{article}:{start}" for start in starts],
            "article_id": article,
            "start": starts,
            "end": [start + len(text) for start, text in zip(starts, texts, strict=True)],
            "text": texts,
            "voice": "outlet",
        }
    )


def written(tmp_path, text, name="frames.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_read_frames_gives_names_definitions_and_examples(tmp_path):
    book = read_frames(written(tmp_path, GOOD))
    assert (book.measure, book.names) == ("strike_frames", ("nuisance", "demand"))
    assert book.frames[0].title == "nuisance"
    assert book.frames[1].title == "Fair demand"
    assert book.frames[0].examples[1] == "Schools sent the children home."
    assert book.owners == (0, 0, 0, 1, 1)


def test_built_in_frames_are_the_published_sets():
    assert len(built_in_frames("policy_frames").names) == 14
    assert built_in_frames("generic_frames").names == (
        "responsibility", "conflict", "human_interest", "economic_consequences", "morality",
    )  # fmt: skip
    moral = built_in_frames("moral_foundations").names
    foundations = {name.rpartition("_")[0] for name in moral}
    assert foundations == {"care", "fairness", "loyalty", "authority", "sanctity"}
    assert sorted(name.rpartition("_")[2] for name in moral) == ["vice"] * 5 + ["virtue"] * 5


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("    title: Fair demand", "    colour: red", 9, "unknown key 'colour' in a frame"),
        ("measure: strike", "mesure: strike", 1, "unknown key 'mesure' in the file"),
        ("  - name: demand", "  - name: nuisance", 8, "the name 'nuisance' stands twice"),
        ("      - Schools sent the children home.", "      -", 7, "of 'nuisance' is empty"),
        ("      - Schools sent the children home.", "      - '  '", 7, "is empty"),
        ("Schools sent the children home", "Commuters waited two hours in the rain", 7, "twice"),
        ("name: demand", "name: Fair Demand", 8, "small letters"),
        ("    definition: The strike is about wages that no longer pay the rent.\n", "", 8,
         "lacks the key 'definition'"),
        ("      - Drivers cannot live on what they earn.", "      a text", 12, "should be a list"),
        ("    title: Fair demand", "    name: demand", 9, "the key 'name' stands twice"),
        ("    title: Fair demand", "    title: [a", 10, "not YAML"),
    ],
)  # fmt: skip
def test_read_frames_refuses_with_file_line_and_reason(tmp_path, old, new, line, reason):
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(OwnFileError) as refused:
        read_frames(path)
    message = str(refused.value)
    assert message.startswith(f"{path}, line {line}:")
    assert reason in message


def test_read_frames_refuses_what_is_no_frame_file(tmp_path):
    with pytest.raises(OwnFileError, match="there is no such file"):
        read_frames(tmp_path / "none.yaml")
    with pytest.raises(OwnFileError, match="line 1: the file is empty"):
        read_frames(written(tmp_path, ""))
    with pytest.raises(OwnFileError, match="'frames' is empty"):
        read_frames(written(tmp_path, "frames: []\n"))
    path = tmp_path / "latin.yaml"
    path.write_bytes("frames: \xe9".encode("latin-1"))
    with pytest.raises(OwnFileError, match=r"not UTF-8 \(byte 8\)"):
        read_frames(path)


def test_read_frames_makes_no_object_from_a_tag(tmp_path):
    harmful = GOOD.replace("title: Fair demand", "title: !!python/object/apply:os.getcwd []")
    with pytest.raises(OwnFileError, match="should be one text"):
        read_frames(written(tmp_path, harmful))


def test_examples_of_generic_frames_are_about_the_same_things():
    # What is told must not tell the frames apart: each has as many examples, on the same subjects.
    frames = built_in_frames("generic_frames").frames
    assert {len(frame.examples) for frame in frames} == {16}
    for place, subject in ((4, "border"), (6, "train|railway"), (7, "tax")):
        told = [frame.examples[place] for frame in frames]
        assert all(re.search(subject, text) for text in told), told


def test_many_descriptions_hold_the_weights_closer(words):
    background = built_in_frames("background").texts
    for count in (3, 200):
        frames = [
            Frame(name, name, f"{name} itself", tuple(f"{name} {n}" for n in range(count)))
            for name in ("alpha", "beta")
        ]
        book = FrameBook("own", "1", tuple(frames))
        vectors = words.vectors([*book.texts, *background])
        present = np.zeros((len(vectors), 2))
        present[np.arange(len(book.texts)), list(book.owners)] = 1
        strength = 1.0 if count == 3 else 150 / len(vectors)
        expected, _ = fit_logistic(vectors, present, strength=strength)
        assert np.allclose(describe_frames(book, words).weight, expected)


def test_fit_logistic_puts_each_label_where_it_was_shown():
    vectors = np.array([[1.0, 0], [0.9, 0.1], [0, 1.0], [0.1, 0.9]])
    present = np.array([[1.0, np.nan], [1, np.nan], [0, np.nan], [0, np.nan]])
    present[:, 1] = [1, 1, 1, 1]
    weight, bias = fit_logistic(vectors, present, weight=np.ones(4), strength=10.0)
    assert weight[0, 0] > 0 > weight[0, 1]
    # All rows have the second label: nothing can be learnt, so nothing is.
    assert weight[1].tolist() == [0, 0]
    assert bias[1] == 6.0


def test_an_article_is_read_as_a_slow_loop_reads_it():
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(5, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words, owners = np.array([3.0, 1, 4, 1, 5]), np.array([0, 0, 1, 1, 1])
    prototypes = vectors[:3] + 0.1
    mean, focused, shares = read_articles(vectors, words, owners, prototypes)
    for article in (0, 1):
        some = [place for place in range(5) if owners[place] == article]
        total = sum(words[place] * vectors[place] for place in some)
        assert mean[article] == pytest.approx(total / np.sqrt(total @ total))
        for label in range(3):
            near = sum(
                np.exp(SHARPNESS * vectors[place] @ prototypes[label]) * vectors[place]
                for place in some
            )
            assert focused[article, label] == pytest.approx(near / np.sqrt(near @ near))
            share = 0.0
            for place in some:
                all_near = np.exp([SHARPNESS * vectors[place] @ one for one in prototypes])
                share += words[place] * all_near[label] / all_near.sum()
            assert shares[article, label] == pytest.approx(share / words[some].sum())


def test_an_article_head_adds_mean_focus_and_share():
    generator = np.random.default_rng(1)
    prototypes = np.eye(4)[:2]
    head = ArticleHead(
        "m", "1", ("a", "b"), generator.normal(size=(2, 4)), np.array([0.1, -0.2]), "s",
        focus=generator.normal(size=(2, 4)), share=np.array([2.0, 3.0]), prototypes=prototypes,
        thresholds=np.array([0.5, 0.5]),
    )  # fmt: skip
    vector = np.array([[0.6, 0.8, 0.0, 0.0]])
    one = head.values(vector, np.array([7.0]), np.array([0]))[0]
    near = np.exp(SHARPNESS * np.array([0.6, 0.8]))
    odds = (head.weight + head.focus) @ vector[0] + head.share * near / near.sum() + head.bias
    assert one == pytest.approx(1 / (1 + np.exp(-odds)))
    assert sigmoid(np.array([0.0, 800.0, -800.0])).tolist() == [0.5, 1.0, 0.0]


def test_mean_values_are_weighted_by_words_and_skip_what_has_none():
    values = np.array([[0.2], [0.8], [np.nan], [np.nan]])
    means = mean_values(values, np.array([3.0, 1, 9, 2]), np.array([0, 0, 0, 1]))
    assert means[0, 0] == pytest.approx((0.2 * 3 + 0.8) / 4)
    assert np.isnan(means[1, 0])


def test_pool_vectors_leaves_segments_without_vector_out():
    vectors = np.array([[1.0, 0], [np.nan, np.nan], [np.nan, np.nan]])
    pooled = pool_vectors(vectors, np.array([2.0, 9, 9]), np.array([0, 0, 1]))
    assert pooled[0].tolist() == [1.0, 0.0]
    assert np.isnan(pooled[1]).all()


def test_own_frames_are_found_where_their_words_are(words, tmp_path):
    segments = segments_of("Commuters waited in the rain.", "Drivers cannot live on this.", "  ")
    scored = score_frames(segments, words, frames=written(tmp_path, GOOD), measures=())
    wide = scored.scores.pivot(index="segment_id", columns="label", values="value")
    first, second, empty = (wide.loc[one] for one in segments["segment_id"])
    assert first["nuisance"] > first["demand"]
    assert second["demand"] > second["nuisance"]
    assert empty.isna().all()
    assert set(scored.scores["scorer"]) == {"strike_frames@described-1"}
    assert scored.scores["value"].dropna().between(0, 1).all()


def test_evidence_is_the_segments_at_one_half_or_more(words, tmp_path):
    segments = segments_of("Commuters waited two hours in the rain.", "Schools sent them home.")
    segments[["start", "end"]] += 100
    scored = score_frames(segments, words, frames=written(tmp_path, GOOD), measures=())
    high = scored.scores[scored.scores["value"] >= 0.5]
    evidence = check_table(scored.evidence, "evidence")
    assert len(evidence) == len(high) > 0
    merged = evidence.merge(high, on=["segment_id", "measure", "label"])
    assert merged["weight"].tolist() == merged["value"].tolist()
    spans = evidence.merge(segments, on="segment_id")
    assert (spans["start_x"] == spans["start_y"]).all()
    check_table(scored.scores, "scores")


def test_order_of_segments_changes_nothing(words, tmp_path):
    segments = segments_of("Commuters waited.", "Drivers earn little.", "Nobody came.")
    path = written(tmp_path, GOOD)
    keys = ["segment_id", "label"]
    one = score_frames(segments, words, frames=path, measures=()).scores
    two = score_frames(segments.iloc[::-1], words, frames=path, measures=()).scores
    pd.testing.assert_frame_equal(
        one.sort_values(keys, ignore_index=True), two.sort_values(keys, ignore_index=True)
    )


def test_segments_in_another_language_have_no_score(words, tmp_path):
    segments = pd.concat([segments_of("Commuters waited."), segments_of("Il pleut.", article="b")])
    articles = pd.DataFrame({"article_id": ["a", "b"], "language": ["en", "fr"]})
    scores = score_frames(
        segments, words, frames=written(tmp_path, GOOD), articles=articles, measures=()
    ).scores
    assert scores.loc[scores["article_id"] == "b", "value"].isna().all()
    assert scores.loc[scores["article_id"] == "a", "value"].notna().all()


def test_a_divided_text_sums_to_at_most_one_and_goes_to_its_description(words, tmp_path):
    book = read_frames(written(tmp_path, GOOD))
    head = divide_frames(book, words)
    values = head.values(words.vectors([book.frames[0].examples[0], "He scored twice.", " "]))
    assert head.divides
    assert values[0, 0] > values[0, 1]
    assert (values[:2].sum(axis=1) <= 1 + 1e-12).all()
    # What resembles none of the frames is shared out to none of them.
    assert values[1].sum() < values[0].sum()
    assert np.isnan(values[2]).all()


def test_uncoded_texts_change_nothing_where_they_do_not_help(words, tmp_path):
    book = read_frames(written(tmp_path, GOOD))
    texts = ["Rain again for commuters.", "Drivers cannot pay.", "Schools closed.", "Low wages."]
    labels = ["nuisance", "demand", "nuisance", "demand"]
    corpus = [f"Word{n} thing{n}." for n in range(30)]
    plain = train_own_frame(texts, labels, words, book=book)
    mixed = train_own_frame(texts, labels, words, book=book, corpus=corpus)
    turned = train_own_frame(texts, labels, words, book=book, corpus=corpus[::-1] * 2)
    np.testing.assert_array_equal(mixed.weight, turned.weight)
    if mixed.version == plain.version:
        np.testing.assert_array_equal(mixed.weight, plain.weight)
    else:
        assert mixed.version == "coded-4-corpus"


def test_hand_codes_teach_what_the_description_does_not_say(words, tmp_path):
    book = read_frames(written(tmp_path, GOOD))
    texts = [f"Zebra number {n} came." for n in range(16)] + [f"Lamp {n} fell." for n in range(16)]
    labels = ["nuisance"] * 16 + [[]] * 16
    head = train_own_frame(texts, labels, words, book=book)
    before = describe_frames(book, words)
    asked = words.vectors(["Zebra sixty came.", "Lamp sixty fell."])
    place = head.labels.index("nuisance")
    gain = head.values(asked)[:, place] - before.values(asked)[:, place]
    assert head.values(asked)[0, place] > 0.5 > head.values(asked)[1, place]
    assert gain[0] > 0.1


def test_hand_codes_without_book_take_true_and_false(words):
    head = train_own_frame(
        ["Rain fell.", "Rain again.", "Sun shone.", "Sun again."],
        [True, True, False, False],
        words,
        measure="weather",
    )
    values = head.values(words.vectors(["Rain.", "Sun."]))[:, 0]
    assert head.labels == ("weather",)
    assert values[0] > 0.5 > values[1]


def test_hand_codes_that_cannot_be_used_are_refused(words, tmp_path):
    book = read_frames(written(tmp_path, GOOD))
    with pytest.raises(ValueError, match="2 texts, but 1 labels"):
        train_own_frame(["a", "b"], ["nuisance"], words, book=book)
    with pytest.raises(ValueError, match="text 1 is empty"):
        train_own_frame(["a", " "], ["nuisance", "nuisance"], words, book=book)
    with pytest.raises(ValueError, match="no frame is called 'other'; there are nuisance, demand"):
        train_own_frame(["a"], ["other"], words, book=book)
    with pytest.raises(ValueError, match="all texts have the same code"):
        train_own_frame(["a", "b"], [True, True], words)


def test_heads_of_other_vectors_are_not_used(words, tmp_path):
    head = FrameHead("mine", "1", ("a",), np.zeros((1, 32)), np.zeros(1), "0" * 64)
    with pytest.raises(ValueError, match=r"'mine' was fitted on vectors of 0{12}.*fit it again"):
        find_heads(words, frames=head)
    # The shipped heads are not for these vectors either: the descriptions score instead.
    described = find_heads(words, measures=["generic_frames"])[0]
    version = built_in_frames("generic_frames").version
    assert described.scorer == f"generic_frames@described-{version}"
    with pytest.raises(ValueError, match="no frames called 'colours' ship"):
        find_heads(words, measures=["colours"])
    with pytest.raises(ValueError, match="two sets of frames are called 'strike_frames'"):
        book = read_frames(written(tmp_path, GOOD))
        find_heads(words, frames=[book, book])


def test_article_frames_count_segments_and_words(words, tmp_path):
    segments = pd.concat(
        [segments_of("Commuters waited.", "Rain fell."), segments_of("Drivers earn.", article="b")]
    )
    table = score_article_frames(segments, words, frames=written(tmp_path, GOOD), measures=())
    assert table.groupby("article_id")["n_segments"].first().to_dict() == {"a": 2, "b": 1}
    assert table.groupby("article_id")["n_words"].first().to_dict() == {"a": 4, "b": 2}
    # A head that was never checked on articles has no threshold to decide with.
    assert table["present"].isna().all()


def test_shipped_heads_are_whole_and_small():
    heads = load_heads()
    assert {"policy_frames", "generic_frames", "moral_foundations"} <= set(heads)
    for name in ("policy_frames", "generic_frames", "moral_foundations"):
        head = heads[name]
        assert head.labels == built_in_frames(name).names
        assert head.weight.shape == (len(head.labels) + head.divides, 384)
    assert load_article_heads()["policy_frames"].labels == heads["policy_frames"].labels
    unseen = load_unseen()
    assert len(unseen["policy_frames"]) > 100
    assert unseen["policy_frames"].keys() == unseen["policy_frames_present"].keys()
    size = sum(path.stat().st_size for path in FOLDER.iterdir())
    assert size < 2_000_000


def test_a_changed_weight_file_is_refused(tmp_path):
    head = FrameHead("m", "1", ("a", "b"), np.ones((3, 4)), np.zeros(3), "s", 20.0)
    article = ArticleHead("m", "1", ("a", "b"), np.ones((2, 4)), np.zeros(2), "s")
    save_heads([head], [article], {"m": ([5, -7], np.array([[0.25, 0.5], [1, 0]]))}, tmp_path)
    again = load_heads(tmp_path)["m"]
    assert again.labels == ("a", "b")
    assert again.weight.tolist() == np.ones((3, 4)).tolist()
    assert again.sharpness == 20.0
    assert load_article_heads(tmp_path)["m"].focus is None
    assert load_unseen(tmp_path)["m"][-7].tolist() == [1.0, 0.0]
    path = tmp_path / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    load_heads.cache_clear()
    expected = hashlib.sha256(bytes(content)).hexdigest()
    with pytest.raises(ValueError, match=expected):
        load_heads(tmp_path)
    with pytest.raises(FileNotFoundError, match="train frames"):
        load_heads(tmp_path / "none")


def test_js_distance_of_hand_made_mixes():
    same = js_distance(np.array([2.0, 2, 4]), np.array([1.0, 1, 2]))
    apart = js_distance(np.array([1.0, 0]), np.array([0.0, 3]))
    assert (float(same), float(apart)) == (0.0, 1.0)
    from scipy.spatial.distance import jensenshannon

    one, two = np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.1, 0.3])
    assert float(js_distance(one, two)) == pytest.approx(jensenshannon(one, two, base=2))
    assert np.isnan(js_distance(np.zeros(2), np.ones(2)))


def corpus(mixes, *, articles=6, noise=0.0, seed=0):
    """Return scores, segments, articles of outlets whose mix of two frames is given."""
    generator = np.random.default_rng(seed)
    segments, scores, rows = [], [], []
    for outlet, mix in mixes.items():
        for number in range(articles):
            name = f"{outlet}{number}"
            rows.append({"article_id": name, "event": "e", "outlet": outlet, "used": True})
            for place in range(4):
                segment = f"{name}:{place}"
                segments.append((segment, name, "five words are in this", "outlet"))
                for label, value in zip(("x", "y"), mix, strict=True):
                    value = np.clip(value + noise * generator.normal(), 0, 1)
                    scores.append((segment, name, "policy_frames", label, value, "s@1"))
    return (
        pd.DataFrame(scores, columns=["segment_id", "article_id", "measure", "label", "value",
                                      "scorer"]),
        pd.DataFrame(segments, columns=["segment_id", "article_id", "text", "voice"]),
        pd.DataFrame(rows),
    )  # fmt: skip


def test_outlets_with_one_mix_have_no_distance():
    table = compare_frames(*corpus({"North": (0.2, 0.6), "South": (0.1, 0.3)}))
    row = table.iloc[0]
    assert (row["outlet"], row["other"], row["resampled"]) == ("North", "South", "articles")
    assert row["estimate"] == pytest.approx(0.0, abs=1e-9)
    assert row["low"] == 0.0
    assert (row["n_articles"], row["n_other"], row["n_segments"], row["n_words"]) == (6, 6, 48, 240)


def test_outlets_with_planted_mixes_are_apart_by_what_was_planted():
    table = compare_frames(*corpus({"North": (0.8, 0.2), "South": (0.2, 0.8)}, noise=0.05))
    row = table.iloc[0]
    planted = float(js_distance(np.array([0.8, 0.2]), np.array([0.2, 0.8])))
    assert row["low"] - 0.02 <= planted <= row["high"] + 0.02
    assert row["p"] < 0.05
    assert row["chance"] < row["estimate"]
    # Noise pushes a distance up; the estimate has that taken out.
    assert row["estimate"] <= row["observed"]


def test_noise_alone_is_not_called_a_distance():
    p = [
        compare_frames(
            *corpus({"North": (0.5, 0.5), "South": (0.5, 0.5)}, noise=0.2, seed=seed),
            resamples=200,
        )["p"].iloc[0]
        for seed in range(12)
    ]
    assert sum(value < 0.05 for value in p) <= 2


def test_one_article_an_outlet_has_no_p_and_says_what_was_drawn():
    table = compare_frames(*corpus({"North": (0.8, 0.2), "South": (0.2, 0.8)}, articles=1))
    assert table["resampled"].iloc[0] == "segments within the article"
    assert np.isnan(table["p"].iloc[0])


def test_an_outlet_without_any_frame_has_no_distance_rather_than_none():
    row = compare_frames(*corpus({"North": (0.8, 0.2), "South": (0.0, 0.0)})).iloc[0]
    assert np.isnan(row[["estimate", "low", "high", "p"]].astype(float)).all()
    assert row["n_articles"] == 6


def test_order_of_rows_does_not_matter_to_distances():
    scores, segments, articles = corpus({"North": (0.7, 0.4), "South": (0.4, 0.6)}, noise=0.1)
    mixed = [one.sample(frac=1, random_state=3) for one in (scores, segments, articles)]
    pd.testing.assert_frame_equal(
        compare_frames(scores, segments, articles), compare_frames(*mixed)
    )


def test_unknown_measure_is_refused_with_those_there_are():
    scores, segments, articles = corpus({"North": (0.7, 0.4), "South": (0.4, 0.6)})
    with pytest.raises(ValueError, match="no measure 'tone'; they hold policy_frames"):
        compare_frames(scores, segments, articles, measure="tone")


def test_a_distance_is_of_the_events_that_both_cover():
    scores, segments, articles = corpus({"North": (0.8, 0.2), "South": (0.2, 0.8)}, noise=0.05)
    alone = articles["outlet"].eq("North") & articles["article_id"].isin(["North0", "North1"])
    elsewhere = articles.assign(event=articles["event"].where(~alone, "f"))
    row = compare_frames(scores, segments, elsewhere, by="all").iloc[0]
    without = compare_frames(scores, segments, articles[~alone], by="all").iloc[0]
    assert (row["n_articles"], row["n_other"]) == (4, 6)
    assert row["observed"] == without["observed"]
    apart = articles.assign(event=articles["outlet"])
    assert compare_frames(scores, segments, apart, by="all").empty
