"""Sentences with other words in the places of theirs: what a larger encoder knows of words.

Comes in: sentences that readers judged, and texts that lend their words. Goes out: the sentences
with some of their content words exchanged for words of the same kind (part of speech, form), which
no reader judged, for a larger encoder to judge. The smaller encoder so learns how that one
reads words that are rare among the judged sentences. Nobody wrote such a sentence and many are
nonsense; none is shown to anyone. A variant belongs to the fold of its sentence; words are lent
by texts of no fold that is held out.

References
----------
Jiao et al. (2020), learning from a teacher on changed texts, arXiv 1909.10351.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# Adjectives, adverbs, verbs and common nouns, in each of their forms (Penn Treebank tags).
_KINDS = frozenset("JJ JJR JJS RB VB VBD VBG VBN VBP VBZ NN NNS".split())
_FEWEST, _MOST = 0.2, 0.5  # share of a sentence's content words that is exchanged
_SHORTEST = 3  # letters of a word that is exchanged or lent


def exchange_words(
    rows: pd.DataFrame, lenders: Sequence[str], times: int, *, seed: int
) -> pd.DataFrame:
    """Return the texts of ``rows`` with some of their words exchanged.

    Parameters
    ----------
    rows : DataFrame
        With ``text, group, fold``.
    lenders : sequence of str
        Texts whose words take the places; a word is drawn by the root of how often it is there.
    times : int
        Variants of each text.
    seed : int
        Of what is drawn.

    Returns
    -------
    DataFrame
        ``text, group, fold``, those of the text that was changed; texts without a content word
        give none.
    """
    words = _words_by_kind(lenders)
    ordered = rows.drop_duplicates("text").sort_values("text")
    generator = np.random.default_rng(seed)
    found = []
    documents = _tagged(ordered["text"].tolist())
    for group, fold, document in zip(ordered["group"], ordered["fold"], documents, strict=True):
        for _ in range(times):
            found.append((_exchanged(document, words, generator), group, fold))
    variants = pd.DataFrame(found, columns=["text", "group", "fold"]).drop_duplicates("text")
    return variants[~variants["text"].isin(rows["text"])]


def _exchanged(
    document: Doc,
    words: dict[str, tuple[np.ndarray, np.ndarray]],
    generator: np.random.Generator,
) -> str:
    share = generator.uniform(_FEWEST, _MOST)
    parts = []
    for token in document:
        word = token.text
        if _is_content(token) and token.tag_ in words and generator.random() < share:
            lent, edges = words[token.tag_]
            word = str(lent[np.searchsorted(edges, generator.random())])
        parts.append(word + token.whitespace_)
    return "".join(parts)


def _words_by_kind(texts: Sequence[str]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return per kind its words, and the upper edges of their shares of 0 to 1."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for document in _tagged(sorted(set(texts))):
        for token in document:
            if _is_content(token):
                counts[token.tag_][token.text] += 1
    found = {}
    for kind, some in counts.items():
        weight = np.sqrt(np.fromiter(some.values(), dtype=float))
        edges = np.cumsum(weight) / weight.sum()
        edges[-1] = 1.0
        found[kind] = np.array(list(some)), edges
    return found


def _is_content(token: Token) -> bool:
    return (
        token.tag_ in _KINDS
        and token.is_alpha
        and token.is_lower
        and not token.is_stop
        and len(token) >= _SHORTEST
    )


def _tagged(texts: Sequence[str]) -> Iterator[Doc]:
    from analysis.parsing import load_parser, parse_texts

    # Sentences need no parse here, and it would take most of the time.
    with load_parser().select_pipes(enable=["tok2vec", "tagger"]):
        yield from parse_texts(texts)
