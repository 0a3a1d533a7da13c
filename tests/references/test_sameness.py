"""The design, held: what reads the same, what imports what, and that imports change nothing."""

import ast
import difflib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crosscheck.frameworks.contract import SIGNATURES
from crosscheck.frameworks.registry import BUILT_IN, MODULES

ROOT = Path(__file__).parents[2]
EXTENSIONS = ("reference_autograd", "reference_mlx", "reference_python")
FOLDERS = {package: ROOT / package for package in BUILT_IN.values()}
FOLDERS |= {package: ROOT / "extensions" / package / package for package in EXTENSIONS}
# Without the one whose arrays are lists: where the others compute, it has its own words.
OTHERS = ("reference_torch", "reference_jax", "reference_autograd", "reference_mlx")

# Files that differ in the namespace alone.
IDENTICAL = ("losses", "optimizers")
# Files that differ in the bodies of these functions, and in nothing else.
DIFFERENT_BODIES = {
    "params": {"from_numpy", "to_numpy"},
    "mlp": {"linear"},
    "checks": {"is_array", "is_traced", "is_floating", "dtype_name", "convertible"},
    "activations": {"sigmoid", "relu", "softmax", "log_softmax", "softplus", "erfc"},
    "training": {"run_epoch"},
}
# What an epoch is made of, each framework in its own fast idiom.
OF_EPOCHS = {"_steps", "_compiled_epoch", "_joined", "_views", "_map_moments", "RUN"}
# What one package has beside, or has to write in its own words.
OWN = {
    ("reference_autograd", "activations"): {"_sigmoid", "_erfc_slope"},
    ("reference_mlx", "activations"): {"exp", "minus_abs", "largest", "custom_function"},
    ("reference_mlx", "checks"): {"finite"},
}
NAMESPACE = re.compile(r"\b(np|torch|jnp|mx)\.")
# The optimizers are a folder, read in this order.
OF_OPTIMIZERS = ("base", "descent", "scaled", "moments", "variants", "__init__")


def source(package: str, module: str) -> str:
    folder = FOLDERS[package] / module
    files = [folder / f"{name}.py" for name in OF_OPTIMIZERS]
    if not folder.is_dir():
        files = [FOLDERS[package] / f"{module}.py"]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def neutral(text: str) -> list[str]:
    """The lines of a source with the namespace and its import taken out."""
    lines = NAMESPACE.sub("xp.", text).splitlines()
    imports = re.compile(r"(import|from) (numpy|torch|jax|autograd|mlx)\b")
    return [line for line in lines if not imports.match(line)]


@pytest.mark.parametrize("package", OTHERS)
@pytest.mark.parametrize("module", IDENTICAL)
def test_files_differ_in_the_namespace_only(package, module):
    here, there = neutral(source("reference_numpy", module)), neutral(source(package, module))
    difference = list(
        difflib.unified_diff(here, there, "reference_numpy", package, lineterm="", n=0)
    )
    assert not difference, "\n".join(difference)


@pytest.mark.parametrize("package", OTHERS)
@pytest.mark.parametrize("module", DIFFERENT_BODIES)
def test_files_differ_in_the_named_bodies_only(package, module):
    own = OWN.get((package, module), set())

    def outline(package: str) -> list[str]:
        tree = ast.parse("\n".join(neutral(source(package, module))))
        kept = []
        for node in tree.body:
            name = getattr(node, "name", None)
            if (name or ast.unparse(getattr(node, "target", node))) in own:
                continue  # of which the other has another, or none
            if (
                module == "activations"
                and isinstance(node, ast.Expr)
                and "vjp(" in ast.unparse(node)
            ):
                continue  # a slope, beside what it is the slope of
            if module == "training" and (name or ast.unparse(node).split()[0]) in OF_EPOCHS:
                continue
            if name in DIFFERENT_BODIES[module]:
                docstring = ast.get_docstring(node)
                kept.append(f"def {name}({ast.unparse(node.args)}): {docstring}")
            elif not (isinstance(node, ast.Assign) and ast.unparse(node).startswith("Array =")):
                kept.append(ast.unparse(node))
        return [line for line in kept if not line.startswith(("import", "from"))]

    here, there = outline("reference_numpy"), outline(package)
    difference = list(
        difflib.unified_diff(here, there, "reference_numpy", package, lineterm="", n=0)
    )
    assert not difference, "\n".join(difference)


@pytest.mark.parametrize("package", [*OTHERS, "reference_python"])
def test_public_functions_of_gradients_share_signature_and_docstring(package):
    def public(package: str) -> dict[str, tuple[str, str | None]]:
        tree = ast.parse(source(package, "gradients").replace("Matrix", "Array"))
        return {
            # Where NumPy is to write a gradient is asked by its own training alone.
            node.name: (
                ast.unparse(node.args).removesuffix(", memory: Params | None=None"),
                ast.get_docstring(node),
            )
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }

    assert public(package) == public("reference_numpy")


@pytest.mark.parametrize("package", FOLDERS)
@pytest.mark.parametrize("module", SIGNATURES)
def test_names_stand_in_the_contracts_order(package, module):
    tree = ast.parse(source(package, module))
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    expected = [signature.partition("(")[0] for signature in SIGNATURES[module]]
    assert sorted(expected, key=defined.index) == expected


@pytest.mark.parametrize("package", FOLDERS)
def test_a_package_has_its_eight_modules_and_no_other(package):
    files = {path.relative_to(FOLDERS[package]) for path in FOLDERS[package].rglob("*.py")}
    modules = {Path(f"{name}.py") for name in ("__init__", *MODULES) if name != "optimizers"}
    assert files == modules | {Path("optimizers", f"{name}.py") for name in OF_OPTIMIZERS}


@pytest.mark.parametrize("package", FOLDERS)
def test_a_reference_imports_its_framework_numpy_and_the_standard_library(package):
    allowed = {"numpy", package.removeprefix("reference_"), package} | sys.stdlib_module_names
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


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*/**/*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_file_is_too_long_to_read_at_a_sitting(path):
    if any(part.startswith(".") for part in path.relative_to(ROOT).parts):
        pytest.skip("not a source of the project")
    # About 250; the longest are the checks, a flat list of short functions.
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize(
    ("package", "begun_from"),
    [
        ("reference_autograd", "reference_numpy"),
        ("reference_mlx", "reference_jax"),
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
    if package != "reference_python":  # of which the README gives no number
        assert f"({added} " in (ROOT / "README.md").read_text("utf-8")
