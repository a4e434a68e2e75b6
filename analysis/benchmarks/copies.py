"""How well copies of an article, spun rewrites and lost quotation marks are found.

Comes in: ``same_event`` below a folder of labelled sets. Goes out: ``copy_recall``,
``copy_precision`` and ``recovered_quote_f1`` on copies made from its articles (``altered.py``),
against all other articles, those of the same event among them; beside them what datasketch's
MinHash alone finds. All are shares between 0 and 1, higher is better.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.benchmarks import figure, interval_over
from analysis.benchmarks.altered import Copy, make_copy, spin
from analysis.benchmarks.labelled_articles import as_articles, read_same_event
from analysis.tables import UNKNOWN

_SEED = 7


def measure_lineage(data: Path, *, copies: int | None = None) -> dict[str, Any]:
    """Measure how many made copies are found, how many finds are right, and lost marks.

    One article of each event gets a copy; every second copy has lost its outlet, address and
    date too. ``copies`` limits how many, for a quick look.
    """
    from analysis.text.lineage import find_lineage

    articles = read_same_event(data)
    sources = articles.groupby("gold").sample(1, random_state=_SEED).head(copies)
    made = {
        f"copy-{row.article_id}": (row, make_copy(row.text, seed=_SEED + at))
        for at, row in enumerate(sources.itertuples(index=False))
    }
    corpus = pd.concat([articles, _copies_table(made)], ignore_index=True)
    found = find_lineage(corpus)
    marked = found.articles.set_index("article_id")
    copies_found = marked[~marked["used"] & (marked["lineage"] == "copy")]
    true = {one: row.article_id for one, (row, _) in made.items()}
    stands = {one: _stands_for(one, marked) for one in marked.index}
    recall = np.array([stands[one] == stands[source] for one, source in true.items()])
    right = [
        true.get(one) == of or true.get(of) == one
        for one, of in zip(copies_found.index, copies_found["lineage_of"], strict=True)
    ]
    kept = np.array([marked.at[source, "used"] for source in true.values()])
    spun, honest = _measure_rewrites(articles, sources)
    marks = _measure_marks(articles, sources, find_lineage)
    return {
        "figures": {
            "copy_recall": _share(recall, "made copies"),
            "copy_precision": _share(np.array(right), "articles marked as copies"),
            "original_kept": _share(kept, "made copies"),
            "rewrite_recall": _share(spun, "spun articles"),
            "rewrite_false_alarms": _share(honest, "articles of other outlets on one event"),
            "recovered_quote_f1": marks,
        },
        "baselines": _minhash_alone(corpus, true),
        "notes": [
            "copies: paragraphs reordered, marks lost, a fifth cut, six lines of furniture; not "
            "cleaned before; one an event, among all articles",
            "original_kept: the article, not its copy, stands for the story",
            "recovered_quote_f1: words that stood in paired marks in the article, in a copy "
            "without any mark, the article beside it; paragraphs whose marks do not pair left out",
        ],
    }


def _copies_table(made: dict[str, tuple[Any, Copy]]) -> pd.DataFrame:
    return as_articles(
        {"article_id": one, "text": copy.text, "gold": row.gold}
        | ({"outlet": row.outlet, "published": row.published} if at % 2 else {})
        for at, (one, (row, copy)) in enumerate(made.items())
    )


def _stands_for(one: str, marked: pd.DataFrame) -> str:
    """Return the article that stands for the story of ``one``; itself if it is in use."""
    of = marked.at[one, "lineage_of"]
    return one if marked.at[one, "used"] or pd.isna(of) else str(of)


def _measure_rewrites(articles: pd.DataFrame, sources: pd.DataFrame) -> tuple:
    """Return which spun articles are set aside as rewrites, and which honest ones are.

    A spun text is dated a day later where its original has a date. What an agency wrote is left
    out: in other words it is wire copy.
    """
    from analysis.text.lineage import find_lineage
    from analysis.text.reading.agencies import agency_named

    some = sources[[not agency_named(row.outlet, row.url) for row in sources.itertuples()]]
    some = some.iloc[::4]
    dates = pd.to_datetime(some["published"], errors="coerce", format="%Y-%m-%d")
    later = dates + pd.Timedelta(days=1)
    some = some.assign(published=later.dt.strftime("%Y-%m-%d").fillna(UNKNOWN))
    spun = as_articles(
        {
            "article_id": f"spun-{row.article_id}",
            "text": spin(row.text, seed=_SEED + at),
            "outlet": "Spinning Mill",
            "published": row.published,
            "gold": row.gold,
        }
        for at, row in enumerate(some.itertuples(index=False))
    )
    same = articles[articles["gold"].isin(some["gold"])]
    marked = find_lineage(pd.concat([same, spun], ignore_index=True)).articles
    aside = (marked["lineage"] == "rewrite") & ~marked["used"]
    mine = marked["article_id"].str.startswith("spun-")
    return aside[mine].to_numpy(), aside[~mine].to_numpy()


def _measure_marks(articles: pd.DataFrame, sources: pd.DataFrame, find_lineage) -> dict[str, Any]:
    """Return word F1 of the marks recovered in copies that lost them, the article beside them."""
    from analysis.text.quotations import find_quotations
    from analysis.text.sentences import split_sentences

    made = {
        f"copy-{row.article_id}": (row, make_copy(row.text, seed=_SEED + at, cut=0, furniture=0))
        for at, row in enumerate(sources.iloc[::4].itertuples(index=False))
    }
    kept = articles[articles["gold"].isin([row.gold for row, _ in made.values()])]
    corpus = pd.concat([kept, _copies_table(made)], ignore_index=True)
    lineage = find_lineage(corpus)
    sentences = split_sentences(lineage.articles, _paragraphs(lineage.articles))
    quotations = find_quotations(lineage.articles, sentences, shared=lineage.shared)
    recovered = quotations[quotations["recovered"].astype(bool)]
    spans = {one: rows[["start", "end"]] for one, rows in recovered.groupby("article_id")}
    counts = []
    for one, (_, copy) in made.items():
        ours = spans[one].itertuples(index=False, name=None) if one in spans else ()
        counts.append(_overlap(copy, ours))
    counts = np.array(counts, dtype=float)

    def f1(places: np.ndarray) -> float:
        both, gold, ours = counts[places].sum(axis=0)
        return 2 * both / max(gold + ours, 1)

    low, high = interval_over(counts, f1)
    value = f1(np.arange(len(counts)))
    return figure(value, low=low, high=high, n=len(counts), unit="articles")


def _overlap(copy: Copy, ours) -> tuple[int, int, int]:
    """Count the words in both, in the copy's quoted spans, and in ours; undecided ones left out."""
    marked = np.zeros((3, len(copy.text) + 1), dtype=bool)
    for row, spans in enumerate((copy.quoted, ours, copy.undecided)):
        for start, end in spans:
            marked[row, start:end] = True
    starts = [found.start() for found in re.finditer(r"\S+", copy.text)]
    theirs, found, undecided = marked[:, starts]
    both = theirs & found & ~undecided
    return int(both.sum()), int((theirs & ~undecided).sum()), int((found & ~undecided).sum())


def _paragraphs(articles: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for article in articles.itertuples(index=False):
        at = 0
        for place, part in enumerate(article.text.split("\n\n")):
            rows.append((article.article_id, place, at, at + len(part), "body"))
            at += len(part) + 2
    return pd.DataFrame(rows, columns=["article_id", "paragraph", "start", "end", "part"])


def _minhash_alone(corpus: pd.DataFrame, true: dict[str, str]) -> dict[str, Any]:
    """Run datasketch as its documentation shows: word 5-shingles, 128 hashes, one threshold."""
    from datasketch import MinHash, MinHashLSH

    sketches = {}
    for row in corpus.itertuples(index=False):
        words = row.text.lower().split()
        shingles = {" ".join(words[at : at + 5]).encode() for at in range(len(words) - 4)}
        sketches[row.article_id] = sketch = MinHash(num_perm=128)
        sketch.update_batch(sorted(shingles))
    results = {}
    for threshold in (0.5, 0.8):
        index = MinHashLSH(threshold=threshold, num_perm=128)
        for one, sketch in sketches.items():
            index.insert(one, sketch)
        found = {one: set(index.query(sketches[one])) - {one} for one in sketches}
        right = np.array([source in found[one] for one, source in true.items()])
        pairs = {tuple(sorted((one, other))) for one in found for other in found[one]}
        known = {tuple(sorted(pair)) for pair in true.items()}
        results[f"datasketch MinHash, threshold {threshold}"] = {
            "copy_recall": _share(right, "made copies"),
            "copy_precision": _share(np.array([pair in known for pair in pairs]), "pairs"),
        }
    return results


def _share(values: np.ndarray, unit: str) -> dict[str, Any]:
    if not len(values):
        return figure(None, n=0, unit=unit)
    low, high = interval_over(values, lambda places: float(values[places].mean()))
    return figure(float(values.mean()), low=low, high=high, n=len(values), unit=unit)
