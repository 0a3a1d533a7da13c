"""What every gradient must obey, within the bounds of the computations that are compared."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.numerics.bounds.precision import DOUBLE
from crosscheck.verification.cases import network
from crosscheck.verification.cases.network import PROBABILITIES, NetworkCase

FLOAT64 = [case for case in network.generated() if case.dtype == "float64"]


def convert(framework, case):
    arrays = framework.params
    params = arrays.from_numpy(tuple(arrays.Layer(*layer) for layer in case.params))
    return params, arrays.from_numpy(case.inputs), arrays.from_numpy(case.targets)


def gradient(framework, case):
    """Every leaf of the gradient with its bound: how far it may be from the exact one."""
    params, inputs, targets = convert(framework, case)
    _, grads = framework.gradients.value_and_grad(
        params, inputs, targets, activations=case.activations, loss=case.loss
    )
    leaves = [leaf for layer in framework.params.to_numpy(grads) for leaf in layer]
    exact = case.exactly()["gradients"]["grads"].values()
    return [(leaf, tensor.bound) for leaf, tensor in zip(leaves, exact, strict=True)]


def agree(one, other):
    """Whether two lists of leaves with bounds can be the same exact numbers."""
    return all(
        np.all(np.abs(a - b) <= bound_a + bound_b)
        for (a, bound_a), (b, bound_b) in zip(one, other, strict=True)
    )


def summed(gradients, factor=1.0):
    """The sum of several gradients times a factor, with its bound."""
    total = []
    for leaves in zip(*gradients, strict=True):
        value = factor * sum(leaf for leaf, _ in leaves)
        size = factor * sum(np.abs(leaf) for leaf, _ in leaves)
        rounding = DOUBLE.sum(len(leaves) + 1) * size
        total.append((value, factor * sum(bound for _, bound in leaves) + rounding))
    return total


def test_the_gradient_of_a_bias_is_the_sum_of_the_deltas(framework):
    # The bias of a layer moves the z of every sample by as much: dC/db = sum_i dC/dz_i.
    cases = [case for case in FLOAT64 if case.loss == "half_squared_error"]
    # JAX compiles every case anew: the first will do for it here.
    for case in cases[:1] if framework.name == "jax" else cases:
        params, inputs, targets = convert(framework, case)
        kind = {"activations": case.activations, "loss": case.loss}
        errors = framework.gradients.deltas(params, inputs, targets, **kind)
        bounds = [tensor.bound for tensor in case.exactly()["deltas"]["deltas"].values()]
        for error, bound, bias in zip(errors, bounds, gradient(framework, case)[1::2], strict=True):
            delta = framework.params.to_numpy(error)
            rows = [[(row, limit)] for row, limit in zip(delta, bound, strict=True)]
            assert agree(summed(rows), [bias])


SHAPES = [(3, 5, 4, 2), (2, 3), (1, 4, 2), (6, 1), (2, 2, 2, 2, 2)]
BATCHES = [6, 1, 2, 9]


@st.composite
def networks(draw, framework):
    """A network of any shape, activations and loss."""
    # JAX compiles every operation once for each shape: one shape and one name will do for it here.
    few = framework.name == "jax"
    names = ("tanh",) if few else ACTIVATIONS
    sizes = draw(st.sampled_from(SHAPES[:1] if few else SHAPES))
    batch = draw(st.sampled_from(BATCHES[:1] if few else BATCHES))
    loss = draw(st.sampled_from(LOSSES[:1] if few else LOSSES))
    outputs = PROBABILITIES if loss == "binary_cross_entropy" else names
    if loss == "binary_cross_entropy" and sizes[-1] == 1:
        outputs = PROBABILITIES[:1]  # a softmax of one output is 1, where this loss may be infinite
    hidden = [draw(st.sampled_from(names)) for _ in sizes[1:-1]]
    activations = (*hidden, draw(st.sampled_from(outputs)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    params = tuple(
        (rng.standard_normal((above, below)), rng.standard_normal(above))
        for below, above in pairwise(sizes)
    )
    inputs = rng.standard_normal((batch, sizes[0]))
    targets = rng.dirichlet(np.ones(sizes[-1]), batch)
    return NetworkCase("hypothesis", "drawn", params, inputs, targets, activations, loss)


def with_data(case, inputs, targets, loss=None):
    kind = (case.activations, loss or case.loss)
    return NetworkCase(case.group, case.name, case.params, inputs, targets, *kind)


@given(data=st.data())
@settings(max_examples=8, deadline=None, derandomize=True)
def test_the_gradient_of_a_batch_is_the_average_over_its_samples(framework, data):
    case = data.draw(networks(framework))
    batch = len(case.inputs)
    whole = gradient(framework, case)
    single = [
        gradient(framework, with_data(case, case.inputs[i : i + 1], case.targets[i : i + 1]))
        for i in range(batch)
    ]
    assert [leaf.shape for leaf, _ in whole] == [
        leaf.shape for each in case.params for leaf in each
    ]
    assert agree(whole, summed(single, 1 / batch))


@given(data=st.data(), seed=st.integers(0, 1000))
@settings(max_examples=5, deadline=None, derandomize=True)
def test_the_order_of_the_batch_does_not_matter(framework, data, seed):
    case = data.draw(networks(framework))
    order = np.random.default_rng(seed).permutation(len(case.inputs))
    shuffled = with_data(case, case.inputs[order], case.targets[order])
    assert agree(gradient(framework, case), gradient(framework, shuffled))


@given(data=st.data())
@settings(max_examples=5, deadline=None, derandomize=True)
def test_the_gradient_of_a_squared_error_is_linear_in_the_targets(framework, data):
    drawn = data.draw(networks(framework))
    # Sixteenths, so that the mean of two targets is no rounding of it.
    one = np.round(drawn.targets * 16) / 16
    other = one[::-1] + 1
    low, high, middle = (
        gradient(framework, with_data(drawn, drawn.inputs, targets, "squared_error"))
        for targets in (one, other, (one + other) / 2)
    )
    assert agree(middle, summed([low, high], 0.5))


def test_nothing_asks_for_a_gradient_afterwards(framework):
    case = FLOAT64[1]
    params, inputs, targets = convert(framework, case)
    kind = {"activations": case.activations, "loss": case.loss}
    value, grads = framework.gradients.value_and_grad(params, inputs, targets, **kind)
    errors = framework.gradients.deltas(params, inputs, targets, **kind)
    leaves = [leaf for tree in (params, grads) for layer in tree for leaf in layer]
    for array in (inputs, targets, value, *errors, *leaves):
        assert not getattr(array, "requires_grad", False)
