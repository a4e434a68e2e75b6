"""Scores → estimates: outlets compared within events, human codes, what may be claimed.

The names below are found here too, loaded when first asked for.
"""

from importlib import import_module
from typing import Any

_PLACES = {
    "adjust_p": "estimates",
    "check_claims": "claims_check",
    "compare_outlets": "estimates",
    "draw_sample": "coding",
    "estimate_corrected": "correction",
    "estimate_levels": "estimates",
    "measure_agreement": "agreement",
    "read_cards": "validation",
    "run_specifications": "robustness",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
