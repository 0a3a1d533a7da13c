"""What explains a failure: the known mistakes that give the same wrong value in the same place."""

from dataclasses import replace

import numpy as np

from crosscheck.frameworks.registry import load
from crosscheck.numerics.comparison import Comparison, Place
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.diagnosis import explain_failure, explained, with_mistakes
from crosscheck.verification.judging import Attempt, Failure, against_exact, attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework

NUMPY = load("numpy", "reference_numpy")


def mistakes_of(comparison):
    return with_mistakes(comparison).mistakes


def failures(name):
    mistake = next(m for m in catalogue() if m.name == name)
    case = next(case for case in groups()["worked examples"] if case.name == "document 002")
    made = attempt(case, as_framework(mistake))
    return [c for c in against_exact(case, made) if not c.holds]


def test_a_wrong_value_is_traced_to_the_mistake_that_gives_it():
    (found,) = failures("half of the weights only, as document 002 has it")
    assert mistakes_of(found) == ("half of the weights only, as document 002 has it",)
    text = with_mistakes(found).message
    assert text.startswith("half of the weights only, as document 002 has it from exact, document")
    assert "gradients: grads[" in text
    assert "times its bound" in text
    assert "ulps" in text
    assert text.endswith(
        "; reproduced by the known mistake 'half of the weights only, as document 002 has it'"
    )


def test_several_mistakes_that_give_the_same_value_are_counted():
    (found,) = failures("missing activation derivative in the output layer")
    assert len(mistakes_of(found)) >= 2
    assert "reproduced by the known mistake " in with_mistakes(found).message


def made_up(**changes):
    place = Place("worked examples", "document 002", "gradients", "grads", "float64")
    case = next(case for case in groups()["worked examples"] if case.name == "document 002")
    given = {"tensor": "[0].bias", "index": (0,), "actual": 5.0, "expected": 0.0} | changes
    return Comparison(
        place,
        ("x", "exact"),
        exact=(0.0, 0.0),
        error=5.0,
        allowed=1e-15,
        ulps=1e9,
        case=case,
        **given,
    )


def test_a_wrong_value_of_no_known_mistake_says_so():
    assert with_mistakes(made_up()).message.endswith("; no known mistake reproduces it")


def test_a_place_that_no_mistake_has_is_reproduced_by_nothing():
    assert mistakes_of(made_up(index=(0, 7, 0))) == ()
    assert mistakes_of(made_up(tensor="[9].bias")) == ()


def test_a_nan_is_traced_to_the_mistakes_that_give_one_there():
    mistake = next(m for m in catalogue() if m.name == "softmax not shifted")
    case = next(c for c in groups()["edges"] if c.name.startswith("edges-softmax-"))
    found = [c for c in against_exact(case, attempt(case, as_framework(mistake))) if not c.holds]
    unmeasured = [c for c in found if np.isnan(c.actual)]
    assert unmeasured
    assert all(mistake.name in mistakes_of(c) for c in unmeasured)


def test_another_shape_is_traced_to_the_mistakes_that_give_it():
    name = "transposed gradient"
    (found,) = failures(name)
    assert found.actual is None
    assert name in mistakes_of(found)
    assert mistakes_of(replace(found, mismatch="has another", mistakes=None)) == ()


def test_an_exception_is_traced_to_the_mistakes_that_raise_it():
    name = "transposed weight"
    mistake = next(m for m in catalogue() if m.name == name)
    case = next(case for case in groups()["worked examples"] if case.name == "document 002")
    made = attempt(case, as_framework(mistake))
    assert explain_failure(case, made).startswith(f"document 002, {made.failure.stage}: ")
    assert repr(name) in explain_failure(case, made)
    other = Attempt("x", failure=Failure("forward", "ValueError: nobody says this"))
    text = "document 002, forward: ValueError: nobody says this"
    assert explain_failure(case, other) == text


def test_what_holds_needs_no_explanation():
    holding = next(
        c for case in groups()["worked examples"] for c in against_exact(case, attempt(case, NUMPY))
    )
    assert with_mistakes(holding).message == holding.message


def test_what_explained_one_failure_is_tried_first_for_the_next(monkeypatch):
    """And the whole catalogue only where it does not explain that one."""
    tried = []
    honest = with_mistakes

    def counting(comparison, mistakes=None):
        tried.append(len(catalogue() if mistakes is None else mistakes))
        return honest(comparison, mistakes)

    monkeypatch.setattr("crosscheck.verification.diagnosis.with_mistakes", counting)
    (found,) = failures("half of the weights only, as document 002 has it")
    everything = len(catalogue())
    assert [len(each.mistakes) for each in explained([found, found])] == [1, 1]
    assert tried == [0, everything, 1]
    tried.clear()
    other = made_up(actual=7.0)
    assert [each.mistakes for each in explained([other, other])] == [(), ()]
    assert tried == [0, everything, 0, everything]
