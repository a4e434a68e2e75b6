"""The encoder and its cache, timed beside ``transformers`` and ``sentence-transformers``.

Comes in: nothing; the texts are generated. Goes out: per function ``ratio``, the peer's time over
ours on the same texts (above 1 we are faster), and how far a text read alone differs from the same
text read among others.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from analysis.benchmarks.timing import ROUNDS, compare_times, seconds_of, some_segments


def time_encoder() -> dict:
    from transformers import pipeline

    from analysis.encoder import Encoder

    texts = some_segments()["text"].head(600).tolist()
    with tempfile.TemporaryDirectory() as folder:
        encoder = Encoder(cache=None, progress=False)
        classify = _peer_pipeline(pipeline, encoder, Path(folder))
        seconds = compare_times(
            lambda: encoder.run(texts),
            {"transformers.pipeline": lambda: classify(texts, truncation=True)},
        )
    few = texts[:60]
    together = encoder.run(texts)["loaded"][: len(few)]
    alone = np.concatenate([encoder.run([text])["loaded"] for text in few])
    return {
        "ratio": seconds["transformers.pipeline"] / seconds["ours"],
        "texts_per_second": len(texts) / seconds["ours"],
        "largest_difference_from_unbatched": float(np.nanmax(np.abs(together - alone))),
        "precision": encoder.version.rsplit("-", 1)[-1],
        "characters_per_text": float(np.mean([len(text) for text in texts])),
        "n": len(texts),
        "beside": 'transformers.pipeline("text-classification") at its defaults, same size; '
        "ours with all heads",
    }


def time_sentence_transformers() -> dict:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    from analysis.encoder import Encoder

    texts = some_segments()["text"].drop_duplicates().head(600).tolist()
    encoder = Encoder(cache=None, progress=False)
    peer = Transformer(str(encoder.folder))
    model = SentenceTransformer(
        modules=[peer, Pooling(peer.get_word_embedding_dimension())], device="cpu"
    )
    seconds = compare_times(
        lambda: encoder.vectors(texts),
        {"sentence-transformers": lambda: model.encode(texts, show_progress_bar=False)},
    )
    return {
        "ratio": seconds["sentence-transformers"] / seconds["ours"],
        "texts_per_second": len(texts) / seconds["ours"],
        "n": len(texts),
        "beside": "sentence-transformers.encode at its defaults, the same weights",
    }


def _peer_pipeline(pipeline, encoder, folder: Path):
    """The same architecture with a classification head, as people call it."""
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    config = AutoConfig.from_pretrained(encoder.folder, num_labels=2)
    model = AutoModelForSequenceClassification.from_config(config)
    tokenizer = AutoTokenizer.from_pretrained(encoder.folder)
    return pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")


def time_cache() -> dict:
    from analysis.encoder import Encoder

    texts = some_segments()["text"].drop_duplicates().head(2_000).tolist()
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "read.sqlite"
        loaded = Encoder(cache=kept)
        loaded.run(["Rain fell."])  # loading the model is no part of the first run
        first = seconds_of(lambda: loaded.run(texts))
        again = float(
            np.median([seconds_of(lambda: Encoder(cache=kept).run(texts)) for _ in range(ROUNDS)])
        )
    return {
        "ratio": first / again,
        "n": len(texts),
        "beside": "the first run of the same texts",
    }
