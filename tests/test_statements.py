"""The documents' statements: each is run, and says what is right wherever it does not hold."""

import warnings

import pytest

from crosscheck.documents import DOCUMENTS
from crosscheck.statements import Statement, Statements, all_statements

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


@pytest.mark.parametrize(
    ("readings", "verdict"),
    [
        ({"one": True, "other": True}, "holds"),
        ({"one": False, "other": False}, "fails"),
        ({"one": True, "other": False}, "ambiguous"),
    ],
)
def test_the_verdict_follows_from_the_readings(readings, verdict):
    assert Statement("002", "1", "made", None, lambda: readings).verdict() == verdict


def test_the_decorator_adds_in_order():
    made = Statements("002")

    @made("1", "first")
    def first():
        return {"it": True}

    @made("2", "second", correct="not so")
    def second():
        return {"it": False}

    assert [(s.section, s.correct) for s in made] == [("1", None), ("2", "not so")]
    assert made[0].demonstrate is first
