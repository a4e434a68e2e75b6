"""Measurement cards: what each measure was checked against, for the claim a chart makes with it.

Comes in: ``data/benchmarks.json`` (written by ``make benchmark``), or a researcher's own codes.
Goes out: one card per measure and claim: figure, interval, n, date, source, and a verdict that
every chart and table prints. A measure can be good for one claim and useless for another: one
that finds loaded sentences need not order outlets.

The verdict follows one rule, for figures of which higher is better:

* ``not checked``: no figure for this claim;
* ``no better than chance``: the interval's lower end is at or below chance (without an
  interval: the figure is less than 0.05 above chance);
* ``supported``: the lower end is above chance and the figure reaches the floor that was set
  before measuring;
* ``weak``: above chance, but below the floor, or without an interval.

Chance is .5 for an AUC and a concordance, 0 for a correlation, and for F1 what always naming
the most frequent class gives (from the benchmark's baselines, where it is there).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import DATA

BENCHMARKS_FILE = DATA / "benchmarks.json"
RANKING = "outlet ranking"
SENTENCE = "sentence"
ARTICLE = "article"
NO_INTERVAL_MARGIN = 0.05
COLUMNS = [
    "measure",
    "claim",
    "figure",
    "value",
    "low",
    "high",
    "n",
    "unit",
    "chance",
    "floor",
    "date",
    "source",
    "verdict",
]


@dataclass(frozen=True)
class Claim:
    """What a chart says with a measure, and the benchmark figure that bears it out.

    ``of`` names a baseline of the benchmark when the measure is one (the word lists are what
    the encoder is compared with); chance ``None`` means that the figure has no chance level.
    """

    measure: str
    claim: str
    benchmark: str
    figure: str
    floor: float
    chance: float | None = None
    of: str = ""


CLAIMS: tuple[Claim, ...] = (
    Claim("loaded_language", RANKING, "basil", "concordance_lexical", 0.60, 0.5),
    Claim("loaded_language", SENTENCE, "basil", "auc_lexical_outlet_voice", 0.77, 0.5),
    Claim("loaded_language", "marked words", "basil", "evidence_hit", 0.60),
    Claim("loaded_words", RANKING, "basil", "concordance_lexical", 0.60, 0.5, "word lists (any)"),
    Claim(
        "loaded_words", SENTENCE, "basil", "auc_lexical_outlet_voice", 0.77, 0.5, "word lists (any)"
    ),
    Claim("tone", SENTENCE, "editorials", "pearson_r", 0.76, 0.0),
    Claim("tone_words", SENTENCE, "editorials", "pearson_r", 0.76, 0.0, "VADER"),
    Claim("subjectivity", SENTENCE, "subjectivity", "macro_f1", 0.72, 0.5),
    Claim("sentiment_toward", SENTENCE, "newsmtsc", "macro_f1", 0.72, 1 / 3),
    Claim("sentiment_toward", RANKING, "entity_stance", "contrast_concordance", 0.60, 0.5),
    Claim("policy_frames", ARTICLE, "policy_frames", "macro_f1", 0.60),
    Claim("narrative_frames", ARTICLE, "narrative_frames", "macro_f1", 0.55),
    # No floor was set for these before measuring, so that none of them can be ``supported``.
    Claim(
        "generic_frames",
        "responsibility",
        "narrative_frames",
        "generic_auc_responsibility",
        np.inf,
        0.5,
    ),
    Claim("generic_frames", "conflict", "narrative_frames", "generic_auc_conflict", np.inf, 0.5),
    Claim(
        "generic_frames",
        "human_interest",
        "narrative_frames",
        "generic_auc_human_interest",
        np.inf,
        0.5,
    ),
    Claim("generic_frames", "morality", "narrative_frames", "generic_auc_morality", np.inf, 0.5),
    Claim(
        "generic_frames", "economic_consequences", "frac", "gvfc_generic_auc_economic", np.inf, 0.5
    ),
    Claim("own_frames", SENTENCE, "frac", "macro_f1", 0.55),
    Claim("roles", "agent", "moral_events", "agent_f1", 0.60),
    Claim("roles", "patient", "moral_events", "patient_f1", 0.60),
    Claim(
        "portrayal", "hero, villain, victim", "narrative_frames", "role_macro_f1_context_only", 0.55
    ),
    Claim("word_choice", "labelling", "labelling", "mention_f1", 0.46),
    Claim("claims", "not found", "claims", "not_found_precision", 0.95),
    Claim("claims", "carried", "claims", "carried_recall", 0.90),
    Claim("claims", "omission", "omission", "auc_partisan", 0.65, 0.5),
    Claim("voice", "direct quotation", "attributions", "direct_content_f1", 0.96),
    Claim("voice", "speaker", "attributions", "speaker_accuracy", 0.82),
    Claim("voice", RANKING, "basil_voice", "in_quote_f1", 0.90),
)


def read_cards(path: Path | str = BENCHMARKS_FILE) -> pd.DataFrame:
    """Return the cards of all measures from the dated benchmark results.

    Parameters
    ----------
    path : Path
        ``{benchmark: {figure: value, "intervals": …, "n": …, "measured": date}}``; a file that is
        not there gives cards that say ``not checked``.

    Returns
    -------
    DataFrame
        ``measure, claim, figure, value, low, high, n, unit, chance, floor, date, source,
        verdict``.

    Raises
    ------
    ValueError
        When the file is not such JSON; the message names it.
    """
    path = Path(path)
    results: Mapping[str, Any] = {}
    if path.exists():
        try:
            results = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{path.name} is not JSON ({error}): run `make benchmark DATA=…` again"
            ) from error
        if not isinstance(results, dict):
            raise ValueError(f"{path.name} holds no benchmarks: run `make benchmark DATA=…` again")
    return pd.DataFrame([_card(claim, results) for claim in CLAIMS], columns=COLUMNS)


def card_for(
    measure: str, claim: str = RANKING, cards: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return one card; a measure or claim that nobody checked has one that says so."""
    cards = read_cards() if cards is None else cards
    mine = cards[(cards["measure"] == measure) & (cards["claim"] == claim)]
    if len(mine):
        return mine.iloc[-1].to_dict()
    empty = dict.fromkeys(COLUMNS)
    return empty | {"measure": measure, "claim": claim, "verdict": "not checked"}


def add_cards(cards: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return the cards with one's own in place of those for the same measure and claim."""
    both = pd.concat([frame for frame in (cards, own) if len(frame)], ignore_index=True)
    return both.drop_duplicates(["measure", "claim"], keep="last").reset_index(drop=True)


def mark_validity(
    estimates: pd.DataFrame, cards: pd.DataFrame | None = None, *, claim: str = RANKING
) -> pd.DataFrame:
    """Return the estimates with ``validity``: the verdict on the claim that they are used for.

    Levels and contrasts of outlets side by side order outlets, so the claim is the ranking,
    unless another is named. Corrected estimates stand on the codes themselves: they are
    ``supported`` where their interval is claimed, else ``weak``.
    """
    cards = read_cards() if cards is None else cards
    verdicts = {
        measure: card_for(str(measure), claim, cards)["verdict"]
        for measure in estimates["measure"].unique()
    }
    marked = estimates.assign(validity=estimates["measure"].map(verdicts))
    if "interval" in marked:
        corrected = marked["corrected"].astype(bool)
        firm = np.where(marked["interval"] == "claimed", "supported", "weak")
        marked["validity"] = np.where(corrected, firm, marked["validity"])
    return marked


def judge(
    value: float | None,
    low: float | None,
    *,
    chance: float | None,
    floor: float,
) -> str:
    """Return the verdict on a figure, by the rule above."""
    if value is None or np.isnan(value):
        return "not checked"
    measured = low is not None and not np.isnan(low)
    if chance is not None:
        at_chance = low <= chance if measured else value < chance + NO_INTERVAL_MARGIN
        if at_chance:
            return "no better than chance"
    return "supported" if measured and value >= floor else "weak"


def _card(claim: Claim, results: Mapping[str, Any]) -> dict[str, Any]:
    result = results.get(claim.benchmark, {})
    value, low, high, n, unit = None, None, None, None, ""
    if claim.of:
        for who, theirs in result.get("baselines", {}).items():
            if claim.of in who.lower():
                value = theirs.get(claim.figure)
                ranges = result.get("baseline_intervals", {}).get(who, {})
                low, high = ranges.get(claim.figure, [None, None])
        n, unit = result.get("n", {}).get(claim.figure, [None, ""])
    elif claim.figure in result:
        value = result[claim.figure]
        low, high = result.get("intervals", {}).get(claim.figure, [None, None])
        n, unit = result.get("n", {}).get(claim.figure, [None, ""])
    chance = claim.chance
    for who, theirs in result.get("baselines", {}).items():
        if "majority" in who.lower() and theirs.get(claim.figure) is not None:
            chance = theirs[claim.figure]
    return {
        "measure": claim.measure,
        "claim": claim.claim,
        "figure": claim.figure,
        "value": value,
        "low": low,
        "high": high,
        "n": n if value is not None else None,
        "unit": unit,
        "chance": chance,
        "floor": claim.floor,
        "date": result.get("measured", ""),
        "source": f"benchmark {claim.benchmark}" if value is not None else "",
        "verdict": judge(value, low, chance=chance, floor=claim.floor),
    }
