"""Labels found by meaning: phrases of an event that name one thing in different words.

Comes in: the sentences of one event and an encoder. Goes out: one row per place of a phrase that
belongs to a group: nouns of an event's articles brought together by reference and by nearness in
meaning (``label_groups``), where no list of words has them. A group needs two different head
words, two outlets and three places; a group that is names of one actor, or words of one family,
is left to ``labelling``, which shows it as that. Only the commonest thousand phrases of an
event are compared. Nearness is not sameness: read the sentences before you print a group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.measures.label_groups import describe_phrase, group_phrases, label_families
from analysis.parsing import parse_texts

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

COLUMNS = ["article_id", "start", "end", "concept", "term"]
_MOST = 1000  # phrases compared with one another
_LEAST = 3  # places of a group
_STEM = 3  # letters by which two head words are one
_WIDEST = 8  # different head words: a group of more is a topic, not a thing
_PARTS = frozenset(("amod", "compound", "nmod", "punct"))
_TIMES = frozenset(
    "second minute hour day night morning afternoon evening week weekend month year decade "
    "century time today yesterday tomorrow monday tuesday wednesday thursday friday saturday "
    "sunday january february march april may june july august september october november "
    "december spring summer autumn winter".split()
)


def find_meant_labels(sentences: pd.DataFrame, encoder: Any) -> pd.DataFrame:
    """Return the phrases that are grouped by meaning, of one event.

    Parameters
    ----------
    sentences : DataFrame
        Table ``sentences`` of the event's articles, with a column ``outlet``.
    encoder : Encoder
        Anything with ``vectors(texts)``, rows of unit length.

    Returns
    -------
    DataFrame
        ``article_id, start, end`` (in the article's text), ``concept`` (the commonest term of
        the group) and ``term``.
    """
    ordered = sentences.sort_values(["article_id", "start"], ignore_index=True)
    found = []
    for row, parsed in zip(
        ordered.itertuples(index=False), parse_texts(ordered["text"]), strict=True
    ):
        found += [
            (row.article_id, row.outlet, row.start + span.start_char, row.start + span.end_char,
             term_of(span), describe_phrase(span))
            for span in _phrases(parsed)
        ]  # fmt: skip
    table = pd.DataFrame(found, columns=["article_id", "outlet", "start", "end", "term", "phrase"])
    if table.empty:
        return pd.DataFrame(columns=COLUMNS)
    uses = table.groupby("term")["article_id"].agg(["nunique", "size"]).reset_index()
    uses = uses.sort_values(["nunique", "size", "term"], ascending=[False, False, True])
    table = table[table["term"].isin(uses["term"].head(_MOST))].reset_index(drop=True)
    terms = sorted(set(table["term"]))
    vectors = pd.Series(list(np.nan_to_num(encoder.vectors(terms))), index=terms)
    table["group"] = group_phrases(
        table["phrase"].tolist(), vectors=np.stack(vectors[table["term"]].tolist())
    )
    table["head"] = [phrase.head for phrase in table["phrase"]]
    groups = [_without_parts(group) for _, group in table.groupby("group", sort=True)]
    kept = [group for group in groups if _is_telling(group)]
    if not kept:
        return pd.DataFrame(columns=COLUMNS)
    named = [group.assign(concept=_commonest(group["term"])) for group in kept]
    return pd.concat(named, ignore_index=True)[COLUMNS]


def term_of(span: Span) -> str:
    """Return a phrase as it is counted: its last word in base form, in lower case but for names.

    Examples
    --------
    >>> term_of(next(parse_texts(["armed civilians"]))[:])  # doctest: +SKIP
    'armed civilian'
    """
    words = [token.text if token.pos_ == "PROPN" else token.lower_ for token in span]
    if span.root.pos_ == "NOUN" and span.root.i == span.end - 1:
        words[-1] = span.root.lemma_.lower()
    return " ".join(words).replace(" - ", "-")


def _phrases(parsed: Doc) -> list[Span]:
    """Return the nouns of a sentence with their adjectives and compounds, at most four words."""
    spans = []
    for chunk in parsed.noun_chunks:
        root = chunk.root
        if root.pos_ not in ("NOUN", "PROPN") or root.lemma_.lower() in _TIMES:
            continue
        if not any(letter.isalpha() for letter in root.text) or len(root.text) < 3:
            continue
        first = root.i
        while first > chunk.start and root.i - first < 3:
            before = parsed[first - 1]
            if before.dep_ not in _PARTS or before.head not in parsed[first : root.i + 1]:
                break
            if before.is_punct and before.text != "-":
                break
            first -= 1
        spans.append(parsed[first : root.i + 1])
    return spans


def _is_telling(group: pd.DataFrame) -> bool:
    """Whether a group holds different words of different outlets that no list has together."""
    heads = set(group["head"])
    if len(group) < _LEAST or group["outlet"].nunique() < 2 or len(heads) > _WIDEST:
        return False
    if len({head[:_STEM] for head in heads}) < 2:  # "village", "villager"
        return False
    if any(phrase.kind != "noun" or phrase.office for phrase in group["phrase"]):
        return False
    families = [set(label_families().get(head, ())) for head in heads]
    return not set.intersection(*families)


def _without_parts(group: pd.DataFrame) -> pd.DataFrame:
    """Leave out what belongs to the thing and is another: "harbour master" beside "harbour"."""
    heads = set(group["head"])
    apart = [not heads & set(term.lower().split()[:-1]) for term in group["term"]]
    return group[apart]


def _commonest(terms: pd.Series) -> str:
    counts = terms.value_counts()
    return sorted(counts[counts == counts.max()].index)[0]
