"""Labelled articles in, the heads for frames out: every weight in ``data/models/frames``.

Made are: prototypes of ``policy_frames`` and ``generic_frames`` from their descriptions;
``moral_foundations`` from sentences with moral events; heads that say whether a whole article has
a policy frame (English articles) or a narrative frame (climate news); the portrayals of entities.
For each article of a benchmark the values from heads that had not seen it are kept beside them;
calibration and thresholds are chosen inside the training part (nested cross-validation by article).

Nothing is random but the folds, and those follow from the articles' text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.measures.article_heads import (
    ArticleHead,
    pool_vectors,
    read_articles,
    sigmoid,
)
from analysis.measures.frame_heads import (
    FOLDER,
    FrameHead,
    article_key,
    fit_logistic,
    save_heads,
    space_of,
)
from analysis.measures.frame_learning import divide_frames
from analysis.measures.own_frames import built_in_frames
from analysis.measures.portrayals import ROLES, entity_vectors, sentences_of
from analysis.training.labelled_rows import read_lines

VERSION = "2"
FOLDS = 5
DIVIDED = ("policy_frames", "generic_frames")
NARRATIVE = ("resolution", "human_interest", "conflict", "moral", "economic")
MORALS = {
    "Care": "care_virtue", "Harm": "care_vice",
    "Fairness": "fairness_virtue", "Cheating": "fairness_vice",
    "Loyalty": "loyalty_virtue", "Betrayal": "loyalty_vice",
    "Authority": "authority_virtue", "Subversion": "authority_vice",
    "Sanctity": "sanctity_virtue", "Degradation": "sanctity_vice",
}  # fmt: skip
_STRENGTH = {"policy_frames": 0.2, "narrative_frames": 3.0, "moral_foundations": 3.0,
             "portrayals": 1.0}  # fmt: skip
_DESCRIBED = 0.1  # how much an invented sentence counts beside an article
_SHRINK = 0.4  # of thresholds: 1 is each label's own best, 0 one for all


def train_frames(data: Path | str, out: Path | str | None = None, *, encoder: Any = None) -> Path:
    """Fit every head for frames and write them.

    Parameters
    ----------
    data : Path
        Folder with the labelled sets policy_frames, narrative_frames and moral_events.
    out : Path, optional
        Folder to write to; default where the suite reads them.
    encoder : Encoder, optional
        Default the suite's.

    Returns
    -------
    Path
        The folder written.
    """
    from analysis.encoder import Encoder

    data, folder = Path(data), Path(out) if out else FOLDER
    encoder = encoder or Encoder()
    policy = _policy(data)
    narrative = list(read_lines(data / "narrative_frames" / "articles.jsonl"))
    divided = [divide_frames(built_in_frames(name), encoder) for name in DIVIDED]
    heads, article_heads, unseen = [replace(one, version=VERSION) for one in divided], [], {}
    for head, kept in (
        _fit_policy(policy, heads[0], encoder),
        _fit_narrative(narrative, encoder),
    ):
        article_heads.append(head)
        unseen |= kept
    for context_only in (False, True):
        head, kept = _fit_portrayals(narrative, encoder, context_only=context_only)
        heads.append(head)
        unseen |= kept
    moral, moral_auc = _fit_moral(data, encoder)
    heads.append(moral)
    counts = {"policy_frames": len(policy), "narrative_frames": len(narrative)}
    save_heads(
        heads,
        article_heads,
        unseen,
        folder,
        encoder=encoder.name,
        fitted_on=counts,
        folds=FOLDS,
        moral_foundations_auc=moral_auc,
    )
    return folder


def read_texts(texts: Sequence[str], encoder: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the vectors of all texts' sentences, their words, and whose they are."""
    cut = [sentences_of(text) or [""] for text in texts]
    flat = [sentence for sentences in cut for sentence in sentences]
    owners = np.repeat(np.arange(len(cut)), [len(sentences) for sentences in cut])
    words = np.array([len(sentence.split()) for sentence in flat], dtype=float)
    return encoder.vectors(flat), words, owners


def folds_of(groups: Sequence[int]) -> np.ndarray:
    """Return the fold of each group: by the rank of its hash, so folds are of equal size."""
    unique = sorted(set(groups))
    fold = {group: place % FOLDS for place, group in enumerate(unique)}
    return np.array([fold[group] for group in groups])


def balanced_folds(groups: Sequence[int], present: np.ndarray) -> np.ndarray:
    """Return the fold of each group, each label spread evenly over folds, the rarest first.

    With folds drawn blindly a rare label is commoner among the rows learnt from wherever it is
    rarer among those left out, and values of different folds are then not on one scale.
    """
    unique, first = np.unique(np.asarray(groups), return_index=True)
    labels = present[first] > 0
    fold = np.full(len(unique), -1)
    for label in [*np.argsort(labels.sum(axis=0), kind="stable"), None]:
        for row in range(len(unique)):
            if fold[row] < 0 and (label is None or labels[row, label]):
                sizes = np.bincount(fold[fold >= 0], minlength=FOLDS)
                same = fold >= 0 if label is None else (fold >= 0) & labels[:, label]
                have = np.bincount(fold[same], minlength=FOLDS)
                fold[row] = min(range(FOLDS), key=lambda one: (have[one], sizes[one]))
    return fold[np.searchsorted(unique, np.asarray(groups))]


def choose_thresholds(values: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Return per label the value from which it counts as present.

    Between the threshold that is best for all labels together (micro F1) and the one that is best
    for the label (F1): rare labels have too few cases to set their own.
    """
    grid = np.linspace(0.05, 0.95, 91)
    together = grid[np.argmax([_f1(values >= cut, present) for cut in grid])]
    alone = [
        grid[np.argmax([_f1(column >= cut, label) for cut in grid])]
        for column, label in zip(values.T, present.T, strict=True)
    ]
    return _SHRINK * np.array(alone) + (1 - _SHRINK) * together


def out_of_fold(
    learn: Callable[[np.ndarray], tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]],
    shape: tuple[int, int],
    folds: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return values and decisions for each row, learnt without its fold.

    ``learn`` takes the places to learn from and returns a function from places to values, and
    thresholds chosen within those places.
    """
    values, decided = np.zeros(shape), np.zeros(shape)
    for fold in range(FOLDS):
        outside = np.flatnonzero(folds == fold)
        read, thresholds = learn(np.flatnonzero(folds != fold))
        values[outside] = read(outside)
        decided[outside] = values[outside] >= thresholds
    return values, decided


def policy_name(name: str) -> str:
    """Return what this project calls a frame of the set ``policy_frames``."""
    legal = "Legality_Constitutionality_and_jurisprudence"
    return "legality_and_constitutionality" if name == legal else name.lower()


def _f1(found: np.ndarray, present: np.ndarray) -> float:
    hit = np.logical_and(found, present).sum()
    return 2 * hit / max(1, found.sum() + present.sum())


def _policy(data: Path) -> list[dict[str, Any]]:
    rows = read_lines(data / "policy_frames" / "articles.jsonl")
    return [row for row in rows if row["language"] == "en"]


def _indicators(rows: Sequence[Sequence[str]], labels: Sequence[str]) -> np.ndarray:
    return np.array([[float(label in row) for label in labels] for row in rows])


def _fit_policy(rows: list[dict], divided: FrameHead, encoder: Any) -> Any:
    named = [[policy_name(name) for name in row["frames"]] for row in rows]
    present = _indicators(named, divided.labels)
    keys = [article_key(row["text"]) for row in rows]
    folds = balanced_folds(keys, present)
    prototypes = divided.weight[: len(divided.labels)].astype(np.float64)
    read = read_articles(*read_texts([row["text"] for row in rows], encoder), prototypes)
    described, shown = _book_rows("policy_frames", encoder)

    def learn(places: np.ndarray) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
        head = _learn_articles(
            tuple(part[places] for part in read), present[places], folds[places], described, shown
        )
        return lambda some: sigmoid(head.log_odds(*(part[some] for part in read))), head.thresholds

    values, decided = out_of_fold(learn, present.shape, folds)
    head = _learn_articles(read, present, folds, described, shown)
    head = replace(head, labels=divided.labels, space=space_of(encoder), prototypes=prototypes)
    return head, {"policy_frames": (keys, values), "policy_frames_present": (keys, decided)}


def _learn_articles(
    read: tuple[np.ndarray, ...], present: np.ndarray, folds: np.ndarray,
    described: np.ndarray, shown: np.ndarray,
) -> ArticleHead:  # fmt: skip
    """Learn from what was read of some articles: weights, then calibration, then thresholds.

    Calibration sets the balance of learnt odds and described shares, the same for all frames, and
    each frame's base rate, on odds from inner folds; thresholds follow from its values.
    """
    from sklearn.linear_model import LogisticRegression

    mean, focused, shares = read
    size, labels = mean.shape[1], present.shape[1]

    def fit(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows, biases = [], []
        weight = np.concatenate([np.ones(len(places)), np.full(len(described), _DESCRIBED)])
        for label in range(labels):
            x = np.hstack([mean[places], focused[places, label]])
            # A described sentence is an article of one sentence: its mean is in focus, too.
            x = np.concatenate([x, np.hstack([described, described])])
            y = np.concatenate([present[places, label], shown[:, label]])[:, None]
            row, bias = fit_logistic(x, y, strength=_STRENGTH["policy_frames"], weight=weight)
            rows.append(row[0])
            biases.append(bias[0])
        return np.array(rows), np.array(biases)

    def odds(rows: np.ndarray, bias: np.ndarray, places: np.ndarray) -> np.ndarray:
        found = mean[places] @ rows[:, :size].T + bias
        return found + np.einsum("ald,ld->al", focused[places], rows[:, size:])

    inner = np.zeros(present.shape)
    for fold in sorted(set(folds)):
        back = np.flatnonzero(folds == fold)
        inner[back] = odds(*fit(np.flatnonzero(folds != fold)), back)
    centre, spread = inner.mean(axis=0), inner.std(axis=0)
    middle, width = shares.mean(axis=0), shares.std(axis=0)
    scaled = ((inner - centre) / spread, (shares - middle) / width)
    design = np.hstack([
        np.stack([part.ravel() for part in scaled], axis=1), np.tile(np.eye(labels), (len(mean), 1))
    ])  # fmt: skip
    model = LogisticRegression(C=1.0, max_iter=2000).fit(design, present.ravel())
    learnt, resembling = model.coef_[0][:2]
    values = model.predict_proba(design)[:, 1].reshape(present.shape)
    rows, bias = fit(np.arange(len(mean)))
    base = model.coef_[0][2:] + model.intercept_[0]
    return ArticleHead(
        measure="policy_frames",
        version=VERSION,
        labels=(),
        weight=learnt * rows[:, :size] / spread[:, None],
        focus=learnt * rows[:, size:] / spread[:, None],
        share=resembling / width,
        bias=learnt * (bias - centre) / spread - resembling * middle / width + base,
        space="",
        thresholds=choose_thresholds(values, present),
    )


def _fit_narrative(rows: list[dict], encoder: Any) -> Any:
    present = _indicators([row["frames"] for row in rows], NARRATIVE)
    keys = [article_key(row["text"]) for row in rows]
    folds = folds_of(keys)
    vectors = pool_vectors(*read_texts([row["text"] for row in rows], encoder))

    def fit(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        strength = _STRENGTH["narrative_frames"]
        return fit_logistic(vectors[places], present[places], strength=strength)

    def learn(places: np.ndarray) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
        inner = np.zeros((len(places), present.shape[1]))
        for fold in sorted(set(folds[places])):
            back = folds[places] == fold
            weights, bias = fit(places[~back])
            inner[back] = sigmoid(vectors[places[back]] @ weights.T + bias)
        weights, bias = fit(places)
        thresholds = choose_thresholds(inner, present[places])
        return lambda some: sigmoid(vectors[some] @ weights.T + bias), thresholds

    values, decided = out_of_fold(learn, present.shape, folds)
    everything = np.arange(len(rows))
    weights, bias = fit(everything)
    head = ArticleHead(
        "narrative_frames", VERSION, NARRATIVE, weights, bias, space_of(encoder),
        thresholds=learn(everything)[1],
    )  # fmt: skip
    return head, {"narrative_frames": (keys, values), "narrative_frames_present": (keys, decided)}


def roles_of(rows: Sequence[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """Return the entities of articles with their role, each once: article, words, role."""
    found = {
        (number, entity["entity"].strip(), role)
        for number, row in enumerate(rows)
        for role in ROLES
        for entity in row["roles"][role]
        if entity["entity"] and entity["entity"].strip()
    }
    return sorted(found)


def role_key(text: str, entity: str) -> int:
    """Return the number by which an entity of an article is known again."""
    return article_key(f"{entity} | {text}")


def _fit_portrayals(rows: list[dict], encoder: Any, *, context_only: bool) -> Any:
    name = "portrayals_context" if context_only else "portrayals"
    texts = [row["text"] for row in rows]
    entities = roles_of(rows)
    vectors = entity_vectors(
        texts, [one[:2] for one in entities], encoder, context_only=context_only
    )
    present = _indicators([[one[2]] for one in entities], ROLES)
    named = ~np.isnan(vectors).any(axis=1)
    places = np.flatnonzero(named)
    folds = folds_of([article_key(texts[number]) for number, _, _ in entities])

    def fit(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return fit_logistic(vectors[places], present[places], strength=_STRENGTH["portrayals"])

    values = np.full(present.shape, np.nan)
    for fold in range(FOLDS):
        inside, outside = places[folds[places] != fold], places[folds[places] == fold]
        weights, bias = fit(inside)
        values[outside] = sigmoid(vectors[outside] @ weights.T + bias)
    weights, bias = fit(places)
    keys = [role_key(texts[number], entity) for number, entity, _ in entities]
    head = FrameHead(name, VERSION, ROLES, weights, bias, space_of(encoder))
    return head, {name: (keys, values)}


def _fit_moral(data: Path, encoder: Any) -> tuple[FrameHead, dict[str, float]]:
    labels = built_in_frames("moral_foundations").names
    texts, present, stories = moral_sentences(data, labels)
    described, named = _book_rows("moral_foundations", encoder)
    vectors = encoder.vectors(texts)
    known = ~np.isnan(vectors).any(axis=1)
    vectors, present, stories = vectors[known], present[known], stories[known]

    def fit(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Not balanced: every sentence was coded, so that values are shares of sentences.
        return fit_logistic(
            np.concatenate([vectors[places], described]),
            np.concatenate([present[places], named]),
            strength=_STRENGTH["moral_foundations"],
            balanced=False,
        )

    folds = folds_of([article_key(story) for story in stories])
    odds = np.zeros(present.shape)
    for fold in range(FOLDS):
        rows, bias = fit(np.flatnonzero(folds != fold))
        odds[folds == fold] = vectors[folds == fold] @ rows.T + bias
    rows, bias = fit(np.arange(len(vectors)))
    head = FrameHead("moral_foundations", VERSION, labels, rows, bias, space_of(encoder))
    return head, {
        label: round(float(roc_auc(present[:, place], odds[:, place])), 4)
        for place, label in enumerate(labels)
    }


def moral_sentences(data: Path, labels: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the sentences of ``moral_events``, the foundations of their events, their story."""
    texts, rows, stories = [], [], []
    for article in read_lines(data / "moral_events" / "articles.jsonl"):
        found: dict[int, set[str]] = {}
        for event in article["events"]:
            there = found.setdefault(event["sentence"], set())
            there.update(MORALS[moral] for moral in event["morals"] if moral in MORALS)
        for place, sentence in enumerate(article["sentences"]):
            texts.append(sentence)
            rows.append([float(label in found.get(place, ())) for label in labels])
            stories.append(str(article["story"]))
    return texts, np.array(rows), np.array(stories)


def roc_auc(present: np.ndarray, values: np.ndarray) -> float:
    """Return the chance that a row with the label has a higher value than one without."""
    from scipy.stats import rankdata

    positive = present > 0
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if not n_positive or not n_negative:
        return float("nan")
    above = rankdata(values)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


def _book_rows(measure: str, encoder: Any) -> tuple[np.ndarray, np.ndarray]:
    book = built_in_frames(measure)
    present = np.zeros((len(book.texts), len(book.frames)))
    present[np.arange(len(book.texts)), list(book.owners)] = 1.0
    return encoder.vectors(book.texts), present
