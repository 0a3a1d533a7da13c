"""The rules of the verdicts, on documents made for them, and the guards of the transcription."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest

from crosscheck.documents import verdicts
from crosscheck.documents.document import SUPERSCRIPTS
from crosscheck.documents.expressions import ExpressionError, evaluate
from crosscheck.documents.faults import TranscriptionError
from crosscheck.documents.line_reading import fingerprint
from crosscheck.documents.transcription import DOCUMENTS, load, parse
from crosscheck.documents.verdicts import matches_printed
from crosscheck.numerics.exact.balls import working_precision

# ----- the rules, on a document made for them -----


def line(text, printed, quantity, factor=None):
    """A transcribed line with one number, and perhaps a factor before it that is not judged."""
    numbers = [{"printed": printed, "quantity": quantity, "step": quantity}]
    if factor is not None:
        numbers.insert(0, {"printed": factor, "illustration": "a factor"})
    entry = {"section": "1", "text": text, "numbers": numbers}
    return entry | {"fingerprint": fingerprint(entry)}


def judge_lines(*lines, slips=()):
    content = {
        "title": "a document for tests",
        "surface": {"coefficients": ["1"], "point": ["1"]},
        "lines": list(lines),
        "slips": list(slips),
    }
    document = parse("999", content)
    return document, verdicts.judge_document(document)


THIRD = "surface.point[0] / 3"
RIGHT = line("x = 0.333", "0.333", THIRD)
WRONG = line("x = 0.334", "0.334", THIRD)
NINE_OF_RIGHT = line("9x = 2.997", "2.997", f"9 * ({THIRD})", factor="9")
NINE_OF_WRONG = line("9x = 3.006", "3.006", f"9 * ({THIRD})", factor="9")
SLIP = {
    "name": "rounded up",
    "explanation": "a slip for tests",
    "inputs": "exact",
    "steps": {THIRD: f"{THIRD} + 1 / 1500"},
}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([RIGHT], ["confirmed"]),
        ([WRONG], ["contradicted"]),
        ([RIGHT, NINE_OF_RIGHT], ["confirmed", "illustration", "rounded inputs"]),
        ([WRONG, NINE_OF_WRONG], ["contradicted", "illustration", "inherited"]),
        ([RIGHT, NINE_OF_WRONG], ["confirmed", "illustration", "contradicted"]),
        ([WRONG, WRONG], ["contradicted", "inherited"]),
        (
            [WRONG, RIGHT, NINE_OF_RIGHT],
            ["contradicted", "confirmed", "illustration", "rounded inputs"],
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value[0], str) else "",
)
def test_verdicts_come_in_their_order_from_the_operands_nearest_before(lines, expected):
    _, judged = judge_lines(*lines)
    assert [entry.verdict for entry in judged] == expected


def test_a_contradiction_without_a_slip_is_a_problem_that_names_the_place():
    document, judged = judge_lines(WRONG)
    (problem,) = verdicts.problems(document, judged)
    assert problem.startswith("document 999, section 1: 0.334 in 'x = 0.334': contradicted")


def test_a_slip_that_reproduces_its_number_is_accepted():
    assert verdicts.problems(*judge_lines(WRONG, slips=[SLIP])) == []


def test_a_slip_for_a_sound_number_is_a_problem():
    problems = verdicts.problems(*judge_lines(RIGHT, slips=[SLIP]))
    assert any("which is not contradicted" in problem for problem in problems)


def test_a_slip_that_reproduces_nothing_is_a_problem():
    useless = SLIP | {"steps": {THIRD: "2"}}
    problems = verdicts.problems(*judge_lines(WRONG, slips=[useless]))
    assert problems == ["document 999: slip 'rounded up' reproduces nothing"]


def test_a_slip_that_cannot_be_computed_is_named_with_its_number():
    unknown = SLIP | {"steps": {THIRD: "nosuch[0]"}}
    place = r'document 999, slips\[0\].steps."surface.point\[0\] / 3": unknown quantity "nosuch"'
    with pytest.raises(TranscriptionError, match=place):
        judge_lines(WRONG, slips=[unknown])


def test_a_printed_number_is_never_rounded_twice():
    # 0.3349 prints as 0.335; only who rounds that again gets 0.34.
    _, judged = judge_lines(line("x = 0.34", "0.34", "3349 / 10000"))
    assert judged[0].verdict == "contradicted"


def test_a_printed_integer_must_be_equal():
    _, judged = judge_lines(line("x = 3", "3", "31 / 10"))
    assert judged[0].verdict == "contradicted"


def count_line(printed, exact, **more):
    entry = line(f"there are {printed}", printed, str(exact))
    entry["numbers"][0] |= more
    return entry


@pytest.mark.parametrize(
    ("printed", "exact", "more", "verdict"),
    [
        ("13000", 13002, {"round": True}, "confirmed"),
        ("13,000", 13499, {"round": True}, "confirmed"),
        ("13000", 13501, {"round": True}, "contradicted"),
        ("13000", 13002, {}, "contradicted"),  # nobody says that it is round
    ],
)
def test_a_count_in_round_figures_is_read_as_rounded_to_its_zeros(printed, exact, more, verdict):
    _, (judged,) = judge_lines(count_line(printed, exact, **more))
    assert judged.verdict == verdict


@pytest.mark.parametrize("printed", ["13,001", "0.130"])
def test_what_ends_in_no_zero_or_has_decimals_is_no_round_figure(printed):
    with pytest.raises(TranscriptionError, match=f"{printed!r} is no round figure"):
        judge_lines(count_line(printed, printed.replace(",", ""), round=True))


# ----- transcription: a slip of the keyboard is found and named -----


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_has_no_problems(document):
    assert verdicts.problems(load(document), verdicts.judge(document)) == []


def raw(document):
    return tomllib.loads(
        files("crosscheck.documents").joinpath(f"{document}.toml").read_text("utf-8")
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_an_edited_print_is_found_wherever_it_stands(document):
    """One number of every line at a time: each line is read by itself, and all faults are named."""
    most = max(len(each["numbers"]) for each in raw(document)["lines"])
    for entry in range(most):
        content, changed = raw(document), []
        for index, each in enumerate(content["lines"]):
            if entry < len(each["numbers"]):
                edited = each["numbers"][entry]
                last = int(edited["printed"][-1].translate(SUPERSCRIPTS))
                edited["printed"] = edited["printed"][:-1] + str((last + 1) % 10)
                changed.append(index)
        with pytest.raises(TranscriptionError) as error:
            parse(document, content)
        found = {fault.path[:2] for fault in error.value.faults}
        assert found == {("lines", index) for index in changed}, entry


def test_a_print_edited_in_the_text_too_is_found_by_the_fingerprint():
    content = raw("002")
    edited = content["lines"][-1]
    edited["text"] = edited["text"].replace("0.164025", "0.164026")
    edited["numbers"][-1]["printed"] = "0.164026"
    with pytest.raises(TranscriptionError, match="the line was changed after it was compared"):
        parse("002", content)


def test_an_operand_that_is_not_printed_is_named_with_its_place():
    second = line("y = 0.5", "0.5", "nosuch[0] / 2")
    place = r'document 999, lines\[1\].numbers\[0\].quantity: unknown quantity "nosuch"'
    with pytest.raises(TranscriptionError, match=place):
        judge_lines(RIGHT, second)


def test_a_number_without_an_entry_is_found():
    content = raw("002")
    changed = content["lines"][3]
    changed["numbers"].pop()
    changed["fingerprint"] = fingerprint(changed)
    with pytest.raises(TranscriptionError, match=r"there are numbers in .* that have no entry"):
        parse("002", content)


# ----- the language of the expressions -----


def test_an_expression_is_never_evaluated_by_python():
    for text in (
        "__import__('os')",
        "(lambda: 1)()",
        "[1][0]",
        "x if y else z",
        "open('f')",
        "1 +",
    ):
        with pytest.raises(ExpressionError):
            evaluate(text, lambda name: None)


def test_a_printed_product_is_taken_before_its_factors():
    with working_precision():
        asked = []
        evaluate("2 * 3 + 4", lambda name: asked.append(name))
    assert asked[:3] == ["2 * 3 + 4", "2 * 3", "2"]


@pytest.mark.parametrize(
    ("text", "exact", "matches"),
    [
        ("-0.0575", -0.057536345, True),
        ("-0.0287", -0.057536345, False),
        ("0.1", Fraction(3, 20), True),  # an end is included
        ("0.1", Fraction(3, 20) + Fraction(1, 10**30), False),
        ("0.10", Fraction(3, 20), False),
        ("2", 2, True),
        ("2", 2.4, False),  # a whole number admits no rounding
        ("13,002", 13002, True),
        ("1.2e-3", Decimal("0.00124"), True),
        ("1.2e⁻³", "0.00126", False),
        ("0.5", np.float32(0.5), True),
        ("0.5", np.array(0.54), True),
    ],
)
def test_a_number_is_printed_as_it_is_rounded(text, exact, matches):
    assert matches_printed(text, exact) is matches


@pytest.mark.parametrize(
    ("text", "exact", "error"),
    [
        ("half", 0.5, ValueError),
        ("0.5", float("inf"), ValueError),
        ("0.5", float("nan"), ValueError),
        (0.5, 0.5, TypeError),
        ("0.5", [1.0, 2.0], TypeError),
    ],
)
def test_what_is_no_number_is_refused(text, exact, error):
    with pytest.raises(error):
        matches_printed(text, exact)


def test_an_unknown_document_is_named():
    with pytest.raises(ValueError, match="unknown document '999': known are 000, 001, 002"):
        load("999")
