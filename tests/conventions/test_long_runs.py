"""Over two hundred steps stock optimizers use of their bounds what is stated."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers import long_runs
from crosscheck.conventions.optimizers.long_runs import DEFAULT, DOUBLE, SWITCHED, Excess
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS

PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")


def stock_run(name, mode):
    """The run of an optimizer in a mode."""
    (optimizer,) = (each for each in STOCK_OPTIMIZERS if each.label == name)
    return next(each for each in long_runs.long_runs([optimizer]) if each.mode is mode)


@cache
def steps_of(run):
    """What the framework computes in a run."""
    package = stock.FRAMEWORKS[run.optimizer.framework].missing
    if package:
        pytest.skip(f"{package} is not installed")
    (result,) = stock.run_jobs(run.optimizer.framework, long_runs.check_of([run]).jobs)
    return result


def finding(run, steps=None):
    return long_runs.long_finding(run, steps_of(run) if steps is None else steps)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", long_runs.WITHOUT_X64)
def test_only_float32_powers_of_b2_explain_what_jax_loses_in_its_default_mode(name):
    run = stock_run(name, DEFAULT)
    steps = steps_of(run)
    assert finding(run).holds
    for wrong in (None, Excess("the powers of b1 alone", ("b1",))):
        assert finding(replace(run, excess=wrong), steps).holds is False
    # With jax_enable_x64 the same arrays stay within the bound, and are not said to exceed it.
    switched = stock_run(name, SWITCHED)
    assert finding(switched).holds
    assert finding(replace(switched, excess=run.excess), steps_of(switched)).holds is False


def test_nadam_of_torch_stays_within_its_bound_if_the_default_dtype_is_float64():
    torch = pytest.importorskip("torch")
    run = stock_run("torch.optim.NAdam", DOUBLE)
    assert finding(run).holds
    assert finding(replace(run, excess=None), steps_of(run)).holds is False
    usual = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        (steps,) = stock.run_here("torch", long_runs.check_of([run]).jobs)
    finally:
        torch.set_default_dtype(usual)
    assert finding(replace(run, excess=None), steps).holds
    assert finding(run, steps).holds is False


def test_a_mistake_is_more_than_float32_powers_explain():
    run = stock_run("optax.adam", DEFAULT)
    wrong = np.array(steps_of(run))
    wrong[-1] *= 1.01
    found = finding(run, wrong.tolist())
    assert found.holds is False
    assert found.problem == "float32 powers do not explain so large a difference"


def test_jax_inside_its_default_mode_is_jax_in_a_process_that_never_heard_of_float64():
    run = stock_run("optax.adam", DEFAULT)
    inside = steps_of(run)
    program = (
        "import json, sys\n"
        "from crosscheck.conventions.optimizers import long_runs\n"
        "import jax; assert not jax.config.jax_enable_x64\n"
        "jax.enable_x64 = lambda on: __import__('contextlib').nullcontext()\n"
        "print(json.dumps(long_runs.run('optax', json.loads(sys.argv[1]))))\n"
    )
    ((_, job),) = long_runs.check_of([run]).jobs
    environment = {k: v for k, v in os.environ.items() if k != "JAX_ENABLE_X64"}
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(job)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == inside


def test_a_run_that_fails_does_not_hold_and_one_that_is_not_installed_is_not_tried():
    run = stock_run("optax.adam", DEFAULT)
    assert finding(run, {"error": "it fails"}).holds is False
    assert finding(run, {"missing": "optax"}).holds is None


def test_the_page_has_every_run_and_every_reason():
    section = PAGE.partition("## Two hundred steps")[2].partition("\n## ")[0]
    for run in long_runs.long_runs(STOCK_OPTIMIZERS):
        (row,) = (line for line in section.splitlines() if f"`{run.optimizer.name}`" in line)
        assert run.excess is None or row.endswith(f"| {run.excess.reason} |")
    assert "**does not hold**" not in section
