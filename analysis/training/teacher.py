"""A larger encoder judges sentences that nobody labelled; the smaller one learns from it.

Comes in: the rated editorials and unlabelled news sentences. Goes out: the same rows with a tone
for the unlabelled ones, from a ridge regression on the vectors of all-mpnet-base-v2. The
regression sees only editorials that the training at hand may see, so what is held out stays so.
Needed for training only; nothing of the larger encoder is shipped.

References
----------
Hinton, Vinyals & Dean (2015), https://doi.org/10.48550/arXiv.1503.02531.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.training.labelled_rows import read_unlabelled, row_hash

UNLABELLED = "unlabelled"


class Teacher:
    """Vectors of the larger encoder for the rated editorials and the unlabelled sentences.

    Parameters
    ----------
    rows : DataFrame
        Training rows, those of ``unlabelled_rows`` among them.
    encoder : Encoder
        The larger encoder.
    """

    def __init__(self, rows: pd.DataFrame, encoder: Any) -> None:
        self._rated = np.flatnonzero(rows["set"] == "editorials")
        self._asked = np.flatnonzero(rows["set"] == UNLABELLED)
        self._known = encoder.vectors(rows["text"].iloc[self._rated].tolist())
        self._unknown = encoder.vectors(rows["text"].iloc[self._asked].tolist())
        self._rating = rows["tone"].to_numpy(float)[self._rated]

    def judge(self, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return rows (positions) and their tone, learnt from the ratings that are allowed."""
        from sklearn.linear_model import RidgeCV

        usable = allowed[self._rated]
        model = RidgeCV(alphas=[0.1, 0.3, 1.0, 3.0])
        model.fit(self._known[usable], self._rating[usable])
        return self._asked, model.predict(self._unknown)


def unlabelled_rows(data: Path | str, plan: Mapping[str, Any], columns: list[str]) -> pd.DataFrame:
    """Return unlabelled sentences as training rows that belong to no fold."""
    texts = read_unlabelled(data, count=plan["unlabelled"], seed=plan["seed"])
    rows = pd.DataFrame({"set": UNLABELLED, "text": texts, "group": texts}).reindex(columns=columns)
    rows["row"] = [row_hash(UNLABELLED, text) for text in texts]
    return rows.assign(fold=-1).drop_duplicates("row")
