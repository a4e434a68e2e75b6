"""The one table of names for print: how a column's value reads on an axis and in a caption.

Tables hold short names; figures and sentences hold words. A name that is not here is printed as
it stands, with underscores as spaces, so a new measure or a researcher's own frame needs nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """Words for a measure: what it is, its unit, and which way is up."""

    what: str
    unit: str
    low: str
    high: str


_TONE = ("more negative", "more positive")
_FRAME = ("weaker", "stronger")
_LOADED = ("fewer loaded words", "more loaded words")
MEASURES: dict[str, Measure] = {
    "loaded_language": Measure(
        "loaded language", "probability that a reader calls the wording loaded",
        "plainer wording", "more loaded wording",
    ),
    "loaded_words": Measure("loaded words", "loaded words per 1,000 words", *_LOADED),
    "marked_segments": Measure(
        "loaded segments", "share of words in segments marked as loaded", *_LOADED
    ),
    "tone_words": Measure("tone of words", "tone of words (−1 to 1)", *_TONE),
    "tone": Measure("tone", "tone as readers rate it (−1 to 1)", *_TONE),
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
UNITS = {
    "articles": "articles",
    "segments within the article": "sentences within the article",
    "segments": "sentences within the article",
    "events": "events",
}


def say(name: str) -> str:
    """Return a table's short name in words."""
    return str(name).replace("_", " ").strip()


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
