"""What comes from outside: actions, mirrors, and text, of which nothing is executed."""

import ast
import re
from pathlib import Path

import pytest

from crosscheck.training.data.download import MIRRORS

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Whoever executes text, and which text that is. All of it is the project's own, or a file that
# somebody asks to have run, as `crosscheck check` does.
EXECUTING = {
    "frameworks/understanding": "the user's own file, in a process of its own",
    "frameworks/submissions.py": "the user's own file, in a process of its own",
    "verification/mistakes/mistake.py": "a reference in which a few words were changed",
    "verification/checking/optimizer_mistakes.py": "a reference with a known mistake",
    "conventions": "statements about stock frameworks, and the calls written for them",
}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_digest_and_may_only_read(path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each) for each in used), used
    assert "\npermissions:\n  contents: read\n" in text
    assert "write" not in re.findall(r"^\s+\w[\w-]*: (\w+)$", text, re.M)


def test_there_is_a_workflow_for_each_purpose():
    assert {"ci.yml", "release.yml", "versions.yml"} <= {path.name for path in WORKFLOWS}


def test_mirrors_are_asked_over_https_alone():
    assert MIRRORS
    assert all(mirror.startswith("https://") for mirror in MIRRORS)


def test_nobody_else_executes_text():
    found = {
        path.relative_to(ROOT / "crosscheck").as_posix()
        for path in (ROOT / "crosscheck").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "__import__")
    }
    assert found
    assert not [name for name in found if not name.startswith(tuple(EXECUTING))]
