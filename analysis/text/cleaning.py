"""Documents → clean articles, with every cut and repair recorded so that all can be undone.

Comes in: table ``documents``. Goes out: ``Cleaned``: ``articles`` (text without page furniture,
headline first), ``cuts`` (each stretch of the raw text that was removed or repaired, by which rule,
with what confidence: 0 to 1, higher is surer) and ``paragraphs`` (spans and parts of the clean
text). ``undo`` gives the raw text back, character for character.

When in doubt a line stays: a sentence of reporting that is lost is worse than a prompt that is
kept. Captions that are the story's own stay, marked; their second copy goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.tables import UNKNOWN, check_table
from analysis.text.furniture import Verdict, furniture_by_rule, is_sentence, tweet_fragment
from analysis.text.line_model import LineModel, is_whole_page, lines_kept
from analysis.text.mastheads import outlet_in_furniture
from analysis.text.openings import bare_header_lines
from analysis.text.repairs import Edit, open_joins, repair_encoding, repair_spacing
from analysis.text.repeats import Repeats, learn_repeats, repeated_lines

if TYPE_CHECKING:
    import pandas as pd


class Cleaned(NamedTuple):
    """Tables ``articles``, ``cuts`` and ``paragraphs``."""

    articles: pd.DataFrame
    cuts: pd.DataFrame
    paragraphs: pd.DataFrame


class Sister(NamedTuple):
    """What articles with the same headline know: word pairs, and the outlet if it is one text."""

    pairs: frozenset[str]
    outlet: str


class Line(NamedTuple):
    """A line with text: where it stands in the raw text, and its text without outer spaces."""

    start: int
    end: int
    text: str


_NEWLINE = re.compile("\n")
_PLAIN = re.compile(r"[^\w]+")
_CREDIT = re.compile(
    r"(?:\((?:(?i:photo|image|picture|credit|file)|AP|AFP|Getty|Reuters|EPA)\b[^)]{0,80}\)|"
    r"(?<![\w])(?i:photo(?:graph)?s?|images?|pictures?|credits?|pics?)(?i: credit| by)?: ?[A-Z]"
    r"[\w /,.&-]{2,60}|(?<![\w])(?i:photo(?:graph)?|image|picture) (?i:credit|by) ?:?[A-Z ][\w /,.&-]{2,60}|"
    r"[A-Z][\w .-]{2,40}/(?:Getty|Reuters|REUTERS|AFP|AP|EPA|Shutterstock|Alamy|PA|Bloomberg|Rex)\b"
    r".{0,40}|(?:Getty Images|AFP/Getty|REUTERS/[\w ]{3,40}|\bEPA-EFE))[).]?$"
)
_CREDIT_WORDS = (
    "hoto", "mage", "icture", "redit", "ic:", "etty", "REUTERS", "EPA", "(AP", "AFP", "/",
)  # fmt: skip
_CAPTION_LABEL = re.compile(
    r"^(?:(?:media playback is (?:un)?supported on (?:your|this) device|enlarge this image|toggle "
    r"caption|hide caption|image (?:source|copyright) ?,?(?: .{2,40}?)?(?=,? ?image caption|$)|image "
    r"caption|media caption|video caption|caption|playback unsupported)[\s,:]*)+",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w'’.-]+"
_PLUG = re.compile(rf"^(?i:follow|e-?mail|contact) ({_NAME}(?: {_NAME}){{1,3}}) (?:on|at)\b")
_BYLINE = re.compile(
    rf"^(?i:by):? ({_NAME}(?: (?:and|{_NAME})){{1,5}})(?:,? (?:for|in|at)\b.{{0,60}}|,.{{0,60}})?$"
)
_NEVER_LAST = frozenset(("the", "a", "an", "of", "and", "with", "at", "to", "for", "his", "her"))
_ENGLISH = frozenset(
    (
        "the", "of", "and", "to", "in", "a", "is", "that", "for", "was", "on", "with", "as", "it",
        "by", "at", "from", "be", "his", "he", "are", "have", "has", "not", "said", "this", "will",
    )
)  # fmt: skip


def clean_documents(
    documents: pd.DataFrame,
    *,
    repeats: Repeats | None = None,
    line_model: LineModel | None = None,
) -> Cleaned:
    """Cut page furniture out of documents and repair their text.

    Parameters
    ----------
    documents : DataFrame
        Table ``documents``.
    repeats : dict, optional
        What ``learn_repeats`` learnt from the whole corpus; by default it is learnt from these
        documents.
    line_model : LineModel, optional
        The model for whole pages; by default the one that ships, loaded when a page needs it.

    Returns
    -------
    Cleaned
        ``articles`` has one row per document, in the same order, with ``lineage`` ``original`` and
        ``used`` true until the next stage says otherwise.
    """
    import pandas as pd

    rows, cut_rows, paragraph_rows = [], [], []
    repeats = learn_repeats(documents) if repeats is None else repeats
    sisters = _sisters(documents)
    for document in documents.to_dict("records"):
        article_id = document["article_id"]
        learnt = repeats.get(document["outlet"], {})
        article, cuts, spans = _clean(document, sisters.get(article_id), learnt, line_model)
        rows.append(article)
        cut_rows.extend((article_id, *cut) for cut in cuts)
        paragraph_rows.extend((article_id, *span) for span in spans)
    articles = pd.DataFrame(rows)
    cuts = pd.DataFrame(
        cut_rows,
        columns=["article_id", "start", "end", "text", "replacement", "rule", "confidence"],
    )
    paragraphs = pd.DataFrame(
        paragraph_rows, columns=["article_id", "paragraph", "start", "end", "part"]
    )
    return Cleaned(
        check_table(articles, "articles"),
        check_table(cuts, "cuts"),
        check_table(paragraphs, "paragraphs"),
    )


def undo(text: str, cuts: pd.DataFrame) -> str:
    """Return the raw text of an article from its clean text and its rows of ``cuts``.

    Parameters
    ----------
    text : str
        ``articles.text``.
    cuts : DataFrame
        The rows of ``cuts`` of this article, in any order.

    Raises
    ------
    ValueError
        When a cut does not fit the text.
    """
    pieces, raw_place, place = [], 0, 0
    ordered = sorted(
        zip(cuts["start"], cuts["end"], cuts["text"], cuts["replacement"], strict=True),
        key=lambda cut: (cut[0], cut[1]),
    )
    for start, end, removed, replacement in ordered:
        kept = start - raw_place
        pieces.append(text[place : place + kept])
        place += kept
        if kept < 0 or text[place : place + len(replacement)] != replacement:
            raise ValueError(f"the cut at {start} does not fit the text: it is not of this article")
        pieces.append(removed)
        place += len(replacement)
        raw_place = end
    pieces.append(text[place:])
    return "".join(pieces)


def _clean(
    document: Mapping[str, str],
    sister: Sister | None,
    learnt: dict[str, float],
    line_model: LineModel | None,
) -> tuple[dict, list[tuple], list[tuple]]:
    raw = document["raw"]
    lines = _lines(raw)
    headline = document["headline"]
    parts: list[str | None] = [None] * len(lines)
    removed: dict[int, tuple[str, float]] = {}
    inner: list[Edit] = []

    _mark_opening(raw, lines, headline, parts, removed)
    texts = [line.text for line in lines]
    verdicts = furniture_by_rule(texts)
    if learnt:
        again = repeated_lines(texts, learnt)
        verdicts = [first or second for first, second in zip(verdicts, again, strict=True)]
    if is_whole_page(texts, verdicts):
        verdicts = _judge_page(texts, verdicts, line_model or LineModel())
    for place, verdict in enumerate(verdicts):
        if verdict is not None and parts[place] != "headline":
            removed.setdefault(place, (verdict.rule, verdict.confidence))
    _mark_menus(lines, parts, removed)
    _mark_decks(lines, parts, removed)
    inner.extend(_mark_captions(lines, parts, removed))
    for place, line in enumerate(lines):
        if place not in removed:
            span = tweet_fragment(line.text)
            if span:
                start = len(line.text[: span[0]].rstrip())
                edit = Edit(line.start + start, line.start + span[1], "", "tweet address", 0.95)
                inner.append(edit)

    edits = _edits(raw, lines, parts, removed, inner, sister.pairs if sister else frozenset())
    if headline != UNKNOWN and "headline" not in parts:
        edits.insert(0, Edit(0, 0, f"{headline}\n\n", "headline inserted", 1.0))
    text, places = _apply(raw, edits)
    spans = _paragraphs(text, lines, parts, removed, places, edits)
    cuts = [(e.start, e.end, raw[e.start : e.end], *e[2:]) for e in edits]
    byline = document["byline"]
    if byline == UNKNOWN:
        byline = _byline(lines, removed)
    article = {
        "article_id": document["article_id"],
        "event": document["event"],
        "outlet": sister.outlet if sister and sister.outlet else document["outlet"],
        "source": document["source"],
        "url": document["url"],
        "published": document["published"],
        "headline": headline,
        "byline": byline,
        "text": text,
        "language": language_of(text),
        "n_words": len(text.split()),
        "lineage": "original",
        "lineage_of": None,
        "lineage_similarity": None,
        "used": True,
        "reason": "",
        "section": document.get("section", UNKNOWN),
    }
    return article, cuts, spans


def _judge_page(
    texts: list[str], verdicts: list[Verdict | None], line_model: LineModel
) -> list[Verdict | None]:
    """Verdicts for a whole page: the rules' where they have one, else the line model's."""
    likely = line_model.probability(texts, verdicts)
    kept = lines_kept(likely, np.array([text.count(" ") + 1 for text in texts]))
    return [
        verdict or (None if stays else Verdict("line model", round(1 - float(p), 3)))
        for verdict, stays, p in zip(verdicts, kept, likely, strict=True)
    ]


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


def _lines(raw: str) -> list[Line]:
    found, start = [], 0
    for line in raw.split("\n"):
        stripped = line.strip()
        if stripped:
            left = start + line.index(stripped)
            found.append(Line(left, left + len(stripped), stripped))
        start += len(line) + 1
    return _joined(found)


def _joined(lines: list[Line]) -> list[Line]:
    """Join lines that were wrapped at a fixed width into the paragraphs they were.

    A block of lines is wrapped when no line could have held the first word of the next, and some
    line ends in the middle of a sentence.
    """
    joined: list[Line] = []
    block: list[Line] = []
    for line in [*lines, None]:
        if block and (line is None or line.start != block[-1].end + 1):
            joined.extend([_one_line(block)] if _is_wrapped(block) else block)
            block = []
        if line is not None:
            block.append(line)
    return joined


def _is_wrapped(block: list[Line]) -> bool:
    if len(block) < 3:
        return False
    width = max(len(line.text) for line in block)
    if not 40 <= width <= 120 or min(len(line.text) for line in block[:-1]) < 0.6 * width:
        return False
    full = all(
        len(line.text) + 1 + len(after.text.split(" ", 1)[0]) > width
        for line, after in pairwise(block)
    )
    return full and any(after.text[0].islower() for after in block[1:])


def _one_line(block: list[Line]) -> Line:
    return Line(block[0].start, block[-1].end, " ".join(line.text for line in block))


def _mark_opening(
    raw: str,
    lines: list[Line],
    headline: str,
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
) -> None:
    """Find the headline's line; cut bare date and address lines and repeats of the headline."""
    bare = {start: rule for start, _, rule in bare_header_lines(raw)}
    plain = _plain(headline) if headline != UNKNOWN else ""
    seen, length = False, len(headline)
    for place, line in enumerate(lines):
        if line.start in bare:
            removed[place] = (bare[line.start], 0.99)
        elif plain and abs(len(line.text) - length) < 12 and _plain(line.text) == plain:
            if seen:
                removed[place] = ("headline repeated", 0.98)
            else:
                parts[place] = "headline"
                seen = True


def _mark_menus(
    lines: list[Line], parts: list[str | None], removed: dict[int, tuple[str, float]]
) -> None:
    """Short lines before the headline are the page's menu."""
    if "headline" not in parts:
        return
    for place in range(parts.index("headline")):
        if place not in removed and not is_sentence(lines[place].text):
            removed[place] = ("menu before the headline", 0.95)


def _mark_decks(
    lines: list[Line], parts: list[str | None], removed: dict[int, tuple[str, float]]
) -> None:
    """A line under the headline that the first sentence says again, or that breaks off, goes."""
    kept = [place for place in range(len(lines)) if place not in removed]
    prose = next((p for p in kept if is_sentence(lines[p].text) and parts[p] is None), None)
    if prose is None:
        return
    first = set(_plain(lines[prose].text).split())
    for place in kept:
        if place >= prose or parts[place] == "headline":
            continue
        text = lines[place].text
        words = _plain(text).split()
        if is_sentence(text) or len(words) < 5:
            continue
        if len(set(words) - first) <= 0.1 * len(set(words)):
            removed[place] = ("deck repeats the lead", 0.95)
        elif _breaks_off(text, lines):
            removed[place] = ("caption, cut off", 0.9)


def _breaks_off(text: str, lines: list[Line]) -> bool:
    """Whether a line ends in the middle of a word that the page has in full, or in "the"."""
    words = text.split()
    last = words[-1].lower()
    if len(words) < 6 or not last.isalpha() or sum(word[0].islower() for word in words) < 3:
        return False
    if last in _NEVER_LAST:
        return True
    known = {word for line in lines for word in _PLAIN.split(line.text.lower())}
    uses = sum(_PLAIN.split(line.text.lower()).count(last) for line in lines)
    return uses <= 1 and any(word.startswith(last) and word != last for word in known)


def _mark_captions(
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
            # "…at the stadiumYou can go": the caption's second copy glued to a sentence.
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


def _edits(
    raw: str,
    lines: list[Line],
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
    inner: list[Edit],
    pairs: frozenset[str],
) -> list[Edit]:
    """All edits of one text, in order and without overlap."""
    edits: list[Edit] = []
    starts = [line.start for line in lines] + [len(raw)]
    kept = [place for place in range(len(lines)) if place not in removed]
    last_kept = kept[-1] if kept else -1
    if lines and lines[0].start > 0:
        edits.append(Edit(0, lines[0].start, "", "spacing", 1.0))
    for place, line in enumerate(lines):
        until = starts[place + 1]
        if place in removed:
            rule, confidence = removed[place]
            # The space after a line goes with it; the one before the first cut stays a boundary.
            edits.append(Edit(line.start, until, "", rule, confidence))
            continue
        inside = sorted(e for e in inner if line.start <= e.start and e.end <= line.end)
        edits.extend(_inside(raw, line, inside, pairs))
        gap = raw[line.end : until]
        wanted = "" if place >= last_kept else ("\n" if gap.count("\n") <= 1 else "\n\n")
        if gap != wanted:
            edits.append(Edit(line.end, until, wanted, "spacing", 1.0))
    return edits


def _inside(raw: str, line: Line, cuts: list[Edit], pairs: frozenset[str]) -> list[Edit]:
    """Repairs within one kept line, around what is cut from it."""
    edits: list[Edit] = []
    place = line.start
    for cut in [*cuts, None]:
        end = cut.start if cut else line.end
        if place < end:
            stretch = raw[place:end]
            found = repair_encoding(stretch)
            taken = [(edit.start, edit.end) for edit in found]
            for edit in (
                *repair_spacing(stretch),
                *open_joins(stretch, words=_COMMON, pairs=pairs),
                *(Edit(*m.span(), " ", "wrapped line", 0.97) for m in _NEWLINE.finditer(stretch)),
            ):
                if all(edit.end <= a or edit.start >= b for a, b in taken):
                    found.append(edit)
            edits.extend(
                edit._replace(start=edit.start + place, end=edit.end + place)
                for edit in sorted(found)
            )
        if cut:
            edits.append(cut)
            place = cut.end
    return edits


_COMMON = frozenset(
    (
        "that", "the", "and", "with", "said", "for", "from", "have", "had", "was", "were", "has",
        "his", "her", "their", "this", "what", "when", "which", "who", "will", "would", "could",
        "about", "after", "before", "into", "over", "under", "between", "against", "because",
        "during", "than", "without", "within", "called", "told", "president", "minister", "leader",
        "but", "also", "are",
    )
)  # fmt: skip


def _apply(raw: str, edits: list[Edit]) -> tuple[str, list[tuple[int, int]]]:
    """The clean text, and (raw position, clean position) where each unchanged stretch begins."""
    pieces, places, raw_place, length = [], [], 0, 0
    for edit in edits:
        places.append((raw_place, length))
        pieces.append(raw[raw_place : edit.start])
        pieces.append(edit.replacement)
        length += edit.start - raw_place + len(edit.replacement)
        raw_place = edit.end
    places.append((raw_place, length))
    pieces.append(raw[raw_place:])
    return "".join(pieces), places


def _paragraphs(
    text: str,
    lines: list[Line],
    parts: list[str | None],
    removed: dict[int, tuple[str, float]],
    places: list[tuple[int, int]],
    edits: list[Edit],
) -> list[tuple[int, int, int, str]]:
    kept = [place for place in range(len(lines)) if place not in removed]
    known = [parts[place] for place in kept]
    if edits and edits[0].rule == "headline inserted":
        known.insert(0, "headline")
    found, start, lead = [], 0, False
    number = 0
    for line in text.split("\n"):
        if line.strip():
            part = known[number] if number < len(known) else None
            if part is None:
                part, lead = ("body" if lead else "lead"), True
            found.append((number, start, start + len(line), part))
            number += 1
        start += len(line) + 1
    return found


def _byline(lines: list[Line], removed: dict[int, tuple[str, float]]) -> str:
    for place, line in enumerate(lines):
        if len(line.text) > 120:
            continue
        match = _BYLINE.match(line.text) or (place in removed and _PLUG.match(line.text))
        if match and outlet_in_furniture([line.text]) == UNKNOWN:
            return " ".join(match.group(1).split())
    return UNKNOWN


def _sisters(documents: pd.DataFrame) -> dict[str, Sister]:
    """For articles with one headline: what the others say about words run together and outlet."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    columns = (documents[name] for name in ("article_id", "headline", "outlet", "raw"))
    for article_id, headline, outlet, raw in zip(*columns, strict=True):
        plain = _plain(headline)
        if plain.count(" ") >= 3:
            groups.setdefault(plain, []).append((article_id, outlet, raw))
    found: dict[str, Sister] = {}
    for group in groups.values():
        if len(group) < 2:
            continue
        own = {article_id: _pairs(raw[:200_000]) for article_id, _, raw in group}
        for article_id, outlet, _ in group:
            others = [other for other in group if other[0] != article_id]
            pairs = frozenset().union(*(own[other] for other, _, _ in others))
            outlets = {
                known
                for other, known, _ in others
                if known != UNKNOWN and _overlap(own[article_id], own[other]) >= 0.5
            }
            named = outlets.pop() if outlet == UNKNOWN and len(outlets) == 1 else ""
            found[article_id] = Sister(pairs, named)
    return found


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _pairs(raw: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]+|\S", raw)
    return frozenset(f"{a} {b}" for a, b in pairwise(words) if a.isalpha() and b.isalpha())


def _same(first: str, second: str) -> bool:
    """Whether two lines are one but for punctuation or a letter or two at the end."""
    if abs(len(first) - len(second)) > max(4, 0.03 * len(first)):
        return False
    one, other = _plain(first), _plain(second)
    return one == other or (len(one) > 40 and (one.startswith(other) or other.startswith(one)))


def _plain(text: str) -> str:
    return _PLAIN.sub(" ", text.casefold()).strip()
