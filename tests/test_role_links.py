"""Linking acts to actors: what names whom, pronouns, probabilities that one can see."""

import numpy as np
import pytest

from analysis.measures.named_words import Names, stem

pytest.importorskip("spacy")

from analysis.measures.linked_roles import Told, link_articles, span_of
from analysis.measures.role_context import describe_context, describe_elsewhere
from analysis.measures.role_links import Place, describe_article, texts_to_read
from analysis.measures.role_model import (
    HIDDEN,
    Weights,
    ask_nets,
    is_moral,
    link_acts,
    load_role_weights,
    pack_weights,
    share_out,
    take_actors,
    unpack_weights,
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


def test_networks_share_one_act_out_among_its_actors_and_follow_their_weights():
    one, vector_of = described("The board dismissed Ms. Lund.", act="dismissed")
    width = one.features.shape[1]
    flat = share_out(ask_nets(one, vector_of, [tensors(width)]), one.act)
    assert np.allclose(flat, 0.25)
    led = share_out(ask_nets(one, vector_of, [tensors(width, feature=0)]), one.act)
    assert np.allclose(led.sum(0), 1)
    assert NAMES[int(led[:, 0].argmax())] == "Harbour Board" and np.allclose(led[:, 1], 0.25)


def test_who_suffered_once_is_leant_on_where_a_second_act_leaves_it_open():
    # Two acts of like words; the first says that actor 1 suffers it, the second says nothing.
    first = np.full((2, 3, 2), 1 / 3)
    first[0, :, 1] = (0.0, 1.0, 0.0)
    same, apart = np.array([[1.0, 0.0]] * 2), np.eye(2)
    near = describe_context(first, same, np.array([0, 1]), np.zeros(2)).reshape(2, 3, -1)
    assert (near[1, 1] - near[1, 0] > 0.5).sum() >= 6  # many views name actor 1
    far = describe_elsewhere(first, same, np.array([0, 1]), np.zeros(2))
    assert np.allclose(far[1, :, 1], (0, 1, 0)) and far[1, 0, 8] == 1  # patient there; how alike
    unlike = describe_elsewhere(first, apart, np.array([0, 1]), np.zeros(2))
    assert np.allclose(unlike[1, :, 3], 0)  # acts of other words say nothing by likeness


def test_an_article_alone_in_its_event_learns_nothing_from_elsewhere():
    first = np.full((2, 2, 2), 0.5)
    told = describe_elsewhere(first, np.eye(2), np.array([0, 0]), np.array([1.0, -1.0]))
    leaning = 14  # suffers / (suffers + acts), 1/2 where nothing is known
    assert np.allclose(np.delete(told, leaning, axis=2), 0)
    assert np.allclose(told[:, :, leaning], 0.5)


def test_order_of_actors_does_not_matter_to_what_other_acts_say():
    generator = np.random.default_rng(1)
    first = generator.dirichlet(np.ones(4), (3, 2)).transpose(0, 2, 1)
    phrases = generator.normal(size=(3, 5))
    phrases /= np.linalg.norm(phrases, axis=1, keepdims=True)
    order, harm = [2, 0, 3, 1], np.array([1.0, -1.0, 0.3])
    one = describe_context(first, phrases, np.arange(3), harm).reshape(3, 4, -1)
    other = describe_context(first[:, order], phrases, np.arange(3), harm).reshape(3, 4, -1)
    assert np.allclose(one[:, order], other)


def test_actors_likely_enough_are_taken_and_nobody_where_none_is():
    assert take_actors(np.array([0.7, 0.35, 0.1])).tolist() == [True, True, False]
    assert not take_actors(np.array([0.2, 0.1])).any()


def test_words_of_an_act_are_its_verb_and_what_follows_without_other_clauses():
    parsed = next(parse_texts(["On Monday the guards seized the port of Brack and went home."]))
    assert span_of(parsed[4]).text == "seized the port of Brack"


def test_words_of_moral_acts_are_known_and_others_are_not_asked_about():
    _, meta = load_role_weights()
    assert is_moral("Accuse", meta) and not is_moral("walk", meta) and not is_moral("say", meta)


def test_shipped_links_find_who_does_what_to_whom_in_an_invented_event():
    weights, _ = load_role_weights()
    one, vector_of = described("Vera Lund attacked the Harbour Board.", act="attacked")
    size = weights.nets[0]["entity.weight"].shape[1]
    vector_of = {text: np.resize(vector, size) / 10 for text, vector in vector_of.items()}
    weights = weights._replace(harm=np.zeros(2 * size + 1))
    (found,) = link_acts([one], vector_of, weights)
    assert found.shape == (4, 2) and ((found > 0) & (found < 1)).all()
    assert NAMES[int(found[:, 0].argmax())] == "Vera Lund"
    assert NAMES[int(found[:, 1].argmax())] == "Harbour Board"


class Scattered:
    """An encoder whose vectors say nothing: as long as the shipped weights want them."""

    def vectors(self, texts):
        generator = np.random.default_rng(3)
        vectors = generator.normal(size=(len(texts), 384))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_only_moral_acts_of_articles_with_two_actors_are_linked():
    sentences = list(parse_texts(["Vera Lund walked home.", "She accused the Harbour Board."]))
    two = Told(sentences, "Strike", [("Vera Lund", "person", 2), ("Harbour Board", "group", 1)])
    one = two._replace(actors=two.actors[:1])
    linked, alone = link_articles([two, one], Scattered())
    assert alone == []
    assert {(link.sentence, link.act.word.lemma_) for link in linked} == {(1, "accuse")}
    assert all(0.3 <= link.probability <= 1 for link in linked)
    held = {(link.role, link.actor) for link in linked if link.probability >= 0.5}
    assert {("agent", "Vera Lund"), ("patient", "Harbour Board")} <= held


def test_weights_come_back_as_they_were_packed():
    weights, _ = load_role_weights()
    again = unpack_weights(pack_weights(weights))
    assert isinstance(again, Weights) and len(again.nets) == len(weights.nets)
    for part in ("nets", "alone", "together"):
        for one, other in zip(getattr(weights, part), getattr(again, part), strict=True):
            assert one.keys() == other.keys()
            assert all(np.array_equal(one[key], other[key]) for key in one)


def test_shipped_weights_fit_the_features_and_changed_ones_are_refused(tmp_path, monkeypatch):
    one, _ = described("The board dismissed Ms. Lund.", act="dismissed")
    weights, meta = load_role_weights()
    assert weights.nets[0]["mean"].shape == (one.features.shape[1],) and meta["fitted_on"]
    from analysis.measures import role_model

    folder = tmp_path / "roles"
    folder.mkdir()
    for name in ("model.json", "weights.safetensors"):
        (folder / name).write_bytes((role_model.MODELS / "roles" / name).read_bytes())
    with (folder / "weights.safetensors").open("ab") as file:
        file.write(b"\0")
    monkeypatch.setattr(role_model, "MODELS", tmp_path)
    load_role_weights.cache_clear()
    with pytest.raises(ValueError, match="'roles'"):
        load_role_weights()
    monkeypatch.setattr(role_model, "MODELS", tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="train roles"):
        load_role_weights()
    load_role_weights.cache_clear()
