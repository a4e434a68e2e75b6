"""How time and memory grow with the corpus: lineage alone, and a whole run.

Comes in: numbers of articles. Goes out: seconds, peak memory and their exponent, the slope of log
time over log number of articles (1: twice the articles take twice the time). Each size runs in a
process of its own (``alone``), whose memory, that of its workers included, is looked at twice a
second. What was measured is kept in ``out/bench`` until the code changes, so that a measurement
that was stopped goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from analysis.benchmarks.stage_speed import measure_stages
from analysis.benchmarks.timing import ROUNDS
from analysis.record import ROOT, code_version

KEPT = ROOT / "out" / "bench"


def time_lineage(sizes: Sequence[int]) -> dict:
    grown = {n: _alone("lineage", n) for n in sizes}
    return _growth(grown) | {
        "n": sizes[-1],
        "beside": f"itself at {', '.join(f'{n:,}' for n in sizes)} articles of 600 words",
    }


def time_run(sizes: Sequence[int]) -> dict:
    grown = {n: _alone("run", n) for n in sizes}
    rounds = [(_alone("run", 1_000, at), _alone("peers", 200, at)) for at in range(ROUNDS)]
    ours = float(np.median([one["seconds"] for one, _ in rounds])) / 1_000
    theirs = float(np.median([other["seconds"] for _, other in rounds])) / 200
    one_core = _alone("run on one core", 1_000)["seconds"] / 1_000
    return _growth(grown) | {
        "articles_per_second": sizes[-1] / grown[sizes[-1]]["seconds"],
        "ratio": theirs / ours,
        "ratio_one_core": theirs / one_core,
        "articles_per_second_one_core": 1 / one_core,
        "segments_per_article": _segments_per_article(grown[sizes[-1]]),
        "figures_seconds": _alone("figures", 1_000)["seconds"],
        "n": sizes[-1],
        "beside": "spaCy, textacy, VADER, pairwise TF-IDF and pandas chained (one core, 200 "
        "articles); word lists only, tables without figures, 600 words an article",
    }


def time_bootstrap(sizes: Sequence[int]) -> dict:
    """Time 2,000 resamples of 10,000 articles by twenty measures."""
    rounds = [_alone("bootstrap", 10_000, at) for at in range(ROUNDS)]
    seconds = float(np.median([one["seconds"] for one in rounds]))
    peer = _alone("frames", 10_000)["seconds"] / 20 * 2000
    return {
        "ratio": peer / seconds,
        "seconds": seconds,
        "peak_mb": max(one["peak_mb"] for one in rounds),
        "n": 10_000,
        "beside": "DataFrame.sample and groupby: 2,000 resamples of 20 measures (timed on 20)",
    }


def time_stages(sizes: Sequence[int]) -> dict:
    """Time each text stage on one core, and a run of 2,000 articles."""
    return measure_stages(_alone)


def _segments_per_article(run: dict) -> float:
    return run["rows"]["segments"] / run["rows"]["articles"]


def _growth(grown: dict[int, dict]) -> dict:
    seconds = np.log([one["seconds"] for one in grown.values()])
    exponent = np.polyfit(np.log(list(grown)), seconds, 1)[0] if len(grown) > 1 else float("nan")
    largest = grown[max(grown)]
    return {
        "seconds": largest["seconds"],
        "peak_mb": largest["peak_mb"],
        "exponent": float(exponent),
        "by_size": {str(n): one for n, one in grown.items()},
    }


def _alone(job: str, n: int, number: int = 0) -> dict:
    """Run one job in a process of its own and return its seconds and peak memory."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{job.replace(' ', '-')}-{n}-{number}.json"
    if kept.exists():
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found.pop("code", "") == code_version():
            return found
    command = [sys.executable, "-m", "analysis.benchmarks.alone", job, str(n), str(KEPT)]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, memory_of(process.pid))
            time.sleep(0.5)
        for stream in (out, err):
            stream.seek(0)
        if process.returncode:
            raise RuntimeError(f"{job} with {n} articles failed: {err.read().strip()[-500:]}")
        found = json.loads(out.read().strip().splitlines()[-1])
    found["peak_mb"] = round(max(peak, found["largest_process_mb"]))
    kept.write_text(json.dumps(found | {"code": code_version()}), encoding="utf-8")
    print(f"{job}, {n:,} articles: {found}", file=sys.stderr)
    return found


def memory_of(process: int) -> float:
    """Return the memory of a process and its children in MB, shared pages counted once."""
    total, waiting = 0.0, [process]
    while waiting:
        place = Path(f"/proc/{waiting.pop()}")
        with suppress(OSError, StopIteration, ValueError):
            for task in (place / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
            lines = (place / "smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
