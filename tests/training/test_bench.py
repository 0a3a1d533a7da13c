"""`crosscheck bench`: that it measures what it says. How fast anything is, no test asserts."""

import gc
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pictures import english_in_chinese, texts_of
from rich.console import Console

from crosscheck.cli.main import main
from crosscheck.report.bench import show
from crosscheck.training.bench import growing, measuring
from crosscheck.training.bench.measuring import (
    GOALS,
    Goal,
    Timing,
    measured_ratio,
    power_law_exponent,
)
from crosscheck.training.bench.records import as_json
from crosscheck.training.bench.summary import summarise
from crosscheck.training.bench.tasks import Task
from crosscheck.training.bench.variants import VARIANTS, Variant
from crosscheck.training.choices import NETWORK, SAMPLES

TASK = Task(64, 16, (6, 4, 3), "float32", "sgd")
FULL = Task(SAMPLES, 16, NETWORK, "float32", "sgd")
SMALL = ("--samples", "64", "--batch-size", "16", "--layers", "6,4,3", "--repeats", "2")


@pytest.fixture(autouse=True, scope="module")
def nothing_old_is_garbage():
    """What is measured collects garbage before: not in all that the whole suite has, each time."""
    gc.freeze()


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """The command changes its own process: not for the tests that follow, or run beside these."""
    monkeypatch.setenv("XLA_FLAGS", os.environ.get("XLA_FLAGS", ""))
    monkeypatch.setattr("os.sched_setaffinity", lambda process, cores: None, raising=False)


def test_what_is_measured_takes_turns_and_the_first_epoch_is_not_counted():
    said = []

    def fake(name):
        return Variant(name, "stock", lambda task: lambda epoch: said.append((name, epoch)))

    found = measuring.measure([TASK], 2, [fake("a"), fake("b")])
    assert said == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert [(f.variant.name, len(f.seconds), f.missing) for f in found] == [
        ("a", 2, None),
        ("b", 2, None),
    ]


@pytest.mark.parametrize("error", [ImportError("no x"), RuntimeError("no compiler\nnone at all")])
@pytest.mark.parametrize("when", ["at once", "in the first epoch"])
def test_what_cannot_be_measured_says_why_and_the_others_are_measured(error, when, capsys):
    def broken(task):
        if when == "at once":
            raise error
        return lambda epoch: broken_epoch()

    def broken_epoch():
        raise error

    fine = Variant("fine", "stock", lambda task: lambda epoch: None)
    found = measuring.measure([TASK], 1, [Variant("broken", "stock", broken), fine])
    assert found[0].seconds == ()
    assert found[0].missing == f"{type(error).__name__}: {error}"
    assert len(found[1].seconds) == 1
    show(Console(width=200), summarise(found, []))
    shown = capsys.readouterr().out
    first_line = found[0].missing.splitlines()[0]
    assert f"broken: not measured: {first_line}\n" in shown
    assert "none at all" not in shown


@pytest.mark.usefixtures("matplotlib")
def test_the_command_shows_the_ratios_and_writes_them(tmp_path):
    names = [part for name in ("numpy", "sampl", "written") for part in ("--variant", name)]
    only = (*SMALL, *names, "--dtype", "float32", "--plot", str(tmp_path))
    result = CliRunner().invoke(main, ["bench", "--json", "-", *only])
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    named = [(entry["variant"], entry["optimizer"]) for entry in found["measured"]]
    assert named == [
        ("numpy", "sgd"),
        ("per sample", "sgd"),
        ("numpy, written out", "sgd"),
        ("numpy", "adam"),
    ]
    for entry in found["measured"]:
        assert (entry["missing"], len(entry["seconds"])) == (None, 2)
    assert found["machine"]["versions"]["numpy"] == np.__version__
    assert "6-4-3, 64 samples, batch 16, float32, sgd" in result.stderr
    for library in found["machine"]["blas"]:
        assert f"BLAS: {library}" in " ".join(result.stderr.split())
    drawn = (tmp_path / "bench.svg").read_bytes()
    assert "microseconds per sample" in texts_of(drawn)
    assert english_in_chinese(drawn, {"per", "sample", "written", "out"}) == []  # of variants


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
        (["--growth", "--samples", "255"], "--growth needs --samples of 256 or more"),
    ):
        result = CliRunner().invoke(main, ["bench", *arguments])
        assert result.exit_code == 2
        assert message in " ".join(result.stderr.split())


@pytest.mark.usefixtures("matplotlib")
def test_where_nothing_can_be_measured_nothing_is_drawn(tmp_path, monkeypatch):
    def not_there(task):
        raise ImportError("No module named 'elsewhere'")

    monkeypatch.setattr(
        "crosscheck.training.bench.variants.VARIANTS", (Variant("x", "stock", not_there),)
    )
    result = CliRunner().invoke(main, ["bench", *SMALL, "--plot", str(tmp_path)])
    assert result.exit_code == 0, result.stderr
    assert "nothing could be measured, so nothing is drawn" in result.stderr
    assert not list(tmp_path.iterdir())


def made_up(name, *seconds, task=FULL, missing=None):
    variant = next((v for v in VARIANTS if v.name == name), Variant(name, "stock", None))
    return Timing(task, variant, seconds, missing=missing)


def test_a_goal_is_a_ratio_of_medians_against_the_fastest_rival(monkeypatch):
    monkeypatch.setitem(measuring.RIVALS, "them", ("optax", "scikit-learn"))
    goal = Goal("numpy", "them", 16, "sgd", 3.0)
    found = [made_up("numpy", 1.0, 2.0, 9.0), made_up("optax", 8.0), made_up("scikit-learn", 6.0)]
    assert measured_ratio(goal, found) == 3.0
    for index in range(3):
        assert measured_ratio(goal, found[:index] + found[index + 1 :]) is None
    assert measured_ratio(goal, [*found[:2], made_up("scikit-learn", missing="not there")]) is None
    others = (
        replace(FULL, dtype="float64"),
        replace(FULL, layers=(6, 4, 3)),
        replace(FULL, batch_size=32),
        replace(FULL, optimizer="adam"),
    )
    for other in others:
        assert measured_ratio(goal, [*found[:2], made_up("scikit-learn", 6.0, task=other)]) is None


def test_what_a_floor_does_without_is_set_aside():
    goal = Goal("jax", "matrix products", 16, "sgd", 2.0, at_most=True, set_aside="jax, gathering")
    found = [made_up("jax", 5.0), made_up("matrix products", 2.0)]
    assert measured_ratio(goal, found) is None
    assert measured_ratio(goal, [*found, made_up("jax, gathering", 1.0)]) == 2.0


def test_of_a_floor_that_gathers_as_well_nothing_is_set_aside():
    goal = Goal("numpy", "numpy, written out", 16, "sgd", 1.25, at_most=True)
    found = [made_up("numpy", 5.0), made_up("numpy, written out", 4.0)]
    assert measured_ratio(goal, [*found, made_up("jax, gathering", 1.0)]) == 1.25
    assert goal.is_reached_by(1.25)
    assert not goal.is_reached_by(1.26)


def test_the_goals_name_what_is_measured():
    names = {variant.name for variant in VARIANTS}
    assert {goal.variant for goal in GOALS} <= names
    assert {rival for goal in GOALS for rival in goal.rivals} <= names
    assert {goal.set_aside for goal in GOALS} <= {None, *names}


def test_the_goals_are_those_of_the_document():
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|")[:5])
        for line in (Path(__file__).parents[2] / "docs" / "speed.md").read_text().splitlines()
        if re.match(r"\|[^|]*\|[^|]*\| \d+ \| (sgd|adam) \| [≥≤]", line)
    ]
    assert rows == [
        (
            goal.variant,
            goal.against,
            str(goal.batch_size),
            goal.optimizer,
            f"{'≤' if goal.at_most else '≥'} {goal.ratio:g} ×",
        )
        for goal in GOALS
    ]


def test_the_tables_say_what_was_measured_and_which_goals_are_reached(capsys):
    tasks = [replace(FULL, batch_size=32), replace(FULL, batch_size=256)]
    # 50,000 samples are 1,563 steps of 32, so that numpy takes 100 us and scikit-learn 219.
    found = [
        made_up("numpy", 0.1563, task=tasks[0]),
        made_up("scikit-learn", 0.342297, task=tasks[0]),
        *(made_up("jax", 0.9, task=task) for task in tasks),
        *(made_up("jax, gathering", 0.1, task=task) for task in tasks),
        *(made_up("jax, matrix products", 0.7, task=task) for task in tasks),
        made_up("matrix products", 0.4, task=tasks[0]),
        made_up("matrix products", 0.5, task=tasks[1]),
    ]
    growths = [growing.Growth("numpy", "width", (10, 20), (1.0, 3.0))]
    summary = summarise(found, growths)
    show(Console(width=200), summary)
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("│")
    ]
    assert ["numpy", "reference", "156.3", "100.0", "0.0"] in rows
    products = "matrix products, the fastest"
    assert [row for row in rows if row[-1] in ("reached", "missed")] == [
        ["numpy", "scikit-learn", "32", "sgd", "at least 2.2", "2.19", "missed"],
        ["jax", products, "32", "sgd", "at most 2", "2.00", "reached"],
        ["jax", products, "256", "sgd", "at most 1.3", "1.60", "missed"],
    ]
    assert ["numpy", "width", "10, 20", "1.58"] in rows
    written = as_json(summary)
    reached = {
        (goal["reference"], goal["batch_size"], goal["optimizer"]): goal["measured"]
        for goal in written["goals"]
        if goal["measured"] is not None
    }
    assert reached == pytest.approx(
        {("numpy", 32, "sgd"): 2.19, ("jax", 32, "sgd"): 2.0, ("jax", 256, "sgd"): 1.6}
    )
    assert written["growth"][0]["exponent"] == pytest.approx(np.log2(3))


def test_all_sizes_are_measured_unless_told_otherwise_and_growth_where_told(monkeypatch):
    asked, grown = [], []

    def measure(tasks, repeats, variants, progress):
        asked.extend(tasks)
        return []

    monkeypatch.setattr(measuring, "measure", measure)
    monkeypatch.setattr(growing, "measure_growth", lambda *arguments: grown.append(arguments) or [])
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else 1
    try:
        if torch:
            torch.set_num_threads(2)
        assert CliRunner().invoke(main, ["bench"]).exit_code == 0
        assert torch is None or torch.get_num_threads() == 1
    finally:
        if torch:
            torch.set_num_threads(before)
    assert "intra_op_parallelism_threads=1" in os.environ["XLA_FLAGS"]
    assert {task.batch_size for task in asked} == {1, 10, 32, 256, 2048}
    assert {(task.dtype, task.optimizer) for task in asked} == {
        (dtype, optimizer) for dtype in ("float32", "float64") for optimizer in ("sgd", "adam")
    }
    assert {(task.samples, task.layers) for task in asked} == {(SAMPLES, NETWORK)}
    assert grown == []
    only = ["bench", "--growth", "--variant", "numpy", "--samples", "256", "--repeats", "7"]
    assert CliRunner().invoke(main, only).exit_code == 0
    assert [([v.name for v in variants], *rest) for variants, *rest in grown] == [
        (["numpy"], 256, 7)
    ]


def test_an_exponent_is_that_of_the_power_law():
    sizes = [10, 20, 40]
    assert power_law_exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)


def test_growth_is_fitted_along_samples_batch_and_width(monkeypatch):
    def measured(tasks, repeats, variants):
        return [
            Timing(task, variant, (1e-6 * task.samples * np.prod(task.layers[1]),))
            for task in tasks
            for variant in variants
        ]

    monkeypatch.setattr(growing, "measure", measured)
    found = growing.measure_growth(VARIANTS, 1000, 1)
    assert {fit.along for fit in found} == {"samples", "batch size", "width"}
    assert {fit.variant for fit in found} == set(growing.PER_STEP)
    assert all(fit.exponent == pytest.approx(1.0, abs=0.01) for fit in found)
