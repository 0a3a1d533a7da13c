"""No honest implementation exceeds a derived bound, or uses next to nothing of it."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.frameworks.registry import Framework, load
from crosscheck.numerics import tensors
from crosscheck.numerics.blindness import sight_of, total
from crosscheck.numerics.bounds import activations, inexact, losses
from crosscheck.numerics.bounds import network as network_bounds
from crosscheck.numerics.bounds import optimizers as steps
from crosscheck.numerics.bounds.inexact import exactly
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.exact.balls import UndecidedError
from crosscheck.verification import calibration
from crosscheck.verification.calibration import COMPONENT_FLOOR, FLOOR
from crosscheck.verification.cases import descent, network, training
from crosscheck.verification.cases.drawn import drawn_network
from crosscheck.verification.cases.probes import probes
from crosscheck.verification.judging import against_exact, attempt

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


def test_every_component_uses_its_bound():
    # NumPy alone uses every bound, and no framework exceeds one.
    for framework in installed():
        found = calibration.problems([], calibration.components([framework]))
        assert [p for p in found if framework is NUMPY or "exceeds" in p] == []


@pytest.mark.parametrize("networks", [1, 37])
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
    passed = training.inexact_pass

    def wider(*arguments, **keywords):
        found = passed(*arguments, **keywords)
        grads = [[replace(leaf, error=10 * leaf.error) for leaf in layer] for layer in found.grads]
        return replace(found, grads=grads)

    found = idle(lambda patch: patch.setattr(training, "inexact_pass", wider), "training")
    assert any("of the bound of training: params" in problem for problem in found)


def test_a_rounding_counted_tenfold_is_idle_and_named(idle):
    rounded = inexact._rounded

    def weaken(patch):
        patch.setattr(inexact, "_rounded", lambda *arguments, **_: rounded(*arguments, units=10))

    assert any("of the bound of adam: " in problem for problem in idle(weaken, "adam"))


def test_a_sum_counted_tenfold_is_idle_and_named(idle):
    of_sum = Precision.sum

    def weaken(patch):
        patch.setattr(Precision, "sum", lambda self, n: of_sum(self, 10 * n))

    assert any("of the bound of layer: " in problem for problem in idle(weaken, "layer"))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_one_dtype_counted_tenfold_is_idle_and_named(idle, dtype):
    def coarse(cls, name):
        limits = np.finfo(name)
        u = float(limits.eps) / 2 * (10 if name == dtype else 1)
        return cls(name, u, float(limits.smallest_normal), float(limits.max))

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


# ----- sharpness -----


def spoiled(number, change):
    """The comparisons of a drawn network whose computed loss was changed."""
    case = drawn_network(number, widest=8)
    computed = attempt(case, NUMPY)
    loss = computed.stages["forward"]["loss"][""].value
    computed.stages["forward"]["loss"] = {"": tensors.Tensor(np.array(change(loss), case.dtype))}
    return against_exact(case, computed)


def test_a_nan_is_caught():
    assert spoiled(0, lambda loss: np.nan)[-1].fraction_of_bound == np.inf


def test_one_entry_changed_by_a_hundred_billionth_is_caught():
    for number in (0, 2, 4):
        assert not all(c.holds for c in spoiled(number, lambda loss: loss * (1 + 1e-11)))
        assert all(c.holds for c in spoiled(number, lambda loss: loss))


def test_most_of_the_networks_have_a_finite_bound():
    bounded = 0
    for number in range(100):
        stages = drawn_network(number).exactly()
        bounds = [t.bound for q in stages["gradients"].values() for t in q.values()]
        bounded += all(np.all(np.isfinite(bound)) for bound in bounds if bound is not None)
    assert bounded >= 85


def test_a_ball_may_be_no_number_only_where_the_bound_is_infinite():
    from flint import arb

    without_error = exactly(0.0, DOUBLE)
    with pytest.raises(UndecidedError, match="is no finite number"):
        tensors.bounded(arb("nan"), without_error)
    found = tensors.bounded(arb("nan"), inexact.Inexact(0.0, np.inf, DOUBLE))
    assert found[""].radius == np.inf


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
