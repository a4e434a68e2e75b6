"""The name of a figure → the sentences that its caption opens with: what is drawn, how marks read.

Figures of estimates make theirs from the rows (``captions.caption_for``). These are the others:
counts, and rows that another module estimated. The run and the notebooks take them from here, so
one figure has one caption.
"""

from __future__ import annotations

from analysis.figures.names import say, say_event

TITLES = {
    "volume": (
        "Articles read, by outlet and by what they are; of a story that was read in several "
        "versions, one is used."
    ),
    "timeline": "Days on which each outlet published.",
    "cuts": "Share of the words on each outlet's pages that was cut as page furniture, by rule.",
    "voices": "Whose words fill each outlet's articles.",
    "speakers": "Words given to the (up to twelve) speakers who get most, quoted and reported.",
    "cues": "How speech is introduced: shares of verbs that doubt, vouch or take no side.",
    "measures": (
        "What each measure is worth on labelled data, for the claim that a chart makes with it. "
        "A dot is the figure, a whisker its 95% interval over the n at the right; an upright bar "
        "is chance (none where chance has no fixed value). Behind each claim stands its figure; n "
        "counts what was resampled: events, articles, sentences or what the CSV names."
    ),
    "top-loaded-words": (
        "Loaded words in the outlets' own voice, the most frequent (up to fifteen; by a trained "
        "measure: words that a reader would more likely mark than not)."
    ),
    "keyness": (
        "Words that outlets use more than the others (words such as “of” are left to the table), "
        "event {event}. A dot is a difference of log "
        "odds, filled where the word is typical of the outlet and hollow where it describes these "
        "articles only; a whisker is the 95% interval from the word counts (nothing is resampled: "
        "the variance is that of words drawn one by one, all four terms of Monroe et al. 2008). "
        "The prior is from {background}."
    ),
    "labelling": (
        "What the same thing is called, by outlet, event {event}. A cell is the times a term is "
        "used; after a plus, those in quoted or reported speech."
    ),
    "roles": (
        "Actors who act, are acted upon (by no one named) and speak, by the parse of each "
        "sentence, and the articles that cast them as hero, villain or victim, by a trained head "
        "that does not see the name; in the outlets' own voice, event {event}. What each row is "
        "worth: {verdicts}."
    ),
    "claims": (
        "Which outlet carries which claim, event {event}. Filled: in the outlet's own voice; "
        "hollow: as somebody's words; the larger, the earlier in the article; ringed: agency copy."
    ),
    "headline-body": (
        "{measure} in headlines (hollow) and below them (filled), in the outlet's own voice. A dot "
        "is the outlet's level, a whisker its 95% interval, resampled as for the outlet's levels."
    ),
    "positions": (
        "{measure} by position in the article, in the outlet's own voice, headline first: a point "
        "is the mean over a fifth of the outlet's articles, weighted by words, without an interval."
    ),
    "frame-distances": (
        "Jensen-Shannon distance between two outlets' mixes of {measure} in the events that both "
        "cover: 0 is the same mix, 1 nothing in common. A dot is the distance less what noise "
        "alone adds to it, a whisker its 95% interval from resampling articles (sentences, where "
        "an outlet has one article). Filled: beyond chance among so many pairs (articles of an "
        "event exchanged at random, Holm); hollow: not, or one article an outlet."
    ),
    "calibration": (
        "{measure} against the codes, by fifths of the score. A dot is the share of segments that "
        "readers marked, a whisker its 95% interval (Wilson)."
    ),
    "robustness": (
        "{result}: the estimate under each specification, filled where it was declared as primary; "
        "a whisker is the 95% interval."
    ),
}  # fmt: skip


# The measure and the claim of it that a figure makes (``outlets.validation.CLAIMS``); a figure that
# shows whatever measure it is given makes that measure's claim.
CARDS = {
    "voices": ("voice", "outlet ranking"),
    "speakers": ("voice", "speaker"),
    "cues": ("voice", "speaker"),
    "top-loaded-words": ("", "marked words"),
    "keyness": ("word_choice", "keyness"),
    "labelling": ("word_choice", "labelling"),
    "roles": ("roles", "agent"),
    "claims": ("claims", "carried"),
    "headline-body": ("", "outlet ranking"),
    "positions": ("", "outlet ranking"),
    "frame-distances": ("", "outlet ranking"),
    "calibration": ("", "sentence"),
}


def card_of(name: str, measure: str = "") -> dict[str, str]:
    """Return ``measure`` and ``claim`` of the card whose verdict a figure's caption prints.

    ``measure`` is the one shown, for figures that show any. An empty one: nothing is claimed.
    """
    if name not in CARDS:
        return {"measure": ""}
    fixed, claim = CARDS[name]
    return {"measure": fixed or measure, "claim": claim}


def title_of(name: str, **words: str) -> str:
    """Return the sentences that a figure's caption opens with.

    Parameters
    ----------
    name : str
        A key of ``TITLES``.
    **words : str
        What the sentences leave open: ``event``, ``measure``, ``result``, as the tables name it,
        ``background``, ``verdicts`` (``answers.say_background``, ``say_role_verdicts``).

    >>> title_of("labelling", event="flood")
    "What the same thing is called, by outlet and in all voices, event flood."
    """
    said = {key: say_event(word) if key == "event" else say(word) for key, word in words.items()}
    text = TITLES[name].format(**said)
    return text[:1].upper() + text[1:]
