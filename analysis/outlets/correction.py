"""Estimates corrected by human codes, beside the uncorrected ones.

Comes in: scores, the coded sample (``coding.draw_sample``) and one code per coded segment. Goes
out: ``estimates`` twice over, from the scores alone (``corrected = False``) and corrected
(``True``). The correction replaces each segment's score f by

    Y~ = g + (R / π) · (Y - g),   g = a + b·f,

where Y is the code, R whether the segment was coded and π its probability of being drawn. Y~ has
the mean of Y whatever the score's error, also where that error differs by outlet, because π is
known: this is design-based supervised learning (Egami et al. 2023, eq. 3) and, with b tuned,
prediction-powered inference (Angelopoulos et al. 2023a, b). Everything else, levels, contrasts,
clusters, intervals, is ``estimates`` on Y~, so the interval holds both what coding and what
articles leave open. Estimates are in the unit of the codes; the uncorrected ones in the score's.

It corrects towards the coders: where they err alike, so does the estimate. Segments are taken as
drawn independently; drawing by strata only makes the interval somewhat wide.

Egami, N., Hinck, M., Stewart, B., & Wei, H. (2023). Using imperfect surrogates for downstream
inference: design-based supervised learning. NeurIPS 36. arXiv:2306.04746. Angelopoulos, A. N.,
Bates, S., Fannjiang, C., Jordan, M. I., & Zrnic, T. (2023a). Prediction-powered inference.
Science, 382, 669-674. doi:10.1126/science.adi6000. Angelopoulos, A. N., Duchi, J. C., & Zrnic, T.
(2023b). PPI++: efficient prediction-powered inference. arXiv:2311.01453.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from analysis.outlets.estimates import compare_outlets, estimate_levels
from analysis.outlets.sums import OWN_VOICE

MIN_CODED = 30


def correct_scores(
    scores: pd.DataFrame,
    sample: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    measure: str,
    label: str | None = None,
    tuned: bool = True,
) -> pd.DataFrame:
    """Return the scores of one measure with each value replaced by Y~.

    Parameters
    ----------
    sample : DataFrame
        Of ``draw_sample``: ``segment_id, probability`` and ``stratum``.
    codes : DataFrame
        One number per segment (``segment_id, code``), of ``settle_codes`` for one variable.
    tuned : bool
        Fit g = a + b·f on the coded segments (weighted by 1/π); else g = f, which needs scores
        in the codes' unit.

    Returns
    -------
    DataFrame
        Table ``scores``, ``scorer`` marked ``+codes``.

    Raises
    ------
    ValueError
        On codes of segments that were not drawn, or fewer than two codes.

    Notes
    -----
    Segments that were drawn but have no code are taken as missing at random within their
    stratum: π there is multiplied by the stratum's share of coded segments, and a warning says
    how many.
    """
    mine = _one_measure(scores, measure, label)
    drawn = _coded(sample, codes)
    position = pd.Index(drawn["segment_id"]).get_indexer(mine["segment_id"].astype(str))
    there = position >= 0
    score = mine["value"].to_numpy(dtype=float)
    code = np.where(there, drawn["code"].to_numpy(dtype=float)[position], 0.0)
    inverse = np.where(there, 1 / drawn["probability"].to_numpy(dtype=float)[position], 0.0)
    return mine.assign(
        value=pseudo_outcomes(score, code, inverse, tuned=tuned),
        scorer=mine["scorer"].astype(str) + "+codes",
    )


def pseudo_outcomes(
    score: np.ndarray, code: np.ndarray, inverse: np.ndarray, *, tuned: bool = True
) -> np.ndarray:
    """Return Y~ = g + (R/π)(Y - g) of each segment; ``inverse`` is R/π, 0 where not coded."""
    guess = _tuned(score, code, inverse) if tuned else score
    return guess + inverse * (np.where(inverse > 0, code, 0.0) - guess * (inverse > 0))


def estimate_corrected(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    sample: pd.DataFrame,
    codes: pd.DataFrame,
    measure: str,
    label: str | None = None,
    contrast: str | None = None,
    tuned: bool = True,
    by: str = "all",
    **choices: Any,
) -> pd.DataFrame:
    """Return estimates from the scores alone and corrected by codes, side by side.

    Parameters
    ----------
    contrast : str, optional
        Of ``compare_outlets``; without it, levels.
    by, **choices
        Of ``estimate_levels`` or ``compare_outlets``.

    Other parameters as in ``correct_scores``.

    Returns
    -------
    DataFrame
        Table ``estimates``; rows differ in ``corrected``, and ``n_coded`` says how many coded
        segments of the outlet (and event) stand behind a row. With fewer than 30 coded segments
        in it the corrected interval is called ``rough``; without any (a voice that was not drawn
        from) there is no corrected estimate.

    Examples
    --------
    >>> estimate_corrected(scores, segments, articles, sample=sample, codes=settle_codes(codes),
    ...                    measure="tone", contrast="event mean")
    """
    naive = _one_measure(scores, measure, label)
    better = correct_scores(scores, sample, codes, measure=measure, label=label, tuned=tuned)
    parts = []
    for corrected, values in ((False, naive), (True, better)):
        if contrast is None:
            found = estimate_levels(values, segments, articles, by=by, **choices)
        else:
            found = compare_outlets(values, segments, articles, by=by, contrast=contrast, **choices)
        parts.append(found.assign(corrected=corrected))
    estimates = _count_codes(pd.concat(parts, ignore_index=True), segments, sample, codes, articles)
    uncoded = estimates["corrected"] & (estimates["n_coded"] == 0)
    estimates.loc[uncoded, ["estimate", "low", "high", "standard_error", "p", "p_adjusted"]] = (
        np.nan
    )
    estimates.loc[uncoded, "interval"] = "none"
    few = estimates["corrected"] & (estimates["n_coded"] < MIN_CODED)
    estimates.loc[few & (estimates["interval"] == "claimed"), "interval"] = "rough"
    said = f"fewer than {MIN_CODED} coded segments: code more for a 95 % claim"
    joined = (estimates.loc[few, "note"] + "; " + said).str.removeprefix("; ")
    estimates.loc[few, "note"] = joined
    keys = ["measure", "label", "voice", "event", "contrast", "outlet", "corrected"]
    return estimates.sort_values(keys, ignore_index=True)


def _one_measure(scores: pd.DataFrame, measure: str, label: str | None) -> pd.DataFrame:
    mine = scores[scores["measure"] == measure]
    mine = mine if label is None else mine[mine["label"] == label]
    if mine.empty:
        raise ValueError(
            f"no scores of measure {measure!r}"
            + (f" with label {label!r}" if label else "")
            + f"; there are {sorted(scores['measure'].astype(str).unique())}"
        )
    if mine["label"].nunique() > 1:
        raise ValueError(
            f"measure {measure!r} has the labels {sorted(mine['label'].unique())}: codes are of "
            "one thing, so name one with label="
        )
    return mine


def _coded(sample: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Return segment, code and probability, the latter corrected for codes that are missing."""
    if codes["segment_id"].duplicated().any():
        raise ValueError(
            "more than one code a segment: use settle_codes, and one variable of its answer"
        )
    strangers = sorted(set(codes["segment_id"]) - set(sample["segment_id"]))
    if strangers:
        raise ValueError(
            f"{len(strangers)} codes are for segments that are not in the sample (first: "
            f"{strangers[0]}): their probability is unknown. Pass the sample that was coded"
        )
    drawn = sample[["segment_id", "stratum", "probability"]].merge(
        codes[["segment_id", "code"]], on="segment_id", how="left", validate="one_to_one"
    )
    there = drawn["code"].notna()
    if there.sum() < 2:
        raise ValueError(f"{there.sum()} coded segments: code at least two, better hundreds")
    if not there.all():
        warnings.warn(
            f"{(~there).sum()} of {len(drawn)} drawn segments have no code; they are taken as "
            "missing at random within their stratum",
            stacklevel=3,
        )
    share = there.groupby(drawn["stratum"]).transform("mean")
    return drawn.assign(probability=drawn["probability"] * share)[there]


def _tuned(score: np.ndarray, code: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    """Return a + b·f, the weighted least-squares line of codes on scores."""
    use = (inverse > 0) & ~np.isnan(score)
    weight, f, y = inverse[use], score[use], code[use]
    centre, mean = np.average(f, weights=weight), np.average(y, weights=weight)
    square = np.average((f - centre) ** 2, weights=weight)
    slope = np.average((f - centre) * (y - mean), weights=weight) / square if square > 0 else 0.0
    return mean + slope * (score - centre)


def _count_codes(estimates, segments, sample, codes, articles) -> pd.DataFrame:
    coded = codes[codes["code"].notna()]["segment_id"]
    place = segments[["segment_id", "article_id", "voice"]].merge(
        articles[["article_id", "event", "outlet"]], on="article_id"
    )
    mine = place[place["segment_id"].isin(coded)]
    counts = []
    for row in estimates[["event", "outlet", "voice"]].to_dict("records"):
        heard = OWN_VOICE if row["voice"] == "outlet" else (row["voice"],)
        here = (mine["outlet"] == row["outlet"]) & (
            mine["voice"].isin(heard) | (row["voice"] == "all")
        )
        if row["event"] != "all":
            here &= mine["event"] == row["event"]
        counts.append(int(here.sum()))
    return estimates.assign(n_coded=counts)
