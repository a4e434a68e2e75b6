"""A second opinion on contrasts: a linear mixed model beside the bootstrap.

Comes in: ``scores``, ``segments``, ``articles``. Goes out: each outlet minus the mean of outlets
as the model sees it, beside ``compare_outlets``. The model is

    score = outlet (fixed) + event (random) + article (random) + segment,

fitted by restricted maximum likelihood. It takes every segment to count once and its errors to
be normal with one variance, which loaded-word rates are not; the bootstrap takes neither. Where
the two disagree by more than a standard error, look at the articles before believing either.

Bates, D., Mächler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models
using lme4. Journal of Statistical Software, 67(1). doi:10.18637/jss.v067.i01
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from analysis.outlets.estimates import compare_outlets
from analysis.outlets.sums import LINEAGES_KEPT, OWN_VOICE, own_segments, used_articles

MOST_SEGMENTS = 20_000


def fit_random_effects(
    frame: pd.DataFrame,
    *,
    formula: str,
    groups: str,
    random: str = "1",
    nested: str | None = None,
) -> Any:
    """Fit a mixed model and return statsmodels' result.

    Parameters
    ----------
    formula : str
        Fixed part, such as ``"value ~ outlet"``.
    groups, random : str
        Column of groups, and what varies over them (``"1"``, ``"1 + days"``).
    nested : str, optional
        Column of units within groups with a random intercept of their own.

    Raises
    ------
    ValueError
        When the response has no variance.
    """
    import statsmodels.formula.api as smf

    response = formula.split("~")[0].strip()
    if frame[response].nunique() < 2:
        raise ValueError(
            f"{response!r} has no variance ({len(frame)} rows are all "
            f"{frame[response].iloc[0] if len(frame) else 'missing'}): no model can be fitted"
        )
    parts = None if nested is None else {nested: f"0 + C({nested})"}
    model = smf.mixedlm(formula, frame, groups=groups, re_formula=random, vc_formula=parts)
    with warnings.catch_warnings():
        # A variance estimated as 0 is an answer here, not an accident.
        warnings.simplefilter("ignore")
        return model.fit(reml=True, method=["lbfgs", "powell"])


def fit_outlets(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    measure: str,
    label: str,
    voice: str = "outlet",
    lineage: str = "with wire",
    shared: pd.DataFrame | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return each outlet minus the mean of outlets, by the mixed model.

    Beyond 20,000 segments the model is fitted to article means (the article effect is then its
    residual), as the fit grows with the square of articles.

    Returns
    -------
    DataFrame
        ``outlet, measure, label, voice, estimate, low, high, standard_error, level, n_articles,
        n_segments, fitted_to`` (segments or article means), ``sd_event, sd_article, sd_segment``.
    """
    from scipy.stats import norm

    frame = _segment_frame(scores, segments, articles, measure, label, voice, lineage, shared)
    outlets = sorted(frame["outlet"].unique())
    if len(outlets) < 2:
        raise ValueError(f"a mixed model compares outlets, and there is only {outlets}")
    counts = frame.groupby("outlet").agg(
        n_articles=("article_id", "nunique"), n_segments=("value", "size")
    )
    fitted_to = "segments"
    if len(frame) > MOST_SEGMENTS:
        keys = ["article_id", "event", "outlet"]
        frame = frame.groupby(keys, as_index=False)["value"].mean()
        fitted_to = "article means"
    frame["outlet"] = pd.Categorical(frame["outlet"], outlets)
    several = frame["event"].nunique() > 1
    nested = "article_id" if several and fitted_to == "segments" else None
    groups = "event" if several else "article_id"
    fit = fit_random_effects(frame, formula="value ~ C(outlet, Sum)", groups=groups, nested=nested)
    # Sum coding: coefficient j is outlet j minus the mean of outlets; the last is minus the rest.
    terms = np.zeros((len(outlets), len(fit.fe_params)))
    terms[:-1, 1:] = np.eye(len(outlets) - 1)
    terms[-1, 1:] = -1
    estimate = terms @ fit.fe_params.to_numpy()
    covariance = fit.cov_params().iloc[: len(fit.fe_params), : len(fit.fe_params)].to_numpy()
    error = np.sqrt(np.diag(terms @ covariance @ terms.T))
    reach = norm.ppf((1 + level) / 2) * error
    between = float(np.sqrt(fit.cov_re.iloc[0, 0]))
    inner = float(np.sqrt(fit.vcomp[0])) if nested else np.nan
    return pd.DataFrame(
        {
            "outlet": outlets,
            "measure": measure,
            "label": label,
            "voice": voice,
            "estimate": estimate,
            "low": estimate - reach,
            "high": estimate + reach,
            "standard_error": error,
            "level": level,
            **{name: counts[name].to_numpy() for name in counts},
            "fitted_to": fitted_to,
            "sd_event": between if several else np.nan,
            "sd_article": inner if several else between,
            "sd_segment": float(np.sqrt(fit.scale)),
        }
    )


def compare_with_model(
    scores: pd.DataFrame,
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    measure: str,
    label: str,
    voice: str = "outlet",
    lineage: str = "with wire",
    shared: pd.DataFrame | None = None,
    **choices: Any,
) -> pd.DataFrame:
    """Return bootstrap and mixed-model contrasts of each outlet side by side.

    Returns
    -------
    DataFrame
        ``outlet, n_articles``, then ``estimate, low, high, standard_error`` of each
        (``_bootstrap``, ``_model``), and ``apart``: their difference in units of the larger
        standard error.
    """
    mine = scores[(scores["measure"] == measure) & (scores["label"] == label)]
    common = {"lineage": lineage, "shared": shared}
    ours = compare_outlets(
        mine, segments, articles, weights="segments", voices=[voice], **common, **choices
    )
    theirs = fit_outlets(
        mine, segments, articles, measure=measure, label=label, voice=voice, **common
    )
    columns = ["outlet", "estimate", "low", "high", "standard_error"]
    both = ours[[*columns, "n_articles"]].merge(
        theirs[columns], on="outlet", suffixes=("_bootstrap", "_model"), validate="one_to_one"
    )
    larger = both[["standard_error_bootstrap", "standard_error_model"]].max(axis=1)
    both["apart"] = (both["estimate_bootstrap"] - both["estimate_model"]) / larger
    return both


def _segment_frame(scores, segments, articles, measure, label, voice, lineage, shared):
    if lineage not in LINEAGES_KEPT:
        raise ValueError(f"lineage may be one of {LINEAGES_KEPT}, not {lineage!r}")
    mine = scores[(scores["measure"] == measure) & (scores["label"] == label)]
    heard = OWN_VOICE if voice == "outlet" else (voice,)
    spoken = segments[segments["voice"].isin(heard)]
    if lineage == "own sentences":
        if shared is None:
            raise ValueError("lineage='own sentences' needs shared=, the shared sentences")
        spoken = own_segments(spoken, shared, articles)
    kept = used_articles(articles, lineage)[["article_id", "event", "outlet"]]
    frame = (
        mine[["segment_id", "value"]]
        .merge(spoken[["segment_id", "article_id"]], on="segment_id")
        .merge(kept, on="article_id", validate="many_to_one")
        .dropna(subset=["value"])
        .sort_values("segment_id", ignore_index=True)
    )
    if frame.empty:
        raise ValueError(f"no scores of {measure!r}, {label!r} in voice {voice!r}")
    return frame.astype({"event": str, "outlet": str, "article_id": str})
