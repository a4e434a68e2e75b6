"""Fuzz target: any bytes through decoding, reading and cleaning, and back again by undo.

Run ``python tests/fuzz/reading.py -atheris_runs=100000``. Nothing may crash, no document may take
over two seconds, and the raw text must come back.
"""

import sys
import time

import atheris

with atheris.instrument_imports(include=["analysis"]):
    from analysis.text.cleaning import clean_documents, undo
    from analysis.text.corpus import documents_of_pages, documents_of_texts
    from analysis.text.reading.containers import ContainerError, decode

SECONDS = 2.0


def read_clean_undo(data: bytes) -> None:
    """Read bytes as a text or as a page, clean it, and give it back."""
    started = time.process_time()
    as_page = data[:1] == b"<"
    try:
        text, _ = decode(data)
        documents = (
            documents_of_pages([text]) if as_page else documents_of_texts([text], sources="a")
        )
    except ContainerError:
        return
    cleaned = clean_documents(documents)
    raw, clean = documents["raw"].iloc[0], cleaned.articles["text"].iloc[0]
    assert undo(clean, cleaned.cuts) == raw, "undo lost text"
    spans = cleaned.paragraphs
    assert spans.empty or spans["end"].max() <= len(clean), "a span lies outside the text"
    assert time.process_time() - started < SECONDS, "a document took too long"


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_clean_undo)
    atheris.Fuzz()
