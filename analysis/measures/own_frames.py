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

FOLDER = DATA / "frames"
BOOK_KEYS = ("measure", "version", "frames")
FRAME_KEYS = ("name", "title", "definition", "examples")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LARGEST = 1_000_000  # characters; a file of frames is a page or two


class FrameFileError(ValueError):
    """A frame file that cannot be used; the message names file, line and reason."""


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
    FrameFileError
        Naming file, line and reason: no such file, not UTF-8, not YAML, an unknown or missing
        key, a key or name that stands twice, an empty example, a value of the wrong kind, one
        sentence given as an example twice.

    Examples
    --------
    >>> read_frames("data/frames/generic_frames.yaml").names[:2]  # doctest: +SKIP
    ('responsibility', 'conflict')
    """
    path = Path(path)
    root = _compose(path)
    if root is None:
        raise FrameFileError(f"{path}, line 1: the file is empty; it should hold 'frames:'")
    keys = _mapping(path, root, BOOK_KEYS, "the file")
    if "frames" not in keys:
        raise FrameFileError(f"{path}, {_line(root)}: the file lacks the key 'frames'")
    items = _list(path, keys["frames"], "'frames'")
    frames, seen, examples = [], {}, {}
    for node in items:
        frame = _frame(path, node, examples)
        if frame.name in seen:
            raise FrameFileError(
                f"{path}, {_line(node)}: the name {frame.name!r} stands twice "
                f"(first in {seen[frame.name]})"
            )
        seen[frame.name] = _line(node)
        frames.append(frame)
    measure = _name(path, keys["measure"], "measure") if "measure" in keys else "own_frames"
    version = _text(path, keys["version"], "version") if "version" in keys else "1"
    return FrameBook(measure, version, tuple(frames))


def built_in_frames(measure: str) -> FrameBook:
    """Return a book that ships: ``policy_frames``, ``generic_frames`` or ``moral_foundations``."""
    known = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    if measure not in known:
        raise ValueError(f"no frames called {measure!r} ship; there are {', '.join(known)}")
    return read_frames(FOLDER / f"{measure}.yaml")


def _compose(path: Path) -> Any:
    import yaml

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FrameFileError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise FrameFileError(f"{path}: not UTF-8 (byte {error.start})") from error
    if len(text) > _LARGEST:
        raise FrameFileError(f"{path}: {len(text)} characters; a frame file has at most {_LARGEST}")
    try:
        # Composed, not constructed: nodes know their lines, and no tag can make an object.
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise FrameFileError(f"{path}{line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise FrameFileError(f"{path}: not YAML: {error}") from error


def _frame(path: Path, node: Any, examples: dict[str, str]) -> Frame:
    keys = _mapping(path, node, FRAME_KEYS, "a frame")
    for key in ("name", "definition", "examples"):
        if key not in keys:
            raise FrameFileError(f"{path}, {_line(node)}: the frame lacks the key {key!r}")
    name = _name(path, keys["name"], "name")
    sentences = []
    for item in _list(path, keys["examples"], f"'examples' of {name!r}"):
        sentence = _text(path, item, f"an example of {name!r}")
        if sentence.lower() in examples:
            raise FrameFileError(
                f"{path}, {_line(item)}: this example of {name!r} stands twice "
                f"(first in {examples[sentence.lower()]})"
            )
        examples[sentence.lower()] = _line(item)
        sentences.append(sentence)
    title = _text(path, keys["title"], "title") if "title" in keys else name.replace("_", " ")
    return Frame(name, title, _text(path, keys["definition"], "definition"), tuple(sentences))


def _mapping(path: Path, node: Any, allowed: tuple[str, ...], what: str) -> dict[str, Any]:
    if node.id != "mapping":
        raise FrameFileError(
            f"{path}, {_line(node)}: {what} should have the keys {', '.join(allowed)}"
        )
    found: dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in allowed:
            raise FrameFileError(
                f"{path}, {_line(key)}: unknown key {key.value!r} in {what}; "
                f"the keys are {', '.join(allowed)}"
            )
        if key.value in found:
            raise FrameFileError(f"{path}, {_line(key)}: the key {key.value!r} stands twice")
        found[key.value] = value
    return found


def _list(path: Path, node: Any, what: str) -> list[Any]:
    if node.id != "sequence":
        raise FrameFileError(f"{path}, {_line(node)}: {what} should be a list (lines with '- ')")
    if not node.value:
        raise FrameFileError(f"{path}, {_line(node)}: {what} is empty")
    return node.value


def _text(path: Path, node: Any, what: str) -> str:
    if node.id != "scalar":
        raise FrameFileError(
            f"{path}, {_line(node)}: {what} should be one text; put it in quotation marks if it "
            "holds a colon"
        )
    text = " ".join(node.value.split())
    if not re.search(r"\w", text) or (node.tag.endswith(":null") and node.style is None):
        raise FrameFileError(f"{path}, {_line(node)}: {what} is empty")
    return text


def _name(path: Path, node: Any, what: str) -> str:
    text = _text(path, node, what)
    if not _NAME.fullmatch(text):
        raise FrameFileError(
            f"{path}, {_line(node)}: {what} {text!r} should be small letters, digits and '_', "
            "with a letter first"
        )
    return text


def _line(node: Any) -> str:
    return f"line {node.start_mark.line + 1}"
