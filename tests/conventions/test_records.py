"""What was recorded of frameworks that are run by themselves is not older than the statements."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import everything, records, stock
from crosscheck.conventions.functions import trials as rows
from crosscheck.conventions.optimizers import trials
from crosscheck.conventions.page import page, with_records
from crosscheck.conventions.records import RECORDED

PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RECORDED)
def test_every_statement_was_executed_since_it_last_changed_and_holds(name):
    record = records.read(name)
    assert record is not None
    assert record.is_current, (
        f"statements about {name} have changed since {record.date}, when they were run: in an "
        f"environment of its own, pip install -e '.[torch,jax,conventions,{name}]' and "
        f"crosscheck conventions --framework {name} --record {records.FOLDER}, and then renew "
        "docs/conventions.md (see CONTRIBUTING.md)"
    )
    assert {finding.holds for finding in record.findings} == {True}
    untried = [finding for _, rows in everything.statements(name) for finding in rows]
    assert len(record.findings) == len(untried)


@pytest.mark.parametrize("name", RECORDED)
def test_the_page_says_from_which_day_a_recorded_line_is(name):
    record = records.read(name)
    title = stock.FRAMEWORKS[name].title
    assert f"{title} {record.version} ({record.date})" in " ".join(PAGE.split())


def changed(names, framework):
    """Some statements, of which one about this framework says something else."""
    place = next(i for i, each in enumerate(names) if each.framework == framework)
    return (*names[:place], replace(names[place], because="another reason"), *names[place + 1 :])


def test_a_record_is_out_of_date_once_a_statement_changes(monkeypatch):
    record = records.read("paddle")
    assert record.is_current
    monkeypatch.setattr(rows, "STATEMENTS", changed(rows.STATEMENTS, "tensorflow"))
    assert record.is_current
    monkeypatch.setattr(rows, "STATEMENTS", changed(rows.STATEMENTS, "paddle"))
    assert not record.is_current


def test_a_record_is_out_of_date_once_a_default_changes(monkeypatch):
    own = trials.STOCK_OPTIMIZERS
    place = next(i for i, each in enumerate(own) if each.name == "paddle.optimizer.Adam")
    rate, *others = own[place].arguments
    another = replace(own[place], arguments=(replace(rate, default=0.01), *others))
    monkeypatch.setattr(trials, "STOCK_OPTIMIZERS", (*own[:place], another, *own[place + 1 :]))
    assert not records.read("paddle").is_current


def test_only_current_records_of_what_is_not_installed_are_shown(monkeypatch):
    absent = {name: replace(each, packages=("no_such",)) for name, each in stock.FRAMEWORKS.items()}
    monkeypatch.setattr(stock, "FRAMEWORKS", absent)
    assert set(records.current_records(stock.FRAMEWORKS)) == set(RECORDED)
    monkeypatch.setattr(rows, "STATEMENTS", changed(rows.STATEMENTS, "paddle"))
    assert set(records.current_records(stock.FRAMEWORKS)) == set(RECORDED) - {"paddle"}
    present = {name: replace(each, packages=("numpy",)) for name, each in absent.items()}
    monkeypatch.setattr(stock, "FRAMEWORKS", present)
    assert records.current_records(stock.FRAMEWORKS) == {}


def test_the_page_has_recorded_findings_and_pairs_with_their_date(monkeypatch):
    absent = replace(stock.FRAMEWORKS["paddle"], packages=("no_such",))
    monkeypatch.setitem(stock.FRAMEWORKS, "paddle", absent)
    kept = records.current_records(["paddle"])
    findings = everything.findings(["paddle"])
    without = page(findings, [], {})
    assert "Not installed when this page was written: PaddlePaddle" in without
    assert "Recorded when we ran each separately" not in without
    text = page(*with_records(findings, [], kept), kept)
    assert f"separately: PaddlePaddle {kept['paddle'].version} ({kept['paddle'].date})." in text
    assert "not installed" not in text
    assert "| `torch.optim.Adam()` | `paddle.optimizer.Adam(learning_rate=0.001)` |" in text


def test_the_command_says_what_was_recorded_of_what_is_not_installed(monkeypatch):
    absent = replace(stock.FRAMEWORKS["paddle"], packages=("no_such",))
    monkeypatch.setitem(stock.FRAMEWORKS, "paddle", absent)
    result = CliRunner().invoke(main, ["conventions", "--framework", "paddle"])
    kept = records.read("paddle")
    held = f"{len(kept.findings)} of {len(kept.findings)} held"
    said = f"not installed: PaddlePaddle (no_such); on {kept.date}, with {kept.version}, {held}"
    assert said in " ".join(result.stdout.split())


def test_a_framework_is_recorded_and_the_record_read_back(tmp_path, monkeypatch):
    if stock.FRAMEWORKS["autograd"].missing or stock.FRAMEWORKS["sklearn"].missing:
        pytest.skip("autograd and scikit-learn are not both installed")
    for name in stock.FRAMEWORKS.keys() - {"autograd", "sklearn"}:  # to compare with one is enough
        absent = replace(stock.FRAMEWORKS[name], packages=("no_such",))
        monkeypatch.setitem(stock.FRAMEWORKS, name, absent)
    command = ["conventions", "--framework", "autograd", "--record", str(tmp_path)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    record = records.read("autograd", tmp_path)
    assert record.is_current
    assert record.version == stock.FRAMEWORKS["autograd"].version
    assert {finding.holds for finding in record.findings} == {True}
    assert all(
        each.equal and "autograd" in each.source + each.target for each in record.translations
    )
    assert json.loads((tmp_path / "autograd.json").read_text("utf-8"))["framework"] == "autograd"


def test_a_record_of_one_optimizer_alone_is_bad_usage(tmp_path):
    command = ["conventions", "--optimizer", "adam", "--record", str(tmp_path)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "a record has every statement" in result.stderr


def test_there_is_no_record_of_a_framework_that_never_was_recorded(tmp_path):
    assert records.read("paddle", tmp_path) is None
