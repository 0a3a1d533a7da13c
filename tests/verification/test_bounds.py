"""No honest implementation exceeds a derived bound, or uses next to nothing of it."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.frameworks.registry import Framework, load
from crosscheck.numerics.blindness import sight_of, total
from crosscheck.numerics.bounds import activations, inexact, losses
from crosscheck.numerics.bounds import network as network_bounds
from crosscheck.numerics.bounds import optimizers as steps
from crosscheck.numerics.bounds.inexact import exactly
from crosscheck.numerics.bounds.precision import Precision
from crosscheck.verification import calibration
from crosscheck.verification.calibration import COMPONENT_FLOOR, FLOOR
from crosscheck.verification.cases import descent, network, training
from crosscheck.verification.cases.drawn import drawn_network
from crosscheck.verification.cases.probes import probes

# `crosscheck bounds` takes 2000. These suffice to find a bound that is exceeded or idle.
NETWORKS = 40
NUMPY = load("numpy", "reference_numpy")


def installed():
    # Not JAX, which would compile each of these shapes. `verify` compares it with the same bounds.
    loaded = [load(name, f"reference_{name}") for name in ("numpy", "torch")]
    return [framework for framework in loaded if isinstance(framework, Framework)]


def test_honest_implementations_stay_within_the_bounds_of_random_networks_and_use_them():
    uses = calibration.study(installed(), range(NETWORKS))
    assert calibration.problems(uses, {}) == []
    assert FLOOR <= max(use.fraction for use in uses) <= 1


def test_every_component_uses_its_bound(monkeypatch):
    # NumPy alone uses every bound, and no framework exceeds one.
    for framework in installed():
        with monkeypatch.context() as patch:
            patch.setattr(calibration, "probes", lambda: probes()[::6])
            found = calibration.components([framework])
        assert [use for use in found.values() if not use.fraction <= 1] == []
        if framework is NUMPY:
            idle = {name.partition(": ")[0] for name in found if found[name].fraction < 0.1}
            found |= calibration.components([framework], only=idle)
            assert calibration.problems([], found) == []


@pytest.mark.parametrize("networks", [1, 17])
def test_the_parts_together_find_what_is_found_at_once(monkeypatch, networks):
    chosen = probes()[::40]
    monkeypatch.setattr(calibration, "probes", lambda: chosen)
    monkeypatch.setattr(calibration, "cores", lambda: 1)
    uses, components, sight = calibration.calibrate([each.name for each in installed()], networks)
    assert uses == calibration.study(installed(), range(networks))
    assert [*components.items()] == [*calibration.components(installed()).items()]
    stages = [drawn_network(number).exactly() for number in range(networks)]
    exact = [
        t for each in stages for q in each.values() for name in q.values() for t in name.values()
    ]
    assert sight == total(map(sight_of, exact))


# ----- a bound that is made ten times as wide is reported as idle -----

CURVED = [name for name in activations.BACKWARD_BOUNDS if name not in ("identity", "relu")]


def ten_times_the_argument(function, position):
    """A function of a bound, called with one of its arguments ten times as large."""

    def weakened(*arguments):
        wider = [10 * each if i == position else each for i, each in enumerate(arguments)]
        return function(*wider)

    return weakened


def ten_times(function, part):
    """A function of a bound, one of whose results (or its only one) is ten times as large."""

    def weakened(*arguments):
        found = function(*arguments)
        if not isinstance(found, tuple):
            return 10 * found
        return tuple(10 * each if index == part else each for index, each in enumerate(found))

    return weakened


@pytest.fixture
def idle(monkeypatch):
    """Weaken something, and return the problems that are then found with a component.

    The caches of the exact stages are emptied, so that they are computed with what was weakened.
    """

    def clear_caches():
        network.bounds_of.cache_clear()
        network.exact_stages.cache_clear()
        descent.exact_stages.cache_clear()
        training.exact_stages.cache_clear()

    def problems(weaken, component):
        weaken(monkeypatch)
        clear_caches()
        return calibration.problems([], calibration.components([NUMPY], only=[component]))

    yield problems
    monkeypatch.undo()
    clear_caches()


@pytest.mark.sampled(8)
@pytest.mark.parametrize(
    ("table", "name", "part"),
    [
        *((activations.FORWARD_BOUNDS, name, 0) for name in activations.FORWARD_BOUNDS),
        *((activations.BACKWARD_BOUNDS, name, 1) for name in activations.BACKWARD_BOUNDS),
        *((losses.LOSS_BOUNDS, name, 1) for name in losses.LOSS_BOUNDS),
        *((losses.LOSS_BOUNDS, name, 3) for name in losses.LOSS_BOUNDS),
    ],
)
def test_a_bound_weakened_tenfold_is_idle_and_named(idle, table, name, part):
    found = idle(lambda patch: patch.setitem(table, name, ten_times(table[name], part)), name)
    assert any(f"of the bound of {name}: " in problem for problem in found)


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("table", "name", "argument"),
    [
        *((activations.FORWARD_BOUNDS, name, 2) for name in activations.FORWARD_BOUNDS),
        # A relu and the identity have no curvature, so that an error of z does not change a slope.
        *((activations.BACKWARD_BOUNDS, name, 2) for name in CURVED),
        *((activations.BACKWARD_BOUNDS, name, 4) for name in activations.BACKWARD_BOUNDS),
    ],
)
def test_an_error_passed_on_tenfold_by_an_activation_is_idle_and_named(idle, table, name, argument):
    component = f"handed {'back' if argument == 4 else 'on'} by {name}"
    tenfold = ten_times_the_argument(table[name], argument)
    found = idle(lambda patch: patch.setitem(table, name, tenfold), component)
    assert any(f"of the bound of {component}: " in problem for problem in found)


@pytest.mark.parametrize(
    ("name", "component"),
    [("product", "handed on by identity"), ("transposed", "handed back by identity")],
)
def test_an_error_passed_on_tenfold_by_a_layer_is_idle_and_named(idle, name, component):
    def wider(x, *rest, **plus):
        return getattr(inexact, name)(replace(x, error=10 * x.error), *rest, **plus)

    found = idle(lambda patch: patch.setattr(network_bounds, name, wider), component)
    assert any(f"of the bound of {component}: " in problem for problem in found)


def test_an_error_passed_on_tenfold_by_a_loss_is_idle_and_named(idle):
    loss = ten_times_the_argument(losses.LOSS_BOUNDS["half_squared_error"], 2)
    found = idle(
        lambda patch: patch.setitem(losses.LOSS_BOUNDS, "half_squared_error", loss),
        "handed on by identity",
    )
    assert any("of the bound of handed on by identity: loss" in problem for problem in found)


def test_training_counted_tenfold_is_idle_and_named(idle):
    passed = training.sharded_pass

    def wider(*arguments, **keywords):
        loss, found = passed(*arguments, **keywords)
        grads = [[replace(leaf, error=10 * leaf.error) for leaf in layer] for layer in found]
        return loss, grads

    found = idle(lambda patch: patch.setattr(training, "sharded_pass", wider), "training")
    assert any("of the bound of training: params" in problem for problem in found)


def test_a_rounding_counted_tenfold_is_idle_and_named(idle):
    rounded = inexact._rounded

    def weaken(patch):
        patch.setattr(inexact, "_rounded", lambda *arguments, **_: rounded(*arguments, units=10))

    assert any("of the bound of adam: " in problem for problem in idle(weaken, "adam"))


def test_a_sum_counted_tenfold_is_idle_and_named(idle):
    of_sum = Precision.inner  # of a product of matrices

    def weaken(patch):
        patch.setattr(Precision, "inner", lambda self, n, *rest: of_sum(self, 10 * n, *rest))

    assert any("of the bound of layer: " in problem for problem in idle(weaken, "layer"))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_one_dtype_counted_tenfold_is_idle_and_named(idle, dtype):
    of = Precision.of

    def coarse(cls, name, *rest):
        exact = of(name, *rest)
        return replace(exact, u=10 * exact.u) if name == dtype else exact

    found = idle(lambda patch: patch.setattr(Precision, "of", classmethod(coarse)), "sigmoid")
    assert [problem for problem in found if dtype in problem] == found != []


def test_a_bound_that_is_exceeded_is_named():
    use = calibration.Use("numpy", "case", "grads", 1.5)
    assert calibration.problems([use], {}) == ["numpy exceeds the bound of grads in case: 1.5"]
    assert calibration.problems([], {"x": replace(use, fraction=np.nan)}) != []


def test_the_floors_are_what_a_tenfold_weakening_cannot_reach():
    # No fraction exceeds 1. With a bound ten times as wide none exceeds 0.1.
    assert FLOOR > 0.1
    assert COMPONENT_FLOOR == 0.1


@pytest.mark.parametrize("name", ["adagrad", "rmsprop"])
def test_the_start_of_an_accumulator_is_rounded_to_the_dtype(name):
    """With gradients of 0 only the start and its decay are rounded; both are known exactly here."""
    own = {"decay": 0.9} if name == "rmsprop" else {}
    used = []
    # Just above a power of two, where the relative error of a rounding is largest.
    for start in map(float, np.random.default_rng(0).uniform(0.556, 0.6, 500)):
        how = {"initial_accumulator": start, "eps": 1e-3, **own}
        g = np.zeros(1, "float32")
        optimizer = NUMPY.optimizers.OPTIMIZERS[name](0.01, **how)
        _, state = optimizer.update(g, optimizer.init(g))
        exact = Fraction(start) * Fraction(own.get("decay", 1))
        (step,) = getattr(steps, name)([exactly(g, Precision.of("float32"))], [0.01], **how)
        moment = "second_moment" if name == "rmsprop" else "sum_of_squares"
        off = abs(Fraction(float(getattr(state, moment)[0])) - exact)
        used.append(off / Fraction(float(step.state[moment].error[0])))
    assert FLOOR < max(used) <= 1


def test_a_case_that_a_framework_does_not_support_is_not_counted():
    limits = Declarations((Limit("why", dtypes=("float32",)),))
    limited = replace(NUMPY, declared=limits)
    assert {drawn_network(number).dtype for number in range(4)} == {"float64", "float32"}
    found = calibration.study([limited, NUMPY], range(4))
    of_both = [use.case for use in found]
    assert sorted(of_both) == sorted(
        case.name
        for case in map(drawn_network, range(4))
        for _ in range(2 if case.dtype == "float64" else 1)
    )


def test_a_case_that_a_framework_cannot_finish_is_an_error():
    def broken(params, inputs, *, activations):
        raise ValueError("no")

    spoilt = replace(NUMPY, mlp=SimpleNamespace(forward=broken))
    with pytest.raises(ArithmeticError, match="drawn network 0, forward: ValueError: no"):
        calibration.study([spoilt], [0])
