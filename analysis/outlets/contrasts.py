"""Contrasts within events: an outlet minus the event's mean, or minus another outlet.

Comes in: a panel of per-article sums. Goes out: rows of contrasts with intervals and p-values.
In an event of k outlets the contrast is the outlet's level minus the mean of the k levels, each
outlet counting once; over events, the mean of those, each event counting once (the events are
the pairs of a paired comparison). Positive: more than the event's outlets on average.

Over five or more events the events are resampled (their contrasts are independent); in fewer,
the articles of each outlet and event, where each has five; else the segments within articles.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.outlets.panel import Panel, cells_of, mean_by, total_by
from analysis.outlets.permutation import permute_outlets
from analysis.outlets.resampling import (
    MIN_CLUSTERS,
    MIN_MARKED,
    MIN_SEGMENTS,
    Resampled,
    combine,
    generator_for,
    resample_ratio,
    skewed_interval,
    studentised_interval,
)
from analysis.outlets.rows import long_rows


def pairings(panel: Panel, contrast: str) -> Iterator[tuple[str, Panel, str | None]]:
    """Yield (subtracted, articles compared, outlet kept) for each contrast asked for."""
    if contrast == "event mean":
        yield "event mean", panel, None
        return
    outlets = sorted(set(panel.outlet))
    if contrast == "pairs":
        pairs = [(a, b) for i, a in enumerate(outlets) for b in outlets[i + 1 :]]
    elif contrast in outlets:
        pairs = [(a, contrast) for a in outlets if a != contrast]
    else:
        raise ValueError(
            f"contrast may be 'event mean', 'pairs' or one of the outlets {outlets}, "
            f"not {contrast!r}"
        )
    for a, b in pairs:
        both = set(panel.event[panel.outlet == a]) & set(panel.event[panel.outlet == b])
        chosen = np.isin(panel.outlet, [a, b]) & np.isin(panel.event, sorted(both))
        if both:
            yield b, panel.take(chosen), a
        else:
            warnings.warn(
                f"{a} and {b} have no event in common, so they cannot be compared within events: "
                "give events that both cover, or compare each with the event mean",
                stacklevel=3,
            )


def contrast_rows(
    panel: Panel,
    by: str,
    level: float,
    resamples: int,
    permutations: int,
    seed: int,
    side: str | None,
) -> pd.DataFrame:
    """Return the rows of one contrast; with ``side``, of two outlets, that outlet's only."""
    cells = cells_of(panel, ["event", "outlet"])
    scale = 1.0 if side is None else 2.0  # of two outlets, a minus b is twice a minus the mean
    place = pd.factorize(cells.keys["event"])[0]
    mean, k = mean_by(cells.ratio, place, place.max() + 1)
    k = k[place]
    valid = (k >= 2) & ~np.isnan(cells.ratio)
    apart = np.where(valid, cells.ratio - mean[place], np.nan)
    keys = cells.keys if by == "event" else cells.keys[["outlet"]].drop_duplicates()
    keys = keys.sort_values(list(keys), ignore_index=True)
    if by == "event":
        member = np.arange(len(keys))
    else:
        member = pd.Index(keys["outlet"]).get_indexer(cells.keys["outlet"])
    estimate, n_events = mean_by(apart, member, len(keys))
    variance, third, freedom = _moments(cells, place, member, valid, k, n_events)
    low, high = skewed_interval(estimate, variance, third, freedom, level=level)
    error, unit = np.sqrt(variance), np.full(estimate.shape, "segments", dtype=object)
    least = {
        name: _least(cells.counts[name], place, member, valid, len(keys))
        for name in ("n_articles", "n_segments")
    }
    marked = total_by(np.where(valid, cells.counts["n_marked"], 0.0), place, place.max() + 1)
    marked = total_by(np.where(valid, marked[place], 0.0), member, len(keys))
    drawn_cells: dict[int, Resampled] = {}
    for row in range(len(keys)):
        mine = np.flatnonzero(member == row) if by == "all" else np.array([row])
        if n_events[row].max(initial=0) >= MIN_CLUSTERS:
            drawn = resample_ratio(
                np.where(valid[mine], apart[mine], 0.0),
                valid[mine].astype(float),
                resamples=resamples,
                generator=generator_for(seed, cells.keys["event"].iloc[mine]),
            )
            taken, kind, df = drawn.count >= MIN_CLUSTERS, "events", drawn.count - 1
        elif least["n_articles"][row].max(initial=0) >= MIN_CLUSTERS:
            terms = _terms(place, mine, valid, k, n_events[row])
            drawn, df = _draw_articles(panel, cells, terms, drawn_cells, resamples, seed)
            taken, kind = least["n_articles"][row] >= MIN_CLUSTERS, "articles"
        else:
            continue
        limits = studentised_interval(
            drawn, level=level, freedom=df, of="pairs" if kind == "events" else "contrast"
        )
        low[row, taken], high[row, taken] = limits[0][taken], limits[1][taken]
        error[row, taken], unit[row, taken] = np.sqrt(drawn.variance)[taken], kind
    counts = {
        name: total_by(np.where(valid, array, 0.0), member, len(keys))
        for name, array in cells.counts.items()
    }
    p = np.full(estimate.shape, np.nan)
    if permutations and (unit != "segments").any():
        p = permute_outlets(panel, by=by, keys=keys, permutations=permutations, seed=seed)
    found = long_rows(
        keys,
        scale * estimate,
        scale * low,
        scale * high,
        scale * error,
        unit,
        counts=counts,
        names=panel.names,
        event_mean=mean[place] if by == "event" else np.full(estimate.shape, np.nan),
        n_events=n_events,
        enough=(unit != "segments")
        | ((least["n_segments"] >= MIN_SEGMENTS["contrast"]) & (marked >= MIN_MARKED)),
        p=np.where(unit == "segments", np.nan, p),
        effect_size=np.where(
            unit == "segments", np.nan, scale * estimate / _spread_within_events(panel)
        ),
    )
    return found if side is None else found[found["outlet"] == side]


def absent_rows(panel: Panel, outlet: str) -> pd.DataFrame:
    """Return a row without a value for each event that others cover and ``outlet`` does not."""
    covered = set(panel.event[panel.outlet == outlet])
    part = panel.take(~np.isin(panel.event, sorted(covered)))
    cells = cells_of(part, ["event", "outlet"])
    nothing = np.full(cells.ratio.shape, np.nan)
    rows = long_rows(
        cells.keys,
        nothing,
        nothing,
        nothing,
        nothing,
        np.full(nothing.shape, "segments", dtype=object),
        counts=cells.counts,
        names=panel.names,
        event_mean=nothing,
        n_events=np.zeros(nothing.shape),
        enough=np.zeros(nothing.shape, dtype=bool),
    )
    said = f"no article of {outlet} in this event: compare with the event mean, or leave it out"
    return rows.assign(note=said)


def _moments(cells, place, member, valid, k, n_events):
    """Return variance, third moment and Satterthwaite freedom over segments within articles.

    An event's contrast takes 1 - 1/k of the outlet's level and -1/k of each other's.
    """
    events, size = place.max() + 1, len(n_events)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(valid, cells.variance, 0.0)
        third = np.where(valid, cells.third, 0.0)
        squares = np.where(valid & (variance > 0), variance**2 / cells.freedom, 0.0)
        own = np.where(valid, 1 - 1 / k, 0.0)
        other = np.where(valid, 1 / k, 0.0)

        def taken(moment: np.ndarray, power: int) -> np.ndarray:
            all_of_event = total_by(moment, place, events)[place] * (-other) ** power
            mine = (own**power - (-other) ** power) * moment
            return total_by(mine + all_of_event, member, size) / n_events**power

        variance, third, squares = taken(variance, 2), taken(third, 3), taken(squares, 4)
        return variance, third, variance**2 / squares


def _least(counts, place, member, valid, size) -> np.ndarray:
    """Return the smallest count among all cells that a row's contrasts touch."""
    by_event = np.full((place.max() + 1, counts.shape[1]), np.inf)
    np.minimum.at(by_event, place, np.where(valid, counts, np.inf))
    least = np.full((size, counts.shape[1]), np.inf)
    np.minimum.at(least, member, np.where(valid, by_event[place], np.inf))
    return np.where(np.isinf(least), 0, least)


def _terms(place, mine, valid, k, n_events) -> list[tuple[int, np.ndarray]]:
    """Return (cell, coefficient of each column) for all cells that the row's contrasts take."""
    terms = []
    for own in mine:
        for cell in np.flatnonzero(place == place[own]):
            with np.errstate(divide="ignore", invalid="ignore"):
                c = (float(own == cell) - 1 / k[own]) / n_events
            terms.append((cell, np.where(valid[own] & valid[cell], c, 0.0)))
    return terms


def _draw_articles(panel, cells, terms, drawn_cells, resamples, seed):
    squares = 0.0
    for cell, c in terms:
        if cell not in drawn_cells:
            part = panel.take(np.flatnonzero(cells.group == cell))
            drawn_cells[cell] = resample_ratio(
                part["value"],
                part["weight"],
                resamples=resamples,
                generator=generator_for(seed, part.ids),
            )
        one = drawn_cells[cell]
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = squares + np.nan_to_num(c**4 * one.variance**2 / (one.count - 1))
    drawn = combine([drawn_cells[cell] for cell, _ in terms], np.array([c for _, c in terms]))
    with np.errstate(divide="ignore", invalid="ignore"):
        return drawn, drawn.variance**2 / squares


def _spread_within_events(panel: Panel) -> np.ndarray:
    """Return the standard deviation of article means around their event's, pooled over events."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = panel["value"] / panel["weight"]
        place = pd.factorize(panel.event)[0]
        mean, count = mean_by(means, place, place.max() + 1)
        squares = np.nansum((means - mean[place]) ** 2, axis=0)
        freedom = count.sum(axis=0) - (count > 0).sum(axis=0)
        spread = np.sqrt(squares / freedom)
    return np.where(spread > 0, spread, np.nan)
