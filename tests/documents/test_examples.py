"""The worked example of a transcription: its types, its errors with their places, its numbers."""

import copy
import tomllib
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest

from crosscheck.documents.document import Inputs
from crosscheck.documents.examples import Example
from crosscheck.documents.faults import TranscriptionError
from crosscheck.documents.transcription import DOCUMENTS, load, parse
from crosscheck.documents.worked_examples import exact_names
from crosscheck.frameworks.registry import load as load_framework
from crosscheck.numerics.exact.balls import from_decimals, to_decimal, working_precision
from crosscheck.verification.cases.examples import framework_names

NUMPY = load_framework("numpy", "reference_numpy")
FILES = {
    number: tomllib.loads(
        files("crosscheck.documents").joinpath(f"{number}.toml").read_text("utf-8")
    )
    for number in DOCUMENTS
}


def raw(document):
    return copy.deepcopy(FILES[document])


def test_decimals_of_arrays_stay_the_strings_that_are_printed():
    network = load("002").example.network
    assert network.params[0].weight == (("0.2", "-0.5", "0.1"), ("-0.3", "0.4", "0.2"))
    assert network.inputs == (("2", "3", "-1"),)
    assert network.layer_sizes == (3, 2, 1)
    params, inputs, targets = network.arrays(from_decimals)
    assert [leaf.shape for layer in params for leaf in layer] == [(2, 3), (2,), (1, 2), (1,)]
    assert (inputs.shape, targets.shape) == ((1, 3), (1, 1))


def test_a_run_has_its_learning_rate_and_its_other_hyperparameters_typed():
    sgd, adam, _ = load("002").example.runs
    assert (sgd.learning_rate, sgd.hyperparameters, sgd.layers) == (Decimal("0.1"), {}, (1,))
    assert adam.hyperparameters == {
        "b1": Decimal("0.9"),
        "b2": Decimal("0.999"),
        "eps": Decimal("1e-8"),
        "bias_correction": False,
    }
    assert [type(value) for value in adam.hyperparameters.values()] == [*[Decimal] * 3, bool]
    assert adam.moments == ("first_moment", "second_moment")


def test_a_document_gives_nothing_but_what_its_file_has():
    assert load("004").example == Example()
    assert load("001").example.surface.point == ("1", "1")
    assert load("001").example.picture.side == "28"
    assert load("000").example == Example(layer_sizes=(784, 16, 16, 10))
    assert not load("003").example.network.biases


def run_of(document, index, **hyperparameters):
    content = raw(document)
    content["runs"][index]["hyperparameters"] |= hyperparameters
    return parse(document, content)


def test_a_run_may_have_words_among_its_hyperparameters():
    document = run_of("002", 2, eps="0.5", eps_place="inside")
    with working_precision():
        names = exact_names(document)
        adam = names["published"]
        # By hand: after one step from 0 the corrected moments are g and g^2.
        (gradient, *_) = names["grads"][1].weight[0]
        eps = from_decimals("0.5")
        expected = (
            names["params"][1].weight[0, 0]
            - from_decimals("0.1") * gradient / (gradient * gradient + eps).sqrt()
        )
        assert to_decimal(adam.params[1].weight[0, 0]) == to_decimal(expected)
        assert (adam.eps_place, adam.bias_correction) == ("inside", True)
    computed = framework_names(document, NUMPY)["published"].params[1].weight[0, 0]
    with working_precision():
        assert abs(adam.params[1].weight[0, 0] - float(computed)) < 1e-15


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("title"), "document 002: 'title' is missing"),
        (
            lambda c: c.update(nettwork={}),
            "document 002, nettwork: unknown key: did you mean network?",
        ),
        (lambda c: c.update(network=3), "document 002, network: must be a table, not 3"),
        (lambda c: c["network"].pop("loss"), "document 002, network: 'loss' is missing"),
        (
            lambda c: c["network"].update(bias=True),
            "document 002, network.bias: unknown key: did you mean biases?",
        ),
        (
            lambda c: c["network"].update(biases="no"),
            "network.biases: must be true or false, not 'no'",
        ),
        (
            lambda c: c["network"]["params"][1].pop("bias"),
            "document 002, network.params[1]: 'bias' is missing",
        ),
        (
            lambda c: c["network"]["params"][0]["weight"][1].pop(),
            "document 002, network.params[0].weight: its rows must be of one length",
        ),
        (
            lambda c: c["network"]["inputs"][0].insert(2, 0.5),
            "network.inputs[0][2]: must be a decimal number as a text, not 0.5",
        ),
        (
            lambda c: c["network"]["inputs"][0].insert(0, "two"),
            "network.inputs[0][0]: must be a decimal number as a text, not 'two'",
        ),
        (lambda c: c["network"].update(inputs="1"), "network.inputs: must be a list, not '1'"),
        (
            lambda c: c["runs"][1].update(rate="1"),
            "runs[1].rate: unknown key; known are",
        ),
        (lambda c: c["runs"][1].pop("layers"), "document 002, runs[1]: 'layers' is missing"),
        (
            lambda c: c["runs"][0].update(layers=[True]),
            "layers[0]: must be a whole number, not True",
        ),
        (
            lambda c: c["runs"][1]["hyperparameters"].pop("learning_rate"),
            "document 002, runs[1].hyperparameters: 'learning_rate' must be there, and a number",
        ),
        (
            lambda c: c["runs"][1]["hyperparameters"].update(eps=1e-8),
            "runs[1].hyperparameters.eps: must be a text, not 1e-08",
        ),
        (
            lambda c: c["slips"][0].update(inputs="verbatim"),
            "document 002, slips[0].inputs: 'verbatim' is unknown; known are printed, exact",
        ),
        (
            lambda c: c["slips"][1]["steps"].update(x="1 +"),
            "document 002, slips[1].steps.x: not an expression: '1 +'",
        ),
        (
            lambda c: c["slips"][1]["steps"].update({"1 +": "x"}),
            "document 002, slips[1].steps.\"1 +\": not an expression: '1 +'",
        ),
        (
            lambda c: c["tables"][0]["columns"][1].update(inputs="precise"),
            "tables[0].columns[1].inputs: 'precise' is unknown; known are printed, exact, verbatim",
        ),
        (
            lambda c: c["tables"][0]["rows"][2].pop(),
            "document 002, tables[0].rows[2]: must have a label and 4 cells",
        ),
        (lambda c: c["lines"][7].pop("section"), "document 002, lines[7]: 'section' is missing"),
        (
            lambda c: c["lines"][7]["numbers"][0].update(quantitty="z"),
            "document 002, lines[7].numbers[0].quantitty: unknown key: did you mean quantity?",
        ),
    ],
)
def test_what_is_wrong_with_a_transcription_is_named_with_its_place(change, message):
    content = raw("002")
    parse("002", content)
    change(content)
    with pytest.raises(TranscriptionError) as error:
        parse("002", content)
    assert message in str(error.value)


def test_a_table_that_copies_what_is_not_printed_is_named():
    content = raw("003")
    content["tables"][0]["columns"][0]["inputs"] = Inputs.VERBATIM.value
    place = r"document 003, tables\[0\].rows\[0\]\[1\]: grads.* is not printed"
    with pytest.raises(TranscriptionError, match=place):
        parse("003", content)


@pytest.mark.parametrize("text", ["0.1", "2", "1e-8", "+0.30", "12.50"])
def test_a_decimal_is_the_same_number_as_a_string_and_as_a_hyperparameter(text):
    run = run_of("002", 0, learning_rate=text).example.runs[0]
    assert Fraction(run.learning_rate) == Fraction(text)
    with working_precision():
        assert from_decimals(run.learning_rate).overlaps(from_decimals(text))
    assert np.float64(run.learning_rate) == np.float64(text)
