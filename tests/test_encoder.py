"""The encoder: windows, vectors, cache, heads, and what it refuses."""

import json
import pickle
import shutil

import numpy as np
import pytest

from analysis.encoder import DEFAULT, KNOWN_HASHES, Encoder
from analysis.encoding import heads as heads_module
from analysis.encoding.heads import SEGMENT
from analysis.encoding.windows import batches_by_length, split_windows

TEXTS = [
    "The council approved the budget on Monday.",
    "Critics called the plan a disgraceful sham.",
    "Rain.",
    "The harbour master said that two ferries would be delayed because of the wind, and that "
    "passengers should ask at the quay before they leave home.",
]


@pytest.fixture(scope="module")
def encoder():
    return Encoder(progress=False)


@pytest.fixture(scope="module")
def exact():
    return Encoder(precision="float32", progress=False)


def test_a_text_alone_has_the_vector_it_has_among_others(encoder):
    together = encoder.vectors(TEXTS)
    alone = np.concatenate([encoder.vectors([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-4


def test_order_and_repetition_of_texts_do_not_matter(encoder):
    forth = encoder.vectors(TEXTS)
    back = encoder.vectors([*TEXTS[::-1], TEXTS[0]])
    np.testing.assert_array_equal(forth, back[3::-1])
    np.testing.assert_array_equal(forth[0], back[-1])


def test_vectors_have_unit_length_and_empty_texts_none(encoder):
    found = encoder.vectors(["The mill closed.", "", "  \n"])
    assert found.dtype == np.float32 and found.shape == (3, 384)
    assert np.linalg.norm(found[0]) == pytest.approx(1, abs=1e-3)
    assert np.isnan(found[1:]).all()


def test_vectors_agree_with_the_model_run_by_transformers(exact):
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(exact.folder)
    model = AutoModel.from_pretrained(exact.folder).eval()
    with torch.inference_mode():
        for text in TEXTS:
            states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state.mean(1)[0]
            expected = (states / states.norm()).numpy()
            np.testing.assert_allclose(exact.vectors([text])[0], expected, atol=2e-4)


def test_both_precisions_mean_the_same(encoder, exact):
    cosines = (encoder.vectors(TEXTS) * exact.vectors(TEXTS)).sum(1)
    assert (cosines > 0.998).all()


def test_the_end_of_a_long_text_is_read(encoder):
    long = "The report describes the harbour. " * 120
    changed = long + "Suddenly a volcano erupted and destroyed the laboratory."
    plain, other = encoder.vectors([long, changed])
    assert plain @ other < 0.9999


def test_windows_lose_no_piece_and_cut_no_word(encoder):
    encoder._load()
    text = " ".join(f"uncharacteristically{number}" for number in range(200))
    windows = split_windows(encoder._tokenizer, [text, "short"], window=64)
    whole = encoder._tokenizer.encode(text, add_special_tokens=False)
    ours = [one[1:-1] for one, of in zip(windows.ids, windows.text, strict=True) if of == 0]
    assert np.concatenate(ours).tolist() == whole.ids
    assert max(windows.lengths) <= 64
    for starts in (s for s, of in zip(windows.starts, windows.text, strict=True) if of == 0):
        assert text[starts[1] - 1 : starts[1]] in ("", " ")


def test_batches_hold_every_window_once_and_stay_small():
    lengths = np.array([5, 90, 7, 300, 12, 12, 40])
    found = list(batches_by_length(lengths, pieces=100))
    assert sorted(np.concatenate(found).tolist()) == list(range(7))
    assert all(lengths[batch].sum() <= 100 or len(batch) == 1 for batch in found)


def test_the_cache_gives_back_what_was_computed(tmp_path, encoder):
    path = tmp_path / "cache" / "texts.sqlite"
    first = Encoder(cache=path, progress=False).vectors([*TEXTS, ""])
    again = Encoder(cache=path, progress=False)
    again._load = None  # reading anything anew would fail
    np.testing.assert_array_equal(first, again.vectors([*TEXTS, ""]))


def test_a_damaged_cache_is_set_aside(tmp_path):
    path = tmp_path / "texts.sqlite"
    path.write_bytes(b"this is no database " * 100)
    with pytest.warns(UserWarning, match="texts.sqlite.damaged"):
        kept = Encoder(cache=path, progress=False)
    assert kept.vectors(["Rain."]).shape == (1, 384)


def test_an_encoder_travels_to_another_process(tmp_path):
    sent = pickle.loads(pickle.dumps(Encoder(cache=tmp_path / "c.sqlite", precision="float32")))
    assert sent.version == Encoder(precision="float32").version


def test_weights_with_another_hash_are_refused(tmp_path, encoder):
    folder = tmp_path / DEFAULT
    shutil.copytree(encoder.folder, folder)
    with (folder / "model.safetensors").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(ValueError, match=KNOWN_HASHES[DEFAULT]) as error:
        Encoder(str(folder))
    assert DEFAULT in str(error.value) and "sha256 is" in str(error.value)


def test_a_hub_name_without_a_revision_is_refused():
    with pytest.raises(ValueError, match="revision"):
        Encoder("somebody/some-encoder")


def test_pickled_weights_are_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match="only safetensors"):
        Encoder(str(tmp_path))


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="'half'"):
        Encoder(precision="half")


@pytest.fixture
def invented_heads(tmp_path, monkeypatch, exact):
    """Heads with random weights, and no change to the encoder."""
    import torch
    from safetensors.torch import save_file

    from analysis.encoding.transformer import file_hash

    generator = torch.Generator().manual_seed(7)
    shapes = {
        "piece.weight": (384,),
        "piece.bias": (1,),
        "segment.weight": (len(SEGMENT), 769),
        "segment.bias": (len(SEGMENT),),
        "toward.inner": (16, 768),
        "toward.inner_bias": (16,),
        "toward.weight": (3, 16),
        "toward.bias": (3,),
    }
    place = tmp_path / "invented"
    place.mkdir()
    tensors = {f"head.{k}": torch.randn(v, generator=generator) for k, v in shapes.items()}
    save_file(tensors, place / "weights.safetensors")
    meta = {
        "sha256": file_hash(place / "weights.safetensors"),
        "encoder": exact.name,
        "encoder_sha256": exact.weights_hash,
        "frozen": 3,
    }
    (place / "model.json").write_text(json.dumps(meta))
    monkeypatch.setattr(heads_module, "MODELS", tmp_path)
    return place


def test_heads_alone_and_among_others_agree(invented_heads):
    encoder = Encoder(heads="invented", progress=False)
    spans = [[(4, 11)], [(0, 7), (16, 20)], [], [(0, 3)]]
    together = encoder.run(TEXTS, spans)
    for place, text in enumerate(TEXTS):
        alone = encoder.run([text], [spans[place]])
        for name in SEGMENT:
            assert together[name][place] == pytest.approx(alone[name][0], abs=1e-4)
        np.testing.assert_allclose(together["toward"][place], alone["toward"][0], atol=1e-4)
        mine = together["words"]["text"] == place
        np.testing.assert_array_equal(together["words"]["start"][mine], alone["words"]["start"])


def test_every_marked_word_is_a_word_of_its_text(invented_heads):
    found = Encoder(heads="invented", progress=False).run([*TEXTS, ""])["words"]
    for text, start, end in zip(found["text"], found["start"], found["end"], strict=True):
        assert TEXTS[text][start:end].replace("-", "").isalnum()
    assert set(found["text"]) == {0, 1, 2, 3}


def test_an_empty_text_has_no_outputs(invented_heads):
    found = Encoder(heads="invented", progress=False).run(["", "Rain."])
    assert np.isnan(found["loaded"][0]) and not np.isnan(found["loaded"][1])


def test_outputs_from_the_cache_are_the_same(invented_heads, tmp_path):
    path = tmp_path / "c.sqlite"
    spans = [[(4, 11)], [], [], []]
    first = Encoder(heads="invented", cache=path, progress=False).run(TEXTS, spans)
    again = Encoder(heads="invented", cache=path, progress=False)
    again._load = None
    second = again.run(TEXTS, spans)
    np.testing.assert_array_equal(first["loaded"], second["loaded"])
    np.testing.assert_array_equal(first["words"]["weight"], second["words"]["weight"])
    np.testing.assert_array_equal(first["toward"][0], second["toward"][0])


def test_the_pass_that_reads_the_heads_leaves_the_vectors_too(invented_heads, tmp_path):
    plain = Encoder(progress=False).vectors(TEXTS)
    encoder = Encoder(heads="invented", cache=tmp_path / "c.sqlite", progress=False)
    encoder.run(TEXTS, [[(4, 11)], [], [], []])
    encoder._read_vectors = None  # reading anything anew would fail
    assert np.abs(encoder.vectors(TEXTS) - plain).max() < 1e-3


def test_a_long_text_is_judged_from_all_its_windows(invented_heads):
    encoder = Encoder(heads="invented", progress=False)
    words = ["harbour"] * 600
    text = " ".join(words)
    found = encoder.run([text], [[(0, 7), (len(text) - 7, len(text))]])
    assert not np.isnan(found["toward"][0]).any()
    assert found["words"]["start"].max() > len(text) // 2 or len(found["words"]["start"]) >= 3


def test_altered_heads_are_refused(invented_heads):
    path = invented_heads / "weights.safetensors"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ValueError, match="invented") as error:
        Encoder(heads="invented", progress=False).run(["Rain."])
    assert "should be" in str(error.value)


def test_missing_heads_say_which_command_builds_them(invented_heads):
    with pytest.raises(FileNotFoundError, match="python -m analysis train absent"):
        Encoder(heads="absent", progress=False).run(["Rain."])


def test_heads_of_another_encoder_are_refused(invented_heads):
    path = invented_heads / "model.json"
    meta = json.loads(path.read_text())
    path.write_text(json.dumps({**meta, "encoder_sha256": "0" * 64}))
    with pytest.raises(ValueError, match="belong to the encoder"):
        Encoder(heads="invented", progress=False).run(["Rain."])
