"""Word choice: which words are typical of an outlet in its report of an event.

Comes in: ``segments`` and ``articles``. Goes out: ``keyness``, one row per event, outlet and
word: how much more the outlet uses the word than the other outlets of the event together.
**Above 0: the outlet uses it more.** The prior spreads ``prior_words`` words as all events of
the corpus use them (Monroe et al. 2008), so that words common everywhere, or seen once or
twice, are held near 0. A word is ``typical`` only if it is found beyond chance among all words
tested, in two articles of the outlet or more, still with any one of them left out, and with
articles instead of words as what is drawn. With one article an outlet there are no typical words, only a
description of that article. It does not know senses, nor that two words mean the same.
"""  # noqa: E501

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.measures.keyness import (
    adjust_false_discovery,
    article_variance,
    informative_prior,
    log_odds,
)
from analysis.measures.word_matching import find_words, split_blocks
from analysis.tables import SCORED_LANGUAGES, TABLES, empty_table

VOICES = {"outlet": ("outlet", "scare"), "quoted": ("quoted",), "attributed": ("attributed",)}
LEVEL = 0.95
Z_LEVEL = 1.959963984540054


def compare_words(
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    voice: str = "outlet",
    prior_words: float = 500.0,
    min_count: int = 2,
    false_discovery: float = 0.05,
    examples: int = 10,
) -> pd.DataFrame:
    """Return the words that set each outlet apart from the others of an event.

    Parameters
    ----------
    segments, articles : DataFrame
        Tables of those names. Articles that are not ``used``, or not in English, are left out.
    voice : {"outlet", "quoted", "attributed", "all"}
        Whose words; ``outlet`` includes scare quotes, which are the outlet's choice.
    prior_words : float
        Size of the prior in words: more holds estimates nearer to 0.
    min_count : int
        Words of the event seen less often are counted in the totals, not tested.
    false_discovery : float
        Share of false finds allowed among the ``typical`` words of an event and outlet.
    examples : int
        Segments named, at most, per word that the outlet uses more (z above 1.96).

    Returns
    -------
    DataFrame
        Table ``keyness``. ``estimate``, ``low``, ``high`` are differences of log odds (natural
        logarithm); ``z``, ``p`` (two-sided) and ``p_adjusted`` (Benjamini-Hochberg over the
        words of an event and outlet) use the variance for words drawn one by one;
        ``z_articles`` the one for articles; ``z_without_one`` is the z nearest to 0 (or
        beyond) with one article of the outlet left out; ``dispersion`` is Gries's DP, 0 even
        to 1 all in one article. p values are missing where the outlet has one article.

    Raises
    ------
    ValueError
        When ``voice`` is not one of the values, or ``prior_words`` is not above 0.

    Examples
    --------
    >>> compare_words(segments, articles).query("typical")
    """
    if voice != "all" and voice not in VOICES:
        raise ValueError(f"voice may be one of {[*VOICES, 'all']}, not {voice!r}")
    if not prior_words > 0:
        raise ValueError(f"prior_words must be above 0, not {prior_words!r}")
    used = articles[articles["used"] & articles["language"].isin(SCORED_LANGUAGES)]
    used = used.sort_values("article_id", ignore_index=True)
    chosen = segments[segments["article_id"].isin(used["article_id"])]
    if voice != "all":
        chosen = chosen[chosen["voice"].isin(VOICES[voice])]
    chosen = chosen.sort_values(["article_id", "start"], ignore_index=True)
    counted = count_words_by_article(chosen, used["article_id"])
    # The background holds every event, the compared one too: no word of it is without a prior.
    background = np.asarray(counted.counts.sum(axis=0)).ravel()
    prior = informative_prior(background, prior_words) if len(background) else background
    tables = [
        _compare_event(event, rows, used, counted, prior, min_count, false_discovery)
        for event, rows in used.groupby("event", sort=True).indices.items()
    ]
    tables = [table for table in tables if len(table)]
    if not tables:
        return empty_table("keyness")
    result = pd.concat(tables, ignore_index=True).assign(voice=voice, level=LEVEL, segments="")
    marked = result["z"] > Z_LEVEL
    if examples and marked.any():
        result.loc[marked, "segments"] = _find_segments(chosen, used, result[marked], examples)
    return result[list(TABLES["keyness"].columns)]


class WordCounts(NamedTuple):
    """Counts of each word in each article: words in alphabetical order, rows of ``articles``."""

    words: np.ndarray
    counts: object  # scipy.sparse, articles by words


def count_words_by_article(segments: pd.DataFrame, article_ids: pd.Series) -> WordCounts:
    """Count the words (in lower case, without a possessive ending) of each article."""
    from scipy.sparse import coo_matrix

    places = pd.Series(np.arange(len(article_ids)), index=article_ids.to_numpy())
    article = places.reindex(segments["article_id"]).to_numpy(dtype=np.int64)
    number: dict[int, int] = {}
    words: list[str] = []
    rows, columns, counts = [], [], []
    done = 0
    for block in split_blocks(segments["text"].tolist()):
        found = find_words(block)
        keys, first, inverse = np.unique(found.keys, return_index=True, return_inverse=True)
        text = np.searchsorted(found.first, first, side="right") - 1
        for key, place, at in zip(keys.tolist(), first, text, strict=True):
            if key not in number:
                number[key] = len(words)
                offset = found.offsets[at]
                word = block[at][found.starts[place] - offset : found.ends[place] - offset]
                words.append(_plain(word))
        ids = np.array([number[key] for key in keys.tolist()], dtype=np.int64)[inverse]
        owner = np.repeat(article[done : done + len(block)], np.diff(found.first))
        cells, times = np.unique(owner << 32 | ids, return_counts=True)
        rows.append(cells >> 32)
        columns.append(cells & 0xFFFFFFFF)
        counts.append(times)
        done += len(block)
    shape = (len(article_ids), len(words))
    if not rows:
        return WordCounts(np.array([], dtype=object), coo_matrix(shape).tocsr())
    matrix = coo_matrix(
        (np.concatenate(counts), (np.concatenate(rows), np.concatenate(columns))), shape=shape
    ).tocsr()
    order = np.argsort(np.array(words, dtype=object), kind="stable")
    return WordCounts(np.array(words, dtype=object)[order], matrix[:, order])


def _compare_event(
    event: str,
    rows: np.ndarray,
    articles: pd.DataFrame,
    counted: WordCounts,
    prior: np.ndarray,
    min_count: int,
    false_discovery: float,
) -> pd.DataFrame:
    """Compare each outlet of one event with the others of the event together."""
    counts = counted.counts[rows].astype(np.float64)
    here = np.flatnonzero(counts.getnnz(axis=0))
    counts, words = counts[:, here], counted.words[here]
    outlets = articles["outlet"].to_numpy()[rows]
    names = sorted(set(outlets))
    if len(names) < 2:
        return pd.DataFrame()
    total = np.asarray(counts.sum(axis=0)).ravel()
    tested = total >= min_count
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    size = prior.sum()
    frames = []
    for outlet in names:
        own = outlets == outlet
        if not lengths[own].any() or not lengths[~own].any():
            continue
        frame = _compare_sides(counts, lengths, own, prior[here], tested, size=size)
        frame.insert(0, "word", words[tested])
        frame.insert(0, "outlet", outlet)
        frame.insert(0, "event", event)
        n_articles = int(own.sum())
        frame["n_articles"], frame["n_outlets"] = n_articles, len(names)
        frame["p_adjusted"] = adjust_false_discovery(frame["p"].to_numpy())
        found = frame["p_adjusted"] < false_discovery
        spread = (frame["n_articles_with"] >= 2) & (frame["z_without_one"] > Z_LEVEL)
        held = frame["z_articles"] > Z_LEVEL
        above = frame["estimate"] > 0
        frame["typical"] = found & above & spread & held
        frame["reason"] = np.select(
            [frame["typical"], ~above, frame["n_articles_with"] < 2, ~found, ~spread, ~held],
            [
                "typical",
                "not used more than by the others",
                "in one article of the outlet",
                "not beyond chance",
                "rests on one article",
                "not beyond chance when articles are drawn",
            ],
            "not beyond chance",
        )
        if n_articles < 2 or int((~own).sum()) < 2:
            frame[["p", "p_adjusted", "z_articles", "z_without_one"]] = np.nan
            frame["typical"] = False
            who = "the outlet has" if n_articles < 2 else "the others have"
            frame["reason"] = f"{who} one article"
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _compare_sides(counts, lengths, own, prior, tested, *, size) -> pd.DataFrame:
    from scipy.special import ndtr

    sides = []
    for side in (own, ~own):
        part = counts[side]
        sides.append(
            (
                np.asarray(part.sum(axis=0)).ravel(),
                np.asarray(part.power(2).sum(axis=0)).ravel(),
                part.T @ lengths[side],
                lengths[side],
            )
        )
    (y, squares, products, of_own), (y_others, squares_o, products_o, of_others) = sides
    n, n_others = of_own.sum(), of_others.sum()
    odds = log_odds(y, y_others, prior, size=size, n=n, n_others=n_others)
    spread = article_variance(squares, products, y, prior, of_own, size=size)
    spread += article_variance(squares_o, products_o, y_others, prior, of_others, size=size)
    half = Z_LEVEL * np.sqrt(odds.variance)
    frame = pd.DataFrame(
        {
            "estimate": odds.estimate,
            "low": odds.estimate - half,
            "high": odds.estimate + half,
            "z": odds.z,
            "p": 2 * ndtr(-np.abs(odds.z)),
            "z_articles": odds.estimate / np.sqrt(spread),
            "z_without_one": _leave_out(
                counts[own], of_own, y, y_others, prior, odds.z, size=size, n_others=n_others
            ),
            "dispersion": _dispersion(counts[own], of_own, y),
            "count": y.astype(np.int64),
            "count_others": y_others.astype(np.int64),
            "per_1000": 1000 * y / n,
            "per_1000_others": 1000 * y_others / n_others,
            "n_words": int(n),
            "n_words_others": int(n_others),
            "n_articles_with": np.asarray((counts[own] > 0).sum(axis=0)).ravel(),
        }
    )
    return frame[tested].reset_index(drop=True)


def _leave_out(part, lengths, y, y_others, prior, z, *, size, n_others) -> np.ndarray:
    """Return, per word, the lowest z with one of the articles that hold the word left out."""
    cells = part.tocoo()
    n = lengths.sum()
    word, alpha = cells.col, prior[cells.col]
    a_one = y[word] - cells.data + alpha
    b_one = n - lengths[cells.row] + size - a_one
    a_two = y_others[word] + alpha
    b_two = n_others + size - a_two
    variance = 1 / a_one + 1 / b_one + 1 / a_two + 1 / b_two
    left = (np.log(a_one / b_one) - np.log(a_two / b_two)) / np.sqrt(variance)
    lowest = z.copy()
    np.minimum.at(lowest, word, left)
    return lowest


def _dispersion(part, lengths, y) -> np.ndarray:
    """Return Gries's DP of every word over the articles of one side, missing where unused."""
    cells = part.tocoo()
    share = lengths / max(lengths.sum(), 1)
    of_word = cells.data / y[cells.col]
    # Articles without the word add their own share: all shares less those with the word.
    with_word = np.bincount(cells.col, share[cells.row], len(y))
    differences = np.bincount(cells.col, np.abs(of_word - share[cells.row]), len(y))
    return np.where(y > 0, (differences + 1 - with_word) / 2, np.nan)


def _find_segments(
    segments: pd.DataFrame, articles: pd.DataFrame, rows: pd.DataFrame, most: int
) -> np.ndarray:
    """Return per row the ids of up to ``most`` segments that hold the word, joined by spaces."""
    place_of = {article: place for place, article in enumerate(articles["article_id"])}
    owner = np.array([place_of[article] for article in segments["article_id"]])
    pairs = list(zip(articles["event"], articles["outlet"], strict=True))
    ids = segments["segment_id"].tolist()
    wanted: dict[tuple[str, str, str], list[str]] = {
        key: [] for key in zip(rows["event"], rows["outlet"], rows["word"], strict=True)
    }
    words = sorted(set(rows["word"]))
    keys = find_words(words).keys
    done = 0
    for block in split_blocks(segments["text"].tolist()):
        found = find_words(block)
        hits = np.flatnonzero(np.isin(found.keys, keys))
        texts = np.searchsorted(found.first, hits, side="right") - 1
        for hit, text in zip(hits, texts, strict=True):
            offset = found.offsets[text]
            word = _plain(block[text][found.starts[hit] - offset : found.ends[hit] - offset])
            listed = wanted.get((*pairs[owner[done + text]], word))
            segment = ids[done + text]
            if listed is not None and len(listed) < most and segment not in listed[-1:]:
                listed.append(segment)
        done += len(block)
    return np.array([" ".join(listed) for listed in wanted.values()], dtype=object)


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")
