"""Which result a robustness notebook runs through its specifications, and where it was declared.

A researcher declares a result in a YAML file before looking (``outlets.robustness``). The sample
has one in ``data/gold``. Where neither fits the corpus at hand, the outlet with the most articles
is taken, and the hash says ``not declared``: that is an exploration, and the caption says so.
"""

from __future__ import annotations

from analysis import DATA
from analysis.figures.selection import Tables
from analysis.outlets.robustness import DEFAULTS, Specification, read_specification

SAMPLE = DATA / "gold" / "declared.yaml"
UNDECLARED = "not declared"


def find_declaration(path: str, data: Tables) -> Specification:
    """Return the declared result: of the file given, of the sample, or one that says it is not.

    Parameters
    ----------
    path : str
        A YAML file, or an empty text.
    data : Tables
        The run's finished tables.
    """
    if path:
        return read_specification(path)
    if SAMPLE.exists():
        declared = read_specification(SAMPLE)
        if data.invented and declared.outlet in set(data.articles["outlet"]):
            return declared
    used = data.articles.loc[data.articles["used"], "outlet"].value_counts().sort_index()
    outlet = str(used.idxmax()) if len(used) else "no outlet"
    return Specification(
        name=f"{outlet} and loaded words",
        outlet=outlet,
        event=data.event,
        contrast="event mean",
        primary=DEFAULTS | {"measure": "loaded_words/any"},
        alternatives={
            "voice": ("all",),
            "lineage": ("without wire", "own sentences"),
            "headlines": ("without",),
            "weights": ("segments",),
        },
        combine="one at a time",
        sha256=UNDECLARED,
    )


def say_declaration(specification: Specification) -> str:
    """Say what was declared, and under which hash."""
    if specification.sha256 == UNDECLARED:
        return (
            f"No result was declared beforehand. Explored here: {specification.name}. Declare a "
            "result in a YAML file before the run to make it a test."
        )
    return (
        f"Declared before the run: {specification.name} (SHA-256 of the file "
        f"{specification.sha256[:12]}…)."
    )
