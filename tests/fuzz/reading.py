"""Fuzz target: any bytes the whole way, from decoding to the reader's page.

Run ``PYTHONPATH=. python tests/fuzz/reading.py -atheris_runs=100000``. Bytes are cut into several
documents at ``0x1e``; nothing may crash, hang or be lost (``journey`` says what is checked).
``many.py`` does the same with documents made from the sample, which get farther.
"""

import sys

import atheris

with atheris.instrument_imports(include=["analysis"]):
    from tests.fuzz.journey import follow


def read_and_show(data: bytes) -> None:
    """Follow the documents that the bytes hold."""
    follow(data.split(b"\x1e")[:20])


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_and_show)
    atheris.Fuzz()
