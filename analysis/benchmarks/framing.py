"""How well frames of articles are found, and who is cast as hero, villain or victim in them.

``policy_frames``: F1 over all decisions (micro), mean F1 and mean AUC over the fourteen frames, on
English articles; micro F1 on other languages; and what the coding itself allows
(``frame_ceiling``). ``narrative_frames``: mean F1 over the five frames, and over hero, villain and
victim of named entities.

Articles that the shipped heads were fitted on are known by a hash of their text and get the value
of a head that had not seen them (kept with the weights); all others are read by the shipped
weights. Baselines run in the same call, out of fold on the same articles. Higher is better;
intervals are over articles.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.benchmarks.frame_ceiling import best_f1, codes_agree, near_copies
from analysis.benchmarks.frame_statistics import (
    as_matrix,
    class_f1,
    labels_figure,
    macro_auc,
    macro_f1,
    micro_f1,
    tfidf_classes,
    tfidf_labels,
)
from analysis.encoder import Encoder
from analysis.measures.article_heads import ArticleHead, mean_values
from analysis.measures.frame_heads import (
    article_key,
    load_article_heads,
    load_heads,
    load_unseen,
)
from analysis.measures.portrayals import ROLES, naming_sentences, score_portrayals, sentences_of
from analysis.training.frames import (
    NARRATIVE,
    balanced_folds,
    folds_of,
    policy_name,
    read_texts,
    role_key,
    roles_of,
)
from analysis.training.labelled_rows import read_lines


def measure_policy_frames(data: Path) -> dict[str, Any]:
    """Measure the fourteen policy frames of articles on the set ``policy_frames``."""
    rows = list(read_lines(Path(data) / "policy_frames" / "articles.jsonl"))
    encoder = Encoder()
    head = load_article_heads()["policy_frames"]
    english = [row for row in rows if row["language"] == "en"]
    values, decided, known = _read(english, head, "policy_frames", encoder)
    present = as_matrix([[policy_name(name) for name in row["frames"]] for row in english],
                        head.labels)  # fmt: skip
    figures = {
        "micro_f1": labels_figure(micro_f1, present, decided),
        "macro_f1": labels_figure(macro_f1, present, decided),
        "macro_auc": labels_figure(macro_auc, present, values),
    }
    texts = [row["text"] for row in english]
    figures |= _ceiling(texts, present, decided, values)
    baselines = _article_baselines(texts, present, balanced_folds(_keys(texts), present))
    for language in sorted({row["language"] for row in rows} - {"en"}):
        some = [row for row in rows if row["language"] == language]
        _, found, _ = _read(some, head, "policy_frames", encoder)
        there = as_matrix([[policy_name(name) for name in row["frames"]] for row in some],
                          head.labels)  # fmt: skip
        figures[f"micro_f1_{language}"] = labels_figure(micro_f1, there, found)
        baselines["majority"][f"micro_f1_{language}"] = labels_figure(
            micro_f1, there, _majority(there)
        )
    notes = [
        f"{known} of {len(english)} English articles were fitted on: their values are out of fold",
        "thresholds were chosen inside the training folds; the other languages are read by an "
        "English encoder and are shown as a warning, not as a claim",
        _rare(present, head.labels),
        "near_copies_f1: codes of articles that share a fifth of their word triples, one against "
        "the other; near_copies_f1_ours: our decisions on those articles; ceiling_micro_f1: the "
        "best micro_f1 if other codes agree no better than those (analysis/benchmarks/"
        "frame_ceiling.py)",
    ]
    return {"figures": figures, "baselines": baselines, "notes": notes}


def measure_narrative_frames(data: Path) -> dict[str, Any]:
    """Measure five narrative frames and the portrayal of entities on ``narrative_frames``."""
    rows = list(read_lines(Path(data) / "narrative_frames" / "articles.jsonl"))
    encoder = Encoder()
    head = load_article_heads()["narrative_frames"]
    values, decided, known = _read(rows, head, "narrative_frames", encoder)
    present = as_matrix([row["frames"] for row in rows], NARRATIVE)
    varied = np.flatnonzero((present.min(axis=0) == 0) & (present.max(axis=0) == 1))
    figures = {
        "macro_f1": labels_figure(macro_f1, present, decided),
        "macro_f1_varied": labels_figure(macro_f1, present[:, varied], decided[:, varied]),
        "macro_auc_varied": labels_figure(macro_auc, present[:, varied], values[:, varied]),
    }
    texts = [row["text"] for row in rows]
    figures |= _generic(texts, present, encoder)
    folds = folds_of(_keys(texts))
    baselines = _article_baselines(texts, present, folds, keys=("macro_f1",))
    role_figures, role_baselines, role_note = _roles(rows, texts, encoder)
    figures |= role_figures
    for who, theirs in role_baselines.items():
        baselines.setdefault(who, {}).update(theirs)
    constant = [NARRATIVE[place] for place in range(len(NARRATIVE)) if place not in varied]
    notes = [
        f"{known} of {len(rows)} articles were fitted on: their values are out of fold",
        f"frames that all articles have or none: {', '.join(constant) or 'none'}; "
        "macro_f1 counts them, macro_f1_varied does not",
        role_note,
        "generic_auc_*: the mean share of the generic frame of that name, from its description "
        "alone, against the frame that readers coded",
    ]
    return {"figures": figures, "baselines": baselines, "notes": notes}


def _generic(texts: list[str], present: np.ndarray, encoder: Encoder) -> dict[str, Any]:
    """Return how well shares of described generic frames tell articles with the coded ones."""
    head = load_heads()["generic_frames"]
    vectors, words, owners = read_texts(texts, encoder)
    shares = np.nan_to_num(mean_values(head.values(vectors), words, owners))
    figures = {}
    for coded, ours in (("conflict", "conflict"), ("human_interest", "human_interest"),
                        ("moral", "morality"), ("resolution", "responsibility")):  # fmt: skip
        column = present[:, [NARRATIVE.index(coded)]]
        value = shares[:, [head.labels.index(ours)]]
        figures[f"generic_auc_{ours}"] = labels_figure(macro_auc, column, value)
    return figures


def _keys(texts: Sequence[str]) -> list[int]:
    return [article_key(text) for text in texts]


def _ceiling(
    texts: list[str], present: np.ndarray, decided: np.ndarray, values: np.ndarray
) -> dict[str, Any]:
    """Return how far codes of near copies agree, our F1 on them, and what that allows at best."""
    pairs = near_copies(texts)
    if not len(pairs):
        return {}
    copies = np.unique(pairs)
    low, high = interval_over(pairs, lambda drawn: codes_agree(present, pairs[drawn]))
    middle = codes_agree(present, pairs)
    bounds = [best_f1(agreement, values, present) for agreement in (middle, low, high)]
    best, lowest, highest = (None if bound != bound else float(bound) for bound in bounds)
    count, unit = len(pairs), "pairs of near copies"
    return {
        "near_copies_f1": figure(middle, low=low, high=high, n=count, unit=unit),
        "near_copies_f1_ours": labels_figure(micro_f1, present[copies], decided[copies]),
        "ceiling_micro_f1": figure(best, low=lowest, high=highest, n=count, unit=unit),
    }


def _read(
    rows: Sequence[dict[str, Any]], head: ArticleHead, name: str, encoder: Encoder
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return values and decisions per article, and how many were fitted on."""
    unseen = load_unseen()
    values_of, decided_of = unseen[name], unseen[f"{name}_present"]
    keys = [article_key(row["text"]) for row in rows]
    values = np.zeros((len(rows), len(head.labels)))
    decided = np.zeros_like(values)
    new = [place for place, key in enumerate(keys) if key not in values_of]
    if new:
        values[new] = head.values(*read_texts([rows[place]["text"] for place in new], encoder))
        values = np.nan_to_num(values)
        decided[new] = values[new] >= head.thresholds
    for place, key in enumerate(keys):
        if key in values_of:
            values[place], decided[place] = values_of[key], decided_of[key]
    return values, decided, len(rows) - len(new)


def _majority(present: np.ndarray) -> np.ndarray:
    """Return for each article the frames that at least half of all have, else the commonest."""
    share = present.mean(axis=0)
    chosen = (share >= 0.5) | (share == share.max())
    return np.tile(chosen.astype(float), (len(present), 1))


def _article_baselines(
    texts: list[str],
    present: np.ndarray,
    folds: np.ndarray,
    keys: Sequence[str] = ("micro_f1", "macro_f1"),
) -> dict[str, dict[str, Any]]:
    statistics = {"micro_f1": micro_f1, "macro_f1": macro_f1}
    values = tfidf_labels(texts, present, folds)
    made = {
        "majority": {
            key: labels_figure(statistics[key], present, _majority(present)) for key in keys
        },
        "TF-IDF logistic regression": {
            key: labels_figure(statistics[key], present, (values >= 0.5).astype(float))
            for key in keys
        },
    }
    if "micro_f1" in keys:
        made["TF-IDF logistic regression"]["macro_auc"] = labels_figure(macro_auc, present, values)
    return made


def _roles(
    rows: list[dict[str, Any]], texts: list[str], encoder: Encoder
) -> tuple[dict[str, Any], dict[str, dict[str, Any]], str]:
    entities = roles_of(rows)
    truth = np.array([ROLES.index(role) for _, _, role in entities])
    owner = np.array([number for number, _, _ in entities])
    keys = [role_key(texts[number], entity) for number, entity, _ in entities]
    found = _read_roles(texts, entities, keys, encoder, context_only=False)
    context = _read_roles(texts, entities, keys, encoder, context_only=True)
    named = np.isfinite(context).all(axis=1)
    guess = np.where(named, np.nan_to_num(context).argmax(axis=1), np.bincount(truth).argmax())
    folds = folds_of(_keys(texts))[owner]
    words = [
        " ".join([entity, *(cut[place] for place in naming_sentences(entity, cut))])
        for (_, entity, _), cut in zip(entities, _cut(texts, owner), strict=True)
    ]
    names = [entity for _, entity, _ in entities]
    figures = {
        "role_macro_f1": _role_figure(truth, found.argmax(axis=1), owner),
        "role_macro_f1_context_only": _role_figure(truth, guess, owner),
    }
    baselines = {
        "majority": {
            "role_macro_f1": _role_figure(truth, np.full(len(truth), np.bincount(truth).argmax()),
                                          owner)
        },
        "TF-IDF logistic regression": {
            "role_macro_f1": _role_figure(truth, tfidf_classes(words, truth, folds), owner),
            "role_macro_f1_name_only": _role_figure(
                truth, tfidf_classes(names, truth, folds), owner
            ),
        },
    }  # fmt: skip
    note = (
        f"{len(truth)} entities, intervals over articles; context_only cuts the entity's name out: "
        "most of role_macro_f1 comes from who is usually cast how, not from how this text casts"
    )
    return figures, baselines, note


def _cut(texts: list[str], owner: np.ndarray) -> list[list[str]]:
    cut = {number: sentences_of(texts[number]) for number in sorted(set(owner.tolist()))}
    return [cut[number] for number in owner.tolist()]


def _read_roles(
    texts: list[str],
    entities: list[tuple[int, str, str]],
    keys: list[int],
    encoder: Encoder,
    *,
    context_only: bool,
) -> np.ndarray:
    known = load_unseen()["portrayals_context" if context_only else "portrayals"]
    values = np.full((len(entities), len(ROLES)), np.nan)
    new = [place for place, key in enumerate(keys) if key not in known]
    if new:
        asked = [entities[place][:2] for place in new]
        values[new] = score_portrayals(texts, asked, encoder, context_only=context_only)
    for place, key in enumerate(keys):
        if key in known:
            values[place] = known[key]
    return values


def _role_figure(truth: np.ndarray, found: np.ndarray, owner: np.ndarray) -> dict[str, Any]:
    classes = sorted(set(truth))
    articles = sorted(set(owner))
    places = {one: np.flatnonzero(owner == one) for one in articles}

    def statistic(drawn: np.ndarray) -> float:
        some = np.concatenate([places[articles[place]] for place in drawn])
        return class_f1(truth[some], found[some], classes)

    low, high = interval_over(articles, statistic, resamples=500)
    value = class_f1(truth, found, classes)
    return figure(value, low=low, high=high, n=len(truth), unit="entities")


def _rare(present: np.ndarray, labels: Sequence[str]) -> str:
    counts = present.sum(axis=0).astype(int)
    few = [f"{label} {count}" for label, count in zip(labels, counts, strict=True) if count < 25]
    return "frames with under 25 articles, whose F1 is little known: " + (", ".join(few) or "none")
