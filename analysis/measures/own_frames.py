"""A researcher's own frames: a YAML file with name, definition and a few example sentences.

Comes in: a path. Goes out: a ``FrameBook``, checked line by line. The frames that ship are
written in the same form (``data/frames``), so they are also the pattern to copy::

    measure: strike_frames        # how the scores' column ``measure`` calls them
    version: 1
    frames:
      - name: inconvenience       # how the column ``label`` calls it
        definition: The strike is a nuisance to passengers, parents or customers.
        examples:
          - Commuters waited for two hours in the rain.

Definition and examples become vectors; nothing in the file is ever run or used as a path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import DATA
from analysis.own_files import (
    OwnFileError,
    compose_file,
    items_of,
    keys_of,
    line_of,
    text_of,
)

FOLDER = DATA / "frames"
BOOK_KEYS = ("measure", "version", "frames")
FRAME_KEYS = ("name", "title", "definition", "examples")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Frame:
    """One frame: name (in tables), title (in figures), meaning, sentences that show it."""

    name: str
    title: str
    definition: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class FrameBook:
    """The frames of one file, in its order."""

    measure: str
    version: str
    frames: tuple[Frame, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The frames' names."""
        return tuple(frame.name for frame in self.frames)

    @property
    def texts(self) -> tuple[str, ...]:
        """Definition and examples of every frame, one after the other."""
        return tuple(text for frame in self.frames for text in (frame.definition, *frame.examples))

    @property
    def owners(self) -> tuple[int, ...]:
        """For each of ``texts`` the number of its frame."""
        return tuple(
            number for number, frame in enumerate(self.frames) for _ in (0, *frame.examples)
        )


def read_frames(path: Path | str) -> FrameBook:
    """Read a frame file.

    Parameters
    ----------
    path : Path or str
        A YAML file with the keys ``frames`` and, if wished, ``measure`` (default
        ``own_frames``) and ``version``. Each frame has ``name`` (small letters, digits and
        ``_``), ``definition``, ``examples`` (one sentence or more) and, if wished, ``title``.

    Returns
    -------
    FrameBook
        The frames in the file's order.

    Raises
    ------
    OwnFileError
        Naming file, line and reason: no such file, not UTF-8, not YAML, an unknown or missing
        key, a key or name that stands twice, an empty example, a value of the wrong kind, one
        sentence given as an example twice.

    Examples
    --------
    >>> read_frames("data/frames/generic_frames.yaml").names[:2]  # doctest: +SKIP
    ('responsibility', 'conflict')
    """
    path = Path(path)
    root = compose_file(path)
    if root is None:
        raise OwnFileError(f"{path}, line 1: the file is empty; it should hold 'frames:'")
    keys = keys_of(path, root, BOOK_KEYS, "the file")
    if "frames" not in keys:
        raise OwnFileError(f"{path}, {line_of(root)}: the file lacks the key 'frames'")
    items = items_of(path, keys["frames"], "'frames'")
    frames, seen, examples = [], {}, {}
    for node in items:
        frame = _frame(path, node, examples)
        if frame.name in seen:
            raise OwnFileError(
                f"{path}, {line_of(node)}: the name {frame.name!r} stands twice "
                f"(first in {seen[frame.name]})"
            )
        seen[frame.name] = line_of(node)
        frames.append(frame)
    measure = _name(path, keys["measure"], "measure") if "measure" in keys else "own_frames"
    version = text_of(path, keys["version"], "version") if "version" in keys else "1"
    return FrameBook(measure, version, tuple(frames))


def built_in_frames(measure: str) -> FrameBook:
    """Return a book that ships: ``policy_frames``, ``generic_frames`` or ``moral_foundations``."""
    known = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    if measure not in known:
        raise ValueError(f"no frames called {measure!r} ship; there are {', '.join(known)}")
    return read_frames(FOLDER / f"{measure}.yaml")


def _frame(path: Path, node: Any, examples: dict[str, str]) -> Frame:
    keys = keys_of(path, node, FRAME_KEYS, "a frame")
    for key in ("name", "definition", "examples"):
        if key not in keys:
            raise OwnFileError(f"{path}, {line_of(node)}: the frame lacks the key {key!r}")
    name = _name(path, keys["name"], "name")
    sentences = []
    for item in items_of(path, keys["examples"], f"'examples' of {name!r}"):
        sentence = text_of(path, item, f"an example of {name!r}")
        if sentence.lower() in examples:
            raise OwnFileError(
                f"{path}, {line_of(item)}: this example of {name!r} stands twice "
                f"(first in {examples[sentence.lower()]})"
            )
        examples[sentence.lower()] = line_of(item)
        sentences.append(sentence)
    title = text_of(path, keys["title"], "title") if "title" in keys else name.replace("_", " ")
    return Frame(name, title, text_of(path, keys["definition"], "definition"), tuple(sentences))


def _name(path: Path, node: Any, what: str) -> str:
    text = text_of(path, node, what)
    if not _NAME.fullmatch(text):
        raise OwnFileError(
            f"{path}, {line_of(node)}: {what} {text!r} should be small letters, digits and '_', "
            "with a letter first"
        )
    return text
