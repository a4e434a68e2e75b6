"""How the tagger of reported speech is trained: labels, variants, and a file that loads."""

from __future__ import annotations

import json

import numpy as np

from analysis.text.speech.reported_speech import DILATIONS, Reader, Tagger
from analysis.training.quotation_network import as_targets, new_network, write_weights
from analysis.training.quotation_teacher import Cutter, ask_teacher, new_teacher, train_teacher
from analysis.training.quotation_variants import VerbExchange, turn_sentences
from analysis.training.quotations import (
    Labelled,
    fit_tagger,
    label_article,
    labels_seen,
    train_quotations,
    without_marks,
)

TEXT = "Ann Roe said that the old bridge would hold."
WORDS = ["ann", "roe", "said", "claimed", "that", "the", "old", "bridge", "would", "hold", "."]


def article(text: str = TEXT) -> dict:
    def span(words: str) -> list[list[int]]:
        start = text.index(words)
        return [[start, start + len(words)]]

    content = "that the old bridge would hold"
    one = {"source": span("Ann Roe"), "cue": span("said"), "content": span(content)}
    return {"id": "a", "part": "train", "text": text, "attributions": [one]}


def test_labels_begin_and_continue_each_role() -> None:
    row = label_article(Reader(WORDS), article(), drop_marks=False)
    assert row.words == TEXT.replace(".", " .").split()
    assert row.labels[:, 0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert row.labels[:, 1].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert row.labels[:, 2].tolist() == [0, 0, 0, 1, 2, 2, 2, 2, 2, 0]


def test_dropping_marks_leaves_every_other_token() -> None:
    quoted = "“The bridge holds,” Ann Roe said."
    marked = {
        "text": quoted,
        "attributions": [{"source": [[20, 27]], "cue": [[28, 32]], "content": [[0, 19]]}],
    }
    reader = Reader(WORDS)
    whole = label_article(reader, marked, drop_marks=False)
    bare = label_article(reader, marked, drop_marks=True)
    assert [word for word in whole.words if word not in "“”"] == bare.words
    assert set(bare.features[:, 4] // 3) == {4}


def test_turned_sentences_keep_the_words_of_each_role() -> None:
    reader = Reader(WORDS)
    row = label_article(reader, article(), drop_marks=False)
    lengths = set()
    for seed in range(12):
        features, labels = turn_sentences(
            reader, row.words, row.features, row.labels, np.random.default_rng(seed), share=1.0
        )
        assert len(features) == len(labels)
        assert (labels[:, 0] > 0).sum() == 2  # Ann Roe
        assert (labels[:, 2] > 0).sum() == 5  # the old bridge would hold
        assert (features[:, 4] % 3 > 0).sum() == 1  # one sentence begins
        lengths.add(len(features))
    assert len(lengths) > 1  # both "according to" and "said" were drawn


def test_sentences_of_another_shape_are_left_alone() -> None:
    reader = Reader(WORDS)
    row = label_article(
        reader, article("When Ann Roe said that the old bridge would hold."), drop_marks=False
    )
    features, labels = turn_sentences(
        reader, row.words, row.features, row.labels, np.random.default_rng(1), share=1.0
    )
    np.testing.assert_array_equal(features, row.features)
    np.testing.assert_array_equal(labels, row.labels)


def test_only_cue_verbs_are_exchanged() -> None:
    reader = Reader(WORDS)
    row = label_article(reader, article(), drop_marks=False)
    exchange = VerbExchange(reader)
    changed = exchange.apply(row.features, row.labels, np.random.default_rng(3), share=1.0)
    differs = (changed != row.features).any(axis=1)
    assert set(np.flatnonzero(differs)) <= {2}
    kept = exchange.apply(row.features, row.labels, np.random.default_rng(3), share=0.0)
    np.testing.assert_array_equal(kept, row.features)


def test_training_writes_weights_that_load(tmp_path) -> None:
    folder = tmp_path / "attributions"
    folder.mkdir()
    (folder / "articles.jsonl").write_text(json.dumps(article()) + "\n", encoding="utf-8")
    out = train_quotations(tmp_path, tmp_path / "out", epochs=2, taught_epochs=1)
    hashes = json.loads((out / "sha256.json").read_text(encoding="utf-8"))
    tagger = Tagger(out, sha256=hashes)
    tokens = tagger.reader.read(TEXT, [(0, len(TEXT), 0)], [])
    assert tagger.tag(tokens).shape == (10, 3, 3)


def test_windows_hold_every_word_once_and_end_with_a_sentence() -> None:
    from analysis.encoder import Encoder

    tokenizer = Encoder().tokenizer
    words = ["The", "unbelievably", "old", "bridge", "holds", "."] * 90
    begins = np.arange(len(words)) % 6 == 0
    windows = Cutter(tokenizer).cut(3, words, begins)
    assert len(windows) > 1
    assert [w.first for w in windows[1:]] == np.cumsum([len(w.places) for w in windows])[
        :-1
    ].tolist()
    assert sum(len(w.places) for w in windows) == len(words)
    for w in windows:
        assert w.row == 3 and begins[w.first] and len(w.pieces) <= 256
        for place, word in zip(w.places, words[w.first :], strict=False):
            assert w.pieces[place] == tokenizer.encode(word, add_special_tokens=False).ids[0]


def test_a_teacher_learns_what_it_is_taught() -> None:
    from analysis.encoder import Encoder

    encoder = Encoder()
    row = label_article(Reader(WORDS), article(), drop_marks=False)
    windows = Cutter(encoder.tokenizer).cut(0, row.words, row.features[:, 4] % 3 > 0)
    teacher = new_teacher(encoder.folder, 2, frozen=4)
    before = ask_teacher(teacher, windows, [len(row.words)])[0]
    train_teacher(teacher, windows, [row.labels], [1], epochs=12, rate=1e-3)
    after = ask_teacher(teacher, windows, [len(row.words)])[0]
    np.testing.assert_allclose(after.sum(-1), 1, atol=1e-5)
    right = as_targets(row.labels).astype(float)
    assert (after * right).sum() > (before * right).sum() + 3


def test_answers_without_marks_are_those_of_the_other_words() -> None:
    row = Labelled(["“", "Go", ",", "”", "she", "said"], np.zeros((6, 5)), np.zeros((6, 3)))
    answer = np.arange(6 * 9).reshape(6, 3, 3)
    np.testing.assert_array_equal(without_marks(row, answer), answer[[1, 2, 4, 5]])


def test_labels_of_the_last_months_are_not_learnt() -> None:
    assert labels_seen({"date": "2016-07-30"})
    assert not labels_seen({"date": "2016-08-01"})
    reader = Reader(WORDS)
    row = label_article(reader, article(), drop_marks=False)
    other = Labelled(row.words, row.features, (row.labels + 1) % 3)
    states = []
    for one in (row, other):
        network = fit_tagger(
            [one, one], [], [np.full((10, 3, 3), 1 / 3, dtype=np.float32)] * 2, [False, False],
            VerbExchange(reader), new_network(WORDS), epochs=2,
        )  # fmt: skip
        states.append(network.state_dict())
    assert all((value == states[1][name]).all() for name, value in states[0].items())


def test_the_network_that_learns_and_the_tagger_that_ships_agree(tmp_path) -> None:
    import hashlib

    import torch

    network = new_network(WORDS).eval()
    for norm in network.norms:
        torch.nn.init.uniform_(norm, 0.5, 1.5)
    write_weights(
        {name: value.numpy() for name, value in network.state_dict().items()},
        tmp_path / "weights.safetensors",
    )
    (tmp_path / "vocabulary.txt").write_text("\n".join(WORDS), encoding="utf-8")
    names = ("weights.safetensors", "vocabulary.txt")
    hashes = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in names}
    tagger = Tagger(tmp_path, sha256=hashes)
    text = " ".join([TEXT] * 2 * max(DILATIONS))
    tokens = tagger.reader.read(text, [(0, len(text), 0)], [])
    features = torch.tensor(tokens.features)[None]
    with torch.inference_mode():
        theirs = network(features, torch.ones(features.shape[:2])).softmax(-1)[0].numpy()
    np.testing.assert_allclose(tagger.tag(tokens), theirs, atol=0.02)  # 8 and 16 bits
