"""The run as a whole, and that it fails, and names the place, when something is wrong."""

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.frameworks.registry import BUILT_IN, load
from crosscheck.numerics.comparison import EXACT
from crosscheck.report.verification import closing_line
from crosscheck.verification.cases import network
from crosscheck.verification.cases.drawn import drawn_network
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.diagnosis import diagnose
from crosscheck.verification.judging import asked_by
from crosscheck.verification.ladder import in_words
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework
from crosscheck.verification.records import verification_as_json
from crosscheck.verification.result import Outcome, Status, Verification
from crosscheck.verification.selection import Selection, select
from crosscheck.verification.verify import verify, verify_everything


def test_everything_holds(verification):
    failures = [c.message for c in verification.comparisons if not (c.holds or c.known_failure)]
    assert failures == []
    assert verification.problems == []
    assert verification.holds


def test_a_framework_is_verified_or_visibly_absent(verification, framework):
    found = verification.frameworks[framework.name]
    assert found.status == "verified", in_words(found.ladder) if found.ladder else found.reasons
    assert framework.name not in BUILT_IN or found.not_supported == {}


def test_every_quantity_of_every_case_is_compared_with_the_exact_value(verification, framework):
    status = verification.frameworks[framework.name]
    if status.ladder:
        raise NotImplementedError(in_words(status.ladder))
    # A case that is known to fail ends at the stage where it does.
    known = {name for names in status.known_failures.values() for name in names}
    compared = {
        (c.place.case, c.place.stage, c.place.quantity)
        for c in verification.comparisons
        if c.frameworks == (framework.name, EXACT) and c.place.case not in known
    }
    assert compared == {
        (case.name, stage, quantity)
        for cases in groups().values()
        for case in cases
        if framework.declared.limit(**asked_by(case)) is None and case.name not in known
        for stage, quantities in case.exactly().items()
        for quantity in quantities
    }


def test_the_fixtures_cover_every_activation_loss_optimizer_and_dtype():
    made = network.generated()
    assert {(c.loss, c.dtype) for c in made} == {
        (n, d) for n in LOSSES for d in ("float64", "float32")
    }
    for loss in LOSSES:
        hidden = {c.activations[0] for c in made if c.loss == loss}
        assert hidden == set(ACTIVATIONS)
        output = {c.activations[-1] for c in made if c.loss == loss}
        assert output == (
            {"sigmoid", "softmax"} if loss == "binary_cross_entropy" else set(ACTIVATIONS)
        )
    runs = groups()["optimizers"]
    assert {(c.optimizer, c.dtype) for c in runs} == {
        (name, dtype) for name in STATES for dtype in ("float64", "float32")
    }
    assert all(len(c.rates) >= (3 if c.before else 5) and len(set(c.rates)) == 2 for c in runs)


def test_every_case_has_a_name_of_its_own_and_exact_values_that_are_narrow():
    everything = [case for cases in groups().values() for case in cases]
    assert len({(case.group, case.name) for case in everything}) == len(everything)
    for case in everything:
        for quantities in case.exactly().values():
            for tensors in quantities.values():
                assert all(np.all(tensor.radius == 0) for tensor in tensors.values())


def test_cases_of_equal_content_share_their_exact_values():
    one, other = drawn_network(0), drawn_network(0)
    assert one is not other
    assert one == other
    assert one.exactly() is other.exactly()
    assert one != drawn_network(1)


NUMPY = load("numpy", "reference_numpy")
ONE_CASE = groups()["optimizers"][:1]


def test_a_built_in_framework_may_leave_nothing_out():
    limited = replace(NUMPY, declared=Declarations(limits=(Limit("why", optimizers=("lion",)),)))
    result = verify([limited], cases=ONE_CASE)
    assert not result.holds
    assert result.frameworks["numpy"].status == "wrong"
    assert result.frameworks["numpy"].reasons == ["built in, and may leave nothing out"]


def test_what_is_required_must_be_there():
    selection = select(required=["nosuch"], only=["numpy"])
    result = verify_everything(selection, cases=ONE_CASE)
    assert not result.holds
    assert result.frameworks["nosuch"].reasons == [
        "not a known framework",
        "asked for, but not installed",
    ]
    assert result.frameworks["numpy"].status is Outcome.VERIFIED


def test_what_is_not_installed_is_not_wrong():
    packages = {"numpy": "reference_numpy", "absent": "reference_absent"}
    result = verify_everything(Selection(packages), cases=ONE_CASE)
    assert result.holds
    assert list(result.frameworks) == ["numpy", "absent"]
    assert result.frameworks["absent"].status is Outcome.NOT_INSTALLED
    assert result.frameworks["absent"].reasons == ["No module named 'reference_absent'"]
    assert {c.frameworks for c in result.comparisons} == {("numpy", EXACT)}


def test_nothing_but_what_is_given_is_judged():
    names: list[str] = []
    result = verify([NUMPY], cases=ONE_CASE, progress=names.append)
    assert names == [f"numpy: {case.name}" for case in ONE_CASE]
    assert {c.place.case for c in result.comparisons} == {case.name for case in ONE_CASE}
    assert (result.holds, list(result.frameworks), result.problems) == (True, ["numpy"], [])
    assert verify([], cases=ONE_CASE).comparisons == []


def test_two_frameworks_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two frameworks have one name: numpy, numpy"):
        verify([NUMPY, NUMPY], cases=[])


def test_nobody_is_verified_by_no_case():
    result = verify([NUMPY], cases=[])
    assert not result.holds
    assert result.frameworks["numpy"].reasons == ["there was no case: nothing of it was compared"]


def homework(**limit):
    limits = (Limit("one hidden layer", **limit),)
    return replace(NUMPY, name="homework", declared=Declarations(limits=limits))


def test_nobody_is_verified_of_whom_no_gradient_was_compared():
    # What is compared of it: optimizers. What it leaves out is declared, and true.
    cases = [*ONE_CASE, *network.generated()[:3]]
    mine = homework(losses=LOSSES)
    result = verify([mine], cases=cases)
    assert not result.holds
    found = result.frameworks["homework"]
    assert (found.status, found.reasons) == ("not compared", ["no gradient of it was compared"])
    assert result.counts["not_supported"] == 3
    assert verification_as_json(result)["counts"] == result.counts
    line = closing_line(Console(), result)
    assert line.startswith("[yellow]NOT COMPARED.[/] ")
    numbers = result.counts["numbers"]
    said = f"; {numbers} numbers compared with exact values; 3 cases not supported;"
    assert said in line.replace("\xa0", " ")  # where a line is not to be broken
    # One that is compared is enough; and who asks for no gradient is told of none.
    assert verify([homework(losses=LOSSES[1:])], cases=cases).holds
    assert verify([mine], cases=ONE_CASE).holds


def test_a_gradient_of_which_nothing_is_promised_is_none_that_was_compared(monkeypatch):
    case = network.generated()[0]
    stages = {
        stage: {
            quantity: {
                place: tensor._replace(bound=np.full(tensor.value.shape, np.inf))
                for place, tensor in tensors.items()
            }
            for quantity, tensors in quantities.items()
        }
        for stage, quantities in case.exactly().items()
    }
    monkeypatch.setattr(type(case), "exactly", lambda case: stages)
    result = verify([replace(NUMPY, name="mine")], cases=[case])
    assert result.frameworks["mine"].status is Outcome.NOT_COMPARED
    assert result.counts["numbers"] == 0
    excluded = sum(t.value.size for q in stages.values() for p in q.values() for t in p.values())
    assert result.counts["excluded"] == excluded
    assert f"; {excluded} excluded, since their bound is infinite;" in closing_line(
        Console(), result
    )


def test_a_name_is_no_framework():
    with pytest.raises(TypeError, match="'numpy' is no Framework: load it by load_framework"):
        verify(["numpy"])


def test_a_limit_counts_for_all_cases_whichever_are_judged():
    limit = Limit("why", cases=("training without end*",))
    mine = replace(NUMPY, name="mine", declared=Declarations(limits=(limit,)))
    reasons = verify([mine], cases=ONE_CASE).frameworks["mine"].reasons
    assert reasons == ["declares a limit for training without end*: there is no such case"]
    known = Limit("why", cases=(groups()["training"][0].name,))
    mine = replace(mine, declared=Declarations(limits=(known,)))
    assert verify([mine], cases=ONE_CASE).holds


def test_what_explains_a_failure_is_stored_with_it():
    (wrong,) = (each for each in catalogue() if each.name == "updates subtracted")
    result = verify([as_framework(wrong)], cases=ONE_CASE)
    (failure,) = (each for each in result.comparisons if not each.holds)
    assert failure.mistakes == ("updates subtracted",)
    assert failure.message.endswith("known mistake 'updates subtracted' (1 of 1 failing case)")
    (explanation,) = diagnose(result.comparisons)
    assert (explanation.mistakes, explanation.message) == (failure.mistakes, failure.message)
    assert all(each.mistakes is None for each in result.comparisons if each.holds)


def test_kinks_are_stored_where_a_case_has_them():
    kinked = [case for case in groups()["edges"] if case.activations == ("relu",)]
    result = verify([NUMPY], cases=[*ONE_CASE, *kinked])
    assert result.kinks == {case.name: case.kinks for case in kinked}
    assert all(result.kinks.values())


def test_a_disagreement_that_the_exact_value_does_not_settle_is_in_no_verdict():
    apart = replace(verify([NUMPY], cases=ONE_CASE).comparisons[0], mismatch="has", error=np.inf)
    apart = replace(apart, frameworks=("one", "other"), allowed=0.0)
    statuses = {name: Status("1", Outcome.VERIFIED) for name in ("one", "other")}
    result = Verification(statuses, [apart])
    assert result.unsettled == [apart]
    assert not result.holds
    assert "WRONG" in closing_line(Console(), result)
    assert "1 disagreement that the exact value does not settle" in closing_line(Console(), result)
    # Where the exact value accuses one of them, there is nothing left to settle.
    statuses["one"].blame("wrong")
    assert Verification(statuses, [apart]).unsettled == []
