"""Train the tagger of sources, cues and reported words; labelled articles in, weights out.

Each article of the set ``attributions`` (PolNeAR 1.0, part ``train``) is read twice: as it is,
and without any quotation mark, so that the tagger also finds speech whose marks were lost. The
last nine times half of the articles are read with sentences turned round and cue verbs exchanged.
The weights that ship were made in these steps; their card is ``data/models/quotations/README.md``.
Lower loss is better; how good the result is, the benchmark ``attributions`` says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.text.sentences import sentence_spans
from analysis.text.speech.quotation_marks import find_marked
from analysis.text.speech.reported_speech import ROLES, TOKEN, WEIGHTS, Reader, plain_form
from analysis.training.quotation_network import Rows, fit_network, new_network, write_weights
from analysis.training.quotation_variants import VerbExchange, turn_sentences

N_WORDS, EPOCHS, VARIED_EPOCHS, RATE, VARIED_RATE = 12_000, 12, 9, 4e-3, 1.5e-3
_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")
# Sets whose words, unlabelled, help to choose the vocabulary.
_MORE_TEXT = ("same_event/articles.jsonl", "neus/triplets.jsonl")


@dataclass(frozen=True)
class Labelled:
    """One article for training: its words, their features and labels."""

    words: list[str]
    features: np.ndarray
    labels: np.ndarray


def train_quotations(
    data: Path, out: Path | None = None, *, seed: int = 1, epochs: int = EPOCHS
) -> Path:
    """Train the tagger and write ``weights.safetensors`` and ``vocabulary.txt``.

    Parameters
    ----------
    data : Path
        Folder of labelled sets; ``attributions`` is needed.
    out : Path, optional
        Folder to write to (default: where the shipped weights are). The hashes to put into
        ``analysis.text.speech.reported_speech.SHA256`` are written beside them, to ``sha256.json``.
    seed : int
        Of the starting weights and of the order of articles.
    epochs : int
        Times that every article is read.

    Returns
    -------
    Path
        The folder.
    """
    data, out = Path(data), Path(out or WEIGHTS)
    articles = [a for a in _lines(data / "attributions" / "articles.jsonl") if a["attributions"]]
    articles = [a for a in articles if a.get("part") == "train"]
    vocabulary = choose_vocabulary(data, articles)
    reader = Reader(vocabulary)
    rows = [
        label_article(reader, article, drop_marks=bare)
        for article in articles
        for bare in (False, True)
    ]
    state = _fit(rows, reader, vocabulary, seed=seed, epochs=epochs)
    out.mkdir(parents=True, exist_ok=True)
    (out / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    write_weights(state, out / "weights.safetensors")
    hashes = {
        name: hashlib.sha256((out / name).read_bytes()).hexdigest()
        for name in ("weights.safetensors", "vocabulary.txt")
    }
    (out / "sha256.json").write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")
    return out


def choose_vocabulary(data: Path, articles: list[dict]) -> list[str]:
    """Return the most frequent words; those of the labelled articles count three times."""
    labelled, counts = Counter(), Counter()
    for article in articles:
        labelled.update(plain_form(word) for word in TOKEN.findall(article["text"]))
    for name in _MORE_TEXT:
        if (data / name).exists():
            for row in _lines(data / name):
                for text in _texts(row):
                    counts.update(plain_form(word) for word in TOKEN.findall(text))
    for word, count in labelled.items():
        counts[word] += 3 * count
    return [word for word, _ in counts.most_common(N_WORDS)]


def label_article(reader: Reader, article: dict, *, drop_marks: bool) -> Labelled:
    """Return a token's features and labels (outside 0, begins 1, inside 2), a column a role."""
    text = article["text"]
    paragraphs = [match.span() for match in _PARAGRAPH.finditer(text)]
    sentences = [
        (start, end, number)
        for number, (first, last) in enumerate(paragraphs)
        for start, end in sentence_spans(text, first, last)
    ]
    quoted = [(one.start, one.end) for one in find_marked(text, paragraphs)]
    tokens = reader.read(text, sentences, [] if drop_marks else quoted, drop_marks=drop_marks)
    labels = np.zeros((len(tokens.starts), len(ROLES)), dtype=np.int64)
    for column, role in enumerate(ROLES):
        spans = [tuple(span) for one in article["attributions"] for span in one[role]]
        # Of contents that overlap the longest counts, of sources and cues the shortest.
        spans.sort(key=lambda s: s[0] - s[1] if role == "content" else s[1] - s[0])
        for start, end in spans:
            first = int(np.searchsorted(tokens.ends, start, side="right"))
            last = int(np.searchsorted(tokens.starts, end))
            if first < last and not labels[first:last, column].any():
                labels[first:last, column] = 2
                labels[first, column] = 1
    words = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    return Labelled(words, tokens.features, labels)


def _fit(
    rows: list[Labelled], reader: Reader, vocabulary: list[str], *, seed: int, epochs: int
) -> dict[str, np.ndarray]:
    """Return the trained weights by name."""
    import torch

    torch.manual_seed(seed)
    network = new_network(vocabulary)
    plain = [(row.features, row.labels) for row in rows]
    fit_network(network, lambda epoch: plain, epochs, RATE)
    exchange = VerbExchange(reader)

    def varied(epoch: int) -> Rows:
        generator = np.random.default_rng(100 + epoch)
        chosen: Rows = []
        for bare, row in enumerate(rows):
            if bare % 2 and generator.random() < 0.5:
                continue  # half of the versions without marks
            features, labels = row.features, row.labels
            if generator.random() < 0.5:
                features, labels = turn_sentences(reader, row.words, features, labels, generator)
            chosen.append((exchange.apply(features, labels, generator), labels))
        return chosen

    fit_network(network, varied, min(VARIED_EPOCHS, epochs), VARIED_RATE)
    return {name: value.numpy() for name, value in network.state_dict().items()}


def _lines(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, one in value.items() if key != "id" for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []
