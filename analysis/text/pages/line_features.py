"""What a line of a page looks like, in numbers: the features of the line model.

Comes in: the lines of one document, without empty ones. Goes out: a matrix with one row a line.
Features describe form (length, punctuation, capitals, function words), words that furniture
is made of, place on the page, repeats, shared vocabulary with the rest of the page, and the
neighbours. No feature holds a name of an outlet or a word of a particular page.

References
----------
Kohlschütter, Fankhauser & Nejdl (2010), Boilerplate detection using shallow text features,
https://doi.org/10.1145/1718487.1718542
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from analysis.text.pages.furniture import Verdict

FUNCTION_WORDS = frozenset(
    (
        "a",
        "about",
        "after",
        "all",
        "also",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "during",
        "each",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "may",
        "me",
        "more",
        "most",
        "my",
        "no",
        "not",
        "of",
        "on",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "said",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "under",
        "up",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
        "der",
        "die",
        "und",
        "de",
        "la",
        "el",
        "que",
        "en",
        "le",
        "les",
        "des",
        "di",
        "il",
        "e",
        "o",
        "da",
        "do",
        "van",
        "het",
        "een",
        "i",
        "w",
        "na",
        "se",
        "och",
        "att",
    )
)
_PAST = re.compile(r"^\w{2,}ed$|^(?:said|was|were|had|told|did|went|came|made|took|became|got)$")
_PROMPT_WORDS = frozenset(
    (
        "share",
        "comment",
        "comments",
        "subscribe",
        "newsletter",
        "follow",
        "related",
        "read",
        "sign",
        "privacy",
        "cookies",
        "cookie",
        "copyright",
        "reserved",
        "rights",
        "advertisement",
        "login",
        "log",
        "menu",
        "search",
        "email",
        "e-mail",
        "click",
        "facebook",
        "twitter",
        "terms",
        "policy",
        "contact",
        "photo",
        "image",
        "getty",
        "video",
        "watch",
        "latest",
        "popular",
        "trending",
        "recommended",
        "tags",
        "posted",
        "updated",
        "published",
        "author",
        "editor",
        "written",
        "reply",
        "report",
        "account",
        "register",
        "download",
        "app",
        "free",
        "please",
        "here",
        "website",
        "site",
        "page",
        "story",
        "stories",
        "article",
        "articles",
        "news",
        "next",
        "previous",
        "view",
        "home",
    )
)
_OURS = frozenset(("you", "your", "our", "us", "we"))
_TIME = re.compile(
    r"\b\d{1,2}[:.]\d{2}\b|\b(?:19|20)\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\bago\b|\b(?:jan|"
    r"feb|mar|apr|"
    r"may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?:|www\.|@\w|#\w|\.(?:com|org|net|co)\b")
_BYLINE = re.compile(
    r"^(?:by|von|por|par)\b|^(?:written|posted|published|updated|reporting) ", re.I
)
_STOP = re.compile(r"[.!?…。！？][\"'”’»)\]」』]*$")
_SPLIT = re.compile(r"[.!?][\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[A-Z])")
_QUOTE = frozenset('"“”«»„')
# Where no spaces are written (Han and kana), two characters count as a word.
_LETTERS = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]{1,2}|"
    r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:['’-][^\W\d_]+)*"
)

_NEAR = (0, 1, 2, 3, 4, 7, 9, 21)
RULES = (
    "social menu", "share prompt", "page control", "advertising", "video player", "author plug",
    "follow prompt", "comment notice", "newsletter prompt", "related stories", "platform footer",
    "rights notice", "cookie notice", "appeal for money", "teaser",
)  # fmt: skip
# What stands above an article, and what stands below one.
_ABOVE = re.compile(
    r"^(?:by|von|por)\b.{0,60}$|\b(?:published|updated|posted)\b.{0,60}\d|^\W*(?:jan|feb|mar|"
    r"apr|may|"
    r"jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}|^\d{1,2}[./ ]\w{2,9}[./ ]\d{4}",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"^(?:related|more (?:from|on|stories|news|in)\b|read (?:more|next)|see also|tags?\b|topics?\b|"
    r"filed under|comments?\b|leave a|post a|\d+ (?:comments|responses|replies)|share (?:this|on)|"
    r"about the author|most (?:read|popular|viewed)|popular|trending|recommended|you may|you might|"
    r"don.t miss|latest|recent|sign up|subscribe|newsletter|follow us|copyright|©|all rights|"
    r"sponsored|promoted|advertis|next article|previous|next post|categories|archives|editor|"
    r"powered)",
    re.IGNORECASE,
)


def features(lines: list[str], verdicts: list[Verdict | None]) -> np.ndarray:
    """Return the features of each line.

    Parameters
    ----------
    lines : list of str
        Lines with text, in order.
    verdicts : list of Verdict or None
        What the rules say of each.

    Returns
    -------
    ndarray of float32, one row a line
    """
    own, vocabulary = _own(lines, verdicts)
    kinds = np.array(
        [[verdict is not None and verdict.rule == rule for rule in RULES] for verdict in verdicts],
        dtype=np.float32,
    )
    return np.hstack(
        [own, _place(own), _shared(own, vocabulary), kinds, _marks(lines, own, kinds)]
    ).astype(np.float32)


def with_neighbours(matrix: np.ndarray) -> np.ndarray:
    """Return the features with the form of the three lines before and after beside them."""
    return np.hstack([matrix, _neighbours(matrix)])


def _own(
    lines: list[str], verdicts: list[Verdict | None]
) -> tuple[np.ndarray, list[frozenset[str]]]:
    rows, vocabulary = [], []
    counts = Counter(lines)
    for line, verdict in zip(lines, verdicts, strict=True):
        words = _LETTERS.findall(line)
        lower = [word.lower() for word in words]
        vocabulary.append(frozenset(word for word in lower if len(word) > 3))
        n = len(words) or 1
        chars = len(line)
        function = sum(word in FUNCTION_WORDS for word in lower)
        digits = sum(map(str.isdigit, line))
        capital = sum(word[0].isupper() for word in words)
        last = line[-1]
        rows.append(
            (
                np.log1p(chars),
                np.log1p(len(words)),
                bool(_STOP.search(line)),
                function / n,
                capital / n,
                sum(map(len, words)) / n,
                len(words) >= 12 and bool(_STOP.search(line)),
                line.count(",") / n,
                len(_SPLIT.findall(line)),
                digits / chars,
                last == ":",
                line.endswith(("...", "…")),
                last == "?",
                line[0].islower(),
                line[0].isdigit(),
                line[0] in _QUOTE,
                sum(char in _QUOTE for char in line),
                sum(word.isupper() and len(word) > 1 for word in words) / n,
                sum(bool(_PAST.match(word)) for word in lower) / n,
                sum(word in _PROMPT_WORDS for word in lower) / n,
                sum(word in _PROMPT_WORDS for word in lower),
                sum(word in _OURS for word in lower) / n,
                bool(_TIME.search(line)),
                bool(_LINK.search(line)),
                bool(_BYLINE.match(line)),
                "|" in line or "»" in line or "›" in line,
                "©" in line,
                counts[line] - 1,
                verdict.confidence if verdict else 0.0,
                len(set(lower)) / n,
                chars - len("".join(words)),
                last.isalnum(),
                "(" in line,
            )
        )
    return np.array(rows, dtype=np.float32), vocabulary


def _place(own: np.ndarray) -> np.ndarray:
    count = len(own)
    words = np.expm1(own[:, 1])
    prose = own[:, 6] * words
    before, total = np.cumsum(prose), prose.sum() or 1.0
    place = np.arange(count)
    nearest_before = np.full(count, 50.0)
    nearest_after = np.full(count, 50.0)
    at = np.flatnonzero(own[:, 6])
    if len(at):
        index = np.searchsorted(at, place, side="left")
        previous = np.where(index > 0, place - at[np.maximum(index - 1, 0)], 50)
        following = np.where(index < len(at), at[np.minimum(index, len(at) - 1)] - place, 50)
        here = own[:, 6] > 0
        nearest_before, nearest_after = np.minimum(previous, 50), np.minimum(following, 50)
        next_index = np.where(here, index + 1, index)
        nearest_after = np.where(
            next_index < len(at), at[np.minimum(next_index, len(at) - 1)] - place, 50
        )
        nearest_after = np.minimum(nearest_after, 50)
    windows = [_window(prose, width) for width in (2, 5, 10)]
    share = [_window(own[:, 6], width) / (2 * width + 1) for width in (3, 8)]
    return np.column_stack(
        [
            place / max(1, count - 1),
            np.log1p(place),
            np.log1p(count - 1 - place),
            (before - prose) / total,
            before / total,
            np.log1p(nearest_before),
            np.log1p(nearest_after),
            *[np.log1p(window) for window in windows],
            *share,
            np.full(count, np.log1p(count)),
            np.full(count, np.log1p(total)),
            np.full(count, words.sum() and prose.sum() / words.sum()),
        ]
    ).astype(np.float32)


def _shared(own: np.ndarray, vocabulary: list[frozenset[str]]) -> np.ndarray:
    """How much of a line's vocabulary the page's prose shares, and its likeness to the title."""
    spread: Counter[str] = Counter()
    for words, prose in zip(vocabulary, own[:, 6], strict=True):
        if prose:
            spread.update(words)
    rows = []
    for words, prose in zip(vocabulary, own[:, 6], strict=True):
        if not words:
            rows.append((0.0, 0.0, 0.0))
            continue
        others = [spread[word] - bool(prose) for word in words]
        rows.append(
            (
                sum(number > 0 for number in others) / len(others),
                sum(number > 2 for number in others) / len(others),
                np.log1p(sum(others) / len(others)),
            )
        )
    return np.array(rows, dtype=np.float32)


def _marks(lines: list[str], own: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Distances to what stands above and below articles, and what lies between here and the core.

    The core is the stretch of nine lines with the most words of prose.
    """
    count, place = len(lines), np.arange(len(lines))
    prose = own[:, 6] > 0
    density = np.convolve(prose * np.expm1(own[:, 1]), np.ones(9), "same")[:count]
    core = int(np.argmax(density))
    low, high = np.minimum(place, core), np.maximum(place, core)
    above = np.array([len(line) < 150 and bool(_ABOVE.search(line)) for line in lines])
    below = np.array([len(line) < 80 and bool(_BELOW.search(line)) for line in lines])
    sharing = kinds[:, [RULES.index(r) for r in ("social menu", "share prompt", "follow prompt")]]
    ending = kinds[:, [RULES.index(r) for r in ("related stories", "comment notice")]]
    columns = []
    for marks in (above, below, sharing.any(1), ending.any(1), kinds.any(1)):
        before, after = _distances(np.flatnonzero(marks), place)
        between = np.concatenate([[0], np.cumsum(marks)])
        columns += [before, after, marks, np.log1p(between[high + 1] - between[low])]
    gaps = np.concatenate([[0], np.cumsum(~prose)])
    columns += [
        np.sign(place - core) * np.log1p(np.abs(place - core)),
        np.log1p(gaps[high + 1] - gaps[low]),
        np.log1p(_longest_gap(prose, core)),
        np.full(count, np.log1p(np.median(np.expm1(own[prose, 1]))) if prose.any() else 0.0),
        np.full(count, prose.mean()),
    ]
    return np.column_stack(columns)


def _distances(at: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lines since the last and until the next mark, as logarithms."""
    if not len(at):
        far = np.full(len(place), np.log1p(99.0))
        return far, far
    left = np.searchsorted(at, place)
    right = np.searchsorted(at, place, side="right")
    before = np.where(left > 0, place - at[np.maximum(left - 1, 0)], 99)
    after = np.where(right < len(at), at[np.minimum(right, len(at) - 1)] - place, 99)
    return np.log1p(np.minimum(before, 99)), np.log1p(np.minimum(after, 99))


def _longest_gap(prose: np.ndarray, core: int) -> np.ndarray:
    """The longest run of lines without prose between each line and the core."""
    longest = np.zeros(len(prose))
    for steps in (range(core + 1, len(prose)), range(core - 1, -1, -1)):
        gap = best = 0
        for place in steps:
            gap = 0 if prose[place] else gap + 1
            best = max(best, gap)
            longest[place] = best
    return longest


def _neighbours(own: np.ndarray) -> np.ndarray:
    some = own[:, _NEAR]
    count = len(some)
    shifted = []
    for step in (-3, -2, -1, 1, 2, 3):
        moved = np.full_like(some, -1.0)
        if step < 0:
            moved[-step:] = some[: count + step] if count > -step else some[:0]
        elif count > step:
            moved[: count - step] = some[step:]
        shifted.append(moved)
    return np.hstack(shifted)


def _window(values: np.ndarray, width: int) -> np.ndarray:
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    count = len(values)
    low = np.maximum(np.arange(count) - width, 0)
    high = np.minimum(np.arange(count) + width + 1, count)
    return total[high] - total[low]
