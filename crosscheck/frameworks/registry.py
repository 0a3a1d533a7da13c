"""The registry: which frameworks there are, and how to load one.

A framework is a package that follows the contract. Three are built in; any installed package that
declares an entry point in the group `crosscheck.frameworks`, and any importable package named on
the command line, is one more. Each is imported once, when it is first asked for. One that is not
built in is first imported in a worker, so that it can neither hold up nor end this process.
"""

import importlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from types import ModuleType

from threadpoolctl import threadpool_limits

from crosscheck.frameworks.compiled import torch_cache
from crosscheck.frameworks.contract import ADDED, CHANGES, CONTRACT_VERSION
from crosscheck.frameworks.contract import BUILT_IN as BUILT_IN
from crosscheck.frameworks.contract import MODULES as MODULES
from crosscheck.frameworks.declarations import DeclarationError, Declarations, declared_by
from crosscheck.frameworks.entries import announced, is_safe
from crosscheck.frameworks.plain_text import in_words, plain
from crosscheck.frameworks.worker import EndedError, Workers

# How many seconds an import may take, unless the environment variable sets another limit.
IMPORT_LIMIT = 60.0
IMPORT_LIMIT_VARIABLE = "CROSSCHECK_IMPORT_LIMIT"
# Where JAX computes, which a user may have chosen.
PLATFORMS_VARIABLE, USUAL_PLATFORM = "JAX_PLATFORMS", "cpu"


class UnknownFrameworkError(LookupError):
    """A name is neither a known framework nor an importable package."""


class ImportLimitError(ValueError):
    """The environment variable for the limit of an import is no number of seconds."""


@dataclass(frozen=True)
class Framework:
    """A loaded package, its modules as attributes, and what it declares of itself."""

    name: str
    package: str
    version: str
    declared: Declarations
    params: ModuleType
    arrays: ModuleType
    checks: ModuleType
    activations: ModuleType
    losses: ModuleType
    mlp: ModuleType
    gradients: ModuleType
    optimizers: ModuleType
    training: ModuleType
    epochs: ModuleType


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


@dataclass(frozen=True)
class OtherContract(Broken):
    """A framework that was written for another version of the contract; its problems say which."""


def prepare() -> None:
    """Make the settings of this process that must be made before a framework is imported.

    JAX computes in float64 only after it is switched on, and the suite judges the CPU. Thread pools
    would only disturb each other on small arrays: each gets one thread, unless OMP_NUM_THREADS is
    set. What PyTorch compiles goes into the user's own cache.
    """
    if "OMP_NUM_THREADS" not in os.environ:
        os.environ["OMP_NUM_THREADS"] = "1"
        threadpool_limits(limits=1)  # NumPy's BLAS is loaded already, and reads no variable again
    os.environ.update(torch_cache() | {"JAX_ENABLE_X64": "true"})  # every verdict depends on it
    os.environ.setdefault(PLATFORMS_VARIABLE, USUAL_PLATFORM)
    if "jax" in sys.modules:
        sys.modules["jax"].config.update("jax_enable_x64", True)


def registry(extra: Iterable[str] = ()) -> dict[str, str]:
    """The package of every framework by name: built in, installed, and the `extra` named ones.

    Args:
        extra: Names of frameworks, or import names of further packages.

    Raises:
        UnknownFrameworkError: If an extra name is neither known nor importable.
    """
    packages = BUILT_IN | announced().packages
    for name in extra:
        if name in packages or name in packages.values():
            continue
        if not (is_safe(name) and _is_importable(name)):
            raise UnknownFrameworkError(
                f"{name!r} is neither a framework ({', '.join(packages)}) nor an importable "
                "package (one of your own has to be installed: pip install -e its folder)"
            )
        packages[name] = name
    return packages


Loaded = Framework | NotInstalled | Broken


@cache
def load(name: str, package: str) -> Loaded:
    """Import a framework's package and its modules into this process, once.

    Args:
        name: What the framework is called.
        package: The import name of its package.

    Returns:
        The framework; or, where it cannot be used, what it is instead, with the reasons. A package
        that is not built in is first imported in a worker, which must end within `IMPORT_LIMIT`
        seconds.
    """
    if name not in BUILT_IN and package not in sys.modules:
        problem = _problem_in_worker(package)
        if problem is not None:
            return Broken(name, package, "unknown", (problem,))
    return load_unguarded(name, package)


@cache
def load_unguarded(name: str, package: str) -> Loaded:
    """`load` for a process that nothing is lost with, as a worker: imports without trying first."""
    prepare()
    try:
        root = importlib.import_module(package)
    except ImportError as error:
        return NotInstalled(name, package, plain(str(error)) or type(error).__name__)
    except (Exception, SystemExit) as error:
        return Broken(name, package, "unknown", (f"fails on import: {in_words(error)}",))
    try:
        version = plain(str(getattr(root, "__version__", "unknown")))
    except (Exception, SystemExit) as error:
        problem = f"its version cannot be had: {in_words(error)}"
        return Broken(name, package, "unknown", (problem,))
    try:
        declared = declared_by(package)
    except DeclarationError as error:
        return Broken(name, package, version, (str(error),))
    if declared.contract > CONTRACT_VERSION:
        return OtherContract(name, package, version, (_newer(declared.contract),))
    modules, problems = {}, []
    later = [each for number in ADDED if number > declared.contract for each in ADDED[number]]
    for module in MODULES:
        try:
            modules[module] = importlib.import_module(f"{package}.{module}")
        except ModuleNotFoundError as error:
            missing = error.name == f"{package}.{module}"
            if not (missing and module in later):
                what = "no such module" if missing else plain(str(error))
                problems.append(f"{module}: {what}")
        except (Exception, SystemExit) as error:
            problems.append(f"{module}: fails on import: {in_words(error)}")
    if problems:
        return Broken(name, package, version, tuple(problems))
    if declared.contract < CONTRACT_VERSION:
        return OtherContract(name, package, version, _older(declared.contract, root))
    unusable = _without_device(modules["arrays"])
    if unusable is not None:
        return NotInstalled(name, package, f"cannot be used here: {unusable}")
    return Framework(name, package, version, declared, **modules)


def _without_device(arrays: ModuleType) -> str | None:
    """Why JAX finds no device of the platforms that the user named; None where nothing is wrong.

    It says so only when the first array is made, and every function of the package would seem
    wrong.
    """
    jax = sys.modules.get("jax")
    names = (getattr(each, "__name__", "") for each in vars(arrays).values())
    is_usual = os.environ.get(PLATFORMS_VARIABLE) == USUAL_PLATFORM
    if jax is None or is_usual or not any(name.partition(".")[0] == "jax" for name in names):
        return None
    try:
        jax.devices()
    except Exception as error:
        named = f"{PLATFORMS_VARIABLE} is {os.environ.get(PLATFORMS_VARIABLE)!r}"
        return f"{named}, and {in_words(error)}"
    return None


def _older(written_for: int, root: ModuleType) -> tuple[str, ...]:
    """What the author of a package is told: what to run, and what changed."""
    top = root.__name__.partition(".")[0]
    folder = Path(next(iter(sys.modules[top].__path__))).parent
    changes = [text for number, text in CHANGES.items() if number > written_for]
    return (
        f"it was written for version {written_for} of the contract, and this is version "
        f"{CONTRACT_VERSION}: run crosscheck new {root.__name__} {quote(str(folder))} --renew",
        f"what changed: {' '.join(changes)}",
    )


def _newer(written_for: int) -> str:
    return (
        f"it was written for version {written_for} of the contract, and this crosscheck knows no "
        f"version after {CONTRACT_VERSION}: update backprop-crosscheck"
    )


def load_framework(name: str) -> Framework:
    """Load one framework.

    Args:
        name: Of a built-in framework ("numpy", "torch", "jax"), of an installed entry point, or of
            an importable package that follows the contract.

    Raises:
        UnknownFrameworkError: If there is none of that name, or it cannot be used; a LookupError.
    """
    return installed([name])[0]


def installed(chosen: Iterable[str] = ()) -> list[Framework]:
    """Load frameworks by their names or packages; without any, those built in that are installed.

    Args:
        chosen: The names or packages.

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


def _problem_in_worker(package: str) -> str | None:
    """Why importing a package holds up or ends a process; None if it does neither."""
    with Workers() as workers:
        try:
            workers.start().call(f"{__name__}:import_everything", package, limit=import_limit())
        except EndedError as error:
            return f"on import it {error}"
    return None


def import_limit() -> float:
    """How many seconds an import may take.

    Raises:
        ImportLimitError: If the environment variable is no number of seconds above 0.
    """
    text = os.environ.get(IMPORT_LIMIT_VARIABLE, str(IMPORT_LIMIT))
    limit = float(text) if text.replace(".", "", 1).isdecimal() else 0.0
    if not limit:
        raise ImportLimitError(
            f"{IMPORT_LIMIT_VARIABLE} must be a number of seconds above 0, not {text!r}"
        )
    return limit


def import_everything(package: str) -> None:
    """Import a package with all of its modules, whatever that raises: `load` will report it."""
    for module in (package, *(f"{package}.{name}" for name in MODULES)):
        with suppress(BaseException):
            importlib.import_module(module)


def _is_importable(name: str) -> bool:
    with suppress(ImportError, ValueError):  # to look for what is inside a package imports it
        return find_spec(name.partition(".")[0]) is not None
    return False
