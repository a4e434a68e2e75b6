"""Labelled articles in, the heads for frames out: every weight in ``data/models/frames``.

Fitted are: ``policy_frames`` (English articles with their frames, and the built-in descriptions),
``generic_frames`` (descriptions, with articles where a set asks the same), ``moral_foundations``
(sentences with moral events), ``narrative_frames`` and the portrayals of entities (climate news).
For each article of a benchmark the value from heads that had not seen it is kept beside them;
thresholds are chosen inside the training part (nested cross-validation by article).

Nothing is random but the folds, and those follow from the articles' text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.measures.frame_heads import (
    FOLDER,
    FrameHead,
    article_key,
    fit_logistic,
    pool_vectors,
    save_heads,
    sigmoid,
    space_of,
)
from analysis.measures.own_frames import built_in_frames
from analysis.measures.portrayals import ROLES, entity_vectors, sentences_of
from analysis.measures.training_data import read_lines

VERSION = "1"
FOLDS = 5
NARRATIVE = ("resolution", "human_interest", "conflict", "moral", "economic")
MORALS = {
    "Care": "care_virtue", "Harm": "care_vice",
    "Fairness": "fairness_virtue", "Cheating": "fairness_vice",
    "Loyalty": "loyalty_virtue", "Betrayal": "loyalty_vice",
    "Authority": "authority_virtue", "Subversion": "authority_vice",
    "Sanctity": "sanctity_virtue", "Degradation": "sanctity_vice",
}  # fmt: skip
# Where a labelled set asks what a generic frame asks.
GENERIC_FROM_NARRATIVE = {"conflict": "conflict", "human_interest": "human_interest",
                          "morality": "moral", "responsibility": "resolution"}  # fmt: skip
GENERIC_FROM_POLICY = {"economic_consequences": "economic", "morality": "morality"}
_STRENGTH = {"policy_frames": 2.0, "generic_frames": 3.0, "narrative_frames": 3.0,
             "moral_foundations": 3.0, "portrayals": 1.0}  # fmt: skip
_DESCRIBED = 0.5  # how much an invented sentence counts beside an article

Fit = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


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
    texts = [row["text"] for row in (*policy, *narrative)]
    vectors = text_vectors(texts, encoder)
    of_policy, of_narrative = vectors[: len(policy)], vectors[len(policy) :]
    heads, unseen = [], {}
    for head, kept in (
        _fit_policy(policy, of_policy, encoder),
        _fit_narrative(narrative, of_narrative, encoder),
        _fit_portrayals(narrative, encoder, context_only=False),
        _fit_portrayals(narrative, encoder, context_only=True),
    ):
        heads.append(head)
        unseen |= kept
    heads.append(_fit_generic(policy, of_policy, narrative, of_narrative, encoder))
    heads.append(_fit_moral(data, encoder))
    counts = {"policy_frames": len(policy), "narrative_frames": len(narrative)}
    save_heads(heads, unseen, folder, encoder=encoder.name, fitted_on=counts, folds=FOLDS)
    return folder


def text_vectors(texts: Sequence[str], encoder: Any) -> np.ndarray:
    """Return one vector per text: the mean over its sentences, weighted by words."""
    cut = [sentences_of(text) or [""] for text in texts]
    flat = [sentence for sentences in cut for sentence in sentences]
    owners = np.repeat(np.arange(len(cut)), [len(sentences) for sentences in cut])
    words = np.array([len(sentence.split()) for sentence in flat], dtype=float)
    return pool_vectors(encoder.vectors(flat), words, owners)


def folds_of(groups: Sequence[int]) -> np.ndarray:
    """Return the fold of each group: by the rank of its hash, so folds are of equal size."""
    unique = sorted(set(groups))
    fold = {group: place % FOLDS for place, group in enumerate(unique)}
    return np.array([fold[group] for group in groups])


def choose_thresholds(values: np.ndarray, present: np.ndarray, *, shrink: float = 0.5) -> Any:
    """Return per label the value from which it counts as present.

    Between the threshold that is best for all labels together (micro F1) and the one that is best
    for the label (F1): rare labels have too few cases to set their own.
    """
    grid = np.linspace(0.1, 0.9, 81)
    together = grid[np.argmax([_f1(values >= cut, present) for cut in grid])]
    alone = [
        grid[np.argmax([_f1(column >= cut, label) for cut in grid])]
        for column, label in zip(values.T, present.T, strict=True)
    ]
    return shrink * np.array(alone) + (1 - shrink) * together


def out_of_fold(
    fit: Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]],
    present: np.ndarray,
    folds: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return values and decisions for each row, from fits and thresholds without its fold.

    ``fit`` takes the places to fit on and returns a function from places to values.
    """
    values, decided = np.zeros(present.shape), np.zeros(present.shape)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        values[outside] = fit(inside)(outside)
        inner = np.zeros((len(inside), present.shape[1]))
        for other in sorted(set(folds[inside])):
            left = folds[inside] == other
            inner[left] = fit(inside[~left])(inside[left])
        decided[outside] = values[outside] >= choose_thresholds(inner, present[inside])
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


def _fit_rows(
    vectors: np.ndarray,
    present: np.ndarray,
    strength: float,
    extra: tuple[np.ndarray, np.ndarray] | None = None,
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return a function that fits on some rows and on all of ``extra`` (described frames)."""

    def fit(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y, weight = vectors[places], present[places], np.ones(len(places))
        if extra is not None:
            x, y = np.concatenate([x, extra[0]]), np.concatenate([y, extra[1]])
            weight = np.concatenate([weight, np.full(len(extra[0]), _DESCRIBED)])
        return fit_logistic(x, y, weight=weight, strength=strength)

    return fit


def _read_with(fit: Fit, vectors: np.ndarray) -> Callable[[np.ndarray], Any]:
    def learn(places: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        rows, bias = fit(places)
        return lambda others: sigmoid(vectors[others] @ rows.T + bias)

    return learn


def _fit_head(
    measure: str, labels: Sequence[str], vectors: np.ndarray, present: np.ndarray, keys: list[int],
    encoder: Any, extra: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[FrameHead, dict[str, Any]]:  # fmt: skip
    folds = folds_of(keys)
    fit = _fit_rows(vectors, present, _STRENGTH[measure], extra)
    values, decided = out_of_fold(_read_with(fit, vectors), present, folds)
    rows, bias = fit(np.arange(len(vectors)))
    head = FrameHead(measure, VERSION, tuple(labels), rows, bias, space_of(encoder),
                     choose_thresholds(values, present))  # fmt: skip
    return head, {measure: (keys, values), f"{measure}_present": (keys, decided)}


def _fit_policy(rows: list[dict], vectors: np.ndarray, encoder: Any) -> Any:
    book = built_in_frames("policy_frames")
    present = _indicators(
        [[policy_name(name) for name in row["frames"]] for row in rows], book.names
    )
    keys = [article_key(row["text"]) for row in rows]
    return _fit_head("policy_frames", book.names, vectors, present, keys, encoder,
                     _book_rows("policy_frames", encoder))  # fmt: skip


def _fit_narrative(rows: list[dict], vectors: np.ndarray, encoder: Any) -> Any:
    present = _indicators([row["frames"] for row in rows], NARRATIVE)
    keys = [article_key(row["text"]) for row in rows]
    return _fit_head("narrative_frames", NARRATIVE, vectors, present, keys, encoder)


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
    fit = _fit_rows(vectors, present, _STRENGTH["portrayals"])
    values = np.full(present.shape, np.nan)
    for fold in range(FOLDS):
        inside, outside = places[folds[places] != fold], places[folds[places] == fold]
        weights, bias = fit(inside)
        values[outside] = sigmoid(vectors[outside] @ weights.T + bias)
    weights, bias = fit(places)
    keys = [role_key(texts[number], entity) for number, entity, _ in entities]
    head = FrameHead(name, VERSION, ROLES, weights, bias, space_of(encoder))
    return head, {name: (keys, values)}


def _fit_generic(
    policy: list[dict], of_policy: np.ndarray, narrative: list[dict], of_narrative: np.ndarray,
    encoder: Any,
) -> FrameHead:  # fmt: skip
    book = built_in_frames("generic_frames")
    described, named = _book_rows("generic_frames", encoder)
    asked = []
    for rows, mapping in (
        (policy, GENERIC_FROM_POLICY),
        (narrative, GENERIC_FROM_NARRATIVE),
    ):
        present = np.full((len(rows), len(book.names)), np.nan)
        for place, row in enumerate(rows):
            there = {policy_name(name) for name in row["frames"]}
            for label, source in mapping.items():
                present[place, book.names.index(label)] = float(source in there)
        asked.append(present)
    vectors = np.concatenate([of_policy, of_narrative, described])
    present = np.concatenate([*asked, named])
    # A described sentence counts for more here: the articles answer a neighbouring question.
    weight = np.concatenate([np.ones(len(vectors) - len(described)), np.full(len(described), 3.0)])
    rows, bias = fit_logistic(vectors, present, weight=weight, strength=_STRENGTH["generic_frames"])
    return FrameHead("generic_frames", VERSION, book.names, rows, bias, space_of(encoder))


def _fit_moral(data: Path, encoder: Any) -> FrameHead:
    labels = built_in_frames("moral_foundations").names
    texts, present = moral_sentences(data, labels)
    described, named = _book_rows("moral_foundations", encoder)
    vectors = encoder.vectors(texts)
    known = ~np.isnan(vectors).any(axis=1)
    x = np.concatenate([vectors[known], described])
    y = np.concatenate([present[known], named])
    rows, bias = fit_logistic(x, y, weight=np.ones(len(x)), strength=_STRENGTH["moral_foundations"])
    return FrameHead("moral_foundations", VERSION, labels, rows, bias, space_of(encoder))


def moral_sentences(data: Path, labels: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Return the sentences of the set ``moral_events`` and which foundations their events have."""
    texts, rows = [], []
    for article in read_lines(data / "moral_events" / "articles.jsonl"):
        found: dict[int, set[str]] = {}
        for event in article["events"]:
            there = found.setdefault(event["sentence"], set())
            there.update(MORALS[moral] for moral in event["morals"] if moral in MORALS)
        for place, sentence in enumerate(article["sentences"]):
            texts.append(sentence)
            rows.append([float(label in found.get(place, ())) for label in labels])
    return texts, np.array(rows)


def _book_rows(measure: str, encoder: Any) -> tuple[np.ndarray, np.ndarray]:
    book = built_in_frames(measure)
    present = np.zeros((len(book.texts), len(book.frames)))
    present[np.arange(len(book.texts)), list(book.owners)] = 1.0
    return encoder.vectors(book.texts), present
