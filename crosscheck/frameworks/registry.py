"""The registry: which frameworks there are, and how to load one.

A framework is a package that follows the contract. Three are built in; any installed package that
declares an entry point in the group `crosscheck.frameworks`, and any importable package named on
the command line, is one more. Each is imported when it is asked for, and once; one that is not
built in is imported by another process first, so that it cannot hold up or end this one.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import ModuleType

from threadpoolctl import threadpool_limits

from crosscheck.frameworks.declarations import DeclarationError, Declarations, declared_by

BUILT_IN = {"numpy": "reference_numpy", "torch": "reference_torch", "jax": "reference_jax"}
ENTRY_POINTS = "crosscheck.frameworks"
# So many seconds may an import take; another limit stands in the environment variable.
IMPORT_LIMIT = 60.0
IMPORT_LIMIT_VARIABLE = "CROSSCHECK_IMPORT_LIMIT"
MODULES = (
    "params",
    "checks",
    "activations",
    "losses",
    "mlp",
    "gradients",
    "optimizers",
    "training",
)


class UnknownFrameworkError(LookupError):
    """A name is neither a known framework nor an importable package."""


@dataclass(frozen=True)
class Framework:
    """A loaded package, its eight modules as attributes, and what it declares of itself."""

    name: str
    package: str
    version: str
    declared: Declarations
    params: ModuleType
    checks: ModuleType
    activations: ModuleType
    losses: ModuleType
    mlp: ModuleType
    gradients: ModuleType
    optimizers: ModuleType
    training: ModuleType


@dataclass(frozen=True)
class NotInstalled:
    """A framework whose package cannot be imported, and why."""

    name: str
    package: str
    reason: str


@dataclass(frozen=True)
class Broken:
    """A framework whose package is there, but some of its modules are not or fail on import."""

    name: str
    package: str
    version: str
    problems: tuple[str, ...]


def prepare() -> None:
    """Settings that must stand before a framework is imported, for a whole process.

    JAX computes in float64 only where told so, and the CPU is what is judged. Everything here is
    small: thread pools would only fight each other over it, so each has one thread, unless
    OMP_NUM_THREADS says otherwise.
    """
    if "OMP_NUM_THREADS" not in os.environ:
        os.environ["OMP_NUM_THREADS"] = "1"
        threadpool_limits(limits=1)  # NumPy's BLAS is loaded already, and reads no variable again
    os.environ.setdefault("JAX_ENABLE_X64", "true")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if "jax" in sys.modules:
        sys.modules["jax"].config.update("jax_enable_x64", True)


def registry(extra: Iterable[str] = ()) -> dict[str, str]:
    """The package of every framework by name: built in, installed, and the `extra` named ones.

    Raises:
        UnknownFrameworkError: If an extra name is neither known nor importable.
    """
    packages = dict(BUILT_IN)
    for entry in entry_points(group=ENTRY_POINTS):
        # Nobody takes the name of another; a package that tries goes by its own.
        name = entry.value if entry.name in packages else entry.name
        packages[name] = entry.value
    for name in extra:
        if name in packages or name in packages.values():
            continue
        if not _is_importable(name):
            raise UnknownFrameworkError(
                f"{name!r} is neither a framework ({', '.join(packages)}) nor an importable "
                "package (one of your own has to be installed: pip install -e its folder)"
            )
        packages[name] = name
    return packages


@cache
def load(name: str, package: str) -> Framework | NotInstalled | Broken:
    """Import a framework's package and its modules, once.

    What is not built in is imported by another process first, which must be done with it within
    `IMPORT_LIMIT` seconds.
    """
    prepare()
    if name not in BUILT_IN and package not in sys.modules:
        ended = _tried_elsewhere(package)
        if ended is not None:
            return Broken(name, package, "unknown", (ended,))
    try:
        root = importlib.import_module(package)
    except ImportError as error:
        return NotInstalled(name, package, str(error) or type(error).__name__)
    except (Exception, SystemExit) as error:
        problem = f"fails on import: {type(error).__name__}: {error}"
        return Broken(name, package, "unknown", (problem,))
    version = str(getattr(root, "__version__", "unknown"))
    modules, problems = {}, []
    try:
        declared = declared_by(package)
    except DeclarationError as error:
        problems.append(str(error))
    for module in MODULES:
        try:
            modules[module] = importlib.import_module(f"{package}.{module}")
        except ModuleNotFoundError as error:
            missing = error.name == f"{package}.{module}"
            problems.append(f"{module}: no such module" if missing else f"{module}: {error}")
        except (Exception, SystemExit) as error:
            problems.append(f"{module}: fails on import: {type(error).__name__}: {error}")
    if problems:
        return Broken(name, package, version, tuple(problems))
    return Framework(name, package, version, declared, **modules)


def installed(chosen: Iterable[str] = ()) -> list[Framework]:
    """Frameworks by their names or packages; without any, those built in that are installed.

    Raises:
        UnknownFrameworkError: If a name is unknown, or what it names cannot be used.
    """
    names = list(chosen)
    packages, wanted = registry(names), set(names or BUILT_IN)
    loaded = [load(n, package) for n, package in packages.items() if {n, package} & wanted]
    for each in loaded if names else ():
        if not isinstance(each, Framework):
            reason = each.reason if isinstance(each, NotInstalled) else each.problems[0]
            raise UnknownFrameworkError(f"{each.name} cannot be used: {reason}")
    return [each for each in loaded if isinstance(each, Framework)]


# Whatever an import raises is for `load` to report; here it only has to come to an end.
ELSEWHERE = """
import importlib, json, os, sys
sys.path[:], modules = json.loads(sys.argv[1])
for module in modules:
    try:
        importlib.import_module(module)
    except BaseException:
        pass
os.write(1, b"done")
os._exit(0)
"""


def _tried_elsewhere(package: str) -> str | None:
    """Why a package cannot be imported by a process that has to go on, or None if it can."""
    text = os.environ.get(IMPORT_LIMIT_VARIABLE, str(IMPORT_LIMIT))
    limit = float(text) if text.replace(".", "", 1).isdecimal() else 0.0
    if not limit:
        return f"{IMPORT_LIMIT_VARIABLE} must be a number of seconds above 0, not {text!r}"
    given = json.dumps([sys.path, [package, *(f"{package}.{module}" for module in MODULES)]])
    try:
        made = subprocess.run(
            [sys.executable, "-c", ELSEWHERE, given],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return (
            f"hangs on import: cut off after {limit:g} s ({IMPORT_LIMIT_VARIABLE} sets the limit)"
        )
    if not made.stdout.endswith(b"done"):
        return f"ends the process on import, with exit code {made.returncode}"
    return None


def _is_importable(name: str) -> bool:
    try:  # the part before a dot alone: looking for what is in it would import it
        return find_spec(name.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False
