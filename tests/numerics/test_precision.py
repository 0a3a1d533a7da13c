"""What is too small, too large or undecided, in the arithmetic that computes bounds."""

import numpy as np
import pytest

from crosscheck.numerics.bounds import optimizers as steps
from crosscheck.numerics.bounds.arithmetic import quotient, ratio, where_above
from crosscheck.numerics.bounds.functions import log_expm1, log_sum_of_others
from crosscheck.numerics.bounds.inexact import Inexact, bounded, column_sums, exactly, product
from crosscheck.numerics.bounds.precision import DOUBLE, SUM_KINDS, Precision
from crosscheck.numerics.bounds.rows import forward_log_softmax, forward_softmax, log_growth

SINGLE = Precision.of("float32")
LARGEST, TINY = SINGLE.largest, SINGLE.tiny


def test_a_sum_has_no_condition_and_a_product_counts_its_roundings():
    assert SINGLE.sum(2**30) == 2**30 * SINGLE.u > 1
    assert SINGLE.product(3) == pytest.approx((1 + SINGLE.u) ** 3 - 1, rel=1e-9)
    for p in (SINGLE, DOUBLE):  # in float64 1 + u is 1
        assert [p.share(n) / p.u for n in (1, 3)] == pytest.approx([1, 3], rel=1e-6)
        assert p.product(3) / p.u == pytest.approx(3, rel=1e-6)
    assert SINGLE.share(2**30) == np.inf


def test_a_dtype_of_16_bits_has_its_own_numbers():
    narrow, half = Precision.of("bfloat16"), Precision.of("float16")
    assert (narrow.u, half.u) == (2**-8, 2**-11)
    assert (narrow.largest, half.largest) == (2**128 - 2**120, 65504)
    assert (narrow.smallest, half.smallest) == (2**-126, 2**-14)
    assert [Precision.of(name).is_narrow for name in ("bfloat16", "float16")] == [True, True]
    assert not SINGLE.is_narrow
    # float16 underflows gradually; of a subnormal number of bfloat16 nothing may be left.
    assert (narrow.tiny, half.tiny) == (2**-126, 2**-24)
    assert (narrow.read(2**-130), half.read(2**-20)) == (2**-130, 0)


def test_a_sum_in_float32_loses_one_rounding_and_little_more():
    plain, narrow = (Precision.of("bfloat16", kinds) for kinds in ((), SUM_KINDS))
    assert plain.sum(300) == 300 * plain.u
    assert plain.sum(5, before=3) == 8 * plain.u
    assert narrow.u < narrow.sum(300) < 1.02 * narrow.u
    assert narrow.product(4) < narrow.sum(5, before=3) < 1.001 * narrow.product(4)
    assert narrow.share(300) < 2.1 * narrow.u < plain.share(3)
    # A product has the magnitudes of its terms in float32 alone, and those of its result rounded.
    assert narrow.inner(300, 1.0, 0.0) < 300 * 2**-22
    assert narrow.inner(300, 0.0, 1.0) == narrow.product(2)
    assert plain.inner(300, 1.0, 0.0) == 300 * plain.u


@pytest.mark.parametrize("kinds", [(), ("products",), ("sums",), SUM_KINDS])
def test_sums_that_are_added_up_as_is_declared_are_within_their_bounds(kinds):
    p = Precision.of("bfloat16", kinds)
    rng = np.random.default_rng(1)
    x = rng.random((3, 700)).astype("bfloat16")
    total = np.zeros(3, "float32" if "sums" in kinds else "bfloat16")
    for column in x.T:
        total = (total + column.astype(total.dtype)).astype(total.dtype)
    found = column_sums(exactly(x.astype("float64").T, p))
    lost = abs(total.astype("bfloat16").astype("float64") - found.value)
    assert np.all(lost <= found.error)
    assert np.all(found.error < (1.1 if "sums" in kinds else 701) * p.u * found.value)


def test_in_float16_a_part_of_a_product_loses_the_more_the_smaller_it_is():
    half = Precision.of("float16")
    factors = [1e-3, exactly(np.array([1e-1, 1e-2, 1e-5]), half), exactly(100.0, half)]
    shares = ratio(factors).error / ratio(factors).value
    # 1e-4 is a normal number; of 1e-5 a part is lost, and of 1e-8 all of it.
    assert shares[0] < 5 * half.u < shares[1] < 0.1 < 1 < shares[2]


def test_a_number_whose_reciprocal_passes_the_largest_divides_nothing_with_a_bound():
    half = Precision.of("float16")
    v = np.array([2e-6, 1e-3])
    for number, is_sure in ((1e-6, False), (1 / 65504, False), (1.6e-5, True), (0.5, True)):
        assert np.all(np.isfinite(quotient(exactly(v, half), number).error)) == is_sure
    for p in (SINGLE, DOUBLE):
        found = quotient(exactly(v, p), 1e-6)
        assert np.array_equal(found.error, (exactly(v, p) / 1e-6).error)


def test_a_part_that_passes_the_largest_number_by_a_rounding_has_no_bound():
    half = Precision.of("float16")
    m = Inexact(np.array([6550.0, 6500.0]), np.array([6.0, 6.0]), half)
    found = ratio([1e-3, m], [0.1])  # who divides first is at 65,500 and a rounding, of 65,504
    assert np.isposinf(found.error).tolist() == [True, False]


@pytest.mark.parametrize(
    "result",
    [
        exactly([LARGEST, 1.0], SINGLE) + exactly([LARGEST, 1.0], SINGLE),
        exactly([1e20, 1.0], SINGLE) * exactly([1e20, 1.0], SINGLE),
        exactly([1e20, 1.0], SINGLE) / exactly([1e-20, 1.0], SINGLE),
        exactly([1e20, 1.0], SINGLE) ** 2,
        ratio([exactly([1e30, 1.0], SINGLE), 1e-10], [exactly([1e-20, 1.0], SINGLE)]),
    ],
    ids=["+", "*", "/", "**", "in another order"],
)
def test_what_may_overflow_has_no_bound_and_nothing_else_loses_its_own(result):
    assert np.isposinf(result.error).tolist() == [True, False]


def test_a_matrix_product_whose_parts_overflow_has_no_bound():
    # The exact sum is 0. In some order its first two terms are added first.
    x = exactly([[LARGEST, LARGEST, -LARGEST, -LARGEST], [1.0, 1.0, -1.0, -1.0]], SINGLE)
    found = product(x, exactly(np.ones((4, 1)), SINGLE))
    assert np.isposinf(found.error[:, 0]).tolist() == [True, False]


@np.errstate(invalid="ignore")
def test_an_error_that_is_nan_or_overflows_is_infinite():
    nan = bounded(
        np.array([1.0, np.nan, np.inf, LARGEST]), np.array([np.nan, 1.0, 0.0, LARGEST]), SINGLE
    )
    assert np.isposinf(nan.error).all()
    assert np.isposinf((Inexact(np.zeros(1), np.array([np.inf]), SINGLE) * 0.0).error)


def test_what_is_given_below_the_smallest_number_may_be_read_as_0():
    given = exactly([TINY / 4, -TINY / 4, TINY, 0.0], SINGLE)
    assert given.error.tolist() == [TINY / 4, TINY / 4, 0.0, 0.0]
    # JAX's product: 0 in place of something of size 1.
    assert (given * exactly(np.full(4, 4 / TINY), SINGLE)).error[0] > 1
    with np.errstate(divide="ignore"):
        assert np.isposinf((exactly(1.0, SINGLE) / given).error[:2]).all()


def test_a_product_is_bounded_in_every_order():
    rate, g, divisor = 1e-4, exactly([1e-35, 0.7], SINGLE), exactly([1e-3, 1.0], SINGLE)
    together, alone = ratio([rate, g], [divisor]), rate * (g / divisor)
    # rate g is lost, of which the division would have made something again.
    assert together.error[0] >= together.value[0] > 10 * alone.error[0]
    assert together.error[1] == pytest.approx(alone.error[1], rel=1e-6)


def test_adding_zero_rounds_nothing():
    x = exactly([0.1, 3.0], SINGLE)
    assert (x + 0.0).error.tolist() == (0.0 + x).error.tolist() == [0.0, 0.0]
    assert np.all((x + 1e-30).error > 0)


def test_the_root_of_a_difference_that_may_be_below_0_has_no_bound():
    x = Inexact(np.array([1.0, 0.1, 0.0, 0.0]), np.array([0.1, 0.1, 0.1, 0.0]), DOUBLE)
    assert np.isposinf(x.sqrt(signed=True).error).tolist() == [False, True, True, False]
    assert np.isfinite(x.sqrt().error).all()


def test_both_sides_of_a_threshold_are_bounded_where_either_may_be_taken():
    above, below = exactly([5.0], DOUBLE), exactly([2.0], DOUBLE)
    for value, error, exact in ((4.1, 0.2, None), (4.5, 0.2, 5.0), (3.5, 0.2, 2.0)):
        found = where_above(Inexact(value, error, DOUBLE), 4.0, above, below)
        if exact is None:
            assert found.error[0] >= 3.0
        else:
            assert (found.value[0], found.error[0]) == (exact, 0.0)


@pytest.mark.parametrize("fallback", [True, False])
def test_radam_bounds_both_of_its_updates_next_to_its_threshold(fallback):
    g, how = exactly([0.5], DOUBLE), {"b1": 0.9, "eps": 1e-8, "threshold": 4.0}

    def fourth_update(b2):
        numbers = {name: exactly(value, DOUBLE) for name, value in {**how, "b2": b2}.items()}
        return list(steps.radam([g] * 4, [0.1] * 4, fallback=fallback, **numbers))[-1].update

    sure, either = fourth_update(0.999), fourth_update(0.9999999)
    assert either.error[0] > 1e6 * sure.error[0]


# ----- rows -----


def test_the_sum_of_the_others_is_what_is_left_of_a_row():
    x = np.array([[0.0, 1.0, -2000.0], [-1e19, 3.0, 3.0]])
    e = np.exp
    expected = [[1.0, 0.0, np.log(1 + e(1))], [3 + np.log(2), 3.0, 3.0]]
    assert np.allclose(log_sum_of_others(x), expected, rtol=1e-15)
    assert np.isneginf(log_sum_of_others(np.zeros((1, 1))))


def test_log_expm1_does_not_overflow():
    with np.errstate(divide="ignore", over="ignore"):
        found = log_expm1(np.array([0.0, 1e-300, 1.0, 1e5]))
    assert found.tolist() == [-np.inf, np.log(1e-300), pytest.approx(np.log(np.e - 1)), 1e5]


@pytest.mark.parametrize("precision", [SINGLE, DOUBLE], ids=["float32", "float64"])
def test_bounds_of_rows_far_apart_are_no_smaller_than_0(precision):
    z = np.array([[-5e9, 0.0], [-1e19, 0.0], [1e30, -1e30], [0.0, 0.0], [700.0, -700.0]])
    with np.errstate(all="ignore"):
        soft = forward_softmax(precision, z, np.zeros_like(z))
        log = forward_log_softmax(precision, z, np.zeros_like(z))
    assert np.all(soft >= 0)
    assert np.all(soft <= 1.1)
    assert np.all(log >= 0)
    assert np.all(log[:, 1] > 0)


def test_the_growth_of_a_sum_is_never_below_0():
    with np.errstate(divide="ignore"):
        found = log_growth(
            np.array([[-5e9, 0.0], [-1e19, 0.0]]), np.array([[298.0, 0.0], [1e12, 0.0]])
        )
    assert found.tolist() == [[0.0], [0.0]]
