"""Sentences cut short, spliced and thinned: more texts of a kind that is rare.

Comes in: sentences that readers judged. Goes out: other texts made of their words, which no reader
judged, for a larger encoder to judge. The smaller encoder so learns how that one answers near the
sentences in question. A variant belongs to the fold of the sentences it is made of.

References
----------
Jiao et al. (2020), learning from a teacher on changed texts, arXiv 1909.10351 (they exchange words;
here words are left out and sentences spliced, so that nothing is said that nobody wrote).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

_FEWEST = 8  # words of a sentence that is varied
_SHORTEST = 5  # words of a part that is cut out
_THINNED = 0.15  # share of words left out


def vary_rows(rows: pd.DataFrame, times: int, *, seed: int) -> pd.DataFrame:
    """Return variants of the texts of ``rows``, made within each set and fold.

    Parameters
    ----------
    rows : DataFrame
        With ``set, text, group, fold``.
    times : int
        Variants of each text.
    seed : int
        Of what is drawn.

    Returns
    -------
    DataFrame
        ``text, group, fold``: the group is that of the sentence it begins with.
    """
    found = []
    for number, ((_, fold), some) in enumerate(rows.groupby(["set", "fold"])):
        ordered = some.drop_duplicates("text").sort_values("text")
        texts = ordered["text"].tolist()
        generator = np.random.default_rng((seed, number))
        for _ in range(times):
            for group, text in zip(ordered["group"], vary_texts(texts, generator), strict=True):
                if text:
                    found.append((text, group, fold))
    variants = pd.DataFrame(found, columns=["text", "group", "fold"]).drop_duplicates("text")
    # A text may have been spliced with itself, or lost no word.
    return variants[~variants["text"].isin(rows["text"])]


def vary_texts(texts: Sequence[str], generator: np.random.Generator) -> Iterator[str]:
    """Yield one variant of each text, in one of three ways by chance; "" for a short text.

    A stretch of half to four fifths of its words; its first half and the second half of another
    text; or the text without one word in seven.
    """
    for text in texts:
        words = text.split()
        if len(words) < _FEWEST:
            yield ""
            continue
        way = generator.integers(3)
        if way == 0:
            count = max(_SHORTEST, int(len(words) * generator.uniform(0.45, 0.8)))
            first = generator.integers(len(words) - count + 1)
            words = words[first : first + count]
        elif way == 1:
            other = texts[generator.integers(len(texts))].split()
            words = words[: len(words) // 2] + other[len(other) // 2 :]
        else:
            words = [word for word in words if generator.random() > _THINNED]
        yield " ".join(words)
