"""`crosscheck bench` keeps everything to one thread."""

import os
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from crosscheck.training.bench import measuring
from crosscheck.training.bench.tasks import Task
from crosscheck.training.bench.variants import Variant

TASK = Task(64, 16, (6, 4, 3), "float32", "sgd")


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """The process is bound to a core: not for the tests that follow, or run beside these."""
    monkeypatch.setattr("os.sched_setaffinity", lambda process, cores: None, raising=False)


def threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_every_pool_has_one_thread_while_something_is_measured(monkeypatch):
    with threadpool_limits(limits=2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("this NumPy multiplies by a BLAS whose threads cannot be set")
        with measuring.one_thread():
            assert threads() == {1}
        assert threads() == {2}
        seen = []

        def with_threads_of_its_own(task):
            threadpool_limits(limits=2, user_api="blas")  # as a library that is imported only here
            return lambda number: seen.append(threads())

        measuring.measure([TASK], 2, [Variant("late", "stock", with_threads_of_its_own)])
        assert seen == [{2}, {1}, {1}]  # the first epoch is not counted
        assert threads() == {2}


@pytest.mark.parametrize(("said", "expected"), [(None, "{1}"), ("2", "{2}")])
def test_numpys_own_pool_is_as_small_as_what_is_imported_later(said, expected):
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count())
    if len(cores) < 2:
        pytest.skip("one core, one thread")
    told = {name: text for name, text in os.environ.items() if not name.endswith("NUM_THREADS")}
    script = (
        "import numpy\nfrom threadpoolctl import threadpool_info\n"
        "from crosscheck.frameworks.registry import prepare\nprepare()\n"
        "print({pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'})"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        env=told | ({"OMP_NUM_THREADS": said} if said else {}),
        check=True,
        capture_output=True,
        text=True,
    )
    if found.stdout.strip() == "set()":
        pytest.skip("this NumPy multiplies by a BLAS whose threads cannot be set")
    assert found.stdout.strip() == expected


def test_one_core_is_used_and_given_back(monkeypatch):
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("this system binds no process to a core")
    bound = []
    monkeypatch.setattr("os.sched_setaffinity", lambda process, cores: bound.append(set(cores)))
    allowed = os.sched_getaffinity(0)
    with measuring.one_thread():
        assert bound == [{min(allowed)}]
    assert bound == [{min(allowed)}, allowed]
