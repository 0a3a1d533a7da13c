"""One set of colours: every verdict has one, on a terminal and on the pages."""

import re
from importlib.resources import files

from rich.console import Console

from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.report.colours import BAD, VERDICT_COLOURS, coloured, css_class
from crosscheck.report.layout import say
from crosscheck.verification.ladder import RungStatus
from crosscheck.verification.result import Outcome


def test_every_verdict_status_and_outcome_has_a_colour():
    assert {*Verdict, *StatementVerdict, *RungStatus, *Outcome} <= set(VERDICT_COLOURS)


def test_every_class_is_in_the_style_sheet():
    style = (files("crosscheck.report.site") / "templates" / "style.css").read_text("utf-8")
    defined = set(re.findall(r"^\.([a-z]+) {", style, re.MULTILINE))
    assert {colour.css_class for colour in VERDICT_COLOURS.values()} <= defined
    assert css_class("no verdict at all") in defined


def test_the_word_is_always_there():
    console = Console(color_system=None, width=80)
    for verdict in VERDICT_COLOURS:
        with console.capture() as shown:
            say(console, coloured(verdict))
        assert shown.get() == f"{verdict}\n"


def test_what_is_wrong_is_the_same_colour_everywhere():
    assert {VERDICT_COLOURS[each] for each in ("wrong", "contradicted", "fails")} == {BAD}
    assert coloured("wrong") == "[bold red]wrong[/]"
    assert css_class("wrong") == "bad"
