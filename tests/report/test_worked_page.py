"""The worked example, drawn: its numbers, equations and lines of code, and what is printed."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

for library in ("jinja2", "pygments", "latex2mathml"):
    pytest.importorskip(library, reason=f"{library}, which a site is made with, is missing")

from crosscheck.documents import transcription
from crosscheck.documents.expressions import evaluate, resolve
from crosscheck.documents.ledger import ledger, ledger_as_json
from crosscheck.documents.verdicts import ball
from crosscheck.documents.worked_examples import exact_names
from crosscheck.frameworks.reading import folder_of
from crosscheck.frameworks.registry import BUILT_IN
from crosscheck.numerics.exact.balls import to_decimal, working_precision
from crosscheck.report.site import worked, worked_steps
from crosscheck.report.site.run import SiteRun


@pytest.fixture(scope="module")
def ledger_json():
    return ledger_as_json([ledger("002")])


@pytest.fixture(scope="module")
def page(ledger_json):
    return worked.page_values(SiteRun({"ledger": ledger_json}, ()))


def test_every_step_has_numbers_equations_and_code_of_three_frameworks(page):
    for step in page["steps"]:
        assert step["numbers"], step["id"]
        assert step["equations"], step["id"]
        assert all(equation.startswith("<math") for equation in step["equations"]), step["id"]
        assert [each["framework"] for each in step["code"]] == list(BUILT_IN), step["id"]
        assert all(each["lines"] for each in step["code"]), step["id"]


def test_every_optimizer_has_the_same_steps(page):
    def path(run):
        return [each["number"] for each in page["steps"] if each["run"] in (None, run)]

    assert [path(run) for run in worked_steps.RUNS] == [list(range(1, page["count"] + 1))] * 4


def test_every_number_is_the_exact_value_to_the_digits_shown(page):
    with working_precision():
        names = exact_names(transcription.load("002"))
        for step in page["steps"]:
            if step["run"] == "printed":
                continue
            for each in step["numbers"]:
                exact = evaluate(each["quantity"], lambda name: ball(resolve(name, names)))
                expected = Decimal(to_decimal(exact, worked.DIGITS))
                assert Decimal(each["value"]) == expected, (step["id"], each["quantity"])


def test_adam_as_printed_is_what_the_document_prints(page, ledger_json):
    printed = {(each["quantity"], each["printed"]) for each in ledger_json["numbers"]}
    (update,) = (each for each in page["steps"] if each["id"] == "update-printed")
    for each in update["numbers"]:
        assert (each["quantity"], each["value"]) in printed


def test_the_loss_after_adam_as_printed_is_exact_from_the_printed_parameters(page):
    (again,) = (each for each in page["steps"] if each["id"] == "again-printed")
    shown = {each["quantity"]: Decimal(each["value"]) for each in again["numbers"]}
    assert shown["printed.params[1].weight[0, 0]"] == Decimal("0.5003")
    of = "printed.activations[1][0, {}]"
    weights = (shown[f"printed.params[1].weight[0, {k}]"] for k in range(2))
    z = sum(w * shown[of.format(k)] for k, w in enumerate(weights))
    z += shown["printed.params[1].bias[0]"]
    assert abs(z - shown["printed.pre_activations[1][0, 0]"]) < Decimal("2e-8")
    loss = (1 / (1 + (-z).exp()) - shown["targets[0, 0]"]) ** 2
    assert abs(loss - shown["printed.loss"]) < Decimal("2e-8")


def test_every_judged_number_of_the_document_stands_in_a_step_with_its_verdict(page, ledger_json):
    def key(each):
        slip = each["slip"] and each["slip"]["name"]
        return each["quantity"], each["printed"], each["verdict"], slip

    judged = Counter(key(e) for e in ledger_json["numbers"] if e["verdict"] != "illustration")
    shown = {key(row): row["times"] for step in page["steps"] for row in step["printed"]}
    assert shown == judged
    contradicted = [each for each in shown if each[2] == "contradicted"]
    assert contradicted
    assert all(slip for *_, slip in contradicted)


def test_a_printed_number_that_belongs_to_no_step_stops_the_page(ledger_json):
    entry = ledger_json["numbers"][0] | {"quantity": "momentum.velocity[1].bias[0]"}
    with pytest.raises(worked.WorkedError, match=r"momentum\.velocity"):
        worked.page_values(
            SiteRun({"ledger": ledger_json | {"numbers": [entry, *ledger_json["numbers"]]}}, ())
        )


def test_a_line_of_code_stands_where_it_is_said_to_stand(page):
    beside = folder_of("reference_numpy").parent
    for step in page["steps"]:
        for line in (line for each in step["code"] for line in each["lines"]):
            path, _, number = line["where"].partition(":")
            text = Path(beside, path).read_text(encoding="utf-8").splitlines()[int(number) - 1]
            assert text.strip() == line["text"], line["where"]


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("optimizers.adam", "no such text"),  # no line
        ("optimizers.adam", "tree_map("),  # several
    ],
)
def test_a_mark_that_is_not_found_once_raises(name, mark):
    with pytest.raises(worked.WorkedError, match=re.escape(repr(mark))):
        worked.located("numpy", name, mark)


def test_a_definition_that_is_not_there_raises():
    with pytest.raises(LookupError, match="no_such"):
        worked.located("jax", "mlp.no_such", "return")


def test_a_mark_that_is_lost_stops_the_page(ledger_json, monkeypatch):
    lost = (("losses.squared_error", "return what it was"),)
    monkeypatch.setattr(worked_steps, "LOSS", lost)
    with pytest.raises(worked.WorkedError, match="return what it was"):
        worked.page_values(SiteRun({"ledger": ledger_json}, ()))


def test_what_is_drawn_is_what_the_table_says(page):
    rows = [row for step in page["steps"] for row in step["printed"]]
    beside = {row[key] for row in rows for key in ("printed", "exact")}
    for step in page["steps"]:
        table = {each["value"] for each in step["numbers"]}
        drawing = step["drawing"]
        lines = [line for each in drawing["nodes"] + drawing["edges"] for line in each["lines"]]
        assert lines, step["id"]
        written = {text.removesuffix(" ✗").rpartition(" ")[2] for text, _ in lines}
        assert written <= table | beside, step["id"]


def test_what_the_document_gets_wrong_is_drawn_with_the_exact_number_beside(page, ledger_json):
    numbers = ledger_json["numbers"]
    wrong = {each["printed"] for each in numbers if each["verdict"] == "contradicted"}
    labels = [
        each["lines"]
        for step in page["steps"]
        for each in step["drawing"]["nodes"] + step["drawing"]["edges"]
        if any(kind == "wrong" for _, kind in each["lines"])
    ]
    red = [text for lines in labels for text, kind in lines if kind == "wrong"]
    assert {text.removesuffix(" ✗").rpartition(" ")[2] for text in red} == wrong
    assert all(any(kind == "" for _, kind in lines) for lines in labels)
