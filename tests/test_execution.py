"""The notebooks, executed as a run executes them, on the sample."""

from pathlib import Path

import nbformat
import pytest

from analysis.notebooks import NotebookError, execute_notebooks

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


@pytest.fixture(scope="module")
def executed(sample_run):
    names = execute_notebooks(NOTEBOOKS, sample_run.out, seed=20_260)
    return {name: nbformat.read(sample_run.out / "notebooks" / name, 4) for name in names}


def test_every_notebook_runs_top_to_bottom_without_an_error(executed):
    assert sorted(executed) == sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    for name, notebook in executed.items():
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        counts = [cell.execution_count for cell in code]
        assert counts == list(range(1, len(code) + 1)), name
        outputs = [output for cell in code for output in cell.outputs]
        assert outputs, name
        assert [o for o in outputs if o.output_type == "error"] == [], name


def test_executed_notebooks_name_no_place_of_the_machine(executed, sample_run):
    for name, notebook in executed.items():
        assert str(sample_run.out) not in nbformat.writes(notebook), name
        assert "papermill" not in notebook.metadata, name


def test_a_notebook_that_fails_is_named_with_its_error(tmp_path):
    cells = [nbformat.v4.new_code_cell("raise ValueError('no such outlet')")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (tmp_path / "source").mkdir()
    broken = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(broken, tmp_path / "source" / "01-broken.ipynb")
    with pytest.raises(NotebookError, match=r"01-broken\.ipynb.*ValueError: no such outlet"):
        execute_notebooks(tmp_path / "source", tmp_path, seed=1)
