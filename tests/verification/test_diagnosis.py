"""What explains a framework: the known mistakes that fail what it fails, entry by entry, and no
more."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.cases import network
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.diagnosis import Diagnosis, diagnose, diagnosis_of
from crosscheck.verification.discrimination import PRINTED
from crosscheck.verification.judging import Attempt, Failure, against_exact, attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework

NUMPY = load("numpy", "reference_numpy")
HALF = "half of the weights only, as document 002 has it"
TRANSPOSED = "transposed gradient"
# A tenth of the passes: every one fails with a wrong gradient of the weights.
PASSES = network.generated()[::10]


def mistaken(name):
    return as_framework(next(each for each in catalogue() if each.name == name))


def attempts_of(framework, cases=PASSES):
    return [(case, attempt(case, framework)) for case in cases]


def with_values(attempted, change, stage="gradients", quantity="grads"):
    """An attempt in which the tensors of one quantity are changed."""
    tensors = {
        name: Tensor(change(name, tensor.value.copy()))
        for name, tensor in attempted.stages[stage][quantity].items()
    }
    quantities = attempted.stages[stage] | {quantity: tensors}
    return replace(attempted, stages=attempted.stages | {stage: quantities})


def messages(diagnosis, case, attempted):
    found = map(diagnosis.mark, against_exact(case, attempted))
    return [each.message for each in found if not each.holds]


def test_a_mistake_that_gives_every_wrong_value_is_named_with_how_many_cases_it_explains():
    attempts = attempts_of(mistaken(HALF))
    found = diagnosis_of(attempts)
    count = len(PASSES)
    assert found.reproduced == {HALF: {(case.name, "grads") for case in PASSES}}
    (text,) = messages(found, *attempts[0])
    assert "gradients: grads[" in text
    assert "times its bound" in text
    known = f"reproduced by the known mistake {HALF!r}"
    assert text.endswith(f"; {known} ({count} of {count} failing cases)")
    (explanation,) = diagnose(map(found.mark, against_exact(*attempts[0])))
    assert explanation.mistakes == (HALF,)
    assert (explanation.explained, explanation.failing) == (count, count)
    assert explanation.message == text


@pytest.mark.parametrize("name", ["softplus not stable", "tanh derivative without the square"])
def test_what_only_some_functions_show_is_named_too(name):
    cases = [*network.generated(), *groups()["edges"]]
    found = diagnosis_of(attempts_of(mistaken(name), cases))
    assert list(found.reproduced) == [name]
    assert {case for case, _ in found.reproduced[name]} == found.failing


def test_one_other_entry_is_enough_to_be_reproduced_by_nothing():
    """The worst entry is still the mistake's."""

    def spoil(name, value):
        if name == "[0].bias":
            value[0] *= 1 + 1e-3
        return value

    attempts = [(case, with_values(each, spoil)) for case, each in attempts_of(mistaken(HALF))]
    found = diagnosis_of(attempts)
    assert found == Diagnosis(frozenset(case.name for case in PASSES))
    (text,) = messages(found, *attempts[0])
    assert text.endswith("; no known mistake explains it")


def test_rounding_is_no_difference():
    def round_otherwise(name, value):
        return np.nextafter(value, np.inf)

    made = [(c, with_values(each, round_otherwise)) for c, each in attempts_of(mistaken(HALF))]
    assert list(diagnosis_of(made).reproduced) == [HALF]


def test_a_mistake_that_explains_only_half_of_the_cases_is_not_named():
    half = len(PASSES) // 2
    made = attempts_of(mistaken(HALF), PASSES[:half])
    made += attempts_of(mistaken("bias gradient averaged"), PASSES[half : 2 * half])
    assert diagnosis_of(made).reproduced == {}
    made += attempts_of(mistaken(HALF), PASSES[2 * half :])
    found = diagnosis_of(made)
    assert {name: len(those) for name, those in found.reproduced.items()} == {HALF: half + 1}
    # What another mistake explains has no name.
    assert found.of(PASSES[half].name, "grads").mistakes == ()


def test_a_mistake_that_would_fail_a_case_that_holds_is_excluded_and_says_which():
    *wrong, last = PASSES
    made = [*attempts_of(mistaken(HALF), wrong), *attempts_of(NUMPY, [last])]
    found = diagnosis_of(made)
    assert found.reproduced == {}
    assert found.excluded == ((HALF, last.name),)
    (text,) = messages(found, *made[0])
    assert text.endswith(
        f"; no known mistake explains it; it is like {HALF!r}, which would also fail {last.name}"
    )


def test_a_shape_alone_names_nothing():
    def without_weights(name, value):
        return 0 * value if "weight" in name else value

    attempts = attempts_of(mistaken(TRANSPOSED))
    (wrong,) = (each for each in against_exact(*attempts[0]) if not each.holds)
    assert wrong.actual is None
    assert list(diagnosis_of(attempts).reproduced) == [TRANSPOSED]
    zeros = [(case, with_values(each, without_weights)) for case, each in attempts]
    found = diagnosis_of(zeros)
    assert found.reproduced == {}
    assert found.failing


def test_a_nan_is_reproduced_by_the_mistake_that_gives_one_there():
    cases = [case for case in groups()["edges"] if case.name.startswith("edges-softmax-")]
    attempts = attempts_of(mistaken("softmax not shifted"), cases)
    wrong = [c for each in attempts for c in against_exact(*each) if not c.holds]
    assert any(np.isnan(each.actual) for each in wrong)
    assert list(diagnosis_of(attempts).reproduced) == ["softmax not shifted"]
    spoiled = [
        (case, with_values(each, lambda name, value: np.nan_to_num(value), "forward", "loss"))
        for case, each in attempts
    ]
    assert diagnosis_of(spoiled).reproduced == {}


def test_an_exception_alone_names_nothing_but_counts_beside_a_value():
    name = "transposed weight"
    raises = attempts_of(mistaken(name))
    case, attempted = raises[0]
    assert attempted.failure.stage == "deltas"
    assert diagnosis_of(raises).reproduced == {}
    said = diagnosis_of(raises).in_words(case, attempted)
    assert said == f"{case.name}, {attempted.failure.in_words()}"
    # Where all layers are as wide as each other, the product exists and is wrong.
    square = [(np.eye(3) + np.arange(9).reshape(3, 3) / 9, np.ones(3)) for _ in range(2)]
    x = np.arange(6).reshape(2, 3) / 5
    same = network.NetworkCase("own", "square", tuple(square), x, x, ("tanh",) * 2, "squared_error")
    found = diagnosis_of([*raises, *attempts_of(mistaken(name), [same])])
    assert list(found.reproduced) == [name]
    count = len(raises) + 1
    said = found.in_words(case, attempted)
    assert said.endswith(
        f"; reproduced by the known mistake {name!r} ({count} of {count} failing cases)"
    )
    other = Attempt("x", attempted.stages, failure=Failure("deltas", "ValueError: nobody says so"))
    said = diagnosis_of([(case, other)]).in_words(case, other)
    assert said == f"{case.name}, deltas: ValueError: nobody says so"
    with pytest.raises(ValueError, match=f"no exception ended {case.name}"):
        found.in_words(case, attempt(case, NUMPY))


def test_printed_numbers_neither_name_nor_are_named():
    cases = [*groups()[PRINTED], *PASSES]
    attempts = attempts_of(mistaken("sign of the error"), cases)
    found = diagnosis_of(attempts)
    assert len(found.failing) == len(PASSES)
    printed = [each for each in attempts if each[0].group == PRINTED]
    wrong = [each for pair in printed for each in against_exact(*pair) if not each.holds]
    assert wrong
    assert all(found.mark(each).mistakes is None for each in wrong)
    assert diagnosis_of(printed) == Diagnosis()


def test_what_holds_needs_no_explanation():
    attempts = attempts_of(NUMPY)
    found = diagnosis_of(attempts)
    assert found == Diagnosis()
    assert all(found.mark(each) == each for each in against_exact(*attempts[0]))
