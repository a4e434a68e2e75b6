"""How well claims are found, or found missing, in another article.

Comes in: ``same_event`` and ``omission`` below a folder of labelled sets. Goes out: for
``claims`` (made: sentences dropped from a copy, the others put in other words)
``not_found_precision``, how much of what is called not found was truly dropped, and
``carried_recall``, how much of what was kept is called carried; for ``omission`` ``auc_partisan``,
whether "not found in the other side's article" tells events that readers marked as serving the
article's side from neutral ones (.5 is chance). Higher is better.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.benchmarks import figure, interval_over
from analysis.benchmarks.altered import spin
from analysis.benchmarks.labelled_articles import as_articles, read_same_event

_SEED = 11
_DROPPED = 0.25  # share of an article's sentences that its copy lacks
_LEFT_OUT = 0.1  # share of the small words that the copy leaves out
_ACT_WORD = "the word of the event's act is nowhere in the other article"
_STEM = 5  # letters by which two forms of a word are one
_COSINES = (0.5, 0.6, 0.7)
_LEAST_SENTENCES = 10


class _Told(NamedTuple):
    """What was said of one sentence: dropped in truth, and the status it was given."""

    article: int
    kept: bool
    status: str


def measure_claims(data: Path, *, stories: int = 120, encoder: Any = "default") -> dict[str, Any]:
    """Measure claims on articles and their spun copies with a quarter of the sentences gone.

    Every pair stands in one event with the other outlets' articles on it. ``encoder`` is
    loaded by default; with ``None`` only the figures without one are measured.
    """
    encoder, notes = _load(encoder)
    articles = read_same_event(data)
    made = _made_stories(articles, stories)
    told = {"without encoder": _tell(made, None)}
    if encoder is not None:
        told["with encoder"] = _tell(made, encoder)
    main = told.get("with encoder", told["without encoder"])
    return {
        "figures": {
            **_shares(main),
            **{
                f"{key} without encoder": value
                for key, value in _shares(told["without encoder"]).items()
            },
        },
        "baselines": {
            who: _shares(rows) for who, rows in _nearest_baselines(made, encoder).items()
        },
        "notes": [
            "copy: a quarter of the sentences dropped; in the others synonyms, turned clauses and "
            "a tenth of the small words left out",
            "the first two alone are easy: a low threshold calls nearly all carried; read them "
            "with not_found_recall (of what was dropped) and carried_precision",
            "cannot_tell: share of the claims for which no status was given",
            *notes,
        ],
    }


def measure_omission(data: Path, *, encoder: Any = "default") -> dict[str, Any]:
    """Measure whether what the other side's article lacks is what readers marked partisan."""
    from sklearn.metrics import roc_auc_score

    from analysis.measures.claim_matching import Sentences

    encoder, notes = _load(encoder)
    lines = (data / "omission" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    stories: dict[str, list[dict]] = {}
    for row in map(json.loads, lines):
        stories.setdefault(row["story"], []).append(row)
    pairs = [pair for _, pair in sorted(stories.items()) if len(pair) == 2]
    labels: list[np.ndarray] = []
    scores: dict[str, list[np.ndarray]] = {
        "claims": [], "TF-IDF nearest sentence": [], _ACT_WORD: []
    }  # fmt: skip
    for pair in pairs:
        texts = [sentence for row in pair for sentence in row["sentences"]]
        vectors = None if encoder is None else encoder.vectors(texts)
        block = np.concatenate([b for _, b in Sentences(texts, vectors).probabilities()])
        nearest = {"claims": block, "TF-IDF nearest sentence": _tfidf(texts)}
        first = len(pair[0]["sentences"])
        sides = (slice(0, first), slice(first, len(texts)))
        mine = []
        found: dict[str, list[float]] = {who: [] for who in scores}
        for row, here, there in zip(pair, sides, sides[::-1], strict=True):
            stems = {word[:_STEM] for text in texts[there] for word in _words(text)}
            for event in row["events"]:
                if event["label"] != "counter" and 0 <= event["sentence"] < len(row["sentences"]):
                    mine.append(event["label"] == "partisan")
                    for who, matrix in nearest.items():
                        found[who].append(1 - matrix[here.start + event["sentence"], there].max())
                    named = [word[:_STEM] in stems for word in _words(event.get("trigger") or "")]
                    found[_ACT_WORD].append(float(not any(named)))
        labels.append(np.array(mine))
        for who in scores:
            scores[who].append(np.array(found[who]))

    def auc(who: str) -> dict[str, Any]:
        def statistic(places: np.ndarray) -> float:
            truth = np.concatenate([labels[place] for place in places])
            return float(
                roc_auc_score(truth, np.concatenate([scores[who][place] for place in places]))
            )

        low, high = interval_over(pairs, statistic, resamples=300)
        value = statistic(np.arange(len(pairs)))
        return figure(value, low=low, high=high, n=len(pairs), unit="stories")

    return {
        "figures": {"auc_partisan": auc("claims")},
        "baselines": {
            who: {"auc_partisan": auc(who)} for who in ("TF-IDF nearest sentence", _ACT_WORD)
        },
        "notes": [
            "one value per marked event: one minus the probability of the nearest sentence of the "
            "other side's article; partisan against neutral, events that serve the other side "
            "left out; two annotators agreed with alpha .31 on these labels",
            *notes,
        ],
    }


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{3,}", text.lower())


def _load(encoder: Any) -> tuple[Any, list[str]]:
    if encoder != "default":
        return encoder, []
    from analysis.encoder import Encoder

    try:
        return Encoder(progress=False), []
    except FileNotFoundError as error:
        return None, [f"without encoder: {error}"]


def _made_stories(articles: pd.DataFrame, stories: int) -> list[dict[str, Any]]:
    """Return events with one article's spun copy in them, and which sentences the copy has."""
    from analysis.text.stories.alignment import sentence_spans

    generator = np.random.default_rng(_SEED)
    chosen = articles.groupby("gold").sample(1, random_state=_SEED)
    made = []
    for row in chosen.sample(frac=1, random_state=_SEED).itertuples(index=False):
        body = row.text.removeprefix(row.headline).strip()
        spans = [span for span in sentence_spans(body) if len(body[slice(*span)].split()) >= 5]
        sentences = [body[start:end] for start, end in spans][:60]
        if len(sentences) < _LEAST_SENTENCES:
            continue
        gone = round(_DROPPED * len(sentences))
        dropped = set(generator.choice(len(sentences), gone, replace=False).tolist())
        kept = [one for at, one in enumerate(sentences) if at not in dropped]
        spun = [spin(one, seed=int(generator.integers(2**31)), drop=_LEFT_OUT) for one in kept]
        others = articles[
            (articles["gold"] == row.gold) & (articles["article_id"] != row.article_id)
        ]
        made.append(
            {
                "sentences": sentences,
                "dropped": dropped,
                "copy": spun,
                "others": others["text"].tolist(),
            }
        )
        if len(made) == stories:
            break
    return made


def _tell(made: list[dict[str, Any]], encoder: Any) -> list[_Told]:
    """Return what ``find_claims`` says of each claim of the article in its copy."""
    from analysis.measures.claims import find_claims
    from analysis.text.stories.alignment import sentence_spans

    told = []
    for at, story in enumerate(made):
        columns = {"a": story["sentences"], "b": story["copy"]}
        for place, text in enumerate(story["others"]):
            columns[f"c{place}"] = [text[start:end] for start, end in sentence_spans(text)]
        sentences, texts = _one_a_line(columns)
        table = as_articles(
            {"article_id": one, "text": text, "outlet": one, "event": "made"}
            for one, text in texts.items()
        )
        segments = sentences.assign(voice="outlet", speaker="", cue="", cue_kind="none")
        claims = find_claims(table, segments, sentences, encoder=encoder)
        mine = claims[(claims["article_id"] == "a") & (claims["status"] == "carried")]
        status = claims[claims["article_id"] == "b"].set_index("claim_id")["status"]
        number = dict(
            zip(
                sentences.loc[sentences["article_id"] == "a", "start"],
                range(len(story["sentences"])),
                strict=True,
            )
        )
        for row in mine.itertuples(index=False):
            kept = number[row.start] not in story["dropped"]
            told.append(_Told(at, kept, status[row.claim_id]))
    return told


def _one_a_line(columns: dict[str, list[str]]) -> tuple[pd.DataFrame, dict[str, str]]:
    rows, texts = [], {}
    for article, sentences in columns.items():
        at = 0
        for place, sentence in enumerate(sentences):
            rows.append((article, 0, place, "body", at, at + len(sentence), sentence))
            at += len(sentence) + 1
        texts[article] = "\n".join(sentences)
    names = ["article_id", "paragraph", "sentence", "part", "start", "end", "text"]
    return pd.DataFrame(rows, columns=names), texts


def _nearest_baselines(made: list[dict[str, Any]], encoder: Any) -> dict[str, list[_Told]]:
    """Say carried above one cosine and not found below it, by TF-IDF and by vectors."""
    measures: dict[str, Callable[[list[str]], np.ndarray]] = {"TF-IDF cosine": _tfidf}
    if encoder is not None:
        measures["embedding cosine"] = lambda texts: np.nan_to_num(
            encoder.vectors(texts) @ encoder.vectors(texts).T
        )
    told: dict[str, list[_Told]] = {}
    for at, story in enumerate(made):
        texts = [*story["sentences"], *story["copy"]]
        count = len(story["sentences"])
        for name, cosine in measures.items():
            best = cosine(texts)[:count, count:].max(axis=1)
            for threshold in _COSINES if name != "TF-IDF cosine" else (0.2, 0.3, 0.4):
                rows = told.setdefault(f"{name} {threshold}", [])
                for place, value in enumerate(best):
                    status = "carried" if value >= threshold else "not found"
                    rows.append(_Told(at, place not in story["dropped"], status))
    return told


def _tfidf(texts: list[str]) -> np.ndarray:
    from sklearn.feature_extraction.text import TfidfVectorizer

    matrix = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    return (matrix @ matrix.T).toarray()


def _shares(told: list[_Told]) -> dict[str, Any]:
    """Return the shares with intervals over articles."""
    counts = {}
    for row in told:
        tally = counts.setdefault(row.article, np.zeros(8))
        tally += (
            (row.status == "not found") & (not row.kept),
            row.status == "not found",
            (row.status == "carried") & row.kept,
            row.kept,
            row.status == "cannot tell",
            1,
            row.status == "carried",
            not row.kept,
        )
    rows = np.array(list(counts.values()))
    wanted = {
        "not_found_precision": (0, 1),
        "carried_recall": (2, 3),
        "not_found_recall": (0, 7),
        "carried_precision": (2, 6),
        "cannot_tell": (4, 5),
    }
    figures = {}
    for name, (above, below) in wanted.items():

        def share(places: np.ndarray, above=above, below=below) -> float:
            sums = rows[places].sum(axis=0)
            return float(sums[above] / sums[below]) if sums[below] else float("nan")

        low, high = interval_over(rows, share)
        figures[name] = figure(
            share(np.arange(len(rows))), low=low, high=high, n=len(rows), unit="articles"
        )
    return figures
