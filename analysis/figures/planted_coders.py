"""The sample's record of what was planted → the codes of two invented coders.

Comes in: a drawn sample of segments from a run on ``data/sample``. Goes out: codes in the form of
``outlets.coding.read_codes``. A segment is ``1`` where a word that was planted as loaded stands in
it, else ``0``; a coder's slips are drawn with a seed. For any other corpus there is no record,
and the table comes back empty: codes are then what people typed.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from analysis import DATA
from analysis.figures.selection import Tables

PLANTED = DATA / "sample" / "planted" / "planted.csv"
COLUMNS = ["coder", "segment_id", "variable", "code"]


def code_as_planted(
    sample: pd.DataFrame,
    data: Tables,
    *,
    kind: str = "loaded",
    coders: tuple[str, ...] = ("coder A", "coder B"),
    slips: float = 0.01,
    seed: int = 20_260,
) -> pd.DataFrame:
    """Code a sample as its authors planted it.

    Parameters
    ----------
    sample : DataFrame
        Of ``outlets.coding.draw_sample``.
    data : Tables
        The run's finished tables.
    kind : str
        What was planted.
    coders : tuple of str
        Names; each slips in other places.
    slips : float
        Share of segments that a coder gets wrong.
    seed : int
        Of the slips.

    Returns
    -------
    DataFrame
        ``coder, segment_id, variable, code``; empty when the corpus is not the sample.
    """
    if not data.invented or not PLANTED.exists() or sample.empty:
        return pd.DataFrame(columns=COLUMNS)
    planted = pd.read_csv(PLANTED, keep_default_na=False)
    planted = planted[planted["kind"] == kind]
    sources = data.articles.set_index("article_id")["source"]
    files = sources.map(lambda source: PurePosixPath(str(source)).name)
    terms = planted.groupby("file")["clean"].unique()
    named = sample["segment_id"].str.rsplit(":", n=1).str[0].map(files)
    if not named.isin(set(terms.index)).any():
        return pd.DataFrame(columns=COLUMNS)
    truth = np.array(
        [
            _holds(text, terms.get(file, ()))
            for text, file in zip(sample["text"], named, strict=True)
        ]
    )
    parts = []
    for number, coder in enumerate(coders):
        slipped = np.random.default_rng([seed, number]).random(len(sample)) < slips
        codes = np.where(truth ^ slipped, "1", "0")
        parts.append(
            pd.DataFrame(
                {
                    "coder": coder,
                    "segment_id": sample["segment_id"].to_numpy(),
                    "variable": kind,
                    "code": codes,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _holds(text: str, terms: np.ndarray) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text) for term in terms)
