"""Stock schedules are what is stated about them, and are translated with the proof."""

import json
from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner
from schedules_drawn import random_schedules

from crosscheck.cli.main import main
from crosscheck.conventions import schedules as forms
from crosscheck.conventions import stock
from crosscheck.conventions.optimizers import running as signatures
from crosscheck.conventions.schedules import running
from crosscheck.conventions.schedules.reading import BESIDE
from crosscheck.conventions.schedules.table import STOCK_SCHEDULES
from crosscheck.conventions.schedules.translating import translate_schedule
from crosscheck.conventions.schedules.trials import HALF_ULP, Trial, trials
from crosscheck.conventions.schedules.writing import written

TORCH = "torch.optim.lr_scheduler"


def need(*names):
    for name in names:
        missing = stock.FRAMEWORKS[name].missing
        if missing:
            pytest.skip(f"{missing} is not installed")


# ----- statements: that every one holds is tested with all others, in test_stock.py -----


def test_every_row_is_run():
    for framework in {row.framework for row in STOCK_SCHEDULES}:
        run = {trial.read.row.name for trial in trials(framework)}
        rows = [row for row in STOCK_SCHEDULES if row.framework == framework and row.runnable]
        assert run == {row.name for row in rows}


DRAWN = {"torch": 20, "optax": 4, "keras-torch": 20, "tensorflow": 20}
UPDATES = 50


@cache
def results(host):
    """The signatures of a framework's schedules, and the rates of those that are drawn."""
    rows = [row for row in STOCK_SCHEDULES if row.framework == host and row.runnable]
    jobs = [(signatures.__name__, {"optimizer": row.name}) for row in rows]
    drawn = [(each, written(each, host)) for each in random_schedules(seed=2, count=DRAWN[host])]
    for _, code in drawn:
        words = {"base_rate": code.base_rate or 1.0, "updates": UPDATES, "dtypes": ["float64"]}
        jobs.append((running.__name__, {"code": code.code} | words))
    found = stock.run_jobs(host, jobs)  # at once: some need a process of their own
    return [*zip(rows, found, strict=False)], [*zip(drawn, found[len(rows) :], strict=True)]


@pytest.mark.parametrize("host", DRAWN)
def test_a_row_has_the_arguments_and_defaults_of_its_framework(host):
    need(host)
    signatures_of_rows, _ = results(host)
    for row, installed in signatures_of_rows:
        own = {
            name: "" if each.default is each.empty else repr(each.default)
            for name, each in row.parameters.items()
        }
        assert "error" not in installed, installed
        left, stated = (
            {name: default for name, default in each.items() if name not in BESIDE}
            for each in (installed, own)
        )
        assert left == stated, row.name


OFF_BY_ONE = [
    ("torch", f"{TORCH}.StepLR(optimizer, 4)", f"{TORCH}.StepLR(optimizer, 5)"),
    ("torch", f"{TORCH}.MultiStepLR(optimizer, [4])", f"{TORCH}.MultiStepLR(optimizer, [5])"),
    ("torch", f"{TORCH}.LinearLR(optimizer)", f"{TORCH}.LinearLR(optimizer, total_iters=6)"),
    (
        "torch",
        f"{TORCH}.CosineAnnealingLR(optimizer, 999)",
        f"{TORCH}.CosineAnnealingLR(optimizer, 1000)",
    ),
    ("optax", "optax.linear_schedule(0.1, 0.0, 999)", "optax.linear_schedule(0.1, 0.0, 1000)"),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("host", "stated", "run"), OFF_BY_ONE)
def test_what_is_stated_one_update_off_does_not_hold(host, stated, run):
    need(host)
    trial = Trial(host, stated)
    module, job = trial.job()
    (right, wrong) = stock.run_jobs(
        host, [(module, job), (module, job | {"code": Trial(host, run).read.call})]
    )
    assert all(finding.holds for finding in trial.findings(right))
    assert not any(finding.holds for finding in trial.findings(wrong))


def test_what_cannot_be_run_does_not_hold_and_what_is_not_installed_is_not_tried():
    trial = Trial("torch", f"{TORCH}.StepLR(optimizer, 4)")
    assert {each.holds for each in trial.findings({"error": "it ended"})} == {False}
    assert {each.holds for each in trial.findings({"missing": "torch"})} == {None}
    ending = Trial("torch", f"{TORCH}.OneCycleLR(optimizer, 0.1, 20)", "end")
    (found,) = ending.findings({"float64": [], "float32": []})  # it made the update
    assert found.holds is False


@pytest.mark.parametrize("host", DRAWN)
def test_drawn_schedules_run_in_a_framework_as_their_closed_forms(host):
    need(host)
    _, rates_of_drawn = results(host)
    for (schedule, code), result in rates_of_drawn:
        assert "error" not in result, (code.code, result)
        rates = schedule(np.arange(UPDATES))
        # A rounding or some at every update, in float32 where JAX or keras.ops does so.
        rounding = HALF_ULP["float64" if host == "torch" else "float32"] * 16
        error = np.max(np.abs(np.array(result["float64"]) - rates))
        assert error <= rounding * (UPDATES if host == "torch" else 2) * np.max(rates), code.code


# ----- translating -----

OWN = {
    (f"{TORCH}.LinearLR(optimizer)", "optax"): "optax.linear_schedule(0.3333333333333333, 1.0, 5)",
    (f"{TORCH}.StepLR(optimizer, 30)", "optax"): "optax.exponential_decay(1.0, "
    "transition_steps=30, decay_rate=0.1, staircase=True)",
    ("optax.linear_schedule(0.1, 0.01, 9)", "torch"): f"{TORCH}.LinearLR(optimizer, "
    "start_factor=1.0, end_factor=0.09999999999999999, total_iters=9)",
    ("optax.piecewise_constant_schedule(0.1, {4: 0.5, 8: 0.5})", "torch"): f"{TORCH}.MultiStepLR("
    "optimizer, milestones=[4, 8], gamma=0.5)",
    ("schedules.cosine_restarts(0.1, steps=4, growth=2.0)", "torch"): f"{TORCH}."
    "CosineAnnealingWarmRestarts(optimizer, T_0=4, T_mult=2, eta_min=0.0)",
}


@pytest.mark.parametrize(("code", "to"), OWN)
def test_a_schedule_is_written_as_another_framework_s_own_that_is_equal(code, to):
    need("torch", "optax")
    found = translate_schedule(code, to=to)
    assert found.target == OWN[code, to]
    assert found.equal
    assert not found.is_function
    assert found.nearest is None


def test_where_the_end_differs_a_function_is_equal_and_the_nearest_is_named():
    need("torch", "optax")
    found = translate_schedule(f"{TORCH}.CosineAnnealingLR(T_max=100)", to="optax")
    assert found.equal
    assert found.is_function
    nearest = found.nearest
    assert nearest.code == "optax.cosine_decay_schedule(1.0, 100)"
    # PyTorch's cosine climbs again: it is at its top where optax's stays at 0.
    assert (nearest.difference.first_step, nearest.difference.worst_step) == (101, 200)
    assert nearest.difference.largest == 1.0
    assert found.updates == 250
    names = {}
    exec(found.reference, names)
    assert names["learning_rate"].code == found.expression


def test_an_end_one_update_earlier_is_written_as_that():
    code = written(forms.cosine(0.1, steps=100, endpoint=True), "keras").code
    assert "decay_steps=99" in code


def test_provisos_name_their_framework():
    need("torch", "optax")
    found = translate_schedule(f"{TORCH}.OneCycleLR(optimizer, 0.1, 30)", to="optax", base_rate=0.1)
    texts = " ".join(found.provisos)
    assert "PyTorch: OneCycleLR cycles the momentum" in texts
    assert "PyTorch: it was compared to update 30, the last" in texts
    quiet = translate_schedule(
        f"{TORCH}.OneCycleLR(optimizer, 0.1, 30, cycle_momentum=False)", to="optax"
    )
    assert "momentum" not in " ".join(quiet.provisos)
    found = translate_schedule("optax.exponential_decay(0.1, 9, 0.5)", to="torch")
    assert "optax: exponential_decay divides its int32 count" in " ".join(found.provisos)
    assert "PyTorch: the optimizer has lr=0.1" in found.provisos
    found = translate_schedule(f"{TORCH}.StepLR(optimizer, 30)", to="optax")
    assert "PyTorch: it multiplies the optimizer's rate, which was taken to be 1" in found.provisos


def test_a_rate_that_is_not_a_number_is_named():
    need("torch", "optax")
    found = translate_schedule("optax.polynomial_schedule(1.0, 0.0, 0.5, 21)", to="torch")
    assert "optax: polynomial_schedule is NaN from its end on" in " ".join(found.provisos)
    # XLA may compute the quotient otherwise some day; then nothing is not finite.
    assert found.equal is (found.not_finite is None)
    back = translate_schedule("PolynomialLR(opt, 21, 0.5)", to="optax")
    assert back.equal
    assert back.is_function is (found.not_finite is not None)
    assert found.difference <= found.bound
    json.dumps(found.as_json(), allow_nan=False)


def test_what_is_only_read_is_not_proved():
    need("torch", "optax")
    text = "transformers.get_linear_schedule_with_warmup(optimizer, 10, 100)"
    found = translate_schedule(text, to="optax")
    assert found.equal is None
    assert found.problem == "transformers.get_linear_schedule_with_warmup is not run here"
    assert found.target.startswith("optax.join_schedules([optax.linear_schedule(0.0, 1.0, 10)")


def test_a_framework_that_is_not_installed_proves_nothing(monkeypatch):
    absent = stock.StockFramework("A framework", ("a_package_that_is_not_there",))
    monkeypatch.setitem(stock.FRAMEWORKS, "optax", absent)
    found = translate_schedule("schedules.cosine(0.1, steps=9)", to="optax")
    assert found.equal is None
    assert found.problem == "a_package_that_is_not_there is not installed"


def test_a_framework_whose_optimizers_take_no_schedule_is_named():
    with pytest.raises(ValueError, match="the optimizers of MLX take no schedule"):
        translate_schedule("optax.cosine_decay_schedule(0.1, 9)", to="mlx")
    with pytest.raises(ValueError, match="unknown framework"):
        translate_schedule("optax.cosine_decay_schedule(0.1, 9)", to="nosuch")


# ----- the command line -----


@cache
def run(*arguments):
    return CliRunner().invoke(main, arguments)


def test_a_schedule_is_translated_at_the_command_line():
    need("torch", "optax")
    result = run("translate", f"{TORCH}.CosineAnnealingLR(T_max=100)", "--to", "optax")
    assert result.exit_code == 0, result.stderr
    assert "optax has no schedule of its own that is equal" in result.stdout
    assert "The nearest of optax: optax.cosine_decay_schedule(1.0, 100)" in result.stdout
    assert "equal up to update 100, and differs most at update 200, by 1" in result.stdout
    assert "over updates 0 to 249" in result.stdout


def test_the_translation_is_written_for_other_programs():
    need("torch", "optax")
    result = run("translate", "LinearLR(opt)", "--to", "optax", "--base-rate", "0.1", "--json", "-")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["target"] == "optax.linear_schedule(0.03333333333333333, 0.1, 5)"
    assert found["equal"] is True
    assert found["difference"] <= found["bound"] <= 1e-7
    assert 0 <= found["worst_step"] < found["updates"] == 20
    assert found["nearest"] is None
    assert found["reference"].endswith(found["expression"])


def test_what_cannot_be_read_is_bad_usage():
    for text, message in (
        ("StpeLR(opt, 3)", "did you mean torch.optim.lr_scheduler.StepLR?"),
        ("LambdaLR(opt, f)", "a function of yours gives its factor"),
        ("optax.cosine_decay_schedule(0.1, 0)", "optax itself refuses decay_steps"),
    ):
        result = run("translate", text, "--to", "keras")
        assert result.exit_code == 2
        assert message in " ".join(result.stderr.split())
    result = run("translate", "optax.adam(0.1)", "--to", "torch", "--base-rate", "0.1")
    assert result.exit_code == 2
    assert "--base-rate is of a learning-rate schedule alone" in " ".join(result.stderr.split())
