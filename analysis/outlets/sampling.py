"""Draw segments to code, each with a known probability.

Comes in: ``scores``, ``segments``, ``articles``. Goes out: a sample stratified by outlet, voice and
score (or what else is named), in which every segment has a probability above zero: the inverse
probabilities add up to all segments, which is what makes corrected estimates right whatever the
strata are. The draw depends on the seed and the segments' ids, not on the order of rows.

Horvitz, D. G., & Thompson, D. J. (1952). A generalization of sampling without replacement from a
finite universe. JASA, 47, 663-685. doi:10.1080/01621459.1952.10483446
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.outlets.resampling import generator_for
from analysis.outlets.sums import OWN_VOICE, used_articles

SEED = 20_260
STRATA = ("outlet", "voice", "score")


def draw_sample(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    n: int,
    measure: str,
    label: str | None = None,
    strata: Sequence[str] = STRATA,
    score_groups: int = 4,
    voices: Sequence[str] | None = None,
    seed: int = SEED,
) -> pd.DataFrame:
    """Draw segments to code, each with a known probability.

    Every stratum (outlet × voice × score group) gets the same number, as far as it has that
    many, so that rare voices and high scores are coded too; ``probability`` undoes that.

    Parameters
    ----------
    n : int
        Segments to draw: two a stratum where n allows it, at least one.
    measure, label : str
        Whose scores stratify; ``label`` may be left out where the measure has one.
    strata : sequence of {"outlet", "voice", "score", "event", "part"}
    score_groups : int
        Groups of equal size by score (ties stay together).
    voices : sequence of str, optional
        Draw from these voices only (``"outlet"`` includes scare quotes); all of them if not
        given. Estimates of a voice that was not drawn from cannot be corrected.

    Returns
    -------
    DataFrame
        ``segment_id, article_id, event, outlet, voice, part, text, score, stratum,
        n_stratum, n_drawn, probability``, sorted by segment.

    Raises
    ------
    ValueError
        On an unknown measure, a sample larger than the segments, or a measure of one value.
    """
    frame = _frame(scores, segments, articles, measure, label)
    if voices is not None:
        frame = frame[frame["voice"].isin(list(voices))].reset_index(drop=True)
    unknown = [name for name in strata if name not in ("outlet", "voice", "score", "event", "part")]
    if unknown:
        raise ValueError(f"strata may be outlet, voice, score, event, part; not {unknown}")
    if not 2 <= n <= len(frame):
        raise ValueError(
            f"n is {n}, but there are {len(frame)} segments with a score: draw 2 to {len(frame)}"
        )
    if "score" in strata and frame["score"].nunique() == 1:
        raise ValueError(
            f"measure {measure!r} has no variance (every score is {frame['score'].iloc[0]}): "
            "leave 'score' out of strata, or check the scorer"
        )
    groups = frame["score"].rank(pct=True, method="max").mul(score_groups).sub(1e-9)
    frame["group"] = groups.astype(int).astype(str)
    columns = ["group" if name == "score" else name for name in strata]
    frame["stratum"] = frame[columns].astype(str).agg(" | ".join, axis=1) if columns else "all"
    sizes = frame.groupby("stratum")["segment_id"].count().sort_index()
    drawn = _share_out(sizes, n)
    frame["n_stratum"] = frame["stratum"].map(sizes)
    frame["n_drawn"] = frame["stratum"].map(drawn)
    frame["probability"] = frame["n_drawn"] / frame["n_stratum"]
    chosen = []
    for stratum, rows in frame.groupby("stratum"):
        generator = generator_for(seed, [str(stratum), *rows["segment_id"]])
        take = generator.permutation(len(rows))[: drawn[stratum]]
        chosen.append(rows.iloc[np.sort(take)])
    sample = pd.concat(chosen).drop(columns="group").sort_values("segment_id", ignore_index=True)
    assert sample["segment_id"].is_unique
    return sample


def _frame(scores, segments, articles, measure, label) -> pd.DataFrame:
    mine = scores[scores["measure"] == measure]
    if mine.empty:
        known = sorted(scores["measure"].unique())
        raise ValueError(f"no scores of measure {measure!r}; there are {known}")
    if label is None and mine["label"].nunique() > 1:
        raise ValueError(
            f"measure {measure!r} has the labels {sorted(mine['label'].unique())}: "
            "name one with label="
        )
    mine = mine if label is None else mine[mine["label"] == label]
    if mine.empty or mine["segment_id"].duplicated().any():
        raise ValueError(
            f"measure {measure!r}, label {label!r}: "
            + ("no scores" if mine.empty else "more than one score a segment; keep one scorer")
        )
    kept = used_articles(articles)[["article_id", "event", "outlet"]]
    columns = [c for c in segments if c not in ("event", "outlet", "score", "value")]
    frame = (
        segments[columns]
        .merge(kept, on="article_id", validate="many_to_one")
        .merge(mine[["segment_id", "value"]].rename(columns={"value": "score"}), on="segment_id")
    )
    frame = frame.dropna(subset=["score"]).sort_values("segment_id", ignore_index=True)
    frame["voice"] = frame["voice"].where(~frame["voice"].isin(OWN_VOICE), "outlet")
    if "part" not in frame:
        frame["part"] = "body"
    columns = ["segment_id", "article_id", "event", "outlet", "voice", "part", "text", "score"]
    return frame[columns]


def _share_out(sizes: pd.Series, n: int) -> Mapping[str, int]:
    """Share n out evenly over strata, none over its size, two or at least one of each."""
    if len(sizes) > n:
        raise ValueError(
            f"n is {n}, but there are {len(sizes)} strata and each needs one: draw more, or give "
            "fewer score_groups or strata"
        )
    drawn = sizes.clip(upper=2) if sizes.clip(upper=2).sum() <= n else sizes.clip(upper=1)
    while drawn.sum() < n:
        open_strata = drawn[drawn < sizes]
        left = n - drawn.sum()
        each = max(left // len(open_strata), 1)
        more = (sizes[open_strata.index] - open_strata).clip(upper=each)
        if more.sum() > left:  # the last few go to the largest strata, one each
            largest = sizes[open_strata.index].sort_values(ascending=False, kind="stable").index
            more = pd.Series(1, index=largest[:left])
        drawn = drawn.add(more, fill_value=0).astype(int)
    return drawn.to_dict()
