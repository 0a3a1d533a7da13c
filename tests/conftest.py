"""Fixtures: every framework there is, and one verification for the whole session."""

import pytest

from crosscheck.frameworks import Framework, load, prepare, registry
from crosscheck.verification import Verification, verify

prepare()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--framework",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="also test this importable package as a framework; repeatable",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Raises UnknownFrameworkError, which names it, before any test is collected.
    registry(config.getoption("--framework"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "framework" in metafunc.fixturenames:
        names = registry(metafunc.config.getoption("--framework"))
        metafunc.parametrize("framework", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def framework(request: pytest.FixtureRequest) -> Framework:
    """Each framework in turn; skipped, with the reason, where it is not installed."""
    packages = registry(request.config.getoption("--framework"))
    loaded = load(request.param, packages[request.param])
    if isinstance(loaded, Framework):
        return loaded
    if hasattr(loaded, "reason"):
        pytest.skip(f"{loaded.name} is not installed: {loaded.reason}")
    pytest.fail(f"{loaded.name} breaks the contract: {'; '.join(loaded.problems)}")


@pytest.fixture(scope="session")
def verification(request: pytest.FixtureRequest) -> Verification:
    """What `crosscheck verify` finds, computed once."""
    return verify(request.config.getoption("--framework"))
