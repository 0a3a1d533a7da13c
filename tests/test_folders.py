"""The folders of the tests can be run alone, and in any order."""

import ast
from pathlib import Path

FOLDER = Path(__file__).parent


def test_nobody_imports_from_a_conftest():
    """Two files have that name: which one is found depends on the folders that are run."""
    found = []
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            if "conftest" in names:
                found.append(str(path.relative_to(FOLDER)))
    assert found == []
