"""`crosscheck bench`: that it measures what it says. How fast anything is, no test asserts."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from threadpoolctl import threadpool_info, threadpool_limits

from crosscheck import cli
from crosscheck.bench import floor, growing, measuring
from crosscheck.bench.measuring import GOALS, Goal, Measured, achieved, exponent
from crosscheck.bench.tasks import Task, batches_of
from crosscheck.bench.variants import VARIANTS, Variant

TASK = Task(64, 16, (6, 4, 3), "float32", "sgd")
SMALL = ("--samples", "64", "--batch-size", "16", "--layers", "6,4,3", "--repeats", "2")


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """The command changes its own process: not for the tests that follow, or run beside these."""
    monkeypatch.setenv("XLA_FLAGS", os.environ.get("XLA_FLAGS", ""))
    monkeypatch.setattr("os.sched_setaffinity", lambda process, cores: None, raising=False)


def test_every_variant_makes_an_epoch_of_what_it_is_given():
    variants = [variant for variant in VARIANTS if variant.name != "torch compiled"]
    for found in measuring.measure([TASK], 2, variants):
        if found.missing is not None:
            assert "No module named" in found.missing or "pip install" in found.missing
            continue
        assert len(found.seconds) == 2
        assert min(found.seconds) > 0


@pytest.mark.usefixtures("matplotlib")
def test_the_command_shows_the_ratios_and_writes_them(tmp_path):
    names = [part for name in ("numpy", "per sample", "products") for part in ("--variant", name)]
    only = (*SMALL, *names, "--dtype", "float32", "--plot", str(tmp_path))
    result = CliRunner().invoke(cli.main, ["bench", "--json", "-", *only])
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    named = [(entry["variant"], entry["optimizer"]) for entry in found["measured"]]
    assert named == [
        ("numpy", "sgd"),
        ("per sample", "sgd"),
        ("matrix products", "sgd"),
        ("numpy, written out", "sgd"),
        ("numpy", "adam"),
    ]
    assert all(len(entry["seconds"]) == 2 for entry in found["measured"])
    assert "6-4-3, 64 samples, batch 16, float32, sgd" in result.stderr
    for library in found["machine"]["blas"]:
        assert f"BLAS: {library}" in " ".join(result.stderr.split())
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_bad_usage_exits_with_2():
    for arguments, message in (
        (["--variant", "nosuch"], "no variant has such a name; there are: numpy, torch"),
        (
            ["--layers", "6,x"],
            "Invalid value for '--layers': it takes whole numbers, as 64,16,10, not '6,x'",
        ),
        (["--layers", "6"], "layer_sizes must name at least inputs and outputs, not (6,)"),
        (["--layers", "6,0"], "layer_sizes[1] must be at least 1, not 0"),
        (
            ["--variant", "per sample", "--optimizer", "adam"],
            "not measured for such a task: per sample",
        ),
    ):
        result = CliRunner().invoke(cli.main, ["bench", *arguments])
        assert result.exit_code == 2
        assert message in " ".join(result.stderr.split())


@pytest.mark.usefixtures("matplotlib")
def test_where_nothing_can_be_measured_nothing_is_drawn(tmp_path, monkeypatch):
    def not_there(task):
        raise ImportError("No module named 'elsewhere'")

    monkeypatch.setattr("crosscheck.bench.variants.VARIANTS", (Variant("x", "stock", not_there),))
    result = CliRunner().invoke(cli.main, ["bench", *SMALL, "--plot", str(tmp_path)])
    assert result.exit_code == 0, result.stderr
    assert "nothing could be measured, so nothing is drawn" in result.stderr
    assert not list(tmp_path.iterdir())


def made_up(name, *seconds, task=TASK, missing=None):
    variant = next((v for v in VARIANTS if v.name == name), Variant(name, "stock", None))
    return Measured(task, variant, seconds, missing=missing)


# The same steps in another order of operations: float64 agrees to a dozen digits over these four
# steps, and any other step than the reference's differs in the first ones.
ALIKE = 1e-12


@pytest.mark.parametrize("samples", [64, 5])  # the latter less than one batch
@pytest.mark.parametrize("name", ["torch", "jax", "optax", "per sample", "numpy, written out"])
def test_what_is_held_against_each_other_makes_the_same_steps(name, samples):
    task = Task(samples, 16, (6, 4, 3), "float64", "sgd")
    made = {variant.name: variant.make for variant in VARIANTS}
    try:
        epoch = made[name](task)
    except ImportError as error:
        pytest.skip(str(error))
    expected, found = made["numpy"](task)(1), epoch(1)
    for layer, other in zip(expected, found, strict=True):
        for array, another in zip(layer, other, strict=True):
            assert np.asarray(another) == pytest.approx(np.asarray(array), rel=ALIKE, abs=ALIKE)


@pytest.mark.parametrize("samples", [70, 5])  # the last six of 70 are no whole batch
def test_gathering_copies_every_row(samples):
    pytest.importorskip("jax", reason="jax is not installed")
    task = Task(samples, 16, (6, 4, 3), "float32", "sgd")
    x, y = floor.jax_gather(task)(1)
    inputs, targets = task.data()
    first, *others = batches_of(task, 1)
    last = [first, *(batch for batch in others if len(batch) == len(first))][-1]
    assert np.array_equal(x, inputs[last])
    assert np.array_equal(y, targets[last])


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
    if (os.cpu_count() or 1) < 2:
        pytest.skip("one core, one thread")
    told = {name: text for name, text in os.environ.items() if not name.endswith("NUM_THREADS")}
    script = (
        "import numpy\nfrom threadpoolctl import threadpool_info\n"
        "from crosscheck.frameworks import prepare\nprepare()\n"
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


def test_a_goal_is_a_ratio_of_medians_against_the_fastest_rival():
    goal = Goal("numpy", ("optax", "scikit-learn"), 16, "sgd", 3.0)
    found = [made_up("numpy", 1.0, 2.0, 9.0), made_up("optax", 8.0), made_up("scikit-learn", 6.0)]
    assert achieved(goal, found) == 3.0
    assert achieved(goal, found[:1]) is None
    assert achieved(goal, found[1:]) is None
    assert achieved(goal, [*found[:1], made_up("optax", missing="not there")]) is None
    other = Task(64, 16, (6, 4, 3), "float64", "sgd")
    assert achieved(goal, [*found[:1], made_up("optax", 8.0, task=other)]) is None


def test_against_the_floor_gathering_is_set_aside():
    goal = Goal("jax", ("matrix products",), 16, "sgd", 2.0, at_most=True)
    found = [made_up("jax", 5.0), made_up("matrix products", 2.0)]
    assert achieved(goal, found) is None
    assert achieved(goal, [*found, made_up("jax, gathering", 1.0)]) == 2.0


def test_the_goals_name_what_is_measured():
    names = {variant.name for variant in VARIANTS}
    assert {goal.variant for goal in GOALS} <= names
    assert {rival for goal in GOALS for rival in goal.against} <= names


def test_an_exponent_is_that_of_the_power_law():
    sizes = [10, 20, 40]
    assert exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)


def test_growth_is_fitted_along_samples_batch_and_width(monkeypatch):
    def measured(tasks, repeats, variants):
        return [
            Measured(task, variant, (1e-6 * task.samples * np.prod(task.layers[1]),))
            for task in tasks
            for variant in variants
        ]

    monkeypatch.setattr(growing, "measure", measured)
    found = growing.fitted(VARIANTS, 1000, 1)
    assert {fit.along for fit in found} == {"samples", "batch size", "width"}
    assert {fit.variant for fit in found} == set(growing.PER_STEP)
    assert all(fit.exponent == pytest.approx(1.0, abs=0.01) for fit in found)
