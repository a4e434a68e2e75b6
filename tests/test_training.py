"""Training rows, the learning itself, and that a written model reads as it was trained."""

import io
import json
import tarfile

import numpy as np
import pandas as pd
import pytest

from analysis.encoder import Encoder
from analysis.encoding import heads as heads_module
from analysis.encoding.heads import SEGMENT
from analysis.training import wording
from analysis.training import wording_steps as steps
from analysis.training.exchanged_words import exchange_words
from analysis.training.labelled_rows import (
    fold_of,
    own_stretches,
    read_rows,
    read_unlabelled,
    row_hash,
    without_texts,
)
from analysis.training.prepared_rows import Prepared
from analysis.training.ratings import read_ratings
from analysis.training.teacher import judge_rows, unlabelled_rows
from analysis.training.varied_texts import vary_rows
from analysis.training.wording_network import Stack, build_network


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_a_sentence_is_cut_at_its_quotation_marks():
    sentence = 'The mayor called it "a shabby trick" on Monday.'
    parts = [(sentence[a:b], quoted) for a, b, quoted in own_stretches(sentence)]
    assert parts == [
        ("The mayor called it", False),
        ('"a shabby trick"', True),
        ("on Monday.", False),
    ]


def test_marks_fall_on_the_stretch_they_stand_in(tmp_path):
    text = 'Title\n\nThe plan is a disgrace, said "the awful rival" of him.'
    start = text.index("disgrace")
    spans = [{"start": start, "end": start + 8, "technique": "Loaded_Language"}]
    spans.append({"start": 0, "end": 5, "technique": "Doubt"})
    write_lines(
        tmp_path / "loaded_spans" / "articles.jsonl", [{"id": "x", "text": text, "spans": spans}]
    )
    rows = read_rows(tmp_path, ("loaded_spans",)).set_index("text")
    assert rows["loaded"].to_dict() == {
        "Title": 0,
        "The plan is a disgrace, said": 1,
        '"the awful rival"': 0,
        "of him.": 0,
    }
    marked = rows.loc["The plan is a disgrace, said", "marks"]
    assert ["The plan is a disgrace, said"[a:b] for a, b in marked] == ["disgrace"]


def test_a_row_is_known_again_in_other_spelling_and_place():
    assert row_hash("babe", "The Plan, again!") == row_hash("babe", "the plan again")
    assert row_hash("babe", "the plan") != row_hash("subjectivity", "the plan")
    assert row_hash("newsmtsc", "Roe met Holm", 0, 3) != row_hash("newsmtsc", "Roe met Holm", 8, 12)


def test_folds_keep_groups_together_and_rows_in_any_order_give_one_table(tmp_path):
    lines = [
        {
            "text": f"Sentence {n} on it.",
            "topic": f"t{n % 7}",
            "outlet": "The Quay",
            "biased": n % 2,
        }
        for n in range(60)
    ]
    write_lines(tmp_path / "one" / "babe" / "sentences.jsonl", lines)
    write_lines(tmp_path / "two" / "babe" / "sentences.jsonl", lines[::-1])
    one, two = (read_rows(tmp_path / name, ("babe",)) for name in ("one", "two"))
    pd.testing.assert_frame_equal(one, two)
    assert (one.groupby("group")["fold"].nunique() == 1).all()
    assert one["fold"].nunique() > 1
    assert fold_of("babe", "t1") == one.loc[one["group"] == "t1", "fold"].iloc[0]


def test_ratings_are_read_from_the_package_without_unpacking_it(tmp_path):
    def archive(name, content):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as tar:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        return stream.getvalue()

    # One byte is not UTF-8, as in the real file.
    lines = b"1_1\t2.0\tA fine day.\n1_2\t-4\tA caf\xe9 burnt.\n2_1\t0\tRain fell.\n"
    inner = archive("hutto/nytEditorialSnippets_GroundTruth.txt", lines)
    (tmp_path / "editorials").mkdir()
    (tmp_path / "editorials" / "vaderSentiment-3.3.2.tar.gz").write_bytes(
        archive("v/additional_resources/hutto_ICWSM_2014.tar.gz", inner)
    )
    found = list(read_ratings(tmp_path, "editorials"))
    assert [(group, rating) for group, rating, _ in found] == [("1", 2.0), ("1", -4.0), ("2", 0.0)]
    rows = read_rows(tmp_path, ("editorials",))
    assert rows["tone"].between(-1, 1).all() and rows["tone"].min() == -1


def test_missing_sets_say_where_they_should_be_and_what_brings_them(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"babe.*--data"):
        read_rows(tmp_path, ("babe",))
    with pytest.raises(FileNotFoundError, match=r"pip download .*vaderSentiment==3\.3\.2"):
        read_rows(tmp_path, ("editorials",))
    with pytest.raises(ValueError, match="'nonsense'"):
        read_rows(tmp_path, ("nonsense",))


def test_outlets_of_the_test_set_are_never_learnt_from(tmp_path):
    sentence = "The harbour office of {} published its yearly report today."
    lines = [{"outlet": o, "text": sentence.format(o)} for o in ("Fox News", "HuffPost", "Quay")]
    write_lines(tmp_path / "same_event" / "articles.jsonl", lines)
    assert read_unlabelled(tmp_path, count=9, seed=1) == [sentence.format("Quay")]


def test_what_is_held_out_in_one_set_is_not_learnt_from_in_another():
    rows = pd.DataFrame({"text_hash": [1, 2, 1, 3]})
    held_out = np.array([True, False, False, False])
    assert without_texts(rows, held_out).tolist() == [False, True, False, True]


def test_entities_are_found_where_sentences_name_them(tmp_path):
    article = {
        "id": "s1-a",
        "story": "s1",
        "outlet": "The Quay",
        "headline": "Holm wins",
        "sentences": ["Roe mocked Ada Holm.", "Rain fell on Holm and Roe."],
        "entities": [{"entity": "Ada Holm", "score": -1.5}],
        "stances": [{"sentence": 0, "subject": "Bertil Roe", "object": "Ada Holm", "polarity": -1}],
    }
    write_lines(tmp_path / "entity_stance" / "articles.jsonl", [article])
    rows = read_rows(tmp_path, ("entity_stance",)).sort_values("text")
    named = [t[int(a) : int(b)] for t, a, b in zip(rows.text, rows.start, rows.end, strict=True)]
    assert list(zip(rows["text"], named, rows["toward"], strict=True)) == [
        ("Holm wins", "Holm", 1),
        ("Rain fell on Holm and Roe.", "Holm", 1),
        ("Roe mocked Ada Holm.", "Ada Holm", 0),
    ]
    assert (rows["article_toward"] == -0.5).all() and (rows["entity"] == "Ada Holm").all()


def test_a_pass_reads_only_allowed_rows_and_the_share_asked_for():
    rows = pd.DataFrame({"set": ["reviews"] * 1000 + ["babe"] * 100, "loaded": np.nan})
    rows["toward"] = np.nan
    allowed = np.ones(1100, dtype=bool)
    allowed[1000:1050] = False
    plan = {"shares": {"reviews": 0.2}, "passes": 2, "seed": 3}
    chosen = steps.draw_passes(rows, plan, allowed)
    assert len(chosen) == 2
    for places in chosen.values():
        assert 140 < (places < 1000).sum() < 260
        assert (places >= 1000).sum() == 50 and allowed[places].all()
    once = steps.draw_passes(rows, {**plan, "once": ("babe",)}, allowed)
    assert (once[0] >= 1000).sum() == 50 and (once[1] >= 1000).sum() == 0


def test_every_row_is_in_one_batch_of_a_pass():
    lengths = np.random.default_rng(0).integers(3, 90, 500)
    places = np.arange(0, 500, 2)
    generator = np.random.default_rng(1)
    found = list(steps.batches(lengths, places, size=16, generator=generator))
    assert sorted(np.concatenate(found).tolist()) == places.tolist()


def test_the_teacher_judges_what_it_may_see_and_nothing_else():
    rows = pd.DataFrame(
        {
            "set": ["babe"] * 12 + ["unlabelled"] * 2 + ["reviews"],
            "text": [f"The {w} plan {n}." for n in range(4) for w in ("vile", "calm", "dull")]
            + ["The vile plan.", "The calm plan.", "A film."],
            "biased": [1, 0, 0] * 4 + [np.nan] * 3,
        }
    ).assign(
        toward=np.nan,
        tone=np.nan,
        loaded=np.nan,
        subjective=np.nan,
        marks=None,
        start=np.nan,
        end=np.nan,
    )
    allowed = np.ones(15, dtype=bool)
    allowed[:3] = False
    plan = {
        **wording.TEACHING,
        "sets": ("babe",),
        "judged": ("babe",),
        "frozen": 5,
        "passes": 12,
        "rate": 3e-4,
    }
    found = judge_rows(rows, plan, allowed, Encoder(progress=False))
    judged = ~np.isnan(found["segment"][:, 0])
    assert judged.tolist() == [False] * 3 + [True] * 11 + [False]
    biased = found["segment"][:, SEGMENT.index("biased")]
    assert biased[12] > biased[13]
    assert sorted(found["pieces"]) == list(range(3, 14))


def test_variants_are_made_of_their_own_fold_and_the_same_each_time():
    words = "alder birch cedar damson elder fir gorse hazel ivy juniper".split()
    rows = pd.DataFrame(
        [
            {
                "set": "babe",
                "text": " ".join(f"{word}{number}" for word in words),
                "group": f"topic {number}",
                "fold": number % 2,
            }
            for number in range(8)
        ]
    )
    found = vary_rows(rows, 4, seed=3)
    pd.testing.assert_frame_equal(found, vary_rows(rows[::-1], 4, seed=3))
    assert len(found) > 24 and not found["text"].isin(rows["text"]).any()
    for text, group, fold in found.itertuples(index=False):
        sources = {int(word[-1]) for word in text.split()}
        assert {number % 2 for number in sources} == {fold}
        assert int(group[-1]) in sources and len(text.split()) >= 4


def test_short_texts_are_not_varied_and_unlabelled_rows_know_their_fold(tmp_path):
    sentence = "The harbour office published its long yearly report on Tuesday morning."
    write_lines(tmp_path / "same_event" / "articles.jsonl", [{"outlet": "Quay", "text": sentence}])
    rows = pd.DataFrame(
        {
            "set": "babe",
            "text": [
                "Rain fell.",
                "The vile plan of the old mayor was read aloud on Monday.",
                "Nobody in the small harbour town had asked for a longer quay.",
            ],
            "group": ["rain", "plan", "plan"],
            "fold": [0, 3, 3],
        }
    )
    plan = {
        "unlabelled": 5, "varied": {"babe": 4}, "exchanged": {}, "lenders": (), "seed": 1
    }  # fmt: skip
    found = unlabelled_rows(rows, tmp_path, plan)
    folds = found.groupby("group")["fold"].agg(set).to_dict()
    assert folds == {sentence: {-1}, "plan": {3}}
    assert set(found["set"]) == {"unlabelled"} and found["row"].is_unique


def test_words_are_exchanged_for_words_of_their_kind_that_others_lend():
    text = "The stubborn mayor defended the costly harbour and the Quay."
    rows = pd.DataFrame({"text": [text, "It was so."], "group": ["a", "b"], "fold": [2, 1]})
    lenders = ["A gloomy clerk praised the narrow bridge and a splendid ferry.", "Gulls attacked."]
    found = exchange_words(rows, lenders, 30, seed=4)
    pd.testing.assert_frame_equal(found, exchange_words(rows, lenders[::-1], 30, seed=4))
    assert set(found["group"]) == {"a"} and set(found["fold"]) == {2}
    places = list(zip(*(one.rstrip(".").split() for one in found["text"]), strict=True))
    like = {"gloomy", "narrow", "splendid"}, {"clerk", "bridge", "ferry"}, {"praised", "attacked"}
    allowed = [
        {"The"}, {"stubborn"} | like[0], {"mayor"} | like[1], {"defended"} | like[2], {"the"},
        {"costly"} | like[0], {"harbour"} | like[1], {"and"}, {"the"}, {"Quay"},
    ]  # fmt: skip
    assert all(set(words) <= some for words, some in zip(places, allowed, strict=True))
    assert {"gloomy", "splendid"} < set(places[1]) and {"praised", "attacked"} < set(places[3])


def test_the_network_passes_pieces_on_as_the_encoder_does():
    import torch

    from analysis.encoding.transformer import load_bert

    encoder = Encoder(progress=False)
    stack = Stack(encoder.folder)
    ids = np.array([101, 1996, 3902, 2003, 2307, 102])
    expected = load_bert(encoder.folder, device="cpu", dtype=torch.float32)([ids]).numpy()
    ours = stack.lower([ids], stack.count)[0].float().numpy()
    # The network multiplies in bfloat16.
    cosine = (
        (ours * expected).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(expected, axis=1)
    )
    assert (cosine > 0.999).all()


def test_other_kinds_of_encoder_are_not_trained(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(ValueError, match="'gpt2'"):
        Stack(tmp_path)


@pytest.fixture(scope="module")
def trained():
    """A module trained for a moment on invented rows."""
    words = ["shameful", "vile", "calm", "plain"]
    rows = []
    for number in range(48):
        word = words[number % 4]
        text = f"The {word} plan number {number} was read by Ada Holm."
        loaded = int(number % 4 < 2)
        rows.append(
            {
                "set": "loaded_spans",
                "text": text,
                "loaded": loaded,
                "marks": [(4, 4 + len(word))] if loaded else [],
                "tone": np.nan,
            }
        )
        rows.append(
            {
                "set": "newsmtsc",
                "text": text,
                "start": text.index("Ada"),
                "end": text.index("Ada") + 8,
                "toward": 0 if loaded else 2,
                "tone": np.nan,
            }
        )
    frame = pd.DataFrame(rows).assign(biased=np.nan, subjective=np.nan)
    encoder = Encoder(progress=False, precision="float32")
    prepared = Prepared(encoder, frame, frozen=4)
    module = build_network(encoder.folder, frozen=4, dropout=0.0, seed=5)
    shares = dict.fromkeys(range(3), np.arange(len(frame)))
    steps.learn(module, prepared, shares, rate=2e-4, head_rate=3e-3, size=16, seed=5)
    return encoder, prepared, module


def test_it_learns_what_the_rows_say(trained):
    _, prepared, module = trained
    found = steps.predict(module, prepared, np.arange(len(prepared.rows)))
    loaded = prepared.rows["loaded"].to_numpy(float)
    given = found["segment"][:, SEGMENT.index("loaded")]
    assert given[loaded == 1].min() > given[loaded == 0].max()
    toward = prepared.rows["toward"].to_numpy(float)
    named = ~np.isnan(toward)
    assert (found["toward"][named].argmax(1) == toward[named]).mean() > 0.9


def test_changes_of_full_rank_are_the_changes(trained):
    import torch

    encoder, _, module = trained
    tensors = steps.cut_changes(module, rank=384)
    again = build_network(encoder.folder, frozen=4, dropout=0.0, seed=6)
    steps.apply_cut(again, tensors)
    for key, value in module.body.items():
        assert torch.allclose(value, again.body[key], atol=2e-4), key


def test_a_written_model_reads_as_it_was_trained(trained, tmp_path, monkeypatch):
    encoder, prepared, module = trained
    tensors = steps.cut_changes(module, rank=384)
    steps.apply_cut(module, tensors)
    everything = np.arange(len(prepared.rows))
    found = steps.predict(module, prepared, everything)
    monkeypatch.setattr(wording, "calibrate", lambda *_: {})
    monkeypatch.setattr(heads_module, "MODELS", tmp_path)
    prepared.rows["row"] = everything
    plan = {"frozen": 4}
    place = wording.write_model(tmp_path / "wording", encoder, prepared, plan, tensors, found)
    assert {path.name for path in place.iterdir()} == {
        "weights.safetensors",
        "rows.safetensors",
        "model.json",
    }
    rows = prepared.rows
    spans = [
        [(int(a), int(b))] if a == a else []
        for a, b in zip(rows["start"], rows["end"], strict=True)
    ]
    read = Encoder(progress=False, precision="float32").run(rows["text"].tolist(), spans)
    # Training multiplies in bfloat16, reading here in single precision.
    np.testing.assert_allclose(read["loaded"], found["segment"][:, 0], atol=0.15)
    named = np.flatnonzero(rows["toward"].notna())
    for row in named[:10]:
        np.testing.assert_allclose(read["toward"][row][0], found["toward"][row], atol=0.15)


def test_no_row_is_judged_by_a_network_or_a_teacher_that_saw_its_fold(tmp_path, monkeypatch):
    words = [f"Sentence {number} of the quay." for number in range(40)]
    rows = pd.DataFrame({"set": "babe", "text": words, "fold": np.arange(40) % 4})
    rows.loc[39, ["set", "text", "fold"]] = ["reviews", words[0], 3]  # shared with fold 0
    rows["text_hash"] = [row_hash("", text) for text in rows["text"]]
    taught_without, learnt_from, written = [], [], {}

    class Rows:
        def __init__(self, encoder, rows, *, frozen):
            self.rows = rows

        def teach(self, answers):
            self.taught = answers

    def judge(rows, plan, allowed, encoder):
        taught_without.append(allowed)
        return {**steps.no_answers(rows), "mark": len(taught_without)}

    def train(encoder, prepared, plan, allowed):
        learnt_from.append((prepared.taught.get("mark"), allowed))
        return len(learnt_from), {}

    def predict(network, prepared, places):
        found = steps.no_answers(prepared.rows)
        found["segment"][places] = network
        found["pieces"] = {int(place): np.zeros(2) for place in places}
        return found

    def write(place, encoder, prepared, plan, tensors, unseen):
        written.update(unseen)
        return place

    monkeypatch.setattr(wording, "read_rows", lambda data: rows)
    monkeypatch.setattr(wording, "unlabelled_rows", lambda *_: rows.iloc[:0])
    monkeypatch.setattr(wording, "Prepared", Rows)
    monkeypatch.setattr(wording, "judge_rows", judge)
    monkeypatch.setattr(wording, "_train_once", train)
    monkeypatch.setattr(steps, "predict", predict)
    monkeypatch.setattr(wording, "write_model", write)
    monkeypatch.setattr("analysis.encoder.TEACHER", "all-MiniLM-L6-v2")
    wording.train_wording(tmp_path, tmp_path, left_out=((0, 1), (2,)))
    fold, babe = rows["fold"].to_numpy(), (rows["set"] == "babe").to_numpy()
    by = written["segment"][:, 0]
    for number, held in enumerate((0, 1, 2), start=1):
        assert (by[(fold == held) & babe] == number).all()
        teacher, allowed = learnt_from[number - 1]
        assert not allowed[fold == held].any()
        assert not taught_without[teacher - 1][fold == held].any()
    assert np.isnan(by[(fold == 3) | ~babe]).all() and set(written["pieces"]) == set(
        np.flatnonzero(fold < 3)
    )
    assert not learnt_from[0][1][39]  # the sentence that a review shares with fold 0
    assert learnt_from[1][1][39] and learnt_from[-1][1].all() and len(learnt_from) == 4


def test_weights_of_several_times_are_averaged():
    network = build_network(Encoder(progress=False).folder, frozen=5, dropout=0.0, seed=1)
    before = steps.weights_of(network)
    after = {name: value + 2.0 for name, value in before.items()}
    network.load_state_dict(after)
    assert all((value == after[name]).all() for name, value in steps.weights_of(network).items())
    assert all((before[name] + 2.0 == value).all() for name, value in after.items())
    steps.set_mean(network, [before, after])
    for name, value in network.state_dict().items():
        np.testing.assert_allclose(value, before[name] + 1.0, atol=1e-6)


def test_answers_of_several_networks_are_averaged_where_they_were_asked():
    rows = pd.DataFrame({"text": ["a", "b", "c"]})
    one, two = steps.no_answers(rows), steps.no_answers(rows)
    one["segment"][:2], two["segment"][1:2] = 1.0, 4.0
    one["pieces"], two["pieces"] = {0: np.array([1.0, 3.0])}, {0: np.array([3.0, 5.0])}
    mean = steps.mean_answers([one, two])
    assert mean["segment"][:2, 0].tolist() == [1.0, 2.5]
    assert np.isnan(mean["segment"][2]).all() and np.isnan(mean["toward"]).all()
    assert mean["pieces"][0].tolist() == [2.0, 4.0]


def test_calibrated_probabilities_match_the_shares():
    generator = np.random.default_rng(2)
    count = 4000
    odds = generator.normal(size=count)
    label = (generator.random(count) < 1 / (1 + np.exp(-(2 * odds - 1)))).astype(float)
    segment = np.full((count, len(SEGMENT)), np.nan)
    segment[:, :4] = odds[:, None]
    toward = np.stack([odds, np.zeros(count), -odds], axis=1)
    rows = pd.DataFrame({"loaded": label, "biased": label, "subjective": label})
    rows = rows.assign(set="editorials", tone=odds / 4, toward=np.where(label == 1, 0.0, 2.0))
    pieces = {0: np.concatenate([[0], odds, [0]])}
    marked = [np.concatenate([[0], label, [0]])] + [None] * (count - 1)
    unseen = {"segment": segment, "toward": toward, "pieces": pieces}
    found = wording.calibrate(rows, unseen, marked)
    assert found["loaded"] == pytest.approx([2, -1], abs=0.15)
    assert found["pieces"] == pytest.approx([2, -1], abs=0.15)
    assert found["tone"] == pytest.approx([0.25, 0], abs=1e-6)
    assert found["toward"]["shift"][1] < -2  # nobody was neutral
