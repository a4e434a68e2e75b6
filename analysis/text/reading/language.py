"""Which language a text is in.

Comes in: a text. Goes out: its ISO 639-1 code, or ``unknown`` where it is too short to tell. Only
articles in English are scored, so a doubtful text is rather ``unknown`` than wrong.
"""

from __future__ import annotations

import re

from analysis.tables import UNKNOWN

_ENGLISH = frozenset(
    (
        "the", "of", "and", "to", "in", "a", "is", "that", "for", "was", "on", "with", "as", "it",
        "by", "at", "from", "be", "his", "he", "are", "have", "has", "not", "said", "this", "will",
    )
)  # fmt: skip


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, or ``unknown`` where it is too short to tell.

    Notes
    -----
    A text of which a fifth of the first 200 words are the commonest English words is English;
    others are left to py3langid, if they have at least 60 letters.
    """
    words = text[:1500].lower().split()[:200]
    if len(words) >= 20 and sum(word in _ENGLISH for word in words) >= 0.2 * len(words):
        return "en"
    letters = re.sub(r"[\W\d_]+", " ", text[:3000]).strip()
    if len(letters) < 60:
        return UNKNOWN
    import py3langid

    return str(py3langid.classify(letters)[0])
