"""Finding the article in a copied web page: from its visible text alone, and from its HTML.

Comes in: ``DATA/pages`` (pages with the body made by hand, the visible text line by line, and for
each line whether it belongs to the body). Goes out: the share of lines that ``clean_documents``
decides rightly, and of words that ``read_page`` and ``clean_documents`` find in HTML; higher is
better.

``line_f1`` and ``word_f1`` are F1 of "line is body" over all lines (weighted by 1, by words);
``article_recall`` is the share of body words kept. A line counts as kept when at least half of its
letters stay in a paragraph that is not headline or caption. ``html_f1`` is the set's own
measure: shingles of four words, precision and recall per page, averaged, then F1.

References
----------
Zyte (2020), article-extraction-benchmark (pages, bodies and the shingle measure).
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over

_TOKENS = re.compile(r"\w+")
_FULL = re.compile(r"[.!?][\"'”’)\]]*\s*$")


def measure_pages(data: Path) -> dict[str, Any]:
    """Measure reading and cleaning of pages; peers run in the same call.

    Parameters
    ----------
    data : Path
        The folder of labelled sets; ``pages`` is read.
    """
    rows = [json.loads(line) for line in (data / "pages" / "pages.jsonl").open(encoding="utf-8")]
    dumps = [row for row in rows if row["gold_lines"] is not None]
    pages = [row for row in rows if row.get("html")]
    kept, how = _keep_lines(dumps)
    figures = _line_figures(dumps, kept)
    baselines = {
        "full sentences of five words or more": _line_figures(dumps, map(_full_sentences, dumps))
    }
    html = [
        gzip.decompress((data / "pages" / row["html"]).read_bytes()).decode("utf-8", "replace")
        for row in pages
    ]
    figures |= _html_figures(pages, map(_read_and_clean, html))
    baselines["trafilatura"] = _html_figures(pages, map(_by_trafilatura, html))
    baselines["justext"] = _html_figures(pages, map(_by_justext, html))
    return {"figures": figures, "baselines": baselines, "notes": how}


def _keep_lines(dumps: list[dict[str, Any]]) -> tuple[list[np.ndarray], list[str]]:
    """Which lines of each dump ``clean_documents`` keeps as body, and by which models.

    A page that the line model was trained on is read only by the part that has not seen it.
    """
    from analysis.text.cleaning import clean_documents
    from analysis.text.corpus import documents_of_texts
    from analysis.text.pages.line_model import LineModel, folds_of_pages
    from analysis.training.furniture import page_key

    folds = folds_of_pages()
    fold_of = [folds.get(page_key(row["dump"])) for row in dumps]
    kept: dict[int, np.ndarray] = {}
    for fold in sorted(set(fold_of), key=str):
        places = [place for place, own in enumerate(fold_of) if own == fold]
        documents = documents_of_texts(
            [dumps[place]["dump"] for place in places], sources=map(str, places)
        )
        cleaned = clean_documents(documents, repeats={}, line_model=LineModel(without=fold))
        cuts = dict(iter(cleaned.cuts.groupby("article_id")))
        paragraphs = dict(iter(cleaned.paragraphs.groupby("article_id")))
        for key, source, raw in zip(
            documents["article_id"], documents["source"], documents["raw"], strict=True
        ):
            kept[int(source)] = _lines_kept(
                raw, _body_characters(raw, cuts.get(key), paragraphs.get(key))
            )
    seen = sum(fold is not None for fold in fold_of)
    notes = [
        f"{seen} of {len(dumps)} pages were trained on and are read by the part of the model that "
        f"has not seen them; {len(dumps) - seen} are read by all parts"
    ]
    return [kept[place] for place in range(len(dumps))], notes


def _body_characters(raw: str, cuts: Any, paragraphs: Any) -> np.ndarray:
    """For each character of the raw text: is it in a body paragraph of the clean text?"""
    if paragraphs is None:
        return np.zeros(len(raw), dtype=bool)
    place = np.zeros(len(raw) + 1, dtype=np.int64)
    stays = np.ones(len(raw), dtype=bool)
    if cuts is not None:
        for start, end, replacement in zip(
            cuts["start"], cuts["end"], cuts["replacement"], strict=True
        ):
            stays[start:end] = False
            place[end] += len(replacement)
    position = np.cumsum(stays) - stays + np.cumsum(place)[:-1]
    in_body = np.zeros(int(paragraphs["end"].max()) + 1, dtype=bool)
    for start, end, part in zip(
        paragraphs["start"], paragraphs["end"], paragraphs["part"], strict=True
    ):
        in_body[start:end] = part in ("lead", "body")
    return stays & in_body[np.minimum(position, len(in_body) - 1)]


def _lines_kept(raw: str, mask: np.ndarray) -> np.ndarray:
    kept, start = [], 0
    for line in raw.split("\n"):
        letters = np.fromiter((not char.isspace() for char in line), dtype=bool, count=len(line))
        there = mask[start : start + len(line)] & letters
        kept.append(letters.sum() > 0 and there.sum() >= 0.5 * letters.sum())
        start += len(line) + 1
    return np.array(kept)


def _full_sentences(row: dict[str, Any]) -> np.ndarray:
    return np.array(
        [bool(_FULL.search(line)) and len(line.split()) >= 5 for line in row["dump"].split("\n")]
    )


def _line_figures(dumps: list[dict[str, Any]], kept: Iterable[np.ndarray]) -> dict[str, Any]:
    counts = []
    for row, keeps in zip(dumps, kept, strict=True):
        gold = np.array(row["gold_lines"], dtype=bool)
        words = np.array([len(line.split()) for line in row["dump"].split("\n")])
        cells = (keeps & gold, keeps & ~gold, ~keeps & gold)
        counts.append([cell.sum() for cell in cells] + [words[cell].sum() for cell in cells])
    table = np.array(counts, dtype=float)

    def f1(at: int) -> Any:
        def statistic(units: np.ndarray) -> float:
            hit, extra, missed = table[units, at : at + 3].sum(axis=0)
            return 2 * hit / (2 * hit + extra + missed)

        return statistic

    def recall(units: np.ndarray) -> float:
        hit, _, missed = table[units, 3:].sum(axis=0)
        return hit / (hit + missed)

    return _figures({"line_f1": f1(0), "word_f1": f1(3), "article_recall": recall}, dumps)


def _html_figures(pages: list[dict[str, Any]], texts: Iterable[str]) -> dict[str, Any]:
    table = np.array(
        [_precision_recall(row["body"], text) for row, text in zip(pages, texts, strict=True)]
    )

    def f1(units: np.ndarray) -> float:
        precision, recall = table[units].mean(axis=0)
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    return _figures({"html_f1": f1}, pages)


def _figures(statistics: dict[str, Any], units: list[Any]) -> dict[str, Any]:
    everything = np.arange(len(units))
    found = {}
    for key, statistic in statistics.items():
        low, high = interval_over(units, statistic)
        found[key] = figure(
            float(statistic(everything)), low=low, high=high, n=len(units), unit="pages"
        )
    return found


def _precision_recall(body: str, found: str) -> tuple[float, float]:
    true, read = _shingles(body), _shingles(found)
    hit = sum((true & read).values())
    precision = hit / sum(read.values()) if read else float(not true)
    return precision, hit / sum(true.values()) if true else 1.0


def _shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    words = _TOKENS.findall(text)
    if not words:
        return Counter()
    return Counter(tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))


def _read_and_clean(html: str) -> str:
    """The body a user gets: the page read, then cleaned."""
    from analysis.text.cleaning import clean_documents
    from analysis.text.corpus import documents_of_pages
    from analysis.text.reading.containers import ContainerError

    try:
        documents = documents_of_pages([html])
    except ContainerError:
        return ""
    cleaned = clean_documents(documents)
    text = cleaned.articles["text"].iloc[0]
    body = cleaned.paragraphs[cleaned.paragraphs["part"].isin(["lead", "body"])]
    return "\n".join(text[start:end] for start, end in zip(body["start"], body["end"], strict=True))


def _by_trafilatura(html: str) -> str:
    import trafilatura

    return trafilatura.extract(html, include_comments=False) or ""


def _by_justext(html: str) -> str:
    import justext

    found = justext.justext(html.encode("utf-8", "replace"), justext.get_stoplist("English"))
    return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)
