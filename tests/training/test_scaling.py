"""The fit of how workers scale: what it is given exactly, it finds."""

from itertools import product

import numpy as np
import pytest

from crosscheck.training.bench.scaling import Point, fit

WIDTHS = {16: 1482, 64: 8970, 256: 85002}


def points(*coefficients):
    """What would be measured if the coefficients were these."""
    found = []
    for (width, parameters), samples, workers in product(WIDTHS.items(), (32, 256), (1, 2, 3, 4)):
        terms = Point(workers, samples, width, parameters, 0.0, 0.0).terms
        found.append(
            Point(workers, samples, width, parameters, float(np.dot(terms, coefficients)), 0.0)
        )
    return found


def test_the_fit_finds_the_coefficients_that_made_the_points():
    coefficients = (5e-4, 4e-10, 2e-3, 6e-5, 2e-8)
    found, error = fit(points(*coefficients))
    assert found == pytest.approx(coefficients, rel=1e-6)
    assert error < 1e-9


def test_a_coefficient_below_0_is_left_out():
    found, error = fit(points(5e-4, 4e-10, 2e-3, -1e-4, 2e-8))
    assert found[3] == 0
    assert (found >= 0).all()
    assert 0 < error < 0.1


def test_traffic_is_the_loss_and_the_gradients_of_the_others():
    assert [Point(n, 32, 16, 1482, 0.0, 0.0).received for n in (1, 2, 4)] == [0, 11864, 35592]
