"""Two methods that share no formula give the same exact values, in balls as narrow as promised."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from flint import arb, ctx

from crosscheck.frameworks.contract import LOSSES
from crosscheck.frameworks.hyperparameters import convert, split_decay
from crosscheck.numerics import tensors
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.exact.balls import (
    LAST_PRECISION,
    UndecidedError,
    balls_of,
    enclose,
    from_floats,
    is_narrow,
    is_positive,
    to_decimal,
    to_float,
    working_precision,
)
from crosscheck.numerics.exact.network import KinkError, forward_and_backward
from crosscheck.numerics.exact.optimizers import EXACT_RULES, decayed
from crosscheck.numerics.exact.series import loss_along, unit_direction
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases import descent, network, weighted
from crosscheck.verification.cases.drawn import drawn_history
from crosscheck.verification.cases.hyperparameters import OF_THE_TREE, OPTIMIZER_CASES

# Not the edges: relu has no slope at 0, and 1 - sigmoid(800) needs more bits than these.
FLOAT64 = [
    case
    for case in (*network.generated(), *weighted.generated())
    if case.dtype == "float64" and (case.weights is None or case.loss in LOSSES[2:4])
]
# 2^-200 of a number is narrower than any float could ask for, and far wider than 256 bits give.
NARROW = arb(2) ** -200


def exact_arguments(case):
    params = [Layer(*map(from_floats, layer)) for layer in case.params]
    return params, from_floats(case.inputs), from_floats(case.targets)


# ----- the gradient: reverse, and forward by power series -----


@pytest.mark.parametrize("case", FLOAT64, ids=lambda case: case.name)
def test_both_methods_give_the_same_gradient_to_the_width_of_their_enclosures(case):
    with working_precision():
        params, inputs, targets = exact_arguments(case)
        weights = None if case.weights is None else from_floats(case.weights)
        kind = (case.activations, case.loss, weights, case.normalizer)
        reverse = forward_and_backward(params, inputs, targets, *kind)
        for layer, grads in enumerate(reverse.grads):
            for field, leaf in zip(grads._fields, grads, strict=True):
                for index in np.ndindex(leaf.shape):
                    direction = unit_direction(params, layer, field, index)
                    value, slope = loss_along(params, direction, inputs, targets, *kind)
                    assert value.overlaps(reverse.loss)
                    assert slope.overlaps(leaf[index]), (layer, field, index)
                    assert slope.rad() < NARROW
                    assert leaf[index].rad() < NARROW


def test_both_methods_agree_on_the_digit_recogniser_of_document_001():
    # 784-16-16-10 and a batch of 4: all 13,002 derivatives backwards, a seeded sample forwards.
    rng = np.random.default_rng(1)
    sizes = (784, 16, 16, 10)
    params = [
        Layer(
            from_floats(rng.standard_normal((above, below)) / np.sqrt(below)),
            from_floats(rng.standard_normal(above)),
        )
        for below, above in pairwise(sizes)
    ]
    inputs = from_floats(rng.random((4, 784)))
    targets = from_floats(np.eye(10)[rng.integers(0, 10, 4)])
    kind = (("sigmoid",) * 3, "half_squared_error")
    reverse = enclose(lambda: forward_and_backward(params, inputs, targets, *kind))
    assert sum(np.size(leaf) for layer in reverse.grads for leaf in layer) == 13002
    assert all(map(is_narrow, balls_of(reverse)))
    for layer in range(3):
        for _ in range(10):
            index = tuple(int(rng.integers(0, size)) for size in params[layer].weight.shape)
            direction = unit_direction(params, layer, "weight", index)
            with working_precision():
                value, slope = loss_along(params, direction, inputs, targets, *kind)
            assert value.overlaps(reverse.loss)
            assert slope.overlaps(reverse.grads[layer].weight[index])


# ----- the optimizers: sums over the whole history, and step by step -----


# The rules of one array; what clips, or spares the biases, looks at the whole tree before them.
RULES = [label for label in OPTIMIZER_CASES if label not in OF_THE_TREE]


@pytest.mark.parametrize("label", RULES)
def test_both_methods_give_the_same_steps_to_the_width_of_their_enclosures(label):
    case = drawn_history(0, label)
    with working_precision():
        balls, decay = (convert(each, from_floats) for each in split_decay(case.keywords))
        grads = [from_floats(grad) for grad in case.grads]
        rates = [from_floats(rate) for rate in case.rates]
        whole, one_by_one = (
            partial(EXACT_RULES[case.optimizer], **balls),
            partial(stepwise.STEPWISE_RULES[case.optimizer], rates=rates, **balls),
        )
        if decay:
            points = [from_floats(point) for point in case.points]
            history = decayed(whole, grads, rates, points, **decay)
            steps = list(stepwise.decayed(one_by_one, grads, rates, points, **decay))
        else:
            history, steps = whole(grads, rates), list(one_by_one(grads))
        assert steps[0].state.keys() == history.states.keys()
        assert steps[0].numbers.keys() == history.numbers.keys()
        for t, step in enumerate(steps):
            pairs = [(step.update, history.updates[t])]
            pairs += [(step.state[key], history.states[key][t]) for key in history.states]
            pairs += [([step.numbers[key]], [history.numbers[key][t]]) for key in history.numbers]
            for one, other in pairs:
                for a, b in zip(one, other, strict=True):
                    assert a.overlaps(b)
                    assert a.rad() < NARROW * 2**40  # of numbers up to 1e8
                    assert b.rad() < NARROW * 2**40


# ----- kinks -----


def test_a_kink_is_reported_and_not_guessed():
    layer = Layer(from_floats([[1.0], [2.0]]), from_floats([0.0, -1.0]))
    inputs, targets = from_floats([[0.0], [0.5]]), from_floats(np.ones((2, 2)))
    reverse = forward_and_backward([layer], inputs, targets, ("relu",), "squared_error")
    assert reverse.kinks == ((0, 0, 0), (0, 1, 1))
    with pytest.raises(KinkError, match="exactly at 0"):
        loss_along([layer], [layer], inputs, targets, ("relu",), "squared_error")


def test_no_kink_is_reported_where_there_is_none():
    layer = Layer(from_floats([[1.0]]), from_floats([1.0]))
    one = from_floats([[1.0]])
    assert forward_and_backward([layer], one, one, ("relu",), "squared_error").kinks == ()


# ----- enclosures -----


def test_a_loss_that_is_exactly_zero_is_enclosed():
    # One output of a softmax is 1, so with the target 1 the difference is a ball around 0.
    layer = Layer(from_floats([[1.0, 2.0]]), from_floats([3.0]))
    one = from_floats([[1.0]])
    found = forward_and_backward(
        [layer], from_floats([[1.0, 0.5]]), one, ("softmax",), "squared_error"
    )
    assert found.loss.contains(0)
    assert found.loss.is_finite()


@pytest.mark.parametrize("text", ["nan", "inf"])
def test_what_is_no_finite_number_never_becomes_a_float(text):
    with pytest.raises(UndecidedError, match="is no finite number"):
        to_float(arb(text))


def test_precision_is_raised_until_the_enclosure_is_narrow():
    used = []

    def cancel():  # (1 + 2^-500) - 1 needs 500 bits to have any digit at all
        used.append(ctx.prec)
        return (arb(1) + arb(2) ** -500) - 1 + arb(2) ** -600

    assert is_narrow(enclose(cancel))
    assert used == [128, 256, 512]


def test_what_stays_wide_is_returned_as_wide_as_it_is_and_keeps_its_radius():
    ball = enclose(lambda: arb(1, 0.25))
    assert not is_narrow(ball)
    assert ball.contains(arb("1.2"))
    (tensor,) = tensors.bounded(ball, descent.exactly(0.0, descent.DOUBLE)).values()
    assert (tensor.value, tensor.radius) == (1.0, pytest.approx(0.25))


def test_what_stays_undecided_is_let_through():
    used = []

    def touch_zero():
        used.append(ctx.prec)
        return is_positive(arb(0, 1))

    with pytest.raises(UndecidedError):
        enclose(touch_zero)
    assert used[-1] == LAST_PRECISION


@pytest.mark.parametrize(
    ("ball", "narrow"),
    [
        (arb(1, 1e-20), True),
        (arb(1, 1.10e-19), True),
        (arb(1, 1.12e-19), False),
        (arb(1, 1e-18), False),
        (arb(0, 1e-312), True),
        (arb(0, 1e-310), False),
        (arb(float("nan")), False),
        (arb(float("inf")), False),
    ],
)
def test_narrow_is_a_thousandth_of_an_ulp_or_of_the_smallest_normal_number(ball, narrow):
    assert is_narrow(ball) == narrow


@pytest.mark.parametrize("number", [arb(10) ** 300, -(arb(10) ** 300)])
def test_a_number_that_nobody_prints_is_refused(number):
    """flint would end the process over it."""
    with pytest.raises(UndecidedError, match="too large or too small to be printed"):
        to_decimal(number.exp())


def test_a_number_is_printed_to_the_digits_asked_for():
    assert to_decimal(arb(1) / 3, 5) == "0.33333"
    assert to_decimal(arb(0)) == "0"
    assert to_decimal(arb(10) ** 30 + 1, 5) == "1.0000E+30"
