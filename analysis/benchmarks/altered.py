"""Known versions of known articles: copies as careless pages make them, and spun rewrites.

Comes in: an article's text. Goes out: a version of which every change is known, so that what
the suite finds can be compared with what was done. A copy has its paragraphs in another order,
its quotation marks and apostrophes lost, a fifth of it cut and page furniture added. A spun
version has other words where there are synonyms, and clauses exchanged, in the same order.
All furniture is invented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

CUT = 0.2  # share of the words that a copy loses
_LOST = re.compile(r"[“”\"«»„‘’'`]")
_QUOTED = re.compile(r"“[^“”\"]*”|\"[^“”\"]*\"")
_FURNITURE = (
    "Home | World | Business | Opinion | Sport | Sign in",
    "Share this story on Facebook Share on Twitter Email Print",
    "Sign up for our free morning briefing and never miss a story again.",
    "Enjoying this article? Support reporting in the Velm Valley from 3 talers a month.",
    "Read more: Ten photographs from the harbour festival you should not miss",
    "Related: Why the price of bread in Kessary keeps going up",
    "We use cookies to improve your visit. Accept all Reject all Settings",
    "Loaded: 0% Progress: 0% 0:00 Previous Play Skip Mute Current Time 0:00",
    "Please enter your comment! Please enter your name here",
    "Follow us on Instagram for more pictures from the newsroom",
    "Advertisement - story continues below",
    "Copyright Olsbruck Evening Courier. All rights reserved. Terms of use Privacy",
)
# Invented for this purpose; the left forms are frequent in news, the right ones mean nearly that.
_SYNONYMS = dict(
    pair.split("=")
    for pair in (
        "said=stated;says=states;told=informed;called=described;asked=requested;announced=declared;"
        "reported=related;government=administration;officials=authorities;leader=chief;"
        "leaders=chiefs;people=individuals;country=nation;countries=nations;killed=slain;"
        "attack=assault;attacks=assaults;began=started;begin=start;ended=concluded;help=assist;"
        "helped=assisted;wants=wishes;want=wish;need=require;needs=requires;show=demonstrate;"
        "shows=demonstrates;showed=demonstrated;big=large;biggest=largest;many=numerous;"
        "also=additionally;but=however;because=since;about=roughly;after=following;before=ahead of;"
        "while=whereas;during=throughout;law=statute;lawmakers=legislators;police=officers;"
        "plan=scheme;plans=schemes;decision=ruling;support=backing;supporters=backers;money=funds;"
        "work=labour;make=produce;made=produced;get=obtain;got=obtained;give=provide;gave=provided;"
        "new=fresh;first=initial;last=final;long=lengthy;important=significant;major=main;"
        "problem=difficulty;problems=difficulties;vote=ballot;voters=electors;campaign=drive;"
        "court=tribunal;case=matter;report=account;week=seven days;weeks=spells of seven days;"
        "year=twelvemonth;years=twelvemonths;meeting=gathering;met=gathered;deal=agreement;"
        "talks=negotiations;war=conflict;troops=soldiers;health=wellbeing;home=residence;"
        "family=household;children=youngsters;think=believe;know=understand;increase=rise;"
        "increased=rose;fell=dropped;number=quantity;part=portion;place=spot;time=moment;"
        "way=manner;world=globe;city=town;group=organisation;company=firm;companies=firms;"
        "jobs=positions;job=position;cut=reduction;cuts=reductions;cost=price;costs=prices;"
        "pay=compensate;paid=compensated;should=ought to;must=has to;very=extremely;only=merely;"
        "just=simply;still=nevertheless;even=indeed;again=once more;now=at present;today=this day;"
        "statement=declaration;speech=address;letter=missive;wrote=penned;used=employed;"
        "use=employ;good=favourable;bad=unfavourable;great=terrific;small=little;strong=robust;"
        "weak=feeble;high=elevated;low=reduced;different=distinct;investigation=inquiry;"
        "charges=accusations;accused=blamed;evidence=proof;released=published;order=command;"
        "ordered=commanded;rules=regulations;allow=permit;allowed=permitted;stop=halt;"
        "stopped=halted;continue=proceed;continued=proceeded;try=attempt;tried=attempted;"
        "expected=anticipated;likely=probable;possible=feasible;clear=evident;several=various;"
        "some=certain;left=departed;right=correct;house=dwelling;public=populace;early=initially;"
        "later=subsequently;against=in opposition to;including=among them;across=throughout;"
        "among=amid;under=beneath;over=above;between=amid;through=via;another=a further;"
        "every=each;both=the two;few=a handful of;most=the bulk of;more=further;less=fewer;"
        "near=close to;around=round;take=seize;took=seized;come=arrive;came=arrived;go=proceed;"
        "went=proceeded;see=observe;saw=observed;say=state;put=placed;keep=retain;kept=retained;"
        "hold=grip;held=gripped;run=operate;ran=operated;win=triumph;won=triumphed;lost=forfeited;"
        "lose=forfeit;grow=expand;grew=expanded;open=unlock;opened=unlocked;move=shift;"
        "moved=shifted;send=dispatch;sent=dispatched;build=construct;built=constructed;"
        "death=demise;deaths=fatalities;dead=deceased;injured=hurt;fight=battle;fighting=battling;"
        "fear=dread;hope=aspire;agreed=consented;refused=declined;rejected=spurned;"
        "warned=cautioned;urged=pressed;demanded=insisted on;claimed=asserted;denied=disputed;"
        "admitted=conceded;added=continued;noted=remarked;explained=clarified"
    ).split(";")
)
_KEPT = frozenset(("no", "not", "never", "nobody", "none", "nor", "neither", "without"))
_CLAUSES = re.compile(r"(?<=[.!?] )([A-Z][^.,\"“”;]{20,90}), ([a-z][^.,\"“”;]{20,90})\.")


@dataclass(frozen=True)
class Copy:
    """A careless copy: its text, and where in it the words stand that were in marks."""

    text: str
    quoted: list[tuple[int, int]]
    undecided: list[tuple[int, int]]


def make_copy(text: str, *, seed: int, cut: float = CUT, furniture: int = 6) -> Copy:
    """Return a copy: paragraphs reordered, marks lost, ``cut`` of the words gone, furniture in.

    ``quoted`` counts characters in the copy. Paragraphs whose marks do not pair are
    ``undecided``: which of their words are quoted is not known.
    """
    generator = np.random.default_rng(seed)
    paragraphs = [part for part in text.split("\n") if part.strip()]
    sizes = np.array([len(part.split()) for part in paragraphs])
    kept, gone = [], 0
    for place in generator.permutation(len(paragraphs)):
        if gone + sizes[place] <= cut * sizes.sum():
            gone += sizes[place]
        else:
            kept.append(_without_marks(paragraphs[place]))
    for line in generator.choice(len(_FURNITURE), furniture, replace=False) if furniture else ():
        kept.insert(int(generator.integers(0, len(kept) + 1)), (_FURNITURE[line], []))
    pieces, quoted, undecided, at = [], [], [], 0
    for piece, spans in kept:
        if spans is None:
            undecided.append((at, at + len(piece)))
        quoted += [(at + start, at + end) for start, end in spans or ()]
        pieces.append(piece)
        at += len(piece) + 2
    return Copy("\n\n".join(pieces), quoted, undecided)


def spin(text: str, *, seed: int, share: float = 0.95, drop: float = 0.0) -> str:
    """Return ``text`` with ``share`` of the words that have a synonym replaced, clauses turned.

    ``drop`` of the other small words are left out. Names, numbers and the order of the sentences
    stay, as they do where machines spin text.
    """
    generator = np.random.default_rng(seed)

    def other_word(found: re.Match) -> str:
        word = found.group()
        synonym = _SYNONYMS.get(word.lower())
        if synonym is None and word[0].islower() and word not in _KEPT:
            return "" if generator.random() < drop else word
        if synonym is None or generator.random() > share:
            return word
        return synonym[0].upper() + synonym[1:] if word[0].isupper() else synonym

    def turned(found: re.Match) -> str:
        first, second = found.groups()
        return f"{second[0].upper()}{second[1:]}, {first[0].lower()}{first[1:]}."

    spun = re.sub(r"[A-Za-z]+", other_word, text)
    return _CLAUSES.sub(turned, re.sub(r"(?<=\S)  +", " ", spun))


def _without_marks(paragraph: str) -> tuple[str, list[tuple[int, int]] | None]:
    """Drop quotation marks and apostrophes; return where the marked words now stand.

    ``None`` where the marks do not pair.
    """
    lost = [found.start() for found in _LOST.finditer(paragraph)]
    marks = sum(paragraph.count(mark) for mark in '“”"')
    spans = [found.span() for found in _QUOTED.finditer(paragraph)]
    if 2 * len(spans) != marks:
        return _LOST.sub("", paragraph), None
    moved = [
        tuple(at - int(np.searchsorted(lost, at)) for at in (start + 1, end - 1))
        for start, end in spans
    ]
    return _LOST.sub("", paragraph), moved
