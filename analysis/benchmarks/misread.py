"""A labelled set → its sentences beside the score: where the loaded-language measure errs.

Comes in: the folder of the labelled sets, on the machine of whoever has them. Goes out: one row per
sentence of BASIL outside quotations, with what readers marked (``code``) and what the shipped
weights say (``value``), which no row of that set has trained. **Higher is more loaded.** The
notebook on validation draws calibration, errors by outlet and misread sentences from it; the texts
are third parties' copyright, so that none of them is in a committed notebook.

Fan et al. 2019, In plain sight: media bias through the lens of factual reporting.
doi:10.18653/v1/D19-1664
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.benchmarks.travelled import Basil, basil_sentences, score_sentences
from analysis.outlets.own_codes import bin_calibration

if TYPE_CHECKING:
    from analysis.encoder import Encoder

COLUMNS = ["segment_id", "article_id", "event", "outlet", "probability", "text", "code", "value"]


def score_labelled(data: Path | str = "", *, encoder: Encoder | None = None) -> pd.DataFrame:
    """Return BASIL's sentences with the readers' marks and the score of the shipped weights.

    Parameters
    ----------
    data : Path or str
        The folder of the labelled sets (``basil/articles.jsonl`` in it); none for ``""``.
    encoder : Encoder, optional
        The default encoder if not given.

    Returns
    -------
    DataFrame
        ``segment_id, article_id, event, outlet``; ``probability`` (1: none was drawn); ``text``;
        ``code`` (1 with a lexical span outside quotations, else 0); ``value`` (0 to 1). No rows
        without a folder.

    Raises
    ------
    FileNotFoundError
        When the folder has no such set.
    """
    if not str(data):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    path = Path(data) / "basil" / "articles.jsonl"
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no labelled set here; see data/README.md")
    basil = basil_sentences(Path(data))
    return _beside(basil, score_sentences(basil, encoder))


def bin_labelled(rows: pd.DataFrame, *, bins: int = 5) -> pd.DataFrame:
    """Return, by fifths of the score, what the measure says and what readers marked.

    ``rows`` as ``score_labelled`` gives; columns as of ``own_codes.bin_calibration``. No rows
    where there are none.
    """
    if rows.empty:
        return pd.DataFrame(columns=["predicted", "observed", "low", "high", "n", "segments"])
    scores = rows[["segment_id", "value"]].assign(measure="loaded_language")
    return bin_calibration(scores, rows, rows, measure="loaded_language", bins=bins)


def _beside(basil: Basil, value: np.ndarray) -> pd.DataFrame:
    rows = basil.sentences.assign(value=value, probability=1.0)
    rows["code"] = (rows["marked"] > 0).astype(float)
    rows["segment_id"] = rows["article_id"].astype(str) + ":" + rows["start"].astype(str)
    return rows[COLUMNS].reset_index(drop=True)
