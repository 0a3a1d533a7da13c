"""The arithmetic that computes bounds, and the values that it computes beside them."""

from itertools import product as product_of

import numpy as np
import pytest

from crosscheck.numerics import trees
from crosscheck.numerics.bounds import activations, inexact
from crosscheck.numerics.bounds.functions import softmax
from crosscheck.numerics.bounds.inexact import (
    DOUBLE,
    Inexact,
    Precision,
    exactly,
    maximum,
    power,
    product,
)
from crosscheck.verification.cases import edges, network

U = np.finfo("float32").eps / 2
SINGLE = Precision.of("float32")


def test_every_operation_of_the_arithmetic_bounds_what_float32_does():
    rng = np.random.default_rng(8)
    x, y = (rng.standard_normal(1000).astype("float32") for _ in range(2))
    a, b = exactly(x, SINGLE), exactly(y, SINGLE)
    x64, y64 = x.astype("float64"), y.astype("float64")
    computed = {
        "+": (x + y, a + b, x64 + y64),
        "-": (x - y, a - b, x64 - y64),
        "*": (x * y, a * b, x64 * y64),
        "/": (x / y, a / b, x64 / y64),
        "**": (x**3, a**3, x64**3),
        "sqrt": (np.sqrt(np.abs(x)), exactly(np.abs(x), SINGLE).sqrt(), np.sqrt(np.abs(x64))),
        "times a Python float": (x * np.float32(0.1), a * 0.1, x64 * 0.1),
        "from a whole number": (1 - x, 1 - a, 1 - x64),
        "a number over it": (np.float32(2) / x, 2 / a, 2 / x64),
        "size": (np.abs(x + y), abs(a + b), np.abs(x64 + y64)),
        "the larger": (
            np.maximum(x + y, x - y),
            maximum(a + b, a - b),
            np.maximum(x64 + y64, x64 - y64),
        ),
        "power": (np.float32(0.75) ** (x + y), power(0.75, a + b), 0.75 ** (x64 + y64)),
        "two in a row": ((x + y) * (x - y), (a + b) * (a - b), (x64 + y64) * (x64 - y64)),
        "normalised": (
            x / np.sqrt(y * y + x * x),
            a / (b * b + a * a).sqrt(),
            x64 / np.hypot(x64, y64),
        ),
    }
    for name, (actual, bounded, exact) in computed.items():
        error = np.abs(actual.astype("float64") - exact)
        # The exact value was computed in float64, which rounds, too.
        assert np.all(error <= bounded.error + 4 * DOUBLE.u * np.abs(exact)), name
        assert np.max(error / bounded.error) > 0.1, name


def test_a_product_with_one_or_zero_is_not_rounded_but_a_tiny_one_may_be_lost():
    tiny = SINGLE.tiny
    numbers = exactly([3.0, tiny / 4, 0.0], SINGLE)
    for unit in (1.0, -1.0):
        assert (exactly(unit, SINGLE) * numbers).error.tolist() == [
            0.0,
            pytest.approx(tiny, rel=1e-6),
            0.0,
        ]
    assert (exactly(0.0, SINGLE) * numbers).error.tolist() == [0.0, 0.0, 0.0]
    off = Inexact(np.array([3.0]), np.array([0.5]), SINGLE)
    assert (exactly(-1.0, SINGLE) * off).error.tolist() == [0.5]
    nearly = Inexact(np.array([1.0]), np.array([1e-9]), SINGLE)  # not exactly 1
    assert (nearly * numbers).error[0] > 3 * SINGLE.u


def test_a_sign_is_certain_where_two_errors_are_smaller_than_the_number():
    # One is that of a framework, the other that of the value beside it.
    found = Inexact(
        np.array([0.5, -0.5, 0.5, 0.0, 0.0]), np.array([0.2, 0.2, 0.25, 0.0, 0.1]), SINGLE
    )
    assert found.sign().value.tolist() == [1, -1, 1, 0, 0]
    assert found.sign().error.tolist() == [0, 0, 2, 0, 2]


FLOAT64 = [
    case
    for case in (*network.worked(), *network.generated(), *edges.edges())
    if case.dtype == "float64"
]


@pytest.mark.parametrize("case", FLOAT64, ids=lambda case: case.name)
def test_the_values_beside_the_bounds_keep_to_the_bounds_themselves(case):
    # They are a float64 computation of the pass, as a framework's are.
    exact, inexact = case.exactly(), network.bounds_of(case)
    for stage, names in network.STAGE_QUANTITIES.items():
        for name in names:
            for place, bounded in trees.leaves(getattr(inexact, name)).items():
                tensor = exact[stage][name][place]
                error = np.abs(bounded.value - tensor.value - tensor.rest)
                assert np.all(error <= tensor.bound), (name, place)


@pytest.mark.parametrize("size", [1e-6, 0.1, 1.0, 10.0])
def test_the_bound_of_a_softmax_is_the_largest_error_that_errors_of_z_can_cause(size):
    # Without rounding. The error is largest where every z is at an end of its interval: a corner.
    rng, exact = np.random.default_rng(13), Precision("float64", 0.0, 0.0, np.inf, 0.0)
    for units in (2, 3, 4):
        z, ez = rng.standard_normal((1, units)), size * rng.random((1, units))
        corners = [z + ez * np.array(signs) for signs in product_of((-1, 1), repeat=units)]
        off = np.max([np.abs(softmax(corner) - softmax(z)) for corner in corners], axis=0)
        with np.errstate(divide="ignore"):  # the logarithm of a rounding that is 0
            bound = activations.forward_softmax(exact, z, ez)
        assert np.all(np.abs(bound - off) <= 1e-14 + 1e-7 * off)


def test_a_product_of_zeros_does_not_underflow():
    zeros, ones = exactly(np.zeros((2, 3)), SINGLE), exactly(np.ones((3, 2)), SINGLE)
    assert np.all(product(zeros, ones).error == 0)
    assert np.all(product(ones, zeros).error == 0)
    assert np.all(product(ones, zeros, plus=exactly(np.ones(3), SINGLE)).error > 0)


def test_the_root_of_a_number_that_may_be_zero_is_bounded_by_the_root_of_its_error():
    zero = inexact.Inexact(np.array([0.0]), np.array([1e-20]), DOUBLE)
    assert zero.sqrt().error == pytest.approx(1e-10)


def test_a_quotient_whose_divisor_may_be_zero_has_no_bound():
    wide = inexact.Inexact(np.array([1.0]), np.array([2.0]), DOUBLE)
    with np.errstate(divide="ignore"):
        assert (exactly([1.0], DOUBLE) / wide).error == np.inf
