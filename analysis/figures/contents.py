"""What outlets say: the tables of names and claims → the rows that a page can show.

Chosen and summed, not measured: which things outlets call by different names, which claims most
outlets carry, and which only one of them has.
"""

from __future__ import annotations

import pandas as pd

from analysis.figures.escaping import as_markdown
from analysis.figures.names import count_of, list_of

_RANK = {"carried": 0, "cannot tell": 1, "not found": 2}


def list_concepts(
    labelling: pd.DataFrame, *, top: int = 6, terms: int = 14, rows: int = 36
) -> pd.DataFrame:
    """Choose the things that outlets call differently, and count their terms in all voices.

    Parameters
    ----------
    labelling : DataFrame
        Rows of the table ``labelling`` of one event.
    top, terms : int
        At most so many things, and terms for each.
    rows : int
        At most so many terms in all, as many as a page holds; a thing whose terms would not fit
        is left out, and the next that fits is taken.

    Returns
    -------
    DataFrame
        ``concept, term, outlet, count, spoken`` (of the count, in quoted or reported speech, or
        in a voice that could not be decided): concepts with two terms or more in two outlets or
        more; the researcher's own come first, then families of words, then names, the most
        used first.
    """
    own = labelling["voice"].isin(["outlet", "scare"])
    summed = (
        labelling.assign(spoken=labelling["count"].where(~own, 0))
        .groupby(["how", "concept", "term", "outlet"], as_index=False)[["count", "spoken"]]
        .sum()
    )
    total = summed.groupby(["how", "concept", "term"], as_index=False)["count"].sum()
    total = total.sort_values(["count", "term"], ascending=[False, True])
    total = total.groupby(["how", "concept"], sort=False).head(terms)
    kept = summed.merge(total[["how", "concept", "term"]], on=["how", "concept", "term"])
    about = kept.groupby(["how", "concept"]).agg(
        terms=("term", "nunique"), outlets=("outlet", "nunique"), n=("count", "sum")
    )
    about = about[(about["terms"] > 1) & (about["outlets"] > 1)].reset_index()
    rank = about["how"].map({"own": 0, "family": 1, "meaning": 2, "name": 3})
    about = about.assign(rank=rank).sort_values(
        ["rank", "n", "concept"], ascending=[True, False, True]
    )
    chosen, left = [], rows
    for row in about.itertuples():
        if len(chosen) < top and (row.terms <= left or not chosen):
            chosen.append(row.Index)
            left -= row.terms
    shown = kept.merge(about.loc[chosen, ["how", "concept"]], on=["how", "concept"])
    return shown[["concept", "term", "outlet", "count", "spoken"]].reset_index(drop=True)


def list_claims(claims: pd.DataFrame, *, top: int = 24) -> pd.DataFrame:
    """Choose the claims that most outlets carry, one row a claim and outlet.

    Parameters
    ----------
    claims : DataFrame
        Rows of the table ``claims`` of one event.
    top : int
        At most so many claims.

    Returns
    -------
    DataFrame
        The columns of ``claims``; where an outlet has several articles, the one that carries
        the claim, else the one for which it cannot be told.
    """
    ranked = claims.assign(rank=claims["status"].map(_RANK)).sort_values(
        ["claim_id", "outlet", "rank", "position", "article_id"]
    )
    one = ranked.drop_duplicates(["claim_id", "outlet"]).drop(columns="rank")
    carried = one[one["status"] == "carried"].groupby("claim_id")["outlet"].nunique()
    order = (
        carried.rename("n").reset_index().sort_values(["n", "claim_id"], ascending=[False, True])
    )
    return one[one["claim_id"].isin(set(order["claim_id"].head(top)))].reset_index(drop=True)


def list_exclusive(claims: pd.DataFrame) -> pd.DataFrame:
    """List the claims that one outlet alone carries, the earliest in its article first.

    Claims for which it cannot be told whether another outlet has them are left out.
    """
    unsure = set(claims.loc[claims["status"] == "cannot tell", "claim_id"])
    alone = claims[(claims["status"] == "carried") & (claims["only_outlet"] != "")]
    alone = alone[~alone["claim_id"].isin(unsure)].sort_values(["outlet", "position", "claim_id"])
    columns = ["outlet", "claim", "position", "voice", "speaker", "cue"]
    return alone[columns].reset_index(drop=True)


@as_markdown
def say_claims(claims: pd.DataFrame) -> str:
    """Say how many claims there are, how many all outlets carry, and how many one alone."""
    if claims.empty:
        return "There are no claims to compare: one article in use, or the run did not find claims."
    n_outlets = claims["outlet"].nunique()
    by_claim = claims[claims["status"] == "carried"].groupby("claim_id")["outlet"].nunique()
    everyone = int((by_claim == n_outlets).sum())
    alone = list_exclusive(claims)
    unsure = float((claims["status"] == "cannot tell").mean())
    most = alone["outlet"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    named = [f"{outlet} ({n})" for outlet, n in most.head(3).items()]
    tail = f", most of them in {list_of(named)}" if named else ""
    return (
        f"Of {count_of(claims['claim_id'].nunique(), 'claim')} in {count_of(n_outlets, 'outlet')}, "
        f"{_are(everyone)} carried by all and {_are(len(alone))} carried by one alone{tail}. For "
        f"{unsure:.0%} of the pairs of a claim and an article it cannot be told."
    )


def _are(n: int) -> str:
    return "none is" if n == 0 else "1 is" if n == 1 else f"{n:,} are"
