"""Train the tagger of sources, cues and reported words; labelled articles in, weights out.

Each article of the set ``attributions`` (PolNeAR 1.0, part ``train``) is read twice: as it is,
and without any quotation mark, so that the tagger also finds speech whose marks were lost. First
an encoder learns from the articles of all months but the last two (``quotation_teacher``); then
the tagger learns from the labels and from what the encoder says about the same articles and about
news that nobody labelled. In the second half sentences are turned round and cue verbs exchanged.
The weights that ship were made so; their card is ``data/models/quotations/README.md``. Lower loss
is better; how good the result is, the benchmark ``attributions`` says.
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
from analysis.training.labelled_rows import TESTED_OUTLETS
from analysis.training.quotation_network import (
    Rows,
    as_targets,
    fit_network,
    new_network,
    write_weights,
)
from analysis.training.quotation_teacher import Cutter, ask_teacher, new_teacher, train_teacher
from analysis.training.quotation_variants import VerbExchange, turn_sentences

N_WORDS, EPOCHS, RATE = 12_000, 10, 4e-3
# The teacher: times it reads the articles, months it does not see, layers that stay as they are,
# and the share of articles that it also reads without quotation marks.
TAUGHT_EPOCHS, UNSEEN, FROZEN, WITHOUT_MARKS = 2, ("2016-08", "2016-09"), 1, 0.25
TRUST = 0.5  # share of the teacher's answer in the target of a token that a reader labelled
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
    data: Path,
    out: Path | None = None,
    *,
    seed: int = 1,
    epochs: int = EPOCHS,
    taught_epochs: int = TAUGHT_EPOCHS,
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
        Times that the tagger reads the articles.
    taught_epochs : int
        Times that the teacher reads them before; 0 learns from the labels alone.

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
    news = read_news(data, reader) if taught_epochs else []
    answers = teach(articles, rows, news, epochs=taught_epochs, seed=seed)
    network = fit_tagger(rows, news, answers, reader, vocabulary, seed=seed, epochs=epochs)
    state = {name: value.numpy() for name, value in network.state_dict().items()}
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


def read_news(data: Path, reader: Reader) -> list[Labelled]:
    """Return news that nobody labelled (labels: none), every fourth without quotation marks.

    It comes from ``same_event``; outlets of the set that tests how well all this travels are
    left out.
    """
    path = data / "same_event" / "articles.jsonl"
    articles = _lines(path) if path.exists() else []
    articles = [one for one in articles if not TESTED_OUTLETS.search(one["outlet"])]
    return [
        label_article(reader, {"text": one["text"], "attributions": []}, drop_marks=not number % 4)
        for number, one in enumerate(articles)
    ]


def teach(
    articles: list[dict], rows: list[Labelled], news: list[Labelled], *, epochs: int, seed: int
) -> list[np.ndarray]:
    """Return a teacher's answers for every row, then for the news: tokens × roles × 3.

    Parameters
    ----------
    articles, rows, news : list
        Labelled articles, their rows (two each, as of ``train_quotations``), and unlabelled news.
    epochs : int
        Times that the teacher reads the articles of the months it may see; 0: no answers.
    seed : int
        Of its first output weights and of the order.
    """
    from analysis.encoder import Encoder

    if not epochs:
        return []
    encoder = Encoder()
    cutter, every = Cutter(encoder.tokenizer), [*rows, *news]
    windows = [
        window
        for number, row in enumerate(every)
        for window in cutter.cut(number, row.words, row.features[:, 4] % 3 > 0)
    ]
    people = sorted({str(one.get("annotator")) for one in articles})
    marked_by = [people.index(str(one.get("annotator"))) for one in articles for _ in (0, 1)]
    seen = [one.get("date", "")[:7] not in UNSEEN for one in articles for _ in (0, 1)]

    def drawn(epoch: int) -> list[bool]:
        generator = np.random.default_rng(epoch)
        return [not bare % 2 or generator.random() < WITHOUT_MARKS for bare in range(len(rows))]

    teacher = new_teacher(encoder.folder, len(people), frozen=FROZEN, seed=seed)
    train_teacher(
        teacher,
        [window for window in windows if window.row < len(rows) and seen[window.row]],
        [row.labels for row in rows],
        marked_by,
        epochs=epochs,
        draw=drawn,
        seed=seed,
    )
    return ask_teacher(teacher, windows, [len(row.words) for row in every])


def fit_tagger(
    rows: list[Labelled],
    news: list[Labelled],
    answers: list[np.ndarray],
    reader: Reader,
    vocabulary: list[str],
    *,
    seed: int,
    epochs: int,
) -> Any:
    """Return the tagger's network, trained on labels and on a teacher's answers."""
    import torch

    torch.manual_seed(seed)
    network = new_network(vocabulary)
    targets = [as_targets(row.labels) for row in rows]
    for target, answer in zip(targets, answers, strict=False):
        target[:] = (1 - TRUST) * target + TRUST * answer
    exchange = VerbExchange(reader)

    def drawn(epoch: int) -> Rows:
        generator = np.random.default_rng(100 + epoch)
        chosen: Rows = []
        for number, (row, target) in enumerate(zip(rows, targets, strict=True)):
            if number % 2 and generator.random() < 0.5:
                continue  # half of the versions without marks
            features = row.features
            if epoch >= epochs // 2:
                labels = row.labels
                if generator.random() < 0.5:
                    features, labels = turn_sentences(
                        reader, row.words, features, labels, generator
                    )
                    target = as_targets(labels)
                features = exchange.apply(features, labels, generator)
            chosen.append((features, target))
        chosen.extend(
            (row.features, answer)
            for number, (row, answer) in enumerate(zip(news, answers[len(rows) :], strict=True))
            if number % 2 == epoch % 2
        )
        return chosen

    fit_network(network, drawn, epochs, RATE)
    return network


def _lines(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, one in value.items() if key != "id" for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []
