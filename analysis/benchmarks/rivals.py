"""What a user would take instead: word lists, word counts, an untuned encoder with a probe.

Comes in: texts, and labels with groups for those that learn. Goes out: one score per text.
Learners are judged by predictions on folds of whole groups, so they too never see the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from analysis.encoder import Encoder

FOLDS = 5
MISSING = "is not installed: `pip install {0}` adds this baseline"


def vader(texts: Sequence[str]) -> np.ndarray | None:
    """Return VADER's compound score, -1 to 1, or None where it is not installed."""
    scorer = _vader()
    if scorer is None:
        return None
    return np.array([scorer.polarity_scores(text)["compound"] for text in texts])


def textblob(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray] | None:
    """Return TextBlob's polarity (-1 to 1) and subjectivity (0 to 1), or None."""
    try:
        from textblob import TextBlob
    except ImportError:
        return None
    found = np.array([tuple(TextBlob(text).sentiment) for text in texts])
    return found[:, 0], found[:, 1]


def word_counts(
    texts: Sequence[str], labels: np.ndarray, groups: Sequence[Any], *, numeric: bool = False
) -> np.ndarray:
    """Return held-out predictions of TF-IDF with logistic regression (ridge, if numeric)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    counts = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return _held_out(make_pipeline(counts, _learner(numeric)), list(texts), labels, groups)


def probe(
    texts: Sequence[str],
    labels: np.ndarray,
    groups: Sequence[Any],
    encoder: Encoder,
    *,
    numeric: bool = False,
) -> np.ndarray:
    """Return held-out predictions of a linear probe on the untuned encoder's vectors."""
    return _held_out(_learner(numeric), encoder.vectors(list(texts)), labels, groups)


def word_counts_elsewhere(
    texts: Sequence[str], labels: np.ndarray, others: Sequence[str]
) -> np.ndarray:
    """Train TF-IDF with logistic regression on one set and score another."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), _learner(False)
    ).fit(list(texts), labels)
    return model.predict_proba(list(others))[:, 1]


def probe_elsewhere(
    texts: Sequence[str], labels: np.ndarray, others: Sequence[str], encoder: Encoder
) -> np.ndarray:
    """Train a linear probe on one set and score another: one column, or one per class."""
    model = _learner(False).fit(encoder.vectors(list(texts)), labels)
    chances = model.predict_proba(encoder.vectors(list(others)))
    return chances[:, 1] if chances.shape[1] == 2 else chances


def _held_out(model: Any, features: Any, labels: np.ndarray, groups: Sequence[Any]) -> np.ndarray:
    """Return predictions for each group from a model trained on the other folds' groups."""
    from sklearn.base import is_classifier
    from sklearn.model_selection import GroupKFold, cross_val_predict

    names = np.unique(np.asarray(groups).astype(str), return_inverse=True)[1]
    folds = GroupKFold(n_splits=min(FOLDS, int(names.max()) + 1))
    method = "predict_proba" if is_classifier(model) else "predict"
    return cross_val_predict(model, features, labels, groups=names, cv=folds, method=method)


def _learner(numeric: bool) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    return Ridge(alpha=1.0) if numeric else LogisticRegression(C=4.0, max_iter=1000)


@lru_cache(maxsize=1)
def _vader() -> Any:
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    return SentimentIntensityAnalyzer()
