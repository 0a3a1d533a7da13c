"""A step that lets parameters decay, or clips the gradients by one law, is no mistake."""

import pytest
from own_laws import ONE_NORM, RIGHT, WRONG, of_classes
from own_training import NETWORK

from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.own_steps import FIRST_ALONE
from crosscheck.verification.checking.step_laws import ALWAYS, NO_SMALL


def judged(tmp_path, text):
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    report = judge(load(path).namespace, None, "own.py", Options())
    (line,) = (each for each in report.lines if each.quantity == "update")
    return report, line


@pytest.mark.parametrize("law", RIGHT)
def test_a_law_that_gives_every_step_is_said_and_right(tmp_path, law):
    text, said = RIGHT[law]
    report, line = judged(tmp_path, NETWORK + text)
    assert report.outcome == Outcome.RIGHT
    assert (line.verdict, said in line.text) == (Verdict.RIGHT, True)


@pytest.mark.parametrize("law", WRONG)
def test_what_looks_like_a_law_and_is_none_is_wrong(tmp_path, law):
    text, said = WRONG[law]
    report, line = judged(tmp_path, NETWORK + text)
    assert report.outcome == Outcome.WRONG
    assert (line.verdict, said in line.text) == (Verdict.WRONG, True)


def test_of_classes_small_gradients_are_found_by_a_network_that_is_sure(tmp_path):
    report, line = judged(tmp_path, of_classes(RIGHT["to a norm"][0]))
    assert report.outcome == Outcome.RIGHT
    assert line.text.endswith(RIGHT["to a norm"][1])


@pytest.mark.parametrize("network", [NETWORK.__add__, of_classes])
def test_who_always_brings_gradients_to_one_norm_does_not_clip(tmp_path, network):
    report, line = judged(tmp_path, network(ONE_NORM))
    assert report.outcome == Outcome.RIGHT
    assert line.verdict == Verdict.SKIPPED
    assert line.text == ALWAYS.format("to a norm of 0.01 over all arrays")


def test_the_later_steps_of_a_decay_are_not_judged_and_that_is_said(tmp_path):
    report, _ = judged(tmp_path, NETWORK + RIGHT["weights decay"][0])
    assert FIRST_ALONE in report.conventions


def test_without_small_gradients_nobody_can_tell(tmp_path, monkeypatch):
    monkeypatch.setattr("crosscheck.verification.checking.step_laws.TRIES", 0)
    _, line = judged(tmp_path, NETWORK + RIGHT["to a norm"][0])
    assert line.verdict == Verdict.SKIPPED
    assert line.text == NO_SMALL.format("to a norm of 0.05 over all arrays")
