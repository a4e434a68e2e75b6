"""Cards from a researcher's own codes: is the measure right on this material?

Comes in: scores, a coded sample with known probabilities, one code per segment. Goes out: cards
like those of ``validation``, with source ``own codes``: how well scores go with codes (AUC for
yes or no, correlation for numbers), and how often two outlets of an event stand in the same
order by codes as by scores (concordance). Higher is better. Intervals resample articles, as
segments of one article are alike.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from analysis.outlets.resampling import generator_for
from analysis.outlets.validation import COLUMNS, RANKING, SENTENCE, judge

FLOORS = {"auc": 0.70, "pearson_r": 0.50, "concordance": 0.60}
CHANCE = {"auc": 0.5, "pearson_r": 0.0, "concordance": 0.5}


def check_measure(
    scores: pd.DataFrame,
    sample: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    measure: str,
    label: str | None = None,
    level: float = 0.95,
    resamples: int = 1000,
    date: str | None = None,
    seed: int = 20_260,
) -> pd.DataFrame:
    """Return cards for the claims "sentence" and "outlet ranking", from one's own codes.

    Parameters
    ----------
    sample, codes : DataFrame
        Of ``draw_sample`` and ``settle_codes`` (one variable). Codes of 0 and 1 give an AUC,
        other numbers a correlation.
    date : str, optional
        Of the coding, as ISO; today if not given.

    Returns
    -------
    DataFrame
        Cards, as ``read_cards`` gives them; join with ``add_cards``.

    Raises
    ------
    ValueError
        On codes outside the sample, or codes or scores without variance.
    """
    frame = _paired(scores, sample, codes, measure, label)
    figure = "auc" if set(frame["code"]) <= {0, 1} else "pearson_r"
    statistics = {figure: (SENTENCE, _auc if figure == "auc" else _correlation)}
    statistics["concordance"] = (RANKING, _concordance)
    rows = []
    for name, (claim, statistic) in statistics.items():
        value = statistic(frame)
        low, high = _interval(frame, statistic, level, resamples, seed)
        n, unit = (len(frame), "segments")
        if claim == RANKING:
            n, unit = _pairs(frame), "pairs of outlets"
        rows.append(
            {
                "measure": measure,
                "claim": claim,
                "figure": name,
                "value": value,
                "low": low,
                "high": high,
                "n": n,
                "unit": unit,
                "chance": CHANCE[name],
                "floor": FLOORS[name],
                "date": date or datetime.date.today().isoformat(),
                "source": "own codes",
                "verdict": judge(value, low, chance=CHANCE[name], floor=FLOORS[name]),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def bin_calibration(
    scores: pd.DataFrame,
    sample: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    measure: str,
    label: str | None = None,
    bins: int = 5,
) -> pd.DataFrame:
    """Return, per group of scores, what the measure says and what the coders found.

    Returns
    -------
    DataFrame
        ``predicted, observed, low, high, n``: weighted means, Wilson's 95 % interval;
        ``segments``: ids of the coded segments, the highest score first.
    """
    frame = _paired(scores, sample, codes, measure, label)
    groups = frame["value"].rank(pct=True).mul(bins).sub(1e-9).astype(int)
    rows = []
    for _, part in frame.groupby(groups):
        weight = 1 / part["probability"]
        observed = float(np.average(part["code"], weights=weight))
        n = weight.sum() ** 2 / (weight**2).sum()
        centre = (observed + 1.96**2 / (2 * n)) / (1 + 1.96**2 / n)
        reach = (
            1.96 / (1 + 1.96**2 / n) * np.sqrt(observed * (1 - observed) / n + 1.96**2 / (4 * n**2))
        )
        rows.append(
            {
                "predicted": float(np.average(part["value"], weights=weight)),
                "observed": observed,
                "low": min(max(centre - reach, 0.0), observed),
                "high": max(min(centre + reach, 1.0), observed),
                "n": len(part),
                "segments": " ".join(part.sort_values("value", ascending=False)["segment_id"]),
            }
        )
    return pd.DataFrame(rows)


def compare_by_outlet(frame: pd.DataFrame) -> pd.DataFrame:
    """Return per outlet what coders found and what the measure gave, weighted as drawn.

    Parameters
    ----------
    frame : DataFrame
        ``outlet, probability, code, value``, a row a coded segment. A value above 1 is a rate of
        word lists, which marks a segment or not; a probability is a share of readers.

    Returns
    -------
    DataFrame
        ``outlet, n, coded, marked, difference`` (``marked`` minus ``coded``: above 0 the measure
        gives the outlet too much).
    """
    said = frame["value"] if frame["value"].max() <= 1 else frame["value"] > 0
    rows = []
    for outlet, part in frame.groupby("outlet"):
        weight = 1 / part["probability"]
        rows.append(
            {
                "outlet": outlet,
                "n": len(part),
                "coded": (part["code"] * weight).sum() / weight.sum(),
                "marked": (said[part.index] * weight).sum() / weight.sum(),
            }
        )
    table = pd.DataFrame(rows, columns=["outlet", "n", "coded", "marked"])
    return table.assign(difference=table["marked"] - table["coded"])


def list_misread(frame: pd.DataFrame, *, top: int = 6) -> pd.DataFrame:
    """Return the rows whose score and code are furthest apart: marked too high, then missed.

    ``frame`` as for ``compare_by_outlet``, with ``segment_id`` and ``text``.
    """
    rank = frame["value"].rank(pct=True) - frame["code"].rank(pct=True)
    frame = frame.assign(apart=rank).sort_values(["apart", "segment_id"])
    ends = pd.concat([frame.tail(top).iloc[::-1], frame.head(top)]).drop_duplicates()
    return ends[["outlet", "value", "code", "text"]].reset_index(drop=True)


def _paired(scores, sample, codes, measure, label) -> pd.DataFrame:
    strangers = sorted(set(codes["segment_id"]) - set(sample["segment_id"]))
    if strangers:
        raise ValueError(
            f"{len(strangers)} codes are for segments that are not in the sample (first: "
            f"{strangers[0]}). Pass the sample that was coded"
        )
    mine = scores[scores["measure"] == measure]
    mine = mine if label is None else mine[mine["label"] == label]
    columns = ["segment_id", "article_id", "event", "outlet", "probability"]
    frame = (
        sample[columns]
        .merge(codes[["segment_id", "code"]], on="segment_id", validate="one_to_one")
        .merge(mine[["segment_id", "value"]], on="segment_id", validate="one_to_one")
        .dropna(subset=["code", "value"])
        .astype({"code": float})
        .sort_values("segment_id", ignore_index=True)
    )
    for column, what in (("code", "codes"), ("value", "scores")):
        if frame[column].nunique() < 2:
            raise ValueError(
                f"the {what} of {measure!r} have no variance on {len(frame)} coded segments: "
                "code segments that differ, drawn with strata that include the score"
            )
    return frame


def _auc(frame: pd.DataFrame) -> float:
    """Return the weighted chance that a marked segment scores above an unmarked one."""
    weight = 1 / frame["probability"].to_numpy()
    order = np.argsort(frame["value"].to_numpy(), kind="stable")
    value, marked = frame["value"].to_numpy()[order], frame["code"].to_numpy()[order] == 1
    weight = weight[order]
    below = np.cumsum(np.where(marked, 0.0, weight))
    start = np.searchsorted(value, value, side="left")
    end = np.searchsorted(value, value, side="right")
    padded = np.r_[0.0, below]
    beaten = (padded[start] + padded[end]) / 2
    pairs = weight[marked].sum() * weight[~marked].sum()
    return float((weight * beaten)[marked].sum() / pairs) if pairs > 0 else np.nan


def _correlation(frame: pd.DataFrame) -> float:
    weight = 1 / frame["probability"].to_numpy()
    covariance = np.cov(frame["value"], frame["code"], aweights=weight)
    spread = np.sqrt(covariance[0, 0] * covariance[1, 1])
    return float(covariance[0, 1] / spread) if spread > 0 else np.nan


def _concordance(frame: pd.DataFrame) -> float:
    """Return the share of pairs of outlets of an event in the same order by codes and scores."""
    agree, pairs = 0.0, 0
    for codes, values in _outlet_means(frame):
        upper = np.triu_indices(len(codes), 1)
        by_code = np.sign(np.subtract.outer(codes, codes))[upper]
        by_value = np.sign(np.subtract.outer(values, values))[upper]
        there = by_code != 0
        agree += np.where(by_value == 0, 0.5, by_value == by_code)[there].sum()
        pairs += there.sum()
    return float(agree / pairs) if pairs else np.nan


def _pairs(frame: pd.DataFrame) -> int:
    return int(sum(len(codes) * (len(codes) - 1) // 2 for codes, _ in _outlet_means(frame)))


def _outlet_means(frame: pd.DataFrame):
    weight = 1 / frame["probability"]
    sums = (
        pd.DataFrame(
            {
                "event": frame["event"],
                "outlet": frame["outlet"],
                "weight": weight,
                "code": weight * frame["code"],
                "value": weight * frame["value"],
            }
        )
        .groupby(["event", "outlet"])
        .sum()
    )
    for _, one in sums.groupby("event"):
        yield (one["code"] / one["weight"]).to_numpy(), (one["value"] / one["weight"]).to_numpy()


def _interval(frame, statistic, level, resamples, seed) -> tuple[float, float]:
    """Return the percentile interval of a statistic over resampled articles."""
    rows_of = list(frame.groupby("article_id").indices.values())
    generator = generator_for(seed, frame["article_id"].unique())
    drawn = []
    for _ in range(resamples):
        picked = generator.integers(0, len(rows_of), len(rows_of))
        part = frame.iloc[np.concatenate([rows_of[one] for one in picked])]
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn.append(statistic(part))
    if np.isnan(drawn).all() or len(rows_of) < 2:
        return np.nan, np.nan
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
