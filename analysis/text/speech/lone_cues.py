"""A cue that introduces nothing yet → the words it introduces.

Comes in: the tagged tokens of one article and a cue that no quotation was linked to. Goes out: the
stretch of its sentence that is most likely someone's words, or nothing. Nobody is said to have
said nothing: where a cue is seen, less is asked of the words beside it than of words that stand
alone, so that "police said 40,000 came" is not left in the outlet's voice because its content
was doubtful. Higher probability means more likely; the bound was chosen on training articles held
back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.text.speech.cues import read_cue_verbs
from analysis.text.speech.reported_speech import PUNCTUATION, Tokens

_LEANING = 2.0  # in log odds: a word counts as introduced from a probability of 1 in 8
# Least mean probability of the stretch: a verb of speech must introduce something, others may not.
_LIKELY, _LIKELY_SAID = 0.25, 0.05
_FEWEST = 2  # words: of one word it cannot be told whether a clause was cut
_APART = 4  # tokens that may stand between a cue and its words (on Friday; its source)
_PRICE = 0.5  # of each of them
_WHOLE = 2.0  # gained where the words reach the end of what is free, and so cut no clause
# Nobody is said to have said these alone.
LOOSE = frozenset(
    "the a an this that when while as and but or his her their its he she they".split()
)


def words_introduced(
    cue: tuple[int, int],
    sentence: tuple[int, int],
    tokens: Tokens,
    likely: np.ndarray,
    taken: Sequence[tuple[int, int]],
    sources: Sequence[tuple[int, int]],
    text: str,
) -> tuple[int, int] | None:
    """Return the stretch beside a cue that it introduces.

    Parameters
    ----------
    cue, sentence : (start, end)
        In characters.
    tokens, likely : Tokens, array
        The article's tokens, and how likely each is someone's words.
    taken, sources : sequence of (start, end)
        Cues and words that belong to another cue: the stretch neither holds nor crosses them;
        and sources, which may stand between it and its cue.
    text : str
        The article.
    """
    starts, ends = tokens.starts, tokens.ends
    low, high = np.searchsorted(starts, sentence)
    state = np.zeros(high - low, dtype=np.int64)  # 0 free, 1 a source, 2 taken
    for number, spans in ((1, sources), (2, taken)):
        for start, end in spans:
            if start < sentence[1] and end > sentence[0]:
                first = np.searchsorted(ends, start, side="right") - low
                state[max(0, first) : max(0, np.searchsorted(starts, end) - low)] = number
    sure = np.clip(likely[low:high], 1e-4, 1 - 1e-4)
    gains = np.log(sure / (1 - sure)) + _LEANING
    first, last = np.searchsorted(starts[low:high], cue)
    after = _best(gains[last:], state[last:])
    before = _best(gains[:first][::-1], state[:first][::-1])
    found = max(((*after, 1), (*before, -1)), key=lambda one: one[2])
    begin, stop, gain, way = found
    if gain <= 0:
        return None
    a, b = (last + begin, last + stop) if way > 0 else (first - stop, first - begin)
    words = [place for place in range(low + a, low + b) if tokens.features[place, 2] != PUNCTUATION]
    while words and text[starts[words[-1]] : ends[words[-1]]].lower() in LOOSE:
        words.pop()
    least = _LIKELY_SAID if _is_speech(text[cue[0] : cue[1]]) else _LIKELY
    if len(words) < _FEWEST or likely[words[0] : words[-1] + 1].mean() < least:
        return None
    begin, stop = int(starts[words[0]]), int(ends[words[-1]])
    if all(word.lower() in LOOSE for word in text[begin:stop].split()):
        return None
    return begin, stop


def _is_speech(cue: str) -> bool:
    known = (read_cue_verbs().get(word) for word in cue.lower().split())
    return any(verb is not None and verb.reading == "speech" for verb in known)


def _best(gains: np.ndarray, state: np.ndarray) -> tuple[int, int, float]:
    """Return begin, end and gain of the best stretch that begins near 0 and is wholly free."""
    best, blocked = (0, 0, 0.0), np.flatnonzero(state)
    for begin in range(min(_APART + 1, len(gains))):
        if state[begin] == 1:
            continue
        if state[begin]:
            break
        later = blocked[blocked > begin]
        stop = int(later[0]) if len(later) else len(gains)
        total = np.cumsum(gains[begin:stop])
        total[-2:] += _WHOLE  # the last may be the full stop
        end = int(np.argmax(total))
        gain = float(total[end]) - _PRICE * begin
        if gain > best[2]:
            best = (begin, begin + end + 1, gain)
    return best
