"""Fixtures: every framework there is, and one verification for the whole session."""

import os

import numpy as np
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
    if config.pluginmanager.hasplugin("cacheprovider"):
        # What JAX compiled for one worker, or the last time, is not compiled again.
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(config.cache.mkdir("jax")))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    # Raises UnknownFrameworkError, which names it, before any test is collected.
    registry(config.getoption("--framework"))


# What takes longest begins first, one file for each worker, so that none is left alone at the end.
FIRST = ("test_verification.py", "test_discrimination.py", "test_stock.py", "test_bounds.py")
FIRST += ("test_training.py", "test_activations.py", "test_train.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in FIRST)


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


class Door:
    """Good arguments of one framework, for calls that spoil one of them."""

    def __init__(self, framework):
        self.f = framework
        self.array = framework.params.from_numpy
        layer = framework.params.Layer
        self.layer = layer
        self.params = self.array(
            (layer(np.ones((4, 3)), np.ones(4)), layer(np.ones((2, 4)), np.ones(2)))
        )
        self.inputs = self.array(np.ones((5, 3)))
        self.targets = self.array(np.full((5, 2), 0.5))

    def ones(self, *shape, dtype="float64"):
        return self.array(np.ones(shape, dtype))

    def forward(self, params=None, inputs=None, activations=("tanh", "sigmoid")):
        params = self.params if params is None else params
        inputs = self.inputs if inputs is None else inputs
        return self.f.mlp.forward(params, inputs, activations=activations)

    def gradient(self, targets=None, loss="squared_error", function="value_and_grad"):
        return getattr(self.f.gradients, function)(
            self.params,
            self.inputs,
            self.targets if targets is None else targets,
            activations=("tanh", "sigmoid"),
            loss=loss,
        )

    def train(self, loss="squared_error", **changes):
        given = {
            "params": self.params,
            "inputs": self.inputs,
            "targets": self.targets,
            "optimizer": self.f.optimizers.sgd(0.1),
            "stop": self.f.training.StopRule(max_epochs=1),
            "activations": ("tanh", "sigmoid"),
        } | changes
        return self.f.training.train(loss=loss, **given)

    def spoiled(self, index, value):
        inputs = np.ones((5, 3))
        inputs[index] = value
        return self.array(inputs)


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
