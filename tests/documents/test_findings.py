"""What is wrong in the documents: which numbers, why, and in which order."""

from dataclasses import replace

import pytest

from crosscheck.documents.findings import findings
from crosscheck.documents.ledger import ledger, ledger_as_json, numbers_as_json
from crosscheck.documents.transcription import DOCUMENTS, load
from crosscheck.documents.verdicts import Verdict


def of(*numbers):
    return findings(numbers_as_json(ledger(number) for number in numbers))


def test_the_findings_are_the_contradicted_numbers_of_the_ledger():
    judged = [each for number in DOCUMENTS for each in ledger(number).numbers]
    expected = {i for i, each in enumerate(judged) if each.verdict is Verdict.CONTRADICTED}
    found = of(*DOCUMENTS)
    assert {each.index for each in found} == expected
    assert all(judged[each.index].number.line == each.line for each in found)
    assert len(found) == 6


def test_a_finding_says_what_is_right_and_why_it_is_wrong():
    halved, second = (each for each in of("002") if each.section.startswith("4."))
    assert (halved.printed, halved.rounded, halved.why) == ("-0.0287", "-0.0575", "halved")
    assert halved.quantity == "grads[1].weight[0, 0]"
    assert second.why == "halved (which gives -0.0571)"  # and not the printed -0.0572
    assert of("000")[0].rounded == "13,002"


def test_they_are_the_same_from_the_json_of_errata():
    assert findings(ledger_as_json([ledger("002")])["numbers"]) == of("002")


def test_the_worst_cause_comes_first_with_all_its_numbers():
    found = of(*DOCUMENTS)
    reasons = [each.reason for each in found]
    assert list(dict.fromkeys(reasons)) == [
        "not divided by the root of v",
        "halved",
        "last index taken for the count",
    ]
    assert reasons == sorted(reasons, key=list(dict.fromkeys(reasons)).index)
    errors = [max(e.relative_error for e in found if e.reason == reason) for reason in reasons]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize(
    ("printed", "exact", "rounded"),
    [
        ("0.50", "0.49499999999999999999", "0.49"),
        ("0.5", "1.9999999999999999999", "2.0"),
        ("13,001", "13002.000000000000000", "13,002"),
        ("3", "2.5000000000000000000", "2.5000"),
        ("8.24e-7", "0.0000033104310000000000", "3.310e-6"),
        ("0.1", "1E+300", "1.00000000000000e300"),
        ("0.1", "0", "0.0"),
    ],
)
def test_the_exact_value_has_as_many_decimals_as_are_printed(printed, exact, rounded):
    assert replace(of("002")[0], printed=printed, exact=exact).rounded == rounded


def test_without_a_slip_it_is_said_that_none_is_known():
    document = load("002")
    found = findings(numbers_as_json([ledger(replace(document, slips=()))]))
    assert len(found) == 5
    assert {each.why for each in found} == {"no slip is known that gives it"}
