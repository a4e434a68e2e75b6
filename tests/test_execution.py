"""The notebooks, executed as a run executes them, on the sample."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest
from lxml import etree

from analysis.figures.page_export import write_page
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


@pytest.fixture(scope="module")
def another_run(tmp_path_factory):
    """Three outlets of other names on two events, in hostile words: a CSV of six rows."""
    from analysis.run import run_corpus

    folder = tmp_path_factory.mktemp("another")
    rows = [
        {
            "outlet": outlet,
            "event": event,
            "published": f"2031-0{3 + place}-02",
            "headline": f"{name} <script>alert(1)</script> {about}",
            "text": (
                f"The {about} was {word}, the council of {name} said on Monday.\n\n"
                f"“We were never asked about the {about},” said Mara Quist, who lives there. "
                f"{outlet} could reach nobody at the ministry <img src=x onerror=alert(2)>.\n\n"
                f"Workers had closed the {about} in March after two pumps failed. The {word} "
                "plan will be put to a vote in autumn, and the mayor expects it to pass."
            ),
        }
        for place, (event, name, about) in enumerate(
            [("harbour", "Lower Quay", "harbour wall"), ("tram", "Eastfield", "tram depot")]
        )
        for outlet, word in [
            ("<img src=x onerror=alert(3)>Quay & Co", "scandalous"),
            ("$Tide_", "late"),
            ("=Bell", "old"),
        ]
    ]
    pd.DataFrame(rows).to_csv(folder / "articles.csv", index=False)
    return run_corpus(
        folder / "articles.csv", folder / "out", lexicons_only=True, figures=False, notebooks=False
    )


def test_every_notebook_runs_unchanged_on_another_corpus_with_other_outlets(another_run):
    names = execute_notebooks(NOTEBOOKS, another_run.out, seed=1)
    assert len(names) == 11
    texts = {}
    for name in names:
        notebook = nbformat.read(another_run.out / "notebooks" / name, 4)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert [o for o in outputs if o.output_type == "error"] == [], name
        texts[name] = write_page(another_run.out / "notebooks" / name, another_run.out / "pages")
    shown = texts["02-voices.ipynb"].read_text(encoding="utf-8")
    assert "Mara Quist" in shown and "Morning Siren" not in shown
    for name, page in texts.items():
        tree = etree.HTML(page.read_text(encoding="utf-8"))
        nodes = list(tree.iter())
        inside = [node for area in tree.xpath("//*[contains(@class, 'jp-OutputArea-output')]")
                  for node in area.iter()]  # fmt: skip
        assert not [node for node in inside if node.tag == "script"], name
        assert not [node for node in inside if node.get("onerror")], name
        assert not [n.get("src") for n in nodes if str(n.get("src", "")).startswith("http")], name


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
