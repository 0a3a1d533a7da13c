"""Which cases of a test are run, where a sample of them is enough."""

import random

import pytest


def left_out(items: list[pytest.Item], seed: str) -> set[pytest.Item]:
    """What is not in the sample of a test that is marked `sampled(number)`, by a seed.

    Two tests with the same cases get the same sample, so that both share what a case takes.
    """
    of_tests: dict[tuple[str, str], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            of_tests.setdefault((item.path.name, item.originalname), []).append(item)
    found: set[pytest.Item] = set()
    for several in of_tests.values():
        (number,) = several[0].get_closest_marker("sampled").args
        in_turn = sorted(
            several, key=lambda item: random.Random(f"{seed} {case_of(item)}").random()
        )
        found |= set(in_turn[number:])
    return found


def case_of(item: pytest.Item) -> str:
    """With what a test is called: what stands in brackets after its name."""
    return item.name.partition("[")[2]
