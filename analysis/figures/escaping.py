"""Plain text → text that LaTeX or Markdown shows as it stands, whatever an outlet is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps


def escape_latex(text: str) -> str:
    """Return a text that LaTeX sets as it stands."""
    special = {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
        "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "−": r"$-$", "→": r"$\rightarrow$", "←": r"$\leftarrow$", "×": r"$\times$",
    }  # fmt: skip
    return "".join(special.get(letter, letter) for letter in text)


def escape_markdown(text: str) -> str:
    """Return a text that Markdown shows as it stands, HTML included."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|~$!])", r"\\\1", text)


def as_markdown(say: Callable[..., str]) -> Callable[..., str]:
    """Let a function that says something in plain words return it as Markdown that shows them."""

    @wraps(say)
    def said(*args, **options) -> str:
        return escape_markdown(say(*args, **options))

    return said
