"""Runs of several steps: the exact values and every framework's, under the same names."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.documents.document import Document
from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.expressions import resolve
from crosscheck.documents.naming import canonical, names_of
from crosscheck.documents.transcription import parse, read
from crosscheck.documents.verdicts import judge_document
from crosscheck.documents.worked_examples import exact_names
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.numerics.exact.balls import nearest_floats, working_precision
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases.examples import framework_names, framework_values

BATCH = read(Path(__file__).parent / "own" / "batch.toml")
PARAMS = (
    Layer((("0.1", "-0.2"), ("0.7", "0.3"), ("-0.4", "0.6")), ("0.2", "-0.15", "0.3")),
    Layer((("0.5", "-0.4", "0.2"), ("-0.6", "0.3", "0.1")), ("0.05", "-0.15")),
)
INPUTS = (("1", "-2"), ("0.5", "0.25"), ("-1.5", "1"))
# Keywords of each optimizer that are not its defaults.
KEYWORDS = {
    "momentum": {"nesterov": True, "dampening": "0.1", "weight_decay": "0.2", "decoupled": False},
    "lion": {"weight_decay": "0.1"},
    "adagrad": {"initial_accumulator": "0.1", "eps_place": "inside"},
    "rmsprop": {"centered": True, "momentum": "0.5", "initial_accumulator": "0.2"},
    "adadelta": {"eps": "0.01"},
    "adam": {"b1": "0.8", "eps": "0.1", "eps_place": "hat", "weight_decay": "0.3"},
    "adamw": {"weight_decay": "0.3", "scaled": False},
    "amsgrad": {"bias_correction": True, "maximum_of": "corrected"},
    "radam": {"b2": "0.5", "fallback": False},
    "adamax": {"eps_place": "inside", "eps": "0.01"},
}


def content(optimizer="sgd", activations=("tanh", "sigmoid"), loss="squared_error", layers=(0, 1)):
    """The file of a document whose run takes three steps."""
    return {
        "title": "for tests",
        "network": {
            "params": [layer._asdict() for layer in map(lists, PARAMS)],
            "inputs": lists(INPUTS),
            "targets": [["1", "0"], ["0.25", "0.75"], ["0", "1"]],
            "activations": [*activations],
            "loss": loss,
        },
        "runs": [
            {
                "name": "run",
                "optimizer": optimizer,
                "layers": [*layers],
                "hyperparameters": {"learning_rate": "0.05", **KEYWORDS.get(optimizer, {})},
                "steps": 3,
            }
        ],
    }


def lists(tree):
    if isinstance(tree, Layer):
        return Layer(*map(lists, tree))
    return [*map(lists, tree)] if isinstance(tree, tuple) else tree


def leaves(tree, place=""):
    """Every array and number in names, by its place."""
    if isinstance(tree, SimpleNamespace):
        tree = vars(tree)
    elif isinstance(tree, tuple):
        tree = dict(enumerate(tree))
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{place}.{key}")
    elif not isinstance(tree, bool | str):
        yield place, tree


def assert_same(document, framework):
    """Everything that the framework computes is the exact value, but for rounding."""
    with working_precision():
        exact = dict(leaves(exact_names(document)))
        exact = {place: nearest_floats(np.array(value)) for place, value in exact.items()}
    computed = dict(leaves(framework_names(document, framework)))
    assert {place for place in computed if ".after.3." in place}
    for place, value in computed.items():
        np.testing.assert_allclose(value, exact[place], rtol=1e-9, atol=1e-13, err_msg=place)
    return computed


@pytest.mark.sampled(12)
@pytest.mark.parametrize("optimizer", STATES)
def test_every_optimizer_takes_three_steps_as_the_exact_rules_do(framework, optimizer):
    computed = assert_same(parse("notes", content(optimizer)), framework)
    states = {place.split(".")[3] for place in computed if place.startswith(".run.state.")}
    assert states == {*STATES[optimizer]} - {"step"}


PAIRS = [*zip(ACTIVATIONS, [*LOSSES, LOSSES[0]], strict=True)]


@pytest.mark.sampled(9)
@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_every_activation_and_every_loss_is_computed(framework, activation, loss):
    document = parse("notes", content(activations=(activation, "softmax"), loss=loss))
    assert_same(document, framework)


def test_only_the_layers_of_a_run_move(framework):
    document = parse("notes", content("adam", layers=[1]))
    assert_same(document, framework)
    for names in (exact_names(document), framework_names(document, framework)):
        for step in names["run"].after.values():
            assert float(step.params[0].weight[1, 1]) == 0.3
            assert float(step.params[1].weight[1, 1]) != 0.3


def test_without_biases_none_moves(framework):
    changed = content("adagrad")
    changed["network"]["biases"] = False
    # A gradient of 0 over a sum of 0 would move a bias to no number at all.
    changed["runs"][0]["hyperparameters"] |= {"initial_accumulator": "0", "eps": "0"}
    for layer in changed["network"]["params"]:
        layer["bias"] = ["0"] * len(layer["bias"])
    document = parse("notes", changed)
    with np.errstate(invalid="ignore"):
        assert_same(document, framework)
    assert not any(map(float, exact_names(document)["run"].params[0].bias))


def test_two_steps_of_descent_worked_by_hand():
    # C = a^2 with a = w: w falls by 2 rate w at each step, to 0.8 and 0.64.
    network = Network(
        (Layer((("1",),), ("0",)),), (("1",),), (("0",),), ("identity",), "squared_error", False
    )
    run = OptimizerRun("sgd", "sgd", BATCH.example.runs[0].learning_rate, {}, (0,), steps=2)
    names = exact_names(Document("made", "made", Example(network=network, runs=(run,)), ()))
    expected = {
        "after[1].params[0].weight[0, 0]": 0.8,
        "after[1].loss": 0.64,
        "params[0].weight[0, 0]": 0.64,
        "loss": 0.4096,
        "after[2].loss": 0.4096,
    }
    for name, value in expected.items():
        assert float(resolve(f"sgd.{name}", names)) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("optimizer", "moment", "start"),
    [
        ("adagrad", "sum_of_squares", 0.1),
        ("rmsprop", "second_moment", 0.2),
        ("adam", "first_moment", 0),
    ],
)
def test_a_moment_that_is_given_has_its_start(optimizer, moment, start):
    changed = content(optimizer)
    changed["runs"][0]["moments"] = [moment]
    names = exact_names(parse("notes", changed))
    value = float(resolve(f"run.initial_state.{moment}[1].weight[0, 2]", names))
    assert value == pytest.approx(start, rel=1e-15)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("adam.after[3].params[0].bias[0]", "adam.params[0].bias[0]"),
        ("adam.after[2].loss - adam.after[3].loss", "adam.after[2].loss - adam.loss"),
        ("root.after[2].state.velocity[1].bias[0]", "root.state.velocity[1].bias[0]"),
        ("adam.after[0].grads[1].bias[0]", "grads[1].bias[0]"),
        (
            "adam.after[0].state.first_moment[1].bias[0]",
            "adam.initial_state.first_moment[1].bias[0]",
        ),
        ("other.after[3].loss", "other.after[3].loss"),
    ],
)
def test_a_quantity_has_one_name_whichever_way_it_is_written(written, read):
    assert canonical(written, {"adam": 3, "root": 2}) == read


def test_the_names_that_are_known_are_those_that_are_computed():
    _, known = names_of(BATCH.example)
    exact = exact_names(BATCH)
    assert dict(leaves(known)).keys() == dict(leaves(exact)).keys()
    for place, value in leaves(exact):
        assert dict(leaves(known))[place].sizes == np.shape(value), place


def test_the_numbers_of_a_document_of_ones_own_are_computed_by_a_framework(framework):
    values = framework_values(BATCH, [framework])[framework.name]
    exact = {each.number.quantity: each.exact for each in judge_document(BATCH)}
    assert "adam.after[1].params[1].weight[0, 0]" in values
    for quantity, value in values.items():
        assert value == pytest.approx(float(exact[quantity]), rel=1e-12, abs=1e-15)
