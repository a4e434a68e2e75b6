"""The data dictionary names every table and column that a run writes."""

import re
from pathlib import Path

import pytest

from analysis.tables import TABLES

TEXT = (Path(__file__).resolve().parent.parent / "data" / "README.md").read_text(encoding="utf-8")


def _section(name):
    found = re.search(rf"^### `{name}`.*?(?=^##)", TEXT, flags=re.M | re.S)
    assert found, f"data/README.md has no section on {name}"
    return found.group(0)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_has_a_section_that_names_its_columns(name):
    section = _section(name)
    assert [c for c in TABLES[name].columns if f"`{c}`" not in section] == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_allowed_value_is_explained(name):
    places = (name, "articles", "paragraphs", "quotations", "segments", "estimates")
    section = "".join(map(_section, places))
    wanted = {value for values in TABLES[name].allowed.values() for value in values}
    assert sorted(v for v in wanted if f"`{v}`" not in section) == []
