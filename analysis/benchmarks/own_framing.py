"""How well a researcher's own frames are found, from definitions and a few examples or hand codes.

``frac``: mean F1 over the frames of single sentences, from definitions and five examples a frame,
without training on the set; the same for headlines on gun violence (``gvfc``), from hand codes
alone. Higher is better; intervals are over sentences, draws of the examples averaged. Baselines run
in the same call on the same draws. What it does not do: score the examples that were shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benchmarks import figure, interval_over
from analysis.benchmarks.frame_statistics import class_f1, labels_figure, macro_auc
from analysis.encoder import Encoder
from analysis.measures.frame_heads import load_heads
from analysis.measures.frame_learning import describe_frames, train_own_frame
from analysis.measures.own_frames import FOLDER as FRAME_FILES
from analysis.measures.own_frames import Frame, FrameBook, built_in_frames, read_frames
from analysis.training.labelled_rows import read_lines

DRAWS = 10
CODES = (32, 128)  # how many random hand codes are learnt from
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


def measure_frac(data: Path) -> dict[str, Any]:
    """Measure the own-frame path on the set ``frac``: definitions and five examples a frame."""
    rows = list(read_lines(Path(data) / "frac" / "sentences.jsonl"))
    texts, names = [row["text"] for row in rows], [row["frame"] for row in rows]
    encoder = Encoder()
    book = frac_book(sorted(set(names)))
    labels = list(book.names)
    truth = np.array([labels.index(name) for name in names])
    vectors = encoder.vectors(texts)
    described, owners = encoder.vectors(book.texts), np.array(book.owners)
    defined = np.unique(owners, return_index=True)[1]  # a frame's first text is its definition
    draws: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
        "ours": [], "ours, no corpus": [], "centroid": [], "centroid and definitions": [],
        "centroid and descriptions": [],
    }  # fmt: skip
    for draw in range(DRAWS):
        shown = draw_examples(truth, EXAMPLES, seed=draw)
        rest = np.setdiff1d(np.arange(len(truth)), shown)
        coded = [texts[place] for place in shown], [names[place] for place in shown]
        for who, corpus in (("ours", [texts[place] for place in rest]), ("ours, no corpus", ())):
            head = train_own_frame(*coded, encoder, book=book, corpus=corpus)
            draws[who].append((rest, head.log_odds(vectors[rest]).argmax(axis=1)))
        draws["centroid"].append((rest, _nearest(vectors[shown], truth[shown], vectors[rest])))
        for who, texts_shown in (
            ("definitions", defined),
            ("descriptions", np.arange(len(owners))),
        ):
            joined = np.concatenate([vectors[shown], described[texts_shown]])
            classes = np.concatenate([truth[shown], owners[texts_shown]])
            draws[f"centroid and {who}"].append((rest, _nearest(joined, classes, vectors[rest])))
    figures = {
        "macro_f1": _over_draws(draws["ours"], truth),
        "macro_f1_without_corpus": _over_draws(draws["ours, no corpus"], truth),
        "segment_auc": _segment_auc(truth, vectors, labels),
        **_hand_codes("frac", texts, truth, vectors, book, encoder),
        **_hand_codes("frac_short", texts, truth, vectors, shorten_book(book), encoder),
        **_gun_codes(Path(data), encoder),
    }
    baselines = {
        "nearest centroid of 5 examples": {"macro_f1": _over_draws(draws["centroid"], truth)},
        "nearest centroid of 5 examples and the definition": {
            "macro_f1": _over_draws(draws["centroid and definitions"], truth)
        },
        "nearest centroid of 5 examples and all descriptions": {
            "macro_f1": _over_draws(draws["centroid and descriptions"], truth)
        },
    }
    notes = [
        f"mean of {DRAWS} draws of {EXAMPLES} examples a frame, which are not scored; macro_f1 "
        "also reads the scored sentences without their codes, as a researcher has the corpus at "
        "hand; macro_f1_without_corpus does not",
        "descriptions and their examples are invented; penalty, sharpness, the corpus's share and "
        "how many examples describe a frame were looked at on gvfc, moral_events and here, one "
        "value for all",
        "segment_auc: shares of the shipped policy frames, from descriptions alone; "
        "gvfc_generic_auc_economic: share of the generic frame economic consequences in headlines "
        "with that theme against the others",
        "*_codes_0 is descriptions alone, *_gain_32 what 32 random codes add to it; "
        f"frac describes a frame by 33 to 66 texts, frac_short by its definition and {EXAMPLES} "
        "invented examples, as a researcher's file does, gvfc by its definition and 5",
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
    vectors = encoder.vectors(texts)
    generic = load_heads()["generic_frames"]
    ours = [generic.labels.index("economic_consequences")]
    theirs = (truth == book.names.index("economic_consequences")).astype(float)[:, None]
    return {
        **_hand_codes("gvfc", texts, truth, vectors, book, encoder),
        "gvfc_generic_auc_economic": labels_figure(
            macro_auc, theirs, generic.values(vectors)[:, ours], unit="headlines"
        ),
    }


def _hand_codes(
    name: str,
    texts: list[str],
    truth: np.ndarray,
    vectors: np.ndarray,
    book: FrameBook,
    encoder: Encoder,
) -> dict[str, Any]:
    """Return macro F1 without codes, and how much random ones add, over the same rows."""
    before = describe_frames(book, encoder).log_odds(vectors).argmax(axis=1)
    figures = {}
    for count in CODES:
        alone, coded = [], []
        for draw in range(DRAWS):
            generator = np.random.default_rng(draw)
            most = min(count, len(texts) // 2)
            shown = np.sort(generator.choice(len(texts), most, replace=False))
            rest = np.setdiff1d(np.arange(len(texts)), shown)
            head = train_own_frame(
                [texts[place] for place in shown],
                [book.names[truth[place]] for place in shown],
                encoder,
                book=book,
            )
            alone.append((rest, before[rest]))
            coded.append((rest, head.log_odds(vectors[rest]).argmax(axis=1)))
        if count == CODES[0]:
            figures[f"{name}_codes_0"] = _over_draws(alone, truth)
        figures[f"{name}_codes_{count}"] = _over_draws(coded, truth)
        figures[f"{name}_gain_{count}"] = _over_draws(coded, truth, minus=alone)
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
    return labels_figure(macro_auc, present, summed, unit="sentences")


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


def shorten_book(book: FrameBook) -> FrameBook:
    """Return the book with at most ``EXAMPLES`` examples a frame."""
    frames = tuple(replace(frame, examples=frame.examples[:EXAMPLES]) for frame in book.frames)
    return replace(book, frames=frames)


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
