"""How well frames are found: of articles, of climate stories and their actors, of sentences.

``policy_frames``: F1 over all decisions (micro), mean F1 and mean AUC over the fourteen frames, on
English articles; micro F1 on other languages. ``narrative_frames``: mean F1 over the five frames,
and over hero, villain and victim of named entities. ``frac``: mean F1 over the frames of single
sentences, from definitions and five examples a frame and no training on the set.

Articles that the shipped heads were fitted on are known by a hash of their text and get the value
of a head that had not seen them (kept with the weights); all others are read by the shipped
weights. Baselines run in the same call, out of fold on the same articles. Higher is better;
intervals are over articles (``frac``: over sentences, and draws of the five examples averaged).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.benchmarks.frame_statistics import (
    as_matrix,
    class_f1,
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
from analysis.measures.frame_learning import describe_frames, train_own_frame
from analysis.measures.own_frames import FOLDER as FRAME_FILES
from analysis.measures.own_frames import Frame, FrameBook, built_in_frames, read_frames
from analysis.measures.portrayals import ROLES, naming_sentences, score_portrayals, sentences_of
from analysis.training.frames import (
    NARRATIVE,
    folds_of,
    policy_name,
    read_texts,
    role_key,
    roles_of,
)
from analysis.training.labelled_rows import read_lines

DRAWS = 10
CODES = 32
EXAMPLES = 5
# The frames of the set ``frac``: which of the built-in descriptions say the same.
FRAC = {
    "political_and_policies": ("political", "policy_prescription_and_evaluation"),
    "economic": ("economic",),
    "cultural_identity": ("cultural_identity",),
    "health_and_safety": ("health_and_safety",),
    "security_and_defense": ("security_and_defense",),
    "legality_and_crime": ("legality_and_constitutionality", "crime_and_punishment"),
    "fairness_and_equality": ("fairness_and_equality",),
    "public_opinion": ("public_opinion",),
    "morality": ("morality",),
}
Statistic = Callable[[np.ndarray, np.ndarray], float]


def measure_policy_frames(data: Path) -> dict[str, Any]:
    """Measure the fourteen policy frames of articles on the set ``policy_frames``."""
    rows = list(read_lines(Path(data) / "policy_frames" / "articles.jsonl"))
    encoder = _encoder()
    head = load_article_heads()["policy_frames"]
    english = [row for row in rows if row["language"] == "en"]
    values, decided, known = _read(english, head, "policy_frames", encoder)
    present = as_matrix([[policy_name(name) for name in row["frames"]] for row in english],
                        head.labels)  # fmt: skip
    figures = {
        "micro_f1": _figure(micro_f1, present, decided),
        "macro_f1": _figure(macro_f1, present, decided),
        "macro_auc": _figure(macro_auc, present, values),
    }
    baselines = _article_baselines([row["text"] for row in english], present)
    for language in sorted({row["language"] for row in rows} - {"en"}):
        some = [row for row in rows if row["language"] == language]
        _, found, _ = _read(some, head, "policy_frames", encoder)
        there = as_matrix([[policy_name(name) for name in row["frames"]] for row in some],
                          head.labels)  # fmt: skip
        figures[f"micro_f1_{language}"] = _figure(micro_f1, there, found)
        baselines["majority"][f"micro_f1_{language}"] = _figure(micro_f1, there, _majority(there))
    notes = [
        f"{known} of {len(english)} English articles were fitted on: their values are out of fold",
        "thresholds were chosen inside the training folds; the other languages are read by an "
        "English encoder and are shown as a warning, not as a claim",
        _rare(present, head.labels),
    ]
    return {"figures": figures, "baselines": baselines, "notes": notes}


def measure_narrative_frames(data: Path) -> dict[str, Any]:
    """Measure five narrative frames and the portrayal of entities on ``narrative_frames``."""
    rows = list(read_lines(Path(data) / "narrative_frames" / "articles.jsonl"))
    encoder = _encoder()
    head = load_article_heads()["narrative_frames"]
    values, decided, known = _read(rows, head, "narrative_frames", encoder)
    present = as_matrix([row["frames"] for row in rows], NARRATIVE)
    varied = np.flatnonzero((present.min(axis=0) == 0) & (present.max(axis=0) == 1))
    figures = {
        "macro_f1": _figure(macro_f1, present, decided),
        "macro_f1_varied": _figure(macro_f1, present[:, varied], decided[:, varied]),
        "macro_auc_varied": _figure(macro_auc, present[:, varied], values[:, varied]),
    }
    texts = [row["text"] for row in rows]
    figures |= _generic(texts, present, encoder)
    baselines = _article_baselines(texts, present, keys=("macro_f1",))
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


def measure_frac(data: Path) -> dict[str, Any]:
    """Measure the own-frame path on the set ``frac``: definitions and five examples a frame."""
    rows = list(read_lines(Path(data) / "frac" / "sentences.jsonl"))
    texts, names = [row["text"] for row in rows], [row["frame"] for row in rows]
    encoder = _encoder()
    book = frac_book(sorted(set(names)))
    labels = list(book.names)
    truth = np.array([labels.index(name) for name in names])
    vectors = encoder.vectors(texts)
    described, owners = encoder.vectors(book.texts), np.array(book.owners)
    draws: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
        "ours": [], "ours, no corpus": [], "centroid": [], "centroid and descriptions": []
    }  # fmt: skip
    for draw in range(DRAWS):
        shown = draw_examples(truth, EXAMPLES, seed=draw)
        rest = np.setdiff1d(np.arange(len(truth)), shown)
        coded = [texts[place] for place in shown], [names[place] for place in shown]
        for who, corpus in (("ours", [texts[place] for place in rest]), ("ours, no corpus", ())):
            head = train_own_frame(*coded, encoder, book=book, corpus=corpus)
            draws[who].append((rest, head.log_odds(vectors[rest]).argmax(axis=1)))
        draws["centroid"].append((rest, _nearest(vectors[shown], truth[shown], vectors[rest])))
        joined = np.concatenate([vectors[shown], described])
        classes = np.concatenate([truth[shown], owners])
        draws["centroid and descriptions"].append((rest, _nearest(joined, classes, vectors[rest])))
    figures = {
        "macro_f1": _over_draws(draws["ours"], truth),
        "macro_f1_without_corpus": _over_draws(draws["ours, no corpus"], truth),
        "segment_auc": _segment_auc(truth, vectors, labels),
        **_hand_codes("frac", texts, truth, vectors, book, encoder),
        **_gun_codes(Path(data), encoder),
    }
    baselines = {
        "nearest centroid of 5 examples": {"macro_f1": _over_draws(draws["centroid"], truth)},
        "nearest centroid of 5 examples and descriptions": {
            "macro_f1": _over_draws(draws["centroid and descriptions"], truth)
        },
    }
    notes = [
        f"mean of {DRAWS} draws of {EXAMPLES} examples a frame, which are not scored; macro_f1 "
        "also reads the scored sentences without their codes, as a researcher has the corpus at "
        "hand; macro_f1_without_corpus does not",
        "descriptions and their examples are invented; the three settings were looked at on gvfc, "
        "moral_events and here, one value for all",
        "segment_auc: shares of the shipped policy frames, from descriptions alone",
        f"*_codes_0 is descriptions alone, *_gain_{CODES} what {CODES} random codes add to it",
    ]
    return {"figures": figures, "baselines": baselines, "notes": notes}


def _gun_codes(data: Path, encoder: Encoder) -> dict[str, Any]:
    """Return what hand codes add on headlines of the set ``gvfc``, where it is there."""
    path = data / "gvfc" / "headlines.jsonl"
    if not path.exists():
        return {}
    book = read_frames(FRAME_FILES / "examples" / "gun_violence.yaml")
    rows = [row for row in read_lines(path) if row["frame"] in book.names]
    texts = [row["text"] for row in rows]
    truth = np.array([book.names.index(row["frame"]) for row in rows])
    return _hand_codes("gvfc", texts, truth, encoder.vectors(texts), book, encoder)


def _hand_codes(
    name: str,
    texts: list[str],
    truth: np.ndarray,
    vectors: np.ndarray,
    book: FrameBook,
    encoder: Encoder,
) -> dict[str, Any]:
    """Return macro F1 without codes, and how much ``CODES`` random ones add, over the same rows."""
    draws: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {0: [], CODES: []}
    before = describe_frames(book, encoder).log_odds(vectors).argmax(axis=1)
    for draw in range(DRAWS):
        generator = np.random.default_rng(draw)
        shown = np.sort(generator.choice(len(texts), min(CODES, len(texts) // 2), replace=False))
        rest = np.setdiff1d(np.arange(len(texts)), shown)
        head = train_own_frame(
            [texts[place] for place in shown],
            [book.names[truth[place]] for place in shown],
            encoder,
            book=book,
        )
        draws[0].append((rest, before[rest]))
        draws[CODES].append((rest, head.log_odds(vectors[rest]).argmax(axis=1)))
    return {
        f"{name}_codes_0": _over_draws(draws[0], truth),
        f"{name}_codes_{CODES}": _over_draws(draws[CODES], truth),
        f"{name}_gain_{CODES}": _over_draws(draws[CODES], truth, minus=draws[0]),
    }


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
        figures[f"generic_auc_{ours}"] = _figure(macro_auc, column, value)
    return figures


def _segment_auc(truth: np.ndarray, vectors: np.ndarray, labels: Sequence[str]) -> dict[str, Any]:
    """Return how well shares of the shipped policy frames tell sentences with a frame."""
    head = load_heads()["policy_frames"]
    shares = head.values(vectors)
    told = [place for place, label in enumerate(labels) if FRAC.get(label)]
    present = np.array([[float(one == place) for place in told] for one in truth])
    summed = np.stack(
        [
            shares[:, [head.labels.index(name) for name in FRAC[labels[place]]]].sum(axis=1)
            for place in told
        ],
        axis=1,
    )
    return _figure(macro_auc, present, summed, unit="sentences")


def frac_book(labels: Sequence[str]) -> FrameBook:
    """Return definitions and invented examples for the frames of the set ``frac``."""
    frames = {frame.name: frame for frame in built_in_frames("policy_frames").frames}
    nothing = built_in_frames("background").frames[0]
    made = []
    for label in labels:
        parts = [frames[name] for name in FRAC.get(label, ())]
        if parts:
            definition = " ".join(part.definition for part in parts)
            examples = tuple(text for part in parts for text in part.examples)
            made.append(Frame(label, label.replace("_", " "), definition, examples))
        else:
            made.append(Frame(label, label, nothing.definition, nothing.examples))
    return FrameBook("frac", "1", tuple(made))


def draw_examples(truth: np.ndarray, count: int, *, seed: int) -> np.ndarray:
    """Return the places of ``count`` examples of each class, and of at most half of a class."""
    generator = np.random.default_rng(seed)
    return np.concatenate(
        [
            generator.choice(places, min(count, len(places) // 2), replace=False)
            for places in (np.flatnonzero(truth == one) for one in sorted(set(truth)))
        ]
    )


def _nearest(known: np.ndarray, classes: np.ndarray, asked: np.ndarray) -> np.ndarray:
    names = np.array(sorted(set(classes)))
    middles = np.array([known[classes == one].mean(axis=0) for one in names])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    return names[(asked @ middles.T).argmax(axis=1)]


def _over_draws(
    draws: list[tuple[np.ndarray, np.ndarray]],
    truth: np.ndarray,
    minus: list[tuple[np.ndarray, np.ndarray]] | None = None,
) -> dict[str, Any]:
    """Return the mean macro F1 over draws (less that of ``minus``), interval over sentences."""
    classes = sorted(set(truth))

    def mean_f1(some: list[tuple[np.ndarray, np.ndarray]], times: np.ndarray) -> float:
        scores = [
            class_f1(np.repeat(truth[rest], times[rest]), np.repeat(found, times[rest]), classes)
            for rest, found in some
        ]
        return float(np.mean(scores))

    def statistic(drawn: np.ndarray) -> float:
        times = np.bincount(drawn, minlength=len(truth))
        return mean_f1(draws, times) - (mean_f1(minus, times) if minus else 0.0)

    everything = np.arange(len(truth))
    low, high = interval_over(everything, statistic, resamples=300)
    return figure(statistic(everything), low=low, high=high, n=len(truth), unit="sentences")


def _encoder() -> Encoder:
    return Encoder()


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


def _figure(
    statistic: Statistic, present: np.ndarray, found: np.ndarray, *, unit: str = "articles"
) -> dict[str, Any]:
    varied = present.size and bool(((present.min(axis=0) == 0) & (present.max(axis=0) == 1)).any())
    if statistic is macro_auc and not varied:
        # All have the frame or none has: there is nothing to tell apart, and no figure.
        return figure(None, n=len(present), unit=unit)
    everything = np.arange(len(present))
    low, high = interval_over(everything, lambda drawn: statistic(present[drawn], found[drawn]))
    return figure(statistic(present, found), low=low, high=high, n=len(present), unit=unit)


def _majority(present: np.ndarray) -> np.ndarray:
    """Return for each article the frames that at least half of all have, else the commonest."""
    share = present.mean(axis=0)
    chosen = (share >= 0.5) | (share == share.max())
    return np.tile(chosen.astype(float), (len(present), 1))


def _article_baselines(
    texts: list[str], present: np.ndarray, keys: Sequence[str] = ("micro_f1", "macro_f1")
) -> dict[str, dict[str, Any]]:
    statistics = {"micro_f1": micro_f1, "macro_f1": macro_f1}
    folds = folds_of([article_key(text) for text in texts])
    values = tfidf_labels(texts, present, folds)
    made = {
        "majority": {key: _figure(statistics[key], present, _majority(present)) for key in keys},
        "TF-IDF logistic regression": {
            key: _figure(statistics[key], present, (values >= 0.5).astype(float)) for key in keys
        },
    }
    if "micro_f1" in keys:
        made["TF-IDF logistic regression"]["macro_auc"] = _figure(macro_auc, present, values)
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
    folds = folds_of([article_key(text) for text in texts])[owner]
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
