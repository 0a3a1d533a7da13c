"""Exact values: two routes that share no formula agree, in enclosures as narrow as promised."""

import numpy as np
import pytest
from flint import arb

from crosscheck.cases import cases
from crosscheck.exact.balls import (
    LAST_PRECISION,
    UndecidedError,
    enclose,
    from_floats,
    is_narrow,
    is_positive,
    to_float,
    working_precision,
)
from crosscheck.exact.network import KinkError, Layer, forward_and_backward
from crosscheck.exact.series import loss_along, unit

# Not the edges: relu has no slope at 0, and 1 - sigmoid(800) needs more bits than these.
FLOAT64 = [case for case in cases() if case.dtype == "float64" and not case.edges]
# 2^-200 of a number is narrower than any float could ask for, and far wider than 256 bits give.
NARROW = arb(2) ** -200


def exact_arguments(case):
    params = [Layer(from_floats(weight), from_floats(bias)) for weight, bias in case.params()]
    return params, from_floats(case.inputs()), from_floats(case.targets())


@pytest.mark.parametrize("case", FLOAT64, ids=lambda case: case.name)
def test_both_routes_give_the_same_gradient_to_the_width_of_their_enclosures(case):
    with working_precision():
        params, inputs, targets = exact_arguments(case)
        kind = (case.activations, case.loss)
        reverse = forward_and_backward(params, inputs, targets, *kind)
        for layer, grads in enumerate(reverse.grads):
            for field, leaf in zip(grads._fields, grads, strict=True):
                for index in np.ndindex(leaf.shape):
                    direction = unit(params, layer, field, index)
                    value, slope = loss_along(params, direction, inputs, targets, *kind)
                    assert value.overlaps(reverse.loss)
                    assert slope.overlaps(leaf[index]), (layer, field, index)
                    assert slope.rad() < NARROW
                    assert leaf[index].rad() < NARROW


def test_a_kink_is_reported_and_not_guessed():
    layer = Layer(from_floats([[1.0], [2.0]]), from_floats([0.0, -1.0]))
    inputs, targets = from_floats([[0.0], [0.5]]), from_floats(np.ones((2, 2)))
    reverse = forward_and_backward([layer], inputs, targets, ("relu",), "squared_error")
    assert reverse.kinks == ((0, 0, 0), (0, 1, 1))
    with pytest.raises(KinkError, match="exactly at 0"):
        loss_along([layer], [layer], inputs, targets, ("relu",), "squared_error")


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


def test_no_kink_is_reported_where_there_is_none():
    layer = Layer(from_floats([[1.0]]), from_floats([1.0]))
    one = from_floats([[1.0]])
    assert forward_and_backward([layer], one, one, ("relu",), "squared_error").kinks == ()


def test_precision_is_raised_until_the_enclosure_is_narrow():
    used = []

    def cancel():  # (1 + 2^-500) - 1 needs 500 bits to have any digit at all
        from flint import ctx

        used.append(ctx.prec)
        return (arb(1) + arb(2) ** -500) - 1 + arb(2) ** -600

    assert is_narrow(enclose(cancel))
    assert used == [128, 256, 512]


def test_what_stays_wide_is_returned_as_wide_as_it_is():
    ball = enclose(lambda: arb(1, 0.25))
    assert not is_narrow(ball)
    assert ball.contains(arb("1.2"))


def test_what_stays_undecided_is_let_through():
    used = []

    def touch_zero():
        from flint import ctx

        used.append(ctx.prec)
        return is_positive(arb(0, 1))

    with pytest.raises(UndecidedError):
        enclose(touch_zero)
    assert used[-1] == LAST_PRECISION


@pytest.mark.parametrize(
    ("ball", "narrow"),
    [
        (arb(1, 1e-20), True),
        (arb(1, 1e-18), False),
        (arb(0, 1e-312), True),
        (arb(0, 1e-310), False),
        (arb(float("nan")), False),
    ],
)
def test_narrow_is_a_thousandth_of_an_ulp_or_of_the_smallest_normal_number(ball, narrow):
    assert is_narrow(ball) == narrow
