"""Gradients by definition (finite differences) and by what every gradient must obey."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.cases import Case, cases
from crosscheck.contract import LOSSES

EPS = np.finfo("float64").eps
# Not the edges: relu has no slope at 0, and a difference of losses near 800 has no digits left.
FLOAT64 = [case for case in cases() if case.dtype == "float64" and not case.edges]


def convert(framework, case: Case):
    arrays = framework.params
    params = arrays.from_numpy(tuple(arrays.Layer(*layer) for layer in case.params()))
    return params, arrays.from_numpy(case.inputs()), arrays.from_numpy(case.targets())


def gradient(framework, case, params, inputs, targets):
    _, grads = framework.gradients.value_and_grad(
        params, inputs, targets, activations=case.activations, loss=case.loss
    )
    return [leaf for layer in framework.params.to_numpy(grads) for leaf in layer]


@pytest.mark.parametrize("case", FLOAT64, ids=lambda case: case.name)
def test_the_gradient_is_the_slope_of_the_loss(framework, case):
    params, inputs, targets = convert(framework, case)
    grads = gradient(framework, case, params, inputs, targets)
    rng = np.random.default_rng(7)
    direction = [rng.standard_normal(leaf.shape) for leaf in grads]

    def loss_at(step):
        arrays = framework.params
        moved = iter(
            leaf + step * along
            for leaf, along in zip([x for p in case.params() for x in p], direction, strict=True)
        )
        theta = tuple(arrays.Layer(next(moved), next(moved)) for _ in case.params())
        outputs = framework.mlp.forward(
            arrays.from_numpy(theta), inputs, activations=case.activations
        ).outputs
        return float(framework.losses.LOSSES[case.loss](outputs, targets))

    h = 1e-5
    slope = (loss_at(h) - loss_at(-h)) / (2 * h)
    expected = sum((g * along).sum() for g, along in zip(grads, direction, strict=True))
    # A central difference errs by h^2 / 6 of the third derivative (1e-11 of it, which is some
    # hundreds along a direction of length 7) and by eps / h (1e-11) of the loss.
    size = max(1.0, abs(loss_at(0.0)), abs(expected))
    assert abs(slope - expected) <= 1e-8 * size


def test_the_deltas_are_the_slopes_in_the_pre_activations(framework):
    # The bias of a layer moves the z of every sample by as much: dC/db = sum_i dC/dz_i.
    for case in (case for case in FLOAT64 if case.loss == "half_squared_error"):
        params, inputs, targets = convert(framework, case)
        kind = {"activations": case.activations, "loss": case.loss}
        errors = framework.gradients.deltas(params, inputs, targets, **kind)
        grads = gradient(framework, case, params, inputs, targets)
        for error, bias in zip(errors, grads[1::2], strict=True):
            delta = framework.params.to_numpy(error)
            difference = np.max(np.abs(delta.sum(axis=0) - bias))
            assert difference <= 64 * EPS * np.max(np.abs(delta).sum(axis=0))  # the interim rule


# Elementwise, so that a sample's gradient is a sum of products in which little cancels: the measure
# of `sums_agree` is only right for those. Softmax has its turn in the cases.
SMOOTH = ["sigmoid", "tanh", "softplus", "gelu", "identity"]
OF_ANY_OUTPUT = [loss for loss in LOSSES if loss != "binary_cross_entropy"]
SHAPES = [(3, 5, 4, 2), (2, 3), (1, 4, 2), (6, 1), (2, 2, 2, 2, 2)]
BATCHES = [6, 1, 2, 9]


@st.composite
def networks(draw, framework):
    """Sizes, batch, seed, hidden and output activation, loss."""
    # JAX compiles every operation once for each shape: one shape will do for it here.
    few = framework.name == "jax"
    return (
        draw(st.sampled_from(SHAPES[:1] if few else SHAPES)),
        draw(st.sampled_from(BATCHES[:1] if few else BATCHES)),
        draw(st.integers(0, 2**32 - 1)),
        draw(st.sampled_from(SMOOTH)),
        draw(st.sampled_from(SMOOTH)),
        draw(st.sampled_from(OF_ANY_OUTPUT)),
    )


def draw(network):
    """Arrays of a network that hypothesis chose, and the case that names its functions."""
    sizes, batch, seed, hidden, output, loss = network
    rng = np.random.default_rng(seed)
    activations = (hidden,) * (len(sizes) - 2) + (output,)
    layers = [
        (rng.standard_normal((above, below)), rng.standard_normal(above))
        for below, above in pairwise(sizes)
    ]
    inputs = rng.standard_normal((batch, sizes[0]))
    targets = rng.dirichlet(np.ones(sizes[-1]), batch)
    return Case("drawn", activations, loss, "float64", 0), layers, inputs, targets


def grads_of(framework, case, layers, inputs, targets):
    arrays = framework.params
    params = arrays.from_numpy(tuple(arrays.Layer(*layer) for layer in layers))
    return gradient(framework, case, params, arrays.from_numpy(inputs), arrays.from_numpy(targets))


def sums_agree(one, other, parts):
    """Two orders of adding up the same terms, `parts` of each: eps times their magnitudes.

    A part is itself some products deep, and the terms of its own sums may cancel; 256 units of
    the largest part cover that for these networks, six wide and three deep.
    """
    return all(
        np.max(np.abs(a - b)) <= 256 * EPS * max(np.max(np.abs(part)) for part in leaf_parts)
        for a, b, leaf_parts in zip(one, other, zip(*parts, strict=True), strict=True)
    )


@given(data=st.data())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_the_gradient_of_a_batch_is_the_average_over_its_samples(framework, data):
    case, layers, inputs, targets = draw(data.draw(networks(framework)))
    whole = grads_of(framework, case, layers, inputs, targets)
    single = [
        grads_of(framework, case, layers, inputs[i : i + 1], targets[i : i + 1])
        for i in range(len(inputs))
    ]
    average = [sum(leaves) / len(single) for leaves in zip(*single, strict=True)]
    assert [leaf.shape for leaf in whole] == [leaf.shape for layer in layers for leaf in layer]
    assert sums_agree(whole, average, single)


@given(data=st.data(), seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_the_order_of_the_batch_does_not_matter(framework, data, seed):
    case, layers, inputs, targets = draw(data.draw(networks(framework)))
    order = np.random.default_rng(seed).permutation(len(inputs))
    whole = grads_of(framework, case, layers, inputs, targets)
    shuffled = grads_of(framework, case, layers, inputs[order], targets[order])
    single = [
        grads_of(framework, case, layers, inputs[i : i + 1], targets[i : i + 1])
        for i in range(len(inputs))
    ]
    assert sums_agree(whole, shuffled, single)


@given(data=st.data())
@settings(max_examples=15, deadline=None, derandomize=True)
def test_the_gradient_of_a_squared_error_is_linear_in_the_targets(framework, data):
    sizes, batch, seed, hidden, output, _ = data.draw(networks(framework))
    case, layers, inputs, targets = draw((sizes, batch, seed, hidden, output, "squared_error"))
    others = targets[::-1] + 1
    low, high = (grads_of(framework, case, layers, inputs, y) for y in (targets, others))
    middle = grads_of(framework, case, layers, inputs, (targets + others) / 2)
    total = [a + b for a, b in zip(low, high, strict=True)]
    single = [
        grads_of(framework, case, layers, inputs[i : i + 1], y[i : i + 1])
        for i in range(len(inputs))
        for y in (targets, others)
    ]
    assert sums_agree([2 * leaf for leaf in middle], total, single)


def test_nothing_is_changed_that_the_caller_can_see(framework):
    case = FLOAT64[1]
    params, inputs, targets = convert(framework, case)
    to_numpy = framework.params.to_numpy
    before = to_numpy(params), to_numpy(inputs), to_numpy(targets)
    kind = {"activations": case.activations, "loss": case.loss}
    framework.gradients.value_and_grad(params, inputs, targets, **kind)
    framework.gradients.deltas(params, inputs, targets, **kind)
    after = to_numpy(params), to_numpy(inputs), to_numpy(targets)
    for a, b in zip(before[0], after[0], strict=True):
        assert np.array_equal(a.weight, b.weight)
        assert np.array_equal(a.bias, b.bias)
    assert np.array_equal(before[1], after[1])
    assert np.array_equal(before[2], after[2])
    assert not getattr(params[0].weight, "requires_grad", False)
