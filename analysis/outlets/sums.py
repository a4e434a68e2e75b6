"""Scores → one row per article, measure, label and voice: all that estimates need.

Comes in: ``scores`` (segment × measure × label), ``segments`` and ``articles``. Goes out: sums
from which any level, contrast and resample follows, so that a corpus of any size is read once,
batch by batch, and the sums are put together with ``pandas.concat``.

The outlet's voice holds the segments in voice ``outlet`` and ``scare``: scare quotes are the
outlet's own choice of words. A missing score is left out and counted (``n_missing``), never
taken for zero. Articles with ``used = False`` (copies) do not count. Higher is whatever the
measure calls higher.

Within-article spread is kept as the leave-one-segment-out ("CR3") variance of the article's
mean and its third moment: all that an interval over the segments of one article needs.

Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression
with multi-stage samples. Survey Methodology, 28(2), 169-181.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures import word_matching
from analysis.tables import SPEAKING, VOICES

WEIGHTS = ("words", "segments")
LINEAGES_KEPT = ("with wire", "without wire", "own sentences")
OWN_VOICE = ("outlet", "scare")
KEYS = ["article_id", "measure", "label", "voice"]


def sum_articles(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    weights: str = "words",
    voices: Sequence[str] = SPEAKING,
    lineage: str = "with wire",
    shared: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the sums of each article, measure, label and voice.

    Parameters
    ----------
    scores, segments, articles : DataFrame
        Tables of the run; scores of segments that are not in ``segments`` are refused.
    weights : {"words", "segments"}
        What a segment counts: its number of words, or one.
    voices : sequence of str
        ``"outlet"`` includes ``scare``; ``"all"`` is every segment, whoever speaks.
    lineage : {"with wire", "without wire", "own sentences"}
        Agency copy counted, left out by article, or left out by sentence (``shared`` needed).
    shared : DataFrame, optional
        Table ``shared_sentences``; segments inside one of its stretches are not the outlet's own.

    Returns
    -------
    DataFrame
        ``article_id, measure, label, voice, event, outlet`` and ``weight`` (sum of weights),
        ``value`` (sum of weight × score), ``n_segments``, ``n_words``, ``n_missing``,
        ``n_marked`` (segments with a score other than zero), ``variance`` and ``third``
        (second and third moment of the article's mean over its segments; missing for one).

    Raises
    ------
    ValueError
        On an unknown choice, two scorers of one measure, or scores without their segments.
    """
    _check_choices(weights, voices, lineage, shared)
    kept = used_articles(articles, lineage)
    counted = segments[segments["article_id"].isin(kept["article_id"])]
    if lineage == "own sentences":
        counted = own_segments(counted, shared, articles)
    rows, named = _join_segments(scores, segments, counted, voices)
    rows["weight"] = rows["n_words"].astype(float) if weights == "words" else 1.0
    sums = _sum_rows(rows, named)
    place = kept[["article_id", "event", "outlet"]].astype({"article_id": str})
    sums = sums.merge(place, on="article_id", how="left", validate="many_to_one")
    return sums.sort_values(KEYS, ignore_index=True)


def used_articles(articles: pd.DataFrame, lineage: str = "with wire") -> pd.DataFrame:
    """Return the articles that count: copies set aside, wire copy as ``lineage`` says."""
    kept = articles[articles["used"].astype(bool)]
    if lineage == "without wire":
        kept = kept[kept["lineage"] != "wire"]
    return kept.sort_values("article_id", ignore_index=True)


def own_segments(
    segments: pd.DataFrame, shared: pd.DataFrame, articles: pd.DataFrame
) -> pd.DataFrame:
    """Return the segments of which less than half lies in sentences that other outlets run too.

    Sentences shared with a copy, re-post or rewrite of the article stay its own: that the text
    was taken from it says nothing against it. Agency sentences, and those that stand in an
    article of another outlet that counts, do not.
    """
    if shared.empty or segments.empty:
        return segments
    outlets = used_articles(articles).set_index("article_id")["outlet"]
    wire = shared["kind"] == "wire"
    other, own = shared["other_id"].map(outlets), shared["article_id"].map(outlets)
    stretches = shared[wire | (other.notna() & (other != own))]
    stretches = stretches[["article_id", "start", "end"]].drop_duplicates()
    pairs = segments[["segment_id", "article_id", "start", "end"]].merge(
        stretches, on="article_id", suffixes=("", "_shared")
    )
    overlap = np.minimum(pairs["end"], pairs["end_shared"]) - np.maximum(
        pairs["start"], pairs["start_shared"]
    )
    taken = pairs[overlap * 2 >= pairs["end"] - pairs["start"]]["segment_id"]
    return segments[~segments["segment_id"].isin(taken)]


def count_words(segments: pd.DataFrame) -> pd.Series:
    """Return the words of each segment: its ``n_words`` where given, else counted in the text.

    Counted as rates per 1,000 words count them, so that a weighted mean of rates is all hits by
    all words.
    """
    if "n_words" in segments.columns:
        return segments["n_words"].astype("int64")
    counts = word_matching.count_words(segments["text"].astype("str").tolist())
    return pd.Series(counts, index=segments.index, dtype="int64")


def _check_choices(
    weights: str, voices: Sequence[str], lineage: str, shared: pd.DataFrame | None
) -> None:
    if weights not in WEIGHTS:
        raise ValueError(f"weights may be one of {WEIGHTS}, not {weights!r}")
    if lineage not in LINEAGES_KEPT:
        raise ValueError(f"lineage may be one of {LINEAGES_KEPT}, not {lineage!r}")
    unknown = [voice for voice in voices if voice not in (*VOICES, "all")]
    if isinstance(voices, str) or unknown:
        raise ValueError(f"voices is a list of {(*VOICES, 'all')}, not {voices!r}")
    if lineage == "own sentences" and shared is None:
        raise ValueError(
            "lineage='own sentences' needs the table of shared sentences: "
            "pass shared=read_table(folder, 'shared_sentences')"
        )


def _join_segments(
    scores: pd.DataFrame, segments: pd.DataFrame, counted: pd.DataFrame, voices: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, pd.Index]]:
    """Return a row per score and voice, ids as numbers, and what the numbers stand for."""
    scorers = scores.groupby(["measure", "label"], observed=True)["scorer"].nunique()
    if (scorers > 1).any():
        measure, label = scorers[scorers > 1].index[0]
        names = scores.loc[scores["measure"] == measure, "scorer"].unique()
        raise ValueError(
            f"measure {measure!r} ({label!r}) has scores of {list(names)}: keep one scorer, "
            "scores[scores.scorer == …], and call again for the other"
        )
    known = pd.Index(segments["segment_id"].astype(str))
    position = known.get_indexer(scores["segment_id"].astype(str))
    if (position < 0).any():
        lost = scores["segment_id"].astype(str)[position < 0]
        raise ValueError(
            f"{len(lost)} scores are of segments that are not in the table of segments (first: "
            f"{lost.iloc[0]}): pass the segments that were scored"
        )
    place = np.full(len(segments), -1, dtype=np.int64)  # of each segment among the counted
    place[known.get_indexer(counted["segment_id"].astype(str))] = np.arange(len(counted))
    here = place[position]
    taken = np.flatnonzero(here >= 0)
    here = here[taken]
    article, articles = pd.factorize(counted["article_id"].astype(str), sort=True)
    measure, measures = pd.factorize(scores["measure"].astype(str), sort=True)
    label, labels = pd.factorize(scores["label"].astype(str), sort=True)
    spoken = counted["voice"].astype(str).to_numpy(dtype=object)
    words = count_words(counted).to_numpy()
    named = {"article_id": articles, "measure": measures, "label": labels}
    parts = []
    for number, voice in enumerate(dict.fromkeys(voices)):
        heard = OWN_VOICE if voice == "outlet" else VOICES if voice == "all" else (voice,)
        chosen = np.isin(spoken, heard)[here]
        rows, at = taken[chosen], here[chosen]
        parts.append(
            pd.DataFrame(
                {
                    "article_id": article[at],
                    "measure": measure[rows],
                    "label": label[rows],
                    "voice": number,
                    "score": scores["value"].to_numpy(dtype=float)[rows],
                    "n_words": words[at],
                }
            )
        )
    named["voice"] = pd.Index(dict.fromkeys(voices))
    return pd.concat(parts, ignore_index=True), named


def _sum_rows(rows: pd.DataFrame, named: dict[str, pd.Index]) -> pd.DataFrame:
    """Sum by article, measure, label and voice; rows without a score only add to n_missing."""
    shape = tuple(max(len(named[key]), 1) for key in KEYS)
    code = np.ravel_multi_index(tuple(rows[key].to_numpy() for key in KEYS), shape)
    group, index = pd.factorize(code, sort=True)
    places = np.unravel_index(index, shape)
    size = len(index)
    score = rows["score"].to_numpy()
    there = ~np.isnan(score)
    score = np.where(there, score, 0.0)
    weight = np.where(there, rows["weight"].to_numpy(dtype=float), 0.0)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(group, weights=values, minlength=size)

    weights, values, count = total(weight), total(weight * score), total(there * 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = values / weights
        share = weight / weights[group]
        # Leaving segment i out moves the mean by u_i: the jackknife's influence.
        moved = np.where(share < 1, share * (score - mean[group]) / (1 - share), 0.0)
        moved = np.where(weight > 0, moved, 0.0)
    several = count > 1
    keys = pd.DataFrame(
        {key: named[key].astype(str)[place] for key, place in zip(KEYS, places, strict=True)}
    )
    return keys.assign(
        weight=weights,
        value=values,
        n_segments=count.astype("int64"),
        n_words=total(np.where(there, rows["n_words"], 0)).astype("int64"),
        n_missing=total(~there * 1.0).astype("int64"),
        n_marked=total((there & (score != 0)) * 1.0).astype("int64"),
        variance=np.where(several, total(moved**2) * (count - 1) / np.maximum(count, 1), np.nan),
        third=np.where(several, total(moved**3), np.nan),
    )
