"""The documents' statements: each is run, and says what is right wherever it does not hold."""

import inspect
import math
import re
import sys
import warnings
from itertools import groupby

import pytest

from crosscheck.documents import verdicts
from crosscheck.documents.statements.catalogue import all_statements
from crosscheck.documents.statements.statement import Statement, Statements, StatementVerdict
from crosscheck.documents.transcription import DOCUMENTS, load
from crosscheck.documents.worked_examples import exact_names
from crosscheck.numerics.exact.balls import to_decimal, working_precision

STATEMENTS = all_statements()


@pytest.mark.parametrize(
    "statement", STATEMENTS, ids=lambda s: f"{s.document}-{s.demonstrate.__name__}"
)
def test_a_statement_is_corrected_exactly_where_it_does_not_hold(statement):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdict = statement.verdict()
    assert (statement.correct is None) == (verdict == "holds"), (verdict, statement.demonstrate())


@pytest.mark.parametrize(
    "statement", STATEMENTS, ids=lambda s: f"{s.document}-{s.demonstrate.__name__}"
)
def test_a_demonstration_returns_named_readings(statement):
    readings = statement.demonstrate()
    assert readings
    assert all(isinstance(reading, str) for reading in readings)
    assert all(isinstance(bool(outcome), bool) for outcome in readings.values())


def test_every_document_makes_statements_and_each_stands_once():
    assert {statement.document for statement in STATEMENTS} == set(DOCUMENTS)
    keys = [(s.document, s.section, s.statement) for s in STATEMENTS]
    assert len(set(keys)) == len(keys)


def test_the_statements_of_a_section_stand_together():
    sections = [section for section, _ in groupby(STATEMENTS, lambda s: (s.document, s.section))]
    assert len(set(sections)) == len(sections)


@pytest.mark.parametrize(
    ("readings", "verdict"),
    [
        ({"one": True, "other": True}, "holds"),
        ({"one": False, "other": False}, "fails"),
        ({"one": True, "other": False}, "ambiguous"),
    ],
)
def test_the_verdict_follows_from_the_readings(readings, verdict):
    found = Statement("002", "1", "for tests", None, lambda: readings).verdict()
    assert (found, type(found)) == (verdict, StatementVerdict)


def test_the_decorator_adds_in_order():
    statements = Statements("002")

    @statements("1", "first")
    def first():
        return {"it": True}

    @statements("2", "second", correct="not so")
    def second():
        return {"it": False}

    assert [(s.section, s.correct) for s in statements] == [("1", None), ("2", "not so")]
    assert statements[0].demonstrate is first


def test_a_demonstration_runs_once():
    statements, runs = Statements("002"), []

    @statements("1", "for tests")
    def demonstrate():
        runs.append("it ran")
        return {"it": True}

    (statement,) = statements
    assert (statement.verdict(), statement.demonstrate(), demonstrate()) == (
        "holds",
        {"it": True},
        {"it": True},
    )
    assert runs == ["it ran"]


# A figure in a text: it stands in no formula, and has two decimals or three digits at least.
FIGURE = re.compile(
    r"(?<![\w.^\[(,])-?(?:\d{1,3}(?:,\d{3})+|\d+\.\d{2,}|\d{3,}(?:\.\d+)?)(?![\w,]*\d)"
)


def computed(number):
    """What a document's own data give: every exact value, every slip, and how far steps lead."""
    judged = verdicts.judge(number)
    found = [entry.exact for entry in judged] + [entry.number.value for entry in judged]
    for slip in (entry.slip for entry in judged if entry.slip is not None):
        found += [slip.gives, slip.otherwise[0]]
    names = exact_names(load(number)) if load(number).example.runs else {}
    for run in load(number).example.runs:
        for index in run.layers:
            moved = zip(names[run.name].params[index], names["params"][index], strict=True)
            found += [to_decimal(d) for after, before in moved for d in (after - before).flat]
    found.append(math.log(sys.float_info.max))  # beyond which an exponential is infinite
    return [abs(float(each)) for each in found if each is not None]


def is_computed(figure, values):
    size, decimals = abs(float(figure.replace(",", ""))), len(figure.partition(".")[2])
    # A whole number may be one that was rounded to thousands.
    return any(size in (round(value, decimals), round(value, -3)) for value in values)


@pytest.mark.parametrize("number", DOCUMENTS)
def test_every_figure_in_what_is_said_to_be_right_is_computed(number):
    with working_precision():
        values = computed(number)
    texts = {slip.explanation: "" for slip in load(number).slips}
    texts |= {
        each.correct: inspect.getsource(each.demonstrate).partition("\ndef ")[2]
        for each in all_statements()
        if each.document == number and each.correct
    }
    for text, source in texts.items():
        for figure in FIGURE.findall(text):
            # A figure that is a limit of the demonstration stands in its source.
            assert is_computed(figure, values) or figure in FIGURE.findall(source), (figure, text)
