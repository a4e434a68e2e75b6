"""Headlines, decks and captions among the lines of an article: what is said twice goes.

Comes in: the lines of one document, what part of the story each is so far, and which are
already cut. Goes out: marks in both, and edits inside lines. The first copy of a caption stays,
marked as caption; the second goes, also where it has run into the sentence before or after it, and
that sentence is whole again. A deck stays unless the first sentence says all of it again.
"""

from __future__ import annotations

import re
from itertools import pairwise

from analysis.tables import UNKNOWN
from analysis.text.pages.furniture import is_sentence
from analysis.text.pages.page_lines import Line, bare_words
from analysis.text.pages.repairs import Edit
from analysis.text.reading.openings import bare_header_lines

_CREDIT = re.compile(
    r"(?:\((?:(?i:photo|image|picture|credit|file)|AP|AFP|Getty|Reuters|EPA)\b[^)]{0,80}\)|"
    r"(?<![\w])(?i:photo(?:graph)?s?|images?|pictures?|credits?|pics?)(?i: credit| by)?: ?[A-Z]"
    r"[\w /,.&-]{2,60}|(?<![\w])(?i:photo(?:graph)?|image|picture) (?i:credit|"
    r"by) ?:?[A-Z ][\w /,.&-]{2,60}|"
    r"[A-Z][\w .-]{2,40}/(?:Getty|Reuters|REUTERS|AFP|AP|EPA|Shutterstock|Alamy|PA|Bloomberg|Rex)\b"
    r".{0,40}|(?:Getty Images|AFP/Getty|REUTERS/[\w ]{3,40}|\bEPA-EFE))[).]?$"
)
_CREDIT_WORDS = (
    "hoto", "mage", "icture", "redit", "ic:", "etty", "REUTERS", "EPA", "(AP", "AFP", "/",
)  # fmt: skip
_CAPTION_LABEL = re.compile(
    r"^(?:(?:media playback is (?:un)?supported on (?:your|this) device|enlarge this image|toggle "
    r"caption|hide caption|image (?:source|copyright) ?,?(?: .{2,40}?)?(?=,? ?image caption|"
    r"$)|image "
    r"caption|media caption|video caption|caption|playback unsupported)[\s,:]*)+",
    re.IGNORECASE,
)
_NEVER_LAST = frozenset(("the", "a", "an", "of", "and", "with", "at", "to", "for", "his", "her"))
_WORD_BREAK = re.compile(r"[^\w]+")


def mark_opening(
    raw: str,
    lines: list[Line],
    headline: str,
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
) -> None:
    """Find the headline's line; cut bare date and address lines and repeats of the headline."""
    bare = {start: rule for start, _, rule in bare_header_lines(raw)}
    plain = bare_words(headline) if headline != UNKNOWN else ""
    seen, length = False, len(headline)
    for place, line in enumerate(lines):
        if line.start in bare:
            removed[place] = (bare[line.start], 0.99)
        elif plain and abs(len(line.text) - length) < 12 and bare_words(line.text) == plain:
            if seen:
                removed[place] = ("headline repeated", 0.98)
            else:
                parts[place] = "headline"
                seen = True


def mark_menus(
    lines: list[Line], parts: list[str | None], removed: dict[int, tuple[str, float]]
) -> None:
    """Short lines before the headline are the page's menu."""
    if "headline" not in parts:
        return
    for place in range(parts.index("headline")):
        if place not in removed and not is_sentence(lines[place].text):
            removed[place] = ("menu before the headline", 0.95)


def mark_decks(
    lines: list[Line], parts: list[str | None], removed: dict[int, tuple[str, float]]
) -> None:
    """A line under the headline that the first sentence says again, or that breaks off, goes."""
    kept = [place for place in range(len(lines)) if place not in removed]
    prose = next((p for p in kept if is_sentence(lines[p].text) and parts[p] is None), None)
    if prose is None:
        return
    first = set(bare_words(lines[prose].text).split())
    for place in kept:
        if place >= prose or parts[place] == "headline":
            continue
        text = lines[place].text
        words = bare_words(text).split()
        if is_sentence(text) or len(words) < 5:
            continue
        if len(set(words) - first) <= 0.1 * len(set(words)):
            removed[place] = ("deck repeats the lead", 0.95)
        elif _breaks_off(text, lines):
            removed[place] = ("caption, cut off", 0.9)


def mark_captions(
    lines: list[Line], parts: list[str | None], removed: dict[int, tuple[str, float]]
) -> list[Edit]:
    """Keep the first copy of a caption, cut the second, also where it runs into a sentence."""
    edits: list[Edit] = []
    kept = [place for place in range(len(lines)) if place not in removed]
    for here, after in pairwise(kept):
        first, second = lines[here].text, lines[after].text
        if min(first.count(" "), second.count(" ")) < 4 or here in removed:
            continue
        if _same(first, second):
            removed[after] = ("caption repeated", 0.97)
            parts[here] = parts[here] or "caption"
        elif second.startswith(first) and not second[len(first)].isspace():
            # "…at the pierThey left": the caption's second copy glued to a sentence.
            edits.append(
                Edit(
                    lines[after].start,
                    lines[after].start + len(first),
                    "",
                    "caption repeated",
                    0.97,
                )
            )
            parts[here] = parts[here] or "caption"
        elif first.startswith(second) and first[len(second)].isupper():
            # The glued copy comes first: "…at the pierThey left", then the caption.
            start = lines[here].start
            edits.append(Edit(start, start + len(second), "", "caption repeated", 0.97))
            parts[after] = parts[after] or "caption"
        elif first.endswith(second) and not first[-len(second) - 1].isspace():
            edits.append(
                Edit(lines[here].end - len(second), lines[here].end, "", "caption repeated", 0.97)
            )
            parts[after] = parts[after] or "caption"
    seen: dict[str, list[int]] = {}
    for place in kept:
        text = lines[place].text
        if place in removed:
            continue
        if parts[place] is None and len(text) < 600:
            label = _CAPTION_LABEL.match(text)
            if label and label.end() == len(text):
                removed[place] = ("caption label", 0.95)
            elif label and label.end() > 8:
                parts[place] = "caption"
                end = lines[place].start + label.end()
                edits.append(Edit(lines[place].start, end, "", "caption label", 0.95))
            elif any(word in text[-90:] for word in _CREDIT_WORDS) and _CREDIT.search(text[-120:]):
                parts[place] = "caption"
        if text.count(" ") >= 7:
            seen.setdefault(text, []).append(place)
    for places in seen.values():
        # A line that comes twice is a pull quote or a teaser; more often, a part of the form.
        if len(places) == 2 and not lines[places[0]].text.endswith("?"):
            removed[places[1]] = ("line repeated", 0.9)
    return edits


def _breaks_off(text: str, lines: list[Line]) -> bool:
    """Whether a line ends in the middle of a word that the page has in full, or in "the"."""
    words = text.split()
    last = words[-1].lower()
    if len(words) < 6 or not last.isalpha() or sum(word[0].islower() for word in words) < 3:
        return False
    if last in _NEVER_LAST:
        return True
    known = {word for line in lines for word in _WORD_BREAK.split(line.text.lower())}
    uses = sum(_WORD_BREAK.split(line.text.lower()).count(last) for line in lines)
    return uses <= 1 and any(word.startswith(last) and word != last for word in known)


def _same(first: str, second: str) -> bool:
    """Whether two lines are one but for punctuation or a letter or two at the end."""
    if abs(len(first) - len(second)) > max(4, 0.03 * len(first)):
        return False
    one, other = bare_words(first), bare_words(second)
    return one == other or (len(one) > 40 and (one.startswith(other) or other.startswith(one)))
