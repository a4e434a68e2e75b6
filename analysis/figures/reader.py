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

from analysis.figures.marking import Note, mark_article
from analysis.figures.selection import ALL, Tables

LEAST_WORDS = 4  # of a segment that is shown before all others


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
    measure: str | Sequence[str] | None = "loaded_words",
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
    measure : str, sequence of str or None
        Whose evidence is marked: words (``loaded_words``, ``loaded_language``, ``tone_words``),
        actors (``sentiment_toward``), frames (``policy_frames``, …); none for ``None``.
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
    measure: str | Sequence[str] | None = "loaded_words",
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
    event: str = ALL,
    top: int = 8,
    lowest: bool = False,
) -> pd.DataFrame:
    """List the segments behind a dot: an outlet's highest (or lowest) scores, with their text.

    Returns
    -------
    DataFrame
        ``outlet, value, text, headline, published, article_id``; the most extreme first, fragments
        last.
    """
    chosen = {"measure": measure, "label": label, "outlet": outlet, "voice": voice, "event": event}
    found = find_segments(data, **chosen, lowest=lowest)
    columns = ["outlet", "value", "text", "headline", "published", "article_id"]
    return found[columns].head(top).reset_index(drop=True)


def find_segments(
    data: Tables,
    *,
    measure: str,
    label: str,
    outlet: str | None = None,
    voice: str = "outlet",
    event: str = ALL,
    lowest: bool = False,
) -> pd.DataFrame:
    """Return all segments that an estimate is made of, with ``segment_id, start`` and their text.

    Of used articles, in one voice, scored; the highest first (or the lowest). Fragments of fewer
    than ``LEAST_WORDS`` words ("he said") come after all others: they are in the estimate, but no
    reader can judge by them.
    """
    scores = data.scores
    scores = scores[(scores["measure"] == measure) & (scores["label"] == label)]
    used = data.articles[data.articles["used"]]
    used = used if event == ALL else used[used["event"] == event]
    used = used if outlet is None else used[used["outlet"] == outlet]
    about = used[["article_id", "outlet", "headline", "published"]]
    spoken = data.segments
    if voice != ALL:
        spoken = spoken[spoken["voice"] == voice]
    where = ["segment_id", "start", "end", "part", "text"]
    found = scores.merge(spoken[where], on="segment_id")
    found = found.merge(about, on="article_id").dropna(subset="value")
    found["short"] = found["text"].str.count(r"\w+") < LEAST_WORDS
    order = ["short", "value", "segment_id"]
    found = found.sort_values(order, ascending=[True, lowest, True], ignore_index=True)
    return found.drop(columns="short")


def show_rows(rows: pd.DataFrame) -> Page:
    """Show a table with its texts in full (a data frame cuts them at fifty letters), escaped."""
    with pd.option_context("display.max_colwidth", None):
        table = rows.to_html(
            index=False, escape=True, border=0, classes="oa-rows", float_format="{:.3g}".format
        )
    return Page(table)


def quote_word(keyness: pd.DataFrame, data: Tables, *, top: int = 10) -> pd.DataFrame:
    """List a sentence for each of the words most typical of an outlet.

    Returns
    -------
    DataFrame
        ``outlet, word, text, headline``; the words with the largest z first.
    """
    rows = keyness[(keyness["z"] > 0) & (keyness["segments"] != "")]
    rows = rows.sort_values(["typical", "z", "word"], ascending=[False, False, True]).head(top)
    return quote_first(rows, data)[["outlet", "word", "text", "headline"]]


def quote_first(rows: pd.DataFrame, data: Tables) -> pd.DataFrame:
    """Return rows with the text behind them: of the segments that each names, one.

    The first that is no fragment (``LEAST_WORDS``), or the first of all.

    Parameters
    ----------
    rows : DataFrame
        With ``segments``, ids parted by spaces; rows without an id are left out.
    data : Tables
        The finished tables of a run.

    Returns
    -------
    DataFrame
        The rows in their order, with ``text, headline`` in place of ``segments``.
    """
    known = data.segments.drop_duplicates("segment_id").set_index("segment_id")
    long = set(known.index[known["text"].str.count(r"\w+") >= LEAST_WORDS])
    chosen = []
    for ids in rows["segments"].astype(str).str.split(r"[\s,;]+", regex=True):
        there = [one for one in ids if one in known.index]
        chosen.append(next((one for one in there if one in long), there[0] if there else ""))
    named = rows.drop(columns="segments").assign(segment_id=chosen)
    named = named[named["segment_id"] != ""]
    named["text"] = named["segment_id"].map(known["text"])
    headline = data.articles.set_index("article_id")["headline"]
    named["headline"] = named["segment_id"].map(known["article_id"]).map(headline)
    return named.drop(columns="segment_id").reset_index(drop=True)


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


def _shared_claims(claims: pd.DataFrame, ids: list[str]) -> dict[str, list[Note]]:
    """Return article → the sentences whose claim both articles carry, numbered alike."""
    rows = claims[claims["article_id"].isin(ids) & (claims["status"] == "carried")]
    both = rows.groupby("claim_id")["article_id"].nunique()
    rows = rows[rows["claim_id"].isin(set(both.index[both == 2]))].sort_values("start")
    first = rows[rows["article_id"] == ids[0]]
    number = {claim: str(n + 1) for n, claim in enumerate(dict.fromkeys(first["claim_id"]))}
    notes: dict[str, list[Note]] = {one: [] for one in ids}
    for row in rows.itertuples(index=False):
        note = Note(int(row.start), int(row.end), number[row.claim_id], str(row.claim_id))
        notes[row.article_id].append(note)
    return notes


@cache
def read_style() -> str:
    """Return the style sheet of the page."""
    return Path(__file__).with_name("reader.css").read_text(encoding="utf-8")
