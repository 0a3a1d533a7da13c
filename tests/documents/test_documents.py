"""The documents' numbers, each by name: `pytest -k 002` shows those of document 002.

The verdict on a number follows from computation. These tests hold that each number can be accounted
for, that every framework computes the exact value, and that nothing was mistyped.
"""

from functools import cache

import pytest

from crosscheck.documents import verdicts
from crosscheck.documents.expressions import normal_form, resolve
from crosscheck.documents.ledger import ledger
from crosscheck.documents.transcription import DOCUMENTS, load
from crosscheck.frameworks.registry import load as load_framework
from crosscheck.verification.cases.examples import framework_names

NUMBERS = [(number, index) for number in DOCUMENTS for index in range(len(load(number).numbers))]


def name_of(case):
    document, index = case
    number = load(document).numbers[index]
    return f"{document}-{index}-{number.printed}-{number.quantity}"


@pytest.mark.parametrize("case", NUMBERS, ids=name_of)
def test_a_printed_number_can_be_accounted_for(case):
    document, index = case
    judged = verdicts.judge(document)[index]
    assert judged.verdict in verdicts.Verdict
    if judged.verdict == "contradicted":
        assert judged.slip is not None, f"{judged.number.place}: no slip explains it"
    if judged.verdict == "inherited":
        inherited_from = [
            other for other in verdicts.judge(document) if other.number in judged.operands
        ]
        assert any(other.verdict in verdicts.UNSOUND for other in inherited_from)


@cache
def names_of(document, framework):
    return framework_names(load(document), framework)


NUMPY = load_framework("numpy", "reference_numpy")
# The other numbers are given, or are intermediate terms that have no name in the contract.
COMPUTED = [
    (number, index)
    for number, index in NUMBERS
    if resolve(load(number).numbers[index].quantity, names_of(number, NUMPY)) is not None
]


@pytest.mark.parametrize("case", COMPUTED, ids=name_of)
def test_a_framework_computes_the_exact_value_not_the_printed_one(framework, case):
    document, index = case
    judged = verdicts.judge(document)[index]
    value = resolve(judged.number.quantity, names_of(document, framework))
    # A thousandth of half a printed unit: far below what a print can show, far above rounding. The
    # group "worked examples" compares the same quantities on float inputs, with derived bounds.
    assert abs(float(value) - float(judged.exact)) <= float(judged.number.half_unit) / 1000


# ----- document 002, the core case -----


def entries(document, quantity, verdict=None):
    quantity = normal_form(quantity)
    return [
        judged
        for judged in verdicts.judge(document)
        if judged.number.quantity == quantity and verdict in (None, judged.verdict)
    ]


GRADIENTS = {"grads[1].weight[0, 0]": "-0.0287", "grads[1].weight[0, 1]": "-0.0572"}
ADAM = {
    "adam.params[1].weight[0, 0]": "0.5003",
    "adam.params[1].weight[0, 1]": "0.2006",
    "adam.params[1].bias[0]": "0.1021",
}


@pytest.mark.parametrize(("quantity", "printed"), [*GRADIENTS.items(), *ADAM.items()])
def test_document_002_contradicts_itself_where_a_wrong_number_first_stands(quantity, printed):
    (first, *later) = entries("002", quantity)
    assert (first.number.printed, first.verdict) == (printed, "contradicted")
    assert {entry.verdict for entry in later} == {"inherited"}


def test_document_002_has_no_other_contradictions():
    contradicted = {j.number.quantity for j in verdicts.judge("002") if j.verdict == "contradicted"}
    assert contradicted == {normal_form(quantity) for quantity in [*GRADIENTS, *ADAM]}


def test_document_002_no_single_halving_gives_both_weight_gradients():
    slips = [entries("002", quantity, "contradicted")[0].slip for quantity in GRADIENTS]
    assert [slip.name for slip in slips] == ["halved", "halved"]
    assert [slip.reproduces for slip in slips] == [True, False]  # on the printed factors
    assert [slip.otherwise[1] for slip in slips] == [False, True]  # on the exact ones


def test_document_002_leaving_out_the_root_gives_two_of_three_adam_results():
    slips = [entries("002", quantity, "contradicted")[0].slip for quantity in ADAM]
    assert {slip.name for slip in slips} == {"not divided by the root of v"}
    assert [slip.reproduces for slip in slips] == [True, True, False]


@pytest.mark.parametrize(
    ("quantity", "reads"),
    [
        ("grads[1].weight[0, 0]", -0.05754),
        ("grads[1].weight[0, 1]", -0.11434),
        ("grads[1].bias[0]", -0.19905),
        ("adam.params[1].weight[0, 0]", 0.81623),
        ("adam.params[1].weight[0, 1]", 0.51623),
        ("adam.params[1].bias[0]", 0.41623),
        ("published.params[1].weight[0, 0]", 0.6),
        ("published.params[1].weight[0, 1]", 0.3),
        ("published.params[1].bias[0]", 0.2),
    ],
)
def test_document_002_frameworks_follow_its_formulas_and_not_its_prints(framework, quantity, reads):
    # Worked by hand to five digits, so that something independent checks the exact value.
    value = float(resolve(quantity, names_of("002", framework)))
    assert abs(value - reads) <= 0.5e-5


def test_document_003_is_sound_and_shows_its_rounding_once():
    counts = ledger("003").count()
    assert (counts["contradicted"], counts["inherited"], counts["rounded inputs"]) == (0, 0, 1)
    (rounded,) = entries("003", "pre_activations[1][0, 0]", "rounded inputs")
    assert rounded.number.printed == "1.40"
