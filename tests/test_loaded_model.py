"""Loaded language by the trained heads: probabilities, words, and what has no score."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.measures.loaded_model import score_loaded_language
from analysis.tables import check_table

META = {
    "sha256": "ab" * 32,
    "calibration": {
        "loaded": [1.0, 0.0],
        "biased": [2.0, -1.0],
        "subjective": [1.0, 0.0],
        "pieces": [1.0, 0.0],
    },
}


class Stub:
    """An encoder whose log odds are the number of exclamation marks; it marks the first word."""

    reader = SimpleNamespace(name="stub", meta=META)

    def run(self, texts, targets=None):
        odds = np.array([float(t.count("!")) if t else np.nan for t in texts])
        there = [i for i, t in enumerate(texts) if t]
        first = [texts[i].index(" ") if " " in texts[i] else len(texts[i]) for i in there]
        words = {
            "text": np.array(there, dtype=int),
            "start": np.zeros(len(there), dtype=int),
            "end": np.array(first, dtype=int),
            "weight": np.full(len(there), 0.5),
        }
        return {"loaded": odds, "biased": odds, "subjective": odds, "words": words}


def segments_of(*texts, article="a"):
    starts = np.cumsum([0, *[len(t) + 1 for t in texts[:-1]]])
    return pd.DataFrame(
        {
            "segment_id": [f"{article}:{s}" for s in starts],
            "article_id": article,
            "start": starts,
            "end": [s + len(t) for s, t in zip(starts, texts, strict=True)],
            "text": texts,
        }
    )


def test_log_odds_become_calibrated_probabilities():
    scored = score_loaded_language(segments_of("Calm words.", "Shameful!"), Stub())
    value = scored.scores.set_index(["segment_id", "label"])["value"]
    assert value["a:0", "loaded"] == pytest.approx(0.5)
    assert value["a:12", "loaded"] == pytest.approx(1 / (1 + np.exp(-1)))
    assert value["a:12", "biased"] == pytest.approx(1 / (1 + np.exp(-1)))
    assert value["a:0", "biased"] == pytest.approx(1 / (1 + np.exp(1)))


def test_evidence_counts_its_places_in_the_article():
    segments = segments_of("Calm words.", "Shameful plans!")
    scored = score_loaded_language(segments, Stub())
    text = "Calm words. Shameful plans!"
    spans = zip(scored.evidence["start"], scored.evidence["end"], strict=True)
    assert [text[a:b] for a, b in spans] == ["Calm", "Shameful"]
    assert scored.evidence["weight"].tolist() == pytest.approx([0.5, 0.5])


def test_what_has_no_score_says_why():
    segments = pd.concat([segments_of("!!!"), segments_of("Plans.", article="b")])
    articles = pd.DataFrame({"article_id": ["a", "b"], "language": ["en", "ru"]})
    scores = score_loaded_language(segments, Stub(), articles=articles).scores
    assert scores["value"].isna().all()
    assert set(scores["reason"]) == {"no words", "language ru"}


def test_the_tables_keep_their_rules():
    scored = score_loaded_language(segments_of("Calm words.", "...", "Shameful!"), Stub())
    check_table(scored.scores, "scores")
    check_table(scored.evidence, "evidence")
    assert set(scored.scores["scorer"]) == {"stub@abababab"}


def test_no_segments_give_empty_tables():
    empty = segments_of("x").iloc[:0]
    scored = score_loaded_language(empty, Stub())
    assert len(scored.scores) == 0 and len(scored.evidence) == 0
