"""The registry: which frameworks there are, and how to load one.

A framework is a package that follows the contract. Three are built in; any installed package that
declares an entry point in the group `crosscheck.frameworks`, and any importable package named on
the command line, is one more.
"""

import importlib
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import ModuleType

BUILT_IN = {"numpy": "reference_numpy", "torch": "reference_torch", "jax": "reference_jax"}
ENTRY_POINTS = "crosscheck.frameworks"
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
    """A loaded package, its eight modules as attributes."""

    name: str
    package: str
    version: str
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
    small: thread pools would only fight each other over it.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
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
    packages |= {entry.name: entry.value for entry in entry_points(group=ENTRY_POINTS)}
    for name in extra:
        if name in packages or name in packages.values():
            continue
        if not _is_importable(name):
            raise UnknownFrameworkError(
                f"{name!r} is neither a framework ({', '.join(packages)}) nor an importable package"
            )
        packages[name] = name
    return packages


@cache
def load(name: str, package: str) -> Framework | NotInstalled | Broken:
    """Import a framework's package and its modules, once."""
    prepare()
    try:
        root = importlib.import_module(package)
    except ImportError as error:
        return NotInstalled(name, package, str(error) or type(error).__name__)
    except Exception as error:
        problem = f"fails on import: {type(error).__name__}: {error}"
        return Broken(name, package, "unknown", (problem,))
    version = str(getattr(root, "__version__", "unknown"))
    modules, problems = {}, []
    for module in MODULES:
        try:
            modules[module] = importlib.import_module(f"{package}.{module}")
        except ModuleNotFoundError as error:
            missing = error.name == f"{package}.{module}"
            problems.append(f"{module}: no such module" if missing else f"{module}: {error}")
        except Exception as error:
            problems.append(f"{module}: fails on import: {type(error).__name__}: {error}")
    if problems:
        return Broken(name, package, version, tuple(problems))
    return Framework(name, package, version, **modules)


def _is_importable(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
