"""What bounds leave open is counted: excluded and blind entries, and tensors that are blind."""

import numpy as np
import pytest

from crosscheck.numerics.blindness import BLIND, Sight, sight_of, total
from crosscheck.numerics.comparison import Tensor


def tensor(values, bounds, radius=0.0):
    return Tensor(np.array(values, "float64"), np.array(bounds, "float64"), 0.0, radius)


@pytest.mark.parametrize(
    ("values", "bounds", "expected"),
    [
        ([-100, 1], [1, 0], Sight(2, 0, 0, 1, 0)),  # a hundredth of the largest is none too much
        ([-100, 1], [1.001, 0], Sight(2, 0, 1, 1, 0)),
        ([-100, 1], [100, 2], Sight(2, 0, 2, 1, 0)),
        ([-100, 1], [1e-9, 101], Sight(2, 0, 1, 1, 1)),
        ([-100, 1], [np.inf, 0], Sight(2, 1, 0, 1, 1)),  # excluded, and not blind as well
        ([0, 0], [1e-300, 0], Sight(2, 0, 1, 1, 1)),
        ([0, 0], [0, 0], Sight(2, 0, 0, 1, 0)),
        ([np.inf, 1], [np.inf, 0.5], Sight(2, 1, 1, 1, 1)),  # 1 is the largest that is a number
    ],
)
def test_entries_are_excluded_or_blind_or_neither(values, bounds, expected):
    assert sight_of(tensor(values, bounds)) == expected


def test_the_radius_of_a_wide_ball_counts_beside_the_bound():
    assert sight_of(tensor([1.0], [0.9 * BLIND], radius=np.array([0.2 * BLIND]))).blind == 1


def test_every_step_of_a_history_has_a_largest_entry_of_its_own():
    history = tensor([[100, 1], [1, 0.1]], np.full((2, 2), 0.5))
    assert sight_of(history) == Sight(4, 0, 0, 1, 0)
    assert sight_of(history, stacked=True) == Sight(4, 0, 2, 2, 0)


def test_what_must_be_equal_or_has_no_entries_is_not_counted():
    assert sight_of(Tensor(np.ones(3))) == Sight()
    assert sight_of(tensor(np.ones((0, 3)), np.ones((0, 3)))) == Sight()


def test_counts_add_up():
    assert total([Sight(1, 2, 3, 4, 5), Sight(10, 20, 30, 40, 50)]) == Sight(11, 22, 33, 44, 55)
    assert total([]) == Sight()
