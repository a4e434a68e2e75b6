"""Hand-made tables of two invented outlets, for the tests of figures and notebooks."""

from __future__ import annotations

import pandas as pd

from analysis.tables import TABLES, check_table, empty_table, write_table

STATED = "The minister refused to answer."
QUOTED = "“The dam is safe,”"


def make_estimates(
    outlets=("Alpha Post", "Beta Times"),
    *,
    voices=("outlet",),
    labels=("any",),
    events=("all",),
    contrast="minus event mean",
    values=None,
    validity="weak",
    n_articles=6,
    measure="loaded_words",
):
    """Make rows of the estimates table; the first outlet has the highest value."""
    rows = []
    for event in events:
        for label in labels:
            for place, outlet in enumerate(outlets):
                for voice in voices:
                    value = values[place] if values else float(len(outlets) - place) - 1.5
                    rows.append(
                        {
                            "event": event,
                            "outlet": outlet,
                            "measure": measure,
                            "label": label,
                            "voice": voice,
                            "contrast": contrast,
                            "estimate": value,
                            "low": value - 0.4,
                            "high": value + 0.4,
                            "level": 0.95,
                            "resampled": "articles",
                            "n_articles": n_articles,
                            "n_segments": 40,
                            "n_words": 900,
                            "p": 0.02,
                            "p_adjusted": 0.04,
                            "corrected": False,
                            "validity": validity,
                        }
                    )
    return check_table(pd.DataFrame(rows), "estimates")


def make_articles(outlets=("Alpha Post", "Beta Times"), *, text=None, headline="Gate three opened"):
    """Make one used article an outlet, and a copy of the first that is set aside."""
    body = text or f"{headline}\n\n{STATED} {QUOTED} said Ana Vell.\n\nRain fell."
    rows = []
    for place, outlet in enumerate([*outlets, outlets[0]]):
        copy = place == len(outlets)
        rows.append(
            {
                "article_id": f"a{place:011d}",
                "event": "dam",
                "outlet": outlet,
                "source": f"{place}.txt",
                "url": f"https://outlet{place}.example/news",
                "published": "2031-04-02" if place else "unknown",
                "headline": headline,
                "byline": "unknown",
                "text": body,
                "language": "en",
                "n_words": len(body.split()),
                "lineage": "copy" if copy else "original",
                "lineage_of": "a00000000000" if copy else None,
                "lineage_similarity": 1.0 if copy else None,
                "used": not copy,
                "reason": "copy of another article" if copy else "",
            }
        )
    return check_table(pd.DataFrame(rows), "articles")


def make_run(folder, outlets=("Alpha Post", "Beta Times"), **options):
    """Write a finished run's tables to ``folder`` and return them by name."""
    articles = make_articles(outlets, **options)
    segments, paragraphs, evidence, scores, cuts = [], [], [], [], []
    for article in articles.itertuples():
        text, start = article.text, 0
        for number, part in enumerate(text.split("\n\n")):
            end = start + len(part)
            kind = "headline" if number == 0 else "lead" if number == 1 else "body"
            paragraphs.append((article.article_id, number, start, end, kind))
            pieces = [(start, end, "outlet")]
            if QUOTED in part:
                left = start + part.index(QUOTED)
                right = left + len(QUOTED)
                pieces = [(start, left, "outlet"), (left, right, "quoted"), (right, end, "outlet")]
            for left, right, voice in pieces:
                one = f"{article.article_id}:{left}"
                speaker = "Ana Vell" if voice == "quoted" else ""
                cue, cue_kind = ("said", "neutral") if voice == "quoted" else ("", "none")
                segments.append(
                    (one, article.article_id, number, number, kind, left, right, text[left:right],
                     voice, speaker, cue, cue_kind, False)
                )  # fmt: skip
                scores.append((one, article.article_id, "loaded_words", "any", 0.0, "lists@1"))
                if "refused" in text[left:right]:
                    at = left + text[left:right].index("refused")
                    evidence.append((one, "loaded_words", "doubting", at, at + 7, 1.0))
            start = end + 2
        cuts.append((article.article_id, 0, 11, "Share this ", "", "share prompt", 0.9))
    made = {
        "articles": articles,
        "segments": _frame("segments", segments),
        "paragraphs": _frame("paragraphs", paragraphs),
        "evidence": _frame("evidence", evidence),
        "scores": _frame("scores", scores),
        "cuts": _frame("cuts", cuts),
        "problems": empty_table("problems"),
        "estimates": pd.concat(
            [
                make_estimates(outlets, voices=("outlet", "quoted")),
                make_estimates(outlets, voices=("outlet", "quoted"), contrast="level"),
            ],
            ignore_index=True,
        ),
    }
    for name, frame in made.items():
        write_table(frame, folder, name)
    return made


def _frame(name, rows):
    columns = list(TABLES[name].columns)
    return check_table(pd.DataFrame(rows, columns=columns), name) if rows else empty_table(name)
