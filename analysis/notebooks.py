"""Execute the notebooks on finished tables, as a reader would by *Run All*.

Comes in: the notebooks of the project and a run's folder. Goes out: the executed notebooks in
``OUT/notebooks``, with parameters that point to the tables and figures beside them, so that the
folder can be moved or sent as a whole. Cell timings and the machine's paths are left out: the same
tables give the same notebooks.
"""

from __future__ import annotations

import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm.auto import tqdm


class NotebookError(RuntimeError):
    """A notebook that stopped with an error; the message names it and the cell's last words."""


def execute_notebooks(
    source: Path, out: Path, *, seed: int, keep: Path | None = None, at_once: int = 2
) -> list[str]:
    """Execute every notebook of ``source`` on the tables in ``out`` and return the names.

    Parameters
    ----------
    source : Path
        Folder of notebooks, run ``at_once`` at a time; none needs what another one made.
    out : Path
        A run's folder with ``tables``; the executed notebooks go to ``out/notebooks``.
    seed : int
        Handed to notebooks that have a parameter of that name.
    keep : Path, optional
        Copies without the parameters of this run go there too (for the project's own notebooks).

    Raises
    ------
    NotebookError
        When a notebook stops with an error; those that finished are kept.
    """
    target = out / "notebooks"
    target.mkdir(parents=True, exist_ok=True)
    paths = sorted(source.glob("*.ipynb"))
    # The last ones show the most and take longest: started first, no core waits for them.
    jobs = [(path, target / path.name, seed) for path in reversed(paths)]
    # A fresh process each: executing starts an event loop that must not meet the caller's own.
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        failures = list(tqdm(pool.map(_execute, jobs), total=len(jobs), desc="notebooks", delay=2))
    failed = [failure for failure in failures if failure]
    if failed:
        raise NotebookError("; ".join(failed))
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        for path in paths:
            _keep(target / path.name, keep / path.name)
    return [path.name for path in paths]


def _execute(job: tuple[Path, Path, int]) -> str:
    """Execute one notebook; return what went wrong, or nothing."""
    import papermill
    from traitlets.config import Config

    source, target, seed = job
    os.environ["PYTHONHASHSEED"] = "0"
    # Kernels chatter on the screen while they start and stop; what fails is returned below.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        with warnings.catch_warnings(), TemporaryDirectory() as empty:
            warnings.simplefilter("ignore")
            # A reader's own start-up files must not change what the notebooks show.
            os.environ["IPYTHONDIR"] = empty
            # Sockets in the file system, not on a port: no other user of the machine can listen.
            sockets = {"transport": "ipc", "ip": str(Path(empty) / "kernel")}
            known = papermill.inspect_notebook(str(source))
            wanted = {"tables": "../tables", "figures": "../figures", "seed": seed}
            papermill.execute_notebook(
                str(source),
                str(target),
                parameters={name: value for name, value in wanted.items() if name in known},
                cwd=str(target.parent),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                config=Config({"KernelManager": sockets}),
            )
    except papermill.PapermillExecutionError as error:
        return f"{source.name}, cell {error.exec_count}: {error.ename}: {error.evalue}"
    _forget_timings(target)
    return ""


def _forget_timings(path: Path) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)  # a saved widget is dead; its text says how to get one
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, path)


def _keep(executed: Path, kept: Path) -> None:
    """Copy without the cell of injected parameters: the notebook's own defaults stand."""
    import nbformat

    notebook = nbformat.read(executed, as_version=4)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    nbformat.write(notebook, kept)
