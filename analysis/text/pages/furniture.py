"""Which lines of a page are furniture, by what they say: the rules.

Comes in: the lines of one document. Goes out: for each line the rule that calls it furniture and
how sure it is (0 to 1, higher is surer), or nothing. A rule speaks only of lines that are no
sentence of reporting by their form: prompts, menus, notices, counters, appeals with their bank
details, comment forms and the teasers that follow them. Lines that only their place on the page
gives away are the business of ``line_model``.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Verdict(NamedTuple):
    """A rule's name and how sure it is that the line is furniture."""

    rule: str
    confidence: float


_SITES = (
    r"facebook|twitter|youtube|instagram|whats\s?app|linked\s?in|pinterest|reddit|telegram|tumblr|"
    r"e-?mail|print|rss(?: feed)?|google\s?(?:\+|plus|news)?|flipboard|messenger|tiktok|"
    r"snapchat|vk|"
    r"weibo|line|viber|stumble\s?upon|digg|threads|mastodon|bluesky|parler|gettr|truth social|gab|x"
)
_BULLET = r"(?:[•*·|>»\-–—]\s*)?"

# Whole lines. Each alternative must fit the line from its first to its last character.
_WHOLE: list[tuple[str, float, str]] = [
    (
        "social menu",
        0.99,
        rf"{_BULLET}(?:(?:share|follow|like|find|join|tweet|pin|post|send|view|visit|subscribe)"
        rf"(?: us| this| it| via| by| to| on| now| story| article| page)*[\s:,]*)?"
        rf"(?:(?:{_SITES})[\s,/|•·&+]*(?:and )?){{1,12}}(?:icon|link|logo)?",
    ),
    (
        "share prompt",
        0.98,
        rf"{_BULLET}(?:share|tweet|shares?|share (?:this|post|story|article|page|via|now)"
        r"(?: (?:post|story|article|page|on|with|this).{0,40})?|\d[\d.,]*k? ?shares?|copy link|"
        r"copied|link copied|save|bookmark|comments?|\d[\d,]* comments?|print(?: this)?(?: page|"
        r" article)?|like(?: this)?)[\s:.!|>»]*",
    ),
    (
        "page control",
        0.98,
        r"(?:loading\.*|skip (?:to|ad).{0,30}|close|menu|search|home|log ?in|sign ?in|sign ?up|"
        r"register|subscribe(?: now)?|newsletters?|next|previous|back|story continues below"
        r".{0,40}|(?:article|story) continues.{0,40}|continue reading.{0,60}|scroll down.{0,40})"
        r"[\s:.!|>»]*",
    ),
    (
        "advertising",
        0.98,
        r"(?:advertisements?|advertising|ad|ads|sponsored(?: content| links?| by .{2,40})?|promoted"
        r"(?: content| links?)?|paid (?:content|post)|.{0,60}may (?:receive|earn) (?:a|"
        r"an affiliate) "
        r"commission.{0,80})[\s:.!|>»]*",
    ),
    (
        "video player",
        0.99,
        r"(?:loaded: ?[\d.]+%|progress: ?[\d.]+%|\d{1,2}:\d{2}(?::\d{2})?(?: ?/ ?\d{1,2}:\d{2})?|"
        r"play|pause|skip|mute|unmute|current time ?[\d:]+|duration(?: time)? ?[\d:]+|remaining "
        r"time ?-?[\d:]+|fullscreen|full screen|non-fullscreen|need text|/|playback rate|1x|"
        r"chapters|"
        r"descriptions off.*|captions off.*|captions settings.*|stream type ?live|seek to live.*|"
        r"live|video player is loading\.?|play video|replay|watch again|this is a modal window\.|"
        r"no compatible source was found.*|picture-in-picture|quality|subtitles|audio track|"
        r"autoplay|up next|now playing)",
    ),
    (
        "author plug",
        0.97,
        r"(?:follow|email|e-mail|contact) (?!us\b)[A-Z@].{2,60}? (?:on|at|via|here)\b.{0,80}",
    ),
    (
        "follow prompt",
        0.97,
        r"(?:follow|like|find|join|connect with) (?:us|@\w+|our)\b.{0,100}|@\w{2,20}",
    ),
    (
        "comment notice",
        0.98,
        r"(?:please let us know if you(?:'|’)?(?:re| are) having (?:issues|trouble|problems) with "
        r"comment.*|no comments(?: yet)?:?|(?:be the first to|leave a|post a|add a|write a|"
        r"add your|"
        r"leave your|view|show|load|read)(?: \d+| more| all| the)? (?:comment|reply).{0,30}|"
        r"please enter your (?:comment|name|e-?mail|website).{0,40}|"
        r"your e-?mail address will not be "
        r"published.{0,60}|(?:you must|you need to|please) (?:be logged in|log in|sign in|"
        r"register).{0,60}|"
        r"comments? (?:are|is) (?:closed|disabled|off|moderated).{0,60}|join the (?:discussion|"
        r"conversation|debate).{0,60}|save my name.{0,120}|cancel reply|notify me .{0,80}|"
        r"\d+ (?:responses?|replies|thoughts) (?:to|on) .{0,200}|name:?\*?|e-?mail:?\*?|website:?)",
    ),
    (
        "newsletter prompt",
        0.96,
        r"(?:sign up|subscribe|register)(?: now| here| today)? (?:for|to|and get|with)\b.{0,160}|"
        r"(?:get|receive) .{0,80}(?:in|to) your inbox.{0,40}|enter your e-?mail.{0,80}|"
        r"download (?:the|our) .{0,60}app.{0,60}|(?:by )?(?:signing|subscribing) up.{0,200}",
    ),
    (
        "related stories",
        0.96,
        r"(?:more like this|related(?: (?:articles?|stories|posts?|topics?|content|news|video|"
        r"links|"
        r"coverage|tags|items))?|read (?:more|next|also)|see also|more (?:stories|news|from|on|in|"
        r"top stories|headlines)\b.{0,50}|most (?:read|popular|viewed|shared|commented|recent)"
        r".{0,40}|trending(?: now| stories| topics)?|popular (?:posts|stories|now|articles|news)|"
        r"latest (?:news|stories|posts|articles|headlines|videos)|you (?:may|might) (?:also )?like"
        r".{0,40}|recommended(?: for you| stories| reading| articles)?|don(?:'|’)?t miss|"
        r"editor(?:'|’)"
        r"?s(?:'|’)? (?:picks?|choice)|what to read next|around the web|from the web|top stories|"
        r"promoted stories|in case you missed it|recent posts|more coverage|tags?:?|topics?:?|"
        r"filed under:?.{0,80}|posted in:?.{0,60}|categories:?|archives?:?|"
        r"labels:.{0,80})[\s:.!|>»]*",
    ),
    (
        "platform footer",
        0.99,
        r"powered by .{2,60}|proudly powered by .{2,60}|(?:simple|awesome inc|picture window|"
        r"watermark|ethereal|travel) theme\..{0,60}|theme(?: by|:) .{2,60}|subscribe to: .{0,60}|"
        r"newer posts?|older posts?|(?:newer|older) posts? .{0,30}",
    ),
    (
        "rights notice",
        0.97,
        r"(?:©|\(c\) ?(?:19|20)\d\d|copyright\b).{0,200}|.{0,100}all rights reserved.{0,160}|"
        r"this (?:document|material|article|story|content) (?:is subject to copyright|may not be "
        r"(?:published|reproduced|republished|copied)).{0,300}|"
        r"(?:terms|privacy|cookies?|legal|contact|about|advertis\w+|careers|accessibility|help|"
        r"site ?map|do not sell|terms of (?:use|service)|terms (?:and|&) conditions|privacy policy|"
        r"cookie policy|about us|contact us|advertise with us|privacy notice|corrections)"
        r"(?:[\s|•·/]*(?:terms|privacy|cookies?|legal|contact|about|policy|use|of|service|us|with|"
        r"advertise|help|and|&|conditions|notice|sitemap))*",
    ),
    (
        "cookie notice",
        0.97,
        r".{0,160}\b(?:we|website|site|uses?|using) (?:uses? )?cookies\b.{0,400}|accept(?: all)?"
        r"(?: cookies)?|manage (?:cookies|preferences|settings)|i (?:accept|agree)|reject all|"
        r"got it!?",
    ),
]
_PATTERN = re.compile(
    "|".join(f"(?P<w{number}>{pattern})" for number, (_, _, pattern) in enumerate(_WHOLE)),
    re.IGNORECASE,
)
_SPEAKS_OF = (
    "cookie", "rights reserved", "copyright", "©", "inbox", "subscri", "sign", "mail", "comment",
    "app", "follow", "commission", "share",
)  # fmt: skip
_MONEY = (
    "donat", "account n", "sort code", "iban", "swift", "bank transfer", "cheque", "sending che",
    "appeal", "generosity", "our readers", "journalism", "contribution", "become a", "paypal",
    "patreon", "gofundme", "bitcoin", "gift aid",
)  # fmt: skip
# Lines of a money appeal; those between two of them belong to it too.
_APPEAL = re.compile(
    r"\bdonat(?:e|ions?|ing)\b.{0,60}(?:\bat\b|\bto the\b|\bonline|\bvia\b|\bfrom\b|:|https?:|"
    r"www\.|"
    r"\bwill be\b|\bby\b)|^to make a donation|\bgift aid\b|^account (?:name|number|no)\b|"
    r"^sort code\b|^iban\b|^(?:bic|swift)\b|\bbank transfer\b|\bcheques? payable\b|"
    r"\bsending che(?:ck|"
    r"que)s?\b|\bwe are (?:now )?(?:launching|running) an appeal\b|"
    r"\breaders of .{0,60}(?:generosity|"
    r"generous)|\bour readers to give\b|\b(?:refugee|emergency|christmas|winter|charity|ukraine|"
    r"earthquake|famine|flood|fundraising) appeal$|\bsupport (?:our|independent) journalism\b|"
    r"\bmake a (?:small |one-off |monthly )?(?:donation|contribution)\b|"
    r"\bbecome a (?:supporter|patron"
    r"|member|subscriber)\b|\bpaypal\.me\b|\bpatreon\.com\b|\bgofundme\.com\b|\bbitcoin:",
    re.IGNORECASE,
)
_APPEAL_BANK = re.compile(
    r"^account (?:name|number|no)\b|^sort code\b|^iban\b|bank transfer|cheques? payable|gift aid|"
    r"^to make a donation|\bdonate at\b|paypal|patreon",
    re.IGNORECASE,
)
_TWEET = re.compile(
    r"(?:https?:/{0,2})?(?:\bt|(?<=s:)t|(?<=//)t)\.co/?(?=\w*[\dA-Z])\w{8,12}\b|"
    r"(?:https?:/{0,2})?pic\.twitter\.com/?\w{8,12}\b"
)
# "Leave a comment, he told them." begins as a prompt does, but somebody tells it.
_PROMPTS = frozenset({"comment notice", "newsletter prompt", "follow prompt", "author plug",
                      "related stories", "page control", "share prompt"})  # fmt: skip
_NARRATED = re.compile(
    r"\b(?:he|she|they|who) [a-z]+|\b(?:said|says|told|asked|was|were|had|did|wrote|promised)\b"
)
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’»)\]」』]*$")
# Han and kana, written without spaces.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_COMMENTER = re.compile(r".{1,60}? (?:says|said|writes|wrote):?|(?:says|posted by) .{1,60}", re.I)
_WHEN = re.compile(
    r"(?:on )?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?:\d{1,2}\.? )?[A-Z][a-z]{2,8}\.? "
    r"(?:\d{1,2},? )?(?:19|20)\d\d|\d+ (?:minute|hour|day|week|month|year)s? ago)"
    r"(?:,? ?(?:at|@|-|–)? ?\d{1,2}[:.]\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?)?\.?",
    re.I,
)
_AFTER = frozenset({"related stories", "comment notice", "platform footer"})


def furniture_by_rule(lines: list[str]) -> list[Verdict | None]:
    """Return for each line of a page the rule that calls it furniture, or ``None``.

    Parameters
    ----------
    lines : list of str
        The lines with text, in order, without spaces at their ends.

    Returns
    -------
    list of Verdict or None
    """
    found: list[Verdict | None] = [_whole_line(line) for line in lines]
    _mark_appeals(lines, found)
    _mark_players(lines, found)
    _mark_tweets(lines, found)
    _mark_comments(lines, found)
    _mark_tail(lines, found)
    return found


def is_sentence(line: str) -> bool:
    """Whether a line reads like prose: eight words or more that end like a sentence."""
    return count_words(line) >= 8 and bool(_SENTENCE_END.search(line))


def count_words(line: str) -> int:
    """Return how many words a line has; where no spaces are written, two characters are one.

    Examples
    --------
    >>> count_words("The port is shut."), count_words("港は閉鎖された。")
    (4, 4)
    """
    words = line.count(" ") + 1
    if not line.isascii():
        words += len(_UNSPACED.findall(line)) // 2
    return words


def tweet_fragment(line: str) -> tuple[int, int] | None:
    """Where a shortened address of a tweet stands in a line, or ``None``."""
    if "t.co" not in line and "pic.twitter" not in line:
        return None
    match = _TWEET.search(line)
    return match.span() if match else None


def _whole_line(line: str) -> Verdict | None:
    # A long line is a prompt only if it says so: most are prose and need no closer look.
    if len(line) > 120:
        low = line.lower()
        if len(line) > 600 or not any(word in low for word in _SPEAKS_OF):
            return None
    match = _PATTERN.fullmatch(line)
    if match is None:
        return None
    rule, confidence, _ = _WHOLE[int(match.lastgroup[1:])]  # type: ignore[index]
    if rule in _PROMPTS and line.endswith((".", ".”", '."')) and _NARRATED.search(line):
        return None
    return Verdict(rule, confidence)


def _mark_appeals(lines: list[str], found: list[Verdict | None]) -> None:
    """An appeal is a run of its lines with at most three others between; one asks for money."""
    text = "\n".join(lines).lower()
    if not any(word in text for word in _MONEY):
        return
    places = [
        place
        for place, line in enumerate(lines)
        if any(word in line.lower() for word in _MONEY)
        and (_APPEAL.search(line) or (line.endswith(" APPEAL") and not is_sentence(line)))
    ]
    runs: list[list[int]] = []
    for place in places:
        if runs and place - runs[-1][-1] <= 4:
            runs[-1].append(place)
        else:
            runs.append([place])
    for run in runs:
        asks = any(_APPEAL_BANK.search(lines[place]) for place in run)
        if len(run) >= 3 and asks:
            for place in range(run[0], run[-1] + 1):
                found[place] = found[place] or Verdict("appeal for money", 0.97)
        else:
            for place in run:
                if _APPEAL_BANK.search(lines[place]) and not is_sentence(lines[place]):
                    found[place] = found[place] or Verdict("appeal for money", 0.9)


def _mark_players(lines: list[str], found: list[Verdict | None]) -> None:
    """The line before a run of player counters is the headline of the film, not of the story."""
    for place in range(1, len(lines)):
        verdict, before = found[place], found[place - 1]
        starts = verdict and verdict.rule == "video player" and before is None
        if starts and place + 2 < len(lines):
            run = [found[next_] for next_ in range(place, min(place + 4, len(lines)))]
            counters = sum(v is not None and v.rule == "video player" for v in run)
            if counters >= 3 and not _SENTENCE_END.search(lines[place - 1]):
                found[place - 1] = Verdict("video player's headline", 0.95)


def _mark_tweets(lines: list[str], found: list[Verdict | None]) -> None:
    for place, line in enumerate(lines):
        if found[place] is None and tweet_fragment(line):
            rest = _TWEET.sub("", line).strip()
            words = rest.split()
            sentences = len(re.findall(r"[.!?][\"'”’)]*(?:\s|$)", rest))
            capitals = sum(word[:1].isupper() for word in words)
            if not sentences and len(words) <= 40 and (capitals > len(words) / 2 or len(words) < 6):
                found[place] = Verdict("tweet fragment", 0.95)


def _mark_comments(lines: list[str], found: list[Verdict | None]) -> None:
    """Readers' comments: a line "Name says:" over one with date and time, twice or more.

    No article goes on below them.
    """
    heads = [
        place
        for place in range(len(lines) - 1)
        if _COMMENTER.fullmatch(lines[place]) and _WHEN.fullmatch(lines[place + 1])
    ]
    if len(heads) >= 2:
        for place in range(heads[0], len(lines)):
            found[place] = found[place] or Verdict("reader's comment", 0.96)


def _mark_tail(lines: list[str], found: list[Verdict | None]) -> None:
    """After a heading of related stories or the comment form, lines that are no sentences go."""
    if not any(verdict and verdict.rule in _AFTER for verdict in found):
        return
    last_prose = max((p for p, line in enumerate(lines) if is_sentence(line)), default=-1)
    for place in range(len(lines) - 1, -1, -1):
        verdict = found[place]
        if verdict is None or verdict.rule not in _AFTER:
            continue
        after = range(place + 1, len(lines))
        cut_off = sum(lines[next_].endswith(("...", "…")) for next_ in after)
        whole = sum(
            is_sentence(lines[next_]) and not lines[next_].endswith(("...", "…")) for next_ in after
        )
        if whole == 0 and (cut_off or place > last_prose):
            for next_ in after:
                found[next_] = found[next_] or Verdict("teaser", 0.93)
