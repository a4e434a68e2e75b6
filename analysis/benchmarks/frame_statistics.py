"""F1 and AUC of labels and classes, and TF-IDF with logistic regression as a user would fit it.

Comes in: matrices of rows × labels (1 present, 0 absent) or vectors of classes. Goes out: a figure
between 0 and 1, higher is better. A label without any present row has no AUC and is left out of
the mean; one that is neither present nor found has no F1 and is left out too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.training.frames import roc_auc

Statistic = Callable[[np.ndarray, np.ndarray], float]


def as_matrix(rows: Sequence[Sequence[str]], labels: Sequence[str]) -> np.ndarray:
    """Return rows × labels: 1 where the row has the label."""
    return np.array([[float(label in row) for label in labels] for row in rows])


def micro_f1(present: np.ndarray, found: np.ndarray) -> float:
    """Return F1 over all decisions together."""
    total = present.sum() + found.sum()
    return float(2 * (present * found).sum() / total) if total else float("nan")


def macro_f1(present: np.ndarray, found: np.ndarray) -> float:
    """Return the mean over labels of F1."""
    total = present.sum(axis=0) + found.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.nanmean(np.where(total > 0, 2 * (present * found).sum(axis=0) / total,
                                         np.nan)))  # fmt: skip


def macro_auc(present: np.ndarray, values: np.ndarray) -> float:
    """Return the mean over labels of the area under the ROC curve."""
    areas = [roc_auc(*pair) for pair in zip(present.T, values.T, strict=True)]
    known = [area for area in areas if area == area]
    return float(np.mean(known)) if known else float("nan")


def class_f1(truth: np.ndarray, found: np.ndarray, classes: Sequence[int]) -> float:
    """Return the mean over classes of F1; a class neither there nor found is left out."""
    scores = []
    for one in classes:
        total = (truth == one).sum() + (found == one).sum()
        if total:
            scores.append(2 * ((truth == one) & (found == one)).sum() / total)
    return float(np.mean(scores)) if scores else float("nan")


def labels_figure(
    statistic: Statistic, present: np.ndarray, found: np.ndarray, *, unit: str = "articles"
) -> dict[str, Any]:
    """Return ``statistic`` of rows × labels with its interval over rows."""
    varied = present.size and bool(((present.min(axis=0) == 0) & (present.max(axis=0) == 1)).any())
    if statistic is macro_auc and not varied:
        # All have the frame or none has: there is nothing to tell apart, and no figure.
        return figure(None, n=len(present), unit=unit)
    everything = np.arange(len(present))
    low, high = interval_over(everything, lambda drawn: statistic(present[drawn], found[drawn]))
    return figure(statistic(present, found), low=low, high=high, n=len(present), unit=unit)


def tfidf_labels(texts: Sequence[str], present: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return out-of-fold probabilities of each label; a constant label gets its share."""
    values = np.zeros(present.shape)
    for inside, outside, known, asked in _tfidf(texts, folds):
        for label in range(present.shape[1]):
            column = present[inside, label]
            if len(set(column)) < 2:
                values[outside, label] = column.mean()
                continue
            values[outside, label] = _logistic(known, column).predict_proba(asked)[:, 1]
    return values


def tfidf_classes(texts: Sequence[str], truth: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return the out-of-fold class of each text."""
    found = np.zeros(len(truth), dtype=int)
    for inside, outside, known, asked in _tfidf(texts, folds):
        found[outside] = _logistic(known, truth[inside]).predict(asked)
    return found


def _tfidf(texts: Sequence[str], folds: np.ndarray):
    from sklearn.feature_extraction.text import TfidfVectorizer

    for fold in sorted(set(folds.tolist())):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(inside):
            continue
        reader = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english")
        known = reader.fit_transform([texts[place] for place in inside])
        yield inside, outside, known, reader.transform([texts[place] for place in outside])


def _logistic(known, column):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10, class_weight="balanced", max_iter=1000).fit(known, column)
