"""The reference in JavaScript that the worked example computes with, against the exact values.

It is run by the system's Chromium, all random settings in one call, and compared as every framework
is: with the derived bound of float64. It is granted twice that, since the library functions of a
browser (exp, tanh, log1p) were not in the scan that the bound's constants come from.
"""

import random
from decimal import Decimal
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest
from flint import arb
from worked_browser import browser, drawn, without_chromium

from crosscheck.documents.document import Document
from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.worked_examples import exact_names
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.hyperparameters import split_decay
from crosscheck.numerics.bounds.network import inexact_params, inexact_pass
from crosscheck.numerics.bounds.optimizers import STEPWISE_RULES, decayed
from crosscheck.numerics.bounds.precision import DOUBLE
from crosscheck.numerics.exact.balls import enclose, nearest_floats
from crosscheck.numerics.exact.network import Pass
from crosscheck.numerics.trees import Layer
from crosscheck.report.site.worked_settings import OPTIMIZERS, hyperparameters

pytestmark = without_chromium

SETTINGS, GRANTED = 50, 2
# How far `erfc` may be off, relative to its value: 1e-15, and what the rounding of x^2 adds.
ERFC = (1e-15, 2.5e-16)
# What stays 0 without keywords that the page does not have.
UNUSED = {("rmsprop", "first_moment"), ("rmsprop", "velocity")}


SOURCE = (files("crosscheck.report.site") / "templates" / "network.js").read_text("utf-8")


@pytest.fixture(scope="module")
def blank():
    with browser() as started:
        yield started.new_page()


@pytest.fixture
def page(blank):
    blank.goto("about:blank")
    blank.add_script_tag(content=SOURCE)
    return blank


def exact(setting):
    """What the exact values are, by the names of the documents, and the pass after the step."""

    def decimal(number):
        return str(Decimal(number))  # all digits of the float

    params = tuple(
        Layer(
            tuple(tuple(map(decimal, row)) for row in layer["weight"]),
            tuple(map(decimal, layer["bias"])),
        )
        for layer in setting["layers"]
    )
    inputs, targets = ((tuple(map(decimal, setting[key])),) for key in ("inputs", "targets"))
    network = Network(
        params, inputs, targets, tuple(setting["activations"]), setting["loss"], setting["biases"]
    )
    keywords = {
        key: value if isinstance(value, bool) else Decimal(value)
        for key, value in setting["hyperparameters"].items()
    }
    rate = keywords.pop("learning_rate")
    moved = (0, 1) if setting["update"] == "all" else (1,)
    run = OptimizerRun("run", setting["optimizer"], rate, keywords, moved)
    names = exact_names(Document("", "", Example(network=network, runs=(run,)), ()))
    return SimpleNamespace(**names), run


def as_pass(names):
    return Pass(names.pre_activations, names.activations, names.loss, names.deltas, names.grads)


def bounds(setting, names, run):
    """The bound of every quantity of a setting: before the step, of its moments, and after it."""
    arrays = [Layer(np.array(e["weight"]), np.array(e["bias"])) for e in setting["layers"]]
    params = inexact_params(arrays, DOUBLE)
    inputs, targets = (np.array([setting[key]]) for key in ("inputs", "targets"))
    of = (inputs, targets, setting["activations"], setting["loss"], DOUBLE)
    before = inexact_pass(params, *of, around=as_pass(names))
    own, decay = split_decay(run.keywords)
    own = {key: float(e) if isinstance(e, Decimal) else e for key, e in own.items()}
    rule, rates = STEPWISE_RULES[run.optimizer], [float(run.learning_rate)]
    moved, states = list(params), {}
    for layer in run.layers:
        parts = []
        for name in Layer._fields:
            point, grad = getattr(params[layer], name), getattr(before.grads[layer], name)
            if name == "bias" and not setting["biases"]:
                parts.append(point)
                continue
            (step,) = (
                decayed(
                    lambda grads: rule(grads, rates, **own),
                    [grad],
                    rates,
                    [point],
                    float(decay["weight_decay"]),
                )
                if decay
                else rule([grad], rates, **own)
            )
            states[layer, name] = step.state
            parts.append(point + step.update)
        moved[layer] = Layer(*parts)
    after = inexact_pass(moved, *of, around=as_pass(names.run))
    return before, states, moved, after


def expected(setting):
    """Every array that the page computes, by its path, with the exact floats and their bound."""
    names, run = enclose(lambda: exact(setting))
    before, states, moved, after = bounds(setting, names, run)
    found = {}
    for where, true, bound in (((), names, before), (("after",), names.run, after)):
        found[*where, "loss"] = true.loss, bound.loss
        for key in ("pre_activations", "activations"):
            for layer, of_layer in enumerate(getattr(bound, key)):
                found[*where, key, layer] = getattr(true, key)[layer], of_layer
    for layer, of_layer in enumerate(before.deltas):
        found["deltas", layer] = names.deltas[layer], of_layer
        for part in Layer._fields:
            if part == "bias" and not setting["biases"]:
                continue
            for key, true, bound in (
                ("grads", names.grads, before.grads),
                ("params", names.run.params, moved),
            ):
                found[key, layer, part] = tuple(getattr(e[layer], part) for e in (true, bound))
            for moment, bound in states.get((layer, part), {}).items():
                if (run.optimizer, moment) not in UNUSED:
                    true = getattr(getattr(names.run.state, moment)[layer], part)
                    found["steps", layer, part, moment] = true, bound
    return {path: (nearest_floats(np.array(true)), bound) for path, (true, bound) in found.items()}


def computed(result, path):
    """What the page computes at a path."""
    for index, key in enumerate(path):
        if path[0] == "steps" and index == 3:  # a moment: one number of each entry
            return [[e[key] for e in row] for row in np.atleast_2d(np.array(result, dtype=object))]
        result = result[key]
    return result


@pytest.fixture(scope="module")
def settings():
    draw = random.Random(23)
    optimizers = {name: hyperparameters(name) for name in OPTIMIZERS}
    return [drawn(draw, optimizers, far=True) for _ in range(SETTINGS)]


@pytest.fixture(scope="module")
def wanted(settings):
    # Where something overflows, or a logarithm is taken of what rounds to 0, a bound is infinite.
    with np.errstate(all="ignore"):
        return [expected(setting) for setting in settings]


def fractions(page, settings, wanted):
    """The largest fraction of its bound that each array of each setting uses."""
    results = page.evaluate("(settings) => settings.map(network.compute)", settings)
    for setting, result, arrays in zip(settings, results, wanted, strict=True):
        for path, (true, bound) in arrays.items():
            got = np.array(computed(result, path), "float64").reshape(true.shape)
            error = np.where(np.isnan(got), np.inf, abs(got - true))
            bounded = np.isfinite(bound.error) & (error > 0)
            with np.errstate(divide="ignore"):  # beyond a bound of 0
                used = np.divide(error, bound.error, where=bounded, out=np.zeros(true.shape))
            yield float(used.max()), path, setting


def test_the_page_computes_random_settings_as_exactly_as_a_framework_must(page, settings, wanted):
    used = list(fractions(page, settings, wanted))
    wrong = [each for each in used if not each[0] <= GRANTED]
    assert not wrong, wrong[:3]
    # The bounds are no empty promise: nearly all are finite, and some errors come near to theirs.
    bounds = np.concatenate([b.error.ravel() for arrays in wanted for _, b in arrays.values()])
    assert np.isfinite(bounds).mean() > 0.99
    assert max(each[0] for each in used) > 0.5
    assert {each["optimizer"] for each in settings} == set(OPTIMIZERS)
    assert {each["loss"] for each in settings} == set(LOSSES)
    assert {name for each in settings for name in each["activations"]} == set(ACTIVATIONS)


@pytest.mark.parametrize(
    ("right", "mistake"),
    [
        ("factor * (each - y[k])", "factor * (y[k] - each) / -2"),
        ("tanh: (z, a) => (1 + a) * (1 - a)", "tanh: (z, a) => a * (1 - a)"),
        ("n < 14", "n < 4"),  # erfc is cut off
        ("v_hat: v / (1 - h.b2)", "v_hat: v"),
        ("Math.sqrt(v + h.eps)) * g", "(Math.sqrt(v) + h.eps)) * g"),
        ("update: step.update - h.learning_rate", "update: step.update - h.b1"),
        ("each - Math.max(...z));\n    const log", "each);\n    const log"),
    ],
)
def test_a_mistake_in_it_would_be_found(page, settings, wanted, right, mistake):
    assert SOURCE.count(right) == 1
    page.goto("about:blank")
    page.add_script_tag(content=SOURCE.replace(right, mistake))
    assert max(each[0] for each in fractions(page, settings, wanted)) > 1000 * GRANTED


# What random numbers do not meet: relu at exactly 0, and a sigmoid that rounds to its target.
KINK, SATURATED = (
    {
        "inputs": [1.0, -1.0],
        "targets": [1.0],
        "layers": [
            {"weight": [[1.0, 1.0], [0.5, 0.25]], "bias": [bias, 0.0]},
            {"weight": [[1.0, 1.0]], "bias": [0.0]},
        ],
        "activations": ["relu", "sigmoid"],
        "loss": "binary_cross_entropy",
        "biases": True,
        "optimizer": "sgd",
        "hyperparameters": {"learning_rate": 0.1},
        "update": "all",
    }
    for bias in (0.0, 50.0)
)


def test_at_0_the_slope_of_relu_is_that_of_the_exact_values(page):
    # A bound allows any slope there; a gradient that is exactly 0 must be.
    exact_deltas, _ = expected(KINK)["deltas", 0]
    deltas = page.evaluate("(setting) => network.compute(setting).deltas[0]", KINK)
    assert ((np.array(deltas) == 0) == (exact_deltas[0] == 0)).all()
    assert 0 in deltas


def test_where_an_output_rounds_to_its_target_loss_and_gradients_are_numbers(page):
    with np.errstate(all="ignore"):
        arrays = expected(SATURATED)
    assert np.isfinite(arrays["loss",][1].error)
    assert max(each[0] for each in fractions(page, [SATURATED], [arrays])) <= GRANTED


def test_the_complementary_error_function_is_as_exact_as_it_says(page):
    points = [*np.linspace(-6, 26, 161), 1e-300, -1e-9, 0.4999999, 0.5, 1.9999999, 2.0]
    found = page.evaluate("(points) => points.map(network.erfc)", [float(x) for x in points])
    for x, value in zip(points, found, strict=True):
        true = float(arb(float(x)).erfc().mid())
        assert abs(value - true) <= (ERFC[0] + ERFC[1] * x * x) * true, x
