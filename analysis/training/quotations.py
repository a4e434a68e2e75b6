"""Train the tagger of sources, cues and reported words; labelled articles in, weights out.

Each article of the set ``attributions`` (PolNeAR 1.0, part ``train``) is read twice: as it is,
and without any quotation mark, so that the tagger also finds speech whose marks were lost. First
an encoder learns from the articles of all months but the last two (``quotation_teacher``); then
the tagger learns from these labels and from what the encoder says about all articles and about
news that nobody labelled. In the second half sentences are turned round and cue verbs exchanged.
The labels of the last two months are never learnt: settings are chosen by them. The weights that
ship were made so; their card is ``data/models/quotations/README.md``. Lower loss is better; how
good the result is, the benchmark ``attributions`` says.
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
from analysis.text.speech.reported_speech import (
    MARKS,
    ROLES,
    TOKEN,
    WEIGHTS,
    Reader,
    plain_form,
)
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
NEWS_EVERY = 3  # of the unlabelled articles, one in so many is learnt from
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
    answers = teach(articles, rows, news, epochs=taught_epochs, seed=seed) if taught_epochs else []
    network = fit_tagger(
        rows,
        news,
        answers,
        [labels_seen(article) for article in articles for _ in (0, 1)],
        VerbExchange(reader),
        new_network(vocabulary, seed=seed),
        epochs=epochs,
    )
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


def labels_seen(article: dict) -> bool:
    """Say whether an article's labels are learnt from: those of the last months choose settings."""
    return article.get("date", "")[:7] not in UNSEEN


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
        if not number % NEWS_EVERY
    ]


def teach(
    articles: list[dict], rows: list[Labelled], news: list[Labelled], *, epochs: int, seed: int
) -> list[np.ndarray]:
    """Return a teacher's answers for every row, then for the news: tokens × roles × 3.

    Parameters
    ----------
    articles, rows, news : list
        Labelled articles, their rows (with and without marks), and unlabelled news.
    epochs : int
        Times that the teacher reads the articles whose labels may be seen.
    seed : int
        Of its first output weights and of the order.

    Notes
    -----
    It is asked about articles with their marks; what it says holds for the same words without.
    """
    from analysis.encoder import Encoder

    encoder = Encoder()
    cutter, every = Cutter(encoder.tokenizer), [*rows, *news]
    windows = [
        window
        for number, row in enumerate(every)
        for window in cutter.cut(number, row.words, row.features[:, 4] % 3 > 0)
    ]
    people = sorted({str(one.get("annotator")) for one in articles})
    marked_by = [people.index(str(one.get("annotator"))) for one in articles for _ in (0, 1)]
    seen = [labels_seen(one) for one in articles for _ in (0, 1)]

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
    asked = [window for window in windows if window.row >= len(rows) or not window.row % 2]
    answers = ask_teacher(teacher, asked, [len(row.words) for row in every])
    for number in range(0, len(rows), 2):
        answers[number + 1] = without_marks(rows[number], answers[number])
    return answers


def without_marks(row: Labelled, answer: np.ndarray) -> np.ndarray:
    """Return what is said of an article's words, less what is said of its quotation marks."""
    return answer[[word not in MARKS for word in row.words]]


def fit_tagger(
    rows: list[Labelled],
    news: list[Labelled],
    answers: list[np.ndarray],
    seen: list[bool],
    exchange: VerbExchange,
    network: Any,
    *,
    epochs: int,
) -> Any:
    """Train the tagger's network on labels and on a teacher's answers; return it.

    Parameters
    ----------
    rows, news : list of Labelled
        As for :func:`teach`.
    answers : list of array
        Of the teacher, for all of them; empty for none.
    seen : list of bool
        Whether a row's labels are learnt from; of others the teacher's answers alone are.
    exchange : VerbExchange
        Exchanges cue verbs.
    network : Network
        As of ``new_network``.
    epochs : int
        Times that the articles are read; in the second half they are varied.
    """
    targets = [as_targets(row.labels) for row in rows]
    for target, answer, label in zip(targets, answers, seen, strict=False):
        trust = TRUST if label else 1.0
        target[:] = (1 - trust) * target + trust * answer
    used = [label or bool(answers) for label in seen]

    def drawn(epoch: int) -> Rows:
        generator = np.random.default_rng(100 + epoch)
        chosen: Rows = []
        for number, row in enumerate(rows):
            if not used[number] or (number % 2 and generator.random() < 0.5):
                continue  # half of the versions without marks
            features, labels, target = row.features, row.labels, targets[number]
            if epoch >= epochs // 2 and seen[number]:
                if generator.random() < 0.5:
                    features, labels = turn_sentences(
                        exchange.reader, row.words, features, labels, generator
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
