"""How far apart two outlets' mixes of frames are: Jensen-Shannon distance with an interval.

Comes in: ``scores`` of one measure, ``segments``, ``articles``. Goes out: one row per event (or
all events that both cover) and pair of outlets. An outlet's mix is, over its text, each frame's
strength times words, divided by the sum over frames. The distance lies between 0 (same mix) and 1
(no frame in common): **higher is further apart**.

A distance is never below 0, so noise alone makes it positive. ``estimate`` has that push taken
out: the bootstrap mean of the squared distance less the observed one is subtracted from it;
``observed`` is as found. The interval lies around the estimate, as wide as the bootstrap's squared
distances over articles, widened by Student's t; in simulations with 8 to 60 articles an outlet it
held the truth in 93-99 % of runs. ``chance`` is the mean observed distance when the two outlets'
articles are exchanged at random within events, ``p`` how often that is at least as large. With one
article an outlet the interval is over segments within the article, and there is no ``p``.

Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on Information
Theory, 37(1). https://doi.org/10.1109/18.61115
"""

from __future__ import annotations

import hashlib
from itertools import combinations

import numpy as np
import pandas as pd

COLUMNS = (
    "event", "outlet", "other", "measure", "voice", "estimate", "low", "high", "level",
    "resampled", "observed", "chance", "p", "n_articles", "n_other", "n_segments", "n_words",
)  # fmt: skip


def compare_frames(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    measure: str = "policy_frames",
    voice: str = "outlet",
    by: str = "event",
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 20_260,
) -> pd.DataFrame:
    """Return the distance between each two outlets' mixes of frames.

    Parameters
    ----------
    scores, segments, articles : DataFrame
        The tables of those names. Articles with ``used`` False are left out.
    measure : str
        Which measure of ``scores``; its labels are the frames.
    voice : str
        Whose words count; ``"any"`` for all.
    by : {"event", "all"}
        Per event, or all events that both outlets cover together; two outlets that share no
        event have no row.
    level : float
        Of the interval.
    resamples, seed : int
        Bootstrap and permutation draws.

    Returns
    -------
    DataFrame
        ``event, outlet, other, measure, voice``; ``estimate`` (0 to 1), ``low``, ``high``,
        ``level``, ``resampled`` (what was drawn); ``observed``; ``chance`` and ``p`` (missing with
        one article an outlet); ``n_articles``, ``n_other`` (articles of each), ``n_segments``,
        ``n_words``. All missing where an outlet's text has none of the frames.

    Raises
    ------
    ValueError
        When ``scores`` lack the measure, or ``by`` is not one of those allowed.
    """
    if by not in ("event", "all"):
        raise ValueError(f"by may be 'event' or 'all', not {by!r}")
    chosen = scores[scores["measure"].astype(str) == measure]
    if chosen.empty:
        found = sorted(set(scores["measure"].astype(str)))
        raise ValueError(f"the scores hold no measure {measure!r}; they hold {', '.join(found)}")
    rows = _masses(chosen, segments, articles, voice)
    rows["group"] = rows["event"] if by == "event" else "all"
    labels = [column for column in rows if isinstance(column, tuple)]
    made = []
    for group, some in rows.groupby("group", sort=True):
        for one, two in combinations(sorted(set(some["outlet"])), 2):
            pair = some[some["outlet"].isin((one, two))]
            both = pair.groupby("event")["outlet"].nunique()
            # What only one of them covers would make a distance of topics, not of telling.
            pair = pair[pair["event"].isin(set(both.index[both == 2]))]
            if pair.empty:
                continue
            found = _compare(pair, one, labels, level, resamples, _generator(seed, group, one, two))
            counts = pair.groupby("outlet")["article_id"].nunique()
            made.append(
                {
                    "event": group, "outlet": one, "other": two, "measure": measure,
                    "voice": voice, "level": level, **found,
                    "n_articles": int(counts[one]), "n_other": int(counts[two]),
                    "n_segments": len(pair), "n_words": int(pair["words"].sum()),
                }
            )  # fmt: skip
    return pd.DataFrame(made, columns=list(COLUMNS))


def js_distance(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Return the Jensen-Shannon distance of the mixes in the last axis (base 2, square root).

    ``d = sqrt((KL(p || m) + KL(q || m)) / 2)`` with ``m = (p + q) / 2``. NaN where a mix has no
    mass at all.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        p = one / one.sum(-1, keepdims=True)
        q = two / two.sum(-1, keepdims=True)
        middle = (p + q) / 2
        parts = [np.where(x > 0, x * np.log2(x / middle), 0.0).sum(-1) for x in (p, q)]
    distance = np.sqrt(np.clip(sum(parts) / 2, 0.0, 1.0))
    return np.where(np.isnan(p.sum(-1) + q.sum(-1)), np.nan, distance)


def _masses(
    scores: pd.DataFrame, segments: pd.DataFrame, articles: pd.DataFrame, voice: str
) -> pd.DataFrame:
    """Return one row per scored segment: outlet, event, words and each frame's mass."""
    wide = scores.pivot(index="segment_id", columns="label", values="value").dropna(how="all")
    wide.columns = pd.Index([("mass", str(label)) for label in wide.columns], tupleize_cols=False)
    kept = segments if voice == "any" else segments[segments["voice"] == voice]
    kept = kept[["segment_id", "article_id", "text"]].copy()
    kept["words"] = kept["text"].str.count(r"\w+").astype(int)
    used = articles[articles["used"].astype(bool)][["article_id", "event", "outlet"]]
    rows = kept.drop(columns="text").merge(used, on="article_id", validate="many_to_one")
    rows = rows.merge(wide, left_on="segment_id", right_index=True, validate="one_to_one")
    for column in wide.columns:
        rows[column] = rows[column].fillna(0.0) * rows["words"]
    # Draws go by place; the order of rows in the caller's table must not matter.
    return rows.sort_values("segment_id", ignore_index=True)


def _compare(
    pair: pd.DataFrame,
    one: str,
    labels: list[tuple[str, str]],
    level: float,
    resamples: int,
    generator: np.random.Generator,
) -> dict[str, object]:
    from scipy.stats import norm, t

    counts = pair.groupby("outlet")["article_id"].nunique()
    alone = counts.min() < 2
    unit = "segments within the article" if alone else "articles"
    if not alone:
        pair = pair.groupby(["event", "outlet", "article_id"], as_index=False)[labels].sum()
    mass = pair[labels].to_numpy(dtype=float)
    first = (pair["outlet"] == one).to_numpy()
    observed = float(js_distance(mass[first].sum(0), mass[~first].sum(0)))
    squares = js_distance(*(_drawn(mass[side], resamples, generator) for side in (first, ~first)))
    squares = squares[~np.isnan(squares)] ** 2
    if np.isnan(observed) or not len(squares):
        nothing = dict.fromkeys(("estimate", "low", "high", "observed", "chance", "p"), np.nan)
        return {**nothing, "resampled": unit}
    middle = observed**2 - max(0.0, float(squares.mean()) - observed**2)
    fewest = int(min(first.sum(), (~first).sum()))
    wider = t.ppf((1 + level) / 2, max(1, fewest - 1)) / norm.ppf((1 + level) / 2)
    tails = np.quantile(squares - squares.mean(), [(1 - level) / 2, (1 + level) / 2])
    low, high = np.sqrt(np.clip(middle + wider * tails, 0.0, 1.0))
    found = {
        "estimate": float(np.sqrt(max(0.0, middle))),
        "low": float(low),
        "high": float(high),
        "resampled": unit,
        "observed": observed,
    }
    if alone:
        return {**found, "chance": np.nan, "p": np.nan}
    by_chance = _exchanged(mass, first, pair["event"].to_numpy(), resamples, generator)
    beyond = (by_chance >= observed - 1e-12).sum()
    return {
        **found,
        "chance": float(np.nanmean(by_chance)),
        "p": float((beyond + 1) / (resamples + 1)),
    }


def _drawn(mass: np.ndarray, resamples: int, generator: np.random.Generator) -> np.ndarray:
    size = len(mass)
    counts = generator.multinomial(size, np.full(size, 1 / size), size=resamples)
    return counts @ mass


def _exchanged(
    mass: np.ndarray,
    first: np.ndarray,
    events: np.ndarray,
    resamples: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Return the distances when outlets' names are exchanged among an event's articles."""
    sides = np.tile(first, (resamples, 1))
    for event in sorted(set(events)):
        places = np.flatnonzero(events == event)
        sides[:, places] = generator.permuted(sides[:, places], axis=1)
    return js_distance(sides @ mass, (~sides) @ mass)


def _generator(seed: int, *names: str) -> np.random.Generator:
    digest = hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "big")])
