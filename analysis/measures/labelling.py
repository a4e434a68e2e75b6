"""Labelling: what each outlet calls the same person, group, act or place.

Comes in: ``segments``, ``articles``; if there are, the actors' ``mentions`` and the researcher's
own concepts; if models are allowed, ``sentences`` and an encoder. Goes out: ``labelling``, one row
per event, concept, term, outlet and voice, with counts and the segments that hold the term. Terms
come together in a concept because the researcher says so (``own``), because a family of words
names one kind of thing (``family``: "invasion", "special military operation", "conflict"),
because they name one actor (``name``), or because they are near in meaning (``meaning``).

A family holds words for one *kind* of thing: whether two of them mean the same *event* is read
from their segments, which is why they are listed. Every rate is per 1,000 words of the outlet
in that voice; higher is more often.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.lexicons import read_lexicon
from analysis.measures.word_matching import Matcher, count_words
from analysis.own_files import OwnFileError, compose_file, items_of, line_of, text_of
from analysis.tables import SCORED_LANGUAGES, TABLES, empty_table

KEY = ["event", "concept", "how", "term", "outlet", "voice"]


def read_concepts(path: Path | str) -> dict[str, tuple[str, ...]]:
    """Read the researcher's own concepts from a YAML file.

    The file maps each concept to the list of its terms::

        the event in the harbour:
          - strike
          - walkout
          - industrial action

    Raises
    ------
    OwnFileError
        Naming file, line and reason: not YAML, not a mapping of names to lists of words, a
        concept or a term that stands twice, a concept without terms, an empty term.
    """
    path = Path(path)
    tree = compose_file(path)
    if tree is None:
        raise OwnFileError(f"{path}, line 1: holds no concept")
    if tree.id != "mapping":
        raise OwnFileError(f"{path}, line 1: should map each concept to a list of terms")
    concepts: dict[str, tuple[str, ...]] = {}
    owner: dict[str, tuple[str, str]] = {}
    for key, value in tree.value:
        name, line = text_of(path, key, "the name of a concept"), line_of(key)
        if name in concepts:
            raise OwnFileError(f"{path}, {line}: concept {name!r} stands twice")
        if value.id == "mapping" and value.value:
            unknown = value.value[0][0]
            raise OwnFileError(
                f"{path}, {line_of(unknown)}: unknown key {unknown.value!r} under concept "
                f"{name!r}, which should hold a list of terms"
            )
        terms = []
        for item in items_of(path, value, f"concept {name!r}"):
            term = text_of(path, item, f"a term of concept {name!r}").lower()
            if term in owner:
                first, at = owner[term]
                raise OwnFileError(
                    f"{path}, {line_of(item)}: term {term!r} stands twice "
                    f"(first in {at}, under {first!r})"
                )
            owner[term] = (name, line_of(item))
            terms.append(term)
        concepts[name] = tuple(terms)
    return concepts


def find_labels(
    segments: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    mentions: pd.DataFrame | None = None,
    concepts: Mapping[str, Sequence[str]] | None = None,
    sentences: pd.DataFrame | None = None,
    encoder: Any = None,
    examples: int = 20,
) -> pd.DataFrame:
    """Return which terms each outlet uses for each concept of an event.

    Parameters
    ----------
    segments, articles : DataFrame
        Tables of those names; articles that are not ``used``, or not in English, are left out.
    mentions : DataFrame, optional
        Table ``mentions``: the names and aliases of the actors are terms too.
    concepts : mapping, optional
        The researcher's own, from ``read_concepts``; their terms belong to them alone.
    sentences : DataFrame, optional
        Table ``sentences``; asked for with ``encoder``.
    encoder : Encoder, optional
        With one, nouns near in meaning are concepts too (``meant_labels``).
    examples : int
        Segments named per row, at most.

    Returns
    -------
    DataFrame
        Table ``labelling``. Concepts of which an event has fewer than two terms are left out,
        but for the researcher's own.

    Examples
    --------
    >>> find_labels(segments, articles).query("concept == 'armed action'")
    """
    used = articles[articles["used"] & articles["language"].isin(SCORED_LANGUAGES)]
    columns = ["article_id", "event", "outlet"]
    chosen = segments.merge(used[columns], on="article_id", validate="many_to_one")
    chosen = chosen.sort_values(["article_id", "start"], ignore_index=True)
    if chosen.empty:
        return empty_table("labelling")
    hits = _find_terms(chosen, concepts or {})
    if mentions is not None and len(mentions):
        hits = pd.concat([hits, _find_names(chosen, mentions)], ignore_index=True)
    if encoder is not None and sentences is not None:
        meant = _find_meant(chosen, sentences, used, encoder, set(hits.loc[hits["how"] == "own",
                                                                          "term"]))  # fmt: skip
        hits = pd.concat([hits, meant], ignore_index=True)
    if hits.empty:
        return empty_table("labelling")
    names = ["segment_id", "article_id", "event", "outlet", "voice"]
    hits = hits.join(chosen[names], on="row")
    terms = hits.groupby(["event", "concept", "how"])["term"].transform("nunique")
    hits = hits[(terms >= 2) | (hits["how"] == "own")]
    if hits.empty:
        return empty_table("labelling")
    table = hits.groupby(KEY, as_index=False, sort=True).agg(
        count=("row", "size"),
        n_articles=("article_id", "nunique"),
        segments=("segment_id", lambda ids: " ".join(list(dict.fromkeys(ids))[:examples])),
    )
    words = chosen.assign(n_words=count_words(chosen["text"].tolist()))
    total = words.groupby(["event", "outlet", "voice"], as_index=False)["n_words"].sum()
    table = table.merge(total, on=["event", "outlet", "voice"], validate="many_to_one")
    table["per_1000"] = 1000 * table["count"] / table["n_words"]
    return table[list(TABLES["labelling"].columns)]


def _find_terms(chosen: pd.DataFrame, concepts: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Find the terms of concepts and families; of several families take the article's likeliest."""
    own = {_plain(term): (name, term) for name, terms in concepts.items() for term in terms}
    families: dict[str, list[str]] = defaultdict(list)
    shown = {}
    for term in read_lexicon("labels").terms:
        if _plain(term.term) not in own:
            families[_plain(term.term)].append(term.category)
            shown[_plain(term.term)] = term.note.removeprefix("form of ") or term.term
    terms = [*own, *families]
    found = []
    texts = chosen["text"].tolist()
    for done, matches in _matcher(tuple(terms)).find(texts):
        places = zip(
            (matches.text + done).tolist(), matches.start.tolist(), matches.end.tolist(),
            matches.term.tolist(), strict=True,
        )  # fmt: skip
        found += [(row, texts[row][start:end], terms[term]) for row, start, end, term in places]
    events, owners = chosen["event"].tolist(), chosen["article_id"].tolist()
    near: Counter[tuple[str, str]] = Counter()
    far: Counter[tuple[str, str]] = Counter()
    for row, _, term in found:
        if len(families.get(term, ())) == 1:
            near[owners[row], families[term][0]] += 1
            far[events[row], families[term][0]] += 1
    rows = []
    for row, text, term in found:
        if term in own:
            rows.append((row, own[term][0], "own", own[term][1]))
            continue
        # A family with a capital letter is of names, kept as written: "turkey" is not Turkey.
        capital = text[0].isupper()
        options = [name for name in families[term] if capital or not name[0].isupper()]
        if options:
            best = max(
                options, key=lambda one: (near[owners[row], one], far[events[row], one], one)
            )
            # A family with a name in its own ("capital of Ukraine") is of names too.
            of_names = any(word[0].isupper() for word in best.split())
            rows.append((row, best, "family", text if of_names else shown[term]))
    return pd.DataFrame(rows, columns=["row", "concept", "how", "term"])


def _find_names(chosen: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Place each named mention in its segment; pronouns are no labels."""
    named = mentions[mentions["how"].isin(("name", "alias", "title"))]
    named = named.rename(columns={"actor": "concept"}).drop(columns="how")
    return _place(chosen, named.rename(columns={"text": "term"}), "name")


def _find_meant(
    chosen: pd.DataFrame, sentences: pd.DataFrame, used: pd.DataFrame, encoder: Any, own: set[str]
) -> pd.DataFrame:
    """Place the phrases that are grouped by meaning, but for the researcher's own terms."""
    from analysis.measures.meant_labels import find_meant_labels

    spoken = sentences.merge(
        used[["article_id", "event", "outlet"]], on="article_id", validate="many_to_one"
    )
    found = [find_meant_labels(part, encoder) for _, part in spoken.groupby("event", sort=True)]
    hits = pd.concat(found, ignore_index=True)
    return _place(chosen, hits[~hits["term"].isin(own)], "meaning")


def _place(chosen: pd.DataFrame, found: pd.DataFrame, how: str) -> pd.DataFrame:
    """Put each found stretch into the segment that holds it whole."""
    rows = []
    places = {article: group for article, group in chosen.groupby("article_id")}
    for article, group in found.groupby("article_id", sort=True):
        if article not in places:
            continue
        part = places[article]
        at = np.searchsorted(part["start"].to_numpy(), group["start"].to_numpy(), "right") - 1
        inside = (at >= 0) & (group["end"].to_numpy() <= part["end"].to_numpy()[at])
        for row, concept, term in zip(
            part.index.to_numpy()[at[inside]], group["concept"][inside], group["term"][inside],
            strict=True,
        ):  # fmt: skip
            rows.append((row, concept, how, term))
    return pd.DataFrame(rows, columns=["row", "concept", "how", "term"])


_MATCHERS: dict[tuple[str, ...], Matcher] = {}


def _matcher(terms: tuple[str, ...]) -> Matcher:
    if terms not in _MATCHERS:
        _MATCHERS.clear()
        _MATCHERS[terms] = Matcher(terms, [1] * len(terms))
    return _MATCHERS[terms]


def _plain(term: str) -> str:
    return term.replace("-", " ")
