"""How the tagger of reported speech is trained: labels, variants, and a file that loads."""

from __future__ import annotations

import json

import numpy as np

from analysis.text.speech.reported_speech import Reader, Tagger
from analysis.training.quotation_variants import VerbExchange, turn_sentences
from analysis.training.quotations import label_article, train_quotations

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
    out = train_quotations(tmp_path, tmp_path / "out", epochs=1)
    hashes = json.loads((out / "sha256.json").read_text(encoding="utf-8"))
    tagger = Tagger(out, sha256=hashes)
    tokens = tagger.reader.read(TEXT, [(0, len(TEXT), 0)], [])
    assert tagger.tag(tokens).shape == (10, 3, 3)
