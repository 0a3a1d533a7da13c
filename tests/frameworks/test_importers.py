"""Whoever imports a module of a package is found in the texts, however it imports it."""

import sys

import pytest

from crosscheck.frameworks.importers import importers_of, modules_of

FILES = {
    "__init__.py": "from . import top\n",
    "base.py": "import math\n",
    "alone.py": "from math import base\n",
    "by_name.py": "from .base import one\n",
    "by_module.py": "from . import alone, base as b\n",
    "absolutely.py": "import importing.base\n",
    "from_the_package.py": "from importing import base\n",
    "from_itself.py": "from importing.base import one\n",
    "later.py": "def function():\n    from . import base\n",
    "in_two_steps.py": "from .by_name import one\n",
    "top.py": "from .inner import one\n",
    "inner/__init__.py": "from .deep import one\n",
    "inner/deep.py": "from ..base import one\n",
    "inner/beside.py": "from . import other\n",
    "inner/other.py": "from math import *\n",
    "circle.py": "from .circled import one\n",
    "circled.py": "from . import circle\n",
}


@pytest.fixture
def importing(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / "importing" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return "importing"


def test_whoever_imports_a_module_is_found_and_nobody_else(importing):
    everybody = {"by_name", "by_module", "absolutely", "from_the_package", "from_itself", "later"}
    everybody |= {"in_two_steps", "top", "inner", "inner.deep"}
    everybody |= {"inner.beside"}  # `from .` imports the package, which may have the name itself
    assert importers_of(importing, "base") == everybody | {"base"}
    assert importers_of(importing, "inner/other") == {"inner.other", "inner.beside"}
    assert importers_of(importing, "inner/__init__") == {"inner", "inner.beside", "top"}
    assert importers_of(importing, "circle") == {"circle", "circled"}
    assert "importing" not in sys.modules  # only read


def test_every_module_has_a_name():
    assert {"mlp", "optimizers", "optimizers.base"} <= set(modules_of("reference_numpy"))


def test_what_every_module_of_the_reference_uses_is_imported_by_all():
    assert importers_of("reference_numpy", "arrays") == set(modules_of("reference_numpy"))
    assert importers_of("reference_numpy", "training") == {"training"}
