"""What bounds allow library functions is what a scan found, and a scan finds what is worse."""

import json
from dataclasses import replace
from math import inf
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.frameworks.registry import load
from crosscheck.numerics.bounds.library import (
    EDGES,
    LEAST,
    MARGIN,
    Interval,
    intervals,
    library,
    scan,
)
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.verification import scanning
from crosscheck.verification.cases.network import DTYPES
from crosscheck.verification.scanned import SCANNED

NUMPY = load("numpy", "reference_numpy")
POINTS = 400


def test_the_stored_scan_says_when_where_and_with_what_it_was_made():
    stored = scan()
    assert {"date", "processor", "python", "versions", "points", "found"} == set(stored)
    assert {"numpy", "torch", "jax"} <= set(stored["versions"])


@pytest.mark.parametrize("dtype", [*DTYPES, "float16", "bfloat16"])
@pytest.mark.parametrize("function", EDGES)
def test_every_interval_was_scanned_and_allows_more_than_was_found(function, dtype):
    found = intervals(function, dtype)
    assert [each.low for each in found] + [found[-1].high] == list(EDGES[function])
    for each in found:
        assert MARGIN * each.units <= each.allowed <= max(LEAST, MARGIN * each.units + 1)


def test_a_function_is_allowed_the_worst_of_the_intervals_that_its_argument_may_lie_in():
    inside, beside = (library(DOUBLE, "log1p", x) for x in (-0.4, -0.6))
    assert inside > 50 * beside
    assert library(DOUBLE, "log1p", -0.6, -0.45) == inside
    assert library(DOUBLE, "log1p", -0.9, -0.6) == beside
    each = library(DOUBLE, "log1p", np.array([-0.6, -0.4]), np.array([-0.55, -0.3]))
    assert each.tolist() == [beside, inside]
    single = Precision.of("float32")
    assert library(single, "exp") >= 2 * single.u > library(DOUBLE, "exp")


def test_a_scan_of_the_reference_finds_nothing_that_the_bounds_do_not_allow():
    found = scanning.scan([NUMPY], POINTS)
    assert scanning.problems(found) == []
    assert {(each.function, each.dtype) for each in found} == {
        (function, dtype) for function in EDGES for dtype in DTYPES
    }


def test_of_a_dtype_of_16_bits_every_number_is_tried(monkeypatch):
    monkeypatch.setattr(scanning, "SCANNED", [each for each in SCANNED if each.function == "tanh"])
    asked = []
    tanh = NUMPY.activations.ACTIVATIONS["tanh"]
    table = {"tanh": lambda z: (asked.append(np.asarray(z)), tanh(z))[1]}
    watched = replace(NUMPY, activations=SimpleNamespace(ACTIVATIONS=table))
    (found,) = scanning.scan([watched], 100, dtypes=("bfloat16",))
    (tried,) = asked
    # Both signs of 600 or so, down to the smallest normal number, 2^-126: 135 powers of 2.
    assert 2 * 134 * 128 < tried.size < 2 * 137 * 128
    assert scanning.problems([found]) == []
    (stored,) = intervals("tanh", "bfloat16")
    assert 0.5 < found.units <= stored.allowed


def worse(name, factor):
    """NumPy's reference with one activation that is off by a part of itself."""
    table = NUMPY.activations.ACTIVATIONS
    spoilt = table | {name: lambda z: table[name](z) * z.dtype.type(1 + factor)}
    return replace(NUMPY, name="worse", activations=SimpleNamespace(ACTIVATIONS=spoilt))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("sigmoid", "sigmoid"),
        ("tanh", "tanh"),
        ("softplus", "log1p"),
        ("softmax", "exp"),
        ("gelu", "erfc"),
    ],
)
def test_a_scan_finds_a_function_that_loses_more(monkeypatch, name, function):
    # erfc is measured beside a product and two roundings of its argument, so by a little more.
    monkeypatch.setattr(scanning, "SCANNED", [each for each in SCANNED if not each.one_by_one])
    (problem, *_) = scanning.problems(scanning.scan([worse(name, 40 * DOUBLE.u)], POINTS))
    assert problem.startswith(f"worse's {function} in float64 loses ")
    assert " units at " in problem


def test_a_number_of_units_that_is_no_number_is_a_problem():
    found = Interval("tanh", "float64", -inf, inf, np.nan, 0.5, "numpy")
    assert scanning.problems([found]) != []


def test_the_command_shows_what_it_found_and_writes_it_as_it_is_stored(tmp_path):
    path = tmp_path / "library.json"
    arguments = ["bounds", "--scan", "--points", "100", "--framework", "numpy", "--json", str(path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "Not exceeded" in result.output
    written = json.loads(path.read_text("utf-8"))
    assert written["problems"] == []
    assert written["points"] == 100
    assert set(written) == {*scan(), "problems"}
    assert set(written["found"][0]) == set(scan()["found"][0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scan", "--families"], "--families and --scan are different things: give one"),
        (["--scan", "--seed", "1"], "--seed says nothing with --scan"),
        (["--points", "100"], "--points says nothing with none of --families, --case and --scan"),
        (["--scan", "--framework", "nobody"], "nobody"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(options, message):
    result = CliRunner().invoke(main, ["bounds", *options])
    assert result.exit_code == 2
    assert message in result.output
