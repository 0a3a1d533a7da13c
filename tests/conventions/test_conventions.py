"""Stock optimizers are what is stated about them, and a wrong statement is detected."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import reference_numpy.optimizers
from crosscheck.cli.main import main
from crosscheck.conventions import page_texts, stock
from crosscheck.conventions.everything import findings
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers import trials as trials_module
from crosscheck.conventions.optimizers.probes import GRADS, START
from crosscheck.conventions.optimizers.specs import trajectory
from crosscheck.conventions.optimizers.stock_optimizer import Argument, KnownDeviation
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.trials import (
    CHANGING,
    IGNORED,
    check_of,
    trial_finding,
    trials,
)
from crosscheck.conventions.schedules import page as schedules_page

PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")


def need(*names):
    for name in names:
        missing = stock.FRAMEWORKS[name].missing
        if missing:
            pytest.skip(f"{missing} is not installed")


def stock_optimizer(name):
    return next(each for each in STOCK_OPTIMIZERS if each.name == name)


def check(optimizer):
    """The findings of an optimizer that is not in the table."""
    its_check = check_of([optimizer])
    return its_check.read(stock.run_jobs(optimizer.framework, its_check.jobs))


def steady_trials(optimizer):
    """The trials in which the learning rate does not change."""
    return [trial for trial in trials([optimizer]) if CHANGING not in trial.probe]


# ----- statements -----


@pytest.mark.sampled(30)
@pytest.mark.parametrize(
    "optimizer", STOCK_OPTIMIZERS, ids=lambda each: f"{each.framework}-{each.name}"
)
def test_the_stated_call_of_the_reference_can_be_run_and_makes_the_exact_steps(optimizer):
    for trial in steady_trials(optimizer)[:2]:
        names = vars(reference_numpy.optimizers)
        reference = eval(trial.spec.reference_call(), {"__builtins__": {}}, names)
        theta, state, path = START, reference.init(START), []
        for grad in GRADS:
            turned = -grad if trial.spec.ascends else grad
            updates, state = reference.update(turned, state, theta)
            theta = reference_numpy.optimizers.apply_updates(theta, updates)
            path.append(theta)
        exact = trajectory(trial.spec, (trial.spec.learning_rate,) * len(GRADS), START, GRADS)
        assert np.all(np.abs(np.array(path) - exact.values) <= exact.bounds)


ADAM, SGD = stock_optimizer("torch.optim.Adam"), stock_optimizer("torch.optim.SGD")
WRONG = {
    "eps elsewhere": replace(ADAM, fixed={"eps_place": "hat"}),
    "the rate inside": replace(SGD, fixed={"rate_inside": True, "dampen_first": False}),
    "the first step dampened": replace(SGD, fixed={"rate_inside": False}),
    "decay beside the update": replace(SGD, decoupled=True),
    "a deviation where there is none": replace(
        ADAM, deviation=KnownDeviation("no reason", {"defaults": 1e-9})
    ),
    "a deviation of another size": replace(
        stock_optimizer("torch.optim.NAdam"),
        deviation=KnownDeviation("float32", {"defaults": 1e-6}),
    ),
    "another default": replace(ADAM, arguments=(replace(ADAM.arguments[0], default=0.01),)),
    "an argument that it does not have": replace(
        ADAM, arguments=(*ADAM.arguments, Argument("speed", 1.0, inert=True))
    ),
    "in float64 throughout": replace(stock_optimizer("mlx.optimizers.SGD"), rounds=()),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_statement_is_detected(name):
    need(WRONG[name].framework)
    assert any(finding.holds is False for finding in check(WRONG[name]))


def test_an_optimizer_that_cannot_be_run_does_not_hold():
    broken = replace(stock_optimizer("torch.optim.SGD"), name="torch.optim.NoSuch")
    need("torch")
    (found, *_) = check(broken)
    assert found.holds is False
    assert "AttributeError" in found.problem


def test_a_statement_about_a_package_that_is_not_installed_neither_holds_nor_fails(monkeypatch):
    absent = stock.StockFramework("A framework", ("a_package_that_is_not_there",))
    monkeypatch.setitem(stock.FRAMEWORKS, "torch", absent)
    found = findings(["torch"], "adam")
    assert {f.missing for f in found} == {"a_package_that_is_not_there"}
    assert {f.holds for f in found} == {None}


def test_a_difference_that_is_nan_does_not_hold():
    finding = Finding("optimizer", "torch", "x", "defaults", "equals y", float("nan"), 0.0, 1.0)
    assert finding.holds is False


def test_probes_show_what_defaults_hide():
    # At its defaults Adam with another place of eps differs by less than 1e-6, and under a probe by
    # nearly a hundredth, far more than its bound.
    adam = stock_optimizer("torch.optim.Adam")
    hat = replace(adam, fixed={"eps_place": "hat"})
    sizes = []
    for one, other in zip(steady_trials(adam)[:2], steady_trials(hat)[:2], strict=True):
        paths = [trajectory(t.spec, t.rates, START, GRADS).values for t in (one, other)]
        sizes.append(np.max(np.abs(paths[0] - paths[1])))
    assert sizes[0] < 1e-6
    assert sizes[1] > 5e-3


# ----- the command line -----


@cache
def run(*arguments):
    return CliRunner().invoke(main, arguments)


def test_conventions_are_shown_and_written():
    need("optax")
    result = run("conventions", "--optimizer", "lion", "--framework", "optax", "--json", "-")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["holds"] is True
    assert {f["component"] for f in found["findings"]} == {
        "optax.lion",
        "optax.sign_sgd",  # Lion without a moment
        "optax.signum",
    }
    assert list(found["versions"]) == ["optax"]
    assert "statements hold; 0 could not be tried" in result.stderr


def test_a_statement_that_is_not_true_ends_with_1(monkeypatch):
    need("torch")
    wrong = replace(stock_optimizer("torch.optim.RAdam"), fixed={"threshold": 4.0})
    monkeypatch.setattr(trials_module, "STOCK_OPTIMIZERS", (wrong,))
    result = CliRunner().invoke(
        main, ["conventions", "--optimizer", "radam", "--framework", "torch"]
    )
    assert result.exit_code == 1
    assert "does not hold: torch.optim.RAdam" in result.stdout
    assert "NOT TRUE." in result.stdout


def test_the_page_can_be_written_for_one_optimizer_of_one_framework():
    need("optax")
    result = run("conventions", "--framework", "optax", "--optimizer", "adagrad", "--markdown")
    assert result.exit_code == 0
    assert "### adagrad" in result.stdout
    assert "### adam" not in result.stdout
    assert "## Losses" not in result.stdout


def test_the_page_has_the_texts_of_the_code():
    own = (page_texts.HEAD, page_texts.LONG_RUNS, page_texts.PAIRS)
    for text in (*own, *page_texts.INTRODUCTIONS.values(), schedules_page.INTRODUCTION):
        assert text.strip("\n") in PAGE


def test_the_page_has_every_statement_about_an_optimizer():
    for optimizer in STOCK_OPTIMIZERS:
        assert f"`{optimizer.label}`" in PAGE
        for trial in trials([optimizer])[:1]:
            statement = trial_finding(trial, {"missing": "x"}).statement
            assert trial.spec.reference_call() in PAGE
            assert statement.partition(": ")[2] in PAGE


def test_an_optimizer_without_any_statement_is_bad_usage():
    result = CliRunner().invoke(
        main, ["conventions", "--optimizer", "lion", "--framework", "sklearn"]
    )
    assert result.exit_code == 2
    assert "nothing is stated about lion in sklearn" in " ".join(result.stderr.split())


def test_mlx_ignores_a_negative_decay_in_lion_alone():
    need("mlx")
    lion, adamw = (stock_optimizer(f"mlx.optimizers.{name}") for name in ("Lion", "AdamW"))
    ignored = [each for each in check(lion) if IGNORED in each.probe]
    assert [each.holds for each in ignored] == [True, True]
    own = tuple(
        replace(each, ignored_below=0.0) if each.name == "weight_decay" else each
        for each in adamw.arguments
    )
    wrong = [each for each in check(replace(adamw, arguments=own)) if IGNORED in each.probe]
    assert [each.holds for each in wrong] == [False, False]
