"""Of a test that is marked `sampled` a part is run, which its seed decides; of others all."""

from pathlib import Path

import pytest
from sampling import left_out


class Item:
    """What is asked of a collected test."""

    def __init__(self, name, case, number=None):
        self.originalname, self.path = name, Path("test_x.py")
        self.name = f"{name}[{case}]"
        self.marker = number and pytest.mark.sampled(number).mark

    def get_closest_marker(self, name):
        return self.marker if name == "sampled" else None


def test_so_many_are_run_as_the_marker_says_and_of_other_tests_all():
    sampled, all_of_it = (
        [Item("sampled", i, 5) for i in range(20)],
        [Item("all", i) for i in range(20)],
    )
    few = [Item("few", i, 5) for i in range(3)]
    found = left_out([*sampled, *all_of_it, *few], "0")
    assert len(found) == 15
    assert found < set(sampled)


def test_a_seed_gives_one_sample_and_several_give_every_case():
    items = [Item("sampled", i, 5) for i in range(20)]
    assert left_out(items, "1") == left_out(items, "1")
    run = [set(items) - left_out(items, str(seed)) for seed in range(40)]
    assert set.union(*run) == set(items)


def test_tests_with_the_same_cases_get_the_same_sample():
    one, other = ([Item(name, i, 5) for i in range(20)] for name in ("one", "other"))
    found = left_out([*one, *other], "0")
    assert [item in found for item in one] == [item in found for item in other]
