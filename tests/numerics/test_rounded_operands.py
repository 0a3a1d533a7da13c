"""Operands that a dtype does not hold are rounded, and sums of few bits are added up in more."""

import numpy as np
import pytest

from crosscheck.numerics.bounds.inexact import column_sums, exactly, product
from crosscheck.numerics.bounds.precision import Precision
from crosscheck.numerics.bounds.rounded_operands import RoundedOperands

DTYPES = ("float64", "float32", "float16", "bfloat16")


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_a_dtype_holds_has_no_error_and_the_rest_that_of_a_rounding(dtype):
    p = RoundedOperands.of(dtype)
    held = np.array([0.0, 1.0, -1.5, 2.0**-10, 96.0])
    assert not p.read(held).any()
    rng = np.random.default_rng(0)
    drawn = rng.standard_normal(1000) * 10.0 ** rng.integers(-4, 4, 1000)
    few = drawn.astype(dtype).astype("float64")
    error = p.read(drawn)
    assert np.all(abs(few - drawn) <= error)
    assert np.array_equal(error == 0, few == drawn)
    assert np.all(error <= p.u * abs(drawn) + p.tiny)


def test_what_a_dtype_cannot_hold_is_promised_nothing():
    p = RoundedOperands.of("float16")
    assert np.isinf(p.read(1e5))
    assert RoundedOperands.of("bfloat16").read(np.array(1e-40)) >= 1e-40


def test_a_matrix_product_of_few_bits_loses_its_rounding_and_not_one_for_each_term():
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal(shape).astype("bfloat16") for shape in ((4, 500), (500, 3)))
    few, plain = RoundedOperands.of("bfloat16"), Precision.of("bfloat16")
    bounds = [
        product(exactly(x.astype("float64"), p), exactly(y.astype("float64"), p))
        for p in (few, plain)
    ]
    exact = x.astype("float64") @ y.astype("float64")
    in_single = (x.astype("float32") @ y.astype("float32")).astype("bfloat16")
    assert np.all(abs(in_single.astype("float64") - exact) <= bounds[0].error)
    assert np.all(20 * bounds[0].error < bounds[1].error)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_sums_of_columns_may_be_added_up_in_the_dtype_itself(dtype):
    numbers = np.random.default_rng(0).standard_normal((200, 3)).astype(dtype)
    total = np.zeros(3, dtype)
    for row in numbers:
        total = total + row
    found = column_sums(exactly(numbers.astype("float64"), RoundedOperands.of(dtype)))
    assert np.all(abs(total.astype("float64") - found.value) <= found.error)
    assert np.all(found.error < 200 * float(2 * found.precision.u) * abs(numbers).sum(axis=0))
