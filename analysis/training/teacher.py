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

from analysis.training.exchanged_words import exchange_words
from analysis.training.labelled_rows import read_unlabelled, row_hash
from analysis.training.prepared_rows import Prepared
from analysis.training.varied_texts import vary_rows
from analysis.training.wording_network import build_network
from analysis.training.wording_steps import draw_passes, learn, no_answers, predict

UNLABELLED = "unlabelled"
_AT_ONCE = 8000  # rows whose lower layers are held in memory while they are judged


def judge_rows(
    rows: pd.DataFrame, plan: Mapping[str, Any], allowed: np.ndarray, encoder: Any
) -> dict[str, Any]:
    """Train the larger encoder on some rows and return what it says about them.

    Parameters
    ----------
    rows : DataFrame
        Training rows, those of ``unlabelled_rows`` among them.
    plan : mapping
        ``sets`` it learns from, and those ``judged`` by it; ``frozen, passes, once, rate,
        head_rate, size, shares, dropout, seed`` as of ``training.wording.RECIPE``.
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
    learnt = np.flatnonzero(allowed & rows["set"].isin(plan["sets"]).to_numpy())
    network = _train(rows.iloc[learnt].reset_index(drop=True), plan, encoder)
    asked = np.flatnonzero(allowed & rows["set"].isin([*plan["judged"], UNLABELLED]).to_numpy())
    answers = no_answers(rows)
    for first in range(0, len(asked), _AT_ONCE):
        here = asked[first : first + _AT_ONCE]
        prepared = Prepared(encoder, rows.iloc[here], frozen=plan["frozen"])
        found = predict(network, prepared, np.arange(len(here)))
        answers["segment"][here] = found["segment"]
        answers["toward"][here] = found["toward"]
        for place, scores in found["pieces"].items():
            answers["pieces"][int(here[place])] = scores
    return answers


def _train(rows: pd.DataFrame, plan: Mapping[str, Any], encoder: Any) -> Any:
    """Return the larger encoder's network after its passes over ``rows``."""
    passes = draw_passes(rows, plan, np.ones(len(rows), dtype=bool))
    read = np.unique(np.concatenate([*passes.values()]))
    prepared = Prepared(encoder, rows.iloc[read], frozen=plan["frozen"])
    network = build_network(
        encoder.folder, frozen=plan["frozen"], dropout=plan["dropout"], seed=plan["seed"]
    )
    learn(
        network,
        prepared,
        {number: np.searchsorted(read, places) for number, places in passes.items()},
        rate=plan["rate"],
        head_rate=plan["head_rate"],
        size=plan["size"],
        seed=plan["seed"],
    )
    return network


def unlabelled_rows(rows: pd.DataFrame, data: Path | str, plan: Mapping[str, Any]) -> pd.DataFrame:
    """Return texts that nobody labelled, as training rows.

    Parameters
    ----------
    rows : DataFrame
        Labelled rows: those of ``plan["varied"]`` and ``plan["exchanged"]``, a set → how many
        variants of each text; those of ``plan["lenders"]`` and the news lend words.
    data : Path or str
        Folder of the sets, for ``plan["unlabelled"]`` sentences of news.
    plan : mapping
        As ``training.wording.RECIPE``.

    Returns
    -------
    DataFrame
        Columns of ``rows``, labels missing. News belongs to no fold (-1); a variant to the fold
        of the sentences it is made of.
    """
    texts = read_unlabelled(data, count=plan["unlabelled"], seed=plan["seed"])
    parts = [pd.DataFrame({"text": texts, "group": texts, "fold": -1})]
    parts += [
        vary_rows(rows[rows["set"] == name], times, seed=plan["seed"])
        for name, times in plan["varied"].items()
    ]
    lenders = [*texts, *rows.loc[rows["set"].isin(plan["lenders"]), "text"]]
    parts += [
        exchange_words(rows[rows["set"] == name], lenders, times, seed=plan["seed"])
        for name, times in plan["exchanged"].items()
    ]
    found = pd.concat(parts, ignore_index=True).assign(set=UNLABELLED)
    found["row"] = [row_hash(UNLABELLED, text) for text in found["text"]]
    found["text_hash"] = [row_hash("", text) for text in found["text"]]
    return found.drop_duplicates("row")
