"""Linking acts to actors: what names whom, pronouns, probabilities that one can see."""

import numpy as np
import pytest

from analysis.measures.named_words import Names, stem

pytest.importorskip("spacy")

from analysis.measures.role_links import (
    HIDDEN,
    Place,
    describe_article,
    link_acts,
    load_role_weights,
    texts_to_read,
)
from analysis.parsing import parse_texts

NAMES = ["Dock Workers", "Harbour Board", "Norway", "Vera Lund"]
KINDS = ["person", "group", "place", "person"]


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("Ms. Lund", "Vera Lund"),
        ("Vera Lund", "Vera Lund"),
        ("the dock workers", "Dock Workers"),
        ("workers at the port", "Dock Workers"),
        ("the board", "Harbour Board"),
        ("Oslo", "Norway"),
        ("Norwegian officials", "Norway"),
    ],
)
def test_words_name_the_actor_a_reader_thinks_of(phrase, name):
    match = Names(NAMES, KINDS).match(phrase.split())
    assert NAMES[int(match.argmax())] == name and match.max() >= 0.6


@pytest.mark.parametrize("phrase", ["a passer-by", "the weather", "Lund administration"])
def test_words_that_name_nobody_name_nobody(phrase):
    assert Names(NAMES, KINDS).match(phrase.split()).max() < 0.6


def test_stem_drops_plural_endings_only():
    assert [stem(word) for word in ("Workers", "parties", "press", "US", "bus")] == [
        "worker", "party", "press", "us", "bus",
    ]  # fmt: skip


def described(*texts, act):
    sentences = list(parse_texts(texts))
    word = next(token for token in sentences[-1] if token.text == act)
    acts = [Place(len(sentences) - 1, sentences[-1][word.i : word.i + 1], word)]
    generator = np.random.default_rng(0)
    vector_of = {}
    for text in sorted(texts_to_read(sentences, NAMES, acts)):
        vector = generator.normal(size=8)
        vector_of[text] = vector / np.linalg.norm(vector)
    return describe_article(sentences, "Strike", NAMES, KINDS, acts, vector_of), vector_of


def tensors(width, *, feature=None, side=0):
    """Weights that look at one feature only."""
    straight = np.zeros((2, width))
    if feature is not None:
        straight[side, feature] = 5.0
    zeros = {"first": (3, width + 3 * 2), "second": (2, 3)}
    return {
        "mean": np.zeros(width),
        "spread": np.ones(width),
        "straight.weight": straight,
        "straight.bias": np.zeros(2),
        **{f"{name}.weight": np.zeros((2, 8)) for name in HIDDEN},
        **{f"{name}.bias": np.zeros(2) for name in HIDDEN},
        **{f"{name}.weight": np.zeros(shape) for name, shape in zeros.items()},
        **{f"{name}.bias": np.zeros(shape[0]) for name, shape in zeros.items()},
    }


def test_subject_is_seen_in_the_agent_place_and_object_in_the_patient_place():
    one, _ = described("The board dismissed Ms. Lund.", act="dismissed")
    assert NAMES[int(one.features[:, 0].argmax())] == "Harbour Board"
    assert NAMES[int(one.features[:, 2].argmax())] == "Vera Lund"


def test_pronoun_is_followed_to_the_person_named_before():
    one, _ = described("Vera Lund left Norway.", "She sued the board.", act="sued")
    assert one.features[:, 0].max() < 0.6  # no name stands there
    assert NAMES[int(one.features[:, 1].argmax())] == "Vera Lund"


def test_probabilities_sum_to_one_and_follow_the_weights():
    one, vector_of = described("The board dismissed Ms. Lund.", act="dismissed")
    flat = link_acts(one, vector_of, tensors(one.features.shape[1]))
    assert np.allclose(flat, 0.25)
    led = link_acts(one, vector_of, tensors(one.features.shape[1], feature=0))
    assert np.allclose(led.sum(0), 1)
    assert NAMES[int(led[:, 0].argmax())] == "Harbour Board" and np.allclose(led[:, 1], 0.25)


def test_shipped_weights_fit_the_features_and_changed_ones_are_refused(tmp_path, monkeypatch):
    one, _ = described("The board dismissed Ms. Lund.", act="dismissed")
    weights, meta = load_role_weights()
    assert weights["mean"].shape == (one.features.shape[1],) and meta["fitted_on"]
    from analysis.measures import role_links

    folder = tmp_path / "roles"
    folder.mkdir()
    for name in ("model.json", "weights.safetensors"):
        (folder / name).write_bytes((role_links.MODELS / "roles" / name).read_bytes())
    with (folder / "weights.safetensors").open("ab") as file:
        file.write(b"\0")
    monkeypatch.setattr(role_links, "MODELS", tmp_path)
    load_role_weights.cache_clear()
    with pytest.raises(ValueError, match="'roles'"):
        load_role_weights()
    monkeypatch.setattr(role_links, "MODELS", tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="train roles"):
        load_role_weights()
    load_role_weights.cache_clear()
