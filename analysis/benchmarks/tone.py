"""How well tone and sentiment agree with readers: ``newsmtsc``, ``editorials``, ``entity_stance``.

``newsmtsc``: sentiment toward a person or organisation named in a sentence. ``editorials``: mean
ratings of twenty readers for sentences of newspaper editorials. ``entity_stance``: do the
outlets of a story show the same person or group as readers of the whole articles say, one more
favourably than the other? Higher is better in every figure but the calibration error.

References
----------
Hamborg & Donnay (2021), https://doi.org/10.18653/v1/2021.eacl-main.142.
Hutto & Gilbert (2014), https://doi.org/10.1609/icwsm.v8i1.14550.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import rivals
from analysis.benchmarks.agreement import (
    calibration_error,
    correlation,
    macro_f1,
    over_units,
    share_in_order,
)
from analysis.benchmarks.unseen import read_unseen
from analysis.encoder import Encoder
from analysis.measures.sentiment import tone_values, toward_chances
from analysis.training.labelled_rows import read_lines, read_rows

_NEUTRAL = 0.05  # Hutto & Gilbert: compound scores nearer to zero than this are neutral


def measure_newsmtsc(data: Path) -> dict[str, Any]:
    """Return agreement on negative, neutral, positive toward a target; documents held out."""
    encoder = Encoder()
    rows = read_rows(data, ("newsmtsc",))
    read = read_unseen(rows, encoder)
    there = ~np.isnan(read.toward).any(1)
    everything, rows = rows, rows[there].reset_index(drop=True)
    chances = toward_chances(read.toward[there], encoder.reader.meta["calibration"])
    label, texts = rows["toward"].to_numpy(int), rows["text"].tolist()
    learned = everything["text"].tolist(), everything["toward"].to_numpy(int), everything["group"]

    def figures(given: np.ndarray) -> dict[str, Any]:
        return {
            "macro_f1": over_units(
                rows["group"], lambda r: macro_f1(label[r], given[r]), name="documents"
            )
        }

    given = chances.argmax(1)
    found = figures(given)
    right = (given == label).astype(float)
    found["calibration_error"] = over_units(
        rows["group"], lambda r: calibration_error(right[r], chances[r].max(1)), name="documents"
    )
    collections = rows["group"].str.split("_").str[0].to_numpy(str)
    parts = {one: np.flatnonzero(collections == one) for one in np.unique(collections)}
    several = rows.groupby("text")["toward"].transform("nunique").to_numpy() > 1
    notes = [
        read.note,
        "macro_f1 where readers judge two targets of one sentence differently: "
        f"{macro_f1(label[several], given[several]):.2f} (n={int(several.sum())})",
        *(
            f"macro_f1 in {one}: {macro_f1(label[part], given[part]):.2f} (n={len(part)})"
            for one, part in parts.items()
        ),
    ]
    baselines = {
        "TF-IDF and logistic regression": figures(rivals.word_counts(*learned)[there].argmax(1)),
        "untuned encoder, linear probe": figures(rivals.probe(*learned, encoder)[there].argmax(1)),
    }
    tone = rivals.vader(texts)
    if tone is not None:
        baselines["VADER"] = figures(_three_ways(tone))
    both = rivals.textblob(texts)
    if both is not None:
        baselines["TextBlob"] = figures(_three_ways(both[0]))
    return {"figures": found, "baselines": baselines, "notes": notes}


def measure_editorials(data: Path) -> dict[str, Any]:
    """Return the correlation with readers' ratings of editorial sentences, editorials held out."""
    encoder = Encoder()
    rows = read_rows(data, ("editorials",))
    read = read_unseen(rows, encoder)
    tone = tone_values(read.column("editorials"), encoder.reader.meta["calibration"])
    learned = rows["text"].tolist(), rows["tone"].to_numpy(float), rows["group"]
    rows, tone = rows[read.there].reset_index(drop=True), tone[read.there]
    label, texts = rows["tone"].to_numpy(float), rows["text"].tolist()

    def figures(given: np.ndarray) -> dict[str, Any]:
        return {
            "pearson_r": over_units(
                rows["group"], lambda r: correlation(label[r], given[r]), name="editorials"
            )
        }

    found = figures(tone)
    found["mean_error"] = over_units(
        rows["group"], lambda r: float(np.abs(label[r] - tone[r]).mean()), name="editorials"
    )
    means = rows.assign(tone=tone, label=label).groupby("group")[["tone", "label"]].mean()
    notes = [
        read.note,
        "correlation of the means of whole editorials: "
        f"{correlation(means['label'].to_numpy(), means['tone'].to_numpy()):.2f} (n={len(means)})",
        "two halves of the readers agree at about r = .92",
    ]
    baselines = {
        "TF-IDF and ridge regression": figures(
            rivals.word_counts(*learned, numeric=True)[read.there]
        ),
        "untuned encoder, linear probe": figures(
            rivals.probe(*learned, encoder, numeric=True)[read.there]
        ),
    }
    other = rivals.vader(texts)
    if other is not None:
        baselines["VADER"] = figures(other)
    both = rivals.textblob(texts)
    if both is not None:
        baselines["TextBlob"] = figures(both[0])
    return {"figures": found, "baselines": baselines, "notes": notes}


def measure_entity_stance(data: Path) -> dict[str, Any]:
    """Return how often two outlets of a story are ordered as readers order them, by entity."""
    encoder = Encoder()
    mentions = read_rows(data, ("entity_stance",))
    mentions = mentions[mentions["article_toward"].notna()].reset_index(drop=True)
    read = read_unseen(mentions, encoder)
    there = ~np.isnan(read.toward).any(1)
    mentions = mentions[there].reset_index(drop=True)
    chances = toward_chances(read.toward[there], encoder.reader.meta["calibration"])
    scores = {
        "sentiment toward the actor": chances[:, 2] - chances[:, 0],
        "the stances that readers marked in the same sentences": mentions["toward"] - 1,
    }
    sentence = mentions["text"].tolist()
    tone = rivals.vader(sentence)
    if tone is not None:
        scores["VADER"] = tone
    both = rivals.textblob(sentence)
    if both is not None:
        scores["TextBlob"] = both[0]
    try:
        rows = read_rows(data, ("newsmtsc",))
    except FileNotFoundError:
        rows = None
    if rows is not None:
        texts, label = rows["text"].tolist(), rows["toward"].to_numpy(int)
        probed = rivals.probe_elsewhere(texts, label, sentence, encoder)
        scores["untuned encoder, linear probe"] = probed[:, 2] - probed[:, 0]
    pairs = stance_pairs(data)
    pairs = pairs[pairs["story"].isin(set(mentions["group"]))]
    figures = {who: _contrasts(pairs, mentions, score) for who, score in scores.items()}
    ours = figures.pop("sentiment toward the actor")
    figures["another reader of the same articles"] = _another_reader(data)
    named = pairs.merge(mentions[["article", "entity"]].drop_duplicates()).shape[0] / len(pairs)
    notes = [
        read.note,
        "a pair counts half where an article does not name the entity or the scores are equal; "
        f"{named:.0%} of the judged entities are named in their article",
        f"weights {encoder.reader.version}",
    ]
    return {"figures": ours, "baselines": figures, "notes": notes}


def stance_pairs(data: Path) -> pd.DataFrame:
    """Return one row per article and judged entity: ``story, article, outlet, entity, human``."""
    rows = [
        (one["story"], one["id"], one["outlet"], entity["entity"], entity["score"])
        for one in read_lines(Path(data) / "entity_stance" / "articles.jsonl")
        for entity in one["entities"]
        if entity["score"] is not None
    ]
    columns = ["story", "article", "outlet", "entity", "human"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(["article", "entity"])


def _three_ways(score: np.ndarray) -> np.ndarray:
    return np.where(score >= _NEUTRAL, 2, np.where(score <= -_NEUTRAL, 0, 1))


def _another_reader(data: Path) -> dict[str, Any]:
    """Return how well one reader orders two outlets as another does, where several read both.

    No score can be expected to follow single readers better than they follow each other.
    """
    words = {"very negative": -3, "negative": -2, "slightly negative": -1, "neutral": 0,
             "slightly positive": 1, "positive": 2, "very positive": 3}  # fmt: skip
    said: dict[tuple[str, str], list[list[float]]] = {}
    for one in read_lines(Path(data) / "entity_stance" / "articles.jsonl"):
        for entity in one["entities"]:
            readers = [words.get(word.lower(), np.nan) for word in entity.get("sentiment", ())]
            if len(readers) > 1:
                said.setdefault((one["story"], entity["entity"]), []).append(readers)
    human, given, stories = [], [], []
    for (story, _), articles in sorted(said.items()):
        # Readers stand in one order in every article of a story.
        count = min(len(readers) for readers in articles)
        table = np.array([readers[:count] for readers in articles], dtype=float)
        for first in range(count):
            for second in range(count):
                known = ~np.isnan(table[:, [first, second]]).any(1)
                if first != second and known.sum() > 1:
                    human.append(table[known, first])
                    given.append(table[known, second])
                    stories.append(story)
    right, asked = share_in_order(human, given)
    return {
        "contrast_concordance": over_units(
            stories, lambda r: float(right[r].sum() / max(1, asked[r].sum())), name="stories"
        )
    }


def _contrasts(pairs: pd.DataFrame, mentions: pd.DataFrame, score: np.ndarray) -> dict[str, Any]:
    means = mentions.assign(score=score).groupby(["article", "entity"])["score"].mean()
    joined = pairs.join(means, on=["article", "entity"])
    groups = [part for _, part in joined.groupby(["story", "entity"], sort=True) if len(part) > 1]
    human = [part["human"].to_numpy(float) for part in groups]
    given = [part["score"].to_numpy(float) for part in groups]
    right, asked = share_in_order(human, given)
    stories = [part["story"].iloc[0] for part in groups]
    return {
        "contrast_concordance": over_units(
            stories, lambda r: float(right[r].sum() / asked[r].sum()), name="stories"
        )
    }
