"""The shape of the project: imports point one way, and what is named exists."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent

# The order of the data flow; a module imports only from rooms before it, and within a room
# only from modules that stand before it in the room's own order.
ORDER = [
    "tables",
    "record",
    "parts",
    "lexicons",
    "own_files",
    "parsing",
    "trees",
    "encoding",
    "encoder",
    "text",
    "measures",
    "training",
    "outlets",
    "figures",
    "notebooks",
    "spread",
    "stages",
    "joining",
    "run",
    "benchmarks",
    "__main__",
]
HEAVY = {"torch", "transformers", "spacy", "sklearn", "matplotlib", "trafilatura", "dask"}

MODULES = sorted((ROOT / "analysis").rglob("*.py"))


def _name(path):
    return ".".join(path.relative_to(ROOT / "analysis").with_suffix("").parts)


def _imports(path):
    """Yield (module imported from analysis, whether the import stands at the top level)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("analysis"):
            base = node.module.removeprefix("analysis").lstrip(".")
            for alias in node.names:
                inner = ".".join(filter(None, [base, alias.name]))
                is_module = (
                    (ROOT / "analysis" / Path(*inner.split("."))).with_suffix(".py").exists()
                )
                yield (inner if is_module else base), id(node) in top
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("analysis."):
                    yield alias.name.removeprefix("analysis."), id(node) in top


def _room(name):
    return name.split(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_point_along_the_data_flow(path):
    here = _name(path)
    if here == "__init__":
        return
    for there, _ in _imports(path):
        if not there:
            continue
        assert ORDER.index(_room(there)) <= ORDER.index(_room(here)), f"{here} imports {there}"


def test_no_two_modules_import_each_other():
    graph = {_name(path): {there for there, _ in _imports(path)} for path in MODULES}

    def reaches(start, goal, seen):
        return any(
            there == goal or (there not in seen and reaches(there, goal, seen | {there}))
            for there in graph.get(start, ())
        )

    assert [name for name in graph if reaches(name, name, frozenset())] == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_nothing_heavy_is_imported_at_the_top(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            named |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named.add(node.module.split(".")[0])
    assert not named & HEAVY


def test_importing_the_package_loads_nothing_else():
    code = "import sys, analysis; print(sorted({'torch', 'pandas', 'numpy'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_every_module_opens_with_a_docstring():
    without = [
        _name(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert without == []


def test_files_named_in_the_readme_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", readme))
    named |= set(re.findall(r"`((?:analysis|notebooks|data|docs|tests)/[\w./-]+\.\w+)`", readme))
    local = {name for name in named if "://" not in name and not name.startswith("out/")}
    assert local, "the README names no file"
    assert sorted(name for name in local if not (ROOT / name).exists()) == []


def test_every_notebook_and_module_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [path.name for path in (ROOT / "notebooks").glob("*.ipynb")]
    names += [path.name for path in MODULES if path.name != "__init__.py"]
    assert sorted({name for name in names if name not in readme}) == []


def test_modules_named_in_the_map_exist():
    lines = (ROOT / "analysis" / "__init__.py").read_text(encoding="utf-8").splitlines()
    named = [m.group(1) for line in lines if (m := re.match(r"    ([\w.*]+)  +\S", line))]
    named = [name for name in named if name not in {"documents", "as"}]
    assert "tables" in named
    for name in named:
        place = ROOT / "analysis" / Path(*name.removesuffix(".*").split("."))
        assert place.is_dir() or place.with_suffix(".py").exists(), name


def test_conda_and_pip_install_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in ("test", "peers"):
        wanted += project["optional-dependencies"][extra]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = [entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict)]
    assert pip[0] == "torch==2.13.0"
    assert sorted(pip) == sorted(wanted)
    python = project["requires-python"]
    assert f"python{python}" in conda["dependencies"]


def test_every_direct_dependency_is_pinned_and_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (one for group in groups for one in group):
        assert re.fullmatch(r"[\w.-]+==[\w.]+", requirement), requirement
        assert f"`{requirement.split('==')[0].lower()}`" in readme, requirement
