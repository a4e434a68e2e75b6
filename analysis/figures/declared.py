"""Which result a robustness notebook runs through its specifications, and where it was declared.

A researcher declares a result in a YAML file before looking (``outlets.robustness``). The sample
has one in ``data/gold``. Where neither fits the corpus at hand, the outlet with the most articles
is taken, and the hash says ``not declared``: that is an exploration, and the caption says so.
Beside the specifications stands the mixed model, a second opinion on the primary one.
"""

from __future__ import annotations

import warnings

import pandas as pd

from analysis import DATA
from analysis.figures.captions import caption_counts
from analysis.figures.names import say, say_measure
from analysis.figures.selection import Tables
from analysis.outlets.mixed import compare_with_model
from analysis.outlets.robustness import (
    DEFAULTS,
    Specification,
    describe_robustness,
    read_specification,
    run_specifications,
)
from analysis.outlets.uncleaned import score_uncleaned

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


def run_declared(declared: Specification, data: Tables, *, seed: int = 20_260) -> pd.DataFrame:
    """Run every declared specification; raw texts are scored only where cleaning off is one."""
    chosen = {declared.primary["cleaning"], *declared.alternatives.get("cleaning", ())}
    return run_specifications(
        declared,
        data.scores,
        data.segments,
        data.articles,
        shared=data.shared_sentences,
        uncleaned=score_uncleaned(data.articles, data.cuts) if "off" in chosen else None,
        seed=seed,
    )


def caption_declared(declared: Specification, results: pd.DataFrame, data: Tables) -> str:
    """Write the caption of the strip: what is primary, the hash, and how the others fall out."""
    primary = ", ".join(f"{key} {say(value)}" for key, value in declared.primary.items())
    hashed = (
        "Not declared before the run."
        if declared.sha256 == UNDECLARED
        else f"Declared before the run in a file with SHA-256 {declared.sha256[:12]}."
    )
    title = (
        f"{declared.name}: the estimate under each specification. Filled: the primary one "
        f"({primary}). Each other row changes what it names. Whisker: "
        f"{results['level'].iloc[0]:.0%} interval. {describe_robustness(results)} {hashed}"
    )
    if results["measure"].str.partition("/")[0].nunique() > 1:
        title += (
            " Measures differ in unit: standard deviations are those of articles within events."
        )
    measure = declared.primary["measure"].partition("/")[0]
    about = {"articles": data.articles, "invented": data.invented}
    return caption_counts(title, interval=True, measure=measure, **about)


def compare_models(declared: Specification, data: Tables, *, seed: int = 20_260) -> pd.DataFrame:
    """Return bootstrap and mixed model on the declared measure, a row an outlet.

    Both count every segment once, as the model can do nothing else. Columns as
    ``positions.plot_dumbbells`` draws them (``first`` the bootstrap, ``second`` the model), and
    ``apart``, their difference in the larger standard error. No rows where nothing can be
    compared: ``say_models`` says why.
    """
    measure, _, label = declared.primary["measure"].partition("/")
    columns = ["first", "first_low", "first_high", "second", "second_low", "second_high"]
    empty = pd.DataFrame(columns=["outlet", *columns, "apart", "n_articles"])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a measure without variance is said by the error
            both = compare_with_model(
                data.scores, data.segments, data.articles, measure=measure, label=label,
                voice=declared.primary["voice"], permutations=0, seed=seed,
            )  # fmt: skip
    except ValueError as error:
        empty.attrs["reason"] = str(error)
        return empty
    names = [f"{kind}_{who}" for who in ("bootstrap", "model")
             for kind in ("estimate", "low", "high")]  # fmt: skip
    return both.rename(columns=dict(zip(names, columns, strict=True)))[list(empty.columns)]


def caption_models(declared: Specification, both: pd.DataFrame, data: Tables) -> str:
    """Write the caption of bootstrap beside mixed model."""
    measure = declared.primary["measure"].partition("/")[0]
    title = (
        f"{say_measure(measure).what.capitalize()} minus the event's mean, every segment counting "
        f"once, by bootstrap (hollow) and by mixed model; lines: 95% intervals. {say_models(both)}"
    )
    about = {"articles": data.articles, "invented": data.invented}
    return caption_counts(title, interval=True, measure=measure, **about)


def say_models(both: pd.DataFrame) -> str:
    """Say how far bootstrap and mixed model are apart."""
    if both.empty:
        why = both.attrs.get("reason", "no outlet was estimated")
        return f"Bootstrap and mixed model could not be compared: {why}."
    signs = (both["first"] > 0) == (both["second"] > 0)
    far = both.loc[both["apart"].abs().idxmax()]
    narrow = (both["second_high"] - both["second_low"]) / (both["first_high"] - both["first_low"])
    return (
        "The model takes an outlet to be the same in every event, the bootstrap does not. They "
        f"give the same sign for {int(signs.sum())} of {len(both)} outlets and are furthest apart "
        f"for {far['outlet']}, by {abs(far['apart']):.2f} standard errors; the "
        f"model's intervals are {narrow.median():.2f} times as wide (median)."
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
