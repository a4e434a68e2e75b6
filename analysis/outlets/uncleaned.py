"""The same corpus with cleaning off: what the page furniture would have done to a result.

Comes in: ``articles`` and ``cuts`` of a run. Goes out: ``scores``, ``segments`` and ``articles`` of
the raw texts, with furniture, repeats and broken characters as they were found, in the form that
``robustness.run_specifications`` takes for ``cleaning: off``. Which articles are used and which
event they belong to stays as it was decided on clean text, so that cleaning alone differs. Scored
are the word lists; measures with weights need a run of their own and are missing here.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.loaded_language import score_word_lists
from analysis.tables import SCORED_LANGUAGES
from analysis.text.actors import find_actors
from analysis.text.cleaning import undo
from analysis.text.quotations import find_quotations
from analysis.text.sentences import split_sentences
from analysis.text.voice import split_voices


def score_uncleaned(
    articles: pd.DataFrame, cuts: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Score the raw texts of the used articles by the word lists.

    Parameters
    ----------
    articles, cuts : DataFrame
        Tables of a finished run.

    Returns
    -------
    tuple of DataFrame
        ``scores, segments, articles``, the last with raw texts.
    """
    used = articles[articles["used"].astype(bool) & articles["language"].isin(SCORED_LANGUAGES)]
    of_article = dict(list(cuts.groupby("article_id")))
    none = cuts.iloc[:0]
    texts = [
        undo(text, of_article.get(article, none))
        for article, text in zip(used["article_id"], used["text"], strict=True)
    ]
    raw = used.assign(text=texts).reset_index(drop=True)
    sentences = split_sentences(raw, find_lines(raw))
    segments = split_voices(
        sentences, find_quotations(raw, sentences, actors=find_actors(raw, sentences))
    )
    return score_word_lists(segments).scores, segments, raw


def find_lines(articles: pd.DataFrame) -> pd.DataFrame:
    """Return each line of raw text as a paragraph; the first is taken for the headline."""
    rows = []
    for article, text in zip(articles["article_id"], articles["text"], strict=True):
        place, number = 0, 0
        for line in str(text).split("\n"):
            if line.strip():
                start = place + len(line) - len(line.lstrip())
                part = ("headline", "lead")[number] if number < 2 else "body"
                rows.append((article, number, start, place + len(line.rstrip()), part))
                number += 1
            place += len(line) + 1
    columns = ["article_id", "paragraph", "start", "end", "part"]
    return pd.DataFrame(rows, columns=columns)
