"""How well the loaded-language scores agree with readers: ``babe``, ``basil``, ``subjectivity``.

BASIL is the test of whether the measure travels: nothing was trained or chosen on it. Its
articles go through the suite's own sentences, quotations and voices; a sentence's score is the
probability that at least one of its stretches outside direct quotations is loaded; an article's
is the mean over its sentences. Higher is better in every figure but the calibration error.

References
----------
Fan et al. (2019), BASIL, https://doi.org/10.18653/v1/D19-1664.
Spinde et al. (2021), BABE, https://doi.org/10.18653/v1/2021.findings-emnlp.101.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import rivals
from analysis.benchmarks.agreement import (
    auc,
    auc_within,
    by_group,
    calibration_error,
    macro_f1,
    over_units,
)
from analysis.benchmarks.travelled import basil_sentences, measure_travel
from analysis.benchmarks.unseen import read_unseen
from analysis.encoder import Encoder
from analysis.measures.loaded_model import probabilities
from analysis.training.labelled_rows import read_rows


def measure_babe(data: Path) -> dict[str, Any]:
    """Return agreement with BABE's experts: biased or neutral sentence, topics held out."""
    encoder = Encoder()
    rows = read_rows(data, ("babe",))
    read = read_unseen(rows, encoder)
    everything = rows
    rows, chance = _kept(rows, read, encoder, "biased")
    label = rows["biased"].to_numpy(int)
    outlet = rows["outlet"].to_numpy(str)

    def figures(score: np.ndarray, cut: float) -> dict[str, Any]:
        return {
            "macro_f1": over_units(
                rows["group"], lambda r: macro_f1(label[r], score[r] > cut), name="topics"
            ),
            "auc_within_outlet": over_units(
                rows["group"], lambda r: auc_within(label[r], score[r], outlet[r]), name="topics"
            ),
            "auc": over_units(rows["group"], lambda r: auc(label[r], score[r]), name="topics"),
        }

    found = figures(chance, 0.5)
    found["calibration_error"] = over_units(
        rows["group"], lambda r: calibration_error(label[r], chance[r]), name="topics"
    )
    notes = [
        read.note,
        "macro_f1 by outlet: " + by_group(outlet, lambda r: macro_f1(label[r], chance[r] > 0.5)),
        "share that readers call biased, by outlet: " + by_group(outlet, lambda r: label[r].mean()),
    ]
    return _result(found, _rivals(everything, read.there, "biased", encoder, figures), notes)


def measure_subjectivity(data: Path) -> dict[str, Any]:
    """Return agreement on subjective or objective sentences; articles are not known."""
    encoder = Encoder()
    rows = read_rows(data, ("subjectivity",))
    read = read_unseen(rows, encoder)
    everything = rows
    rows, chance = _kept(rows, read, encoder, "subjective")
    label = rows["subjective"].to_numpy(int)

    def figures(score: np.ndarray, cut: float) -> dict[str, Any]:
        return {
            "macro_f1": over_units(
                rows["group"], lambda r: macro_f1(label[r], score[r] > cut), name="sentences"
            ),
            "auc": over_units(rows["group"], lambda r: auc(label[r], score[r]), name="sentences"),
        }

    found = figures(chance, 0.5)
    found["calibration_error"] = over_units(
        rows["group"], lambda r: calibration_error(label[r], chance[r]), name="sentences"
    )
    notes = [read.note, "the set names neither article nor outlet: folds are over sentences"]
    return _result(found, _rivals(everything, read.there, "subjective", encoder, figures), notes)


def measure_basil(data: Path) -> dict[str, Any]:
    """Return how the score travels to BASIL: sentences, outlets of an event, marked words."""
    encoder = Encoder()
    return measure_travel(basil_sentences(data), encoder, _loaded_training(data))


def _loaded_training(data: Path) -> pd.DataFrame | None:
    """Return the rows on which the learning baselines are trained, where they are to be had."""
    try:
        return read_rows(data, ("loaded_spans",))
    except FileNotFoundError:
        return None


def _kept(
    rows: pd.DataFrame, read: Any, encoder: Encoder, name: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows with an output, and its calibrated probability."""
    columns = {one: read.column(one) for one in ("loaded", "biased", "subjective")}
    chance = probabilities(columns, encoder.reader.meta["calibration"])[name]
    return rows[read.there].reset_index(drop=True), chance[read.there]


def _rivals(
    rows: pd.DataFrame, judged: np.ndarray, name: str, encoder: Encoder, figures: Any
) -> dict[str, Any]:
    """Return the figures of the baselines on the judged rows; they learn from all the others."""
    label, groups = rows[name].to_numpy(int), rows["group"]
    texts = rows["text"].tolist()
    counted = rivals.word_counts(texts, label, groups)[:, 1]
    probed = rivals.probe(texts, label, groups, encoder)[:, 1]
    found = {
        "TF-IDF and logistic regression": figures(counted[judged], 0.5),
        "untuned encoder, linear probe": figures(probed[judged], 0.5),
    }
    some = rows["text"][judged].tolist()
    tone = rivals.vader(some)
    if tone is not None:
        # VADER has no scale of bias: strength of feeling, cut where half the sentences lie.
        found["VADER (strength)"] = figures(np.abs(tone), float(np.median(np.abs(tone))))
    both = rivals.textblob(some)
    if both is not None:
        found["TextBlob (subjectivity)"] = figures(both[1], 0.5)
    return found


def _result(figures: dict[str, Any], baselines: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    return {"figures": figures, "baselines": baselines, "notes": notes}
