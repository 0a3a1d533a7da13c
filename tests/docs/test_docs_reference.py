"""The reference among the pages has every public name, and every module of the references."""

import re
from pathlib import Path

import pytest

import crosscheck
from crosscheck.frameworks.registry import MODULES

PAGES = Path(__file__).parents[2] / "docs" / "reference"


def test_every_public_name_has_one_entry():
    page = (PAGES / "crosscheck.md").read_text(encoding="utf-8")
    entries = re.findall(r"^\.\. auto(?:function|class):: (\w+)$", page, flags=re.MULTILINE)
    assert sorted(entries) == sorted(set(crosscheck.__all__) - {"__version__"})


@pytest.mark.parametrize("name", ["numpy", "torch", "jax"])
def test_every_module_of_a_reference_has_its_entry(name):
    page = (PAGES / f"reference_{name}.md").read_text(encoding="utf-8")
    entries = re.findall(rf"^\.\. automodule:: reference_{name}\.(\w+)$", page, flags=re.MULTILINE)
    assert set(entries) == set(MODULES)
