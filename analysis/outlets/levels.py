"""Levels: each outlet's weighted mean of a measure, per event or over all events.

Comes in: a panel of per-article sums. Goes out: rows of levels with intervals over events,
articles or segments, whichever there are five of. A level over all events mixes what the
outlet covers with how: contrasts within events do not.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from analysis.outlets.panel import Cells, Panel, cells_of, mean_by
from analysis.outlets.resampling import (
    MIN_CLUSTERS,
    MIN_MARKED,
    MIN_SEGMENTS,
    bears_claim,
    generator_for,
    resample_ratio,
    skewed_interval,
    studentised_interval,
)
from analysis.outlets.rows import long_rows


def level_rows(panel: Panel, by: str, level: float, resamples: int, seed: int) -> pd.DataFrame:
    pairs = cells_of(panel, ["event", "outlet"])
    groups = pairs if by == "event" else cells_of(panel, ["outlet"])
    low, high = skewed_interval(
        groups.ratio, groups.variance, groups.third, groups.freedom, level=level
    )
    error, unit = np.sqrt(groups.variance), np.full(groups.ratio.shape, "segments", dtype=object)
    enough = (groups.counts["n_segments"] >= MIN_SEGMENTS["level"]) & (
        groups.counts["n_marked"] >= MIN_MARKED
    )
    n_events = np.ones_like(groups.ratio)
    for row in range(len(groups.keys)):
        mine = groups.sums.indices[groups.sums.indptr[row] : groups.sums.indptr[row + 1]]
        if by == "event" and len(mine) < MIN_CLUSTERS:
            continue
        part = panel.take(np.sort(mine))
        clusters, kind = part, "articles"
        if by == "all":
            events = cells_of(part, ["event"])
            n_events[row] = (events.weight > 0).sum(axis=0)
            if n_events[row].max() >= MIN_CLUSTERS:
                clusters, kind = events, "events"
        names = part.ids if kind == "articles" else clusters.keys["event"]
        if len(names) < MIN_CLUSTERS:
            continue
        value, weight = (
            (part["value"], part["weight"])
            if kind == "articles"
            else (clusters.sums @ part["value"], clusters.weight)
        )
        drawn = resample_ratio(
            value, weight, resamples=resamples, generator=generator_for(seed, names)
        )
        taken = drawn.count >= MIN_CLUSTERS
        marked = (value != 0).sum(axis=0) / np.maximum(drawn.count, 1)
        limits = studentised_interval(drawn, level=level, freedom=drawn.count - 1, marked=marked)
        low[row, taken], high[row, taken] = limits[0][taken], limits[1][taken]
        error[row, taken], unit[row, taken] = np.sqrt(drawn.variance)[taken], kind
        enough[row, taken] = bears_claim(value)[taken]
    means = cells_of(panel, ["event"]) if by == "event" else None
    event_mean = _event_means(groups, by, means)
    return long_rows(
        groups.keys,
        groups.ratio,
        low,
        high,
        error,
        unit,
        counts=groups.counts,
        names=panel.names,
        event_mean=event_mean,
        n_events=n_events,
        enough=enough,
    )


def _event_means(groups: Cells, by: str, events: Cells | None) -> np.ndarray:
    """Return the mean of the outlets' levels in each row's event (or over all)."""
    if by == "all":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a column without any level
            return np.broadcast_to(np.nanmean(groups.ratio, axis=0), groups.ratio.shape)
    place = events.keys.set_index("event").index.get_indexer(groups.keys["event"])
    return mean_by(groups.ratio, place, len(events.keys))[0][place]
