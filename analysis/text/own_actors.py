"""A researcher's own actors: a YAML file that says which names mean the same person or group.

Comes in: a path. Goes out: ``OwnActor`` records, checked line by line, which ``find_actors`` puts
before what it finds itself. The pattern to copy::

    actors:
      - name: Ann Roe
        kind: person              # person, group or place; may be left out
        gender: female            # female or male; may be left out
        aliases: [Roe, the mayor]

A name counts wherever it stands as written, capitals and all, in every event. Nothing in the file
is ever run or used as a path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.own_files import OwnFileError, compose_file, items_of, keys_of, line_of, text_of

ACTOR_KEYS = ("name", "kind", "gender", "aliases")
_CHOICES = {"kind": ("person", "group", "place"), "gender": ("female", "male")}


@dataclass(frozen=True)
class OwnActor:
    """One actor of the list: the name that tables show, what it is, and its other names."""

    name: str
    kind: str = "unknown"
    gender: str = "unknown"
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the other names."""
        return (self.name, *self.aliases)


def read_actors(path: Path | str) -> tuple[OwnActor, ...]:
    """Read a list of actors.

    Parameters
    ----------
    path : Path or str
        A YAML file with the key ``actors``: a list of mappings with ``name`` and, if wished,
        ``kind``, ``gender`` and ``aliases`` (a list of one name or more).

    Raises
    ------
    OwnFileError
        Naming file, line and reason: no such file, not UTF-8, not YAML, an unknown or missing
        key, an empty name, a name or alias that stands twice, a kind or gender that is none.
    """
    path = Path(path)
    root = compose_file(path)
    if root is None:
        raise OwnFileError(f"{path}, line 1: the file is empty; it should hold 'actors:'")
    keys = keys_of(path, root, ("actors",), "the file")
    if "actors" not in keys:
        raise OwnFileError(f"{path}, {line_of(root)}: the file lacks the key 'actors'")
    owner: dict[str, str] = {}
    return tuple(_actor(path, node, owner) for node in items_of(path, keys["actors"], "'actors'"))


def find_own_names(text: str, own: Sequence[OwnActor]) -> list[tuple[int, int, OwnActor]]:
    """Return where own actors are named in a text, in order; of names that overlap the longest."""
    if not own:
        return []
    owner = {name: actor for actor in own for name in actor.names}
    longest = sorted(owner, key=lambda name: (-len(name), name))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return [(hit.start(), hit.end(), owner[hit.group()]) for hit in pattern.finditer(text)]


def _actor(path: Path, node: Any, owner: dict[str, str]) -> OwnActor:
    keys = keys_of(path, node, ACTOR_KEYS, "an actor")
    if "name" not in keys:
        raise OwnFileError(f"{path}, {line_of(node)}: the actor lacks the key 'name'")
    name = _once(path, keys["name"], "name", owner)
    aliases = items_of(path, keys["aliases"], f"'aliases' of {name!r}") if "aliases" in keys else []
    chosen = {}
    for key, allowed in _CHOICES.items():
        if key in keys:
            chosen[key] = text_of(path, keys[key], key)
            if chosen[key] not in allowed:
                raise OwnFileError(
                    f"{path}, {line_of(keys[key])}: {key} may be one of {', '.join(allowed)}, "
                    f"not {chosen[key]!r}"
                )
    others = tuple(_once(path, item, f"an alias of {name!r}", owner) for item in aliases)
    return OwnActor(name, aliases=others, **chosen)


def _once(path: Path, node: Any, what: str, owner: dict[str, str]) -> str:
    text = text_of(path, node, what)
    if text in owner:
        raise OwnFileError(
            f"{path}, {line_of(node)}: the name {text!r} stands twice (first in {owner[text]})"
        )
    owner[text] = line_of(node)
    return text
