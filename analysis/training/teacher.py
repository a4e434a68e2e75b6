"""A larger encoder learns the same questions; the smaller one then learns from its answers too.

Comes in: training rows, and which of them may be learnt from. Goes out: what the larger encoder
(all-mpnet-base-v2, its upper layers trained on the rated and judged sentences) says about those
rows and about news sentences that nobody labelled. It sees only what the training at hand may see,
so what is held out stays so. Needed for training only; nothing of the larger encoder is shipped.

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

from analysis.encoding.heads import SEGMENT
from analysis.training.labelled_rows import read_unlabelled, row_hash
from analysis.training.prepared_rows import Prepared
from analysis.training.wording_network import build_network
from analysis.training.wording_steps import draw_passes, learn, predict

UNLABELLED = "unlabelled"


def judge_rows(
    rows: pd.DataFrame, plan: Mapping[str, Any], allowed: np.ndarray, encoder: Any
) -> dict[str, Any]:
    """Train the larger encoder on some rows and return what it says about them.

    Parameters
    ----------
    rows : DataFrame
        Training rows, those of ``unlabelled_rows`` among them.
    plan : mapping
        ``sets`` it learns from and judges; ``frozen, passes, once, rate, head_rate, size,
        shares, dropout, seed`` as of ``training.wording.RECIPE``.
    allowed : array of bool
        Which rows may be learnt from; others are not judged either.
    encoder : Encoder
        The larger encoder.

    Returns
    -------
    dict
        ``segment`` (rows × ``SEGMENT``) and ``toward`` (rows × 3), NaN where it was not asked;
        ``pieces``: place of a row → its pieces' log odds.
    """
    asked = np.flatnonzero(allowed & rows["set"].isin([*plan["sets"], UNLABELLED]).to_numpy())
    some = rows.iloc[asked].reset_index(drop=True)
    prepared = Prepared(encoder, some, frozen=plan["frozen"])
    network = build_network(
        encoder.folder, frozen=plan["frozen"], dropout=plan["dropout"], seed=plan["seed"]
    )
    passes = draw_passes(some, plan, (some["set"] != UNLABELLED).to_numpy())
    learn(
        network,
        prepared,
        passes,
        rate=plan["rate"],
        head_rate=plan["head_rate"],
        size=plan["size"],
        seed=plan["seed"],
    )
    found = predict(network, prepared, np.arange(len(some)))
    segment = np.full((len(rows), len(SEGMENT)), np.nan, dtype=np.float32)
    toward = np.full((len(rows), 3), np.nan, dtype=np.float32)
    segment[asked] = found["segment"]
    pieces = {int(asked[place]): scores for place, scores in found["pieces"].items()}
    return {"segment": segment, "toward": toward, "pieces": pieces}


def unlabelled_rows(data: Path | str, *, count: int, seed: int) -> pd.DataFrame:
    """Return unlabelled sentences as training rows that belong to no fold."""
    texts = read_unlabelled(data, count=count, seed=seed)
    rows = pd.DataFrame({"set": UNLABELLED, "text": texts, "group": texts})
    rows["row"] = [row_hash(UNLABELLED, text) for text in texts]
    rows["text_hash"] = [row_hash("", text) for text in texts]
    return rows.assign(fold=-1).drop_duplicates("row")
