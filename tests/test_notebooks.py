"""Notebooks: their shape, and that each runs on a corpus it was not written for."""

from __future__ import annotations

import ast
import base64
import re
from html import escape
from pathlib import Path

import nbformat
import pytest

from analysis.figures import export, verify
from analysis.figures.page_export import write_page
from analysis.tables import write_table
from tests.code_host import as_code_host, text_of
from tests.invented_tables import make_run

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
ORDER = [
    "01-corpus", "02-voices", "03-validation", "04-loaded-language", "05-sentiment", "06-frames",
    "07-word-choice", "08-claims", "09-robustness", "10-coding", "11-paper-figures",
]  # fmt: skip

AS_PANDAS_WRITES = (
    '<div><style scoped>.dataframe td { color: red }</style><table border="1" class="dataframe">'
    "<tbody><tr><td>Table of outlets</td></tr></tbody></table></div>"
)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


def code_of(path):
    """Return the code cells that a reader sees, without parameters injected by a run."""
    cells = nbformat.read(path, as_version=4).cells
    return [
        cell
        for cell in cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    ]


def name_of(path):
    return path.stem


def test_notebooks_are_those_of_the_list_in_its_order():
    names = [path.stem for path in NOTEBOOKS]
    assert names == [name for name in ORDER if name in names]
    assert {"01-corpus", "02-voices", "04-loaded-language"} <= set(names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_a_notebook_opens_with_a_question_and_ends_with_its_limits(path):
    cells = nbformat.read(path, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    title = texts[0].split("\n")[0]
    assert title.startswith("# ") and title.endswith("?"), title
    assert texts[-1].startswith("## What this does not show")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_a_notebook_has_one_cell_of_parameters_first(path):
    code = code_of(path)
    tagged = [
        place for place, cell in enumerate(code) if "parameters" in cell.metadata.get("tags", [])
    ]
    assert tagged == [0]
    names = {target.id for node in ast.parse(code[0].source).body for target in node.targets}
    assert {"tables", "figures", "seed"} <= names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_cells_are_short_and_hold_no_definitions_paths_or_filters(path):
    for cell in code_of(path):
        lines = cell.source.split("\n")
        assert len(lines) <= 10, cell.source
        assert max(map(len, lines)) <= 100, cell.source
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            assert not isinstance(
                node, (ast.FunctionDef, ast.ClassDef, ast.Try, ast.Lambda, ast.AsyncFunctionDef)
            ), cell.source
        assert "warnings" not in cell.source
        if "parameters" not in cell.metadata.get("tags", []):
            assert not re.search(r"[\"'][^\"']*(/|\.parquet|\.csv)[^\"']*[\"']", cell.source)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_committed_outputs_hold_no_error_and_no_path_of_a_machine(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            shown = str(output.get("text", "")) + str(output.get("data", {}).get("text/html", ""))
            assert not re.search(r"(^|[\s'\"])/(home|root|tmp|work|Users)/", shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_every_result_is_readable_on_a_code_host(path):
    """No widget, style or script is needed: a picture, Markdown, plain text, or plain HTML."""
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            assert "application/vnd.jupyter.widget-view+json" not in data
            if {"image/png", "text/markdown"} & set(data):
                continue
            if "text/html" not in data:
                assert data["text/plain"].strip() and "<" not in data["text/plain"][:1], cell.source
                continue
            seen = as_code_host(data["text/html"])
            letters = [text_of(one).replace(" ", "") for one in (seen, data["text/html"])]
            assert letters[0] == letters[1]
            assert len(text_of(seen).split()) > 3
            assert "<table" in seen or "<p>" in seen


def draw_nothing(figure, *, name, title, manifest, only=""):
    """Stand in for ``export.render``: an SVG file of nothing but its manifest."""
    about = (
        f"<description xmlns='http://purl.org/dc/elements/1.1/'>{escape(manifest)}</description>"
    )
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'>{about}</svg>"
    return {f"{name}.svg": svg.encode(), f"{name}.png": PIXEL}


@pytest.mark.parametrize("kind", ["two outlets", "one article and no measure"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_a_notebook_runs_on_another_corpus(path, kind, tmp_path, monkeypatch):
    outlets = ["Solo Sheet"] if "one" in kind else ["Alpha Post", "=Beta & <i>Sons</i>"]
    made = make_run(tmp_path / "tables", outlets)
    if "no measure" in kind:
        for name in ("estimates", "scores", "evidence"):
            write_table(made[name].iloc[:0], tmp_path / "tables", name)
    for module in (export, verify):  # rendering is tested by itself, and slow
        monkeypatch.setattr(module, "render", draw_nothing)
    space = {"__name__": "__main__"}
    for cell in code_of(path):
        exec(compile(cell.source, f"{path.name}: {cell.id}", "exec"), space)
        if "parameters" in cell.metadata.get("tags", []):
            space |= {"tables": str(tmp_path / "tables"), "figures": str(tmp_path / "figures")}


def test_a_notebook_as_a_page_holds_its_results_and_asks_no_other_machine(tmp_path):
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    picture = {"image/png": base64.b64encode(PIXEL).decode(), "text/plain": "picture"}
    outputs = [
        new_output("display_data", data=picture),
        new_output("execute_result", data={"text/html": AS_PANDAS_WRITES}),
    ]
    cells = [new_markdown_cell("# Why?"), new_code_cell("1 + 1", outputs=outputs)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "why.ipynb")
    text = write_page(tmp_path / "why.ipynb", tmp_path).read_text(encoding="utf-8")
    assert "Table of outlets" in text and "data:image/png;base64," in text
    assert not re.search(r"(src|href)=[\"'](https?:)?//", text)
    body = text.partition("</head>")[2]
    assert "<style" not in body and ".dataframe td { color: red }" in text.partition("</head>")[0]
    assert '<table class="dataframe">' in body
    ids = re.findall(r"\sid=\"([^\"]*)\"", body)
    assert len(ids) == len(set(ids))
    assert not re.search(r"import\s.*from\s+[\"']https?:|url\([\"']?https?:", text)
