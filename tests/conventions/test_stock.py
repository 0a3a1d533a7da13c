"""The statements about the frameworks hold, and a wrong one does not."""

import math
import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from crosscheck.conventions import everything, stock
from crosscheck.conventions.functions import (
    activations,
    initializers,
    kinks,
    losses,
    running,
    table,
)
from crosscheck.conventions.functions.factors import Factor
from crosscheck.conventions.functions.statements import WITHIN_EQUAL, relative_difference
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS

MSE, RELU, LINEAR = losses.TORCH[0], kinks.TORCH[0], initializers.TORCH[0]
XAVIER_NORMAL, TANH_GELU = initializers.TORCH[3], activations.TORCH[6]
SUMMED = losses.OPTAX[1]
LARGER = Factor("1.01 / sqrt(fan_in)", lambda fan_in, fan_out: 1.01 / fan_in**0.5)
UNIT = Factor("1", lambda fan_in, fan_out: 1.0)


# One job in so many is run, unless all are asked for: the frameworks compute for a minute and more.
ONE_IN = 8
LEFT_OUT = {"missing": "a place in the sample"}


def sample_of(number, seed):
    """One in so many of the first numbers: always as many, or a small framework might have none."""
    return set(random.Random(seed).sample(range(number), math.ceil(number / ONE_IN)))


@cache
def found(seed):
    """The findings; those of jobs that this seed does not choose have no result. None takes all."""
    run_all = stock.run_side_by_side

    def run_some(jobs, progress):
        chosen = {
            name: [job if number in drawn else None for number, job in enumerate(of_it)]
            for name, of_it in jobs.items()
            for drawn in [sample_of(len(of_it), f"{seed} {name}")]
        }
        results = run_all({n: [job for job in c if job] for n, c in chosen.items()}, progress)
        return {
            name: [next(made) if job else LEFT_OUT for job in chosen[name]]
            for name, made in ((name, iter(each)) for name, each in results.items())
        }

    with pytest.MonkeyPatch.context() as patch:
        if seed is not None:
            patch.setattr(stock, "run_side_by_side", run_some)
        return everything.findings()


@pytest.fixture
def findings(pytestconfig):
    return found(None if pytestconfig.getoption("--all") else pytestconfig.getoption("--sample"))


@pytest.mark.parametrize("name", stock.FRAMEWORKS)
def test_every_statement_about_a_framework_holds(name, findings, pytestconfig):
    of_it = [finding for finding in findings if finding.framework == name]
    about = {finding.component for finding in of_it if finding.kind == "optimizer"}
    assert about == {each.label for each in STOCK_OPTIMIZERS if each.framework == name}
    if stock.FRAMEWORKS[name].missing is not None:
        assert {finding.holds for finding in of_it} == {None}
        pytest.skip(f"{stock.FRAMEWORKS[name].title} is not installed")
    wrong = [finding for finding in of_it if finding.holds is False]
    assert not wrong, "\n".join(map(str, wrong))
    run = sum(finding.holds is True for finding in of_it)
    assert run > len(of_it) / (2 * ONE_IN)
    assert run == len(of_it) or not pytestconfig.getoption("--all")


# ----- a wrong statement is detected -----

WRONG = [
    (replace(MSE, value=Factor("2 * {}", lambda B, K: 2.0)), "difference"),
    (replace(MSE, gradient=Factor("K * {}", lambda B, K: K)), "difference"),
    (replace(MSE, reference="squared_error"), "difference"),
    (replace(MSE, smoothing=0.1), "difference"),
    (replace(RELU, gradient=0.5), "difference"),
    (replace(RELU, value=1e-12), "difference"),
    (replace(TANH_GELU, within=WITHIN_EQUAL), "difference"),
    (replace(TANH_GELU, component="torch.nn.functional.gelu(z)"), "difference"),
    (replace(LINEAR, scale=LARGER), "difference"),
    (replace(LINEAR, distribution="normal"), "difference"),
    (replace(LINEAR, layout="fan_in, fan_out"), "its shape is (900, 400)"),
    (replace(LINEAR, tensor="layer.bias", layout="fan_out", distribution="zero"), "difference"),
    (replace(XAVIER_NORMAL, distribution="truncated"), "difference"),
    (replace(RELU, component="torch.no_such(z)"), "AttributeError: module 'torch' has no"),
]


@pytest.mark.parametrize(("statement", "why"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_a_wrong_statement_does_not_hold(statement, why, monkeypatch):
    pytest.importorskip("torch")
    own = {statement.component, getattr(statement, "tensor", statement.component)}
    monkeypatch.setattr(running, "EXPRESSIONS", running.EXPRESSIONS | own)
    (result,) = stock.run_jobs("torch", [(running.__name__, statement.job())])
    wrong = [finding for finding in statement.findings(result) if not finding.holds]
    assert wrong
    assert all(finding.holds is False for finding in wrong)
    assert wrong[0].problem is None if why == "difference" else why in wrong[0].problem


def test_a_loss_that_reduces_is_not_taken_for_one_that_does_not():
    value, gradient = SUMMED.expected()
    whole = {"value": value.tolist(), "gradient": gradient.tolist()}
    (finding,) = SUMMED.findings(whole)
    assert finding.problem == "it gives 1 number, not 12"
    assert finding.holds is False
    (finding,) = SUMMED.findings(whole | {"value": np.full((4, 3), value / 12).tolist()})
    assert finding.holds


def test_a_difference_is_relative_to_the_largest_number_expected():
    assert relative_difference([1.0, 200.0], [0.0, 200.0]) == 1 / 200
    assert relative_difference([3.0], [0.0]) == 3.0
    assert relative_difference([np.nan, np.inf, 4.0], [np.nan, np.inf, 4.0]) == 0.0
    assert np.isnan(relative_difference([np.nan, 1.0], [0.0, 1.0]))
    assert np.isnan(relative_difference([0.0], [np.nan]))
    assert relative_difference([np.inf], [1.0]) == np.inf
    assert relative_difference([-np.inf], [np.inf]) == np.inf


# ----- initializers -----


@pytest.mark.parametrize("distribution", ["uniform", "normal", "truncated"])
def test_draws_of_the_stated_distribution_hold_and_those_of_others_do_not(distribution):
    rng = np.random.default_rng(0)
    for _ in range(5):
        normal = rng.standard_normal((400, 900))
        drawn = {"uniform": rng.uniform(-1, 1, (400, 900)), "normal": normal}
        inside = normal[abs(normal) < 2][:324000] / initializers.CUT
        drawn["truncated"] = inside.reshape(400, 810)
        for name, array in drawn.items():
            statement = replace(LINEAR, distribution=name, layout="fan_in, fan_out", scale=UNIT)
            statement = replace(statement, fan_out=array.shape[1])
            result = {"shape": array.shape, "largest": abs(array).max(), "deviation": array.std()}
            assert all(finding.holds for finding in statement.findings(result))
            if name != distribution:
                other = replace(statement, distribution=distribution).findings(result)
                assert not all(finding.holds for finding in other)


# ----- frameworks that cannot be run -----


def test_a_framework_that_is_not_installed_is_named_and_its_statements_neither_hold_nor_fail(
    monkeypatch,
):
    absent = replace(stock.FRAMEWORKS["mlx"], packages=("no_such_package",))
    monkeypatch.setitem(stock.FRAMEWORKS, "mlx", absent)
    findings = everything.findings(["mlx"])
    assert {finding.missing for finding in findings} == {"no_such_package"}
    assert {finding.holds for finding in findings} == {None}
    kinds = {"optimizer", "loss", "activation", "initializer"}
    assert {finding.kind for finding in findings} == kinds


def test_the_statements_about_a_framework_that_cannot_be_run_do_not_hold(monkeypatch):
    # It is installed, but its subprocess fails at once: the module that it runs does not exist.
    present = replace(stock.FRAMEWORKS["tinygrad"], packages=("numpy",))
    monkeypatch.setitem(stock.FRAMEWORKS, "tinygrad", present)
    monkeypatch.setattr(stock, "RUN", "crosscheck.no_such_module:run")
    findings = everything.findings(["tinygrad"])
    assert all("tinygrad cannot be run" in finding.problem for finding in findings)
    assert {finding.holds for finding in findings} == {False}


def test_a_framework_that_takes_too_long_or_ends_its_process_is_named(monkeypatch, tmp_path):
    present = replace(stock.FRAMEWORKS["tinygrad"], packages=("numpy",))
    monkeypatch.setitem(stock.FRAMEWORKS, "tinygrad", present)
    (tmp_path / "leaves.py").write_text("def run(framework, job):\n    import os; os._exit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    (result,) = stock.run_jobs("tinygrad", [("leaves", {})])
    assert result["error"] == "tinygrad cannot be run: it ends its process with exit code 3"
    monkeypatch.setattr(stock, "SECONDS", 0.001)
    (result,) = stock.run_jobs("tinygrad", [("nothing", {})])
    assert result["error"] == "tinygrad cannot be run: it hangs: no result after 0.001 s"


def test_an_unknown_framework_is_an_error():
    with pytest.raises(KeyError, match="nosuch"):
        everything.findings(["nosuch"])


def test_the_statements_are_about_the_known_frameworks_and_none_is_made_twice(findings):
    assert {each.framework for each in table.STATEMENTS} == set(stock.FRAMEWORKS)
    assert len(set(table.STATEMENTS)) == len(table.STATEMENTS)
    all_statements = [(f.framework, f.component, f.probe, f.statement, f.kind) for f in findings]
    assert len(set(all_statements)) == len(all_statements)
