"""The design, held: what reads the same, what imports what, and that imports change nothing."""

import ast
import difflib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Container
from pathlib import Path

import pytest

from crosscheck.frameworks.contract import FILES, MODULES, NEUTRAL, SIGNATURES
from crosscheck.frameworks.declarations import read
from crosscheck.frameworks.registry import BUILT_IN

ROOT = Path(__file__).parents[2]
EXTENSIONS = ("reference_autograd", "reference_mlx", "reference_paddle", "reference_python")
FOLDERS = {package: ROOT / package for package in BUILT_IN.values()}
FOLDERS |= {package: ROOT / "extensions" / package / package for package in EXTENSIONS}
OTHERS = [package for package in FOLDERS if package != "reference_numpy"]
# The modules that a package has written in its own words, as it declares.
OWN = {package: read(folder / "crosscheck.toml").own for package, folder in FOLDERS.items()}
# The functions of the activations whose bodies differ, and what a package has beside them.
PRIMITIVES = {"sigmoid", "relu", "softmax", "log_softmax", "softplus", "erfc"}
BESIDE = {
    "reference_autograd": {"_sigmoid", "_erfc_slope"},
    "reference_mlx": {"exp", "minus_abs", "largest", "custom_function"},
    "reference_paddle": {"exp", "largest", "_Erfc"},
}
NAMESPACE = re.compile(r"\b(np|torch|jnp|mx|paddle)\.")


def source(package: str, module: str) -> str:
    files = [FOLDERS[package] / f"{module}.py"]
    if module in FILES:
        files = [FOLDERS[package] / module / f"{name}.py" for name in FILES[module]]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def neutral(text: str) -> list[str]:
    """The lines of a source with the namespace and its import taken out."""
    lines = NAMESPACE.sub("xp.", text).splitlines()
    imports = re.compile(r"(import|from) (numpy|torch|jax|autograd|mlx|paddle|reference_paddle)\b")
    return [line for line in lines if not imports.match(line)]


def outline(text: str, bodies: Container[str]) -> list[str]:
    """A module statement by statement; of some functions only what stands before the body."""
    kept = []
    for node in ast.parse("\n".join(neutral(text))).body:
        if isinstance(node, ast.FunctionDef) and node.name in bodies:
            kept.append(f"def {node.name}({ast.unparse(node.args)}): {ast.get_docstring(node)}")
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            kept += ast.unparse(node).splitlines()
    return kept


def assert_equal(here: list[str], there: list[str], package: str) -> None:
    difference = difflib.unified_diff(here, there, "reference_numpy", package, lineterm="", n=0)
    found = "\n".join(difference)
    assert not found, found


@pytest.mark.parametrize(
    ("package", "module"),
    [(p, m) for p in OTHERS for m, bodies in NEUTRAL.items() if not bodies and m not in OWN[p]],
)
def test_a_neutral_file_differs_in_the_namespace_only(package, module):
    here, there = (neutral(source(each, module)) for each in ("reference_numpy", package))
    assert_equal(here, there, package)


def test_only_the_one_without_an_array_library_has_neutral_modules_in_its_own_words():
    assert {package: own for package, own in OWN.items() if own} == {
        "reference_python": ("losses", "mlp", "optimizers")
    }


@pytest.mark.parametrize(
    ("package", "module"),
    [(p, m) for p in OTHERS for m, bodies in NEUTRAL.items() if bodies and m not in OWN[p]],
)
def test_a_neutral_file_differs_in_the_bodies_that_the_contract_names_only(package, module):
    texts = (source(each, module) for each in ("reference_numpy", package))
    here, there = (outline(text, NEUTRAL[module]) for text in texts)
    assert_equal(here, there, package)


@pytest.mark.parametrize("package", [p for p in OTHERS if p != "reference_python"])
def test_activations_differ_in_the_bodies_of_a_frameworks_own_functions_only(package):
    def shared(package: str) -> list[str]:
        kept = []
        for node in ast.parse(source(package, "activations")).body:
            name = getattr(node, "name", None) or ast.unparse(getattr(node, "target", node))
            # A slope stands beside the function whose slope it is.
            if name not in BESIDE.get(package, ()) and "vjp(" not in ast.unparse(node):
                kept.append(ast.unparse(node))
        return outline("\n".join(kept), PRIMITIVES)

    assert_equal(shared("reference_numpy"), shared(package), package)


@pytest.mark.parametrize("package", OTHERS)
@pytest.mark.parametrize("module", ["arrays", "gradients", "epochs"])
def test_public_functions_share_signature_and_docstring(package, module):
    names = {signature.partition("(")[0] for signature in SIGNATURES[module]}
    names |= {"unchecked_value_and_grad"} if module == "gradients" else set()

    def public(package: str) -> dict[str, tuple[str, str | None]]:
        tree = ast.parse(source(package, module).replace("Matrix", "Array"))
        return {
            # Only NumPy's own training says where the gradient is to be written.
            node.name: (
                ast.unparse(node.args).removesuffix(", memory: Params | None=None"),
                ast.get_docstring(node),
            )
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name in names
        }

    assert public(package) == public("reference_numpy")
    assert public(package).keys() == names


@pytest.mark.parametrize("package", FOLDERS)
@pytest.mark.parametrize("module", SIGNATURES)
def test_names_stand_in_the_contracts_order(package, module):
    tree = ast.parse(source(package, module))
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    expected = [signature.partition("(")[0] for signature in SIGNATURES[module]]
    assert sorted(expected, key=defined.index) == expected


@pytest.mark.parametrize("package", FOLDERS)
def test_a_package_has_the_ten_modules_of_the_contract_and_no_other(package):
    assert len(MODULES) == 10
    assert list(SIGNATURES) == list(MODULES)
    files = {path.relative_to(FOLDERS[package]) for path in FOLDERS[package].rglob("*.py")}
    modules = {Path(f"{name}.py") for name in ("__init__", *MODULES) if name not in FILES}
    folders = {Path(module, f"{name}.py") for module in FILES for name in FILES[module]}
    assert files == modules | folders


@pytest.mark.parametrize("package", FOLDERS)
def test_a_package_names_its_modules_in_the_order_in_which_they_are_read(package):
    text = " ".join((FOLDERS[package] / "__init__.py").read_text(encoding="utf-8").split())
    assert f"Read in this order: {', '.join(MODULES)}." in text


@pytest.mark.parametrize("package", FOLDERS)
def test_a_reference_imports_its_framework_numpy_and_the_standard_library(package):
    # NumPy has no bfloat16 but by ml_dtypes.
    allowed = {"numpy", "ml_dtypes", package.removeprefix("reference_"), package}
    allowed |= sys.stdlib_module_names
    for module in MODULES:
        for node in ast.walk(ast.parse(source(package, module))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [package] if node.level else [node.module or ""]
            else:
                continue
            for name in names:
                assert name.partition(".")[0] in allowed, f"{package}/{module}.py imports {name}"


def test_tests_are_imported_by_nobody():
    for path in (ROOT / "crosscheck").rglob("*.py"):
        assert not re.search(
            r"^\s*(import|from) tests\b", path.read_text(encoding="utf-8"), re.M
        ), path


@pytest.mark.parametrize("package", BUILT_IN.values())
def test_importing_a_package_changes_no_global_state(package):
    framework = package.removeprefix("reference_")
    if importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    # A fresh interpreter: this one has long been changed.
    states = {
        "numpy": "numpy.geterr(), numpy.get_printoptions(), numpy.random.get_state()[1].tolist()",
        "torch": "torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads(), "
        "torch.initial_seed(), torch.get_rng_state().tolist()",
        "jax": "dict(jax.config.values)",
    }
    modules = ", ".join(f"{package}.{module}" for module in MODULES)
    script = (
        f"import os, {framework}\n"
        f"def state(): return ({states[framework]}, dict(os.environ))\n"
        f"before = state()\nimport {modules}\nafter = state()\n"
        "assert before == after, (before, after)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


# Not what lies in a hidden folder, as a virtual environment.
SOURCES = [
    path
    for path in sorted(ROOT.glob("[!.]*/**/*.py"))
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
]


def test_no_file_is_too_long_to_read_at_a_sitting():
    # About 250; the longest are the checks, a flat list of short functions.
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > 300} == {}


@pytest.mark.parametrize(
    ("package", "begun_from"),
    [
        ("reference_autograd", "reference_numpy"),
        ("reference_mlx", "reference_jax"),
        ("reference_paddle", "reference_torch"),
        ("reference_python", "reference_numpy"),
    ],
)
def test_the_pages_say_how_many_lines_a_framework_took(package, begun_from):
    added = 0
    for path in sorted(FOLDERS[begun_from].rglob("*.py")):
        name = path.relative_to(FOLDERS[begun_from])
        if name.parts != ("__init__.py",):
            texts = [(FOLDERS[each] / name).read_text("utf-8") for each in (begun_from, package)]
            lines = difflib.unified_diff(*map(str.splitlines, texts), lineterm="", n=0)
            added += sum(line.startswith("+") for line in lines if not line.startswith("+++"))
    page = (ROOT / "docs" / "adding.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if package.replace("_", "-") in line)
    assert row.endswith(f"| {added} |")
