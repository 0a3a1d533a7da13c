"""The derived bounds: never exceeded by an honest implementation, never idle, and sharp."""

from itertools import pairwise

import numpy as np
import pytest

from crosscheck.bounds import bound_pass
from crosscheck.contract import ACTIVATIONS, LOSSES
from crosscheck.exact.balls import enclose, from_floats, to_float
from crosscheck.exact.network import Layer, forward_and_backward
from crosscheck.frameworks import NotInstalled, load

NETWORKS = 300


def network(number):
    """A random network: 1 to 4 layers of 1 to 8 units, scales from 1e-2 to 1e2."""
    rng = np.random.default_rng([2, number])
    dtype = ("float64", "float32")[number % 2]
    sizes = rng.integers(1, 9, rng.integers(2, 6)).tolist()
    scale = 10 ** rng.uniform(-2, 2)
    activations = [str(rng.choice(ACTIVATIONS)) for _ in sizes[1:]]
    loss = str(rng.choice(LOSSES))
    if loss == "binary_cross_entropy":
        activations[-1] = str(rng.choice(["sigmoid", "softmax"]))
        if sizes[-1] == 1:  # a softmax of one output is 1, where this loss may be infinite
            activations[-1] = "sigmoid"
    params = [
        (
            (rng.standard_normal((above, below)) * scale / np.sqrt(below)).astype(dtype),
            (rng.standard_normal(above) * scale).astype(dtype),
        )
        for below, above in pairwise(sizes)
    ]
    batch = int(rng.integers(1, 6))
    inputs = rng.standard_normal((batch, sizes[0])).astype(dtype)
    targets = rng.dirichlet(np.ones(sizes[-1]), batch).astype(dtype)
    return params, inputs, targets, activations, loss, dtype


def flat(quantities):
    """Every number of a pass in one array."""
    zs, activations, value, deltas, grads = quantities
    leaves = [*zs, *activations, np.atleast_1d(value), *deltas, *(x for g in grads for x in g)]
    return np.concatenate([np.ravel(np.asarray(leaf, dtype=object)) for leaf in leaves])


def exact_and_bound(number):
    params, inputs, targets, activations, loss, dtype = network(number)
    computed = enclose(
        lambda: forward_and_backward(
            [Layer(from_floats(weight), from_floats(bias)) for weight, bias in params],
            from_floats(inputs),
            from_floats(targets),
            activations,
            loss,
        )
    )
    layers = [(weight.astype("float64"), bias.astype("float64")) for weight, bias in params]
    arrays = inputs.astype("float64"), targets.astype("float64")
    # Far from its target a float32 probability rounds to 0 or 1, and nothing is promised any more.
    with np.errstate(all="ignore"):
        bounds = bound_pass(layers, *arrays, activations, loss, dtype)
    exact = np.array([to_float(ball) for ball in flat(computed[:5])])
    limits = flat(
        (bounds.pre_activations, bounds.activations, bounds.loss, bounds.deltas, bounds.grads)
    )
    return exact, limits.astype("float64")


def computed_by(framework, number):
    params, inputs, targets, activations, loss, _ = network(number)
    arrays = framework.params
    params = arrays.from_numpy(tuple(arrays.Layer(*layer) for layer in params))
    inputs, targets = arrays.from_numpy(inputs), arrays.from_numpy(targets)
    kind = {"activations": activations, "loss": loss}
    with np.errstate(all="ignore"):
        trace = framework.mlp.forward(params, inputs, activations=activations)
        value, grads = framework.gradients.value_and_grad(params, inputs, targets, **kind)
        deltas = framework.gradients.deltas(params, inputs, targets, **kind)
    to_numpy = arrays.to_numpy
    found = (
        [to_numpy(z) for z in trace.pre_activations],
        [to_numpy(a) for a in trace.activations],
        float(value),
        [to_numpy(delta) for delta in deltas],
        to_numpy(grads),
    )
    return flat(found).astype("float64")


def fractions(computed, exact, limits):
    """Error over bound, where a bound is promised; the rounding of `exact` itself is allowed."""
    promised = np.isfinite(limits)
    # A NaN where a number is promised is as wrong as can be.
    error = np.nan_to_num(np.abs(computed[promised] - exact[promised]), nan=np.inf)
    room = limits[promised] + np.finfo("float64").eps / 2 * np.abs(exact[promised])
    return np.divide(error, room, out=np.zeros_like(error), where=error > 0)


# JAX would compile every one of these shapes; it has its turn in the cases.
@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_an_honest_implementation_stays_within_the_bound_and_uses_it(name):
    framework = load(name, f"reference_{name}")
    if isinstance(framework, NotInstalled):
        pytest.skip(f"{name} is not installed: {framework.reason}")
    worst = [
        float(fractions(computed_by(framework, number), *exact_and_bound(number)).max())
        for number in range(NETWORKS)
    ]
    assert max(worst) <= 1, f"network {int(np.argmax(worst))} exceeds its bound"
    assert max(worst) >= 0.2


def test_most_of_the_networks_are_promised_a_bound():
    promised = [bool(np.all(np.isfinite(exact_and_bound(number)[1]))) for number in range(100)]
    assert sum(promised) >= 80


def test_a_nan_is_caught():
    exact, limits = exact_and_bound(0)
    computed = computed_by(load("numpy", "reference_numpy"), 0)
    computed[0] = np.nan
    assert fractions(computed, exact, limits).max() == np.inf


def test_one_entry_changed_by_a_trillionth_is_caught():
    numpy = load("numpy", "reference_numpy")
    for number in (0, 2, 4):
        exact, limits = exact_and_bound(number)
        computed = computed_by(numpy, number)
        largest = int(np.argmax(np.abs(exact)))
        computed[largest] *= 1 + 1e-12
        assert fractions(computed, exact, limits).max() > 1
