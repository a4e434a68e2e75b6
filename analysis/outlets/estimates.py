"""Scores → estimates: levels per outlet and voice, contrasts within events, intervals.

Comes in: ``scores``, ``segments``, ``articles``. Goes out: ``estimates``, one row per event,
outlet, measure, label, voice and contrast, with the interval and what it was resampled over.
A level is the weighted mean of the segments' scores (by words: what a word of this outlet meets
on average); a contrast is an outlet's level minus the mean of the outlets' levels (or minus
another outlet's) in the same event, averaged over events, each event counting once. Higher is
whatever the measure calls higher; a positive contrast is more of it than in the event.

Intervals are over events where an outlet is in five or more, else over articles where each
outlet has five or more, else over the segments of these articles: that last kind describes the
articles, not the outlets, and has no p-value. Column ``interval`` says ``claimed`` where the
simulations (benchmark ``coverage``) hold it to 93-97 %, ``rough`` where they do not, ``none``
where none could be computed, and ``note`` says why. Where a few articles far outweigh all others
(a lognormal spread of 0.8), that takes ten articles or events; with fewer, 95 % intervals held
the truth in about 92 %, and ``note`` says so.

Estimates do not know why outlets differ: who covers which event is not random, and contrasts
within events only remove what the outlets of an event share.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.outlets.contrasts import absent_rows, contrast_rows, pairings
from analysis.outlets.levels import level_rows
from analysis.outlets.panel import panel_of
from analysis.outlets.resampling import holm
from analysis.outlets.rows import finish_table
from analysis.outlets.sums import sum_articles
from analysis.tables import SPEAKING

BY = ("event", "all")
SEED = 20_260


def estimate_levels(
    scores: pd.DataFrame | None = None,
    segments: pd.DataFrame | None = None,
    articles: pd.DataFrame | None = None,
    *,
    by: str = "event",
    weights: str = "words",
    voices: Sequence[str] = SPEAKING,
    lineage: str = "with wire",
    shared: pd.DataFrame | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = SEED,
    sums: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Estimate each outlet's level of each measure, per event or over all events.

    Parameters
    ----------
    scores, segments, articles : DataFrame
        Tables of the run; or leave them out and give ``sums``.
    by : {"event", "all"}
        One row per event and outlet, or per outlet (``event = "all"``).
    weights : {"words", "segments"}
        What a segment counts.
    voices : sequence of str
        ``"outlet"`` includes scare quotes, the outlet's own choice of words.
    lineage : {"with wire", "without wire", "own sentences"}
        What is done with agency copy; copies never count.
    shared : DataFrame, optional
        Table ``shared_sentences``, for ``"own sentences"``.
    level : float
        Of the interval.
    resamples, seed : int
        Draws are tied to the ids of the articles drawn from, not to their order.
    sums : DataFrame, optional
        Of ``sum_articles``, for corpora read in batches; the choices were made there.

    Returns
    -------
    DataFrame
        Table ``estimates`` (contrast ``"level"``), and ``standard_error``, ``event_mean`` (mean
        of the outlets' levels), ``n_events``, ``n_missing`` (segments without a score),
        ``weights``, ``lineage``, ``interval`` (``claimed``, ``rough``, ``none``) and ``note``.

    Raises
    ------
    ValueError
        On an unknown choice; the message lists the choices.

    Examples
    --------
    >>> estimate_levels(scores, segments, articles, by="all").query("voice == 'outlet'")
    """
    sums = _sums(scores, segments, articles, sums, by, level, weights, voices, lineage, shared)
    parts = []
    for voice, rows in sums.groupby("voice", observed=True):
        panel = panel_of(rows)
        parts.append(level_rows(panel, by, level, resamples, seed).assign(voice=voice))
    return finish_table(parts, "level", level, weights, lineage)


def compare_outlets(
    scores: pd.DataFrame | None = None,
    segments: pd.DataFrame | None = None,
    articles: pd.DataFrame | None = None,
    *,
    by: str = "all",
    contrast: str = "event mean",
    weights: str = "words",
    voices: Sequence[str] = SPEAKING,
    lineage: str = "with wire",
    shared: pd.DataFrame | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    permutations: int = 2000,
    seed: int = SEED,
    sums: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compare outlets within events: each minus the event's mean, or minus another outlet.

    Parameters
    ----------
    by : {"all", "event"}
        Averaged over events (each counts once), or each event by itself.
    contrast : str
        ``"event mean"`` (of the outlets' levels), ``"pairs"`` (each outlet minus each later
        one), or an outlet's name (each other outlet minus that one; by event, an event that the
        named outlet does not cover is a row without a value that says so).
    permutations : int
        Exchanges of outlets among the articles of each event, for ``p``; 0 for none.

    Other parameters as in ``estimate_levels``.

    Returns
    -------
    DataFrame
        Table ``estimates``, with the further columns of ``estimate_levels`` and ``effect_size``
        (contrast over the standard deviation of articles within events). ``p`` is two-sided,
        under the hypothesis that outlets are exchangeable within events; ``p_adjusted`` is
        Holm's over the measure's rows (``adjust_p`` for another family). No ``p`` where the
        interval is over segments.

    Raises
    ------
    ValueError
        When the named outlet shares no event with another. Without a name, a corpus in which no
        event has two outlets gives an empty table and a warning.

    Examples
    --------
    >>> compare_outlets(scores, segments, articles, contrast="pairs", by="event")
    """
    sums = _sums(scores, segments, articles, sums, by, level, weights, voices, lineage, shared)
    parts = []
    for voice, rows in sums.groupby("voice", observed=True):
        panel = panel_of(rows)
        for name, part, sides in pairings(panel, contrast):
            found = contrast_rows(part, by, level, resamples, permutations, seed, sides)
            parts.append(found.assign(voice=voice, contrast=f"minus {name}"))
        if by == "event" and contrast not in ("event mean", "pairs"):
            absent = absent_rows(panel, contrast)
            parts.append(absent.assign(voice=voice, contrast=f"minus {contrast}"))
    if len(sums) and not any(len(part) and part["estimate"].notna().any() for part in parts):
        said = (
            f"nothing to compare (contrast {contrast!r}): no event is covered by two outlets. "
            "Give the articles an event column, or compare levels with estimate_levels(by='all')"
        )
        if contrast not in ("event mean", "pairs"):
            raise ValueError(said)
        warnings.warn(said, stacklevel=2)
    return adjust_p(finish_table(parts, None, level, weights, lineage))


def adjust_p(estimates: pd.DataFrame, family: Sequence[str] = ("measure",)) -> pd.DataFrame:
    """Return the estimates with Holm-adjusted p-values within each family (one figure).

    ``family`` names the columns that tell families apart: rows alike in them are one figure.
    Rows without a p-value do not count.
    """
    adjusted = estimates.copy()
    adjusted["p_adjusted"] = np.nan
    for _, rows in estimates.groupby(list(family), observed=True):
        adjusted.loc[rows.index, "p_adjusted"] = holm(rows["p"].to_numpy(dtype=float))
    return adjusted


def _sums(scores, segments, articles, sums, by, level, weights, voices, lineage, shared):
    if by not in BY:
        raise ValueError(f"by may be one of {BY}, not {by!r}")
    if not 0.5 <= level < 1:
        raise ValueError(f"level is a share such as 0.95, not {level!r}")
    if sums is None:
        if scores is None or segments is None or articles is None:
            raise ValueError("give scores, segments and articles, or sums=sum_articles(…)")
        sums = sum_articles(
            scores,
            segments,
            articles,
            weights=weights,
            voices=voices,
            lineage=lineage,
            shared=shared,
        )
    sums = sums[sums["voice"].isin(list(voices))]
    if not len(sums):
        warnings.warn(
            f"no scored segment of a used article in the voices {list(voices)}, so there are no "
            "estimates: see articles.used and articles.reason for what was set aside",
            stacklevel=3,
        )
        return sums
    _warn_of_constants(sums)
    return sums


def _warn_of_constants(sums: pd.DataFrame) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums["value"] / sums["weight"]
    flat = means.groupby(sums["measure"], observed=True).agg(
        lambda m: m.nunique() == 1 and m.size > 1
    )
    within = sums.groupby("measure", observed=True)["variance"].max().fillna(0) < 1e-24
    for measure in flat.index[flat & within]:
        warnings.warn(
            f"measure {measure!r} has no variance: every segment has the same score, so its "
            "estimates have no interval. Check its scorer, or leave the measure out",
            stacklevel=4,
        )
