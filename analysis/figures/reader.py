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
    first: str, second: str, data: Tables, *, measure: str | None = "loaded_words", **options
) -> Page:
    """Show two articles side by side; options as for ``show_article``."""
    pages = [show_article(one, data, measure=measure, **options).body for one in (first, second)]
    return Page(f'<div class="oa-pair">{"".join(pages)}</div>')


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


@cache
def read_style() -> str:
    """Return the style sheet of the page."""
    return Path(__file__).with_name("reader.css").read_text(encoding="utf-8")
