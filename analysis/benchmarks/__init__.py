"""How good each part is, measured on labelled data, with what a user would take instead.

Comes in: a folder of labelled sets in one format (``data/README.md`` describes them). Goes out:
per benchmark the figures, each with n and an interval over the right unit, the same figures
for the baselines run in the same call, and notes. Figures are shares or scores between 0 and 1
unless their name says otherwise; higher is better.

A benchmark is a function ``measure_<name>(data: Path) -> dict`` that returns
``{"figures": {key: figure(...)}, "baselines": {who: {key: figure(...)}}, "notes": [...]}``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

# name → "module:function"; loaded only when asked for.
BENCHMARKS: dict[str, str] = {
    "pages": "pages:measure_pages",
    "attributions": "voices:measure_attributions",
    "basil_voice": "voices:measure_basil_voice",
    "lineage": "stories:measure_lineage",
    "same_event": "stories:measure_same_event",
    "babe": "loaded:measure_babe",
    "basil": "loaded:measure_basil",
    "subjectivity": "loaded:measure_subjectivity",
    "newsmtsc": "tone:measure_newsmtsc",
    "editorials": "tone:measure_editorials",
    "entity_stance": "tone:measure_entity_stance",
    "policy_frames": "framing:measure_policy_frames",
    "narrative_frames": "framing:measure_narrative_frames",
    "frac": "own_framing:measure_frac",
    "moral_events": "acting:measure_moral_events",
    "labelling": "wording:measure_labelling",
    "omission": "telling:measure_omission",
    "claims": "telling:measure_claims",
    "coverage": "intervals:measure_coverage",
    "correction": "intervals:measure_correction",
}


def figure(
    value: float | None, *, low: float | None = None, high: float | None = None, n: int, unit: str
) -> dict[str, Any]:
    """Return one measured figure: its value, 95 % interval, and n of which unit."""
    return {"value": value, "low": low, "high": high, "n": n, "unit": unit}


def interval_over(
    units: Sequence[Any],
    statistic: Callable[[np.ndarray], float],
    *,
    resamples: int = 1000,
    seed: int = 20_260,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of ``statistic`` over resampled ``units``.

    ``statistic`` takes an array of unit positions (with repeats) and returns a number; units
    are the independent things: pages, articles, events. Resamples in which the statistic is
    not a number are left out.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    count = len(units)
    drawn = [statistic(generator.integers(0, count, count)) for _ in range(resamples)]
    low, high = np.nanpercentile(np.asarray(drawn, dtype=float), [2.5, 97.5])
    return float(low), float(high)


def measure(name: str, data: Path) -> dict[str, Any]:
    """Run one benchmark on the labelled sets below ``data``.

    Raises
    ------
    KeyError
        When no benchmark has that name; the message lists the names.
    """
    if name not in BENCHMARKS:
        raise KeyError(f"no benchmark is called {name!r}; there are {', '.join(BENCHMARKS)}")
    module, function = BENCHMARKS[name].split(":")
    return getattr(import_module(f"analysis.benchmarks.{module}"), function)(Path(data))


def flatten(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result as it is written to JSON: each figure's value under its own key.

    ``{"line_f1": .93, "intervals": {"line_f1": [.91, .95]}, "n": {"line_f1": [120, "pages"]},
    "baselines": {"trafilatura": {"line_f1": .80}}, "notes": […]}``
    """
    figures = result["figures"]
    return {
        **{key: one["value"] for key, one in figures.items()},
        "intervals": {key: [one["low"], one["high"]] for key, one in figures.items()},
        "n": {key: [one["n"], one["unit"]] for key, one in figures.items()},
        "baselines": {
            who: {key: one["value"] for key, one in theirs.items()}
            for who, theirs in result.get("baselines", {}).items()
        },
        "baseline_intervals": {
            who: {key: [one["low"], one["high"]] for key, one in theirs.items()}
            for who, theirs in result.get("baselines", {}).items()
        },
        "notes": result.get("notes", []),
    }
