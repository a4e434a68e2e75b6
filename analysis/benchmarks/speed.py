"""How fast each part is beside the peer a user would take instead, timed in one run.

A figure is a ratio: the peer's time over ours on the same texts, the median of five rounds in which
the two take turns, on one core unless ``beside`` says otherwise; above 1 we are faster. What works
on texts stands in ``timed_text``, the encoder in ``timed_encoder``, and what grows with the corpus
in ``growth``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module

from analysis.benchmarks.timing import ROUNDS

SIZES = (1_000, 10_000, 50_000)
# name → "module:function"; loaded only when asked for.
SPEEDS: dict[str, str] = {
    "word_lists": "timed_text:time_word_lists",
    "quotations": "timed_text:time_quotations",
    "encoder": "timed_encoder:time_encoder",
    "sentence_transformers": "timed_encoder:time_sentence_transformers",
    "cache": "timed_encoder:time_cache",
    "duplicates": "timed_text:time_duplicates",
    "keyness": "timed_text:time_keyness",
    "bootstrap": "growth:time_bootstrap",
    "stages": "growth:time_stages",
    "lineage": "growth:time_lineage",
    "run": "growth:time_run",
}


def measure_speed(name: str, sizes: Sequence[int] = SIZES) -> dict:
    """Time one part beside its peers.

    Parameters
    ----------
    name : str
        A key of ``SPEEDS``.
    sizes : sequence of int
        Numbers of articles, for what grows with the corpus.

    Returns
    -------
    dict
        ``ratio`` (the fastest peer's time over ours) and what else the part reports, with
        ``beside`` (which peers, on what), ``cores`` and ``rounds``.
    """
    module, function = SPEEDS[name].split(":")
    measure = getattr(import_module(f"analysis.benchmarks.{module}"), function)
    found = measure(tuple(sizes)) if module == "growth" else measure()
    return found | {"cores": os.cpu_count(), "rounds": ROUNDS}
