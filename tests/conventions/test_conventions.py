"""Stock optimizers are what their rows say, and what is wrong in a row is found out."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import reference_numpy.optimizers
from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.conventions.everything import findings
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers import claims
from crosscheck.conventions.optimizers.claims import GRADS, START, trials
from crosscheck.conventions.optimizers.rows import Argument, Off
from crosscheck.conventions.optimizers.specs import expected
from crosscheck.conventions.optimizers.table import ROWS

PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")


def need(*names):
    for name in names:
        missing = stock.FRAMEWORKS[name].missing
        if missing:
            pytest.skip(f"{missing} is not installed")


def row_of(call, framework=None):
    return next(r for r in ROWS if r.call == call and framework in (None, r.framework))


def executed(row):
    """What comes of a row that is not in the table."""
    jobs, found = claims.claimed_of([row])
    return found(stock.computed(row.framework, jobs))


def steady(row):
    """The trials of a row whose learning rate does not change."""
    return [trial for trial in trials([row]) if claims.CHANGING not in trial.probe]


# ----- rows -----


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.framework}-{row.call}")
def test_the_words_for_a_row_are_a_call_of_the_reference_that_does_it(row):
    for trial in steady(row)[:2]:
        words = vars(reference_numpy.optimizers)
        optimizer = eval(trial.spec.in_words(), {"__builtins__": {}}, words)
        theta, state, path = START, optimizer.init(START), []
        for grad in GRADS:
            updates, state = optimizer.update(grad, state, theta)
            theta = reference_numpy.optimizers.apply_updates(theta, updates)
            path.append(theta)
        exact = expected(trial.spec, (trial.spec.learning_rate,) * len(GRADS), START, GRADS)
        assert np.all(np.abs(np.array(path) - exact.values) <= exact.bounds)


def test_a_row_that_is_wrong_is_found_out():
    need("torch", "mlx")
    adam, sgd = row_of("torch.optim.Adam"), row_of("torch.optim.SGD")
    wrong = {
        "eps elsewhere": replace(adam, fixed={"eps_place": "hat"}),
        "the rate inside": replace(sgd, fixed={"rate_inside": True, "dampen_first": False}),
        "the first step dampened": replace(sgd, fixed={"rate_inside": False}),
        "decay beside the update": replace(sgd, decoupled=True),
        "off where it is not": replace(adam, off=Off("no reason", {"defaults": 1e-9})),
        "off by another size": replace(
            row_of("torch.optim.NAdam"), off=Off("float32", {"defaults": 1e-6})
        ),
        "another default": replace(adam, arguments=(replace(adam.arguments[0], default=0.01),)),
        "an argument that it has not": replace(
            adam, arguments=(*adam.arguments, Argument("speed", 1.0, inert=True))
        ),
        "in float64 throughout": replace(row_of("mlx.optimizers.SGD"), rounds=()),
    }
    for name, row in wrong.items():
        found = executed(row)
        assert any(f.holds is False for f in found), name


def test_what_cannot_be_run_does_not_hold():
    broken = replace(row_of("torch.optim.SGD"), call="torch.optim.NoSuch")
    need("torch")
    (found, *_) = executed(broken)
    assert found.holds is False
    assert "AttributeError" in found.problem


def test_what_is_not_installed_is_said_and_holds_neither_way(monkeypatch):
    absent = stock.Stock("A framework", ("a_package_that_is_not_there",))
    monkeypatch.setitem(stock.FRAMEWORKS, "torch", absent)
    found = findings(["torch"], "adam")
    assert {f.missing for f in found} == {"a_package_that_is_not_there"}
    assert {f.holds for f in found} == {None}


def test_a_difference_that_is_no_number_does_not_hold():
    finding = Finding("optimizer", "torch", "x", "defaults", "equals y", float("nan"), 0.0, 1.0)
    assert finding.holds is False


def test_probes_show_what_defaults_hide():
    # At its defaults Adam with another place of eps is off by less than 1e-6; under a probe by
    # nearly a hundredth: a row with the wrong place is found out by a wide margin.
    adam = row_of("torch.optim.Adam")
    hat = replace(adam, fixed={"eps_place": "hat"})
    sizes = []
    for one, other in zip(steady(adam)[:2], steady(hat)[:2], strict=True):
        paths = [expected(t.spec, t.rates, START, GRADS).values for t in (one, other)]
        sizes.append(np.max(np.abs(paths[0] - paths[1])))
    assert sizes[0] < 1e-6
    assert sizes[1] > 5e-3


# ----- the command line -----


@cache
def run(*arguments):
    return CliRunner().invoke(main, arguments)


def test_conventions_are_shown_and_written():
    need("optax")
    result = run("conventions", "--optimizer", "amsgrad", "--framework", "optax", "--json", "-")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["holds"] is True
    assert {f["component"] for f in found["findings"]} == {
        "optax.adam",
        "optax.adamw",
        "optax.amsgrad",
    }
    assert list(found["versions"]) == ["optax"]
    assert "statements hold; 0 could not be tried" in result.stderr


def test_a_statement_that_is_not_true_ends_with_1(monkeypatch):
    need("torch")
    wrong = replace(row_of("torch.optim.RAdam"), fixed={"threshold": 4.0})
    monkeypatch.setattr(claims, "ROWS", (wrong,))
    result = CliRunner().invoke(
        main, ["conventions", "--optimizer", "radam", "--framework", "torch"]
    )
    assert result.exit_code == 1
    assert "does not hold: torch.optim.RAdam" in result.stdout
    assert "NOT TRUE." in result.stdout


def test_a_page_of_part_of_it_is_a_page():
    need("optax")
    result = run("conventions", "--framework", "optax", "--optimizer", "lion", "--markdown")
    assert result.exit_code == 0
    assert "### lion" in result.stdout
    assert "### adam" not in result.stdout
    assert "## Losses" not in result.stdout


def test_the_page_says_what_the_rows_say():
    for row in ROWS:
        assert f"`{row.call}`" in PAGE
        for trial in trials([row])[:1]:
            statement = claims._finding(trial, {"missing": "x"}).statement
            assert trial.spec.in_words() in PAGE
            assert statement.partition(": ")[2] in PAGE


def test_what_nothing_is_stated_about_does_not_hold_by_that():
    result = CliRunner().invoke(
        main, ["conventions", "--optimizer", "lion", "--framework", "sklearn"]
    )
    assert result.exit_code == 2
    assert "nothing is stated about lion in sklearn" in " ".join(result.stderr.split())
