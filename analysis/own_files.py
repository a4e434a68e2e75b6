"""A researcher's own YAML files, read node by node, so that a mistake is named with its line.

Comes in: a path. Goes out: nodes of YAML, and their parts checked (keys, lists, texts), or an
``OwnFileError`` that names file, line and reason. Frames, concepts and actors are read with it
(``measures.own_frames``, ``measures.labelling``, ``text.own_actors``). Nothing in a file is ever
run, made an object of, or used as a path.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_LARGEST = 1_000_000  # characters; a file of one's own is a page or two


class OwnFileError(ValueError):
    """A file of frames, concepts or actors that cannot be used; names file, line and reason."""


def compose_file(path: Path) -> Any:
    """Return the root node of a file; None where it is empty."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise OwnFileError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise OwnFileError(f"{path}: not UTF-8 (byte {error.start})") from error
    if len(text) > _LARGEST:
        raise OwnFileError(f"{path}: {len(text)} characters; such a file has at most {_LARGEST}")
    try:
        # Composed, not constructed: nodes know their lines, and no tag can make an object.
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise OwnFileError(f"{path}{line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise OwnFileError(f"{path}: not YAML: {error}") from error


def keys_of(path: Path, node: Any, allowed: tuple[str, ...], what: str) -> dict[str, Any]:
    """Return the nodes of a mapping by key: each key known, and there once."""
    if node.id != "mapping":
        raise OwnFileError(
            f"{path}, {line_of(node)}: {what} should have the keys {', '.join(allowed)}"
        )
    found: dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in allowed:
            raise OwnFileError(
                f"{path}, {line_of(key)}: unknown key {key.value!r} in {what}; "
                f"the keys are {', '.join(allowed)}"
            )
        if key.value in found:
            raise OwnFileError(f"{path}, {line_of(key)}: the key {key.value!r} stands twice")
        found[key.value] = value
    return found


def items_of(path: Path, node: Any, what: str) -> list[Any]:
    """Return the nodes of a list that is not empty."""
    if node.id != "sequence":
        raise OwnFileError(f"{path}, {line_of(node)}: {what} should be a list (lines with '- ')")
    if not node.value:
        raise OwnFileError(f"{path}, {line_of(node)}: {what} is empty")
    return node.value


def text_of(path: Path, node: Any, what: str) -> str:
    """Return one text, its spaces made single; never an empty one."""
    if node.id != "scalar":
        raise OwnFileError(
            f"{path}, {line_of(node)}: {what} should be one text; put it in quotation marks if it "
            "holds a colon"
        )
    text = " ".join(node.value.split())
    if not re.search(r"\w", text) or (node.tag.endswith(":null") and node.style is None):
        raise OwnFileError(f"{path}, {line_of(node)}: {what} is empty")
    return text


def line_of(node: Any) -> str:
    """Return where a node begins, in words."""
    return f"line {node.start_mark.line + 1}"
