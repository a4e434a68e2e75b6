"""Several pieces of page furniture on one line, as careless copies of a page give them.

Comes in: one line of a document. Goes out: a ``Verdict`` (rule, confidence from 0 to 1, higher is
surer), or nothing. A line is taken apart into the phrases that pages print round their articles:
player controls, counters, share lists, comment forms, newsletter boxes, time stamps. It is
furniture when such phrases cover it wholly, or nearly so, and there are enough of them; the
confidence grows with the share covered. Appeals for money are known by bank details beside an
asking. A sentence that reports on comments, players or accounts has words that no such phrase
covers, and stays. Not judged here: lines of one prompt only (``furniture``).
"""

from __future__ import annotations

import re

from analysis.text.pages.furniture import Verdict

_LONGEST = 600
_SITES = (
    r"Facebook|Twitter|YouTube|Instagram|Whats ?App|Linked ?In|Pinterest|Reddit|Telegram|Tumblr|"
    r"E-?mail|Mail|Print|RSS|Flipboard|Messenger|TikTok|Snapchat|Viber|Threads|Mastodon|Bluesky|X"
)
_CLOCK = r"-?\d{1,2}:\d{2}(?::\d{2})?"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = (
    r"(?:(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?),? \d{{4}}|"
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}"
)

# Kinds of phrase; each names the rule it speaks for. Words of menus count only as pages print
# them, with a capital: "play" inside a sentence is no button.
_PHRASES: list[tuple[str, str]] = [
    (
        "video player",
        rf"Video player is loading|Loaded: ?[\d.]+ ?%|Progress: ?[\d.]+ ?%|{_CLOCK} ?/ ?{_CLOCK}|"
        rf"(?:Current|Duration|Remaining)(?: ?Time)? ?{_CLOCK}|{_CLOCK}|"
        r"Stream Type ?LIVE|Seek to live|"
        r"Playback Rate|Picture-in-Picture|(?:Captions|Descriptions|Subtitles|Sound) (?:off|on)|"
        r"Need Text|Non-?Fullscreen|Full ?[Ss]creen|Unmute|Mute|Autoplay|Up [Nn]ext|Now [Pp]laying|"
        r"Watch [Aa]gain|Replay|Playlist",
    ),
    (
        "comment notice",
        r"Comments? ?\(?\d[\d,.]*[kK]?\)?|\(?\d[\d,.]*[kK]?\)? Comments?|No comments(?: yet)?|"
        r"(?:Join|Start) the (?:debate|discussion|conversation)|Share (?:what you think|your "
        r"(?:views|thoughts|opinions?))|Have your say|Be the first to comment|"
        r"(?:Post|Leave|Add|Write|Submit) (?:a|your) (?:Comment|Reply|comment|reply)|Cancel reply|"
        r"The comments below have (?:not )?been moderated(?: in advance)?|"
        r"(?:Comments|We) are no longer (?:being )?accept(?:ed|ing)(?: comments)?(?: on this "
        r"article)?|Your e-?mail address will not be published|Required fields are marked|"
        r"Save my name[^.!?]{0,100}|(?:Log|Sign) in to (?:comment|reply)|View all|"
        r"(?:Newest|Oldest|Best rated|Worst rated)",
    ),
    (
        "share prompt",
        r"Share this (?:on|via|by|with)(?= ?:)|(?:E-?mail|Blog|Print|Pin) ?[Tt]his|"
        rf"(?:Share|Post|Send|Tweet|Pin)(?: this)?(?: (?:article|story|post|page))?"
        rf"(?: (?:to|on|by|via|with) (?:{_SITES}|this))?|{_SITES}|"
        r"Copy [Ll]ink|Link [Cc]opied|Bookmark|"
        r"\d[\d,.]*[kK]? (?:[Ss]hares|[Vv]iews|[Ll]ikes|[Rr]eplies|[Rr]eactions)",
    ),
    (
        "newsletter prompt",
        r"(?:Get|Receive) [^.!?]{2,80} (?:in|to|into) your inbox(?: [a-z]+){0,4}|"
        r"(?:Enter|Type) your e-?mail(?: address)?|Thank you for (?:subscribing|signing up)|"
        r"There was a problem,? please try again|Please try again(?: later)?|"
        r"You can unsubscribe at any time|By (?:signing up|subscribing),? you agree [^.!?]{4,80}|"
        r"Sign up (?:now|here|today)|Subscribe (?:now|here|today)|Invalid e-?mail(?: address)?",
    ),
    (
        "platform footer",
        r"Newer Posts?|Older Posts?|Subscribe to: ?(?:Post Comments|Posts|Comments)(?: \(Atom\))?|"
        r"Powered by [A-Z]\w+|(?:Got|Do you have|Have you got) a (?:story|tip)(?: for us)?|"
        r"(?:Tell|E-?mail|Call|Contact|Write to) (?:us|our (?:newsdesk|newsroom|reporters|team))",
    ),
    (
        "page control",
        r"Home|Previous|Next|Skip|Play|Pause|Settings|Quality|Menu|Search|Log ?[Ii]n|Sign ?[Ii]n|"
        r"Register|Subscribe|Close|Back|Advertisement|Loading|Live|Chapters|Name|Website|Archive",
    ),
]
_PHRASE = re.compile(
    r"(?<![\w@])(?:"
    + "|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(_PHRASES))
    + r")(?!\w)"
)
# What cannot be a word of a sentence: a counter, or a phrase of four words and more.
_SURE = re.compile(r"\d|(?:\S+ ){3}\S")
_LETTERS = re.compile(r"[^\W_]+")
_STAMP_PART = (
    rf"(?:{_DAY}|{_CLOCK}(?: ?[ap]\.?m\.?)?|\d{{1,3}}[ -]min(?:ute)?s?(?: read)?|[A-Z]{{2,4}}|at)"
)
_STAMP = re.compile(
    r"(?P<label>(?:(?:first |last )?(?:published|updated|posted|modified|created)(?: on| at)?|"
    rf"date)[\s:]*)?{_STAMP_PART}(?:[\s,|·•–—/-]+{_STAMP_PART})*",
    re.IGNORECASE,
)
_READING = re.compile(r"\d[ -]min(?:ute)?s? read\b", re.IGNORECASE)
_CALENDAR = re.compile(_DAY, re.IGNORECASE)
_TEASER = re.compile(
    r"(?:read more|read also|also read|read next|see also|more on this|you (?:may|might) also like|"
    r"related(?: (?:story|stories|articles?))?|don(?:'|’)t miss|recommended)\s*[:|»>–—]\s*"
    r"(?-i:(?=[A-Z\d“\"'‘]|https?://|www\.))(?P<title>.{3,160})",
    re.IGNORECASE,
)
_INVITATION = re.compile(
    r"(?:Subscribe|Sign up) (?:to|for) (?:(?:our|the|of|and|for) )*[A-Z][\w’'-]*"
    r"(?: (?:[A-Z][\w’'-]*|the|of|and|for|newsletter|podcast|channel)){0,6}"
)
_ASKING = re.compile(
    r"\b(?:support us\b|(?:please|kindly) (?:help|give|donate|support|consider)\b|"
    r"donate (?:now|here|today|to us)\b|help (?:us|me) (?:to )?(?:keep|go on|continue)\b|"
    r"(?:lives?|depends?|relies|rely) (?:only |entirely )?on (?:its|our|your) "
    r"(?:readers|donations|support)\b|your (?:donation|contribution|support)\b)",
    re.IGNORECASE,
)
_BANK = re.compile(
    r"\b(?:account|acct|iban|sort code|a/c)(?: (?:no|number|name))?\.?:? ?"
    r"[A-Z]{0,2}\d[\d -]{5,30}\d\b",
    re.IGNORECASE,
)
_BANK_LABEL = re.compile(
    r"\b(?:bank|name|account(?: (?:no|number|name))?|sort code|iban|bic|swift|reference): ?\w",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"[“”\"«»]|(?<!\w)['‘]\w")
_LINK = re.compile(r"\[([^\]\[]*)\]\([^()\s]*\)")
_MARKUP = re.compile(r"^[#>*+\s-]+(?=\S)|\*+|(?<!\w)_|_(?!\w)")


def without_markup(line: str) -> str:
    """Return a line without the signs of Markdown: emphasis, headings, the addresses of links."""
    if "[" in line or "*" in line or line[:1] in "#>_":
        line = _MARKUP.sub("", _LINK.sub(r"\1", line))
    return line.strip()


def furniture_run_together(line: str) -> Verdict | None:
    """Return the rule that calls a line furniture by the phrases that cover it, or ``None``.

    Parameters
    ----------
    line : str
        One line, without spaces at its ends.

    Returns
    -------
    Verdict or None

    Examples
    --------
    >>> furniture_run_together("0:00 / 2:15 Play Mute Full screen").rule
    'video player'
    >>> furniture_run_together("Comments (12) were counted before the site was closed.") is None
    True
    """
    if len(line) > _LONGEST:
        return None
    line = without_markup(line)
    return _covered(line) or _appeal(line) or (stamp(line) and _stamped(line)) or _teaser(line)


def stamp(line: str) -> bool:
    """Whether a line is a time stamp of the page: a date with label, clock or minutes to read."""
    match = _STAMP.fullmatch(line) if len(line) <= 90 and any(map(str.isdigit, line)) else None
    if match is None:
        return False
    dated = bool(_CALENDAR.search(line))
    clock = bool(re.search(_CLOCK, line))
    # A bare date or hour may head an entry of the story's own chronology.
    return bool(_READING.search(line)) or (dated and (clock or bool(match.group("label"))))


def _stamped(line: str) -> Verdict:
    return Verdict("time stamp", 0.97 if _READING.search(line) or ":" in line else 0.95)


def _covered(line: str) -> Verdict | None:
    matches = list(_PHRASE.finditer(line))
    if not matches:
        return None
    words = len(_LETTERS.findall(line))
    within = sum(len(_LETTERS.findall(match.group())) for match in matches)
    share = within / words
    sure = sum(bool(_SURE.search(match.group())) for match in matches)
    enough = (len(matches) >= 2 and sure) or len(matches) >= 3 or within == words >= 4
    # A few odd words between many counters and buttons are the page's too, unless they are prose.
    nearly = share >= 0.8 and len(matches) >= 5 and sure
    if not enough or not (share == 1 or nearly):
        return None
    counts: dict[str, int] = {}
    for match in matches:
        kind = _PHRASES[int((match.lastgroup or "k0")[1:])][0]
        counts[kind] = counts.get(kind, 0) + len(match.group())
    rule = max(counts, key=lambda kind: (counts[kind], kind))
    return Verdict(rule, round(0.78 + 0.2 * share, 3))


def _appeal(line: str) -> Verdict | None:
    """Bank details beside an asking, in a line that quotes nobody."""
    if _SPEECH.search(line) or line.count(" ") > 70 or not _BANK.search(line):
        return None
    labels = len(_BANK_LABEL.findall(line))
    if _ASKING.search(line) or labels >= 3:
        return Verdict("appeal for money", 0.97 if labels >= 2 else 0.95)
    return None


def _teaser(line: str) -> Verdict | None:
    match = _TEASER.fullmatch(line)
    # A title of another story ends without a full stop; a sentence of this one has it.
    if match and not match.group("title").rstrip("\"'”’").endswith((".", ";", ",")):
        return Verdict("related stories", 0.95)
    if _INVITATION.fullmatch(line):
        return Verdict("newsletter prompt", 0.93)
    return None
