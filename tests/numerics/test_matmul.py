"""Matrices of balls are multiplied by flint: it encloses what NumPy's loop over balls encloses."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from crosscheck.numerics.exact import balls
from crosscheck.numerics.exact.balls import from_floats, from_rational, matmul, working_precision

SHAPES = [(1, 1, 1), (2, 3, 2), (7, 5, 3), (3, 64, 9), (1, 200, 1)]
SCALES = {"of size 1": 0, "powers of ten": 12, "huge and tiny": 300}


def drawn(rows, columns, exponent, seed):
    rng = np.random.default_rng([seed, rows, columns])
    powers = 10.0 ** rng.integers(-exponent, exponent + 1, (rows, columns))
    return rng.standard_normal((rows, columns)) * powers


@pytest.mark.parametrize("exponent", SCALES.values(), ids=list(SCALES))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_product_of_rationals_lies_in_every_ball(shape, exponent):
    rows, inner, columns = shape
    x, y = drawn(rows, inner, exponent, 0), drawn(inner, columns, exponent, 1)
    with working_precision():
        found = matmul(from_floats(x), from_floats(y))
        assert found.shape == (rows, columns)
        for row, column in np.ndindex(found.shape):
            terms = zip(x[row], y[:, column], strict=True)
            exact = from_rational(sum(Fraction(one) * Fraction(other) for one, other in terms))
            assert found[row, column].overlaps(exact)
            assert balls.is_narrow(found[row, column])


def test_pairs_that_cancel_give_exactly_0():
    """The sign of a relu's input at a kink is known only if the ball of z is 0 itself."""
    x, y = drawn(6, 20, 6, 2), drawn(20, 5, 6, 3)
    with working_precision():
        found = matmul(from_floats(np.hstack([x, -x])), from_floats(np.vstack([y, y])))
        assert all(ball == 0 for ball in found.flat)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_what_is_no_finite_number_spoils_its_own_row_and_nothing_else(text):
    x = from_floats(drawn(4, 6, 0, 4))
    x[1, 2] = arb(text)
    found = matmul(x, from_floats(drawn(6, 5, 0, 5)))
    finite = [[ball.is_finite() for ball in row] for row in found]
    assert finite == [[True] * 5, [False] * 5, [True] * 5, [True] * 5]


@pytest.mark.parametrize("rows", [1, 30])
def test_shapes_that_do_not_meet_are_refused(rows):
    with pytest.raises(ValueError, match="mismatch"):
        matmul(from_floats(np.ones((rows, 3))), from_floats(np.ones((4, rows))))
