"""Articles and sentences in; the people, groups and places of each event out, with aliases.

Names are runs of capitalised words without the titles before them. Within an event a last name
belongs to the most mentioned full name that ends in it, an acronym to the group whose words
begin with its letters, a name to the longer one that begins or ends with it, and a misspelt name
to the one it differs from by a letter or two. Mentions count
names and aliases in every article of the event; pronouns are left to the speakers of quotations.
``n_mentions`` up means named more often, not more important. What a researcher's own list says
comes first: its names belong to its actors, and names found that go with one of them follow.

What it does not do: look anything up outside the articles, or tell two people of one last name
apart where the articles do not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.tables import UNKNOWN, check_table
from analysis.text.misspelt_names import misspelt_names
from analysis.text.own_actors import OwnActor, find_own_names
from analysis.text.speech.speakers import Name, find_names

if TYPE_CHECKING:
    import pandas as pd

_WORD = re.compile(r"[^\W\d_]+")
_SMALL = frozenset("of the and for de la".split())


@dataclass(frozen=True)
class Actors:
    """Tables ``actors`` and ``mentions``."""

    actors: pd.DataFrame
    mentions: pd.DataFrame


def find_actors(
    articles: pd.DataFrame, sentences: pd.DataFrame, *, own: Sequence[OwnActor] = ()
) -> Actors:
    """Find who and what is named in each event.

    Parameters
    ----------
    articles : DataFrame
        Table ``articles``; ``article_id, event, text`` are read.
    sentences : DataFrame
        Table ``sentences``; a name that only ever begins a sentence, as one word, is not taken
        for a name unless a list knows it, and what stands only in titles, where every word has
        a capital, neither.
    own : sequence of OwnActor
        The researcher's own actors (``own_actors.read_actors``).

    Returns
    -------
    Actors
        ``actors``: one row per event and actor, aliases joined by ``|``, the actor's own name
        first. ``mentions``: where each is named, and how (``name`` in full, or ``alias``).
    """
    import pandas as pd

    texts = dict(zip(articles["article_id"], articles["text"], strict=True))
    begins: dict[str, set[int]] = defaultdict(set)
    titled: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for article_id, start, end in zip(
        sentences["article_id"], sentences["start"], sentences["end"], strict=True
    ):
        begins[article_id].add(int(start))
        if article_id in texts and _is_titled(texts[article_id][start:end]):
            titled[article_id].append((int(start), int(end)))
    by_event: dict[str, list[tuple[str, Name]]] = defaultdict(list)
    for article_id, event, text in sorted(
        zip(articles["article_id"], articles["event"], articles["text"], strict=True)
    ):
        starts = begins[article_id]
        listed = [
            Name(start, end, text[start:end], "", actor.kind, actor.gender)
            for start, end, actor in find_own_names(text, own)
        ]
        found = [
            name
            for name in find_names(text)
            if _is_name(name, starts)
            and not any(name.start < one.end and one.start < name.end for one in listed)
        ]
        by_event[event].extend((article_id, name) for name in (*listed, *found))
    owner = {name: actor for actor in own for name in actor.names}
    by_event = {
        event: _without_openers(_named_elsewhere(mentions, titled, owner), begins, owner)
        for event, mentions in by_event.items()
    }
    places = {article_id: sorted(starts) for article_id, starts in begins.items()}
    actor_rows, mention_rows = [], []
    for event in sorted(by_event):
        mentions = by_event[event]
        whole = _merge(mentions, places)
        # A name that goes with a listed one goes where the list puts that.
        whole = {words: owner[one].name if (one := words if words in owner else whole[words])
                 in owner else one for words in whole}  # fmt: skip
        groups: dict[str, list[tuple[str, Name]]] = defaultdict(list)
        for article_id, name in mentions:
            groups[whole[name.words]].append((article_id, name))
        for actor in sorted(groups):
            about = _describe(actor, groups[actor])
            if actor in owner:  # the list's word, where it says something
                said = (owner[actor].kind, owner[actor].gender)
                about = (*(a if a != UNKNOWN else b for a, b in zip(said, about, strict=False)),
                         *about[2:])  # fmt: skip
            actor_rows.append((event, actor, *about))
            mention_rows.extend(
                (
                    article_id,
                    actor,
                    name.start,
                    name.end,
                    texts[article_id][name.start : name.end],
                    "name" if name.words == actor else "alias",
                )
                for article_id, name in groups[actor]
            )
    actors = pd.DataFrame(
        actor_rows,
        columns=["event", "actor", "kind", "gender", "aliases", "n_mentions", "n_articles"],
    )
    found = pd.DataFrame(
        mention_rows, columns=["article_id", "actor", "start", "end", "text", "how"]
    ).sort_values(["article_id", "start"], kind="stable")
    return Actors(check_table(actors, "actors"), check_table(found, "mentions"))


def _is_name(name: Name, starts: set[int]) -> bool:
    return name.kind != "unknown" or " " in name.words or name.start not in starts


def _is_titled(sentence: str) -> bool:
    """Whether a sentence is set as a title: nearly every longer word with a capital."""
    if sentence.rstrip().endswith("."):
        return False
    longer = [word for word in _WORD.findall(sentence) if len(word) > 3]
    if len(longer) < 5:
        return False
    return sum(word[0].isupper() for word in longer) > 0.8 * len(longer)


def _named_elsewhere(
    mentions: list[tuple[str, Name]],
    titled: dict[str, list[tuple[int, int]]],
    listed: Collection[str],
) -> list[tuple[str, Name]]:
    """Leave out what only a title's capitals make look like a name, such as "Defeat Them"."""

    def in_title(article_id: str, name: Name) -> bool:
        return any(start <= name.start < end for start, end in titled[article_id])

    elsewhere = {name.words for article_id, name in mentions if not in_title(article_id, name)}
    return [
        (article_id, name)
        for article_id, name in mentions
        if name.kind != "unknown" or name.words in elsewhere or name.words in listed
    ]


def _without_openers(
    mentions: list[tuple[str, Name]], begins: dict[str, set[int]], listed: Collection[str]
) -> list[tuple[str, Name]]:
    """Take from names what only begins a sentence: "Weeping Northern" is Northern, if named so."""
    alone = {name.words for _, name in mentions}
    within = {
        word
        for article_id, name in mentions
        if name.start not in begins[article_id]
        for word in name.words.split()
    }
    found = []
    for article_id, name in mentions:
        first, _, rest = name.words.partition(" ")
        opens = name.kind == "unknown" and name.start in begins[article_id]
        if opens and rest in alone and first not in within and name.words not in listed:
            found.append((article_id, replace(name, start=name.end - len(rest), words=rest)))
        else:
            found.append((article_id, name))
    return found


def _in_one_sentence(
    mentions: list[tuple[str, Name]], begins: Mapping[str, Sequence[int]]
) -> Callable[[str, str], bool]:
    """Return whether one sentence names two names, asked by their words."""
    where: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for article_id, name in mentions:
        if " " in name.words:
            where[name.words].add((article_id, bisect_right(begins[article_id], name.start)))
    return lambda one, other: not where[one].isdisjoint(where[other])


def _merge(mentions: list[tuple[str, Name]], begins: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Return for every name of an event the actor it stands for."""
    counts = Counter(name.words for _, name in mentions)
    kinds: dict[str, Counter] = defaultdict(Counter)
    for _, name in mentions:
        kinds[name.words][name.kind] += 1
    by_end: dict[str, list[str]] = defaultdict(list)
    by_letters: dict[str, list[str]] = defaultdict(list)
    for words in counts:
        parts = words.split()
        if len(parts) > 1:
            by_end[parts[-1]].append(words)
            letters = "".join(p[0] for p in parts if p.lower() not in _SMALL).upper()
            by_letters[letters].append(words)
    people = {w: n for w, n in counts.items() if kinds[w].most_common(1)[0][0] == "person"}
    genders = {name.words: name.gender for _, name in mentions if name.gender != "unknown"}
    misspelt = misspelt_names(people, genders, _in_one_sentence(mentions, begins))
    whole: dict[str, str] = {}
    for words in counts:
        if words in misspelt:
            whole[words] = misspelt[words]
            continue
        kind = kinds[words].most_common(1)[0][0]
        parts = words.split()
        candidates: list[str] = []
        if len(parts) == 1 and kind != "place":
            people = [w for w in by_end[words] if kinds[w].most_common(1)[0][0] == "person"]
            candidates = people or [
                w for w in by_end[words] if kinds[w].most_common(1)[0][0] == "unknown"
            ]
            letters = words.replace(".", "")
            if not candidates and letters.isupper() and len(letters) > 2:
                candidates = by_letters[letters]
        elif kind == "person":
            # Vladimir Vladimirovich Putin is Vladimir Putin.
            candidates = [w for w in by_end[parts[-1]] if w.split()[0] == parts[0]]
        best = max(candidates, key=lambda w: (counts[w], w), default=words)
        whole[words] = best if counts[best] and best != words else words
    for words in whole:
        seen = {words}
        while whole[whole[words]] != whole[words] and whole[words] not in seen:
            seen.add(whole[words])
            whole[words] = whole[whole[words]]
    return whole


def _describe(actor: str, mentions: list[tuple[str, Name]]) -> tuple[str, str, str, int, int]:
    kinds = Counter(name.kind for _, name in mentions if name.kind != "unknown")
    genders = Counter(name.gender for _, name in mentions if name.gender in ("male", "female"))
    aliases = sorted({name.words for _, name in mentions} - {actor})
    return (
        min(kinds, key=lambda k: (-kinds[k], k), default="unknown"),
        min(genders, key=lambda g: (-genders[g], g), default="unknown"),
        "|".join([actor, *aliases]),
        len(mentions),
        len({article_id for article_id, _ in mentions}),
    )
