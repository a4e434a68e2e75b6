"""An article as a page, with what the suite found marked in its text.

Comes in: the finished tables and an article's id. Goes out: static HTML in which page furniture
(struck out), captions, each speaker (by a letter), reported speech and the outlet's own voice are
told apart by tags and type as well as by colour, so that the page reads in greyscale and where a
viewer drops the style sheet. Words that make a score are marked; a heavier line is a heavier
weight. Every piece of text is escaped: an article that holds ``<script>`` shows it as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

import pandas as pd

from analysis.figures.marking import mark_article
from analysis.figures.selection import Tables


class Page:
    """HTML that a notebook shows as it stands; ``str(page)`` is the HTML."""

    def __init__(self, body: str) -> None:
        self.body = body

    def _repr_html_(self) -> str:
        return f"<style>{read_style()}</style>{self.body}"

    def __str__(self) -> str:
        return self._repr_html_()


def show_article(
    article_id: str,
    data: Tables,
    *,
    measure: str | None = "loaded_words",
    labels: Sequence[str] | None = None,
    furniture: bool = True,
    paragraphs: int | None = None,
) -> Page:
    """Show one article with its voices, speakers, cuts and evidence marked.

    Parameters
    ----------
    article_id : str
        A row of ``data.articles``.
    data : Tables
        The finished tables of a run.
    measure : str or None
        Whose evidence is marked; none for ``None``.
    labels : sequence of str, optional
        Labels of the measure; all if not given.
    furniture : bool
        Show what was cut, struck out where it stood.
    paragraphs : int, optional
        Show so many paragraphs only; the rest is said to be left out.

    Returns
    -------
    Page

    Raises
    ------
    ValueError
        When the tables have no such article.
    """
    return Page(mark_article(article_id, data, measure, labels, furniture, paragraphs))


def show_pair(
    first: str,
    second: str,
    data: Tables,
    *,
    claims: pd.DataFrame | None = None,
    measure: str | None = "loaded_words",
    furniture: bool = True,
) -> Page:
    """Show two articles side by side, with the claims that both carry numbered alike.

    Parameters
    ----------
    first, second : str
        Ids of articles; one article alone where they are the same.
    data : Tables
        The finished tables of a run.
    claims : DataFrame, optional
        Rows of the table ``claims``.
    measure, furniture
        As for ``show_article``.
    """
    ids = list(dict.fromkeys([first, second]))
    notes = _shared_claims(claims, ids) if claims is not None and len(ids) == 2 else {}
    pages = [
        mark_article(one, data, measure, furniture=furniture, notes=notes.get(one, ()))
        for one in ids
    ]
    return Page(f'<div class="oa-pair">{"".join(pages)}</div>')


def choose_pair(data: Tables, event: str) -> tuple[str, str]:
    """Choose two used articles of an event, of different outlets, that share fewest claims."""
    used = data.articles[data.articles["used"] & (data.articles["event"] == event)]
    ids = list(used.sort_values(["outlet", "article_id"])["article_id"])
    if not ids:
        raise ValueError(f"no used article of event {event!r}")
    outlet = used.set_index("article_id")["outlet"]
    carried = data.claims[data.claims["status"] == "carried"]
    has = {one: set(carried.loc[carried["article_id"] == one, "claim_id"]) for one in ids}
    pairs = [pair for pair in combinations(ids, 2) if outlet[pair[0]] != outlet[pair[1]]]
    shared = {pair: len(has[pair[0]] & has[pair[1]]) for pair in pairs}
    some = [pair for pair in pairs if shared[pair]] or pairs
    return min(some, key=lambda pair: (shared[pair], pair)) if some else (ids[0], ids[0])


def find_sentences(
    data: Tables,
    *,
    measure: str = "loaded_words",
    label: str = "any",
    outlet: str | None = None,
    voice: str = "outlet",
    top: int = 8,
    lowest: bool = False,
) -> pd.DataFrame:
    """List the segments behind a dot: an outlet's highest (or lowest) scores, with their text.

    Returns
    -------
    DataFrame
        ``outlet, value, text, headline, published, article_id``; the most extreme first.
    """
    scores = data.scores
    scores = scores[(scores["measure"] == measure) & (scores["label"] == label)]
    about = data.articles.loc[
        data.articles["used"], ["article_id", "outlet", "headline", "published"]
    ]
    spoken = data.segments[data.segments["voice"] == voice]
    found = scores.merge(spoken[["segment_id", "text"]], on="segment_id").merge(
        about, on="article_id"
    )
    if outlet is not None:
        found = found[found["outlet"] == outlet]
    order = ["value", "segment_id"]
    found = found.dropna(subset="value").sort_values(order, ascending=[lowest, True])
    columns = ["outlet", "value", "text", "headline", "published", "article_id"]
    return found[columns].head(top).reset_index(drop=True)


def quote_word(keyness: pd.DataFrame, data: Tables, *, top: int = 10) -> pd.DataFrame:
    """List a sentence for each of the words most typical of an outlet.

    Returns
    -------
    DataFrame
        ``outlet, word, text, headline``; the words with the largest z first.
    """
    rows = keyness[(keyness["z"] > 0) & (keyness["segments"] != "")]
    rows = rows.sort_values(["typical", "z", "word"], ascending=[False, False, True]).head(top)
    first = rows["segments"].str.split(r"[\s,;]+", regex=True).str[0]
    named = rows.assign(segment_id=first).merge(
        data.segments[["segment_id", "article_id", "text"]], on="segment_id", how="inner"
    )
    named = named.merge(data.articles[["article_id", "headline"]], on="article_id")
    return named[["outlet", "word", "text", "headline"]].reset_index(drop=True)


def choose_article(data: Tables, *, outlet: str | None = None) -> str:
    """Choose the used article with the most speakers: the one that shows most at a glance."""
    articles = data.articles[data.articles["used"]]
    if outlet is not None:
        articles = articles[articles["outlet"] == outlet]
    if articles.empty:
        raise ValueError(f"no used article of outlet {outlet!r}" if outlet else "no used article")
    spoken = data.segments[data.segments["voice"].isin(["quoted", "attributed"])]
    speakers = spoken.groupby("article_id")["speaker"].nunique()
    ranked = articles.assign(n=articles["article_id"].map(speakers).fillna(0))
    return str(
        ranked.sort_values(["n", "article_id"], ascending=[False, True])["article_id"].iloc[0]
    )


def _shared_claims(claims: pd.DataFrame, ids: list[str]) -> dict[str, list[tuple[int, int, str]]]:
    """Return article → (start, end, number) of the sentences whose claim both articles carry."""
    rows = claims[claims["article_id"].isin(ids) & (claims["status"] == "carried")]
    both = rows.groupby("claim_id")["article_id"].nunique()
    rows = rows[rows["claim_id"].isin(set(both.index[both == 2]))].sort_values("start")
    first = rows[rows["article_id"] == ids[0]]
    number = {claim: str(n + 1) for n, claim in enumerate(dict.fromkeys(first["claim_id"]))}
    notes: dict[str, list[tuple[int, int, str]]] = {one: [] for one in ids}
    for row in rows.itertuples(index=False):
        notes[row.article_id].append((int(row.start), int(row.end), number[row.claim_id]))
    return notes


@cache
def read_style() -> str:
    """Return the style sheet of the page."""
    return Path(__file__).with_name("reader.css").read_text(encoding="utf-8")
