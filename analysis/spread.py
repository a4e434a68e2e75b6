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

    Raises
    ------
    ValueError
        For fewer than one worker, or both ``workers`` and ``scheduler``.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"--workers must be 1 or more, not {workers}")
    if workers and scheduler:
        raise ValueError("give --workers or --scheduler, not both")
    if workers is None and not scheduler:
        workers = 1 if n_articles < WORTH_WORKERS else os.cpu_count() or 1
    bar = tqdm(total=len(jobs), desc=description, unit="part", delay=2)
    with bar:
        if not scheduler and (workers == 1 or len(jobs) < 2):
            return [_counted(function(job), bar) for job in jobs]
        return _on_dask(function, jobs, workers, scheduler, bar)


def _on_dask(
    function: Callable[[Any], Any],
    jobs: Sequence[Any],
    workers: int | None,
    scheduler: str | None,
    bar: tqdm,
) -> list[Any]:
    import dask
    from distributed import Client, LocalCluster, as_completed

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
        with Client(cluster) as client:
            futures = client.map(function, jobs, pure=False, retries=RETRIES)
            places = {future.key: place for place, future in enumerate(futures)}
            results: list[Any] = [None] * len(jobs)
            for future, result in as_completed(futures, with_results=True):
                results[places[future.key]] = _counted(result, bar)
        if not scheduler:
            cluster.close()
    return results


def _counted(result: Any, bar: tqdm) -> Any:
    bar.update()
    return result
