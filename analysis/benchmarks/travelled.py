"""Whether the loaded-language score travels: BASIL, three outlets on each event.

Comes in: BASIL's articles. Goes out: figures on sentences (AUC), on the outlets of an event
(share of pairs in the readers' order, hits of the most loaded outlet) and on words (marked
stretches that the three highest words of their sentence touch); the same for what a user would
take instead; and the noise ceiling, what a perfect scorer would reach although an article has so
few marked stretches that the readers' own order is largely chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import figure, rivals
from analysis.benchmarks.agreement import auc, by_group, over_units, share_in_order
from analysis.encoder import Encoder
from analysis.measures.loaded_language import score_word_lists
from analysis.measures.loaded_model import score_loaded_language
from analysis.text.quotations import find_quotations
from analysis.text.voice import split_voices
from analysis.training.labelled_rows import read_lines

HIGHEST = 3
_SIMULATIONS = 200


@dataclass(frozen=True)
class Basil:
    """BASIL as the suite reads it: one row per sentence, its stretches, the marked spans."""

    sentences: pd.DataFrame
    segments: pd.DataFrame
    spans: pd.DataFrame


def basil_sentences(data: Path) -> Basil:
    """Read BASIL and cut its sentences into voices.

    Returns
    -------
    Basil
        ``sentences``: ``article_id, sentence, event, outlet, marked`` (lexical spans not in a
        quotation); ``segments``: table, stretches outside direct quotations; ``spans``: those
        lexical spans, ``article_id, sentence, start, end`` in the article's text.
    """
    articles, sentences, spans = [], [], []
    for one in read_lines(Path(data) / "basil" / "articles.jsonl"):
        text, place, begins = "", 0, []
        for number, paragraph in enumerate(one["paragraphs"]):
            first = len(text)
            for sentence in paragraph:
                text += ("" if len(text) == first else " ") + sentence
                begins.append(len(text) - len(sentence))
                sentences.append(
                    (one["id"], number, place, begins[-1], len(text), sentence, one["event"])
                )
                place += 1
            text += "\n\n"
        articles.append((one["id"], one["event"], one["outlet"], text, one["headline"]))
        for span in one["spans"]:
            if span["bias"] == "lexical" and not span["in_quote"] and span["sentence"] >= 0:
                begin = begins[span["sentence"]]
                spans.append(
                    (one["id"], span["sentence"], begin + span["start"], begin + span["end"])
                )
    table = pd.DataFrame(articles, columns=["article_id", "event", "outlet", "text", "headline"])
    told = pd.DataFrame(
        sentences,
        columns=["article_id", "paragraph", "sentence", "start", "end", "text", "event"],
    ).assign(part="body")
    told = told[told["text"].str.contains(r"\w", regex=True)]
    quotations = find_quotations(table.assign(language="en", used=True), told)
    segments = split_voices(told, quotations)
    marks = pd.DataFrame(spans, columns=["article_id", "sentence", "start", "end"])
    counted = marks.groupby(["article_id", "sentence"]).size().rename("marked").reset_index()
    told = told.merge(table[["article_id", "outlet"]], on="article_id", how="left").merge(
        counted, on=["article_id", "sentence"], how="left"
    )
    told["marked"] = told["marked"].fillna(0).astype(int)
    order = ["article_id", "sentence"]
    return Basil(
        told.sort_values(order).reset_index(drop=True),
        segments[segments["voice"] != "quoted"].reset_index(drop=True),
        marks.sort_values(order).reset_index(drop=True),
    )


def measure_travel(basil: Basil, encoder: Encoder, training: pd.DataFrame | None) -> dict[str, Any]:
    """Return the figures of the shipped score, of the baselines, and the ceiling."""
    scored = score_loaded_language(basil.segments, encoder)
    score = _by_sentence(basil, _loaded(basil, scored.scores))
    figures = _figures(basil, score)
    figures["evidence_hit"] = _evidence_hit(basil, scored.evidence)
    top, hit = _ceiling(basil)
    figures["ceiling_concordance"] = top
    figures["ceiling_top_outlet_hit"] = hit
    sentences = basil.sentences
    label = (sentences["marked"] > 0).to_numpy()
    notes = [
        f"{len(sentences)} sentences of {sentences['article_id'].nunique()} articles, "
        f"{int(label.sum())} with a lexical span outside quotations; headlines are left out",
        "auc by outlet: "
        + by_group(sentences["outlet"], lambda r: auc(label[r], score[r]), least=50),
        "ceiling: article rates are gamma with the mean and variance of the readers' counts; a "
        "scorer that knew the true rates would order the readers' counts that well",
        f"weights {encoder.reader.version}; no row of this set was trained on or chosen by",
    ]
    return {"figures": figures, "baselines": _baselines(basil, encoder, training), "notes": notes}


def score_sentences(basil: Basil, encoder: Encoder | None = None) -> np.ndarray:
    """Return the shipped score of each of ``basil.sentences``: that some stretch is loaded."""
    scored = score_loaded_language(basil.segments, encoder or Encoder()).scores
    return _by_sentence(basil, _loaded(basil, scored))


def _loaded(basil: Basil, scores: pd.DataFrame) -> np.ndarray:
    """Return the probability that each stretch is loaded; missing where it has no score."""
    loaded = scores.query("label == 'loaded'").set_index("segment_id")["value"]
    return basil.segments["segment_id"].map(loaded).to_numpy(float)


def _by_sentence(basil: Basil, chance: np.ndarray) -> np.ndarray:
    """Return the probability that some stretch of the sentence is loaded; 0 with no stretch."""
    calm = pd.Series(1 - np.nan_to_num(chance)).groupby(
        [basil.segments["article_id"], basil.segments["sentence"]]
    )
    product = calm.prod().rename("calm")
    joined = basil.sentences.merge(product, on=["article_id", "sentence"], how="left")
    return 1 - joined["calm"].fillna(1.0).to_numpy(float)


def _highest_by_sentence(basil: Basil, value: np.ndarray) -> np.ndarray:
    """Return the highest value among the stretches of each sentence."""
    keys = [basil.segments["article_id"], basil.segments["sentence"]]
    most = pd.Series(value).groupby(keys).max().rename("most")
    joined = basil.sentences.merge(most, on=["article_id", "sentence"], how="left")
    return joined["most"].fillna(float(np.nanmin(value))).to_numpy(float)


def _figures(basil: Basil, score: np.ndarray) -> dict[str, Any]:
    sentences = basil.sentences
    label = (sentences["marked"] > 0).to_numpy()
    events = _events(sentences, score)
    right, pairs = share_in_order([e[0] for e in events], [e[1] for e in events])
    hits = [_hit(*event) for event in events]
    return {
        "auc_lexical_outlet_voice": over_units(
            sentences["event"], lambda r: auc(label[r], score[r]), name="events"
        ),
        "concordance_lexical": over_units(
            np.arange(len(events)),
            lambda r: float(right[r].sum() / pairs[r].sum()),
            name="events",
        ),
        "top_outlet_hit": over_units(
            np.arange(len(events)), lambda r: float(np.nanmean(np.array(hits)[r])), name="events"
        ),
    }


def _events(sentences: pd.DataFrame, score: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each event, the readers' spans per sentence and the mean score by outlet."""
    means = (
        sentences.assign(score=score)
        .groupby(["event", "outlet"], sort=True)
        .agg(human=("marked", "mean"), score=("score", "mean"))
    )
    return [
        (part["human"].to_numpy(), part["score"].to_numpy())
        for _, part in means.groupby(level="event", sort=True)
        if len(part) > 1
    ]


def _hit(human: np.ndarray, score: np.ndarray) -> float:
    """Return 1 where the highest score is the readers' highest outlet; ties share."""
    if human.max() == 0 or (human == human.max()).all():
        return float("nan")
    named = score == score.max()
    return float((named & (human == human.max())).sum() / named.sum())


def _evidence_hit(basil: Basil, evidence: pd.DataFrame) -> dict[str, Any]:
    """Return the share of marked spans that a highest word of their sentence touches."""
    places = basil.segments.set_index("segment_id")[["article_id", "sentence"]]
    words = evidence.join(places, on="segment_id").sort_values(
        ["weight", "start"], ascending=[False, True]
    )
    words = words.groupby(["article_id", "sentence"], sort=False).head(HIGHEST)
    by_place = {key: part for key, part in words.groupby(["article_id", "sentence"])}
    touched = []
    for article, sentence, start, end in basil.spans.itertuples(index=False):
        part = by_place.get((article, sentence))
        touched.append(
            part is not None and bool(((part["start"] < end) & (part["end"] > start)).any())
        )
    event = basil.spans["article_id"].map(
        basil.sentences.drop_duplicates("article_id").set_index("article_id")["event"]
    )
    hits = np.array(touched, dtype=float)
    return over_units(event, lambda r: float(hits[r].mean()), name="events")


def _baselines(basil: Basil, encoder: Encoder, training: pd.DataFrame | None) -> dict[str, Any]:
    texts = basil.segments["text"].tolist()
    lists = score_word_lists(basil.segments).scores
    listed = lists[(lists["measure"] == "loaded_words") & (lists["label"] == "any")]
    counts = basil.segments["segment_id"].map(listed.set_index("segment_id")["value"])
    scores: dict[str, np.ndarray] = {"word lists (any)": counts.to_numpy(float)}
    tone = rivals.vader(texts)
    if tone is not None:
        scores["VADER (strength)"] = np.abs(tone)
    both = rivals.textblob(texts)
    if both is not None:
        scores["TextBlob (subjectivity)"] = both[1]
    found = {who: _figures(basil, _highest_by_sentence(basil, s)) for who, s in scores.items()}
    if training is not None:
        there, label = training["text"].tolist(), training["loaded"].to_numpy(int)
        learned: dict[str, Callable[[], np.ndarray]] = {
            "TF-IDF and logistic regression": lambda: rivals.word_counts_elsewhere(
                there, label, texts
            ),
            "untuned encoder, linear probe": lambda: rivals.probe_elsewhere(
                there, label, texts, encoder
            ),
        }
        for who, learn in learned.items():
            found[who] = _figures(basil, _by_sentence(basil, learn()))
    return found


def _ceiling(basil: Basil) -> tuple[dict[str, Any], dict[str, Any]]:
    """Simulate a scorer that knows each article's true rate of marked spans."""
    articles = basil.sentences.groupby(["event", "outlet"], sort=True).agg(
        marked=("marked", "sum"), sentences=("marked", "size")
    )
    rate = articles["marked"].sum() / articles["sentences"].sum()
    expected = rate * articles["sentences"].to_numpy(float)
    # Method of moments: what the counts vary beyond Poisson is the variance of the true rates.
    beyond = ((articles["marked"] - expected) ** 2 - expected).sum() / (expected**2).sum()
    shape = 1 / max(float(beyond), 1e-6)
    generator = np.random.default_rng(20_260)
    codes = np.unique(articles.index.get_level_values("event"), return_inverse=True)[1]
    members = [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]
    members = [one for one in members if len(one) > 1]
    orders, tops = [], []
    size = articles["sentences"].to_numpy(float)
    for _ in range(_SIMULATIONS):
        true = rate * generator.gamma(shape, 1 / shape, len(articles))
        human = generator.poisson(true * size) / size
        parts = [(human[one], true[one]) for one in members]
        right, pairs = share_in_order([p[0] for p in parts], [p[1] for p in parts])
        orders.append(right.sum() / pairs.sum())
        tops.append(np.nanmean([_hit(*part) for part in parts]))
    return tuple(
        figure(
            float(np.mean(values)),
            low=float(np.percentile(values, 2.5)),
            high=float(np.percentile(values, 97.5)),
            n=_SIMULATIONS,
            unit="simulations",
        )
        for values in (orders, tops)
    )
