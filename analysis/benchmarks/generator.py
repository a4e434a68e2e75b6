"""Corpora of any size for measuring speed and for testing what a run survives.

Comes in: the paragraphs of the embedded sample. Goes out: a table of invented articles with copies,
wire stories and page furniture at the rates of scraped news. Sentence forms, quotations, cue verbs
and function words stay; the other words are exchanged by event and by article, so that two
articles share no more text than two real ones do. The result is not readable, and is not meant to
be: it costs a run what real articles of the same length cost.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd

from analysis.record import ROOT

COPIES, WIRE, FURNITURE = 0.05, 0.05, 0.5  # shares of articles
_PER_EVENT = 6  # articles of an event, on average
_KEPT = frozenset(
    "a an the and or but if of to in on at by for from with as is are was were be been has "
    "have had he she it they we i you his her its their this that these those not no said "
    "says told added claimed according who which when while after before than there will "
    "would could may can more one two all out up over into about against between under also "
    "only so what did do does mr mrs ms dr president minister monday tuesday wednesday "
    "thursday friday saturday sunday".split()
)
_MENU = "  • youtube\n  • facebook\n  • twitter\n\n"
_FOOT = "\n\nShare this article\n\nPlease let us know if you are having trouble with commenting.\n"


def generate_corpus(
    n: int, *, words: int = 600, outlets: int = 25, seed: int = 20_260
) -> pd.DataFrame:
    """Return ``n`` invented articles of about ``words`` words.

    Returns
    -------
    DataFrame
        ``text, headline, outlet, published, url`` and ``truth`` (``original``, ``copy``,
        ``wire``); any ``n`` articles are the first ``n`` of a larger corpus of the same seed.
    """
    generator = np.random.default_rng(seed)
    paragraphs, vocabulary = _paragraphs()
    rows: list[dict] = []
    event = 0
    while len(rows) < n:
        size = 1 + int(generator.poisson(_PER_EVENT - 1))
        rows += _event_articles(event, size, paragraphs, vocabulary, words, outlets, generator)
        event += 1
    return pd.DataFrame(rows[:n])


def _event_articles(event, size, paragraphs, vocabulary, words, outlets, generator) -> list[dict]:
    day = pd.Timestamp("2020-01-01") + pd.Timedelta(days=event % 1500)
    per_paragraph = np.mean([len(one.split()) for one in paragraphs])
    wanted = int(words / per_paragraph)
    names = _exchange(vocabulary, generator)
    pool = [paragraphs[i] for i in generator.integers(0, len(paragraphs), wanted * 2)]
    made: list[dict] = []
    for outlet in generator.permutation(outlets)[: min(size, outlets)]:
        chance = generator.random()
        truth = "original"
        if made and chance < COPIES:
            body, truth = _copy(made[0]["body"], generator), "copy"
        else:
            own = _exchange(vocabulary, generator)
            picked = generator.permutation(len(pool))[:wanted]
            body = [_reword(pool[i], names, own, generator) for i in picked]
            if made and chance < COPIES + WIRE:
                body, truth = made[0]["body"][: wanted // 2] + body[: wanted // 2], "wire"
        made.append({"outlet": f"Outlet {outlet:02d}", "body": body, "truth": truth})
    for position, one in enumerate(made):
        body = one.pop("body")
        text = "\n\n".join(body)
        if generator.random() < FURNITURE:
            text = _MENU + text + _FOOT
        headline = " ".join(body[0].split()[:10]).strip(" “”\"',.")
        host = one["outlet"].lower().replace(" ", "")
        published = day + pd.Timedelta(days=int(generator.integers(0, 2)))
        one |= {
            "text": text,
            "headline": headline,
            "published": published.date().isoformat(),
            "url": f"https://{host}.example/{event}/{position}",
        }
    return made


def _copy(body: list[str], generator: np.random.Generator) -> list[str]:
    """The same paragraphs without quotation marks, in another order."""
    return [re.sub(r"[“”\"]", "", body[i]) for i in generator.permutation(len(body))]


def _exchange(vocabulary: list[str], generator: np.random.Generator) -> dict[str, str]:
    order = generator.permutation(len(vocabulary))
    return dict(zip(vocabulary, (vocabulary[i] for i in order), strict=True))


def _reword(paragraph, names, own, generator) -> str:
    """Names and nouns as in the event, a third of the other words as in no other article."""
    words = []
    own_turn = generator.random(paragraph.count(" ") + 1) < 0.35
    for word, personal in zip(paragraph.split(" "), own_turn, strict=True):
        bare = word.strip("“”\"'.,:;?!()").lower()
        if bare in _KEPT or bare not in names:
            words.append(word)
            continue
        other = (own if personal else names)[bare]
        other = other.capitalize() if word.strip("“\"'(")[:1].isupper() else other
        at = word.lower().find(bare)
        words.append(word[:at] + other + word[at + len(bare) :])
    return " ".join(words)


@cache
def _paragraphs() -> tuple[list[str], list[str]]:
    from analysis.text.cleaning import clean_documents
    from analysis.text.corpus import read_corpus

    cleaned = clean_documents(read_corpus(ROOT / "data" / "sample" / "articles").documents)
    texts = cleaned.articles.sort_values("article_id")["text"]
    paragraphs = sorted(
        {
            paragraph.strip()
            for text in texts
            for paragraph in text.split("\n")
            if 8 <= len(paragraph.split()) <= 120
        }
    )
    words = {w.strip("“”\"'.,:;?!()").lower() for one in paragraphs for w in one.split()}
    return paragraphs, sorted(word for word in words if word.isalpha() and word not in _KEPT)
