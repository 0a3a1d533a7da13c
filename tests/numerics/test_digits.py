"""Numbers that are read by their size have few digits."""

import numpy as np
import pytest

from crosscheck.numerics.digits import counted, few_digits, of_bound


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (6275351609750448.0, "6.28e15"),
        (4.4942328371557894e306, "4.49e306"),
        (62.70107613184353, "62.7"),
        (627.4, "627"),
        (2910.9, "2.91e3"),
        (1.5e-17, "1.5e-17"),
        (10.0, "10"),
        (np.inf, "inf"),
    ],
)
def test_a_number_has_at_most_three_significant_digits(number, text):
    assert few_digits(number) == text
    assert of_bound(number) == (text if number > 1 else "0.00")


def test_one_of_a_kind_is_not_several():
    assert [counted(number, "problem") for number in (0, 1, 1234)] == [
        *("0 problems", "1 problem", "1,234 problems")
    ]
    assert [counted(number, "entry") for number in (1, 2)] == ["1 entry", "2 entries"]


def test_a_fraction_that_holds_stands_to_the_hundredth():
    assert [of_bound(each) for each in (0.0, 0.4567, 1.0)] == ["0.00", "0.46", "1.00"]
    assert of_bound(1.0000001) == "1"
