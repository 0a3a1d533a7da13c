"""Comparing two computations of one quantity: which error is allowed, and the message."""

import numpy as np
import pytest

from crosscheck.numerics.comparison import Place, Tensor, compare, compare_with_exact, finite

PLACE = Place("group", "case", "forward", "q", "float64")
EPS = np.finfo("float64").eps


def one(actual, expected, bound=None, other="exact", radius=0.0):
    """Compare one tensor with the exact one, or with another framework's."""
    mine = {"[0]": Tensor(np.array(actual, "float64"))}
    limit = None if bound is None else np.array(bound, "float64")
    exact = {"[0]": Tensor(np.array(expected, "float64"), limit, 0.0, radius)}
    return compare(PLACE, ("a", other), mine, exact, exact)


def test_what_has_no_bound_must_be_equal():
    assert one([3.0], [3.0]).holds
    found = one([3.0], [3.0 + 2 * EPS])
    assert not found.holds
    assert found.discrete
    assert found.message.endswith("; these must be equal")


def test_every_entry_is_measured_against_its_own_bound():
    assert one([1.0, 3e-9], [1.0, 0.0], bound=[1.0, 1e-9]).fraction_of_bound == 3.0
    assert one([1.5, 0.0], [1.0, 0.0], bound=[1.0, 1e-9]).fraction_of_bound == 0.5
    assert one([1.5, 0.0], [1.0, 0.0], bound=[1.0, 1e-9], other="b").fraction_of_bound == 0.25


def test_what_an_exact_value_loses_by_rounding_to_float64_still_counts():
    # 1/3 lies above its nearest float by a sixth of an ulp; who gives that float is off by as much.
    third = {"": Tensor(np.array(1 / 3), np.array(1e-16), np.array(1.8503717077085941e-17))}
    mine = {"": Tensor(np.array(1 / 3))}
    found = compare(PLACE, ("a", "exact"), mine, third, third)
    assert (found.error, found.fraction_of_bound) == (1.8503717077085941e-17, 0.18503717077085940)
    assert compare(PLACE, ("a", "b"), mine, mine, third).error == 0


def test_the_worst_entry_is_found_beside_entries_where_nothing_differs_or_is_promised():
    # 0 of 0, and a NaN of an infinite bound, are no measure, and must not hide what is one.
    found = one([0.0, np.nan, 3.0], [0.0, 0.0, 0.0], bound=[0.0, np.inf, 1.0])
    assert (found.index, found.fraction_of_bound) == ((2,), 3.0)


def test_a_tensor_in_float32_is_counted_in_its_own_units():
    place = Place("group", "case", "forward", "q", "float32")
    eps = np.finfo("float32").eps
    mine = {"": Tensor(np.array(1 + 3 * eps, "float32"))}
    exact = {"": Tensor(np.array(1.0), np.array(1e-6))}
    assert compare(place, ("a", "exact"), mine, exact, exact).ulps == 3


def test_the_largest_float_has_units_too():
    largest = np.finfo("float64").max
    assert one([largest], [largest], bound=[0.0]).ulps == 0


def test_an_error_is_counted_in_units_of_the_last_place_too():
    assert one([1.0 + 4 * EPS], [1.0], bound=[1.0]).ulps == 4
    assert one([4.0 + 4 * EPS], [4.0], bound=[1.0]).ulps == 1


def test_where_nothing_is_allowed_nothing_may_differ():
    assert one([0.0], [0.0], bound=[0.0]).holds
    assert one([1e-300], [0.0], bound=[0.0]).fraction_of_bound == np.inf


def test_where_no_bound_is_promised_anything_holds():
    assert one([np.nan, 1.0], [0.0, 1.0], bound=[np.inf, 0.0]).fraction_of_bound == 0


def test_an_exact_value_that_stayed_wide_is_shown_as_an_interval():
    found = one([1.5], [1.0], bound=[0.1], radius=np.array([0.25]))
    assert found.fraction_of_bound == 0.5 / 0.35
    assert "(exact 1.0 +- 0.25)" in found.message
    assert one([1.5], [1.0], bound=[0.25]).message == (
        "a from exact, case, forward: q[0][0] is 1.5, expected 1.0: "
        "off by 0.5, 2 times its bound of 0.25 (2.25e15 ulps)"
    )


def test_a_comparison_names_everything_that_is_known_of_it():
    found = one([[1.0, 2.5]], [[1.0, 2.0]], bound=[[0.125, 0.125]], other="b")
    assert found.location == "q[0][0, 1]"
    assert found.message == (
        "a from b, case, forward: q[0][0, 1] is 2.5, expected 2.0 (exact 2.0): "
        "off by 0.5, 2 times its bound of 0.25 (1.13e15 ulps)"
    )


@pytest.mark.parametrize(
    ("actual", "expected"), [([np.nan], [1.0]), ([np.inf], [1.0]), ([1.0], [np.nan])]
)
def test_what_cannot_be_measured_never_holds(actual, expected):
    found = one(actual, expected, bound=[1.0])
    assert not found.holds
    assert found.error == np.inf


def test_another_shape_never_holds():
    found = one([1.0], [[1.0]], bound=[[1.0]])
    assert not found.holds
    assert not found.discrete
    assert (found.error, found.fraction_of_bound, found.ulps) == (np.inf, np.inf, np.inf)
    assert (found.index, found.actual, found.expected) == ((), None, None)
    assert np.isnan(found.exact[0])
    assert (found.exact[1], found.allowed) == (0.0, 0.0)
    assert found.message == ("a from exact, case, forward: q[0] has shape (1,) instead of (1, 1)")


def test_equal_infinities_agree():
    assert one([np.inf], [np.inf], bound=[0.0]).error == 0


def test_another_dtype_never_holds():
    tensors = {"[0]": Tensor(np.ones(1, "float32"), np.ones(1))}
    found = compare(PLACE, ("a", "exact"), tensors, tensors, tensors)
    assert not found.holds
    assert "q[0] has dtype float32 instead of float64" in found.message


def test_a_missing_tensor_never_holds():
    there = {"[0]": Tensor(np.ones(1), np.ones(1))}
    found = compare(PLACE, ("a", "exact"), {}, there, there)
    assert not found.holds
    assert "q has [] instead of ['[0]']" in found.message


# ----- one array and its exact value, without a place -----


def exactly(value, bound):
    return Tensor(np.array(value, "float64"), np.array(bound, "float64"))


def test_one_array_is_compared_with_its_exact_value_under_its_label():
    exact = exactly([[1.0, 2.0]], [[0.125, 0.125]])
    found = compare_with_exact(np.array([[1.0, 2.25]]), exact, label="grads")
    assert (found.holds, found.fraction_of_bound, found.location) == (False, 2.0, "grads[0, 1]")
    assert found.message == (
        "grads[0, 1] is 2.25, expected 2.0: off by 0.25, 2 times its bound of 0.125 (5.63e14 ulps)"
    )
    assert compare_with_exact(np.array([[1.125, 2.0]]), exact).holds


def test_a_scalar_needs_no_label():
    found = compare_with_exact(np.float64(1.5), exactly(1.0, 0.25))
    assert (found.location, found.index) == ("", ())
    assert found.message.startswith("the value is 1.5, expected 1.0: off by 0.5, 2 times its bound")
    assert compare_with_exact(1.5, exactly(1.0, 0.5)).holds


def test_an_array_of_another_shape_or_dtype_does_not_hold():
    exact = exactly([1.0, 2.0], [1.0, 1.0])
    found = compare_with_exact(np.array([1.0]), exact, label="z")
    assert (found.holds, found.message) == (False, "z has shape (1,) instead of (2,)")
    single = exact.value.astype("float32")
    found = compare_with_exact(single, exact, label="z")
    assert (found.holds, found.message) == (False, "z has dtype float32 instead of float64")
    assert compare_with_exact(single, exact, dtype="float32").holds
    found = compare_with_exact(exact.value.astype("int64"), exact)
    assert found.message == "the value has dtype int64 instead of float64"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_holds_only_where_the_bound_is_infinite(value):
    found = compare_with_exact(np.array([1.0, value]), exactly([1.0, 2.0], [1.0, 1e300]))
    assert (found.holds, found.error, found.index) == (False, np.inf, (1,))
    assert compare_with_exact(np.array([1.0, value]), exactly([1.0, 2.0], [1.0, np.inf])).holds


def test_an_array_without_a_bound_must_be_equal_to_the_exact_one():
    exact = Tensor(np.array([1.0, 2.0]))
    assert compare_with_exact(np.array([1.0, 2.0]), exact).holds
    found = compare_with_exact(np.array([1.0, 2.0 + 2 * EPS]), exact)
    assert (found.holds, found.discrete) == (False, True)


def test_an_array_without_entries_holds_and_says_so():
    found = compare_with_exact(
        np.ones((0, 3)), exactly(np.ones((0, 3)), np.ones((0, 3))), label="z"
    )
    assert (found.holds, found.error, found.ulps, found.index) == (True, 0.0, 0.0, ())
    assert (found.actual, found.mismatch) == (None, None)
    assert found.message == "z has no entries"
    assert not compare_with_exact(np.ones((0, 2)), exactly(np.ones((0, 3)), np.ones((0, 3)))).holds


def test_a_tensor_without_entries_does_not_hide_another():
    exact = {"[0]": exactly([], []), "[1]": exactly([1.0], [1.0])}
    found = compare(PLACE, ("a", "exact"), exact, exact, exact)
    assert (found.location, found.holds) == ("q[1][0]", True)


@pytest.mark.parametrize("bound", [-1e-9, np.nan, -np.inf])
@pytest.mark.parametrize("radius", [0.0, 1.0])
def test_a_bound_that_is_negative_or_nan_is_refused(bound, radius):
    with pytest.raises(ValueError, match=r"a bound of q\[0\] is negative or NaN"):
        one([1.0, 1.0], [1.0, 1.0], bound=[1.0, bound], radius=radius)
    with pytest.raises(ValueError, match="a bound of the value is negative or NaN"):
        compare_with_exact(np.float64(1.0), exactly(1.0, bound))


def test_a_bound_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"the bound of z has shape \(1,\) instead of \(2,\)"):
        compare_with_exact(np.ones(2), exactly([1.0, 1.0], [1.0]), label="z")


def test_a_number_that_json_does_not_have_is_none():
    numbers = (1.5, 0.0, None, np.inf, -np.inf, np.nan)
    assert [finite(number) for number in numbers] == [1.5, 0.0, None, None, None, None]
