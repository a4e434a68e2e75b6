"""Word choice: which words are typical of an outlet in its report of an event.

Comes in: ``segments`` and ``articles``. Goes out: ``keyness``, one row per event, outlet and
word: how much more the outlet uses the word than the other outlets of the event together.
**Above 0: the outlet uses it more.** The prior holds words near 0 that are common everywhere
(Monroe et al. 2008): ``prior_words`` words a side, shared out as the *other* events of the corpus
use them, and dealt to the sides by their length; one count a side at least for each word, also
one that no other event has. Where there is no other event, the event's own words are the
background, and the column ``background`` says so. A word is ``typical`` only if it is found beyond
chance among all words tested, in two articles of the outlet or more, still with any one of them
left out, and with articles instead of words as what is drawn. With one article an outlet there are
no typical words, only a description of that article. It knows no senses.
"""

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
_CELLS = 2_000_000  # articles × words of an event that are compared at once
_REASONS = np.array(
    [
        "typical",
        "not used more than by the others",
        "in one article of the outlet",
        "not beyond chance",
        "rests on one article",
        "not beyond chance when articles are drawn",
        "the outlet has one article",
        "the others have one article",
    ],
    dtype=object,
)


def compare_words(
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    voice: str = "outlet",
    prior_words: float = 500.0,
    min_count: int = 2,
    false_discovery: float = 0.05,
    examples: int = 10,
    background: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the words that set each outlet apart from the others of an event.

    Parameters
    ----------
    segments, articles : DataFrame
        Tables of those names. Articles that are not ``used``, or not in English, are left out.
    voice : {"outlet", "quoted", "attributed", "all"}
        Whose words; ``outlet`` includes scare quotes, which are the outlet's choice.
    prior_words : float
        Size of the prior in words, on average of the two sides: more holds estimates nearer to 0.
    min_count : int
        Words of the event seen less often are counted in the totals, not tested. Nor are numbers
        and single letters ("a", "I" and "O" are): "4.52 a.m." is cut at its points.
    false_discovery : float
        Share of false finds allowed among the ``typical`` words of an event and outlet.
    examples : int
        Segments named, at most, per word that the outlet uses more (z above 1.96).
    background : Series, optional
        How often each word stands in the whole corpus, these events with it
        (``count_background``), where these are only some of its events. Of it, each event is
        compared against what the others leave.

    Returns
    -------
    DataFrame
        Table ``keyness``. ``estimate``, ``low``, ``high`` are differences of log odds (natural
        logarithm); ``z``, ``p`` (two-sided) and ``p_adjusted`` (Benjamini-Hochberg over the
        words of an event and outlet) use the variance for words drawn one by one;
        ``z_articles`` the one for articles; ``z_without_one`` is the z nearest to 0 (or
        beyond) with one article of the outlet left out; ``dispersion`` is Gries's DP, 0 even
        to 1 all in one article. p values are missing where the outlet has one article.
        ``background`` is ``other events``, or ``this event`` where no other has words;
        ``n_words_background`` how many words it has.

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
    used, chosen = _chosen(segments, articles, voice)
    counted = count_words_by_article(chosen, used["article_id"])
    if background is None:
        background = pd.Series(np.asarray(counted.counts.sum(axis=0)).ravel(), counted.words)
    corpus = background.reindex(counted.words).to_numpy(dtype=float)
    if np.isnan(corpus).any():
        raise ValueError("the background lacks words of these events: it must hold them too")
    whole = _Background(corpus, float(background.sum()))
    options = (whole, 2 * prior_words, min_count, false_discovery)
    found = [
        _compare_event(event, rows, used, counted, *options)
        for event, rows in used.groupby("event", sort=True).indices.items()
    ]
    found = [columns for columns in found if columns]
    if not found:
        return empty_table("keyness")
    joined = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    result = pd.DataFrame(joined).assign(voice=voice, level=LEVEL, segments="")
    marked = result["z"] > Z_LEVEL
    if examples and marked.any():
        result.loc[marked, "segments"] = _find_segments(chosen, used, result[marked], examples)
    return result[list(TABLES["keyness"].columns)]


def count_background(
    segments: pd.DataFrame, articles: pd.DataFrame, *, voice: str = "outlet"
) -> pd.DataFrame:
    """Return ``event, word, count``: what the prior of ``compare_words`` is made of.

    Summed over the events of a corpus and in the order of the words, the counts are its
    ``background``.
    """
    used, chosen = _chosen(segments, articles, voice)
    counted = count_words_by_article(chosen, used["article_id"])
    event, events = pd.factorize(used["event"], sort=True)
    cells = counted.counts.tocoo()
    place, index = pd.factorize(event[cells.row] * max(len(counted.words), 1) + cells.col)
    rows, columns = np.divmod(index, max(len(counted.words), 1))
    return pd.DataFrame(
        {
            "event": np.asarray(events, dtype=object)[rows],
            "word": counted.words[columns],
            "count": np.bincount(place, cells.data, len(index)).astype(np.int64),
        }
    )


def _chosen(
    segments: pd.DataFrame, articles: pd.DataFrame, voice: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the articles that count, and their segments in the voice asked for."""
    used = articles[articles["used"] & articles["language"].isin(SCORED_LANGUAGES)]
    used = used.sort_values("article_id", ignore_index=True)
    chosen = segments[segments["article_id"].isin(used["article_id"])]
    if voice != "all":
        chosen = chosen[chosen["voice"].isin(VOICES[voice])]
    return used, chosen.sort_values(["article_id", "start"], ignore_index=True)


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


class _Background(NamedTuple):
    """How often each word of ``WordCounts`` stands in the whole corpus, and all its words."""

    counts: np.ndarray
    n: float

    def without(self, own: np.ndarray) -> tuple[np.ndarray, float, str]:
        """Return the counts and words of the other events; this event's own where none has any."""
        if self.n > own.sum():
            return self.counts - own, self.n - own.sum(), "other events"
        return own, own.sum(), "this event"


def _compare_event(
    event: str,
    rows: np.ndarray,
    articles: pd.DataFrame,
    counted: WordCounts,
    background: _Background,
    prior_words: float,
    min_count: int,
    false_discovery: float,
) -> dict[str, np.ndarray]:
    """Compare each outlet of one event with the others of the event together."""
    counts = counted.counts[rows]
    names, of = np.unique(articles["outlet"].astype(object).to_numpy()[rows], return_inverse=True)
    if len(names) < 2:
        return {}
    lengths = np.asarray(counts.sum(axis=1)).ravel().astype(np.float64)
    own = np.asarray(counts.sum(axis=0)).ravel()
    if not own.any():
        return {}
    elsewhere, n_elsewhere, whose = background.without(own)
    mine = np.flatnonzero(own)  # an event's prior is that of its words, in whatever company
    prior = np.zeros(len(own))
    prior[mine], size = informative_prior(elsewhere[mine], n_elsewhere, prior_words)
    words = np.flatnonzero((own >= max(min_count, 1)) & _are_words(counted.words))
    sides = _Sides(of, lengths, np.bincount(of, lengths), size)
    kept = np.flatnonzero((sides.n > 0) & (lengths.sum() - sides.n > 0))
    if not len(kept):
        return {}
    step = max(_CELLS // len(rows), 1)
    blocks = [
        _compare_sides(counts[:, block].toarray().astype(np.float64), sides, prior[block])
        for block in (words[at : at + step] for at in range(0, len(words), step))
    ]
    found = {
        name: np.concatenate([block[name] for block in blocks], axis=1)[kept]
        for name in (blocks[0] if blocks else {})
    }
    if not found:
        return {}
    few = np.bincount(of)[kept]
    found["p_adjusted"] = np.array([adjust_false_discovery(row) for row in found["p"]])
    _judge(found, false_discovery, few, len(rows) - few)
    shape = found["estimate"].shape
    columns = {name: values.ravel() for name, values in found.items()}
    columns["event"] = _repeat(event, shape)
    columns["outlet"] = np.repeat(names[kept], shape[1])
    columns["word"] = np.tile(counted.words[words], shape[0])
    columns["n_words"] = np.repeat(sides.n[kept].astype(np.int64), shape[1])
    columns["n_words_others"] = np.repeat((lengths.sum() - sides.n[kept]).astype(int), shape[1])
    columns["n_articles"] = np.repeat(few, shape[1])
    columns["n_outlets"] = np.full(shape[0] * shape[1], len(names))
    columns["background"] = _repeat(whose, shape)
    columns["n_words_background"] = np.full(shape[0] * shape[1], int(n_elsewhere))
    return columns


def _are_words(found: np.ndarray) -> np.ndarray:
    """Say which are words that an outlet can choose.

    Numbers are not, nor single letters: they are left over where "4.52 a.m." or "18,000" is cut at
    its points. Of one letter are "a", "I" and "O".
    """
    chosen = [
        (len(word) > 1 or word in "aio") and any(map(str.isalpha, word)) for word in found.tolist()
    ]
    return np.array(chosen, dtype=bool)


def _repeat(value: str, shape: tuple[int, int]) -> np.ndarray:
    made = np.empty(shape[0] * shape[1], dtype=object)
    made[:] = value
    return made


def _judge(
    found: dict[str, np.ndarray], false_discovery: float, few: np.ndarray, few_others: np.ndarray
) -> None:
    """Say of each word whether it is typical of its outlet, and if not, why not."""
    above = found["estimate"] > 0
    sure = found["p_adjusted"] < false_discovery
    spread = found["z_without_one"] > Z_LEVEL
    held = found["z_articles"] > Z_LEVEL
    several = found["n_articles_with"] >= 2
    typical = sure & above & several & spread & held
    which = np.select([typical, ~above, ~several, ~sure, ~spread, ~held], range(6), 3)
    for row in np.flatnonzero((few < 2) | (few_others < 2)).tolist():
        for name in ("p", "p_adjusted", "z_articles", "z_without_one"):
            found[name][row] = np.nan
        typical[row] = False
        which[row] = 6 if few[row] < 2 else 7
    found["typical"], found["reason"] = typical, _REASONS[which]


class _Sides(NamedTuple):
    """Each outlet of an event against the others: the articles' outlets and lengths."""

    of: np.ndarray
    lengths: np.ndarray
    n: np.ndarray  # words of each outlet
    size: float  # of the prior, for both sides together


def _compare_sides(counts: np.ndarray, sides: _Sides, prior: np.ndarray) -> dict:
    """Return for outlets × words what is known of them; ``counts`` are articles × words."""
    from scipy.special import ndtr

    of, lengths, n, size = sides
    n_others = lengths.sum() - n
    held = counts > 0

    def by_outlet(values: np.ndarray) -> np.ndarray:
        total = np.zeros((len(n), counts.shape[1]))
        np.add.at(total, of, values)
        return total

    y = by_outlet(counts)
    squares, products = by_outlet(counts**2), by_outlet(counts * lengths[:, None])
    others = [whole.sum(axis=0) - whole for whole in (y, squares, products)]
    # Each side has the share of the prior that it has of the words.
    part = n / max(lengths.sum(), 1)
    one, two = part[:, None] * prior, (1 - part)[:, None] * prior
    sizes = (size * part[:, None], size * (1 - part)[:, None])
    odds = log_odds(
        y, others[0], one, size=sizes[0], n=n[:, None], n_others=n_others[:, None],
        prior_others=two, size_others=sizes[1],
    )  # fmt: skip
    spread = np.array(
        [
            article_variance(
                squares[at], products[at], y[at], one[at], lengths[of == at], size=size * part[at]
            )
            + article_variance(
                others[1][at], others[2][at], others[0][at], two[at], lengths[of != at],
                size=size * (1 - part[at]),
            )
            for at in range(len(n))
        ]
    )  # fmt: skip
    lowest, with_word, apart = odds.z.copy(), np.zeros_like(y), np.zeros_like(y)
    above = others[0] + two
    below = n_others[:, None] + sizes[1] - above
    two_odds, two_variance = np.log(above / below), 1 / above + 1 / below
    for article, outlet in enumerate(of.tolist()):
        here = np.flatnonzero(held[article])
        own = counts[article, here]
        # The outlet without this article.
        a = y[outlet, here] - own + one[outlet, here]
        b = n[outlet] - lengths[article] + size * part[outlet] - a
        left = np.log(a / b) - two_odds[outlet, here]
        left /= np.sqrt(1 / a + 1 / b + two_variance[outlet, here])
        lowest[outlet, here] = np.minimum(lowest[outlet, here], left)
        share = lengths[article] / max(n[outlet], 1)
        with_word[outlet, here] += share
        apart[outlet, here] += np.abs(own / y[outlet, here] - share)
    half = Z_LEVEL * np.sqrt(odds.variance)
    return {
        "estimate": odds.estimate,
        "low": odds.estimate - half,
        "high": odds.estimate + half,
        "z": odds.z,
        "p": 2 * ndtr(-np.abs(odds.z)),
        "z_articles": odds.estimate / np.sqrt(spread),
        "z_without_one": lowest,
        # Gries's DP: articles without the word add their own share, all less those with it.
        "dispersion": np.where(y > 0, (apart + 1 - with_word) / 2, np.nan),
        "count": y.astype(np.int64),
        "count_others": others[0].astype(np.int64),
        "per_1000": 1000 * y / np.maximum(n, 1)[:, None],
        "per_1000_others": 1000 * others[0] / np.maximum(n_others, 1)[:, None],
        "n_articles_with": by_outlet(held).astype(np.int64),
    }


def _find_segments(
    segments: pd.DataFrame, articles: pd.DataFrame, rows: pd.DataFrame, most: int
) -> np.ndarray:
    """Return per row the ids of up to ``most`` segments that hold the word, joined by spaces."""
    number = {pair: at for at, pair in enumerate(zip(rows["event"], rows["outlet"], strict=True))}
    pair_of = dict(
        zip(
            articles["article_id"],
            (
                number.get(one, -1)
                for one in zip(articles["event"], articles["outlet"], strict=True)
            ),
            strict=True,
        )
    )
    owner = np.array([pair_of[one] for one in segments["article_id"]], dtype=np.int64)
    ids = segments["segment_id"].tolist()
    wanted: dict[tuple[int, str], list[str]] = {
        (number[event, outlet], word): []
        for event, outlet, word in zip(rows["event"], rows["outlet"], rows["word"], strict=True)
    }
    keys = find_words([word for _, word in wanted]).keys
    asked = np.unique(_mixed(keys, np.array([pair for pair, _ in wanted])))
    done = 0
    for block in split_blocks(segments["text"].tolist()):
        found = find_words(block)
        texts = np.repeat(np.arange(len(block)), np.diff(found.first))
        hits = np.flatnonzero(np.isin(_mixed(found.keys, owner[done + texts]), asked))
        for hit, text in zip(hits.tolist(), texts[hits].tolist(), strict=True):
            offset = found.offsets[text]
            word = _plain(block[text][found.starts[hit] - offset : found.ends[hit] - offset])
            listed = wanted.get((owner[done + text], word))
            segment = ids[done + text]
            if listed is not None and len(listed) < most and segment not in listed[-1:]:
                listed.append(segment)
        done += len(block)
    return np.array([" ".join(listed) for listed in wanted.values()], dtype=object)


def _mixed(keys: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return one number for a word and whose it is."""
    return keys ^ (pairs.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")
