"""Arrays of estimates → long rows, each with its base and the claim its interval can bear.

Comes in: rows × columns arrays of estimates, limits, units and counts. Goes out: one row per
estimate, with ``interval`` (``claimed``, ``rough``, ``none``) and a ``note`` in words. The rules
are those that the benchmark ``coverage`` measures: see ``resampling`` for the thresholds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.tables import SCALES, check_table, empty_table

FEW_CLUSTERS = 10
WITHIN = "segments within the article"
FEW = "fewer than 5 articles: the interval describes these articles, not the outlet"
ONE = "one article: the interval describes this article, not the outlet"
SPARSE = "too few segments, or too few with a score other than zero, for a 95 % claim"
HEAVY = (
    "fewer than 10 {unit}: where one or two far outweigh the others, the interval holds the truth "
    "in about 92 % of cases rather than 95 %"
)
MOSTLY_ZERO = "too few articles or events with a score other than zero for a 95 % claim"
FLAT = "no interval: every score is the same, so nothing can be said about its spread"
SINGLE = "no interval: an article has one segment only"


def long_rows(
    keys, estimate, low, high, error, unit, *, counts, names, event_mean, n_events, enough, **more
) -> pd.DataFrame:
    """Return the long frame of rows × columns, with the claim each interval can bear."""
    n, width = estimate.shape
    flat = {
        "estimate": estimate,
        "low": low,
        "high": high,
        "standard_error": error,
        "event_mean": event_mean,
        "n_events": n_events,
        "n_articles": counts["n_articles"],
        "n_segments": counts["n_segments"],
        "n_words": counts["n_words"],
        "n_missing": counts["n_missing"],
        "_enough": enough,
        **more,
    }
    frame = pd.DataFrame({name: np.asarray(array).ravel() for name, array in flat.items()})
    frame["resampled"] = np.where(unit.ravel() == "segments", WITHIN, unit.ravel())
    for column in keys:
        frame[column] = np.repeat(keys[column].to_numpy(), width)
    frame["measure"] = np.tile(names.get_level_values("measure"), n)
    frame["label"] = np.tile(names.get_level_values("label"), n)
    frame = frame[frame["n_segments"] + frame["n_missing"] > 0]
    return _judge_intervals(frame)


def _judge_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    judged = frame.copy()
    within = judged["resampled"] == WITHIN
    flat = ~(judged["standard_error"] > 0)
    single = flat & judged["standard_error"].isna()
    sparse = ~judged["_enough"].astype(bool)
    judged.loc[flat, ["low", "high"]] = np.nan
    if "p" in judged:
        judged.loc[flat, "p"] = np.nan
    judged["interval"] = np.select([flat, sparse], ["none", "rough"], "claimed")
    why = np.select([single, flat, sparse & within, sparse], [1, 2, 3, 4], 0)
    # Over so few clusters a heavy tail cannot be seen in the data, so it is said of all.
    over_events = judged["resampled"] == "events"
    clusters = np.where(over_events, judged["n_events"], judged["n_articles"])
    few = ~within & (clusters < FEW_CLUSTERS) & (why == 0)
    why = np.where(few, np.where(over_events, 5, 6), why)
    describes = np.where(within, np.where(judged["n_articles"] == 1, 1, 2), 0)
    judged["note"] = _notes()[describes, why]
    return judged.drop(columns="_enough")


def _notes() -> np.ndarray:
    """Return what is said, by what the interval describes and why it claims no more."""
    heavy = [HEAVY.format(unit=unit) for unit in ("events", "articles")]
    why = ["", SINGLE, FLAT, SPARSE, MOSTLY_ZERO, *heavy]
    said = [
        ["; ".join(filter(None, (describes, one))) for one in why] for describes in ("", ONE, FEW)
    ]
    return np.array(said, dtype=object)


EXTRA = {
    "standard_error": "float64",
    "event_mean": "float64",
    "n_events": "Int64",
    "n_missing": "Int64",
    "effect_size": "float64",
    "weights": "string",
    "lineage": "string",
    "interval": "string",
    "note": "string",
}


def finish_table(parts, contrast, level, weights, lineage) -> pd.DataFrame:
    """Return the parts as one checked table of estimates, sorted; none give an empty one."""
    parts = [part for part in parts if len(part)]
    if not parts:
        extra = {name: pd.Series(dtype=kind) for name, kind in EXTRA.items()}
        return empty_table("estimates").assign(**extra)
    estimates = pd.concat(parts, ignore_index=True)
    if contrast is not None:
        estimates["contrast"] = contrast
    for column, value in (("event", "all"), ("p", np.nan), ("effect_size", np.nan)):
        if column not in estimates:
            estimates[column] = value
    estimates = estimates.assign(
        level=level,
        p_adjusted=np.nan,
        corrected=False,
        validity="not checked",
        weights=weights,
        lineage=lineage,
    )
    estimates[["low", "high"]] = _within_scale(estimates)
    counts = ["n_events", "n_articles", "n_segments", "n_words", "n_missing"]
    estimates[counts] = estimates[counts].round().astype("int64")
    order = ["measure", "label", "voice", "event", "contrast", "outlet"]
    return check_table(estimates.sort_values(order, ignore_index=True), "estimates")


def _within_scale(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the limits cut at the ends of the measure's scale: no true value lies beyond.

    A level cannot pass the scale's ends, a difference of two levels not its length. Over few
    segments an interval of Student's kind reaches further; what is cut off could not be true, so
    what remains holds the truth as often. Scores of another scale under a known name are left.
    """
    limits = estimates[["low", "high"]].astype(float)
    for measure, (least, most) in SCALES.items():
        level = (estimates["contrast"] == "level").to_numpy()
        bottom = np.where(level, least, least - most)
        top = np.where(level, most, most - least)
        mine = (estimates["measure"] == measure) & estimates["estimate"].between(bottom, top)
        limits = limits.where(~mine, limits.clip(bottom, top, axis=0))
    return limits
