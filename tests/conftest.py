"""Fixtures: every framework there is, and one verification for the whole session."""

import gc
import os
import signal
import sys
import warnings
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from collected import COLLECTED, WARNED
from sampling import left_out

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.frameworks.declarations import DeclarationError, Declarations, declared_by
from crosscheck.frameworks.registry import (
    BUILT_IN,
    Framework,
    OtherContract,
    UnknownFrameworkError,
    load,
    prepare,
    registry,
)
from crosscheck.verification.candidates import here, rungs_of
from crosscheck.verification.cases.door import Door
from crosscheck.verification.judging import asked_by, raised_in
from crosscheck.verification.ladder import Rung, next_rung
from crosscheck.verification.result import Verification
from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

prepare()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--framework",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="also test this importable package as a framework; repeatable",
    )
    parser.addoption(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="test this framework alone, by its name or package, and nothing else; repeatable",
    )
    parser.addoption(
        "--all",
        action="store_true",
        help="run every case of the tests of which otherwise a sample is run",
    )
    parser.addoption(
        "--sample",
        default="0",
        metavar="SEED",
        help="any text: another one chooses other samples",
    )


# The package of every framework that is asked for: to look it up reads every distribution there is.
PACKAGES = pytest.StashKey[dict[str, str]]()


def packages_of(config: pytest.Config) -> dict[str, str]:
    """The package of every framework that is asked for, by name; looked up once."""
    if PACKAGES not in config.stash:
        only = set(config.getoption("--only"))
        known = registry([*config.getoption("--framework"), *only])
        chosen = {name: p for name, p in known.items() if not only or {name, p} & only}
        config.stash[PACKAGES] = chosen
    return config.stash[PACKAGES]


def pytest_configure(config: pytest.Config) -> None:
    os.environ.pop("COLUMNS", None)  # how wide tables are does not depend on who runs the tests
    # A shell without job control starts what runs in the background with signals ignored, and the
    # commands that the tests interrupt would inherit that.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.pluginmanager.hasplugin("cacheprovider"):
        # What JAX compiled for one worker, or the last time, is not compiled again.
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(config.cache.mkdir("jax")))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    try:  # before any test is collected
        packages_of(config)
    except UnknownFrameworkError as error:
        raise pytest.UsageError(str(error)) from None


# What takes longest begins first, one file for each worker, so that none is left alone at the end.
FIRST = ("test_apart", "test_stock", "test_planted", "test_verification", "test_training")
FIRST += ("test_discrimination", "test_measured_translations", "test_verify_apart", "test_bounds")
FIRST += ("test_identification", "test_activations", "test_check", "test_declarations", "test_new")
FIRST += ("test_judged_submissions", "test_random_calls", "test_train")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect the tests, all of which are kept: there is no garbage to look for among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))
    config.stash[COLLECTED] = [item.nodeid for item in items]
    declared = {
        name: declarations_of(package)
        for name, package in packages_of(config).items()
        if name not in BUILT_IN
    }
    if config.getoption("--only"):
        others = [item for item in items if "framework" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    if not (config.getoption("--all") or config.getoption("keyword")):
        others = left_out(items, config.getoption("--sample"))
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        name = params.get("framework")
        if name in declared:
            mark_as_declared(item, name, declared[name], params)


def declarations_of(package: str) -> Declarations:
    """What a package declares; nothing if it cannot be read, which loading it reports."""
    try:
        return declared_by(package)
    except DeclarationError:
        return Declarations()


def mark_as_declared(item: pytest.Item, name: str, declared: Declarations, params: dict) -> None:
    """Skip a test that the framework does not support; a test that is known to fail must fail.

    What it declares of a case holds in every test of that case, as it does in `verify`.
    """
    words = {str(each) for each in params.values() if not hasattr(each, "exactly")}
    asked = {
        "tests": [item.nodeid],
        "dtypes": words & {"bfloat16", "float16", "float32", "float64"},
        "activations": words & {*ACTIVATIONS},
        "losses": words & {*LOSSES},
        "optimizers": words & {*STATES, "decayed"},
    }
    case = params.get("case")
    if hasattr(case, "exactly"):
        for kind, names in asked_by(case).items():
            asked[kind] = {*asked.get(kind, ()), *names}
    limit, failure = declared.limit(**asked), declared.failure(**asked)
    if limit is not None:
        item.add_marker(pytest.mark.skip(reason=f"{name} does not support it: {limit}"))
    elif failure is not None:
        item.add_marker(pytest.mark.xfail(reason=failure.in_words(), strict=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from skipping_what_is_not_written(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from skipping_what_is_not_written(item))


def skipping_what_is_not_written(item: pytest.Item) -> Generator[None, object, object]:
    """Skip a test of what is not written, and name that; one test fails, and says what is next."""
    try:
        return (yield)
    except OtherContractError as error:
        if item.originalname == "test_a_framework_keeps_the_contract":
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        pytest.skip(str(error).partition(";")[0])
    except NotImplementedError as error:
        framework = getattr(item, "funcargs", {}).get("framework")
        if framework is None or framework.name in BUILT_IN:
            raise
        declared = any(limit.reason in str(error) for limit in framework.declared.limits)
        if not declared and next_rung(climbed(framework)) is None:
            raise  # who is finished leaves nothing out but what is declared
        function, _ = raised_in(error, framework)
        pytest.skip(f"{framework.name}: {str(error) or function + ' is not written'}")


class OtherContractError(Exception):
    """A framework is for another version of the contract: one test fails, the others skip."""


@pytest.fixture
def ends_softly(monkeypatch):
    """Let code that ends its process at once raise SystemExit instead, so that pytest lives on."""
    monkeypatch.setattr("os._exit", sys.exit)


@cache
def climbed(framework: Framework) -> list[Rung]:
    """How far a framework has come, looked up once."""
    return rungs_of(here(framework))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "framework" in metafunc.fixturenames:
        names = packages_of(metafunc.config)
        metafunc.parametrize("framework", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def framework(request: pytest.FixtureRequest) -> Framework:
    """Each framework in turn; skipped, with the reason, where it is not installed."""
    with warnings.catch_warnings(record=True) as warned:
        # One test fails because of these; as errors they would keep every test from its framework.
        warnings.simplefilter("always")
        loaded = load(request.param, packages_of(request.config)[request.param])
    WARNED.setdefault(request.param, [f"{w.category.__name__}: {w.message}" for w in warned])
    if isinstance(loaded, Framework):
        return loaded
    if isinstance(loaded, OtherContract):
        raise OtherContractError(f"{loaded.name}: {'; '.join(loaded.problems)}")
    if hasattr(loaded, "reason"):
        pytest.skip(f"{loaded.name} is not installed: {loaded.reason}")
    pytest.fail(f"{loaded.name} breaks the contract: {'; '.join(loaded.problems)}")


@pytest.fixture(scope="session")
def verification(request: pytest.FixtureRequest) -> Verification:
    """What `crosscheck verify` finds, computed once."""
    config = request.config
    extra, only = config.getoption("--framework"), config.getoption("--only")
    return verify_everything(select(extra, only=only))


@pytest.fixture
def door(framework: Framework) -> Door:
    """Good arguments of a framework, to be spoiled one at a time."""
    return Door(framework)


@pytest.fixture(scope="session")
def digits() -> None:
    """Skips where the digits cannot be had."""
    pytest.importorskip("sklearn", reason="scikit-learn, which carries the digits, is missing")


@pytest.fixture(scope="session")
def matplotlib() -> None:
    """Skips where nothing can be drawn."""
    pytest.importorskip("matplotlib", reason="matplotlib, which draws, is missing")


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run to build sites from, in a folder; skipped where what builds them is missing."""
    for library in ("jinja2", "pygments", "latex2mathml"):
        pytest.importorskip(library, reason=f"{library}, which a site needs, is missing")
    from site_run import make

    return make(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def site(small_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of that run."""
    from crosscheck.report.site.building import build
    from crosscheck.report.site.run import load as load_run

    folder = tmp_path_factory.mktemp("built") / "site"
    build(folder, load_run(small_run))
    return folder
