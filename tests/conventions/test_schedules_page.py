"""Every example of docs/schedules.md is run, and every value that it states comes out."""

import ast
import re
from pathlib import Path

import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.closed_forms.formulas import FORMULAS
from crosscheck.conventions.schedules.page import OTHER_KERAS
from crosscheck.conventions.schedules.table import REFUSED
from crosscheck.conventions.schedules.trial_calls import CALLS
from crosscheck.conventions.schedules.trials import trials

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "schedules.md").read_text(encoding="utf-8")
STATEMENTS = (DOCS / "conventions.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)


@pytest.fixture(scope="module")
def names():
    """Everything that the blocks define, run in their order."""
    for name in ("torch", "optax"):
        if stock.FRAMEWORKS[name].missing:
            pytest.skip(f"{name} is not installed")
    namespace = {"print": lambda text: None}
    for block in BLOCKS:
        exec(compile(block, "docs/schedules.md", "exec"), namespace)
    return namespace


def stated():
    """Every line `expression  # value`."""
    for block in BLOCKS:
        for line in block.splitlines():
            expression, mark, value = line.partition("  # ")
            if mark:
                yield expression.strip(), value.strip()


@pytest.mark.parametrize(("expression", "value"), list(stated()))
def test_what_the_page_states_comes_out(names, expression, value):
    found, wanted = eval(expression, names), ast.literal_eval(value)
    # The page has the rates as one would write them, which binary numbers come near to.
    assert found == (pytest.approx(wanted, rel=1e-15) if isinstance(wanted, float) else wanted)


def test_the_code_on_the_page_is_the_one_that_is_written(names):
    lines = [f"    {line}" if line else "" for line in names["found"].target.splitlines()]
    assert "\n".join(lines) in PAGE
    assert names["found"].equal


def test_the_page_has_every_form():
    for name in FORMULAS:
        assert f"`{name}(" in PAGE or f", `{name}(" in PAGE


def test_the_page_about_conventions_has_every_statement_about_a_schedule():
    for framework in CALLS:
        for trial in trials(framework):
            for finding in trial.findings({"missing": "x"}):
                if framework != OTHER_KERAS or trial.call not in CALLS["keras-jax"]:
                    assert f"`{finding.component}(" in STATEMENTS
                    assert finding.statement.partition(": it ")[2] in STATEMENTS
                    assert trial.read.schedule.code in STATEMENTS
    for name, reason in REFUSED.items():
        assert f"- `{name}`: {reason}." in STATEMENTS
