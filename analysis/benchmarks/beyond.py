"""What a corpus costs that does not fit this machine: a model from measured rates, no measurement.

Comes in: ``data/bench.json`` as ``python -m analysis bench`` wrote it. Goes out: Markdown, with the
arithmetic. What is done part by part is shared out among cores; what looks at the whole corpus at
once (reading, joining stories and events, estimates) is not, and in the end decides. Lower is
better. It leaves out what a cluster adds: a slow shared disk, lost workers, a queue.
"""

from __future__ import annotations

from typing import Any

import numpy as np

ARTICLES = 1_000_000
SHARED = ("clean", "voices and scores")  # stages that are done in parts, by all workers
MACHINES = (("this machine", None), ("16 cores", 16), ("20 workers of one core", 20))
MEMORY_GB = 64


def describe_beyond(results: dict[str, Any]) -> str:
    """Return the model as Markdown; a sentence that says what to run where it was not measured.

    Notes
    -----
    With c cores, N articles take ``N (s + p / c)``: s is the time an article takes in the stages
    that are not shared out, p its time on one core in those that are (measured time × cores).
    Memory is a straight line through the measured sizes.
    """
    run = results.get("run", {})
    sizes = {int(n): one for n, one in run.get("by_size", {}).items() if one.get("stages")}
    if len(sizes) < 2:
        return "Not measured yet: `python -m analysis bench run --json data/bench.json`."
    n, cores = max(sizes), run["cores"]
    stages = sizes[n]["stages"]
    alone = sum(taken for name, taken in stages.items() if name not in SHARED) / n
    shared = sum(stages.get(name, 0.0) for name in SHARED) * cores / n
    slope, base = np.polyfit(list(sizes), [one["peak_mb"] for one in sizes.values()], 1)
    lines = [
        f"From {n:,} articles measured on {cores} cores ({run['measured']}): an article takes "
        f"s = {1000 * alone:.1f} ms in the stages that look at the whole corpus and "
        f"p = {1000 * shared:.1f} ms of one core in those that are shared out; "
        f"{ARTICLES:,} articles take N (s + p / cores):",
        "",
        "| on | word lists only | articles per second |",
        "|---|---|---|",
    ]
    for name, count in MACHINES:
        each = alone + shared / (count or cores)
        lines.append(f"| {name} | {_hours(ARTICLES * each)} | {1 / each:,.0f} |")
    lines += ["", *_encoder_lines(results, shared, alone)]
    most = (1000 * MEMORY_GB - base) / slope if slope > 0 else float("inf")
    disk = sizes[n].get("disk_mb", float("nan")) / n
    lines += [
        f"Where it breaks first: memory of the one process that joins stories, {base:,.0f} MB and "
        f"{1000 * slope:,.1f} MB per thousand articles, so {(base + slope * ARTICLES) / 1000:,.0f} "
        f"GB for a million; {MEMORY_GB} GB hold about {_rounded(most)} articles. Then time: "
        f"however many workers, no more than 1 / s = {_rounded(1 / alone)} articles per second. "
        f"On disk, tables and kept parts take {disk:.2f} MB an article, "
        f"{disk * ARTICLES / 1e6:,.1f} TB for a million. "
        "A media monitor beyond that cuts its corpus by month: stories and events do not reach "
        "farther than days.",
    ]
    return "\n".join(lines)


def _encoder_lines(results: dict[str, Any], shared: float, alone: float) -> list[str]:
    encoder = results.get("encoder", {})
    segments = results.get("run", {}).get("segments_per_article")
    if not encoder or not segments:
        return []
    each = segments / encoder["texts_per_second"]  # on all cores of this machine
    cores = encoder["cores"]
    lines = [
        f"With the encoder, an article's {segments:.0f} segments add {1000 * each * cores:,.0f} ms "
        f"of one core ({encoder['texts_per_second']:,.0f} texts per second on {cores} cores): "
        + "; ".join(
            f"{name} {_hours(ARTICLES * (alone + (shared + each * cores) / (count or cores)))}"
            for name, count in MACHINES
        )
        + ". One graphics card takes that share over; none was measured here, so all that can be "
        "said is that the run then takes no less than with word lists only on the same cores.",
        "",
    ]
    return lines


def _rounded(value: float) -> str:
    """Return a number with the two digits that a model of this kind knows."""
    return f"{float(f'{value:.2g}'):,.0f}"


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} hours" if seconds >= 3600 else f"{seconds / 60:,.0f} minutes"
