"""Which names of an event are another one misspelt: "Vladmir" for "Vladimir", a letter doubled.

Comes in: how often each full name of an event stands in its articles, and in which sentences. Goes
out: for a misspelt name, the name it stands for. Two names of as many words are one when all words
but one agree and that one, of five letters or more, differs by one letter added, left out, changed
or swapped with its neighbour (by two in eight letters or more). There is no up or down here.

Brothers are not one person: names are kept apart when the differing words are both known first
names (Marina and Marian), when the texts call one a man and one a woman, when one sentence names
both, or when neither is much rarer than the other. The name whose words a list knows stands, else
the one found more often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from analysis.text.speech.speakers import read_first_names

_FEWEST_LETTERS = 5
_LONG = 8  # letters from which two may differ
_RARER = 3  # times as often as the misspelt one, where no list decides
_MOST_SEEN = 2  # or: the misspelt one no more often than this


def misspelt_names(
    counts: Mapping[str, int],
    genders: Mapping[str, str],
    apart: Callable[[str, str], bool] = lambda one, other: False,
) -> dict[str, str]:
    """Return the misspelt names, each with the name it stands for.

    Parameters
    ----------
    counts : dict of str to int
        Full names of people (two words or more), and how often each was found.
    genders : dict of str to str
        Name → ``male``, ``female`` or ``unknown``, as the texts tell it by title or first name.
    apart : function of two names
        Whether the articles themselves tell the two apart, as where one sentence names both.

    Examples
    --------
    >>> misspelt_names({"Vladimir Orlov": 4, "Vladmir Orlov": 1}, {})
    {'Vladmir Orlov': 'Vladimir Orlov'}
    """
    found: dict[str, str] = {}
    for one, other, first, second in sorted(_alike(counts)):
        told = {genders.get(one, "unknown"), genders.get(other, "unknown")} - {"unknown"}
        known = [word.lower() in read_first_names() for word in (first, second)]
        if all(known) or len(told) > 1:
            continue
        often, seldom = sorted((one, other), key=lambda name: (-counts[name], name))
        if any(known):
            often, seldom = (one, other) if known[0] else (other, one)
        elif counts[seldom] > _MOST_SEEN and counts[often] < _RARER * counts[seldom]:
            continue
        if not apart(one, other):
            found.setdefault(seldom, often)
    return {name: whole for name, whole in found.items() if whole not in found}


def differs_little(one: str, other: str) -> bool:
    """Say whether two words differ by a slip of the hand.

    Examples
    --------
    >>> differs_little("Volodymyr", "Volodimir"), differs_little("Petra", "Petri")
    (True, True)
    >>> differs_little("Anna", "Anne"), differs_little("Orlov", "Marek")
    (False, False)
    """
    shorter = min(len(one), len(other))
    if shorter < _FEWEST_LETTERS or one[0] != other[0]:
        return False
    most = 2 if shorter >= _LONG else 1
    return abs(len(one) - len(other)) <= most and _distance(one.lower(), other.lower()) <= most


def _alike(counts: Mapping[str, int]) -> Iterator[tuple[str, str, str, str]]:
    """Yield pairs of names that agree but for one word, and the two words."""
    without: dict[tuple, list[tuple[str, str]]] = defaultdict(list)
    for name in counts:
        words = name.split()
        if len(words) > 1:
            for place, word in enumerate(words):
                if len(word) >= _FEWEST_LETTERS:
                    rest = (place, *words[:place], *words[place + 1 :])
                    without[rest].append((name, word))
    for names in without.values():
        for number, (one, first) in enumerate(names):
            for other, second in names[number + 1 :]:
                if differs_little(first, second):
                    yield one, other, first, second


def _distance(one: str, other: str) -> int:
    """Return in how many steps one word becomes the other; a swap of neighbours is one step."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            steps = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                steps = min(steps, earlier[j - 2] + 1)
            row.append(steps)
    return row[-1]
