"""The steps that a new document is written with: each gives the exact value of its quantity."""

from dataclasses import replace
from decimal import Decimal

import pytest

from crosscheck.documents import verdicts
from crosscheck.documents.document import Document
from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.expression_checks import faults_of, unprinted
from crosscheck.documents.expressions import evaluate, resolve
from crosscheck.documents.naming import canonical, names_of
from crosscheck.documents.worked_examples import exact_names
from crosscheck.documents.working import worked_lines
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.numerics.exact.balls import working_precision
from crosscheck.numerics.trees import Layer

NETWORK = Network(
    (
        Layer((("0.1", "-0.2"), ("0.7", "0.3")), ("0.2", "-0.15")),
        Layer((("0.5", "-0.4"), ("-0.6", "0.3")), ("0.05", "-0.25")),
    ),
    (("1", "-2"), ("0.5", "0.25")),
    (("1", "0"), ("0.25", "0.75")),
    ("tanh", "sigmoid"),
    "squared_error",
)


def run(optimizer="sgd", layers=(0, 1), steps=3, **keywords):
    given = {k: v if isinstance(v, bool | str) else Decimal(str(v)) for k, v in keywords.items()}
    return OptimizerRun("run", optimizer, Decimal("0.05"), given, layers, steps=steps)


def assert_worked_out(network, *runs):
    """Every step gives its quantity on exact values, and takes nothing that comes later."""
    example = Example(network=network, runs=runs)
    given, known = names_of(example)
    steps, printed = {each.name: each.steps for each in runs}, set()
    with working_precision():
        exact = exact_names(Document("made", "made", example, ()))

        def look_up(name):
            return verdicts.ball(resolve(name, exact))

        for line in worked_lines(example):
            assert line.text.count("{}") == len(line.numbers)
            for name, step in line.numbers:
                assert name == canonical(name, steps, len(network.params))
                wrong = [*faults_of(step, known), *unprinted(step, given, printed)]
                assert not wrong, (name, step)
                value, gives = evaluate(name, look_up), evaluate(step, look_up)
                assert abs(gives - value) <= abs(value) * 1e-14 or gives.overlaps(value), name
                printed.add(name)
    return printed


KEYWORDS = {
    "sgd": [{"weight_decay": 0.1}, {"weight_decay": 0.1, "scaled": False}],
    "momentum": [
        {"nesterov": True, "dampening": 0.1, "weight_decay": 0.2, "decoupled": False},
        {"rate_inside": False, "dampening": 0.5, "dampen_first": False},
        {"nesterov": True, "rate_inside": False},
    ],
    "lion": [{"weight_decay": 0.1}],
    "adagrad": [{"initial_accumulator": 0.1, "eps_place": "inside"}],
    "rmsprop": [
        {"centered": True, "initial_accumulator": 0.2, "momentum": 0.5},
        {"rate_inside": False, "momentum": 0.5, "eps_place": "inside"},
    ],
    "adam": [
        {"eps": 0.1, "eps_place": "hat"},
        {"eps": 0.1, "eps_place": "inside", "bias_correction": False},
        {"bias_correction": False, "eps_place": "hat", "weight_decay": 0.1, "decoupled": False},
    ],
    "adamw": [{"scaled": False}, {"weight_decay": 0}],
    "amsgrad": [
        {"bias_correction": True, "eps": 0.1, "eps_place": "hat"},
        {"bias_correction": True, "maximum_of": "corrected"},
        {"maximum_of": "corrected"},
    ],
    "nadam": [{"eps": 0.1, "eps_place": "hat", "momentum_decay": 0.1}],
    "radam": [{"fallback": False}],
    "adamax": [{"eps_place": "inside", "eps": 0.01}, {"bias_correction": False}],
}
RUNS = [(name, each) for name in STATES for each in ({}, *KEYWORDS.get(name, ()))]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("optimizer", "keywords"), RUNS)
def test_every_optimizer_is_worked_out(optimizer, keywords):
    printed = assert_worked_out(NETWORK, run(optimizer, **keywords))
    for step in ("run.after[1].", "run.after[2].", "run."):
        assert {f"{step}params[1].bias[0]", f"{step}loss"} <= printed


@pytest.mark.sampled(4)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_and_every_loss_is_worked_out(activation, loss):
    network = replace(NETWORK, activations=(activation, "sigmoid"), loss=loss)
    last = replace(NETWORK, activations=("tanh", activation), loss=loss)
    for each in (network,) if loss == "binary_cross_entropy" else (network, last):
        assert {"loss", "grads[0].weight[0, 0]"} <= assert_worked_out(each, run())


def test_radam_is_worked_out_until_it_rectifies():
    runs = (run("radam", steps=6),)
    lines = worked_lines(Example(network=NETWORK, runs=runs))
    assert any("sqrt((((2 / (1 - run.b2)" in step for line in lines for _, step in line.numbers)
    assert_worked_out(NETWORK, *runs)


def test_softmax_and_binary_cross_entropy_are_worked_out():
    network = replace(NETWORK, activations=("relu", "softmax"), loss="binary_cross_entropy")
    assert_worked_out(network, run())


def test_what_does_not_move_is_not_worked_out_again():
    printed = assert_worked_out(NETWORK, run(layers=(1,)))
    assert "run.outputs[0, 0]" in printed
    assert not any("run.params[0]" in each or "run.activations[1]" in each for each in printed)


def test_without_biases_none_is_worked_out():
    params = tuple(layer._replace(bias=("0", "0")) for layer in NETWORK.params)
    printed = assert_worked_out(replace(NETWORK, params=params, biases=False), run("adam"))
    assert not any("bias" in each for each in printed)
