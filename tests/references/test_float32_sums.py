"""What a framework declares to add up in float32 is rounded once: measured, sum by sum.

The sums are those of a network whose other operations are exact here. What is measured is how far
each of them is off, divided by what a sum in float32 that is rounded once may be off.
"""

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.numerics.bounds.precision import FLOAT32_ADDITION, PRODUCTS, SUMS, Precision
from crosscheck.numerics.trees import Layer, to_framework

# The bits of a number of each dtype.
BITS = {"bfloat16": 8, "float16": 11}
# (batch, inputs, units): many terms and few, one sample, one unit, and what no block divides.
# JAX compiles every operation for each shape: it gets the first.
SHAPES = ((64, 300, 7), (16, 3, 5), (1, 500, 1), (512, 37, 33))
# The batch is a power of two, by which the mean divides exactly.
NETWORK = {"activations": ("identity", "identity"), "loss": "half_squared_error"}


def numbers(rng, shape, dtype, share=1):
    """Numbers from 1/2 to 1 with all bits of the dtype or a share of them; most are positive."""
    bits = BITS[dtype] // share
    drawn = rng.integers(2 ** (bits - 1), 2**bits, shape) / 2**bits
    return (drawn * rng.choice([1, 1, 1, -1], shape)).astype(dtype)


def sums_of(framework, dtype, shape, seed=0):
    """Of each sum its kind, what is computed, its exact value, its terms and their magnitudes."""
    batch, inputs, units = shape
    rng = np.random.default_rng(seed)
    module = framework.params
    x, hidden = numbers(rng, (batch, inputs), dtype), numbers(rng, (units, inputs), dtype)
    # The last layer is 0, so that the error of a sample is its target: -y / B.
    zeros = np.zeros((units, units), dtype), np.zeros(units, dtype)
    y = numbers(rng, (batch, units), dtype)
    params = to_framework(module, (Layer(hidden, np.zeros(units, dtype)), Layer(*zeros)))
    given = module.from_numpy(x), module.from_numpy(y)
    trace = framework.mlp.forward(params, given[0], activations=NETWORK["activations"])
    _, grads = framework.gradients.value_and_grad(params, *given, **NETWORK)
    back = numbers(rng, (units, units), dtype), zeros[1]
    through = to_framework(module, (Layer(np.zeros_like(hidden), zeros[1]), Layer(*back)))
    deltas = framework.gradients.deltas(through, *given, **NETWORK)
    halves = numbers(rng, (batch, units), dtype, share=2)  # whose squares are of the dtype
    loss = framework.losses.LOSSES[NETWORK["loss"]](
        *map(module.from_numpy, (np.zeros_like(y), halves))
    )

    def computed(array):
        return module.to_numpy(array).astype("float64")

    x, hidden, y, back, squares = (
        each.astype("float64") for each in (x, hidden, y, back[0], halves**2)
    )
    z = computed(trace.pre_activations[0])  # which the gradient of the last layer is made of
    found = [
        (PRODUCTS, "z", z, x, hidden.T),
        (PRODUCTS, "the error of a layer below", computed(deltas[0]), -y / batch, back),
        (PRODUCTS, "the gradient of a weight", computed(grads[1][0]), (-y / batch).T, z),
        (SUMS, "the gradient of a bias", computed(grads[1][1]), np.ones(batch), -y / batch),
    ]
    mean = 2 * batch * computed(loss)
    found += [(SUMS, "the mean of a loss", mean, np.ones(y.size), squares.ravel())]
    return [
        (kind, name, got, one @ other, len(other), abs(one) @ abs(other))
        for kind, name, got, one, other in found
    ]


def worst(framework, dtype, shapes=SHAPES):
    """By kind and name: the largest error, divided by what a sum that is rounded once may lose."""
    p, found = Precision.of(dtype), {}
    for shape in shapes:
        for kind, name, got, exact, terms, size in sums_of(framework, dtype, shape):
            own = terms * FLOAT32_ADDITION * size
            allowed = own + p.u * (abs(exact) + own) + p.tiny
            fraction = float(np.max(abs(got - exact) / allowed))
            found[kind, name] = max(fraction, found.get((kind, name), 0.0))
    return found


@pytest.mark.parametrize("dtype", BITS)
def test_what_is_declared_to_be_added_up_in_float32_is_rounded_once(framework, dtype):
    kinds = framework.declared.float32_sums.get(dtype, ())
    if not kinds:
        pytest.skip(f"{framework.name} declares no sums in float32 for {dtype}")
    found = worst(framework, dtype, SHAPES[:1] if framework.name == "jax" else SHAPES)
    assert {kind for kind, _ in found} == {PRODUCTS, SUMS}
    exceeded = {key: each for key, each in found.items() if key[0] in kinds and each > 1}
    assert exceeded == {}


def test_numpys_sums_in_float16_are_not_and_are_not_declared():
    numpy = load("numpy", "reference_numpy")
    assert SUMS not in numpy.declared.float32_sums["float16"]
    assert worst(numpy, "float16")[SUMS, "the gradient of a bias"] > 2
