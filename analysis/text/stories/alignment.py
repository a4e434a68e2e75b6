"""Which sentences of two articles are the same, or say the same in the same order.

Comes in: two texts. Goes out: pairs of sentences with their character spans and a similarity
from 0 to 1, higher is more alike. ``match_sentences`` finds the same words, in any order of
paragraphs, with or without quotation marks; ``align_rewrite`` finds the same facts told in
other words, in the same order, from names, numbers and what is left of the content words. It
does not understand the sentences: a denial and the claim it denies look alike.

Sentences here are only a grid to compare on, cut at full stops and line ends; the sentences
that are scored come from ``sentences.py``.

References
----------
Needleman and Wunsch (1970), doi:10.1016/0022-2836(70)90057-4, for the alignment in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.text.stories.shingles import WordHashes, hash_runs, words_in

_RUN = 3  # words; short enough to bridge two words that a page ran together
_SAME_WORDS = 0.6  # share of the shorter sentence's runs that the longer one has
_SAME_FACTS = 0.28  # share of the weight of names, numbers and content words
_FEWEST_WORDS = 4

_SENTENCE_END = re.compile(r"([.!?][\"”’'»)\]]*)\s+(?=[\"“‘'«(\[]*[A-Z0-9])|\n")
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Gov|Sgt|Lt|Col|No|vs))\.$")
_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")
STOPWORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before
    being below between both but by can could did do does doing down during each even few for
    from further get had has have having he her here hers him his how i if in into is it its just
    like made make many may me might more most much must my new no nor not now of off on once one
    only or other our out over own per said say says she should since so some such than that the
    their them then there these they this those though through to too two under until up upon us
    very was we were what when where which while who whom whose why will with within without
    would yet you your""".split()
)


class Match(NamedTuple):
    """One pair of sentences: positions and character spans in both texts, and how alike."""

    one: int
    other: int
    start: int
    end: int
    other_start: int
    other_end: int
    similarity: float


@dataclass(frozen=True)
class Grid:
    """A text cut for comparison: sentence spans, their words, and their runs of words, sorted.

    ``owners`` says in which sentence each run stands. Kept small: a corpus has many.
    """

    text: str
    spans: np.ndarray
    n_words: np.ndarray
    runs: np.ndarray
    owners: np.ndarray


def split_grid(text: str, hashes: WordHashes | None = None) -> Grid:
    """Cut ``text`` into sentences and hash each one's runs of words."""
    hashes = WordHashes() if hashes is None else hashes
    spans = sentence_spans(text)
    words = [words_in(text[start:end]) for start, end in spans]
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    # All sentences at once, each set apart by blanks; runs with a blank belong to none.
    flat = [word for one in words for word in (*one, *[""] * (_RUN - 1))]
    owners = np.repeat(np.arange(len(words)), lengths + _RUN - 1)[: max(len(flat) - _RUN + 1, 0)]
    places = (
        np.arange(len(owners))
        - np.repeat(np.cumsum(lengths + _RUN - 1) - lengths - _RUN + 1, lengths + _RUN - 1)[
            : len(owners)
        ]
    )
    # A sentence shorter than a run is one run with its blanks.
    kept = places < np.maximum(lengths - _RUN + 1, 1)[owners]
    runs, owners = hash_runs(flat, _RUN, hashes)[kept].astype(np.uint32), owners[kept]
    order = np.argsort(runs, kind="stable")
    sizes = np.array(spans, dtype=np.int32).reshape(-1, 2)
    return Grid(text, sizes, lengths.astype(np.int32), runs[order], owners[order].astype(np.int32))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the character spans of the sentences of ``text``, blanks around them left out."""
    spans, start = [], 0
    for found in _SENTENCE_END.finditer(text):
        end = found.end(1) if found.group(1) else found.start()
        if found.group(1) and _ABBREVIATION.search(text, max(start, end - 6), end):
            continue
        if text[start:end].strip():
            spans.append((start, end))
        start = found.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return [_trim(text, *span) for span in spans]


def match_sentences(one: Grid, other: Grid) -> list[Match]:
    """Return, for each sentence of ``one``, the sentence of ``other`` with the same words.

    Each sentence of either text is used at most once, the most alike pairs first. A sentence
    matches when the shorter of the two has at least 60 % of its runs of three words in the
    longer.
    """
    n_one, n_other = len(one.spans), len(other.spans)
    if not len(one.runs) or not len(other.runs):
        return []
    first = np.searchsorted(other.runs, one.runs)
    found = np.searchsorted(other.runs, one.runs, side="right") - first
    # Every place in the other text where a run of this one stands, as pairs of sentences.
    places = np.repeat(first - np.cumsum(found) + found, found) + np.arange(found.sum())
    cells = np.repeat(one.owners, found) * n_other + other.owners[places]
    shared = np.bincount(cells, minlength=n_one * n_other).reshape(n_one, n_other).astype(float)
    sizes_one = np.bincount(one.owners, minlength=n_one)
    sizes_other = np.bincount(other.owners, minlength=n_other)
    shorter = np.minimum.outer(sizes_one, sizes_other)
    alike = np.minimum(1.0, shared / np.maximum(shorter, 1))
    alike[np.minimum.outer(one.n_words, other.n_words) < _FEWEST_WORDS] = 0.0
    return _take_best(one, other, alike, _SAME_WORDS, shared)


def align_rewrite(one: str, other: str) -> list[Match]:
    """Return the sentences that tell the same facts in the same order in both texts.

    A global alignment that keeps the order and maximises the summed similarity; pairs below
    the threshold are left out of it.
    """
    spans, other_spans = sentence_spans(one), sentence_spans(other)
    alike = _facts_alike(
        [one[start:end] for start, end in spans],
        [other[start:end] for start, end in other_spans],
    )
    alike[alike < _SAME_FACTS] = 0.0
    best = np.zeros((len(spans) + 1, len(other_spans) + 1))
    for row in range(1, len(spans) + 1):
        stepped = np.maximum(best[row - 1, 1:], best[row - 1, :-1] + alike[row - 1])
        best[row, 1:] = np.maximum.accumulate(stepped)
    matches, row, column = [], len(spans), len(other_spans)
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            matches.append(
                Match(row, column, *spans[row], *other_spans[column], float(alike[row, column]))
            )
    return matches[::-1]


def order_agreement(matches: list[Match]) -> float:
    """Return the share of pairs of matches that stand in the same order in both texts.

    1 is the same order, 0.5 none in common, 0 reversed; missing below two matches.
    """
    if len(matches) < 2:
        return float("nan")
    ranks = np.array([match.other for match in sorted(matches, key=lambda match: match.one)])
    later = np.sign(ranks[None, :] - ranks[:, None])[np.triu_indices(len(ranks), 1)]
    return float((later > 0).mean() + (later == 0).mean() / 2)


def facts_in(sentence: str) -> dict[str, float]:
    """Return what a paraphrase keeps of a sentence: numbers and names, then content words.

    Weights are 3 for a number, 2 for a capitalised word inside the sentence, 1 for a content
    word, which is cut to five letters so that its forms meet.
    """
    facts: dict[str, float] = {}
    for place, token in enumerate(_TOKEN.findall(sentence.replace("’", "'"))):
        low = token.lower()
        if any(map(str.isdigit, token)):
            facts[low.replace(",", "").rstrip("thsnrd") or low] = 3.0
        elif len(low) > 1 and low not in STOPWORDS:
            stem = low[:5]
            named = token[0].isupper() and place > 0
            facts[stem] = max(facts.get(stem, 0.0), 2.0 if named else 1.0)
    return facts


def _facts_alike(one: list[str], other: list[str]) -> np.ndarray:
    """Dice overlap of the weighted facts of every sentence with every other."""
    facts, other_facts = [facts_in(s) for s in one], [facts_in(s) for s in other]
    names = {fact: at for at, fact in enumerate(sorted({f for d in facts for f in d}))}
    left = np.zeros((len(one), len(names) + 1))
    right = np.zeros((len(other), len(names) + 1))
    totals = [np.array([sum(d.values()) for d in side]) for side in (facts, other_facts)]
    for matrix, side in ((left, facts), (right, other_facts)):
        for row, found in enumerate(side):
            for fact, weight in found.items():
                if fact in names:
                    matrix[row, names[fact]] = weight
    # The product of square roots is the geometric mean of the two weights of a shared fact.
    shared = np.sqrt(left) @ np.sqrt(right).T
    return 2 * shared / np.maximum(totals[0][:, None] + totals[1][None, :], 1.0)


def _take_best(
    one: Grid, other: Grid, alike: np.ndarray, least: float, shared: np.ndarray
) -> list[Match]:
    rows, columns = np.nonzero(alike >= least)
    # Most alike first, then the longest; then by place, so that the result is one and the same.
    order = np.lexsort((columns, rows, -shared[rows, columns], -alike[rows, columns]))
    used_rows, used_columns, matches = set(), set(), []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            span, other_span = one.spans[row].tolist(), other.spans[column].tolist()
            matches.append(Match(row, column, *span, *other_span, float(alike[row, column])))
    return sorted(matches, key=lambda match: match.one)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
