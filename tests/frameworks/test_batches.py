"""The rule of the batches: what it says in words, what it computes, and what frameworks do."""

import numpy
import numpy as np
import pytest

from crosscheck.frameworks.batches import RULE, batches_of_epoch, order_of_epoch


def test_the_rule_in_words_gives_the_order_that_is_computed():
    words = {"numpy": numpy, "seed": 3, "epoch": 5, "samples": 11}
    order = order_of_epoch(11, seed=3, epoch=5)
    assert np.array_equal(eval(RULE, words), order)
    # Every part of it counts: other numbers give another order.
    others = [order_of_epoch(11, seed=5, epoch=3), order_of_epoch(11, seed=3, epoch=4)]
    assert not any(np.array_equal(order, other) for other in others)


@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (99, [10]), (1, [1] * 10)]
)
def test_every_sample_comes_once_an_epoch_and_the_last_batch_has_what_is_left(batch_size, sizes):
    batches = batches_of_epoch(10, batch_size, seed=0, epoch=2)
    assert [len(batch) for batch in batches] == sizes
    assert np.array_equal(np.concatenate(batches), order_of_epoch(10, seed=0, epoch=2))
    assert sorted(np.concatenate(batches)) == list(range(10))


def test_without_a_batch_size_all_samples_are_one_batch_in_their_own_order():
    (batch,) = batches_of_epoch(10, None, seed=0, epoch=2)
    assert batch.tolist() == list(range(10))
