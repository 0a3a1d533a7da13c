"""What comes from outside: actions, mirrors, and text, of which nothing is executed."""

import ast
import math
import re
from functools import cache
from pathlib import Path

import pytest

from crosscheck.conventions.functions import factors, running
from crosscheck.training.data.download import MIRRORS

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Every function that compiles or executes text, and which text that is. Nobody else does.
OWN_FILE = "the user's own file, in a worker process, since somebody asked to have it checked"
OWN_LOOP = "lines of the user's own file, in the same worker process"
STATEMENT = (
    "an expression that a statement of `functions.table` has as a literal; looked up there first"
)
WRITTEN = "code that this package has written of numbers and known names; never a user's text"
OF_SKLEARN = "code that `estimators` has written of numbers and known names"
REFERENCE = "the reference's own source, in which a known mistake is planted"
EXECUTING = {
    "conventions/estimators/running.py:_in_keras": OF_SKLEARN,
    "conventions/estimators/running.py:_in_optax": OF_SKLEARN,
    "conventions/estimators/running.py:_in_torch": OF_SKLEARN,
    "conventions/functions/running.py:_statistics": STATEMENT,
    "conventions/functions/running.py:run": STATEMENT,
    "conventions/recipes/running.py:_execute": WRITTEN,
    "conventions/schedules/running.py:_value_of": WRITTEN,
    "frameworks/changes.py:_code": REFERENCE,
    "frameworks/changes.py:get_code": REFERENCE,
    "frameworks/submissions.py:_compiled": OWN_FILE,
    "frameworks/submissions.py:_run": OWN_FILE,
    "frameworks/understanding/looped.py:__init__": OWN_LOOP,
    "frameworks/understanding/looped.py:_looped": OWN_LOOP,
    "frameworks/understanding/looped.py:_loss": OWN_LOOP,
    "frameworks/understanding/looped.py:_run": OWN_LOOP,
    "frameworks/understanding/looped.py:begin": OWN_LOOP,
    "frameworks/understanding/looped.py:forward": OWN_LOOP,
    "frameworks/understanding/rewriting.py:compiled": OWN_LOOP,
    "frameworks/understanding/whole_loops.py:one_pass": OWN_LOOP,
    "frameworks/understanding/whole_loops.py:trained": OWN_LOOP,
    "frameworks/understanding/scalars.py:_once": OWN_LOOP,
    "frameworks/understanding/scalars.py:training": OWN_LOOP,
    "verification/checking/optimizer_mistakes.py:_module": REFERENCE,
    "verification/mistakes/mistake.py:_spans": "the lines of a reference; they are not executed",
}
EXECUTES = {"eval", "exec", "compile", "__import__"}
# Modules that execute text, or what they unpack. A worker gets its requests from this process, and
# several workers that share batches theirs from files in a folder that this user alone can read.
MODULES = {"builtins", "runpy", "code", "codeop", "marshal", "shelve", "dill", "pickle"}
UNPACKING = {f"frameworks/{name}.py" for name in ("serving", "worker", "teams", "ranks")}


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


def executing(tree):
    """The names of the functions in which text is compiled or executed, by whatever name."""
    found = set()

    def look(node, function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            own = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
            function = (getattr(node, "name", function[0]), function[1] | own)
        is_read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        if is_read and node.id in EXECUTES - function[1]:
            found.add(function[0])
        for below in ast.iter_child_nodes(node):
            look(below, function)

    look(tree, ("the module", frozenset()))
    return found


@cache
def sources():
    package = ROOT / "crosscheck"
    return [
        (path.relative_to(package).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(package.rglob("*.py"))
        if "templates" not in path.parts  # which become files of a user
    ]


def test_nobody_else_executes_text():
    found = {f"{name}:{function}" for name, tree in sources() for function in executing(tree)}
    assert found == set(EXECUTING)


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("def f(): eval('1')", "f"),
        ("class A:\n    def g(self): exec(self.x)", "g"),
        ("run = eval", "the module"),
        ("def f(x): return map(eval, x)", "f"),
        ("def f(compile): compile(1)", None),
        ("def f(compile): return lambda x: compile(x)", None),
        ("def f():\n    def inner(): __import__('os')", "inner"),
        ("import re\nre.compile('x')", None),
    ],
)
def test_whoever_executes_text_is_found(text, function):
    assert executing(ast.parse(text)) == ({function} if function else set())


def test_nobody_imports_what_executes_text_or_unpacks_it():
    found = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for imported in [getattr(node, "module", None) or "", *(one.name for one in node.names)]
        if imported.partition(".")[0] in MODULES
        if isinstance(node, ast.Import) or imported == node.module
    }
    assert found == UNPACKING


def test_no_factor_of_a_statement_is_other_than_its_words():
    own = [each for each in vars(factors).values() if isinstance(each, factors.Factor)]
    assert len(own) > 15
    for factor in own:
        sizes = {"B": 4, "K": 3, "fan_in": 4, "fan_out": 3, "sqrt": math.sqrt, "CUT": factors.CUT}
        assert factor.of(4, 3) == eval(factor.words.format(1.0) or "0", sizes), factor.words


@pytest.mark.parametrize(
    "job",
    [
        {"component": "__import__('os').getcwd()", "at": [[1.0]], "targets": None},
        {"component": "sklearn", "tensor": "layer.__class__"},
    ],
)
def test_no_expression_is_evaluated_that_is_none_of_a_statement(job):
    with pytest.raises(ValueError, match="no statement has this expression, so it is not eval"):
        running.run("sklearn", job)
