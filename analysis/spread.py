"""Jobs in this process, in worker processes on this machine, or on a Dask cluster.

A job takes what it needs with it and leaves its result in a part on disk, so that it does not
matter who does it, in which order, or whether a worker was lost on the way: Dask gives the job
of a lost worker to another. With a scheduler on other machines the output folder must be one that
all of them see.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from tqdm.auto import tqdm

# Starting worker processes takes seconds; fewer articles than this are done sooner without.
WORTH_WORKERS = 1_000
RETRIES = 5


def run_jobs(
    function: Callable[[Any], Any],
    jobs: Sequence[Any],
    *,
    n_articles: int,
    workers: int | None = None,
    scheduler: str | None = None,
    description: str = "",
    split: Callable[[Any], list[Any]] | None = None,
    told: list[str] | None = None,
) -> list[Any]:
    """Return ``function(job)`` for every job, in the order of the jobs.

    Parameters
    ----------
    function : callable
        Of a module, not of a function: workers import it by name.
    jobs : sequence
        What the function takes; sent to the worker as it is.
    n_articles : int
        How many articles the jobs hold; decides whether workers are worth starting.
    workers : int, optional
        Worker processes on this machine; by default one a core, or none for a small corpus.
    scheduler : str, optional
        Address of a running Dask scheduler, such as ``tcp://127.0.0.1:8786``.
    split : callable, optional
        Makes smaller jobs of one that cost several workers their life (out of memory, most
        often); the results of the smaller ones then stand in its place.
    told : list, optional
        Takes what went wrong on the way, in words.

    Raises
    ------
    ValueError
        For fewer than one worker, or both ``workers`` and ``scheduler``.
    RuntimeError
        When a job that cannot be split costs several workers their life.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"--workers must be 1 or more, not {workers}")
    if workers and scheduler:
        raise ValueError("give --workers or --scheduler, not both")
    if workers is None and not scheduler:
        workers = 1 if n_articles < WORTH_WORKERS else os.cpu_count() or 1
    if not jobs:
        return []
    bar = tqdm(total=len(jobs), desc=description, unit="part", delay=2)
    with bar:
        if not scheduler and (workers == 1 or len(jobs) < 2):
            return [_counted(function(job), bar) for job in jobs]
        told = [] if told is None else told
        return _on_dask(function, jobs, workers, scheduler, bar, split, told)


def _on_dask(
    function: Callable[[Any], Any],
    jobs: Sequence[Any],
    workers: int | None,
    scheduler: str | None,
    bar: tqdm,
    split: Callable[[Any], list[Any]] | None,
    told: list[str],
) -> list[Any]:
    import dask
    from distributed import Client, LocalCluster

    # No port is opened to the outside, no dashboard; a worker's log would hide the progress bar.
    quiet = {
        "distributed.worker.daemon": False,
        "distributed.scheduler.allowed-failures": RETRIES,
        "logging.distributed": "critical",
    }
    with dask.config.set(quiet):
        cluster = scheduler or LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        )
        try:
            with Client(cluster) as client:
                before = set(client.scheduler_info(n_workers=-1)["workers"])
                results = _gather(client, function, jobs, bar, split, told)
                lost = before - set(client.scheduler_info(n_workers=-1)["workers"])
                if lost:
                    told.append(
                        f"{len(lost)} of {len(before)} worker processes were lost on the way; "
                        "what they had begun was done by others"
                    )
        finally:
            if not scheduler:
                cluster.close()
    return results


def _gather(client, function, jobs, bar: tqdm, split, told: list[str]) -> list[Any]:
    """Return the results in the order of the jobs; a job that kills workers is split."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    def submit(job: Any) -> Any:
        return client.submit(function, job, pure=False, retries=RETRIES)

    futures = [submit(job) for job in jobs]
    order = {future.key: (place,) for place, future in enumerate(futures)}
    asked = {future.key: job for future, job in zip(futures, jobs, strict=True)}
    results: dict[tuple[int, ...], Any] = {}
    coming = as_completed(futures)
    for future in coming:
        place, job = order.pop(future.key), asked.pop(future.key)
        try:
            results[place] = _counted(future.result(), bar)
        except (KilledWorker, MemoryError) as error:
            smaller = split(job) if split else []
            if not smaller:
                raise RuntimeError(
                    f"{RETRIES} workers in turn were lost on one part, which usually means that "
                    "it does not fit in memory: give fewer workers (--workers 1) or more memory; "
                    "what was finished is kept, the same command goes on"
                ) from error
            told.append("a batch did not fit in a worker's memory; it was halved and tried again")
            for number, one in enumerate(smaller):
                again = submit(one)
                order[again.key], asked[again.key] = (*place, number), one
                coming.add(again)
    return [results[place] for place in sorted(results)]


def _counted(result: Any, bar: tqdm) -> Any:
    bar.update()
    return result
