"""The one table of names for print: how a column's value reads on an axis and in a caption.

Tables hold short names; figures and sentences hold words. A name that is not here is printed as
it stands, with underscores as spaces, so a new measure or a researcher's own frame needs nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Measure(NamedTuple):
    """Words for a measure: what it is, its unit, which way is up, the unit in short for an axis."""

    what: str
    unit: str
    low: str
    high: str
    axis: str = ""

    @property
    def short(self) -> str:
        """The unit as an axis has room for it."""
        return self.axis or self.unit


_TONE = ("more negative", "more positive")
_FRAME = ("weaker", "stronger")
_LOADED = ("fewer loaded words", "more loaded words")
MEASURES: dict[str, Measure] = {
    "loaded_language": Measure(
        "loaded language", "probability that a reader calls the wording loaded",
        "plainer wording", "more loaded wording", "loaded wording (probability)",
    ),
    "loaded_words": Measure("loaded words", "loaded words per 1,000 words", *_LOADED),
    "marked_segments": Measure(
        "loaded segments", "share of words in segments marked as loaded", *_LOADED
    ),
    "tone_words": Measure("tone of words", "tone of words (−1 to 1)", *_TONE),
    "tone": Measure("tone", "tone as readers rate it (−1 to 1)", *_TONE, "tone (−1 to 1)"),
    "sentiment_toward": Measure(
        "sentiment toward an actor", "sentiment toward the actor (−1 to 1)", *_TONE
    ),
    "policy_frames": Measure("policy frames", "strength of the frame", *_FRAME),
    "generic_frames": Measure("generic frames", "strength of the frame", *_FRAME),
    "narrative_frames": Measure("narrative frames", "strength of the frame", *_FRAME),
    "own_frames": Measure("own frames", "strength of the frame", *_FRAME),
    "moral_foundations": Measure("moral foundations", "strength of the foundation", *_FRAME),
    "frames": Measure("frames", "strength of the frame", *_FRAME),
}  # fmt: skip

VOICES = {
    "outlet": "the outlet's own voice",
    "quoted": "quoted speech",
    "attributed": "speech reported without quotation marks",
    "scare": "words in scare quotes",
    "unresolved": "voice that could not be decided",
    "all": "all voices together",
}
SHORT_VOICES = {
    "outlet": "own voice",
    "quoted": "quoted",
    "attributed": "reported speech",
    "scare": "scare quotes",
    "unresolved": "undecided",
    "all": "all voices",
}
LINEAGES = {
    "original": "own reports",
    "wire": "wire copy",
    "copy": "copies",
    "repost": "re-posts",
    "rewrite": "rewrites",
}
# Aspects of ``actor_roles.count_roles`` in the order they are drawn, and how the figure says them.
ASPECTS = {
    "agent": "acts", "patient": "acted upon", "patient, doer left out": "doer left out",
    "speaking": "speaks", "hero": "hero", "villain": "villain", "victim": "victim",
}  # fmt: skip
UNITS = {
    "articles": "articles",
    "segments within the article": "sentences within the article",
    "segments": "sentences within the article",
    "events": "events",
}
# Names of figures on labelled data, as a reader of the field writes them.
FIGURES = {
    "auc": "AUC",
    "macro_auc": "mean AUC",
    "macro_f1": "macro-F1",
    "micro_f1": "micro-F1",
    "pearson_r": "Pearson’s r",
    "concordance_lexical": "outlets in the readers’ order (concordance)",
    "contrast_concordance": "outlets in the readers’ order (concordance)",
    "auc_lexical_outlet_voice": "biased sentences found (AUC)",
    "auc_within_outlet": "sentences within an outlet (AUC)",
    "auc_partisan": "claims left out by one side (AUC)",
    "evidence_hit": "marked words that readers marked (share)",
    "generic_auc_responsibility": "AUC",
    "generic_auc_conflict": "AUC",
    "generic_auc_human_interest": "AUC",
    "generic_auc_morality": "AUC",
    "gvfc_generic_auc_economic": "AUC",
    "agent_f1": "who acts (F1)",
    "patient_f1": "who is acted upon (F1)",
    "role_macro_f1_context_only": "hero, villain, victim (macro-F1)",
    "mention_f1": "names for one thing (F1)",
    "not_found_precision": "not found, and rightly (precision)",
    "carried_recall": "carried claims found (recall)",
    "direct_content_f1": "direct quotations (F1)",
    "content_f1": "quotations (F1)",
    "speaker_accuracy": "speakers named right (share)",
    "in_quote_f1": "words in quotations (F1)",
}
_MADE_EVENT = re.compile(r"(\d{4}-\d\d-\d\d) ([^\W\d_]+) ([^\W\d_]+) ([^\W\d_]+)")


def say(name: str) -> str:
    """Return a table's short name in words."""
    return FIGURES.get(str(name)) or str(name).replace("_", " ").strip()


def say_event(name: str) -> str:
    """Return an event in words; a name that the run made (day and three words) as a list.

    >>> say_event("2024-05-20 zarrow dunmarsh ford")
    '2024-05-20: zarrow, dunmarsh, ford'
    """
    made = _MADE_EVENT.fullmatch(str(name))
    if made and str(name) == str(name).lower():
        return f"{made[1]}: {', '.join(made.groups()[1:])}"
    return say(name)


def say_measure(name: str) -> Measure:
    """Return the words for a measure, made from its name where the table above has none."""
    words = say(name)
    return MEASURES.get(str(name), Measure(words, words, "less", "more"))


def say_voice(name: str) -> str:
    """Return a voice in words."""
    return VOICES.get(str(name), say(name))


def count_of(n: int | float, singular: str, plural: str | None = None) -> str:
    """Return ``1 article`` or ``1,204 articles``."""
    number = int(n)
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def list_of(words: list[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    words = [str(word) for word in words]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
